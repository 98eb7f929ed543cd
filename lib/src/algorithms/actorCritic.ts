/**
 * Synchronous advantage actor-critic (Mnih et al. 2016, A3C without the threads; lecture 6, "Alternatives to Monte Carlo
 * returns"): the actor pi_theta learns by vanilla policy gradient, and a critic V_w completes its returns. So a batch of a
 * few steps is enough, and episodes need not end.
 *
 *   for each iteration
 *     run pi_theta for T steps in N environments
 *     delta_t = r_t + gamma V_w(s_{t+1}) - V_w(s_t)          A_t = sum_k (gamma lambda)^k delta_{t+k}
 *     theta <- theta + alpha grad_theta  mean_t [ A_t log pi_theta(a_t|s_t) + c H(pi_theta(.|s_t)) ]
 *     w     <- w     - alpha grad_w      mean_t 1/2 (V_w(s_t) - (A_t + V_w(s_t))')^2,    the target ()' held fixed
 *
 * lambda = 1 is A3C's: each step's return runs to the end of the batch and is completed by V_w there. An episode that
 * the step limit cut is completed likewise; one that terminated is not, because nothing follows.
 */

import type { Env } from '../envs/env';
import { type VectorEnvState, vectorEnv } from '../envs/vectorEnv';
import { generalizedAdvantages, normalizeAdvantages, valueTargets } from '../estimators/advantages';
import { type Baseline, criticValues } from '../estimators/baselines';
import { distributionParameters, meanKlOf } from '../estimators/policyStatistics';
import {
  checkFinite,
  checkGamma,
  checkInteger,
  checkLimit,
  fail,
  knownOptions,
  type OptionNames,
  show,
} from '../math/check';
import type { FloatArray } from '../math/floatArray';
import { Rng, type RngState } from '../math/rng';
import { explainedVariance, mean } from '../math/statistics';
import type { MomentsState } from '../networks/normalizer';
import {
  makeOptimizer,
  type OptimizerChoice,
  type OptimizerState,
  restoreOptimizer,
  stateOfOptimizer,
} from '../networks/optimizers';
import { entropyBonus } from '../objectives/entropyBonus';
import { sumOfObjectives } from '../objectives/objective';
import { policyGradientObjective } from '../objectives/policyGradient';
import { checkPolicyFits } from '../policies/fits';
import type { Policy } from '../policies/policy';
import { collectSteps, type StepBatch } from '../rollout/collect';
import {
  CheckpointFile,
  type CheckpointOptions,
  checkKeepable,
  type Settings,
  settingsOfObject,
} from './checkpointFile';
import { type Iterated, runIterations } from './iterations';
import {
  checkNormalizesObservations,
  normalizedBatch,
  normalizedPolicy,
  observationMomentsOf,
  RewardScale,
  type RewardScaleState,
} from './normalization';
import { checkFollows, checkSchedule, follow, type Schedule, settingOfSchedule, valueAt } from './schedule';
import {
  attempt,
  checkBatch,
  checkNormalizable,
  checkWatch,
  WATCH_OPTIONS,
  type WatchOptions,
} from './training';

/** Options of `actorCritic`. */
export interface ActorCriticOptions<P extends Policy = Policy> extends WatchOptions<ActorCriticRecord> {
  /** The task. It stays untouched: copies of it run. */
  env: Env;
  /** pi_theta to begin with: tabular, linear or a network, over discrete or continuous actions. A clone is trained. */
  policy: P;
  /**
   * V_w, which is fitted in place, once an iteration: a `networkBaseline` over a table, linear function or network, with
   * `epochs: 1, minibatchSize: Infinity` for one gradient step as above.
   */
  critic: Baseline;
  /** Decides everything random. */
  seed?: number;
  /** Environment steps in all, rounded up to whole iterations of N T. */
  totalSteps?: number;
  /** N, the environments that run side by side; 4 to 64. */
  copies?: number;
  /** T, the steps of each environment behind one update; 5 to 128. */
  stepsPerIteration?: number;
  /** Discount factor, 0.9 to 1. */
  gamma?: number;
  /** 0: the TD error; 1: the return, completed by the critic at the batch's end; 0.9 to 1. */
  lambda?: number;
  /** c, the weight of the entropy; 0 to 0.01. */
  entropyCoef?: number;
  /** alpha of the actor, or a schedule of it. */
  learningRate?: Schedule;
  /** alpha of the critic, or a schedule of it, in place of its own, for one whose alpha may be changed. */
  criticLearningRate?: Schedule;
  /** How a gradient moves theta. */
  optimizer?: OptimizerChoice;
  /** Longer gradients are shortened to this; Infinity for none. */
  maxGradientNorm?: number;
  /** Whether A_t is shifted and scaled to mean 0 and standard deviation 1 over each batch. */
  normalize?: boolean;
  /** Shift and scale what policy and critic read by the statistics seen so far; off by default. */
  normalizeObservations?: boolean;
  /** Divide rewards by the standard deviation of the discounted return seen so far, and clip them to +-10; off by default. */
  normalizeRewards?: boolean;
  /** A step limit below the environment's own, or one for an environment that has none. */
  maxSteps?: number;
  /** Where to save the whole state of training, and how often; a run that is resumed gives the same bytes. */
  checkpoint?: CheckpointOptions;
}

export const ACTOR_CRITIC_OPTIONS: OptionNames<ActorCriticOptions> = {
  env: 'required',
  policy: 'required',
  critic: 'required',
  seed: 'optional',
  totalSteps: 'optional',
  copies: 'optional',
  stepsPerIteration: 'optional',
  gamma: 'optional',
  lambda: 'optional',
  entropyCoef: 'optional',
  learningRate: 'optional',
  criticLearningRate: 'optional',
  optimizer: 'optional',
  maxGradientNorm: 'optional',
  normalize: 'optional',
  normalizeObservations: 'optional',
  normalizeRewards: 'optional',
  maxSteps: 'optional',
  checkpoint: 'optional',
  ...WATCH_OPTIONS,
};

/** What happened in one iteration. */
export interface ActorCriticRecord {
  /** 0, 1, ... */
  iteration: number;
  /** Mean undiscounted return of the last 100 episodes that ended; NaN before the first has. */
  meanReturn: number;
  /** Undiscounted returns of the episodes that ended in this iteration. */
  episodeReturns: Float64Array;
  /** Euclidean length of the actor's gradient, before it is shortened. */
  gradientNorm: number;
  /** Mean entropy of pi_theta(.|s) over the batch, before the update, in nats. */
  entropy: number;
  /** Mean D_KL(before || after the update) over the batch, in nats. */
  kl: number;
  /** 1 - var(target - V) / var(target): what the critic knew of its targets before it was fitted to them. */
  explainedVariance: number;
  /** Environment steps since the start of training. */
  steps: number;
}

/** What `actorCritic` returns. */
export interface ActorCriticResult<P extends Policy = Policy> {
  /** The trained policy. With `normalizeObservations` it carries its statistics with it. */
  policy: P;
  /** V_w. With `normalizeObservations` it reads normalised ones, with `normalizeRewards` it is in units of normalised returns. */
  critic: Baseline;
  /** One record for each iteration, from the first to the last. */
  history: ActorCriticRecord[];
}

/**
 * Trains a policy by advantage actor-critic. Rejects with a `TrainingError` that names the iteration and the quantity if a
 * number stops being finite; its `result` holds policy and history as they were before that iteration.
 *
 * $$g = \frac{1}{T} \sum_t \hat A_t \, \nabla_\theta \log \pi_\theta(a_t|s_t), \qquad \hat A_t = \sum_{l \ge 0} (\gamma \lambda)^l \delta_{t+l}$$
 *
 * @example
 * ```ts
 * import { actorCritic, cartPole, mlp, mlpPolicy, networkBaseline } from 'pglab';
 *
 * const env = cartPole();
 * const policy = mlpPolicy({ env, seed: 1 });
 * const critic = networkBaseline({ network: mlp({ inputs: 4, outputs: 1, seed: 2 }) });
 * const { history } = await actorCritic({ env, policy, critic, seed: 1, totalSteps: 5000 });
 * console.log(history.at(-1)?.explainedVariance);
 * ```
 */
export async function actorCritic<P extends Policy>(
  options: ActorCriticOptions<P>,
): Promise<ActorCriticResult<P>> {
  return runActorCritic(knownOptions('actorCritic', options, ACTOR_CRITIC_OPTIONS), 'actorCritic');
}

/** What a variant of the algorithm does to the actor's updates; see a2cTrustRegion.ts. */
export interface ActorUpdate {
  /**
   * Changes dL/dy [B * K] of a batch, its observations as the policy reads them, at the outputs y [B * K], before it is carried to
   * theta; what it adds to the record.
   */
  gradient(batch: StepBatch, y: Float64Array, dY: Float64Array): object;
  /** theta has moved. */
  moved(): void;
  /** Everything that `moved` changes, for a checkpoint. */
  state: unknown;
}

/** A variant of the algorithm. */
export interface ActorCriticVariant {
  /** Made for the policy that is trained, without a normalisation of what it reads. */
  update(policy: Policy): ActorUpdate;
  settings: Settings;
}

/** What a checkpoint holds. */
interface ActorCriticState {
  policy: FloatArray;
  optimizer: OptimizerState;
  critic: unknown;
  update: unknown;
  observationMoments?: MomentsState;
  rewardScale?: RewardScaleState;
  envs: VectorEnvState;
  policyRng: RngState;
  lastReturns: number[];
  history: ActorCriticRecord[];
}

/** The loop, for options that were looked at. */
export async function runActorCritic<P extends Policy>(
  options: ActorCriticOptions<P>,
  algorithm: string,
  variant?: ActorCriticVariant,
): Promise<ActorCriticResult<P>> {
  const {
    env,
    policy: initialPolicy,
    critic,
    seed = 0,
    totalSteps = 100_000,
    copies = 8,
    stepsPerIteration = 16,
    gamma = 0.99,
    lambda = 1,
    entropyCoef = 0,
    learningRate = 1e-3,
    criticLearningRate,
    optimizer: choice = 'adam',
    maxGradientNorm = 0.5,
    normalize = false,
    normalizeObservations = false,
    normalizeRewards = false,
    maxSteps,
    checkpoint,
  } = options;
  checkInteger('totalSteps', totalSteps, 1);
  checkInteger('stepsPerIteration', stepsPerIteration, 1);
  checkGamma(gamma);
  checkFinite('lambda', lambda, 0, 1);
  checkSchedule('learningRate', learningRate);
  checkWatch(options);
  checkLimit('maxGradientNorm', maxGradientNorm);
  checkNormalizable('normalize', normalize, copies * stepsPerIteration);
  checkPolicyFits(initialPolicy, env);
  if (typeof critic?.predictFinal !== 'function')
    throw new TypeError(`critic is ${show(critic)}, but must be a baseline, e.g. networkBaseline(...).`);
  checkNormalizesObservations(normalizeObservations, env);
  if (criticLearningRate !== undefined) {
    checkSchedule('criticLearningRate', criticLearningRate);
    if (critic.learningRate === undefined)
      fail(
        'criticLearningRate is given, but the critic is one without a learningRate that could be changed.',
      );
  }
  const trained = initialPolicy.clone() as P;
  const moments = normalizeObservations ? observationMomentsOf(env) : undefined;
  const rewardScale = normalizeRewards ? new RewardScale(copies, gamma) : undefined;
  const policy = normalizedPolicy(trained, moments);
  const { network, head } = policy;
  const optimizer = makeOptimizer(choice, valueAt('learningRate', learningRate, 1));
  checkFollows(optimizer, learningRate);
  const objective = sumOfObjectives(policyGradientObjective(), entropyBonus({ coefficient: entropyCoef }));
  const [envRng, actionRng] = new Rng(seed).split(2);
  let policyRng = actionRng;
  const envs = vectorEnv(env, copies, { maxSteps });
  envs.reset(envRng);
  const stepsAnIteration = copies * stepsPerIteration;
  const dOutputs = new Float64Array(stepsAnIteration * head.parameterSize);
  const lastReturns: number[] = [];
  const history: ActorCriticRecord[] = [];
  const result = { policy, critic, history };
  const networks = [network];
  const update = variant?.update(trained);

  const iterate = (): ActorCriticRecord => {
    const iteration = history.length;
    const left = 1 - (iteration * stepsAnIteration) / totalSteps;
    follow(optimizer, learningRate, left);
    if (criticLearningRate !== undefined)
      critic.learningRate = valueAt('criticLearningRate', criticLearningRate, left);
    const start = { algorithm, iteration, networks, result, observations: envs.observations };
    return attempt(start, check => {
      const batch = collectSteps(envs, policy, { steps: stepsPerIteration, rng: policyRng });
      checkBatch(check, batch);

      const read = normalizedBatch(batch, moments);
      const rewards = rewardScale?.scale(batch, stepsPerIteration) ?? batch.rewards;
      const { values, finalValues } = criticValues(read, critic);
      const advantages = generalizedAdvantages({ ...batch, rewards }, { values, finalValues, gamma, lambda });
      const targets = valueTargets(advantages, values);
      if (normalize) normalizeAdvantages(advantages, { out: advantages });
      check('an advantage', advantages);

      const outputs = distributionParameters(batch, policy);
      const before = Float64Array.from(outputs);
      const { diagnostics } = objective.evaluate(
        outputs,
        { actions: batch.actions, advantages, oldLogProbs: batch.logProbs },
        head,
        dOutputs.fill(0),
      );
      const more = update?.gradient(read, before, dOutputs);
      network.backward(dOutputs);
      check('a number of the gradient', network.gradient);
      const gradientNorm = network.clipGradientNorm(maxGradientNorm);
      network.applyGradient(optimizer);
      check('a parameter', policy.parameters);
      update?.moved();

      critic.fit(read, targets);

      lastReturns.push(...batch.finishedReturns.slice(-100));
      lastReturns.splice(0, lastReturns.length - 100);
      const kl = meanKlOf(head, before, distributionParameters(batch, policy));
      moments?.add(batch.observations);
      return {
        iteration,
        meanReturn: lastReturns.length > 0 ? mean(lastReturns) : Number.NaN,
        episodeReturns: batch.finishedReturns,
        gradientNorm,
        entropy: diagnostics.entropy,
        kl,
        explainedVariance: explainedVariance(values, targets),
        steps: (iteration + 1) * stepsAnIteration,
        ...more,
      };
    });
  };

  const isScheduled = [learningRate, criticLearningRate].some(rate => typeof rate === 'function');
  let file: CheckpointFile | undefined;
  if (checkpoint) {
    checkKeepable('optimizer', optimizer);
    checkKeepable('critic', critic);
    file = new CheckpointFile(checkpoint, algorithm, {
      env: env.id,
      seed,
      // Where nothing depends on the share that is left, a run may be made longer.
      totalSteps: isScheduled ? totalSteps : undefined,
      copies,
      stepsPerIteration,
      gamma,
      lambda,
      entropyCoef,
      learningRate: settingOfSchedule(learningRate),
      criticLearningRate: settingOfSchedule(criticLearningRate),
      maxGradientNorm,
      normalize,
      normalizeObservations,
      normalizeRewards,
      maxSteps,
      policyParameters: network.parameters.length,
      ...variant?.settings,
      ...settingsOfObject('optimizer', optimizer),
      ...settingsOfObject('policy', trained.network),
      ...settingsOfObject('critic', critic),
    });
    file.resume<ActorCriticState>(state => {
      network.parameters.set(state.policy);
      restoreOptimizer(optimizer, state.optimizer);
      critic.state = state.critic;
      if (update) update.state = state.update;
      if (moments && state.observationMoments) moments.state = state.observationMoments;
      if (rewardScale && state.rewardScale) rewardScale.state = state.rewardScale;
      envs.state = state.envs;
      policyRng = Rng.fromState(state.policyRng);
      lastReturns.push(...state.lastReturns);
      for (const record of state.history) history.push(record);
    });
  }
  const run: Iterated<ActorCriticRecord> = {
    history,
    iterate,
    get isOver() {
      return history.length * stepsAnIteration >= totalSteps;
    },
    get state(): ActorCriticState {
      return {
        policy: network.parameters.slice(),
        optimizer: stateOfOptimizer(optimizer),
        critic: critic.state,
        update: update?.state,
        observationMoments: moments?.state,
        rewardScale: rewardScale?.state,
        envs: envs.state,
        policyRng: policyRng.state,
        lastReturns,
        history,
      };
    },
  };
  await runIterations(run, file, options);
  return result;
}
