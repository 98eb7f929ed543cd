/**
 * Statistics for stochastic experiments: summaries and honest intervals. Slopes are in ./regression.ts, running covariances in ./covariance.ts.
 *
 * Scores of learning runs are few, skewed and full of outliers, so they are summarised by the interquartile mean with a
 * bootstrap interval rather than by one lucky run (Agarwal, Schwarzer, Castro, Courville and Bellemare 2021, "Deep
 * reinforcement learning at the edge of the statistical precipice"). The percentile bootstrap (Efron 1979): draw the
 * sample again with replacement many times, take the statistic of each, and report the middle 95% of them.
 */

import {
  mean as meanOf,
  variance as populationVariance,
  quantile as quantileOf,
  quantileSorted,
  sampleVariance,
} from 'simple-statistics';
import { checkFinite, checkInteger, checkVector, fail, knownOptions, type OptionNames, show } from './check';
import { checkRng, type Rng } from './rng';
import { BOOTSTRAP_OPTIONS, type BootstrapOptions, checkConfidence, checkSample } from './sample';
import { studentQuantile } from './student';

export type { BootstrapOptions } from './sample';

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
