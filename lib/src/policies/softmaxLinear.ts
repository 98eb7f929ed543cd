/**
 * The softmax policy whose logits are linear in features x(o) of the observation:
 *
 *   z_a = sum_j W[a, j] x_j + b_a        pi_theta(a|o) = exp(z_a) / sum_c exp(z_c)
 *   d log pi_theta(a|o) / d W[c, j] = ([c = a] - pi_theta(c|o)) x_j,   and the same with x_j = 1 for b_c
 *
 * theta = [A * (d + 1)], row by row: the d weights of action 0, its bias, the d weights of action 1, ... (Sutton and
 * Barto 2018, section 13.1, "action preferences ... linear in features").
 */

import { checkInteger, knownOptions, type OptionNames } from '../math/check';
import { type FeatureOptions, linearNetwork } from '../networks/linear';
import { remember } from '../recipe';
import { CategoricalPolicy } from './policy';

/** Options of `softmaxLinear`. */
export interface SoftmaxLinearOptions extends FeatureOptions {
  /** A, the number of actions. */
  actions: number;
  /** theta to begin with, [A * (d + 1)]; copied. All zero, the uniform policy, by default. */
  parameters?: ArrayLike<number>;
}

const SOFTMAX_LINEAR_OPTIONS: OptionNames<SoftmaxLinearOptions> = {
  actions: 'required',
  parameters: 'optional',
  features: 'required',
  featureMap: 'optional',
  featureScale: 'optional',
};

/** A softmax policy over linear logits; see `softmaxLinear`. */
export class SoftmaxLinear extends CategoricalPolicy {
  private readonly options: SoftmaxLinearOptions;

  constructor(options: SoftmaxLinearOptions) {
    const { actions, ...network } = knownOptions('softmaxLinear', options, SOFTMAX_LINEAR_OPTIONS);
    checkInteger('features', network.features, 1);
    checkInteger('actions', actions, 1);
    super(linearNetwork({ ...network, outputs: actions }));
    this.options = options;
  }

  /** theta [A * (d + 1)]: weights then bias, action by action. */
  override get parameters(): Float64Array {
    return this.network.parameters as Float64Array;
  }

  static {
    remember(SoftmaxLinear.prototype, ({ options, parameters }) => ({
      make: 'softmaxLinear',
      args: [{ ...options, parameters }],
    }));
  }

  override clone(): SoftmaxLinear {
    return new SoftmaxLinear({ ...this.options, parameters: this.parameters });
  }
}

/** A softmax policy with logits linear in features of the observation; uniform unless `parameters` says otherwise. */
export const softmaxLinear = (options: SoftmaxLinearOptions): SoftmaxLinear => new SoftmaxLinear(options);
