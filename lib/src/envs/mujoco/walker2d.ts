/**
 * Walker2d: Hopper with two legs, that is to walk forward as fast as it can without falling.
 *
 * State: positions q = (x, z, torso angle, thigh, leg, foot, left thigh, left leg, left foot), velocities v, and what
 * mujocoEnv.ts adds. Action: torques on the six joints in units of 100 N m, within -1 .. 1. dt = 4 x 0.002 s.
 *   healthy  0.8 < z < 2,  |torso angle| < 1
 *   reward = (x' - x) / dt + healthy' - 0.001 |a|^2            (v4: +1 in place of healthy')
 * Terminated when not healthy; truncated after 1000 steps. Start: q = (0, 1.25, 0, ...) + U(-0.005, 0.005), v likewise.
 * Observation: q without x, then v clipped to -10 .. 10: 17 numbers. In v4 the right foot slips more: friction 0.9, not
 * 1.9. The legs pass through each other.
 * Source: Gymnasium 1.4.0, Walker2d-v5 and -v4; model written anew from its numbers.
 */

import { knownOptions } from '../../math/check';
import type { Env } from '../env';
import { legOf, uprightBody } from './hopper';
import type { Body } from './mjcf';
import {
  addUniform,
  checkVersion,
  clamp,
  MUJOCO_OPTIONS,
  type MujocoOptions,
  mujocoEnv,
  squaredNorm,
} from './mujocoEnv';

const DT = 0.008;
const SURFACE = { friction: [0.9, 0.1, 0.1] };

/** Makes a Walker2d-v5 (or -v4). A start state is (q, v), 18 numbers, or a whole state; an action is six numbers. @experimental */
export function walker2d(options: MujocoOptions = {}): Env {
  const { version = 'v5', maxSteps = 1000 } = knownOptions('walker2d', options, MUJOCO_OPTIONS);
  checkVersion(version);
  return mujocoEnv(
    {
      name: 'Walker2d',
      mjcf: {
        name: 'walker2d',
        angle: 'degree',
        option: { timestep: 0.002, integrator: 'RK4' },
        defaults: {
          joint: { armature: 0.01, damping: 0.1, limited: true },
          geom: { contype: 1, conaffinity: 0, condim: 3, density: 1000, friction: [0.7, 0.1, 0.1] },
          motor: { ctrllimited: true, ctrlrange: [-1, 1], gear: 100 },
        },
        geoms: [{ type: 'plane', size: [40, 40, 40], conaffinity: 1 }],
        bodies: [
          uprightBody(SURFACE, [
            legOf('', SURFACE, foot('', version === 'v4' ? 0.9 : 1.9)),
            legOf('_left', SURFACE, foot('_left', 1.9)),
          ]),
        ],
        motors: ['', '_left'].flatMap(side =>
          ['thigh', 'leg', 'foot'].map(part => ({ joint: `${part}${side}` })),
        ),
      },
      frameSkip: 4,
      observationSize: 17,

      start(rng, q, v) {
        addUniform(rng, q, 0.005);
        addUniform(rng, v, 0.005);
      },

      observe(state, offset, observation, observationOffset) {
        for (let i = 1; i < 9; i++) observation[observationOffset + i - 1] = state[offset + i];
        for (let i = 9; i < 18; i++) observation[observationOffset + i - 1] = clamp(state[offset + i], 10);
      },

      judge(before, state, offset, action, actionOffset, outcome) {
        const z = state[offset + 1];
        const healthy = z > 0.8 && z < 2 && Math.abs(state[offset + 2]) < 1;
        outcome.terminated = !healthy;
        outcome.reward =
          (state[offset] - before[0]) / DT +
          (healthy || version === 'v4' ? 1 : 0) -
          0.001 * squaredNorm(action, actionOffset, 6);
      },
    },
    version,
    maxSteps,
  );
}

const foot = (suffix: string, friction: number): Body => ({
  name: `foot${suffix}`,
  pos: [0.2, 0, -0.35],
  joints: [{ name: `foot${suffix}`, type: 'hinge', axis: [0, -1, 0], pos: [-0.2, 0, 0.1], range: [-45, 45] }],
  geoms: [
    {
      type: 'capsule',
      size: [0.06, 0.1],
      pos: [-0.1, 0, 0.1],
      quat: [1, 0, -1, 0],
      friction: [friction, 0.1, 0.1],
    },
  ],
});
