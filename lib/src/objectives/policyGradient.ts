/**
 * The objective whose gradient is the policy gradient (lecture 6, "Vanilla" policy gradient algorithm),
 *
 *   L(theta) = mean_b A_b log pi_theta(a_b|s_b)          dL/dy_b = A_b / B  d log pi_theta(a_b|s_b) / dy_b
 *
 * Only its gradient at theta = theta_k means something: there it estimates that of J. Its value does not estimate J.
 */

import { remember } from '../recipe';
import { type PolicyObjective, policyObjective } from './objective';

/**
 * mean_b A_b log pi_theta(a_b|s_b).
 *
 * $$L = A \log \pi_\theta(a|s)$$
 */
export function policyGradientObjective(): PolicyObjective {
  const objective = policyObjective((steps, dY) => {
    const { count, logProbs, minibatch } = steps;
    const { advantages } = minibatch;
    let sum = 0;
    for (let b = 0; b < count; b++) {
      sum += advantages[b] * logProbs[b];
      steps.addScore(b, advantages[b] / count, dY);
    }
    return sum / count;
  });
  return remember(objective, () => ({ make: 'policyGradientObjective', args: [] }));
}
