/**
 * A bonus for undecided policies, which keeps exploration alive (Williams and Peng 1991; Mnih et al. 2016),
 *
 *   L(theta) = c mean_b H(pi_theta(.|s_b))
 *
 * with the entropy H in nats: from 0 to log n for n actions; for a Gaussian any number, without bound above.
 */

import { checkFinite, knownOptions, type OptionNames } from '../math/check';
import { remember } from '../recipe';
import { type PolicyObjective, policyObjective } from './objective';

/** Options of `entropyBonus`. */
export interface EntropyBonusOptions {
  /** c; 0 to 0.02. A negative one rewards decided policies. */
  coefficient: number;
}

const ENTROPY_BONUS_OPTIONS: OptionNames<EntropyBonusOptions> = { coefficient: 'required' };

/**
 * coefficient * mean entropy.
 *
 * $$H = -\sum_a \pi_\theta(a|s) \log \pi_\theta(a|s)$$
 */
export function entropyBonus(options: EntropyBonusOptions): PolicyObjective {
  const { coefficient } = knownOptions('entropyBonus', options, ENTROPY_BONUS_OPTIONS);
  checkFinite('coefficient', coefficient);
  const objective = policyObjective((steps, dY) => {
    const { count, entropy } = steps;
    for (let b = 0; b < count; b++) steps.addEntropyGradient(b, coefficient / count, dY);
    return coefficient * entropy;
  });
  return remember(objective, () => ({ make: 'entropyBonus', args: [{ coefficient }] }));
}
