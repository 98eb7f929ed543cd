/**
 * Advantage estimators: what a step earned beyond what a critic V expected (lecture 6, "Alternatives to Monte Carlo
 * returns"). With the TD error of step t,
 *
 *   delta_t = r_t + gamma V(s_{t+1}) - V(s_t)
 *
 *   A_t^(1)   = delta_t
 *   A_t^(n)   = r_t + ... + gamma^{n-1} r_{t+n-1} + gamma^n V(s_{t+n}) - V(s_t)  =  sum_{k < n} gamma^k delta_{t+k}
 *   A_t^(inf) = G_t - V(s_t)
 *   A_t^GAE   = (1 - lambda) sum_{n >= 1} lambda^{n-1} A_t^(n)  =  sum_k (gamma lambda)^k delta_{t+k}
 *
 * the last by Schulman, Moritz, Levine, Jordan and Abbeel 2016 ("High-dimensional continuous control using generalized
 * advantage estimation", eq. 16). lambda = 0 is the TD error, lambda = 1 is A^(inf). A sum of TD errors stops where its
 * trajectory does, and how the trajectory ended decides what V(s_{t+1}) is in its last step:
 *
 *   terminated              nothing follows: 0
 *   truncated, batch end    the episode would have gone on: V of the observation that came last (`finalValues`)
 *
 * A_t + V(s_t) is an estimate of the return from s_t on, the target to which a critic is fitted. Advantages are often
 * normalised over the batch before they weigh scores, so that a step size means the same whatever the rewards' units.
 */

import {
  checkFinite,
  checkGamma,
  checkInteger,
  checkObject,
  checkVector,
  fail,
  knownOptions,
  type OptionNames,
} from '../math/check';
import { square } from '../math/vectors';
import type { TrajectoryBatch } from '../rollout/trajectoryBatch';
import { rewardToGo } from './returns';

/** What advantage estimators read of a batch. */
export type RewardedBatch = Pick<TrajectoryBatch, 'rewards' | 'terminated' | 'episodeStarts'>;

/** What a critic says of a batch: see `criticValues` for one that is a baseline. */
export interface CriticValues {
  /** V(s_t) [T] */
  values: ArrayLike<number>;
  /**
   * V of the observation after the last step of each trajectory [m]; not looked at where the trajectory terminated. May be
   * left out if all did.
   */
  finalValues?: ArrayLike<number>;
}

/** What every estimate of advantages is made with. */
export interface AdvantageOptions extends CriticValues {
  /** Discount factor gamma in [0, 1]. */
  gamma: number;
  /** [T] where to write; a new array by default. Not `values` or the batch's rewards. */
  out?: Float64Array;
}

const ADVANTAGE_OPTIONS: OptionNames<AdvantageOptions> = {
  gamma: 'required',
  out: 'optional',
  values: 'required',
  finalValues: 'optional',
};

/**
 * delta_t = r_t + gamma V(s_{t+1}) - V(s_t) of every step, [T].
 *
 * $$\delta_t = r_t + \gamma V(s_{t+1}) - V(s_t)$$
 */
export function tdErrors(batch: RewardedBatch, options: AdvantageOptions): Float64Array {
  const {
    values,
    finalValues,
    gamma,
    out = new Float64Array(batch?.rewards?.length ?? 0),
  } = knownOptions('tdErrors', options, ADVANTAGE_OPTIONS);
  checkObject('batch', batch, 'a batch of trajectories', 'rewards', 'terminated', 'episodeStarts');
  checkGamma(gamma);
  const { rewards, terminated, episodeStarts } = batch;
  const m = episodeStarts.length - 1;
  checkVector('values', values, rewards.length);
  if (finalValues) checkVector('finalValues', finalValues, m);
  checkVector('out', out, rewards.length);
  if (out === values || out === rewards)
    fail(`out is ${out === values ? 'values' : "the batch's rewards"}, but must be an array of its own.`);
  for (let i = 0; i < m; i++) {
    const last = episodeStarts[i + 1] - 1;
    for (let t = episodeStarts[i]; t < last; t++) out[t] = rewards[t] + gamma * values[t + 1] - values[t];
    if (!terminated[last] && !finalValues)
      fail(
        `finalValues is missing, but must hold the value after each trajectory: trajectory ${i} did not terminate.`,
      );
    const following = terminated[last] ? 0 : finalValues![i];
    out[last] = rewards[last] + gamma * following - values[last];
  }
  return out;
}

const N_STEP_ADVANTAGES_OPTIONS: OptionNames<AdvantageOptions & { n: number }> = {
  gamma: 'required',
  out: 'optional',
  values: 'required',
  finalValues: 'optional',
  n: 'required',
};

/**
 * A_t^(n) of every step, [T], in O(T) for any n. A window that would reach over the end of its trajectory ends there.
 *
 * $$\hat A^{(n)}_t = \sum_{l=0}^{n-1} \gamma^l r_{t+l} + \gamma^n V(s_{t+n}) - V(s_t)$$
 * @param options.n 1, 2, ..., or Infinity
 */
export function nStepAdvantages(
  batch: RewardedBatch,
  options: AdvantageOptions & { n: number },
): Float64Array {
  const { n, ...rest } = knownOptions('nStepAdvantages', options, N_STEP_ADVANTAGES_OPTIONS);
  if (n !== Infinity) checkInteger('n', n, 1);
  const delta = tdErrors(batch, rest);
  if (n === 1) return delta;
  const { gamma } = rest;
  const { episodeStarts } = batch;
  if (n === Infinity) return rewardToGo(delta, gamma, episodeStarts, delta);

  // Cut the trajectory into blocks of n steps. The window of step t is the rest of its own block and the beginning of the
  // next: two sums that one pass each makes for all steps, without the cancellation of a difference of returns.
  const beginning = new Float64Array(delta.length);
  for (let i = 0; i < episodeStarts.length - 1; i++) {
    const start = episodeStarts[i];
    const end = episodeStarts[i + 1];
    for (let t = start, sum = 0, discount = 1; t < end; t++) {
      if ((t - start) % n === 0) [sum, discount] = [0, 1];
      sum += discount * delta[t];
      discount *= gamma;
      beginning[t] = sum;
    }
    for (let t = end - 1, rest = 0, discount = 1, next = end; t >= start; t--) {
      if ((t + 1 - start) % n === 0) [rest, discount, next] = [0, 1, t + 1];
      rest = delta[t] + gamma * rest;
      discount *= gamma;
      const last = Math.min(t + n, end) - 1;
      delta[t] = last >= next ? rest + discount * beginning[last] : rest;
    }
  }
  return delta;
}

const GENERALIZED_ADVANTAGES_OPTIONS: OptionNames<AdvantageOptions & { lambda: number }> = {
  gamma: 'required',
  out: 'optional',
  values: 'required',
  finalValues: 'optional',
  lambda: 'required',
};

/**
 * Generalized advantage estimates of every step, [T]: discounted sums of TD errors, so rewards to go of delta with gamma
 * lambda for the discount.
 *
 * $$\hat A_t = \delta_t + \gamma \lambda \hat A_{t+1}, \qquad \delta_t = r_t + \gamma V(s_{t+1}) - V(s_t)$$
 * @param options.lambda in [0, 1]: 0 the TD error (little variance, the critic's bias), 1 Monte Carlo minus V
 */
export function generalizedAdvantages(
  batch: RewardedBatch,
  options: AdvantageOptions & { lambda: number },
): Float64Array {
  const { lambda, ...rest } = knownOptions('generalizedAdvantages', options, GENERALIZED_ADVANTAGES_OPTIONS);
  checkFinite('lambda', lambda, 0, 1);
  const delta = tdErrors(batch, rest);
  return rewardToGo(delta, rest.gamma * lambda, batch.episodeStarts, delta);
}

/** A_t + V(s_t) [T], the estimated returns to which a critic is fitted; lambda-returns for GAE. */
export function valueTargets(
  advantages: ArrayLike<number>,
  values: ArrayLike<number>,
  out: Float64Array = new Float64Array(advantages?.length ?? 0),
): Float64Array {
  checkVector('advantages', advantages);
  checkVector('values', values, advantages.length);
  checkVector('out', out, advantages.length);
  for (let t = 0; t < out.length; t++) out[t] = advantages[t] + values[t];
  return out;
}

const NORMALIZE_ADVANTAGES_OPTIONS: OptionNames<{ epsilon?: number; out?: Float64Array }> = {
  epsilon: 'optional',
  out: 'optional',
};

/**
 * Advantages [T] brought to mean 0 and standard deviation 1 over the batch, (A_t - mean) / (deviation + epsilon), where
 * deviation^2 = sum_t (A_t - mean)^2 / T (T, not T - 1). Where all are equal, as in a batch of one step, the result is 0.
 *
 * The mean acts as a baseline and the deviation as a step size, both taken from the very steps whose scores they weigh: that
 * biases the gradient by O(1 / number of trajectories), and how large the advantages were is lost.
 * @param options.epsilon at least 0; 1e-8 by default, small beside advantages of ordinary size
 * @param options.out [T] where to write; a new array by default, and it may be `advantages`
 */
export function normalizeAdvantages(
  advantages: ArrayLike<number>,
  options: { epsilon?: number; out?: Float64Array } = {},
): Float64Array {
  const { epsilon = 1e-8, out = new Float64Array(advantages?.length ?? 0) } = knownOptions(
    'normalizeAdvantages',
    options,
    NORMALIZE_ADVANTAGES_OPTIONS,
  );
  const steps = checkVector('advantages', advantages).length;
  checkFinite('epsilon', epsilon, 0);
  checkVector('out', out, steps);
  // Counted from the first one, so that equal advantages differ by exactly 0 from their mean.
  const first = advantages[0];
  let sum = 0;
  for (let t = 0; t < steps; t++) sum += advantages[t] - first;
  const mean = first + sum / steps;
  let squares = 0;
  for (let t = 0; t < steps; t++) squares += square(advantages[t] - mean);
  const scale = Math.sqrt(squares / steps) + epsilon;
  for (let t = 0; t < steps; t++) out[t] = scale > 0 ? (advantages[t] - mean) / scale : 0;
  return out;
}
