/** How undecided a policy is where it goes. */

import { entropyOfProbabilities } from '../distributions/categorical';
import type { Policy } from '../policies/policy';
import { checkPolicyReads, type TrajectoryBatch } from '../rollout/trajectoryBatch';

/** Mean over the states of a batch of H(pi_theta(.|s)) = -sum_a pi_theta(a|s) log pi_theta(a|s). */
export function meanEntropy(batch: TrajectoryBatch, policy: Policy): number {
  const { observations, observationSize, rewards } = batch;
  checkPolicyReads(batch, policy);
  const p = new Float64Array(policy.actionCount);
  let total = 0;
  for (let t = 0; t < rewards.length; t++) {
    policy.probabilities(observations, t * observationSize, p);
    total += entropyOfProbabilities(p);
  }
  return total / rewards.length;
}
