/** Means and covariances of vectors that come one after the other. */

import { maker, remember } from '../recipe';
import { checkInteger, checkVector, fail, knownOptions, type OptionNames } from './check';

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
