/** Rows of a batch in another order, a few at a time: what stochastic gradient steps are taken on. */

/** Any array that rows are gathered to. */
type Rows = { [index: number]: number; readonly length: number };

/** into[b] = from[order[start + b]] for b < count, where a row is `width` numbers. */
export function gather(
  from: ArrayLike<number>,
  width: number,
  order: ArrayLike<number>,
  start: number,
  count: number,
  into: Rows,
): void {
  for (let b = 0, k = 0; b < count; b++) {
    const row = order[start + b] * width;
    for (let j = 0; j < width; j++) into[k++] = from[row + j];
  }
}
