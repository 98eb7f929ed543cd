/**
 * The conjugate gradient method (Hestenes and Stiefel 1952): solves A x = b for a symmetric positive definite A that is
 * known only by its products with vectors.
 *
 *   x = 0,  r = b,  p = r
 *   repeat   alpha = r^T r / p^T A p       x <- x + alpha p       r' = r - alpha A p
 *            p <- r' + (r'^T r' / r^T r) p,  r <- r'
 *
 * After k rounds x minimises 1/2 x^T A x - b^T x over the span of b, A b, ..., A^{k-1} b: with d numbers d rounds are enough in
 * exact arithmetic, and far fewer where A has few distinct eigenvalues. x^T b grows with each round, so that x is a
 * direction of ascent whenever one stops. Everything is summed in float64, whatever the precision of the products.
 */

import {
  checkFinite,
  checkFunction,
  checkInteger,
  checkVector,
  fail,
  knownOptions,
  lengthOf,
  type OptionNames,
} from './check';
import { dot } from './linalg';

/** Options of `conjugateGradient`. */
export interface ConjugateGradientOptions {
  /** Products to take at most; 10 is usual for TRPO. As many as there are numbers by default. */
  iterations?: number;
  /** Stop when |r| <= tolerance |b|. Products in float32 have no more than 1e-6 to give. */
  tolerance?: number;
}

const CONJUGATE_GRADIENT_OPTIONS: OptionNames<ConjugateGradientOptions> = {
  iterations: 'optional',
  tolerance: 'optional',
};

/** What `conjugateGradient` returns. */
export interface ConjugateGradientResult {
  /** [d] */
  x: Float64Array;
  /** |b - A x| as the rounds kept account of it. */
  residualNorm: number;
  /** Products that were taken. */
  iterations: number;
  /** p^T A p where it came out not above 0, which says that A is not positive definite; x is what was found before. */
  badCurvature?: number;
}

/**
 * x with A x = b, approximately.
 * @param multiply A v of a direction v [d]; the result is read before the next call
 * @param b [d]
 */
export function conjugateGradient(
  multiply: (v: Float64Array) => ArrayLike<number>,
  b: ArrayLike<number>,
  options: ConjugateGradientOptions = {},
): ConjugateGradientResult {
  const { iterations = lengthOf('b', b), tolerance = 1e-10 } = knownOptions(
    'conjugateGradient',
    options,
    CONJUGATE_GRADIENT_OPTIONS,
  );
  checkFunction('multiply', multiply, 'that gives A v for v');
  const d = checkVector('b', b).length;
  checkInteger('iterations', iterations, 0);
  checkFinite('tolerance', tolerance, 0);
  const x = new Float64Array(d);
  const r = Float64Array.from(b);
  const p = r.slice();
  let square = dot(r, r);
  const enough = tolerance * tolerance * square;
  let k = 0;
  while (k < iterations && square > enough) {
    const Ap = multiply(p);
    if (Ap.length !== d) fail(`multiply returned ${Ap.length} numbers, but b has ${d}.`);
    k++;
    const curvature = dot(p, Ap);
    if (!(curvature > 0 && curvature < Infinity))
      return { x, residualNorm: Math.sqrt(square), iterations: k, badCurvature: curvature };
    const alpha = square / curvature;
    for (let i = 0; i < d; i++) {
      x[i] += alpha * p[i];
      r[i] -= alpha * Ap[i];
    }
    const next = dot(r, r);
    const beta = next / square;
    for (let i = 0; i < d; i++) p[i] = r[i] + beta * p[i];
    square = next;
  }
  return { x, residualNorm: Math.sqrt(square), iterations: k };
}
