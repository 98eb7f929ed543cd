/**
 * Any tabular MDP as an environment: the observation is the index of the state. An episode ends when a terminal state is
 * entered, or is truncated after `maxSteps` steps; an MDP without either would go on for ever.
 *
 *   s_0 ~ mu,   s_{t+1}, r_t ~ P(.|s_t, a_t)
 *
 * Everything that the MDP knows exactly (V, Q, J, d^pi, grad J) can so be held against what an agent sees of it.
 */

import { checkInteger, knownOptions, type OptionNames } from '../math/check';
import { checkMDP, sampleInitialState, sampleTransition, type TabularMDP } from '../mdp/tabularMDP';
import { remember } from '../recipe';
import { checkMaxSteps, Env } from './env';

/** Options of `tabularEnv`. */
export interface TabularEnvOptions {
  /** Steps until truncation; the MDP's own limit by default. */
  maxSteps?: number;
}

const TABULAR_ENV_OPTIONS: OptionNames<TabularEnvOptions> = { maxSteps: 'optional' };

/** Makes an environment of a tabular MDP, e.g. `tabularEnv(frozenLake())`. A start state is the index of a state. */
export function tabularEnv(mdp: TabularMDP, options: TabularEnvOptions = {}): Env {
  const { maxSteps = mdp?.maxSteps } = knownOptions('tabularEnv', options, TABULAR_ENV_OPTIONS);
  checkMDP(mdp);
  const drawn = { next: 0, reward: 0, terminated: false };
  const env = new Env({
    id: mdp.id,
    observationSpace: { kind: 'discrete', n: mdp.states },
    actionSpace: { kind: 'discrete', n: mdp.actions },
    maxSteps: checkMaxSteps(maxSteps),
    stateNames: ['s'],
    layout: mdp.layout,

    initialState(rng, state, offset) {
      state[offset] = sampleInitialState(mdp, rng);
    },

    checkState: state => void checkInteger('state', state[0], 0, mdp.states - 1),

    transition(state, offset, action, actionOffset, rng, outcome) {
      sampleTransition(mdp, state[offset], action[actionOffset], rng, drawn);
      state[offset] = drawn.next;
      outcome.reward = drawn.reward;
      outcome.terminated = drawn.terminated;
    },

    observe(state, offset, observation, observationOffset) {
      observation[observationOffset] = state[offset];
    },
  });
  return remember(env, () => ({ make: 'tabularEnv', args: [mdp, { maxSteps }] }));
}
