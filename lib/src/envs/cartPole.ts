/**
 * CartPole-v1: balance a pole on a cart by pushing the cart left or right (Barto, Sutton and Anderson 1983).
 *
 * State (x, x', theta, theta'): the cart's position and velocity, the pole's angle from the upright and its angular
 * velocity. Action 0 pushes with F = -10 N, action 1 with F = +10 N. With M = m_cart + m_pole = 1.1 kg, half length
 * l = 0.5 m, g = 9.8 m/s^2:
 *   temp    = (F + m_pole l theta'^2 sin theta) / M
 *   theta'' = (g sin theta - cos theta temp) / (l (4/3 - m_pole cos^2 theta / M))
 *   x''     = temp - m_pole l theta'' cos theta / M
 * One explicit Euler step of tau = 0.02 s moves all four numbers with the old derivatives:
 *   x += tau x';  x' += tau x'';  theta += tau theta';  theta' += tau theta''.
 *
 * Terminated when |x| > 2.4 m or |theta| > 12 degrees; truncated after 500 steps. Every step pays 1, the last one too.
 * Start: four numbers U(-0.05, 0.05). The observation is the state in float32.
 * Source: Gymnasium 1.4.0, CartPole-v1; the equations are those of Florian 2007 without friction.
 */

import { knownOptions, type OptionNames } from '../math/check';
import { remember } from '../recipe';
import { checkMaxSteps, checkStateWithin, Env, type EnvModel, float32Box } from './env';

const GRAVITY = 9.8;
const POLE_MASS = 0.1;
const TOTAL_MASS = 1.1;
const HALF_LENGTH = 0.5;
const POLE_MASS_LENGTH = POLE_MASS * HALF_LENGTH;
const FORCE = 10;
const TAU = 0.02;
const POSITION_LIMIT = 2.4;
const ANGLE_LIMIT = (12 * 2 * Math.PI) / 360;

/** Options of `cartPole`. */
export interface CartPoleOptions {
  /** Steps until truncation: 500 in CartPole-v1, 200 in v0. */
  maxSteps?: number;
  /** Pay 0 a step and -1 for the terminating one, as in Sutton and Barto's code, in place of 1 a step. */
  suttonBartoReward?: boolean;
}

const CART_POLE_OPTIONS: OptionNames<CartPoleOptions> = {
  maxSteps: 'optional',
  suttonBartoReward: 'optional',
};

/** Makes a CartPole-v1. A start state is (x [m], x' [m/s], theta [rad], theta' [rad/s]). */
export function cartPole(options: CartPoleOptions = {}): Env {
  const { maxSteps = 500, suttonBartoReward = false } = knownOptions('cartPole', options, CART_POLE_OPTIONS);
  const stateNames = ['x [m]', "x' [m/s]", 'theta [rad]', "theta' [rad/s]"];
  const low = [-2 * POSITION_LIMIT, -Infinity, -2 * ANGLE_LIMIT, -Infinity];
  const high = low.map(bound => -bound);
  const stepReward = suttonBartoReward ? 0 : 1;
  const endReward = suttonBartoReward ? -1 : 1;

  const model: EnvModel = {
    id: 'CartPole-v1',
    observationSpace: float32Box(...low.map((bound, i) => [bound, high[i]] as const)),
    actionSpace: { kind: 'discrete', n: 2 },
    maxSteps: checkMaxSteps(maxSteps),
    solvedReturn: suttonBartoReward ? 0 : 475,
    stateNames,

    initialState(rng, state, offset) {
      for (let i = 0; i < 4; i++) state[offset + i] = rng.uniform(-0.05, 0.05);
    },

    checkState: state => checkStateWithin(stateNames, state, low, high),

    transition(state, offset, action, actionOffset, _rng, outcome) {
      const x = state[offset];
      const velocity = state[offset + 1];
      const angle = state[offset + 2];
      const spin = state[offset + 3];
      const force = action[actionOffset] === 1 ? FORCE : -FORCE;
      const cos = Math.cos(angle);
      const sin = Math.sin(angle);

      const temp = (force + POLE_MASS_LENGTH * (spin * spin) * sin) / TOTAL_MASS;
      const spinRate =
        (GRAVITY * sin - cos * temp) / (HALF_LENGTH * (4 / 3 - (POLE_MASS * (cos * cos)) / TOTAL_MASS));
      const acceleration = temp - (POLE_MASS_LENGTH * spinRate * cos) / TOTAL_MASS;

      const nextX = x + TAU * velocity;
      const nextAngle = angle + TAU * spin;
      state[offset] = nextX;
      state[offset + 1] = velocity + TAU * acceleration;
      state[offset + 2] = nextAngle;
      state[offset + 3] = spin + TAU * spinRate;

      outcome.terminated = Math.abs(nextX) > POSITION_LIMIT || Math.abs(nextAngle) > ANGLE_LIMIT;
      outcome.reward = outcome.terminated ? endReward : stepReward;
    },

    observe(state, offset, observation, observationOffset) {
      for (let i = 0; i < 4; i++) observation[observationOffset + i] = state[offset + i];
    },
  };
  return remember(new Env(model), () => ({ make: 'cartPole', args: [{ maxSteps, suttonBartoReward }] }));
}
