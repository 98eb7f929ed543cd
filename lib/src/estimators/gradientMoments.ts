/**
 * How noisy a gradient estimate was seen to be: the mean and covariance of what the m trajectories of a batch each say of the
 * gradient, g_i = sum_t w_t grad log pi(a_t|s_t), with standard errors, to be held against the exact ones of
 * `reinforceMoments` and `advantageMoments`:
 *
 *   z = (sampled - exact) / standard error
 *
 * is near a standard normal where both are right and m is large.
 */

import { fail, knownOptions, type OptionNames } from '../math/check';
import { CovarianceAccumulator } from '../math/covariance';
import type { Policy } from '../policies/policy';
import { type TrajectoryBatch, trajectoryCount } from '../rollout/trajectoryBatch';
import { perTrajectoryGradients } from './scoreFunction';

/** Options of `gradientMoments`. */
export interface GradientMomentsOptions {
  /** Whether the whole covariance is wanted, in O(d^2) a trajectory, and not the variances alone. False by default. */
  covariance?: boolean;
}

const GRADIENT_MOMENTS_OPTIONS: OptionNames<GradientMomentsOptions> = { covariance: 'optional' };

/** Sample moments of one trajectory's gradient estimate, a vector of d numbers; variances are over m - 1. */
export interface GradientMoments {
  /** m, the number of trajectories. */
  trajectories: number;
  /** Shaped like theta: the batch's estimate of the gradient, `scoreGradient`. */
  mean: Float64Array;
  /** Of each component of `mean`: sqrt(variance / m). */
  meanError: Float64Array;
  /** Of each component, shaped like theta. */
  variance: Float64Array;
  /** The sum of `variance`. That of the batch's mean is covarianceTrace / m. */
  covarianceTrace: number;
  /** The standard error of `covarianceTrace`, from the spread of ||g_i - mean||^2. */
  covarianceTraceError: number;
  /** Cov[g_i, g_j] at [i * d + j], if it was asked for. */
  covariance?: Float64Array;
  /** The standard error of each entry of `covariance`, from the spread of the products of deviations. */
  covarianceError?: Float64Array;
}

/**
 * The sampled mean and covariance of the trajectories' gradients.
 * @param batch at least 2 trajectories
 * @param weights [T], from `scoreWeights` or any other rule
 */
export function gradientMoments(
  batch: TrajectoryBatch,
  policy: Policy,
  weights: ArrayLike<number>,
  options: GradientMomentsOptions & { covariance: true },
): Required<GradientMoments>;
export function gradientMoments(
  batch: TrajectoryBatch,
  policy: Policy,
  weights: ArrayLike<number>,
  options?: GradientMomentsOptions,
): GradientMoments;
export function gradientMoments(
  batch: TrajectoryBatch,
  policy: Policy,
  weights: ArrayLike<number>,
  options: GradientMomentsOptions = {},
): GradientMoments {
  const { covariance = false } = knownOptions('gradientMoments', options, GRADIENT_MOMENTS_OPTIONS);
  const m = trajectoryCount(batch);
  if (m < 2) fail(`batch has ${m} trajectory, but a variance needs at least 2.`);
  const rows = perTrajectoryGradients(batch, policy, weights);
  const d = policy.parameters.length;
  const moments = new CovarianceAccumulator(d, { variancesOnly: !covariance });
  for (const row of rows) moments.add(row);
  const { mean } = moments;
  const errors = (accumulator: CovarianceAccumulator) =>
    accumulator.variance().map(variance => Math.sqrt(variance / m));

  const distances = new CovarianceAccumulator(1);
  const products = new CovarianceAccumulator(covariance ? d * d : 1, { variancesOnly: true });
  const product = new Float64Array(d * d);
  for (const row of rows) {
    const deviation = row.map((x, k) => x - mean[k]);
    distances.add([deviation.reduce((sum, x) => sum + x * x, 0)]);
    if (!covariance) continue;
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) product[i * d + j] = deviation[i] * deviation[j];
    products.add(product);
  }
  return {
    trajectories: m,
    mean,
    meanError: errors(moments),
    variance: moments.variance(),
    covarianceTrace: moments.trace(),
    covarianceTraceError: errors(distances)[0],
    ...(covariance && { covariance: moments.covariance(), covarianceError: errors(products) }),
  };
}
