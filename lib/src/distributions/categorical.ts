/**
 * The categorical distribution over the actions 0 .. n - 1, parametrised by logits z:
 *
 *   p_k = exp(z_k) / sum_j exp(z_j)
 *
 * and everything that policy gradients ask of it: the log-probability with its gradient, the score function (lecture 6,
 * "Likelihood ratio / score function policy gradient"); the entropy H(p) = -sum_k p_k log p_k; the divergence
 * D_KL(p || q) = sum_k p_k (log p_k - log q_k) that trust regions and PPO-KL are made of; the total variation
 * D_TV(p, q) = 1/2 sum_k |p_k - q_k| that bounds on policy performance begin with, tied to the former by Pinsker's
 * inequality D_TV <= sqrt(D_KL / 2); and the chi-square divergence sum_k p_k^2 / q_k - 1, which is the variance of
 * importance weights. Gradients with respect to logits (Bishop 2006, section 4.3.4 for the first; the others follow from d p_k / d z_j = p_k ([k = j] - p_j)):
 *
 *   d log p_a / d z_k = [k = a] - p_k
 *   d H       / d z_k = -p_k (log p_k + H)
 *   d KL      / d z_k = p_k (log p_k - log q_k - KL)     z the logits of p
 *   d KL      / d z_k = q_k - p_k                        z the logits of q
 *
 * The curvature of the last at q = p is the Fisher information, M = E_a[score score^T] = diag(p) - p p^T.
 *
 * Everything is computed from log p = z - logsumexp(z), which neither overflows nor loses digits for large |z|. A logit
 * of -Infinity means probability zero and is answered exactly: 0 log 0 = 0, and D_KL(p || q) = Infinity where
 * q_k = 0 < p_k. NaN, +Infinity and logits that are all -Infinity throw a RangeError. Logarithms are natural (nats).
 *
 * Each function reads `count` logits from `offset` on, by default all of them, so that a table [S * A] or a batch
 * [B * A] is worked on row by row without a copy. Those whose name ends in Into or begins with add allocate nothing.
 * Several take `normalizer`, the logits' logSumExp, and `probabilities`, which lie in their array as the logits do in theirs,
 * from callers that ask more than one thing of the same logits.
 * Those whose name ends in OfProbabilities take p and q themselves, of which a probability of 0 is really meant.
 */

import { checkAction, checkProbabilities, fail, lengthOf, show } from '../math/check';
import { checkRng, type Rng } from '../math/rng';
import { square } from '../math/vectors';

/** Numbers in any kind of array that can be written to. */
export type MutableVector = Float64Array | Float32Array | number[];

/** log sum_k exp(z_k); also where all functions of this file check their logits. */
export function logSumExp(
  logits: ArrayLike<number>,
  offset = 0,
  count = lengthOf('logits', logits) - offset,
): number {
  let max = -Infinity;
  for (let i = offset; i < offset + count; i++) if (logits[i] > max) max = logits[i];
  let sum = 0;
  for (let i = offset; i < offset + count; i++) {
    const below = logits[i] - max;
    sum += below === 0 ? 1 : Math.exp(below); // exp(0) is 1, known without computing it
  }
  // NaN here for a NaN or missing logit, for +Infinity and for nothing but -Infinity; 0 for no logits at all.
  return sum > 0 ? max + Math.log(sum) : badLogits(logits, offset, count);
}

function badLogits(logits: ArrayLike<number>, offset: number, count: number): never {
  lengthOf('logits', logits);
  if (count < 1) fail('logits are empty, but a categorical distribution needs at least one.');
  for (let i = offset; i < offset + count; i++)
    if (!(logits[i] < Infinity))
      fail(`logits[${i}] is ${show(logits[i])}, but must be a finite number or -Infinity.`);
  return fail(`logits are all -Infinity (${count} of them), but at least one action must be possible.`);
}

/** Throws unless `out` has room for `count` numbers from `offset` on. */
function checkRoom(name: string, out: MutableVector, offset: number, count: number): void {
  const length = lengthOf(name, out);
  if (!(offset >= 0 && offset + count <= length))
    fail(`${name} has length ${length}, but ${count} numbers from offset ${offset} need ${offset + count}.`);
}

function checkSameLength(p: ArrayLike<number>, q: ArrayLike<number>): void {
  if (lengthOf('pLogits', p) !== lengthOf('qLogits', q))
    fail(`pLogits and qLogits have lengths ${p.length} and ${q.length}, but must be equally long.`);
}

/** log p_k for all k, written to out[outOffset ..]; `out` may be `logits`. */
export function logSoftmaxInto(
  logits: ArrayLike<number>,
  offset: number,
  count: number,
  out: MutableVector,
  outOffset: number,
): void {
  checkRoom('out', out, outOffset, count);
  const normalizer = logSumExp(logits, offset, count);
  for (let k = 0; k < count; k++) out[outOffset + k] = logits[offset + k] - normalizer;
}

/** p_k for all k, written to out[outOffset ..]; `out` may be `logits`. */
export function softmaxInto(
  logits: ArrayLike<number>,
  offset: number,
  count: number,
  out: MutableVector,
  outOffset: number,
): void {
  checkRoom('out', out, outOffset, count);
  const normalizer = logSumExp(logits, offset, count);
  for (let k = 0; k < count; k++) out[outOffset + k] = Math.exp(logits[offset + k] - normalizer);
}

/** log p, a new array [n]. */
export function logSoftmax(logits: ArrayLike<number>): Float64Array {
  const out = new Float64Array(lengthOf('logits', logits));
  logSoftmaxInto(logits, 0, logits.length, out, 0);
  return out;
}

/** p, a new array [n]. */
export function softmax(logits: ArrayLike<number>): Float64Array {
  const out = new Float64Array(lengthOf('logits', logits));
  softmaxInto(logits, 0, logits.length, out, 0);
  return out;
}

/** a ~ p, from one uniform variate u: the first k with p_0 + ... + p_k > u. */
export function sample(
  logits: ArrayLike<number>,
  rng: Rng,
  offset = 0,
  count = lengthOf('logits', logits) - offset,
  normalizer = logSumExp(logits, offset, count),
): number {
  const u = checkRng(rng).uniform();
  let cumulative = 0;
  let last = 0;
  for (let k = 0; k < count; k++) {
    const p = Math.exp(logits[offset + k] - normalizer);
    if (p === 0) continue;
    cumulative += p;
    if (cumulative > u) return k;
    last = k;
  }
  return last; // rounding left the sum just below 1 and u fell into the gap
}

/** log p_a in nats; -Infinity for an impossible action. */
export function logProb(
  logits: ArrayLike<number>,
  action: number,
  offset = 0,
  count = lengthOf('logits', logits) - offset,
  normalizer = logSumExp(logits, offset, count),
): number {
  checkAction(action, count);
  return logits[offset + action] - normalizer;
}

/** gradient[gradientOffset + k] += weight * d log p_a / d z_k, the weighted score function with respect to logits. */
export function addScore(
  logits: ArrayLike<number>,
  action: number,
  weight: number,
  gradient: MutableVector,
  offset = 0,
  count = lengthOf('logits', logits) - offset,
  gradientOffset = 0,
  normalizer = logSumExp(logits, offset, count),
  probabilities?: ArrayLike<number>,
): void {
  checkAction(action, count);
  checkRoom('gradient', gradient, gradientOffset, count);
  for (let k = 0; k < count; k++) {
    const p = probabilities ? probabilities[offset + k] : Math.exp(logits[offset + k] - normalizer);
    gradient[gradientOffset + k] -= weight * p;
  }
  gradient[gradientOffset + action] += weight;
}

/** The score d log p_a / d z_k = [k = a] - p_k, a new array [n]. */
export function score(logits: ArrayLike<number>, action: number): Float64Array {
  const gradient = new Float64Array(lengthOf('logits', logits));
  addScore(logits, action, 1, gradient);
  return gradient;
}

/** H(p) in nats, from 0 (one action certain) to log n (all equally likely). */
export function entropy(
  logits: ArrayLike<number>,
  offset = 0,
  count = lengthOf('logits', logits) - offset,
  normalizer = logSumExp(logits, offset, count),
  probabilities?: ArrayLike<number>,
): number {
  let sum = 0;
  for (let i = offset; i < offset + count; i++) {
    const logP = logits[i] - normalizer;
    if (logP > -Infinity) sum -= (probabilities ? probabilities[i] : Math.exp(logP)) * logP;
  }
  return sum;
}

/** gradient[gradientOffset + k] += weight * d H / d z_k; `h` is H(p), from callers that know it. */
export function addEntropyGradient(
  logits: ArrayLike<number>,
  weight: number,
  gradient: MutableVector,
  offset = 0,
  count = lengthOf('logits', logits) - offset,
  gradientOffset = 0,
  normalizer = logSumExp(logits, offset, count),
  h = entropy(logits, offset, count, normalizer),
  probabilities?: ArrayLike<number>,
): void {
  checkRoom('gradient', gradient, gradientOffset, count);
  for (let k = 0; k < count; k++) {
    const logP = logits[offset + k] - normalizer;
    const p = probabilities ? probabilities[offset + k] : Math.exp(logP);
    if (logP > -Infinity) gradient[gradientOffset + k] -= weight * p * (logP + h);
  }
}

/** d H / d z, a new array [n]. */
export function entropyGradient(logits: ArrayLike<number>): Float64Array {
  const gradient = new Float64Array(lengthOf('logits', logits));
  addEntropyGradient(logits, 1, gradient);
  return gradient;
}

/** D_KL(p || q) in nats, at least 0; Infinity where an action possible under p is impossible under q. */
export function kl(
  pLogits: ArrayLike<number>,
  qLogits: ArrayLike<number>,
  offset = 0,
  count = lengthOf('pLogits', pLogits) - offset,
  qNormalizer?: number,
): number {
  checkSameLength(pLogits, qLogits);
  const normalizerQ = qNormalizer ?? logSumExp(qLogits, offset, count);
  const pNormalizer = logSumExp(pLogits, offset, count);
  let sum = 0;
  for (let i = offset; i < offset + count; i++) {
    if (pLogits[i] === -Infinity) continue;
    if (qLogits[i] === -Infinity) return Infinity;
    const logP = pLogits[i] - pNormalizer;
    sum += Math.exp(logP) * (logP - (qLogits[i] - normalizerQ));
  }
  return Math.max(0, sum); // equal p and q may round to just below zero
}

/** D_TV(p, q) = 1/2 sum_k |p_k - q_k|, from 0 (equal) to 1 (no action in common); symmetric. */
export function totalVariation(
  pLogits: ArrayLike<number>,
  qLogits: ArrayLike<number>,
  offset = 0,
  count = lengthOf('pLogits', pLogits) - offset,
): number {
  checkSameLength(pLogits, qLogits);
  const pNormalizer = logSumExp(pLogits, offset, count);
  const qNormalizer = logSumExp(qLogits, offset, count);
  let sum = 0;
  for (let i = offset; i < offset + count; i++)
    sum += Math.abs(Math.exp(pLogits[i] - pNormalizer) - Math.exp(qLogits[i] - qNormalizer));
  return Math.min(1, sum / 2);
}

/**
 * The chi-square divergence sum_k p_k^2 / q_k - 1 = sum_k (p_k - q_k)^2 / q_k = var_{a ~ q}(p_a / q_a); Infinity where
 * an action possible under p is impossible under q.
 */
export function chiSquare(
  pLogits: ArrayLike<number>,
  qLogits: ArrayLike<number>,
  offset = 0,
  count = lengthOf('pLogits', pLogits) - offset,
): number {
  checkSameLength(pLogits, qLogits);
  const pNormalizer = logSumExp(pLogits, offset, count);
  const qNormalizer = logSumExp(qLogits, offset, count);
  let sum = 0;
  for (let i = offset; i < offset + count; i++) {
    if (qLogits[i] === -Infinity) {
      if (pLogits[i] > -Infinity) return Infinity;
      continue;
    }
    const logQ = qLogits[i] - qNormalizer;
    const logRatio = pLogits[i] - pNormalizer - logQ;
    // (p - q)^2 / q; where q underflows, p^2 / q alone may still be large
    sum +=
      logRatio > 1
        ? Math.exp(logQ + 2 * logRatio + 2 * Math.log1p(-Math.exp(-logRatio)))
        : Math.exp(logQ) * square(Math.expm1(logRatio));
  }
  return sum;
}

function checkPair(p: ArrayLike<number>, q: ArrayLike<number>): void {
  checkProbabilities('p', p);
  checkProbabilities('q', q, p.length);
}

/** H(p) in nats of the probabilities p [n]; 0 log 0 = 0. */
export function entropyOfProbabilities(p: ArrayLike<number>): number {
  checkProbabilities('p', p);
  let sum = 0;
  for (let k = 0; k < p.length; k++) if (p[k] > 0) sum -= p[k] * Math.log(p[k]);
  return Math.max(0, sum);
}

/**
 * D_KL(p || q) in nats of the probabilities p and q [n]; Infinity where q_k = 0 < p_k.
 *
 * Written as sum_k p_k log(p_k / q_k) - p_k + q_k, of which no term is negative (the last two add up to nothing), it
 * keeps its digits when p and q are close and D_KL is about the square of their distance: bounds take its square root,
 * and a rounding of 1e-16 in D_KL would become 1e-8.
 */
export function klOfProbabilities(p: ArrayLike<number>, q: ArrayLike<number>): number {
  checkPair(p, q);
  let sum = 0;
  for (let k = 0; k < p.length; k++) {
    if (p[k] === q[k]) continue;
    if (q[k] === 0) return Infinity;
    const x = (p[k] - q[k]) / q[k];
    if (p[k] === 0) sum += q[k];
    // (1 + x) log(1 + x) - x = x^2/2 - x^3/6 + x^4/12 - x^5/20 + ...
    else if (Math.abs(x) < 0.01)
      sum +=
        q[k] *
        x *
        x *
        (1 / 2 - x * (1 / 6 - x * (1 / 12 - x * (1 / 20 - x * (1 / 30 - x * (1 / 42 - x / 56))))));
    else sum += p[k] * (Math.log(p[k]) - Math.log(q[k])) - p[k] + q[k];
  }
  return sum;
}

/** D_TV(p, q) = 1/2 sum_k |p_k - q_k| of the probabilities p and q [n]. */
export function totalVariationOfProbabilities(p: ArrayLike<number>, q: ArrayLike<number>): number {
  checkPair(p, q);
  let sum = 0;
  for (let k = 0; k < p.length; k++) sum += Math.abs(p[k] - q[k]);
  return Math.min(1, sum / 2);
}

/** sum_k p_k^2 / q_k - 1 of the probabilities p and q [n]; Infinity where q_k = 0 < p_k. */
export function chiSquareOfProbabilities(p: ArrayLike<number>, q: ArrayLike<number>): number {
  checkPair(p, q);
  let sum = 0;
  for (let k = 0; k < p.length; k++) if (p[k] !== q[k]) sum += (p[k] - q[k]) * ((p[k] - q[k]) / q[k]);
  return sum;
}

/**
 * gradient[gradientOffset + k] += weight * d D_KL(p || q) / d z_k, z the logits of p.
 * An infinite divergence has no such gradient: RangeError.
 */
export function addKlGradientP(
  pLogits: ArrayLike<number>,
  qLogits: ArrayLike<number>,
  weight: number,
  gradient: MutableVector,
  offset = 0,
  count = lengthOf('pLogits', pLogits) - offset,
  gradientOffset = 0,
): void {
  checkRoom('gradient', gradient, gradientOffset, count);
  const divergence = kl(pLogits, qLogits, offset, count);
  if (divergence === Infinity)
    fail('D_KL(p || q) is infinite (q is zero where p is not), so it has no gradient with respect to p.');
  const pNormalizer = logSumExp(pLogits, offset, count);
  const qNormalizer = logSumExp(qLogits, offset, count);
  for (let k = 0; k < count; k++) {
    const logP = pLogits[offset + k] - pNormalizer;
    if (logP === -Infinity) continue;
    const logRatio = logP - (qLogits[offset + k] - qNormalizer);
    gradient[gradientOffset + k] += weight * Math.exp(logP) * (logRatio - divergence);
  }
}

/** gradient[gradientOffset + k] += weight * d D_KL(p || q) / d z_k = weight * (q_k - p_k), z the logits of q. */
export function addKlGradientQ(
  pLogits: ArrayLike<number>,
  qLogits: ArrayLike<number>,
  weight: number,
  gradient: MutableVector,
  offset = 0,
  count = lengthOf('pLogits', pLogits) - offset,
  gradientOffset = 0,
  qNormalizer?: number,
  qProbabilities?: ArrayLike<number>,
): void {
  checkRoom('gradient', gradient, gradientOffset, count);
  checkSameLength(pLogits, qLogits);
  const normalizerQ = qNormalizer ?? logSumExp(qLogits, offset, count);
  const pNormalizer = logSumExp(pLogits, offset, count);
  for (let k = 0; k < count; k++) {
    const q = qProbabilities ? qProbabilities[offset + k] : Math.exp(qLogits[offset + k] - normalizerQ);
    gradient[gradientOffset + k] += weight * (q - Math.exp(pLogits[offset + k] - pNormalizer));
  }
}

/** out[outOffset + k] += weight * (M v)_k = weight * p_k (v_k - sum_j p_j v_j), M the Fisher information; v lies as the logits do. */
export function addFisherProduct(
  logits: ArrayLike<number>,
  v: ArrayLike<number>,
  weight: number,
  out: MutableVector,
  offset = 0,
  count = lengthOf('logits', logits) - offset,
  outOffset = 0,
  normalizer = logSumExp(logits, offset, count),
  probabilities?: ArrayLike<number>,
): void {
  checkRoom('out', out, outOffset, count);
  const p = (k: number) =>
    probabilities ? probabilities[offset + k] : Math.exp(logits[offset + k] - normalizer);
  let mean = 0;
  for (let k = 0; k < count; k++) mean += p(k) * v[offset + k];
  for (let k = 0; k < count; k++) out[outOffset + k] += weight * p(k) * (v[offset + k] - mean);
}

/** d D_KL(p || q) with respect to the logits of p, a new array [n]. */
export function klGradientP(pLogits: ArrayLike<number>, qLogits: ArrayLike<number>): Float64Array {
  const gradient = new Float64Array(lengthOf('pLogits', pLogits));
  addKlGradientP(pLogits, qLogits, 1, gradient);
  return gradient;
}

/** d D_KL(p || q) with respect to the logits of q, a new array [n]. */
export function klGradientQ(pLogits: ArrayLike<number>, qLogits: ArrayLike<number>): Float64Array {
  const gradient = new Float64Array(lengthOf('pLogits', pLogits));
  addKlGradientQ(pLogits, qLogits, 1, gradient);
  return gradient;
}
