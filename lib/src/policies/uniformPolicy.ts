/** The policy without parameters that draws every action with probability 1 / n whatever it observes: the beginner. */

import { checkAction, checkInteger } from '../math/check';
import { checkGradient, type Policy } from './policy';

/** pi(a|s) = 1 / actions for all observations; theta is empty. */
export function uniformPolicy(actions: number): Policy {
  checkInteger('actions', actions, 1);
  return {
    parameters: new Float64Array(0),
    actionCount: actions,
    probabilities: (_observation, _offset, out) => void out.fill(1 / actions, 0, actions),
    act: (_observation, _offset, rng) => rng.integer(0, actions),
    logProb: (_observation, _offset, action) => {
      checkAction(action, actions);
      return -Math.log(actions);
    },
    addScore: (_observation, _offset, action, _weight, gradient) => {
      checkGradient(gradient, 0);
      checkAction(action, actions);
    },
    clone: () => uniformPolicy(actions),
  };
}
