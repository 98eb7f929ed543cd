/** Rows of a batch in another order, a few at a time: what stochastic gradient steps are taken on. */

import type { FloatArray } from '../math/floatArray';

/** Arrays that hold a batch. */
type Rows = FloatArray | Int32Array;

/**
 * into[b] = from[order[start + b]] for b < count, where a row is `width` numbers; both arrays are of one kind. Each kind has a loop
 * of its own for speed: math/floatArray.ts says why.
 */
export function gather<R extends Rows>(
  from: R,
  width: number,
  order: Int32Array,
  start: number,
  count: number,
  into: R,
): void {
  if (from instanceof Float64Array) gather64(from, width, order, start, count, into as Float64Array);
  else if (from instanceof Float32Array) gather32(from, width, order, start, count, into as Float32Array);
  else gatherInt32(from, width, order, start, count, into as Int32Array);
}

type Gather<R extends Rows> = (
  from: R,
  width: number,
  order: Int32Array,
  start: number,
  count: number,
  into: R,
) => void;

const gather64: Gather<Float64Array> = (from, width, order, start, count, into) => {
  for (let b = 0, k = 0; b < count; b++) {
    const row = order[start + b] * width;
    for (let j = 0; j < width; j++) into[k++] = from[row + j];
  }
};

const gather32: Gather<Float32Array> = (from, width, order, start, count, into) => {
  for (let b = 0, k = 0; b < count; b++) {
    const row = order[start + b] * width;
    for (let j = 0; j < width; j++) into[k++] = from[row + j];
  }
};

const gatherInt32: Gather<Int32Array> = (from, width, order, start, count, into) => {
  for (let b = 0, k = 0; b < count; b++) {
    const row = order[start + b] * width;
    for (let j = 0; j < width; j++) into[k++] = from[row + j];
  }
};
