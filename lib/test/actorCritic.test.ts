import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  actorCritic,
  bandit,
  cartPole,
  collectSteps,
  corridor,
  criticValues,
  Env,
  type EnvModel,
  evaluate,
  gaussianLinear,
  linearNetwork,
  mlp,
  mlpPolicy,
  type Network,
  networkBaseline,
  noBaseline,
  Rng,
  rewardToGo,
  scoreGradient,
  sgd,
  softmaxLinear,
  softmaxTabular,
  solvePolicy,
  tableNetwork,
  tabularEnv,
  trajectoryBatch,
  vectorEnv,
} from 'pglab';

/** One gradient step an iteration. */
const stepCritic = (network: Network, learningRate: number, standardize = false) =>
  networkBaseline({ network, learningRate, epochs: 1, minibatchSize: Infinity, standardize });

/** The identity environment over a box: o ~ U(-1, 1)^2, r = -|a - o|^2, one step an episode. */
function continuousIdentity(): Env {
  const box = { kind: 'box', low: [-1, -1], high: [1, 1] } as const;
  const model: EnvModel = {
    id: 'ContinuousIdentity',
    observationSpace: box,
    actionSpace: box,
    maxSteps: 1,
    stateNames: ['o_0', 'o_1'],
    initialState(rng, state, offset) {
      state[offset] = rng.uniform(-1, 1);
      state[offset + 1] = rng.uniform(-1, 1);
    },
    transition(state, offset, action, actionOffset, _rng, outcome) {
      outcome.reward =
        -((action[actionOffset] - state[offset]) ** 2) - (action[actionOffset + 1] - state[offset + 1]) ** 2;
      outcome.terminated = true;
    },
    observe(state, offset, observation, observationOffset) {
      observation[observationOffset] = state[offset];
      observation[observationOffset + 1] = state[offset + 1];
    },
  };
  return new Env(model);
}

describe('networkBaseline', () => {
  const batch = trajectoryBatch({
    observations: [0, 1, 2, 0, 1],
    actions: [0, 0, 0, 0, 0],
    rewards: [1, 2, 3, 4, 5],
    episodeStarts: [0, 3, 5],
    truncated: [0, 0, 0, 0, 1],
    finalObservations: [2, 2],
  });
  const returns = rewardToGo(batch.rewards, 1, batch.episodeStarts);

  test('fitted to the end, a table holds the mean return of each state', () => {
    for (const standardize of [false, true]) {
      const network = tableNetwork({ states: 3, outputs: 1 });
      const baseline = networkBaseline({ network, learningRate: 0.05, epochs: 2000, standardize });
      baseline.fit(batch, returns);
      const expected = [(6 + 9) / 2, (5 + 5) / 2, 3];
      baseline.predict(batch).forEach((b, t) => {
        assert.ok(Math.abs(b - expected[batch.observations[t]]) < 1e-6, `${b}`);
      });
      const [after0, after1] = baseline.predictFinal(batch);
      assert.equal(after0, 0, 'the first trajectory terminated');
      assert.ok(Math.abs(after1 - 3) < 1e-6);
      assert.deepEqual(criticValues(batch, baseline).finalValues, baseline.predictFinal(batch));
    }
  });

  test('one SGD step by hand: w <- w + alpha mean (G - V)', () => {
    const network = tableNetwork({ states: 3, outputs: 1, parameters: [1, 2, 3] });
    const baseline = networkBaseline({
      network,
      optimizer: sgd({ learningRate: 0.5 }),
      epochs: 1,
      minibatchSize: Infinity,
      standardize: false,
    });
    baseline.fit(batch, returns);
    const expected = [1 + 0.1 * (5 + 8), 2 + 0.1 * (3 + 3), 3];
    network.parameters.forEach((w, s) => {
      assert.ok(Math.abs(w - expected[s]) < 1e-12);
    });
  });

  test('minibatches see each step once an epoch, in an order that the seed decides', () => {
    const fitted = (seed: number) => {
      const network = linearNetwork({ features: 1, outputs: 1 });
      networkBaseline({ network, seed, minibatchSize: 2, epochs: 3, learningRate: 0.1 }).fit(batch, returns);
      return [...network.parameters];
    };
    assert.deepEqual(fitted(1), fitted(1));
    assert.notDeepEqual(fitted(1), fitted(2));
  });

  test('a network learns values far from 0 within a few epochs', () => {
    const rng = new Rng(1);
    const T = 2000;
    const observations = Float32Array.from({ length: 2 * T }, () => rng.uniform(-1, 1));
    const targets = Float64Array.from(
      { length: T },
      (_, t) => 400 + 100 * Math.sin(2 * observations[2 * t]) * observations[2 * t + 1],
    );
    const many = trajectoryBatch({
      observations,
      observationSize: 2,
      actions: new Int32Array(T),
      rewards: new Float64Array(T),
    });
    const baseline = networkBaseline({
      network: mlp({ inputs: 2, hidden: [32], outputs: 1, seed: 1 }),
      learningRate: 3e-3,
      epochs: 60,
    });
    baseline.fit(many, targets);
    const errors = baseline.predict(many).map((b, t) => (b - targets[t]) ** 2);
    const rmse = Math.sqrt(errors.reduce((x, y) => x + y) / T);
    assert.ok(rmse < 10, `root mean squared error ${rmse} of a spread of about 40`);
  });

  test('a gradient that is too long is shortened', () => {
    const moved = (maxGradientNorm?: number) => {
      const network = linearNetwork({ features: 1, outputs: 1 });
      const baseline = networkBaseline({
        network,
        optimizer: 'sgd',
        learningRate: 1,
        epochs: 1,
        minibatchSize: Infinity,
        standardize: false,
        maxGradientNorm,
      });
      baseline.fit(batch, returns);
      return Math.hypot(...network.parameters);
    };
    assert.ok(moved() > 1);
    assert.equal(moved(1e9), moved());
    assert.ok(Math.abs(moved(0.5) - 0.5) < 1e-12);
  });

  test('bad input is refused in one sentence', () => {
    const network = tableNetwork({ states: 3, outputs: 2 });
    assert.throws(() => networkBaseline({ network }), {
      message: 'network has 2 outputs, but a baseline needs one.',
    });
    assert.throws(
      () => networkBaseline({ network: null as never }),
      /network is null, but must be a network/,
    );
    const wide = networkBaseline({ network: mlp({ inputs: 4, outputs: 1, seed: 1 }) });
    assert.throws(() => wide.predict(batch), {
      message: 'network is made for observations of 4 numbers, but those of the batch have 1.',
    });
  });
});

describe('actorCritic', () => {
  const corridorEnv = tabularEnv(corridor({ length: 6 }), { maxSteps: 40 });

  test('its first update is the policy gradient of its first batch, with the critic in the place of the rest', async () => {
    const policy = softmaxTabular({
      states: 6,
      actions: 2,
      logits: Array.from({ length: 12 }, (_, k) => k / 10),
    });
    const { policy: trained } = await actorCritic({
      env: corridorEnv,
      policy,
      critic: noBaseline(),
      seed: 3,
      totalSteps: 32,
      copies: 4,
      stepsPerIteration: 8,
      gamma: 0.9,
      optimizer: sgd({ learningRate: 1 }),
      maxGradientNorm: Infinity,
    });
    const [envRng, policyRng] = new Rng(3).split(2);
    const envs = vectorEnv(corridorEnv, 4);
    envs.reset(envRng);
    const batch = collectSteps(envs, policy, { steps: 8, rng: policyRng });
    const G = rewardToGo(batch.rewards, 0.9, batch.episodeStarts);
    // scoreGradient divides by the trajectories, actor-critic by the steps.
    const m = batch.episodeStarts.length - 1;
    const g = scoreGradient(
      batch,
      policy,
      G.map(x => (x * m) / 32),
    );
    trained.parameters.forEach((theta, k) => {
      assert.ok(Math.abs(theta - policy.parameters[k] - g[k]) < 1e-12);
    });
  });

  test('the critic of a policy that stands still becomes its V', async () => {
    const mdp = corridor({ length: 6 });
    const env = tabularEnv(mdp, { maxSteps: 200 });
    const table = tableNetwork({ states: 6, outputs: 1 });
    const policy = softmaxTabular({ states: 6, actions: 2 });
    const { policy: same } = await actorCritic({
      env,
      policy,
      critic: networkBaseline({
        network: table,
        optimizer: sgd({ learningRate: 0.1 }),
        epochs: 1,
        minibatchSize: Infinity,
        standardize: false,
      }),
      seed: 1,
      totalSteps: 300_000,
      stepsPerIteration: 4,
      gamma: 0.9,
      lambda: 0.5,
      learningRate: 0,
    });
    assert.deepEqual(same.parameters, policy.parameters);
    const { V } = solvePolicy(mdp, policy, { gamma: 0.9 });
    for (let s = 0; s < 5; s++)
      assert.ok(Math.abs(table.parameters[s] - V[s]) < 0.03, `${table.parameters[s]} is not ${V[s]}`);
  });

  test('records each iteration, leaves the policy as it was, and repeats itself', async () => {
    const policy = softmaxTabular({ states: 6, actions: 2 });
    const run = async () => {
      const seen: number[] = [];
      const result = await actorCritic({
        env: corridorEnv,
        policy,
        critic: stepCritic(tableNetwork({ states: 6, outputs: 1 }), 0.1),
        seed: 2,
        totalSteps: 1000,
        onIteration: ({ iteration }) => void seen.push(iteration),
      });
      return { ...result, seen };
    };
    const [first, second] = [await run(), await run()];
    assert.deepEqual(first.history, second.history);
    assert.deepEqual(first.policy.parameters, second.policy.parameters);
    assert.ok(policy.parameters.every(x => x === 0));
    assert.equal(first.history.length, 8, '1000 steps are 8 iterations of 8 x 16');
    assert.deepEqual(first.seen, [0, 1, 2, 3, 4, 5, 6, 7]);
    assert.equal(first.history.at(-1)!.steps, 1024);
  });

  test("the critic's learning rate may follow a schedule, or be stated here", async () => {
    const run = async (learningRate: number, criticLearningRate?: number | ((left: number) => number)) => {
      const network = tableNetwork({ states: 6, outputs: 1 });
      const rates: (number | undefined)[] = [];
      const critic = networkBaseline({ network, learningRate });
      await actorCritic({
        env: corridorEnv,
        policy: softmaxTabular({ states: 6, actions: 2 }),
        critic,
        totalSteps: 4 * 128,
        criticLearningRate,
        onIteration: () => void rates.push(critic.learningRate),
      });
      return { values: [...network.parameters], rates };
    };
    const plain = await run(0.02);
    assert.deepEqual(await run(1, 0.02), plain);
    assert.deepEqual(plain.rates, [0.02, 0.02, 0.02, 0.02]);
    const { rates, values } = await run(1, left => 0.02 * left);
    assert.deepEqual(rates, [0.02, 0.015, 0.01, 0.005]);
    assert.notDeepEqual(values, plain.values);
    await assert.rejects(
      actorCritic({
        env: corridorEnv,
        policy: softmaxTabular({ states: 6, actions: 2 }),
        critic: noBaseline(),
        criticLearningRate: 0.1,
      }),
      {
        message:
          'criticLearningRate is given, but the critic is one without a learningRate that could be changed.',
      },
    );
  });

  test('learns the identity of 4 states with a table: at least 0.98 of 1', async () => {
    const env = bandit({
      means: [0, 1, 2, 3].map(c => [0, 1, 2, 3].map(a => (a === c ? 1 : 0))),
      standardDeviation: 0,
    });
    const { policy } = await actorCritic({
      env,
      policy: softmaxTabular({ states: 4, actions: 4 }),
      critic: stepCritic(tableNetwork({ states: 4, outputs: 1 }), 0.05),
      seed: 1,
      totalSteps: 40_000,
      learningRate: 0.05,
    });
    const { mean } = evaluate(policy, env, { episodes: 2000 });
    assert.ok(mean >= 0.98, `${mean}`);
  });

  test('learns the identity of a box, linear and with a network: at least -0.05', async () => {
    const env = continuousIdentity();
    for (const policy of [
      gaussianLinear({ features: 2, actionSize: 2, std: 0.5 }),
      mlpPolicy({ env, hidden: [32], seed: 1, std: 0.5 }),
    ]) {
      const { policy: trained } = await actorCritic({
        env,
        policy,
        critic: stepCritic(linearNetwork({ features: 2, outputs: 1 }), 0.05),
        seed: 1,
        totalSteps: 100_000,
        copies: 64,
        stepsPerIteration: 1,
        learningRate: 0.01,
      });
      const { mean } = evaluate(trained, env, { episodes: 2000, deterministic: true });
      assert.ok(mean >= -0.05, `${mean}`);
    }
  });

  test('learns CartPole with linear functions: at least 475', async () => {
    const env = cartPole();
    const { policy } = await actorCritic({
      env,
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
    const { mean } = evaluate(policy, env);
    assert.ok(mean >= 475, `${mean}`);
  });

  test('learns CartPole with networks: at least 450', async () => {
    const env = cartPole();
    const { policy } = await actorCritic({
      env,
      policy: mlpPolicy({ env, seed: 1 }),
      critic: networkBaseline({
        network: mlp({ inputs: 4, outputs: 1, seed: 2 }),
        learningRate: 3e-3,
        epochs: 2,
      }),
      seed: 1,
      totalSteps: 100_000,
      stepsPerIteration: 32,
      lambda: 0.95,
      learningRate: 3e-3,
    });
    const { mean } = evaluate(policy, env);
    assert.ok(mean >= 450, `${mean}`);
  });

  test('bad options are refused in one sentence', async () => {
    const settings = {
      env: cartPole(),
      policy: softmaxLinear({ features: 4, actions: 2 }),
      critic: noBaseline(),
    };
    await assert.rejects(actorCritic({ ...settings, critic: undefined as never }), {
      message: 'critic is undefined, but must be a baseline, e.g. networkBaseline(...).',
    });
    await assert.rejects(actorCritic({ ...settings, lambda: 1.5 }), /lambda is 1.5, but must be/);
    await assert.rejects(actorCritic({ ...settings, totalSteps: 0 }), /totalSteps is 0, but must be/);
    await assert.rejects(actorCritic({ ...settings, copies: 0 }), /n is 0|copies is 0/);
  });
});
