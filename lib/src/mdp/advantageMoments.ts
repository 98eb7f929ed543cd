/**
 * What a critic V does to advantage estimates and to the gradient estimates made of them, exactly, on a tabular MDP. The
 * estimates of estimators/advantages.ts are sums of TD errors delta_t = r_t + gamma V(s_{t+1}) - V(s_t):
 *
 *   n steps   A_t^(n) = delta_t + gamma A_{t+1}^(n-1)    the next n of them, discounted by gamma
 *   GAE       A_t = delta_t + gamma lambda A_{t+1}       all of them, discounted by gamma lambda: a return of rewards delta
 *
 * `advantageBiasVariance` asks of the estimate itself, for each (s, a), how far its mean is from A^pi(s,a) and how much it
 * scatters. With e = V - V^pi the error of the critic (0 in terminal states),
 *
 *   E[A^(n) | s, a] - A^pi(s,a)  =  gamma^n E[e(s_n) | s, a] - e(s),      n = infinity: - e(s)
 *
 * The part of the bias that is the same for all actions, such as - e(s), is a baseline's: as E_a[psi] = 0, no policy gradient
 * sees it. What is left of the bias without its mean over the actions is `actionBias`, and
 *
 *   E[sum_t gamma^t psi_t A_t] - grad J  =  sum_t gamma^t E[psi_t actionBias_t(s_t, a_t)]
 *
 * `advantageMoments` gives that, and the covariance, of one episode's gradient estimate g = sum_t gamma^t psi_t A_t.
 */

import {
  checkFinite,
  checkGamma,
  checkInteger,
  checkVector,
  fail,
  knownOptions,
  type OptionNames,
  show,
} from '../math/check';
import { square } from '../math/vectors';
import { solveFiniteHorizon, solvePolicy } from './exact';
import {
  addPair,
  diagonal,
  type Entries,
  type Recursion,
  type Reward,
  rewardToGo,
  window,
} from './momentRecursion';
import { type EstimatorMoments, episodeMoments } from './reinforceMoments';
import { checkMDP, type TabularMDP } from './tabularMDP';
import { type PolicyOrTable, policyTable, type TabularPolicy } from './tabularPolicy';

/** A critic and what is made of it. */
export interface AdvantageEstimate {
  /**
   * The critic: V(s) [S], or with a horizon also V_t(s) [H * S], or [(H + 1) * S] with its values at the cut. Terminal
   * states count as 0 whatever it says.
   */
  values: ArrayLike<number>;
  /** For A^(n): 1, 2, ..., or Infinity. Either this or `lambda`. */
  n?: number;
  /** For GAE: in [0, 1]. */
  lambda?: number;
  /** Instead of the MDP's own discount factor. */
  gamma?: number;
  /**
   * Whether the critic's value of s_H follows the last reward of an episode that the horizon cuts, as in a truncated
   * trajectory. False by default: nothing is earned after the cut, as J_H has it.
   */
  bootstrapAtCut?: boolean;
}

/** Options of `advantageMoments`. */
export interface AdvantageMomentsOptions extends AdvantageEstimate {
  /** H: episodes are cut after this many steps. */
  horizon: number;
  /** Whether step t is weighted by gamma^t. True by default. */
  discountState?: boolean;
  /** Whether the whole covariance is wanted, in O(d^2) a step, and not the variances alone. False by default. */
  covariance?: boolean;
}

const ADVANTAGE_MOMENTS_OPTIONS: OptionNames<AdvantageMomentsOptions> = {
  horizon: 'required',
  discountState: 'optional',
  covariance: 'optional',
  values: 'required',
  n: 'optional',
  lambda: 'optional',
  gamma: 'optional',
  bootstrapAtCut: 'optional',
};

/**
 * The exact mean, bias and covariance of a single-episode estimate g = sum_t gamma^t psi_t A_t, with A_t the n-step or
 * generalized advantage estimate that a given critic makes. Where the critic is wrong the estimate is biased, unless it
 * sums all rewards (n = Infinity or lambda = 1, and no bootstrap at the cut).
 */
export function advantageMoments(
  mdp: TabularMDP,
  policy: TabularPolicy,
  options: AdvantageMomentsOptions & { covariance: true },
): Required<EstimatorMoments>;
export function advantageMoments(
  mdp: TabularMDP,
  policy: TabularPolicy,
  options: AdvantageMomentsOptions,
): EstimatorMoments;
export function advantageMoments(
  mdp: TabularMDP,
  policy: TabularPolicy,
  options: AdvantageMomentsOptions,
): EstimatorMoments {
  const {
    discountState = true,
    covariance = false,
    horizon,
    gamma = checkMDP(mdp).gamma,
    ...estimator
  } = knownOptions('advantageMoments', options, ADVANTAGE_MOMENTS_OPTIONS);
  checkInteger('horizon', horizon, 1);
  const estimate = { ...estimator, horizon, gamma };
  const reward = criticReward(mdp, estimate);
  return episodeMoments(
    mdp,
    policy,
    { horizon, gamma, covariance },
    entries => sumOfErrors(entries, estimate, discountState ? gamma : 1),
    reward,
  );
}

/** Options of `advantageBiasVariance`. */
export interface AdvantageBiasVarianceOptions extends AdvantageEstimate {
  /** H: episodes are cut after this many steps. Never, by default. */
  horizon?: number;
}

const ADVANTAGE_BIAS_VARIANCE_OPTIONS: OptionNames<AdvantageBiasVarianceOptions> = {
  horizon: 'optional',
  values: 'required',
  n: 'optional',
  lambda: 'optional',
  gamma: 'optional',
  bootstrapAtCut: 'optional',
};

/**
 * An advantage estimate held against the advantage, for each (s, a) at [s * A + a]; with a horizon for each (t, s, a) at
 * [(t * S + s) * A + a], t = 0 .. H - 1. All is 0 in terminal states, and NaN where there is no advantage (gamma = 1 in a
 * state that is never met and from which the episode may never end).
 */
export interface AdvantageBiasVariance {
  /** A^pi(s,a), or A_t(s,a) of the episodes that the horizon cuts. */
  advantage: Float64Array;
  /** The mean of the estimate from a step in s with action a. */
  mean: Float64Array;
  /** mean - advantage */
  bias: Float64Array;
  /** bias(s,a) - sum_a' pi(a'|s) bias(s,a'): the part of the bias that a policy gradient sees. */
  actionBias: Float64Array;
  /** The variance of the estimate from a step in s with action a. */
  variance: Float64Array;
  /** How often the step is taken, sum_t gamma^t P(s_t = s) pi(a|s), or gamma^t P(s_t = s) pi(a|s), scaled to sum to 1. */
  weights: Float64Array;
  /** Means of the squared biases and of the variance with these weights. */
  meanSquaredBias: number;
  /** The same of `actionBias`. */
  meanSquaredActionBias: number;
  /** The same of `variance`. */
  meanVariance: number;
  /** The estimate's mean squared distance from the advantage: meanSquaredBias + meanVariance. */
  meanSquaredError: number;
}

/**
 * The exact bias and variance of n-step or generalized advantage estimates with any critic, right or wrong; see the top of
 * this file. With gamma = 1 and no horizon the policy must end its episodes, as for `solvePolicy`.
 */
export function advantageBiasVariance(
  mdp: TabularMDP,
  policy: PolicyOrTable,
  options: AdvantageBiasVarianceOptions,
): AdvantageBiasVariance {
  const {
    horizon,
    gamma = checkMDP(mdp).gamma,
    ...estimator
  } = knownOptions('advantageBiasVariance', options, ADVANTAGE_BIAS_VARIANCE_OPTIONS);
  const pi = policyTable(mdp, policy);
  const estimate = { ...estimator, horizon, gamma };
  const reward = criticReward(mdp, estimate);
  const exact =
    horizon === undefined
      ? uncutEpisodes(mdp, pi, estimate, reward)
      : cutEpisodes(mdp, pi, horizon, estimate, reward);
  const { advantage, mean, second, visits } = exact;
  const variance = second.map((x, k) => Math.max(0, x - square(mean[k]))); // a difference that may round to just below zero
  const bias = mean.map((x, k) => x - advantage[k]);
  const actionBias = new Float64Array(bias.length);
  const weights = new Float64Array(bias.length);
  const steps = visits.reduce((sum, p) => sum + p, 0);
  visits.forEach((p, row) => {
    const [from, to] = [row * mdp.actions, (row + 1) * mdp.actions];
    const probability = (k: number) => pi[k % pi.length];
    let common = 0;
    // An action that is never taken may have no value.
    for (let k = from; k < to; k++) if (probability(k) > 0) common += probability(k) * bias[k];
    for (let k = from; k < to; k++) {
      actionBias[k] = bias[k] - common;
      weights[k] = (p * probability(k)) / steps;
    }
  });
  const average = (values: Float64Array) =>
    weights.reduce((sum, w, k) => (w > 0 ? sum + w * values[k] : sum), 0);
  const squares = (values: Float64Array) => average(values.map(x => x * x));
  const [meanSquaredBias, meanVariance] = [squares(bias), average(variance)];
  return {
    advantage,
    mean,
    bias,
    actionBias,
    variance,
    weights,
    meanSquaredBias,
    meanSquaredActionBias: squares(actionBias),
    meanVariance,
    meanSquaredError: meanSquaredBias + meanVariance,
  };
}

/** What `advantageBiasVariance` is made of: tables over pairs, and how often each state is met, 0 for terminal ones. */
interface EstimateTables {
  advantage: Float64Array;
  mean: Float64Array;
  /** The second moment of the estimate. */
  second: Float64Array;
  visits: Float64Array;
}

/** `horizon` undefined: episodes are never cut. */
type Checked = AdvantageEstimate & { horizon?: number; gamma: number };

/** Episodes that the horizon cuts: one step of the recursion after the other, kept for each pair. */
function cutEpisodes(
  mdp: TabularMDP,
  pi: Float64Array,
  horizon: number,
  estimate: Checked,
  reward: Reward,
): EstimateTables {
  const { A, stateProbabilities } = solveFiniteHorizon(mdp, pi, { horizon, gamma: estimate.gamma });
  const visits = new Float64Array(horizon * mdp.states);
  for (let t = 0, discount = 1; t < horizon; t++, discount *= estimate.gamma)
    for (let s = 0; s < mdp.states; s++)
      if (!mdp.terminal[s]) visits[t * mdp.states + s] = discount * stateProbabilities[t * mdp.states + s];
  return {
    advantage: A,
    ...weightMoments(mdp, pi, sumOfErrors(diagonal(0), estimate, 1), reward, horizon),
    visits,
  };
}

/** Episodes that are never cut. */
function uncutEpisodes(mdp: TabularMDP, pi: Float64Array, estimate: Checked, reward: Reward): EstimateTables {
  const { gamma, n = Infinity, lambda = 1 } = estimate;
  const { A, visits } = solvePolicy(mdp, pi, { gamma });
  if (n !== Infinity) {
    // After n steps back, further ones change nothing.
    const { mean, second } = weightMoments(mdp, pi, sumOfErrors(diagonal(0), estimate, 1), reward, n);
    return { advantage: A, mean: mean.slice(0, A.length), second: second.slice(0, A.length), visits };
  }
  // The estimate is a return whose rewards are TD errors, and its mean a value. So is that of its square,
  // (delta + k A')^2 = (delta^2 + 2 k delta A') + k^2 A'^2.
  const k = gamma * lambda;
  const expected = (earned: (delta: number, next: number) => number) =>
    Float64Array.from(pi, (_, pair) => {
      const s = Math.floor(pair / mdp.actions);
      let sum = 0;
      for (let o = mdp.outcomeStart[pair]; o < mdp.outcomeStart[pair + 1]; o++) {
        const next = mdp.outcomeNext[o];
        const p = mdp.outcomeProbability[o];
        if (p > 0) sum += p * earned(reward(0, s, mdp.outcomeReward[o], next), next);
      }
      return sum;
    });
  const first = solvePolicy({ ...mdp, reward: expected(delta => delta) }, pi, { gamma: k });
  const squares = expected((delta, next) => delta * delta + 2 * k * delta * first.V[next]);
  mdp.rewardDeviation?.forEach((deviation, pair) => {
    squares[pair] += square(deviation);
  });
  const second = solvePolicy({ ...mdp, reward: squares }, pi, { gamma: k * k });
  return { advantage: A, mean: first.Q, second: second.Q, visits };
}

/** E[w_t | s, a] and E[w_t^2 | s, a] of what weighs the score in an estimate, for t = 0 .. H - 1, by its recursion. */
function weightMoments(
  mdp: TabularMDP,
  pi: Float64Array,
  recursion: Recursion,
  reward: Reward,
  horizon: number,
): { mean: Float64Array; second: Float64Array } {
  const mean = new Float64Array(horizon * pi.length);
  const second = new Float64Array(horizon * pi.length);
  let after = Array.from({ length: mdp.states }, () => recursion.atEnd);
  for (let t = horizon - 1; t >= 0; t--) {
    const now = after.map((moments, s) => (mdp.terminal[s] ? moments : new Float64Array(recursion.count)));
    for (let pair = 0; pair < pi.length; pair++) {
      const s = Math.floor(pair / mdp.actions);
      if (mdp.terminal[s]) continue;
      const given = new Float64Array(recursion.count);
      addPair(mdp, recursion, reward, t, pair, [], after, 1, given);
      [mean[t * pi.length + pair], second[t * pi.length + pair]] = recursion.weight.map(
        index => given[index],
      );
      given.forEach((x, index) => {
        now[s][index] += pi[pair] * x;
      });
    }
    after = now;
  }
  return { mean, second };
}

/** The recursion of A^(n) or of generalized advantages over TD errors. */
function sumOfErrors(
  entries: Entries,
  { n, lambda = 1, gamma, horizon = Infinity }: Checked,
  c: number,
): Recursion {
  return n === undefined || n >= horizon
    ? rewardToGo(entries, gamma * lambda, c, () => 0)
    : window(entries, n, gamma, c);
}

/** What a critic makes of a reward, delta_t = r_t + gamma V(s_{t+1}) - V(s_t). Checks all that an estimate is made of. */
function criticReward(
  mdp: TabularMDP,
  { values, n, lambda, gamma, horizon, bootstrapAtCut = false }: Checked,
): Reward {
  checkGamma(gamma);
  if (horizon !== undefined) checkInteger('horizon', horizon, 1);
  if ((n === undefined) === (lambda === undefined))
    fail(`n is ${show(n)} and lambda is ${show(lambda)}, but exactly one of them must be given.`);
  if (n !== undefined && n !== Infinity) checkInteger('n', n, 1);
  if (lambda !== undefined) checkFinite('lambda', lambda, 0, 1);
  const S = checkMDP(mdp).states;
  const length = checkVector('values', values, horizon === undefined ? S : undefined).length;
  if (horizon !== undefined && length !== S && length !== horizon * S && length !== (horizon + 1) * S)
    fail(
      `values has length ${length}, but must have length ${S} (S), ${horizon * S} (H * S) or ${(horizon + 1) * S} ((H + 1) * S).`,
    );
  if (horizon !== undefined && bootstrapAtCut && length !== S && length !== (horizon + 1) * S)
    fail(
      `values has length ${length} and none at the cut, but bootstrapAtCut needs length ${S} (S) or ${(horizon + 1) * S} ((H + 1) * S).`,
    );
  const V = (t: number, s: number) =>
    mdp.terminal[s] || (t === horizon && !bootstrapAtCut) ? 0 : values[length === S ? s : t * S + s];
  return (t, s, r, next) => r + gamma * V(t + 1, next) - V(t, s);
}
