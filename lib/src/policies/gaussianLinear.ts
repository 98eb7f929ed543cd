/**
 * The Gaussian policy whose mean is linear in features x(o) of the observation, with a standard deviation for each
 * dimension that does not depend on it:
 *
 *   mu_k = sum_j W[k, j] x_j + b_k        a ~ N(mu, diag(sigma^2))
 *   d log pi / d W[k, j] = (a_k - mu_k) / sigma_k^2 x_j        d log pi / d log sigma_k = ((a_k - mu_k) / sigma_k)^2 - 1
 *
 * theta = [d * (features + 1) + d]: the weights and the bias of each dimension's mean, then log sigma (Williams 1992,
 * section 6; Sutton and Barto 2018, section 13.7).
 */

import { checkFinite, checkInteger, knownOptions, type OptionNames } from '../math/check';
import { type FeatureOptions, linearNetwork } from '../networks/linear';
import { GaussianPolicy } from './policy';

/** Options of `gaussianLinear`. */
export interface GaussianLinearOptions extends FeatureOptions {
  /** d, the numbers in an action. */
  actionSize: number;
  /** sigma to begin with, in units of the action; where `parameters` is given, that holds log sigma. */
  std?: number;
  /** theta to begin with, [d * (features + 1) + d]; copied. By default the mean is 0 everywhere. */
  parameters?: ArrayLike<number>;
}

const GAUSSIAN_LINEAR_OPTIONS: OptionNames<GaussianLinearOptions> = {
  actionSize: 'required',
  std: 'optional',
  parameters: 'optional',
  features: 'required',
  featureMap: 'optional',
  featureScale: 'optional',
};

/** A Gaussian policy with a mean linear in features of the observation and a standard deviation of its own. */
export function gaussianLinear(options: GaussianLinearOptions): GaussianPolicy {
  const {
    actionSize,
    std = 1,
    ...features
  } = knownOptions('gaussianLinear', options, GAUSSIAN_LINEAR_OPTIONS);
  checkInteger('actionSize', actionSize, 1);
  checkFinite('std', std, 1e-100, 1e100);
  const network = linearNetwork({ ...features, outputs: actionSize, freeOutputs: actionSize });
  if (!options.parameters) network.parameters.fill(Math.log(std), network.parameters.length - actionSize);
  return new GaussianPolicy(network);
}
