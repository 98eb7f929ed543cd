import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { categorical } from 'pglab';

const near = (actual: number, expected: number, tolerance = 1e-12) =>
  assert.ok(
    actual === expected || Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${actual} is not ${expected}`,
  );

/** Three vectors of logits of one length, from nearly uniform to nearly deterministic. */
const triple = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.constantFrom(0.01, 3, 40)).chain(([n, size]) => {
  const one = fc.array(fc.double({ min: -size, max: size, noNaN: true }), { minLength: n, maxLength: n });
  return fc.tuple(one, one, one);
});

const {
  kl,
  totalVariation,
  chiSquare,
  softmax,
  entropy,
  klOfProbabilities,
  totalVariationOfProbabilities,
  chiSquareOfProbabilities,
  entropyOfProbabilities,
} = categorical;

test('hand-sized values', () => {
  const p = [0.5, 0.25, 0.25];
  const q = [0.25, 0.25, 0.5];
  near(klOfProbabilities(p, q), 0.25 * Math.LN2);
  near(totalVariationOfProbabilities(p, q), 0.25);
  near(chiSquareOfProbabilities(p, q), 1 + 0.25 + 0.125 - 1);
  near(entropyOfProbabilities(p), 1.5 * Math.LN2);
  const [zp, zq] = [p.map(Math.log), q.map(Math.log)];
  near(kl(zp, zq), 0.25 * Math.LN2);
  near(totalVariation(zp, zq), 0.25);
  near(chiSquare(zp, zq), 0.375);
});

test('logits and probabilities tell the same', () => {
  fc.assert(
    fc.property(triple, ([zp, zq]) => {
      const [p, q] = [softmax(zp), softmax(zq)];
      near(klOfProbabilities(p, q), kl(zp, zq));
      near(totalVariationOfProbabilities(p, q), totalVariation(zp, zq));
      near(chiSquareOfProbabilities(p, q), chiSquare(zp, zq));
      near(entropyOfProbabilities(p), entropy(zp));
    }),
    { seed: 1, numRuns: 500 },
  );
});

test('KL and chi-square are at least 0 and 0 for equals; total variation is a metric with values in [0, 1]', () => {
  fc.assert(
    fc.property(triple, ([p, q, r]) => {
      for (const divergence of [kl, chiSquare, totalVariation]) {
        assert.ok(divergence(p, q) >= 0);
        assert.equal(divergence(p, p), 0);
      }
      assert.equal(totalVariation(p, q), totalVariation(q, p));
      assert.ok(totalVariation(p, q) <= 1);
      assert.ok(totalVariation(p, r) <= totalVariation(p, q) + totalVariation(q, r) + 1e-15);
    }),
    { seed: 1, numRuns: 1000 },
  );
});

test('the inequalities that tie them together hold, with near equality where they are tight', () => {
  fc.assert(
    fc.property(triple, ([p, q]) => {
      const tv = totalVariation(p, q);
      // Pinsker in both directions; 1e-8 is the root of the rounding in KL
      assert.ok(tv <= Math.sqrt(kl(p, q) / 2) + 1e-8 && tv <= Math.sqrt(kl(q, p) / 2) + 1e-8);
      // Bretagnolle and Huber 1979, which says more where KL is large
      assert.ok(tv <= Math.sqrt(-Math.expm1(-kl(p, q))) + 1e-8);
      // Jensen, and Cauchy-Schwarz
      assert.ok(kl(p, q) <= Math.log1p(chiSquare(p, q)) + 1e-12);
      assert.ok(tv <= Math.sqrt(chiSquare(p, q)) / 2 + 1e-12);
    }),
    { seed: 1, numRuns: 1000 },
  );
  // For two equal halves moved by e, TV = e and KL = 2 e^2 + O(e^4): Pinsker is tight.
  const e = 1e-3;
  const [p, q] = [
    [0.5 + e, 0.5 - e],
    [0.5, 0.5],
  ];
  near(totalVariationOfProbabilities(p, q) / Math.sqrt(klOfProbabilities(p, q) / 2), 1, 1e-6);
});

test('KL is not symmetric, but to second order it is', () => {
  assert.ok(Math.abs(kl([0, 0], [0, 3]) - kl([0, 3], [0, 0])) > 0.3);
  for (const h of [1e-1, 1e-2, 1e-3]) {
    const [p, q] = [
      [0, 1, 2],
      [h, 1 - h, 2],
    ];
    assert.ok(Math.abs(kl(p, q) - kl(q, p)) < h ** 3);
    assert.ok(kl(p, q) > h ** 2 / 10);
  }
});

test('probability zero: infinite one way, finite the other, never NaN', () => {
  const [p, q] = [
    [0.5, 0.5, 0],
    [1, 0, 0],
  ];
  assert.equal(klOfProbabilities(p, q), Infinity);
  assert.equal(chiSquareOfProbabilities(p, q), Infinity);
  near(klOfProbabilities(q, p), Math.LN2);
  near(chiSquareOfProbabilities(q, p), 1);
  assert.equal(totalVariationOfProbabilities(p, q), 0.5);
  assert.equal(klOfProbabilities(q, q), 0);
  assert.equal(chiSquareOfProbabilities(q, q), 0);
  assert.equal(entropyOfProbabilities(q), 0);
  assert.equal(totalVariationOfProbabilities([1, 0], [0, 1]), 1);

  const [zp, zq] = [
    [0, 0, -Infinity],
    [0, -Infinity, -Infinity],
  ];
  assert.equal(chiSquare(zp, zq), Infinity);
  near(chiSquare(zq, zp), 1);
  assert.equal(chiSquare(zq, zq), 0);
  assert.equal(totalVariation(zp, zq), 0.5);
  assert.equal(totalVariation(zq, [-Infinity, 0, 0]), 1);
});

test('extreme logits lose no digits', () => {
  assert.equal(totalVariation([1e8, 0], [0, 1e8]), 1);
  near(totalVariation([1e8 + 1, 1e8], [1, 0]), 0, 1e-8); // half an ulp of 1e8
  near(kl([0, -1e6], [-1e6, 0]), 1e6);
  // p is certain of the action that q takes with probability exp(-600): chi^2 = exp(600) - 1
  assert.ok(Math.abs(Math.log(chiSquare([0, -2000], [-600, 0])) - 600) < 1e-12);
  // too large for a double, though q is not 0
  assert.equal(chiSquare([0, -2000], [-1000, 0]), Infinity);
  // q and p both underflow as doubles, p^2 / q = exp(-1600 + 800) too
  assert.equal(chiSquare([0, -800], [0, -800]), 0);
  near(Math.log(chiSquare([0, -800], [0, -1500])), -100);
  // Nearly equal: sum (p - q)^2 / q keeps its digits where sum p^2 / q - 1 has none.
  const h = 1e-9;
  near(chiSquare([h, 0], [0, 0]) / ((h * h) / 4), 1, 1e-7);
});

test('rows of a table are compared in place', () => {
  const p = [9, 0.1, 0.7, -2, 9];
  const q = [0, 1, 2, 3, 0];
  for (const divergence of [kl, totalVariation, chiSquare])
    assert.equal(divergence(p, q, 1, 3), divergence([0.1, 0.7, -2], [1, 2, 3]));
});

test('bad input is refused in one sentence', () => {
  const throwsWith = (run: () => unknown, message: string) =>
    assert.throws(run, { name: 'RangeError', message });
  for (const divergence of [totalVariation, chiSquare]) {
    throwsWith(
      () => divergence([0, 1], [0]),
      'pLogits and qLogits have lengths 2 and 1, but must be equally long.',
    );
    throwsWith(
      () => divergence([0, 1], [0, Number.NaN]),
      'logits[1] is NaN, but must be a finite number or -Infinity.',
    );
  }
  for (const divergence of [klOfProbabilities, totalVariationOfProbabilities, chiSquareOfProbabilities]) {
    throwsWith(() => divergence([1, 0], [1]), 'q has length 1, but must have length 2.');
    throwsWith(() => divergence([1, 1], [1, 0]), 'p sums to 2, but must sum to 1.');
    throwsWith(() => divergence([1, 0], [1.5, -0.5]), 'q[0] is 1.5, but must be a probability from 0 to 1.');
    throwsWith(() => divergence([0.5, Number.NaN], [1, 0]), 'p[1] is NaN, but must be a finite number.');
  }
  throwsWith(() => entropyOfProbabilities([]), 'p is empty, but must hold at least one probability.');
});
