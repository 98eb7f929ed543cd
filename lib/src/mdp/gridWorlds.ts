/**
 * The two grid worlds of Gymnasium's toy-text family, with its numbering, maps, rewards and probabilities
 * (Gymnasium 1.4, frozen_lake.py and cliffwalking.py). The state is row * columns + column; a move off the grid stays.
 *
 * FrozenLake-v1: cross the ice from S to G without falling into a hole. Actions 0 left, 1 down, 2 right, 3 up. On
 * slippery ice the agent goes where it wants with probability 1/3 and to each side of that with 1/3. Reward 1 on
 * entering G, else 0; G and H end the episode.
 *
 * CliffWalking-v1 (Sutton and Barto 2018, example 6.6): 4 x 12, from the bottom left corner to the bottom right one
 * along a cliff. Actions 0 up, 1 right, 2 down, 3 left. Every step costs 1; stepping off the cliff costs 100 and puts
 * the agent back at the start, and the episode goes on. The goal ends it. There is no step limit.
 */

import {
  checkFinite,
  checkInteger,
  checkVector,
  fail,
  knownOptions,
  type OptionNames,
  show,
} from '../math/check';
import { checkRng, type Rng } from '../math/rng';
import { type TabularMDP, tabularMDP } from './tabularMDP';

/** A direction of the compass as a change of (row, column). */
type Move = readonly [number, number];
const UP: Move = [-1, 0];
const RIGHT: Move = [0, 1];
const DOWN: Move = [1, 0];
const LEFT: Move = [0, -1];
const ARROWS = new Map([
  [UP, { name: 'up', arrow: '↑' }],
  [RIGHT, { name: 'right', arrow: '→' }],
  [DOWN, { name: 'down', arrow: '↓' }],
  [LEFT, { name: 'left', arrow: '←' }],
]);

const LAKES = {
  '4x4': ['SFFF', 'FHFH', 'FFFH', 'HFFG'],
  '8x8': ['SFFFFFFF', 'FFFFFFFF', 'FFFHFFFF', 'FFFFFHFF', 'FFFHFFFF', 'FHHFFFHF', 'FHFFHFHF', 'FFFHFFFG'],
};

/**
 * A grid world: `enter(from, to)` tells what moving onto cell `to` leads to. With `successRate` p < 1 the move a succeeds
 * with p, and its neighbours (a - 1) mod 4 and (a + 1) mod 4, at right angles to it, happen with (1 - p) / 2 each.
 */
function gridWorld(options: {
  id: string;
  map: readonly string[];
  moves: readonly Move[];
  successRate: number;
  terminalLetters: string;
  enter: (to: number) => { next: number; reward: number };
  gamma: number;
  maxSteps: number;
}): TabularMDP {
  const { id, map, moves, successRate, terminalLetters, enter, gamma, maxSteps } = options;
  const rows = map.length;
  const columns = map[0].length;
  const cells = [...map.join('')];
  const starts = cells.map((letter): number => (letter === 'S' ? 1 : 0));
  const startCount = starts.reduce((sum, one) => sum + one, 0);
  const target = (s: number, [dRow, dColumn]: Move) => {
    const row = Math.min(rows - 1, Math.max(0, Math.floor(s / columns) + dRow));
    const column = Math.min(columns - 1, Math.max(0, (s % columns) + dColumn));
    return row * columns + column;
  };
  const side = (1 - successRate) / 2;
  return tabularMDP({
    id,
    states: rows * columns,
    actions: moves.length,
    initial: starts.map(one => one / startCount),
    terminalStates: cells.flatMap((letter, s) => (terminalLetters.includes(letter) ? [s] : [])),
    outcomes: (s, a) =>
      [
        { move: (a + 3) % 4, probability: side },
        { move: a, probability: successRate },
        { move: (a + 1) % 4, probability: side },
      ]
        .filter(({ probability }) => probability > 0)
        .map(({ move, probability }) => ({ probability, ...enter(target(s, moves[move])) })),
    gamma,
    maxSteps,
    layout: {
      rows,
      columns,
      cells,
      actionNames: moves.map(move => ARROWS.get(move)!.name),
      arrows: moves.map(move => ARROWS.get(move)!.arrow),
    },
  });
}

/** Options of `frozenLake`. */
export interface FrozenLakeOptions {
  /** Whether moves go astray. True by default, as in Gymnasium. */
  slippery?: boolean;
  /** '4x4', '8x8', or rows of equal length made of the letters S, F, H and G. */
  map?: '4x4' | '8x8' | readonly string[];
  /** Probability that a move on slippery ice goes where it should; the rest is split over both sides. 1/3 by default. */
  successRate?: number;
  /** Rewards for entering the goal, a hole, and a frozen cell. [1, 0, 0] by default. */
  rewardSchedule?: readonly [goal: number, hole: number, frozen: number];
  /** Discount factor, 0.99 by default. */
  gamma?: number;
}

const FROZEN_LAKE_OPTIONS: OptionNames<FrozenLakeOptions> = {
  slippery: 'optional',
  map: 'optional',
  successRate: 'optional',
  rewardSchedule: 'optional',
  gamma: 'optional',
};

/** FrozenLake-v1 (and FrozenLake8x8-v1), 100 (200) steps at most. */
export function frozenLake(options: FrozenLakeOptions = {}): TabularMDP {
  const {
    slippery = true,
    map = '4x4',
    successRate = 1 / 3,
    rewardSchedule = [1, 0, 0],
    gamma = 0.99,
  } = knownOptions('frozenLake', options, FROZEN_LAKE_OPTIONS);
  const rows = typeof map === 'string' ? LAKES[map] : map;
  if (!Array.isArray(rows) || rows.length === 0)
    fail(`map is ${show(map)}, but must be '4x4', '8x8' or an array of rows.`);
  for (const row of rows)
    if (typeof row !== 'string' || row.length !== rows[0].length || !/^[SFHG]+$/.test(row))
      fail(
        `map holds the row ${show(row)}, but rows must be equally long and made of the letters S, F, H, G.`,
      );
  const cells = rows.join('');
  if (!cells.includes('S')) fail('map has no S, but an episode must start somewhere.');
  checkFinite('successRate', successRate, 0, 1);
  const [goal, hole, frozen] = checkVector('rewardSchedule', rewardSchedule, 3);
  return gridWorld({
    id: map === '8x8' ? 'FrozenLake8x8-v1' : 'FrozenLake-v1',
    map: rows,
    moves: [LEFT, DOWN, RIGHT, UP],
    successRate: slippery ? successRate : 1,
    terminalLetters: 'HG',
    enter: to => ({ next: to, reward: cells[to] === 'G' ? goal : cells[to] === 'H' ? hole : frozen }),
    gamma,
    maxSteps: map === '8x8' ? 200 : 100,
  });
}

const RANDOM_LAKE_OPTIONS: OptionNames<{
  size?: number;
  frozen?: number;
  rng: Rng;
}> = { size: 'optional', frozen: 'optional', rng: 'required' };

/** A random map for `frozenLake`, with a way over frozen cells from S (top left) to G (bottom right). */
export function randomLake(options: { size?: number; frozen?: number; rng: Rng }): string[] {
  const { size = 8, frozen = 0.8, rng } = knownOptions('randomLake', options, RANDOM_LAKE_OPTIONS);
  checkInteger('size', size, 2);
  checkFinite('frozen', frozen, 0, 1);
  checkRng(rng);
  const attempts = 10_000;
  const last = size * size - 1;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const cells = Array.from({ length: size * size }, (_, s) =>
      s === 0 ? 'S' : s === last ? 'G' : rng.uniform() < frozen ? 'F' : 'H',
    );
    const reached = new Set([0]);
    for (const s of reached) {
      const column = s % size;
      for (const next of [
        s - size,
        s + size,
        ...(column > 0 ? [s - 1] : []),
        ...(column < size - 1 ? [s + 1] : []),
      ])
        if (next >= 0 && next <= last && cells[next] !== 'H') reached.add(next);
    }
    if (reached.has(last))
      return Array.from({ length: size }, (_, row) => cells.slice(row * size, (row + 1) * size).join(''));
  }
  return fail(
    `frozen is ${frozen}, but must be large enough: none of ${attempts} random maps could be crossed.`,
  );
}

/** Options of `cliffWalking`. */
export interface CliffWalkingOptions {
  /** Whether moves go astray: 1/3 each for the move and for both sides of it. False by default. */
  slippery?: boolean;
  /** Discount factor. 1 by default: the goal ends every sensible episode. */
  gamma?: number;
}

const CLIFF_WALKING_OPTIONS: OptionNames<CliffWalkingOptions> = { slippery: 'optional', gamma: 'optional' };

/** CliffWalking-v1 (slippery: CliffWalkingSlippery-v1), without a step limit. */
export function cliffWalking(options: CliffWalkingOptions = {}): TabularMDP {
  const { slippery = false, gamma = 1 } = knownOptions('cliffWalking', options, CLIFF_WALKING_OPTIONS);
  const map = ['.'.repeat(12), '.'.repeat(12), '.'.repeat(12), `S${'C'.repeat(10)}G`];
  const start = 36;
  return gridWorld({
    id: slippery ? 'CliffWalkingSlippery-v1' : 'CliffWalking-v1',
    map,
    moves: [UP, RIGHT, DOWN, LEFT],
    successRate: slippery ? 1 / 3 : 1,
    terminalLetters: 'G',
    enter: to => (to > start && to < 47 ? { next: start, reward: -100 } : { next: to, reward: -1 }),
    gamma,
    maxSteps: Infinity,
  });
}
