/**
 * Random MDPs on which a statement about all MDPs can be tried (the Garnet family: Archibald, McKinnon and Thomas 1995;
 * Bhatnagar et al. 2009, section 5): each (s, a) leads to `branching` different states, drawn without replacement, with
 * probabilities that are the gaps between sorted uniform cuts of [0, 1], so uniform on the simplex; and pays a reward
 * r(s, a) ~ N(0, 1). Also a bandit as an MDP, for exact answers about one decision.
 */

import { checkFinite, checkInteger, checkVector, fail, knownOptions, type OptionNames } from '../math/check';
import { checkRng, type Rng } from '../math/rng';
import { type TabularMDP, tabularMDP } from './tabularMDP';

/** Options of `randomMDP`. */
export interface RandomMDPOptions {
  /** S, 10 by default. */
  states?: number;
  /** A, 3 by default. */
  actions?: number;
  /** Next states of each (s, a), from 1 to S; 3 by default (S if that is less). */
  branching?: number;
  /** How many states, the last ones, are terminal; 0 by default. */
  terminals?: number;
  /** Discount factor, 0.9 by default. */
  gamma?: number;
  /** The stream that all probabilities and rewards are drawn from. */
  rng: Rng;
}

const RANDOM_MDPOPTIONS: OptionNames<RandomMDPOptions> = {
  states: 'optional',
  actions: 'optional',
  branching: 'optional',
  terminals: 'optional',
  gamma: 'optional',
  rng: 'required',
};

/** A random MDP. Episodes start in any of its non-terminal states with equal probability. */
export function randomMDP(options: RandomMDPOptions): TabularMDP {
  const {
    states = 10,
    actions = 3,
    branching = Math.min(3, states),
    terminals = 0,
    gamma = 0.9,
    rng,
  } = knownOptions('randomMDP', options, RANDOM_MDPOPTIONS);
  checkInteger('states', states, 1);
  checkInteger('branching', branching, 1, states);
  checkInteger('terminals', terminals, 0, states - 1);
  checkRng(rng);
  const alive = states - terminals;
  return tabularMDP({
    id: 'RandomMDP',
    states,
    actions,
    outcomes: () => {
      const reward = rng.normal();
      const next = rng.permutation(states).subarray(0, branching);
      const cuts = Float64Array.from({ length: branching + 1 }, (_, i) =>
        i === 0 ? 0 : i === branching ? 1 : rng.uniform(),
      ).sort();
      return Array.from(next, (s, i) => ({ probability: cuts[i + 1] - cuts[i], next: s, reward }));
    },
    initial: Array.from({ length: states }, (_, s) => (s < alive ? 1 / alive : 0)),
    terminalStates: Array.from({ length: terminals }, (_, i) => alive + i),
    gamma,
  });
}

const BANDIT_MDP_OPTIONS: OptionNames<{
  means: ArrayLike<number>;
  standardDeviation?: number;
}> = { means: 'required', standardDeviation: 'optional' };

/**
 * A bandit as an MDP: state 0 is the decision, state 1 its end. Arm a pays a normal reward of mean means[a] and the given
 * standard deviation (0 for certain rewards; 1 by default).
 */
export function banditMDP(options: { means: ArrayLike<number>; standardDeviation?: number }): TabularMDP {
  const { means, standardDeviation = 1 } = knownOptions('banditMDP', options, BANDIT_MDP_OPTIONS);
  if (checkVector('means', means).length === 0)
    fail('means is empty, but must hold at least one mean reward.');
  checkFinite('standardDeviation', standardDeviation, 0);
  return tabularMDP({
    id: 'Bandit',
    states: 2,
    actions: means.length,
    outcomes: (_s, a) => [{ probability: 1, next: 1, reward: means[a] }],
    rewardDeviation: new Float64Array(2 * means.length).fill(standardDeviation, 0, means.length),
    terminalStates: [1],
    gamma: 1,
    maxSteps: 1,
  });
}
