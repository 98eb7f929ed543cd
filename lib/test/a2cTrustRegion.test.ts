/** A2C with a trust region, and vanilla policy gradient with a step size that adapts to the divergence. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  a2cTrustRegion,
  actorCritic,
  adam,
  bandit,
  cartPole,
  corridor,
  evaluate,
  mlp,
  networkBaseline,
  noBaseline,
  sgd,
  softmaxLinear,
  softmaxTabular,
  tabularEnv,
  vanillaPolicyGradient,
} from 'pglab';

const env = tabularEnv(corridor({ length: 6 }), { maxSteps: 40 });
const start = (options = {}) => ({
  env,
  policy: softmaxTabular({ states: 6, actions: 2, logits: Array.from({ length: 12 }, (_, k) => k / 10) }),
  critic: noBaseline(),
  seed: 3,
  totalSteps: 320,
  copies: 4,
  stepsPerIteration: 8,
  gamma: 0.9,
  optimizer: sgd({ learningRate: 1 }),
  maxGradientNorm: Infinity,
  ...options,
});

test('with a rate that nothing reaches it is actor-critic, to the bit', async () => {
  const plain = await actorCritic(start());
  const free = await a2cTrustRegion(start({ klRate: 1e9 }) as never);
  assert.deepEqual(free.policy.parameters, plain.policy.parameters);
  assert.ok(free.history.every(record => record.projectedFraction === 0));
});

test('the first update is free: the average policy is the policy itself, where k = 0', async () => {
  const plain = await actorCritic(start({ totalSteps: 32 }));
  const held = await a2cTrustRegion({ ...start({ totalSteps: 32 }), klRate: 0 });
  assert.deepEqual(held.policy.parameters, plain.policy.parameters);
});

test('by hand: of one state, g loses what it has along k beyond delta', async () => {
  // One state, two actions, every reward 1 without a critic: A = 1, so g_b = [k = a_b] - p_k.
  const one = tabularEnv(corridor({ length: 2, stepReward: 1, goalReward: 1 }), { maxSteps: 1 });
  const run = (totalSteps: number, klRate: number) =>
    a2cTrustRegion({
      ...start(),
      env: one,
      policy: softmaxTabular({ states: 2, actions: 2, logits: [0.4, 0, 0, 0] }),
      copies: 1,
      stepsPerIteration: 1,
      totalSteps,
      klRate,
      averageDecay: 1, // phi_a stays where it began
    });
  const p = (z: ArrayLike<number>) => 1 / (1 + Math.exp(z[1] - z[0]));
  for (const delta of [0, 0.01]) {
    const first = await run(1, delta);
    const z = first.policy.parameters;
    const second = await run(2, delta);
    const moved = second.policy.parameters.map((x, k) => x - z[k]);
    // k = q - p of the average and the policy now, along (1, -1) as g is: z = delta / (2 k_0) (1, -1) if it was cut
    const k = p(z) - p([0.4, 0]);
    const cut = second.history[1].projectedFraction;
    if (cut === 1) assert.ok(Math.abs(moved[0] - delta / (2 * k)) < 1e-12, `${moved[0]}`);
    const free = [1 - p(z), -p(z)];
    const along = (g: number) => 2 * k * g;
    if (cut === 0) assert.ok(free.some(g => Math.abs(moved[0] - g) < 1e-12 && along(g) <= delta + 1e-12));
    assert.ok(along(moved[0]) <= delta + 1e-12);
    assert.ok(Math.abs(moved[0] + moved[1]) < 1e-12);
  }
});

test('it holds the policy near its average: a smaller rate moves less', async () => {
  const far = async (klRate: number) => {
    const { history } = await a2cTrustRegion({ ...start({ totalSteps: 1600 }), klRate });
    return history.reduce((sum, { kl }) => sum + kl, 0);
  };
  const [tight, loose] = [await far(0.001), await far(10)];
  assert.ok(tight < 0.8 * loose, `${tight} and ${loose}`);
});

test("what is not stated is the paper's: delta 1, alpha 0.99; the share of changed steps is one of all", async () => {
  // Rewards that are large enough for a delta of 1 to matter.
  const rich = tabularEnv(corridor({ length: 6, goalReward: 30 }), { maxSteps: 40 });
  const run = (options = {}) => a2cTrustRegion({ ...start({ totalSteps: 1600 }), env: rich, ...options });
  const { history } = await run();
  assert.deepEqual((await run({ klRate: 1, averageDecay: 0.99 })).history, history);
  for (const other of [{ klRate: 2 }, { averageDecay: 0.9 }])
    assert.notDeepEqual((await run(other)).history, history);
  const shares = history.map(({ projectedFraction }) => projectedFraction);
  assert.ok(shares.every(f => f <= 1) && shares.some(f => f > 0 && f < 1));
});

test('learns CartPole: at least 400; repeats itself', async () => {
  const run = () => {
    const task = cartPole();
    return a2cTrustRegion({
      env: task,
      policy: softmaxLinear({ features: 4, actions: 2, featureScale: [1, 1, 5, 1] }),
      critic: networkBaseline({
        network: mlp({ inputs: 4, hidden: [64], outputs: 1, seed: 1 }),
        learningRate: 3e-3,
        epochs: 2,
      }),
      seed: 1,
      totalSteps: 100_000,
      stepsPerIteration: 32,
      lambda: 0.95,
      learningRate: 0.02,
    });
  };
  const result = await run();
  const { mean } = evaluate(result.policy, cartPole(), { episodes: 50, seed: 2 });
  assert.ok(mean >= 400, `${mean}`);
  assert.ok(result.history.some(({ projectedFraction }) => projectedFraction > 0));
});

test('bad options of the trust region get one sentence', async () => {
  await assert.rejects(a2cTrustRegion({ ...start(), klRate: -1 }), /klRate is -1/);
  await assert.rejects(a2cTrustRegion({ ...start(), averageDecay: 2 }), /averageDecay is 2/);
  await assert.rejects(a2cTrustRegion({ ...start(), klLimit: 1 } as never), /klLimit/);
});

test('vanilla policy gradient with klTarget: alpha doubles and halves by the rule, and the divergence comes to it', async () => {
  const target = 0.01;
  const run = (learningRate: number) =>
    vanillaPolicyGradient({
      env: cartPole(),
      policy: softmaxLinear({ features: 4, actions: 2 }),
      seed: 1,
      iterations: 40,
      learningRate,
      klTarget: target,
      normalize: true,
    });
  for (const learningRate of [1e-4, 1]) {
    const { history } = await run(learningRate);
    assert.equal(history[0].learningRate, learningRate);
    for (const [i, { kl, learningRate: alpha }] of history.slice(0, -1).entries()) {
      const factor = kl >= 1.5 * target ? 0.5 : kl <= target / 1.5 ? 2 : 1;
      const next = Math.min(1, Math.max(1e-8, alpha! * factor));
      assert.ok(Math.abs(history[i + 1].learningRate! / next - 1) < 1e-12);
    }
    const end = history.at(-1)!.learningRate!;
    assert.ok(learningRate === 1 ? end <= 0.5 : end > 1e-3, `from ${learningRate} to ${end}`);
  }
  const fixed = await vanillaPolicyGradient({
    env,
    policy: softmaxTabular({ states: 6, actions: 2 }),
    iterations: 1,
  });
  assert.ok(!('learningRate' in fixed.history[0]));
});

test('alpha stays within 1e-8 and 1', async () => {
  const alphas = async (learningRate: number, klTarget: number, size: number) => {
    const { history } = await vanillaPolicyGradient({
      env: bandit({ means: [0, size], standardDeviation: 0 }),
      policy: softmaxTabular({ states: 1, actions: 2 }),
      optimizer: 'sgd',
      iterations: 4,
      learningRate,
      klTarget,
    });
    return history.map(record => record.learningRate!);
  };
  const near = (actual: number[], expected: number[]) =>
    actual.forEach((alpha, i) => {
      assert.ok(Math.abs(alpha / expected[i] - 1) < 1e-12, `${actual}`);
    });
  near(await alphas(3e-8, 1e-4, 1e8), [3e-8, 1.5e-8, 1e-8, 1e-8]);
  near(await alphas(0.4, 1, 1e-3), [0.4, 0.8, 1, 1]);
});

test('klTarget wants a step size that can adapt, and a target above 0', async () => {
  const options = { env, policy: softmaxTabular({ states: 6, actions: 2 }), iterations: 1 };
  const fixed = { ascend: () => {} };
  await assert.rejects(vanillaPolicyGradient({ ...options, klTarget: 0.01, optimizer: fixed }), {
    message: 'klTarget is given, but the optimizer is one without a learningRate that could adapt to it.',
  });
  await assert.rejects(vanillaPolicyGradient({ ...options, klTarget: 0.01, learningRate: () => 1 }), {
    message:
      'klTarget is given, so that learningRate must be the number that it begins with, not a function.',
  });
  await assert.rejects(vanillaPolicyGradient({ ...options, klTarget: 0 }), {
    message: 'klTarget is 0, but must be above 0.',
  });
  await vanillaPolicyGradient({ ...options, klTarget: 0.01, optimizer: adam({ learningRate: 0.1 }) });
});
