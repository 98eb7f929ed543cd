/**
 * The environment contract.
 *
 * An environment is written once, as an `EnvModel`: pure transition rules over a flat state array, in the notation
 * of a Markov decision process (S, A, P, R, mu). Two drivers run any model:
 *   - `Env`, one copy, in the shape that people know: reset(rng) -> observation, step(action) -> what happened;
 *   - `VectorEnv`, N copies over typed arrays that reset themselves, for speed (see vectorEnv.ts).
 * Both run the same rules, so they cannot disagree.
 *
 * Termination (the task is over, the value of what follows is 0) and truncation (the step limit cut the episode; what
 * follows still has value) are kept apart everywhere.
 */

import {
  checkInteger,
  checkObject,
  checkVector,
  fail,
  knownOptions,
  lengthOf,
  type OptionNames,
  show,
} from '../math/check';
import { checkRng, type Rng } from '../math/rng';
import type { GridLayout } from '../mdp/tabularMDP';
import type { Mjcf } from './mujoco/mjcf';

/** Actions or observations 0 .. n - 1. */
export interface DiscreteSpace {
  /** Tells it from a box. */
  readonly kind: 'discrete';
  /** How many there are. */
  readonly n: number;
}

/** A box in R^d: low[i] <= x[i] <= high[i]; a bound may be infinite. */
export interface BoxSpace {
  /** Tells it from a list of actions or observations. */
  readonly kind: 'box';
  /** [d] the smallest values. */
  readonly low: readonly number[];
  /** [d] the largest values. */
  readonly high: readonly number[];
}

/** A set of observations or actions: a box of real numbers, or the whole numbers from 0. */
export type Space = DiscreteSpace | BoxSpace;

/** Numbers that an action or an observation of this space takes in a flat array: 1 if discrete, else d. */
export function sizeOf(space: Space): number {
  checkObject('space', space, 'a space, { kind, n } or { kind, low, high }', 'kind');
  return space.kind === 'discrete' ? 1 : lengthOf('space.low', space.low);
}

/** What `EnvModel.transition` reports. One object is reused for all steps: read it at once. */
export interface Outcome {
  /** r_t */
  reward: number;
  /** Whether s_{t+1} ends the task. A step limit is not its concern. */
  terminated: boolean;
}

/** The rules of an environment. Every method works in place on flat arrays and allocates nothing. */
export interface EnvModel {
  /** The name that Gymnasium gives it where it exists there, e.g. 'CartPole-v1'. */
  readonly id: string;
  /** What observations may be. */
  readonly observationSpace: Space;
  /** What actions may be. */
  readonly actionSpace: Space;
  /** Steps after which an episode is truncated; Infinity for none. */
  readonly maxSteps: number;
  /** The mean return from which the task counts as solved, where Gymnasium states one. */
  readonly solvedReturn?: number;
  /** Names of the numbers that make up the state, with units, e.g. ['x [m]', ...]. Their count is the state's size. */
  readonly stateNames: readonly string[];
  /** Of a grid world: how to draw it. */
  readonly layout?: GridLayout;
  /** Of a MuJoCo task: what it is made of. */
  readonly mjcf?: Mjcf;
  /**
   * Where the first numbers of a state decide the rest: their count, and what computes the rest of state[offset ..] from
   * them. A start state may then be given by these numbers alone.
   */
  readonly shortState?: {
    readonly size: number;
    complete(state: Float64Array, offset: number): void;
  };
  /** Draws s_0 ~ mu into state[offset ..]. */
  initialState(rng: Rng, state: Float64Array, offset: number): void;
  /** Throws one clear sentence if `state` (of the right length, finite) is not one this environment can be in. */
  checkState?(state: ArrayLike<number>): void;
  /**
   * Moves state[offset ..] by one step under action[actionOffset ..]; fills `outcome`. Draws only from `rng`.
   * The drivers have checked the action: in range if discrete, finite if of a box (the rules say how they clip it).
   */
  transition(
    state: Float64Array,
    offset: number,
    action: ArrayLike<number>,
    actionOffset: number,
    rng: Rng,
    outcome: Outcome,
  ): void;
  /** Writes the observation of state[offset ..] to observation[observationOffset ..] (float32, as in Gymnasium). */
  observe(state: Float64Array, offset: number, observation: Float32Array, observationOffset: number): void;
}

/** What one step of an `Env` returns. */
export interface Step {
  /** o_{t+1}: the observation after the step; of a finished episode it is the final one. */
  readonly observation: Float32Array;
  /** r_t */
  readonly reward: number;
  /** The task is over in s_{t+1}. */
  readonly terminated: boolean;
  /** The step limit cut an episode that was not over. Never true together with `terminated`. */
  readonly truncated: boolean;
}

const ENV_RESET_OPTIONS: OptionNames<{ state?: number | ArrayLike<number> }> = { state: 'optional' };

/** One copy of an environment: `reset(rng)`, then `step(action)` until the episode is terminated or truncated. */
export class Env {
  /** The name that Gymnasium gives it where it exists there. */
  readonly id: string;
  /** What observations may be. */
  readonly observationSpace: Space;
  /** What actions may be. */
  readonly actionSpace: Space;
  /** Steps after which an episode is truncated; Infinity for none. */
  readonly maxSteps: number;
  private readonly current: Float64Array;
  private readonly action: Float64Array;
  private readonly outcome: Outcome = { reward: 0, terminated: false };
  private rng: Rng | null = null;
  private steps = 0;
  private over = false;

  /** @param model the rules; `cartPole()` and the other factories make both */
  constructor(readonly model: EnvModel) {
    checkObject('model', model, "an environment's rules", 'observationSpace', 'actionSpace', 'stateNames');
    this.id = model.id;
    this.observationSpace = model.observationSpace;
    this.actionSpace = model.actionSpace;
    this.maxSteps = model.maxSteps;
    this.current = new Float64Array(model.stateNames.length);
    this.action = new Float64Array(sizeOf(model.actionSpace));
  }

  /**
   * Starts an episode and returns its first observation o_0.
   * @param rng the stream that draws the start state and, in stochastic environments, every later step
   * @param options.state a start state in place of s_0 ~ mu, its numbers in the order of `model.stateNames`
   */
  reset(rng: Rng, options: { state?: number | ArrayLike<number> } = {}): Float32Array {
    knownOptions('env.reset', options, ENV_RESET_OPTIONS);
    writeStart(this.model, checkRng(rng), options.state, this.current, 0);
    this.rng = rng;
    this.steps = 0;
    this.over = false;
    return this.observe();
  }

  /**
   * One transition s_t, a_t -> r_t, s_{t+1}.
   * @param action a whole number if the action space is discrete; for a box an array of its size; a single number may
   *   stand alone or in an array. Values beyond a box's bounds are clipped where the environment's rules clip them.
   */
  step(action: number | ArrayLike<number>): Step {
    if (this.rng === null) fail(`env.step was called before env.reset(rng): ${this.id} has no state yet.`);
    if (this.over)
      fail(`env.step was called after the end of an episode of ${this.id}: call env.reset(rng) first.`);
    const size = this.action.length;
    if (typeof action === 'number' && size === 1) this.action[0] = action;
    else {
      if (action === null || typeof action !== 'object')
        throw new TypeError(`action is ${show(action)}, but must be ${describeActions(this.actionSpace)}.`);
      this.action.set(checkVector('action', action, size));
    }
    checkActions('action', this.actionSpace, this.action, 1);
    const { model, current, outcome } = this;
    model.transition(current, 0, this.action, 0, this.rng, outcome);
    this.steps++;
    const { reward, terminated } = outcome;
    const truncated = !terminated && this.steps >= this.maxSteps;
    this.over = terminated || truncated;
    return { observation: this.observe(), reward, terminated, truncated };
  }

  /** A copy of the current state s_t; `env.reset(rng, { state: env.state })` starts another episode from it. */
  get state(): Float64Array {
    if (this.rng === null) fail(`env.state was read before env.reset(rng): ${this.id} has no state yet.`);
    return this.current.slice();
  }

  private observe(): Float32Array {
    const observation = new Float32Array(sizeOf(this.observationSpace));
    this.model.observe(this.current, 0, observation, 0);
    return observation;
  }
}

/** Throws unless `env` has the spaces of an environment; an MDP in its place is the likely slip. */
export function checkEnv(env: Pick<EnvModel, 'actionSpace' | 'observationSpace'>): void {
  if (!env?.actionSpace || !env.observationSpace)
    throw new TypeError(
      `env is ${show(env)}, but must be an environment, e.g. cartPole() or tabularEnv(frozenLake()).`,
    );
}

/** The step limit that a caller may set: a whole number of at least 1, or Infinity for none. */
export function checkMaxSteps(maxSteps: number): number {
  return maxSteps === Infinity ? maxSteps : checkInteger('maxSteps', maxSteps, 1);
}

/** Writes a start state to out[offset ..]: the given one, checked, or s_0 ~ mu. */
export function writeStart(
  model: EnvModel,
  rng: Rng,
  given: number | ArrayLike<number> | undefined,
  out: Float64Array,
  offset: number,
): void {
  if (given === undefined) {
    model.initialState(rng, out, offset);
    return;
  }
  const state = typeof given === 'number' ? [given] : given;
  const { stateNames, shortState } = model;
  const short = shortState?.size === state?.length;
  if (typeof state === 'object' && state !== null && state.length !== stateNames.length && !short)
    fail(
      `state has length ${state.length}, but must have length ${stateNames.length}${shortState ? `, or ${shortState.size} without the last` : ''}: (${stateNames.join(', ')}).`,
    );
  checkVector('state', state);
  model.checkState?.(state);
  out.set(state, offset);
  if (short) shortState?.complete(out, offset);
}

/** Throws unless every number of a given state lies within its bounds, up to float32 rounding. */
export function checkStateWithin(
  names: readonly string[],
  state: ArrayLike<number>,
  low: readonly number[],
  high: readonly number[],
): void {
  for (let i = 0; i < names.length; i++)
    if (Math.fround(state[i]) < Math.fround(low[i]) || Math.fround(state[i]) > Math.fround(high[i]))
      fail(`state[${i}], ${names[i]}, is ${state[i]}, but must be from ${low[i]} to ${high[i]}.`);
}

function describeActions(space: Space): string {
  if (space.kind === 'discrete') return `a whole number from 0 to ${space.n - 1}`;
  return space.low.length === 1 ? 'a finite number' : `an array of ${space.low.length} finite numbers`;
}

/** Throws at the first of `count` actions that the space cannot take; a box takes every finite number. */
export function checkActions(name: string, space: Space, actions: ArrayLike<number>, count: number): void {
  const discrete = space.kind === 'discrete';
  const n = discrete ? space.n : 0;
  const size = count * sizeOf(space);
  for (let i = 0; i < size; i++) {
    const action = actions[i];
    const allowed = discrete
      ? action >= 0 && action < n && action === Math.floor(action)
      : Number.isFinite(action);
    if (!allowed) {
      const which = size === 1 ? name : `${name}[${i}]`;
      fail(`${which} is ${action}, but must be ${discrete ? describeActions(space) : 'a finite number'}.`);
    }
  }
}

/** The box of all finite numbers between bounds given as [low, high] pairs, rounded to float32 as observations are. */
export const float32Box = (...bounds: readonly (readonly [number, number])[]): BoxSpace => ({
  kind: 'box',
  low: bounds.map(([low]) => Math.fround(low)),
  high: bounds.map(([, high]) => Math.fround(high)),
});
