/**
 * How noisy is REINFORCE? The exact mean and variance of one episode's gradient estimate on a tabular MDP with a horizon,
 * so that a measured variance has something to be held against. For the two forms of lecture 6,
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
 */

import { checkGamma, checkInteger, checkVector, fail, show } from '../math/check';
import { type Policy, scoreOf } from '../policies/policy';
import { parametricTable } from './exact';
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
  /** Var[g_k] of each component, shaped like theta. */
  variance: Float64Array;
  /** tr Cov[g], the sum of `variance`. */
  covarianceTrace: number;
  /** E||g||^2 = covarianceTrace + ||mean||^2 */
  meanSquaredNorm: number;
}

/** The exact mean and variance of a single-episode REINFORCE estimate; see the top of this file. */
export function reinforceMoments(
  mdp: TabularMDP,
  policy: Policy,
  { horizon, gamma = checkMDP(mdp).gamma, form, baseline, discountState = true }: ReinforceMomentsOptions,
): EstimatorMoments {
  checkInteger('horizon', horizon, 1);
  checkGamma(gamma);
  if (form !== 'total-return' && form !== 'reward-to-go')
    fail(`form is ${show(form)}, but must be 'total-return' or 'reward-to-go'.`);
  const S = mdp.states;
  if (baseline) {
    if (form === 'total-return') fail("baseline is given, but only the form 'reward-to-go' takes one.");
    checkVector('baseline', baseline, baseline.length === S ? S : horizon * S);
  }
  const b = (t: number, s: number) => (baseline ? baseline[baseline.length === S ? s : t * S + s] : 0);
  const pi = parametricTable(mdp, policy);
  const scores = Array.from(pi, (_, pair) =>
    mdp.terminal[Math.floor(pair / mdp.actions)]
      ? new Float64Array(policy.parameters.length)
      : scoreOf(policy, [Math.floor(pair / mdp.actions)], pair % mdp.actions),
  );
  const recursion: Recursion =
    form === 'total-return' ? totalReturn(gamma) : rewardToGo(gamma, discountState, b);

  const mean = new Float64Array(policy.parameters.length);
  const variance = new Float64Array(policy.parameters.length);
  let covarianceTrace = 0;
  let meanSquaredNorm = 0;
  for (let k = 0; k < mean.length; k++) {
    const [first, second] = componentMoments(mdp, pi, pair => scores[pair][k], horizon, recursion);
    mean[k] = first;
    variance[k] = Math.max(0, second - first * first); // a difference that may round to just below zero
    covarianceTrace += variance[k];
    meanSquaredNorm += second;
  }
  return { mean, variance, covarianceTrace, meanSquaredNorm };
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

/** E[G], E[G^2], E[X], E[X G], E[X^2] in this order. */
function rewardToGo(gamma: number, discountState: boolean, b: (t: number, s: number) => number): Recursion {
  const c = discountState ? gamma : 1;
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

/** E[g_k] and E[g_k^2] where psi(pair) is component k of the score of the pair s * A + a. */
function componentMoments(
  mdp: TabularMDP,
  pi: Float64Array,
  psi: (pair: number) => number,
  horizon: number,
  { count, atEnd, answer, step }: Recursion,
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
        const r = outcomeReward[o];
        step(now[s], pi[pair] * outcomeProbability[o], r, r * r + noise, score, after[outcomeNext[o]], t, s);
      }
    }
    after = now;
  }
  const expected = (index: number) => mdp.initial.reduce((sum, p, s) => sum + p * after[s][index], 0);
  return [expected(answer[0]), expected(answer[1])];
}
