/**
 * Exact answers about a tabular MDP, to hold every estimator against.
 *
 * Under a policy pi, with P_pi(s'|s) = sum_a pi(a|s) P(s'|s,a) and r_pi(s) = sum_a pi(a|s) r(s,a):
 *
 *   V^pi = r_pi + gamma P_pi V^pi                       a linear system; V = 0 in terminal states
 *   Q^pi(s,a) = r(s,a) + gamma sum_s' P(s'|s,a) V^pi(s'),    A^pi = Q^pi - V^pi
 *   J(pi) = sum_s mu(s) V^pi(s)
 *   eta(s) = sum_t gamma^t P(s_t = s) = mu(s) + gamma sum_s' P_pi(s|s') eta(s')      expected discounted visits
 *   d^pi = (1 - gamma) eta                              the discounted state distribution of lecture 6
 *   grad J = sum_s eta(s) sum_a pi(a|s) grad log pi(a|s) A^pi(s,a)      the policy gradient theorem (Sutton et al. 2000)
 *
 * With a horizon H, episodes are cut after H steps and nothing is earned after the cut. All quantities then depend on
 * the time t and follow by dynamic programming: V_H = 0, Q_t = r + gamma P V_{t+1}, and
 *
 *   grad J_H = sum_{t < H} gamma^t sum_s P(s_t = s) sum_a pi(a|s) grad log pi(a|s) A_t(s,a)
 *
 * which is what REINFORCE estimates without bias from episodes of at most H steps.
 */

import { checkGamma, checkInteger, fail, knownOptions, type OptionNames } from '../math/check';
import { solveLinear } from '../math/linalg';
import { checkMDP, type TabularMDP } from './tabularMDP';
import { type PolicyOrTable, parametricTable, policyTable, type TabularPolicy } from './tabularPolicy';

/** Everything that is known about a policy on an MDP without a horizon. */
export interface PolicySolution {
  /** V^pi(s) [S]; 0 in terminal states. */
  V: Float64Array;
  /** Q^pi(s,a) [S * A] */
  Q: Float64Array;
  /** A^pi(s,a) = Q^pi(s,a) - V^pi(s) [S * A] */
  A: Float64Array;
  /**
   * d^pi(s) [S], summing to 1: (1 - gamma) sum_t gamma^t P(s_t = s), terminal states included, in which an ended
   * episode stays. That vanishes as gamma goes to 1; with gamma = 1 it is the share of an episode's steps spent in s
   * (the on-policy distribution of Sutton and Barto 2018, section 9.2), 0 in terminal states.
   */
  d: Float64Array;
  /** eta(s) = sum_t gamma^t P(s_t = s) [S], 0 in terminal states: the weights of the policy gradient. */
  visits: Float64Array;
  /** J(pi) = E[sum_t gamma^t r_t] */
  J: number;
}

const SOLVE_POLICY_OPTIONS: OptionNames<{ gamma?: number }> = { gamma: 'optional' };

/**
 * Solves for V, Q, A, d and J of a policy.
 *
 * With gamma = 1 the policy must reach a terminal state with probability 1 from every state that it can visit (else
 * RangeError). States that it can't visit and from which it may never end have no value: NaN.
 * @param options.gamma instead of the MDP's own discount factor
 */
export function solvePolicy(
  mdp: TabularMDP,
  policy: PolicyOrTable,
  options: { gamma?: number } = {},
): PolicySolution {
  const { gamma = checkMDP(mdp).gamma } = knownOptions('solvePolicy', options, SOLVE_POLICY_OPTIONS);
  checkGamma(gamma);
  const { states: S, actions: A } = mdp;
  const pi = policyTable(mdp, policy);
  const P = stateTransitions(mdp, pi);
  const solvable = gamma < 1 ? mdp.terminal.map(end => 1 - end) : endingStates(mdp, P);
  const live = [...solvable.keys()].filter(s => solvable[s]);
  const n = live.length;

  const forward = new Float64Array(n * n); // I - gamma P_pi over the live states
  const backward = new Float64Array(n * n); // its transpose
  const r = new Float64Array(n);
  live.forEach((s, i) => {
    live.forEach((next, j) => {
      const entry = (i === j ? 1 : 0) - gamma * P[s * S + next];
      forward[i * n + j] = entry;
      backward[j * n + i] = entry;
    });
    for (let a = 0; a < A; a++) r[i] += pi[s * A + a] * mdp.reward[s * A + a];
  });
  const mu = live.map(s => mdp.initial[s]);
  const liveV = solveLinear(forward, r, 'I - gamma P_pi');
  const liveVisits = solveLinear(backward, mu, 'I - gamma P_pi');

  const V = Float64Array.from(mdp.terminal, end => (end ? 0 : Number.NaN));
  const visits = new Float64Array(S);
  let J = 0;
  live.forEach((s, i) => {
    V[s] = liveV[i];
    visits[s] = Math.max(0, liveVisits[i]); // rounding may leave -1e-17 in a state that is never visited
    J += mu[i] * V[s];
  });
  const Q = backUp(mdp, V, gamma);
  return { V, Q, A: advantages(V, Q), d: stateDistribution(mdp, P, visits, gamma), visits, J };
}

/** Everything that is known about a policy on episodes of at most H steps; time t is the first index of every table. */
export interface FiniteHorizonSolution {
  /** H */
  horizon: number;
  /** V_t(s) at [t * S + s], t = 0 .. H: the expected discounted rewards from t to the cut, counted from t on. */
  V: Float64Array;
  /** Q_t(s,a) at [(t * S + s) * A + a], t = 0 .. H - 1 */
  Q: Float64Array;
  /** A_t(s,a) = Q_t(s,a) - V_t(s) at [(t * S + s) * A + a] */
  A: Float64Array;
  /** P(s_t = s) at [t * S + s], t = 0 .. H; terminal states keep the episodes that have ended. */
  stateProbabilities: Float64Array;
  /** J_H(pi) = E[sum_{t < H} gamma^t r_t] */
  J: number;
}

const SOLVE_FINITE_HORIZON_OPTIONS: OptionNames<{ horizon: number; gamma?: number }> = {
  horizon: 'required',
  gamma: 'optional',
};

/**
 * V_t, Q_t, A_t, P(s_t) and J_H of a policy on episodes of at most `horizon` steps, by dynamic programming.
 * @param options.horizon H, at least 1
 * @param options.gamma instead of the MDP's own discount factor; 1 is always allowed here
 */
export function solveFiniteHorizon(
  mdp: TabularMDP,
  policy: PolicyOrTable,
  options: { horizon: number; gamma?: number },
): FiniteHorizonSolution {
  const { horizon, gamma = checkMDP(mdp).gamma } = knownOptions(
    'solveFiniteHorizon',
    options,
    SOLVE_FINITE_HORIZON_OPTIONS,
  );
  checkInteger('horizon', horizon, 1);
  checkGamma(gamma);
  const { states: S, actions } = mdp;
  const pi = policyTable(mdp, policy);
  const V = new Float64Array((horizon + 1) * S);
  const Q = new Float64Array(horizon * S * actions);
  const A = new Float64Array(horizon * S * actions);
  for (let t = horizon - 1; t >= 0; t--) {
    const q = backUp(mdp, V.subarray((t + 1) * S, (t + 2) * S), gamma);
    const v = V.subarray(t * S, (t + 1) * S);
    for (let pair = 0; pair < q.length; pair++) v[Math.floor(pair / actions)] += pi[pair] * q[pair];
    Q.set(q, t * q.length);
    A.set(advantages(v, q), t * q.length);
  }

  const P = stateTransitions(mdp, pi);
  const stateProbabilities = new Float64Array((horizon + 1) * S);
  stateProbabilities.set(mdp.initial);
  for (let t = 0; t < horizon; t++)
    for (let s = 0; s < S; s++) {
      const p = stateProbabilities[t * S + s];
      if (p > 0)
        for (let next = 0; next < S; next++) stateProbabilities[(t + 1) * S + next] += p * P[s * S + next];
    }
  const J = mdp.initial.reduce((sum, p, s) => sum + p * V[s], 0);
  return { horizon, V, Q, A, stateProbabilities, J };
}

/** What the functions of this file that take either kind of episode are told. */
export interface ObjectiveOptions {
  /** Instead of the MDP's own discount factor. */
  gamma?: number;
  /** Episodes are cut after this many steps; never, by default. */
  horizon?: number;
}

const OBJECTIVE_OPTIONS: OptionNames<ObjectiveOptions> = { gamma: 'optional', horizon: 'optional' };

/** J(pi), the expected discounted return; of episodes cut after `horizon` steps if that is given. */
export function expectedReturn(
  mdp: TabularMDP,
  policy: PolicyOrTable,
  options: ObjectiveOptions = {},
): number {
  const { gamma, horizon } = knownOptions('expectedReturn', options, OBJECTIVE_OPTIONS);
  return horizon === undefined
    ? solvePolicy(mdp, policy, { gamma }).J
    : solveFiniteHorizon(mdp, policy, { gamma, horizon }).J;
}

/**
 * The exact policy gradient grad_theta J(pi_theta), an array shaped like policy.parameters, by the policy gradient
 * theorem: visits times the policy's own score times the advantage, summed. For a tabular softmax policy that is
 * dJ / dtheta[s,a] = eta(s) pi(a|s) A(s,a). With `horizon`, the gradient of J_H.
 *
 * $$\nabla_\theta J = \sum_s \sum_t \gamma^t P(s_t = s) \sum_a Q^\pi(s, a) \, \nabla_\theta \pi_\theta(a|s)$$
 */
export function exactGradient(
  mdp: TabularMDP,
  policy: TabularPolicy,
  options: ObjectiveOptions = {},
): Float64Array {
  const { gamma = checkMDP(mdp).gamma, horizon } = knownOptions('exactGradient', options, OBJECTIVE_OPTIONS);
  const { states: S, actions } = mdp;
  const pi = parametricTable(mdp, policy);
  const gradient = new Float64Array(policy.parameters.length);
  // w(s,a): sum over time of gamma^t P(s_t = s) A_t(s,a)
  const w = new Float64Array(S * actions);
  if (horizon === undefined) {
    const { visits, A } = solvePolicy(mdp, pi, { gamma });
    for (let pair = 0; pair < w.length; pair++) {
      const eta = visits[Math.floor(pair / actions)];
      if (eta > 0) w[pair] = eta * A[pair]; // where an episode never comes, the advantage may not exist
    }
  } else {
    const { stateProbabilities, A } = solveFiniteHorizon(mdp, pi, { gamma, horizon });
    for (let t = 0, discount = 1; t < horizon; t++, discount *= gamma)
      for (let pair = 0; pair < w.length; pair++)
        w[pair] += discount * stateProbabilities[t * S + Math.floor(pair / actions)] * A[t * w.length + pair];
  }
  for (let s = 0; s < S; s++)
    for (let a = 0; a < actions; a++) {
      const pair = s * actions + a;
      // Nor has an action of probability zero a part in the expectation.
      if (pi[pair] > 0 && !mdp.terminal[s]) policy.addScore([s], 0, a, pi[pair] * w[pair], gradient);
    }
  return gradient;
}

/** The best that any policy can do. */
export interface OptimalSolution {
  /** V*(s) [S] */
  V: Float64Array;
  /** Q*(s,a) [S * A] */
  Q: Float64Array;
  /** The first greedy action in each state [S] (values within 1e-9 of each other count as equal). */
  actions: Int32Array;
  /** J* = sum_s mu(s) V*(s) */
  J: number;
  /** Sweeps over all states that it took. */
  sweeps: number;
}

/**
 * V* and Q* by value iteration, V(s) <- max_a [r(s,a) + gamma sum_s' P(s'|s,a) V(s')] from V = 0, until no value moves by
 * more than 1e-13 of the largest. With `horizon`, exactly that many steps remain instead.
 *
 * With gamma = 1 it finds the best undiscounted return where that is finite, and throws a RangeError where it keeps
 * growing. There the greedy actions need not form a policy that ends (an idle loop loses nothing); use gamma < 1 for one.
 */
export function optimalValues(mdp: TabularMDP, options: ObjectiveOptions = {}): OptimalSolution {
  const { gamma = checkMDP(mdp).gamma, horizon = Infinity } = knownOptions(
    'optimalValues',
    options,
    OBJECTIVE_OPTIONS,
  );
  checkGamma(gamma);
  if (horizon !== Infinity) checkInteger('horizon', horizon, 1);
  const { states: S, actions } = mdp;
  const maxSweeps = 1_000_000;
  let V = new Float64Array(S);
  let Q: Float64Array;
  let sweeps = 0;
  for (;;) {
    Q = backUp(mdp, V, gamma);
    const next = new Float64Array(S);
    let change = 0;
    let largest = 1;
    for (let s = 0; s < S; s++) {
      next[s] = Q.subarray(s * actions, (s + 1) * actions).reduce((best, q) => Math.max(best, q), -Infinity);
      change = Math.max(change, Math.abs(next[s] - V[s]));
      largest = Math.max(largest, Math.abs(next[s]));
    }
    V = next;
    sweeps++;
    if (horizon === Infinity ? change <= 1e-13 * largest : sweeps === horizon) break;
    if (sweeps === maxSweeps)
      fail(
        `gamma is ${gamma}, but the values still move after ${maxSweeps} sweeps; use a smaller gamma or a horizon.`,
      );
  }
  const chosen = Int32Array.from({ length: S }, (_, s) => {
    const row = Q.subarray(s * actions, (s + 1) * actions);
    return row.findIndex(q => q >= V[s] - 1e-9 * Math.max(1, Math.abs(V[s])));
  });
  return { V, Q, actions: chosen, J: mdp.initial.reduce((sum, p, s) => sum + p * V[s], 0), sweeps };
}

/** One backup, Q(s,a) = r(s,a) + gamma sum_s' P(s'|s,a) V(s'), over the outcomes; a new array [S * A]. */
function backUp(mdp: TabularMDP, V: Float64Array, gamma: number): Float64Array {
  const { states: S, actions: A, outcomeStart, outcomeProbability, outcomeNext } = mdp;
  const Q = new Float64Array(S * A);
  for (let pair = 0; pair < Q.length; pair++) {
    if (mdp.terminal[Math.floor(pair / A)]) continue;
    let expected = 0;
    for (let o = outcomeStart[pair]; o < outcomeStart[pair + 1]; o++)
      if (outcomeProbability[o] > 0) expected += outcomeProbability[o] * V[outcomeNext[o]];
    Q[pair] = mdp.reward[pair] + gamma * expected;
  }
  return Q;
}

/** Q(s,a) - V(s), a new array [S * A]. */
function advantages(V: Float64Array, Q: Float64Array): Float64Array {
  const actions = Q.length / V.length;
  return Q.map((q, pair) => q - V[Math.floor(pair / actions)]);
}

/** P_pi(s'|s) [S * S]. */
function stateTransitions(mdp: TabularMDP, pi: Float64Array): Float64Array {
  const { states: S, actions: A, outcomeStart, outcomeProbability, outcomeNext } = mdp;
  const P = new Float64Array(S * S);
  for (let pair = 0; pair < pi.length; pair++)
    for (let o = outcomeStart[pair]; o < outcomeStart[pair + 1]; o++)
      P[Math.floor(pair / A) * S + outcomeNext[o]] += pi[pair] * outcomeProbability[o];
  return P;
}

/**
 * Marks the non-terminal states from which an episode ends with probability 1: those that reach no state from which no
 * terminal state is reachable. Throws if an episode can start in, or get to, one that is not so.
 */
function endingStates(mdp: TabularMDP, P: Float64Array): Uint8Array {
  const S = mdp.states;
  const reaches = closure(mdp.terminal, (s, next) => P[s * S + next] > 0);
  const mayNeverEnd = closure(
    reaches.map(ends => 1 - ends),
    (s, next) => P[s * S + next] > 0,
  );
  const visited = closure(
    mdp.initial.map(p => (p > 0 ? 1 : 0)),
    (s, previous) => P[previous * S + s] > 0,
  );
  for (let s = 0; s < S; s++)
    if (visited[s] && !reaches[s])
      fail(
        `gamma is 1, but must be below 1 for this policy, which never reaches a terminal state from state ${s}: its value is not defined (or give a horizon).`,
      );
  return mayNeverEnd.map((stuck, s) => (stuck || mdp.terminal[s] ? 0 : 1));
}

/** The smallest set (as flags) that holds `seed` and every s with linked(s, member) for a member of the set. */
function closure(seed: ArrayLike<number>, linked: (s: number, member: number) => boolean): Uint8Array {
  const set = Uint8Array.from(seed);
  const members = [...set.keys()].filter(s => set[s]);
  for (const member of members)
    for (let s = 0; s < set.length; s++)
      if (!set[s] && linked(s, member)) {
        set[s] = 1;
        members.push(s);
      }
  return set;
}

/** d^pi from the visits; see `PolicySolution.d`. */
function stateDistribution(
  mdp: TabularMDP,
  P: Float64Array,
  visits: Float64Array,
  gamma: number,
): Float64Array {
  const S = mdp.states;
  if (gamma === 1) {
    const steps = visits.reduce((sum, v) => sum + v, 0);
    return visits.map(v => v / steps);
  }
  const d = visits.map(v => (1 - gamma) * v);
  for (let end = 0; end < S; end++) {
    if (!mdp.terminal[end]) continue;
    // Each arrival at step t + 1 stays for good: gamma^{t+1} + gamma^{t+2} + ... = gamma^{t+1} / (1 - gamma).
    for (let s = 0; s < S; s++) if (!mdp.terminal[s]) d[end] += gamma * visits[s] * P[s * S + end];
  }
  return d;
}
