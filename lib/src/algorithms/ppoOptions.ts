/** The options, records and defaults of PPO (./ppo.ts), what its options must be, and which of them a checkpoint insists on. */

import {
  checkFinite,
  checkInteger,
  checkLimit,
  fail,
  knownOptions,
  type OptionNames,
  show,
} from '../math/check';
import type { PolicyObjective } from '../objectives/objective';
import type { Policy } from '../policies/policy';
import type { Settings } from './checkpointFile';
import {
  checkOnPolicyOptions,
  ON_POLICY_DEFAULTS,
  ON_POLICY_OPTIONS,
  type OnPolicyOptions,
  type OnPolicyRecord,
  type OnPolicyResult,
  settingsOfOnPolicy,
  withoutUndefined,
} from './onPolicyOptions';
import { checkSchedule, type Schedule } from './schedule';
import { WATCH_OPTIONS, type WatchOptions } from './training';

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

/** What the options are where they are not stated. */
export const PPO_DEFAULTS = {
  ...ON_POLICY_DEFAULTS,
  epochs: 10,
  minibatchSize: 64,
  learningRate: 3e-4 as Schedule,
  adamEpsilon: 1e-8,
  maxGradientNorm: Infinity,
  annealLearningRate: false,
  stopAtKl: Infinity,
};

/** Options of which nothing is left open. */
export type CompletePpoOptions<P extends Policy = Policy> = PpoObjectiveOptions<P> & typeof PPO_DEFAULTS;

/** The options of `ppo` with their defaults, checked. */
export function completePpoOptions<P extends Policy>(options: PpoObjectiveOptions<P>): CompletePpoOptions<P> {
  knownOptions('ppo', options, PPO_OBJECTIVE_OPTIONS);
  const complete = { ...PPO_DEFAULTS, ...withoutUndefined(options) };
  const { objective } = complete;
  checkOnPolicyOptions(complete);
  if (typeof objective?.add !== 'function')
    throw new TypeError(`objective is ${show(objective)}, but must be an objective, e.g. clipObjective().`);
  checkInteger('epochs', complete.epochs, 1);
  if (complete.minibatchSize !== Infinity) checkInteger('minibatchSize', complete.minibatchSize, 1);
  for (const name of ['learningRate', 'criticLearningRate'] as const) {
    const schedule = complete[name];
    if (schedule === undefined) continue;
    checkSchedule(name, schedule);
    if (typeof schedule === 'function' && complete.annealLearningRate)
      fail(`annealLearningRate is true, but ${name} is a schedule already.`);
  }
  checkFinite('adamEpsilon', complete.adamEpsilon, 0);
  if (complete.valueClipRange !== undefined) checkLimit('valueClipRange', complete.valueClipRange, false);
  checkLimit('maxGradientNorm', complete.maxGradientNorm);
  checkLimit('stopAtKl', complete.stopAtKl);
  return complete;
}

/** What must be the same for a run to be continued. */
export function settingsOfPpo<P extends Policy>(options: CompletePpoOptions<P>): Settings {
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
