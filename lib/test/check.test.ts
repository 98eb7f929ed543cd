/** The input checks, seen through public functions that pass each kind of value on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bootstrapInterval, corridor, mean, quantile, Rng, softmaxTabular, solvePolicy } from 'pglab';

const refused = (run: () => unknown, name: 'RangeError' | 'TypeError', message: string) =>
  assert.throws(run, { name, message });
const wrongly = (value: unknown) => value as never;

test('a value of the wrong kind is a TypeError that shows it in short', () => {
  const needed = 'but must be an array of numbers.';
  refused(() => mean(wrongly(3)), 'TypeError', `sample is 3, ${needed}`);
  refused(() => mean(wrongly(null)), 'TypeError', `sample is null, ${needed}`);
  refused(() => mean(wrongly(undefined)), 'TypeError', `sample is undefined, ${needed}`);
  refused(() => mean(wrongly('1, 2')), 'TypeError', `sample is "1, 2", ${needed}`);
  refused(() => mean(wrongly({})), 'TypeError', `sample is an object, ${needed}`);
  refused(() => mean(wrongly(Math.sin)), 'TypeError', `sample is a function, ${needed}`);
  refused(() => mean(wrongly('x'.repeat(1000))), 'TypeError', `sample is "${'x'.repeat(37)}...", ${needed}`);
  refused(
    () => quantile([1], wrongly('0.5')),
    'TypeError',
    'p is "0.5", but must be a finite number from 0 to 1.',
  );
  refused(
    () => softmaxTabular({ states: wrongly([2]), actions: 1 }),
    'TypeError',
    'states is [2], but must be a whole number of at least 1.',
  );
  refused(
    () => quantile([1], wrongly(new Float64Array(9))),
    'TypeError',
    'p is [0, 0, 0, 0, ... (9 in all)], but must be a finite number from 0 to 1.',
  );
  refused(() => mean(wrongly([1, '2'])), 'RangeError', 'sample[1] is "2", but must be a finite number.');
  refused(
    () => mean(wrongly([1, undefined, 2])),
    'RangeError',
    'sample[1] is undefined, but must be a finite number.',
  );
  refused(() => mean(wrongly([[1]])), 'RangeError', 'sample[0] is [1], but must be a finite number.');
  refused(() => mean(wrongly([1n])), 'RangeError', 'sample[0] is a bigint, but must be a finite number.');
});

test('the first number that is not finite is named alike in every kind of array', () => {
  for (const bad of [Number.NaN, Infinity, -Infinity]) {
    const list = [1, 2, bad, Number.NaN];
    for (const sample of [list, Float64Array.from(list), Float32Array.from(list)])
      refused(() => mean(sample), 'RangeError', `sample[2] is ${bad}, but must be a finite number.`);
  }
});

test('a value outside its range is a RangeError that states the range', () => {
  const rng = new Rng(1);
  refused(
    () => corridor({ gamma: 1.01 }),
    'RangeError',
    'gamma is 1.01, but must be a finite number from 0 to 1.',
  );
  refused(
    () => corridor({ gamma: -0.01 }),
    'RangeError',
    'gamma is -0.01, but must be a finite number from 0 to 1.',
  );
  refused(
    () => corridor({ gamma: Number.NaN }),
    'RangeError',
    'gamma is NaN, but must be a finite number from 0 to 1.',
  );
  assert.equal(corridor({ gamma: 0 }).gamma, 0);
  refused(
    () => bootstrapInterval([1], mean, { rng, resamples: 1.5 }),
    'RangeError',
    'resamples is 1.5, but must be a whole number of at least 1.',
  );
  refused(() => new Rng(Infinity), 'RangeError', 'seed is Infinity, but must be a whole number.');
});

test('probabilities: sums are checked to 1e-8, to 1e-5 in float32', () => {
  const mdp = corridor({ length: 2 });
  const table = (error: number) => [0.5, 0.5 + error, 1, 0];
  assert.ok(solvePolicy(mdp, table(5e-9)));
  refused(
    () => solvePolicy(mdp, table(2 ** -20)),
    'RangeError',
    'policy in state 0 sums to 1.0000009536743164, but must sum to 1.',
  );
  const rng = new Rng(1);
  const float32 = Float32Array.from({ length: 1000 }, () => 1 / 1000);
  assert.ok(rng.categorical(float32) >= 0);
  refused(
    () => rng.categorical(Float32Array.of(0.5, 0.25)),
    'RangeError',
    'probabilities sums to 0.75, but must sum to 1.',
  );
});
