/**
 * What the MuJoCo tasks have in common: from a model and a task's rules to an environment.
 *
 * A step writes the action to the motors as it is (MuJoCo clamps it to their range; the rules charge for the unclamped
 * one), lets MuJoCo take `frameSkip` steps, and reads the state back:
 *   state = (q, v, a, extras)
 * q [nq] positions and v [nv] velocities of the joints; a [nv] the accelerations from which MuJoCo's constraint solver
 * starts its next search (its warm start: without them a continued episode differs in the last digits); extras, what a
 * task's observation or reward takes from the simulation besides. MuJoCo computes those in the last evaluation *within*
 * its step and not for the state after it, and Gymnasium reads them as they are; so they cannot be had from q and v.
 *
 * A start state may be given by (q, v) alone, as Gymnasium's `set_state` takes it: the rest is then computed.
 * Observations are float32 here, like those of all environments of this library, and float64 in Gymnasium.
 */

import { fail, type OptionNames, show } from '../../math/check';
import type { Rng } from '../../math/rng';
import { remember } from '../../recipe';
import { checkMaxSteps, checkStateWithin, Env, type EnvModel, type Outcome } from '../env';
import { type Simulation, simulationOf } from './engine';
import { type Joint, type Mjcf, mjcfText } from './mjcf';

/** The versions of the rules: Gymnasium's v5, and its v4, which published results before 2024 used. @experimental */
export type MujocoVersion = 'v5' | 'v4';

/** Options that all MuJoCo tasks have. @experimental */
export interface MujocoOptions {
  /** Gymnasium's version of the rules: 'v5' or 'v4'. */
  version?: MujocoVersion;
  /** Steps until truncation. */
  maxSteps?: number;
}

export const MUJOCO_OPTIONS: OptionNames<MujocoOptions> = { version: 'optional', maxSteps: 'optional' };

/** What makes a task of a model. Offsets are those of a state (q, v, a, extras) in a longer array. */
export interface MujocoRules {
  /** Its name in Gymnasium without the version, e.g. 'Hopper'. */
  readonly name: string;
  readonly mjcf: Mjcf;
  /** Steps of the physics in one step of the environment. */
  readonly frameSkip: number;
  readonly solvedReturn?: number;
  readonly observationSize: number;
  /** Names of the extras, with units. */
  readonly extraNames?: readonly string[];
  /** Draws q and v of s_0 ~ mu; they hold the model's own initial position and 0. */
  start(rng: Rng, q: Float64Array, v: Float64Array): void;
  /** Writes the extras to state[at ..]. */
  extras?(simulation: Simulation, state: Float64Array, at: number): void;
  observe(state: Float64Array, offset: number, observation: Float32Array, observationOffset: number): void;
  /** Reward and termination of the step from `before` (at 0) to state[offset ..] under action[actionOffset ..]. */
  judge(
    before: Float64Array,
    state: Float64Array,
    offset: number,
    action: ArrayLike<number>,
    actionOffset: number,
    outcome: Outcome,
  ): void;
}

/** mjMAXVAL: where a position or velocity is larger, a step of MuJoCo begins again at the model's own start. */
const LARGEST = 1e10;

/**
 * Makes the environment.
 * @param options what the function of the library that makes it was asked besides version and maxSteps
 */
export function mujocoEnv(rules: MujocoRules, version: MujocoVersion, maxSteps: number, options = {}): Env {
  const { mjcf, frameSkip, observationSize, extraNames = [] } = rules;
  const simulation = simulationOf(mjcfText(mjcf));
  const { nq, nv, nu } = simulation.model;
  const extrasAt = nq + 2 * nv;
  const initial = Float64Array.from(simulation.model.qpos0 as Float64Array);
  const bounds = Array.from(simulation.model.actuator_ctrlrange as Float64Array);
  const joints = jointsOf(mjcf);
  const jointNames = [
    ...joints.map(({ name, type }) => `${name} [${type === 'slide' ? 'm' : 'rad'}]`),
    ...joints.map(({ name, type }) => `velocity of ${name} [${type === 'slide' ? 'm' : 'rad'}/s]`),
  ];
  const largest = new Array(nq + nv).fill(LARGEST);
  const smallest = new Array(nq + nv).fill(-LARGEST);
  const q = new Float64Array(nq);
  const v = new Float64Array(nv);
  const before = new Float64Array(extrasAt + extraNames.length);

  /** The rest of a state whose q and v stand in state[offset ..]: a search that starts from 0, and the extras. */
  function complete(state: Float64Array, offset: number): void {
    state.fill(0, offset + nq + nv, offset + extrasAt);
    if (!rules.extras) return;
    simulation.reset();
    const { qpos, qvel } = simulation.views;
    for (let i = 0; i < nq; i++) qpos[i] = state[offset + i];
    for (let i = 0; i < nv; i++) qvel[i] = state[offset + nq + i];
    simulation.forward();
    rules.extras(simulation, state, offset + extrasAt);
  }

  const model: EnvModel = {
    id: `${rules.name}-${version}`,
    observationSpace: {
      kind: 'box',
      low: new Array(observationSize).fill(-Infinity),
      high: new Array(observationSize).fill(Infinity),
    },
    actionSpace: {
      kind: 'box',
      low: bounds.filter((_, i) => i % 2 === 0),
      high: bounds.filter((_, i) => i % 2 === 1),
    },
    maxSteps: checkMaxSteps(maxSteps),
    ...(rules.solvedReturn === undefined ? {} : { solvedReturn: rules.solvedReturn }),
    stateNames: [
      ...jointNames,
      ...joints.map(({ name, type }) => `warm start of ${name} [${type === 'slide' ? 'm' : 'rad'}/s^2]`),
      ...extraNames,
    ],
    shortState: { size: nq + nv, complete },
    mjcf,

    checkState: state => checkStateWithin(jointNames, state, smallest, largest),

    initialState(rng, state, offset) {
      q.set(initial);
      v.fill(0);
      rules.start(rng, q, v);
      state.set(q, offset);
      state.set(v, offset + nq);
      complete(state, offset);
    },

    transition(state, offset, action, actionOffset, _rng, outcome) {
      const { qpos, qvel, qacc_warmstart: warmStart, ctrl } = simulation.views;
      for (let i = 0; i < before.length; i++) before[i] = state[offset + i];
      for (let i = 0; i < nq; i++) qpos[i] = before[i];
      for (let i = 0; i < nv; i++) {
        qvel[i] = before[nq + i];
        warmStart[i] = before[nq + nv + i];
      }
      for (let i = 0; i < nu; i++) ctrl[i] = action[actionOffset + i];
      simulation.step(frameSkip);
      for (let i = 0; i < nq; i++) state[offset + i] = qpos[i];
      for (let i = 0; i < nv; i++) {
        state[offset + nq + i] = qvel[i];
        state[offset + nq + nv + i] = warmStart[i];
      }
      rules.extras?.(simulation, state, offset + extrasAt);
      rules.judge(before, state, offset, action, actionOffset, outcome);
    },

    observe: rules.observe,
  };
  const make = rules.name[0].toLowerCase() + rules.name.slice(1);
  return remember(new Env(model), () => ({ make, args: [{ version, maxSteps, ...options }] }));
}

/** All joints in the order of q and v: depth first, as MuJoCo numbers them. */
function jointsOf({ bodies }: Pick<Mjcf, 'bodies'>): Joint[] {
  return bodies.flatMap(({ joints = [], bodies = [] }) => [...joints, ...jointsOf({ bodies })]);
}

/** Throws unless `version` is one of Gymnasium's that these environments know. */
export function checkVersion(version: MujocoVersion): MujocoVersion {
  if (version !== 'v5' && version !== 'v4') fail(`version is ${show(version)}, but must be 'v5' or 'v4'.`);
  return version;
}

/** |a|^2 of the action as it was given, unclamped. */
export function squaredNorm(action: ArrayLike<number>, offset: number, size: number): number {
  let sum = 0;
  for (let i = offset; i < offset + size; i++) sum += action[i] * action[i];
  return sum;
}

/** Adds U(-scale, scale) to every number. */
export function addUniform(rng: Rng, x: Float64Array, scale: number): void {
  for (let i = 0; i < x.length; i++) x[i] += rng.uniform(-scale, scale);
}

/** Adds `scale` times a standard normal variate to every number. */
export function addNormal(rng: Rng, x: Float64Array, scale: number): void {
  for (let i = 0; i < x.length; i++) x[i] += rng.normal(0, scale);
}

export const clamp = (x: number, bound: number): number => Math.min(Math.max(x, -bound), bound);
