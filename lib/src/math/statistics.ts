/**
 * Statistics for stochastic experiments: summaries, honest intervals, slopes and running covariances.
 *
 * Scores of learning runs are few, skewed and full of outliers, so they are summarised by the interquartile mean with a
 * bootstrap interval rather than by one lucky run (Agarwal, Schwarzer, Castro, Courville and Bellemare 2021, "Deep
 * reinforcement learning at the edge of the statistical precipice"). The percentile bootstrap (Efron 1979): draw the
 * sample again with replacement many times, take the statistic of each, and report the middle 95% of them.
 */

import {
  linearRegression,
  mean as meanOf,
  variance as populationVariance,
  quantile as quantileOf,
  quantileSorted,
  sampleVariance,
} from 'simple-statistics';
import { maker, remember } from '../recipe';
import { checkFinite, checkInteger, checkVector, fail, knownOptions, type OptionNames, show } from './check';
import { checkRng, type Rng } from './rng';
import { square } from './vectors';

/** A number with an interval that covers the truth with the stated confidence. */
export interface Interval {
  /** What was estimated. */
  estimate: number;
  /** The lower end. */
  low: number;
  /** The upper end. */
  high: number;
}

/** The same for each point of a curve, arrays [T]. */
export interface CurveInterval {
  /** [T] what was estimated. */
  estimate: Float64Array;
  /** [T] the lower ends. */
  low: Float64Array;
  /** [T] the upper ends. */
  high: Float64Array;
}

/** A number drawn from a sample, such as `mean` or `interquartileMean`. */
export type Statistic = (sample: ArrayLike<number>) => number;

/** Options of the bootstrap. */
export interface BootstrapOptions {
  /** The stream that draws the samples anew. */
  rng: Rng;
  /** How many times to draw the sample again; 2000 by default. */
  resamples?: number;
  /** Coverage of the interval, 0.95 by default. */
  confidence?: number;
}

const BOOTSTRAP_OPTIONS: OptionNames<BootstrapOptions> = {
  rng: 'required',
  resamples: 'optional',
  confidence: 'optional',
};

/** A finite sample of at least `least` numbers, as an array of its own. */
function checkSample(name: string, sample: ArrayLike<number>, least = 1): number[] {
  checkVector(name, sample);
  if (sample.length < least)
    fail(
      `${name} has length ${sample.length}, but must hold at least ${least} number${least > 1 ? 's' : ''}.`,
    );
  return Array.from(sample);
}

const checkConfidence = (confidence: number) => checkFinite('confidence', confidence, 0.001, 0.999999);

function checkResampling(rng: Rng, resamples: number, confidence: number): void {
  checkRng(rng);
  checkInteger('resamples', resamples, 1);
  checkConfidence(confidence);
}

/** The arithmetic mean. */
export const mean: Statistic = sample => meanOf(checkSample('sample', sample));

/** The sample variance, sum (x - mean)^2 / (n - 1). */
export const variance: Statistic = sample => sampleVariance(checkSample('sample', sample, 2));

/** The standard error of the mean, sqrt(variance / n). */
export const standardError: Statistic = sample => Math.sqrt(variance(sample) / sample.length);

/**
 * 1 - var(target - prediction) / var(target): 1 for perfect predictions, 0 for a constant one, negative for worse than
 * that; NaN where the targets don't vary.
 */
export function explainedVariance(predictions: ArrayLike<number>, targets: ArrayLike<number>): number {
  const sample = checkSample('targets', targets);
  checkVector('predictions', predictions, sample.length);
  const total = populationVariance(sample);
  const left = populationVariance(sample.map((target, t) => target - predictions[t]));
  return total > 0 ? 1 - left / total : Number.NaN;
}

/** The p-quantile with linear interpolation between order statistics (numpy's default, type 7 in R). */
export function quantile(sample: ArrayLike<number>, p: number): number {
  checkFinite('p', p, 0, 1);
  return quantileOf(checkSample('sample', sample), p);
}

/**
 * The interquartile mean: the mean of the middle half of the sorted scores. Where n / 4 is no whole number, the scores
 * at the edges count in part, so that exactly n / 2 scores' weight remains (for n a multiple of 4 this is the trimmed
 * mean that the package rliable uses; for other n rliable keeps the edge scores whole).
 */
export const interquartileMean: Statistic = scores => {
  const sorted = Float64Array.from(checkSample('scores', scores)).sort();
  return sortedInterquartileMean(
    sorted.length,
    i => sorted[i],
    () => 1,
  );
};

/** The interquartile mean of values in ascending order, the i-th one present count(i) times, n in all. */
function sortedInterquartileMean(
  n: number,
  value: (i: number) => number,
  count: (i: number) => number,
): number {
  const from = n / 4;
  const to = (3 * n) / 4;
  let sum = 0;
  for (let i = 0, below = 0; below < to; i++) {
    const above = below + count(i);
    const weight = Math.min(above, to) - Math.max(below, from);
    if (weight > 0) sum += weight * value(i);
    below = above;
  }
  return sum / (to - from);
}

/**
 * The percentile bootstrap interval of a statistic.
 * @param statistic called with arrays of the sample's length; it must not keep or change them
 */
export function bootstrapInterval(
  sample: ArrayLike<number>,
  statistic: Statistic,
  options: BootstrapOptions,
): Interval {
  const {
    rng,
    resamples = 2000,
    confidence = 0.95,
  } = knownOptions('bootstrapInterval', options, BOOTSTRAP_OPTIONS);
  return stratifiedBootstrapInterval([sample], statistic, { rng, resamples, confidence });
}

/**
 * The same for scores[task][seed], drawing seeds again within each task, so that every resample holds each task as often
 * as the sample does; the statistic sees all scores in one array. The tasks may have different numbers of seeds.
 */
export function stratifiedBootstrapInterval(
  scores: ArrayLike<ArrayLike<number>>,
  statistic: Statistic,
  options: BootstrapOptions,
): Interval {
  const {
    rng,
    resamples = 2000,
    confidence = 0.95,
  } = knownOptions('stratifiedBootstrapInterval', options, BOOTSTRAP_OPTIONS);
  checkResampling(rng, resamples, confidence);
  if (typeof statistic !== 'function')
    throw new TypeError(`statistic is ${show(statistic)}, but must be a function of a sample, e.g. mean.`);
  if (!(scores?.length > 0)) fail(`scores is ${show(scores)}, but must hold at least one task.`);
  const tasks = Array.from(scores, (row, task) =>
    checkSample(scores.length === 1 ? 'sample' : `scores[${task}]`, row),
  );
  const sample = Float64Array.from(tasks.flat());
  const resample = new Float64Array(sample.length);
  const values = Float64Array.from({ length: resamples }, () => {
    let i = 0;
    for (const row of tasks)
      for (let draw = 0; draw < row.length; draw++) resample[i++] = row[rng.integer(0, row.length)];
    return statistic(resample);
  });
  return { estimate: statistic(sample), ...middle(values, confidence) };
}

/** The middle part of a set of values, which it sorts in place. */
function middle(values: Float64Array, confidence: number): { low: number; high: number } {
  const sorted = values.sort() as unknown as number[];
  return {
    low: quantileSorted(sorted, (1 - confidence) / 2),
    high: quantileSorted(sorted, (1 + confidence) / 2),
  };
}

const CURVE_INTERVAL_OPTIONS: OptionNames<BootstrapOptions & { statistic?: 'iqm' | 'mean' }> = {
  rng: 'required',
  resamples: 'optional',
  confidence: 'optional',
  statistic: 'optional',
};

/**
 * A learning curve over seeds: at each point the interquartile mean (or mean) over the seeds, with a bootstrap interval.
 * Whole curves are drawn again, the same ones for all points of a resample.
 * @param curves curves[seed][t], all of one length T
 */
export function curveInterval(
  curves: ArrayLike<ArrayLike<number>>,
  options: BootstrapOptions & { statistic?: 'iqm' | 'mean' },
): CurveInterval {
  const {
    rng,
    statistic = 'iqm',
    resamples = 2000,
    confidence = 0.95,
  } = knownOptions('curveInterval', options, CURVE_INTERVAL_OPTIONS);
  checkResampling(rng, resamples, confidence);
  if (statistic !== 'iqm' && statistic !== 'mean')
    fail(`statistic is ${show(statistic)}, but must be 'iqm' or 'mean'.`);
  if (!(curves?.length > 0)) fail(`curves is ${show(curves)}, but must hold at least one curve.`);
  const n = curves.length;
  const { length } = checkVector('curves[0]', curves[0]);
  for (let seed = 0; seed < n; seed++) checkVector(`curves[${seed}]`, curves[seed], length);

  // counts[resample * n + seed]: how often each curve was drawn
  const counts = new Uint32Array(resamples * n);
  for (let row = 0; row < counts.length; row += n)
    for (let draw = 0; draw < n; draw++) counts[row + rng.integer(0, n)]++;

  const result = {
    estimate: new Float64Array(length),
    low: new Float64Array(length),
    high: new Float64Array(length),
  };
  const values = new Float64Array(resamples);
  for (let t = 0; t < length; t++) {
    // Sorted once, so that a resample's interquartile mean is one walk through the seeds in order.
    const order = Array.from({ length: n }, (_, seed) => seed).sort((a, b) => curves[a][t] - curves[b][t]);
    const sorted = Float64Array.from(order, seed => curves[seed][t]);
    const summary = (count: (i: number) => number) => {
      if (statistic === 'iqm') return sortedInterquartileMean(n, i => sorted[i], count);
      let sum = 0;
      for (let i = 0; i < n; i++) sum += count(i) * sorted[i];
      return sum / n;
    };
    for (let k = 0; k < resamples; k++) values[k] = summary(i => counts[k * n + order[i]]);
    result.estimate[t] = summary(() => 1);
    const { low, high } = middle(values, confidence);
    result.low[t] = low;
    result.high[t] = high;
  }
  return result;
}

const MEAN_INTERVAL_OPTIONS: OptionNames<{ confidence?: number }> = { confidence: 'optional' };

/** The mean with Student's t interval: mean +- t * standard error. Exact for normal samples, near it for large ones. */
export function meanInterval(sample: ArrayLike<number>, options: { confidence?: number } = {}): Interval {
  const { confidence = 0.95 } = knownOptions('meanInterval', options, MEAN_INTERVAL_OPTIONS);
  checkConfidence(confidence);
  const half = standardError(sample) * studentQuantile(confidence, sample.length - 1);
  const estimate = mean(sample);
  return { estimate, low: estimate - half, high: estimate + half };
}

/** A fitted line y = intercept + slope x; `low` and `high` bound the slope. */
export interface LineFit {
  /** Change of y for each unit of x. */
  slope: number;
  /** y at x = 0. */
  intercept: number;
  /** The lower end of the slope's interval. */
  low: number;
  /** The upper end of the slope's interval. */
  high: number;
}

const LINEAR_FIT_OPTIONS: OptionNames<{ confidence?: number }> = { confidence: 'optional' };

/** The least-squares line through at least three points, its slope with Student's t interval from the residuals. */
export function linearFit(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  options: { confidence?: number } = {},
): LineFit {
  const { confidence = 0.95 } = knownOptions('linearFit', options, LINEAR_FIT_OPTIONS);
  checkConfidence(confidence);
  const xs = checkSample('x', x, 3);
  checkVector('y', y, xs.length);
  const spread = variance(xs) * (xs.length - 1);
  if (spread === 0) fail(`x holds only the value ${xs[0]}, but a slope needs at least two different ones.`);
  const { m: slope, b: intercept } = linearRegression(xs.map((value, i) => [value, y[i]]));
  const squares = xs.reduce((sum, value, i) => sum + square(y[i] - intercept - slope * value), 0);
  const degrees = xs.length - 2;
  const half = studentQuantile(confidence, degrees) * Math.sqrt(squares / degrees / spread);
  return { slope, intercept, low: slope - half, high: slope + half };
}

const LOGLOG_SLOPE_OPTIONS: OptionNames<{ confidence?: number }> = { confidence: 'optional' };

/**
 * The exponent k of a power law y = c x^k: the least-squares slope of log y over log x, with its interval. `intercept` is
 * log c. All numbers must be positive.
 */
export function loglogSlope(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  options: { confidence?: number } = {},
): LineFit {
  knownOptions('loglogSlope', options, LOGLOG_SLOPE_OPTIONS);
  const logs = (name: string, values: ArrayLike<number>) =>
    Float64Array.from(checkVector(name, values), (value, i) =>
      value > 0
        ? Math.log(value)
        : fail(`${name}[${i}] is ${value}, but must be positive to have a logarithm.`),
    );
  const logX = logs('x', x);
  if (logX.length > 1 && logX.every(value => value === logX[0]))
    fail(`x holds only the value ${x[0]}, but a slope needs at least two different ones.`);
  return linearFit(logX, logs('y', y), options);
}

/**
 * The exponent of a power law from repeated measurements: the least-squares slope of log mean(samples[j]) over log x[j].
 * Its bootstrap interval draws whole repetitions i again, the same ones at each x, so that repetitions which share their
 * data across x are treated rightly as well.
 * @param samples samples[j][i], repetition i at x[j]; as many repetitions at each x
 */
export function slopeInterval(
  x: ArrayLike<number>,
  samples: ArrayLike<ArrayLike<number>>,
  options: BootstrapOptions,
): Interval {
  knownOptions('slopeInterval', options, BOOTSTRAP_OPTIONS);
  checkVector('x', x);
  if (samples?.length !== x.length)
    fail(
      `samples has length ${samples?.length}, but must have one list for each of the ${x.length} values of x.`,
    );
  const columns = Array.from(samples, (column, j) =>
    checkVector(`samples[${j}]`, column, j > 0 ? samples[0].length : undefined),
  );
  const slopeOf: Statistic = drawn => {
    const means = columns.map(column => mean(Array.from(drawn, i => column[i])));
    return loglogSlope(x, means).slope;
  };
  const repetitions = Array.from({ length: columns[0]?.length ?? 0 }, (_, i) => i);
  return bootstrapInterval(repetitions, slopeOf, options);
}

/**
 * The t with P(|T| < t) = confidence for Student's distribution with a whole number of degrees of freedom: bisection on
 * the closed form of Abramowitz and Stegun 1964, 26.7.3 and 26.7.4.
 */
export function studentQuantile(confidence: number, degrees: number): number {
  checkConfidence(confidence);
  checkInteger('degrees', degrees, 1);
  if (degrees > 1000) {
    // From here on the quantile is linear in 1 / degrees to about five digits.
    const [t500, t1000] = [studentQuantile(confidence, 500), studentQuantile(confidence, 1000)];
    return t1000 + (t500 - t1000) * (1000 / degrees - 1);
  }
  let low = 0;
  let high = 1;
  while (studentCoverage(high, degrees) < confidence) high *= 2;
  while (high - low > 1e-14 * high) {
    const t = (low + high) / 2;
    if (t === low || t === high) break;
    if (studentCoverage(t, degrees) < confidence) low = t;
    else high = t;
  }
  return (low + high) / 2;
}

/** P(|T| < t) for Student's T. */
function studentCoverage(t: number, degrees: number): number {
  const angle = Math.atan2(t, Math.sqrt(degrees));
  const cosine = Math.cos(angle);
  const odd = degrees % 2;
  let term = odd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k < degrees; k += 2) {
    term *= ((k - 1) / k) * cosine * cosine;
    sum += term;
  }
  const part = Math.sin(angle) * sum;
  return odd ? (2 / Math.PI) * (angle + part) : part;
}

const COVARIANCE_ACCUMULATOR_OPTIONS: OptionNames<{ variancesOnly?: boolean }> = {
  variancesOnly: 'optional',
};

/** What `CovarianceAccumulator` has gathered. */
export interface CovarianceState {
  /** Vectors added so far. */
  count: number;
  /** [d] their mean. */
  mean: Float64Array;
  /** Sums of products of deviations from the mean: [d * d], or [d] for variances only. */
  moments: Float64Array;
}

/**
 * The running mean and covariance of vectors in one pass (Welford 1962; merging after Chan, Golub and LeVeque 1983): what
 * a gradient estimator's noise is measured with. Vectors need not be kept.
 */
export class CovarianceAccumulator {
  /** d, the length of each vector. */
  readonly dimension: number;
  /** Vectors added so far. */
  count = 0;
  /** Their mean [dimension]. */
  readonly mean: Float64Array;
  /** Sums of products of deviations: [dimension * dimension], or [dimension] if only variances are kept. */
  private readonly moments: Float64Array;
  private readonly deviation: Float64Array;
  private readonly variancesOnly: boolean;

  /**
   * @param dimension length of the vectors
   * @param options.variancesOnly keep the diagonal alone, which is enough for `trace` and takes O(dimension) a vector
   */
  constructor(dimension: number, options: { variancesOnly?: boolean } = {}) {
    const { variancesOnly = false } = knownOptions(
      'CovarianceAccumulator',
      options,
      COVARIANCE_ACCUMULATOR_OPTIONS,
    );
    this.dimension = checkInteger('dimension', dimension, 1);
    this.variancesOnly = variancesOnly;
    this.mean = new Float64Array(dimension);
    this.deviation = new Float64Array(dimension);
    this.moments = new Float64Array(variancesOnly ? dimension : dimension * dimension);
  }

  static {
    maker(
      'CovarianceAccumulator',
      (...args: ConstructorParameters<typeof CovarianceAccumulator>) => new CovarianceAccumulator(...args),
    );
    remember(CovarianceAccumulator.prototype, accumulator => {
      const { dimension, variancesOnly, state } = accumulator;
      return {
        make: 'CovarianceAccumulator',
        args: [dimension, { variancesOnly }],
        state,
        restore(seen: CovarianceState) {
          accumulator.state = seen;
        },
      };
    });
  }

  /** Everything that was gathered. */
  get state(): CovarianceState {
    return { count: this.count, mean: this.mean.slice(), moments: this.moments.slice() };
  }

  /** Continues from a `state` that was kept. */
  set state({ count, mean, moments }: CovarianceState) {
    this.count = count;
    this.mean.set(mean);
    this.moments.set(moments);
  }

  /** Takes in one vector [dimension]. */
  add(vector: ArrayLike<number>): void {
    checkVector('vector', vector, this.dimension);
    this.count++;
    for (let i = 0; i < this.dimension; i++) this.deviation[i] = vector[i] - this.mean[i];
    // The sum grows by deviation deviation^T (n - 1) / n with deviations from the mean so far.
    this.addProducts((this.count - 1) / this.count);
    for (let i = 0; i < this.dimension; i++) this.mean[i] += this.deviation[i] / this.count;
  }

  /** Takes in all that another accumulator has seen. */
  merge(other: CovarianceAccumulator): void {
    if (other.dimension !== this.dimension || other.variancesOnly !== this.variancesOnly)
      fail(
        `other has dimension ${other.dimension} and variancesOnly ${other.variancesOnly}, but must have ${this.dimension} and ${this.variancesOnly}.`,
      );
    if (other.count === 0) return;
    const total = this.count + other.count;
    for (let i = 0; i < this.dimension; i++) this.deviation[i] = other.mean[i] - this.mean[i];
    this.addProducts((this.count * other.count) / total);
    for (let i = 0; i < this.moments.length; i++) this.moments[i] += other.moments[i];
    for (let i = 0; i < this.dimension; i++) this.mean[i] += (this.deviation[i] * other.count) / total;
    this.count = total;
  }

  private addProducts(weight: number): void {
    const { dimension: d, deviation, moments } = this;
    if (this.variancesOnly) for (let i = 0; i < d; i++) moments[i] += weight * deviation[i] * deviation[i];
    else
      for (let i = 0; i < d; i++) {
        const scaled = weight * deviation[i];
        if (scaled !== 0) for (let j = 0; j < d; j++) moments[i * d + j] += scaled * deviation[j];
      }
  }

  private needTwo(): number {
    if (this.count < 2) fail(`${this.count} vectors were added, but a variance needs at least 2.`);
    return this.count - 1;
  }

  /** The sample variance of each component, a new array [dimension]. */
  variance(): Float64Array {
    const n = this.needTwo();
    const stride = this.variancesOnly ? 1 : this.dimension + 1;
    return Float64Array.from({ length: this.dimension }, (_, i) => this.moments[i * stride] / n);
  }

  /** The sample covariance, a new array [dimension * dimension]. */
  covariance(): Float64Array {
    if (this.variancesOnly)
      fail('variancesOnly is true, but a covariance needs an accumulator that keeps it all.');
    const n = this.needTwo();
    return this.moments.map(moment => moment / n);
  }

  /** The trace of the sample covariance: the expected squared distance of one vector from the mean. */
  trace(): number {
    return this.variance().reduce((sum, value) => sum + value, 0);
  }
}
