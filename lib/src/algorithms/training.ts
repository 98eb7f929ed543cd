/** What every training loop does besides learning: it stops when a number is no longer one. */

import { fail } from '../math/check';

/** Throws, naming algorithm and iteration, if one of the values is NaN or infinite. */
export function checkAllFinite(
  algorithm: string,
  iteration: number,
  what: string,
  values: ArrayLike<number>,
): void {
  for (let k = 0; k < values.length; k++)
    if (!Number.isFinite(values[k]))
      fail(
        `${algorithm} stopped at iteration ${iteration}: ${what} is ${values[k]}, but must be a finite number.`,
      );
}
