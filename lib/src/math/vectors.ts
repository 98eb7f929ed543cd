/** Short words for lists of numbers: grids, sums, products, lengths. They take any list, typed or not. */

import { checkFinite, checkInteger, fail, lengthOf } from './check';
import { dot as product } from './linalg';

/** x x. The language leaves the last bit of a power to the engine (10^-5 differs between Node 22 and 24); a product is exact to rounding. */
export const square = (x: number): number => x * x;

/** 0, 1, ..., n - 1. */
export const range = (n: number): number[] => Array.from({ length: checkInteger('n', n, 0) }, (_, i) => i);

/** n numbers from low to high, evenly spaced, both ends included. */
export function linspace(low: number, high: number, n: number): number[] {
  checkFinite('low', low);
  checkFinite('high', high);
  return range(checkInteger('n', n, 2)).map(i => low + ((high - low) * i) / (n - 1));
}

/** n numbers from low to high, each the same factor above the last, both ends included (up to rounding). */
export function logspace(low: number, high: number, n: number): number[] {
  checkFinite('low', low, Number.MIN_VALUE);
  checkFinite('high', high, Number.MIN_VALUE);
  return linspace(Math.log(low), Math.log(high), n).map(Math.exp);
}

/** x_0 + x_1 + ..., added in this order; 0 for an empty list. */
export function sum(x: ArrayLike<number>): number {
  const n = lengthOf('x', x);
  let total = 0;
  for (let i = 0; i < n; i++) total += x[i];
  return total;
}

/** u_0 v_0 + u_1 v_1 + .... Throws a RangeError unless both have the same length. */
export function dot(u: ArrayLike<number>, v: ArrayLike<number>): number {
  sameLength(u, v);
  return product(u, v);
}

/** The Euclidean length of u. */
export const norm = (u: ArrayLike<number>): number => Math.sqrt(dot(u, u));

/** The Euclidean length of u - v. Throws a RangeError unless both have the same length. */
export function distance(u: ArrayLike<number>, v: ArrayLike<number>): number {
  sameLength(u, v);
  let total = 0;
  for (let i = 0; i < u.length; i++) total += square(u[i] - v[i]);
  return Math.sqrt(total);
}

/** The largest |u_i - v_i|; 0 for empty lists, NaN if one of them is. Throws a RangeError unless both have the same length. */
export function largestGap(u: ArrayLike<number>, v: ArrayLike<number>): number {
  sameLength(u, v);
  let largest = 0;
  for (let i = 0; i < u.length; i++) {
    const gap = Math.abs(u[i] - v[i]);
    if (Number.isNaN(gap)) return gap;
    if (gap > largest) largest = gap;
  }
  return largest;
}

function sameLength(u: ArrayLike<number>, v: ArrayLike<number>): void {
  if (lengthOf('u', u) !== lengthOf('v', v))
    fail(`u has length ${u.length} and v has length ${v.length}, but they must have the same length.`);
}
