/**
 * Bandits: choose an arm, get its reward, and the episode is over. The smallest tasks that have a policy gradient,
 *   J(theta) = sum_a pi_theta(a) mean_a,   dJ/dtheta_k = pi(k) (mean_k - J) for a softmax over theta,
 * and so the first ones to check an estimator on.
 *
 * One row of means is a plain bandit: the observation is always 0. Several rows make a contextual bandit: a context c,
 * the observation, is drawn uniformly, and arm a pays with mean means[c][a]. With the identity matrix as means the
 * right action is the observation itself: the identity environment, on which learners are tested.
 */

import { checkFinite, checkVector, fail, knownOptions, type OptionNames, show } from '../math/check';
import { remember } from '../recipe';
import { checkStateWithin, Env, type EnvModel } from './env';

/** Options of `bandit`. */
export interface BanditOptions {
  /** Mean reward of each arm, [arms], or of each arm in each context, [contexts][arms]. */
  means: readonly number[] | readonly (readonly number[])[];
  /**
   * The rewards' distribution about their mean: the standard deviation of a normal one (0: always the mean), or
   * 'bernoulli' for rewards 0 and 1, of which the means are the probabilities.
   */
  standardDeviation?: number | 'bernoulli';
}

const BANDIT_OPTIONS: OptionNames<BanditOptions> = { means: 'required', standardDeviation: 'optional' };

/** Makes a bandit. A start state is the context's index. */
export function bandit(options: BanditOptions): Env {
  const { means, standardDeviation = 1 } = knownOptions('bandit', options, BANDIT_OPTIONS);
  if (!Array.isArray(means) || means.length === 0)
    throw new TypeError(`means is ${show(means)}, but must be a non-empty array of mean rewards.`);
  const table: readonly (readonly number[])[] = Array.isArray(means[0])
    ? (means as readonly (readonly number[])[])
    : [means as readonly number[]];
  const contexts = table.length;
  const arms = table[0].length;
  if (arms === 0) fail('means[0] is empty, but must hold at least one mean reward.');
  for (const [c, row] of table.entries()) checkVector(contexts === 1 ? 'means' : `means[${c}]`, row, arms);
  const bernoulli = standardDeviation === 'bernoulli';
  if (standardDeviation !== 'bernoulli') checkFinite('standardDeviation', standardDeviation, 0);
  else
    for (const mean of table.flat())
      if (mean < 0 || mean > 1)
        fail(
          `means holds ${mean}, but every mean of a 'bernoulli' bandit must be a probability from 0 to 1.`,
        );
  const spread = bernoulli ? 0 : standardDeviation;
  const stateNames = ['context'];

  const model: EnvModel = {
    id: contexts === 1 ? 'Bandit' : 'ContextualBandit',
    observationSpace: { kind: 'discrete', n: contexts },
    actionSpace: { kind: 'discrete', n: arms },
    maxSteps: 1,
    stateNames,

    initialState(rng, state, offset) {
      state[offset] = contexts === 1 ? 0 : rng.integer(0, contexts);
    },

    checkState(state) {
      checkStateWithin(stateNames, state, [0], [contexts - 1]);
      if (!Number.isInteger(state[0])) fail(`state[0], context, is ${state[0]}, but must be a whole number.`);
    },

    transition(state, offset, action, actionOffset, rng, outcome) {
      const mean = table[state[offset]][action[actionOffset]];
      if (bernoulli) outcome.reward = rng.uniform() < mean ? 1 : 0;
      else outcome.reward = spread === 0 ? mean : rng.normal(mean, spread);
      outcome.terminated = true;
    },

    observe(state, offset, observation, observationOffset) {
      observation[observationOffset] = state[offset];
    },
  };
  return remember(new Env(model), () => ({ make: 'bandit', args: [{ means, standardDeviation }] }));
}
