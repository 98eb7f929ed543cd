/**
 * The clipped objective of PPO (lecture 6, "Clipped Objective"; Schulman et al. 2017, eq. 7),
 *
 *   L^CLIP(theta) = mean_b min( r_b A_b,  clip(r_b, 1 - epsilon, 1 + epsilon) A_b )
 *
 *   dL^CLIP/dy_b  = 0                                             where A_b > 0 and r_b > 1 + epsilon,
 *                                                                 or  A_b < 0 and r_b < 1 - epsilon
 *                 = A_b r_b / B  d log pi_theta(a_b|s_b) / dy_b   elsewhere
 *
 * A step that moved far enough in the direction that its advantage asks for has nothing to gain from going on. One that
 * moved in the other direction, however far, keeps its gradient and is pulled back: that is what the minimum is for.
 *
 * Exactly at r_b = 1 +- epsilon the two sides are equal and the derivative jumps; the gradient there is that of r_b A_b.
 */

import { checkFinite, knownOptions, type OptionNames } from '../math/check';
import { remember } from '../recipe';
import { type PolicyObjective, policyObjective } from './objective';

/** Options of `clipObjective`. */
export interface ClipObjectiveOptions {
  /** epsilon, 0 or more: how far from 1 a ratio may gain by going; 0.1 to 0.3. */
  clipRange?: number;
}

const CLIP_OBJECTIVE_OPTIONS: OptionNames<ClipObjectiveOptions> = { clipRange: 'optional' };

/** A clipped objective whose range may be changed between evaluations. */
export interface ClipObjective extends PolicyObjective {
  /** epsilon, 0 or more. */
  clipRange: number;
}

/**
 * mean_b min(r_b A_b, clip(r_b, 1 - clipRange, 1 + clipRange) A_b).
 *
 * $$L^{\mathrm{CLIP}} = \min\big( r A, \; \mathrm{clip}(r, 1 - \epsilon, 1 + \epsilon) A \big)$$
 */
export function clipObjective(options: ClipObjectiveOptions = {}): ClipObjective {
  const { clipRange = 0.2 } = knownOptions('clipObjective', options, CLIP_OBJECTIVE_OPTIONS);
  checkFinite('clipRange', clipRange, 0);
  const clipping = policyObjective((steps, dY) => {
    const { clipRange } = objective;
    const { count, ratios, minibatch } = steps;
    const { advantages } = minibatch;
    let sum = 0;
    let outside = 0;
    let inactive = 0;
    for (let b = 0; b < count; b++) {
      const ratio = ratios[b];
      const bound = ratio > 1 + clipRange ? 1 + clipRange : ratio < 1 - clipRange ? 1 - clipRange : ratio;
      const free = ratio * advantages[b];
      const clipped = bound * advantages[b];
      if (bound !== ratio) outside++;
      if (clipped < free) {
        inactive++;
        sum += clipped;
      } else {
        sum += free;
        steps.addScore(b, free / count, dY);
      }
    }
    steps.clipFraction = outside / count;
    steps.inactiveFraction = inactive / count;
    return sum / count;
  });
  const objective: ClipObjective = { ...clipping, clipRange };
  return remember(objective, () => ({ make: 'clipObjective', args: [{ clipRange: objective.clipRange }] }));
}
