/**
 * The Fisher information of a policy: the metric in which the natural gradient and TRPO measure steps (Kakade 2002, "A
 * natural policy gradient"; Schulman et al. 2015, "Trust region policy optimization", appendix C).
 *
 *   F(theta) = mean_b E_{a ~ pi_theta(.|s_b)}[ grad log pi_theta(a|s_b) grad log pi_theta(a|s_b)^T ]
 *            = d^2/dtheta^2  mean_b D_KL(pi_theta_k(.|s_b) || pi_theta(.|s_b))   at theta = theta_k
 *
 *   D_KL(theta_k || theta_k + v) = 1/2 v^T F v + O(|v|^3)              at theta_k itself D_KL is 0, and so is its gradient
 *
 * F has d x d numbers and is never written down. With y_b = network(s_b) and M_b the Fisher information of the action
 * distribution with respect to y_b (closed forms: ../distributions/head.ts),
 *
 *   F v = mean_b J_b^T M_b J_b v                  J_b = dy_b/dtheta [K, d]
 *
 * is a forward-mode product, a small product in the space of outputs, and a backward pass. This, the Gauss-Newton form, is
 * exact: what the second derivatives of the network would add is multiplied by the gradient of D_KL with respect to y, which
 * is 0 at theta_k. The expectation over actions is taken exactly; only the states are sampled.
 */

import { checkFinite, checkObject, checkVector, knownOptions, type OptionNames } from '../math/check';
import { checkReads } from '../networks/network';
import type { Policy } from '../policies/policy';
import { checkPolicy, type TrajectoryBatch } from '../rollout/trajectoryBatch';

/** What F needs of a policy. */
export type Differentiable = Pick<Policy, 'network' | 'head'>;

/** States to measure a policy in. */
export type ObservedStates = Pick<TrajectoryBatch, 'observations' | 'observationSize'>;

/** Options of `fisherProduct`. */
export interface FisherProductOptions {
  /** lambda of (F + lambda I) v, which keeps a solver away from directions that the states say nothing about; 0 by default. */
  damping?: number;
  /** [d] where to write; a new array by default. Not `v`. */
  out?: Float64Array;
}

const FISHER_PRODUCT_OPTIONS: OptionNames<FisherProductOptions> = { damping: 'optional', out: 'optional' };

/**
 * (F + damping I) v [d] of a policy at its parameters as they are, over the states of a batch.
 * @param batch observations [B * observationSize]
 * @param v [d]
 */
export function fisherProduct(
  policy: Differentiable,
  batch: ObservedStates,
  v: ArrayLike<number>,
  options: FisherProductOptions = {},
): Float64Array {
  knownOptions('fisherProduct', options, FISHER_PRODUCT_OPTIONS);
  const { network, head } = checkPolicy('policy', policy);
  const { damping = 0, out = new Float64Array(network.parameters.length) } = options;
  const { observations, observationSize } = checkObject(
    'batch',
    batch,
    'a batch of trajectories, such as collectEpisodes makes',
    'observations',
  );
  checkReads(network, observationSize, 'policy');
  checkFinite('damping', damping, 0);
  checkVector('v', v, network.parameters.length);
  const count = observations.length / observationSize;
  const { parameterSize: K } = head;
  const y = network.forward(observations, count, 0, observationSize);
  const t = network.tangent(v);
  const u = new Float64Array(count * K);
  for (let k = 0; k < u.length; k += K) head.addFisherProduct(y, k, t, 1 / count, u);
  network.backward(u, out.fill(0));
  if (damping > 0) for (let k = 0; k < out.length; k++) out[k] += damping * v[k];
  return out;
}

/** F [d * d] itself, row by row, one product for each parameter: for policies of a few parameters. */
export function fisherMatrix(policy: Differentiable, batch: ObservedStates): Float64Array {
  const d = checkPolicy('policy', policy).network.parameters.length;
  const F = new Float64Array(d * d);
  const e = new Float64Array(d);
  for (let i = 0; i < d; i++) {
    e.fill(0)[i] = 1;
    fisherProduct(policy, batch, e, { out: F.subarray(i * d, (i + 1) * d) });
  }
  return F;
}
