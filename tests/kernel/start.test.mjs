/** Starting, importing, shutting down and restarting; and the sentences with which the kernel refuses to start. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { Kernel, kernelCommand, kernelspec, repository } from './client.mjs';

async function withKernel(body, options) {
  const kernel = await Kernel.start(options);
  try {
    return await body(kernel);
  } finally {
    await kernel.close();
  }
}

test('importing pglab takes under a second and loads neither TensorFlow.js nor danfojs-node', async t => {
  const seconds = [];
  for (let i = 0; i < 5; i++)
    await withKernel(async kernel => {
      await kernel.run('0'); // the compiler's first cell is not the import's
      const began = performance.now();
      const result = await kernel.run(`import * as pglab from 'pglab';
const loaded = Object.keys(require('module')._cache);
const heavy = loaded.filter(f => /@tensorflow|tfjs-node|danfojs|plotly/.test(f));
console.log(typeof pglab.Rng, loaded.some(f => /lib.dist.math.rng\\.js$/.test(f)), heavy.length);`);
      seconds.push((performance.now() - began) / 1000);
      assert.equal(result.stdout, 'function true 0\n', result.stdout + result.stderr);
      assert.equal(result.stderr, '');
    });
  t.diagnostic(`the cell that imports pglab: ${seconds.map(s => `${s.toFixed(2)} s`).join(', ')}`);
  // The best of five: other tests that keep the machine busy do not count against the import.
  assert.ok(Math.min(...seconds) < 1, `the best of ${seconds.join(', ')} s`);
});

test('a kernel works in a folder inside the project', async () => {
  await withKernel(
    async kernel => {
      const result = await kernel.run("import { Rng } from 'pglab';\nnew Rng(1).uniform() < 1");
      assert.equal(result.stdout, 'true\n');
    },
    { cwd: path.join(repository, 'tests', 'kernel') },
  );
});

test('shutdown answers with its flag and ends the process, even when a cell runs; then it starts again', async () => {
  await withKernel(async kernel => {
    await kernel.run('const before = 1; setInterval(() => {}, 1000);');
    kernel.run('await new Promise(() => {})').catch(() => {});
    for (const restart of [true, false]) {
      const channel = restart ? 'control' : 'shell';
      const { reply } = await kernel.request('shutdown_request', { restart }, { channel });
      assert.deepEqual(reply, { status: 'ok', restart });
      const began = performance.now();
      const [code] = await kernel.exited;
      assert.equal(code, 0, kernel.terminal);
      assert.ok(performance.now() - began < 2000);
      kernel.disconnect();
      await kernel.launch();
      const fresh = await kernel.run('typeof before');
      assert.equal(fresh.reply.execution_count, 1);
      assert.equal(fresh.error.ename, 'TypeScriptError', 'the new process knows nothing of the old one');
    }
  });
});

test('a message with a wrong signature is not obeyed', async () => {
  await withKernel(async kernel => {
    const { key } = kernel.connection;
    kernel.connection.key = 'wrong';
    const began = kernel.messages.length;
    kernel.send('control', 'shutdown_request', { restart: false });
    kernel.connection.key = key;
    // The control channel and the kernel's terminal are not in step with the cell: wait for the refusal itself.
    for (let i = 0; i < 200 && !/wrong signature/.test(kernel.terminal); i++)
      await new Promise(resolve => setTimeout(resolve, 50));
    assert.equal((await kernel.run('1')).stdout, '1\n');
    assert.ok(!kernel.messages.slice(began).some(m => m.type === 'shutdown_reply'));
    assert.match(kernel.terminal, /wrong signature/);
  });
});

test('the kernelspec is found by name and language, and starts Node', () => {
  const spec = JSON.parse(readFileSync(path.join(kernelspec, 'kernel.json'), 'utf8'));
  assert.equal(spec.language, 'typescript');
  assert.deepEqual([spec.argv[0], ...spec.argv.slice(2)], ['node', '--config-path', '{connection_file}']);
});

test('another tslab than the pinned one, or none, is refused in one sentence', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kernel-test-'));
  try {
    const copy = path.join(folder, 'jupyter', 'kernels', 'tslab');
    cpSync(kernelspec, copy, { recursive: true });
    const start = () => {
      const [command, ...args] = kernelCommand(path.join(folder, 'none.json'), copy);
      const { status, stderr } = spawnSync(command, args, { encoding: 'utf8', cwd: folder });
      assert.equal(status, 1);
      return stderr;
    };
    assert.match(start(), /^The TypeScript kernel cannot start: tslab is not installed; .*\n$/);
    const tslab = path.join(folder, 'node_modules', 'tslab');
    mkdirSync(tslab, { recursive: true });
    writeFileSync(path.join(tslab, 'package.json'), JSON.stringify({ name: 'tslab', version: '1.0.21' }));
    assert.match(start(), /^The .* is made for tslab 1\.0\.22, but tslab 1\.0\.21 is installed; .*\n$/);
    const pinned = JSON.parse(readFileSync(path.join(repository, 'package.json'), 'utf8')).dependencies.tslab;
    assert.equal(pinned, '1.0.22');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
