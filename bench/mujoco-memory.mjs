/**
 * What stepping the MuJoCo tasks takes of memory: each task takes the same number of steps with random actions, and after
 * so many steps, and a garbage collection, the process is measured.
 *
 *   npm run mujoco-memory [-- --steps 10000,1000000 --tasks hopper,reacher]
 *
 * --steps: of each task; the default takes about a quarter of an hour. --tasks: names as in pglab; all seven by default.
 */

import * as pglab from 'pglab';
import { simulationOf } from '../lib/dist/envs/mujoco/engine.js';
import { mjcfText } from '../lib/dist/envs/mujoco/mjcf.js';

const given = name => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1]?.split(',');
};
const marks = (given('steps') ?? ['10000', '1000000']).map(Number);
if (!globalThis.gc) {
  console.error('Run it as node --expose-gc bench/mujoco-memory.mjs, or as npm run mujoco-memory.');
  process.exit(1);
}

const { halfCheetah, hopper, walker2d, swimmer, reacher, invertedPendulum, invertedDoublePendulum } = pglab;
const all = { halfCheetah, hopper, walker2d, swimmer, reacher, invertedPendulum, invertedDoublePendulum };
const names = given('tasks') ?? Object.keys(all);
const unknown = names.find(name => !Object.hasOwn(all, name));
if (unknown !== undefined) {
  console.error(`task is ${unknown}, but must be one of ${Object.keys(all).join(', ')}.`);
  process.exit(1);
}
const tasks = names.map((name, i) => {
  const env = pglab.vectorEnv(all[name](), 4);
  env.reset(new pglab.Rng(i));
  return { env, rng: new pglab.Rng(i + 100), actions: new Float64Array(4 * env.actionSize) };
});
const simulation = simulationOf(mjcfText(tasks[0].env.model.mjcf));

const rows = [];
let steps = 0;
for (const mark of marks) {
  for (; steps < mark; steps += 4)
    for (const { env, rng, actions } of tasks) {
      for (let i = 0; i < actions.length; i++) actions[i] = rng.uniform(-1, 1);
      env.step(actions);
    }
  globalThis.gc();
  globalThis.gc();
  const { rss, heapUsed, external } = process.memoryUsage();
  rows.push({ steps, rss, heapUsed, external, wasm: simulation.views.qpos.buffer.byteLength });
}

if (process.argv.includes('--json')) console.log(JSON.stringify(rows));
else {
  console.log(`Memory of the process [MiB] after so many steps of each of ${names.join(', ')}`);
  console.table(
    rows.map(({ steps, ...sizes }) => ({
      steps,
      ...Object.fromEntries(Object.entries(sizes).map(([kind, size]) => [kind, (size / 2 ** 20).toFixed(2)])),
    })),
  );
}
