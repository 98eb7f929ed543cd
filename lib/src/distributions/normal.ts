/**
 * One dimension of a diagonal Gaussian: the formulas that gaussian.ts and the Gaussian head add up over dimensions, in
 * terms of mu, log sigma and z = (a - mu) / sigma. Derivations stand at the top of gaussian.ts.
 */

const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** z = (x - mu) / sigma; `inverse` is 1 / sigma, from callers that know it. */
export const standardize = (x: number, mean: number, logStd: number, inverse = Math.exp(-logStd)): number =>
  (x - mean) * inverse;

/** log N(a; mu, sigma^2) = -(z^2 / 2 + log sigma + log(2 pi) / 2). */
export const normalLogProb = (z: number, logStd: number): number => -(0.5 * z * z + logStd + HALF_LOG_TWO_PI);

/** H = log sigma + (1 + log(2 pi)) / 2. */
export const normalEntropy = (logStd: number): number => logStd + 0.5 + HALF_LOG_TWO_PI;

/** D_KL(p || q) given z = (mu_p - mu_q) / sigma_q and the difference log sigma_p - log sigma_q. */
export const normalKl = (z: number, logStdDifference: number): number =>
  0.5 * (expm1MinusX(2 * logStdDifference) + z * z);

/** exp(x) - 1 - x, which near 0 is x^2 / 2 + x^3 / 6 + ... */
function expm1MinusX(x: number): number {
  if (Math.abs(x) > 0.5) return Math.expm1(x) - x;
  let sum = 0;
  for (let n = 2, term = (x * x) / 2; Math.abs(term) > 1e-17 * sum; term *= x / ++n) sum += term;
  return sum;
}
