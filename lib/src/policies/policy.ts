/**
 * What every method of the lecture needs from a policy pi_theta(a|s): draw an action, tell its log-probability, and
 * add a weighted score function  w * grad_theta log pi_theta(a|s)  to a gradient.
 */

import { fail } from '../math/check';
import type { Rng } from '../math/rng';

/** A stochastic policy over the actions 0 .. n - 1, differentiable in its parameters theta. */
export interface Policy {
  /** theta, flat. Algorithms change it in place. */
  readonly parameters: Float64Array;
  readonly actionCount: number;
  /** Numbers of the observations it is made for; absent where it takes any (a feature map knows what it reads). */
  readonly observationSize?: number;
  /** S, where observations are the index of a state; absent elsewhere. */
  readonly states?: number;
  /** Writes pi_theta(.|s) to out[0 .. n - 1]; `observation` holds the numbers of o at [offset ..]. */
  probabilities(observation: ArrayLike<number>, offset: number, out: Float64Array): void;
  /** a ~ pi_theta(.|s). */
  act(observation: ArrayLike<number>, offset: number, rng: Rng): number;
  /** log pi_theta(a|s), in nats. */
  logProb(observation: ArrayLike<number>, offset: number, action: number): number;
  /** gradient += weight * grad_theta log pi_theta(a|s). */
  addScore(
    observation: ArrayLike<number>,
    offset: number,
    action: number,
    weight: number,
    gradient: Float64Array,
  ): void;
  /** A copy with parameters of its own. */
  clone(): Policy;
}

/** The score function grad_theta log pi_theta(a|s) of one observation, a new array shaped like theta. */
export function scoreOf(policy: Policy, observation: ArrayLike<number>, action: number): Float64Array {
  const gradient = new Float64Array(policy.parameters.length);
  policy.addScore(observation, 0, action, 1, gradient);
  return gradient;
}

/** Throws unless a gradient has as many numbers as theta. */
export function checkGradient(gradient: ArrayLike<number>, length: number): void {
  if (gradient.length !== length)
    fail(`gradient has length ${gradient.length}, but theta has ${length} numbers.`);
}
