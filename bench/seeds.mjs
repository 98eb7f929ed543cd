/**
 * `npm run bench:seeds [-- --runs 5]`: eight seeds of 100,000 CartPole steps by `trainSeeds`, one after the other and on two
 * threads, run in turn, each a process of its own; and the memory of one training after 10 and after 1,000 iterations.
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runMain, SetupFailure, say } from '../scripts/setup/report.mjs';
import { setUp } from '../scripts/setup.mjs';
import { spread } from './spread.mjs';

const MIB = 2 ** 20;

/** What the processes do; each prints one line of JSON. */
const programs = {
  async seeds(workers) {
    const { cartPole, mlp, mlpPolicy, ppoClip, trainSeeds } = await import('pglab');
    const env = cartPole();
    const start = performance.now();
    const runs = await trainSeeds({
      algorithm: ppoClip,
      env,
      seeds: [1, 2, 3, 4, 5, 6, 7, 8],
      settings: seed => ({
        policy: mlpPolicy({ env, seed }),
        critic: mlp({ inputs: 4, outputs: 1, seed: seed + 1000 }),
        totalSteps: 100_000,
      }),
      workers,
      progress: false,
    });
    const seconds = (performance.now() - start) / 1000;
    const hash = createHash('sha256');
    for (const { policy, critic } of runs)
      for (const { parameters } of [policy, critic]) hash.update(Float32Array.from(parameters));
    return {
      seconds,
      checksum: hash.digest('hex').slice(0, 16),
      peak: process.resourceUsage().maxRSS * 1024,
    };
  },
  async memory() {
    const { cartPole, mlp, mlpPolicy, ppoClip } = await import('pglab');
    const env = cartPole();
    const bytes = {};
    await ppoClip({
      env,
      policy: mlpPolicy({ env, seed: 1 }),
      critic: mlp({ inputs: 4, outputs: 1, seed: 2 }),
      copies: 4,
      epochs: 4,
      totalSteps: 1000 * 4 * 128,
      onIteration({ iteration }) {
        if (iteration + 1 !== 10 && iteration + 1 !== 1000) return;
        globalThis.gc();
        const { rss, heapUsed, external } = process.memoryUsage();
        bytes[iteration + 1] = { resident: rss, alive: heapUsed + external };
      },
    });
    return bytes;
  },
};

/** Flags of V8: its young generation is held at a MiB, as it grows by some 10 MiB whatever a program keeps. */
const MEASURED = ['--expose-gc', '--max-semi-space-size=1'];

function inProcess(program, ...args) {
  const flags = program === 'memory' ? MEASURED : [];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...flags, fileURLToPath(import.meta.url), '--program', program, ...args.map(String)],
    { encoding: 'utf8' },
  );
  if (status !== 0)
    throw new SetupFailure(
      `The benchmark broke off: ${stderr.trim().split('\n').at(-1)}`,
      'npm test says more.',
    );
  return JSON.parse(stdout);
}

async function main() {
  const { values } = parseArgs({ options: { runs: { type: 'string', default: '5' } } });
  const count = Number(values.runs);
  if (!(Number.isInteger(count) && count >= 1))
    throw new SetupFailure(
      `--runs is ${values.runs}, but must be a whole number, 1 or more.`,
      'Leave it out for 5.',
    );
  await setUp();
  const before = loadavg()[0].toFixed(1);
  const runs = { 1: [], 2: [] };
  for (let k = 0; k < count; k++)
    for (const workers of [1, 2]) {
      const run = inProcess('seeds', workers);
      runs[workers].push(run);
      say(
        `${workers} worker${workers === 1 ? ' ' : 's'}: ${run.seconds.toFixed(2)} s, at most ${Math.round(run.peak / MIB)} MiB resident`,
      );
    }
  const checksums = new Set([...runs[1], ...runs[2]].map(run => run.checksum));
  const memory = Array.from({ length: count }, () => inProcess('memory'));
  const growth = kind => memory.map(bytes => (bytes[1000][kind] - bytes[10][kind]) / MIB);
  console.log(`
Eight seeds of PPO-Clip, 100,000 CartPole steps each; minimum, median and maximum of ${count}
${cpus().length} x ${cpus()[0].model.trim()}, load ${before} before and ${loadavg()[0].toFixed(1)} after, Node ${process.versions.node}

one after the other, s           ${spread(runs[1].map(run => run.seconds))}
on two threads, s                ${spread(runs[2].map(run => run.seconds))}
times faster                     ${spread(runs[1].map((run, k) => run.seconds / runs[2][k].seconds))}
resident at most, MiB            ${spread(
    runs[2].map(run => run.peak / MIB),
    0,
  )}
checksum of all parameters       ${[...checksums].join(', ')}${checksums.size === 1 ? ', the same in all runs' : ': DIFFERENT'}

One training after 10 iterations and after 1,000, MiB apart, V8's young generation held at 1 MiB
alive (heap, memories, buffers)  ${spread(growth('alive'), 1)}
resident                         ${spread(growth('resident'), 1)}`);
  return checksums.size === 1 ? 0 : 1;
}

const [flag, program, ...args] = process.argv.slice(2);
if (flag === '--program') console.log(JSON.stringify(await programs[program](...args.map(Number))));
else await runMain(main);
