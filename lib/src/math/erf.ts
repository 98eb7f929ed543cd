/**
 * The error function, with which probabilities of intervals under a normal distribution are told:
 *
 *   erf(x) = 2 / sqrt(pi) int_0^x exp(-y^2) dy        P(|Z| < z) = erf(z / sqrt(2)) for Z ~ N(0, 1)
 *
 * Up to |x| = 3 by the series exp(-x^2) 2x / sqrt(pi) sum_n (2 x^2)^n / (1 * 3 * 5 ... (2n + 1)), whose terms are all
 * positive; beyond, as one less the continued fraction of erfc (Abramowitz and Stegun 1964, 7.1.6 and 7.1.14). The
 * relative error is a few units in the last place.
 */

import { fail, show } from './check';

/** erf(x), odd and from -1 to 1; erf(+-Infinity) = +-1. */
export function erf(x: number): number {
  if (typeof x !== 'number' || Number.isNaN(x)) fail(`x is ${show(x)}, but must be a number.`);
  const size = Math.abs(x);
  if (size > 6) return Math.sign(x); // 1 - erf(6) = 2e-17
  const squared = x * x;
  const scale = Math.exp(-squared) / Math.sqrt(Math.PI);
  if (size < 3) {
    let sum = 0;
    for (let n = 0, term = 2 * x; Math.abs(term) > 1e-17 * Math.abs(sum); term *= squared / (++n + 0.5))
      sum += term;
    return scale * sum;
  }
  let fraction = size;
  for (let k = 60; k > 0; k--) fraction = size + k / 2 / fraction;
  return Math.sign(x) * (1 - scale / fraction);
}
