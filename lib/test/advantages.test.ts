import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  cartPole,
  collectSteps,
  criticValues,
  generalizedAdvantages,
  linearBaseline,
  normalizeAdvantages,
  nStepAdvantages,
  Rng,
  rewardToGo,
  softmaxLinear,
  type TrajectoryBatch,
  tdErrors,
  trajectoryBatch,
  trajectoryCount,
  valueTargets,
  vectorEnv,
} from 'pglab';

const near = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-12) => {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++)
    assert.ok(Math.abs(actual[i] - expected[i]) <= tolerance, `[${i}] ${actual[i]} is not ${expected[i]}`);
};

// Three trajectories: terminated after 3 steps, truncated after 2, and cut by the end of the batch after 1.
const batch = trajectoryBatch({
  observations: [0, 0, 0, 0, 0, 0],
  actions: [0, 0, 0, 0, 0, 0],
  rewards: [1, 2, 4, 8, 16, 32],
  episodeStarts: [0, 3, 5, 6],
  terminated: [0, 0, 1, 0, 0, 0],
  truncated: [0, 0, 0, 0, 1, 0],
});
// The first of finalValues belongs to a trajectory that terminated: it must not matter.
const critic = { values: [10, 20, 30, 40, 50, 60], finalValues: [1000, 70, 80], gamma: 0.5 };

test('a batch by hand: termination, truncation and the end of the batch', () => {
  const delta = [1 + 10 - 10, 2 + 15 - 20, 4 - 30, 8 + 25 - 40, 16 + 35 - 50, 32 + 40 - 60];
  near(tdErrors(batch, critic), delta, 0);
  near(nStepAdvantages(batch, { ...critic, n: 1 }), delta, 0);
  // r_t + r_{t+1} / 2 + V(s_{t+2}) / 4 - V(s_t), shorter where the trajectory is
  const two = [1 + 1 + 7.5 - 10, 2 + 2 - 20, 4 - 30, 8 + 8 + 17.5 - 40, 16 + 35 - 50, 32 + 40 - 60];
  near(nStepAdvantages(batch, { ...critic, n: 2 }), two);
  const all = [1 + 1 + 1 - 10, 2 + 2 - 20, 4 - 30, 8 + 8 + 17.5 - 40, 16 + 35 - 50, 32 + 40 - 60];
  for (const n of [3, 4, 1000, Infinity]) near(nStepAdvantages(batch, { ...critic, n }), all);
  near(generalizedAdvantages(batch, { ...critic, lambda: 0 }), delta, 0);
  near(generalizedAdvantages(batch, { ...critic, lambda: 1 }), all);
  // gamma lambda = 1/4
  const gae = generalizedAdvantages(batch, { ...critic, lambda: 0.5 });
  near(gae, [
    delta[0] + delta[1] / 4 + delta[2] / 16,
    delta[1] + delta[2] / 4,
    delta[2],
    delta[3] + delta[4] / 4,
    delta[4],
    delta[5],
  ]);
  near(
    valueTargets(gae, critic.values),
    gae.map((a, t) => a + critic.values[t]),
    0,
  );
});

/** Random trajectories that end in all three ways, and a random critic. */
function randomCase(seed: number) {
  const rng = new Rng(seed);
  const count = 1 + rng.integer(0, 5);
  const starts = [0];
  for (let i = 0; i < count; i++) starts.push(starts[i] + 1 + rng.integer(0, 9));
  const T = starts[count];
  const draw = (length: number) => Float64Array.from({ length }, () => rng.normal());
  const terminated = new Uint8Array(T);
  const truncated = new Uint8Array(T);
  for (let i = 1; i <= count; i++) {
    const how = rng.integer(0, 3);
    if (how === 0) terminated[starts[i] - 1] = 1;
    if (how === 1) truncated[starts[i] - 1] = 1;
  }
  const random = trajectoryBatch({
    observations: new Float64Array(T),
    actions: new Float64Array(T),
    rewards: draw(T),
    episodeStarts: starts,
    terminated,
    truncated,
  });
  return {
    random,
    values: draw(T),
    finalValues: draw(count),
    gamma: seed % 4 === 0 ? 1 : rng.uniform(),
    lambda: rng.uniform(),
  };
}

/** A_t^(n) as the lecture writes it: rewards, then the value n steps on or where the trajectory ends. */
function byDefinition(
  b: TrajectoryBatch,
  { values, finalValues, gamma, n }: Omit<ReturnType<typeof randomCase>, 'random' | 'lambda'> & { n: number },
) {
  return values.map((value, t) => {
    const i = b.episodeStarts.findIndex(start => start > t) - 1;
    const end = b.episodeStarts[i + 1];
    let sum = 0;
    let k = 0;
    for (; k < n && t + k < end; k++) sum += gamma ** k * b.rewards[t + k];
    const following = t + k < end ? values[t + k] : b.terminated[end - 1] ? 0 : finalValues[i];
    return sum + gamma ** k * following - value;
  });
}

test('n-step advantages are those of the definition; GAE is their exponential blend', () => {
  fc.assert(
    fc.property(fc.nat(1e6), seed => {
      const { random, lambda, ...c } = randomCase(seed);
      const { values, gamma, finalValues } = c;
      const untouched = [values.slice(), random.rewards.slice()];
      for (const n of [1, 2, 3, 4, 7, 20, Infinity])
        near(nStepAdvantages(random, { ...c, n }), byDefinition(random, { ...c, n }));
      near(generalizedAdvantages(random, { ...c, lambda: 0 }), tdErrors(random, c));
      near(generalizedAdvantages(random, { ...c, lambda: 1 }), byDefinition(random, { ...c, n: Infinity }));

      // (1 - lambda) sum_n lambda^{n-1} A^(n); from n = 10 on all A^(n) are A^(inf), their weights sum to lambda^9.
      const blend = new Float64Array(values.length);
      for (let n = 1; n < 10; n++)
        nStepAdvantages(random, { ...c, n }).forEach((a, t) => {
          blend[t] += (1 - lambda) * lambda ** (n - 1) * a;
        });
      nStepAdvantages(random, { ...c, n: Infinity }).forEach((a, t) => {
        blend[t] += lambda ** 9 * a;
      });
      near(generalizedAdvantages(random, { ...c, lambda }), blend);

      // Monte Carlo minus V: with what the critic expects after a cut added to the last reward.
      const rewards = random.rewards.map((r, t) => {
        const i = random.episodeStarts.indexOf(t + 1) - 1;
        return i >= 0 && !random.terminated[t] ? r + gamma * finalValues[i] : r;
      });
      const returns = rewardToGo(rewards, gamma, random.episodeStarts);
      const advantages = generalizedAdvantages(random, { ...c, lambda: 1 });
      near(
        advantages,
        returns.map((g, t) => g - values[t]),
      );
      near(valueTargets(advantages, values), returns);
      assert.deepEqual([values, random.rewards], untouched);
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('in long trajectories nothing is lost to rounding, and arrays can be used again', () => {
  const rng = new Rng(3);
  const T = 20_000;
  const draw = () => Float64Array.from({ length: T }, () => rng.normal());
  const long = trajectoryBatch({ observations: draw(), actions: new Uint8Array(T), rewards: draw() });
  const values = draw();
  const out = new Float64Array(T);
  for (const n of [2, 1000, 30_000]) {
    assert.equal(nStepAdvantages(long, { values, gamma: 0.99, n, out }), out);
    for (const t of [0, 1, 999, 1000, 12_345, T - 1]) {
      let expected = -values[t];
      for (let k = 0; k < Math.min(n, T - t); k++) expected += 0.99 ** k * long.rewards[t + k];
      if (t + n < T) expected += 0.99 ** n * values[t + n];
      near([out[t]], [expected]);
    }
  }
  assert.equal(tdErrors(long, { values, gamma: 1, out }), out);
  assert.equal(generalizedAdvantages(long, { values, gamma: 1, lambda: 0.9, out }), out);
  assert.equal(valueTargets(out, values, out), out);
});

test('over the partial trajectories of a vectorised rollout: the same as if the pieces were one', () => {
  // One batch of 40 steps, cut into two of 20: with the critic's values at the cuts, TD errors are the same.
  const policy = softmaxLinear({ features: 4, actions: 2 });
  const collect = (pieces: number[]) => {
    const env = vectorEnv(cartPole({ maxSteps: 15 }), 3);
    env.reset(new Rng(1));
    const rng = new Rng(2);
    return pieces.map(steps => collectSteps(env, policy, { steps, rng }));
  };
  const [whole] = collect([40]);
  const parts = collect([20, 20]);
  const baseline = linearBaseline({ features: 4 });
  baseline.fit(whole, rewardToGo(whole.rewards, 1, whole.episodeStarts));
  const ends = (flags: Uint8Array) => flags.reduce((sum, flag) => sum + flag, 0);
  assert.ok(ends(whole.truncated) > 0 && ends(whole.terminated) > 0 && trajectoryCount(whole) > 6);
  const td = (b: TrajectoryBatch) => tdErrors(b, { ...criticValues(b, baseline), gamma: 0.9 });
  const [expected, first, second] = [whole, ...parts].map(td);
  for (let copy = 0; copy < 3; copy++) {
    near(first.subarray(copy * 20, copy * 20 + 20), expected.subarray(copy * 40, copy * 40 + 20));
    near(second.subarray(copy * 20, copy * 20 + 20), expected.subarray(copy * 40 + 20, copy * 40 + 40));
  }
});

test('normalised advantages: by hand, and the same for any units', () => {
  // mean 3, deviations -2, -2, 1, 3: squares sum to 18 over 4 steps
  near(
    normalizeAdvantages([1, 1, 4, 6], { epsilon: 0 }),
    [-2, -2, 1, 3].map(x => x / Math.sqrt(4.5)),
  );
  near(
    normalizeAdvantages([1, 1, 4, 6]),
    [-2, -2, 1, 3].map(x => x / (Math.sqrt(4.5) + 1e-8)),
    1e-15,
  );
  near(normalizeAdvantages([-1, 1], { epsilon: 3 }), [-0.25, 0.25], 0);
  // Nothing is better than the rest of a batch of one, or where all are equal: not even by a rounding error.
  for (const epsilon of [0, 1e-8])
    for (const equal of [[7], [0, 0], new Array(1001).fill(0.1), new Array(1001).fill(1e12 / 3)])
      near(normalizeAdvantages(equal, { epsilon }), new Array(equal.length).fill(0), 0);
  assert.equal(normalizeAdvantages([]).length, 0);
  fc.assert(
    fc.property(fc.nat(1e6), seed => {
      const rng = new Rng(seed);
      const advantages = Float64Array.from({ length: rng.integer(2, 50) }, () => rng.normal());
      const T = advantages.length;
      const out = normalizeAdvantages(advantages, { epsilon: 0 });
      near([out.reduce((sum, x) => sum + x, 0) / T, out.reduce((sum, x) => sum + x * x, 0) / T], [0, 1]);
      near(
        normalizeAdvantages(
          advantages.map(x => 5 + 1000 * x),
          { epsilon: 0 },
        ),
        out,
        1e-11,
      );
      assert.equal(normalizeAdvantages(advantages, { epsilon: 0, out: advantages }), advantages);
      assert.deepEqual(advantages, out);
    }),
    { seed: 1, numRuns: 100 },
  );
  const throwsWith = (run: () => unknown, message: string) => assert.throws(run, { message });
  throwsWith(() => normalizeAdvantages([1, NaN]), 'advantages[1] is NaN, but must be a finite number.');
  throwsWith(
    () => normalizeAdvantages([1, 2], { epsilon: -1 }),
    'epsilon is -1, but must be a finite number of at least 0.',
  );
  throwsWith(
    () => normalizeAdvantages([1, 2], { out: new Float64Array(1) }),
    'out has length 1, but must have length 2.',
  );
});

test('bad input is named', () => {
  const throwsWith = (run: () => unknown, message: string) => assert.throws(run, { message });
  const { values, gamma } = critic;
  throwsWith(
    () => tdErrors(batch, { values, gamma }),
    'finalValues is missing, but must hold the value after each trajectory: trajectory 1 did not terminate.',
  );
  throwsWith(
    () => tdErrors(batch, { ...critic, values: [1] }),
    'values has length 1, but must have length 6.',
  );
  throwsWith(
    () => tdErrors(batch, { ...critic, finalValues: [1] }),
    'finalValues has length 1, but must have length 3.',
  );
  throwsWith(
    () => tdErrors(batch, { ...critic, gamma: 2 }),
    'gamma is 2, but must be a finite number from 0 to 1.',
  );
  const own = Float64Array.from(values);
  throwsWith(
    () => tdErrors(batch, { ...critic, values: own, out: own }),
    'out is values, but must be an array of its own.',
  );
  throwsWith(
    () => tdErrors(batch, { ...critic, out: batch.rewards }),
    "out is the batch's rewards, but must be an array of its own.",
  );
  throwsWith(
    () => nStepAdvantages(batch, { ...critic, n: 0 }),
    'n is 0, but must be a whole number of at least 1.',
  );
  throwsWith(
    () => generalizedAdvantages(batch, { ...critic, lambda: 1.1 }),
    'lambda is 1.1, but must be a finite number from 0 to 1.',
  );
  throwsWith(() => valueTargets([1, 2], [1]), 'values has length 1, but must have length 2.');
});
