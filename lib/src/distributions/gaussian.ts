/**
 * The Gaussian with independent components, a ~ N(mu, diag(sigma^2)) in d dimensions: what a policy over continuous
 * actions draws from. It is parametrised by mu [d] and log sigma [d], the latter because any real number is allowed:
 *
 *   log p(a) = -1/2 sum_k (z_k^2 + 2 log sigma_k + log 2 pi),     z_k = (a_k - mu_k) / sigma_k
 *   H(p) = sum_k (log sigma_k + 1/2 log(2 pi e))
 *   D_KL(p || q) = sum_k log(sigma_q / sigma_p) + (sigma_p^2 + (mu_p - mu_q)^2) / (2 sigma_q^2) - 1/2
 *
 * and the gradients follow by differentiating (Williams 1992, section 6, for the first two):
 *
 *   d log p / d mu = z / sigma                               d log p / d log sigma = z^2 - 1
 *   d H / d mu = 0                                           d H / d log sigma = 1
 *   d KL / d mu_p = (mu_p - mu_q) / sigma_q^2                d KL / d log sigma_p = sigma_p^2 / sigma_q^2 - 1
 *   d KL / d mu_q = -(mu_p - mu_q) / sigma_q^2               d KL / d log sigma_q = 1 - (sigma_p^2 + (mu_p - mu_q)^2) / sigma_q^2
 *
 * The curvature of the last two at q = p is the Fisher information: 1 / sigma^2 along mu, 2 along log sigma, 0 between them.
 *
 * KL, total variation and chi-square are the distances of lecture 6's "Monotonic improvement theory" and, the last, of
 * its variance of importance sampling. Logarithms are natural (nats).
 *
 * log sigma = -Infinity is the point mass at mu, the limit of a policy that has stopped exploring: it has no density, so
 * `logProb` and all gradients throw a RangeError, while `sample`, `entropy` (-Infinity) and the divergences (Infinity
 * wherever one of the two puts mass on a point and the other does not) answer exactly. Else log sigma lies within
 * +-300, where no square overflows.
 */

import { checkObject, checkVector, fail, show } from '../math/check';
import { erf } from '../math/erf';
import { checkRng, type Rng } from '../math/rng';
import type { MutableVector } from './categorical';
import { normalEntropy, normalKl, normalLogProb, standardize } from './normal';

/** A diagonal Gaussian in d dimensions. */
export interface DiagonalGaussian {
  /** mu [d] */
  readonly mean: ArrayLike<number>;
  /** log sigma [d], natural logarithms of the standard deviations; -Infinity for a standard deviation of 0. */
  readonly logStd: ArrayLike<number>;
}

/** A gradient with respect to the parameters of a diagonal Gaussian. */
export interface GaussianGradient {
  /** [d] with respect to mu */
  readonly mean: MutableVector;
  /** [d] with respect to log sigma */
  readonly logStd: MutableVector;
}

const MAX_LOG_STD = 300;

/** A Gaussian from standard deviations at least 0; numbers make a one-dimensional one. */
export function fromStd(
  mean: ArrayLike<number> | number,
  std: ArrayLike<number> | number,
): { mean: Float64Array; logStd: Float64Array } {
  const mu = Float64Array.from(checkVector('mean', typeof mean === 'number' ? [mean] : mean));
  const sigma = Float64Array.from(checkVector('std', typeof std === 'number' ? [std] : std, mu.length));
  const logStd = sigma.map((value, k) =>
    value >= 0 ? Math.log(value) : fail(`std[${k}] is ${value}, but must be at least 0.`),
  );
  const p = { mean: mu, logStd };
  dimension('p', p);
  return p;
}

/** d, after a check of the parameters; `density` refuses point masses. */
function dimension(name: string, p: DiagonalGaussian, density = false): number {
  const { mean, logStd } = checkObject(name, p, 'a Gaussian { mean, logStd }', 'mean', 'logStd');
  const d = checkVector(`${name}.mean`, mean).length;
  if (d === 0) fail(`${name}.mean is empty, but a Gaussian needs at least one dimension.`);
  if (logStd == null || logStd.length !== d)
    fail(`${name}.logStd is ${show(logStd)}, but must have length ${d} like the mean.`);
  for (let k = 0; k < d; k++) {
    const value = logStd[k];
    if (value === -Infinity && !density) continue;
    if (value === -Infinity)
      fail(`${name}.logStd[${k}] is -Infinity, but a standard deviation of 0 has no density.`);
    if (!(Math.abs(value) <= MAX_LOG_STD))
      fail(`${name}.logStd[${k}] is ${show(value)}, but must be from -${MAX_LOG_STD} to ${MAX_LOG_STD}.`);
  }
  return d;
}

function checkGradient(gradient: GaussianGradient, d: number): void {
  checkObject('gradient', gradient, 'a gradient { mean, logStd }', 'mean', 'logStd');
  if (gradient.mean.length !== d || gradient.logStd.length !== d)
    fail(
      `gradient has lengths ${gradient.mean.length} and ${gradient.logStd.length}, but the Gaussian has ${d} dimensions.`,
    );
}

/** The dimension that p and q share. */
function sharedDimension(p: DiagonalGaussian, q: DiagonalGaussian, density = false): number {
  const d = dimension('p', p, density);
  if (dimension('q', q, density) !== d)
    fail(`p and q have ${d} and ${q.mean.length} dimensions, but must have equally many.`);
  return d;
}

/** x - mean in standard deviations. */
const standardized = (p: DiagonalGaussian, k: number, x: number): number =>
  standardize(x, p.mean[k], p.logStd[k]);

/** a ~ p, d normal variates; written to `out` [d], by default a new array. */
export function sample(
  p: DiagonalGaussian,
  rng: Rng,
  out: MutableVector = new Float64Array(dimension('p', p)),
): MutableVector {
  const d = dimension('p', p);
  checkRng(rng);
  if (out.length !== d) fail(`out has length ${out.length}, but must have length ${d}.`);
  for (let k = 0; k < d; k++) out[k] = p.mean[k] + Math.exp(p.logStd[k]) * rng.normal();
  return out;
}

function checkedAction(p: DiagonalGaussian, action: ArrayLike<number>): number {
  const d = dimension('p', p, true);
  checkVector('action', action, d);
  return d;
}

/** log p(a), the logarithm of the density at `action` [d]. */
export function logProb(p: DiagonalGaussian, action: ArrayLike<number>): number {
  const d = checkedAction(p, action);
  let sum = 0;
  for (let k = 0; k < d; k++) sum += normalLogProb(standardized(p, k, action[k]), p.logStd[k]);
  return sum;
}

/** gradient += weight * the score d log p(a) / d (mu, log sigma). */
export function addScore(
  p: DiagonalGaussian,
  action: ArrayLike<number>,
  weight: number,
  gradient: GaussianGradient,
): void {
  const d = checkedAction(p, action);
  checkGradient(gradient, d);
  for (let k = 0; k < d; k++) {
    const z = standardized(p, k, action[k]);
    gradient.mean[k] += weight * z * Math.exp(-p.logStd[k]);
    gradient.logStd[k] += weight * (z * z - 1);
  }
}

/** The entropy H(p) in nats: of a density, hence negative for small sigma; -Infinity for a point mass. */
export function entropy(p: DiagonalGaussian): number {
  const d = dimension('p', p);
  let sum = 0;
  for (let k = 0; k < d; k++) sum += normalEntropy(p.logStd[k]);
  return sum;
}

/** gradient += weight * d H / d (mu, log sigma), which is (0, 1). */
export function addEntropyGradient(p: DiagonalGaussian, weight: number, gradient: GaussianGradient): void {
  const d = dimension('p', p, true);
  checkGradient(gradient, d);
  for (let k = 0; k < d; k++) gradient.logStd[k] += weight;
}

/** What dimension k tells of p against q where at least one of them is a point mass there, else undefined. */
function pointMass(p: DiagonalGaussian, q: DiagonalGaussian, k: number): 'same' | 'apart' | undefined {
  if (p.logStd[k] > -Infinity && q.logStd[k] > -Infinity) return undefined;
  return p.logStd[k] === q.logStd[k] && p.mean[k] === q.mean[k] ? 'same' : 'apart';
}

/** D_KL(p || q) in nats, at least 0; Infinity where one has a point mass that the other has not. */
export function kl(p: DiagonalGaussian, q: DiagonalGaussian): number {
  const d = sharedDimension(p, q);
  let sum = 0;
  for (let k = 0; k < d; k++) {
    const point = pointMass(p, q, k);
    if (point === 'apart') return Infinity;
    if (point === 'same') continue;
    sum += normalKl(standardized(q, k, p.mean[k]), p.logStd[k] - q.logStd[k]);
  }
  return sum;
}

/** gradient += weight * d D_KL(p || q) with respect to the parameters of p. */
export function addKlGradientP(
  p: DiagonalGaussian,
  q: DiagonalGaussian,
  weight: number,
  gradient: GaussianGradient,
): void {
  const d = sharedDimension(p, q, true);
  checkGradient(gradient, d);
  for (let k = 0; k < d; k++) {
    gradient.mean[k] += weight * standardized(q, k, p.mean[k]) * Math.exp(-q.logStd[k]);
    gradient.logStd[k] += weight * Math.expm1(2 * (p.logStd[k] - q.logStd[k]));
  }
}

/** gradient += weight * d D_KL(p || q) with respect to the parameters of q. */
export function addKlGradientQ(
  p: DiagonalGaussian,
  q: DiagonalGaussian,
  weight: number,
  gradient: GaussianGradient,
): void {
  const d = sharedDimension(p, q, true);
  checkGradient(gradient, d);
  for (let k = 0; k < d; k++) {
    const z = standardized(q, k, p.mean[k]);
    gradient.mean[k] -= weight * z * Math.exp(-q.logStd[k]);
    gradient.logStd[k] -= weight * (Math.expm1(2 * (p.logStd[k] - q.logStd[k])) + z * z);
  }
}

/** A gradient of zeros shaped like p, after `add` has added to it. */
function filled(
  p: DiagonalGaussian,
  add: (gradient: GaussianGradient) => void,
): { mean: Float64Array; logStd: Float64Array } {
  const d = dimension('p', p);
  const gradient = { mean: new Float64Array(d), logStd: new Float64Array(d) };
  add(gradient);
  return gradient;
}

/** The score d log p(a) / d (mu, log sigma), new arrays [d]. */
export const score = (p: DiagonalGaussian, action: ArrayLike<number>) =>
  filled(p, gradient => addScore(p, action, 1, gradient));

/** d H / d (mu, log sigma), new arrays [d]. */
export const entropyGradient = (p: DiagonalGaussian) =>
  filled(p, gradient => addEntropyGradient(p, 1, gradient));

/** d D_KL(p || q) with respect to the parameters of p, new arrays [d]. */
export const klGradientP = (p: DiagonalGaussian, q: DiagonalGaussian) =>
  filled(p, gradient => addKlGradientP(p, q, 1, gradient));

/** d D_KL(p || q) with respect to the parameters of q, new arrays [d]. */
export const klGradientQ = (p: DiagonalGaussian, q: DiagonalGaussian) =>
  filled(p, gradient => addKlGradientQ(p, q, 1, gradient));

/**
 * The total variation D_TV(p, q) = 1/2 int |p - q|, from 0 to 1: by how much the two can differ about any event.
 *
 * Dimensions in which p and q agree do not count. Where one remains, the densities cross at two points at most and the
 * distance is a difference of probabilities between them; where several remain with equal standard deviations, it is
 * erf(||z|| / sqrt(8)) with z the difference of the means in standard deviations. Several dimensions with unequal
 * standard deviations have no closed form: RangeError.
 */
export function totalVariation(p: DiagonalGaussian, q: DiagonalGaussian): number {
  const d = sharedDimension(p, q);
  const different: number[] = [];
  for (let k = 0; k < d; k++) {
    const point = pointMass(p, q, k);
    if (point === 'apart') return 1;
    if (point === undefined && (p.mean[k] !== q.mean[k] || p.logStd[k] !== q.logStd[k])) different.push(k);
  }
  if (different.length === 1) return totalVariation1(p, q, different[0]);
  if (different.some(k => p.logStd[k] !== q.logStd[k]))
    fail(
      `p and q differ in ${different.length} dimensions and in their standard deviations, but a total variation in closed form needs one dimension or equal standard deviations; sqrt(kl(p, q) / 2) bounds it.`,
    );
  return erf(Math.hypot(...different.map(k => standardized(q, k, p.mean[k]))) / Math.sqrt(8));
}

/**
 * The total variation in dimension k. With the narrower of the two as N(0, 1) and the wider one as N(u r, r^2), r >= 1,
 * u >= 0, the densities are equal where A x^2 + 2 (u / r) x = u^2 + 2 log r with A = 1 - 1 / r^2, and the narrower one is
 * larger in between. For r = 1 the left root is at -Infinity.
 */
function totalVariation1(p: DiagonalGaussian, q: DiagonalGaussian, k: number): number {
  const logR = Math.abs(p.logStd[k] - q.logStd[k]);
  const wider = Math.exp(Math.max(p.logStd[k], q.logStd[k]));
  const u = Math.abs(p.mean[k] - q.mean[k]) / wider;
  if (u > 100) return 1; // midway between the means both have less than 1e-300 left
  const r = Math.exp(logR);
  const A = -Math.expm1(-2 * logR);
  const root = u / r + Math.hypot(u, Math.sqrt(2 * logR * A));
  if (root === 0) return 0; // a difference too small for a double
  const left = -root / A;
  const right = (u * u + 2 * logR) / root;
  /** How much more mass the narrower one has than the wider one from its mean up to x. */
  const excess = (x: number) => 0.5 * (erf(x / Math.SQRT2) - erf((x / r - u) / Math.SQRT2));
  return Math.min(1, Math.max(0, excess(right) - excess(left)));
}

/**
 * The chi-square divergence int p^2 / q - 1 = var_{x ~ q}(p(x) / q(x)), the variance of importance sampling weights for
 * samples of q: per dimension int p^2 / q = exp(z^2 / (1 - e)) / sqrt(1 - e^2) with e = sigma_p^2 / sigma_q^2 - 1 and
 * z = (mu_p - mu_q) / sigma_q. Infinity if e >= 1: q's tails are too thin. Infinity also where a point mass differs.
 */
export function chiSquare(p: DiagonalGaussian, q: DiagonalGaussian): number {
  const d = sharedDimension(p, q);
  let sum = 0;
  for (let k = 0; k < d; k++) {
    const point = pointMass(p, q, k);
    if (point === 'same') continue;
    const e = Math.expm1(2 * (p.logStd[k] - q.logStd[k]));
    if (point === 'apart' || !(e < 1)) return Infinity;
    const z = standardized(q, k, p.mean[k]);
    sum += (z * z) / (1 - e) - 0.5 * Math.log1p(-e * e);
  }
  return Math.expm1(sum);
}
