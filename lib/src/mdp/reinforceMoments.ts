/**
 * How noisy is a policy gradient estimate, and how wrong on average? The exact mean, bias and covariance of what one episode
 * says of the gradient on a tabular MDP with a horizon, so that measured ones have something to be held against. For the
 * two forms of REINFORCE in lecture 6, psi_t = grad log pi(a_t|s_t),
 *
 *   total return             g = R(tau) sum_t psi_t                        R(tau) = sum_t gamma^t r_t
 *   temporal structure       g = sum_t gamma^t psi_t (G_t - b(s_t))        G_t = sum_{u >= t} gamma^{u - t} r_u
 *
 * by the recursion of momentRecursion.ts. Cov[g] = E[g g^T] - E[g] E[g]^T; its trace, the sum of the components' variances,
 * is E||g - E g||^2. An average over m episodes has the covariance Cov[g] / m. The bias is measured against grad J_H, the
 * gradient of the expected return over the horizon. advantageMoments.ts does the same for estimates with a critic.
 */

import {
  checkGamma,
  checkInteger,
  checkVector,
  fail,
  knownOptions,
  type OptionNames,
  show,
} from '../math/check';
import { exactGradient } from './exact';
import {
  addPair,
  diagonal,
  type Entries,
  lowerTriangle,
  type Recursion,
  type Reward,
  rewardToGo,
  totalReturn,
} from './momentRecursion';
import { checkMDP, type TabularMDP } from './tabularMDP';
import { parametricTable, type TabularPolicy } from './tabularPolicy';

/** Options of `reinforceMoments`. */
export interface ReinforceMomentsOptions {
  /** H: episodes are cut after this many steps. */
  horizon: number;
  /** Instead of the MDP's own discount factor. */
  gamma?: number;
  /** 'total-return': R(tau) times the summed scores; 'reward-to-go': the temporal structure. */
  form: 'total-return' | 'reward-to-go';
  /** b(s) [S] or b_t(s) [H * S], with 'reward-to-go' only. 0 by default. */
  baseline?: ArrayLike<number>;
  /**
   * Whether step t of 'reward-to-go' is weighted by gamma^t. True by default: without it, as in most implementations, the
   * estimator's mean is not the gradient of the discounted return.
   */
  discountState?: boolean;
  /** Whether the whole covariance is wanted, in O(d^2) a step, and not the variances alone. False by default. */
  covariance?: boolean;
}

const REINFORCE_MOMENTS_OPTIONS: OptionNames<ReinforceMomentsOptions> = {
  horizon: 'required',
  gamma: 'optional',
  form: 'required',
  baseline: 'optional',
  discountState: 'optional',
  covariance: 'optional',
};

/** The moments of one episode's gradient estimate g, a vector of d numbers. */
export interface EstimatorMoments {
  /** E[g], shaped like theta. */
  mean: Float64Array;
  /** E[g] - grad J_H, shaped like theta; 0 but for rounding where the estimator is unbiased. */
  bias: Float64Array;
  /** Var[g_k] of each component, shaped like theta. */
  variance: Float64Array;
  /** Cov[g_i, g_j] at [i * d + j], if it was asked for; its diagonal is `variance`. */
  covariance?: Float64Array;
  /** tr Cov[g], the sum of `variance`. */
  covarianceTrace: number;
  /** E||g||^2 = covarianceTrace + ||mean||^2 */
  meanSquaredNorm: number;
}

/** The exact mean, bias and covariance of a single-episode REINFORCE estimate; see the top of this file. */
export function reinforceMoments(
  mdp: TabularMDP,
  policy: TabularPolicy,
  options: ReinforceMomentsOptions & { covariance: true },
): Required<EstimatorMoments>;
export function reinforceMoments(
  mdp: TabularMDP,
  policy: TabularPolicy,
  options: ReinforceMomentsOptions,
): EstimatorMoments;
export function reinforceMoments(
  mdp: TabularMDP,
  policy: TabularPolicy,
  options: ReinforceMomentsOptions,
): EstimatorMoments {
  const {
    horizon,
    gamma = checkMDP(mdp).gamma,
    form,
    baseline,
    discountState = true,
    covariance = false,
  } = knownOptions('reinforceMoments', options, REINFORCE_MOMENTS_OPTIONS);
  checkInteger('horizon', horizon, 1);
  checkGamma(gamma);
  if (form !== 'total-return' && form !== 'reward-to-go')
    fail(`form is ${show(form)}, but must be 'total-return' or 'reward-to-go'.`);
  const S = checkMDP(mdp).states;
  if (baseline) {
    if (form === 'total-return') fail("baseline is given, but only the form 'reward-to-go' takes one.");
    checkVector('baseline', baseline, baseline.length === S ? S : horizon * S);
  }
  const b = (t: number, s: number) => (baseline ? baseline[baseline.length === S ? s : t * S + s] : 0);
  const c = discountState ? gamma : 1;
  return episodeMoments(mdp, policy, { horizon, gamma, covariance }, entries =>
    form === 'total-return' ? totalReturn(entries, gamma) : rewardToGo(entries, gamma, c, b),
  );
}

/** The moments of g by a recursion over the rewards that `reward` makes of the MDP's. */
export function episodeMoments(
  mdp: TabularMDP,
  policy: TabularPolicy,
  { horizon, gamma, covariance }: { horizon: number; gamma: number; covariance: boolean },
  recursionOf: (entries: Entries) => Recursion,
  reward: Reward = (_t, _s, r) => r,
): EstimatorMoments {
  const pi = parametricTable(mdp, policy);
  const scores = pairScores(mdp, policy);
  const d = policy.parameters.length;
  const entries = covariance ? lowerTriangle(d) : diagonal(d);
  const recursion = recursionOf(entries);
  let after = Array.from({ length: mdp.states }, () => recursion.atEnd);
  for (let t = horizon - 1; t >= 0; t--) {
    const now = after.map((moments, s) => (mdp.terminal[s] ? moments : new Float64Array(recursion.count)));
    for (let pair = 0; pair < pi.length; pair++) {
      const s = Math.floor(pair / mdp.actions);
      if (mdp.terminal[s] || pi[pair] === 0) continue;
      addPair(mdp, recursion, reward, t, pair, scores[pair], after, pi[pair], now[s]);
    }
    after = now;
  }
  const expected = (index: number) => mdp.initial.reduce((sum, p, s) => sum + p * after[s][index], 0);
  const [first, second] = recursion.gradient;
  const mean = Float64Array.from({ length: d }, (_, k) => expected(first + k));
  const variance = new Float64Array(d);
  const matrix = covariance ? new Float64Array(d * d) : undefined;
  let covarianceTrace = 0;
  let meanSquaredNorm = 0;
  entries.row.forEach((i, q) => {
    const j = entries.column[q];
    const squared = expected(second + q);
    let entry = squared - mean[i] * mean[j];
    if (i === j) {
      entry = Math.max(0, entry); // a difference that may round to just below zero
      variance[i] = entry;
      covarianceTrace += entry;
      meanSquaredNorm += squared;
    }
    if (matrix) matrix[i * d + j] = matrix[j * d + i] = entry;
  });
  const gradient = exactGradient(mdp, policy, { horizon, gamma });
  return {
    mean,
    bias: mean.map((x, k) => x - gradient[k]),
    variance,
    ...(matrix && { covariance: matrix }),
    covarianceTrace,
    meanSquaredNorm,
  };
}

/** psi(s,a) = grad log pi(a|s) of each pair s * A + a, shaped like theta; 0 in terminal states. */
export function pairScores(mdp: TabularMDP, policy: TabularPolicy): Float64Array[] {
  return Array.from({ length: mdp.states * mdp.actions }, (_, pair) => {
    const s = Math.floor(pair / mdp.actions);
    const score = new Float64Array(policy.parameters.length);
    if (!mdp.terminal[s]) policy.addScore([s], 0, pair % mdp.actions, 1, score);
    return score;
  });
}
