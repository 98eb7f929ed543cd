/** The policy without parameters that draws every action with probability 1 / n whatever it observes: the beginner. */

import { checkInteger } from '../math/check';
import type { Network } from '../networks/network';
import { maker, remember } from '../recipe';
import { CategoricalPolicy, type DiscretePolicy } from './policy';

/** pi(a|s) = 1 / actions for all observations; theta is empty. */
export function uniformPolicy(actions: number): DiscretePolicy {
  checkInteger('actions', actions, 1);
  return new CategoricalPolicy(zeroNetwork(actions));
}

/** The network whose outputs are 0 whatever it sees. */
function zeroNetwork(outputSize: number): Network {
  let zeros = new Float64Array(outputSize);
  let rows = 0;
  const outputs = () => zeros.subarray(0, rows * outputSize);
  const network: Network = {
    outputSize,
    parameters: new Float64Array(0),
    gradient: new Float64Array(0),
    forward(_observations, count = 1) {
      if (zeros.length < count * outputSize) zeros = new Float64Array(count * outputSize);
      rows = count;
      return outputs();
    },
    backward() {},
    tangent: outputs,
    clipGradientNorm: () => 0,
    applyGradient() {},
    clone: () => zeroNetwork(outputSize),
  };
  return remember(network, () => ({ make: 'zeroNetwork', args: [outputSize] }));
}

maker('zeroNetwork', zeroNetwork);
