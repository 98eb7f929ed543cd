/**
 * The softmax policy with one logit per state and action, theta = [S * A] row by row:
 *
 *   pi_theta(a|s) = exp(theta[s, a]) / sum_b exp(theta[s, b])
 *   d log pi_theta(a|s) / d theta[s', b] = [s' = s] ([b = a] - pi_theta(b|s))
 *
 * It can represent any policy that gives every action a chance, which is what makes exact comparisons with theory
 * possible (Agarwal, Kakade, Lee and Mahajan 2021, "On the theory of policy gradient methods"). Observations are the
 * index of the state.
 */

import * as categorical from '../distributions/categorical';
import { checkInteger, checkVector, fail, show } from '../math/check';
import type { Rng } from '../math/rng';
import { checkGradient, type Policy } from './policy';

export interface SoftmaxTabularOptions {
  /** S, the number of states. */
  states: number;
  /** A, the number of actions. */
  actions: number;
  /** theta to begin with, [S * A]; copied. All zero, the uniform policy, by default. */
  logits?: ArrayLike<number>;
}

/** A softmax policy over tables; see `softmaxTabular`. */
export class SoftmaxTabular implements Policy {
  /** theta [S * A]: the logit of action a in state s is parameters[s * A + a]. */
  readonly parameters: Float64Array;
  readonly states: number;
  readonly actionCount: number;
  readonly observationSize = 1;

  constructor({ states, actions, logits }: SoftmaxTabularOptions) {
    this.states = checkInteger('states', states, 1);
    this.actionCount = checkInteger('actions', actions, 1);
    this.parameters = logits
      ? Float64Array.from(checkVector('logits', logits, states * actions))
      : new Float64Array(states * actions);
  }

  /** Where the logits of the observed state begin. */
  private row(observation: ArrayLike<number>, offset: number): number {
    const s = observation[offset];
    if (!(s >= 0 && s < this.states && Math.floor(s) === s))
      fail(`observation[${offset}] is ${show(s)}, but must be a state from 0 to ${this.states - 1}.`);
    return s * this.actionCount;
  }

  probabilities(observation: ArrayLike<number>, offset: number, out: Float64Array): void {
    categorical.softmaxInto(this.parameters, this.row(observation, offset), this.actionCount, out, 0);
  }

  act(observation: ArrayLike<number>, offset: number, rng: Rng): number {
    return categorical.sample(this.parameters, rng, this.row(observation, offset), this.actionCount);
  }

  logProb(observation: ArrayLike<number>, offset: number, action: number): number {
    return categorical.logProb(this.parameters, action, this.row(observation, offset), this.actionCount);
  }

  addScore(
    observation: ArrayLike<number>,
    offset: number,
    action: number,
    weight: number,
    gradient: Float64Array,
  ): void {
    checkGradient(gradient, this.parameters.length);
    const row = this.row(observation, offset);
    categorical.addScore(this.parameters, action, weight, gradient, row, this.actionCount, row);
  }

  /** pi_theta(a|s) of all states and actions, a new array [S * A]. */
  table(): Float64Array {
    const out = new Float64Array(this.parameters.length);
    for (let row = 0; row < out.length; row += this.actionCount)
      categorical.softmaxInto(this.parameters, row, this.actionCount, out, row);
    return out;
  }

  clone(): SoftmaxTabular {
    return new SoftmaxTabular({ states: this.states, actions: this.actionCount, logits: this.parameters });
  }
}

/** A softmax policy with one logit per state and action; uniform unless `logits` says otherwise. */
export const softmaxTabular = (options: SoftmaxTabularOptions): SoftmaxTabular => new SoftmaxTabular(options);
