/** normalizeObservations and normalizeRewards of the algorithms whose critic is a baseline, and of the cross-entropy method; PPO's are in ppo.test.ts. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  a2cTrustRegion,
  actorCritic,
  type Baseline,
  cem,
  collectEpisodes,
  frozenLake,
  gaussianLinear,
  mlp,
  mlpPolicy,
  networkBaseline,
  noBaseline,
  type Policy,
  Rng,
  softmaxTabular,
  type TrajectoryBatch,
  tabularEnv,
  vanillaPolicyGradient,
} from 'pglab';
import { noisyWalk } from './checkpointRun';

const near = (actual: number, expected: number, tolerance: number) =>
  assert.ok(
    Math.abs(actual - expected) <= tolerance * (1 + Math.abs(expected)),
    `${actual} is not ${expected}`,
  );

/** A critic that is 0 and keeps what it was shown. */
function watcher() {
  const shown: { rows: number[]; finals: number[]; targets: number[]; over: number[] }[] = [];
  const zero = noBaseline();
  let asked: TrajectoryBatch;
  const critic: Baseline = {
    predict(batch) {
      asked = batch;
      return zero.predict(batch);
    },
    predictFinal: zero.predictFinal,
    fit({ observations, finalObservations, terminated, truncated }, targets) {
      assert.deepEqual(observations, asked.observations, 'fitted to what it was asked about');
      const over = Array.from(terminated, (x, t) => x + truncated[t]);
      shown.push({
        rows: [...observations],
        finals: [...finalObservations],
        targets: Array.from(targets),
        over,
      });
    },
  };
  return { critic, shown };
}

const env = noisyWalk();
/** It acts alike whatever it reads: so a run meets the same states with and without a normalisation. */
const blind = () => gaussianLinear({ features: 2, actionSize: 1 });
const still = () => ({ env, policy: blind(), seed: 7, learningRate: 0 });
const actor = () => ({
  ...still(),
  copies: 3,
  stepsPerIteration: 20,
  totalSteps: 240,
  lambda: 0,
  gamma: 0.9,
});

const learners: Record<string, (critic: Baseline, more: object) => Promise<{ policy: Policy }>> = {
  actorCritic: (critic, more) => actorCritic({ ...actor(), critic, ...more }),
  a2cTrustRegion: (critic, more) => a2cTrustRegion({ ...actor(), critic, ...more }),
  vanillaPolicyGradient: (baseline, more) =>
    vanillaPolicyGradient({ ...still(), baseline, iterations: 4, ...more }),
};

/** Mean and variance of one of two numbers over rows. */
function momentsOf(rows: readonly number[], k: number) {
  if (rows.length === 0) return { mean: 0, variance: 1 };
  const column = rows.filter((_, i) => i % 2 === k);
  const mean = column.reduce((a, b) => a + b) / column.length;
  return { mean, variance: column.reduce((sum, o) => sum + (o - mean) ** 2, 0) / column.length };
}

/** Whether a policy reads what it is shown with the statistics of `rows`. */
function assertCarries(policy: Policy, rows: readonly number[]): void {
  policy.parameters.fill(0)[0] = 1; // the mean of the action is now the first number that the network reads
  const { mean, variance } = momentsOf(rows, 0);
  for (const o of [-1, 0.3, 2])
    near(policy.network.forward([o, 5])[0], (o - mean) / Math.sqrt(variance + 1e-8), 1e-6);
}

for (const [name, run] of Object.entries(learners))
  test(`${name}: policy and critic read observations by the statistics of the iterations before`, async () => {
    const [plain, normalized] = [watcher(), watcher()];
    await run(plain.critic, {});
    const { policy } = await run(normalized.critic, { normalizeObservations: true });
    assert.equal(plain.shown.length, 4);
    const before: number[] = [];
    for (const [i, { rows, finals, targets }] of plain.shown.entries()) {
      for (const [raw, read] of [
        [rows, normalized.shown[i].rows],
        [finals, normalized.shown[i].finals],
      ]) {
        assert.equal(read.length, raw.length);
        for (const [j, o] of raw.entries()) {
          const { mean, variance } = momentsOf(before, j % 2);
          const z = (o - mean) / Math.sqrt(variance + 1e-8);
          near(read[j], Math.max(-10, Math.min(10, z)), 1e-5);
        }
      }
      assert.deepEqual(normalized.shown[i].targets, targets, 'the same rewards');
      before.push(...rows);
    }
    assertCarries(policy, before);
  });

for (const name of ['actorCritic', 'a2cTrustRegion'])
  test(`${name}: rewards are divided by the deviation of the running return so far, and clipped`, async () => {
    const [plain, normalized] = [watcher(), watcher()];
    await learners[name](plain.critic, {});
    await learners[name](normalized.critic, { normalizeRewards: true });
    const running = [0, 0, 0];
    const returns: number[] = [];
    // With lambda = 0 and a critic that is 0, the target of a step is its reward.
    for (const [i, { targets: rewards, over }] of plain.shown.entries()) {
      for (const [row, reward] of rewards.entries()) {
        const copy = Math.floor(row / 20);
        running[copy] = 0.9 * running[copy] + reward;
        returns.push(running[copy]);
        if (over[row]) running[copy] = 0;
      }
      const mean = returns.reduce((a, b) => a + b) / returns.length;
      const variance = returns.reduce((sum, R) => sum + (R - mean) ** 2, 0) / returns.length;
      for (const [row, reward] of rewards.entries())
        near(normalized.shown[i].targets[row], Math.max(-10, reward / Math.sqrt(variance + 1e-8)), 1e-9);
    }
    assert.ok(plain.shown.some(({ over }) => over.includes(1)));
  });

test('a2cTrustRegion: the average policy reads what the policy does', async () => {
  const common = () => ({
    env,
    policy: mlpPolicy({ env, hidden: [8], seed: 1 }),
    critic: networkBaseline({ network: mlp({ inputs: 2, hidden: [8], outputs: 1, seed: 2 }) }),
    seed: 3,
    copies: 3,
    stepsPerIteration: 20,
    totalSteps: 300,
    learningRate: 0.02,
    normalizeObservations: true,
  });
  // With averageDecay 0 it is the policy itself: then k = 0, and nothing is held back however small the rate.
  const held = await a2cTrustRegion({ ...common(), averageDecay: 0, klRate: 0 });
  assert.ok(held.history.every(({ projectedFraction }) => projectedFraction === 0));
  assert.deepEqual(held.policy.parameters, (await actorCritic(common())).policy.parameters);
});

test('cem: all candidates of an iteration read with the same statistics, those of the iterations before', async () => {
  const policy = gaussianLinear({ features: 2, actionSize: 1, parameters: [0.5, -0.2, 0.1, 0.3] });
  // Without any deviation all candidates are the same policy, on the same start states.
  const result = await cem({
    env,
    policy,
    seed: 5,
    iterations: 3,
    populationSize: 4,
    std: 0,
    normalizeObservations: true,
  });
  for (const { returns } of result.history) assert.equal(new Set(returns).size, 1);

  const seen: number[] = [];
  const rng = new Rng(5);
  const actual = await cem({
    env,
    policy: blind(),
    seed: 5,
    iterations: 3,
    populationSize: 4,
    std: 0,
    normalizeObservations: true,
  });
  for (let iteration = 0; iteration < 3; iteration++) {
    for (let k = 0; k < 4 * blind().parameters.length; k++) rng.normal();
    const episodes = collectEpisodes(env, blind(), { episodes: 1, rng: rng.split(1)[0] });
    for (let i = 0; i < 4; i++) seen.push(...episodes.observations);
  }
  assertCarries(actual.policy, seen);
});

describe('where observations are states', () => {
  const lake = tabularEnv(frozenLake());
  const options = {
    env: lake,
    policy: softmaxTabular({ states: 16, actions: 4 }),
    normalizeObservations: true,
  };
  for (const [name, run] of Object.entries({
    actorCritic: () => actorCritic({ ...options, critic: noBaseline() }),
    a2cTrustRegion: () => a2cTrustRegion({ ...options, critic: noBaseline() }),
    vanillaPolicyGradient: () => vanillaPolicyGradient(options),
    cem: () => cem(options),
  }))
    test(`${name} refuses`, () =>
      assert.rejects(run(), {
        message: `normalizeObservations is true, but ${lake.id} shows the index of a state.`,
      }));
});
