/**
 * The performance difference lemma (lecture 6, equations 6 and 7; Kakade and Langford 2002, lemma 6.1), executed: for any
 * two policies pi and pi',
 *
 *   J(pi') - J(pi) = E_{tau ~ pi'}[ sum_t gamma^t A^pi(s_t,a_t) ]                                         (6)
 *                  = 1/(1-gamma) E_{s ~ d^pi', a ~ pi'}[ A^pi(s,a) ]                                      (7)
 *                  = 1/(1-gamma) E_{s ~ d^pi', a ~ pi }[ pi'(a|s)/pi(a|s) A^pi(s,a) ]     importance sampling
 *
 *   d^pi(s) = (1-gamma) sum_t gamma^t P(s_t = s | pi)        the discounted future state distribution, summing to 1
 *
 * and the surrogate that remains when the states are taken from the old policy instead,
 *
 *   L_pi(pi') = 1/(1-gamma) E_{s ~ d^pi, a ~ pi}[ pi'(a|s)/pi(a|s) A^pi(s,a) ] = 1/(1-gamma) E_{s ~ d^pi, a ~ pi'}[ A^pi(s,a) ].
 *
 * (The slide that asks "what if we just said d^pi' = d^pi" still prints s ~ d^pi' under the expectation that it calls
 * L_pi(pi'); the slide after the bound has s ~ d^pi, which is meant.) L_pi(pi) = 0, and at theta = theta_k the gradient of
 * L_{theta_k}(theta) is that of J(theta): J(pi) + L_pi(pi') touches J(pi') at pi' = pi with the same slope.
 *
 * Each side is computed by a way of its own, so that their agreement says something: J(pi) and J(pi') from the values
 * (I - gamma P) V = r; (6) as the sum over time itself, with no linear system; (7) from d^pi', the transposed system.
 * Once an episode has ended no action is taken: in terminal states the advantage is 0.
 */

import { checkGamma, fail, knownOptions, type OptionNames } from '../math/check';
import { dot } from '../math/linalg';
import { solvePolicy } from './exact';
import { checkMDP, type TabularMDP } from './tabularMDP';
import { type PolicyOrTable, parametricTable, policyTable, type TabularPolicy } from './tabularPolicy';

/** An action that the new policy takes and the old one never does, in a state that the new policy visits. */
export interface UncoveredPair {
  /** s */
  state: number;
  /** a */
  action: number;
}

/** Both sides of the lemma, in all forms; see `performanceDifference`. */
export interface PerformanceDifference {
  /** J(pi) */
  J: number;
  /** J(pi') */
  newJ: number;
  /** J(pi') - J(pi), the left side. */
  difference: number;
  /** The right side of equation 6, summed over the steps of a trajectory of pi'. */
  trajectoryForm: number;
  /** The right side of equation 7, over states drawn from d^pi'. */
  stateDistributionForm: number;
  /**
   * The same with actions drawn from pi and weighted by pi'(a|s)/pi(a|s); undefined where that expectation does not exist
   * as written, because pi never takes an action that pi' takes (see `uncovered`).
   */
  importanceSamplingForm: number | undefined;
  /** The pairs that leave `importanceSamplingForm` undefined; empty if there are none. */
  uncovered: UncoveredPair[];
  /** L_pi(pi'), the same as equation 7 with states drawn from d^pi. */
  surrogate: number;
  /** d^pi(s) [S] */
  stateDistribution: Float64Array;
  /** d^pi'(s) [S] */
  newStateDistribution: Float64Array;
  /** A^pi(s,a) [S * A] */
  advantage: Float64Array;
  /** E_{a ~ pi'}[A^pi(s,a)] [S] */
  expectedAdvantage: Float64Array;
}

/** What the functions about two policies are told. */
export interface DiscountOptions {
  /** Instead of the MDP's own discount factor; from 0 up to but not including 1. */
  gamma?: number;
}

export const DISCOUNT_OPTIONS: OptionNames<DiscountOptions> = { gamma: 'optional' };

/**
 * J(pi') - J(pi) and what the performance difference lemma says that it is, exactly; see the top of this file.
 *
 * $$J(\pi') - J(\pi) = \frac{1}{1 - \gamma} \, \mathbb{E}_{s \sim d^{\pi'}, \, a \sim \pi'} \big[ A^\pi(s, a) \big]$$
 * @param policy pi, a table [S * A] or a policy over state indices
 * @param newPolicy pi'
 * @throws RangeError for gamma = 1 or a table that is not a policy of this MDP
 */
export function performanceDifference(
  mdp: TabularMDP,
  policy: PolicyOrTable,
  newPolicy: PolicyOrTable,
  options: DiscountOptions = {},
): PerformanceDifference {
  const { gamma = checkMDP(mdp).gamma } = knownOptions('performanceDifference', options, DISCOUNT_OPTIONS);
  checkDiscounted(gamma);
  const pi = policyTable(mdp, policy, 'policy');
  const newPi = policyTable(mdp, newPolicy, 'newPolicy');
  const old = solvePolicy(mdp, pi, { gamma });
  const next = solvePolicy(mdp, newPi, { gamma });
  const gain = expectedAdvantage(mdp, old.A, newPi);
  const uncovered = uncoveredPairs(mdp, pi, newPi);
  return {
    J: old.J,
    newJ: next.J,
    difference: next.J - old.J,
    trajectoryForm: trajectorySum(mdp, newPi, gain, gamma),
    stateDistributionForm: dot(next.d, gain) / (1 - gamma),
    importanceSamplingForm: uncovered.length
      ? undefined
      : dot(next.d, reweightedAdvantage(mdp, old.A, pi, newPi)) / (1 - gamma),
    uncovered,
    surrogate: dot(old.d, advantageGain(mdp, old.A, pi, newPi)) / (1 - gamma),
    stateDistribution: old.d,
    newStateDistribution: next.d,
    advantage: old.A,
    expectedAdvantage: gain,
  };
}

/** The surrogate L_pi(pi'), exactly; L_pi(pi) = 0 to the last bit. */
export function surrogate(
  mdp: TabularMDP,
  policy: PolicyOrTable,
  newPolicy: PolicyOrTable,
  options: DiscountOptions = {},
): number {
  const { gamma = checkMDP(mdp).gamma } = knownOptions('surrogate', options, DISCOUNT_OPTIONS);
  checkDiscounted(gamma);
  const pi = policyTable(mdp, policy, 'policy');
  const newPi = policyTable(mdp, newPolicy, 'newPolicy');
  const { d, A } = solvePolicy(mdp, pi, { gamma });
  return dot(d, advantageGain(mdp, A, pi, newPi)) / (1 - gamma);
}

/**
 * The gradient with respect to theta of the surrogate L_pi(pi_theta), exactly, shaped like newPolicy.parameters:
 *   1/(1-gamma) sum_s d^pi(s) sum_a pi_theta(a|s) grad log pi_theta(a|s) A^pi(s,a).
 * Where pi_theta is pi this is the policy gradient, grad J(theta).
 * @param policy pi, whose states and advantages the surrogate is made of
 * @param newPolicy pi_theta
 */
export function surrogateGradient(
  mdp: TabularMDP,
  policy: PolicyOrTable,
  newPolicy: TabularPolicy,
  options: DiscountOptions = {},
): Float64Array {
  const { gamma = checkMDP(mdp).gamma } = knownOptions('surrogateGradient', options, DISCOUNT_OPTIONS);
  checkDiscounted(gamma);
  const { visits, A } = solvePolicy(mdp, policyTable(mdp, policy, 'policy'), { gamma });
  const newPi = parametricTable(mdp, newPolicy, 'newPolicy');
  const gradient = new Float64Array(newPolicy.parameters.length);
  for (let s = 0; s < mdp.states; s++)
    for (let a = 0; a < mdp.actions; a++) {
      const pair = s * mdp.actions + a;
      const weight = visits[s] * newPi[pair] * A[pair]; // visits = d / (1 - gamma) in all states but terminal ones
      if (weight !== 0) newPolicy.addScore([s], 0, a, weight, gradient);
    }
  return gradient;
}

/** d^pi and the divergences are normalised by 1 - gamma, so gamma must leave something to divide by. */
export function checkDiscounted(gamma: number): void {
  checkGamma(gamma);
  if (gamma === 1)
    fail('gamma is 1, but must be below 1 here, because d^pi is normalised by 1 - gamma; give a gamma.');
}

/**
 * E_{a ~ pi'}[A^pi(s,a)] as sum_a (pi'(a|s) - pi(a|s)) A^pi(s,a), the same because E_{a ~ pi}[A^pi(s,a)] = 0; a new array [S].
 * Exactly 0 where the policies agree, and good to many digits where they almost do.
 */
export function advantageGain(
  mdp: TabularMDP,
  A: Float64Array,
  pi: Float64Array,
  newPi: Float64Array,
): Float64Array {
  return expectedAdvantage(
    mdp,
    A,
    newPi.map((p, pair) => p - pi[pair]),
  );
}

/** E_{a ~ pi'}[A(s,a)], a new array [S]. */
function expectedAdvantage(mdp: TabularMDP, A: Float64Array, newPi: Float64Array): Float64Array {
  const out = new Float64Array(mdp.states);
  for (let pair = 0, s = 0; s < mdp.states; s++)
    for (let a = 0; a < mdp.actions; a++, pair++) out[s] += newPi[pair] * A[pair];
  return out;
}

/** Marks the states that a policy can visit [S], by what is possible and not by numbers that may have been rounded. */
export function reachableStates(mdp: TabularMDP, pi: Float64Array): Uint8Array {
  const reached = mdp.initial.reduce((flags, p, s) => {
    flags[s] = p > 0 ? 1 : 0;
    return flags;
  }, new Uint8Array(mdp.states));
  const queue = [...reached.keys()].filter(s => reached[s]);
  for (const s of queue)
    for (let pair = s * mdp.actions; pair < (s + 1) * mdp.actions; pair++)
      for (let o = mdp.outcomeStart[pair]; o < mdp.outcomeStart[pair + 1]; o++) {
        const next = mdp.outcomeNext[o];
        if (reached[next] || pi[pair] === 0 || mdp.outcomeProbability[o] === 0) continue;
        reached[next] = 1;
        queue.push(next);
      }
  return reached;
}

/** E_{a ~ pi}[pi'(a|s)/pi(a|s) A(s,a)], a new array [S]. */
function reweightedAdvantage(
  mdp: TabularMDP,
  A: Float64Array,
  pi: Float64Array,
  newPi: Float64Array,
): Float64Array {
  const out = new Float64Array(mdp.states);
  for (let pair = 0, s = 0; s < mdp.states; s++)
    for (let a = 0; a < mdp.actions; a++, pair++)
      if (isCovered(pi[pair], newPi[pair])) out[s] += pi[pair] * (newPi[pair] / pi[pair]) * A[pair];
  return out;
}

/** Whether pi'/pi is a number where pi draws the action; a pi too small for a finite ratio counts as 0. */
const isCovered = (p: number, newP: number) => p > 0 && newP / p < Infinity;

function uncoveredPairs(mdp: TabularMDP, pi: Float64Array, newPi: Float64Array): UncoveredPair[] {
  const visited = reachableStates(mdp, newPi);
  const pairs: UncoveredPair[] = [];
  for (let state = 0; state < mdp.states; state++)
    for (let action = 0; action < mdp.actions; action++) {
      const pair = state * mdp.actions + action;
      if (visited[state] && !mdp.terminal[state] && newPi[pair] > 0 && !isCovered(pi[pair], newPi[pair]))
        pairs.push({ state, action });
    }
  return pairs;
}

/**
 * E_{tau ~ pi'}[sum_t gamma^t x(s_t)] as a sum over time. With M = gamma P_pi' the sum over the first 2n steps is that over
 * the first n plus M^n times the same, so a few squarings of M reach the step from which on nothing is left: gamma^n / (1 -
 * gamma) below the last bit. Takes S^3 log2(n) multiplications.
 */
function trajectorySum(mdp: TabularMDP, newPi: Float64Array, x: Float64Array, gamma: number): number {
  const { states: S, actions: A } = mdp;
  let M = new Float64Array(S * S);
  for (let s = 0; s < S; s++)
    for (let a = 0; a < A; a++) {
      const weight = gamma * newPi[s * A + a];
      for (let next = 0; next < S; next++) M[s * S + next] += weight * mdp.transition[(s * A + a) * S + next];
    }
  let sum = x;
  let remaining = gamma;
  for (;;) {
    sum = sum.map((value, s) => {
      let later = 0;
      for (let next = 0; next < S; next++) later += M[s * S + next] * sum[next];
      return value + later;
    });
    remaining *= remaining;
    if (remaining <= Number.EPSILON * (1 - gamma) * 0.01) return dot(mdp.initial, sum);
    M = squared(M, S);
  }
}

/** M M for a matrix [n * n]. */
function squared(M: Float64Array<ArrayBuffer>, n: number): Float64Array<ArrayBuffer> {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < n; k++) {
      const m = M[i * n + k];
      if (m > 0) for (let j = 0; j < n; j++) out[i * n + j] += m * M[k * n + j];
    }
  return out;
}
