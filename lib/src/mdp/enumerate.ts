/**
 * All trajectories of a tiny MDP, each with its probability
 *   P(tau) = mu(s_0) prod_t pi(a_t|s_t) P(s_{t+1}|s_t,a_t)
 * so that an expectation over trajectories can be written as a sum: the definition itself, to hold cleverer ways against.
 */

import { checkInteger, fail, knownOptions, type OptionNames } from '../math/check';
import type { TabularMDP } from './tabularMDP';
import { type PolicyOrTable, policyTable } from './tabularPolicy';

/** One trajectory s_0, a_0, r_0, s_1, ... of T steps. */
export interface EnumeratedTrajectory {
  /** P(tau) */
  probability: number;
  /** s_0 .. s_T [T + 1] */
  states: number[];
  /** a_0 .. a_{T-1} [T] */
  actions: number[];
  /** r_0 .. r_{T-1} [T]; means, where rewards are noisy. */
  rewards: number[];
  /** Whether s_T is terminal (else the horizon cut the episode). */
  terminated: boolean;
}

const ENUMERATE_TRAJECTORIES_OPTIONS: OptionNames<{ horizon: number; limit?: number }> = {
  horizon: 'required',
  limit: 'optional',
};

/**
 * Every trajectory of positive probability of at most `horizon` steps; the probabilities sum to 1. Their number grows
 * as (A * branching)^horizon: above `limit`, 200,000 by default, RangeError.
 */
export function enumerateTrajectories(
  mdp: TabularMDP,
  policy: PolicyOrTable,
  options: { horizon: number; limit?: number },
): EnumeratedTrajectory[] {
  const { horizon, limit = 200_000 } = knownOptions(
    'enumerateTrajectories',
    options,
    ENUMERATE_TRAJECTORIES_OPTIONS,
  );
  checkInteger('horizon', horizon, 1);
  checkInteger('limit', limit, 1);
  const pi = policyTable(mdp, policy);
  let open: EnumeratedTrajectory[] = [];
  mdp.initial.forEach((probability, s) => {
    if (probability > 0) open.push({ probability, states: [s], actions: [], rewards: [], terminated: false });
  });
  const ended: EnumeratedTrajectory[] = [];
  for (let t = 0; t < horizon; t++) {
    const longer: EnumeratedTrajectory[] = [];
    for (const { probability, states, actions, rewards } of open)
      for (let a = 0; a < mdp.actions; a++) {
        const pair = states[t] * mdp.actions + a;
        for (let o = mdp.outcomeStart[pair]; o < mdp.outcomeStart[pair + 1]; o++) {
          const p = probability * pi[pair] * mdp.outcomeProbability[o];
          if (p === 0) continue;
          const next = mdp.outcomeNext[o];
          const terminated = mdp.terminal[next] === 1;
          (terminated ? ended : longer).push({
            probability: p,
            states: [...states, next],
            actions: [...actions, a],
            rewards: [...rewards, mdp.outcomeReward[o]],
            terminated,
          });
        }
        if (longer.length + ended.length > limit)
          fail(
            `horizon is ${horizon}, but there are more than ${limit} trajectories of ${t + 1} steps; use a smaller horizon or MDP.`,
          );
      }
    open = longer;
  }
  return [...ended, ...open];
}
