/**
 * `npm run bench:before -- COMMIT [--node 20,24,26 --runs 5 --steps 500000]`: this build against that of an earlier commit,
 * on the same Nodes, in turn. The commit is cloned into .pglab/before and built there.
 *
 * The task is CartPole at CleanRL's settings on one thread; what is timed is training after its first iteration. Checksums of
 * the trained parameters say whether both builds, and all Nodes, give the same bytes.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { nodeOf, readNodes, versionOf } from '../scripts/setup/nodes.mjs';
import { npm } from '../scripts/setup/packages.mjs';
import { root, workDir } from '../scripts/setup/paths.mjs';
import { firstSentence, runMain, runQuietly, SetupFailure, say } from '../scripts/setup/report.mjs';
import { setUp } from '../scripts/setup.mjs';
import { median } from './peers/report.mjs';
import { spread } from './spread.mjs';

const USAGE = 'npm run bench:before -- COMMIT [--node 20,24,26] [--runs 5] [--steps 500000]';
const program = fileURLToPath(new URL('beforeRun.cjs', import.meta.url));

function readArguments() {
  let read;
  try {
    read = parseArgs({
      options: { node: { type: 'string' }, runs: { type: 'string' }, steps: { type: 'string' } },
      allowPositionals: true,
    });
  } catch (error) {
    throw new SetupFailure(firstSentence(error), USAGE);
  }
  const { values, positionals } = read;
  if (positionals.length !== 1) throw new SetupFailure('One commit must be named.', USAGE);
  const whole = (name, fallback, least) => {
    const x = Number(values[name] ?? fallback);
    if (!(Number.isInteger(x) && x >= least))
      throw new SetupFailure(
        `--${name} is ${values[name]}, but must be a whole number, ${least} or more.`,
        USAGE,
      );
    return x;
  };
  const own = process.versions.node.split('.')[0];
  return {
    commit: positionals[0],
    nodes: readNodes(values.node ?? own),
    runs: whole('runs', 5, 1),
    steps: whole('steps', 500_000, 2048),
  };
}

const git = (...args) => spawnSync('git', args, { cwd: root, encoding: 'utf8' });

/** The library of a commit, built. */
async function buildOf(name) {
  const { status, stdout } = git('rev-parse', '--verify', '--quiet', `${name}^{commit}`);
  if (status !== 0) throw new SetupFailure(`There is no commit ${name} here.`, USAGE);
  const commit = stdout.trim();
  const folder = join(workDir, 'before', commit.slice(0, 12));
  const mark = join(folder, '.pglab-built');
  if (existsSync(mark)) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(workDir, 'before'), { recursive: true });
  say(`Building ${commit.slice(0, 12)} in .pglab/before`);
  const steps = [
    () => runQuietly('git clone', 'git', ['clone', '--quiet', '--shared', '--no-checkout', root, folder]),
    () => runQuietly('git checkout', 'git', ['checkout', '--quiet', '--detach', commit], { cwd: folder }),
    () => npm(['ci', '--no-audit', '--no-fund'], { cwd: folder }),
    () => runQuietly('build', process.execPath, ['scripts/build.mjs', 'lib'], { cwd: folder }),
  ];
  for (const step of steps) {
    const { status, output } = await step();
    if (status !== 0)
      throw new SetupFailure(
        `${name} could not be built: ${output.trim().split('\n').at(-1)}`,
        'See .pglab/setup.log for all that was printed.',
      );
  }
  writeFileSync(mark, '');
  return folder;
}

await runMain(async () => {
  const { commit, nodes, runs, steps } = readArguments();
  await setUp();
  const builds = { before: await buildOf(commit), now: root };
  const load = loadavg()[0].toFixed(1);
  const rows = [];
  const checksums = new Set();
  for (const major of nodes) {
    const binary = await nodeOf(major);
    const rates = { before: [], now: [] };
    for (let k = 0; k < runs; k++)
      for (const [which, folder] of Object.entries(builds)) {
        const { status, stdout, stderr } = spawnSync(binary, [program, join(folder, 'lib'), String(steps)], {
          encoding: 'utf8',
        });
        if (status !== 0)
          throw new SetupFailure(`The run broke off: ${stderr.trim().split('\n').at(-1)}`, USAGE);
        const { stepsPerSecond, checksum } = JSON.parse(stdout);
        rates[which].push(stepsPerSecond);
        checksums.add(checksum);
        say(`Node ${major}, ${which}: ${Math.round(stepsPerSecond)} steps/s, ${checksum}`);
      }
    const ratios = rates.now.map((rate, k) => rate / rates.before[k]);
    const middle = which => String(Math.round(median(rates[which]))).padStart(9);
    rows.push(`${versionOf(binary).padEnd(10)} ${middle('before')} ${middle('now')}   ${spread(ratios)}`);
  }
  console.log(`
This build against that of ${commit}, CartPole, ${steps} steps, one thread, ${runs} runs of either in turn
${cpus().length} x ${cpus()[0].model.trim()}, load ${load} before and ${loadavg()[0].toFixed(1)} after

            before       now   ratio: min median max    (steps/s, medians)
${rows.join('\n')}

checksum of all parameters: ${[...checksums].join(', ')}${checksums.size === 1 ? ', the same in all runs' : ': DIFFERENT'}`);
  return checksums.size === 1 ? 0 : 1;
});
