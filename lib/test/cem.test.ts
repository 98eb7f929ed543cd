/** The cross-entropy method: its update by hand, its noise, learning, and going on from a checkpoint. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  bandit,
  cartPole,
  cem,
  evaluate,
  gaussianLinear,
  pendulum,
  Rng,
  softmaxLinear,
  softmaxTabular,
  TrainingError,
} from 'pglab';

const settings = {
  env: bandit({ means: [0, 1], standardDeviation: 0 }),
  policy: softmaxTabular({ states: 1, actions: 2, logits: [0.5, -0.5] }),
  seed: 3,
  populationSize: 10,
  eliteFraction: 0.3,
  episodesPerCandidate: 40,
  std: 2,
  iterations: 1,
};

test('one iteration by hand: mean and variance of the best, and the noise', async () => {
  const { policy, std, history } = await cem({ ...settings, noise: t => 0.25 + t });
  const rng = new Rng(3);
  const population = Array.from({ length: 10 }, () => [0.5, -0.5].map(m => m + 2 * rng.normal()));
  const [{ returns, meanReturn, eliteReturn, steps }] = history;
  assert.equal(steps, 400);
  const best = Array.from(returns.keys())
    .sort((a, b) => returns[b] - returns[a] || a - b)
    .slice(0, 3);
  for (const k of [0, 1]) {
    const values = best.map(i => population[i][k]);
    const mean = values.reduce((a, b) => a + b) / 3;
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 3;
    assert.ok(Math.abs(policy.parameters[k] - mean) < 1e-12);
    assert.ok(Math.abs(std[k] - Math.sqrt(variance + 0.25)) < 1e-12);
  }
  assert.ok(eliteReturn > meanReturn);
  assert.ok(Math.abs(eliteReturn - best.reduce((sum, i) => sum + returns[i], 0) / 3) < 1e-12);
  assert.ok(Math.abs(meanReturn - returns.reduce((a, b) => a + b) / 10) < 1e-12);
  // The returns are those of the policies: the share of episodes in which the arm that pays was drawn.
  population.forEach(([a, b], i) => {
    const p = 1 / (1 + Math.exp(a - b));
    assert.ok(Math.abs(returns[i] - p) < 4.5 * Math.sqrt((p * (1 - p)) / 40) + 1e-9, `${returns[i]} of ${p}`);
  });
});

test('the first win where returns are equal, and there is always one', async () => {
  const env = bandit({ means: [1, 1], standardDeviation: 0 });
  const rng = new Rng(3);
  const population = Array.from({ length: 10 }, () => [0.5, -0.5].map(m => m + 2 * rng.normal()));
  for (const [eliteFraction, elites] of [
    [0.3, 3],
    [0.01, 1],
  ]) {
    const { policy, std } = await cem({ ...settings, env, eliteFraction });
    for (const k of [0, 1]) {
      const mean = population.slice(0, elites).reduce((sum, theta) => sum + theta[k], 0) / elites;
      assert.ok(Math.abs(policy.parameters[k] - mean) < 1e-12);
      if (elites === 1) assert.equal(std[k], 0);
    }
  }
});

test('totalSteps in place of iterations: it begins no iteration once it has taken so many', async () => {
  const env = cartPole();
  const policy = softmaxLinear({ features: 4, actions: 2 });
  const run = { env, policy, seed: 1, populationSize: 8, totalSteps: 1000 };
  const { history } = await cem(run);
  assert.ok(history.length > 1 && history.at(-1)!.steps >= 1000 && history.at(-2)!.steps < 1000);
  let sum = 0;
  // A return of CartPole is a number of steps.
  for (const { steps, returns } of history) {
    sum += returns.reduce((a, b) => a + b);
    assert.equal(steps, sum);
  }
  const { totalSteps, ...rest } = run;
  const same = await cem({ ...rest, iterations: history.length });
  assert.deepEqual(same.history, history);
});

test('without noise sigma shrinks; noise keeps it open', async () => {
  const closed = await cem({ ...settings, iterations: 15 });
  const open = await cem({ ...settings, iterations: 15, noise: 1 });
  assert.ok(closed.history[14].std < 0.5, `${closed.history[14].std}`);
  assert.ok(open.history[14].std >= 1);
});

test('learns CartPole with a linear policy: at least 475; the policy given stays as it was', async () => {
  const policy = softmaxLinear({ features: 4, actions: 2 });
  const result = await cem({ env: cartPole(), policy, seed: 1, iterations: 15, episodesPerCandidate: 2 });
  assert.ok(policy.parameters.every(x => x === 0));
  const { mean } = evaluate(result.policy, cartPole(), { episodes: 50, seed: 2, deterministic: true });
  assert.ok(mean >= 475, `${mean}`);
});

test('continuous actions; the same seed gives the same bytes, also after it was cut off', async () => {
  const env = pendulum();
  const policy = gaussianLinear({ features: 3, actionSize: 1 });
  const run = { env, policy, seed: 4, iterations: 4, populationSize: 6, maxSteps: 20, noise: 0.1 };
  const whole = await cem(run);
  const folder = mkdtempSync(join(tmpdir(), 'pglab-'));
  try {
    const checkpoint = { path: join(folder, 'cem.json'), every: 1, resume: true };
    await assert.rejects(
      cem({
        ...run,
        checkpoint,
        onIteration: ({ iteration }) => {
          if (iteration === 1) throw new Error('cut off');
        },
      }),
      /cut off/,
    );
    const resumed = await cem({ ...run, checkpoint });
    assert.deepEqual(resumed.policy.parameters, whole.policy.parameters);
    assert.deepEqual(resumed.std, whole.std);
    assert.deepEqual(resumed.history, whole.history);
    await assert.rejects(cem({ ...run, checkpoint, std: 2 }), /was made with std 1/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a reward that is no number stops it, and hands back what was good; bad options get one sentence', async () => {
  const { model } = settings.env;
  let calls = 0;
  const env = Object.assign(Object.create(Object.getPrototypeOf(settings.env)), settings.env);
  Object.defineProperty(env, 'model', {
    value: {
      ...model,
      transition: (...args: Parameters<typeof model.transition>) => {
        model.transition(...args);
        if (++calls > 500) args[5].reward = Number.NaN;
      },
    },
  });
  await assert.rejects(cem({ ...settings, env, iterations: 5 }), (error: unknown) => {
    assert.ok(error instanceof TrainingError);
    assert.match(error.message, /^cem stopped at iteration 1: a reward of the environment is NaN/);
    assert.equal((error.result as { history: unknown[] }).history.length, 1);
    return true;
  });
  await assert.rejects(cem({ ...settings, populationSize: 1 }), {
    message: 'populationSize is 1, but must be a whole number of at least 2.',
  });
  await assert.rejects(cem({ ...settings, noise: -1 }), /noise is -1/);
  await assert.rejects(cem({ ...settings, noise: () => Number.NaN }), /noise\(0\) is NaN/);
});
