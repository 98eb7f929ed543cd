/**
 * N copies of one environment over typed arrays, which restart themselves: the form in which agents collect data fast.
 *
 * Copy i draws from a random stream of its own, number i of `rng.split(N)`. Its trajectory is therefore, bit for bit,
 * the one of a single `Env` that is reset with that stream and reset again with it whenever an episode ends.
 *
 * Auto-reset happens within the step that ends an episode: `observations` already holds the first observation of
 * the next episode, from which the next action is drawn, and `finalObservations` holds what the step itself led to,
 * which a critic needs to bootstrap a truncated episode.
 *
 * Every array is made once and overwritten by each step: copy what is to be kept.
 */

import { checkInteger, checkObject, checkVector, fail, knownOptions, type OptionNames } from '../math/check';
import { checkRng, Rng, type RngState } from '../math/rng';
import {
  checkActions,
  checkEnv,
  checkMaxSteps,
  Env,
  type EnvModel,
  type Outcome,
  sizeOf,
  writeStart,
} from './env';

const VECTOR_ENV_OPTIONS: OptionNames<{ maxSteps?: number }> = { maxSteps: 'optional' };

/** Makes a `VectorEnv` of n copies; `env`, if a single environment is given, lends its rules and stays untouched. */
export function vectorEnv(env: Env | EnvModel, n: number, options: { maxSteps?: number } = {}): VectorEnv {
  knownOptions('vectorEnv', options, VECTOR_ENV_OPTIONS);
  checkEnv(env);
  return new VectorEnv(env instanceof Env ? env.model : env, n, options.maxSteps);
}

/** Where N copies stand, as a `VectorEnv` keeps it for a checkpoint. */
export interface VectorEnvState {
  states: Float64Array;
  runningReturns: Float64Array;
  runningLengths: Int32Array;
  rngs: RngState[];
}

const VECTOR_ENV_RESET_OPTIONS: OptionNames<{ state?: number | ArrayLike<number> }> = { state: 'optional' };

/** N copies of an environment. Row i of every array belongs to copy i. */
export class VectorEnv {
  /** The name of the environment. */
  readonly id: string;
  /** What the observation of one copy may be. */
  readonly observationSpace: EnvModel['observationSpace'];
  /** What the action of one copy may be. */
  readonly actionSpace: EnvModel['actionSpace'];
  /** Numbers in one observation. */
  readonly observationSize: number;
  /** Numbers in one action: 1 if discrete. */
  readonly actionSize: number;
  /** Steps after which an episode is truncated; Infinity for none. */
  readonly maxSteps: number;

  /** [n * observationSize] what each copy shows now, after any auto-reset: the basis of its next action. */
  readonly observations: Float32Array;
  /** [n * observationSize] o_{t+1} of the last step, before any auto-reset. */
  readonly finalObservations: Float32Array;
  /** [n] r_t */
  readonly rewards: Float64Array;
  /** [n] 1 where the last step ended the task. */
  readonly terminated: Uint8Array;
  /** [n] 1 where the step limit cut an episode that was not over; never 1 together with `terminated`. */
  readonly truncated: Uint8Array;
  /** [n] sum of the rewards of each copy's last finished episode; NaN until one has finished. */
  readonly episodeReturns: Float64Array;
  /** [n] steps of each copy's last finished episode; 0 until one has finished. */
  readonly episodeLengths: Int32Array;
  /** [n * stateSize] each copy's state, after any auto-reset. */
  readonly states: Float64Array;

  private rngs: Rng[] = [];
  private readonly outcome: Outcome = { reward: 0, terminated: false };
  private readonly runningReturns: Float64Array;
  private readonly runningLengths: Int32Array;

  constructor(
    /** The rules that all copies follow. */
    readonly model: EnvModel,
    /** N, the number of copies. */
    readonly n: number,
    maxSteps: number = model?.maxSteps,
  ) {
    checkObject('model', model, "an environment's rules", 'observationSpace', 'actionSpace', 'stateNames');
    checkInteger('n', n, 1);
    this.id = model.id;
    this.observationSpace = model.observationSpace;
    this.actionSpace = model.actionSpace;
    this.observationSize = sizeOf(model.observationSpace);
    this.actionSize = sizeOf(model.actionSpace);
    this.maxSteps = checkMaxSteps(maxSteps);
    this.observations = new Float32Array(n * this.observationSize);
    this.finalObservations = new Float32Array(n * this.observationSize);
    this.rewards = new Float64Array(n);
    this.terminated = new Uint8Array(n);
    this.truncated = new Uint8Array(n);
    this.episodeReturns = new Float64Array(n);
    this.episodeLengths = new Int32Array(n);
    this.states = new Float64Array(n * model.stateNames.length);
    this.runningReturns = new Float64Array(n);
    this.runningLengths = new Int32Array(n);
  }

  /**
   * Starts an episode in every copy and returns `observations`.
   * @param options.state one start state for all copies, or [n * stateSize] one for each; later episodes start from mu
   */
  reset(rng: Rng, options: { state?: number | ArrayLike<number> } = {}): Float32Array {
    knownOptions('vectorEnv.reset', options, VECTOR_ENV_RESET_OPTIONS);
    const rngs = checkRng(rng).split(this.n);
    const stateSize = this.model.stateNames.length;
    const given = typeof options.state === 'number' ? [options.state] : options.state;
    const sizes = [stateSize, this.model.shortState?.size ?? stateSize];
    // One start state for all copies if it has the size of one.
    const each = sizes.includes(given?.length ?? 0)
      ? 0
      : (sizes.find(s => given?.length === this.n * s) ?? 0);
    for (let i = 0; i < this.n; i++) {
      const own = each > 0 ? Array.from({ length: each }, (_, j) => given![i * each + j]) : given;
      writeStart(this.model, rngs[i], own, this.states, i * stateSize);
      this.model.observe(this.states, i * stateSize, this.observations, i * this.observationSize);
    }
    this.rngs = rngs;
    this.finalObservations.set(this.observations);
    this.rewards.fill(0);
    this.terminated.fill(0);
    this.truncated.fill(0);
    this.runningReturns.fill(0);
    this.runningLengths.fill(0);
    this.episodeReturns.fill(Number.NaN);
    this.episodeLengths.fill(0);
    return this.observations;
  }

  /**
   * One step of every copy; read the results from the arrays.
   * @param actions [n * actionSize] in the copies' order
   */
  step(actions: Int32Array | Float32Array | Float64Array | readonly number[]): void {
    const { model, n, observationSize, actionSize, states, observations, finalObservations, outcome } = this;
    if (this.rngs.length === 0)
      fail(`vectorEnv.step was called before vectorEnv.reset(rng): ${this.id} has no state yet.`);
    if (actions === null || typeof actions !== 'object' || actions.length !== n * actionSize)
      checkVector('actions', actions, n * actionSize);
    checkActions('actions', this.actionSpace, actions, n);

    const stateSize = model.stateNames.length;
    for (let i = 0; i < n; i++) {
      const at = i * stateSize;
      const observationAt = i * observationSize;
      model.transition(states, at, actions, i * actionSize, this.rngs[i], outcome);
      const { reward, terminated } = outcome;
      const length = ++this.runningLengths[i];
      const truncated = !terminated && length >= this.maxSteps;
      this.runningReturns[i] += reward;
      this.rewards[i] = reward;
      this.terminated[i] = terminated ? 1 : 0;
      this.truncated[i] = truncated ? 1 : 0;
      model.observe(states, at, finalObservations, observationAt);

      if (terminated || truncated) {
        this.episodeReturns[i] = this.runningReturns[i];
        this.episodeLengths[i] = length;
        this.runningReturns[i] = 0;
        this.runningLengths[i] = 0;
        model.initialState(this.rngs[i], states, at);
        model.observe(states, at, observations, observationAt);
      } else
        for (let k = observationAt; k < observationAt + observationSize; k++)
          observations[k] = finalObservations[k];
    }
  }

  /** Everything that decides how the copies go on. */
  get state(): VectorEnvState {
    return {
      states: this.states.slice(),
      runningReturns: this.runningReturns.slice(),
      runningLengths: this.runningLengths.slice(),
      rngs: this.rngs.map(rng => rng.state),
    };
  }

  set state({ states, runningReturns, runningLengths, rngs }: VectorEnvState) {
    checkVector('state.states', states, this.states.length);
    if (rngs.length !== this.n) fail(`state.rngs has length ${rngs.length}, but must have length ${this.n}.`);
    this.states.set(states);
    this.runningReturns.set(runningReturns);
    this.runningLengths.set(runningLengths);
    this.rngs = rngs.map(rng => Rng.fromState(rng));
    const stateSize = this.model.stateNames.length;
    for (let i = 0; i < this.n; i++)
      this.model.observe(this.states, i * stateSize, this.observations, i * this.observationSize);
  }
}
