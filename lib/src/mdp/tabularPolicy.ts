/**
 * Policies as exact computations read them: a table pi(a|s) [S * A], or the least of a policy with parameters that gives one,
 * its probabilities and its scores at each state. Every `DiscretePolicy` of ../policies is such a policy; this folder knows no
 * network.
 */

import { checkInteger, checkProbabilities, checkVector, fail, show } from '../math/check';
import type { FloatArray } from '../math/floatArray';
import { checkMDP, type TabularMDP } from './tabularMDP';

/** pi_theta over the actions of an MDP, whose observation is the index of the state, as every `DiscretePolicy` is. */
export interface TabularPolicy {
  /** Number of actions. */
  readonly actionCount: number;
  /** theta, flat and live. */
  readonly parameters: FloatArray;
  /** What it is made of; `states` is S, where it is made for the indices of S states. */
  readonly network: { readonly states?: number };
  /** Writes pi_theta(.|s) to out[0 .. n - 1]. */
  probabilities(observation: ArrayLike<number>, offset: number, out: Float64Array): void;
  /** gradient += weight * grad_theta log pi_theta(a|s). */
  addScore(
    observation: ArrayLike<number>,
    offset: number,
    action: number,
    weight: number,
    gradient: FloatArray,
  ): void;
}

/** pi(a|s): a table [S * A] with rows that sum to 1, or a policy whose observation is the index of the state. */
export type PolicyOrTable = TabularPolicy | ArrayLike<number>;

/** pi(a|s) as a new table [S * A], checked; `name` is what error messages call the policy. */
export function policyTable(mdp: TabularMDP, policy: PolicyOrTable, name = 'policy'): Float64Array {
  const { states, actions } = checkMDP(mdp);
  const table = new Float64Array(states * actions);
  if (policy === null || typeof policy !== 'object')
    throw new TypeError(
      `${name} is ${show(policy)}, but must be a table [S * A] of probabilities or a policy, e.g. softmaxTabular(...).`,
    );
  if ('length' in policy) {
    if (policy.length !== table.length)
      fail(
        `${name} has length ${policy.length}, but must have length ${table.length} (${states} states * ${actions} actions).`,
      );
    table.set(policy);
  } else {
    if (policy.actionCount !== actions)
      fail(`${name} has ${policy.actionCount} actions, but the MDP has ${actions}.`);
    if ((policy.network.states ?? states) !== states)
      fail(`${name} has ${policy.network.states} states, but the MDP has ${states}.`);
    const row = new Float64Array(actions);
    for (let s = 0; s < states; s++) {
      policy.probabilities([s], 0, row);
      table.set(row, s * actions);
    }
  }
  for (let s = 0; s < states; s++)
    checkProbabilities(`${name} in state ${s}`, table.subarray(s * actions, (s + 1) * actions));
  return table;
}

/** `policyTable` of a policy with parameters: what has a gradient. */
export function parametricTable(mdp: TabularMDP, policy: TabularPolicy, name = 'policy'): Float64Array {
  if (typeof policy?.addScore !== 'function')
    throw new TypeError(
      `${name} is ${show(policy)}, but must be a policy with parameters, e.g. softmaxTabular(...), to have a gradient.`,
    );
  return policyTable(mdp, policy, name);
}

/** The table [S * A] of the policy that draws every action with equal probability. */
export const uniformTable = (mdp: TabularMDP): Float64Array =>
  new Float64Array(checkMDP(mdp).states * mdp.actions).fill(1 / mdp.actions);

/** The table [S * A] of the policy that always takes action chosen[s] in state s. */
export function deterministicTable(mdp: TabularMDP, chosen: ArrayLike<number>): Float64Array {
  checkVector('chosen', chosen, checkMDP(mdp).states);
  const table = new Float64Array(mdp.states * mdp.actions);
  for (let s = 0; s < mdp.states; s++)
    table[s * mdp.actions + checkInteger(`chosen[${s}]`, chosen[s], 0, mdp.actions - 1)] = 1;
  return table;
}
