/**
 * HalfCheetah: a two-legged runner in a vertical plane that is to run forward as fast as it can.
 *
 * State: positions q = (x, z, torso angle, back thigh, shin, foot, front thigh, shin, foot), velocities v, and what
 * mujocoEnv.ts adds. Action: torques on the six joints, within -1 .. 1 of 30 to 120 N m. dt = 5 x 0.01 s.
 *   reward = (x' - x) / dt - 0.1 |a|^2
 * Never terminated; truncated after 1000 steps. Start: q ~ U(-0.1, 0.1), v ~ N(0, 0.1^2).
 * Observation: q without x, then v: 17 numbers. v4 is the same.
 * Source: Gymnasium 1.4.0, HalfCheetah-v5 and -v4 (after Wawrzynski 2009); model written anew from its numbers.
 */

import { knownOptions } from '../../math/check';
import { square } from '../../math/vectors';
import type { Env } from '../env';
import { type Body, type Geom, planarRoot, type Vector3 } from './mjcf';
import {
  addNormal,
  addUniform,
  checkVersion,
  MUJOCO_OPTIONS,
  type MujocoOptions,
  mujocoEnv,
  squaredNorm,
} from './mujocoEnv';

const DT = 0.05;
const RADIUS = 0.046;
/** What the cheetah weighs [kg]; its density follows. */
const MASS = 14;

/** A capsule's half-length, and where it lies: its middle and its turn about y [rad]. */
type Limb = readonly [half: number, pos: Vector3, turn: number];
const LIMBS = {
  bthigh: [0.145, [0.1, 0, -0.13], -3.8],
  bshin: [0.15, [-0.14, 0, -0.07], -2.03],
  bfoot: [0.094, [0.03, 0, -0.097], -0.27],
  fthigh: [0.133, [-0.07, 0, -0.12], 0.52],
  fshin: [0.106, [0.065, 0, -0.09], -0.6],
  ffoot: [0.07, [0.045, 0, -0.07], -0.6],
} satisfies Record<string, Limb>;
const TORSO_HALF = 0.5;
const HEAD: Limb = [0.15, [0.6, 0, 0.1], 0.87];

/** Makes a HalfCheetah-v5 (or -v4). A start state is (q, v), 18 numbers, or a whole state; an action is six numbers. @experimental */
export function halfCheetah(options: MujocoOptions = {}): Env {
  const { version = 'v5', maxSteps = 1000 } = knownOptions('halfCheetah', options, MUJOCO_OPTIONS);
  checkVersion(version);
  return mujocoEnv(
    {
      name: 'HalfCheetah',
      mjcf: {
        name: 'cheetah',
        angle: 'radian',
        option: { timestep: 0.01 },
        defaults: {
          joint: {
            armature: 0.1,
            damping: 0.01,
            limited: true,
            stiffness: 8,
            solreflimit: [0.02, 1],
            solimplimit: [0, 0.8, 0.03],
          },
          geom: {
            contype: 1,
            conaffinity: 0,
            condim: 3,
            friction: [0.4, 0.1, 0.1],
            solref: [0.02, 1],
            solimp: [0, 0.8, 0.01],
            density: density(),
          },
          motor: { ctrllimited: true, ctrlrange: [-1, 1] },
        },
        geoms: [{ type: 'plane', size: [40, 40, 40], conaffinity: 1 }],
        bodies: [
          {
            name: 'torso',
            pos: [0, 0, 0.7],
            joints: planarRoot({ slides: [0, 0, 0], z0: 0 }),
            geoms: [
              { type: 'capsule', size: [RADIUS], fromto: [-TORSO_HALF, 0, 0, TORSO_HALF, 0, 0] },
              capsule(HEAD),
            ],
            bodies: [
              limb('bthigh', [-0.5, 0, 0], [-0.52, 1.05], 240, 6, [
                limb('bshin', [0.16, 0, -0.25], [-0.785, 0.785], 180, 4.5, [
                  limb('bfoot', [-0.28, 0, -0.14], [-0.4, 0.785], 120, 3),
                ]),
              ]),
              limb('fthigh', [0.5, 0, 0], [-1, 0.7], 180, 4.5, [
                limb('fshin', [-0.14, 0, -0.24], [-1.2, 0.87], 120, 3, [
                  limb('ffoot', [0.13, 0, -0.18], [-0.5, 0.5], 60, 1.5),
                ]),
              ]),
            ],
          },
        ],
        motors: [
          { joint: 'bthigh', gear: 120 },
          { joint: 'bshin', gear: 90 },
          { joint: 'bfoot', gear: 60 },
          { joint: 'fthigh', gear: 120 },
          { joint: 'fshin', gear: 60 },
          { joint: 'ffoot', gear: 30 },
        ],
      },
      frameSkip: 5,
      solvedReturn: 4800,
      observationSize: 17,

      start(rng, q, v) {
        addUniform(rng, q, 0.1);
        addNormal(rng, v, 0.1);
      },

      observe(state, offset, observation, observationOffset) {
        for (let i = 1; i < 18; i++) observation[observationOffset + i - 1] = state[offset + i];
      },

      judge(before, state, offset, action, actionOffset, outcome) {
        outcome.terminated = false;
        outcome.reward = (state[offset] - before[0]) / DT - 0.1 * squaredNorm(action, actionOffset, 6);
      },
    },
    version,
    maxSteps,
  );
}

const capsule = ([half, pos, turn]: Limb): Geom => ({
  type: 'capsule',
  size: [RADIUS, half],
  pos,
  axisangle: [0, 1, 0, turn],
});

const limb = (
  name: keyof typeof LIMBS,
  pos: Vector3,
  range: readonly number[],
  stiffness: number,
  damping: number,
  bodies: readonly Body[] = [],
): Body => ({
  name,
  pos,
  joints: [{ name, type: 'hinge', axis: [0, 1, 0], range, stiffness, damping }],
  geoms: [capsule(LIMBS[name])],
  bodies,
});

/** The density [kg/m^3] that makes all capsules, of volume 2 pi r^2 h + 4/3 pi r^3 each, weigh `MASS`. */
function density(): number {
  const halves = [TORSO_HALF, HEAD[0], ...Object.values(LIMBS).map(([half]) => half)];
  const disk = Math.PI * square(RADIUS);
  const volume = halves.reduce((sum, half) => sum + disk * (2 * half + (4 / 3) * RADIUS), 0);
  return MASS / volume;
}
