/** What the first problem set asks for, as types, and the episodes and tables that its checks draw. */

import { scoreGradient } from '../estimators/scoreFunction';
import type { Rng } from '../math/rng';
import { softmaxTabular } from '../policies/softmaxTabular';
import { type TrajectoryBatch, trajectoryBatch } from '../rollout/trajectoryBatch';

/** Logits theta[s][a], or anything else with a number for each state and action. @experimental */
export type StateActionTable = number[][];

/** One episode: s_0 .. s_{T-1}, a_0 .. a_{T-1}, r_0 .. r_{T-1}. @experimental */
export interface Episode {
  /** [T] s_t */
  states: number[];
  /** [T] a_t */
  actions: number[];
  /** [T] r_t */
  rewards: number[];
}

/** pi [A] of one state's logits [A]. */
export type Softmax = (logits: number[]) => number[];

/** d log pi(action) / d logits [A]. */
export type Score = (logits: number[], action: number) => number[];

/**
 * P(tau) of a trajectory.
 * @param initial mu(s) [S];  transition P(s'|s,a) at [s][a][s'];  states s_0 .. s_T [T + 1];  actions [T]
 */
export type TrajectoryProbability = (
  theta: StateActionTable,
  initial: number[],
  transition: number[][][],
  states: number[],
  actions: number[],
) => number;

/** G_t = sum_{t' >= t} gamma^(t' - t) r_t'  [T] of one episode's rewards [T]. */
export type RewardToGo = (rewards: number[], gamma: number) => number[];

/** An estimate of grad J from m episodes, shaped like theta. @experimental */
export type GradientEstimate = (
  theta: StateActionTable,
  episodes: Episode[],
  gamma: number,
) => StateActionTable;

/** What `estimatorMoments` gives: E[g] [d] and tr Cov[g]. @experimental */
export type Moments = {
  /** [d] E[g] */
  mean: number[];
  /** tr Cov[g], the sum of the variances. */
  covarianceTrace: number;
};

/** The moments of an estimator that takes the value gradients[i] [d] with probability probabilities[i]. */
export type MomentsOf = (probabilities: number[], gradients: number[][]) => Moments;

/** `count` numbers drawn one by one. */
export const drawList = <T>(count: number, draw: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => draw(i));

/** A number with one digit after the point, as one writes it down. */
export const drawNumber = (rng: Rng): number => Math.round(20 * rng.normal()) / 10;

/** Logits of S states and A actions. */
export const drawTheta = (rng: Rng, states: number, actions: number): StateActionTable =>
  drawList(states, () => drawList(actions, () => drawNumber(rng) / 2));

/** A discount factor in [0.2, 1). */
export const drawGamma = (rng: Rng): number => Math.round(100 * rng.uniform(0.2, 1)) / 100;

/** m episodes of 1 to 5 steps; where they go is left to chance. */
export const drawEpisodes = (rng: Rng, states: number, actions: number): Episode[] =>
  drawList(rng.integer(1, 5), () => {
    const steps = rng.integer(1, 6);
    return {
      states: drawList(steps, () => rng.integer(0, states)),
      actions: drawList(steps, () => rng.integer(0, actions)),
      rewards: drawList(steps, () => drawNumber(rng)),
    };
  });

/** The episodes as the library's batch. */
export const batchOf = (episodes: readonly Episode[]): TrajectoryBatch => {
  const episodeStarts = [0];
  for (const { rewards } of episodes)
    episodeStarts.push(episodeStarts[episodeStarts.length - 1] + rewards.length);
  return trajectoryBatch({
    observations: episodes.flatMap(({ states }) => states),
    actions: episodes.flatMap(({ actions }) => actions),
    rewards: episodes.flatMap(({ rewards }) => rewards),
    episodeStarts,
  });
};

/** 1/m sum_i sum_t w_t psi_t, shaped like theta, for the weights [T] that `weights` gives the batch. */
export function weightedScores(
  theta: StateActionTable,
  episodes: readonly Episode[],
  weights: (batch: TrajectoryBatch) => ArrayLike<number>,
): StateActionTable {
  const actions = theta[0].length;
  const policy = softmaxTabular({ states: theta.length, actions, logits: theta.flat() });
  const batch = batchOf(episodes);
  const gradient = Array.from(scoreGradient(batch, policy, weights(batch)));
  return theta.map((_, s) => gradient.slice(s * actions, (s + 1) * actions));
}

/** The table times a number. */
export const scaled = (table: StateActionTable, by: number): StateActionTable =>
  table.map(row => row.map(x => by * x));
