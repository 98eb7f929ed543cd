/**
 * Linear systems for exact answers: A x = b by LU decomposition with partial pivoting (the package ml-matrix), over flat
 * row-major Float64Arrays, with a guard: a system that is singular to working precision is refused instead of answered
 * with noise. And least squares for fits: min ||A x - b|| by singular values, which have an answer for every A.
 */

import { LuDecomposition, Matrix, QrDecomposition, SingularValueDecomposition } from 'ml-matrix';
import { checkInteger, checkVector, fail } from './check';

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
  const lu = new LuDecomposition(matrixOf(a, n, n));
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

/**
 * The x that minimises ||A x - b||, and of several such x (where columns of A depend on each other) the shortest.
 * @param a [rows * columns] row by row
 * @param b [rows], at least one
 * @param columns at least one
 * @returns x [columns]
 */
export function leastSquares(a: ArrayLike<number>, b: ArrayLike<number>, columns: number): Float64Array {
  checkInteger('columns', columns, 1);
  const rows = checkVector('b', b).length;
  if (rows === 0) fail('b is empty, but must hold at least one number.');
  checkVector('a', a, rows * columns);
  let matrix = matrixOf(a, rows, columns);
  let target = Array.from(b);
  if (rows > columns) {
    // Many rows say no more than R and Q'b, and both stand in the triangle of [A b] = Q R.
    const triangle = new QrDecomposition(matrix.addColumn(target)).upperTriangularMatrix;
    matrix = triangle.subMatrix(0, columns - 1, 0, columns - 1);
    target = triangle.getColumn(columns).slice(0, columns);
  }
  const svd = new SingularValueDecomposition(matrix, { autoTranspose: true });
  const U = svd.leftSingularVectors;
  const V = svd.rightSingularVectors;
  const smallest = Math.max(rows, columns) * Number.EPSILON * svd.diagonal[0];
  const x = new Float64Array(columns);
  svd.diagonal.forEach((value, k) => {
    if (value <= smallest) return; // a direction in which A says nothing
    const along = target.reduce((sum, y, i) => sum + U.get(i, k) * y, 0) / value;
    for (let j = 0; j < columns; j++) x[j] += along * V.get(j, k);
  });
  return x;
}

/** sum_i a_i b_i, in order, in float64. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** A flat row-major array as a matrix of ml-matrix. */
function matrixOf(a: ArrayLike<number>, rows: number, columns: number): Matrix {
  const matrix = new Matrix(rows, columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) matrix.set(i, j, a[i * columns + j]);
  return matrix;
}
