/**
 * MountainCar-v0: drive an underpowered car out of a valley by first gaining height on the other side (Moore 1990).
 *
 * State (p, v): position and velocity per step. Actions 0, 1, 2 push left, not at all, right:
 *   v += (a - 1) 0.001 - 0.0025 cos(3 p),  clipped to |v| <= 0.07
 *   p += v,  clipped to [-1.2, 0.6];  at the left wall (p = -1.2) a negative v becomes 0.
 * Terminated when p >= 0.5 and v >= the goal velocity (0); truncated after 200 steps. Every step pays -1.
 * Start: p ~ U(-0.6, -0.4), v = 0. The observation is the state in float32. The hill's height, for drawing, is
 * 0.45 sin(3 p) + 0.55.
 * Source: Gymnasium 1.4.0, MountainCar-v0.
 */

import { checkFinite, knownOptions, type OptionNames } from '../math/check';
import { remember } from '../recipe';
import { checkMaxSteps, checkStateWithin, Env, type EnvModel, float32Box } from './env';

export const LEFT_WALL = -1.2;
export const RIGHT_END = 0.6;
export const MAX_SPEED = 0.07;
const GOAL = 0.5;

/** Options of `mountainCar`. */
export interface MountainCarOptions {
  /** Steps until truncation. */
  maxSteps?: number;
  /** The velocity at which the car must at least pass the goal, from -0.07 to 0.07 per step. */
  goalVelocity?: number;
}

const MOUNTAIN_CAR_OPTIONS: OptionNames<MountainCarOptions> = {
  maxSteps: 'optional',
  goalVelocity: 'optional',
};

/** The hill's height over position p. */
export const mountainHeight = (p: number): number => 0.45 * Math.sin(3 * p) + 0.55;

/** Makes a MountainCar-v0. A start state is (p, v). */
export function mountainCar(options: MountainCarOptions = {}): Env {
  const { maxSteps = 200, goalVelocity = 0 } = knownOptions('mountainCar', options, MOUNTAIN_CAR_OPTIONS);
  checkFinite('goalVelocity', goalVelocity, -MAX_SPEED, MAX_SPEED);
  const env = new Env({
    ...mountainCarSpaces,
    id: 'MountainCar-v0',
    actionSpace: { kind: 'discrete', n: 3 },
    maxSteps: checkMaxSteps(maxSteps),
    solvedReturn: -110,

    transition(state, offset, action, actionOffset, _rng, outcome) {
      let p = state[offset];
      let v = state[offset + 1];
      v += (action[actionOffset] - 1) * 0.001 - 0.0025 * Math.cos(3 * p);
      v = Math.min(Math.max(v, -MAX_SPEED), MAX_SPEED);
      p = Math.min(Math.max(p + v, LEFT_WALL), RIGHT_END);
      if (p === LEFT_WALL && v < 0) v = 0;
      state[offset] = p;
      state[offset + 1] = v;
      outcome.terminated = p >= GOAL && v >= goalVelocity;
      outcome.reward = -1;
    },
  });
  return remember(env, () => ({ make: 'mountainCar', args: [{ maxSteps, goalVelocity }] }));
}

const stateNames = ['p', 'v [1/step]'];

/** What the car with three actions and the car with a continuous one share: state, start and observation. */
export const mountainCarSpaces: Pick<
  EnvModel,
  'observationSpace' | 'stateNames' | 'initialState' | 'checkState' | 'observe'
> = {
  observationSpace: float32Box([LEFT_WALL, RIGHT_END], [-MAX_SPEED, MAX_SPEED]),
  stateNames,
  initialState(rng, state, offset) {
    state[offset] = rng.uniform(-0.6, -0.4);
    state[offset + 1] = 0;
  },
  checkState: state => checkStateWithin(stateNames, state, [LEFT_WALL, -MAX_SPEED], [RIGHT_END, MAX_SPEED]),
  observe(state, offset, observation, observationOffset) {
    observation[observationOffset] = state[offset];
    observation[observationOffset + 1] = state[offset + 1];
  },
};
