/**
 * One run of the sweep: trains, and writes its file when it is whole. Idempotent: a run whose file is there is left alone, one that
 * was interrupted goes on from its checkpoint, and what it then writes has the same bytes.
 */

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { inWords, train } from './settings.mjs';

const require = createRequire(import.meta.url);
const VERSIONS = ['pglab', '@mujoco/mujoco']
  .map(name => `${name} ${JSON.parse(readFileSync(packageFile(name), 'utf8')).version}`)
  .join(', ');
/** A row of a run's file stands for so many steps. */
const ROW = 10_000;
/** The paper scores a run by the mean of its last so many episodes. */
const SCORED = 100;

/** Where a run's file is, and what is kept until it is whole. */
export function places(run, { folder, scratch }) {
  const name = run.replace('/', '-');
  return {
    file: join(folder, 'runs', `${run}.csv`),
    checkpoint: join(scratch, `${name}.checkpoint`),
    lock: join(scratch, `${name}.lock`),
  };
}

/**
 * Takes one run to its file; 'there', 'taken' (another process is at it) or 'done', with the seconds of wall and processor that this
 * process spent.
 */
export async function takeRun(run, where) {
  const { file, checkpoint, lock } = places(run.run, where);
  if (existsSync(file)) return { outcome: 'there' };
  mkdirSync(where.scratch, { recursive: true });
  if (!takeLock(lock)) return { outcome: 'taken' };
  try {
    const [wall, cpu] = [performance.now(), process.cpuUsage()];
    const { history, broke } = await outcomeOf(run, checkpoint);
    const text = fileOf(run, history, broke);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.${process.pid}.part`, text);
    renameSync(`${file}.${process.pid}.part`, file);
    rmSync(checkpoint, { force: true });
    const { user, system } = process.cpuUsage(cpu);
    return {
      outcome: 'done',
      score: scoreOf(history),
      seconds: (performance.now() - wall) / 1000,
      processorSeconds: (user + system) / 1e6,
    };
  } finally {
    rmSync(lock, { force: true });
  }
}

/** The history of a run; one whose numbers stopped being finite ends there, and says so in its file. */
async function outcomeOf(run, checkpoint) {
  try {
    return await train(run, checkpoint);
  } catch (error) {
    if (error.name !== 'TrainingError') throw error;
    return { history: error.result.history, broke: error.message };
  }
}

/** A run's file: what it is and its score in lines that begin with #, then one row for every 10,000 steps. */
function fileOf({ run, algorithm, settings, seed, steps }, history, broke) {
  const last = history.at(-1)?.steps ?? 0;
  const lines = [
    `# run: ${run}`,
    `# algorithm: ${algorithm} seed=${seed} totalSteps=${steps} ${inWords(settings)}`,
    `# versions: ${VERSIONS}`,
    `# score: ${round(scoreOf(history))} (mean return of the last ${SCORED} episodes of ${last} steps)`,
    ...(broke ? [`# ended early: ${broke}`] : []),
    'steps,episodes,mean_return,mean_return_last_100',
  ];
  const finished = [];
  let since = [];
  let due = ROW;
  for (const record of history) {
    const returns = [...returnsOf(record)];
    finished.push(...returns);
    since.push(...returns);
    if (record.steps < due) continue;
    lines.push(
      [record.steps, finished.length, round(mean(since)), round(mean(finished.slice(-SCORED)))].join(','),
    );
    since = [];
    while (due <= record.steps) due += ROW;
  }
  return `${lines.join('\n')}\n`;
}

const scoreOf = history => mean(history.flatMap(record => [...returnsOf(record)]).slice(-SCORED));

/** The episodes that ended in an iteration; CEM calls them its candidates' returns. */
const returnsOf = ({ episodeReturns, returns }) => episodeReturns ?? returns;

const mean = numbers => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

/** As many digits as anyone reads; empty where no episode ended. */
const round = x => (Number.isNaN(x) ? '' : Number(x.toFixed(3)));

/** Makes a file that says who is at a run; false if somebody is. One that a dead process of this machine left is taken over. */
function takeLock(path) {
  const own = `${hostname()} ${process.pid}`;
  try {
    writeFileSync(path, own, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const [host, pid] = readFileSync(path, 'utf8').split(' ');
  if (host !== hostname() || isAlive(Number(pid))) return false;
  rmSync(path, { force: true });
  return takeLock(path);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** The package.json of a package, which an `exports` map may hide. */
function packageFile(name) {
  for (let folder = dirname(require.resolve(name)); ; folder = dirname(folder)) {
    const path = join(folder, 'package.json');
    if (existsSync(path) && JSON.parse(readFileSync(path, 'utf8')).name === name) return path;
    if (folder === dirname(folder)) throw new Error(`The package ${name} has no package.json.`);
  }
}
