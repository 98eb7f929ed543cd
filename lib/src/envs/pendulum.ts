/**
 * Pendulum-v1: swing a pendulum up with a weak motor and hold it there, spending little torque.
 *
 * State (theta, w): the angle from the upright, never wrapped, and the angular velocity. The action is one torque;
 * u = clip(a, -2, 2) N m. With g = 10 m/s^2, mass m = 1 kg, length l = 1 m, dt = 0.05 s:
 *   reward = -(wrap(theta)^2 + 0.1 w^2 + 0.001 u^2), of the old state, wrap into [-pi, pi)
 *   w     <- clip(w + (3 g / (2 l) sin theta + 3 / (m l^2) u) dt, -8, 8)
 *   theta <- theta + w dt, with the new w (semi-implicit Euler)
 * Never terminated; truncated after 200 steps. Start: theta ~ U(-pi, pi), w ~ U(-1, 1).
 * Observation: (cos theta, sin theta, w) in float32.
 * Source: Gymnasium 1.4.0, Pendulum-v1.
 */

import { checkFinite, knownOptions, type OptionNames } from '../math/check';
import { remember } from '../recipe';
import { checkMaxSteps, checkStateWithin, Env, type EnvModel, float32Box } from './env';

const MASS = 1;
const LENGTH = 1;
const DT = 0.05;
const MAX_TORQUE = 2;
const MAX_SPEED = 8;

/** Options of `pendulum`. */
export interface PendulumOptions {
  /** Steps until truncation. */
  maxSteps?: number;
  /** g [m/s^2]. */
  gravity?: number;
}

const PENDULUM_OPTIONS: OptionNames<PendulumOptions> = { maxSteps: 'optional', gravity: 'optional' };

/** Makes a Pendulum-v1. A start state is (theta [rad], w [rad/s]); an action is a torque [N m], clipped to -2 .. 2. */
export function pendulum(options: PendulumOptions = {}): Env {
  const { maxSteps = 200, gravity = 10 } = knownOptions('pendulum', options, PENDULUM_OPTIONS);
  checkFinite('gravity', gravity);
  const stateNames = ['theta [rad]', 'w [rad/s]'];

  const model: EnvModel = {
    id: 'Pendulum-v1',
    observationSpace: float32Box([-1, 1], [-1, 1], [-MAX_SPEED, MAX_SPEED]),
    actionSpace: { kind: 'box', low: [-MAX_TORQUE], high: [MAX_TORQUE] },
    maxSteps: checkMaxSteps(maxSteps),
    stateNames,

    initialState(rng, state, offset) {
      state[offset] = rng.uniform(-Math.PI, Math.PI);
      state[offset + 1] = rng.uniform(-1, 1);
    },

    checkState: state => checkStateWithin(stateNames, state, [-Infinity, -MAX_SPEED], [Infinity, MAX_SPEED]),

    transition(state, offset, action, actionOffset, _rng, outcome) {
      const theta = state[offset];
      const w = state[offset + 1];
      const u = Math.min(Math.max(action[actionOffset], -MAX_TORQUE), MAX_TORQUE);
      const angle = wrap(theta);
      outcome.reward = -(angle * angle + 0.1 * (w * w) + 0.001 * (u * u));
      outcome.terminated = false;

      const acceleration =
        ((3 * gravity) / (2 * LENGTH)) * Math.sin(theta) + (3 / (MASS * LENGTH * LENGTH)) * u;
      const nextW = Math.min(Math.max(w + acceleration * DT, -MAX_SPEED), MAX_SPEED);
      state[offset] = theta + nextW * DT;
      state[offset + 1] = nextW;
    },

    observe(state, offset, observation, observationOffset) {
      observation[observationOffset] = Math.cos(state[offset]);
      observation[observationOffset + 1] = Math.sin(state[offset]);
      observation[observationOffset + 2] = state[offset + 1];
    },
  };
  return remember(new Env(model), () => ({ make: 'pendulum', args: [{ maxSteps, gravity }] }));
}

/** The angle plus the multiple of 2 pi that brings it into [-pi, pi). */
function wrap(angle: number): number {
  const turn = (angle + Math.PI) % (2 * Math.PI);
  return (turn < 0 ? turn + 2 * Math.PI : turn) - Math.PI;
}
