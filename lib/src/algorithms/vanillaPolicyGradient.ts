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

import { normalizeAdvantages } from '../estimators/advantages';
import { distributionParameters, meanEntropyOf, meanKlOf } from '../estimators/policyStatistics';
import { rewardToGo } from '../estimators/returns';
import { scoreGradient, scoreWeights } from '../estimators/scoreFunction';
import type { FloatArray } from '../math/floatArray';
import { Rng, type RngState } from '../math/rng';
import { explainedVariance, mean } from '../math/statistics';
import type { MomentsState, RunningMoments } from '../networks/normalizer';
import {
  gradientNorm,
  makeOptimizer,
  type Optimizer,
  type OptimizerState,
  restoreOptimizer,
  stateOfOptimizer,
} from '../networks/optimizers';
import type { Policy } from '../policies/policy';
import { collectEpisodes } from '../rollout/collect';
import { episodeReturns, type TrajectoryBatch } from '../rollout/trajectoryBatch';
import { CheckpointFile, checkKeepable, type Settings, settingsOfObject } from './checkpointFile';
import { type Iterated, runIterations } from './iterations';
import { normalizedBatch, normalizedPolicy, observationMomentsOf } from './normalization';
import { adaptedBeta } from './ppoKl';
import { checkFollows, follow, settingOfSchedule, valueAt } from './schedule';
import { attempt, type Check, checkBatch } from './training';
import {
  type CompleteVanillaOptions,
  checkAdaptive,
  completeVanillaOptions,
  type VanillaPolicyGradientOptions,
  type VanillaPolicyGradientRecord,
  type VanillaPolicyGradientResult,
} from './vanillaOptions';

export type {
  VanillaPolicyGradientOptions,
  VanillaPolicyGradientRecord,
  VanillaPolicyGradientResult,
} from './vanillaOptions';

/** A training run. */
class VanillaRun<P extends Policy> implements Iterated<VanillaPolicyGradientRecord> {
  /** One iteration of the box at the top of this file. */
  private learn(check: Check): VanillaPolicyGradientRecord {
    const { policy, optimizer, moments } = this;
    const { baseline, gamma, normalize, discountState } = this.options;

    // Collect a set of trajectories by executing the current policy.
    const batch = this.collect(check);

    // Estimate advantages.
    const read = normalizedBatch(batch, moments);
    const values = baseline.predict(read); // b(s_t)
    const advantages = scoreWeights(batch, { gamma, baseline: values, discountState });
    if (normalize) normalizeAdvantages(advantages, { out: advantages });

    // Re-fit the baseline.
    const returns = rewardToGo(batch.rewards, gamma, batch.episodeStarts);
    baseline.fit(read, returns);

    // Update the policy.
    const before = distributionParameters(batch, policy).slice();
    const gradient = scoreGradient(batch, policy, advantages);
    check('a number of the gradient', gradient);
    optimizer.ascend(policy.parameters, gradient);
    check('a parameter', policy.parameters);

    // Adapt what the next update should be like.
    const record = this.record(batch, { before, gradient, values, returns });
    this.adapt(record.kl);
    return record;
  }

  readonly history: VanillaPolicyGradientRecord[] = [];
  private readonly policy: P;
  private readonly optimizer: Optimizer;
  private readonly moments?: RunningMoments;
  private rng: Rng;
  private steps = 0;

  constructor(private readonly options: CompleteVanillaOptions<P>) {
    const { env, policy, optimizer, learningRate, klTarget, normalizeObservations, seed } = options;
    if (normalizeObservations) this.moments = observationMomentsOf(env);
    this.policy = normalizedPolicy(policy.clone() as P, this.moments);
    this.optimizer = makeOptimizer(optimizer, valueAt('learningRate', learningRate, 1));
    checkFollows(this.optimizer, learningRate);
    if (klTarget !== undefined) checkAdaptive(this.optimizer, learningRate, klTarget);
    this.rng = new Rng(seed);
  }

  get result(): VanillaPolicyGradientResult<P> {
    return { policy: this.policy, baseline: this.options.baseline, history: this.history };
  }

  /** The share of the training that is left. */
  private get left(): number {
    const { totalSteps, iterations } = this.options;
    return 1 - (totalSteps === undefined ? this.history.length / iterations! : this.steps / totalSteps);
  }

  get isOver(): boolean {
    return this.left <= 0;
  }

  iterate(): VanillaPolicyGradientRecord {
    const { policy, optimizer, history, result, options } = this;
    follow(optimizer, options.learningRate, this.left);
    const start = { algorithm: NAME, iteration: history.length, networks: [policy.network], result };
    return attempt(start, check => this.learn(check));
  }

  /** Trajectories under pi_theta. */
  private collect(check: Check): TrajectoryBatch {
    const { env, episodesPerIteration: episodes, stepsPerIteration: steps, maxSteps, copies } = this.options;
    const batch = collectEpisodes(env, this.policy, { episodes, steps, rng: this.rng, maxSteps, copies });
    checkBatch(check, batch);
    return batch;
  }

  /** Ends the iteration, and tells what happened in it. */
  private record(
    batch: TrajectoryBatch,
    { before, gradient, values, returns }: Record<'before' | 'gradient' | 'values' | 'returns', FloatArray>,
  ): VanillaPolicyGradientRecord {
    const { policy, optimizer, options } = this;
    const kl = meanKlOf(policy.head, before, distributionParameters(batch, policy));
    this.moments?.add(batch.observations);
    this.steps += batch.rewards.length;
    const undiscounted = episodeReturns(batch);
    return {
      iteration: this.history.length,
      meanReturn: mean(undiscounted),
      episodeReturns: undiscounted,
      gradientNorm: gradientNorm(gradient),
      entropy: meanEntropyOf(policy.head, before),
      kl,
      explainedVariance: explainedVariance(values, returns),
      steps: this.steps,
      ...(options.klTarget !== undefined && { learningRate: optimizer.learningRate }),
    };
  }

  /** Adapts alpha to the divergence that it made, if it is to follow `klTarget`. */
  private adapt(kl: number): void {
    const { optimizer, options } = this;
    if (options.klTarget === undefined) return;
    const next = 1 / adaptedBeta(1 / optimizer.learningRate!, kl, options.klTarget); // a large alpha is a small price of distance
    optimizer.learningRate = Math.min(1, Math.max(1e-8, next));
  }

  /** What must be the same for a run to be continued. */
  get settings(): Settings {
    const { env, policy, baseline, optimizer, checkpoint, learningRate, iterations, totalSteps, ...same } =
      this.options;
    const isScheduled = typeof learningRate === 'function';
    return {
      ...same,
      env: env.id,
      // Where nothing depends on the share that is left, a run may be made longer.
      iterations: isScheduled ? iterations : undefined,
      totalSteps: isScheduled ? totalSteps : undefined,
      learningRate: settingOfSchedule(learningRate),
      policyParameters: policy.parameters.length,
      ...settingsOfObject('optimizer', this.optimizer),
      ...settingsOfObject('policy', policy.network),
      ...settingsOfObject('baseline', baseline),
    };
  }

  get state(): VanillaPolicyGradientState {
    return {
      policy: this.policy.parameters.slice(),
      optimizer: stateOfOptimizer(this.optimizer),
      baseline: this.options.baseline.state,
      observationMoments: this.moments?.state,
      rng: this.rng.state,
      steps: this.steps,
      history: this.history,
    };
  }

  /** Makes a new run go on from there. */
  restore(state: VanillaPolicyGradientState): void {
    this.policy.parameters.set(state.policy);
    restoreOptimizer(this.optimizer, state.optimizer);
    this.options.baseline.state = state.baseline;
    if (this.moments && state.observationMoments) this.moments.state = state.observationMoments;
    this.rng = Rng.fromState(state.rng);
    this.steps = state.steps;
    for (const record of state.history) this.history.push(record);
  }

  /** Throws unless all that a checkpoint holds can be kept. */
  checkKeepable(): void {
    checkKeepable('optimizer', this.optimizer);
    checkKeepable('baseline', this.options.baseline);
  }
}

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
  const run = new VanillaRun(completeVanillaOptions(options));
  const { checkpoint } = options;
  if (checkpoint) run.checkKeepable();
  const file = checkpoint && new CheckpointFile(checkpoint, NAME, run.settings);
  file?.resume<VanillaPolicyGradientState>(state => run.restore(state));
  await runIterations(run, file, options);
  return run.result;
}

const NAME = 'vanillaPolicyGradient';
