/**
 * Linear systems for exact answers: A x = b by LU decomposition with partial pivoting (the package ml-matrix), over flat
 * row-major Float64Arrays, with a guard: a system that is singular to working precision is refused instead of answered
 * with noise.
 */

import { LuDecomposition, Matrix } from 'ml-matrix';
import { checkVector, fail } from './check';

/**
 * Solves A x = b.
 * @param a [n * n] row by row
 * @param b [n]
 * @param name what A is, for the error message
 * @returns x [n]. RangeError if A is singular to working precision.
 */
export function solveLinear(a: ArrayLike<number>, b: ArrayLike<number>, name = 'a'): Float64Array {
  const n = checkVector('b', b).length;
  checkVector(name, a, n * n);
  if (n === 0) return new Float64Array(0);
  const matrix = new Matrix(n, n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) matrix.set(i, j, a[i * n + j]);
  const lu = new LuDecomposition(matrix);
  // The smallest pivot against the largest tells how near the matrix is to losing a rank.
  const pivots = lu.upperTriangularMatrix.diagonal().map(Math.abs);
  let smallest = Infinity;
  let largest = 0;
  for (const pivot of pivots) {
    smallest = Math.min(smallest, pivot);
    largest = Math.max(largest, pivot);
  }
  if (smallest <= n * Number.EPSILON * largest)
    fail(
      `${name} is singular to working precision (pivots from ${smallest.toExponential(1)} to ${largest.toExponential(1)}), but must be invertible.`,
    );
  return Float64Array.from(lu.solve(Matrix.columnVector(Array.from(b))).getColumn(0));
}
