/**
 * How noisy is a policy gradient estimate, and how wrong on average? The exact mean, bias and variance of what one episode
 * says of the gradient on a tabular MDP with a horizon, so that measured ones have something to be held against. For the
 * two forms of REINFORCE in lecture 6,
 *
 *   total return             g = R(tau) sum_t psi_t                        R(tau) = sum_t gamma^t r_t
 *   temporal structure       g = sum_t gamma^t psi_t (G_t - b(s_t))        G_t = sum_{u >= t} gamma^{u - t} r_u
 *
 * with psi_t = grad log pi(a_t|s_t), every component of g is a function of the trajectory whose first two moments obey
 * a recursion backwards in time. Write R, Psi and X for what the steps from t on contribute and a prime for the same from
 * t + 1 on:
 *
 *   R = r + gamma R',    Psi = psi + Psi',    X = psi (G - b) + gamma X'
 *
 * E[(R Psi)^2] then needs all E[R^i Psi^j | s_t] with i, j <= 2, and E[X^2] needs E[X | s_t], E[X G | s_t] besides the
 * moments of G: expand the products, take the expectation over a_t, r_t and s_{t+1}, and go one step back. The trace of
 * the covariance is E||g||^2 - ||E g||^2, the sum of the components' variances; an average over m episodes divides it by m.
 *
 * With a critic's advantages in the place of G - b (estimators/advantages.ts), sums of delta = r + gamma V(s') - V(s),
 *
 *   GAE       A_t = delta_t + gamma lambda A_{t+1}       is G_t of the rewards delta, discounted by gamma lambda
 *   n steps   A_t^(n) = delta_t + gamma A_{t+1}^(n-1)    looks n steps ahead: X then goes with all A^(1) .. A^(n)
 *
 * The bias is measured against grad J_H, the gradient of the expected return over the horizon.
 */

import { checkFinite, checkGamma, checkInteger, checkVector, fail, show } from '../math/check';
import { type Policy, scoreOf } from '../policies/policy';
import { exactGradient, parametricTable } from './exact';
import { checkMDP, type TabularMDP } from './tabularMDP';

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
}

/** The moments of one episode's gradient estimate g. */
export interface EstimatorMoments {
  /** E[g], shaped like theta. */
  mean: Float64Array;
  /** E[g] - grad J_H, shaped like theta; 0 but for rounding where the estimator is unbiased. */
  bias: Float64Array;
  /** Var[g_k] of each component, shaped like theta. */
  variance: Float64Array;
  /** tr Cov[g], the sum of `variance`. */
  covarianceTrace: number;
  /** E||g||^2 = covarianceTrace + ||mean||^2 */
  meanSquaredNorm: number;
}

/** The exact mean, bias and variance of a single-episode REINFORCE estimate; see the top of this file. */
export function reinforceMoments(
  mdp: TabularMDP,
  policy: Policy,
  { horizon, gamma = checkMDP(mdp).gamma, form, baseline, discountState = true }: ReinforceMomentsOptions,
): EstimatorMoments {
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
  const recursion =
    form === 'total-return' ? totalReturn(gamma) : rewardToGo(gamma, discountState ? gamma : 1, b);
  return estimatorMoments(mdp, policy, horizon, gamma, recursion);
}

export interface AdvantageMomentsOptions {
  /** H: episodes are cut after this many steps. */
  horizon: number;
  /** Instead of the MDP's own discount factor. */
  gamma?: number;
  /**
   * The critic: V(s) [S], or V_t(s) [H * S], or [(H + 1) * S] with its values at the cut. Terminal states count as 0
   * whatever it says.
   */
  values: ArrayLike<number>;
  /** For A^(n): 1, 2, ..., or Infinity. Either this or `lambda`. */
  n?: number;
  /** For GAE: in [0, 1]. */
  lambda?: number;
  /**
   * Whether the critic's value of s_H follows the last reward of an episode that the horizon cuts, as in a truncated
   * trajectory. False by default: nothing is earned after the cut, as J_H has it.
   */
  bootstrapAtCut?: boolean;
  /** Whether step t is weighted by gamma^t. True by default. */
  discountState?: boolean;
}

/**
 * The exact mean, bias and variance of a single-episode estimate g = sum_t gamma^t psi_t A_t, with A_t the n-step or
 * generalized advantage estimate that a given critic makes. Where the critic is wrong the estimate is biased, unless it
 * sums all rewards (n = Infinity or lambda = 1, and no bootstrap at the cut).
 */
export function advantageMoments(
  mdp: TabularMDP,
  policy: Policy,
  {
    horizon,
    gamma = checkMDP(mdp).gamma,
    values,
    n,
    lambda,
    bootstrapAtCut = false,
    discountState = true,
  }: AdvantageMomentsOptions,
): EstimatorMoments {
  checkInteger('horizon', horizon, 1);
  checkGamma(gamma);
  if ((n === undefined) === (lambda === undefined))
    fail(`n is ${show(n)} and lambda is ${show(lambda)}, but exactly one of them must be given.`);
  if (n !== undefined && n !== Infinity) checkInteger('n', n, 1);
  if (lambda !== undefined) checkFinite('lambda', lambda, 0, 1);
  const S = checkMDP(mdp).states;
  const length = checkVector('values', values).length;
  if (length !== S && length !== horizon * S && length !== (horizon + 1) * S)
    fail(
      `values has length ${length}, but must have length ${S} (S), ${horizon * S} (H * S) or ${(horizon + 1) * S} ((H + 1) * S).`,
    );
  if (bootstrapAtCut && length !== S && length !== (horizon + 1) * S)
    fail(
      `values has length ${length} and none at the cut, but bootstrapAtCut needs length ${S} (S) or ${(horizon + 1) * S} ((H + 1) * S).`,
    );
  const V = (t: number, s: number) =>
    mdp.terminal[s] || (t === horizon && !bootstrapAtCut) ? 0 : values[length === S ? s : t * S + s];
  const delta: Reward = (t, s, r, next) => r + gamma * V(t + 1, next) - V(t, s);

  const c = discountState ? gamma : 1;
  const recursion =
    n === undefined || n >= horizon ? rewardToGo(gamma * (lambda ?? 1), c, () => 0) : window(n, gamma, c);
  return estimatorMoments(mdp, policy, horizon, gamma, recursion, delta);
}

/** What step t earns: r, or what a critic makes of it. */
type Reward = (t: number, s: number, r: number, next: number) => number;

/** The moments of g, component by component, by a recursion over the rewards that `reward` makes of the MDP's. */
function estimatorMoments(
  mdp: TabularMDP,
  policy: Policy,
  horizon: number,
  gamma: number,
  recursion: Recursion,
  reward: Reward = (_t, _s, r) => r,
): EstimatorMoments {
  const pi = parametricTable(mdp, policy);
  const scores = pairScores(mdp, policy);
  const mean = new Float64Array(policy.parameters.length);
  const variance = new Float64Array(policy.parameters.length);
  let covarianceTrace = 0;
  let meanSquaredNorm = 0;
  for (let k = 0; k < mean.length; k++) {
    const [first, second] = componentMoments(mdp, pi, pair => scores[pair][k], horizon, recursion, reward);
    mean[k] = first;
    variance[k] = Math.max(0, second - first * first); // a difference that may round to just below zero
    covarianceTrace += variance[k];
    meanSquaredNorm += second;
  }
  const gradient = exactGradient(mdp, policy, { horizon, gamma });
  return { mean, bias: mean.map((x, k) => x - gradient[k]), variance, covarianceTrace, meanSquaredNorm };
}

/** psi(s,a) = grad log pi(a|s) of each pair s * A + a, shaped like theta; 0 in terminal states. */
export function pairScores(mdp: TabularMDP, policy: Policy): Float64Array[] {
  return Array.from({ length: mdp.states * mdp.actions }, (_, pair) => {
    const s = Math.floor(pair / mdp.actions);
    return mdp.terminal[s]
      ? new Float64Array(policy.parameters.length)
      : scoreOf(policy, [s], pair % mdp.actions);
  });
}

/** How joint moments go one step back in time. */
interface Recursion {
  /** How many moments are carried. */
  count: number;
  /** The moments of an episode with no steps left. */
  atEnd: readonly number[];
  /** Where E[g_k] and E[g_k^2] are among them. */
  answer: readonly [number, number];
  /**
   * out += p * (the moments from t on), given r, E[r^2] and psi of step t and the moments `after` from t + 1 on.
   */
  step(
    out: Float64Array,
    p: number,
    r: number,
    r2: number,
    psi: number,
    after: Float64Array,
    t: number,
    s: number,
  ): void;
}

/** E[R^i Psi^j] at index 3 i + j. */
function totalReturn(gamma: number): Recursion {
  return {
    count: 9,
    atEnd: [1, 0, 0, 0, 0, 0, 0, 0, 0],
    answer: [4, 8],
    step(out, p, r, r2, psi, after) {
      const psi2 = psi * psi;
      for (let i = 0; i < 3; i++) {
        // E[R^i Psi'^j], j = 0, 1, 2, by expanding R^i = (r + gamma R')^i
        let m0: number;
        let m1: number;
        let m2: number;
        if (i === 0) [m0, m1, m2] = after;
        else if (i === 1) {
          m0 = r * after[0] + gamma * after[3];
          m1 = r * after[1] + gamma * after[4];
          m2 = r * after[2] + gamma * after[5];
        } else {
          const cross = 2 * gamma * r;
          const squared = gamma * gamma;
          m0 = r2 * after[0] + cross * after[3] + squared * after[6];
          m1 = r2 * after[1] + cross * after[4] + squared * after[7];
          m2 = r2 * after[2] + cross * after[5] + squared * after[8];
        }
        out[3 * i] += p * m0;
        out[3 * i + 1] += p * (psi * m0 + m1);
        out[3 * i + 2] += p * (psi2 * m0 + 2 * psi * m1 + m2);
      }
    },
  };
}

/** E[G], E[G^2], E[X], E[X G], E[X^2] in this order, where X = psi (G - b) + c X'. */
function rewardToGo(gamma: number, c: number, b: (t: number, s: number) => number): Recursion {
  return {
    count: 5,
    atEnd: [0, 0, 0, 0, 0],
    answer: [2, 4],
    step(out, p, r, r2, psi, after, t, s) {
      const [g, g2, x, xg, x2] = after;
      const base = b(t, s);
      const G = r + gamma * g;
      const G2 = r2 + 2 * gamma * r * g + gamma * gamma * g2;
      const GX = r * x + gamma * xg; // E[G X']
      out[0] += p * G;
      out[1] += p * G2;
      out[2] += p * (psi * (G - base) + c * x);
      out[3] += p * (psi * (G2 - base * G) + c * GX);
      out[4] +=
        p * (psi * psi * (G2 - 2 * base * G + base * base) + 2 * c * psi * (GX - base * x) + c * c * x2);
    },
  };
}

/**
 * Sums A^(j) = r + gamma A'^(j-1) of the next j rewards, j = 0 .. n (A^(0) = 0), and X = psi A^(n) + c X': E[A^(j)] at
 * index j, E[X A^(j)] at n + 1 + j, E[X] and E[X^2] at 2n + 2 and 2n + 3, then E[A^(i) A^(j)], j <= i, row by row.
 */
function window(n: number, gamma: number, c: number): Recursion {
  const w = n + 1;
  const [x1, x2, products] = [2 * w, 2 * w + 1, 2 * w + 2];
  const count = products + w * w;
  return {
    count,
    atEnd: new Array<number>(count).fill(0),
    answer: [x1, x2],
    step(out, p, r, r2, psi, after) {
      // E[A^(i) A^(j)] for j <= i and E[A^(j) X'], i and j from 1 on
      const product = (i: number, j: number) =>
        r2 +
        gamma * r * (after[i - 1] + after[j - 1]) +
        gamma * gamma * after[products + (i - 1) * w + j - 1];
      const withX = (j: number) => r * after[x1] + gamma * after[w + j - 1];
      for (let j = 1; j <= n; j++) {
        out[j] += p * (r + gamma * after[j - 1]);
        out[w + j] += p * (psi * product(n, j) + c * withX(j));
        for (let i = j; i <= n; i++) out[products + i * w + j] += p * product(i, j);
      }
      out[x1] += p * (psi * (r + gamma * after[n - 1]) + c * after[x1]);
      out[x2] += p * (psi * psi * product(n, n) + 2 * c * psi * withX(n) + c * c * after[x2]);
    },
  };
}

/** E[g_k] and E[g_k^2] where psi(pair) is component k of the score of the pair s * A + a. */
function componentMoments(
  mdp: TabularMDP,
  pi: Float64Array,
  psi: (pair: number) => number,
  horizon: number,
  { count, atEnd, answer, step }: Recursion,
  reward: Reward,
): [number, number] {
  const { states: S, actions: A, outcomeStart, outcomeProbability, outcomeNext, outcomeReward } = mdp;
  let after = Array.from({ length: S }, () => Float64Array.from(atEnd));
  for (let t = horizon - 1; t >= 0; t--) {
    const now = after.map((moments, s) => (mdp.terminal[s] ? moments : new Float64Array(count)));
    for (let pair = 0; pair < pi.length; pair++) {
      const s = Math.floor(pair / A);
      if (mdp.terminal[s] || pi[pair] === 0) continue;
      const score = psi(pair);
      const noise = mdp.rewardDeviation ? mdp.rewardDeviation[pair] ** 2 : 0;
      for (let o = outcomeStart[pair]; o < outcomeStart[pair + 1]; o++) {
        const next = outcomeNext[o];
        const r = reward(t, s, outcomeReward[o], next);
        step(now[s], pi[pair] * outcomeProbability[o], r, r * r + noise, score, after[next], t, s);
      }
    }
    after = now;
  }
  const expected = (index: number) => mdp.initial.reduce((sum, p, s) => sum + p * after[s][index], 0);
  return [expected(answer[0]), expected(answer[1])];
}
