import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { categorical, Rng } from 'pglab';

const near = (actual: number, expected: number, tolerance = 1e-12, message = '') =>
  assert.ok(
    actual === expected || Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${message} ${actual} is not ${expected}`,
  );

/** Central differences of f with respect to each number of x. */
function differences(f: (x: number[]) => number, x: number[], h = 1e-5): number[] {
  return x.map((value, k) => {
    const at = (v: number) => f(x.map((other, j) => (j === k ? v : other)));
    return (at(value + h) - at(value - h)) / (2 * h);
  });
}

const logits = fc.array(fc.double({ min: -8, max: 8, noNaN: true }), { minLength: 1, maxLength: 6 });
const pair = fc.integer({ min: 1, max: 6 }).chain(n => {
  const one = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: n, maxLength: n });
  return fc.tuple(one, one);
});

test('hand-sized values', () => {
  const z = [Math.log(1), Math.log(2), Math.log(5)]; // p = 1/8, 2/8, 5/8
  categorical.softmax(z).forEach((p, k) => {
    near(p, [0.125, 0.25, 0.625][k]);
  });
  near(categorical.logProb(z, 2), Math.log(0.625));
  near(categorical.entropy(z), 0.125 * Math.log(8) + 0.25 * Math.log(4) + 0.625 * Math.log(1.6));
  near(categorical.entropy([3, 3, 3, 3]), Math.log(4));
  near(categorical.kl(z, [0, 0, 0]), Math.log(3) - categorical.entropy(z));
  assert.deepEqual([...categorical.score([0, 0], 1)], [-0.5, 0.5]);
  assert.equal(categorical.kl([1, 2], [1, 2]), 0);
});

test('adding a constant to all logits changes nothing, and large logits lose no digits', () => {
  const z = [0.3, -1.2, 2];
  for (const shift of [1e3, -1e3, 1e8]) {
    const moved = z.map(v => v + shift);
    near(categorical.logProb(moved, 1), categorical.logProb(z, 1), 1e-7);
    near(categorical.entropy(moved), categorical.entropy(z), 1e-7);
  }
  assert.equal(categorical.logProb([0, -2000], 1), -2000);
  assert.equal(categorical.entropy([0, -2000]), 0);
  near(categorical.kl([0, 0], [0, -1000]), 500 - Math.log(2));
  assert.equal(categorical.logProb([5], 0), 0);
});

test('probability zero is answered exactly and never by NaN', () => {
  const zero = [0, -Infinity, 0];
  assert.deepEqual([...categorical.softmax(zero)], [0.5, 0, 0.5]);
  assert.equal(categorical.logProb(zero, 1), -Infinity);
  near(categorical.entropy(zero), Math.log(2));
  assert.equal(categorical.kl([0, 0, 0], zero), Infinity);
  near(categorical.kl(zero, [0, 0, 0]), Math.log(1.5));
  assert.equal(categorical.kl(zero, zero), 0);
  // p_1 underflows to 0 as a double but is not zero, so the divergence is infinite all the same
  assert.equal(categorical.kl([0, -1000, 0], zero), Infinity);
  for (const gradient of [
    categorical.entropyGradient(zero),
    categorical.klGradientP(zero, [1, 2, 3]),
    categorical.klGradientP(zero, zero),
    categorical.klGradientQ([1, 2, 3], zero),
    categorical.score(zero, 1),
  ])
    assert.ok(gradient.every(Number.isFinite), String(gradient));
  assert.equal(categorical.klGradientP(zero, [1, 2, 3])[1], 0);
  assert.throws(() => categorical.klGradientP([0, 0, 0], zero), /D_KL\(p \|\| q\) is infinite/);
  const rng = new Rng(1);
  for (let i = 0; i < 1000; i++) assert.notEqual(categorical.sample(zero, rng), 1);
});

test('every gradient agrees with central differences', () => {
  fc.assert(
    fc.property(logits, fc.nat(), (z, pick) => {
      const a = pick % z.length;
      const expected = differences(x => categorical.logProb(x, a), z);
      categorical.score(z, a).forEach((g, k) => {
        near(g, expected[k], 1e-8, 'score');
      });
      const dEntropy = differences(x => categorical.entropy(x), z);
      categorical.entropyGradient(z).forEach((g, k) => {
        near(g, dEntropy[k], 1e-8, 'entropy');
      });
    }),
    { seed: 1, numRuns: 200 },
  );
  fc.assert(
    fc.property(pair, ([p, q]) => {
      const dP = differences(x => categorical.kl(x, q), p);
      const dQ = differences(x => categorical.kl(p, x), q);
      categorical.klGradientP(p, q).forEach((g, k) => {
        near(g, dP[k], 1e-7, 'kl, p');
      });
      categorical.klGradientQ(p, q).forEach((g, k) => {
        near(g, dQ[k], 1e-7, 'kl, q');
      });
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('the score has mean zero, KL is at least zero, entropy lies between 0 and log n', () => {
  fc.assert(
    fc.property(pair, ([p, q]) => {
      const probabilities = categorical.softmax(p);
      const mean = new Float64Array(p.length);
      probabilities.forEach((w, a) => {
        categorical.addScore(p, a, w, mean);
      });
      assert.ok(mean.every(m => Math.abs(m) < 1e-14));
      near(
        probabilities.reduce((x, y) => x + y, 0),
        1,
        1e-14,
      );
      assert.ok(categorical.kl(p, q) >= 0);
      const h = categorical.entropy(p);
      assert.ok(h >= 0 && h <= Math.log(p.length) + 1e-14);
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('rows of a table are worked on in place, and only they', () => {
  const table = [9, 9, 0.1, 0.7, -2, 9];
  const row = [0.1, 0.7, -2];
  assert.equal(categorical.entropy(table, 2, 3), categorical.entropy(row));
  assert.equal(categorical.logProb(table, 1, 2, 3), categorical.logProb(row, 1));
  assert.equal(categorical.kl(table, [0, 0, 1, 2, 3, 0], 2, 3), categorical.kl(row, [1, 2, 3]));
  const gradient = new Float64Array(8).fill(1);
  categorical.addScore(table, 1, 2, gradient, 2, 3, 4);
  const score = categorical.score(row, 1);
  assert.deepEqual([...gradient], [1, 1, 1, 1, ...[...score].map(v => 1 + 2 * v), 1]);
  const inPlace = Float64Array.from(table);
  categorical.softmaxInto(inPlace, 2, 3, inPlace, 2);
  assert.deepEqual([...inPlace], [9, 9, ...categorical.softmax(row), 9]);
  categorical.logSoftmaxInto(row, 0, 3, inPlace, 0);
  assert.deepEqual([...inPlace.subarray(0, 3)], [...categorical.logSoftmax(row)]);
});

test('samples have the frequencies of p (chi-square, 4 degrees of freedom)', () => {
  const z = [0, 1, -1, 0.5, 2];
  const p = categorical.softmax(z);
  const counts = new Float64Array(5);
  const rng = new Rng(3);
  const n = 100_000;
  for (let i = 0; i < n; i++) counts[categorical.sample(z, rng)]++;
  const chiSquare = counts.reduce((sum, c, k) => sum + (c - n * p[k]) ** 2 / (n * p[k]), 0);
  assert.ok(chiSquare < 18.5, `chi-square ${chiSquare}`); // 99.9% quantile 18.47
});

test('bad input is refused in one sentence', () => {
  const throwsWith = (run: () => unknown, message: string) =>
    assert.throws(run, { name: 'RangeError', message });
  const { softmax, logProb, entropy, sample, kl, score } = categorical;
  throwsWith(() => softmax([0, Number.NaN]), 'logits[1] is NaN, but must be a finite number or -Infinity.');
  throwsWith(
    () => entropy([Infinity, 0]),
    'logits[0] is Infinity, but must be a finite number or -Infinity.',
  );
  throwsWith(
    () => sample([-Infinity, -Infinity], new Rng(1)),
    'logits are all -Infinity (2 of them), but at least one action must be possible.',
  );
  throwsWith(() => softmax([]), 'logits are empty, but a categorical distribution needs at least one.');
  throwsWith(() => logProb([0, 1], 2), 'action is 2, but must be a whole number from 0 to 1.');
  throwsWith(() => score([0, 1], 0.5), 'action is 0.5, but must be a whole number from 0 to 1.');
  throwsWith(() => logProb([0, 1], Number.NaN), 'action is NaN, but must be a whole number from 0 to 1.');
  const short = new Float64Array(1);
  const full = (name: string) => `${name} has length 1, but 2 numbers from offset 0 need 2.`;
  throwsWith(() => categorical.softmaxInto([0, 1], 0, 2, short, 0), full('out'));
  throwsWith(() => categorical.logSoftmaxInto([0, 1], 0, 2, short, 0), full('out'));
  throwsWith(() => categorical.addScore([0, 1], 0, 1, short), full('gradient'));
  throwsWith(() => categorical.addEntropyGradient([0, 1], 1, short), full('gradient'));
  throwsWith(() => categorical.addKlGradientP([0, 1], [1, 0], 1, short), full('gradient'));
  throwsWith(() => categorical.addKlGradientQ([0, 1], [1, 0], 1, short), full('gradient'));
  throwsWith(
    () => categorical.addScore([0, 1], 0, 1, new Float64Array(2), 0, 2, 1),
    'gradient has length 2, but 2 numbers from offset 1 need 3.',
  );
  assert.deepEqual([...short], [0], 'nothing was written');
  throwsWith(() => kl([0, 1], [0]), 'pLogits and qLogits have lengths 2 and 1, but must be equally long.');
});
