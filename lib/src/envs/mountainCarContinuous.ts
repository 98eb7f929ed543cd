/**
 * MountainCarContinuous-v0: the mountain car with a push of any strength, and a price on it.
 *
 * State (p, v), stored in float32 after every step. The action a is one number; f = clip(a, -1, 1):
 *   v += 0.0015 f - 0.0025 cos(3 p),  clipped to |v| <= 0.07
 *   p += v,  clipped to [-1.2, 0.6];  at the left wall (p = -1.2) a negative v becomes 0.
 * Terminated when p >= 0.45 and v >= the goal velocity (0); truncated after 999 steps. A step pays -0.1 a^2 with the
 * unclipped a, the terminating one 100 more. So a policy that never pushes earns 0, a local optimum.
 * Start: p ~ U(-0.6, -0.4), v = 0. The observation is the state.
 * Source: Gymnasium 1.4.0, MountainCarContinuous-v0.
 */

import { checkFinite, knownOptions, type OptionNames } from '../math/check';
import { remember } from '../recipe';
import { checkMaxSteps, Env } from './env';
import { LEFT_WALL, MAX_SPEED, mountainCarSpaces, RIGHT_END } from './mountainCar';

const GOAL = 0.45;
const POWER = 0.0015;

/** Options of `mountainCarContinuous`. */
export interface MountainCarContinuousOptions {
  /** Steps until truncation. */
  maxSteps?: number;
  /** The velocity at which the car must at least pass the goal, from -0.07 to 0.07 per step. */
  goalVelocity?: number;
}

const MOUNTAIN_CAR_CONTINUOUS_OPTIONS: OptionNames<MountainCarContinuousOptions> = {
  maxSteps: 'optional',
  goalVelocity: 'optional',
};

/** Makes a MountainCarContinuous-v0. A start state is (p, v); an action is one number, at its best within -1 .. 1. */
export function mountainCarContinuous(options: MountainCarContinuousOptions = {}): Env {
  const { maxSteps = 999, goalVelocity = 0 } = knownOptions(
    'mountainCarContinuous',
    options,
    MOUNTAIN_CAR_CONTINUOUS_OPTIONS,
  );
  checkFinite('goalVelocity', goalVelocity, -MAX_SPEED, MAX_SPEED);
  const env = new Env({
    ...mountainCarSpaces,
    id: 'MountainCarContinuous-v0',
    actionSpace: { kind: 'box', low: [-1], high: [1] },
    maxSteps: checkMaxSteps(maxSteps),
    solvedReturn: 90,

    transition(state, offset, action, actionOffset, _rng, outcome) {
      const a = action[actionOffset];
      const force = Math.min(Math.max(a, -1), 1);
      let p = state[offset];
      let v = state[offset + 1];
      v += force * POWER - 0.0025 * Math.cos(3 * p);
      v = Math.min(Math.max(v, -MAX_SPEED), MAX_SPEED);
      p = Math.min(Math.max(p + v, LEFT_WALL), RIGHT_END);
      if (p === LEFT_WALL && v < 0) v = 0;
      state[offset] = Math.fround(p);
      state[offset + 1] = Math.fround(v);
      outcome.terminated = p >= GOAL && v >= goalVelocity;
      outcome.reward = (outcome.terminated ? 100 : 0) - 0.1 * (a * a);
    },
  });
  return remember(env, () => ({ make: 'mountainCarContinuous', args: [{ maxSteps, goalVelocity }] }));
}
