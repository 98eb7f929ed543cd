/**
 * What stepping the MuJoCo tasks takes of memory: each of the seven takes the same number of steps with random actions, and
 * after so many steps, and a garbage collection, the process is measured.
 *
 *   npm run mujoco-memory [-- --steps 10000,1000000]      steps of each task; the default takes about a quarter of an hour
 */

import * as pglab from 'pglab';
import { simulationOf } from '../lib/dist/envs/mujoco/engine.js';
import { mjcfText } from '../lib/dist/envs/mujoco/mjcf.js';

const at = process.argv.indexOf('--steps');
const marks = (at < 0 ? '10000,1000000' : process.argv[at + 1]).split(',').map(Number);
if (!globalThis.gc) {
  console.error('Run it as node --expose-gc bench/mujoco-memory.mjs, or as npm run mujoco-memory.');
  process.exit(1);
}

const { halfCheetah, hopper, walker2d, swimmer, reacher, invertedPendulum, invertedDoublePendulum } = pglab;
const tasks = [halfCheetah, hopper, walker2d, swimmer, reacher, invertedPendulum, invertedDoublePendulum].map(
  (make, i) => {
    const env = pglab.vectorEnv(make(), 4);
    env.reset(new pglab.Rng(i));
    return { env, rng: new pglab.Rng(i + 100), actions: new Float64Array(4 * env.actionSize) };
  },
);
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
  console.log('Memory of the process [MiB] after so many steps of each of the seven MuJoCo tasks');
  console.table(
    rows.map(({ steps, ...sizes }) => ({
      steps,
      ...Object.fromEntries(Object.entries(sizes).map(([kind, size]) => [kind, (size / 2 ** 20).toFixed(2)])),
    })),
  );
}
