/** The comparison with other libraries, but for the comparison: its command line and its report. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readArguments } from '../bench/peers/arguments.mjs';
import { peers } from '../bench/peers/peers.mjs';
import { comparison, median } from '../bench/peers/report.mjs';
import { tasks } from '../bench/peers/settings.mjs';

test('the command line: all tasks by default, in their order; what it does not know is refused by name', () => {
  const all = readArguments([]);
  assert.deepEqual(all.names, [
    'cartpole-cleanrl',
    'cartpole-zoo',
    'pendulum-zoo',
    'hopper-paper',
    'halfcheetah-paper',
    'cartpole-rejax',
    'pendulum-rltools',
  ]);
  assert.deepEqual([all.runs, all.steps, all.threads, all.cuda], [undefined, undefined, undefined, false]);
  const some = readArguments(['pendulum-zoo', '--steps', '4096', 'cartpole-zoo', '--runs=1', '--cuda']);
  const names = ['cartpole-zoo', 'pendulum-zoo'];
  assert.deepEqual(some, { names, runs: 1, steps: 4096, threads: undefined, cuda: true });
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
    { title: 'one', peer: 'SB3', ours, theirs },
    {
      title: 'a longer one',
      peer: 'RLtools',
      ours: theirs,
      theirs: ours.map(one => ({ ...one, meanReturn: null })),
    },
  ]).split('\n');
  // Ratios run by run: 100 / 4, 90 / 6 and, as the peer made two runs, 110 / 6.
  assert.match(
    lines[2],
    /^one +SB3 +100,352 +100,000 +5,000 +15x 18x 25x +1\.50 s +27\.00 s +12x 20x 24x +499\.0 +490\.0$/,
  );
  assert.match(
    lines[3],
    /^a longer one +RLtools +100,352 +5,000 +100,000 +0\.04x 0\.05x 0\.07x .* 490\.0 +-$/,
  );
  assert.equal(lines[2].length, lines[3].length);
  assert.match(lines[5], /3 runs and 2 runs; 2 runs and 3 runs; ratios above 1/);
});

test('every task names a peer, whose program and requirements are there, all versions pinned', () => {
  for (const { peer, threads = [1] } of Object.values(tasks)) {
    const { program, requirements } = peers[peer];
    assert.ok(existsSync(new URL(`../bench/peers/${program}`, import.meta.url)));
    const lines = readFileSync(new URL(`../bench/peers/${requirements}`, import.meta.url), 'utf8').split(
      '\n',
    );
    for (const line of lines.filter(line => line && !line.startsWith('#')))
      assert.match(line, /^[\w.[\]-]+==[\d.]+/);
    assert.ok(threads.every(n => n === 1 || n === 2));
  }
});
