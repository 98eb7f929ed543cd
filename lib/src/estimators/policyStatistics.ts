/** What a policy says about the steps of a batch: log-probabilities of the actions taken, entropy, divergence from another. */

import type { Head } from '../distributions/head';
import { fail } from '../math/check';
import type { FloatArray } from '../math/floatArray';
import type { Policy } from '../policies/policy';
import { checkPolicy, checkPolicyReads, type TrajectoryBatch } from '../rollout/trajectoryBatch';

/** The network's outputs for all steps of a batch [T * K], reused by its next `forward`. */
export function distributionParameters(batch: TrajectoryBatch, policy: Policy): FloatArray {
  checkPolicyReads(batch, policy);
  const { observations, observationSize, rewards } = batch;
  return policy.network.forward(observations, rewards.length, 0, observationSize);
}

/** log pi_theta(a_t|s_t) of every step [T], in nats. */
export function actionLogProbs(batch: TrajectoryBatch, policy: Policy): Float64Array {
  checkPolicyReads(batch, policy);
  checkPolicyActs(batch, policy);
  const { head } = policy;
  const y = distributionParameters(batch, policy);
  const logProbs = new Float64Array(batch.rewards.length);
  for (let t = 0; t < logProbs.length; t++)
    logProbs[t] = head.logProb(y, t * head.parameterSize, batch.actions, t * head.actionSize);
  return logProbs;
}

/** The mean entropy of the distributions with parameters y [T * K], in nats. */
export function meanEntropyOf(head: Head, y: ArrayLike<number>): number {
  let total = 0;
  for (let k = 0; k < y.length; k += head.parameterSize) total += head.entropy(y, k);
  return (total * head.parameterSize) / y.length;
}

/** The mean of D_KL(p || q) over rows of parameters [T * K], in nats. */
export function meanKlOf(head: Head, p: ArrayLike<number>, q: ArrayLike<number>): number {
  let total = 0;
  for (let k = 0; k < p.length; k += head.parameterSize) total += head.kl(p, q, k);
  return (total * head.parameterSize) / p.length;
}

/** The means of D_KL(p || q) and of H(q) over rows of parameters [T * K], in nats: what both need is computed once. */
export function meanKlAndEntropyOf(
  head: Head,
  p: ArrayLike<number>,
  q: ArrayLike<number>,
): { kl: number; entropy: number } {
  const { parameterSize: K } = head;
  const exponentials = new Float64Array(q.length);
  let kl = 0;
  let entropy = 0;
  for (let k = 0; k < q.length; k += K) {
    const normalizer = head.normalizer(q, k);
    head.exponentials(q, k, normalizer, exponentials);
    kl += head.kl(p, q, k, normalizer, exponentials);
    entropy += head.entropy(q, k, normalizer, exponentials);
  }
  return { kl: (kl * K) / p.length, entropy: (entropy * K) / q.length };
}

/** Mean over the states of a batch of the entropy H(pi_theta(.|s)), in nats. */
export const meanEntropy = (batch: TrajectoryBatch, policy: Policy): number =>
  meanEntropyOf(checkPolicy('policy', policy).head, distributionParameters(batch, policy));

/** Mean over the states of a batch of D_KL(p(.|s) || q(.|s)), in nats. */
export function meanKl(batch: TrajectoryBatch, p: Policy, q: Policy): number {
  const { head } = checkPolicy('p', p);
  checkPolicy('q', q);
  if (q.head.kind !== head.kind || q.head.parameterSize !== head.parameterSize)
    fail(
      `p and q are a ${head.kind} policy with ${head.parameterSize} outputs and a ${q.head.kind} policy with ${q.head.parameterSize}, but must be of one kind and size.`,
    );
  return meanKlOf(head, distributionParameters(batch, p).slice(), distributionParameters(batch, q));
}

/** Throws unless the batch's actions are such as the policy takes. */
export function checkPolicyActs(batch: TrajectoryBatch, { head }: Policy): void {
  const { actions, actionSize } = batch;
  if (actionSize !== head.actionSize)
    fail(`policy takes actions of size ${head.actionSize}, but those of the batch have size ${actionSize}.`);
  if (head.kind === 'categorical' && !(actions instanceof Int32Array))
    fail(
      `policy chooses among ${head.parameterSize} actions, but the actions of the batch are no whole numbers.`,
    );
}
