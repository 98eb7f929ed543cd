/** Short words for lists of numbers, by hand-sized cases. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distance, dot, largestGap, linspace, logspace, norm, range, sum } from 'pglab';

test('grids contain both ends and are as long as asked', () => {
  assert.deepEqual(range(4), [0, 1, 2, 3]);
  assert.deepEqual(range(0), []);
  assert.deepEqual(linspace(-1, 1, 5), [-1, -0.5, 0, 0.5, 1]);
  const grid = logspace(0.01, 100, 5);
  for (const [i, expected] of [0.01, 0.1, 1, 10, 100].entries())
    assert.ok(Math.abs(grid[i] / expected - 1) < 1e-12);
  assert.throws(() => range(1.5), /n is 1.5, but must be a whole number/);
  assert.throws(() => linspace(0, 1, 1), /n is 1, but must be a whole number of at least 2/);
  assert.throws(() => logspace(0, 1, 3), /low is 0/);
});

test('sums, products and lengths take typed and plain lists', () => {
  const [u, v] = [Float64Array.of(3, 4), [1, -1]];
  assert.equal(sum(u), 7);
  assert.equal(sum([]), 0);
  assert.equal(dot(u, v), -1);
  assert.equal(norm(u), 5);
  assert.equal(distance(u, v), Math.sqrt(4 + 25));
  assert.equal(largestGap(u, v), 5);
  assert.ok(Number.isNaN(largestGap([0, Number.NaN, 1], [0, 0, 0])));
  for (const pair of [dot, distance, largestGap])
    assert.throws(() => pair([1], [1, 2]), /u has length 1 and v has length 2/);
});
