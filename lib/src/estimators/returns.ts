/**
 * Returns: what a trajectory earned.
 *
 *   R(tau) = sum_{t=0}^{T-1} gamma^t r_t                      the return of the whole trajectory
 *   G_t    = sum_{t'=t}^{T-1} gamma^{t'-t} r_{t'} = r_t + gamma G_{t+1}     the reward to go, G_T = 0
 *
 * (Lecture 6, "Policy gradient algorithms and reducing variance"; there gamma = 1.) Rewards that an episode would have
 * earned after its step limit are not in them.
 */

import { checkGamma, checkVector } from '../math/check';
import { checkEpisodeStarts } from '../rollout/trajectoryBatch';

/** R(tau) = sum_t gamma^t r_t of one trajectory's rewards [T]; 0 for none. */
export function discountedReturn(rewards: ArrayLike<number>, gamma: number): number {
  checkVector('rewards', rewards);
  checkGamma(gamma);
  let total = 0;
  for (let t = rewards.length - 1; t >= 0; t--) total = rewards[t] + gamma * total;
  return total;
}

/**
 * G_t of every step, in one pass from the back.
 *
 * $$G_t = \sum_{t' \ge t} \gamma^{t' - t} r_{t'}$$
 * @param rewards [T] r_t of one or several trajectories, end to end
 * @param gamma discount factor in [0, 1]
 * @param episodeStarts [m + 1] the row at which each trajectory starts, and T; by default all is one trajectory
 * @param out [T] where to write; a new array by default, and it may be `rewards`
 */
export function rewardToGo(
  rewards: ArrayLike<number>,
  gamma: number,
  episodeStarts: ArrayLike<number> = [0, rewards?.length],
  out: Float64Array = new Float64Array(rewards?.length ?? 0),
): Float64Array {
  const steps = checkVector('rewards', rewards).length;
  checkGamma(gamma);
  checkVector('out', out, steps);
  if (steps === 0) return out;
  checkEpisodeStarts(episodeStarts, steps);
  for (let i = episodeStarts.length - 2; i >= 0; i--) {
    let next = 0;
    for (let t = episodeStarts[i + 1] - 1; t >= episodeStarts[i]; t--) {
      next = rewards[t] + gamma * next;
      out[t] = next;
    }
  }
  return out;
}

/**
 * Weights of steps times gamma^t, t counted from the start of each trajectory: late states count as J discounts them.
 * @param weights [T] of the steps of one or several trajectories, end to end
 * @param gamma discount factor in [0, 1]
 * @param episodeStarts [m + 1] the row at which each trajectory starts, and T; by default all is one trajectory
 * @param out [T] where to write; a new array by default, and it may be `weights`
 */
export function discountByTime(
  weights: ArrayLike<number>,
  gamma: number,
  episodeStarts: ArrayLike<number> = [0, weights?.length],
  out: Float64Array = new Float64Array(weights?.length ?? 0),
): Float64Array {
  const steps = checkVector('weights', weights).length;
  checkGamma(gamma);
  checkVector('out', out, steps);
  if (steps === 0) return out;
  checkEpisodeStarts(episodeStarts, steps);
  for (let i = 0; i < episodeStarts.length - 1; i++)
    for (let t = episodeStarts[i], discount = 1; t < episodeStarts[i + 1]; t++, discount *= gamma)
      out[t] = weights[t] * discount;
  return out;
}
