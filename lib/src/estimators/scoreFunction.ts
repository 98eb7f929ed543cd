/**
 * Every method of the lecture is a weight on the score function:
 *
 *   g = 1/m sum_{i=1}^m sum_{t=0}^{T-1} w_t^(i) grad_theta log pi_theta(a_t^(i) | s_t^(i))
 *
 * `scoreWeights` makes the weights w, `scoreGradient` turns any weights into g. For the objective
 * J(theta) = E_tau[sum_t gamma^t r_t] two choices of w give an unbiased estimate of grad J:
 *
 *   'total-return'   w_t = R(tau) = sum_t' gamma^t' r_t'    (the likelihood-ratio gradient, Williams 1992)
 *   'reward-to-go'   w_t = gamma^t G_t                      (temporal structure: past rewards average to zero)
 *                    w_t = gamma^t (G_t - b(s_t))           (with a baseline, which averages to zero as well)
 *
 * About gamma^t: reward-to-go is R(tau) without the rewards before t, which are discounted from the start of the
 * trajectory, hence gamma^t G_t. REINFORCE as practised, and as the lecture writes it, uses w_t = G_t: it counts late
 * states in full, where J counts them with their discounted frequency d^pi. For gamma < 1 that is a biased estimate
 * of grad J, and no function's gradient in general (Nota and Thomas 2020), but it learns in late states too. Here
 * `discountState` chooses: true (the default) keeps gamma^t, false drops it. With gamma = 1 they are the same.
 */

import { checkGamma, checkVector, fail, knownOptions, type OptionNames, show } from '../math/check';
import type { Policy } from '../policies/policy';
import {
  checkPolicy,
  checkPolicyReads,
  type TrajectoryBatch,
  trajectoryCount,
} from '../rollout/trajectoryBatch';
import { checkPolicyActs } from './policyStatistics';
import { discountByTime, rewardToGo } from './returns';

/** Which weight a step's score gets: the trajectory's whole return, or what was earned from the step on. */
export type ReinforceForm = 'total-return' | 'reward-to-go';

/** Options of `scoreWeights`. */
export interface ScoreWeightOptions {
  /** Discount factor gamma in [0, 1]. */
  gamma: number;
  /** Which of the equal-in-expectation forms; 'reward-to-go' by default. */
  form?: ReinforceForm;
  /** For 'reward-to-go': multiply by gamma^t, which makes g an unbiased estimate of grad J. */
  discountState?: boolean;
  /** For 'reward-to-go': b(s_t) of every step [T], e.g. from a `Baseline`, subtracted from G_t. None by default. */
  baseline?: ArrayLike<number>;
}

const SCORE_WEIGHT_OPTIONS: OptionNames<ScoreWeightOptions> = {
  gamma: 'required',
  form: 'optional',
  discountState: 'optional',
  baseline: 'optional',
};

/** The weights w_t of REINFORCE for all steps of a batch, [T]. */
export function scoreWeights(batch: TrajectoryBatch, options: ScoreWeightOptions): Float64Array {
  const {
    gamma,
    form = 'reward-to-go',
    discountState = true,
    baseline,
  } = knownOptions('scoreWeights', options, SCORE_WEIGHT_OPTIONS);
  checkGamma(gamma);
  if (form !== 'total-return' && form !== 'reward-to-go')
    fail(`form is ${show(form)}, but must be 'total-return' or 'reward-to-go'.`);
  const { episodeStarts } = batch;
  const weights = rewardToGo(batch.rewards, gamma, episodeStarts);
  if (baseline) {
    if (form === 'total-return') fail("baseline is given, but only the form 'reward-to-go' takes one.");
    checkVector('baseline', baseline, weights.length);
    for (let t = 0; t < weights.length; t++) weights[t] -= baseline[t];
  }
  if (form === 'reward-to-go')
    return discountState ? discountByTime(weights, gamma, episodeStarts, weights) : weights;
  // G_0 is the return of the whole trajectory.
  for (let i = 0; i < trajectoryCount(batch); i++)
    weights.fill(weights[episodeStarts[i]], episodeStarts[i], episodeStarts[i + 1]);
  return weights;
}

/**
 * g = 1/m sum_i sum_t w_t grad log pi_theta(a_t|s_t), with m the number of trajectories in the batch.
 *
 * $$g = \frac{1}{m} \sum_t w_t \, \nabla_\theta \log \pi_\theta(a_t|s_t)$$
 * @param weights [T], from `scoreWeights` or any other rule
 * @param out [d] where to write, d the number of parameters; a new array by default
 */
export function scoreGradient(
  batch: TrajectoryBatch,
  policy: Policy,
  weights: ArrayLike<number>,
  out: Float64Array = new Float64Array(checkPolicy('policy', policy).parameters.length),
): Float64Array {
  checkPolicyReads(batch, policy);
  checkPolicyActs(batch, policy);
  checkVector('weights', weights, batch.rewards.length);
  checkVector('out', out, policy.parameters.length).fill(0);
  addScores(batch, policy, weights, 0, batch.rewards.length, 1 / trajectoryCount(batch), out);
  return out;
}

/** What each trajectory alone says of the gradient, m rows [d]: sum_t w_t grad log pi. Their mean is `scoreGradient`. */
export function perTrajectoryGradients(
  batch: TrajectoryBatch,
  policy: Policy,
  weights: ArrayLike<number>,
): Float64Array[] {
  checkPolicyReads(batch, policy);
  checkPolicyActs(batch, policy);
  checkVector('weights', weights, batch.rewards.length);
  return Array.from({ length: trajectoryCount(batch) }, (_, i) => {
    const row = new Float64Array(policy.parameters.length);
    addScores(batch, policy, weights, batch.episodeStarts[i], batch.episodeStarts[i + 1], 1, row);
    return row;
  });
}

/** REINFORCE's estimate of grad J from one batch: `scoreGradient` with `scoreWeights`. */
export const reinforceGradient = (
  batch: TrajectoryBatch,
  policy: Policy,
  options: ScoreWeightOptions,
): Float64Array =>
  scoreGradient(
    batch,
    policy,
    scoreWeights(batch, knownOptions('reinforceGradient', options, SCORE_WEIGHT_OPTIONS)),
  );

/** gradient += factor * sum_t w_t grad log pi(a_t|s_t) over the rows from `start` up to `end`. */
function addScores(
  batch: TrajectoryBatch,
  { network, head }: Policy,
  weights: ArrayLike<number>,
  start: number,
  end: number,
  factor: number,
  gradient: Float64Array,
): void {
  const { observations, observationSize, actions } = batch;
  const K = head.parameterSize;
  const y = network.forward(observations, end - start, start * observationSize, observationSize);
  const dY = new Float64Array(y.length);
  for (let t = start, k = 0; t < end; t++, k += K)
    head.addScore(y, k, actions, t * head.actionSize, factor * weights[t], dY);
  network.backward(dY, gradient);
}
