/**
 * Input checks with one voice: every message says which argument, what it was, and what is allowed.
 *
 * Public functions call these at their entrance. `RangeError` is thrown for a value outside its range or a wrong
 * shape, `TypeError` for a value of the wrong kind; both carry a single sentence.
 */

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

/** The discount factor gamma, in [0, 1]. */
export const checkGamma = (gamma: number): number => checkFinite('gamma', gamma, 0, 1);

/** An array of the given length (when stated) whose elements are all finite numbers. */
export function checkVector<T extends ArrayLike<number>>(name: string, vector: T, length?: number): T {
  if (vector == null || typeof vector !== 'object' || typeof vector.length !== 'number')
    throw new TypeError(`${name} is ${show(vector)}, but must be an array of numbers.`);
  if (length !== undefined && vector.length !== length)
    fail(`${name} has length ${vector.length}, but must have length ${length}.`);
  for (let i = 0; i < vector.length; i++)
    if (!Number.isFinite(vector[i]))
      fail(`${name}[${i}] is ${show(vector[i])}, but must be a finite number.`);
  return vector;
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
