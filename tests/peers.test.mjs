/** The comparison with other libraries, but for the comparison: its command line and its report. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readArguments } from '../bench/peers/arguments.mjs';
import { comparison, median } from '../bench/peers/report.mjs';

test('the command line: all tasks by default, in their order; what it does not know is refused by name', () => {
  const all = readArguments([]);
  assert.deepEqual(all.names, ['cartpole-cleanrl', 'cartpole-zoo', 'pendulum-zoo']);
  assert.deepEqual([all.runs, all.steps, all.threads, all.cuda], [3, undefined, 1, false]);
  const some = readArguments(['pendulum-zoo', '--steps', '4096', 'cartpole-zoo', '--runs=1', '--cuda']);
  const names = ['cartpole-zoo', 'pendulum-zoo'];
  assert.deepEqual(some, { names, runs: 1, steps: 4096, threads: 1, cuda: true });
  assert.equal(readArguments(['--threads', '2']).threads, 2);
  assert.throws(() => readArguments(['--threads', '3']), /--threads is 3, but must be 1 or 2/);
  assert.throws(() => readArguments(['acrobot']), /task is acrobot, but must be one of cartpole-cleanrl, /);
  assert.throws(() => readArguments(['--runs', '0']), /--runs is 0, but must be a whole number, 1 or more/);
  assert.throws(() => readArguments(['--steps', 'many']), /--steps is many, but must be a whole number/);
  assert.throws(() => readArguments(['--gpu']), /Unknown option '--gpu'/);
});

test('the report: medians, ratios in the direction of faster, columns in line', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1]), 2.5);
  const run = (stepsPerSecond, coldSeconds, meanReturn) => ({
    steps: 100_352,
    stepsPerSecond,
    coldSeconds,
    meanReturn,
  });
  const ours = [run(100_000, 1.5, 500), run(90_000, 1, 497), run(110_000, 2, 500)];
  const theirs = [run(4000, 30, 500), run(6000, 24, 480)];
  const lines = comparison([
    { title: 'one', ours, theirs },
    { title: 'a longer one', ours: theirs, theirs: ours },
  ]).split('\n');
  assert.match(lines[2], /^one +100,352 +100,000 +5,000 +20x +1\.50 s +27\.00 s +18x +499\.0 +490\.0$/);
  assert.match(lines[3], /^a longer one +100,352 +5,000 +100,000 +0\.1x/);
  assert.equal(lines[2].length, lines[3].length);
  assert.match(lines[5], /median of 3 runs and 2 runs/);
});
