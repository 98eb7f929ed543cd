import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  discountByTime,
  discountedReturn,
  perTrajectoryGradients,
  Rng,
  reinforceGradient,
  rewardToGo,
  scoreGradient,
  scoreOf,
  scoreWeights,
  softmaxLinear,
  softmaxTabular,
  trajectoryBatch,
} from 'pglab';

const near = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-12) => {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++)
    assert.ok(Math.abs(actual[i] - expected[i]) <= tolerance, `[${i}] ${actual[i]} is not ${expected[i]}`);
};

test('returns of a trajectory worked by hand', () => {
  assert.equal(discountedReturn([1, 2, 4], 0.5), 1 + 0.5 * 2 + 0.25 * 4);
  assert.equal(discountedReturn([], 0.5), 0);
  near(rewardToGo([1, 2, 4], 0.5), [3, 4, 4]);
  near(rewardToGo([1, 2, 4], 1), [7, 6, 4]);
  near(rewardToGo([1, 2, 4], 0), [1, 2, 4]);
  near(rewardToGo([1, 2, 4, 8, 16], 0.5, [0, 2, 5]), [2, 2, 12, 16, 16]);
  assert.equal(rewardToGo([], 1).length, 0);
});

test('reward-to-go can be written over the rewards', () => {
  const rewards = Float64Array.of(1, 2, 4);
  assert.equal(rewardToGo(rewards, 0.5, [0, 3], rewards), rewards);
  near(rewards, [3, 4, 4]);
});

test('reward-to-go obeys its recurrence within each trajectory, and starts with the discounted return', () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(lengths, fc.double({ min: 0, max: 1, noNaN: true }), fc.integer(), (sizes, gamma, seed) => {
      const rng = new Rng(seed);
      const starts = [0];
      for (const size of sizes) starts.push(starts[starts.length - 1] + size);
      const rewards = Array.from({ length: starts[sizes.length] }, () => rng.normal());
      const g = rewardToGo(rewards, gamma, starts);
      for (let i = 0; i < sizes.length; i++) {
        near([g[starts[i]]], [discountedReturn(rewards.slice(starts[i], starts[i + 1]), gamma)]);
        for (let t = starts[i]; t < starts[i + 1]; t++)
          near([g[t]], [rewards[t] + (t + 1 < starts[i + 1] ? gamma * g[t + 1] : 0)]);
      }
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('weights times gamma^t, from the start of each trajectory', () => {
  const weights = Float64Array.of(1, 2, 4, 8, 16);
  near(discountByTime(weights, 0.5), [1, 1, 1, 1, 1], 0);
  near(discountByTime(weights, 0.5, [0, 2, 5]), [1, 1, 4, 4, 4], 0);
  near(discountByTime(weights, 0, [0, 2, 5]), [1, 0, 4, 0, 0], 0);
  assert.deepEqual(discountByTime(weights, 1), weights);
  assert.equal(discountByTime([], 0.5).length, 0);
  assert.equal(discountByTime(weights, 0.5, [0, 5], weights), weights);
  near(weights, [1, 1, 1, 1, 1], 0);
  assert.throws(() => discountByTime([NaN], 1), /weights\[0\] is NaN/);
  assert.throws(() => discountByTime([1], 1.5), /gamma is 1\.5/);
  assert.throws(() => discountByTime([1, 2], 1, [0, 1]), /episodeStarts is \[0, 1\]/);
  assert.throws(() => discountByTime([1], 1, [0, 1], new Float64Array(2)), /out has length 2/);
});

test('bad input is named', () => {
  assert.throws(() => rewardToGo([1, Number.NaN], 1), /rewards\[1\] is NaN/);
  assert.throws(() => rewardToGo([1], 1.5), /gamma is 1\.5/);
  assert.throws(
    () => rewardToGo([1, 2], 1, [0, 1]),
    /episodeStarts is \[0, 1\], but must begin with 0 and end with 2/,
  );
  assert.throws(
    () => rewardToGo([1, 2], 1, [0, 2, 2]),
    /episodeStarts is \[0, 2, 2\], but must hold whole numbers/,
  );
  assert.throws(() => rewardToGo([1, 2], 1, [0, 2], new Float64Array(3)), /out has length 3/);
  assert.throws(() => discountedReturn(undefined as never, 1), /rewards is undefined/);
});

const batch = trajectoryBatch({
  observations: [0, 1, 1, 0, 1],
  actions: [0, 1, 0, 1, 1],
  rewards: [1, 2, 4, 8, 16],
  episodeStarts: [0, 2, 5],
});

test('the weights of REINFORCE worked by hand', () => {
  near(scoreWeights(batch, { gamma: 0.5, form: 'total-return' }), [2, 2, 12, 12, 12]);
  near(scoreWeights(batch, { gamma: 0.5 }), [2, 0.5 * 2, 12, 0.5 * 16, 0.25 * 16]);
  near(scoreWeights(batch, { gamma: 0.5, discountState: false }), [2, 2, 12, 16, 16]);
  near(scoreWeights(batch, { gamma: 1 }), scoreWeights(batch, { gamma: 1, discountState: false }));
  assert.throws(() => scoreWeights(batch, { gamma: 2 }), /gamma is 2/);
  assert.throws(() => scoreWeights(batch, { gamma: 1, form: 'q' as never }), /form is "q"/);
});

test('the score gradient is the mean over trajectories of weighted scores', () => {
  const policy = softmaxTabular({ states: 2, actions: 2, logits: [0.3, -0.2, 1, 0] });
  const weights = [1, -2, 3, 0.5, 0];
  const expected = new Float64Array(4);
  weights.forEach((w, t) => {
    scoreOf(policy, [batch.observations[t]], batch.actions[t]).forEach((x, k) => {
      expected[k] += (w * x) / 2;
    });
  });
  near(scoreGradient(batch, policy, weights), expected);
  const rows = perTrajectoryGradients(batch, policy, weights);
  near(
    rows[0].map((x, k) => (x + rows[1][k]) / 2),
    expected,
  );
  near(
    reinforceGradient(batch, policy, { gamma: 0.9 }),
    scoreGradient(batch, policy, scoreWeights(batch, { gamma: 0.9 })),
    0,
  );
  assert.throws(() => scoreGradient(batch, policy, [1]), /weights has length 1, but must have length 5/);
});

test('the score gradient is the derivative of the surrogate 1/m sum w log pi', () => {
  const rng = new Rng(5);
  const policy = softmaxLinear({
    features: 2,
    actions: 3,
    parameters: Array.from({ length: 9 }, () => rng.normal()),
  });
  const observed = trajectoryBatch({
    observationSize: 2,
    observations: Array.from({ length: 10 }, () => rng.normal()),
    actions: [0, 1, 2, 1, 0],
    rewards: [1, 2, 4, 8, 16],
    episodeStarts: [0, 3, 5],
  });
  const weights = scoreWeights(observed, { gamma: 0.9 });
  const surrogate = () =>
    weights.reduce(
      (sum, w, t) => sum + w * policy.logProb(observed.observations, 2 * t, observed.actions[t]),
      0,
    ) / 2;
  const gradient = scoreGradient(observed, policy, weights);
  const h = 1e-5;
  for (let k = 0; k < 9; k++) {
    const theta = policy.parameters[k];
    policy.parameters[k] = theta + h;
    const up = surrogate();
    policy.parameters[k] = theta - h;
    const down = surrogate();
    policy.parameters[k] = theta;
    assert.ok(Math.abs((up - down) / (2 * h) - gradient[k]) < 1e-7, `component ${k}`);
  }
});
