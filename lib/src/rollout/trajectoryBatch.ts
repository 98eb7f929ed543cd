/**
 * A batch of trajectories tau^(1), ..., tau^(m), laid end to end in flat arrays: what a policy was seen to do.
 *
 * Trajectory i takes the rows episodeStarts[i] .. episodeStarts[i + 1] - 1 of every per-step array, in time order;
 * T = episodeStarts[m] is the number of steps in the batch. A trajectory may be a whole episode or a part of one. Its
 * last step says how it ended: `terminated` (nothing follows), `truncated` (the step limit cut it) or neither (the
 * batch was full). In the latter two cases what follows still has value, and `finalObservations` keeps the observation
 * from which a critic estimates it.
 */

import { checkInteger, checkObject, checkVector, fail, show } from '../math/check';
import { checkReads } from '../networks/network';
import type { Policy } from '../policies/policy';

/** Trajectories in flat arrays; see `trajectoryBatch` for one made by hand. */
export interface TrajectoryBatch {
  /** Numbers in one observation; 1 where it is the index of a state. */
  readonly observationSize: number;
  /** Numbers in one action; 1 where it is the index of an action. */
  readonly actionSize: number;
  /** [T * observationSize] o_t */
  readonly observations: Float32Array;
  /** [T * actionSize] a_t */
  readonly actions: Int32Array | Float32Array;
  /** [T] r_t */
  readonly rewards: Float64Array;
  /** [T] log pi(a_t|s_t) of the policy that acted, in nats. */
  readonly logProbs: Float64Array;
  /** [T] 1 where the task was over after the step. */
  readonly terminated: Uint8Array;
  /** [T] 1 where the step limit cut the episode after the step. */
  readonly truncated: Uint8Array;
  /** [m + 1] the row at which each trajectory starts, and T. */
  readonly episodeStarts: Int32Array;
  /** [m * observationSize] the observation after the last step of each trajectory, before any reset. */
  readonly finalObservations: Float32Array;
}

/** What `trajectoryBatch` makes a batch from; what is left out takes the value stated. */
export interface TrajectoryBatchInput {
  /** [T * observationSize] */
  observations: ArrayLike<number>;
  /** [T * actionSize]; kept as whole numbers where all of them are, else in float32. */
  actions: ArrayLike<number>;
  /** [T] */
  rewards: ArrayLike<number>;
  /** [m + 1]; by default the batch is one trajectory. */
  episodeStarts?: ArrayLike<number>;
  /** 1 by default. */
  observationSize?: number;
  /** 1 by default. */
  actionSize?: number;
  /** [T]; 0 by default. */
  logProbs?: ArrayLike<number>;
  /** [T] 0 or 1; by default 1 at the end of each trajectory that is not truncated. */
  terminated?: ArrayLike<number>;
  /** [T] 0 or 1; 0 by default. */
  truncated?: ArrayLike<number>;
  /** [m * observationSize]; by default each trajectory's last observation stands in for the one after it. */
  finalObservations?: ArrayLike<number>;
}

/** The number m of trajectories in a batch. */
export const trajectoryCount = (batch: TrajectoryBatch): number => checkBatch(batch).episodeStarts.length - 1;

/** A batch from arrays written by hand, copied and checked: shapes, finite numbers, flags only where trajectories end. */
export function trajectoryBatch(input: TrajectoryBatchInput): TrajectoryBatch {
  checkObject('input', input, 'an object with observations, actions and rewards');
  const { observationSize = 1, actionSize = 1 } = input;
  checkInteger('observationSize', observationSize, 1);
  checkInteger('actionSize', actionSize, 1);
  const steps = checkVector('rewards', input.rewards).length;
  checkVector('observations', input.observations, steps * observationSize);
  checkVector('actions', input.actions, steps * actionSize);
  const episodeStarts = checkEpisodeStarts(input.episodeStarts ?? [0, steps], steps);
  const count = episodeStarts.length - 1;

  const truncated = flags('truncated', input.truncated ?? new Uint8Array(steps), steps);
  const isEnd = new Uint8Array(steps);
  for (let i = 1; i <= count; i++) isEnd[episodeStarts[i] - 1] = 1;
  const terminated = flags(
    'terminated',
    input.terminated ?? isEnd.map((end, t) => end & ~truncated[t]),
    steps,
  );
  for (let t = 0; t < steps; t++) {
    if (terminated[t] && truncated[t])
      fail(
        `terminated[${t}] and truncated[${t}] are both 1, but a step that ended the task was not cut short.`,
      );
    if ((terminated[t] || truncated[t]) && !isEnd[t])
      fail(
        `${terminated[t] ? 'terminated' : 'truncated'}[${t}] is 1, but step ${t} is not the last of a trajectory in episodeStarts.`,
      );
  }

  const lastRows = () => {
    const out = new Float32Array(count * observationSize);
    for (let k = 0; k < out.length; k++) {
      const i = Math.floor(k / observationSize);
      out[k] = input.observations[(episodeStarts[i + 1] - 1) * observationSize + (k % observationSize)];
    }
    return out;
  };
  const whole = Array.prototype.every.call(input.actions, Number.isInteger);
  return {
    observationSize,
    actionSize,
    observations: Float32Array.from(input.observations),
    actions: whole ? Int32Array.from(input.actions) : Float32Array.from(input.actions),
    rewards: Float64Array.from(input.rewards),
    logProbs: Float64Array.from(checkVector('logProbs', input.logProbs ?? new Float64Array(steps), steps)),
    terminated,
    truncated,
    episodeStarts,
    finalObservations: Float32Array.from(
      checkVector('finalObservations', input.finalObservations ?? lastRows(), count * observationSize),
    ),
  };
}

/** Throws unless the batch's observations are of the size that the policy is made for. */
export function checkPolicyReads(batch: TrajectoryBatch, policy: Policy): void {
  checkBatch(batch);
  const { network } = checkPolicy('policy', policy);
  checkReads(network, batch.observationSize, 'policy');
}

/** Throws unless `batch` is one. */
export const checkBatch = (batch: TrajectoryBatch): TrajectoryBatch =>
  checkObject(
    'batch',
    batch,
    'a batch of trajectories, such as collectEpisodes makes',
    'observations',
    'rewards',
    'episodeStarts',
  );

/** Throws unless `policy` is one that a network computes. */
export const checkPolicy = <P extends Pick<Policy, 'network' | 'head'>>(name: string, policy: P): P =>
  checkObject(name, policy, 'a policy, such as mlpPolicy makes', 'network', 'head');

/** Starts of trajectories that fill the rows 0 .. steps - 1: begins with 0, grows, ends with `steps`. */
export function checkEpisodeStarts(episodeStarts: ArrayLike<number>, steps: number): Int32Array {
  checkVector('episodeStarts', episodeStarts);
  const last = episodeStarts.length - 1;
  if (last < 1 || episodeStarts[0] !== 0 || episodeStarts[last] !== steps)
    fail(
      `episodeStarts is ${show(episodeStarts)}, but must begin with 0 and end with ${steps}, the number of steps.`,
    );
  for (let i = 0; i < last; i++)
    if (!Number.isInteger(episodeStarts[i]) || episodeStarts[i + 1] <= episodeStarts[i])
      fail(`episodeStarts is ${show(episodeStarts)}, but must hold whole numbers that grow.`);
  return Int32Array.from(episodeStarts);
}

function flags(name: string, values: ArrayLike<number>, length: number): Uint8Array {
  checkVector(name, values, length);
  for (let t = 0; t < length; t++)
    if (values[t] !== 0 && values[t] !== 1) fail(`${name}[${t}] is ${values[t]}, but must be 0 or 1.`);
  return Uint8Array.from(values);
}

/** Undiscounted return of each trajectory, [m]: sum_t r_t. */
export function episodeReturns(batch: TrajectoryBatch): Float64Array {
  const { rewards, episodeStarts } = checkBatch(batch);
  const returns = new Float64Array(trajectoryCount(batch));
  for (let i = 0; i < returns.length; i++)
    for (let t = episodeStarts[i]; t < episodeStarts[i + 1]; t++) returns[i] += rewards[t];
  return returns;
}
