/** Gathers the files of the runs that are done: scores.csv, a row a run, and curves.csv, a row for every 10,000 steps of each. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifest, RUNS } from './settings.mjs';

/** Writes manifest.csv, scores.csv and curves.csv of `folder` anew. */
export function collect(folder) {
  const scores = ['task,method,seed,score,steps,episodes,complete'];
  const curves = ['task,method,seed,steps,mean_return'];
  for (const { run, task, method, seed } of RUNS) {
    const path = join(folder, 'runs', `${run}.csv`);
    if (!existsSync(path)) continue;
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    const noted = name => lines.find(line => line.startsWith(`# ${name}: `))?.slice(name.length + 4);
    const rows = lines.filter(line => /^\d/.test(line)).map(line => line.split(','));
    const [steps = 0, episodes = 0] = rows.at(-1) ?? [];
    const complete = noted('ended early') === undefined ? 1 : 0;
    scores.push([task, method, seed, noted('score').split(' ')[0], steps, episodes, complete].join(','));
    for (const [steps, , meanReturn] of rows) curves.push([task, method, seed, steps, meanReturn].join(','));
  }
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries({
    'manifest.csv': manifest(),
    'scores.csv': `${scores.join('\n')}\n`,
    'curves.csv': `${curves.join('\n')}\n`,
  }))
    writeFileSync(join(folder, name), text);
}
