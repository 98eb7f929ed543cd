import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { leastSquares, Rng, solveLinear } from 'pglab';

test('by hand, a zero pivot included', () => {
  assert.deepEqual([...solveLinear([2, 0, 0, 4], [2, 8])], [1, 2]);
  assert.deepEqual([...solveLinear([0, 1, 1, 0], [3, 5])], [5, 3]);
  assert.deepEqual([...solveLinear([], [])], []);
});

test('A x = b is solved to rounding for random systems', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 25 }), fc.nat(1e6), (n, seed) => {
      const rng = new Rng(seed);
      const a = Float64Array.from({ length: n * n }, (_, k) => rng.normal() + (k % (n + 1) === 0 ? n : 0));
      const x = Float64Array.from({ length: n }, () => rng.normal());
      const b = x.map((_, i) => x.reduce((sum, value, j) => sum + a[i * n + j] * value, 0));
      const [aBefore, bBefore] = [a.slice(), b.slice()];
      solveLinear(a, b).forEach((value, i) => {
        assert.ok(Math.abs(value - x[i]) < 1e-11);
      });
      assert.deepEqual([a, b], [aBefore, bBefore], 'the input is left alone');
    }),
    { seed: 1, numRuns: 100 },
  );
});

test('singular and malformed systems are refused in one sentence', () => {
  const throwsWith = (run: () => unknown, message: string | RegExp) => assert.throws(run, { message });
  throwsWith(
    () => solveLinear([1, 2, 2, 4], [1, 1]),
    /^a is singular to working precision \(pivots from .* to .*\), but must be invertible\.$/,
  );
  throwsWith(() => solveLinear([0], [1], 'I - P'), /^I - P is singular/);
  throwsWith(() => solveLinear([1, 1, 1, 1 + 2e-16], [1, 1]), /singular/);
  throwsWith(() => solveLinear([1, 2, 3], [1, 1]), 'a has length 3, but must have length 4.');
  throwsWith(() => solveLinear([Number.NaN], [1]), 'a[0] is NaN, but must be a finite number.');
  throwsWith(() => solveLinear([1], [Infinity]), 'b[0] is Infinity, but must be a finite number.');
});

test('least squares by hand: a line, the shortest of many answers, no columns that matter', () => {
  const near = (actual: Float64Array, expected: number[]) => {
    assert.equal(actual.length, expected.length);
    expected.forEach((x, i) => {
      assert.ok(Math.abs(actual[i] - x) < 1e-12, `[${i}] ${actual[i]} is not ${x}`);
    });
  };
  // y = 1, 2, 4 at x = 0, 1, 2: slope 3/2, intercept 5/6
  near(leastSquares([0, 1, 1, 1, 2, 1], [1, 2, 4], 2), [3 / 2, 5 / 6]);
  near(leastSquares([1, 1, 1, 1], [2, 4], 2), [1.5, 1.5]);
  near(leastSquares([3, 4], [5], 2), [0.6, 0.8]);
  near(leastSquares([0, 0], [1, 2], 1), [0]);
  // Two columns that are the same up to a factor share the slope in proportion, however many rows there are.
  const rng = new Rng(7);
  const x = Float64Array.from({ length: 3000 }, () => rng.normal());
  const doubled = Float64Array.from({ length: 6000 }, (_, k) => x[k >> 1] * (1 + (k & 1)));
  near(
    leastSquares(
      doubled,
      x.map(value => 5 * value),
      2,
    ),
    [1, 2],
  );
});

test('the residual of least squares is orthogonal to every column', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 6 }),
      fc.nat(1e6),
      (rows, columns, seed) => {
        const rng = new Rng(seed);
        const a = Float64Array.from({ length: rows * columns }, () => rng.normal());
        const b = Float64Array.from({ length: rows }, () => rng.normal());
        const x = leastSquares(a, b, columns);
        const residual = b.map(
          (value, i) => value - x.reduce((sum, w, j) => sum + w * a[i * columns + j], 0),
        );
        for (let j = 0; j < columns; j++)
          assert.ok(Math.abs(residual.reduce((sum, r, i) => sum + r * a[i * columns + j], 0)) < 1e-10);
      },
    ),
    { seed: 1, numRuns: 100 },
  );
  const throwsWith = (run: () => unknown, message: string) => assert.throws(run, { message });
  throwsWith(() => leastSquares([1, 2, 3], [1, 1], 2), 'a has length 3, but must have length 4.');
  throwsWith(() => leastSquares([], [], 2), 'b is empty, but must hold at least one number.');
  throwsWith(() => leastSquares([1], [1], 0), 'columns is 0, but must be a whole number of at least 1.');
});
