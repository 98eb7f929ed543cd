/**
 * Importance sampling: an expectation under P from samples of Q (lecture 6, "Importance sampling for off-policy policy
 * gradient"),
 *
 *   E_{x ~ P}[f(x)] = E_{x ~ Q}[P(x) / Q(x) f(x)] ~ 1/N sum_{x in D} P(x) / Q(x) f(x),     D ~ Q
 *   var = 1/N (E_{x ~ P}[P(x) / Q(x) f(x)^2] - E_{x ~ P}[f(x)]^2)
 *
 * For trajectories, P is the target policy pi whose value is asked for and Q the behavior policy that acted. The
 * environment's part of P(tau) cancels, and what is left is a product of ratios r_t = pi(a_t|s_t) / behavior(a_t|s_t).
 * How much of the product is multiplied with the reward (or score) of step t is the `form`:
 *
 *   'trajectory'     r_0 r_1 ... r_{T-1}     the whole product
 *   'per-decision'   r_0 r_1 ... r_t         what came after cannot have changed step t (Precup, Sutton and Singh 2000)
 *   'per-step'       r_t                     the state as the behavior policy left it: tame, but biased unless the
 *                                            policies are the same; what the surrogate objective uses
 *
 * The first two are unbiased, and their spread grows with the horizon as the product of many small differences. Weighted
 * (self-normalised) importance sampling divides by the sum of the weights instead of their number: biased but
 * consistent, and never outside the range of what was observed. Products are sums of logarithms throughout.
 */

import { chiSquare, type DiagonalGaussian } from '../distributions/gaussian';
import {
  checkGamma,
  checkInteger,
  checkProbabilities,
  checkVector,
  fail,
  knownOptions,
  lengthOf,
  type OptionNames,
  show,
} from '../math/check';
import { standardError } from '../math/statistics';
import type { Policy } from '../policies/policy';
import { checkBatch, type TrajectoryBatch, trajectoryCount } from '../rollout/trajectoryBatch';
import { actionLogProbs } from './policyStatistics';
import { discountByTime, rewardToGo } from './returns';

/** How many of the ratios of a trajectory are multiplied to weigh its step t: all, those up to t, that of t alone. */
export type ImportanceForm = 'trajectory' | 'per-decision' | 'per-step';

/** The policy asked about, or its log pi(a_t|s_t) for all steps of the batch [T] (for actions that are no indices). */
export type TargetPolicy = Policy | ArrayLike<number>;

function checkForm(form: ImportanceForm): void {
  if (form !== 'trajectory' && form !== 'per-decision' && form !== 'per-step')
    fail(`form is ${show(form)}, but must be 'trajectory', 'per-decision' or 'per-step'.`);
}

/** log r_t = log pi(a_t|s_t) - log behavior(a_t|s_t) of all steps [T]. */
function logRatios(batch: TrajectoryBatch, target: TargetPolicy): Float64Array {
  const { logProbs } = checkBatch(batch);
  if (target === null || typeof target !== 'object')
    throw new TypeError(
      `target is ${show(target)}, but must be a policy or an array of log-probabilities, one a step.`,
    );
  const isPolicy = 'network' in target;
  const logTargets = isPolicy ? actionLogProbs(batch, target) : target;
  if (logTargets.length !== logProbs.length)
    fail(`target has length ${logTargets.length}, but must have length ${logProbs.length}, one a step.`);
  const discrete = isPolicy && target.head.kind === 'categorical';
  return logProbs.map((logBehavior, t) => {
    if (logBehavior === -Infinity)
      fail(
        `batch.logProbs[${t}] is -Infinity, but the behavior policy took that action: its probability must be positive.`,
      );
    if (!Number.isFinite(logBehavior))
      fail(`batch.logProbs[${t}] is ${logBehavior}, but must be a finite number.`);
    // Actions that are indices have probabilities, not densities. (A Float32Array of them may round.)
    if (discrete && logBehavior > 1e-6)
      fail(`batch.logProbs[${t}] is ${logBehavior}, but the logarithm of a probability is at most 0.`);
    const logTarget = logTargets[t];
    if (!(logTarget < Infinity))
      fail(
        `target's log-probability of step ${t} is ${show(logTarget)}, but must be a finite number or -Infinity.`,
      );
    return logTarget - logBehavior;
  });
}

const LOG_IMPORTANCE_WEIGHTS_OPTIONS: OptionNames<{ form?: ImportanceForm }> = { form: 'optional' };

/**
 * The logarithms of the importance weights of a batch that a behavior policy collected, whose log-probabilities are
 * `batch.logProbs` (made by hand, a batch must state them: they are 0, probability 1, by default). -Infinity where the
 * target policy never takes an action that was taken; a RangeError where the behavior policy never does.
 * @returns [T], one for each step; [m], one for each trajectory, for the form 'trajectory'
 */
export function logImportanceWeights(
  batch: TrajectoryBatch,
  target: TargetPolicy,
  options: { form?: ImportanceForm } = {},
): Float64Array {
  const { form = 'per-decision' } = knownOptions(
    'logImportanceWeights',
    options,
    LOG_IMPORTANCE_WEIGHTS_OPTIONS,
  );
  checkForm(form);
  const log = logRatios(batch, target);
  if (form === 'per-step') return log;
  const { episodeStarts } = batch;
  for (let i = 0; i < trajectoryCount(batch); i++)
    for (let t = episodeStarts[i] + 1; t < episodeStarts[i + 1]; t++) log[t] += log[t - 1];
  return form === 'per-decision' ? log : Float64Array.from(episodeStarts.subarray(1), end => log[end - 1]);
}

const IMPORTANCE_WEIGHTS_OPTIONS: OptionNames<{ form?: ImportanceForm }> = { form: 'optional' };

/**
 * The importance weights of a batch: `logImportanceWeights`, exponentiated. 0 where the target policy never takes an
 * action that was taken, Infinity where a product is too large for a double.
 */
export const importanceWeights = (
  batch: TrajectoryBatch,
  target: TargetPolicy,
  options: { form?: ImportanceForm } = {},
): Float64Array =>
  logImportanceWeights(
    batch,
    target,
    knownOptions('importanceWeights', options, IMPORTANCE_WEIGHTS_OPTIONS),
  ).map(Math.exp);

const LOG_IMPORTANCE_WEIGHTS_OVER_TIME_OPTIONS: OptionNames<{ form?: ImportanceForm }> = { form: 'optional' };

/**
 * The same, ordered by time: row t holds the log-weight that each trajectory puts on its step t, for as many rows as the
 * longest trajectory has steps. After its end a trajectory goes on with ratio 1: the product stays as it is. What
 * percentile bands and effective sample sizes over the horizon are drawn from.
 * @returns [longest] rows [m]; for the form 'trajectory' all are the same
 */
export function logImportanceWeightsOverTime(
  batch: TrajectoryBatch,
  target: TargetPolicy,
  options: { form?: ImportanceForm } = {},
): Float64Array[] {
  const { form = 'per-decision' } = knownOptions(
    'logImportanceWeightsOverTime',
    options,
    LOG_IMPORTANCE_WEIGHTS_OVER_TIME_OPTIONS,
  );
  const log = logImportanceWeights(batch, target, { form });
  const starts = batch.episodeStarts;
  const m = trajectoryCount(batch);
  const longest = starts.reduce((most, start, i) => (i > 0 ? Math.max(most, start - starts[i - 1]) : 0), 0);
  return Array.from({ length: longest }, (_, t) => {
    if (form === 'trajectory') return log;
    const at = new Float64Array(m);
    for (let i = 0; i < m; i++) {
      if (starts[i] + t < starts[i + 1]) at[i] = log[starts[i] + t];
      else at[i] = form === 'per-step' ? 0 : log[starts[i + 1] - 1];
    }
    return at;
  });
}

/** Options of the importance-sampling estimates. */
export interface ImportanceSamplingOptions {
  /** Discount factor gamma in [0, 1]. */
  gamma: number;
  /** 'per-decision' by default. */
  form?: ImportanceForm;
  /** Divide by the sum of the weights instead of their number. False by default. */
  weighted?: boolean;
}

const IMPORTANCE_SAMPLING_OPTIONS: OptionNames<ImportanceSamplingOptions> = {
  gamma: 'required',
  form: 'optional',
  weighted: 'optional',
};

/** What a batch says of a policy that did not collect it. */
export interface ImportanceSamplingResult {
  /** The estimate of J(pi) = E_{tau ~ pi}[sum_t gamma^t r_t]. */
  estimate: number;
  /** Its standard error: the sample's, or the delta method's if `weighted`; Infinity for a single trajectory. */
  standardError: number;
  /** Kish's effective number of trajectories, at the time step where it is smallest; from 0 to m. */
  effectiveSampleSize: number;
}

/**
 * The value of the target policy from whole episodes of a behavior policy. With W_t the weights of the form chosen:
 *
 *   ordinary   sum_t gamma^t  1/m sum_i W_t^(i) r_t^(i)
 *   weighted   sum_t gamma^t  sum_i W_t^(i) r_t^(i) / sum_i W_t^(i)
 *
 * where a trajectory that has ended earns 0 from then on. The weighted form 'per-decision' is CWPDIS of Thomas 2015
 * ("Safe reinforcement learning", section 3.6). 'per-step' estimates sum_t gamma^t E_{s_t ~ behavior, a_t ~ pi}[r_t], which
 * is J(pi) only if both policies lead to the same states (as in a bandit). With advantages of the behavior policy in the
 * place of rewards, `{ ...batch, rewards: advantages }`, it estimates the surrogate's E_{tau ~ behavior}[sum_t gamma^t r_t(theta) A_t].
 *
 * The standard error is a sample's, and sees only weights that were drawn: where a few rare trajectories carry the
 * expectation it is too small. A low effective sample size warns of it.
 */
export function importanceSamplingEstimate(
  batch: TrajectoryBatch,
  target: TargetPolicy,
  options: ImportanceSamplingOptions,
): ImportanceSamplingResult {
  const {
    gamma,
    form = 'per-decision',
    weighted = false,
  } = knownOptions('importanceSamplingEstimate', options, IMPORTANCE_SAMPLING_OPTIONS);
  checkGamma(gamma);
  const { rewards, episodeStarts } = batch;
  const m = trajectoryCount(batch);
  /** What each trajectory contributes to the estimate, to first order: of these it is the mean. */
  const contributions = new Float64Array(m);
  let estimate = 0;
  let smallest = m;
  let discount = 1;
  logImportanceWeightsOverTime(batch, target, { form }).forEach((log, t) => {
    const weights = weighted
      ? selfNormalized(log, t)
      : finiteWeights(log, i => `trajectory ${i} at step ${t}`);
    const reward = (i: number) =>
      episodeStarts[i] + t < episodeStarts[i + 1] ? rewards[episodeStarts[i] + t] : 0;
    let mean = 0;
    for (let i = 0; i < m; i++) mean += (weights[i] * reward(i)) / m;
    for (let i = 0; i < m; i++)
      contributions[i] += discount * weights[i] * (reward(i) - (weighted ? mean : 0));
    estimate += discount * mean;
    discount *= gamma;
    smallest = Math.min(smallest, effectiveSampleSizeOfLog(log));
  });
  return {
    estimate,
    standardError: m > 1 ? standardError(contributions) : Infinity,
    effectiveSampleSize: smallest,
  };
}

/** exp of log-weights, refused where one is too large for a double. */
function finiteWeights(log: Float64Array, where: (i: number) => string): Float64Array {
  return log.map((value, i) => {
    const weight = Math.exp(value);
    return weight < Infinity
      ? weight
      : fail(
          `the importance weight of ${where(i)} is exp(${value}), but must be below 1.8e308: use a shorter horizon, a closer policy, or a weighted estimate.`,
        );
  });
}

/** Weights in proportion to exp(log) whose mean is 1. */
function selfNormalized(log: Float64Array, t: number): Float64Array {
  const max = log.reduce((most, value) => Math.max(most, value), -Infinity);
  if (max === -Infinity)
    fail(
      `all ${log.length} importance weights at step ${t} are 0 (the target policy would have acted differently in every trajectory), but a weighted estimate needs a positive one.`,
    );
  const weights = log.map(value => Math.exp(value - max));
  const factor = log.length / weights.reduce((sum, w) => sum + w, 0);
  return weights.map(w => w * factor);
}

/**
 * Kish's effective sample size (sum w)^2 / sum w^2 (Kish 1965): how many samples of equal weight would leave as much
 * noise. From 1, one weight has it all, to n, all are equal; 0 if all weights are 0. Its expectation is about
 * n / (1 + chiSquare(P, Q)).
 */
export function effectiveSampleSize(weights: ArrayLike<number>): number {
  checkVector('weights', weights);
  return effectiveSampleSizeOfLog(
    Float64Array.from(weights, (w, i) =>
      w >= 0 ? Math.log(w) : fail(`weights[${i}] is ${w}, but must be at least 0.`),
    ),
  );
}

/** The same from the logarithms of the weights, which may be of any size; -Infinity for weight 0. */
export function effectiveSampleSizeOfLog(logWeights: ArrayLike<number>): number {
  lengthOf('logWeights', logWeights);
  let max = -Infinity;
  for (let i = 0; i < logWeights.length; i++) {
    if (!(logWeights[i] < Infinity))
      fail(`logWeights[${i}] is ${show(logWeights[i])}, but must be a finite number or -Infinity.`);
    max = Math.max(max, logWeights[i]);
  }
  if (logWeights.length === 0) fail('weights are empty, but an effective sample size needs at least one.');
  if (max === -Infinity) return 0;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < logWeights.length; i++) {
    const w = Math.exp(logWeights[i] - max);
    sum += w;
    squares += w * w;
  }
  return (sum * sum) / squares;
}

const IMPORTANCE_VARIANCE_OPTIONS: OptionNames<{ samples?: number }> = { samples: 'optional' };

/**
 * The variance of the ordinary importance sampling estimate of E_P[f] from `samples` independent draws of Q, by the
 * lecture's formula 1/N (E_P[P / Q f^2] - E_P[f]^2), exact, for distributions on finitely many points. Infinity where
 * Q is 0 and P f is not: there the formula divides by 0, and the estimate is biased as Q never draws that point.
 * @param P [n] probabilities of the distribution asked about
 * @param Q [n] probabilities of the distribution that samples are drawn from
 * @param f [n] values
 */
export function importanceVariance(
  P: ArrayLike<number>,
  Q: ArrayLike<number>,
  f: ArrayLike<number>,
  options: { samples?: number } = {},
): number {
  const { samples = 1 } = knownOptions('importanceVariance', options, IMPORTANCE_VARIANCE_OPTIONS);
  checkProbabilities('P', P);
  checkProbabilities('Q', Q, P.length);
  checkVector('f', f, P.length);
  checkInteger('samples', samples, 1);
  let mean = 0;
  for (let x = 0; x < P.length; x++) mean += P[x] * f[x];
  // As E_Q[(P / Q f - mean)^2], the same number without a difference of large ones.
  let variance = 0;
  for (let x = 0; x < P.length; x++) {
    const part = P[x] * f[x];
    if (Q[x] === 0 && part !== 0) return Infinity;
    if (Q[x] === 0) continue;
    const deviation = part / Q[x] - mean;
    variance += Q[x] * deviation * deviation;
  }
  return variance / samples;
}

const GAUSSIAN_IMPORTANCE_VARIANCE_OPTIONS: OptionNames<{ samples?: number }> = { samples: 'optional' };

/**
 * The same for two one-dimensional Gaussians P = N(m, s^2) and Q and a polynomial f(x) = c_0 + c_1 x + c_2 x^2 + ...:
 * P^2 / Q is a Gaussian but for the factor 1 + chiSquare(P, Q), with v = s^2 / s_Q^2
 *
 *   E_P[P / Q f^2] = (1 + chiSquare) E[f(y)^2],     y ~ N(m + (m - m_Q) v / (2 - v), s^2 / (2 - v))
 *
 * Infinity if v >= 2, Q narrower than P by a factor sqrt(2) or more, unless f is 0: the weights grow faster in the tails
 * than Q's density falls. For f = 1 it is chiSquare / N.
 * @param coefficients [degree + 1] c_0, c_1, ...
 */
export function gaussianImportanceVariance(
  P: DiagonalGaussian,
  Q: DiagonalGaussian,
  coefficients: ArrayLike<number>,
  options: { samples?: number } = {},
): number {
  const { samples = 1 } = knownOptions(
    'gaussianImportanceVariance',
    options,
    GAUSSIAN_IMPORTANCE_VARIANCE_OPTIONS,
  );
  checkVector('coefficients', coefficients);
  checkInteger('samples', samples, 1);
  const divergence = chiSquare(P, Q); // checks both
  for (const [name, { mean, logStd }] of Object.entries({ P, Q }))
    if (mean.length !== 1 || logStd[0] === -Infinity)
      fail(
        `${name} has mean ${show(mean)} and logStd ${show(logStd)}, but must have one dimension and a positive standard deviation.`,
      );
  const f = Array.from(coefficients);
  if (f.every(c => c === 0)) return 0;
  if (divergence === Infinity) return Infinity;

  const squared = new Array<number>(2 * f.length - 1).fill(0);
  f.forEach((c, j) => {
    f.forEach((d, k) => {
      squared[j + k] += c * d;
    });
  });
  const m = P.mean[0];
  const s2 = Math.exp(2 * P.logStd[0]);
  const v = Math.exp(2 * (P.logStd[0] - Q.logStd[0]));
  const mean = expectedPolynomial(f, m, s2);
  const second = expectedPolynomial(squared, m + ((m - Q.mean[0]) * v) / (2 - v), s2 / (2 - v));
  return Math.max(0, (1 + divergence) * second - mean * mean) / samples;
}

/** E[sum_k c_k y^k] for y ~ N(mean, variance), by E[y^k] = mean E[y^(k-1)] + (k - 1) variance E[y^(k-2)]. */
function expectedPolynomial(coefficients: readonly number[], mean: number, variance: number): number {
  let sum = 0;
  for (let k = 0, moment = 1, before = 0; k < coefficients.length; k++) {
    sum += coefficients[k] * moment;
    [moment, before] = [mean * moment + k * variance * before, moment];
  }
  return sum;
}

/** Options of `offPolicyScoreWeights`. */
export interface OffPolicyScoreOptions {
  /** Discount factor gamma in [0, 1]. */
  gamma: number;
  /** 'per-decision' by default, the lecture's slide. */
  form?: ImportanceForm;
  /** A_t [T], an advantage for every step; by default weights are made of rewards to go. */
  advantages?: ArrayLike<number>;
  /** Multiply by gamma^t as in `scoreWeights`. True by default. */
  discountState?: boolean;
}

const OFF_POLICY_SCORE_OPTIONS: OptionNames<OffPolicyScoreOptions> = {
  gamma: 'required',
  form: 'optional',
  advantages: 'optional',
  discountState: 'optional',
};

/**
 * Weights [T] on the target policy's scores, for `scoreGradient(batch, target, weights)`: the policy gradient of a
 * policy from trajectories of another one, sum_t w_t grad log pi_theta(a_t|s_t).
 *
 * With advantages, w_t = gamma^t W_t A_t, W_t the importance weight of the form chosen: 'trajectory' and 'per-decision'
 * are unbiased for grad J(pi_theta) if A is the advantage of pi_theta (the lecture's slide); 'per-step' with the
 * advantage of the behavior policy is the gradient of the surrogate E_{tau ~ behavior}[sum_t gamma^t r_t(theta) A_t],
 * which is grad J where the two policies are the same.
 *
 * Without, the rewards from t on stand for the advantage, and their importance weights go up to where they were earned:
 *
 *   'trajectory'     w_t = gamma^t (r_0 ... r_{T-1}) G_t
 *   'per-decision'   w_t = sum_{t' >= t} gamma^t' (r_0 ... r_t') reward_t'
 *   'per-step'       w_t = gamma^t r_t G_t,     the surrogate's gradient again, as G_t is earned by the behavior policy
 *
 * the first two unbiased for grad J. All weights are 0 from an action on that the target never takes (for 'trajectory',
 * in the whole trajectory; for 'per-step', at that step).
 */
export function offPolicyScoreWeights(
  batch: TrajectoryBatch,
  target: TargetPolicy,
  options: OffPolicyScoreOptions,
): Float64Array {
  const {
    gamma,
    form = 'per-decision',
    advantages,
    discountState = true,
  } = knownOptions('offPolicyScoreWeights', options, OFF_POLICY_SCORE_OPTIONS);
  checkGamma(gamma);
  const { rewards, episodeStarts } = batch;
  if (advantages) checkVector('advantages', advantages, rewards.length);
  const log = logImportanceWeights(batch, target, { form });
  const importance = finiteWeights(log, i => (form === 'trajectory' ? `trajectory ${i}` : `row ${i}`));

  let weights: Float64Array;
  if (advantages) weights = Float64Array.from(advantages);
  else if (form === 'per-decision')
    weights = rewardToGo(
      rewards.map((r, t) => r * importance[t]),
      gamma,
      episodeStarts,
    );
  else weights = rewardToGo(rewards, gamma, episodeStarts);

  for (let i = 0; i < trajectoryCount(batch); i++)
    for (let t = episodeStarts[i]; t < episodeStarts[i + 1]; t++) {
      if (form === 'trajectory') weights[t] *= importance[i];
      else if (form === 'per-step' || advantages) weights[t] *= importance[t];
    }
  return discountState ? discountByTime(weights, gamma, episodeStarts, weights) : weights;
}
