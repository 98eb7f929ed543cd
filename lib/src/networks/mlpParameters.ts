/**
 * What a multi-layer perceptron is, whatever engine computes it: its layers, where their numbers lie in the flat theta,
 * and what they are at first.
 *
 *   h_0 = o,   h_l = phi(h_{l-1} W_l + b_l)  for each hidden layer,   y = [ h_L W_out + b_out,  free ]
 *
 * with W [inputs * units], row by row: W[i, j] at i * units + j. In theta come W_1, b_1, W_2, b_2, ..., W_out, b_out, and
 * last the free outputs: parameters that are outputs themselves, the same for every observation, such as the log sigma
 * of a Gaussian policy.
 *
 * Initial weights are orthogonal (Saxe, McClelland and Ganguli 2014, "Exact solutions to the nonlinear dynamics of
 * learning in deep linear neural networks"): the shorter of the rows and columns of each W are orthogonal, of length
 * `gain`, so that signals and gradients keep their size from layer to layer. Biases begin at 0. They are drawn in
 * float64, so that one seed means one network in every engine.
 */

import { checkFinite, checkInteger, checkObject, fail, show } from '../math/check';
import { dot } from '../math/linalg';
import { checkRng, type Rng } from '../math/rng';

/** phi of the hidden layers: tanh(z) or max(0, z). */
export type MlpActivation = 'tanh' | 'relu';

/** The shape of a multi-layer perceptron. */
export interface MlpSpec {
  /** Numbers in one observation. */
  readonly inputs: number;
  /** Units of each hidden layer, from the first to the last; none makes a linear function. */
  readonly hidden: readonly number[];
  /** Outputs that depend on the observation. */
  readonly outputs: number;
  /** Outputs that do not; they come last in each row, so that K = outputs + freeOutputs. */
  readonly freeOutputs: number;
  /** phi, between the layers. */
  readonly activation: MlpActivation;
}

/** One dense layer of theta. */
export interface MlpLayer {
  readonly inputs: number;
  readonly units: number;
  /** Where in theta its weights [inputs * units] begin. */
  readonly weights: number;
  /** Where in theta its biases [units] begin. */
  readonly biases: number;
  readonly activation: MlpActivation | 'linear';
}

/** How weights begin: orthogonal with gains, or uniform in +-1 / sqrt(inputs), biases too (PyTorch's default). */
export type InitializationScheme = 'orthogonal' | 'uniform';

export interface MlpInitialization {
  rng: Rng;
  scheme: InitializationScheme;
  /** Length of the orthogonal vectors of hidden layers. */
  hiddenGain: number;
  /** Length of the orthogonal vectors of the last layer; 0.01 makes a policy that is near uniform at first. */
  outputGain: number;
  /** What the free outputs are at first. */
  freeOutputValue: number;
}

/** Throws unless `spec` describes a network. */
export function checkMlpSpec(spec: MlpSpec): void {
  const most = 2 ** 27; // half a GiB in float32: gradient and optimizer take as much again each
  checkHidden(spec);
  checkInteger('inputs', spec.inputs, 1, most);
  spec.hidden.forEach((units, l) => {
    checkInteger(`hidden[${l}]`, units, 1, most);
  });
  checkInteger('outputs', spec.outputs, 1, most);
  checkInteger('freeOutputs', spec.freeOutputs, 0, most);
  if (spec.activation !== 'tanh' && spec.activation !== 'relu')
    fail(`activation is ${show(spec.activation)}, but must be 'tanh' or 'relu'.`);
  const d = mlpParameterCount(spec);
  if (d > most)
    fail(`inputs, hidden and outputs make a network of ${d} parameters, but it must have at most ${most}.`);
}

function checkHidden(spec: MlpSpec): void {
  const { hidden } = checkObject('spec', spec, 'the description of a network');
  if (!Array.isArray(hidden))
    throw new TypeError(`hidden is ${show(hidden)}, but must be an array of layer widths, such as [64, 64].`);
}

/** The dense layers, from the observation to the outputs. */
export function mlpLayers({ inputs, hidden, outputs, activation }: MlpSpec): MlpLayer[] {
  const sizes = [inputs, ...hidden, outputs];
  let offset = 0;
  return sizes.slice(1).map((units, l) => {
    const weights = offset;
    const biases = weights + sizes[l] * units;
    offset = biases + units;
    return {
      inputs: sizes[l],
      units,
      weights,
      biases,
      activation: l < hidden.length ? activation : 'linear',
    };
  });
}

/** d, the numbers in theta. */
export function mlpParameterCount(spec: MlpSpec): number {
  checkHidden(spec);
  const last = mlpLayers(spec).at(-1)!;
  return last.biases + last.units + spec.freeOutputs;
}

/** theta [d] as it is before any learning, in float64. */
export function initialMlpParameters(
  spec: MlpSpec,
  { rng, scheme, hiddenGain, outputGain, freeOutputValue }: MlpInitialization,
): Float64Array {
  checkRng(rng);
  if (scheme !== 'orthogonal' && scheme !== 'uniform')
    fail(`initialization is ${show(scheme)}, but must be 'orthogonal' or 'uniform'.`);
  checkFinite('hiddenGain', hiddenGain, 0);
  checkFinite('outputGain', outputGain, 0);
  checkFinite('freeOutputValue', freeOutputValue);
  const theta = new Float64Array(mlpParameterCount(spec));
  for (const { inputs, units, weights, biases, activation } of mlpLayers(spec)) {
    if (scheme === 'uniform') {
      const bound = 1 / Math.sqrt(inputs);
      for (let k = weights; k < biases + units; k++) theta[k] = rng.uniform(-bound, bound);
      continue;
    }
    const gain = activation === 'linear' ? outputGain : hiddenGain;
    const vectors = orthonormalVectors(Math.min(inputs, units), Math.max(inputs, units), rng);
    for (let i = 0; i < inputs; i++)
      for (let j = 0; j < units; j++)
        theta[weights + i * units + j] = gain * (inputs < units ? vectors[i][j] : vectors[j][i]);
  }
  return theta.fill(freeOutputValue, theta.length - spec.freeOutputs);
}

/**
 * `count` orthonormal vectors of `size` >= `count` numbers, every such frame as likely as any other: normal vectors
 * through Gram and Schmidt's process, run twice over each so that rounding leaves no overlap.
 */
function orthonormalVectors(count: number, size: number, rng: Rng): Float64Array[] {
  const vectors: Float64Array[] = [];
  while (vectors.length < count) {
    const v = Float64Array.from({ length: size }, () => rng.normal());
    for (let pass = 0; pass < 2; pass++) {
      for (const u of vectors) {
        const overlap = dot(u, v);
        for (let i = 0; i < size; i++) v[i] -= overlap * u[i];
      }
      const length = Math.sqrt(dot(v, v));
      for (let i = 0; i < size; i++) v[i] /= length;
    }
    vectors.push(v);
  }
  return vectors;
}
