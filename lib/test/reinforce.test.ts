import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  adam,
  bandit,
  cartPole,
  collectEpisodes,
  corridor,
  Env,
  enumerateTrajectories,
  evaluate,
  exactGradient,
  frozenLake,
  meanEntropy,
  pendulum,
  perTrajectoryGradients,
  type ReinforceRecord,
  Rng,
  randomMDP,
  reinforce,
  reinforceGradient,
  rmsProp,
  scoreWeights,
  sgd,
  softmaxLinear,
  softmaxTabular,
  type TabularMDP,
  tabularEnv,
  trajectoryBatch,
} from 'pglab';
import { makeOptimizer } from '../dist/networks/optimizers';

const randomPolicy = (mdp: TabularMDP, seed: number) => {
  const rng = new Rng(seed);
  const { states, actions } = mdp;
  return softmaxTabular({
    states,
    actions,
    logits: Array.from({ length: states * actions }, () => rng.normal()),
  });
};

describe('the estimator against the exact gradient', () => {
  const mdp = randomMDP({ states: 4, actions: 2, branching: 2, terminals: 1, gamma: 0.7, rng: new Rng(3) });
  const policy = randomPolicy(mdp, 4);
  const horizon = 4;
  const exact = exactGradient(mdp, policy, { gamma: 0.7, horizon });
  const expectation = (options: Parameters<typeof reinforceGradient>[2]) => {
    const sum = new Float64Array(exact.length);
    for (const tau of enumerateTrajectories(mdp, policy, { horizon })) {
      const { states, actions, rewards } = tau;
      const batch = trajectoryBatch({ observations: states.slice(0, -1), actions, rewards });
      reinforceGradient(batch, policy, options).forEach((g, k) => {
        sum[k] += tau.probability * g;
      });
    }
    return sum;
  };
  const distance = (a: Float64Array, b: Float64Array) => Math.max(...a.map((x, k) => Math.abs(x - b[k])));

  test('summed over all trajectories, both forms are exact', () => {
    assert.ok(Math.max(...exact.map(Math.abs)) > 0.01);
    assert.ok(distance(expectation({ gamma: 0.7, form: 'total-return' }), exact) < 1e-12);
    assert.ok(distance(expectation({ gamma: 0.7, form: 'reward-to-go' }), exact) < 1e-12);
  });

  test('without gamma^t the reward-to-go form is biased, unless gamma is 1', () => {
    assert.ok(distance(expectation({ gamma: 0.7, discountState: false }), exact) > 0.01);
    const undiscounted = exactGradient(mdp, policy, { gamma: 1, horizon });
    assert.ok(distance(expectation({ gamma: 1, discountState: false }), undiscounted) < 1e-12);
  });

  test('sampled on slippery ice, it lies within its confidence interval', () => {
    const lake = frozenLake({ successRate: 0.6 });
    const walker = randomPolicy(lake, 1);
    const gradient = exactGradient(lake, walker, { gamma: 0.95, horizon: 30 });
    const episodes = 20_000;
    const batch = collectEpisodes(tabularEnv(lake, { maxSteps: 30 }), walker, { episodes, rng: new Rng(7) });
    for (const form of ['total-return', 'reward-to-go'] as const) {
      const rows = perTrajectoryGradients(batch, walker, scoreWeights(batch, { gamma: 0.95, form }));
      let outside = 0;
      gradient.forEach((truth, k) => {
        let mean = 0;
        let square = 0;
        for (const row of rows) {
          mean += row[k] / episodes;
          square += (row[k] * row[k]) / episodes;
        }
        const error = Math.sqrt((square - mean * mean) / episodes);
        assert.ok(
          Math.abs(mean - truth) <= 4.5 * error + 1e-12,
          `${form} [${k}] ${mean} +- ${error}, not ${truth}`,
        );
        if (Math.abs(mean - truth) > 1.96 * error + 1e-12) outside++;
      });
      assert.ok(outside <= 10, `${outside} of 64 outside the 95% interval`);
    }
  });
});

describe('optimizers', () => {
  test('sgd moves along the gradient', () => {
    const theta = Float64Array.of(1, 2);
    sgd({ learningRate: 0.5 }).ascend(theta, Float64Array.of(2, -4));
    assert.deepEqual([...theta], [2, 0]);
  });

  test('adam against its formula, worked out over three steps', () => {
    const theta = Float64Array.of(0);
    const optimizer = adam({ learningRate: 0.1, beta1: 0.5, beta2: 0.75 });
    let expected = 0;
    // m / (1 - 0.5^k) and v / (1 - 0.75^k) by hand for g = 1, -2, 3
    for (const [g, m, v] of [
      [1, 0.5 / 0.5, 0.25 / 0.25],
      [-2, -0.75 / 0.75, 1.1875 / 0.4375],
      [3, 1.125 / 0.875, 3.140625 / 0.578125],
    ]) {
      optimizer.ascend(theta, Float64Array.of(g));
      expected += (0.1 * m) / (Math.sqrt(v) + 1e-8);
      assert.ok(Math.abs(theta[0] - expected) < 1e-12);
    }
  });

  test('rmsProp against its formula, worked out over three steps: v begins at 1, epsilon stands within the root', () => {
    const theta = Float64Array.of(0, 7);
    const optimizer = rmsProp({ learningRate: 0.1, decay: 0.75, epsilon: 0.25 });
    let expected = 0;
    // v = 0.75 v + 0.25 g^2 by hand for g = 1, -2, 3
    for (const [g, v] of [
      [1, 1],
      [-2, 1.75],
      [3, 3.5625],
    ]) {
      optimizer.ascend(theta, Float64Array.of(g, 0));
      expected += (0.1 * g) / Math.sqrt(v + 0.25);
      assert.ok(Math.abs(theta[0] - expected) < 1e-12);
    }
    assert.equal(theta[1], 7, 'what has no gradient stays');
  });

  test("rmsProp's defaults are those of baselines' A2C, by name too", () => {
    for (const optimizer of [rmsProp({ learningRate: 0.5 }), makeOptimizer('rmsprop', 0.5)]) {
      const theta = Float64Array.of(0);
      optimizer.ascend(theta, Float64Array.of(2));
      assert.ok(Math.abs(theta[0] - 1 / Math.sqrt(0.99 + 0.01 * 4 + 1e-5)) < 1e-12);
    }
  });

  test('a state that was kept goes on alike', () => {
    for (const make of [
      () => sgd({ learningRate: 0.1 }),
      () => rmsProp({ learningRate: 0.1 }),
      () => adam({ learningRate: 0.1 }),
    ]) {
      const [one, other] = [make(), make()];
      const theta = Float64Array.of(1, 2);
      one.ascend(theta, [3, -1]);
      const copy = theta.slice();
      other.state = one.state;
      one.ascend(theta, [0.5, 4]);
      other.ascend(copy, [0.5, 4]);
      assert.deepEqual(copy, theta);
    }
  });

  test('misuse is named', () => {
    assert.throws(() => sgd({ learningRate: -1 }), /learningRate is -1/);
    assert.throws(() => rmsProp({ learningRate: 1, decay: 1.5 }), /decay is 1.5/);
    assert.throws(() => rmsProp({ learningRate: 1, epsilon: -1 }), /epsilon is -1/);
    const used = rmsProp({ learningRate: 1 });
    used.ascend(new Float64Array(2), new Float64Array(2));
    assert.throws(() => used.ascend(new Float64Array(3), new Float64Array(3)), /parameters has length 3/);
    assert.throws(() => adam({ learningRate: 1, beta1: 1 }), /beta1 is 1/);
    const optimizer = adam({ learningRate: 1 });
    optimizer.ascend(new Float64Array(2), new Float64Array(2));
    assert.throws(
      () => optimizer.ascend(new Float64Array(3), new Float64Array(3)),
      /parameters has length 3/,
    );
    assert.throws(
      () => optimizer.ascend(new Float64Array(2), Float64Array.of(0, NaN)),
      /gradient\[1\] is NaN/,
    );
  });
});

describe('learning', () => {
  test('the better arm of a bandit', async () => {
    const env = bandit({ means: [0.2, 0.5, 1] });
    const policy = softmaxTabular({ states: 1, actions: 3 });
    const result = await reinforce({
      env,
      policy,
      seed: 1,
      iterations: 200,
      episodesPerIteration: 10,
      learningRate: 0.2,
    });
    assert.ok(result.policy.table()[2] > 0.9);
  });

  test('the identity environment', async () => {
    const means = [0, 1, 2, 3].map(context => [0, 1, 2, 3].map(arm => (arm === context ? 1 : 0)));
    const env = bandit({ means, standardDeviation: 0 });
    const { policy } = await reinforce({
      env,
      policy: softmaxTabular({ states: 4, actions: 4 }),
      seed: 1,
      iterations: 100,
      episodesPerIteration: 20,
      learningRate: 0.1,
      optimizer: 'adam',
    });
    assert.ok(evaluate(policy, env).mean > 0.95);
    assert.equal(evaluate(policy, env, { deterministic: true }).mean, 1);
  });

  const tabular = {
    iterations: 100,
    episodesPerIteration: 20,
    gamma: 0.95,
    learningRate: 0.1,
    optimizer: 'adam',
  } as const;

  for (const form of ['reward-to-go', 'total-return'] as const)
    test(`FrozenLake without slipping, ${form}`, async () => {
      const env = tabularEnv(frozenLake({ slippery: false }));
      const policy = softmaxTabular({ states: 16, actions: 4 });
      const result = await reinforce({ ...tabular, env, policy, seed: 1, form });
      assert.ok(evaluate(policy, env, { episodes: 1000 }).mean < 0.05, 'a random walk rarely arrives');
      assert.ok(evaluate(result.policy, env, { episodes: 1000 }).mean > 0.9);
    });

  test('a corridor', async () => {
    const env = tabularEnv(corridor({ length: 8 }), { maxSteps: 60 });
    const policy = softmaxTabular({ states: 8, actions: 2 });
    const result = await reinforce({ ...tabular, env, policy, seed: 1 });
    const lengths =
      collectEpisodes(env, result.policy, { episodes: 100, rng: new Rng(1) }).rewards.length / 100;
    assert.ok(lengths < 9, `${lengths} steps, at best 7`);
  });

  test('CartPole with a linear policy', async () => {
    const env = cartPole();
    const policy = softmaxLinear({ features: 4, actions: 2, featureScale: [1, 1, 5, 1] });
    const result = await reinforce({
      env,
      policy,
      seed: 1,
      iterations: 100,
      episodesPerIteration: 20,
      gamma: 1,
      learningRate: 0.05,
      optimizer: 'adam',
    });
    assert.ok(evaluate(policy, env).mean < 40);
    assert.ok(evaluate(result.policy, env).mean > 450);
  });
});

describe('reinforce', () => {
  const env = tabularEnv(corridor({ length: 4 }), { maxSteps: 10 });
  const policy = softmaxTabular({ states: 4, actions: 2 });
  const settings = { env, policy, seed: 3, iterations: 5, episodesPerIteration: 4, learningRate: 0.5 };

  test('records each iteration, leaves the policy as it was, and repeats itself', async () => {
    const seen: ReinforceRecord[] = [];
    const first = await reinforce({ ...settings, onIteration: record => void seen.push(record) });
    assert.deepEqual(first.history, seen);
    const second = await reinforce(settings);
    assert.deepEqual(second.history, first.history);
    assert.deepEqual(second.policy.parameters, first.policy.parameters);
    assert.ok(policy.parameters.every(x => x === 0));
    assert.ok(first.policy.parameters.some(x => x !== 0));
    assert.deepEqual(
      seen.map(record => record.iteration),
      [0, 1, 2, 3, 4],
    );
    const [{ episodeReturns, meanReturn, entropy, steps, gradientNorm }] = seen;
    assert.equal(episodeReturns.length, 4);
    assert.equal(meanReturn, episodeReturns.reduce((sum, x) => sum + x) / 4);
    assert.ok(Math.abs(entropy - Math.LN2) < 1e-12, 'the uniform policy');
    const batch = collectEpisodes(env, policy, { episodes: 4, rng: new Rng(3) });
    assert.equal(steps, batch.rewards.length);
    const gradient = reinforceGradient(batch, policy, { gamma: 0.99, discountState: false });
    assert.ok(Math.abs(gradientNorm - Math.hypot(...gradient)) < 1e-12);
    assert.ok(Math.abs(meanEntropy(batch, policy) - entropy) < 1e-15);
    const one = await reinforce({ ...settings, iterations: 1 });
    one.policy.parameters.forEach((x, k) => {
      assert.ok(Math.abs(x - 0.5 * gradient[k]) < 1e-15, 'theta + alpha g');
    });
  });

  test('takes an optimizer of the caller', async () => {
    let calls = 0;
    await reinforce({ ...settings, optimizer: { ascend: () => void calls++ } });
    assert.equal(calls, 5);
    await assert.rejects(reinforce({ ...settings, optimizer: 'adagrad' as 'sgd' }), /optimizer is "adagrad"/);
  });

  test('stops where a reward or a parameter is not finite, naming the iteration', async () => {
    let steps = 0;
    const breaking = new Env({
      ...env.model,
      transition(state, offset, action, actionOffset, rng, outcome) {
        env.model.transition(state, offset, action, actionOffset, rng, outcome);
        if (++steps > 60) outcome.reward = Number.NaN;
      },
    });
    await assert.rejects(
      reinforce({ ...settings, env: breaking }),
      /^TrainingError: reinforce stopped at iteration [1-4]: a reward of the environment is NaN/,
    );
    const exploding = {
      ascend: (theta: Float64Array) => void theta.fill(Infinity),
    };
    await assert.rejects(
      reinforce({ ...settings, optimizer: exploding }),
      /reinforce stopped at iteration 0: a parameter is Infinity/,
    );
  });

  test('bad options are named', async () => {
    await assert.rejects(reinforce({ ...settings, gamma: 1.01 }), /gamma is 1\.01/);
    await assert.rejects(reinforce({ ...settings, iterations: 0 }), /iterations is 0/);
    await assert.rejects(
      reinforce({ ...settings, episodesPerIteration: 1.5 }),
      /episodesPerIteration is 1\.5/,
    );
    await assert.rejects(reinforce({ ...settings, learningRate: Number.NaN }), /learningRate is NaN/);
    await assert.rejects(reinforce({ ...settings, env: pendulum() }), /Pendulum-v1 takes actions from a box/);
    await assert.rejects(
      reinforce({ ...settings, env: cartPole(), policy: softmaxTabular({ states: 4, actions: 3 }) }),
      /policy has 3 actions, but CartPole-v1 has 2/,
    );
  });
});
