/** The minibatches on which a policy takes its steps, gathered from a batch in a random order. */

import type { Head } from '../distributions/head';
import type { FloatArray } from '../math/floatArray';
import type { Network } from '../networks/network';
import type { StepBatch } from '../rollout/collect';
import { gather } from '../rollout/minibatches';
import type { Estimates } from './onPolicy';

/** The rows of one update of the policy, in arrays that are reused from update to update. */
export class PolicyMinibatch {
  /** [count * observationSize] what the network reads. */
  observations!: Float32Array;
  actions!: Int32Array | Float32Array;
  advantages!: Float64Array;
  oldLogProbs!: Float64Array;
  oldParameters!: Float64Array;
  /** [count * K] room for the gradient with respect to the network's outputs. */
  dY!: Float64Array;
  count = -1;
  /** count / T: its share of the batch. */
  share = 0;

  /**
   * Gathers one minibatch after the other: at most `size` rows each, all rows of the batch once.
   * @param order [T] the batch's steps, in the order in which minibatches take them
   */
  *of(
    batch: StepBatch,
    { observations, advantages }: Estimates,
    { parameterSize }: Head,
    order: Int32Array,
    size: number,
  ): Generator<PolicyMinibatch> {
    const { observationSize, actions, actionSize, logProbs, parameters } = batch;
    const T = batch.rewards.length;
    for (let start = 0; start < T; start += size) {
      const count = Math.min(size, T - start);
      this.resize(count, batch, parameterSize);
      this.share = count / T;
      gather(observations, observationSize, order, start, count, this.observations);
      gather(actions, actionSize, order, start, count, this.actions);
      gather(advantages, 1, order, start, count, this.advantages);
      gather(logProbs, 1, order, start, count, this.oldLogProbs);
      gather(parameters, parameterSize, order, start, count, this.oldParameters);
      yield this;
    }
  }

  /** The outputs y [count * K] of a network for the rows. */
  forward(network: Network): FloatArray {
    return network.forward(this.observations, this.count, 0, this.observations.length / this.count);
  }

  /** Makes room for exactly `count` rows of a batch. */
  private resize(count: number, { observationSize, actionSize, actions }: StepBatch, K: number): void {
    if (count === this.count) return;
    this.count = count;
    this.observations = new Float32Array(count * observationSize);
    this.actions =
      actions instanceof Int32Array
        ? new Int32Array(count * actionSize)
        : new Float32Array(count * actionSize);
    this.advantages = new Float64Array(count);
    this.oldLogProbs = new Float64Array(count);
    this.oldParameters = new Float64Array(count * K);
    this.dY = new Float64Array(count * K);
  }
}
