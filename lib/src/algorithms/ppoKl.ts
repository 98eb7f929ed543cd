/**
 * PPO with a KL penalty (lecture 6, "Adaptive KL Penalty"; Schulman et al. 2017, section 4):
 *
 *   theta_{k+1} = arg max_theta  mean_t r_t(theta) A_t  -  beta_k mean_t D_KL(pi_theta_k(.|s_t) || pi_theta(.|s_t))
 *
 *   d = mean_t D_KL(theta_k || theta_{k+1}):     beta_{k+1} = 2 beta_k   if d >= 1.5 delta
 *                                                             beta_k / 2 if d <= delta / 1.5
 *                                                             beta_k     otherwise
 *
 * The arg max is approached by K epochs of minibatch Adam. Some iterations may move further than delta, but most don't,
 * and the initial beta matters little, as it adapts quickly. The loop is ./ppo.ts, the objective ../objectives/surrogate.ts.
 */

import { checkFinite, fail, knownOptions, type OptionNames } from '../math/check';
import { klPenaltyObjective } from '../objectives/surrogate';
import type { Policy } from '../policies/policy';
import { ppo } from './ppo';
import { PPO_OPTIONS, type PpoOptions, type PpoResult } from './ppoOptions';

/** Options of `ppoKl`. */
export interface PpoKlOptions<P extends Policy = Policy> extends PpoOptions<P> {
  /** beta_0, the penalty's first coefficient (0.1 to 10). */
  beta?: number;
  /** delta, the divergence that an iteration should end with, in nats (0.003 to 0.03). */
  klTarget?: number;
  /** Whether beta follows delta; with false it stays. */
  adaptive?: boolean;
}

const PPO_KL_OPTIONS: OptionNames<PpoKlOptions> = {
  ...PPO_OPTIONS,
  beta: 'optional',
  klTarget: 'optional',
  adaptive: 'optional',
};

/**
 * Trains a policy by PPO with a KL penalty.
 *
 * $$L(\theta) = \frac{1}{T} \sum_t r_t(\theta) \hat A_t - \beta_k \, \frac{1}{T} \sum_t D_{\mathrm{KL}}\big(\pi_{\theta_k}(\cdot|s_t) \,\|\, \pi_\theta(\cdot|s_t)\big)$$
 *
 * @example
 * ```ts
 * import { cartPole, mlp, mlpPolicy, ppoKl } from 'pglab';
 *
 * const env = cartPole();
 * const policy = mlpPolicy({ env, seed: 1 });
 * const critic = mlp({ inputs: 4, outputs: 1, seed: 2 });
 * const { history } = await ppoKl({ env, policy, critic, seed: 1, totalSteps: 8192, klTarget: 0.01 });
 * console.log(history.map(({ kl, beta }) => ({ kl, beta })));
 * ```
 */
export async function ppoKl<P extends Policy>(options: PpoKlOptions<P>): Promise<PpoResult<P>> {
  const {
    beta = 1,
    klTarget = 0.01,
    adaptive = true,
    ...common
  } = knownOptions('ppoKl', options, PPO_KL_OPTIONS);
  checkFinite('klTarget', klTarget, 0);
  if (klTarget === 0) fail('klTarget is 0, but must be above 0.');
  if (adaptive && beta === 0) fail('beta is 0, but must be above 0 to adapt: twice 0 is 0.');
  const objective = klPenaltyObjective({ beta });
  const adapt = (kl: number) => {
    objective.beta = adaptedBeta(objective.beta, kl, klTarget);
  };
  return ppo({
    ...common,
    name: 'ppoKl',
    settings: { beta, klTarget, adaptive },
    objective,
    adapt: adaptive ? adapt : undefined,
  });
}

/** beta_{k+1} of beta_k and the divergence d that iteration k ended with; see the top of this file. */
export function adaptedBeta(beta: number, kl: number, klTarget: number): number {
  if (kl >= 1.5 * klTarget) return 2 * beta;
  return kl <= klTarget / 1.5 ? beta / 2 : beta;
}
