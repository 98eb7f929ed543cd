/**
 * InvertedDoublePendulum: keep two poles, one on the other, upright on a cart that is pushed along a rail.
 *
 * State: positions q = (cart x, first angle, second angle relative to the first), velocities v, and what mujocoEnv.ts
 * adds; its extras are the tip's place X, Z [m] and the forces f that the joints' limits exert. Action: the push on the
 * cart in units of 500 N, within -1 .. 1. A step is 5 of the physics, dt = 0.05 s.
 *   reward = alive - 0.01 X'^2 - (Z' - 2)^2 - 0.001 v_1'^2 - 0.005 v_2'^2;  alive = 10 if not terminated (v4: always 10)
 * Terminated when Z <= 1, where upright is 1.2; truncated after 1000 steps. Start: q ~ U(-0.1, 0.1), v ~ N(0, 0.1^2).
 * Observation: x, sin of both angles, cos of both, v and the cart's f, both clipped to -10 .. 10: 9 numbers (v4: all
 * three f). The little sideways gravity is the model's own.
 * Source: Gymnasium 1.4.0, InvertedDoublePendulum-v5 and -v4; model written anew from its numbers.
 */

import { knownOptions } from '../../math/check';
import { square } from '../../math/vectors';
import type { Env } from '../env';
import { CART, RAIL } from './invertedPendulum';
import type { Body } from './mjcf';
import {
  addNormal,
  addUniform,
  checkVersion,
  clamp,
  MUJOCO_OPTIONS,
  type MujocoOptions,
  mujocoEnv,
} from './mujocoEnv';

/** Where the state keeps the tip and the forces, after q, v and the warm start of three each. */
const TIP = 9;
const FORCE = 11;

/**
 * Makes an InvertedDoublePendulum-v5 (or -v4). A start state is (q, v), 6 numbers, or a whole state; an action is one
 * number.
 * @experimental
 */
export function invertedDoublePendulum(options: MujocoOptions = {}): Env {
  const { version = 'v5', maxSteps = 1000 } = knownOptions('invertedDoublePendulum', options, MUJOCO_OPTIONS);
  checkVersion(version);
  const forces = version === 'v4' ? 3 : 1;
  const pole = (name: string, z: number, joint: string, rest: Partial<Body>): Body => ({
    name,
    pos: [0, 0, z],
    joints: [{ name: joint, type: 'hinge', axis: [0, 1, 0] }],
    geoms: [{ type: 'capsule', size: [0.045], fromto: [0, 0, 0, 0, 0, 0.6] }],
    ...rest,
  });
  return mujocoEnv(
    {
      name: 'InvertedDoublePendulum',
      mjcf: {
        name: 'inverted double pendulum',
        angle: 'degree',
        option: { timestep: 0.01, integrator: 'RK4', gravity: [1e-5, 0, -9.81] },
        defaults: {
          joint: { armature: 0, damping: 0.05 },
          geom: { contype: 0, friction: [1, 0.1, 0.1] },
          motor: { ctrllimited: true, ctrlrange: [-1, 1] },
        },
        geoms: [RAIL],
        bodies: [
          {
            name: 'cart',
            pos: [0, 0, 0],
            joints: [
              {
                name: 'slider',
                type: 'slide',
                axis: [1, 0, 0],
                limited: true,
                range: [-1, 1],
                margin: 0.01,
              },
            ],
            geoms: [CART],
            bodies: [
              pole('pole', 0, 'hinge', {
                bodies: [pole('pole2', 0.6, 'hinge2', { sites: [{ name: 'tip', pos: [0, 0, 0.6] }] })],
              }),
            ],
          },
        ],
        motors: [{ joint: 'slider', gear: 500 }],
      },
      frameSkip: 5,
      solvedReturn: 9100,
      observationSize: 8 + forces,
      extraNames: [
        'tip x [m]',
        'tip z [m]',
        'limit force on slider [N]',
        'limit torque on hinge [N m]',
        'limit torque on hinge2 [N m]',
      ],

      start(rng, q, v) {
        addUniform(rng, q, 0.1);
        addNormal(rng, v, 0.1);
      },

      extras(simulation, state, at) {
        const { site_xpos: tip, qfrc_constraint: force } = simulation.views;
        state[at] = tip[0];
        state[at + 1] = tip[2];
        for (let i = 0; i < 3; i++) state[at + 2 + i] = force[i];
      },

      observe(state, offset, observation, at) {
        observation[at] = state[offset];
        for (let i = 0; i < 2; i++) {
          observation[at + 1 + i] = Math.sin(state[offset + 1 + i]);
          observation[at + 3 + i] = Math.cos(state[offset + 1 + i]);
        }
        for (let i = 0; i < 3; i++) observation[at + 5 + i] = clamp(state[offset + 3 + i], 10);
        for (let i = 0; i < forces; i++) observation[at + 8 + i] = clamp(state[offset + FORCE + i], 10);
      },

      judge(_before, state, offset, _action, _actionOffset, outcome) {
        const x = state[offset + TIP];
        const z = state[offset + TIP + 1];
        const v1 = state[offset + 4];
        const v2 = state[offset + 5];
        outcome.terminated = z <= 1;
        outcome.reward =
          (outcome.terminated && version === 'v5' ? 0 : 10) -
          (0.01 * square(x) + square(z - 2)) -
          (0.001 * square(v1) + 0.005 * square(v2));
      },
    },
    version,
    maxSteps,
  );
}
