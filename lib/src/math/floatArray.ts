/**
 * Arrays of floating point, of either precision, and loops over many numbers.
 *
 * An engine compiles a loop that has met several kinds of array into one that asks for the kind again at each number, which takes
 * several times as long. So the loops that training runs over all of its data have one twin for each kind.
 */

/** Numbers in a typed array of floating point. */
export type FloatArray = Float32Array | Float64Array;

/** An array of at least `length` numbers: `array` if it is long enough, else a new one of the same kind. */
export function roomFor<A extends FloatArray>(array: A, length: number): A {
  if (array.length >= length) return array;
  const grown = Math.max(length, 2 * array.length);
  return (array instanceof Float32Array ? new Float32Array(grown) : new Float64Array(grown)) as A;
}

/** Where the first number that is NaN or infinite stands, or -1. */
export function firstNotFinite(values: ArrayLike<number>): number {
  if (values instanceof Float64Array) return firstNotFinite64(values);
  if (values instanceof Float32Array) return firstNotFinite32(values);
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return i;
  return -1;
}

function firstNotFinite64(values: Float64Array): number {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return i;
  return -1;
}

function firstNotFinite32(values: Float32Array): number {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return i;
  return -1;
}
