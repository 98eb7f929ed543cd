/**
 * The policies of data/mujoco-policies, made anew: PPO-Clip on MuJoCo tasks at the PPO paper's settings, from one seed each, as
 * checkpoints of whole runs. The same bytes on every machine.
 *
 *   npm run mujoco-policies [-- <task> ...]      names as in pglab; all by default
 */

import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const pglab = createRequire(import.meta.url)('pglab'); // by name, which a namespace of imports is not for

const folder = fileURLToPath(new URL('../data/mujoco-policies', import.meta.url));
const ITERATION = 2048;
/** Iterations of each task, and the seed where it is not 1. Hopper's run is one that notebook 12 takes to its end. */
const RUNS = {
  invertedPendulum: { iterations: 20 },
  reacher: { iterations: 40 },
  invertedDoublePendulum: { iterations: 40 },
  halfCheetah: { iterations: 60 },
  swimmer: { iterations: 40 },
  hopper: { iterations: 88, seed: 2 },
};
const given = process.argv.slice(2);
const unknown = given.find(name => !(name in RUNS));
if (unknown !== undefined) {
  console.error(`task is ${unknown}, but must be one of ${Object.keys(RUNS).join(', ')}.`);
  process.exit(1);
}

mkdirSync(folder, { recursive: true });
for (const [name, { iterations, seed = 1 }] of Object.entries(RUNS)) {
  if (given.length > 0 && !given.includes(name)) continue;
  const env = pglab[name]();
  const [policyRng, criticRng] = new pglab.Rng(seed).split(2);
  const path = join(tmpdir(), `pglab-${name}-${process.pid}.json`);
  const target = join(folder, `${name}.json`);
  const { policy, history } = await pglab.ppoClip({
    env,
    policy: pglab.mlpPolicy({ env, rng: policyRng }),
    critic: pglab.mlp({ inputs: pglab.sizeOf(env.observationSpace), outputs: 1, rng: criticRng }),
    seed,
    totalSteps: iterations * ITERATION,
    copies: 1,
    stepsPerIteration: ITERATION,
    gamma: 0.99,
    lambda: 0.95,
    epochs: 10,
    minibatchSize: 64,
    learningRate: 3e-4,
    normalizeObservations: true,
    normalizeRewards: true,
    checkpoint: { path, every: iterations },
  });
  copyFileSync(path, target);
  rmSync(path);
  const { mean } = pglab.evaluate(policy, env, { episodes: 20, seed: 2026, deterministic: true });
  console.log(
    `${name}: ${mean.toFixed(1)} with the most probable action after ${history.at(-1).steps} steps, ${history.at(-1).meanReturn.toFixed(1)} in training at the end`,
  );
}
