/**
 * The baseline that minimises the variance of the policy gradient estimate, exactly, on a tabular MDP with a horizon H.
 *
 *   g = sum_{t < H} c^t psi_t (G_t - b_t(s_t)),     psi_t = grad log pi(a_t|s_t),    c = gamma, or 1 without gamma^t
 *
 * Its mean does not depend on b, so the trace of its covariance is least where E||g||^2 is: a parabola in each number
 * b_t(s). The lecture (equation 3) looks at the terms one by one and drops what they have to do with each other. That
 * leaves E[||psi_t||^2 (G_t - b)^2 | s], a weighted least squares problem (equation 5, with its squares mended):
 *
 *   b*_t(s) = E[||psi_t||^2 Q_t(s, a_t) | s_t = s] / E[||psi_t||^2 | s_t = s]                                ('per-step')
 *
 * The dropped covariances are linear in b (the products b_t b_u vanish, because E[psi_u | s_u] = 0), so the minimum of the
 * whole is no harder to state (Greensmith, Bartlett and Baxter 2004 treat such baselines in general):
 *
 *   b_t(s) = E[psi_t . sum_u c^{u-t} psi_u G_u | s_t = s] / E[||psi_t||^2 | s_t = s]                      ('whole-episode')
 *
 * of which the terms after t are E[psi_t . c X_{t+1}], X_t = E[sum_{u >= t} c^{u-t} psi_u G_u | s_t], and those before
 * are E[sum_{u < t} (gamma/c)^{t-u} psi_u | s_t = s] . E[psi_t Q_t | s_t = s], as only rewards from t on count. One number
 * b(s) for all times has the sums of these numerators and denominators over t, each times c^{2t} P(s_t = s).
 */

import { checkGamma, checkInteger, fail, knownOptions, type OptionNames, show } from '../math/check';
import { dot } from '../math/linalg';
import { solveFiniteHorizon } from './exact';
import { pairScores } from './reinforceMoments';
import { checkMDP, type TabularMDP } from './tabularMDP';
import { parametricTable, type TabularPolicy } from './tabularPolicy';

/** Options of `optimalBaselineTable`. */
export interface OptimalBaselineOptions {
  /** H: episodes are cut after this many steps. */
  horizon: number;
  /** Instead of the MDP's own discount factor. */
  gamma?: number;
  /**
   * 'per-step' (by default): the lecture's b*, least for the sum of the variances of the T terms. 'whole-episode': least for
   * the variance of their sum.
   */
  minimize?: 'per-step' | 'whole-episode';
  /** b_t(s) [H * S] instead of b(s) [S]. False by default. */
  timeDependent?: boolean;
  /** Whether step t is weighted by gamma^t. True by default. */
  discountState?: boolean;
}

const OPTIMAL_BASELINE_OPTIONS: OptionNames<OptimalBaselineOptions> = {
  horizon: 'required',
  gamma: 'optional',
  minimize: 'optional',
  timeDependent: 'optional',
  discountState: 'optional',
};

/**
 * The variance-minimising baseline of the form 'reward-to-go', a table for `reinforceMoments` and `tableBaseline`: [S], or
 * [H * S] if `timeDependent`. Where no choice of b matters (a state that is never met at that time, or whose scores are all
 * 0) it is 0.
 */
export function optimalBaselineTable(
  mdp: TabularMDP,
  policy: TabularPolicy,
  options: OptimalBaselineOptions,
): Float64Array {
  const {
    horizon,
    gamma = checkMDP(mdp).gamma,
    minimize = 'per-step',
    timeDependent = false,
    discountState = true,
  } = knownOptions('optimalBaselineTable', options, OPTIMAL_BASELINE_OPTIONS);
  checkInteger('horizon', horizon, 1);
  checkGamma(gamma);
  if (minimize !== 'per-step' && minimize !== 'whole-episode')
    fail(`minimize is ${show(minimize)}, but must be 'per-step' or 'whole-episode'.`);
  const { states: S, actions } = checkMDP(mdp);
  const pi = parametricTable(mdp, policy);
  const scores = pairScores(mdp, policy);
  const { Q, stateProbabilities } = solveFiniteHorizon(mdp, pi, { horizon, gamma });
  const c = discountState ? gamma : 1;
  const linear =
    minimize === 'per-step'
      ? new Float64Array(horizon * S)
      : covarianceTerms(mdp, pi, scores, Q, horizon, gamma, c);

  const rows = timeDependent ? horizon : 1;
  const numerator = new Float64Array(rows * S);
  const denominator = new Float64Array(rows * S);
  for (let t = 0, weight = 1; t < horizon; t++, weight *= c * c)
    for (let s = 0; s < S; s++) {
      const k = timeDependent ? t * S + s : s;
      const p = stateProbabilities[t * S + s];
      if (p === 0) continue;
      // One number a time and state: what weighs the numerator and the denominator alike may be left out.
      const w = timeDependent ? 1 : weight * p;
      for (let pair = s * actions; pair < (s + 1) * actions; pair++) {
        const squared = w * pi[pair] * dot(scores[pair], scores[pair]);
        denominator[k] += squared;
        numerator[k] += squared * Q[t * pi.length + pair];
      }
      numerator[k] += w * linear[t * S + s];
    }
  return numerator.map((x, k) => (denominator[k] > 0 ? x / denominator[k] : 0));
}

/** E[psi_t . sum_{u != t} c^{u-t} psi_u G_u | s_t = s] at [t * S + s]. */
function covarianceTerms(
  mdp: TabularMDP,
  pi: Float64Array,
  scores: Float64Array[],
  Q: Float64Array,
  horizon: number,
  gamma: number,
  c: number,
): Float64Array {
  const { states: S, actions, transition, initial } = mdp;
  const d = scores[0].length;
  const terms = new Float64Array(horizon * S);

  /** Calls `visit` with all that can happen in one step: the pair (s, a), its state, s', pi(a|s) P(s'|s,a). */
  const transitions = (visit: (pair: number, s: number, next: number, p: number) => void) => {
    for (let pair = 0; pair < pi.length; pair++)
      for (let next = 0; next < S; next++) {
        const p = pi[pair] * transition[pair * S + next];
        if (p > 0) visit(pair, Math.floor(pair / actions), next, p);
      }
  };
  const vectors = () => Array.from({ length: S }, () => new Float64Array(d));
  const addTo = (out: Float64Array, factor: number, v: Float64Array) => {
    for (let k = 0; k < d; k++) out[k] += factor * v[k];
  };

  // After t: X_t(s), from the back.
  let X = vectors();
  for (let t = horizon - 1; t >= 0; t--) {
    const now = vectors();
    for (let pair = 0; pair < pi.length; pair++)
      addTo(now[Math.floor(pair / actions)], pi[pair] * Q[t * pi.length + pair], scores[pair]);
    transitions((pair, s, next, p) => {
      terms[t * S + s] += c * p * dot(scores[pair], X[next]);
      addTo(now[s], c * p, X[next]);
    });
    X = now;
  }

  // Before t: M_t(s) = E[sum_{u < t} (gamma/c)^{t-u} psi_u; s_t = s], from the front, and P_t(s) along with it. Without a
  // discount of the past (c = gamma = 0) nothing from before t weighs on later steps.
  const k = c === 0 ? 0 : gamma / c;
  let M = vectors();
  let P = Float64Array.from(initial);
  for (let t = 0; t < horizon; t++) {
    for (let pair = 0; pair < pi.length; pair++) {
      const s = Math.floor(pair / actions);
      if (P[s] > 0) terms[t * S + s] += (pi[pair] * Q[t * pi.length + pair] * dot(M[s], scores[pair])) / P[s];
    }
    const nextM = vectors();
    const nextP = new Float64Array(S);
    transitions((pair, s, next, p) => {
      addTo(nextM[next], k * p, M[s]);
      addTo(nextM[next], k * p * P[s], scores[pair]);
      nextP[next] += p * P[s];
    });
    M = nextM;
    P = nextP;
  }
  return terms;
}
