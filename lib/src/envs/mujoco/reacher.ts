/**
 * Reacher: an arm of two links on a table, seen from above, whose fingertip is to reach a target.
 *
 * State: positions q = (shoulder, elbow, target x, target y), velocities v, and what mujocoEnv.ts adds; its extras are
 * d = fingertip - target [m]. Action: torques on the two joints in units of 200 N m, within -1 .. 1. dt = 2 x 0.01 s.
 *   reward = -|d'| - |a|^2                                      (v4: -|d| - |a|^2, with d before the step)
 * Never terminated; truncated after 50 steps. Start: arm angles U(-0.1, 0.1), their velocities U(-0.005, 0.005); the
 * target uniform in the disc of radius 0.2 around the shoulder, at rest.
 * Observation: cos of both angles, sin of both, target x and y, angular velocities, d_x, d_y: 10 numbers (v4: and d_z).
 * Source: Gymnasium 1.4.0, Reacher-v5 and -v4; model written anew from its numbers. Its documentation says that |a|^2
 * weighs 0.1, its code 1: the code counts.
 */

import { knownOptions } from '../../math/check';
import type { Env } from '../env';
import type { Geom } from './mjcf';
import { checkVersion, MUJOCO_OPTIONS, type MujocoOptions, mujocoEnv, squaredNorm } from './mujocoEnv';

/** Where the state keeps d, after q, v and the warm start of four each. */
const D = 12;
/** Bodies are numbered depth first, the world 0: body0, body1, fingertip, target. */
const FINGERTIP = 3;
const TARGET = 4;

/** Makes a Reacher-v5 (or -v4). A start state is (q, v), 8 numbers, or a whole state; an action is two numbers. @experimental */
export function reacher(options: MujocoOptions = {}): Env {
  const { version = 'v5', maxSteps = 50 } = knownOptions('reacher', options, MUJOCO_OPTIONS);
  checkVersion(version);
  const arm: Geom = { type: 'capsule', size: [0.01], fromto: [0, 0, 0, 0.1, 0, 0] };
  const slider = { type: 'slide', range: [-0.27, 0.27], armature: 0, damping: 0 } as const;
  return mujocoEnv(
    {
      name: 'Reacher',
      mjcf: {
        name: 'reacher',
        angle: 'radian',
        option: { timestep: 0.01, integrator: 'RK4' },
        defaults: {
          joint: { armature: 1, damping: 1, limited: true },
          geom: { contype: 0, friction: [1, 0.1, 0.1] },
          motor: { ctrllimited: true, ctrlrange: [-1, 1], gear: 200 },
        },
        bodies: [
          {
            name: 'body0',
            pos: [0, 0, 0.01],
            joints: [{ name: 'joint0', type: 'hinge', axis: [0, 0, 1], limited: false }],
            geoms: [arm],
            bodies: [
              {
                name: 'body1',
                pos: [0.1, 0, 0],
                joints: [{ name: 'joint1', type: 'hinge', axis: [0, 0, 1], range: [-3, 3] }],
                geoms: [arm],
                bodies: [{ name: 'fingertip', pos: [0.11, 0, 0], geoms: [{ type: 'sphere', size: [0.01] }] }],
              },
            ],
          },
          {
            name: 'target',
            pos: [0.1, -0.1, 0.01],
            joints: [
              { name: 'target_x', axis: [1, 0, 0], ref: 0.1, ...slider },
              { name: 'target_y', axis: [0, 1, 0], ref: -0.1, ...slider },
            ],
            geoms: [{ type: 'sphere', size: [0.009], conaffinity: 0 }],
          },
        ],
        motors: [{ joint: 'joint0' }, { joint: 'joint1' }],
      },
      frameSkip: 2,
      solvedReturn: -3.75,
      observationSize: version === 'v4' ? 11 : 10,
      extraNames: ['x', 'y', 'z'].map(axis => `fingertip - target, ${axis} [m]`),

      start(rng, q, v) {
        for (let i = 0; i < 2; i++) q[i] += rng.uniform(-0.1, 0.1);
        do for (let i = 2; i < 4; i++) q[i] = rng.uniform(-0.2, 0.2);
        while (Math.hypot(q[2], q[3]) >= 0.2);
        for (let i = 0; i < 2; i++) v[i] = rng.uniform(-0.005, 0.005);
      },

      extras(simulation, state, at) {
        const { xpos } = simulation.views;
        for (let i = 0; i < 3; i++) state[at + i] = xpos[3 * FINGERTIP + i] - xpos[3 * TARGET + i];
      },

      observe(state, offset, observation, at) {
        for (let i = 0; i < 2; i++) {
          observation[at + i] = Math.cos(state[offset + i]);
          observation[at + 2 + i] = Math.sin(state[offset + i]);
          observation[at + 4 + i] = state[offset + 2 + i];
          observation[at + 6 + i] = state[offset + 4 + i];
          observation[at + 8 + i] = state[offset + D + i];
        }
        if (version === 'v4') observation[at + 10] = state[offset + D + 2];
      },

      judge(before, state, offset, action, actionOffset, outcome) {
        const [from, at] = version === 'v4' ? [before, D] : [state, offset + D];
        const [x, y, z] = [from[at], from[at + 1], from[at + 2]];
        outcome.terminated = false;
        outcome.reward = -Math.sqrt(x * x + y * y + z * z) - squaredNorm(action, actionOffset, 2);
      },
    },
    version,
    maxSteps,
  );
}
