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

import type { Rng } from '../math/rng';

/** Actions or observations 0 .. n - 1. */
export interface DiscreteSpace {
  readonly kind: 'discrete';
  readonly n: number;
}

/** A box in R^d: low[i] <= x[i] <= high[i]; a bound may be infinite. */
export interface BoxSpace {
  readonly kind: 'box';
  readonly low: readonly number[];
  readonly high: readonly number[];
}

export type Space = DiscreteSpace | BoxSpace;

/** Numbers that an action or an observation of this space takes in a flat array: 1 if discrete, else d. */
export const sizeOf = (space: Space): number => (space.kind === 'discrete' ? 1 : space.low.length);

/** What `EnvModel.transition` reports. One object is reused for all steps: read it at once. */
export interface Outcome {
  reward: number;
  terminated: boolean;
}

/** The rules of an environment. Every method works in place on flat arrays and allocates nothing. */
export interface EnvModel {
  /** The name that Gymnasium gives it where it exists there, e.g. 'CartPole-v1'. */
  readonly id: string;
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  /** Steps after which an episode is truncated; Infinity for none. */
  readonly maxSteps: number;
  /** Names of the numbers that make up the state, with units, e.g. ['x [m]', ...]. Their count is the state's size. */
  readonly stateNames: readonly string[];
  /** Draws s_0 ~ mu into state[offset ..]. */
  initialState(rng: Rng, state: Float64Array, offset: number): void;
  /** Throws one clear sentence if `state` (of the right length, finite) is not one this environment can be in. */
  checkState?(state: ArrayLike<number>): void;
  /** Moves state[offset ..] by one step under action[actionOffset ..]; fills `outcome`. Draws only from `rng`. */
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
  readonly reward: number;
  readonly terminated: boolean;
  readonly truncated: boolean;
}
