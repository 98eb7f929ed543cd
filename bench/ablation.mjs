/**
 * The runs of data/ppo-ablation, made anew: PPO-Clip with all of its usual practices on, with each of them switched off
 * alone, and a few controls, on three classic-control tasks, ten seeds each. Prints a table and writes scores.csv and
 * curves.csv; the same bytes on every machine, however many threads work.
 *
 *   npm run ablation [-- <task> ...]      all tasks by default; the rows of other tasks stay as they are
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import * as pglab from 'pglab';

const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'data', 'ppo-ablation');
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const EVALUATION = { episodes: 50, seed: 2026 };
const POINTS = 15; // of a learning curve

/** What is the same in all runs. */
const shared = {
  copies: 8,
  stepsPerIteration: 128,
  epochs: 4,
  minibatchSize: 64,
  lambda: 0.95,
  adamEpsilon: 1e-5,
};

/** The tasks: budgets much below those of data/ppo-scores, short enough for 140 runs each. */
const tasks = {
  'CartPole-v1': { env: pglab.cartPole, totalSteps: 30_000, gamma: 0.99, learningRate: 1e-3 },
  'Pendulum-v1': { env: pglab.pendulum, totalSteps: 50_000, gamma: 0.95, learningRate: 2e-3 },
  'MountainCarContinuous-v0': {
    env: pglab.mountainCarContinuous,
    totalSteps: 30_000,
    gamma: 0.99,
    learningRate: 1e-3,
  },
};

/** The practices: each option on, and off. */
const practices = {
  clip: { on: { clipRange: 0.2 }, off: { clipRange: Infinity } },
  'value-loss clip': { on: { valueClipRange: 0.2 }, off: { valueClipRange: undefined } },
  'entropy bonus': { on: { entropyCoef: 0.01 }, off: { entropyCoef: undefined } },
  'advantage normalisation': { on: { normalizeAdvantages: true }, off: { normalizeAdvantages: false } },
  'gradient-norm clip': { on: { maxGradientNorm: 0.5 }, off: { maxGradientNorm: Infinity } },
  'learning-rate annealing': { on: { annealLearningRate: true }, off: { annealLearningRate: false } },
  'orthogonal initialisation': {
    on: { initialization: 'orthogonal' },
    off: { initialization: 'uniform' },
  },
  'observation normalisation': { on: { normalizeObservations: true }, off: { normalizeObservations: false } },
  'reward normalisation': { on: { normalizeRewards: true }, off: { normalizeRewards: false } },
  'KL stop': { on: { stopAtKl: 0.015 }, off: { stopAtKl: Infinity } },
};

const names = Object.keys(practices);

/** What is switched off, by the name that the files give it: nothing, each practice alone, and some together. */
const variants = {
  nothing: [],
  ...Object.fromEntries(names.map(name => [name, [name]])),
  'clip + KL stop': ['clip', 'KL stop'],
  'reward normalisation + value-loss clip': ['reward normalisation', 'value-loss clip'],
  'all but the clip': names.filter(name => name !== 'clip'),
};

/** One run: a row of scores.csv and the rows of curves.csv. */
async function run({ task, off, seed }) {
  const { env: make, ...own } = tasks[task];
  const { initialization, ...options } = Object.assign(
    {},
    ...names.map(name => practices[name][variants[off].includes(name) ? 'off' : 'on']),
  );
  const env = make();
  const [policyRng, criticRng] = new pglab.Rng(seed).split(2);
  const inputs = pglab.sizeOf(env.observationSpace);
  const { policy, history } = await pglab.ppoClip({
    env,
    policy: pglab.mlpPolicy({ env, rng: policyRng, initialization }),
    critic: pglab.mlp({ inputs, outputs: 1, rng: criticRng, initialization }),
    seed,
    ...shared,
    ...own,
    ...options,
  });
  const over = key => history.map(record => record[key]).filter(Number.isFinite);
  const score = [
    pglab.evaluate(policy, env, EVALUATION).mean,
    pglab.mean(over('meanReturn')),
    pglab.mean(over('kl')),
    pglab.mean(over('epochs')),
  ].map(round);
  const stride = Math.max(1, Math.floor(history.length / POINTS));
  const points = history.filter((row, k) => (k + 1) % stride === 0 && Number.isFinite(row.meanReturn));
  return {
    score: [task, off, seed, history.at(-1).steps, ...score],
    curve: points.map(({ steps, meanReturn }) => [task, off, seed, steps, round(meanReturn)]),
  };
}

/** Rounded to six significant digits: KLs are small, returns large. */
function round(x) {
  return Number(x.toPrecision(6));
}

/** All jobs on as many threads as there are cores; results in the order of the jobs. */
async function runAll(jobs) {
  const results = new Array(jobs.length);
  let next = 0;
  const work = () =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL(import.meta.url));
      let k;
      const give = () => {
        k = next++;
        if (k < jobs.length) worker.postMessage(jobs[k]);
        else worker.terminate().then(resolve, reject);
      };
      worker.on('message', result => {
        results[k] = result;
        give();
      });
      worker.on('error', reject);
      give();
    });
  await Promise.all(Array.from({ length: Math.min(jobs.length, availableParallelism()) }, work));
  return results;
}

/** Writes one file: new rows for the tasks that were run, the old ones for the others. */
function write(file, header, rows) {
  const path = join(folder, file);
  const old = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').slice(1) : [];
  const lines = Object.keys(tasks).flatMap(task => {
    const own = rows.filter(row => row[0] === task).map(row => row.join(','));
    return own.length > 0 ? own : old.filter(line => line.startsWith(`${task},`));
  });
  writeFileSync(path, `${[header, ...lines].join('\n')}\n`);
}

if (!isMainThread) parentPort.on('message', async job => parentPort.postMessage(await run(job)));
else {
  const wanted = process.argv.slice(2);
  for (const name of wanted)
    if (!(name in tasks)) {
      console.error(`task is ${name}, but must be one of ${Object.keys(tasks).join(', ')}.`);
      process.exit(1);
    }
  mkdirSync(folder, { recursive: true });
  for (const task of wanted.length > 0 ? wanted : Object.keys(tasks)) {
    const jobs = Object.keys(variants).flatMap(off => SEEDS.map(seed => ({ task, off, seed })));
    const start = performance.now();
    const results = await runAll(jobs);
    console.log(
      `${task}: ${jobs.length} runs in ${((performance.now() - start) / 1000).toFixed(0)} s; interquartile means`,
    );
    for (const off of Object.keys(variants)) {
      const rows = results.map(result => result.score).filter(row => row[1] === off);
      const iqm = column => pglab.interquartileMean(rows.map(row => row[column])).toFixed(3);
      console.log(`  ${off} off: return ${iqm(4)}, while training ${iqm(5)}, KL ${iqm(6)}`);
    }
    write(
      'scores.csv',
      'task,switched_off,seed,steps,return,training_return,kl,epochs',
      results.map(result => result.score),
    );
    write(
      'curves.csv',
      'task,switched_off,seed,steps,mean_return',
      results.flatMap(result => result.curve),
    );
  }
}
