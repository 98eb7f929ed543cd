/**
 * InvertedPendulum: keep a pole upright on a cart that is pushed along a rail; CartPole with forces of any strength.
 *
 * State: positions q = (cart x, pole angle from the upright), velocities v, and what mujocoEnv.ts adds. Action: the
 * push on the cart in units of 100 N, within -3 .. 3. A step is 2 of the physics, dt = 0.04 s.
 *   reward = 1 if not terminated, else 0                        (v4: always 1)
 * Terminated when |angle| > 0.2 or a number is not finite; truncated after 1000 steps. Start: q ~ U(-0.01, 0.01), v
 * likewise. Observation: q, v: 4 numbers.
 * Source: Gymnasium 1.4.0, InvertedPendulum-v5 and -v4; model written anew from its numbers.
 */

import { knownOptions } from '../../math/check';
import type { Env } from '../env';
import type { Geom } from './mjcf';
import { addUniform, checkVersion, MUJOCO_OPTIONS, type MujocoOptions, mujocoEnv } from './mujocoEnv';

/** Turns a capsule from z to x; MuJoCo brings it to length 1. */
const ALONG_X = [1, 0, 1, 0];

/** The rail that the cart runs on, and the cart's own shape; also those of InvertedDoublePendulum. */
export const RAIL: Geom = { type: 'capsule', size: [0.02, 1], quat: ALONG_X };
export const CART: Geom = { type: 'capsule', size: [0.1, 0.1], quat: ALONG_X };

/** Makes an InvertedPendulum-v5 (or -v4). A start state is (q, v), 4 numbers, or a whole state; an action is one number. @experimental */
export function invertedPendulum(options: MujocoOptions = {}): Env {
  const { version = 'v5', maxSteps = 1000 } = knownOptions('invertedPendulum', options, MUJOCO_OPTIONS);
  checkVersion(version);
  return mujocoEnv(
    {
      name: 'InvertedPendulum',
      mjcf: {
        name: 'inverted pendulum',
        angle: 'degree',
        option: { timestep: 0.02, integrator: 'RK4' },
        defaults: {
          joint: { armature: 0, damping: 1, limited: true },
          geom: { contype: 0, friction: [1, 0.1, 0.1] },
          motor: { ctrllimited: true, ctrlrange: [-3, 3] },
        },
        geoms: [RAIL],
        bodies: [
          {
            name: 'cart',
            pos: [0, 0, 0],
            joints: [{ name: 'slider', type: 'slide', axis: [1, 0, 0], range: [-1, 1] }],
            geoms: [CART],
            bodies: [
              {
                name: 'pole',
                pos: [0, 0, 0],
                joints: [{ name: 'hinge', type: 'hinge', axis: [0, 1, 0], range: [-90, 90] }],
                // The pole really leans by a millimetre.
                geoms: [{ type: 'capsule', size: [0.049], fromto: [0, 0, 0, 0.001, 0, 0.6] }],
              },
            ],
          },
        ],
        motors: [{ joint: 'slider', gear: 100 }],
      },
      frameSkip: 2,
      solvedReturn: 950,
      observationSize: 4,

      start(rng, q, v) {
        addUniform(rng, q, 0.01);
        addUniform(rng, v, 0.01);
      },

      observe(state, offset, observation, observationOffset) {
        for (let i = 0; i < 4; i++) observation[observationOffset + i] = state[offset + i];
      },

      judge(_before, state, offset, _action, _actionOffset, outcome) {
        let upright = Math.abs(state[offset + 1]) <= 0.2;
        for (let i = 0; i < 4; i++) upright &&= Number.isFinite(state[offset + i]);
        outcome.terminated = !upright;
        outcome.reward = upright || version === 'v4' ? 1 : 0;
      },
    },
    version,
    maxSteps,
  );
}
