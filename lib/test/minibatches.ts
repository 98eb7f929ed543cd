/** Random minibatches for the tests of objectives: actions drawn from an old policy, outputs of one that has moved on. */

import { type Head, type PolicyMinibatch, Rng } from 'pglab';

export const CLIP_RANGE = 0.2;

export interface RandomMinibatch {
  head: Head;
  /** [B * K] outputs of the network that is being improved. */
  y: Float64Array;
  minibatch: Required<PolicyMinibatch>;
}

/**
 * A minibatch whose numbers are all exact in float32, so that engines of either precision see the same. No ratio is
 * within 1e-3 of the edges of the clip range, where one-sided derivatives differ.
 * @param distance how far y is from the old outputs; at 0.5 some third of the ratios is outside of the clip range
 */
export function randomMinibatch(head: Head, count: number, seed: number, distance = 0.5): RandomMinibatch {
  const rng = new Rng(seed);
  const { parameterSize, actionSize } = head;
  const y = new Float64Array(count * parameterSize);
  const oldParameters = y.map(() => Math.fround(0.7 * rng.normal()));
  const actions = head.kind === 'categorical' ? new Int32Array(count) : new Float32Array(count * actionSize);
  const oldLogProbs = new Float64Array(count);
  for (let b = 0; b < count; b++) {
    const row = b * parameterSize;
    const action = b * actionSize;
    head.sample(oldParameters, row, rng, actions, action);
    oldLogProbs[b] = Math.fround(head.logProb(oldParameters, row, actions, action));
    let ratio: number;
    do {
      for (let k = row; k < row + parameterSize; k++)
        y[k] = Math.fround(oldParameters[k] + distance * rng.normal());
      ratio = Math.exp(head.logProb(y, row, actions, action) - oldLogProbs[b]);
    } while (Math.abs(Math.abs(ratio - 1) - CLIP_RANGE) < 1e-3);
  }
  const advantages = Float64Array.from({ length: count }, () => Math.fround(rng.normal()));
  return { head, y, minibatch: { actions, advantages, oldLogProbs, oldParameters } };
}

/** |a - b| / |b| of two gradients. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0;
  let norm = 0;
  for (let k = 0; k < b.length; k++) {
    difference += (a[k] - b[k]) ** 2;
    norm += b[k] ** 2;
  }
  return Math.sqrt(difference / norm);
}
