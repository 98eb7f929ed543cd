/**
 * REINFORCE (Williams 1992; lecture 6, "REINFORCE"):
 *
 *   initialise theta
 *   for each iteration
 *     run m episodes  tau^(i) ~ pi_theta
 *     g = 1/m sum_i sum_t  G_t^(i)  grad_theta log pi_theta(a_t^(i) | s_t^(i))
 *     theta <- theta + alpha g        (or an Adam step along g)
 *
 * With m = 1 this is the lecture's algorithm, except that the steps of an episode are added up before theta moves.
 * As there, the weight is G_t without gamma^t unless `discountState` says otherwise; see ../estimators/scoreFunction.ts.
 */

import type { Env } from '../envs/env';
import { meanEntropy } from '../estimators/policyStatistics';
import { type ReinforceForm, scoreGradient, scoreWeights } from '../estimators/scoreFunction';
import { checkpoint } from '../interrupt';
import { checkGamma, checkInteger, knownOptions, type OptionNames } from '../math/check';
import { Rng } from '../math/rng';
import { mean } from '../math/statistics';
import { gradientNorm, makeOptimizer, type OptimizerChoice } from '../networks/optimizers';
import { checkPolicyFits } from '../policies/fits';
import type { Policy } from '../policies/policy';
import { collectEpisodes } from '../rollout/collect';
import { episodeReturns } from '../rollout/trajectoryBatch';
import { checkFollows, checkSchedule, follow, type Schedule, valueAt } from './schedule';
import { attempt, checkBatch, checkWatch, goesOn, WATCH_OPTIONS, type WatchOptions } from './training';

/** Options of `reinforce`. */
export interface ReinforceOptions<P extends Policy = Policy> extends WatchOptions<ReinforceRecord> {
  /** The task. It stays untouched: episodes run in a copy. */
  env: Env;
  /** pi_theta to begin with. It stays untouched: a clone is trained and returned. */
  policy: P;
  /** Decides everything random. */
  seed?: number;
  /** Updates of theta; 50 to 1000. */
  iterations?: number;
  /** m, the episodes behind one update; 1 to 100. */
  episodesPerIteration?: number;
  /** Discount factor, 0.9 to 1. */
  gamma?: number;
  /** alpha, or a schedule of it; for Adam 0.001 to 0.1, for plain ascent it depends on the size of the returns. */
  learningRate?: Schedule;
  /** The weight on the score: R(tau) ('total-return') or G_t ('reward-to-go', the lecture's temporal structure). */
  form?: ReinforceForm;
  /** Whether G_t is multiplied by gamma^t: then g estimates the gradient of the discounted objective without bias. */
  discountState?: boolean;
  /** 'sgd': theta + alpha g; 'adam', 'rmsprop': steps scaled by each parameter's recent gradients; or one of your own. */
  optimizer?: OptimizerChoice;
  /** A step limit below the environment's own, or one for an environment that has none. */
  maxSteps?: number;
}

const REINFORCE_OPTIONS: OptionNames<ReinforceOptions> = {
  env: 'required',
  policy: 'required',
  seed: 'optional',
  iterations: 'optional',
  episodesPerIteration: 'optional',
  gamma: 'optional',
  learningRate: 'optional',
  form: 'optional',
  discountState: 'optional',
  optimizer: 'optional',
  maxSteps: 'optional',
  ...WATCH_OPTIONS,
};

/** What happened in one iteration. */
export interface ReinforceRecord {
  /** 0, 1, ... */
  iteration: number;
  /** Mean of `episodeReturns`. */
  meanReturn: number;
  /** [m] sum_t r_t of each episode, undiscounted, under theta before the update. */
  episodeReturns: Float64Array;
  /** Euclidean length of g. */
  gradientNorm: number;
  /** Mean entropy of pi_theta(.|s) over the states visited, in nats. */
  entropy: number;
  /** Environment steps since the start of training. */
  steps: number;
}

/** What `reinforce` returns. */
export interface ReinforceResult<P extends Policy = Policy> {
  /** The policy that was given, trained in place. */
  policy: P;
  /** One record for each iteration, from the first to the last. */
  history: ReinforceRecord[];
}

/**
 * Trains a policy by REINFORCE. Rejects with a `TrainingError` that names the iteration and the quantity if a number stops
 * being finite; its `result` holds policy and history as they were before that iteration.
 *
 * $$g = \frac{1}{m} \sum_{i=1}^m \sum_t G_t \, \nabla_\theta \log \pi_\theta(a_t|s_t), \qquad \theta \leftarrow \theta + \alpha g$$
 *
 * @example
 * ```ts
 * import { frozenLake, reinforce, softmaxTabular, tabularEnv } from 'pglab';
 *
 * const env = tabularEnv(frozenLake({ slippery: false, gamma: 0.9 }));
 * const policy = softmaxTabular({ states: 16, actions: 4 });
 * const { history } = await reinforce({ env, policy, seed: 1, iterations: 100, learningRate: 2 });
 * console.log(history.at(-1)?.meanReturn);
 * ```
 */
export async function reinforce<P extends Policy>(options: ReinforceOptions<P>): Promise<ReinforceResult<P>> {
  const {
    env,
    policy: initialPolicy,
    seed = 0,
    iterations = 100,
    episodesPerIteration = 1,
    gamma = 0.99,
    learningRate = 0.01,
    form = 'reward-to-go',
    discountState = false,
    optimizer: choice = 'sgd',
    maxSteps,
  } = knownOptions('reinforce', options, REINFORCE_OPTIONS);
  checkInteger('iterations', iterations, 1);
  checkInteger('episodesPerIteration', episodesPerIteration, 1);
  checkGamma(gamma);
  checkSchedule('learningRate', learningRate);
  checkWatch(options);
  checkPolicyFits(initialPolicy, env);
  const policy = initialPolicy.clone() as P;
  const optimizer = makeOptimizer(choice, valueAt('learningRate', learningRate, 1));
  checkFollows(optimizer, learningRate);
  const rng = new Rng(seed);
  const history: ReinforceRecord[] = [];
  const result = { policy, history };
  let steps = 0;

  for (let iteration = 0; iteration < iterations; iteration++) {
    await checkpoint();
    follow(optimizer, learningRate, 1 - iteration / iterations);
    const record = attempt(
      { algorithm: 'reinforce', iteration, networks: [policy.network], result },
      check => {
        const batch = collectEpisodes(env, policy, { episodes: episodesPerIteration, rng, maxSteps });
        checkBatch(check, batch);

        const weights = scoreWeights(batch, { gamma, form, discountState });
        const gradient = scoreGradient(batch, policy, weights);
        check('a number of the gradient', gradient);

        const entropy = meanEntropy(batch, policy);
        optimizer.ascend(policy.parameters, gradient);
        check('a parameter', policy.parameters);

        steps += batch.rewards.length;
        const returns = episodeReturns(batch);
        return {
          iteration,
          meanReturn: mean(returns),
          episodeReturns: returns,
          gradientNorm: gradientNorm(gradient),
          entropy,
          steps,
        };
      },
    );
    history.push(record);
    if (!(await goesOn(record, options))) break;
  }
  return result;
}
