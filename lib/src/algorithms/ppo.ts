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
 * Collecting, estimating and the step of w are what all on-policy algorithms do (./onPolicy.ts); the steps of theta stand
 * below. Policy and critic are two networks with two optimizers, so that no coefficient weighs their losses, and that each
 * may have a thread. Practices beyond the paper are options, off by default.
 */

import type { Head } from '../distributions/head';
import {
  checkFinite,
  checkInteger,
  checkLimit,
  fail,
  knownOptions,
  type OptionNames,
  show,
} from '../math/check';
import { type Adam, type AdamState, adam } from '../networks/optimizers';
import { entropyBonus } from '../objectives/entropyBonus';
import { type PolicyObjective, PolicySteps, sumOfObjectives } from '../objectives/objective';
import type { Policy } from '../policies/policy';
import type { StepBatch } from '../rollout/collect';
import { gather } from '../rollout/minibatches';
import { CheckpointFile, type Settings } from './checkpointFile';
import {
  checkOnPolicyOptions,
  ON_POLICY_DEFAULTS,
  ON_POLICY_OPTIONS,
  type OnPolicyOptions,
  type OnPolicyRecord,
  type OnPolicyResult,
  OnPolicyRun,
  type OnPolicyState,
  settingsOfOnPolicy,
  withoutUndefined,
} from './onPolicy';
import { checkSchedule, type Schedule, valueAt } from './schedule';
import { type Check, WATCH_OPTIONS, type WatchOptions } from './training';

/** What all forms of PPO have in common. Usual ranges in parentheses. */
export interface PpoOptions<P extends Policy = Policy> extends OnPolicyOptions<P>, WatchOptions<PpoRecord> {
  /** K, passes over a batch (3 to 80). */
  epochs?: number;
  /** Steps behind one gradient (32 to 4096); Infinity for the whole batch. */
  minibatchSize?: number;
  /** alpha of Adam for the policy (1e-4 to 1e-2), or a schedule of it. */
  learningRate?: Schedule;
  /** alpha of Adam for the critic, or a schedule of it; `learningRate` by default. */
  criticLearningRate?: Schedule;
  /** Adam's epsilon; CleanRL and Stable-Baselines3 use 1e-5. */
  adamEpsilon?: number;
  /** Longer gradients are shortened to this (0.5); Infinity, no limit, by default. */
  maxGradientNorm?: number;
  /** Let both learning rates fall linearly to 0 over `totalSteps`, the short form of a schedule; off by default. */
  annealLearningRate?: boolean;
  /** epsilon of the clipped value loss, in units of the return; not clipped by default. */
  valueClipRange?: number;
  /** Stop an iteration's epochs when the mean sampled KL of one exceeds this (0.01 to 0.05); never by default. */
  stopAtKl?: number;
}

/** Their names. */
export const PPO_OPTIONS: OptionNames<PpoOptions> = {
  ...ON_POLICY_OPTIONS,
  epochs: 'optional',
  minibatchSize: 'optional',
  learningRate: 'optional',
  criticLearningRate: 'optional',
  adamEpsilon: 'optional',
  maxGradientNorm: 'optional',
  annealLearningRate: 'optional',
  valueClipRange: 'optional',
  stopAtKl: 'optional',
  ...WATCH_OPTIONS,
};

/** What happened in one iteration. */
export interface PpoRecord extends OnPolicyRecord {
  /** Share of the steps with |r_t - 1| > epsilon, over all minibatches; 0 where the objective has no clip. */
  clipFraction: number;
  /** Mean length of the policy's gradient over all minibatches, before it is shortened. */
  gradientNorm: number;
  /** Mean value of the objective over the last epoch's minibatches. */
  objective: number;
  /** Epochs that were run: fewer than asked if `stopAtKl` ended them. */
  epochs: number;
  /** The KL coefficient that the iteration used, where the objective has one. */
  beta?: number;
}

/** What PPO returns. */
export type PpoResult<P extends Policy = Policy> = OnPolicyResult<P, PpoRecord>;

/** An objective, perhaps with a memory that outlives an iteration. */
export interface ProximalObjective extends PolicyObjective {
  /** A KL coefficient that a rule adapts after each iteration. */
  beta?: number;
  /** Whatever else changes between iterations, as JSON and typed arrays; a checkpoint keeps it and sets it again. */
  state?: unknown;
}

/** Options of `ppo`. */
export interface PpoObjectiveOptions<P extends Policy = Policy> extends PpoOptions<P> {
  /** L, to be maximised: `clipObjective()`, `klPenaltyObjective(...)`, or one of your own by `tfObjective`. */
  objective: ProximalObjective;
  /** Called before each iteration with the share of the training that is left; ppoClip sets its range here. */
  prepare?: (left: number) => void;
  /** Whether `prepare` depends on that share, so that a run cannot be made longer. */
  isScheduled?: boolean;
  /** Called with the divergence that each iteration ended with, before the next begins; ppoKl adapts beta here. */
  adapt?: (kl: number) => void;
  /** The name that errors and checkpoints give the algorithm. */
  name?: string;
  /** What the objective and `adapt` were made with: a checkpoint is continued with the same only. */
  settings?: Settings;
}

const PPO_OBJECTIVE_OPTIONS: OptionNames<PpoObjectiveOptions> = {
  ...PPO_OPTIONS,
  objective: 'required',
  prepare: 'optional',
  isScheduled: 'optional',
  adapt: 'optional',
  name: 'optional',
  settings: 'optional',
};

/**
 * Trains a policy by proximal policy optimisation with any objective.
 *
 * $$\theta_{k+1} \approx \arg\max_\theta \, L(\theta), \qquad L \text{ of } r_t(\theta) = \frac{\pi_\theta(a_t|s_t)}{\pi_{\theta_k}(a_t|s_t)} \text{ and } \hat A_t$$
 *
 * Rejects with a `TrainingError` that names the iteration and the quantity if a number stops being finite; its `result`
 * holds policy, critic and history as they were before that iteration.
 *
 * @example
 * ```ts
 * import { cartPole, clipObjective, mlp, mlpPolicy, ppo } from 'pglab';
 *
 * const env = cartPole();
 * const policy = mlpPolicy({ env, seed: 1 });
 * const critic = mlp({ inputs: 4, outputs: 1, seed: 2 });
 * const objective = clipObjective({ clipRange: 0.1 });
 * const { history } = await ppo({ env, policy, critic, objective, seed: 1, totalSteps: 4096 });
 * console.log(history.map(({ meanReturn, kl }) => ({ meanReturn, kl })));
 * ```
 */
export async function ppo<P extends Policy>(options: PpoObjectiveOptions<P>): Promise<PpoResult<P>> {
  const { name = NAME } = knownOptions('ppo', options, PPO_OBJECTIVE_OPTIONS);
  const complete = { ...DEFAULTS, ...withoutUndefined(options) };
  checkOptions(complete);
  const run = new PpoRun(name, complete);
  const file = options.checkpoint && new CheckpointFile(options.checkpoint, name, settingsOf(complete));
  return run.train(file, options);
}

/** PPO's part of a training run. */
class PpoRun<P extends Policy> extends OnPolicyRun<P, PpoRecord> {
  private readonly objective: PolicyObjective;
  private readonly policyOptimizer: Adam;
  private readonly minibatch = new Minibatch();
  private readonly policySteps = new PolicySteps();

  constructor(
    name: string,
    private readonly options: PpoObjectiveOptions<P> & typeof DEFAULTS,
  ) {
    const { objective, entropyCoef, learningRate, adamEpsilon: epsilon } = options;
    const { epochs, minibatchSize, maxGradientNorm, valueClipRange } = options;
    super(name, options, { epochs, epsilon, minibatchSize, maxGradientNorm, valueClipRange });
    this.objective = entropyCoef
      ? sumOfObjectives(objective, entropyBonus({ coefficient: entropyCoef }))
      : objective;
    this.policyOptimizer = adam({ learningRate: valueAt('learningRate', learningRate, 1), epsilon });
  }

  override iterate(): PpoRecord {
    const { objective, adapt, prepare } = this.options;
    prepare?.(this.left);
    const { beta } = objective;
    const record = { ...super.iterate(), ...(beta !== undefined && { beta }) };
    adapt?.(record.kl);
    return record;
  }

  /** K epochs of minibatch ascent on what a batch says. */
  protected improve(batch: StepBatch, check: Check): PpoRecord {
    const { policy, network, objective, options, policyOptimizer, criticFit, policySteps: steps } = this;
    const { epochs, maxGradientNorm, stopAtKl } = options;
    const { head } = policy;
    const { observationSize, parameters: oldParameters, actions, actionSize, logProbs } = batch;
    const T = batch.rewards.length;

    // theta and w share the batch and the order of its steps, and nothing else.
    const { learningRate, criticLearningRate: ownRate = learningRate, annealLearningRate } = options;
    const { left } = this;
    const annealed = annealLearningRate ? left : 1;
    policyOptimizer.learningRate = valueAt('learningRate', learningRate, left) * annealed;
    const criticLearningRate = valueAt('criticLearningRate', ownRate, left) * annealed;
    const { observations, advantages } = this.estimate(batch, criticLearningRate, check);
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
    const { explainedVariance, valueError, ...common } = this.conclude(batch, check);
    return {
      ...common,
      clipFraction: sum.clipFraction / epoch,
      explainedVariance,
      gradientNorm: sum.gradientNorm / sum.updates,
      objective: last.objective,
      valueError,
      epochs: epoch,
    };
  }

  override get state(): PpoState {
    const { objective } = this.options;
    return {
      ...super.state,
      policyOptimizer: this.policyOptimizer.state,
      beta: objective.beta,
      objective: objective.state,
    };
  }

  protected override restore(state: PpoState): void {
    super.restore(state);
    this.policyOptimizer.state = state.policyOptimizer;
    const { objective } = this.options;
    if (state.beta !== undefined) objective.beta = state.beta;
    if (state.objective !== undefined) objective.state = state.objective;
  }
}

/** What a checkpoint of PPO holds. */
interface PpoState extends OnPolicyState<PpoRecord> {
  policyOptimizer: AdamState;
  beta?: number;
  objective?: unknown;
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

const NAME = 'ppo';

const DEFAULTS = {
  ...ON_POLICY_DEFAULTS,
  epochs: 10,
  minibatchSize: 64,
  learningRate: 3e-4 as Schedule,
  adamEpsilon: 1e-8,
  maxGradientNorm: Infinity,
  annealLearningRate: false,
  stopAtKl: Infinity,
};

function checkOptions(options: PpoObjectiveOptions & typeof DEFAULTS): void {
  const { objective } = options;
  checkOnPolicyOptions(options);
  if (typeof objective?.add !== 'function')
    throw new TypeError(`objective is ${show(objective)}, but must be an objective, e.g. clipObjective().`);
  checkInteger('epochs', options.epochs, 1);
  if (options.minibatchSize !== Infinity) checkInteger('minibatchSize', options.minibatchSize, 1);
  for (const name of ['learningRate', 'criticLearningRate'] as const) {
    const schedule = options[name];
    if (schedule === undefined) continue;
    checkSchedule(name, schedule);
    if (typeof schedule === 'function' && options.annealLearningRate)
      fail(`annealLearningRate is true, but ${name} is a schedule already.`);
  }
  checkFinite('adamEpsilon', options.adamEpsilon, 0);
  if (options.valueClipRange !== undefined) checkLimit('valueClipRange', options.valueClipRange, false);
  checkLimit('maxGradientNorm', options.maxGradientNorm);
  checkLimit('stopAtKl', options.stopAtKl);
}

/** What must be the same for a run to be continued. */
function settingsOf<P extends Policy>(options: PpoObjectiveOptions<P> & typeof DEFAULTS): Settings {
  const { objective, adapt, prepare, isScheduled, name, settings, ...all } = options;
  const { learningRate, criticLearningRate, annealLearningRate } = all;
  const scheduled = [learningRate, criticLearningRate].some(rate => typeof rate === 'function');
  return {
    ...settingsOfOnPolicy(all),
    ...settings,
    // Where nothing depends on the share that is left, a run may be made longer.
    totalSteps: annealLearningRate || scheduled || isScheduled ? all.totalSteps : undefined,
  };
}
