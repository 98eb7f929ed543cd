/**
 * One run of pglab's PPO for the comparison: node ours.mjs '{ "task": ..., "threads": 1, "seed": ..., "evaluation": ... }'.
 * Prints a line of JSON when training has ended, and one when the policy was evaluated; the peers' programs do the same.
 */

import * as pglab from 'pglab';

const { task, threads, seed, evaluation } = JSON.parse(process.argv[2]);
const { env: id, title, clipRange, annealClipRange, valueClipRange, ...options } = task;
const environments = {
  'CartPole-v1': pglab.cartPole,
  'Pendulum-v1': pglab.pendulum,
  'Hopper-v5': pglab.hopper,
  'HalfCheetah-v5': pglab.halfCheetah,
};
const print = line => process.stdout.write(`${JSON.stringify(line)}\n`);

const env = environments[id]();
const [policyRng, criticRng] = new pglab.Rng(seed).split(2);
const inputs = pglab.sizeOf(env.observationSpace);

// The objective of the iteration at hand: epsilon may fall with the steps that are left.
let clip = pglab.clipObjective({ clipRange });
const objective = { evaluate: (...args) => clip.evaluate(...args), add: (...args) => clip.add(...args) };

// The clock starts after the first iteration, in which everything is loaded and compiled for the first time.
let first;
const onIteration = ({ steps }) => {
  first ??= { steps, time: performance.now() };
  const left = Math.max(0, 1 - steps / options.totalSteps);
  if (annealClipRange) clip = pglab.clipObjective({ clipRange: left * clipRange });
};

const { policy, history } = await pglab.ppo({
  env,
  policy: pglab.mlpPolicy({ env, rng: policyRng }),
  critic: pglab.mlp({ inputs, outputs: 1, rng: criticRng }),
  seed,
  threads,
  objective,
  adamEpsilon: 1e-5,
  valueClipRange: valueClipRange ?? undefined,
  ...options,
  onIteration,
});
const { steps } = history.at(-1);
print({ steps, stepsPerSecond: ((steps - first.steps) * 1000) / (performance.now() - first.time) });

const { mean } = pglab.evaluate(policy, env, { ...evaluation, deterministic: true });
print({ meanReturn: mean, versions: { Node: process.versions.node } });
