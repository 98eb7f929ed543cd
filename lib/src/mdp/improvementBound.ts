/**
 * How far the surrogate can be from the truth (lecture 6, equation 8; Achiam, Held, Tamar and Abbeel 2017, "Constrained
 * policy optimization", theorem 1 with f = V^pi, corollaries 1 and 3). With
 *
 *   epsilon = max_s |E_{a ~ pi'}[A^pi(s,a)]|,     D_TV(pi'||pi)[s] = 1/2 sum_a |pi'(a|s) - pi(a|s)|
 *
 * and L_pi(pi') with its factor 1/(1-gamma), as the lecture has it,
 *
 *   |J(pi') - J(pi) - L_pi(pi')| <= 2 gamma epsilon / (1-gamma)^2  E_{s ~ d^pi}[ D_TV(pi'||pi)[s] ]               total variation
 *                                <= C sqrt( E_{s ~ d^pi}[ D_KL(pi'||pi)[s] ] ),  C = sqrt(2) gamma epsilon / (1-gamma)^2    (8)
 *
 * Why: by the lemma the error is 1/(1-gamma) sum_s (d^pi'(s) - d^pi(s)) E_{a ~ pi'}[A^pi(s,a)], at most
 * epsilon ||d^pi' - d^pi||_1 / (1-gamma). Subtracting d = (1-gamma) mu + gamma P d for both policies gives
 * d^pi' - d^pi = gamma (I - gamma P_pi')^{-1} (P_pi' - P_pi) d^pi; the inverse has norm 1/(1-gamma), and
 * ||(P_pi' - P_pi) d^pi||_1 <= 2 E_{s ~ d^pi}[D_TV]. That is the first line; Pinsker's inequality D_TV <= sqrt(D_KL / 2) and
 * Jensen's, E[sqrt(x)] <= sqrt(E[x]), give the second. The constant of the first line cannot be lowered: there are MDPs
 * that come as near to equality as one likes. The second loses by Pinsker and by Jensen, and says nothing where pi' takes
 * an action that pi never takes (D_KL is Infinity then, and so is the error that it allows).
 *
 * C depends on pi' through epsilon, which goes to 0 as pi' goes to pi; see majorizeMaximize.ts for why that matters.
 * Once an episode has ended no action is taken: in terminal states both divergences are 0.
 */

import { klOfProbabilities, totalVariationOfProbabilities } from '../distributions/categorical';
import { knownOptions } from '../math/check';
import { dot } from '../math/linalg';
import { square } from '../math/vectors';
import { type PolicySolution, solvePolicy } from './exact';
import {
  advantageGain,
  checkDiscounted,
  DISCOUNT_OPTIONS,
  type DiscountOptions,
  reachableStates,
} from './performanceDifference';
import { checkMDP, type TabularMDP } from './tabularMDP';
import { type PolicyOrTable, policyTable } from './tabularPolicy';

/** What a bound on the surrogate's error says of J(pi'). */
export interface PerformanceBounds {
  /** The most that |J(pi') - J(pi) - L_pi(pi')| can be. */
  error: number;
  /** J(pi') - J(pi) is at least this, L_pi(pi') - error: what the monotonic-improvement slide maximises. */
  improvementLow: number;
  /** J(pi') - J(pi) is at most this. */
  improvementHigh: number;
  /** J(pi') is at least this. */
  low: number;
  /** J(pi') is at most this. */
  high: number;
}

/** The bounds of Achiam et al. 2017 for a pair of policies; see `improvementBound`. */
export interface ImprovementBound {
  /** J(pi) */
  J: number;
  /** L_pi(pi') */
  surrogate: number;
  /** max_s |E_{a ~ pi'}[A^pi(s,a)]| */
  epsilon: number;
  /** C = sqrt(2) gamma epsilon / (1-gamma)^2, the factor of sqrt(expectedKl). */
  C: number;
  /** 2 gamma epsilon / (1-gamma)^2, the factor of expectedTv. */
  tvC: number;
  /** E_{s ~ d^pi}[D_KL(pi'||pi)[s]] in nats; Infinity where pi' takes an action that pi never takes. */
  expectedKl: number;
  /** E_{s ~ d^pi}[D_KL(pi||pi')[s]], the other direction. The bound holds with it too. */
  expectedReverseKl: number;
  /** E_{s ~ d^pi}[D_TV(pi'||pi)[s]], from 0 to 1. */
  expectedTv: number;
  /** D_KL(pi'||pi)[s] [S] */
  kl: Float64Array;
  /** D_KL(pi||pi')[s] [S] */
  reverseKl: Float64Array;
  /** D_TV(pi'||pi)[s] [S] */
  tv: Float64Array;
  /** Equation 8, with C and D_KL(pi'||pi). */
  klBound: PerformanceBounds;
  /** The tighter form, with the total variation. */
  tvBound: PerformanceBounds;
}

/**
 * Bounds on J(pi') that need nothing of pi' but its probabilities in the states of pi; see the top of this file.
 * @param policy pi, a table [S * A] or a policy over state indices
 * @param newPolicy pi'
 * @throws RangeError for gamma = 1 or a table that is not a policy of this MDP
 */
export function improvementBound(
  mdp: TabularMDP,
  policy: PolicyOrTable,
  newPolicy: PolicyOrTable,
  options: DiscountOptions = {},
): ImprovementBound {
  const { gamma = checkMDP(mdp).gamma } = knownOptions('improvementBound', options, DISCOUNT_OPTIONS);
  checkDiscounted(gamma);
  const pi = policyTable(mdp, policy, 'policy');
  const newPi = policyTable(mdp, newPolicy, 'newPolicy');
  return boundOfSolution(mdp, pi, newPi, solvePolicy(mdp, pi, { gamma }), gamma);
}

/** The same for checked tables, with pi already solved. */
export function boundOfSolution(
  mdp: TabularMDP,
  pi: Float64Array,
  newPi: Float64Array,
  { d, A, J }: PolicySolution,
  gamma: number,
): ImprovementBound {
  const gain = advantageGain(mdp, A, pi, newPi);
  const L = dot(d, gain) / (1 - gamma);
  const epsilon = largest(gain);
  const C = klCoefficient(gamma) * epsilon;
  const tvC = (2 * gamma * epsilon) / square(1 - gamma);

  const kl = perState(mdp, newPi, pi, klOfProbabilities);
  const reverseKl = perState(mdp, pi, newPi, klOfProbabilities);
  const tv = perState(mdp, newPi, pi, totalVariationOfProbabilities);
  const visited = reachableStates(mdp, pi);
  const expectation = (x: Float64Array) =>
    x.reduce((sum, value, s) => (visited[s] && d[s] > 0 ? sum + d[s] * value : sum), 0);
  const expectedKl = expectation(kl);
  const expectedTv = expectation(tv);

  const bounds = (factor: number, distance: number): PerformanceBounds => {
    const error = factor === 0 ? 0 : factor * distance; // a factor of 0 leaves no error, however far the policies
    const [improvementLow, improvementHigh] = [L - error, L + error];
    return { error, improvementLow, improvementHigh, low: J + improvementLow, high: J + improvementHigh };
  };
  return {
    J,
    surrogate: L,
    epsilon,
    C,
    tvC,
    expectedKl,
    expectedReverseKl: expectation(reverseKl),
    expectedTv,
    kl,
    reverseKl,
    tv,
    klBound: bounds(C, Math.sqrt(expectedKl)),
    tvBound: bounds(tvC, expectedTv),
  };
}

/** C / epsilon = sqrt(2) gamma / (1-gamma)^2. */
export const klCoefficient = (gamma: number): number => (Math.SQRT2 * gamma) / square(1 - gamma);

/** max_i |x_i| */
export const largest = (x: Float64Array): number => x.reduce((max, v) => Math.max(max, Math.abs(v)), 0);

/** A distance between two policies in each state, a new array [S]; 0 in terminal states. */
function perState(
  mdp: TabularMDP,
  p: Float64Array,
  q: Float64Array,
  distance: (p: Float64Array, q: Float64Array) => number,
): Float64Array {
  const row = (table: Float64Array, s: number) => table.subarray(s * mdp.actions, (s + 1) * mdp.actions);
  return Float64Array.from(mdp.terminal, (ended, s) => (ended ? 0 : distance(row(p, s), row(q, s))));
}
