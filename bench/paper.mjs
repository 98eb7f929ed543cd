/**
 * The sweep behind data/paper-ppo: table 1 and figure 3 of the PPO paper, run by run. Safe to interrupt at any time; what is done
 * stays, what was begun goes on from its checkpoint when it is called again.
 *
 *   npm run paper                                      all runs that are not done, in the order of the manifest
 *   npm run paper -- Hopper clip-0.2                   those whose path has one of the words
 *   npm run paper -- --workers 2 --minutes 90          processes side by side; stops after that time
 *   npm run paper -- --run Hopper/clip-0.2-1           one run, in this process; for Snakemake, Slurm and others
 *   npm run paper -- --row 12                          likewise, by its row in manifest.csv, the first being 1
 *   npm run paper -- --list                            how far each method is
 *   npm run paper -- --collect                         only writes manifest.csv, scores.csv and curves.csv anew
 *
 * --folder DIR puts files elsewhere than in data/paper-ppo, and allows --steps N for a try of it all.
 */

import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { collect } from './paper/collect.mjs';
import { places, takeRun } from './paper/run.mjs';
import { METHODS, RUNS } from './paper/settings.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values, positionals } = read(process.argv.slice(2));
const folder = values.folder ? resolve(values.folder) : join(root, 'data', 'paper-ppo');
const where = { folder, scratch: values.folder ? join(folder, 'begun') : join(root, '.pglab', 'paper') };
const runs = RUNS.map(run => ({ ...run, steps: values.steps ?? run.steps }));

if (values.list) list();
else if (values.collect) collect(folder);
else if (values.run !== undefined || values.row !== undefined) await one();
else await sweep();

/** One run, in this process. */
async function one() {
  const run =
    values.run === undefined ? runs[values.row - 1] : runs.find(candidate => candidate.run === values.run);
  if (!run)
    stop(
      values.run === undefined
        ? `--row is ${values.row}, but must be within 1 .. ${runs.length}.`
        : `--run is ${values.run}, but must be a run of manifest.csv, like ${runs[0].run}.`,
    );
  const result = await takeRun(run, where);
  if (result.outcome === 'taken')
    stop(`Another process is at ${run.run}: ${places(run.run, where).lock} says which.`);
  if (result.outcome === 'there') return say(`${run.run} is done already.`);
  const { seconds, processorSeconds, score } = result;
  say(
    `${run.run}: ${score.toFixed(1)}, in ${seconds.toFixed(0)} s (${processorSeconds.toFixed(0)} s of a processor)`,
  );
  const times = [run.run, process.version, seconds.toFixed(1), processorSeconds.toFixed(1)].join(',');
  appendFileSync(join(where.scratch, 'times.csv'), `${times}\n`);
}

/** All that are not done, several at a time, each in a process of its own. */
async function sweep() {
  const open = runs.filter(
    ({ run }) =>
      !existsSync(places(run, where).file) &&
      (positionals.length === 0 || positionals.some(word => run.includes(word))),
  );
  mkdirSync(where.scratch, { recursive: true });
  say(`${open.length} runs to do, ${values.workers} at a time.`);
  const end = Date.now() + (values.minutes ?? Infinity) * 60_000;
  const children = new Set();
  let failed = 0;
  const worker = async () => {
    while (open.length > 0 && Date.now() < end) {
      const { run } = open.shift();
      const extra = [
        ...(values.folder ? ['--folder', folder] : []),
        ...(values.steps ? ['--steps', String(values.steps)] : []),
      ];
      const child = spawn(process.execPath, [fileURLToPath(import.meta.url), '--run', run, ...extra], {
        stdio: 'inherit',
      });
      children.add(child);
      const status = await new Promise(done => child.once('close', (code, signal) => done(signal ?? code)));
      children.delete(child);
      if (status !== 0 && status !== 'SIGTERM') failed++;
    }
  };
  const stopAll = () => {
    open.length = 0;
    for (const child of children) child.kill();
  };
  const timer = end < Infinity ? setTimeout(stopAll, end - Date.now()) : undefined;
  process.once('SIGINT', stopAll);
  process.once('SIGTERM', stopAll);
  await Promise.all(Array.from({ length: values.workers }, worker));
  clearTimeout(timer);
  collect(folder);
  if (failed > 0) stop(`${failed} runs failed; what they printed stands above.`);
  say(
    `${runs.filter(({ run }) => existsSync(places(run, where).file)).length} of ${runs.length} runs are done.`,
  );
}

/** How far each method is. */
function list() {
  for (const method of Object.keys(METHODS)) {
    const own = runs.filter(run => run.method === method);
    const done = own.filter(({ run }) => existsSync(places(run, where).file));
    const begun = own.filter(({ run }) => existsSync(places(run, where).checkpoint));
    say(
      `${method.padEnd(20)} ${done.length} of ${own.length} done${begun.length ? `, ${begun.length} begun` : ''}`,
    );
  }
}

function read(args) {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        run: { type: 'string' },
        row: { type: 'string' },
        workers: { type: 'string', default: String(availableParallelism()) },
        minutes: { type: 'string' },
        folder: { type: 'string' },
        steps: { type: 'string' },
        list: { type: 'boolean' },
        collect: { type: 'boolean' },
      },
    });
    for (const name of ['row', 'workers', 'minutes', 'steps']) {
      if (values[name] === undefined) continue;
      const number = Number(values[name]);
      if (!(number > 0) || (name !== 'minutes' && !Number.isInteger(number)))
        stop(
          `--${name} is ${values[name]}, but must be a ${name === 'minutes' ? 'number' : 'whole number'} above 0.`,
        );
      values[name] = number;
    }
    if (values.steps && !values.folder)
      stop("--steps makes other runs than the paper's, so it needs a --folder of its own.");
    const unknown = positionals.find(word => !RUNS.some(({ run }) => run.includes(word)));
    if (unknown) stop(`No run's path has ${unknown} in it; --list names the methods.`);
    return { values, positionals };
  } catch (error) {
    return stop(error.message);
  }
}

function say(line) {
  console.log(line);
}

function stop(line) {
  console.error(line);
  process.exit(1);
}
