import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  cartPole,
  collectEpisodes,
  collectSteps,
  corridor,
  evaluate,
  frozenLake,
  gaussianLinear,
  linearBaseline,
  noBaseline,
  pendulum,
  Rng,
  reinforce,
  softmaxLinear,
  softmaxTabular,
  stateBaseline,
  tabularEnv,
  vanillaPolicyGradient,
  vectorEnv,
} from 'pglab';

describe('collecting side by side', () => {
  const env = cartPole();
  const policy = softmaxLinear({ features: 4, actions: 2, parameters: [1, 0, 2, 1, 0.1, -1, 0, -2, -1, 0] });

  test('one copy is what it was: the episodes of one environment in turn', () => {
    const one = collectEpisodes(env, policy, { episodes: 5, rng: new Rng(3) });
    const explicit = collectEpisodes(env, policy, { episodes: 5, rng: new Rng(3), copies: 1 });
    assert.deepEqual(explicit, one);
  });

  for (const copies of [2, 3, 5, 8])
    test(`${copies} copies: five whole episodes, each a run of its environment's rules`, () => {
      const batch = collectEpisodes(env, policy, { episodes: 5, rng: new Rng(3), copies });
      assert.equal(batch.episodeStarts.length, 6);
      assert.equal(batch.finalObservations.length, 20);
      for (let i = 0; i < 5; i++) {
        const [start, end] = [batch.episodeStarts[i], batch.episodeStarts[i + 1]];
        for (let t = start; t < end; t++) {
          const over = batch.terminated[t] + batch.truncated[t];
          assert.equal(over, t === end - 1 ? 1 : 0);
          const here = batch.observations.subarray(t * 4, t * 4 + 4);
          assert.equal(batch.logProbs[t], policy.logProb(here, 0, batch.actions[t]));
          // x moves by 0.02 s times the velocity: consecutive rows belong to one episode.
          const next = t < end - 1 ? batch.observations[t * 4 + 4] : batch.finalObservations[i * 4];
          assert.ok(Math.abs(next - here[0] - 0.02 * here[1]) < 1e-6);
        }
      }
    });

  test('short episodes are not preferred: mean length with copies is that without', () => {
    const steps = (copies: number) =>
      Array.from(
        { length: 40 },
        (_, k) =>
          collectEpisodes(env, softmaxLinear({ features: 4, actions: 2 }), {
            episodes: 25,
            rng: new Rng(1000 + k),
            copies,
          }).rewards.length / 25,
      );
    const mean = (x: number[]) => x.reduce((a, b) => a + b) / x.length;
    const [alone, together] = [steps(1), steps(25)];
    const se = (x: number[]) =>
      Math.sqrt(x.reduce((sum, v) => sum + (v - mean(x)) ** 2, 0) / (x.length - 1) / x.length);
    assert.ok(Math.abs(mean(alone) - mean(together)) < 3 * Math.hypot(se(alone), se(together)));
  });

  test('continuous actions are kept in float32, with the log-density of what was kept', () => {
    const task = pendulum();
    const gaussian = gaussianLinear({ features: 3, actionSize: 1, std: 0.5 });
    const envs = vectorEnv(task, 4);
    envs.reset(new Rng(1));
    const batch = collectSteps(envs, gaussian, { steps: 250, rng: new Rng(2) });
    assert.ok(batch.actions instanceof Float32Array);
    assert.equal(batch.actions.length, 1000);
    assert.equal(batch.finishedReturns.length, 4, 'one episode of 200 steps each');
    const sum = (a: number, b: number) => batch.rewards.subarray(a, b).reduce((x, y) => x + y, 0);
    batch.finishedReturns.forEach((value, i) => {
      assert.ok(Math.abs(value - sum(i * 250, i * 250 + 200)) < 1e-9);
    });
    for (const t of [0, 17, 999])
      assert.equal(
        batch.logProbs[t],
        gaussian.logProb(batch.observations, t * 3, batch.actions.subarray(t, t + 1)),
      );
    const squares = batch.actions.reduce((x, a) => x + a * a, 0) / 1000;
    assert.ok(Math.abs(squares - 0.25) < 0.05, `${squares} is not the variance 0.25`);
  });

  test('steps in place of episodes: as many whole episodes as it takes', () => {
    for (const steps of [1, 40, 41, 200]) {
      const batch = collectEpisodes(env, policy, { steps, rng: new Rng(3) });
      const episodes = batch.episodeStarts.length - 1;
      assert.deepEqual(batch, collectEpisodes(env, policy, { episodes, rng: new Rng(3) }));
      assert.ok(batch.rewards.length >= steps && batch.episodeStarts[episodes - 1] < steps);
    }
  });

  test('steps on 3 copies: each runs until it has its share, and ends its episode', () => {
    const batch = collectEpisodes(env, policy, { steps: 301, rng: new Rng(3), copies: 3 });
    let [copy, start] = [0, 0];
    for (const [i, end] of [...batch.episodeStarts].slice(1).entries()) {
      assert.equal(batch.terminated[end - 1] + batch.truncated[end - 1], 1, `episode ${i} is whole`);
      if (end - start < [101, 100, 100][copy]) continue;
      [copy, start] = [copy + 1, end];
    }
    assert.deepEqual([copy, start], [3, batch.rewards.length]);
    assert.throws(() => collectEpisodes(env, policy, { steps: 1, episodes: 1, rng: new Rng(3) }), {
      message: 'episodes and steps are both given, but one takes the place of the other: leave one out.',
    });
    assert.throws(() => collectEpisodes(env, policy, { steps: 0, rng: new Rng(3) }), /steps is 0/);
    assert.throws(() => collectEpisodes(env, policy, { rng: new Rng(3) }), /episodes is undefined/);
  });

  test('a policy of the wrong kind is refused', () => {
    const rng = new Rng(1);
    const gaussian = gaussianLinear({ features: 4, actionSize: 1 });
    assert.throws(() => collectEpisodes(env, gaussian, { episodes: 1, rng }), {
      message: 'policy draws actions from a Gaussian, but CartPole-v1 takes one of 2 actions.',
    });
    assert.throws(() => collectEpisodes(pendulum(), policy, { episodes: 1, rng }), {
      message: 'policy chooses among 2 actions, but Pendulum-v1 takes actions from a box.',
    });
    const wide = gaussianLinear({ features: 3, actionSize: 2 });
    assert.throws(() => collectEpisodes(pendulum(), wide, { episodes: 1, rng }), {
      message: 'policy draws actions of 2 numbers, but those of Pendulum-v1 have 1.',
    });
    assert.throws(() => collectEpisodes(env, policy, { episodes: 1, rng, copies: 0 }), {
      message: 'copies is 0, but must be a whole number of at least 1.',
    });
  });
});

describe('vanillaPolicyGradient', () => {
  const env = tabularEnv(corridor({ length: 6 }), { maxSteps: 40 });
  const settings = {
    env,
    policy: softmaxTabular({ states: 6, actions: 2 }),
    seed: 4,
    iterations: 6,
    episodesPerIteration: 7,
    gamma: 0.95,
    learningRate: 0.1,
  };

  test('without a baseline, one copy at a time, it is REINFORCE', async () => {
    const ours = await vanillaPolicyGradient({ ...settings, copies: 1, baseline: noBaseline() });
    const theirs = await reinforce({ ...settings, optimizer: 'adam' });
    assert.deepEqual(ours.policy.parameters, theirs.policy.parameters);
    assert.deepEqual(
      ours.history.map(record => record.meanReturn),
      theirs.history.map(record => record.meanReturn),
    );
  });

  test('records each iteration, leaves the policy as it was, and repeats itself', async () => {
    const run = async () => {
      const seen: number[] = [];
      const result = await vanillaPolicyGradient({
        ...settings,
        baseline: stateBaseline({ states: 6 }),
        onIteration: record => void seen.push(record.iteration),
      });
      return { ...result, seen };
    };
    const [first, second] = [await run(), await run()];
    assert.deepEqual(first.seen, [0, 1, 2, 3, 4, 5]);
    assert.deepEqual(first.history, second.history);
    assert.deepEqual(first.policy.parameters, second.policy.parameters);
    assert.ok(settings.policy.parameters.every(x => x === 0));
    const { history } = first;
    assert.ok(history.every(({ kl, entropy, gradientNorm }) => kl > 0 && entropy > 0 && gradientNorm > 0));
    assert.equal(history[0].explainedVariance, 0, 'an unfitted baseline is 0 everywhere');
    assert.ok(history[5].explainedVariance > 0.2);
  });

  test('stepsPerIteration and totalSteps: whole episodes, whole iterations, and schedules by the steps', async () => {
    const lefts: number[] = [];
    const run = () =>
      vanillaPolicyGradient({
        env,
        policy: settings.policy,
        seed: 4,
        stepsPerIteration: 100,
        totalSteps: 1000,
        learningRate: left => {
          lefts.push(left);
          return 0.1 * left;
        },
      });
    const { history, policy } = await run();
    const batch = collectEpisodes(env, settings.policy, { steps: 100, rng: new Rng(4) });
    assert.equal(history[0].steps, batch.rewards.length);
    assert.equal(history[0].episodeReturns.length, batch.episodeStarts.length - 1);
    history.forEach(({ steps }, i) => {
      const more = steps - (history[i - 1]?.steps ?? 0);
      assert.ok(more >= 100 && more < 140, `${more}`);
    });
    assert.ok(history.at(-1)!.steps >= 1000 && history.at(-2)!.steps < 1000);
    assert.deepEqual(
      lefts.slice(-history.length),
      history.map((_, i) => 1 - (history[i - 1]?.steps ?? 0) / 1000),
    );
    assert.deepEqual((await run()).policy.parameters, policy.parameters);
    const { episodesPerIteration, ...rest } = settings;
    await assert.rejects(vanillaPolicyGradient({ ...settings, stepsPerIteration: 10 }), {
      message:
        'episodesPerIteration and stepsPerIteration are both given, but one takes the place of the other: leave one out.',
    });
    await assert.rejects(vanillaPolicyGradient({ ...rest, totalSteps: 10 }), {
      message:
        'iterations and totalSteps are both given, but one takes the place of the other: leave one out.',
    });
    await assert.rejects(vanillaPolicyGradient({ ...rest, stepsPerIteration: 0 }), /stepsPerIteration is 0/);
  });

  test('a baseline is fitted after it was used: it cannot have seen the actions that it judges', async () => {
    const order: string[] = [];
    const inner = stateBaseline({ states: 6 });
    await vanillaPolicyGradient({
      ...settings,
      iterations: 2,
      baseline: {
        fit: (batch, returns) => {
          order.push('fit');
          inner.fit(batch, returns);
        },
        predict: batch => {
          order.push('predict');
          return inner.predict(batch);
        },
        predictFinal: batch => inner.predictFinal(batch),
      },
    });
    assert.deepEqual(order, ['predict', 'fit', 'predict', 'fit']);
  });

  test('learns FrozenLake without slipping with a table: at least 0.95', async () => {
    const lake = tabularEnv(frozenLake({ slippery: false }));
    const { policy } = await vanillaPolicyGradient({
      env: lake,
      policy: softmaxTabular({ states: 16, actions: 4 }),
      baseline: stateBaseline({ states: 16 }),
      seed: 1,
      iterations: 100,
      episodesPerIteration: 20,
      gamma: 0.95,
      learningRate: 0.1,
    });
    const { mean } = evaluate(policy, lake, { episodes: 1000 });
    assert.ok(mean >= 0.95, `${mean}`);
  });

  for (const normalize of [false, true])
    test(`learns CartPole with a linear policy and baseline, normalize ${normalize}: at least 475`, async () => {
      const { policy } = await vanillaPolicyGradient({
        env: cartPole(),
        policy: softmaxLinear({ features: 4, actions: 2, featureScale: [1, 1, 5, 1] }),
        baseline: linearBaseline({
          features: 9,
          featureMap: (o, at, x) => {
            for (let k = 0; k < 4; k++) {
              x[k] = o[at + k];
              x[k + 4] = o[at + k] ** 2;
            }
            x[8] = o[at] * o[at + 1];
          },
        }),
        seed: 1,
        iterations: 60,
        episodesPerIteration: 20,
        gamma: 1,
        learningRate: 0.05,
        normalize,
      });
      const { mean } = evaluate(policy, cartPole());
      assert.ok(mean >= 475, `${mean}`);
    });

  test('a reward that is no number stops it, and names the iteration', async () => {
    let calls = 0;
    const env = tabularEnv(corridor({ length: 6 }), { maxSteps: 40 });
    const { transition } = env.model;
    Object.defineProperty(env.model, 'transition', {
      value: (...args: Parameters<typeof transition>) => {
        transition.apply(env.model, args);
        if (++calls > 300) args[5].reward = Number.NaN;
      },
    });
    await assert.rejects(
      vanillaPolicyGradient({ ...settings, env, iterations: 50 }),
      /vanillaPolicyGradient stopped at iteration \d+: a reward of the environment is NaN/,
    );
  });

  test('bad options are refused in one sentence', async () => {
    await assert.rejects(vanillaPolicyGradient({ ...settings, iterations: 0 }), {
      message: 'iterations is 0, but must be a whole number of at least 1.',
    });
    await assert.rejects(vanillaPolicyGradient({ ...settings, gamma: 2 }), /gamma is 2/);
    await assert.rejects(
      vanillaPolicyGradient({ ...settings, optimizer: 'adagrad' as never }),
      /optimizer is "adagrad", but must be 'sgd', 'rmsprop', 'adam' or an optimizer/,
    );
  });
});
