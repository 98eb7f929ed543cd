/**
 * Linear functions of features x(o) of the observation,
 *
 *   y_k = sum_j W[k, j] x_j + b_k        dy_k/dW[k, j] = x_j,   dy_k/db_k = 1
 *
 * with theta = [K * (d + 1)] row by row: the d weights of output 0, its bias, the d weights of output 1, ... After them
 * come the free outputs: numbers that do not depend on the observation, one parameter each, such as the log sigma of a
 * Gaussian policy.
 */

import { checkInteger, checkVector, fail, knownOptions, type OptionNames, show } from '../math/check';
import { type FloatArray, roomFor } from '../math/floatArray';
import { remember } from '../recipe';
import {
  ascendAlong,
  checkDirection,
  checkDOutputs,
  checkGradient,
  type Network,
  shortenGradient,
} from './network';
import type { Optimizer } from './optimizers';

/** Writes the features x(o) of the observation at observation[offset ..] to out[0 .. d - 1]. */
export type FeatureMap = (observation: ArrayLike<number>, offset: number, out: Float64Array) => void;

/** Which features a linear function reads. */
export interface FeatureOptions {
  /** d, the number of features: of the observation's numbers if there is no `featureMap`, else of what it writes. */
  features: number;
  /** x(o). The observation itself by default. */
  featureMap?: FeatureMap;
  /** Factors [d] that bring the features to a common size, x_j <- featureScale[j] x_j. All 1 by default. */
  featureScale?: ArrayLike<number>;
}

/** Options of `linearNetwork`. */
export interface LinearNetworkOptions extends FeatureOptions {
  /** Outputs that are linear in the features. */
  outputs: number;
  /** Outputs that are parameters themselves; none by default. */
  freeOutputs?: number;
  /** theta to begin with, [outputs * (d + 1) + freeOutputs]; copied. All zero by default. */
  parameters?: ArrayLike<number>;
}

const LINEAR_NETWORK_OPTIONS: OptionNames<LinearNetworkOptions> = {
  outputs: 'required',
  freeOutputs: 'optional',
  parameters: 'optional',
  features: 'required',
  featureMap: 'optional',
  featureScale: 'optional',
};

class LinearNetwork implements Network {
  /** d, if there is no `featureMap`. */
  readonly inputSize?: number;
  readonly outputSize: number;
  readonly parameters: Float64Array;
  readonly gradient: Float64Array;
  private readonly options: LinearNetworkOptions;
  private readonly scale: Float64Array;
  private readonly x: Float64Array;
  /** [count * d] features of the last `forward`. */
  private inputs = new Float64Array(0);
  private outputs = new Float64Array(0);
  private tangents = new Float64Array(0);
  private count = 0;

  constructor(options: LinearNetworkOptions) {
    const { features, featureMap, featureScale, outputs, freeOutputs = 0, parameters } = options;
    checkInteger('features', features, 1);
    checkInteger('outputs', outputs, 1);
    checkInteger('freeOutputs', freeOutputs, 0);
    const size = outputs * (features + 1) + freeOutputs;
    this.outputSize = outputs + freeOutputs;
    this.parameters = parameters
      ? Float64Array.from(checkVector('parameters', parameters, size))
      : new Float64Array(size);
    this.gradient = new Float64Array(size);
    this.scale = featureScale
      ? Float64Array.from(checkVector('featureScale', featureScale, features))
      : new Float64Array(features).fill(1);
    this.options = options;
    this.inputSize = featureMap ? undefined : features;
    this.x = new Float64Array(features);
  }

  forward(
    observations: ArrayLike<number>,
    count = 1,
    offset = 0,
    observationSize = this.inputSize ?? observations.length - offset,
  ): FloatArray {
    const { outputSize, parameters } = this;
    const { features: d } = this.options;
    this.inputs = roomFor(this.inputs, count * d);
    this.outputs = roomFor(this.outputs, count * outputSize);
    this.count = count;
    for (let b = 0; b < count; b++) this.readFeatures(observations, offset + b * observationSize, b * d);
    return this.apply(parameters, this.outputs);
  }

  /** What the function with these parameters says of the features that were read, written to the beginning of `out`. */
  private apply(parameters: ArrayLike<number>, out: Float64Array): Float64Array {
    const { count, inputs, outputSize } = this;
    const { outputs: linearOutputs, features: d } = this.options;
    for (let b = 0, y = 0; b < count; b++) {
      const row = b * d;
      let k = 0;
      for (let o = 0; o < linearOutputs; o++) {
        let sum = 0;
        for (let j = 0; j < d; j++) sum += parameters[k++] * inputs[row + j];
        out[y++] = sum + parameters[k++];
      }
      while (k < parameters.length) out[y++] = parameters[k++];
    }
    return out.subarray(0, count * outputSize);
  }

  /** Writes the scaled features of one observation to inputs[row ..]. */
  private readFeatures(observations: ArrayLike<number>, offset: number, row: number): void {
    const { x, scale, inputs } = this;
    const { featureMap } = this.options;
    if (featureMap) featureMap(observations, offset, x);
    for (let j = 0; j < x.length; j++) {
      const value = featureMap ? x[j] : observations[offset + j];
      if (!Number.isFinite(value)) this.badFeature(observations, offset, j, value);
      inputs[row + j] = value * scale[j];
    }
  }

  private badFeature(observation: ArrayLike<number>, offset: number, j: number, value: number): never {
    if (this.options.featureMap)
      fail(`featureMap wrote ${value} as feature ${j}, but must write finite numbers.`);
    const d = this.x.length;
    if (observation.length < offset + d)
      fail(
        `observation has length ${observation.length}, but ${d} features from offset ${offset} need at least ${offset + d}.`,
      );
    return fail(`observation[${offset + j}] is ${show(value)}, but must be a finite number.`);
  }

  backward(dOutputs: ArrayLike<number>, gradient: FloatArray = this.gradient): void {
    const { count, inputs, outputSize } = this;
    const { outputs: linearOutputs, features: d } = this.options;
    checkDOutputs(dOutputs, count, outputSize);
    checkGradient(gradient, this.parameters.length);
    for (let b = 0, y = 0; b < count; b++) {
      const row = b * d;
      let k = 0;
      for (let o = 0; o < linearOutputs; o++) {
        const dY = dOutputs[y++];
        for (let j = 0; j < d; j++) gradient[k++] += dY * inputs[row + j];
        gradient[k++] += dY;
      }
      while (k < gradient.length) gradient[k++] += dOutputs[y++];
    }
  }

  /** The outputs are linear in theta, so that J v is what the function with parameters v says. */
  tangent(direction: ArrayLike<number>): FloatArray {
    const { count, outputSize } = this;
    checkDirection(direction, this.parameters.length, count);
    this.tangents = roomFor(this.tangents, count * outputSize);
    return this.apply(direction, this.tangents);
  }

  clipGradientNorm(maxNorm: number): number {
    return shortenGradient(this, maxNorm);
  }

  applyGradient(optimizer: Optimizer): void {
    ascendAlong(this, optimizer);
  }

  static {
    remember(LinearNetwork.prototype, ({ options, parameters }) => ({
      make: 'linearNetwork',
      args: [{ ...options, parameters }],
    }));
  }

  clone(): LinearNetwork {
    return new LinearNetwork({ ...this.options, parameters: this.parameters });
  }
}

/** A network linear in features of the observation; all zero unless `parameters` says otherwise. */
export const linearNetwork = (options: LinearNetworkOptions): Network =>
  new LinearNetwork(knownOptions('linearNetwork', options, LINEAR_NETWORK_OPTIONS));
