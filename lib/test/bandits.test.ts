import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bandit, collectEpisodes, Rng, reinforceGradient, softmaxTabular, vectorEnv } from 'pglab';

/** Mean and variance of the rewards of one arm over many pulls. */
function pull(
  env: ReturnType<typeof bandit>,
  arm: number,
  pulls = 20_000,
): { mean: number; variance: number } {
  const copies = vectorEnv(env, 1);
  copies.reset(new Rng(11));
  let mean = 0;
  let square = 0;
  for (let k = 0; k < pulls; k++) {
    copies.step([arm]);
    assert.equal(copies.terminated[0], 1);
    mean += copies.rewards[0] / pulls;
    square += copies.rewards[0] ** 2 / pulls;
  }
  return { mean, variance: square - mean * mean };
}

test('arms pay what they say: normal, Bernoulli, certain', () => {
  const normal = pull(bandit({ means: [0, 3], standardDeviation: 2 }), 1);
  assert.ok(Math.abs(normal.mean - 3) < 4 * (2 / Math.sqrt(20_000)));
  assert.ok(Math.abs(normal.variance - 4) < 0.2);
  const coin = pull(bandit({ means: [0.3, 0.8], standardDeviation: 'bernoulli' }), 0);
  assert.ok(Math.abs(coin.mean - 0.3) < 4 * Math.sqrt(0.21 / 20_000));
  assert.ok(Math.abs(coin.variance - 0.21) < 0.01);
  const certain = pull(bandit({ means: [1.5], standardDeviation: 0 }), 0, 8);
  assert.deepEqual(certain, { mean: 1.5, variance: 0 });
});

test('contexts are drawn uniformly and decide the mean', () => {
  const env = bandit({
    means: [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    standardDeviation: 0,
  });
  const rng = new Rng(2);
  const counts = [0, 0, 0];
  for (let k = 0; k < 3000; k++) {
    const [context] = env.reset(rng);
    counts[context]++;
    assert.equal(env.step(k % 2).reward, 1 + 2 * context + (k % 2));
  }
  for (const count of counts) assert.ok(Math.abs(count - 1000) < 4.5 * Math.sqrt(3000 * (1 / 3) * (2 / 3)));
  env.reset(rng, { state: 2 });
  assert.equal(env.step(0).reward, 5);
});

test("the gradient's mean is pi(k) (mean_k - J)", () => {
  const means = [1, 2, 4];
  const policy = softmaxTabular({ states: 1, actions: 3, logits: [0.5, 0, -0.5] });
  const pi = policy.table();
  const value = pi.reduce((sum, p, k) => sum + p * means[k], 0);
  const episodes = 40_000;
  const batch = collectEpisodes(bandit({ means }), policy, { episodes, rng: new Rng(1) });
  reinforceGradient(batch, policy, { gamma: 1 }).forEach((g, k) => {
    // |r| rarely exceeds 7 and each score is below 1, so 7 / sqrt(m) bounds the standard error.
    assert.ok(Math.abs(g - pi[k] * (means[k] - value)) < (2 * 7) / Math.sqrt(episodes), `component ${k}`);
  });
});

test('what is no bandit is refused', () => {
  assert.throws(() => bandit({ means: [] }), /means is \[\], but must be a non-empty array/);
  assert.throws(() => bandit({ means: [1, Number.NaN] }), /means\[1\] is NaN/);
  assert.throws(() => bandit({ means: [[1, 2], [3]] }), /means\[1\] has length 1, but must have length 2/);
  assert.throws(() => bandit({ means: [[]] }), /means\[0\] is empty/);
  assert.throws(() => bandit({ means: [1], standardDeviation: -1 }), /standardDeviation is -1/);
  assert.throws(() => bandit({ means: [1.2], standardDeviation: 'bernoulli' }), /means holds 1\.2/);
});
