/** The MuJoCo tasks beside Gymnasium's own, from committed files; what they take of memory; what is said without MuJoCo. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { compareEpisodes, compareModel, NAMES } from '../scripts/mujoco/parity.mjs';
import { root } from '../scripts/setup/paths.mjs';

const trajectories = join(root, 'data', 'mujoco-trajectories');

/** Steps of each task's three episodes, and how many of them terminate. */
const LENGTHS = {
  'HalfCheetah-v5': [90, 0],
  'HalfCheetah-v4': [90, 0],
  'Hopper-v5': [77, 1],
  'Hopper-v4': [77, 1],
  'Walker2d-v5': [74, 3],
  'Walker2d-v4': [74, 2],
  'Swimmer-v5': [90, 0],
  'Swimmer-v4': [90, 0],
  'Reacher-v5': [90, 0],
  'Reacher-v4': [90, 0],
  'InvertedPendulum-v5': [13, 3],
  'InvertedPendulum-v4': [13, 3],
  'InvertedDoublePendulum-v5': [25, 3],
  'InvertedDoublePendulum-v4': [25, 3],
};

describe("Gymnasium's models and trajectories", () => {
  for (const name of NAMES)
    test(name, () => {
      const model = compareModel(name, trajectories);
      assert.equal(model.arrays, 56);
      assert.ok(model.largest < 1e-12, JSON.stringify(model));
      const run = compareEpisodes(name, trajectories);
      assert.deepEqual([run.steps, run.terminations], LENGTHS[name]);
      for (const kind of ['step', 'reward', 'episode']) assert.ok(run[kind] < 1e-10, `${kind}: ${run[kind]}`);
      assert.ok(run.observation < 6e-8, `observation, in float32: ${run.observation}`);
    });
});

test('10,000 steps take no more memory than 1,000', () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--expose-gc', join(root, 'bench', 'mujoco-memory.mjs'), '--steps', '1000,10000', '--json'],
    { encoding: 'utf8' },
  );
  assert.equal(status, 0, stderr);
  const [before, after] = JSON.parse(stdout);
  assert.equal(after.wasm, before.wasm);
  for (const kind of ['heapUsed', 'external'])
    assert.ok(after[kind] - before[kind] < 2 ** 20, `${kind}: ${before[kind]}, then ${after[kind]}`);
});

describe('without the package, or with another version of it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pglab-mujoco-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(root, 'lib', 'dist'), join(folder, 'dist'), { recursive: true });
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(join(root, 'node_modules')))
    if (name !== '@mujoco' && !name.startsWith('.'))
      symlinkSync(join(root, 'node_modules', name), join(modules, name), 'junction');
  const run = () =>
    spawnSync(
      process.execPath,
      [
        '-e',
        `const pglab = require('./dist');
         console.log(pglab.cartPole().id);
         try { pglab.hopper(); } catch (error) { console.log(error.message); }`,
      ],
      { cwd: folder, encoding: 'utf8' },
    ).stdout.trim();

  test('the other environments run, and one sentence says how to get it', () => {
    assert.equal(
      run(),
      'CartPole-v1\nA MuJoCo task needs the package @mujoco/mujoco, which is not installed: npm install @mujoco/mujoco@3.14.0',
    );
  });

  test('one sentence says which version is needed', () => {
    const other = join(modules, '@mujoco', 'mujoco');
    mkdirSync(other, { recursive: true });
    writeFileSync(join(other, 'package.json'), '{ "version": "3.15.0", "exports": { ".": "./mujoco.js" } }');
    writeFileSync(join(other, 'mujoco.js'), '');
    assert.equal(
      run(),
      'CartPole-v1\nA MuJoCo task needs version 3.14.0 of the package @mujoco/mujoco, but 3.15.0 is installed: npm install @mujoco/mujoco@3.14.0',
    );
  });
});
