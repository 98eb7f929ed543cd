/**
 * PPO-Clip (lecture 6, "Clipped Objective"; Schulman et al. 2017, section 3):
 *
 *   L^CLIP(theta) = mean_t min( r_t(theta) A_t,  clip(r_t(theta), 1 - epsilon, 1 + epsilon) A_t ),
 *   r_t(theta) = pi_theta(a_t|s_t) / pi_theta_k(a_t|s_t)
 *
 * A step whose ratio has moved out of the range in the direction of its advantage has no gradient any more. So K
 * epochs of Adam on one batch stay near theta_k, although nothing measures how far they go. The loop is ./ppo.ts, the
 * objective ../objectives/clip.ts.
 */

import { checkLimit, knownOptions, type OptionNames } from '../math/check';
import { clipObjective } from '../objectives/clip';
import { surrogateObjective } from '../objectives/surrogate';
import type { Policy } from '../policies/policy';
import { ppo } from './ppo';
import { PPO_OPTIONS, type PpoOptions, type PpoResult } from './ppoOptions';
import { checkSchedule, type Schedule, settingOfSchedule, valueAt } from './schedule';

/** Options of `ppoClip`. */
export interface PpoClipOptions<P extends Policy = Policy> extends PpoOptions<P> {
  /** epsilon (0.1 to 0.3), or a schedule of it; Infinity for no clip at all, the control that shows what the clip is for. */
  clipRange?: Schedule;
}

const PPO_CLIP_OPTIONS: OptionNames<PpoClipOptions> = { ...PPO_OPTIONS, clipRange: 'optional' };

/**
 * Trains a policy by PPO-Clip.
 *
 * $$L^{\mathrm{CLIP}}(\theta) = \frac{1}{T} \sum_t \min\Big( r_t(\theta) \hat A_t, \; \mathrm{clip}\big(r_t(\theta), 1 - \epsilon, 1 + \epsilon\big) \hat A_t \Big), \qquad r_t(\theta) = \frac{\pi_\theta(a_t|s_t)}{\pi_{\theta_k}(a_t|s_t)}$$
 *
 * @example
 * ```ts
 * import { cartPole, evaluate, mlp, mlpPolicy, ppoClip } from 'pglab';
 *
 * const env = cartPole();
 * const policy = mlpPolicy({ env, seed: 1 });
 * const critic = mlp({ inputs: 4, outputs: 1, seed: 2 });
 * const { policy: trained } = await ppoClip({ env, policy, critic, seed: 1, totalSteps: 20_000 });
 * const { mean } = evaluate(trained, env, { episodes: 20, seed: 2 });
 * console.log(mean);
 * ```
 */
export async function ppoClip<P extends Policy>(options: PpoClipOptions<P>): Promise<PpoResult<P>> {
  const { clipRange = 0.2, ...common } = knownOptions('ppoClip', options, PPO_CLIP_OPTIONS);
  checkSchedule('clipRange', clipRange, checkLimit);
  if (clipRange === Infinity)
    return ppo({ ...common, name: NAME, settings: { clipRange }, objective: surrogateObjective() });
  const objective = clipObjective();
  return ppo({
    ...common,
    name: NAME,
    settings: { clipRange: settingOfSchedule(clipRange) },
    objective,
    prepare(left) {
      objective.clipRange = valueAt('clipRange', clipRange, left, checkLimit);
    },
    isScheduled: typeof clipRange === 'function',
  });
}

const NAME = 'ppoClip';
