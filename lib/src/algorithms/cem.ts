/**
 * The cross-entropy method over theta (Rubinstein 1999; for policies Szita and Lorincz 2006, "Learning Tetris using the noisy
 * cross-entropy method"): no gradient at all, a search among policies by their returns.
 *
 *   for each iteration t
 *     theta_i ~ N(mu, diag(sigma^2)),   i = 1 .. n
 *     J_i = mean return of theta_i over a few episodes
 *     mu, sigma^2 <- mean and variance of the rho n best theta_i,    sigma^2 <- sigma^2 + Z_t
 *
 * The name: the update makes the normal distribution the likeliest one for the best (it minimises a cross-entropy). Left to
 * itself sigma shrinks too fast, and the search stops where it happens to be; the noise Z_t keeps it open. The paper's schedules
 * are a constant 4, and max(5 - t / 10, 0), for weights of Tetris' features; what is small or large depends on theta.
 *
 * In the lecture's "Empirical performance of PPO" it is the method that uses neither time nor states.
 */

import type { Env } from '../envs/env';
import { checkpoint } from '../interrupt';
import { checkEither, checkFinite, checkInteger, knownOptions, type OptionNames } from '../math/check';
import { Rng, type RngState } from '../math/rng';
import { mean } from '../math/statistics';
import { square } from '../math/vectors';
import type { MomentsState } from '../networks/normalizer';
import { checkPolicyFits } from '../policies/fits';
import type { Policy } from '../policies/policy';
import { collectEpisodes } from '../rollout/collect';
import { episodeReturns } from '../rollout/trajectoryBatch';
import { CheckpointFile, type CheckpointOptions, settingsOfObject } from './checkpointFile';
import { type Iterated, runIterations } from './iterations';
import { checkNormalizesObservations, normalizedPolicy, observationMomentsOf } from './normalization';
import { attempt, checkBatch, checkWatch, WATCH_OPTIONS, type WatchOptions } from './training';

/** Options of `cem`. */
export interface CemOptions<P extends Policy = Policy> extends WatchOptions<CemRecord> {
  /** The task. It stays untouched: episodes run in copies. */
  env: Env;
  /** mu to begin with are its parameters, over discrete or continuous actions. A clone is trained. */
  policy: P;
  /** Decides everything random. */
  seed?: number;
  /** 20 to 500. */
  iterations?: number;
  /** In place of `iterations`: environment steps in all, rounded up to whole iterations. */
  totalSteps?: number;
  /** n, the policies tried in an iteration (20 to 200). */
  populationSize?: number;
  /** rho, the share of them that the next distribution is made of (0.1 to 0.3). */
  eliteFraction?: number;
  /** sigma to begin with, the same for all parameters (0.1 to 10). */
  std?: number;
  /** Z_t, what is added to each variance after iteration t = 0, 1, ...: a number, or a schedule. None by default. */
  noise?: number | ((iteration: number) => number);
  /** Episodes behind each J_i (1 to 10). All theta_i of an iteration meet the same start states. */
  episodesPerCandidate?: number;
  /** Shift and scale what policies read by the statistics of all iterations before; off by default. */
  normalizeObservations?: boolean;
  /** A step limit below the environment's own, or one for an environment that has none. */
  maxSteps?: number;
  /** Where to save the whole state of training, and how often; a run that is resumed gives the same bytes. */
  checkpoint?: CheckpointOptions;
}

const CEM_OPTIONS: OptionNames<CemOptions> = {
  env: 'required',
  policy: 'required',
  seed: 'optional',
  iterations: 'optional',
  totalSteps: 'optional',
  populationSize: 'optional',
  eliteFraction: 'optional',
  std: 'optional',
  noise: 'optional',
  episodesPerCandidate: 'optional',
  normalizeObservations: 'optional',
  maxSteps: 'optional',
  checkpoint: 'optional',
  ...WATCH_OPTIONS,
};

/** What happened in one iteration. */
export interface CemRecord {
  /** 0, 1, ... */
  iteration: number;
  /** Environment steps since the start of training. */
  steps: number;
  /** Mean of J_i over all n policies. */
  meanReturn: number;
  /** Mean of J_i over the best. */
  eliteReturn: number;
  /** [n] J_i, undiscounted. */
  returns: Float64Array;
  /** Mean sigma over the parameters, after the update and its noise. */
  std: number;
}

/** What `cem` returns. */
export interface CemResult<P extends Policy = Policy> {
  /** The policy with the parameters mu. With `normalizeObservations` it carries its statistics with it. */
  policy: P;
  /** [d] sigma at the end. */
  std: Float64Array;
  /** One record for each iteration, from the first to the last. */
  history: CemRecord[];
}

/** What a checkpoint holds. */
interface CemState {
  mu: Float64Array;
  sigma: Float64Array;
  observationMoments?: MomentsState;
  rng: RngState;
  steps: number;
  history: CemRecord[];
}

/**
 * Searches for a policy by the cross-entropy method. Rejects with a `TrainingError` that names the iteration and the quantity if a
 * number stops being finite; its `result` holds policy and history as they were before that iteration.
 *
 * $$\theta_i \sim N\big(\mu, \mathrm{diag}(\sigma^2)\big), \qquad (\mu, \sigma^2) \leftarrow \text{mean and variance of the } \rho n \text{ best } \theta_i, \quad \sigma^2 \leftarrow \sigma^2 + Z_t$$
 *
 * @example
 * ```ts
 * import { cartPole, cem, mlpPolicy } from 'pglab';
 *
 * const env = cartPole();
 * const policy = mlpPolicy({ env, hidden: [], seed: 1 });
 * const { history } = await cem({ env, policy, seed: 1, iterations: 5 });
 * console.log(history.map(record => record.meanReturn));
 * ```
 */
export async function cem<P extends Policy>(options: CemOptions<P>): Promise<CemResult<P>> {
  const {
    env,
    policy: initialPolicy,
    seed = 0,
    totalSteps,
    iterations = totalSteps === undefined ? 50 : undefined,
    populationSize: n = 50,
    eliteFraction = 0.2,
    std = 1,
    noise = 0,
    episodesPerCandidate: episodes = 1,
    normalizeObservations = false,
    maxSteps,
    checkpoint: saving,
  } = knownOptions(NAME, options, CEM_OPTIONS);
  checkEither('iterations', iterations, 'totalSteps', totalSteps);
  if (iterations !== undefined) checkInteger('iterations', iterations, 1);
  if (totalSteps !== undefined) checkInteger('totalSteps', totalSteps, 1);
  checkInteger('populationSize', n, 2);
  checkFinite('eliteFraction', eliteFraction, 0, 1);
  checkFinite('std', std, 0);
  checkInteger('episodesPerCandidate', episodes, 1);
  const Z = typeof noise === 'function' ? noise : () => noise;
  if (typeof noise !== 'function') checkFinite('noise', noise, 0);
  checkWatch(options);
  checkPolicyFits(initialPolicy, env);
  checkNormalizesObservations(normalizeObservations, env);
  const moments = normalizeObservations ? observationMomentsOf(env) : undefined;
  const policy = normalizedPolicy(initialPolicy.clone() as P, moments);
  const trial = normalizedPolicy(initialPolicy.clone(), moments);
  const elites = Math.max(1, Math.round(eliteFraction * n));
  const mu = Float64Array.from(policy.parameters);
  const sigma = new Float64Array(mu.length).fill(std);
  const history: CemRecord[] = [];
  const result = { policy, std: sigma, history };
  let rng = new Rng(seed);
  let steps = 0;
  const file =
    saving &&
    new CheckpointFile(saving, NAME, {
      env: env.id,
      maxSteps,
      seed,
      populationSize: n,
      eliteFraction,
      std,
      noise: typeof noise === 'function' ? 'a schedule' : noise,
      episodesPerCandidate: episodes,
      normalizeObservations,
      policyParameters: mu.length,
      ...settingsOfObject('policy', initialPolicy.network),
    });
  file?.resume<CemState>(state => {
    mu.set(state.mu);
    sigma.set(state.sigma);
    policy.parameters.set(mu);
    if (moments && state.observationMoments) moments.state = state.observationMoments;
    rng = Rng.fromState(state.rng);
    steps = state.steps;
    for (const record of state.history) history.push(record);
  });

  const iterate = async (): Promise<CemRecord> => {
    const iteration = history.length;
    const population = Array.from({ length: n }, () => mu.map((m, k) => m + sigma[k] * rng.normal()));
    const episodeRng = rng.split(1)[0].state;
    const returns = new Float64Array(n);
    const seen: Float32Array[] = []; // by all, so that all read with the same statistics
    let taken = 0;
    const start = { algorithm: NAME, iteration, networks: [policy.network], result };
    for (const [i, theta] of population.entries()) {
      await checkpoint();
      attempt(start, check => {
        trial.parameters.set(theta);
        const batch = collectEpisodes(env, trial, {
          episodes,
          rng: Rng.fromState(episodeRng),
          maxSteps,
          copies: episodes,
        });
        checkBatch(check, batch);
        returns[i] = mean(episodeReturns(batch));
        taken += batch.rewards.length;
        if (moments) seen.push(batch.observations);
      });
    }
    const order = population.map((_, i) => i).sort((a, b) => returns[b] - returns[a] || a - b);
    const best = order.slice(0, elites);
    const added = checkFinite(`noise(${iteration})`, Z(iteration), 0);
    for (let k = 0; k < mu.length; k++) {
      let sum = 0;
      for (const i of best) sum += population[i][k];
      mu[k] = sum / elites;
      let squares = 0;
      for (const i of best) squares += square(population[i][k] - mu[k]);
      sigma[k] = Math.sqrt(squares / elites + added);
    }
    policy.parameters.set(mu);
    for (const observations of seen) moments!.add(observations);
    steps += taken;
    return {
      iteration,
      steps,
      meanReturn: mean(returns),
      eliteReturn: mean(best.map(i => returns[i])),
      returns,
      std: mean(sigma),
    };
  };

  const run: Iterated<CemRecord> = {
    history,
    iterate,
    get isOver() {
      return totalSteps === undefined ? history.length >= iterations! : steps >= totalSteps;
    },
    get state(): CemState {
      return { mu, sigma, observationMoments: moments?.state, rng: rng.state, steps, history };
    },
  };
  await runIterations(run, file, options);
  return result;
}

const NAME = 'cem';
