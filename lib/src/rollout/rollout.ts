/** One trajectory with its states, to look at or to animate; and what a policy is worth, over many. */

import { checkEnv, Env, type EnvModel } from '../envs/env';
import { checkInteger, knownOptions, type OptionNames } from '../math/check';
import { checkRng, Rng } from '../math/rng';
import { mean, standardError } from '../math/statistics';
import { checkPolicyFits } from '../policies/fits';
import type { Policy } from '../policies/policy';
import { episodeLimit } from './collect';

/** A way to act: a policy, or a rule written as a function of the observation, for continuous actions too. */
export type Actor = Policy | ((observation: Float32Array, rng: Rng) => number | ArrayLike<number>);

/** One episode, s_0, a_0, r_0, s_1, ..., s_T. */
export interface Trajectory {
  /** The environment's id. */
  readonly id: string;
  /** [T + 1] s_0 .. s_T, each in the order of the model's `stateNames`. */
  readonly states: Float64Array[];
  /** [T + 1] o_0 .. o_T */
  readonly observations: Float32Array[];
  /** [T * actionSize] a_0 .. a_{T-1}; an action of a discrete space is one number. */
  readonly actions: Float64Array;
  /** [T] r_0 .. r_{T-1} */
  readonly rewards: Float64Array;
  /** sum_t r_t */
  readonly episodeReturn: number;
  /** Whether the episode ended because the task was over. */
  readonly terminated: boolean;
  /** Whether the step limit cut it. */
  readonly truncated: boolean;
}

/** Options of `rollout`. */
export interface RolloutOptions {
  /** The stream that the environment and the actions draw from. */
  rng: Rng;
  /** The state to start from, in place of one drawn. */
  state?: number | ArrayLike<number>;
  /** A step limit below the environment's own, or one for an environment that has none. */
  maxSteps?: number;
  /** Take the most probable action of a policy in place of a drawn one. */
  deterministic?: boolean;
}

const ROLLOUT_OPTIONS: OptionNames<RolloutOptions> = {
  rng: 'required',
  state: 'optional',
  maxSteps: 'optional',
  deterministic: 'optional',
};

/** Runs one episode in a copy of `env`. */
export function rollout(env: Env | EnvModel, policy: Actor, options: RolloutOptions): Trajectory {
  const { rng, state, maxSteps, deterministic = false } = knownOptions('rollout', options, ROLLOUT_OPTIONS);
  const act = actor(policy, env, deterministic);
  const limit = episodeLimit(env, maxSteps);
  const copy = new Env(env instanceof Env ? env.model : env);
  const [envRng, policyRng] = checkRng(rng).split(2);
  const observations = [copy.reset(envRng, { state })];
  const states = [copy.state];
  const actions: number[] = [];
  const rewards: number[] = [];
  let episodeReturn = 0;
  for (;;) {
    const action = act(observations[rewards.length], policyRng);
    const step = copy.step(action);
    if (typeof action === 'number') actions.push(action);
    else actions.push(...Array.from(action));
    rewards.push(step.reward);
    observations.push(step.observation);
    states.push(copy.state);
    episodeReturn += step.reward;
    const { terminated } = step;
    const truncated = !terminated && rewards.length >= limit;
    if (terminated || truncated)
      return {
        id: copy.id,
        states,
        observations,
        actions: Float64Array.from(actions),
        rewards: Float64Array.from(rewards),
        episodeReturn,
        terminated,
        truncated,
      };
  }
}

/** Options of `evaluate`. */
export interface EvaluateOptions {
  /** Episodes to average over. */
  episodes?: number;
  /** Seed of the stream that the episodes draw from; default 0. */
  seed?: number;
  /** Take the most probable action of a policy in place of a drawn one. */
  deterministic?: boolean;
  /** A step limit below the environment's own, or one for an environment that has none. */
  maxSteps?: number;
}

const EVALUATE_OPTIONS: OptionNames<EvaluateOptions> = {
  episodes: 'optional',
  seed: 'optional',
  deterministic: 'optional',
  maxSteps: 'optional',
};

/** What `evaluate` found. */
export interface Evaluation {
  /** Mean undiscounted episode return. */
  mean: number;
  /** Standard error of that mean: sample standard deviation over sqrt(episodes); NaN for one episode. */
  standardError: number;
  /** [episodes] */
  returns: Float64Array;
}

/** Estimates the undiscounted return E[sum_t r_t] of a policy from fresh episodes. */
export function evaluate(policy: Actor, env: Env | EnvModel, options: EvaluateOptions = {}): Evaluation {
  const {
    episodes = 100,
    seed = 0,
    deterministic = false,
    maxSteps,
  } = knownOptions('evaluate', options, EVALUATE_OPTIONS);
  checkInteger('episodes', episodes, 1);
  const act = actor(policy, env, deterministic);
  const limit = episodeLimit(env, maxSteps);
  const copy = new Env(env instanceof Env ? env.model : env);
  const [envRng, policyRng] = new Rng(seed).split(2);
  const returns = new Float64Array(episodes);
  for (let i = 0; i < episodes; i++) {
    let observation = copy.reset(envRng);
    for (let t = 0; t < limit; t++) {
      const step = copy.step(act(observation, policyRng));
      returns[i] += step.reward;
      observation = step.observation;
      if (step.terminated || step.truncated) break;
    }
  }
  return {
    mean: mean(returns),
    standardError: episodes > 1 ? standardError(returns) : Number.NaN,
    returns,
  };
}

/** The actor as a function of the observation. */
function actor(
  policy: Actor,
  env: Env | EnvModel,
  deterministic: boolean,
): (observation: Float32Array, rng: Rng) => number | ArrayLike<number> {
  checkEnv(env);
  if (typeof policy === 'function') return policy;
  checkPolicyFits(policy, env);
  const { network, head } = policy;
  const action = new Float32Array(head.actionSize);
  return (observation, rng) => {
    const y = network.forward(observation);
    if (deterministic) head.mode(y, 0, action, 0);
    else head.sample(y, 0, rng, action, 0);
    return action;
  };
}
