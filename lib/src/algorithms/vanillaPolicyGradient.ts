/**
 * "Vanilla" policy gradient (lecture 6, the algorithm box of that name):
 *
 *   initialise theta, baseline b
 *   for each iteration
 *     collect a set of trajectories by executing the current policy
 *     at each step  G_t = sum_{t' >= t} gamma^{t' - t} r_t',   A_t = G_t - b(s_t)
 *     re-fit the baseline by minimising  sum_i sum_t |b(s_t) - G_t|^2
 *     g = 1/m sum_i sum_t  A_t grad_theta log pi_theta(a_t|s_t)
 *     theta <- theta + alpha g        (SGD, or an Adam step along g)
 *
 * With `klTarget` alpha adapts itself to how far each update moved the policy, by the rule that PPO-KL has for its penalty
 * (./ppoKl.ts): half of alpha after an update of 1.5 delta or more, twice alpha after one of delta / 1.5 or less. This is the
 * "vanilla policy gradient with adaptive stepsize" to which Schulman et al. 2017 compare PPO (figure 3 and its footnote).
 *
 * It is REINFORCE (./reinforce.ts) with a baseline. A_t is computed before the baseline is fitted to the same returns,
 * in the order of the box: so b has not seen a_t, and g stays unbiased.
 */

import type { Env } from '../envs/env';
import { normalizeAdvantages } from '../estimators/advantages';
import { type Baseline, noBaseline } from '../estimators/baselines';
import { distributionParameters, meanEntropyOf, meanKlOf } from '../estimators/policyStatistics';
import { rewardToGo } from '../estimators/returns';
import { scoreGradient, scoreWeights } from '../estimators/scoreFunction';
import {
  checkEither,
  checkFinite,
  checkGamma,
  checkInteger,
  fail,
  knownOptions,
  type OptionNames,
} from '../math/check';
import type { FloatArray } from '../math/floatArray';
import { Rng, type RngState } from '../math/rng';
import { explainedVariance, mean } from '../math/statistics';
import type { MomentsState } from '../networks/normalizer';
import {
  gradientNorm,
  makeOptimizer,
  type Optimizer,
  type OptimizerChoice,
  type OptimizerState,
  restoreOptimizer,
  stateOfOptimizer,
} from '../networks/optimizers';
import { checkPolicyFits } from '../policies/fits';
import type { Policy } from '../policies/policy';
import { collectEpisodes } from '../rollout/collect';
import { episodeReturns } from '../rollout/trajectoryBatch';
import { CheckpointFile, type CheckpointOptions, checkKeepable, settingsOfObject } from './checkpointFile';
import { type Iterated, runIterations } from './iterations';
import {
  checkNormalizesObservations,
  normalizedBatch,
  normalizedPolicy,
  observationMomentsOf,
} from './normalization';
import { adaptedBeta } from './ppoKl';
import { checkFollows, checkSchedule, follow, type Schedule, settingOfSchedule, valueAt } from './schedule';
import { attempt, checkBatch, checkWatch, WATCH_OPTIONS, type WatchOptions } from './training';

/** Options of `vanillaPolicyGradient`. */
export interface VanillaPolicyGradientOptions<P extends Policy = Policy>
  extends WatchOptions<VanillaPolicyGradientRecord> {
  /** The task. It stays untouched: episodes run in copies. */
  env: Env;
  /** pi_theta to begin with: tabular, linear or a network, over discrete or continuous actions. A clone is trained. */
  policy: P;
  /** b, which is fitted in place; none by default. See ../estimators/baselines.ts and networkBaseline.ts. */
  baseline?: Baseline;
  /** Decides everything random. */
  seed?: number;
  /** Updates of theta; 50 to 1000. */
  iterations?: number;
  /** In place of `iterations`: environment steps in all, rounded up to whole iterations. */
  totalSteps?: number;
  /** m, the episodes behind one update; 1 to 100. */
  episodesPerIteration?: number;
  /** In place of `episodesPerIteration`: episodes until they have so many steps in all, and the last has ended; 1000 to 10,000. */
  stepsPerIteration?: number;
  /** Discount factor, 0.9 to 1. */
  gamma?: number;
  /** alpha, or a schedule of it; for Adam 0.001 to 0.1, for SGD it depends on the size of the returns. */
  learningRate?: Schedule;
  /**
   * delta, the divergence in nats that an update should make (0.003 to 0.03): alpha begins at `learningRate` and adapts
   * itself, within 1e-8 and 1. By default alpha stays.
   */
  klTarget?: number;
  /** 'sgd': theta + alpha g; 'adam', 'rmsprop': steps scaled by each parameter's recent gradients; or one of your own. */
  optimizer?: OptimizerChoice;
  /** Whether A_t is shifted and scaled to mean 0 and standard deviation 1 over each batch. */
  normalize?: boolean;
  /** Whether A_t is multiplied by gamma^t, which makes g an unbiased estimate of the discounted objective's gradient. */
  discountState?: boolean;
  /** Shift and scale what policy and baseline read by the statistics seen so far; off by default. */
  normalizeObservations?: boolean;
  /** A step limit below the environment's own, or one for an environment that has none. */
  maxSteps?: number;
  /**
   * Environments that run side by side, so that a network sees many observations at once; at most m, and m by default. With
   * `stepsPerIteration` one by default, as each ends its last episode after its share of the steps.
   */
  copies?: number;
  /** Where to save the whole state of training, and how often; a run that is resumed gives the same bytes. */
  checkpoint?: CheckpointOptions;
}

const VANILLA_POLICY_GRADIENT_OPTIONS: OptionNames<VanillaPolicyGradientOptions> = {
  env: 'required',
  policy: 'required',
  baseline: 'optional',
  seed: 'optional',
  iterations: 'optional',
  totalSteps: 'optional',
  episodesPerIteration: 'optional',
  stepsPerIteration: 'optional',
  gamma: 'optional',
  learningRate: 'optional',
  klTarget: 'optional',
  optimizer: 'optional',
  normalize: 'optional',
  discountState: 'optional',
  normalizeObservations: 'optional',
  maxSteps: 'optional',
  copies: 'optional',
  checkpoint: 'optional',
  ...WATCH_OPTIONS,
};

/** What happened in one iteration. */
export interface VanillaPolicyGradientRecord {
  /** 0, 1, ... */
  iteration: number;
  /** Mean of `episodeReturns`. */
  meanReturn: number;
  /** [m] sum_t r_t of each episode, undiscounted, under theta before the update. */
  episodeReturns: Float64Array;
  /** Euclidean length of g. */
  gradientNorm: number;
  /** Mean entropy of pi_theta(.|s) over the states visited, before the update, in nats. */
  entropy: number;
  /** Mean D_KL(before || after the update) over the states visited, in nats. */
  kl: number;
  /** 1 - var(G - b) / var(G): what the baseline knew of the returns before it was fitted to them. */
  explainedVariance: number;
  /** Environment steps since the start of training. */
  steps: number;
  /** alpha of this update, where `klTarget` adapts it. */
  learningRate?: number;
}

/** What `vanillaPolicyGradient` returns. */
export interface VanillaPolicyGradientResult<P extends Policy = Policy> {
  /** The trained policy. With `normalizeObservations` it carries its statistics with it. */
  policy: P;
  /** b. With `normalizeObservations` it reads normalised ones. */
  baseline: Baseline;
  history: VanillaPolicyGradientRecord[];
}

/**
 * Trains a policy by vanilla policy gradient. Rejects with a `TrainingError` that names the iteration and the quantity if a
 * number stops being finite; its `result` holds policy and history as they were before that iteration.
 *
 * $$g = \frac{1}{m} \sum_{i=1}^m \sum_t \big( G_t - b(s_t) \big) \, \nabla_\theta \log \pi_\theta(a_t|s_t)$$
 *
 * @example
 * ```ts
 * import { cartPole, mlp, mlpPolicy, networkBaseline, vanillaPolicyGradient } from 'pglab';
 *
 * const env = cartPole();
 * const policy = mlpPolicy({ env, seed: 1 });
 * const baseline = networkBaseline({ network: mlp({ inputs: 4, outputs: 1, seed: 2 }) });
 * const { history } = await vanillaPolicyGradient({ env, policy, baseline, seed: 1, iterations: 20 });
 * console.log(history.map(record => record.meanReturn));
 * ```
 */
export async function vanillaPolicyGradient<P extends Policy>(
  options: VanillaPolicyGradientOptions<P>,
): Promise<VanillaPolicyGradientResult<P>> {
  const {
    env,
    policy: initialPolicy,
    baseline = noBaseline(),
    seed = 0,
    totalSteps,
    iterations = totalSteps === undefined ? 100 : undefined,
    stepsPerIteration,
    episodesPerIteration = stepsPerIteration === undefined ? 10 : undefined,
    gamma = 0.99,
    learningRate = 0.01,
    klTarget,
    optimizer: choice = 'adam',
    normalize = false,
    discountState = false,
    normalizeObservations = false,
    maxSteps,
    copies = episodesPerIteration ?? 1,
    checkpoint,
  } = knownOptions(NAME, options, VANILLA_POLICY_GRADIENT_OPTIONS);
  checkEither('iterations', iterations, 'totalSteps', totalSteps);
  checkEither('episodesPerIteration', episodesPerIteration, 'stepsPerIteration', stepsPerIteration);
  for (const [name, value] of Object.entries({
    iterations,
    totalSteps,
    episodesPerIteration,
    stepsPerIteration,
  }))
    if (value !== undefined) checkInteger(name, value, 1);
  checkGamma(gamma);
  checkSchedule('learningRate', learningRate);
  checkWatch(options);
  checkPolicyFits(initialPolicy, env);
  checkNormalizesObservations(normalizeObservations, env);
  const trained = initialPolicy.clone() as P;
  const moments = normalizeObservations ? observationMomentsOf(env) : undefined;
  const policy = normalizedPolicy(trained, moments);
  const optimizer = makeOptimizer(choice, valueAt('learningRate', learningRate, 1));
  checkFollows(optimizer, learningRate);
  const adaptive = klTarget === undefined ? undefined : adaptiveStep(optimizer, learningRate, klTarget);
  let rng = new Rng(seed);
  const history: VanillaPolicyGradientRecord[] = [];
  const result = { policy, baseline, history };
  const networks = [policy.network];
  let steps = 0;
  /** The share of the training that is left. */
  const left = () => 1 - (totalSteps === undefined ? history.length / iterations! : steps / totalSteps);

  const iterate = (): VanillaPolicyGradientRecord => {
    const iteration = history.length;
    follow(optimizer, learningRate, left());
    return attempt({ algorithm: NAME, iteration, networks, result }, check => {
      const batch = collectEpisodes(env, policy, {
        episodes: episodesPerIteration,
        steps: stepsPerIteration,
        rng,
        maxSteps,
        copies,
      });
      checkBatch(check, batch);

      const read = normalizedBatch(batch, moments);
      const values = baseline.predict(read);
      const advantages = scoreWeights(batch, { gamma, baseline: values, discountState });
      if (normalize) normalizeAdvantages(advantages, { out: advantages });

      const returns = rewardToGo(batch.rewards, gamma, batch.episodeStarts);
      baseline.fit(read, returns);

      const before = distributionParameters(batch, policy).slice();
      const gradient = scoreGradient(batch, policy, advantages);
      check('a number of the gradient', gradient);
      optimizer.ascend(policy.parameters, gradient);
      check('a parameter', policy.parameters);

      steps += batch.rewards.length;
      const undiscounted = episodeReturns(batch);
      const kl = meanKlOf(policy.head, before, distributionParameters(batch, policy));
      moments?.add(batch.observations);
      return {
        iteration,
        meanReturn: mean(undiscounted),
        episodeReturns: undiscounted,
        gradientNorm: gradientNorm(gradient),
        entropy: meanEntropyOf(policy.head, before),
        kl,
        explainedVariance: explainedVariance(values, returns),
        steps,
        ...(adaptive && { learningRate: adaptive(kl) }),
      };
    });
  };

  const run: Iterated<VanillaPolicyGradientRecord> = {
    history,
    iterate,
    get isOver() {
      return left() <= 0;
    },
    get state(): VanillaPolicyGradientState {
      return {
        policy: policy.parameters.slice(),
        optimizer: stateOfOptimizer(optimizer),
        baseline: baseline.state,
        observationMoments: moments?.state,
        rng: rng.state,
        steps,
        history,
      };
    },
  };
  let file: CheckpointFile | undefined;
  if (checkpoint) {
    checkKeepable('optimizer', optimizer);
    checkKeepable('baseline', baseline);
    const isScheduled = typeof learningRate === 'function';
    file = new CheckpointFile(checkpoint, NAME, {
      env: env.id,
      seed,
      // Where nothing depends on the share that is left, a run may be made longer.
      iterations: isScheduled ? iterations : undefined,
      totalSteps: isScheduled ? totalSteps : undefined,
      episodesPerIteration,
      stepsPerIteration,
      gamma,
      learningRate: settingOfSchedule(learningRate),
      klTarget,
      normalize,
      discountState,
      normalizeObservations,
      maxSteps,
      copies,
      policyParameters: policy.parameters.length,
      ...settingsOfObject('optimizer', optimizer),
      ...settingsOfObject('policy', trained.network),
      ...settingsOfObject('baseline', baseline),
    });
    file.resume<VanillaPolicyGradientState>(state => {
      policy.parameters.set(state.policy);
      restoreOptimizer(optimizer, state.optimizer);
      baseline.state = state.baseline;
      if (moments && state.observationMoments) moments.state = state.observationMoments;
      rng = Rng.fromState(state.rng);
      steps = state.steps;
      for (const record of state.history) history.push(record);
    });
  }
  await runIterations(run, file, options);
  return result;
}

const NAME = 'vanillaPolicyGradient';

/** What a checkpoint holds. */
interface VanillaPolicyGradientState {
  policy: FloatArray;
  optimizer: OptimizerState;
  baseline: unknown;
  observationMoments?: MomentsState;
  rng: RngState;
  steps: number;
  history: VanillaPolicyGradientRecord[];
}

/** Adapts alpha to the divergence of the update that was made with it, and tells what it was. */
function adaptiveStep(
  optimizer: Optimizer,
  learningRate: Schedule,
  klTarget: number,
): (kl: number) => number {
  if (checkFinite('klTarget', klTarget, 0) === 0) fail('klTarget is 0, but must be above 0.');
  if (typeof learningRate === 'function')
    fail('klTarget is given, so that learningRate must be the number that it begins with, not a function.');
  if (optimizer.learningRate === undefined)
    fail('klTarget is given, but the optimizer is one without a learningRate that could adapt to it.');
  return kl => {
    const alpha = optimizer.learningRate!;
    const next = 1 / adaptedBeta(1 / alpha, kl, klTarget); // a large alpha is a small price of distance
    optimizer.learningRate = Math.min(1, Math.max(1e-8, next));
    return alpha;
  };
}
