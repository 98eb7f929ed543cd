/**
 * Returns on MuJoCo tasks at the PPO paper's settings, over seeds: for each task and algorithm the mean of 20 episodes
 * with the most probable action after training, and of the last 100 training episodes. The same numbers on every machine.
 *
 *   npm run mujoco-returns [-- --tasks hopper,halfCheetah --algorithms ppoClip --seeds 1,2,3 --steps 200000]
 *
 * Tasks are names of pglab's environments (hopper, halfCheetah and invertedPendulum by default), algorithms names of its
 * training functions. Settings (Schulman et al. 2017, table 3): 2048 steps an iteration, gamma 0.99, lambda 0.95, policy
 * and critic of two tanh layers of 64, a log sigma of its own for each action; PPO with 10 epochs of minibatches of 64 and
 * Adam at 3e-4, others with their defaults. Observations and rewards are normalised, as in the code behind the paper. TRPO has
 * the settings of OpenAI's baselines (trpo_mpi, defaults for MuJoCo): 1024 steps, lambda 0.98, rewards as they are.
 */

import { createRequire } from 'node:module';

const pglab = createRequire(import.meta.url)('pglab'); // by name, which a namespace of imports is not for

const given = name => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1]?.split(',');
};
const tasks = given('tasks') ?? ['hopper', 'halfCheetah', 'invertedPendulum'];
const algorithms = given('algorithms') ?? ['ppoClip'];
const seeds = (given('seeds') ?? ['1', '2', '3']).map(Number);
const totalSteps = Number(given('steps')?.[0] ?? 200_000);
for (const name of [...tasks, ...algorithms])
  if (typeof pglab[name] !== 'function') {
    console.error(`${name} is no environment or training function of pglab.`);
    process.exit(1);
  }

const SETTINGS = {
  copies: 1,
  stepsPerIteration: 2048,
  gamma: 0.99,
  lambda: 0.95,
  normalizeObservations: true,
  normalizeRewards: true,
};
const PPO = { epochs: 10, minibatchSize: 64, learningRate: 3e-4 };
const TRPO = { stepsPerIteration: 1024, lambda: 0.98, normalizeRewards: false };

const rows = [];
for (const task of tasks)
  for (const algorithm of algorithms) {
    const means = [];
    for (const seed of seeds) {
      const env = pglab[task]();
      const [policyRng, criticRng] = new pglab.Rng(seed).split(2);
      const inputs = pglab.sizeOf(env.observationSpace);
      const start = performance.now();
      const { policy, history } = await pglab[algorithm]({
        env,
        policy: pglab.mlpPolicy({ env, rng: policyRng }),
        critic: pglab.mlp({ inputs, outputs: 1, rng: criticRng }),
        seed,
        totalSteps,
        ...SETTINGS,
        ...(algorithm.startsWith('ppo') ? PPO : algorithm === 'trpo' ? TRPO : {}),
      });
      const seconds = (performance.now() - start) / 1000;
      const { mean } = pglab.evaluate(policy, env, { episodes: 20, seed: 2026, deterministic: true });
      const last = history.at(-1);
      means.push(mean);
      console.log(
        `${task}, ${algorithm}, seed ${seed}: ${mean.toFixed(1)} with the most probable action, ${last.meanReturn.toFixed(1)} in training at the end; ${last.steps} steps in ${seconds.toFixed(0)} s`,
      );
    }
    const average = pglab.mean(means);
    const deviation = seeds.length > 1 ? Math.sqrt(pglab.variance(means)) : 0;
    rows.push([
      task,
      algorithm,
      average.toFixed(1),
      deviation.toFixed(1),
      means.map(x => x.toFixed(1)).join(' '),
    ]);
  }

console.log(
  `\n| task | algorithm | mean return | sd over seeds | seeds ${seeds.join(' ')} |\n|---|---|---|---|---|`,
);
for (const row of rows) console.log(`| ${row.join(' | ')} |`);
