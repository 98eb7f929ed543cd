/**
 * Running a policy in an environment: whole trajectories for Monte-Carlo estimators (REINFORCE), partial ones of a fixed
 * number of steps for critics (actor-critic, PPO).
 *
 * The one stream that a caller passes in is split into one for the environment and one for the policy: two policies run
 * with the same seed meet the same start states.
 */

import { checkEnv, type Env, type EnvModel, sizeOf } from '../envs/env';
import { type VectorEnv, vectorEnv } from '../envs/vectorEnv';
import { checkInteger, fail, show } from '../math/check';
import { checkRng, type Rng } from '../math/rng';
import type { Policy } from '../policies/policy';
import type { TrajectoryBatch } from './trajectoryBatch';

/** Throws unless the policy's actions and observations are those of the environment. */
export function checkPolicyFits(
  policy: Policy,
  env: Pick<EnvModel, 'id' | 'actionSpace' | 'observationSpace'>,
): void {
  checkEnv(env);
  if (policy === null || typeof policy !== 'object' || typeof policy.act !== 'function')
    throw new TypeError(`policy is ${show(policy)}, but must be a policy, e.g. softmaxLinear(...).`);
  const { actionSpace, observationSpace, id } = env;
  if (actionSpace.kind !== 'discrete')
    fail(`policy chooses among ${policy.actionCount} actions, but ${id} takes actions from a box.`);
  if (actionSpace.n !== policy.actionCount)
    fail(`policy has ${policy.actionCount} actions, but ${id} has ${actionSpace.n}.`);
  const size = sizeOf(observationSpace);
  if ((policy.observationSize ?? size) !== size)
    fail(
      `policy is made for observations of ${policy.observationSize} numbers, but those of ${id} have ${size}.`,
    );
  if (policy.states === undefined) return;
  if (observationSpace.kind !== 'discrete')
    fail(`policy is made for the indices of ${policy.states} states, but ${id} shows points of a box.`);
  if (observationSpace.n !== policy.states)
    fail(`policy has ${policy.states} states, but ${id} has ${observationSpace.n}.`);
}

/** The step limit of an episode: the caller's, if given and smaller, else the environment's; there must be one. */
export function episodeLimit(env: Pick<EnvModel, 'id' | 'maxSteps'>, maxSteps: number | undefined): number {
  if (maxSteps !== undefined) checkInteger('maxSteps', maxSteps, 1);
  const limit = Math.min(env.maxSteps, maxSteps ?? Infinity);
  if (limit === Infinity) fail(`maxSteps is missing, but ${env.id} has no step limit of its own: state one.`);
  return limit;
}

export interface CollectEpisodesOptions {
  /** m, the number of trajectories. */
  episodes: number;
  rng: Rng;
  /** A step limit below the environment's own, or one for an environment that has none. */
  maxSteps?: number;
}

/** m whole trajectories tau^(i) ~ pi_theta, each ended by termination or by the step limit. `env` stays untouched. */
export function collectEpisodes(
  env: Env | EnvModel,
  policy: Policy,
  { episodes, rng, maxSteps }: CollectEpisodesOptions,
): TrajectoryBatch {
  checkInteger('episodes', episodes, 1);
  checkPolicyFits(policy, env);
  const copy = vectorEnv(env, 1, { maxSteps: episodeLimit(env, maxSteps) });
  const [envRng, policyRng] = checkRng(rng).split(2);
  copy.reset(envRng);

  const { observationSize } = copy;
  const action = new Int32Array(1);
  const episodeStarts = new Int32Array(episodes + 1);
  const finalObservations = new Float32Array(episodes * observationSize);
  let room = 256;
  let rows = allocate(room, observationSize);
  let t = 0;
  for (let finished = 0; finished < episodes; t++) {
    if (t === room) {
      room *= 2;
      rows = resized(rows, room, observationSize);
    }
    rows.observations.set(copy.observations, t * observationSize);
    action[0] = policy.act(copy.observations, 0, policyRng);
    rows.logProbs[t] = policy.logProb(copy.observations, 0, action[0]);
    copy.step(action);
    rows.actions[t] = action[0];
    rows.rewards[t] = copy.rewards[0];
    rows.terminated[t] = copy.terminated[0];
    rows.truncated[t] = copy.truncated[0];
    if (copy.terminated[0] || copy.truncated[0]) {
      finalObservations.set(copy.finalObservations, finished * observationSize);
      episodeStarts[++finished] = t + 1;
    }
  }
  return {
    ...resized(rows, t, observationSize),
    episodeStarts,
    finalObservations,
    observationSize,
    actionSize: 1,
  };
}

export interface CollectStepsOptions {
  /** T, the steps taken by each of the N copies. */
  steps: number;
  /** The stream from which actions are drawn; the copies have their own since `vectorEnv.reset`. */
  rng: Rng;
}

/**
 * T steps of each of the N copies, from where they stand: call `vectorEnv.reset(rng)` once, then this once an iteration.
 * Rows are ordered copy by copy (row i T + t is step t of copy i), so that every trajectory is contiguous; a copy's T
 * rows are cut into trajectories where its episodes end, and the last one is partial if its episode goes on.
 */
export function collectSteps(
  env: VectorEnv,
  policy: Policy,
  { steps, rng }: CollectStepsOptions,
): TrajectoryBatch {
  checkInteger('steps', steps, 1);
  checkPolicyFits(policy, env);
  checkRng(rng);
  const { n, observationSize } = env;
  const rows = allocate(n * steps, observationSize);
  const nextObservations = new Float32Array(n * steps * observationSize);
  const actions = new Int32Array(n);
  for (let t = 0; t < steps; t++) {
    for (let i = 0; i < n; i++) {
      const row = i * steps + t;
      actions[i] = policy.act(env.observations, i * observationSize, rng);
      rows.actions[row] = actions[i];
      rows.logProbs[row] = policy.logProb(env.observations, i * observationSize, actions[i]);
      copyRow(env.observations, i, rows.observations, row, observationSize);
    }
    env.step(actions);
    for (let i = 0; i < n; i++) {
      const row = i * steps + t;
      rows.rewards[row] = env.rewards[i];
      rows.terminated[row] = env.terminated[i];
      rows.truncated[row] = env.truncated[i];
      copyRow(env.finalObservations, i, nextObservations, row, observationSize);
    }
  }

  const starts = [0];
  for (let row = 0; row < n * steps; row++)
    if (rows.terminated[row] || rows.truncated[row] || (row + 1) % steps === 0) starts.push(row + 1);
  const finalObservations = new Float32Array((starts.length - 1) * observationSize);
  for (let k = 1; k < starts.length; k++)
    copyRow(nextObservations, starts[k] - 1, finalObservations, k - 1, observationSize);
  return {
    ...rows,
    episodeStarts: Int32Array.from(starts),
    finalObservations,
    observationSize,
    actionSize: 1,
  };
}

/** The arrays of a batch that hold one row a step. */
type Rows = Pick<TrajectoryBatch, 'observations' | 'rewards' | 'logProbs' | 'terminated' | 'truncated'> & {
  actions: Int32Array;
};

const allocate = (steps: number, observationSize: number): Rows => ({
  observations: new Float32Array(steps * observationSize),
  actions: new Int32Array(steps),
  rewards: new Float64Array(steps),
  logProbs: new Float64Array(steps),
  terminated: new Uint8Array(steps),
  truncated: new Uint8Array(steps),
});

/** The first `steps` rows of `rows`, in arrays with room for exactly so many. */
function resized(rows: Rows, steps: number, observationSize: number): Rows {
  const out = allocate(steps, observationSize);
  for (const key of Object.keys(out) as (keyof Rows)[]) out[key].set(rows[key].subarray(0, out[key].length));
  return out;
}

function copyRow(from: Float32Array, fromRow: number, to: Float32Array, toRow: number, size: number): void {
  for (let k = 0; k < size; k++) to[toRow * size + k] = from[fromRow * size + k];
}
