/**
 * Acrobot-v1: swing a two-link pendulum, driven only at the joint between the links, above a line one link length over
 * its pivot (Sutton 1996; Sutton and Barto 1998, section 11.3).
 *
 * State (theta1, theta2, w1, w2): the first link's angle from hanging down, the second link's angle relative to the
 * first, and their angular velocities. Actions 0, 1, 2 apply the torque a = -1, 0, +1 N m. With masses
 * m1 = m2 = 1 kg, length l1 = 1 m, centres of mass at lc1 = lc2 = 0.5 m, inertias I1 = I2 = 1 kg m^2, g = 9.8 m/s^2:
 *   d1   = m1 lc1^2 + m2 (l1^2 + lc2^2 + 2 l1 lc2 cos theta2) + I1 + I2
 *   d2   = m2 (lc2^2 + l1 lc2 cos theta2) + I2
 *   phi2 = m2 lc2 g cos(theta1 + theta2 - pi/2)
 *   phi1 = -m2 l1 lc2 w2^2 sin theta2 - 2 m2 l1 lc2 w2 w1 sin theta2 + (m1 lc1 + m2 l1) g cos(theta1 - pi/2) + phi2
 *   w2'  = (a + d2/d1 phi1 - m2 l1 lc2 w1^2 sin theta2 - phi2) / (m2 lc2^2 + I2 - d2^2/d1)
 *   w1'  = -(d2 w2' + phi1) / d1
 * One classical Runge-Kutta step of 0.2 s under constant torque; then both angles are wrapped into [-pi, pi] and the
 * velocities clipped, |w1| <= 4 pi, |w2| <= 9 pi.
 *
 * Terminated when -cos theta1 - cos(theta1 + theta2) > 1; truncated after 500 steps. A step pays -1, the terminating
 * one 0. Start: four numbers U(-0.1, 0.1), rounded to float32. Observation: (cos theta1, sin theta1, cos theta2,
 * sin theta2, w1, w2) in float32.
 * Source: Gymnasium 1.4.0, Acrobot-v1. Its 'nips' form of w2', from Sutton 1996, leaves out the term in w1^2.
 */

import { fail, knownOptions, type OptionNames, show } from '../math/check';
import { remember } from '../recipe';
import { checkMaxSteps, checkStateWithin, Env, type EnvModel, float32Box } from './env';

const GRAVITY = 9.8;
const MASS_1 = 1;
const MASS_2 = 1;
const LENGTH_1 = 1;
const CENTRE_1 = 0.5;
const CENTRE_2 = 0.5;
const INERTIA_1 = 1;
const INERTIA_2 = 1;
const DT = 0.2;
const MAX_W1 = 4 * Math.PI;
const MAX_W2 = 9 * Math.PI;

/** Options of `acrobot`. */
export interface AcrobotOptions {
  /** Steps until truncation. */
  maxSteps?: number;
  /** The equation for w2': 'book' (Sutton and Barto) or 'nips' (Sutton 1996). */
  dynamics?: 'book' | 'nips';
}

const ACROBOT_OPTIONS: OptionNames<AcrobotOptions> = { maxSteps: 'optional', dynamics: 'optional' };

/** Makes an Acrobot-v1. A start state is (theta1 [rad], theta2 [rad], w1 [rad/s], w2 [rad/s]). */
export function acrobot(options: AcrobotOptions = {}): Env {
  const { maxSteps = 500, dynamics = 'book' } = knownOptions('acrobot', options, ACROBOT_OPTIONS);
  if (dynamics !== 'book' && dynamics !== 'nips')
    fail(`dynamics is ${show(dynamics)}, but must be 'book' or 'nips'.`);
  const centrifugal = dynamics === 'book' ? 1 : 0;
  const stateNames = ['theta1 [rad]', 'theta2 [rad]', 'w1 [rad/s]', 'w2 [rad/s]'];
  const stateLow = [-Infinity, -Infinity, -MAX_W1, -MAX_W2];
  const stateHigh = stateLow.map(bound => -bound);

  /** Writes d/dt (theta1, theta2, w1, w2) at state `s` under torque `a` to `out`. */
  function derivative(s: Float64Array, a: number, out: Float64Array): void {
    const [theta1, theta2, w1, w2] = [s[0], s[1], s[2], s[3]];
    const cos2 = Math.cos(theta2);
    const sin2 = Math.sin(theta2);
    const d1 =
      MASS_1 * CENTRE_1 * CENTRE_1 +
      MASS_2 * (LENGTH_1 * LENGTH_1 + CENTRE_2 * CENTRE_2 + 2 * LENGTH_1 * CENTRE_2 * cos2) +
      INERTIA_1 +
      INERTIA_2;
    const d2 = MASS_2 * (CENTRE_2 * CENTRE_2 + LENGTH_1 * CENTRE_2 * cos2) + INERTIA_2;
    const phi2 = MASS_2 * CENTRE_2 * GRAVITY * Math.cos(theta1 + theta2 - Math.PI / 2);
    const phi1 =
      -MASS_2 * LENGTH_1 * CENTRE_2 * (w2 * w2) * sin2 -
      2 * MASS_2 * LENGTH_1 * CENTRE_2 * w2 * w1 * sin2 +
      (MASS_1 * CENTRE_1 + MASS_2 * LENGTH_1) * GRAVITY * Math.cos(theta1 - Math.PI / 2) +
      phi2;
    const w2Rate =
      (a + (d2 / d1) * phi1 - centrifugal * MASS_2 * LENGTH_1 * CENTRE_2 * (w1 * w1) * sin2 - phi2) /
      (MASS_2 * CENTRE_2 * CENTRE_2 + INERTIA_2 - (d2 * d2) / d1);
    out[0] = w1;
    out[1] = w2;
    out[2] = -(d2 * w2Rate + phi1) / d1;
    out[3] = w2Rate;
  }

  const start = new Float64Array(4);
  const midpoint = new Float64Array(4);
  const k1 = new Float64Array(4);
  const k2 = new Float64Array(4);
  const k3 = new Float64Array(4);
  const k4 = new Float64Array(4);
  /** The state from which the next slope is taken: start + h k. */
  function along(k: Float64Array, h: number): Float64Array {
    for (let i = 0; i < 4; i++) midpoint[i] = start[i] + h * k[i];
    return midpoint;
  }

  const model: EnvModel = {
    id: 'Acrobot-v1',
    observationSpace: float32Box([-1, 1], [-1, 1], [-1, 1], [-1, 1], [-MAX_W1, MAX_W1], [-MAX_W2, MAX_W2]),
    actionSpace: { kind: 'discrete', n: 3 },
    maxSteps: checkMaxSteps(maxSteps),
    solvedReturn: -100,
    stateNames,

    initialState(rng, state, offset) {
      for (let i = 0; i < 4; i++) state[offset + i] = Math.fround(rng.uniform(-0.1, 0.1));
    },

    checkState: state => checkStateWithin(stateNames, state, stateLow, stateHigh),

    transition(state, offset, action, actionOffset, _rng, outcome) {
      const torque = action[actionOffset] - 1;
      for (let i = 0; i < 4; i++) start[i] = state[offset + i];
      derivative(start, torque, k1);
      derivative(along(k1, DT / 2), torque, k2);
      derivative(along(k2, DT / 2), torque, k3);
      derivative(along(k3, DT), torque, k4);
      for (let i = 0; i < 4; i++)
        state[offset + i] = start[i] + (DT / 6) * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);

      const theta1 = wrap(state[offset]);
      const theta2 = wrap(state[offset + 1]);
      state[offset] = theta1;
      state[offset + 1] = theta2;
      state[offset + 2] = Math.min(Math.max(state[offset + 2], -MAX_W1), MAX_W1);
      state[offset + 3] = Math.min(Math.max(state[offset + 3], -MAX_W2), MAX_W2);

      outcome.terminated = -Math.cos(theta1) - Math.cos(theta2 + theta1) > 1;
      outcome.reward = outcome.terminated ? 0 : -1;
    },

    observe(state, offset, observation, observationOffset) {
      observation[observationOffset] = Math.cos(state[offset]);
      observation[observationOffset + 1] = Math.sin(state[offset]);
      observation[observationOffset + 2] = Math.cos(state[offset + 1]);
      observation[observationOffset + 3] = Math.sin(state[offset + 1]);
      observation[observationOffset + 4] = state[offset + 2];
      observation[observationOffset + 5] = state[offset + 3];
    },
  };
  return remember(new Env(model), () => ({ make: 'acrobot', args: [{ maxSteps, dynamics }] }));
}

/** The angle plus the multiple of 2 pi that brings it into [-pi, pi]. */
function wrap(angle: number): number {
  if (angle >= -Math.PI && angle <= Math.PI) return angle;
  return angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
}
