/**
 * The softmax policy with one logit per state and action, theta = [S * A] row by row:
 *
 *   pi_theta(a|s) = exp(theta[s, a]) / sum_b exp(theta[s, b])
 *   d log pi_theta(a|s) / d theta[s', b] = [s' = s] ([b = a] - pi_theta(b|s))
 *
 * It can represent any policy that gives every action a chance, which is what makes exact comparisons with theory
 * possible (Agarwal, Kakade, Lee and Mahajan 2021, "On the theory of policy gradient methods"). Observations are the
 * index of the state.
 */

import { softmaxInto } from '../distributions/categorical';
import { checkInteger, knownOptions, type OptionNames } from '../math/check';
import { tableNetwork } from '../networks/table';
import { remember } from '../recipe';
import { CategoricalPolicy } from './policy';

/** Options of `softmaxTabular`. */
export interface SoftmaxTabularOptions {
  /** S, the number of states. */
  states: number;
  /** A, the number of actions. */
  actions: number;
  /** theta to begin with, [S * A]; copied. All zero, the uniform policy, by default. */
  logits?: ArrayLike<number>;
}

const SOFTMAX_TABULAR_OPTIONS: OptionNames<SoftmaxTabularOptions> = {
  states: 'required',
  actions: 'required',
  logits: 'optional',
};

/** A softmax policy over tables; see `softmaxTabular`. */
export class SoftmaxTabular extends CategoricalPolicy {
  /** S, the number of states. */
  readonly states: number;

  constructor(options: SoftmaxTabularOptions) {
    const { states, actions, logits } = knownOptions('softmaxTabular', options, SOFTMAX_TABULAR_OPTIONS);
    checkInteger('states', states, 1);
    checkInteger('actions', actions, 1);
    super(tableNetwork({ states, outputs: actions, parameters: logits, name: 'logits' }));
    this.states = states;
  }

  /** theta [S * A]: the logit of action a in state s is parameters[s * A + a]. */
  override get parameters(): Float64Array {
    return this.network.parameters as Float64Array;
  }

  /** pi_theta(a|s) of all states and actions, a new array [S * A]. */
  table(): Float64Array {
    const { parameters, actionCount } = this;
    const out = new Float64Array(parameters.length);
    for (let row = 0; row < out.length; row += actionCount)
      softmaxInto(parameters, row, actionCount, out, row);
    return out;
  }

  override clone(): SoftmaxTabular {
    return new SoftmaxTabular({ states: this.states, actions: this.actionCount, logits: this.parameters });
  }
}

remember(SoftmaxTabular.prototype, ({ states, actionCount: actions, parameters: logits }) => ({
  make: 'softmaxTabular',
  args: [{ states, actions, logits }],
}));

/** A softmax policy with one logit per state and action; uniform unless `logits` says otherwise. */
export const softmaxTabular = (options: SoftmaxTabularOptions): SoftmaxTabular => new SoftmaxTabular(options);
