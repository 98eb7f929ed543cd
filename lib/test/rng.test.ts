import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Rng, type RngState } from 'pglab';

/** sum (observed - expected)^2 / expected */
const chiSquare = (counts: ArrayLike<number>, expected: number): number =>
  Array.from(counts).reduce((sum, c) => sum + (c - expected) ** 2 / expected, 0);

/** A chi-square statistic of k - 1 degrees of freedom lies within 4.5 standard deviations of its mean. */
function assertUniform(counts: ArrayLike<number>, draws: number) {
  const degrees = counts.length - 1;
  const statistic = chiSquare(counts, draws / counts.length);
  const distance = (statistic - degrees) / Math.sqrt(2 * degrees);
  assert.ok(Math.abs(distance) < 4.5, `chi-square ${statistic} of ${degrees} degrees of freedom`);
}

function correlation(x: Float64Array, y: Float64Array): number {
  const m = (v: Float64Array) => v.reduce((a, b) => a + b, 0) / v.length;
  const [mx, my] = [m(x), m(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    xy += (x[i] - mx) * (y[i] - my);
    xx += (x[i] - mx) ** 2;
    yy += (y[i] - my) ** 2;
  }
  return xy / Math.sqrt(xx * yy);
}

test('the first numbers of a seed never change', () => {
  const golden: [number, number[], number[], number, number[], number, number[]][] = [
    [
      0,
      [0.9610270716221433, 0.13886392656939184, 0.28365328465501594],
      [1.903440238382002, 0.5308314686632611, -3.1899084290015773],
      247582,
      [3, 0, 2, 1, 4],
      1,
      [0.9763901731574239, 0.5026942703597369],
    ],
    [
      1,
      [0.9581058068842746, 0.21856883757819723, 0.8866802463366755],
      [0.17461800570549277, -0.8579813444298359, -2.050809372593684],
      74703,
      [3, 0, 4, 1, 2],
      2,
      [0.1245039231534123, 0.4512618251454875],
    ],
    [
      2 ** 40,
      [0.22928509356408533, 0.6543907437072579, 0.7767532423931041],
      [0.33157394716870914, 1.674038301520416, -2.7771506759512046],
      480456,
      [2, 3, 1, 0, 4],
      2,
      [0.21302450389382444, 0.22867574467948004],
    ],
    [
      -1,
      [0.4853048834799524, 0.7061597037628722, 0.9063840383044041],
      [-0.049632934195445656, -2.184730359334494, 1.2497248253660493],
      201930,
      [3, 1, 4, 2, 0],
      2,
      [0.06353605261625106, 0.15963521958803006],
    ],
  ];
  for (const [seed, uniforms, normals, integer, permutation, category, children] of golden) {
    const rng = new Rng(seed);
    assert.deepEqual([rng.uniform(), rng.uniform(), rng.uniform()], uniforms);
    assert.deepEqual([rng.normal(), rng.normal(), rng.normal(-2, 3)], normals);
    assert.equal(rng.integer(0, 1e6), integer);
    assert.deepEqual([...rng.permutation(5)], permutation);
    assert.equal(rng.categorical([0.2, 0.3, 0.5]), category);
    assert.deepEqual(
      rng.split(2).map(child => child.uniform()),
      children,
    );
  }
});

test('different seeds give different streams, near or far', () => {
  const first = new Set<number>();
  for (let seed = -2000; seed < 2000; seed++) first.add(new Rng(seed).uniform());
  for (let power = 12; power < 53; power++) first.add(new Rng(2 ** power).uniform());
  assert.equal(first.size, 4041);
  assert.equal(new Rng(-0).uniform(), new Rng(0).uniform());
  // the first number of consecutive seeds is itself uniform, and uncorrelated from one seed to the next
  const counts = new Float64Array(50);
  const x = Float64Array.from({ length: 20_001 }, (_, seed) => new Rng(seed).uniform());
  for (let i = 0; i < 20_000; i++) counts[Math.floor(x[i] * 50)]++;
  assertUniform(counts, 20_000);
  assert.ok(Math.abs(correlation(x.subarray(0, 20_000), x.subarray(1))) < 4.5 / Math.sqrt(20_000));
});

test('uniform: 100 bins, pairs of successive draws, and low order bits', () => {
  const rng = new Rng(7);
  const n = 400_000;
  const bins = new Float64Array(100);
  const pairs = new Float64Array(400);
  const low = new Float64Array(64);
  let previous = rng.uniform();
  for (let i = 0; i < n; i++) {
    const u = rng.uniform();
    assert.ok(u >= 0 && u < 1);
    bins[Math.floor(u * 100)]++;
    pairs[Math.floor(previous * 20) * 20 + Math.floor(u * 20)]++;
    low[(u * 2 ** 53) % 64]++;
    previous = u;
  }
  assertUniform(bins, n);
  assertUniform(pairs, n);
  assertUniform(low, n);
});

test('uniform on [low, high) and integer stay inside', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      fc.nat(1000),
      (low, width, seed) => {
        const rng = new Rng(seed);
        const high = low + width;
        const u = rng.uniform(low, high);
        assert.ok(u >= low && (u < high || high === low));
        const k = rng.integer(Math.floor(low), Math.floor(high) + 1);
        assert.ok(Number.isInteger(k) && k >= Math.floor(low) && k <= Math.floor(high));
      },
    ),
    { seed: 1, numRuns: 500 },
  );
  // so narrow that the product always rounds to one of the two ends
  const rng = new Rng(1);
  for (let i = 0; i < 100; i++) assert.equal(rng.uniform(1, 1 + Number.EPSILON), 1);
  const counts = new Float64Array(7);
  for (let i = 0; i < 70_000; i++) counts[rng.integer(-3, 4) + 3]++;
  assertUniform(counts, 70_000);
});

test('normal: moments, tails and independence of the pair', () => {
  const rng = new Rng(8);
  const n = 400_000;
  const z = Float64Array.from({ length: n }, () => rng.normal());
  const moment = (k: number) => z.reduce((sum, x) => sum + x ** k, 0) / n;
  // E[z^k] = 0, 1, 0, 3, 0, 15; Var[z^k] = E[z^2k] - E[z^k]^2
  const expected: [number, number, number][] = [
    [1, 0, 1],
    [2, 1, 2],
    [3, 0, 15],
    [4, 3, 96],
    [6, 15, 10170],
  ];
  for (const [k, value, varianceOfPower] of expected) {
    const distance = (moment(k) - value) / Math.sqrt(varianceOfPower / n);
    assert.ok(Math.abs(distance) < 4.5, `moment ${k} is ${moment(k)}`);
  }
  const beyond2 = z.filter(x => Math.abs(x) > 2).length / n;
  assert.ok(Math.abs(beyond2 - 0.0455) < 4.5 * Math.sqrt((0.0455 * 0.9545) / n));
  const [first, second] = [z.filter((_, i) => i % 2 === 0), z.filter((_, i) => i % 2 === 1)];
  assert.ok(Math.abs(correlation(first, second)) < 4.5 / Math.sqrt(n / 2));
  const squares = correlation(
    first.map(x => x * x),
    second.map(x => x * x),
  );
  assert.ok(Math.abs(squares) < 4.5 / Math.sqrt(n / 2));
  const shifted = new Rng(8);
  assert.equal(shifted.normal(5, 2), 5 + 2 * z[0]);
  assert.equal(shifted.normal(5, 0), 5);
});

test('categorical: frequencies, zeros, and rounding that leaves a gap below 1', () => {
  const rng = new Rng(9);
  const p = [0.1, 0, 0.2, 0.3, 0.4];
  const counts = new Float64Array(5);
  const n = 100_000;
  for (let i = 0; i < n; i++) counts[rng.categorical(p)]++;
  assert.equal(counts[1], 0);
  for (let k = 0; k < 5; k++)
    assert.ok(Math.abs(counts[k] / n - p[k]) <= 4.5 * Math.sqrt((p[k] * (1 - p[k])) / n));
  // a table whose last entry is zero and whose sum is far below 1: never an impossible index
  for (let i = 0; i < 1000; i++) assert.ok(rng.categoricalUnchecked([0, 0.1, 0.1, 0], 0, 4) % 3 !== 0);
  // offsets
  for (let i = 0; i < 100; i++) assert.equal(rng.categoricalUnchecked([1, 0, 0, 1], 2, 2), 1);
  assert.equal(rng.categorical([1]), 0);
  assert.ok(
    [0, 1, 2].includes(rng.categorical(Float32Array.of(0.1, 0.2, 0.7))),
    'float32 rounding is forgiven',
  );
});

test('permutations of four are all equally likely', () => {
  const rng = new Rng(10);
  const counts = new Map<string, number>();
  const n = 48_000;
  for (let i = 0; i < n; i++) {
    const key = rng.permutation(4).join('');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  assert.equal(counts.size, 24);
  assertUniform([...counts.values()], n);
  assert.deepEqual([...rng.permutation(0)], []);
  assert.deepEqual([...rng.permutation(1)], [0]);
});

test('split streams are uncorrelated with each other, with the parent, and over generations', () => {
  const parent = new Rng(11);
  const children = parent.split(6);
  const streams = [parent, ...children, ...children[0].split(3)];
  const n = 20_000;
  const draws = streams.map(stream => Float64Array.from({ length: n }, () => stream.uniform()));
  for (let i = 0; i < draws.length; i++)
    for (let j = 0; j < i; j++)
      for (const lag of [0, 1, 2])
        assert.ok(
          Math.abs(correlation(draws[i].subarray(0, n - lag), draws[j].subarray(lag))) <
            4.5 / Math.sqrt(n - lag),
          `streams ${i} and ${j}, lag ${lag}`,
        );
  for (const stream of draws) {
    const counts = new Float64Array(50);
    for (const u of stream) counts[Math.floor(u * 50)]++;
    assertUniform(counts, n);
  }
});

test('splitting gives a child the same numbers however many siblings it has', () => {
  const few = new Rng(12).split(2);
  const many = new Rng(12).split(5);
  assert.deepEqual([few[0].uniform(), few[1].uniform()], [many[0].uniform(), many[1].uniform()]);
});

test('the state goes round through JSON at any moment, the spare normal included', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 0, max: 9 }), (seed, draws) => {
      const rng = new Rng(seed);
      for (let i = 0; i < draws; i++) rng.normal();
      const state = rng.state;
      assert.equal(state.spare !== null, draws % 2 === 1);
      const copy = Rng.fromState(JSON.parse(JSON.stringify(state)));
      const next = (r: Rng) => [r.normal(), r.uniform(), r.integer(0, 100), r.normal(), ...r.permutation(6)];
      assert.deepEqual(next(copy), next(rng));
      assert.notDeepEqual(rng.state, state);
    }),
    { seed: 1, numRuns: 100 },
  );
});

test('bad input is refused in one sentence', () => {
  const throwsWith = (run: () => unknown, message: string) => assert.throws(run, { message });
  const rng = new Rng(1);
  throwsWith(() => new Rng(0.5), 'seed is 0.5, but must be a whole number.');
  throwsWith(() => new Rng(2 ** 53), 'seed is 9007199254740992, but must be a whole number.');
  throwsWith(() => new Rng('1' as unknown as number), 'seed is "1", but must be a whole number.');
  throwsWith(() => rng.integer(3, 3), 'high is 3, but must be a whole number of at least 4.');
  throwsWith(
    () => rng.integer(-(2 ** 52), 2 ** 53 - 1),
    'high - low is 13510798882111488, but must be below 2^53.',
  );
  throwsWith(() => rng.uniform(1, 0), 'high is 0, but must be a finite number of at least 1.');
  throwsWith(() => rng.uniform(-1.7e308, 1.7e308), 'high - low is Infinity, but must be a finite number.');
  throwsWith(() => rng.uniform(Number.NaN, 0), 'low is NaN, but must be a finite number.');
  throwsWith(() => rng.normal(Number.NaN), 'mean is NaN, but must be a finite number.');
  throwsWith(() => rng.normal(0, -1), 'standardDeviation is -1, but must be a finite number of at least 0.');
  throwsWith(() => rng.categorical([0.5, 0.4]), 'probabilities sums to 0.9, but must sum to 1.');
  throwsWith(() => rng.categorical([]), 'probabilities is empty, but must hold at least one probability.');
  throwsWith(
    () => rng.categorical([1.5, -0.5]),
    'probabilities[0] is 1.5, but must be a probability from 0 to 1.',
  );
  throwsWith(() => rng.permutation(-1), 'n is -1, but must be a whole number of at least 0.');
  throwsWith(() => rng.split(0), 'n is 0, but must be a whole number of at least 1.');
  const words = "must be the four words of an Rng's state, 32 bits each, not all 0.";
  for (const [bad, shown] of [
    [[1, 2], '[1, 2]'],
    [[0, 0, 0, 0], '[0, 0, 0, 0]'],
    [[1, 2, 3, 2 ** 32], '[1, 2, 3, 4294967296]'],
    [undefined, 'undefined'],
  ] as [number[], string][])
    throwsWith(() => Rng.fromState({ words: bad, spare: null }), `state.words is ${shown}, but ${words}`);
  throwsWith(() => Rng.fromState(null as unknown as RngState), `state.words is undefined, but ${words}`);
  throwsWith(
    () => Rng.fromState({ words: [1, 2, 3, 4], spare: Infinity }),
    'state.spare is Infinity, but must be a finite number.',
  );
});
