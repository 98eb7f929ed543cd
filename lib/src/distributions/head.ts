/**
 * Heads: how the K numbers that a network puts out for an observation become a distribution over actions.
 *
 *   categorical   K = n       the logits of n actions                          pi(a|s) = softmax(y)_a
 *   gaussian      K = 2 d     mu_1 .. mu_d, log sigma_1 .. log sigma_d          a ~ N(mu, diag(sigma^2))
 *
 * A head works on rows of flat arrays: `y` at `offset` is one observation's K numbers, an action takes `actionSize`
 * numbers from `actionOffset` on. It adds gradients with respect to y to the same row of `dY`; a network carries them on to
 * theta. The formulas are those of categorical.ts and gaussian.ts, where they are derived.
 *
 * Callers that ask more than one thing of a row compute its `normalizer` and its `exponentials` once and hand them on;
 * without them each function computes its own.
 */

import { checkInteger } from '../math/check';
import type { Rng } from '../math/rng';
import type { MutableVector } from './categorical';
import * as categorical from './categorical';
import { normalEntropy, normalKl, normalLogProb, standardize } from './normal';

/** A family of action distributions with K parameters; see the top of this file. */
export interface Head {
  /** Which family: over a list of actions, or over vectors. */
  readonly kind: 'categorical' | 'gaussian';
  /** K */
  readonly parameterSize: number;
  /** Numbers in one action: 1 if it is the index of one, else d. */
  readonly actionSize: number;
  /** What normalises the distribution of a row: logsumexp(y) if categorical; a Gaussian has nothing to be kept, so 0. */
  normalizer(y: ArrayLike<number>, offset: number): number;
  /**
   * Writes the exponentials that formulas share to out[offset ..], K numbers: pi(a|y) of each action if categorical; of a
   * Gaussian 1 / sigma, in the places of log sigma.
   */
  exponentials(y: ArrayLike<number>, offset: number, normalizer: number, out: Float64Array): void;
  /** Draws a ~ pi(.|y) into action[actionOffset ..]. */
  sample(
    y: ArrayLike<number>,
    offset: number,
    rng: Rng,
    action: MutableArray,
    actionOffset: number,
    normalizer?: number,
  ): void;
  /** Writes the most probable action to action[actionOffset ..]. */
  mode(y: ArrayLike<number>, offset: number, action: MutableArray, actionOffset: number): void;
  /** log pi(a|y) in nats; of a density where actions are continuous. */
  logProb(
    y: ArrayLike<number>,
    offset: number,
    action: ArrayLike<number>,
    actionOffset: number,
    normalizer?: number,
    exponentials?: Float64Array,
  ): number;
  /** dY[offset ..] += weight * d log pi(a|y) / dy. */
  addScore(
    y: ArrayLike<number>,
    offset: number,
    action: ArrayLike<number>,
    actionOffset: number,
    weight: number,
    dY: MutableVector,
    normalizer?: number,
    exponentials?: Float64Array,
  ): void;
  /** H(pi(.|y)) in nats. */
  entropy(y: ArrayLike<number>, offset: number, normalizer?: number, exponentials?: Float64Array): number;
  /** dY[offset ..] += weight * dH/dy; `entropy` is that of the row, if it is known. */
  addEntropyGradient(
    y: ArrayLike<number>,
    offset: number,
    weight: number,
    dY: MutableVector,
    normalizer?: number,
    entropy?: number,
    exponentials?: Float64Array,
  ): void;
  /** D_KL(p || q) in nats between the distributions with parameters p[offset ..] and q[offset ..]. */
  kl(
    p: ArrayLike<number>,
    q: ArrayLike<number>,
    offset: number,
    qNormalizer?: number,
    qExponentials?: Float64Array,
  ): number;
  /** dQ[offset ..] += weight * d D_KL(p || q) / dq. */
  addKlGradientQ(
    p: ArrayLike<number>,
    q: ArrayLike<number>,
    offset: number,
    weight: number,
    dQ: MutableVector,
    qNormalizer?: number,
    qExponentials?: Float64Array,
  ): void;
  /**
   * dY[offset ..] += weight * M t[offset ..], where M [K, K] is the Fisher information of the row,
   * E_a[(d log pi(a|y) / dy) (d log pi(a|y) / dy)^T]: the curvature of D_KL(y || q) in q, at q = y.
   */
  addFisherProduct(
    y: ArrayLike<number>,
    offset: number,
    t: ArrayLike<number>,
    weight: number,
    dY: MutableVector,
    normalizer?: number,
    exponentials?: Float64Array,
  ): void;
}

/** Arrays that hold actions: whole numbers or floats. */
export type MutableArray = MutableVector | Int32Array;

/** The softmax over the logits of n actions. */
export function categoricalHead(actions: number): Head {
  const n = checkInteger('actions', actions, 1);
  return {
    kind: 'categorical',
    parameterSize: n,
    actionSize: 1,
    normalizer: (y, offset) => categorical.logSumExp(y, offset, n),
    exponentials(y, offset, normalizer, out) {
      for (let k = offset; k < offset + n; k++) out[k] = Math.exp(y[k] - normalizer);
    },
    sample(y, offset, rng, action, actionOffset, normalizer) {
      action[actionOffset] = categorical.sample(y, rng, offset, n, normalizer);
    },
    mode(y, offset, action, actionOffset) {
      let best = 0;
      for (let k = 1; k < n; k++) if (y[offset + k] > y[offset + best]) best = k;
      action[actionOffset] = best;
    },
    logProb: (y, offset, action, actionOffset, normalizer) =>
      categorical.logProb(y, action[actionOffset], offset, n, normalizer),
    addScore(y, offset, action, actionOffset, weight, dY, normalizer, probabilities) {
      const a = action[actionOffset];
      categorical.addScore(y, a, weight, dY, offset, n, offset, normalizer, probabilities);
    },
    entropy: (y, offset, normalizer, probabilities) =>
      categorical.entropy(y, offset, n, normalizer, probabilities),
    addEntropyGradient(y, offset, weight, dY, normalizer, entropy, probabilities) {
      categorical.addEntropyGradient(y, weight, dY, offset, n, offset, normalizer, entropy, probabilities);
    },
    kl: (p, q, offset, qNormalizer) => categorical.kl(p, q, offset, n, qNormalizer),
    addKlGradientQ(p, q, offset, weight, dQ, qNormalizer, qProbabilities) {
      categorical.addKlGradientQ(p, q, weight, dQ, offset, n, offset, qNormalizer, qProbabilities);
    },
    addFisherProduct(y, offset, t, weight, dY, normalizer, probabilities) {
      categorical.addFisherProduct(y, t, weight, dY, offset, n, offset, normalizer, probabilities);
    },
  };
}

/** The diagonal Gaussian in d dimensions, y = (mu, log sigma). */
export function gaussianHead(dimensions: number): Head {
  const d = checkInteger('dimensions', dimensions, 1);
  return {
    kind: 'gaussian',
    parameterSize: 2 * d,
    actionSize: d,
    normalizer: () => 0,
    exponentials(y, offset, _normalizer, out) {
      for (let k = offset + d; k < offset + 2 * d; k++) out[k] = Math.exp(-y[k]);
    },
    sample(y, offset, rng, action, actionOffset) {
      for (let k = offset; k < offset + d; k++)
        action[actionOffset++] = y[k] + Math.exp(y[k + d]) * rng.normal();
    },
    mode(y, offset, action, actionOffset) {
      for (let k = offset; k < offset + d; k++) action[actionOffset++] = y[k];
    },
    logProb(y, offset, action, actionOffset, _normalizer, inverses) {
      let sum = 0;
      for (let k = offset; k < offset + d; k++)
        sum += normalLogProb(
          standardize(action[actionOffset++], y[k], y[k + d], inverses?.[k + d]),
          y[k + d],
        );
      return sum;
    },
    addScore(y, offset, action, actionOffset, weight, dY, _normalizer, inverses) {
      for (let k = offset; k < offset + d; k++) {
        const inverse = inverses ? inverses[k + d] : Math.exp(-y[k + d]);
        const z = standardize(action[actionOffset++], y[k], y[k + d], inverse);
        dY[k] += weight * z * inverse;
        dY[k + d] += weight * (z * z - 1);
      }
    },
    entropy(y, offset) {
      let sum = 0;
      for (let k = offset + d; k < offset + 2 * d; k++) sum += normalEntropy(y[k]);
      return sum;
    },
    addEntropyGradient(_y, offset, weight, dY) {
      for (let k = offset + d; k < offset + 2 * d; k++) dY[k] += weight;
    },
    kl(p, q, offset, _qNormalizer, inverses) {
      let sum = 0;
      for (let k = offset; k < offset + d; k++)
        sum += normalKl(standardize(p[k], q[k], q[k + d], inverses?.[k + d]), p[k + d] - q[k + d]);
      return sum;
    },
    addKlGradientQ(p, q, offset, weight, dQ, _qNormalizer, inverses) {
      for (let k = offset; k < offset + d; k++) {
        const inverse = inverses ? inverses[k + d] : Math.exp(-q[k + d]);
        const z = standardize(p[k], q[k], q[k + d], inverse);
        dQ[k] -= weight * z * inverse;
        dQ[k + d] -= weight * (Math.expm1(2 * (p[k + d] - q[k + d])) + z * z);
      }
    },
    addFisherProduct(y, offset, t, weight, dY, _normalizer, inverses) {
      for (let k = offset; k < offset + d; k++) {
        const inverse = inverses ? inverses[k + d] : Math.exp(-y[k + d]);
        dY[k] += weight * inverse * inverse * t[k];
        dY[k + d] += weight * 2 * t[k + d];
      }
    },
  };
}
