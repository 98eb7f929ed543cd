/** Loops that break down: what the error says and what it hands back. (PPO's are in ppo.test.ts.) */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  actorCritic,
  cartPole,
  Env,
  linearNetwork,
  mlpPolicy,
  networkBaseline,
  type Policy,
  reinforce,
  softmaxLinear,
  TrainingError,
  vanillaPolicyGradient,
} from 'pglab';

type Result = { policy: Policy; history: unknown[] };

/** Runs `iterations` of each loop, the same ones for any number of them. */
const loops: Record<string, (env: Env, policy: Policy, iterations: number) => Promise<Result>> = {
  reinforce: (env, policy, iterations) =>
    reinforce({ env, policy, iterations, maxSteps: 10, learningRate: 0.01 }),
  vanillaPolicyGradient: (env, policy, iterations) =>
    vanillaPolicyGradient({ env, policy, iterations, maxSteps: 10, episodesPerIteration: 2 }),
  actorCritic: (env, policy, iterations) =>
    actorCritic({
      env,
      policy,
      critic: networkBaseline({ network: linearNetwork({ features: 4, outputs: 1 }) }),
      copies: 2,
      stepsPerIteration: 10,
      totalSteps: 20 * iterations,
    }),
};

const policies: Record<string, () => Policy> = {
  linear: () => softmaxLinear({ features: 4, actions: 2 }),
  network: () => mlpPolicy({ env: cartPole(), hidden: [8], seed: 1 }),
};

for (const [name, loop] of Object.entries(loops))
  for (const [kind, policy] of Object.entries(policies))
    for (const what of ['reward', 'observation'] as const)
      for (const bad of [Number.NaN, Infinity])
        test(`${name}, ${kind}: ${bad} as ${what}`, async () => {
          const { model } = cartPole();
          let calls = 0;
          const env = new Env({
            ...model,
            transition(state, offset, action, actionOffset, rng, outcome) {
              model.transition(state, offset, action, actionOffset, rng, outcome);
              if (++calls !== 55) return;
              if (what === 'reward') outcome.reward = bad;
              else state[offset] = bad;
            },
          });
          const error: unknown = await loop(env, policy(), 20).then(
            () => assert.fail('it did not break'),
            (error: unknown) => error,
          );
          assert.ok(error instanceof TrainingError, String(error));
          assert.match(
            error.message,
            new RegExp(`^${name} stopped at iteration ${error.iteration}: .*${what}.* is `),
          );
          assert.ok(error.iteration > 0);
          const { policy: trained, history } = error.result as Result;
          const expected = await loop(cartPole(), policy(), error.iteration);
          assert.deepEqual(trained.parameters, expected.policy.parameters);
          assert.deepEqual(history, expected.history);
        });
