/**
 * What every training loop does besides learning: it stops when a number becomes NaN or infinite, and hands back what was
 * good until then.
 */

import { checkFinite, fail, type OptionNames, show } from '../math/check';
import { type FloatArray, firstNotFinite } from '../math/floatArray';
import type { TrajectoryBatch } from '../rollout/trajectoryBatch';

/** Training stopped because a number was NaN or infinite. */
export class TrainingError extends RangeError {
  /** The kind of error, for code that can't use `instanceof`. */
  override readonly name = 'TrainingError';
  /**
   * What was good until then: policy, critic and history as the algorithm would have returned them before this iteration.
   * A baseline that is fitted in place stays as the failure left it.
   */
  result?: unknown;

  /**
   * @param algorithm its name
   * @param iteration the one that failed
   * @param quantity what was not a number, e.g. 'a reward'
   * @param value NaN, Infinity or -Infinity; without one `quantity` is the whole reason
   */
  constructor(
    algorithm: string,
    readonly iteration: number,
    readonly quantity: string,
    value?: number,
    options?: ErrorOptions,
  ) {
    super(
      `${algorithm} stopped at iteration ${iteration}: ${value === undefined ? quantity : `${quantity} is ${value}, but must be a finite number.`}`,
      options,
    );
  }
}

/**
 * Told of each iteration, and awaited, so that it may draw. One that returns false ends the training there: no error, but a
 * result of fewer iterations.
 */
export type OnIteration<Record> = (record: Record) => unknown;

/** Who watches a training, and when it has learnt enough. */
export interface WatchOptions<Record> {
  /** Called after each iteration, and awaited, so that it may draw; one function, or several. False ends the training. */
  onIteration?: OnIteration<Record> | readonly OnIteration<Record>[];
  /** The training ends once `meanReturn` is this high; it goes to its end by default. */
  targetReturn?: number;
}

/** Their names. */
export const WATCH_OPTIONS: OptionNames<WatchOptions<unknown>> = {
  onIteration: 'optional',
  targetReturn: 'optional',
};

/** Throws unless those who watch are functions. */
export function checkWatch({ onIteration, targetReturn }: WatchOptions<never>): void {
  if (Array.isArray(onIteration)) {
    onIteration.forEach((callback, i) => {
      if (typeof callback !== 'function')
        throw new TypeError(`onIteration[${i}] is ${show(callback)}, but must be a function.`);
    });
  } else if (onIteration !== undefined && typeof onIteration !== 'function')
    throw new TypeError(`onIteration is ${show(onIteration)}, but must be a function.`);
  if (targetReturn !== undefined && targetReturn !== Infinity) checkFinite('targetReturn', targetReturn);
}

/** Whether the policy is as good as was asked for. */
export const isEnough = (
  record: { meanReturn: number } | undefined,
  { targetReturn = Infinity }: WatchOptions<never>,
): boolean => record !== undefined && record.meanReturn >= targetReturn;

/** Tells all who watch of an iteration; then whether the training goes on. */
export async function goesOn<Record extends { meanReturn: number }>(
  record: Record,
  watch: WatchOptions<Record>,
): Promise<boolean> {
  const { onIteration = [] } = watch;
  let on = !isEnough(record, watch as WatchOptions<never>);
  for (const callback of typeof onIteration === 'function' ? [onIteration] : onIteration)
    if ((await callback(record)) === false) on = false;
  return on;
}

/** The first number that is NaN or infinite, if there is one. */
function firstBadNumber(values: number | ArrayLike<number>): number | undefined {
  if (typeof values === 'number') return Number.isFinite(values) ? undefined : values;
  const bad = firstNotFinite(values);
  return bad < 0 ? undefined : values[bad];
}

/** Throws if a number, or one of many, is NaN or infinite; `what` names it. */
export type Check = (what: string, values: number | ArrayLike<number>) => void;

/** Throws if the environment showed or paid a number that is NaN or infinite. */
export function checkBatch(
  check: Check,
  { observations, finalObservations, rewards }: TrajectoryBatch,
): void {
  check(OBSERVATION, observations);
  check(OBSERVATION, finalObservations);
  check('a reward of the environment', rewards);
}

/** Throws where an iteration has a single step whose advantage is then normalised to 0, so that nothing would be learnt. */
export function checkNormalizable(option: string, normalize: boolean, steps: number): void {
  if (normalize && steps === 1)
    fail(
      `${option} is true, but an iteration of one step leaves nothing to normalise: its advantage becomes 0.`,
    );
}

const OBSERVATION = 'an observation of the environment';

/** An iteration about to be tried. */
export interface Attempt {
  algorithm: string;
  iteration: number;
  /** What the iteration changes, and a failure puts back. */
  networks: readonly { readonly parameters: FloatArray; readonly gradient: FloatArray }[];
  /** What the algorithm would return if it stopped now. */
  result: unknown;
  /** What the environment shows, live: a NaN there is first met by whoever reads it, and is then named as its source. */
  observations?: ArrayLike<number>;
}

/**
 * What `iterate` returns, which is handed a check to be made of whatever might break down. If a number does, the networks
 * are put back to what they were, and the error, a `TrainingError`, carries `result`.
 */
export function attempt<T>(
  { algorithm, iteration, networks, result, observations = [] }: Attempt,
  iterate: (check: Check) => T,
): T {
  const before = networks.map(({ parameters }) => parameters.slice());
  const check: Check = (what, values) => {
    const bad = firstBadNumber(values);
    if (bad !== undefined) throw new TrainingError(algorithm, iteration, what, bad);
  };
  try {
    return iterate(check);
  } catch (error) {
    const named = sourceOf(error, check);
    networks.forEach(({ parameters, gradient }, i) => {
      parameters.set(before[i]);
      gradient.fill(0);
    });
    if (named instanceof TrainingError) named.result = result;
    throw named;
  }

  /** Numbers that break down are often met where they are used: names the environment or the parameters if it was them. */
  function sourceOf(error: unknown, check: Check): unknown {
    if (!(error instanceof RangeError)) return error;
    try {
      check(OBSERVATION, observations);
      if (error instanceof TrainingError) return error;
      for (const { parameters } of networks) check('a parameter', parameters);
    } catch (source) {
      (source as TrainingError).cause = error;
      return source;
    }
    return new TrainingError(algorithm, iteration, error.message, undefined, { cause: error });
  }
}
