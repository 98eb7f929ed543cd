/**
 * Proximal policy optimisation (Schulman, Wolski, Dhariwal, Radford and Klimov 2017; lecture 6): the one loop behind
 * `ppoClip`, `ppoKl` and objectives of one's own.
 *
 *   for each iteration k
 *     run pi_theta_k for T steps in N environments                                            D_k
 *     estimate advantages A_t by GAE(gamma, lambda) with the critic V_w
 *     for K epochs, over minibatches of D_k
 *       theta <- Adam step along grad_theta L(theta; theta_k, A)
 *       w     <- Adam step along grad_w -1/2 mean (V_w(s_t) - G_t)^2,       G_t = A_t + V_{w_k}(s_t)
 *
 * Vanilla policy gradient takes one step along mean A log pi and throws D_k away. Here many steps are taken on one batch,
 * and what makes that safe is the objective L, which gives theta no reason to go far from theta_k; nothing else differs
 * between the methods of the lecture.
 *
 * An episode that the step limit cut is completed by the critic, one that terminated is not. Policy and critic are two
 * networks with two optimizers, so that no coefficient weighs their losses, and that each may have a thread. The step of
 * theta stands below, that of w in ./criticFit.ts. Practices beyond the paper are options, off by default.
 */

import type { Head } from '../distributions/head';
import { type Env, sizeOf } from '../envs/env';
import { type VectorEnv, type VectorEnvState, vectorEnv } from '../envs/vectorEnv';
import { generalizedAdvantages, normalizeAdvantages, valueTargets } from '../estimators/advantages';
import { distributionParameters, meanKlAndEntropyOf } from '../estimators/policyStatistics';
import { checkpoint } from '../interrupt';
import { checkFinite, checkGamma, checkInteger, checkVector, fail, show } from '../math/check';
import { Rng, type RngState } from '../math/rng';
import { mean } from '../math/statistics';
import type { FloatArray, Network } from '../networks/network';
import { type MomentsState, normalizedNetwork, RunningMoments } from '../networks/normalizer';
import { type Adam, type AdamState, adam } from '../networks/optimizers';
import { entropyBonus } from '../objectives/entropyBonus';
import { type PolicyObjective, PolicySteps, sumOfObjectives } from '../objectives/objective';
import { type Policy, policyOver } from '../policies/policy';
import { checkNetworkFits, checkPolicyFits, collectSteps, type StepBatch } from '../rollout/collect';
import { gather } from '../rollout/minibatches';
import { CheckpointFile, type CheckpointOptions, type Settings } from './checkpointFile';
import { CriticFit, type CriticLearner } from './criticFit';
import { CriticThread } from './criticThread';
import { attempt, type Check, checkBatch } from './training';

/** What all forms of PPO have in common. Usual ranges in parentheses. */
export interface PpoOptions<P extends Policy = Policy> {
  /** The task. It stays untouched: copies of it run. */
  env: Env;
  /** pi_theta to begin with, over discrete or continuous actions; a clone is trained. See `mlpPolicy`. */
  policy: P;
  /** V_w to begin with: a network with one output; a clone is trained. */
  critic: Network;
  /** Decides everything random. */
  seed?: number;
  /** Environment steps in all, rounded up to whole iterations of N T. */
  totalSteps?: number;
  /** N, the environments that run side by side; (1 to 64). */
  copies?: number;
  /** T, the steps of each environment in one iteration; (32 to 2048). */
  stepsPerIteration?: number;
  /** Discount factor (0.98 to 0.999). */
  gamma?: number;
  /** lambda of generalised advantage estimation (0.8 to 0.98). */
  lambda?: number;
  /** K, passes over a batch (3 to 80). */
  epochs?: number;
  /** Steps behind one gradient (32 to 4096); Infinity for the whole batch. */
  minibatchSize?: number;
  /** alpha of Adam for the policy (1e-4 to 1e-2). */
  learningRate?: number;
  /** alpha of Adam for the critic; `learningRate` by default. */
  criticLearningRate?: number;
  /** Adam's epsilon; CleanRL and Stable-Baselines3 use 1e-5. */
  adamEpsilon?: number;
  /** Shift and scale the advantages of each batch to mean 0 and standard deviation 1. On by default: all implementations do. */
  normalizeAdvantages?: boolean;
  /** c of the bonus c * mean entropy (0 to 0.02); none by default. */
  entropyCoef?: number;
  /** Longer gradients are shortened to this (0.5); Infinity, no limit, by default. */
  maxGradientNorm?: number;
  /** Let both learning rates fall linearly to 0 over `totalSteps`; off by default. */
  annealLearningRate?: boolean;
  /** epsilon of the clipped value loss, in units of the return; not clipped by default. */
  valueClipRange?: number;
  /** Shift and scale what the networks read by the statistics seen so far; off by default. */
  normalizeObservations?: boolean;
  /** Divide rewards by the standard deviation of the discounted return seen so far, and clip them to +-10; off by default. */
  normalizeRewards?: boolean;
  /** Stop an iteration's epochs when the mean sampled KL of one exceeds this (0.01 to 0.05); never by default. */
  stopAtKl?: number;
  /** A step limit below the environment's own, or one for an environment that has none. */
  maxSteps?: number;
  /**
   * 2 trains the critic on a second thread while this one trains the policy, which share nothing but the batch: the same
   * bytes in less time, if a second processor is free. The critic must be an `mlp` of the default engine.
   */
  threads?: 1 | 2;
  /** Where to save the whole state of training, and how often; a run that is resumed gives the same bytes. */
  checkpoint?: CheckpointOptions;
  /** Called after each iteration; awaited, so that it may draw. */
  onIteration?: (record: PpoRecord) => void | Promise<void>;
}

/** What happened in one iteration. */
export interface PpoRecord {
  /** 0, 1, ... */
  iteration: number;
  /** Environment steps since the start of training. */
  steps: number;
  /** Mean undiscounted return of the last 100 episodes that ended; NaN before the first has. */
  meanReturn: number;
  /** Undiscounted returns of the episodes that ended in this iteration. */
  episodeReturns: Float64Array;
  /** Mean D_KL(theta_k || theta_{k+1}) over the batch, exact, in nats. */
  kl: number;
  /** Mean entropy of pi_theta_{k+1} over the batch, in nats. */
  entropy: number;
  /** Share of the steps with |r_t - 1| > epsilon, over all minibatches; 0 where the objective has no clip. */
  clipFraction: number;
  /** 1 - var(G - V) / var(G) of the critic before its update. */
  explainedVariance: number;
  /** Mean length of the policy's gradient over all minibatches, before it is shortened. */
  gradientNorm: number;
  /** Mean value of the objective over the last epoch's minibatches. */
  objective: number;
  /** Mean squared error of the critic over the last epoch's minibatches, in units of (normalised) returns. */
  valueError: number;
  /** Epochs that were run: fewer than asked if `stopAtKl` ended them. */
  epochs: number;
  /** The KL coefficient that the iteration used, where the objective has one. */
  beta?: number;
}

/** What PPO returns. */
export interface PpoResult<P extends Policy = Policy> {
  /** The trained policy. With `normalizeObservations` it carries its statistics with it. */
  policy: P;
  /** V_w. With `normalizeRewards` in units of normalised returns. */
  critic: Network;
  history: PpoRecord[];
}

/** An objective, perhaps with a memory that outlives an iteration. */
export interface ProximalObjective extends PolicyObjective {
  /** A KL coefficient that a rule adapts after each iteration. */
  beta?: number;
  /** Whatever else changes between iterations, as JSON and typed arrays; a checkpoint keeps it and sets it again. */
  state?: unknown;
}

export interface PpoObjectiveOptions<P extends Policy = Policy> extends PpoOptions<P> {
  /** L, to be maximised: `clipObjective()`, `klPenaltyObjective(...)`, or one of your own by `tfObjective`. */
  objective: ProximalObjective;
  /** Called with the divergence that each iteration ended with, before the next begins; ppoKl adapts beta here. */
  adapt?: (kl: number) => void;
  /** The name that errors and checkpoints give the algorithm. */
  name?: string;
  /** What the objective and `adapt` were made with: a checkpoint is continued with the same only. */
  settings?: Settings;
}

/**
 * Trains a policy by proximal policy optimisation with any objective.
 *
 * Rejects with a `TrainingError` that names the iteration and the quantity if a number stops being finite; its `result`
 * holds policy, critic and history as they were before that iteration.
 */
export async function ppo<P extends Policy>(options: PpoObjectiveOptions<P>): Promise<PpoResult<P>> {
  const { name = NAME, objective, entropyCoef, adapt, onIteration } = options;
  const run = new PpoRun(options);
  const withBonus = entropyCoef
    ? sumOfObjectives(objective, entropyBonus({ coefficient: entropyCoef }))
    : objective;
  const file = options.checkpoint && new CheckpointFile(options.checkpoint, name, settingsOf(options));
  file?.resume<PpoState>(state => run.restore(state));

  try {
    await run.open();
    while (run.steps < run.totalSteps) {
      await checkpoint();
      const { beta } = objective;
      const record = { ...run.iterate(withBonus), ...(beta !== undefined && { beta }) };
      run.history.push(record);
      adapt?.(record.kl);
      if (file?.isDue(run.iteration) || run.steps >= run.totalSteps) file?.save(run.state);
      await onIteration?.(record);
    }
  } finally {
    await run.close();
  }
  return run.result;
}

/** A training run: everything that an iteration changes, which is what a checkpoint keeps. */
class PpoRun<P extends Policy> {
  iteration = 0;
  readonly history: PpoRecord[] = [];
  readonly totalSteps: number;
  private readonly policy: P;
  private readonly critic: Network;
  /** The policy's network without the normalisation before it, if there is one. */
  private readonly network: Network;
  private readonly policyOptimizer: Adam;
  private readonly criticFit: CriticLearner;
  private readonly minibatch = new Minibatch();
  private readonly policySteps = new PolicySteps();
  private readonly envs: VectorEnv;
  private actionRng: Rng;
  private orderRng: Rng;
  private readonly observationMoments?: RunningMoments;
  private readonly rewardScale?: RewardScale;
  private readonly lastReturns: number[] = [];
  private readonly options: Required<Pick<PpoOptions, keyof typeof DEFAULTS>> & PpoObjectiveOptions<P>;

  constructor(given: PpoObjectiveOptions<P>) {
    const options = { ...DEFAULTS, ...withoutUndefined(given) };
    checkOptions(options);
    const {
      env,
      policy,
      critic,
      seed,
      copies,
      maxSteps,
      gamma,
      learningRate,
      adamEpsilon: epsilon,
      minibatchSize,
      maxGradientNorm,
      valueClipRange,
    } = options;
    const observationSize = sizeOf(env.observationSpace);
    this.options = options;
    this.totalSteps = options.totalSteps;
    this.policy = policy.clone() as P;
    this.critic = critic.clone();
    this.network = this.policy.network;
    const fit = { epsilon, minibatchSize, maxGradientNorm, valueClipRange };
    const steps = copies * options.stepsPerIteration;
    this.criticFit =
      options.threads === 2
        ? new CriticThread(this.critic, fit, { steps, observationSize, epochs: options.epochs })
        : new CriticFit(this.critic, fit);
    if (options.normalizeObservations) {
      const moments = new RunningMoments(observationSize);
      this.observationMoments = moments;
      this.policy = policyOver(normalizedNetwork(this.policy.network, moments), policy.head) as Policy as P;
      this.critic = normalizedNetwork(this.critic, moments);
    }
    if (options.normalizeRewards) this.rewardScale = new RewardScale(copies, gamma);
    this.policyOptimizer = adam({ learningRate, epsilon });
    const [envRng, actionRng, orderRng] = new Rng(seed).split(3);
    this.envs = vectorEnv(env, copies, { maxSteps: stepLimit(env, maxSteps) });
    this.envs.reset(envRng);
    this.actionRng = actionRng;
    this.orderRng = orderRng;
  }

  /** To be awaited before the first iteration, and after the last: a second thread begins and ends. */
  open(): Promise<void> {
    return this.criticFit.open();
  }

  close(): Promise<void> {
    return this.criticFit.close();
  }

  /** Environment steps so far. */
  get steps(): number {
    return this.iteration * this.options.copies * this.options.stepsPerIteration;
  }

  get result(): PpoResult<P> {
    return { policy: this.policy, critic: this.critic, history: this.history };
  }

  /** One iteration, or a `TrainingError` with policy and critic as they were before. */
  iterate(objective: PolicyObjective): PpoRecord {
    const { name: algorithm, iteration, policy, critic, envs, result } = this;
    const networks = [policy.network, critic];
    const start = { algorithm, iteration, networks, result, observations: envs.observations };
    return attempt(start, check => {
      const steps = this.options.stepsPerIteration;
      const batch = collectSteps(envs, policy, { steps, rng: this.actionRng });
      checkBatch(check, batch);
      const record = this.improve(batch, objective, check);
      this.observationMoments?.add(batch.observations);
      this.iteration++;
      return record;
    });
  }

  /** K epochs of minibatch ascent on what a batch says. */
  private improve(batch: StepBatch, objective: PolicyObjective, check: Check): PpoRecord {
    const { policy, critic, network, options, policyOptimizer, criticFit, policySteps: steps } = this;
    const { gamma, lambda, epochs, maxGradientNorm, stopAtKl, copies, stepsPerIteration } = options;
    const { head } = policy;
    const { observationSize, parameters: oldParameters, actions, actionSize, logProbs } = batch;
    const T = copies * stepsPerIteration;

    // What V_w says of the batch, and the advantages that follow.
    const values = critic.forward(batch.observations, T, 0, observationSize).slice();
    const finalValues = critic
      .forward(batch.finalObservations, batch.episodeStarts.length - 1, 0, observationSize)
      .slice();
    check('a value of the critic', values);
    check('a value of the critic', finalValues);
    const rewards = this.rewardScale?.scale(batch, stepsPerIteration) ?? batch.rewards;
    const advantages = generalizedAdvantages({ ...batch, rewards }, { values, finalValues, gamma, lambda });
    const targets = valueTargets(advantages, values);
    if (options.normalizeAdvantages) normalizeAdvantages(advantages, { out: advantages });
    check('an advantage', advantages);

    // theta and w share the batch and the order of its steps, and nothing else.
    const left = options.annealLearningRate ? 1 - this.steps / this.totalSteps : 1;
    const observations = this.observationMoments?.normalize(batch.observations, T) ?? batch.observations;
    policyOptimizer.learningRate = options.learningRate * left;
    const learningRate = (options.criticLearningRate ?? options.learningRate) * left;
    criticFit.begin({ observations, observationSize, targets, oldValues: values, learningRate });
    const size = Math.min(options.minibatchSize, T);
    const mini = this.minibatch;
    const sum = { clipFraction: 0, gradientNorm: 0, updates: 0 };
    let epoch = 0;
    let last = { objective: 0, kl: 0 };
    while (epoch < epochs) {
      const order = this.orderRng.permutation(T);
      criticFit.epoch(order); // w; with two threads it goes on while theta does
      last = { objective: 0, kl: 0 };
      for (let start = 0; start < T; start += size) {
        const count = Math.min(size, T - start);
        const share = count / T;
        mini.resize(count, batch, head);
        gather(observations, observationSize, order, start, count, mini.observations);
        gather(actions, actionSize, order, start, count, mini.actions);
        gather(advantages, 1, order, start, count, mini.advantages);
        gather(logProbs, 1, order, start, count, mini.oldLogProbs);
        gather(oldParameters, head.parameterSize, order, start, count, mini.oldParameters);

        const y = network.forward(mini.observations, count, 0, observationSize);
        steps.read(y, mini, head);
        const value = objective.add(steps, mini.dY.fill(0));
        network.backward(mini.dY);
        const norm = network.clipGradientNorm(maxGradientNorm);
        check('the objective', value);
        check("the length of the policy's gradient", norm);
        network.applyGradient(policyOptimizer);

        last.objective += share * value;
        if (stopAtKl < Infinity) last.kl += share * steps.sampledKl;
        sum.clipFraction += share * steps.clipFraction;
        sum.gradientNorm += norm;
        sum.updates++;
      }
      epoch++;
      if (last.kl > stopAtKl) break;
    }
    const fit = criticFit.end();
    check("the length of the critic's gradient", fit.gradientNorm);

    check('a parameter of the policy', policy.parameters);
    check('a parameter of the critic', critic.parameters);
    const newParameters = distributionParameters(batch, policy);
    this.lastReturns.push(...batch.finishedReturns.slice(-100));
    this.lastReturns.splice(0, this.lastReturns.length - 100);
    return {
      iteration: this.iteration,
      steps: this.steps + T,
      meanReturn: this.lastReturns.length > 0 ? mean(this.lastReturns) : Number.NaN,
      episodeReturns: batch.finishedReturns,
      ...meanKlAndEntropyOf(head, oldParameters, newParameters),
      clipFraction: sum.clipFraction / epoch,
      explainedVariance: fit.explainedVariance,
      gradientNorm: sum.gradientNorm / sum.updates,
      objective: last.objective,
      valueError: fit.valueError,
      epochs: epoch,
    };
  }

  private get name(): string {
    return this.options.name ?? NAME;
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
  get state(): PpoState {
    const { policy, critic, policyOptimizer, criticFit, envs, actionRng, orderRng } = this;
    return {
      iteration: this.iteration,
      policy: policy.parameters.slice(),
      critic: critic.parameters.slice(),
      policyOptimizer: policyOptimizer.state,
      criticOptimizer: criticFit.optimizerState,
      beta: this.options.objective.beta,
      objective: this.options.objective.state,
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
  restore(state: PpoState): void {
    this.iteration = state.iteration;
    this.policy.parameters.set(state.policy);
    this.critic.parameters.set(state.critic);
    this.policyOptimizer.state = state.policyOptimizer;
    this.criticFit.optimizerState = state.criticOptimizer;
    const { objective } = this.options;
    if (state.beta !== undefined) objective.beta = state.beta;
    if (state.objective !== undefined) objective.state = state.objective;
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

/** What a checkpoint of PPO holds. */
interface PpoState {
  iteration: number;
  policy: FloatArray;
  critic: FloatArray;
  policyOptimizer: AdamState;
  criticOptimizer: AdamState;
  beta?: number;
  objective?: unknown;
  observationMoments?: MomentsState;
  rewardScale?: RewardScaleState;
  envs: VectorEnvState;
  actionRng: RngState;
  orderRng: RngState;
  lastReturns: number[];
  history: PpoRecord[];
  outputs: Float64Array;
}

/** The rows of one update of the policy, in arrays that are reused from update to update. */
class Minibatch {
  observations!: Float32Array;
  actions!: Int32Array | Float32Array;
  advantages!: Float64Array;
  oldLogProbs!: Float64Array;
  oldParameters!: Float64Array;
  dY!: Float64Array;
  private count = -1;

  /** Makes room for exactly `count` rows of a batch. */
  resize(count: number, batch: StepBatch, { parameterSize: K }: Head): void {
    if (count === this.count) return;
    const { observationSize, actionSize, actions } = batch;
    this.count = count;
    this.observations = new Float32Array(count * observationSize);
    this.actions =
      actions instanceof Int32Array
        ? new Int32Array(count * actionSize)
        : new Float32Array(count * actionSize);
    this.advantages = new Float64Array(count);
    this.oldLogProbs = new Float64Array(count);
    this.oldParameters = new Float64Array(count * K);
    this.dY = new Float64Array(count * K);
  }
}

type RewardScaleState = { moments: MomentsState; running: number[] };

/**
 * Rewards divided by the standard deviation of the discounted return that each environment has run up,
 * R <- gamma R + r, and clipped to +-10 (Engstrom et al. 2020).
 */
class RewardScale {
  private readonly moments = new RunningMoments(1);
  /** [N] R of each copy, 0 at the start of an episode. */
  private readonly running: Float64Array;

  constructor(
    copies: number,
    private readonly gamma: number,
  ) {
    this.running = new Float64Array(copies);
  }

  /** The scaled rewards of a batch of `steps` steps of each copy, a new array; the statistics take them in first. */
  scale({ rewards, terminated, truncated }: StepBatch, steps: number): Float64Array {
    const returns = rewards.map((reward, row) => {
      const copy = Math.floor(row / steps);
      const R = this.gamma * this.running[copy] + reward;
      this.running[copy] = terminated[row] || truncated[row] ? 0 : R;
      return R;
    });
    this.moments.add(returns);
    const scale = 1 / Math.sqrt(this.moments.variance[0] + 1e-8);
    return rewards.map(reward => Math.min(10, Math.max(-10, reward * scale)));
  }

  get state(): RewardScaleState {
    return { moments: this.moments.state, running: [...this.running] };
  }

  set state({ moments, running }) {
    this.moments.state = moments;
    this.running.set(running);
  }
}

const NAME = 'ppo';

const DEFAULTS = {
  seed: 0,
  totalSteps: 100_000,
  copies: 8,
  stepsPerIteration: 128,
  gamma: 0.99,
  lambda: 0.95,
  epochs: 10,
  minibatchSize: 64,
  learningRate: 3e-4,
  adamEpsilon: 1e-8,
  normalizeAdvantages: true,
  maxGradientNorm: Infinity,
  annealLearningRate: false,
  normalizeObservations: false,
  normalizeRewards: false,
  stopAtKl: Infinity,
  threads: 1 as 1 | 2,
};

/** The options without those that are undefined, so that they take their defaults. */
const withoutUndefined = <T extends object>(options: T): T =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;

/** The smaller of the environment's step limit and the caller's. */
const stepLimit = ({ maxSteps: own }: Env, maxSteps = Infinity): number => Math.min(own, maxSteps);

function checkOptions(options: PpoObjectiveOptions & typeof DEFAULTS): void {
  const { env, policy, critic, objective, onIteration } = options;
  checkPolicyFits(policy, env);
  if (typeof critic?.forward !== 'function' || critic.outputSize !== 1)
    throw new TypeError(
      `critic is ${typeof critic?.forward === 'function' ? `a network with ${critic.outputSize} outputs` : show(critic)}, but must be a network with one output, e.g. mlp({ inputs, outputs: 1, seed }).`,
    );
  checkNetworkFits('critic', critic, env);
  checkVector('policy.parameters', policy.parameters);
  checkVector('critic.parameters', critic.parameters);
  if (typeof objective?.add !== 'function')
    throw new TypeError(`objective is ${show(objective)}, but must be an objective, e.g. clipObjective().`);
  if (onIteration !== undefined && typeof onIteration !== 'function')
    throw new TypeError(`onIteration is ${show(onIteration)}, but must be a function.`);
  for (const name of ['totalSteps', 'copies', 'stepsPerIteration', 'epochs'] as const)
    checkInteger(name, options[name], 1);
  checkInteger('threads', options.threads, 1, 2);
  if (options.minibatchSize !== Infinity) checkInteger('minibatchSize', options.minibatchSize, 1);
  checkGamma(options.gamma);
  checkFinite('lambda', options.lambda, 0, 1);
  for (const name of ['learningRate', 'criticLearningRate', 'adamEpsilon', 'valueClipRange'] as const)
    if (options[name] !== undefined) checkFinite(name, options[name], 0);
  if (options.entropyCoef !== undefined) checkFinite('entropyCoef', options.entropyCoef);
  for (const name of ['maxGradientNorm', 'stopAtKl'] as const)
    if (options[name] !== Infinity) checkFinite(name, options[name], 0);
  if (options.normalizeObservations && env.observationSpace.kind === 'discrete')
    fail(`normalizeObservations is true, but ${env.id} shows the index of a state.`);
}

/** What must be the same for a run to be continued. */
function settingsOf(options: PpoObjectiveOptions): Settings {
  const { env, policy, critic, objective, adapt, onIteration, checkpoint, name, settings, ...numbers } =
    options;
  const { threads, ...all } = { ...DEFAULTS, ...withoutUndefined(numbers), ...settings };
  return {
    ...all,
    // Without annealing a run may be made longer.
    totalSteps: all.annealLearningRate ? all.totalSteps : undefined,
    env: env.id,
    maxSteps: stepLimit(env, numbers.maxSteps),
    policyParameters: policy.parameters.length,
    criticParameters: critic.parameters.length,
  };
}
