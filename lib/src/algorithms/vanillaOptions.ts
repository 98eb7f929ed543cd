/** The options and records of the vanilla policy gradient (./vanillaPolicyGradient.ts), and what its options must be. */

import type { Env } from '../envs/env';
import { type Baseline, noBaseline } from '../estimators/baselines';
import {
  checkEither,
  checkFinite,
  checkGamma,
  checkInteger,
  fail,
  knownOptions,
  type OptionNames,
} from '../math/check';
import type { Optimizer, OptimizerChoice } from '../networks/optimizers';
import { checkPolicyFits } from '../policies/fits';
import type { Policy } from '../policies/policy';
import type { CheckpointOptions } from './checkpointFile';
import { checkNormalizesObservations } from './normalization';
import { checkSchedule, type Schedule } from './schedule';
import { checkWatch, WATCH_OPTIONS, type WatchOptions } from './training';

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
  /** One record for each iteration, from the first to the last. */
  history: VanillaPolicyGradientRecord[];
}

/** Options of which nothing is left open but what is optional. */
export type CompleteVanillaOptions<P extends Policy = Policy> = ReturnType<typeof completeVanillaOptions<P>>;

/** The options of `vanillaPolicyGradient` with their defaults, checked. */
export function completeVanillaOptions<P extends Policy>(options: VanillaPolicyGradientOptions<P>) {
  const {
    env,
    policy,
    baseline = noBaseline(),
    seed = 0,
    totalSteps,
    iterations = totalSteps === undefined ? 100 : undefined,
    stepsPerIteration,
    episodesPerIteration = stepsPerIteration === undefined ? 10 : undefined,
    gamma = 0.99,
    learningRate = 0.01,
    klTarget,
    optimizer = 'adam',
    normalize = false,
    discountState = false,
    normalizeObservations = false,
    maxSteps,
    copies = episodesPerIteration ?? 1,
    checkpoint,
  } = knownOptions('vanillaPolicyGradient', options, VANILLA_POLICY_GRADIENT_OPTIONS);
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
  checkPolicyFits(policy, env);
  checkNormalizesObservations(normalizeObservations, env);
  return {
    env,
    policy,
    baseline,
    seed,
    totalSteps,
    iterations,
    stepsPerIteration,
    episodesPerIteration,
    gamma,
    learningRate,
    klTarget,
    optimizer,
    normalize,
    discountState,
    normalizeObservations,
    maxSteps,
    copies,
    checkpoint,
  };
}

/** Throws unless alpha can adapt itself to `klTarget`. */
export function checkAdaptive(optimizer: Optimizer, learningRate: Schedule, klTarget: number): void {
  if (checkFinite('klTarget', klTarget, 0) === 0) fail('klTarget is 0, but must be above 0.');
  if (typeof learningRate === 'function')
    fail('klTarget is given, so that learningRate must be the number that it begins with, not a function.');
  if (optimizer.learningRate === undefined)
    fail('klTarget is given, but the optimizer is one without a learningRate that could adapt to it.');
}
