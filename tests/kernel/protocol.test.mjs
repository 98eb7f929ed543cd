/** jupyter_kernel_test, Jupyter's own suite for kernels, against the project's kernel; see protocol.py. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { repository } from './client.mjs';

const python = process.env.PGLAB_PYTHON ?? 'python3';
const isThere = spawnSync(python, ['-c', 'import jupyter_kernel_test'], { stdio: 'ignore' }).status === 0;

test('jupyter_kernel_test passes', { skip: !isThere && 'jupyter_kernel_test is not installed' }, t => {
  const { status, stdout, stderr } = spawnSync(python, [path.join('tests', 'kernel', 'protocol.py')], {
    cwd: repository,
    encoding: 'utf8',
    timeout: 300_000,
  });
  assert.equal(status, 0, stderr);
  const [, ran, skipped] = /ran (\d+), failed 0, skipped (\d+)/.exec(stdout);
  t.diagnostic(`jupyter_kernel_test: ${ran} parts, of which ${skipped} does not apply`);
  assert.deepEqual([Number(ran), Number(skipped)], [13, 1]);
});
