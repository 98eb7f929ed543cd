/**
 * Swimmer: three links in a viscous fluid, seen from above, that are to swim forward by turning against each other.
 *
 * State: positions q = (x, y, angle, first joint, second joint), velocities v, and what mujocoEnv.ts adds. Action:
 * torques on the two joints in units of 150 N m, within -1 .. 1. A step is 4 of the physics, dt = 0.04 s.
 *   reward = (x' - x) / dt - 0.0001 |a|^2
 * Never terminated; truncated after 1000 steps. Start: q ~ U(-0.1, 0.1), v likewise.
 * Observation: q without x and y, then v: 8 numbers. v4 is the same.
 * Source: Gymnasium 1.4.0, Swimmer-v5 and -v4 (after Coulom 2002); model written anew from its numbers.
 */

import { knownOptions } from '../../math/check';
import type { Env } from '../env';
import type { Body, Geom } from './mjcf';
import {
  addUniform,
  checkVersion,
  MUJOCO_OPTIONS,
  type MujocoOptions,
  mujocoEnv,
  squaredNorm,
} from './mujocoEnv';

const DT = 0.04;

/** Makes a Swimmer-v5 (or -v4). A start state is (q, v), 10 numbers, or a whole state; an action is two numbers. @experimental */
export function swimmer(options: MujocoOptions = {}): Env {
  const { version = 'v5', maxSteps = 1000 } = knownOptions('swimmer', options, MUJOCO_OPTIONS);
  checkVersion(version);
  return mujocoEnv(
    {
      name: 'Swimmer',
      mjcf: {
        name: 'swimmer',
        angle: 'degree',
        option: { timestep: 0.01, integrator: 'RK4', density: 4000, viscosity: 0.1 },
        defaults: {
          joint: { armature: 0.1 },
          geom: { contype: 0, conaffinity: 0, condim: 1 },
          motor: { ctrllimited: true, ctrlrange: [-1, 1], gear: 150 },
        },
        bodies: [
          {
            name: 'torso',
            pos: [0, 0, 0],
            joints: [
              { name: 'slider1', type: 'slide', axis: [1, 0, 0] },
              { name: 'slider2', type: 'slide', axis: [0, 1, 0] },
              { name: 'free_body_rot', type: 'hinge', axis: [0, 0, 1] },
            ],
            geoms: [link(1.5, 0.5)],
            bodies: [segment('mid', 0.5, 'motor1_rot', [segment('back', -1, 'motor2_rot')])],
          },
        ],
        motors: [{ joint: 'motor1_rot' }, { joint: 'motor2_rot' }],
      },
      frameSkip: 4,
      solvedReturn: 360,
      observationSize: 8,

      start(rng, q, v) {
        addUniform(rng, q, 0.1);
        addUniform(rng, v, 0.1);
      },

      observe(state, offset, observation, observationOffset) {
        for (let i = 2; i < 10; i++) observation[observationOffset + i - 2] = state[offset + i];
      },

      judge(before, state, offset, action, actionOffset, outcome) {
        outcome.terminated = false;
        outcome.reward = (state[offset] - before[0]) / DT - 1e-4 * squaredNorm(action, actionOffset, 2);
      },
    },
    version,
    maxSteps,
  );
}

const link = (from: number, to: number): Geom => ({
  type: 'capsule',
  size: [0.1],
  fromto: [from, 0, 0, to, 0, 0],
  density: 1000,
});

const segment = (name: string, x: number, joint: string, bodies: readonly Body[] = []): Body => ({
  name,
  pos: [x, 0, 0],
  joints: [{ name: joint, type: 'hinge', axis: [0, 0, 1], limited: true, range: [-100, 100] }],
  geoms: [link(0, -1)],
  bodies,
});
