/** The sweep behind data/paper-ppo: one run that is killed and goes on, what is committed, and what is refused. */

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { collect } from '../bench/paper/collect.mjs';
import { RUNS } from '../bench/paper/settings.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const data = join(root, 'data', 'paper-ppo');
const script = join(root, 'bench', 'paper.mjs');

/** A folder for one test. */
function scratch(context) {
  const folder = mkdtempSync(join(tmpdir(), 'pglab-paper-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const paper = (...args) => spawnSync(process.execPath, [script, ...args], { cwd: root, encoding: 'utf8' });

test('a run that is killed goes on to the bytes of one that is not, and to those that are committed', async context => {
  const folder = scratch(context);
  const [whole, killed] = [join(folder, 'whole'), join(folder, 'killed')];
  const run = 'InvertedPendulum/clip-0.2-1';
  const args = ['--run', run, '--steps', '40960'];
  const file = place => join(place, 'runs', `${run}.csv`);

  const straight = paper(...args, '--folder', whole);
  assert.equal(straight.status, 0, straight.stderr);

  const child = spawn(process.execPath, [script, ...args, '--folder', killed], { cwd: root });
  const ended = new Promise(done => child.once('close', (code, signal) => done(signal ?? code)));
  const checkpoint = join(killed, 'begun', 'InvertedPendulum-clip-0.2-1.checkpoint');
  while (!existsSync(checkpoint)) await sleep(5);
  child.kill('SIGKILL');
  assert.equal(await ended, 'SIGKILL');
  assert.equal(existsSync(file(killed)), false);
  const resumed = paper(...args, '--folder', killed);
  assert.equal(resumed.status, 0, resumed.stderr);
  const bytes = readFileSync(file(whole), 'utf8');
  assert.equal(readFileSync(file(killed), 'utf8'), bytes);
  assert.deepEqual(
    readdirSync(join(killed, 'begun')).filter(name => name !== 'times.csv'),
    [],
    'checkpoint and lock are gone',
  );
  assert.match(paper(...args, '--folder', killed).stdout, /is done already/);

  // The committed run is longer; the numbers of its beginning are the same.
  const rows = text => text.split('\n').filter(line => /^\d/.test(line));
  const committed = rows(readFileSync(join(data, 'runs', `${run}.csv`), 'utf8'));
  assert.equal(rows(bytes).length, 4);
  assert.deepEqual(committed.slice(0, 4), rows(bytes));
  assert.ok(committed.length >= 97);
});

test('manifest, scores and curves are what settings and runs say', context => {
  const folder = scratch(context);
  cpSync(join(data, 'runs'), join(folder, 'runs'), { recursive: true });
  collect(folder);
  for (const name of ['manifest.csv', 'scores.csv', 'curves.csv'])
    assert.equal(readFileSync(join(folder, name), 'utf8'), readFileSync(join(data, name), 'utf8'), name);
});

test('every file below runs is a run of the manifest, at its full length unless it says that it broke off', () => {
  const files = readdirSync(join(data, 'runs'), { recursive: true })
    .filter(name => name.endsWith('.csv'))
    .map(name => name.replaceAll('\\', '/').slice(0, -4));
  for (const name of files) {
    const run = RUNS.find(({ run }) => run === name);
    assert.ok(run, name);
    const lines = readFileSync(join(data, 'runs', `${name}.csv`), 'utf8')
      .trim()
      .split('\n');
    if (!lines.some(line => line.startsWith('# ended early: ')))
      assert.ok(Number(lines.at(-1).split(',')[0]) >= run.steps - 10_000, name);
    assert.match(
      lines.find(line => line.startsWith('# score: ')) ?? '',
      /^# score: -?\d+(\.\d+)? \(mean/,
      name,
    );
  }
});

test('what cannot be is said in one sentence', context => {
  const folder = scratch(context);
  for (const [args, sentence] of [
    [['--run', 'Hopper/clip-2-1'], /^--run is Hopper\/clip-2-1, but must be a run of manifest\.csv, like /],
    [['--row', '0'], /^--row is 0, but must be a whole number above 0\.$/m],
    [['--row', '100000'], /^--row is 100000, but must be within 1 \.\. \d+\.$/m],
    [['--steps', '100'], /^--steps makes other runs than the paper's, so it needs a --folder of its own\.$/m],
    [['--folder', folder, 'Ant'], /^No run's path has Ant in it; --list names the methods\.$/m],
  ]) {
    const { status, stderr } = paper(...args);
    assert.equal(status, 1);
    assert.match(stderr, sentence);
    assert.equal(stderr.trim().split('\n').length, 1);
  }
});
