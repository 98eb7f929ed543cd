/**
 * A corridor: the smallest task in which early actions decide late rewards.
 *
 *   [S] [ ] [ ] [ ] [G]        actions 0 left, 1 right; a move against the left wall stays
 *
 * The agent starts in the left-most of `length` cells and is paid at the right end. As an episode (the default) entering
 * G pays 1 and ends it: a sparse, delayed reward. With `continuing` the episode goes on and every step that ends in G
 * pays 1, so that the return grows with the horizon; then the variance of R(tau) times the sum of the scores grows
 * about as the cube of the horizon (R^2 as its square, the squared length of the summed scores as the horizon itself),
 * while the temporal-structure form drops what rewards of the past contribute. With `slip` moves go the other way now
 * and then, so that the trajectory is random under any policy.
 */

import { checkFinite, checkInteger, knownOptions, type OptionNames } from '../math/check';
import { type TabularMDP, tabularMDP } from './tabularMDP';

/** Options of `corridor`. */
export interface CorridorOptions {
  /** Number of cells, at least 2. 5 by default. */
  length?: number;
  /** Probability that a move goes the other way. 0 by default. */
  slip?: number;
  /** Whether the episode goes on at the right end. False by default. */
  continuing?: boolean;
  /** Reward of a step that ends in the right-most cell. 1 by default. */
  goalReward?: number;
  /** Reward of every other step. 0 by default. */
  stepReward?: number;
  /** Discount factor, 0.99 by default. */
  gamma?: number;
}

const CORRIDOR_OPTIONS: OptionNames<CorridorOptions> = {
  length: 'optional',
  slip: 'optional',
  continuing: 'optional',
  goalReward: 'optional',
  stepReward: 'optional',
  gamma: 'optional',
};

/** A corridor with the reward at its right end. */
export function corridor(options: CorridorOptions = {}): TabularMDP {
  const {
    length = 5,
    slip = 0,
    continuing = false,
    goalReward = 1,
    stepReward = 0,
    gamma = 0.99,
  } = knownOptions('corridor', options, CORRIDOR_OPTIONS);
  checkInteger('length', length, 2);
  checkFinite('slip', slip, 0, 1);
  checkFinite('goalReward', goalReward);
  checkFinite('stepReward', stepReward);
  const goal = length - 1;
  const enter = (cell: number) => {
    const next = Math.min(goal, Math.max(0, cell));
    return { next, reward: next === goal ? goalReward : stepReward };
  };
  return tabularMDP({
    id: 'Corridor',
    states: length,
    actions: 2,
    terminalStates: continuing ? [] : [goal],
    outcomes: (s, a) => {
      const step = a === 1 ? 1 : -1;
      return [
        { probability: 1 - slip, ...enter(s + step) },
        { probability: slip, ...enter(s - step) },
      ].filter(({ probability }) => probability > 0);
    },
    gamma,
    layout: {
      rows: 1,
      columns: length,
      cells: Array.from({ length }, (_, s) => (s === 0 ? 'S' : s === goal ? 'G' : '.')),
      actionNames: ['left', 'right'],
      arrows: ['←', '→'],
    },
  });
}
