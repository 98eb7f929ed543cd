/**
 * What algorithms learn from, brought to the size at which networks learn best (Engstrom et al. 2020, "Implementation Matters
 * in Deep Policy Gradients"): observations by the statistics seen so far (../networks/normalizer.ts), which the policy then
 * carries with it, and rewards by the deviation of the return.
 */

import { type Env, sizeOf } from '../envs/env';
import { fail } from '../math/check';
import { type MomentsState, normalizedNetwork, RunningMoments } from '../networks/normalizer';
import { type Policy, policyOver } from '../policies/policy';
import type { StepBatch } from '../rollout/collect';
import type { TrajectoryBatch } from '../rollout/trajectoryBatch';

/** Throws if observations were to be normalised that are the indices of states. */
export function checkNormalizesObservations(normalizeObservations: boolean, env: Env): void {
  if (normalizeObservations && env.observationSpace.kind === 'discrete')
    fail(`normalizeObservations is true, but ${env.id} shows the index of a state.`);
}

/** The statistics of an environment's observations, before any was seen. */
export const observationMomentsOf = (env: Env): RunningMoments =>
  new RunningMoments(sizeOf(env.observationSpace));

/** `policy` behind a normalisation of its observations by `moments`, which may go on changing; itself without any. */
export const normalizedPolicy = <P extends Policy>(policy: P, moments: RunningMoments | undefined): P =>
  moments ? (policyOver(normalizedNetwork(policy.network, moments), policy.head) as Policy as P) : policy;

/** A batch with the observations that networks read: normalised by `moments`; itself without any. */
export const normalizedBatch = <Batch extends TrajectoryBatch>(
  batch: Batch,
  moments: RunningMoments | undefined,
): Batch =>
  moments
    ? {
        ...batch,
        observations: moments.normalize(batch.observations, batch.rewards.length),
        finalObservations: moments.normalize(batch.finalObservations, batch.episodeStarts.length - 1),
      }
    : batch;

/** What a checkpoint keeps of a `RewardScale`. */
export type RewardScaleState = { moments: MomentsState; running: number[] };

/**
 * Rewards divided by the standard deviation of the discounted return that each environment has run up,
 * R <- gamma R + r, and clipped to +-10 (Engstrom et al. 2020).
 */
export class RewardScale {
  private readonly moments = new RunningMoments(1);
  /** [N] R of each copy, 0 at the start of an episode. */
  private readonly running: Float64Array;

  constructor(
    copies: number,
    private readonly gamma: number,
  ) {
    this.running = new Float64Array(copies);
  }

  /** The scaled rewards of a batch of `steps` steps of each copy, a new array; the statistics take them in first. */
  scale({ rewards, terminated, truncated }: StepBatch, steps: number): Float64Array {
    const returns = rewards.map((reward, row) => {
      const copy = Math.floor(row / steps);
      const R = this.gamma * this.running[copy] + reward;
      this.running[copy] = terminated[row] || truncated[row] ? 0 : R;
      return R;
    });
    this.moments.add(returns);
    const scale = 1 / Math.sqrt(this.moments.variance[0] + 1e-8);
    return rewards.map(reward => Math.min(10, Math.max(-10, reward * scale)));
  }

  get state(): RewardScaleState {
    return { moments: this.moments.state, running: [...this.running] };
  }

  set state({ moments, running }) {
    this.moments.state = moments;
    this.running.set(running);
  }
}
