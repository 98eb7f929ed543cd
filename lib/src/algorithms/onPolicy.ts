/**
 * What is common to all algorithms that improve a policy, batch by batch, with the help of a critic (./ppo.ts,
 * ./trpo.ts, ./naturalGradient.ts):
 *
 *   for each iteration k
 *     run pi_theta_k for T steps in N environments                                            D_k
 *     estimate advantages A_t by GAE(gamma, lambda) with the critic V_w
 *     improve theta on D_k                                                                    the algorithm's own
 *     w <- Adam steps along grad_w -1/2 mean (V_w(s_t) - G_t)^2,                              G_t = A_t + V_{w_k}(s_t)
 *
 * An episode that the step limit cut is completed by the critic, one that terminated is not. Policy and critic are two
 * networks. The step of w is that of ./criticFit.ts. Observations and rewards may be normalised; see `OnPolicyOptions`.
 */

import { sizeOf } from '../envs/env';
import { type VectorEnv, type VectorEnvState, vectorEnv } from '../envs/vectorEnv';
import { generalizedAdvantages, normalizeAdvantages, valueTargets } from '../estimators/advantages';
import { distributionParameters, meanKlAndEntropyOf } from '../estimators/policyStatistics';
import { fail } from '../math/check';
import type { FloatArray } from '../math/floatArray';
import { Rng, type RngState } from '../math/rng';
import { mean } from '../math/statistics';
import type { Network } from '../networks/network';
import { type MomentsState, normalizedNetwork, type RunningMoments } from '../networks/normalizer';
import type { AdamState } from '../networks/optimizers';
import type { Policy } from '../policies/policy';
import { collectSteps, type StepBatch } from '../rollout/collect';
import type { CheckpointFile } from './checkpointFile';
import { CriticFit, type CriticFitOptions, type CriticLearner } from './criticFit';
import { CriticThread } from './criticThread';
import { runIterations } from './iterations';
import { normalizedPolicy, observationMomentsOf, RewardScale, type RewardScaleState } from './normalization';
import { type Complete, type OnPolicyRecord, type OnPolicyResult, stepLimit } from './onPolicyOptions';
import { attempt, type Check, checkBatch, type WatchOptions } from './training';

export type { OnPolicyOptions, OnPolicyRecord, OnPolicyResult } from './onPolicyOptions';

/** How the critic is fitted in each iteration. */
export interface CriticSettings extends CriticFitOptions {
  /** Passes over a batch. */
  epochs: number;
}

/** What a batch says of theta: where to go. */
export interface Estimates {
  /** [T * observationSize] what the networks read, normalised if they are. */
  observations: Float32Array;
  /** A_t [T] */
  advantages: Float64Array;
}

/** A training run: everything that an iteration changes, which is what a checkpoint keeps. */
export abstract class OnPolicyRun<P extends Policy, Record extends OnPolicyRecord> {
  iteration = 0;
  readonly history: Record[] = [];
  readonly totalSteps: number;
  protected readonly policy: P;
  protected readonly critic: Network;
  /** The policy's network without the normalisation before it, if there is one. */
  protected readonly network: Network;
  protected readonly criticFit: CriticLearner;
  protected orderRng: Rng;
  private readonly envs: VectorEnv;
  private actionRng: Rng;
  private readonly observationMoments?: RunningMoments;
  private readonly rewardScale?: RewardScale;
  private readonly lastReturns: number[] = [];

  /** @param name the algorithm, as errors name it */
  constructor(
    private readonly name: string,
    private readonly common: Complete<P>,
    criticSettings: CriticSettings,
  ) {
    const { env, policy, critic, seed, copies, maxSteps, gamma } = common;
    const { epochs, ...fit } = criticSettings;
    const observationSize = sizeOf(env.observationSpace);
    this.totalSteps = common.totalSteps;
    this.policy = policy.clone() as P;
    this.critic = critic.clone();
    this.network = this.policy.network;
    const steps = copies * common.stepsPerIteration;
    this.criticFit =
      common.threads === 2
        ? new CriticThread(this.critic, fit, { steps, observationSize, epochs })
        : new CriticFit(this.critic, fit);
    if (common.normalizeObservations) {
      const moments = observationMomentsOf(env);
      this.observationMoments = moments;
      this.policy = normalizedPolicy(this.policy, moments);
      this.critic = normalizedNetwork(this.critic, moments);
    }
    if (common.normalizeRewards) this.rewardScale = new RewardScale(copies, gamma);
    const [envRng, actionRng, orderRng] = new Rng(seed).split(3);
    this.envs = vectorEnv(env, copies, { maxSteps: stepLimit(env, maxSteps) });
    this.envs.reset(envRng);
    this.actionRng = actionRng;
    this.orderRng = orderRng;
  }

  /** Runs all iterations that are left, saving what is due; then the result. */
  async train(
    file: CheckpointFile | undefined,
    watch: WatchOptions<Record>,
  ): Promise<OnPolicyResult<P, Record>> {
    file?.resume<OnPolicyState<Record>>(state => this.restore(state));
    try {
      await this.criticFit.open();
      await runIterations(this, file, watch);
    } finally {
      await this.criticFit.close();
    }
    return this.result;
  }

  /** Environment steps so far. */
  get steps(): number {
    return this.iteration * this.common.copies * this.common.stepsPerIteration;
  }

  /** The share of the training that is left: 1 before the first iteration. */
  protected get left(): number {
    return 1 - this.steps / this.totalSteps;
  }

  get result(): OnPolicyResult<P, Record> {
    return { policy: this.policy, critic: this.critic, history: this.history };
  }

  get isOver(): boolean {
    return this.steps >= this.totalSteps;
  }

  /** One iteration, or a `TrainingError` with policy and critic as they were before. */
  iterate(): Record {
    const { name: algorithm, iteration, policy, critic, envs, result } = this;
    const networks = [policy.network, critic];
    const start = { algorithm, iteration, networks, result, observations: envs.observations };
    return attempt(start, check => this.learn(check));
  }

  /** One iteration: `collect`, `estimate`, what the algorithm is, `conclude`. */
  protected abstract learn(check: Check): Record;

  /** D_k: the next T steps of all environments under pi_theta_k. */
  protected collect(check: Check): StepBatch {
    const batch = collectSteps(this.envs, this.policy, {
      steps: this.common.stepsPerIteration,
      rng: this.actionRng,
    });
    checkBatch(check, batch);
    return batch;
  }

  /** What V_w says of the batch, and the advantages that follow; the critic's fit begins. @param learningRate the critic's */
  protected estimate(batch: StepBatch, learningRate: number, check: Check): Estimates {
    const { critic, common, criticFit } = this;
    const { gamma, lambda, stepsPerIteration } = common;
    const { observationSize } = batch;
    const T = batch.rewards.length;
    const values = critic.forward(batch.observations, T, 0, observationSize).slice();
    const finalValues = critic
      .forward(batch.finalObservations, batch.episodeStarts.length - 1, 0, observationSize)
      .slice();
    check('a value of the critic', values);
    check('a value of the critic', finalValues);
    const rewards = this.rewardScale?.scale(batch, stepsPerIteration) ?? batch.rewards;
    const advantages = generalizedAdvantages({ ...batch, rewards }, { values, finalValues, gamma, lambda });
    const targets = valueTargets(advantages, values);
    if (common.normalizeAdvantages) normalizeAdvantages(advantages, { out: advantages });
    check('an advantage', advantages);
    const observations = this.observationMoments?.normalize(batch.observations, T) ?? batch.observations;
    criticFit.begin({ observations, observationSize, targets, oldValues: values, learningRate });
    return { observations, advantages };
  }

  /** Ends the critic's fit and the iteration, and tells what every record does. */
  protected conclude(batch: StepBatch, check: Check): OnPolicyRecord {
    const { policy, critic, criticFit, lastReturns } = this;
    check('a parameter of the policy', policy.parameters);
    const q = new Float64Array(distributionParameters(batch, policy));
    const klAndEntropy = meanKlAndEntropyOf(policy.head, batch.parameters, q);
    const { gradientNorm, explainedVariance, valueError } = criticFit.end();
    check("the length of the critic's gradient", gradientNorm);
    check('a parameter of the critic', critic.parameters);
    lastReturns.push(...batch.finishedReturns.slice(-100));
    lastReturns.splice(0, lastReturns.length - 100);
    const record = {
      iteration: this.iteration,
      steps: this.steps + batch.rewards.length,
      meanReturn: lastReturns.length > 0 ? mean(lastReturns) : Number.NaN,
      episodeReturns: batch.finishedReturns,
      ...klAndEntropy,
      explainedVariance,
      valueError,
    };
    this.observationMoments?.add(batch.observations);
    this.iteration++;
    return record;
  }

  /** What policy and critic say of the observations at hand, by which a checkpoint knows them again. */
  private get outputs(): Float64Array {
    const { policy, critic, envs } = this;
    const { observations, n, observationSize } = envs;
    return Float64Array.from([
      ...policy.network.forward(observations, n, 0, observationSize),
      ...critic.forward(observations, n, 0, observationSize),
    ]);
  }

  /** Everything that decides how the run goes on, for a checkpoint. */
  get state(): OnPolicyState<Record> {
    const { policy, critic, criticFit, envs, actionRng, orderRng } = this;
    return {
      iteration: this.iteration,
      policy: policy.parameters.slice(),
      critic: critic.parameters.slice(),
      criticOptimizer: criticFit.optimizerState,
      observationMoments: this.observationMoments?.state,
      rewardScale: this.rewardScale?.state,
      envs: envs.state,
      actionRng: actionRng.state,
      orderRng: orderRng.state,
      lastReturns: [...this.lastReturns],
      history: [...this.history],
      outputs: this.outputs,
    };
  }

  /** Makes a new run go on from there. */
  protected restore(state: OnPolicyState<Record>): void {
    this.iteration = state.iteration;
    this.policy.parameters.set(state.policy);
    this.critic.parameters.set(state.critic);
    this.criticFit.optimizerState = state.criticOptimizer;
    if (this.observationMoments && state.observationMoments)
      this.observationMoments.state = state.observationMoments;
    if (this.rewardScale && state.rewardScale) this.rewardScale.state = state.rewardScale;
    this.envs.state = state.envs;
    this.actionRng = Rng.fromState(state.actionRng);
    this.orderRng = Rng.fromState(state.orderRng);
    this.lastReturns.push(...state.lastReturns);
    for (const record of state.history) this.history.push(record);
    const { outputs } = this;
    if (state.outputs.some((y, k) => !(Math.abs(y - outputs[k]) <= 1e-3 * (1 + Math.abs(y)))))
      fail(
        'the parameters of the checkpoint mean something else to this policy and critic than to those that were saved: layers, activations and features must be the same.',
      );
  }
}

/** What a checkpoint holds; an algorithm may add to it. */
export interface OnPolicyState<Record> {
  iteration: number;
  policy: FloatArray;
  critic: FloatArray;
  criticOptimizer: AdamState;
  observationMoments?: MomentsState;
  rewardScale?: RewardScaleState;
  envs: VectorEnvState;
  actionRng: RngState;
  orderRng: RngState;
  lastReturns: number[];
  history: Record[];
  outputs: Float64Array;
}
