/**
 * `npm test [-- words]`: set-up, then every check as one run of Node's test runner, which closes with its counts.
 * Words choose the test files whose path contains one of them: `npm test -- kernel rng`.
 */

import { readdirSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { jupyterEnvironment, root } from './setup/paths.mjs';
import { runMain, SetupFailure, say } from './setup/report.mjs';
import { setUp } from './setup.mjs';

/** By the seconds that they took side by side. */
const LONGEST = [
  'notebooks/notebooks',
  'homework/',
  'kernel/',
  'browser/',
  'site/',
  'live/',
  'package/',
  'setup',
];

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
  process.chdir(root);
  Object.assign(process.env, jupyterEnvironment(), { PGLAB_PYTHON: python });
  let failed = 0;
  const seconds = new Map();
  const count = ({ file, nesting, details }) => {
    if (nesting === 0) seconds.set(file, (seconds.get(file) ?? 0) + details.duration_ms / 1000);
  };
  const tests = run({ files: longestFirst(files), concurrency: 2 })
    .on('test:pass', count)
    .on('test:fail', event => {
      count(event);
      if (event.todo === undefined) failed++;
    });
  const report = tests.compose(new spec());
  for await (const text of report) process.stdout.write(text);
  say(`The longest, in seconds: ${longest(seconds)}`);
  return failed > 0 ? 1 : 0;
});

/** The ten files that took longest, each with its seconds: what to look at when the whole takes too long. */
function longest(seconds) {
  return [...seconds]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 10)
    .map(([file, time]) => `${basename(file).replace(/\.test\.m?js$/, '')} ${time.toFixed(0)}`)
    .join(', ');
}

/** The files that take minutes begin first, so that none of them is left alone at the end. */
function longestFirst(files) {
  const rank = file => {
    const place = LONGEST.findIndex(name => file.includes(name));
    return place < 0 ? LONGEST.length : place;
  };
  return files.toSorted((a, b) => rank(a) - rank(b));
}

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
