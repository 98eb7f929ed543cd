/** Lines through points, and the exponents of power laws, with their intervals. */

import { linearRegression } from 'simple-statistics';
import { checkVector, fail, knownOptions, type OptionNames } from './check';
import { BOOTSTRAP_OPTIONS, type BootstrapOptions, checkConfidence, checkSample } from './sample';
import { bootstrapInterval, type Interval, mean, type Statistic, variance } from './statistics';
import { studentQuantile } from './student';
import { square } from './vectors';

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
