/**
 * The softmax policy whose logits are linear in features x(o) of the observation:
 *
 *   z_a = sum_j W[a, j] x_j + b_a        pi_theta(a|o) = exp(z_a) / sum_c exp(z_c)
 *   d log pi_theta(a|o) / d W[c, j] = ([c = a] - pi_theta(c|o)) x_j,   and the same with x_j = 1 for b_c
 *
 * theta = [A * (d + 1)], row by row: the d weights of action 0, its bias, the d weights of action 1, ... (Sutton and
 * Barto 2018, section 13.1, "action preferences ... linear in features").
 */

import * as categorical from '../distributions/categorical';
import { checkAction, checkInteger, checkVector, fail, show } from '../math/check';
import type { Rng } from '../math/rng';
import { checkGradient, type Policy } from './policy';

/** Writes the features x(o) of the observation at observation[offset ..] to out[0 .. d - 1]. */
export type FeatureMap = (observation: ArrayLike<number>, offset: number, out: Float64Array) => void;

export interface SoftmaxLinearOptions {
  /** d, the number of features: of the observation's numbers if there is no `featureMap`, else of what it writes. */
  features: number;
  /** A, the number of actions. */
  actions: number;
  /** x(o). The observation itself by default. */
  featureMap?: FeatureMap;
  /** Factors [d] that bring the features to a common size, x_j <- featureScale[j] x_j. All 1 by default. */
  featureScale?: ArrayLike<number>;
  /** theta to begin with, [A * (d + 1)]; copied. All zero, the uniform policy, by default. */
  parameters?: ArrayLike<number>;
}

/** A softmax policy over linear logits; see `softmaxLinear`. */
export class SoftmaxLinear implements Policy {
  /** theta [A * (d + 1)]: weights then bias, action by action. */
  readonly parameters: Float64Array;
  readonly actionCount: number;
  /** d, if there is no `featureMap`. */
  readonly observationSize?: number;
  private readonly options: SoftmaxLinearOptions;
  private readonly scale: Float64Array;
  private readonly x: Float64Array;
  private readonly logits: Float64Array;

  constructor(options: SoftmaxLinearOptions) {
    const { features, actions, featureScale, parameters } = options;
    checkInteger('features', features, 1);
    this.actionCount = checkInteger('actions', actions, 1);
    const size = actions * (features + 1);
    this.parameters = parameters
      ? Float64Array.from(checkVector('parameters', parameters, size))
      : new Float64Array(size);
    this.scale = featureScale
      ? Float64Array.from(checkVector('featureScale', featureScale, features))
      : new Float64Array(features).fill(1);
    this.options = options;
    this.observationSize = options.featureMap ? undefined : features;
    this.x = new Float64Array(features);
    this.logits = new Float64Array(actions);
  }

  /** Fills `x` and `logits` for the observation. */
  private forward(observation: ArrayLike<number>, offset: number): void {
    const { x, logits, parameters, scale } = this;
    const { featureMap } = this.options;
    const d = x.length;
    if (featureMap) featureMap(observation, offset, x);
    for (let j = 0; j < d; j++) {
      const value = featureMap ? x[j] : observation[offset + j];
      if (!Number.isFinite(value)) this.badFeature(observation, offset, j, value);
      x[j] = value * scale[j];
    }
    for (let a = 0, k = 0; a < logits.length; a++) {
      let z = 0;
      for (let j = 0; j < d; j++) z += parameters[k++] * x[j];
      logits[a] = z + parameters[k++];
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

  probabilities(observation: ArrayLike<number>, offset: number, out: Float64Array): void {
    this.forward(observation, offset);
    categorical.softmaxInto(this.logits, 0, this.actionCount, out, 0);
  }

  act(observation: ArrayLike<number>, offset: number, rng: Rng): number {
    this.forward(observation, offset);
    return categorical.sample(this.logits, rng);
  }

  logProb(observation: ArrayLike<number>, offset: number, action: number): number {
    this.forward(observation, offset);
    return categorical.logProb(this.logits, action);
  }

  addScore(
    observation: ArrayLike<number>,
    offset: number,
    action: number,
    weight: number,
    gradient: Float64Array,
  ): void {
    checkGradient(gradient, this.parameters.length);
    checkAction(action, this.actionCount);
    this.forward(observation, offset);
    const { x, logits } = this;
    categorical.softmaxInto(logits, 0, logits.length, logits, 0);
    for (let c = 0, k = 0; c < logits.length; c++) {
      const dLogit = weight * ((c === action ? 1 : 0) - logits[c]);
      for (let j = 0; j < x.length; j++) gradient[k++] += dLogit * x[j];
      gradient[k++] += dLogit;
    }
  }

  clone(): SoftmaxLinear {
    return new SoftmaxLinear({ ...this.options, parameters: this.parameters });
  }
}

/** A softmax policy with logits linear in features of the observation; uniform unless `parameters` says otherwise. */
export const softmaxLinear = (options: SoftmaxLinearOptions): SoftmaxLinear => new SoftmaxLinear(options);
