import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { erf, gaussian, mean, Rng, standardError } from 'pglab';

type Gaussian = { mean: number[]; logStd: number[] };

const near = (actual: number, expected: number, tolerance = 1e-12, message = '') =>
  assert.ok(
    actual === expected || Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${message} ${actual} is not ${expected}`,
  );

/** A gradient by central differences of f in every mean and log standard deviation of p. */
function differences(f: (p: Gaussian) => number, p: Gaussian, h = 1e-5): Gaussian {
  const slope = (key: keyof Gaussian, k: number) => {
    const at = (step: number) => f({ ...p, [key]: p[key].map((x, j) => (j === k ? x + step : x)) });
    return (at(h) - at(-h)) / (2 * h);
  };
  return {
    mean: p.mean.map((_, k) => slope('mean', k)),
    logStd: p.logStd.map((_, k) => slope('logStd', k)),
  };
}

/** The trapezoidal rule, which converges fast for smooth functions that vanish at both ends. */
function integrate(f: (x: number) => number, low: number, high: number, n = 20_000): number {
  const h = (high - low) / n;
  let sum = 0;
  for (let i = 1; i < n; i++) sum += f(low + i * h);
  return sum * h;
}

const number = (size: number) => fc.double({ min: -size, max: size, noNaN: true });
const ofDimension = (d: number) =>
  fc.record({
    mean: fc.array(number(3), { minLength: d, maxLength: d }),
    logStd: fc.array(number(1.5), { minLength: d, maxLength: d }),
  });
const pair = fc.integer({ min: 1, max: 4 }).chain(d => fc.tuple(ofDimension(d), ofDimension(d)));
const options = { seed: 1, numRuns: 200 };

test('erf agrees with the C library to a few units in the last place', () => {
  const table = [
    [1e-300, 1.1283791670955125e-300],
    [1e-9, 1.1283791670955127e-9],
    [0.1, 0.1124629160182849],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [1.7, 0.9837904585907745],
    [2.5, 0.999593047982555],
    [2.9999, 0.9999778955735178],
    [3, 0.9999779095030014],
    [3.0001, 0.9999779234241298],
    [4, 0.9999999845827421],
    [5, 0.9999999999984626],
    [5.9, 0.9999999999999999],
    [6.1, 1.0],
  ];
  for (const [x, expected] of table) {
    assert.ok(Math.abs(erf(x) / expected - 1) < 1e-15, `erf(${x}) = ${erf(x)}`);
    assert.equal(erf(-x), -erf(x));
  }
  assert.deepEqual([erf(0), erf(Infinity), erf(-Infinity)], [0, 1, -1]);
  assert.throws(() => erf(Number.NaN), { name: 'RangeError', message: 'x is NaN, but must be a number.' });
});

test('hand-sized values', () => {
  const standard = gaussian.fromStd(0, 1);
  near(gaussian.logProb(standard, [0]), -0.5 * Math.log(2 * Math.PI));
  near(gaussian.logProb(gaussian.fromStd([1, -1], [2, 0.5]), [3, -1]), -Math.log(2 * Math.PI) - 0.5);
  near(gaussian.entropy(standard), 1.4189385332046727);
  near(gaussian.kl(gaussian.fromStd(1, 1), standard), 0.5);
  near(gaussian.kl(gaussian.fromStd(0, 2), standard), 1.5 - Math.log(2));
  near(gaussian.totalVariation(gaussian.fromStd(2, 1), standard), 0.6826894921370859); // P(|Z| < 1)
  near(gaussian.chiSquare(gaussian.fromStd(1, 1), standard), Math.E - 1);
  const { mean: dMean, logStd: dLogStd } = gaussian.score(gaussian.fromStd(1, 2), [5]);
  assert.deepEqual([dMean[0], dLogStd[0]], [1, 3]);
});

test('densities integrate to 1, and entropy, KL, chi-square and total variation are the integrals that define them', () => {
  fc.assert(
    fc.property(ofDimension(1), ofDimension(1), (p, q) => {
      const p1 = (x: number) => Math.exp(gaussian.logProb(p, [x]));
      const q1 = (x: number) => Math.exp(gaussian.logProb(q, [x]));
      const logRatio = (x: number) => gaussian.logProb(p, [x]) - gaussian.logProb(q, [x]);
      const low = Math.min(p.mean[0] - 12 * Math.exp(p.logStd[0]), q.mean[0] - 12 * Math.exp(q.logStd[0]));
      const high = Math.max(p.mean[0] + 12 * Math.exp(p.logStd[0]), q.mean[0] + 12 * Math.exp(q.logStd[0]));
      near(integrate(p1, low, high, 4000), 1, 1e-12);
      near(
        integrate(x => -p1(x) * gaussian.logProb(p, [x]), low, high, 4000),
        gaussian.entropy(p),
        1e-10,
      );
      near(
        integrate(x => p1(x) * logRatio(x), low, high, 4000),
        gaussian.kl(p, q),
        1e-10,
      );
      // |p - q| has corners: the rule is only second-order there
      near(
        integrate(x => Math.abs(p1(x) - q1(x)) / 2, low, high),
        gaussian.totalVariation(p, q),
        2e-5,
      );
    }),
    { seed: 1, numRuns: 30 },
  );
  for (const [p, q] of [
    [gaussian.fromStd(0.5, 1), gaussian.fromStd(0, 1.2)],
    [gaussian.fromStd(0.3, 1), gaussian.fromStd(0, 0.9)],
    [gaussian.fromStd(-1, 0.4), gaussian.fromStd(0, 1)],
  ])
    near(
      integrate(x => Math.exp(2 * gaussian.logProb(p, [x]) - gaussian.logProb(q, [x])), -40, 40) - 1,
      gaussian.chiSquare(p, q),
      1e-11,
    );
});

test('every gradient agrees with central differences', () => {
  fc.assert(
    fc.property(pair, ([p, q]) => {
      const agree = (name: string, actual: gaussian.GaussianGradient, expected: Gaussian) => {
        for (const key of ['mean', 'logStd'] as const)
          expected[key].forEach((g, k) => {
            near(actual[key][k], g, 1e-6, `${name} ${key}`);
          });
      };
      agree(
        'score',
        gaussian.score(p, q.mean),
        differences(x => gaussian.logProb(x, q.mean), p),
      );
      agree('entropy', gaussian.entropyGradient(p), differences(gaussian.entropy, p));
      agree(
        'kl, p',
        gaussian.klGradientP(p, q),
        differences(x => gaussian.kl(x, q), p),
      );
      agree(
        'kl, q',
        gaussian.klGradientQ(p, q),
        differences(x => gaussian.kl(p, x), q),
      );
    }),
    options,
  );
  const gradient = { mean: new Float64Array([1]), logStd: new Float64Array([2]) };
  gaussian.addScore(gaussian.fromStd(1, 2), [5], 10, gradient);
  gaussian.addEntropyGradient(gaussian.fromStd(1, 2), 100, gradient);
  assert.deepEqual([gradient.mean[0], gradient.logStd[0]], [11, 132]);
});

test('KL is at least 0, 0 only for equals, adds up over dimensions and is not symmetric', () => {
  fc.assert(
    fc.property(pair, ([p, q]) => {
      assert.ok(gaussian.kl(p, q) >= 0);
      assert.equal(gaussian.kl(p, p), 0);
      assert.equal(gaussian.chiSquare(p, p), 0);
      assert.ok(gaussian.chiSquare(p, q) >= gaussian.kl(p, q) * (1 - 1e-12)); // log(1 + chi^2) >= KL
      const parts = p.mean.map((_, k) =>
        gaussian.kl(
          { mean: [p.mean[k]], logStd: [p.logStd[k]] },
          { mean: [q.mean[k]], logStd: [q.logStd[k]] },
        ),
      );
      near(
        parts.reduce((sum, part) => sum + part, 0),
        gaussian.kl(p, q),
      );
    }),
    options,
  );
  const [narrow, wide] = [gaussian.fromStd(0, 1), gaussian.fromStd(0, 2)];
  assert.ok(Math.abs(gaussian.kl(narrow, wide) - gaussian.kl(wide, narrow)) > 0.3);
});

test('total variation is symmetric, obeys the triangle inequality and Pinsker, and lies in [0, 1]', () => {
  fc.assert(
    fc.property(ofDimension(1), ofDimension(1), ofDimension(1), (p, q, r) => {
      const tv = gaussian.totalVariation;
      assert.equal(tv(p, q), tv(q, p));
      assert.equal(tv(p, p), 0);
      assert.ok(tv(p, q) >= 0 && tv(p, q) <= 1);
      assert.ok(tv(p, r) <= tv(p, q) + tv(q, r) + 1e-14);
      assert.ok(tv(p, q) <= Math.sqrt(Math.min(gaussian.kl(p, q), gaussian.kl(q, p)) / 2) + 1e-14);
      assert.ok(tv(p, q) <= Math.sqrt(gaussian.chiSquare(p, q)) / 2 + 1e-14);
    }),
    { seed: 1, numRuns: 1000 },
  );
});

test('total variation where the closed form is delicate', () => {
  const tv = (m1: number, s1: number, m2: number, s2: number) =>
    gaussian.totalVariation(gaussian.fromStd(m1, s1), gaussian.fromStd(m2, s2));
  near(tv(0, 1, 0, 3), 0.4843279965316994, 1e-14); // 2 (Phi(x) - Phi(x / 3)) at the crossing x^2 = 9 log(9) / 8
  // Means almost equal: density at 0 times the difference, to full relative precision.
  assert.ok(Math.abs(tv(0, 1, 1e-12, 1) / (1e-12 / Math.sqrt(2 * Math.PI)) - 1) < 1e-12);
  // Standard deviations almost equal: the same as equal ones.
  near(tv(0, 1, 1, 1 + 1e-15), tv(0, 1, 1, 1), 1e-14);
  near(tv(0, 1, 1, 1 + 1e-9), tv(0, 1, 1, 1), 1e-8);
  near(tv(0, 1, 0, 1 + 1e-9), 1e-9 * Math.sqrt(2 / Math.PI / Math.E), 1e-15);
  // Far apart, and of very different width: nothing in common.
  assert.equal(tv(0, 1, 1e300, 1), 1);
  assert.equal(tv(0, 1e-100, 0, 1e100), 1);
  assert.equal(tv(-1e308, 1, 1e308, 1e100), 1);
  assert.equal(tv(1e100, 1, 0, 1e100), 1);
  // Scale and shift change nothing.
  near(tv(1 + 3 * 0.2, 3 * 0.7, 1 + 3 * 0.9, 3 * 1.4), tv(0.2, 0.7, 0.9, 1.4), 1e-14);
});

test('total variation in several dimensions: equal deviations, or one dimension that differs', () => {
  const tv = gaussian.totalVariation;
  const std = [1, 2, 3];
  // |z| = 5 for z = (3, 4, 0)
  near(
    tv(gaussian.fromStd([3, 8, 1], std), gaussian.fromStd([0, 0, 1], std)),
    tv(gaussian.fromStd(5, 1), gaussian.fromStd(0, 1)),
  );
  near(
    tv(gaussian.fromStd([3, 1], [1, 2]), gaussian.fromStd([3, 0], [1, 1])),
    tv(gaussian.fromStd(1, 2), gaussian.fromStd(0, 1)),
  );
  // Monte Carlo of E_p[max(0, 1 - q / p)]
  const p = gaussian.fromStd([0.6, -0.4, 0.2], std);
  const q = gaussian.fromStd([0, 0.4, -0.9], std);
  const rng = new Rng(5);
  const draws = Float64Array.from({ length: 40_000 }, () => {
    const a = gaussian.sample(p, rng);
    return Math.max(0, 1 - Math.exp(gaussian.logProb(q, a) - gaussian.logProb(p, a)));
  });
  assert.ok(Math.abs(mean(draws) - tv(p, q)) < 4 * standardError(draws));
  assert.throws(() => tv(gaussian.fromStd([0, 0], [1, 1]), gaussian.fromStd([1, 1], [1, 2])), {
    name: 'RangeError',
    message:
      'p and q differ in 2 dimensions and in their standard deviations, but a total variation in closed form needs one dimension or equal standard deviations; sqrt(kl(p, q) / 2) bounds it.',
  });
});

test('samples have the mean, the deviation and the expected log-probability', () => {
  const p = gaussian.fromStd([1, -2], [0.5, 3]);
  const rng = new Rng(1);
  const n = 40_000;
  const draws = Array.from({ length: n }, () => gaussian.sample(p, rng));
  for (const [k, mu, sigma] of [
    [0, 1, 0.5],
    [1, -2, 3],
  ]) {
    assert.ok(Math.abs(mean(draws.map(a => a[k])) - mu) < (4 * sigma) / Math.sqrt(n));
    const squares = draws.map(a => (a[k] - mu) ** 2);
    assert.ok(Math.abs(mean(squares) - sigma ** 2) < 4 * standardError(squares));
  }
  const surprise = draws.map(a => -gaussian.logProb(p, a));
  assert.ok(Math.abs(mean(surprise) - gaussian.entropy(p)) < 4 * standardError(surprise));
  const out = [0, 0];
  assert.equal(gaussian.sample(p, new Rng(1), out), out);
  assert.deepEqual(out, [...draws[0]]);
});

test('small differences keep their digits, large ones are infinite and never NaN', () => {
  // KL of N(0, e^(2x)) from N(0, 1) is x^2 + 2 x^3 / 3 + x^4 / 3 + ...
  for (const x of [1e-3, 1e-6, 1e-9, 1e-12]) {
    const kl = gaussian.kl({ mean: [0], logStd: [x] }, { mean: [0], logStd: [0] });
    assert.ok(Math.abs(kl / (x * x * (1 + (2 * x) / 3 + (x * x) / 3)) - 1) < x ** 3 + 1e-14, `${x} ${kl}`);
  }
  const extremes = [-300, -50, 0, 50, 300].flatMap(logStd =>
    [-1e308, -1, 0, 1e200].map(mu => ({ mean: [mu], logStd: [logStd] })),
  );
  for (const p of extremes)
    for (const q of extremes)
      for (const value of [
        gaussian.kl(p, q),
        gaussian.totalVariation(p, q),
        gaussian.chiSquare(p, q),
        ...gaussian.klGradientP(p, q).logStd,
        ...gaussian.klGradientQ(p, q).logStd,
        ...gaussian.klGradientQ(p, q).mean,
      ])
        assert.ok(!Number.isNaN(value), JSON.stringify([p, q]));
});

test('a point mass is answered where it has an answer', () => {
  const point = gaussian.fromStd(1, 0);
  const elsewhere = gaussian.fromStd(2, 0);
  const spread = gaussian.fromStd(1, 1);
  assert.equal(point.logStd[0], -Infinity);
  assert.equal(gaussian.entropy(point), -Infinity);
  assert.equal(gaussian.sample(point, new Rng(1))[0], 1);
  for (const divergence of [gaussian.kl, gaussian.chiSquare, gaussian.totalVariation]) {
    const most = divergence === gaussian.totalVariation ? 1 : Infinity;
    assert.equal(divergence(point, point), 0);
    for (const [p, q] of [
      [point, elsewhere],
      [point, spread],
      [spread, point],
    ])
      assert.equal(divergence(p, q), most);
  }
  // In one of two dimensions
  const half = gaussian.fromStd([1, 1], [0, 1]);
  near(gaussian.kl(half, gaussian.fromStd([1, 0], [0, 1])), 0.5);
  const refused = {
    name: 'RangeError',
    message: 'p.logStd[0] is -Infinity, but a standard deviation of 0 has no density.',
  };
  assert.throws(() => gaussian.logProb(point, [1]), refused);
  assert.throws(() => gaussian.score(point, [1]), refused);
  assert.throws(() => gaussian.klGradientP(spread, point), /^RangeError: q\.logStd\[0\] is -Infinity/);
});

test('chi-square is infinite from the factor sqrt(2) on', () => {
  const wide = gaussian.fromStd(0, 1);
  assert.ok(gaussian.chiSquare(wide, gaussian.fromStd(0, Math.SQRT1_2 + 1e-6)) < 1e3);
  assert.equal(gaussian.chiSquare(wide, gaussian.fromStd(0, Math.SQRT1_2 - 1e-6)), Infinity);
  assert.equal(gaussian.chiSquare(wide, gaussian.fromStd(0, 0.1)), Infinity);
});

test('bad input is refused in one sentence', () => {
  const throwsWith = (run: () => unknown, message: string) =>
    assert.throws(run, { name: 'RangeError', message });
  const p = gaussian.fromStd([0, 0], [1, 1]);
  throwsWith(() => gaussian.fromStd(0, -1), 'std[0] is -1, but must be at least 0.');
  throwsWith(() => gaussian.fromStd([0, 1], 1), 'std has length 1, but must have length 2.');
  throwsWith(
    () => gaussian.entropy({ mean: [], logStd: [] }),
    'p.mean is empty, but a Gaussian needs at least one dimension.',
  );
  throwsWith(
    () => gaussian.kl(p, gaussian.fromStd(0, 1)),
    'p and q have 2 and 1 dimensions, but must have equally many.',
  );
  throwsWith(
    () => gaussian.kl({ mean: [0], logStd: [Number.NaN] }, gaussian.fromStd(0, 1)),
    'p.logStd[0] is NaN, but must be from -300 to 300.',
  );
  throwsWith(
    () => gaussian.kl(gaussian.fromStd(0, 1), { mean: [0], logStd: [301] }),
    'q.logStd[0] is 301, but must be from -300 to 300.',
  );
  throwsWith(
    () => gaussian.entropy({ mean: [Infinity], logStd: [0] }),
    'p.mean[0] is Infinity, but must be a finite number.',
  );
  throwsWith(
    () => gaussian.entropy({ mean: [0], logStd: [0, 1] }),
    'p.logStd is [0, 1], but must have length 1 like the mean.',
  );
  throwsWith(() => gaussian.logProb(p, [1]), 'action has length 1, but must have length 2.');
  throwsWith(() => gaussian.sample(p, new Rng(1), [0]), 'out has length 1, but must have length 2.');
  throwsWith(
    () => gaussian.addScore(p, [0, 0], 1, { mean: [0], logStd: [0, 0] }),
    'gradient has lengths 1 and 2, but the Gaussian has 2 dimensions.',
  );
});
