import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  bootstrapInterval,
  CovarianceAccumulator,
  curveInterval,
  interquartileMean,
  linearFit,
  loglogSlope,
  mean,
  meanInterval,
  quantile,
  Rng,
  slopeInterval,
  standardError,
  stratifiedBootstrapInterval,
  studentQuantile,
  variance,
} from 'pglab';

const near = (actual: number, expected: number, tolerance = 1e-12, message = '') =>
  assert.ok(
    Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${message} ${actual} is not ${expected}`,
  );
const sample = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 2, maxLength: 30 });
const normals = (rng: Rng, n: number, m = 0, sd = 1) =>
  Float64Array.from({ length: n }, () => rng.normal(m, sd));

test('summaries by hand', () => {
  assert.equal(mean([1, 2, 6]), 3);
  assert.equal(variance([1, 2, 6]), 7);
  near(standardError([1, 2, 6]), Math.sqrt(7 / 3));
  assert.equal(quantile([4, 1, 3, 2], 0.5), 2.5);
  near(quantile([4, 1, 3, 2], 0.3), 1.9); // numpy.quantile([1, 2, 3, 4], 0.3)
  assert.deepEqual([quantile([3, 1], 0), quantile([3, 1], 1)], [1, 3]);
  assert.equal(mean(Float32Array.of(1, 2)), 1.5);
});

test('the interquartile mean by hand, edges in part', () => {
  assert.equal(interquartileMean([7]), 7);
  assert.equal(interquartileMean([1, 2]), 1.5);
  // n = 3: half of it is 1.5 scores, the middle one whole and a quarter of each other
  near(interquartileMean([9, 0, 3]), (0.25 * 0 + 3 + 0.25 * 9) / 1.5);
  assert.equal(interquartileMean([100, 1, 2, -50]), 1.5); // trimmed mean of 1 and 2
  near(interquartileMean([0, 1, 2, 3, 100]), (0.75 * 1 + 2 + 0.75 * 3) / 2.5);
  assert.equal(interquartileMean([8, 7, 6, 5, 4, 3, 2, 1]), 4.5);
});

test('the interquartile mean is the limit of trimmed means of repeated samples', () => {
  fc.assert(
    fc.property(sample, x => {
      // four copies of each score make n / 4 whole: then plain trimming gives the same
      const four = x.flatMap(v => [v, v, v, v]).sort((a, b) => a - b);
      const trimmed = mean(four.slice(x.length, 3 * x.length));
      near(interquartileMean(x), trimmed, 1e-11);
      const [low, high] = [quantile(x, 0), quantile(x, 1)];
      assert.ok(interquartileMean(x) >= low - 1e-9 && interquartileMean(x) <= high + 1e-9);
      near(interquartileMean(x.map(v => 2 * v + 3)), 2 * interquartileMean(x) + 3, 1e-11);
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('bootstrap intervals cover the truth about as often as they say', () => {
  const rng = new Rng(1);
  for (const [statistic, least, most] of [
    [mean, 0.88, 0.97],
    [interquartileMean, 0.86, 0.98],
  ] as const) {
    let covered = 0;
    for (let k = 0; k < 300; k++) {
      const { low, high, estimate } = bootstrapInterval(normals(rng, 25, 2), statistic, {
        rng,
        resamples: 300,
      });
      assert.ok(low <= estimate && estimate <= high);
      if (low <= 2 && 2 <= high) covered++;
    }
    assert.ok(covered / 300 > least && covered / 300 < most, `covered ${covered} of 300`);
  }
});

test('a bootstrap of the mean has the spread that theory gives', () => {
  const rng = new Rng(2);
  const x = normals(rng, 50);
  const { low, high, estimate } = bootstrapInterval(x, mean, { rng, resamples: 20_000 });
  // the resampled mean has standard deviation sqrt((n - 1) / n) * standard error
  near((high - low) / 2, 1.96 * standardError(x) * Math.sqrt(49 / 50), 0.02);
  assert.equal(estimate, mean(x));
  const narrow = bootstrapInterval(x, mean, { rng, resamples: 20_000, confidence: 0.5 });
  near((narrow.high - narrow.low) / 2, 0.6745 * standardError(x) * Math.sqrt(49 / 50), 0.03);
});

test('strata are drawn apart: tasks that differ much do not widen the interval', () => {
  const rng = new Rng(3);
  const scores = [normals(rng, 10, 0), normals(rng, 10, 1000)];
  const stratified = stratifiedBootstrapInterval(scores, mean, { rng });
  const pooled = bootstrapInterval([...scores[0], ...scores[1]], mean, { rng });
  assert.ok(stratified.high - stratified.low < 2);
  assert.ok(pooled.high - pooled.low > 100);
  const certain = stratifiedBootstrapInterval([[1], [3]], mean, { rng });
  assert.deepEqual(certain, { estimate: 2, low: 2, high: 2 });
});

test('a curve interval is the bootstrap at every point, fast', () => {
  const rng = new Rng(4);
  const curves = Array.from({ length: 20 }, () => normals(rng, 500));
  for (const statistic of ['iqm', 'mean'] as const) {
    const started = performance.now();
    const { estimate, low, high } = curveInterval(curves, { rng: new Rng(5), statistic });
    assert.ok(performance.now() - started < 5000, 'far from a second even on a busy machine');
    for (let t = 0; t < 500; t++) assert.ok(low[t] <= estimate[t] && estimate[t] <= high[t]);
    const column = curves.map(curve => curve[7]);
    const summary = statistic === 'iqm' ? interquartileMean : mean;
    near(estimate[7], summary(column), 1e-12);
    const single = bootstrapInterval(column, summary, { rng: new Rng(5) });
    // the same draws in the same order, so the very same interval
    near(low[7], single.low, 1e-12);
    near(high[7], single.high, 1e-12);
  }
  const one = curveInterval([[1, 2]], { rng });
  assert.deepEqual([...one.estimate, ...one.low, ...one.high], [1, 2, 1, 2, 1, 2]);
});

test("Student's quantiles agree with the tables", () => {
  for (const [confidence, degrees, t] of [
    [0.95, 1, 12.70620474],
    [0.95, 2, 4.30265273],
    [0.95, 3, 3.18244631],
    [0.95, 10, 2.22813885],
    [0.99, 4, 4.60409487],
    [0.5, 7, 0.71114178],
    [0.999, 20, 3.84951627],
    [0.95, 120, 1.97993041],
  ])
    near(studentQuantile(confidence, degrees), t, 2e-8);
  near(studentQuantile(0.95, 100_000), 1.959987708, 1e-5);
  near(studentQuantile(0.95, 1e9), 1.959963985, 1e-5);
});

test('Student intervals cover normal means exactly as often as they say', () => {
  const rng = new Rng(6);
  let covered = 0;
  const n = 2000;
  for (let k = 0; k < n; k++) {
    const { low, high } = meanInterval(normals(rng, 4, -1, 3));
    if (low <= -1 && -1 <= high) covered++;
  }
  assert.ok(Math.abs(covered / n - 0.95) < 4 * Math.sqrt((0.95 * 0.05) / n), `${covered / n}`);
});

test('lines and power laws', () => {
  // Anscombe's first data set: slope 0.5001, standard error 0.1179, t(9) = 2.2622
  const x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5];
  const y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
  const fit = linearFit(x, y);
  near(fit.slope, 0.5000909, 1e-6);
  near(fit.intercept, 3.0000909, 1e-6);
  near((fit.high - fit.low) / 2, 2.262157 * 0.1179055, 1e-5);
  const cube = loglogSlope(
    [5, 10, 20, 40],
    [5, 10, 20, 40].map(h => 7 * h ** 3),
  );
  near(cube.slope, 3, 1e-12);
  near(cube.intercept, Math.log(7), 1e-12);
  near(cube.low, 3, 1e-10);
  near(cube.high, 3, 1e-10);
});

test('a slope over repetitions: exact for a power law, and its interval covers the truth as often as it says', () => {
  const x = [1, 2, 4, 8];
  const factors = [0.5, 1, 3];
  const power = slopeInterval(
    x,
    x.map(value => factors.map(factor => factor * value ** 3)),
    { rng: new Rng(1), resamples: 50 },
  );
  for (const end of [power.estimate, power.low, power.high]) near(end, 3); // common factors cancel in every resample
  let covered = 0;
  for (let seed = 0; seed < 200; seed++) {
    const rng = new Rng(seed);
    const noisy = x.map(value => Float64Array.from({ length: 40 }, () => rng.uniform(0.1, 2) / value));
    const { low, high } = slopeInterval(x, noisy, { rng, resamples: 200 });
    if (low <= -1 && -1 <= high) covered++;
  }
  assert.ok(covered >= 175 && covered <= 199, `${covered} of 200 intervals cover -1`);
  const rng = new Rng(1);
  assert.throws(
    () => slopeInterval(x, [[1]], { rng }),
    /samples has length 1, but must have one list for each of the 4/,
  );
  assert.throws(
    () => slopeInterval([1, 2], [[1, 2], [1]], { rng }),
    /samples\[1\] has length 1, but must have length 2/,
  );
});

test('the running covariance agrees with the definition, in any order of merging', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 2, max: 20 }),
      fc.nat(1e6),
      (d, n, seed) => {
        const rng = new Rng(seed);
        const vectors = Array.from({ length: n }, () => normals(rng, d, 1e4)); // a large mean, to lose digits by
        const all = new CovarianceAccumulator(d);
        const diagonal = new CovarianceAccumulator(d, { variancesOnly: true });
        const parts = [new CovarianceAccumulator(d), new CovarianceAccumulator(d)];
        const cut = rng.integer(0, n + 1);
        vectors.forEach((v, k) => {
          all.add(v);
          diagonal.add(v);
          parts[k < cut ? 0 : 1].add(v);
        });
        parts[0].merge(parts[1]);
        const covariance = all.covariance();
        const merged = parts[0].covariance();
        for (let i = 0; i < d; i++) {
          const xi = vectors.map(v => v[i]);
          near(all.mean[i], mean(xi), 1e-13);
          near(parts[0].mean[i], mean(xi), 1e-13);
          near(diagonal.variance()[i], variance(xi), 1e-9);
          for (let j = 0; j < d; j++) {
            const xj = vectors.map(v => v[j]);
            const expected = xi.reduce((sum, v, k) => sum + (v - mean(xi)) * (xj[k] - mean(xj)), 0) / (n - 1);
            near(covariance[i * d + j], expected, 1e-9);
            near(merged[i * d + j], expected, 1e-9);
          }
        }
        near(all.trace(), diagonal.trace(), 1e-9);
        assert.equal(parts[0].count, n);
      },
    ),
    { seed: 1, numRuns: 60 },
  );
});

test('bad input is refused in one sentence', () => {
  const rng = new Rng(1);
  const throwsWith = (run: () => unknown, message: string) => assert.throws(run, { message });
  throwsWith(() => mean([]), 'sample has length 0, but must hold at least 1 number.');
  throwsWith(() => mean([1, Number.NaN]), 'sample[1] is NaN, but must be a finite number.');
  throwsWith(() => variance([1]), 'sample has length 1, but must hold at least 2 numbers.');
  throwsWith(() => quantile([1], 1.5), 'p is 1.5, but must be a finite number from 0 to 1.');
  throwsWith(() => interquartileMean([]), 'scores has length 0, but must hold at least 1 number.');
  throwsWith(
    () => bootstrapInterval([1], mean, { rng, resamples: 0 }),
    'resamples is 0, but must be a whole number of at least 1.',
  );
  throwsWith(
    () => bootstrapInterval([1], mean, { rng, confidence: 95 }),
    'confidence is 95, but must be a finite number from 0.001 to 0.999999.',
  );
  throwsWith(
    () => bootstrapInterval([], mean, { rng }),
    'sample has length 0, but must hold at least 1 number.',
  );
  throwsWith(
    () => stratifiedBootstrapInterval([[1], []], mean, { rng }),
    'scores[1] has length 0, but must hold at least 1 number.',
  );
  throwsWith(() => curveInterval([], { rng }), 'curves is [], but must hold at least one curve.');
  throwsWith(
    () => curveInterval([1, 2] as never, { rng }),
    'curves[0] is 1, but must be an array of numbers.',
  );
  const noRng = 'rng is 1, but must be an Rng: new Rng(seed).';
  throwsWith(() => curveInterval([[1]], { rng: 1 as never }), noRng);
  throwsWith(() => bootstrapInterval([1, 2], mean, { rng: 1 as never }), noRng);
  throwsWith(
    () => bootstrapInterval([1, 2], 'mean' as never, { rng }),
    'statistic is "mean", but must be a function of a sample, e.g. mean.',
  );
  throwsWith(() => meanInterval([1]), 'sample has length 1, but must hold at least 2 numbers.');
  throwsWith(
    () => loglogSlope([5, 5, 5], [1, 2, 3]),
    'x holds only the value 5, but a slope needs at least two different ones.',
  );
  throwsWith(() => curveInterval([[1, 2], [1]], { rng }), 'curves[1] has length 1, but must have length 2.');
  throwsWith(
    () => curveInterval([[1]], { rng, statistic: 'median' as 'mean' }),
    `statistic is "median", but must be 'iqm' or 'mean'.`,
  );
  throwsWith(() => linearFit([1, 2], [1, 2]), 'x has length 2, but must hold at least 3 numbers.');
  throwsWith(() => linearFit([1, 2, 3], [1, 2]), 'y has length 2, but must have length 3.');
  throwsWith(
    () => linearFit([2, 2, 2], [1, 2, 3]),
    'x holds only the value 2, but a slope needs at least two different ones.',
  );
  throwsWith(() => loglogSlope([1, 2, 3], [1, 0, 3]), 'y[1] is 0, but must be positive to have a logarithm.');
  const accumulator = new CovarianceAccumulator(2, { variancesOnly: true });
  throwsWith(() => accumulator.trace(), '0 vectors were added, but a variance needs at least 2.');
  throwsWith(() => accumulator.add([1]), 'vector has length 1, but must have length 2.');
  throwsWith(
    () => accumulator.covariance(),
    'variancesOnly is true, but a covariance needs an accumulator that keeps it all.',
  );
  throwsWith(
    () => accumulator.merge(new CovarianceAccumulator(2)),
    'other has dimension 2 and variancesOnly false, but must have 2 and true.',
  );
});
