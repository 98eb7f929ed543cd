/**
 * Running a policy in an environment: whole trajectories for Monte-Carlo estimators (REINFORCE), partial ones of a fixed
 * number of steps for critics (actor-critic, PPO).
 *
 * The one stream that a caller passes in is split into one for the environment and one for the policy: two policies run
 * with the same seed meet the same start states.
 *
 * Both collectors run copies of the environment side by side, so that a policy is asked once a step for all copies: the
 * network sees a batch of observations, which for engines with a cost per call is many times faster than one by one.
 */

import type { Head } from '../distributions/head';
import type { Env, EnvModel } from '../envs/env';
import { type VectorEnv, vectorEnv } from '../envs/vectorEnv';
import { checkEither, checkInteger, fail, knownOptions, type OptionNames } from '../math/check';
import type { FloatArray } from '../math/floatArray';
import { checkRng, type Rng } from '../math/rng';
import { checkPolicyFits } from '../policies/fits';
import type { Policy } from '../policies/policy';
import type { TrajectoryBatch } from './trajectoryBatch';

/** The step limit of an episode: the caller's, if given and smaller, else the environment's; there must be one. */
export function episodeLimit(env: Pick<EnvModel, 'id' | 'maxSteps'>, maxSteps: number | undefined): number {
  if (maxSteps !== undefined) checkInteger('maxSteps', maxSteps, 1);
  const limit = Math.min(env.maxSteps, maxSteps ?? Infinity);
  if (limit === Infinity) fail(`maxSteps is missing, but ${env.id} has no step limit of its own: state one.`);
  return limit;
}

/** Options of `collectEpisodes`. */
export interface CollectEpisodesOptions {
  /** m, the number of trajectories. */
  episodes?: number;
  /**
   * In place of `episodes`: trajectories until they have at least so many steps in all. Each copy runs until it has its share of
   * them, and ends the episode that it is in.
   */
  steps?: number;
  /** The stream that environments and actions draw from. */
  rng: Rng;
  /** A step limit below the environment's own, or one for an environment that has none. */
  maxSteps?: number;
  /**
   * Environments that run side by side; each runs its share of the episodes, or of the steps, fixed beforehand, so that short
   * episodes are not preferred. More are faster for networks; they change which random numbers an episode gets, not its distribution.
   */
  copies?: number;
}

const COLLECT_EPISODES_OPTIONS: OptionNames<CollectEpisodesOptions> = {
  rng: 'required',
  episodes: 'optional',
  steps: 'optional',
  maxSteps: 'optional',
  copies: 'optional',
};

/**
 * m whole trajectories tau^(i) ~ pi_theta, each ended by termination or by the step limit. `env` stays untouched. With c
 * copies, trajectories are ordered copy by copy; the first m mod c copies run one episode more than the others.
 */
export function collectEpisodes(
  env: Env | EnvModel,
  policy: Policy,
  options: CollectEpisodesOptions,
): TrajectoryBatch {
  const {
    episodes,
    steps,
    rng,
    maxSteps,
    copies = 1,
  } = knownOptions('collectEpisodes', options, COLLECT_EPISODES_OPTIONS);
  checkEither('episodes', episodes, 'steps', steps);
  const asked = steps ?? episodes!;
  checkInteger(steps === undefined ? 'episodes' : 'steps', asked, 1);
  checkInteger('copies', copies, 1);
  checkPolicyFits(policy, env);
  const n = Math.min(copies, asked);
  const envs = vectorEnv(env, n, { maxSteps: episodeLimit(env, maxSteps) });
  const [envRng, policyRng] = checkRng(rng).split(2);
  envs.reset(envRng);
  const { observationSize } = envs;

  const recorders = Array.from(
    { length: n },
    (_, i) => new Recorder(envs, policy.head, i, allocate(envs, policy.head, 256)),
  );
  /** Episodes, or steps, that each copy has left. */
  const left = recorders.map((_, i) => Math.floor(asked / n) + (i < asked % n ? 1 : 0));
  /** The copies with episodes left, whose observations are gathered at the front of `observations`. */
  let running = recorders.map((_, i) => i);
  const observations = new Float32Array(n * observationSize);
  const actions = actionArray(envs, n);
  while (running.length > 0) {
    running.forEach((i, k) => {
      copyRow(envs.observations, i, observations, k, observationSize);
    });
    for (let k = 0; k < running.length * observationSize; k++)
      if (!Number.isFinite(observations[k]))
        fail(`an observation of the environment is ${observations[k]}, but must be a finite number.`);
    const y = policy.network.forward(observations, running.length, 0, observationSize);
    running.forEach((i, k) => {
      recorders[i].act(y, k * policy.head.parameterSize, policyRng, actions);
    });
    envs.step(actions);
    running = running.filter(i => {
      const over = recorders[i].observe();
      if (over || steps !== undefined) left[i]--;
      return !over || left[i] > 0;
    });
  }
  return joined(envs, policy.head, recorders);
}

/** Options of `collectSteps`. */
export interface CollectStepsOptions {
  /** T, the steps taken by each of the N copies. */
  steps: number;
  /** The stream from which actions are drawn; the copies have their own since `vectorEnv.reset`. */
  rng: Rng;
}

const COLLECT_STEPS_OPTIONS: OptionNames<CollectStepsOptions> = { steps: 'required', rng: 'required' };

/** What `collectSteps` returns: a batch, what its actions were drawn from, and how the episodes that ended in it fared. */
export interface StepBatch extends TrajectoryBatch {
  /** [T * K] the outputs of the policy's network at each step, which say what the action was drawn from; see `Head`. */
  readonly parameters: Float64Array;
  /** Undiscounted returns of the episodes that ended during these steps, from their first step on, copy by copy. */
  readonly finishedReturns: Float64Array;
}

/**
 * T steps of each of the N copies, from where they stand: call `vectorEnv.reset(rng)` once, then this once an iteration.
 * Rows are ordered copy by copy (row i T + t is step t of copy i), so that every trajectory is contiguous; a copy's T
 * rows are cut into trajectories where its episodes end, and the last one is partial if its episode goes on.
 */
export function collectSteps(env: VectorEnv, policy: Policy, options: CollectStepsOptions): StepBatch {
  const { steps, rng } = knownOptions('collectSteps', options, COLLECT_STEPS_OPTIONS);
  checkInteger('steps', steps, 1);
  checkPolicyFits(policy, env);
  checkRng(rng);
  const { n, observationSize } = env;
  const { head, network } = policy;
  const rows = allocate(env, head, n * steps);
  const recorders = Array.from({ length: n }, (_, i) => new Recorder(env, head, i, rows, i * steps));
  const actions = actionArray(env, n);
  for (let t = 0; t < steps; t++) {
    const y = network.forward(env.observations, n, 0, observationSize);
    for (let i = 0; i < n; i++) recorders[i].act(y, i * head.parameterSize, rng, actions);
    env.step(actions);
    for (let i = 0; i < n; i++) recorders[i].observe();
  }
  for (const recorder of recorders) recorder.cut();
  return {
    ...rows,
    ...trajectoriesOf(env, recorders),
    finishedReturns: Float64Array.from(recorders.flatMap(recorder => recorder.finishedReturns)),
  };
}

/** The arrays of a batch that hold one row a step. */
type Rows = Pick<
  StepBatch,
  'observations' | 'parameters' | 'actions' | 'rewards' | 'logProbs' | 'terminated' | 'truncated'
>;

/** An array for the actions of `count` steps: whole numbers where the space is discrete. */
const actionArray = ({ actionSpace, actionSize }: VectorEnv, count: number): Rows['actions'] =>
  actionSpace.kind === 'discrete' ? new Int32Array(count) : new Float32Array(count * actionSize);

const allocate = (env: VectorEnv, { parameterSize }: Head, steps: number): Rows => ({
  observations: new Float32Array(steps * env.observationSize),
  parameters: new Float64Array(steps * parameterSize),
  actions: actionArray(env, steps),
  rewards: new Float64Array(steps),
  logProbs: new Float64Array(steps),
  terminated: new Uint8Array(steps),
  truncated: new Uint8Array(steps),
});

/** What one copy of an environment went through. */
class Recorder {
  /** Steps recorded. */
  length = 0;
  /** The row after the last one of each trajectory. */
  readonly ends: number[] = [];
  /** The observation after the last step of each trajectory. */
  readonly finalObservations: number[] = [];
  /** The undiscounted return of each episode that ended. */
  readonly finishedReturns: number[] = [];

  /**
   * @param rows where steps are recorded; replaced by longer ones where they are full
   * @param first the row of the first step
   */
  constructor(
    private readonly env: VectorEnv,
    private readonly head: Head,
    private readonly copy: number,
    public rows: Rows,
    private readonly first = 0,
  ) {}

  /** Draws the copy's action from the distribution with parameters y[offset ..], and keeps it with what it was drawn for. */
  act(y: FloatArray, offset: number, rng: Rng, actions: Rows['actions']): void {
    const row = this.first + this.length;
    if (row === this.rows.rewards.length) this.grow();
    const { env, head, copy, rows } = this;
    const { actionSize, observationSize } = env;
    const { parameterSize } = head;
    const { parameters } = rows;
    const own = row * parameterSize;
    const at = copy * actionSize;
    for (let k = 0; k < parameterSize; k++) parameters[own + k] = y[offset + k];
    const normalizer = head.normalizer(parameters, own);
    head.sample(parameters, own, rng, actions, at, normalizer);
    rows.logProbs[row] = head.logProb(parameters, own, actions, at, normalizer);
    for (let k = 0; k < actionSize; k++) rows.actions[row * actionSize + k] = actions[at + k];
    copyRow(env.observations, copy, rows.observations, row, observationSize);
  }

  /** Keeps what the step led to; whether it ended an episode. */
  observe(): boolean {
    const { env, copy, rows } = this;
    const row = this.first + this.length++;
    rows.rewards[row] = env.rewards[copy];
    rows.terminated[row] = env.terminated[copy];
    rows.truncated[row] = env.truncated[copy];
    const over = rows.terminated[row] === 1 || rows.truncated[row] === 1;
    if (over) {
      this.finishedReturns.push(env.episodeReturns[copy]);
      this.cut();
    }
    return over;
  }

  /** Ends the running trajectory, if there is one, after the last step. */
  cut(): void {
    if (this.length === (this.ends.at(-1) ?? 0)) return;
    this.ends.push(this.length);
    const { finalObservations, observationSize } = this.env;
    for (let k = 0; k < observationSize; k++)
      this.finalObservations.push(finalObservations[this.copy * observationSize + k]);
  }

  private grow(): void {
    const rows = allocate(this.env, this.head, 2 * this.rows.rewards.length);
    for (const key of Object.keys(rows) as (keyof Rows)[]) rows[key].set(this.rows[key]);
    this.rows = rows;
  }
}

/** One batch of what all copies went through, copy by copy. */
function joined(env: VectorEnv, head: Head, recorders: readonly Recorder[]): TrajectoryBatch {
  const steps = recorders.reduce((sum, { length }) => sum + length, 0);
  const rows = allocate(env, head, steps);
  let start = 0;
  for (const recorder of recorders) {
    for (const key of Object.keys(rows) as (keyof Rows)[]) {
      const width = rows[key].length / steps;
      rows[key].set(recorder.rows[key].subarray(0, recorder.length * width), start * width);
    }
    start += recorder.length;
  }
  return { ...rows, ...trajectoriesOf(env, recorders) };
}

/** Where the trajectories of all copies begin, their rows one copy's after the other's, and what they ended with. */
function trajectoriesOf(
  { observationSize, actionSize }: VectorEnv,
  recorders: readonly Recorder[],
): Pick<TrajectoryBatch, 'episodeStarts' | 'finalObservations' | 'observationSize' | 'actionSize'> {
  const episodeStarts = [0];
  let start = 0;
  for (const recorder of recorders) {
    for (const end of recorder.ends) episodeStarts.push(start + end);
    start += recorder.length;
  }
  return {
    episodeStarts: Int32Array.from(episodeStarts),
    finalObservations: Float32Array.from(recorders.flatMap(recorder => recorder.finalObservations)),
    observationSize,
    actionSize,
  };
}

function copyRow(from: Float32Array, fromRow: number, to: Float32Array, toRow: number, size: number): void {
  for (let k = 0; k < size; k++) to[toRow * size + k] = from[fromRow * size + k];
}
