/**
 * Normalising what a network reads: every number of an observation is shifted and scaled by the mean and the standard
 * deviation that were seen so far, and clipped,
 *
 *   o~_k = clip( (o_k - mu_k) / sqrt(sigma_k^2 + 1e-8), -10, 10 )
 *
 * (Engstrom et al. 2020, "Implementation Matters in Deep Policy Gradients": one of the details that PPO's results rest
 * on.) The statistics stand still while a batch is collected and learnt from, so that probabilities can be computed again;
 * they take in the batch afterwards. Policy and critic share them.
 */

import { checkInteger, checkVector } from '../math/check';
import { type FloatArray, roomFor } from '../math/floatArray';
import { square } from '../math/vectors';
import { maker, remember } from '../recipe';
import type { Network } from './network';

const EPSILON = 1e-8;
const CLIP = 10;

/** What `RunningMoments` has seen, as JSON. */
export interface MomentsState {
  count: number;
  mean: number[];
  variance: number[];
}

/** Running mean and variance of each of `size` numbers, in one pass (Chan, Golub and LeVeque 1983). */
export class RunningMoments {
  /** Rows seen. */
  count = 0;
  /** [size] */
  readonly mean: Float64Array;
  /** [size] the mean squared deviation; 1 before anything was seen. */
  readonly variance: Float64Array;

  constructor(readonly size: number) {
    checkInteger('size', size, 1);
    this.mean = new Float64Array(size);
    this.variance = new Float64Array(size).fill(1);
  }

  /** Takes in rows [n * size]. */
  add(rows: ArrayLike<number>): void {
    const { size, mean, variance } = this;
    const n = rows.length / size;
    if (n === 0) return;
    const total = this.count + n;
    for (let k = 0; k < size; k++) {
      let sum = 0;
      for (let i = k; i < rows.length; i += size) sum += rows[i];
      const own = sum / n;
      let squares = 0;
      for (let i = k; i < rows.length; i += size) squares += square(rows[i] - own);
      const apart = own - mean[k];
      const before = this.count === 0 ? 0 : variance[k] * this.count;
      variance[k] = (before + squares + (apart * apart * this.count * n) / total) / total;
      mean[k] += (apart * n) / total;
    }
    this.count = total;
  }

  /** The `count` rows that begin at rows[offset], shifted, scaled and clipped to +-clip; written to out[0 ..], and returned. */
  normalize(
    rows: ArrayLike<number>,
    count: number,
    offset = 0,
    out = new Float32Array(count * this.size),
    clip = CLIP,
  ): Float32Array {
    const { size, mean, variance } = this;
    for (let b = 0, i = 0; b < count; b++)
      for (let k = 0; k < size; k++, i++) {
        const z = (rows[offset + i] - mean[k]) / Math.sqrt(variance[k] + EPSILON);
        out[i] = z > clip ? clip : z < -clip ? -clip : z;
      }
    return out;
  }

  /** Everything, as JSON. */
  get state(): MomentsState {
    return { count: this.count, mean: [...this.mean], variance: [...this.variance] };
  }

  /** Continues from a `state` that was kept. */
  set state({ count, mean, variance }: MomentsState) {
    this.count = checkInteger('state.count', count, 0);
    this.mean.set(checkVector('state.mean', mean, this.size));
    this.variance.set(checkVector('state.variance', variance, this.size));
  }
}

maker('RunningMoments', (size: number) => new RunningMoments(size));
remember(RunningMoments.prototype, moments => ({
  make: 'RunningMoments',
  args: [moments.size],
  state: moments.state,
  restore(state: MomentsState) {
    moments.state = state;
  },
}));

/** `network` behind a normalisation of its observations [size] by `moments`, which may go on changing. */
export function normalizedNetwork(network: Network, moments: RunningMoments, clip = CLIP): Network {
  const { size } = moments;
  let inputs = new Float32Array(0);
  const normalized: Network = {
    inputSize: size,
    outputSize: network.outputSize,
    get parameters() {
      return network.parameters;
    },
    get gradient() {
      return network.gradient;
    },
    forward(observations: ArrayLike<number>, count = 1, offset = 0): FloatArray {
      inputs = roomFor(inputs, count * size);
      moments.normalize(observations, count, offset, inputs, clip);
      return network.forward(inputs, count, 0, size);
    },
    backward: (dOutputs, gradient) => network.backward(dOutputs, gradient),
    tangent: direction => network.tangent(direction),
    clipGradientNorm: maxNorm => network.clipGradientNorm(maxNorm),
    applyGradient: optimizer => network.applyGradient(optimizer),
    clone() {
      const own = new RunningMoments(size);
      own.state = moments.state;
      return normalizedNetwork(network.clone(), own, clip);
    },
  };
  return remember(normalized, () => ({ make: 'normalizedNetwork', args: [network, moments, clip] }));
}

maker('normalizedNetwork', normalizedNetwork);
