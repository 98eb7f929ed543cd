/**
 * `npm run nodes [-- --node 22,26] [words]`: runs `npm test` with other versions of Node, which it fetches from npm, and prints
 * what a training gives on each. Words choose the test files, as there; without them it is those where versions could differ:
 * the kernel, the kernels of WebAssembly, goldens, threads.
 */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { nodeOf, readNodes, versionOf } from './setup/nodes.mjs';
import { root } from './setup/paths.mjs';
import { firstSentence, runMain, SetupFailure, say } from './setup/report.mjs';
import { setUp } from './setup.mjs';

const USAGE = 'npm run nodes [-- --node 20,22,24,26] [word ...]';
const WORDS = ['kernel/kernel', 'kernel/interrupt', '/mlp', '/rng', '/ppo', '/parallel', '/envs', '/tf'];
const STEPS = 60_000;

await runMain(async () => {
  let given;
  try {
    given = parseArgs({ options: { node: { type: 'string' } }, allowPositionals: true });
  } catch (error) {
    throw new SetupFailure(firstSentence(error), USAGE);
  }
  const nodes = readNodes(given.values.node);
  const words = given.positionals.length > 0 ? given.positionals : WORDS;
  await setUp({ tests: true });
  const rows = [];
  for (const major of nodes) {
    const binary = await nodeOf(major);
    const version = versionOf(binary);
    say(`Node ${version}`);
    const run = (...args) => spawnSync(binary, args, { cwd: root, encoding: 'utf8' });
    const tests = spawnSync(binary, [join(root, 'scripts', 'test.mjs'), ...words], {
      cwd: root,
      stdio: 'inherit',
    });
    const training = run(join(root, 'bench', 'beforeRun.cjs'), join(root, 'lib'), String(STEPS));
    const checksum = training.status === 0 ? JSON.parse(training.stdout).checksum : 'broke off';
    rows.push({ version, passed: tests.status === 0, checksum });
  }
  for (const { version, passed, checksum } of rows)
    say(`${version.padEnd(10)} tests ${passed ? 'pass' : 'FAIL'}; a training of ${STEPS} steps: ${checksum}`);
  const same = new Set(rows.map(row => row.checksum)).size === 1;
  say(same ? 'The same bytes on all of them.' : 'The bytes DIFFER.');
  return same && rows.every(row => row.passed) ? 0 : 1;
});
