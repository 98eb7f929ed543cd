/** Rollouts that the checks of the second problem set draw, and the accounts of what follows a step, right and wrong. */

import { nStepAdvantages, tdErrors } from '../estimators/advantages';
import { rewardToGo } from '../estimators/returns';
import type { Rng } from '../math/rng';
import { type TrajectoryBatch, trajectoryBatch } from '../rollout/trajectoryBatch';
import { drawList, drawNumber } from './episodes';

/**
 * T steps in a row, of one episode after the other; the first and the last may be part of an episode. nextStates[t] is the
 * state that step t led to, before any reset; step t + 1 begins there, unless the episode ended with step t.
 * @experimental
 */
export interface Rollout {
  /** [T] s_t */
  states: number[];
  /** [T] a_t */
  actions: number[];
  /** [T] r_t */
  rewards: number[];
  /** [T] the state that step t led to. */
  nextStates: number[];
  /** The task was over after the step. */
  terminated: boolean[];
  /** The step limit cut the episode after the step. */
  truncated: boolean[];
}

/** delta_t [T] of the critic's table `values` [S]. */
export type TdErrors = (rollout: Rollout, values: number[], gamma: number) => number[];

/** A_t^(n) [T] */
export type NStepAdvantages = (rollout: Rollout, values: number[], n: number, gamma: number) => number[];

/** A_t^GAE [T] */
export type Gae = (rollout: Rollout, values: number[], gamma: number, lambda: number) => number[];

/** dL/dV(s) [S] */
export type CriticGradient = (rollout: Rollout, values: number[], gamma: number) => number[];

/** 5 to 8 steps of episodes in which each kind of end occurs now and then. */
function drawRollout(rng: Rng, states: number): Rollout {
  const steps = rng.integer(5, 9);
  const rollout: Rollout = {
    states: [],
    actions: [],
    rewards: [],
    nextStates: [],
    terminated: [],
    truncated: [],
  };
  for (let t = 0, state = rng.integer(0, states); t < steps; t++) {
    const next = rng.integer(0, states);
    const end = rng.integer(0, 5);
    rollout.states.push(state);
    rollout.actions.push(rng.integer(0, 2));
    rollout.rewards.push(drawNumber(rng));
    rollout.nextStates.push(next);
    rollout.terminated.push(end === 0);
    rollout.truncated.push(end === 1);
    state = end < 2 ? rng.integer(0, states) : next;
  }
  return rollout;
}

/** Rows at which episodes begin, and T. */
const startsOf = (ends: readonly boolean[]): number[] => [
  0,
  ...ends.flatMap((end, t) => (end && t < ends.length - 1 ? [t + 1] : [])),
  ends.length,
];

/** The steps as the library's batch. */
export function batchOf({
  states,
  actions,
  rewards,
  nextStates,
  terminated,
  truncated,
}: Rollout): TrajectoryBatch {
  const episodeStarts = startsOf(terminated.map((end, t) => end || truncated[t]));
  return trajectoryBatch({
    observations: states,
    actions,
    rewards,
    episodeStarts,
    terminated: terminated.map(Number),
    truncated: truncated.map(Number),
    finalObservations: episodeStarts.slice(1).map(end => nextStates[end - 1]),
  });
}

/** What the critic says of a batch. */
export const criticOf = ({ observations, finalObservations }: TrajectoryBatch, values: number[]) => ({
  values: Array.from(observations, s => values[s]),
  finalValues: Array.from(finalObservations, s => values[s]),
});

/** The mistake in what follows a step: V(next) [T] as somebody takes it who makes it. */
export type Following = (rollout: Rollout, values: number[]) => number[];

/** What follows each step: 0 after termination, else the value of the state reached. */
export const following: Following = ({ nextStates, terminated }, values) =>
  nextStates.map((s, t) => (terminated[t] ? 0 : values[s]));
export const throughTermination: Following = ({ nextStates }, values) => nextStates.map(s => values[s]);
export const notAtTruncation: Following = ({ nextStates, terminated, truncated }, values) =>
  nextStates.map((s, t) => (terminated[t] || truncated[t] ? 0 : values[s]));
const notAtBatchEnd: Following = (rollout, values) =>
  following(rollout, values).map((v, t, all) => (t === all.length - 1 ? 0 : v));
const atNoCut: Following = (rollout, values) =>
  notAtTruncation(rollout, values).map((v, t, all) => (t === all.length - 1 ? 0 : v));
export const nextRow: Following = ({ states, terminated }, values) =>
  states.map((_, t) => (terminated[t] || t === states.length - 1 ? 0 : values[states[t + 1]]));

/** delta [T] of a mistaken account of what follows: each step a trajectory of its own, with its own final value. */
export function deltasWith(
  rollout: Rollout,
  values: number[],
  gamma: number,
  after: Following,
): Float64Array {
  const T = rollout.rewards.length;
  return tdErrors(
    {
      rewards: Float64Array.from(rollout.rewards),
      terminated: new Uint8Array(T),
      episodeStarts: Int32Array.from({ length: T + 1 }, (_, t) => t),
    },
    { values: rollout.states.map(s => values[s]), finalValues: after(rollout, values), gamma },
  );
}
const nextRowAlways: Following = ({ states }, values) =>
  states.map((_, t) => (t === states.length - 1 ? 0 : values[states[t + 1]]));

export const THROUGH_TERMINATION =
  'this bootstraps through termination: after a step that ended the task nothing follows, whatever V says of the state reached.';
export const NOT_AT_TRUNCATION =
  'this does not bootstrap at truncation: the step limit cut the episode, but the task would have gone on from the state reached, which has a value.';
export const NEXT_ROW =
  'V(s_{t+1}) is taken from the next row: after a truncated step that is the first state of another episode, and the last row has no next one: see nextStates.';
const BATCH_END =
  'the value after the last step is missing: the batch ends there, but the episode would have gone on.';
const AT_NO_CUT =
  'this does not bootstrap where the steps are cut, at truncation and at the end of the batch: there the task would have gone on from the state reached, which has a value.';
export const BORDERS =
  'this sums over the borders of episodes: rewards of the next episode are no consequence of this one, whichever way it ended.';
export const THROUGH_TRUNCATION =
  'the sum stops at termination, but runs over truncation into the next episode: both end an episode.';
export const DISCOUNT = 'the discount is missing: what comes k steps later counts gamma^k times.';

/** The mistakes in what follows a step, which every sum of TD errors can inherit. */
export const accounts: readonly { hint: string; account: Following }[] = [
  { hint: THROUGH_TERMINATION, account: throughTermination },
  { hint: NOT_AT_TRUNCATION, account: notAtTruncation },
  { hint: NEXT_ROW, account: nextRow },
  { hint: BATCH_END, account: notAtBatchEnd },
  { hint: AT_NO_CUT, account: atNoCut },
  { hint: `${NEXT_ROW} After termination nothing follows.`, account: nextRowAlways },
];

/** The steps as one long episode, or with other ends than they have. */
export const endedAt = (rollout: Rollout, ends: (t: number) => boolean): number[] =>
  startsOf(rollout.rewards.map((_, t) => ends(t)));
export const endsOf = (rollout: Rollout) => (t: number) => rollout.terminated[t] || rollout.truncated[t];

/** sum_k factor^k delta_{t+k}, cut at `starts`. */
export const traced = (deltas: Float64Array, factor: number, starts: number[]): number[] =>
  Array.from(rewardToGo(deltas, factor, starts));

/** sum_{k < n} factor^k delta_{t+k}, cut at `starts`: n-step advantages of a critic that knows nothing. */
export const windowed = (deltas: Float64Array, n: number, factor: number, starts: number[]): number[] => {
  const T = deltas.length;
  const terminated = new Uint8Array(T).fill(1);
  const batch = { rewards: deltas, terminated, episodeStarts: Int32Array.from(starts) };
  return Array.from(nStepAdvantages(batch, { values: new Float64Array(T), n, gamma: factor }));
};

export const rightDeltas = (rollout: Rollout, values: number[], gamma: number) => {
  const batch = batchOf(rollout);
  return tdErrors(batch, { ...criticOf(batch, values), gamma });
};

export const FORWARDS =
  'the sum runs forwards: A_t collects the TD errors from t on, not those up to t. Where does the loop begin?';
/** The sum of the TD errors up to step t, which starts anew where step `endAt(t)` ended an episode. */
export const forwards =
  (endAt: (t: number) => number): Gae =>
  (rollout, values, gamma, lambda) => {
    let sum = 0;
    return Array.from(rightDeltas(rollout, values, gamma), (delta, t) => {
      sum = delta + (endsOf(rollout)(endAt(t)) ? 0 : gamma * lambda * sum);
      return sum;
    });
  };

/** One step from s = 0 to s' = 1, ended as said; V = [1, 10]. */
const oneStep = (terminated: boolean, truncated: boolean): Rollout => ({
  states: [0],
  actions: [0],
  rewards: [2],
  nextStates: [1],
  terminated: [terminated],
  truncated: [truncated],
});
/** Three steps, the middle one the last of its episode. */
export const threeSteps = (terminated: boolean): Rollout => ({
  states: [0, 1, 0],
  actions: [0, 1, 0],
  rewards: [1, 2, 4],
  nextStates: [1, 2, 1],
  terminated: [false, terminated, false],
  truncated: [false, !terminated, false],
});
/** Three steps of one episode that goes on. */
export const longSteps: Rollout = {
  ...threeSteps(true),
  terminated: [false, false, false],
  nextStates: [1, 0, 2],
};
const V1 = [1, 10];
export const V3 = [1, 2, 8];
/** Hand-sized inputs, and all that follows the rollout and its values. */
export const rollouts: [Rollout, number[]][] = [
  [oneStep(false, false), V1],
  [oneStep(true, false), V1],
  [oneStep(false, true), V1],
  [threeSteps(true), V3],
  [threeSteps(false), V3],
];
export const drawCritic = (rng: Rng): [Rollout, number[]] => [
  drawRollout(rng, 4),
  drawList(4, () => drawNumber(rng)),
];
