/** The policy without parameters that draws every action with probability 1 / n whatever it observes: the beginner. */

import { checkInteger } from '../math/check';
import type { Network } from '../networks/network';
import { CategoricalPolicy, type DiscretePolicy } from './policy';

/** pi(a|s) = 1 / actions for all observations; theta is empty. */
export function uniformPolicy(actions: number): DiscretePolicy {
  checkInteger('actions', actions, 1);
  return new CategoricalPolicy(zeros(actions));
}

/** The network whose outputs are 0 whatever it sees. */
function zeros(outputSize: number): Network {
  let outputs = new Float64Array(outputSize);
  return {
    outputSize,
    parameters: new Float64Array(0),
    gradient: new Float64Array(0),
    forward(_observations, count = 1) {
      if (outputs.length < count * outputSize) outputs = new Float64Array(count * outputSize);
      return outputs.subarray(0, count * outputSize);
    },
    backward() {},
    clipGradientNorm: () => 0,
    applyGradient() {},
    clone: () => zeros(outputSize),
  };
}
