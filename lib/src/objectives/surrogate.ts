/**
 * The surrogate objective of lecture 6 and its form with a penalty, PPO-KL ("Adaptive KL Penalty"; Schulman et al. 2017,
 * section 4),
 *
 *   L(theta)   = mean_b r_b(theta) A_b                          dL/dy_b = A_b r_b / B  d log pi_theta(a_b|s_b) / dy_b
 *   L^KLPEN    = L(theta) - beta mean_b D_KL(pi_theta_k(.|s_b) || pi_theta(.|s_b))
 *
 * because grad r = r grad log pi. At theta_k, where all r_b are 1, the gradient of L is the policy gradient, and that of
 * the penalty is 0. The slide writes D_KL(theta || theta_k); the direction here is the one of the paper, which weighs
 * actions as the policy did that chose them.
 */

import { checkFinite, fail, knownOptions, type OptionNames } from '../math/check';
import { remember } from '../recipe';
import { type PolicyObjective, policyObjective } from './objective';

/**
 * mean_b r_b(theta) A_b, with nothing that keeps theta near theta_k.
 *
 * $$L = r A, \qquad r = \frac{\pi_\theta(a|s)}{\pi_{\theta_k}(a|s)}$$
 */
export function surrogateObjective(): PolicyObjective {
  const objective = policyObjective((steps, dY) => {
    const { count, ratios, minibatch } = steps;
    const { advantages } = minibatch;
    let sum = 0;
    for (let b = 0; b < count; b++) {
      const weight = ratios[b] * advantages[b];
      sum += weight;
      steps.addScore(b, weight / count, dY);
    }
    return sum / count;
  });
  return remember(objective, () => ({ make: 'surrogateObjective', args: [] }));
}

/** An objective with a penalty whose weight may be changed between evaluations. */
export interface KlPenaltyObjective extends PolicyObjective {
  /** The penalty's coefficient, at least 0. */
  beta: number;
}

const KL_PENALTY_OBJECTIVE_OPTIONS: OptionNames<{ beta: number }> = { beta: 'required' };

/**
 * mean_b r_b(theta) A_b - beta D_KL(theta_k || theta); the minibatch needs `oldParameters`.
 *
 * $$L = r A - \beta \, D_{\mathrm{KL}}\big(\pi_{\theta_k} \,\|\, \pi_\theta\big)$$
 */
export function klPenaltyObjective(options: { beta: number }): KlPenaltyObjective {
  const { beta } = knownOptions('klPenaltyObjective', options, KL_PENALTY_OBJECTIVE_OPTIONS);
  const surrogate = surrogateObjective();
  const penalized = policyObjective((steps, dY) => {
    const { beta } = objective;
    checkFinite('beta', beta, 0);
    const { count, exactKl } = steps;
    if (exactKl === undefined)
      return fail(
        'oldParameters is missing, but the KL penalty needs the outputs of the network of theta_k for each step.',
      );
    for (let b = 0; b < count; b++) steps.addKlGradient(b, -beta / count, dY);
    return surrogate.add(steps, dY) - beta * exactKl;
  });
  const objective: KlPenaltyObjective = { ...penalized, beta: checkFinite('beta', beta, 0) };
  return remember(objective, ({ beta }) => ({ make: 'klPenaltyObjective', args: [{ beta }] }));
}
