/**
 * The scores of data/ppo-scores, made anew: PPO-Clip on the classic-control tasks, five seeds each, 100 evaluation episodes
 * with the most probable action. Prints a table and writes scores.csv and curves.csv; the same bytes on every machine.
 *
 *   npm run scores [-- <task> ...]      all tasks by default; the rows of other tasks stay as they are
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as pglab from 'pglab';
import { tasks, train } from './tasks.mjs';

const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'data', 'ppo-scores');
const SEEDS = [1, 2, 3, 4, 5];
const EVALUATION_SEED = 2026;
const POINTS = 50; // of a learning curve

const wanted = process.argv.slice(2);
for (const name of wanted)
  if (!(name in tasks)) {
    console.error(`task is ${name}, but must be one of ${Object.keys(tasks).join(', ')}.`);
    process.exit(1);
  }

const results = {};
for (const [name, task] of Object.entries(tasks)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  results[name] = { scores: [], curves: [] };
  for (const seed of SEEDS) {
    const start = performance.now();
    const { policy, history } = await train(task, seed);
    const seconds = (performance.now() - start) / 1000;
    const env = task.env();
    const settings = { episodes: 100, seed: EVALUATION_SEED };
    const best = pglab.evaluate(policy, env, { ...settings, deterministic: true });
    const drawn = pglab.evaluate(policy, env, settings);
    const { steps } = history.at(-1);
    results[name].scores.push([
      name,
      steps,
      seed,
      round(best.mean),
      round(best.standardError),
      round(drawn.mean),
    ]);
    const stride = Math.max(1, Math.floor(history.length / POINTS));
    for (const { steps, meanReturn } of history.filter((_, k) => (k + 1) % stride === 0))
      if (Number.isFinite(meanReturn)) results[name].curves.push([name, seed, steps, round(meanReturn)]);
    console.log(
      `${name}, seed ${seed}: ${round(best.mean)} +- ${round(best.standardError)} (drawn actions ${round(drawn.mean)}), ${steps} steps in ${seconds.toFixed(1)} s`,
    );
  }
  const means = results[name].scores.map(row => row[3]);
  const mean = means.reduce((sum, x) => sum + x, 0) / means.length;
  console.log(
    `${name}: mean of ${SEEDS.length} seeds ${round(mean)}, at least ${task.atLeast} wanted: ${mean >= task.atLeast ? 'holds' : 'MISSED'}`,
  );
}

mkdirSync(folder, { recursive: true });
write('scores.csv', 'task,steps,seed,return,standard_error,return_drawn', 'scores');
write('curves.csv', 'task,seed,steps,mean_return', 'curves');

function round(x) {
  return Number(x.toFixed(3));
}

/** Writes one file: new rows for the tasks that were run, the old ones for the others. */
function write(file, header, key) {
  const path = join(folder, file);
  const old = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').slice(1) : [];
  const rows = Object.keys(tasks).flatMap(name =>
    name in results
      ? results[name][key].map(row => row.join(','))
      : old.filter(row => row.startsWith(`${name},`)),
  );
  writeFileSync(path, `${[header, ...rows].join('\n')}\n`);
}
