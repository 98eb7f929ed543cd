/** Arrays of floating point, of either precision. */

/** Numbers in a typed array of floating point. */
export type FloatArray = Float32Array | Float64Array;

/** An array of at least `length` numbers: `array` if it is long enough, else a new one of the same kind. */
export function roomFor<A extends FloatArray>(array: A, length: number): A {
  if (array.length >= length) return array;
  const grown = Math.max(length, 2 * array.length);
  return (array instanceof Float32Array ? new Float32Array(grown) : new Float64Array(grown)) as A;
}
