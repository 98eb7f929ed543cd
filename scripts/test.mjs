/**
 * `npm test [-- words]`: set-up, then every check as one run of Node's test runner, which closes with its counts.
 * Words choose the test files whose path contains one of them: `npm test -- kernel rng`.
 */

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { jupyterEnvironment, root } from './setup/paths.mjs';
import { runMain, SetupFailure, say } from './setup/report.mjs';
import { setUp } from './setup.mjs';

await runMain(async () => {
  const words = process.argv.slice(2);
  const { python } = await setUp({ tests: true });
  const files = [
    ...testFiles('tests', '.test.mjs'),
    ...testFiles(join('lib', 'dist-test'), '.test.js'),
  ].filter(file => words.length === 0 || words.some(word => file.includes(word)));
  if (files.length === 0)
    throw new SetupFailure(
      `No test file's path contains ${words.join(' or ')}.`,
      'Run npm test without words for all of them.',
    );
  say(`Running ${files.length} test files`);
  const { status } = spawnSync(
    process.execPath,
    ['--test', '--test-reporter=spec', '--test-concurrency=2', ...files],
    { cwd: root, stdio: 'inherit', env: { ...jupyterEnvironment(), PGLAB_PYTHON: python } },
  );
  return status ?? 1;
});

/** Paths below `folder`, relative to the root and with forward slashes, of the files that end in `ending`. */
function testFiles(folder, ending) {
  return readdirSync(join(root, folder), { recursive: true })
    .filter(name => name.endsWith(ending))
    .map(name =>
      relative(root, join(root, folder, name))
        .split(sep)
        .join('/'),
    )
    .sort();
}
