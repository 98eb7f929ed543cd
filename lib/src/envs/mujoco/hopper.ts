/**
 * Hopper: a one-legged robot in a vertical plane that is to hop forward as fast as it can without falling.
 *
 * State: positions q = (x, z, torso angle, thigh, leg, foot), velocities v, and what mujocoEnv.ts adds. Action: torques
 * on the three joints in units of 200 N m, within -1 .. 1. A step is 4 of the physics, dt = 0.008 s.
 *   healthy  z > 0.7,  |torso angle| < 0.2,  and every number of q after x and z and of v within -100 .. 100
 *   reward = (x' - x) / dt + healthy' - 0.001 |a|^2            (v4: +1 in place of healthy')
 * Terminated when not healthy; truncated after 1000 steps. Start: q = (0, 1.25, 0, ...) + U(-0.005, 0.005), v likewise.
 * Observation: q without x, then v clipped to -10 .. 10: 11 numbers.
 *
 * The contact margin. A geom's margin of 1 mm is Gymnasium's number, but MuJoCo's reading of it has changed: up to version
 * 3.3 a contact began where two geoms came closer than the larger of their margins; 3.14 adds the two up. The default is
 * Gymnasium's model to the letter, which on this version of MuJoCo begins contacts at 2 mm; `geomMargin: 0.0005` gives
 * the contacts of older versions, and with them, to the last digits, the physics of results published before. Returns
 * can hardly tell. Hopper is the only one of the tasks whose geoms have a margin.
 *
 * Source: Gymnasium 1.4.0, Hopper-v5 and -v4 (after Erez, Tassa and Todorov 2011); model written anew from its numbers.
 */

import { checkFinite, knownOptions, type OptionNames } from '../../math/check';
import type { Env } from '../env';
import { type Body, planarRoot } from './mjcf';
import { addUniform, checkVersion, clamp, type MujocoOptions, mujocoEnv, squaredNorm } from './mujocoEnv';

const DT = 0.008;

/** Options of `hopper`. @experimental */
export interface HopperOptions extends MujocoOptions {
  /** Margin of each geom [m]: 0.001 is Gymnasium's, 0.0005 gives the contacts of MuJoCo up to 3.3. */
  geomMargin?: number;
}

const HOPPER_OPTIONS: OptionNames<HopperOptions> = {
  geomMargin: 'optional',
  version: 'optional',
  maxSteps: 'optional',
};

/** Makes a Hopper-v5 (or -v4). A start state is (q, v), 12 numbers, or a whole state; an action is three numbers. @experimental */
export function hopper(options: HopperOptions = {}): Env {
  const {
    version = 'v5',
    maxSteps = 1000,
    geomMargin = 0.001,
  } = knownOptions('hopper', options, HOPPER_OPTIONS);
  checkVersion(version);
  checkFinite('geomMargin', geomMargin, 0);
  const foot: Body = {
    name: 'foot',
    pos: [0.13, 0, -0.35],
    joints: [{ name: 'foot', type: 'hinge', axis: [0, -1, 0], pos: [-0.13, 0, 0.1], range: [-45, 45] }],
    geoms: [
      {
        type: 'capsule',
        size: [0.06, 0.195],
        pos: [-0.065, 0, 0.1],
        quat: [1, 0, -1, 0],
        friction: 2,
      },
    ],
  };
  return mujocoEnv(
    {
      name: 'Hopper',
      mjcf: {
        name: 'hopper',
        angle: 'degree',
        option: { timestep: 0.002, integrator: 'RK4' },
        defaults: {
          joint: { armature: 1, damping: 1, limited: true },
          geom: {
            contype: 1,
            conaffinity: 1,
            condim: 1,
            margin: geomMargin,
            solimp: [0.8, 0.8, 0.01],
            solref: [0.02, 1],
          },
          motor: { ctrllimited: true, ctrlrange: [-1, 1], gear: 200 },
        },
        geoms: [{ type: 'plane', size: [20, 20, 0.125], condim: 3 }],
        bodies: [uprightBody({ friction: 0.9 }, [legOf('', { friction: 0.9 }, foot)])],
        motors: ['thigh', 'leg', 'foot'].map(joint => ({ joint })),
      },
      frameSkip: 4,
      solvedReturn: 3800,
      observationSize: 11,

      start(rng, q, v) {
        addUniform(rng, q, 0.005);
        addUniform(rng, v, 0.005);
      },

      observe(state, offset, observation, observationOffset) {
        for (let i = 1; i < 6; i++) observation[observationOffset + i - 1] = state[offset + i];
        for (let i = 6; i < 12; i++) observation[observationOffset + i - 1] = clamp(state[offset + i], 10);
      },

      judge(before, state, offset, action, actionOffset, outcome) {
        let healthy = state[offset + 1] > 0.7 && Math.abs(state[offset + 2]) < 0.2;
        for (let i = 2; i < 12; i++) healthy &&= Math.abs(state[offset + i]) < 100;
        outcome.terminated = !healthy;
        outcome.reward =
          (state[offset] - before[0]) / DT +
          (healthy || version === 'v4' ? 1 : 0) -
          0.001 * squaredNorm(action, actionOffset, 3);
      },
    },
    version,
    maxSteps,
    { geomMargin },
  );
}

/** The torso of Hopper and Walker2d, which stands upright at 1.25 m and moves freely in its plane. */
export function uprightBody(surface: { friction: number | number[] }, legs: readonly Body[]): Body {
  return {
    name: 'torso',
    pos: [0, 0, 1.25],
    joints: planarRoot({ slides: [0, 0, -1.25], z0: 1.25 }),
    geoms: [{ type: 'capsule', size: [0.05, 0.2], ...surface }],
    bodies: legs,
  };
}

/** Thigh and leg of Hopper and Walker2d, which hang from the torso's lower end, above a given foot. */
export function legOf(suffix: string, surface: { friction: number | number[] }, foot: Body): Body {
  const range = [-150, 0];
  return {
    name: `thigh${suffix}`,
    pos: [0, 0, -0.2],
    joints: [{ name: `thigh${suffix}`, type: 'hinge', axis: [0, -1, 0], range }],
    geoms: [{ type: 'capsule', size: [0.05, 0.225], pos: [0, 0, -0.225], ...surface }],
    bodies: [
      {
        name: `leg${suffix}`,
        pos: [0, 0, -0.7],
        joints: [{ name: `leg${suffix}`, type: 'hinge', axis: [0, -1, 0], pos: [0, 0, 0.25], range }],
        geoms: [{ type: 'capsule', size: [0.04, 0.25], ...surface }],
        bodies: [foot],
      },
    ],
  };
}
