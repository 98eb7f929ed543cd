/**
 * Input checks with one voice: every message says which argument, what it was, and what is allowed.
 *
 * Public functions call these at their entrance. `RangeError` is thrown for a value outside its range or a wrong
 * shape, `TypeError` for a value of the wrong kind; both carry a single sentence.
 */

import { firstNotFinite } from './floatArray';

/** Renders a value for an error message, short enough for one line. */
export function show(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean' || value == null) return String(value);
  if (typeof value === 'string')
    return JSON.stringify(value.length > 40 ? value.slice(0, 37) + '...' : value);
  if (ArrayBuffer.isView(value) || Array.isArray(value)) {
    const array = value as unknown as ArrayLike<unknown>;
    const head = Array.from({ length: Math.min(array.length, 4) }, (_, i) => show(array[i])).join(', ');
    return `[${head}${array.length > 4 ? `, ... (${array.length} in all)` : ''}]`;
  }
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** Throws a RangeError with `message`; usable in expressions. */
export function fail(message: string): never {
  throw new RangeError(message);
}

/** A finite number within [min, max]. */
export function checkFinite(name: string, value: number, min = -Infinity, max = Infinity): number {
  if (typeof value !== 'number')
    throw new TypeError(`${name} is ${show(value)}, but must be a ${range(min, max)}.`);
  if (!Number.isFinite(value) || value < min || value > max)
    fail(`${name} is ${value}, but must be a ${range(min, max)}.`);
  return value;
}

function range(min: number, max: number, kind = 'finite number'): string {
  if (min === -Infinity && max === Infinity) return kind;
  if (max === Infinity) return `${kind} of at least ${min}`;
  if (min === -Infinity) return `${kind} of at most ${max}`;
  return `${kind} from ${min} to ${max}`;
}

/** A safe integer within [min, max]. */
export function checkInteger(
  name: string,
  value: number,
  min = -Number.MAX_SAFE_INTEGER,
  max = Number.MAX_SAFE_INTEGER,
): number {
  const bounds = range(
    min === -Number.MAX_SAFE_INTEGER ? -Infinity : min,
    max === Number.MAX_SAFE_INTEGER ? Infinity : max,
    'whole number',
  );
  if (typeof value !== 'number') throw new TypeError(`${name} is ${show(value)}, but must be a ${bounds}.`);
  if (!Number.isSafeInteger(value) || value < min || value > max)
    fail(`${name} is ${value}, but must be a ${bounds}.`);
  return value;
}

/** A number above 0; or Infinity, where a limit may be none. At 0 it would forbid every step, and nothing would be learnt. */
export function checkLimit(name: string, value: number, infinite = true): number {
  const allowed = infinite ? 'a number above 0, or Infinity for no limit' : 'a finite number above 0';
  if (typeof value !== 'number') throw new TypeError(`${name} is ${show(value)}, but must be ${allowed}.`);
  if (!(value > 0) || (value === Infinity && !infinite)) fail(`${name} is ${value}, but must be ${allowed}.`);
  return value;
}

/** Throws if two options are given of which one takes the place of the other. */
export function checkEither(a: string, first: unknown, b: string, second: unknown): void {
  if (first !== undefined && second !== undefined)
    fail(`${a} and ${b} are both given, but one takes the place of the other: leave one out.`);
}

/** The discount factor gamma, in [0, 1]. */
export const checkGamma = (gamma: number): number => checkFinite('gamma', gamma, 0, 1);

/** An array of the given length (when stated) whose elements are all finite numbers. */
export function checkVector<T extends ArrayLike<number>>(name: string, vector: T, length?: number): T {
  if (vector == null || typeof vector !== 'object' || typeof vector.length !== 'number')
    throw new TypeError(`${name} is ${show(vector)}, but must be an array of numbers.`);
  if (length !== undefined && vector.length !== length)
    fail(`${name} has length ${vector.length}, but must have length ${length}.`);
  const bad = firstNotFinite(vector);
  if (bad >= 0) fail(`${name}[${bad}] is ${show(vector[bad])}, but must be a finite number.`);
  return vector;
}

/** The length of a list of numbers; the numbers are not looked at, so that inner loops may ask. */
export function lengthOf(name: string, list: ArrayLike<number>): number {
  if (list === null || typeof list !== 'object' || typeof list.length !== 'number')
    throw new TypeError(`${name} is ${show(list)}, but must be an array of numbers.`);
  return list.length;
}

/** `value`, unless it lacks one of these members: then it is not `what`, e.g. 'a policy, such as mlpPolicy makes'. */
export function checkObject<T>(name: string, value: T, what: string, ...members: (keyof T & string)[]): T {
  const missing = value !== null && typeof value === 'object' && members.find(m => value[m] === undefined);
  if (value === null || typeof value !== 'object' || missing !== undefined)
    throw new TypeError(
      `${name} is ${show(value)}${missing ? ` without ${missing}` : ''}, but must be ${what}.`,
    );
  return value;
}

/** `value`, unless it is no function: then `what` says what it is to do. */
export function checkFunction<F>(name: string, value: F, what: string): F {
  if (typeof value !== 'function')
    throw new TypeError(`${name} is ${show(value)}, but must be a function ${what}.`);
  return value;
}

/** A probability vector: entries in [0, 1] whose sum is 1 within 1e-8 (1e-5 for a Float32Array). */
export function checkProbabilities<T extends ArrayLike<number>>(name: string, p: T, length?: number): T {
  checkVector(name, p, length);
  if (p.length === 0) fail(`${name} is empty, but must hold at least one probability.`);
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    if (p[i] < 0 || p[i] > 1) fail(`${name}[${i}] is ${p[i]}, but must be a probability from 0 to 1.`);
    sum += p[i];
  }
  if (Math.abs(sum - 1) > (p instanceof Float32Array ? 1e-5 : 1e-8))
    fail(`${name} sums to ${sum}, but must sum to 1.`);
  return p;
}

/** Throws unless `action` is a whole number from 0 to count - 1. */
export function checkAction(action: number, count: number): number {
  if (!(action >= 0 && action < count && Math.floor(action) === action))
    fail(`action is ${show(action)}, but must be a whole number from 0 to ${count - 1}.`);
  return action;
}

/** The options that a function knows by name, and which of them must be there: equal to its interface, or it won't compile. */
export type OptionNames<Options> = Readonly<{
  [Name in NamesOf<Options>]-?: Options extends unknown ? Need<Options, Name> : never;
}>;

/** The names in all members of a union. */
type NamesOf<Options> = Options extends unknown ? keyof Options & string : never;
type Need<Options, Name> = Name extends keyof Options
  ? Record<never, never> extends Pick<Options, Name>
    ? 'optional'
    : 'required'
  : 'optional';

/**
 * `options`, unless they hold a name that `of` doesn't know: then a sentence that says which one was probably meant. Looks
 * at names only, so that also a spread, a variable and plain JavaScript are told; an option that is undefined is not given.
 * @param of the function, or the option, that takes them
 */
export function knownOptions<Options extends object>(
  of: string,
  options: Options,
  names: Readonly<Record<string, 'required' | 'optional'>>,
): Options {
  if (
    options === null ||
    typeof options !== 'object' ||
    Array.isArray(options) ||
    ArrayBuffer.isView(options)
  )
    throw new TypeError(
      `${of} got ${options === undefined ? 'no options' : `${show(options)} for its options`}, but must get an object${describeNames(names)}.`,
    );
  for (const name of Object.keys(options))
    if (!Object.hasOwn(names, name) && options[name as keyof Options] !== undefined) {
      const meant = nearestNames(name, Object.keys(names));
      throw new TypeError(
        `${of} has no option ${name}${meant.length > 0 ? `: did you mean ${listed(meant, 'or')}?` : `, but takes ${listed(Object.keys(names))}.`}`,
      );
    }
  return options;
}

function describeNames(names: Readonly<Record<string, 'required' | 'optional'>>): string {
  const required = Object.keys(names).filter(name => names[name] === 'required');
  return ` with ${listed(required.length > 0 ? required : Object.keys(names), required.length > 0 ? 'and' : 'or')}`;
}

/** 'a', 'a and b', 'a, b and c'. */
export const listed = (names: readonly string[], last = 'and'): string =>
  names.length < 2
    ? String(names[0] ?? 'nothing')
    : `${names.slice(0, -1).join(', ')} ${last} ${names.at(-1)}`;

/** What Stable-Baselines3, CleanRL and Gymnasium call an option, without case and underscores. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  numenvs: 'copies',
  nenvs: 'copies',
  numsteps: 'stepsPerIteration',
  nsteps: 'stepsPerIteration',
  totaltimesteps: 'totalSteps',
  maxepisodesteps: 'maxSteps',
  updateepochs: 'epochs',
  nepochs: 'epochs',
  batchsize: 'minibatchSize',
  lr: 'learningRate',
  annealr: 'annealLearningRate',
  clipcoef: 'clipRange',
  clipepsilon: 'clipRange',
  cliprangevf: 'valueClipRange',
  entcoef: 'entropyCoef',
  gaelambda: 'lambda',
  maxgradnorm: 'maxGradientNorm',
  normadvantage: 'normalizeAdvantages',
  normadv: 'normalizeAdvantages',
  targetkl: 'stopAtKl',
  discount: 'gamma',
  hiddensizes: 'hidden',
  netarch: 'hidden',
  activationfn: 'activation',
  callback: 'onIteration',
  successrate: 'successRate',
  isslippery: 'slippery',
};

/** The name that was probably meant, if one is near, or several: but for case and underscores, by a slip or two, or a part of it. */
export function nearestNames(name: string, names: readonly string[]): string[] {
  const plain = (text: string) => text.replace(/[_\-\s]/g, '').toLowerCase();
  const wanted = plain(name);
  const elsewhere = ELSEWHERE[wanted];
  let nearest: string[] = [];
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of names) {
    const other = plain(candidate);
    const partOf =
      Math.min(wanted.length, other.length) >= 3 && (other.includes(wanted) || wanted.includes(other));
    const distance =
      candidate === elsewhere ? 0 : partOf ? Math.min(1, slips(wanted, other)) : slips(wanted, other);
    if (distance < least) [nearest, least] = [[candidate], distance];
    else if (distance === least && nearest.length > 0) nearest.push(candidate);
  }
  return nearest;
}

/** Letters to insert, leave out, change or swap with their neighbour to make b of a (optimal string alignment). */
function slips(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length];
}
