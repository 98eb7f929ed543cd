/**
 * Multi-layer perceptrons, the networks of most of deep reinforcement learning: mlpParameters.ts says what they are,
 * this file which engine computes them.
 *
 *   'simd'  WebAssembly SIMD kernels (simd/): fast from the first call, the same bytes on every machine; the default
 *   'tf'    TensorFlow.js (tf/), which is loaded when it is first asked for
 *
 * Both compute in float32 and begin from the same numbers, so that they agree to rounding.
 */

import { fail, knownOptions, type OptionNames, show } from '../math/check';
import { Rng } from '../math/rng';
import {
  checkMlpSpec,
  type InitializationScheme,
  initialMlpParameters,
  type MlpActivation,
  type MlpSpec,
} from './mlpParameters';
import type { Network } from './network';
import { SimdMlp } from './simd/simdMlp';
import { tfMlp } from './tf/mlp';

/** Options of `mlp`. */
export interface MlpOptions {
  /** Numbers in one observation. */
  inputs: number;
  /** Units of each hidden layer; [] makes a linear function. */
  hidden?: readonly number[];
  /** Outputs that depend on the observation. */
  outputs: number;
  /** Outputs that are parameters themselves, such as the log sigma of a Gaussian policy; K = outputs + freeOutputs. */
  freeOutputs?: number;
  /** phi of the hidden layers. */
  activation?: MlpActivation;
  /** Seed of the initial weights; one of `seed` and `rng` must be there. */
  seed?: number;
  /** The stream that initial weights are drawn from. */
  rng?: Rng;
  /** 'orthogonal' with the gains below and biases 0, or 'uniform' in +-1 / sqrt(inputs) for weights and biases. */
  initialization?: InitializationScheme;
  /** Gain of the hidden layers' orthogonal weights, 0 or more. */
  hiddenGain?: number;
  /** Gain of the last layer's; 0.01 is usual for policies, 1 for critics. */
  outputGain?: number;
  /** What the free outputs are at first. */
  freeOutputValue?: number;
  /** What computes it. */
  engine?: 'simd' | 'tf';
}

const MLP_OPTIONS: OptionNames<MlpOptions> = {
  inputs: 'required',
  hidden: 'optional',
  outputs: 'required',
  freeOutputs: 'optional',
  activation: 'optional',
  seed: 'optional',
  rng: 'optional',
  initialization: 'optional',
  hiddenGain: 'optional',
  outputGain: 'optional',
  freeOutputValue: 'optional',
  engine: 'optional',
};

/** A multi-layer perceptron; orthogonal initial weights and biases 0 unless `initialization` says otherwise. */
export function mlp(options: MlpOptions): Network {
  const {
    inputs,
    hidden = [64, 64],
    outputs,
    freeOutputs = 0,
    activation = 'tanh',
    seed,
    rng,
    initialization = 'orthogonal',
    hiddenGain = Math.SQRT2,
    outputGain = 1,
    freeOutputValue = 0,
    engine = 'simd',
  } = knownOptions('mlp', options, MLP_OPTIONS);
  const spec: MlpSpec = { inputs, hidden, outputs, freeOutputs, activation };
  checkMlpSpec(spec);
  if ((seed === undefined) === (rng === undefined))
    fail(`mlp got ${rng ? 'both seed and rng' : 'neither seed nor rng'}, but must get one of them.`);
  if (engine !== 'simd' && engine !== 'tf') fail(`engine is ${show(engine)}, but must be 'simd' or 'tf'.`);
  const parameters = initialMlpParameters(spec, {
    rng: rng ?? new Rng(seed!),
    scheme: initialization,
    hiddenGain,
    outputGain,
    freeOutputValue,
  });
  return engine === 'simd' ? new SimdMlp(spec, parameters) : tfMlp(spec, parameters);
}
