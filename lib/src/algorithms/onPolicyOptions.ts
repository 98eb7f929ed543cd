/** The options, records and defaults of all algorithms with a critic (./onPolicy.ts), what the options must be, and which of them a checkpoint insists on. */

import type { Env } from '../envs/env';
import { checkFinite, checkGamma, checkInteger, checkVector, type OptionNames, show } from '../math/check';
import type { Network } from '../networks/network';
import { checkNetworkFits, checkPolicyFits } from '../policies/fits';
import type { Policy } from '../policies/policy';
import type { CheckpointOptions, Settings } from './checkpointFile';
import { checkNormalizesObservations } from './normalization';
import { settingOfSchedule } from './schedule';
import { checkNormalizable, checkWatch, type WatchOptions } from './training';

/** What the algorithms have in common. Usual ranges in parentheses. */
export interface OnPolicyOptions<P extends Policy = Policy> {
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
  /** Shift and scale the advantages of each batch to mean 0 and standard deviation 1. On by default: all implementations do. */
  normalizeAdvantages?: boolean;
  /** c of the bonus c * mean entropy (0 to 0.02); none by default. */
  entropyCoef?: number;
  /** Shift and scale what the networks read by the statistics seen so far; off by default. */
  normalizeObservations?: boolean;
  /** Divide rewards by the standard deviation of the discounted return seen so far, and clip them to +-10; off by default. */
  normalizeRewards?: boolean;
  /** A step limit below the environment's own, or one for an environment that has none. */
  maxSteps?: number;
  /**
   * 2 trains the critic on a second thread while this one trains the policy, which share nothing but the batch: the same
   * bytes in less time, if a second processor is free. The critic must be an `mlp` of the default engine.
   */
  threads?: 1 | 2;
  /** Where to save the whole state of training, and how often; a run that is resumed gives the same bytes. */
  checkpoint?: CheckpointOptions;
}

/** Their names. */
export const ON_POLICY_OPTIONS: OptionNames<OnPolicyOptions> = {
  env: 'required',
  policy: 'required',
  critic: 'required',
  seed: 'optional',
  totalSteps: 'optional',
  copies: 'optional',
  stepsPerIteration: 'optional',
  gamma: 'optional',
  lambda: 'optional',
  normalizeAdvantages: 'optional',
  entropyCoef: 'optional',
  normalizeObservations: 'optional',
  normalizeRewards: 'optional',
  maxSteps: 'optional',
  threads: 'optional',
  checkpoint: 'optional',
};

/** What happened in one iteration, whatever the algorithm. */
export interface OnPolicyRecord {
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
  /** 1 - var(G - V) / var(G) of the critic before its update. */
  explainedVariance: number;
  /** Mean squared error of the critic over the last epoch's minibatches, in units of (normalised) returns. */
  valueError: number;
}

/** What the algorithms return. */
export interface OnPolicyResult<P extends Policy, Record extends OnPolicyRecord> {
  /** The trained policy. With `normalizeObservations` it carries its statistics with it. */
  policy: P;
  /** V_w. With `normalizeRewards` in units of normalised returns. */
  critic: Network;
  /** One record for each iteration, from the first to the last. */
  history: Record[];
}

/** What the options are where they are not stated, for all algorithms. */
export const ON_POLICY_DEFAULTS = {
  seed: 0,
  totalSteps: 100_000,
  copies: 8,
  stepsPerIteration: 128,
  gamma: 0.99,
  lambda: 0.95,
  normalizeAdvantages: true,
  normalizeObservations: false,
  normalizeRewards: false,
  threads: 1 as 1 | 2,
};

/** Options of which nothing is left open. */
export type Complete<P extends Policy> = OnPolicyOptions<P> & typeof ON_POLICY_DEFAULTS;

/** The options without those that are undefined, so that they take their defaults. */
export const withoutUndefined = <T extends object>(options: T): T =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;

/** The smaller of the environment's step limit and the caller's. */
export const stepLimit = ({ maxSteps: own }: Env, maxSteps = Infinity): number => Math.min(own, maxSteps);

/** Throws unless the options that the algorithms have in common can be. */
export function checkOnPolicyOptions(options: Complete<Policy> & WatchOptions<never>): void {
  const { env, policy, critic } = options;
  checkPolicyFits(policy, env);
  if (typeof critic?.forward !== 'function' || critic.outputSize !== 1)
    throw new TypeError(
      `critic is ${typeof critic?.forward === 'function' ? `a network with ${critic.outputSize} outputs` : show(critic)}, but must be a network with one output, e.g. mlp({ inputs, outputs: 1, seed }).`,
    );
  checkNetworkFits('critic', critic, env);
  checkVector('policy.parameters', policy.parameters);
  checkVector('critic.parameters', critic.parameters);
  checkWatch(options);
  for (const name of ['totalSteps', 'copies', 'stepsPerIteration'] as const)
    checkInteger(name, options[name], 1);
  checkNormalizable(
    'normalizeAdvantages',
    options.normalizeAdvantages,
    options.copies * options.stepsPerIteration,
  );
  checkInteger('threads', options.threads, 1, 2);
  checkGamma(options.gamma);
  checkFinite('lambda', options.lambda, 0, 1);
  if (options.entropyCoef !== undefined) checkFinite('entropyCoef', options.entropyCoef);
  checkNormalizesObservations(options.normalizeObservations, env);
}

/** What of the options must be the same for a run to be continued. */
export function settingsOfOnPolicy<P extends Policy>(options: Complete<P> & WatchOptions<never>): Settings {
  const { env, policy, critic, onIteration, targetReturn, checkpoint, threads, ...settings } = options;
  const { maxSteps, ...numbers } = settings as typeof settings & Record<string, unknown>;
  return {
    ...(Object.fromEntries(
      Object.entries(numbers).map(([name, value]) => [name, settingOfSchedule(value)]),
    ) as Settings),
    env: env.id,
    maxSteps: stepLimit(env, maxSteps),
    policyParameters: policy.parameters.length,
    criticParameters: critic.parameters.length,
  };
}
