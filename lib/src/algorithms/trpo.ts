/**
 * Trust region policy optimisation (Schulman, Levine, Moritz, Jordan and Abbeel 2015; lecture 6, "use KL constraint
 * (called trust region)"):
 *
 *   theta_{k+1} = arg max_theta  mean_t r_t(theta) A_t
 *                 subject to     mean_t D_KL(pi_theta_k(.|s_t) || pi_theta(.|s_t)) <= delta
 *
 * The solution is approximate. The natural gradient gives the direction and, by a quadratic model of the constraint, how
 * far to go (./naturalGradient.ts). A backtracking line search (./lineSearch.ts) then checks that step on the surrogate and
 * on the divergence themselves. The policy moves only if the first grew and the second is at most delta; else it stays.
 *
 * Where PPO-KL (./ppoKl.ts) pays for divergence and PPO-Clip ignores it, here no iteration exceeds delta on its batch.
 */

import { checkFinite, checkInteger, knownOptions, type OptionNames } from '../math/check';
import type { Policy } from '../policies/policy';
import { CheckpointFile } from './checkpointFile';
import { lineSearch } from './lineSearch';
import {
  checkKl,
  checkSecondOrderOptions,
  type Evaluate,
  type NaturalGradientRecord,
  NaturalGradientRun,
  SECOND_ORDER_DEFAULTS,
  SECOND_ORDER_OPTIONS,
  type SecondOrderOptions,
  type StepTaken,
} from './naturalGradient';
import { type OnPolicyResult, settingsOfOnPolicy, withoutUndefined } from './onPolicyOptions';
import { WATCH_OPTIONS, type WatchOptions } from './training';

/** Options of `trpo`. */
export interface TrpoOptions<P extends Policy = Policy>
  extends SecondOrderOptions<P>,
    WatchOptions<TrpoRecord> {
  /** delta, the most that an iteration may diverge on its batch, in nats (0.001 to 0.03). */
  klLimit?: number;
  /** How much shorter each try of the line search is (0.5 to 0.8). */
  backtrackFactor?: number;
  /** Tries of the line search at most (10 to 15). */
  lineSearchTries?: number;
}

const TRPO_OPTIONS: OptionNames<TrpoOptions> = {
  ...SECOND_ORDER_OPTIONS,
  klLimit: 'optional',
  backtrackFactor: 'optional',
  lineSearchTries: 'optional',
  ...WATCH_OPTIONS,
};

/** What happened in one iteration. */
export interface TrpoRecord extends NaturalGradientRecord {
  /** How much of the proposed step was taken: 1, 0.5, 0.25, ..., or 0 if none would do. */
  stepFraction: number;
  /** Tries of the line search. */
  tries: number;
}

/** What `trpo` returns. */
export type TrpoResult<P extends Policy = Policy> = OnPolicyResult<P, TrpoRecord>;

/**
 * Trains a policy by TRPO.
 *
 * $$\theta_{k+1} = \arg\max_\theta \frac{1}{T} \sum_t r_t(\theta) \hat A_t \quad \text{subject to} \quad \frac{1}{T} \sum_t D_{\mathrm{KL}}\big(\pi_{\theta_k}(\cdot|s_t) \,\|\, \pi_\theta(\cdot|s_t)\big) \le \delta$$
 *
 * Rejects with a `TrainingError` that names the iteration and the quantity if a number stops being finite; its `result`
 * holds policy, critic and history as they were before that iteration.
 *
 * @example
 * ```ts
 * import { cartPole, mlp, mlpPolicy, trpo } from 'pglab';
 *
 * const env = cartPole();
 * const policy = mlpPolicy({ env, seed: 1 });
 * const critic = mlp({ inputs: 4, outputs: 1, seed: 2 });
 * const { history } = await trpo({ env, policy, critic, seed: 1, totalSteps: 8192, klLimit: 0.01 });
 * console.log(history.map(record => record.kl));
 * ```
 */
export async function trpo<P extends Policy>(options: TrpoOptions<P>): Promise<TrpoResult<P>> {
  knownOptions('trpo', options, TRPO_OPTIONS);
  const complete = { ...DEFAULTS, ...withoutUndefined(options) };
  checkSecondOrderOptions(complete);
  checkKl('klLimit', complete.klLimit);
  checkFinite('backtrackFactor', complete.backtrackFactor, 0.01, 0.99);
  checkInteger('lineSearchTries', complete.lineSearchTries, 1);
  const run = new TrpoRun(complete);
  const { totalSteps, ...settings } = settingsOfOnPolicy(complete);
  const file = options.checkpoint && new CheckpointFile(options.checkpoint, NAME, settings);
  return run.train(file, options);
}

class TrpoRun<P extends Policy> extends NaturalGradientRun<P, TrpoRecord> {
  constructor(private readonly own: TrpoOptions<P> & typeof DEFAULTS) {
    super(NAME, own, own.klLimit);
  }

  protected override take(step: Float64Array, evaluate: Evaluate): StepTaken & Partial<TrpoRecord> {
    const { klLimit, backtrackFactor, lineSearchTries: tries } = this.own;
    const { parameters } = this.network;
    const search = lineSearch({ parameters, step, evaluate, klLimit, backtrackFactor, tries });
    return {
      fraction: search.fraction,
      stepFraction: search.fraction,
      tries: search.trials.length,
      ...(search.fraction === 0 && {
        refused: `none of ${tries} steps along the natural gradient raised the surrogate within klLimit ${klLimit}: the policy stays as it was.`,
      }),
    };
  }
}

const NAME = 'trpo';

const DEFAULTS = { ...SECOND_ORDER_DEFAULTS, klLimit: 0.01, backtrackFactor: 0.5, lineSearchTries: 10 };
