/** `npm run bench -- --quick` runs to its end and prints every table with numbers in it. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../scripts/setup/paths.mjs';

test('the short benchmark prints its tables', () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'bench', 'bench.mjs'), '--quick'],
    { cwd: root, encoding: 'utf8' },
  );
  assert.equal(status, 0, stderr);
  const tables = stdout.trim().split('\n\n').slice(1);
  assert.equal(tables.length, 10, stdout);
  for (const table of tables) assert.match(table, /\n.*\n.*\d/, table);
  assert.doesNotMatch(stdout, /NaN|undefined|Infinity|does not load/);
  for (const threads of [1, 2]) {
    const [, steps] = new RegExp(`\n +${threads} +[\\d,]+ +[\\d.]+ +([\\d,]+)`).exec(tables[0]);
    assert.ok(Number(steps.replaceAll(',', '')) > 1000, tables[0]);
  }
});
