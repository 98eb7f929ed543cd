import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bandit,
  cartPole,
  cliffWalking,
  collectEpisodes,
  collectSteps,
  corridor,
  episodeReturns,
  evaluate,
  importanceWeights,
  meanEntropy,
  mountainCarContinuous,
  pendulum,
  Rng,
  rollout,
  scoreGradient,
  softmaxLinear,
  softmaxTabular,
  tabularEnv,
  trajectoryBatch,
  trajectoryCount,
  uniformPolicy,
  vectorEnv,
} from 'pglab';

const leaning = softmaxLinear({ features: 4, actions: 2, parameters: [0, 0, -3, -1, 0, 0, 0, 3, 1, 0] });

test('whole trajectories: each row follows from the one before, by the rules and by the policy', () => {
  const env = cartPole();
  const batch = collectEpisodes(env, leaning, { episodes: 30, rng: new Rng(1), maxSteps: 60 });
  assert.throws(() => env.state, /before env.reset/, "the caller's environment is untouched");
  assert.equal(trajectoryCount(batch), 30);
  const { episodeStarts, observations, actions, rewards, terminated, truncated, logProbs } = batch;
  const steps = episodeStarts[30];
  assert.ok(steps > 256, 'more rows than the first allocation');
  assert.deepEqual(
    [
      observations.length,
      actions.length,
      rewards.length,
      terminated.length,
      truncated.length,
      logProbs.length,
    ],
    [4 * steps, steps, steps, steps, steps, steps],
  );
  let cut = 0;
  for (let i = 0; i < 30; i++) {
    const end = episodeStarts[i + 1] - 1;
    for (let t = episodeStarts[i]; t <= end; t++) {
      assert.equal(logProbs[t], leaning.logProb(observations, 4 * t, actions[t]));
      assert.equal(terminated[t] + truncated[t], t === end ? 1 : 0);
      // x moves by 0.02 x', up to the rounding of the observation.
      const next = t === end ? batch.finalObservations.subarray(4 * i) : observations.subarray(4 * t + 4);
      assert.ok(Math.abs(next[0] - observations[4 * t] - 0.02 * observations[4 * t + 1]) < 1e-6);
    }
    cut += truncated[end];
    if (truncated[end]) assert.equal(end + 1 - episodeStarts[i], 60);
  }
  assert.ok(cut > 0 && cut < 30);
  assert.deepEqual(
    [...episodeReturns(batch)],
    Array.from({ length: 30 }, (_, i) => episodeStarts[i + 1] - episodeStarts[i]),
  );
});

test('the same stream gives the same batch, and start states do not depend on the policy', () => {
  const collect = (policy: Parameters<typeof collectEpisodes>[1]) =>
    collectEpisodes(cartPole(), policy, { episodes: 1, rng: new Rng(4) });
  assert.deepEqual(collect(leaning), collect(leaning));
  assert.deepEqual(
    collect(leaning).observations.slice(0, 4),
    collect(uniformPolicy(2)).observations.slice(0, 4),
  );
});

test('partial trajectories: T steps of N copies, copy by copy, cut where episodes end', () => {
  const steps = 50;
  const vector = vectorEnv(cartPole(), 3);
  vector.reset(new Rng(2));
  const first = collectSteps(vector, leaning, { steps, rng: new Rng(3) });
  const atEnd = vector.observations.slice();
  const second = collectSteps(vector, leaning, { steps, rng: new Rng(4) });
  for (const batch of [first, second]) {
    const { episodeStarts, terminated, truncated } = batch;
    assert.equal(batch.rewards.length, 3 * steps);
    assert.equal(episodeStarts[trajectoryCount(batch)], 3 * steps);
    for (const boundary of [steps, 2 * steps]) assert.ok(episodeStarts.includes(boundary));
    for (let t = 0; t < 3 * steps; t++)
      if (terminated[t] || truncated[t]) assert.ok(episodeStarts.includes(t + 1));
    assert.equal(batch.finalObservations.length, 4 * trajectoryCount(batch));
  }
  // What a copy shows at the end of one batch begins its part of the next; an unfinished part ends with it too.
  for (let i = 0; i < 3; i++) {
    const shown = atEnd.slice(4 * i, 4 * i + 4);
    assert.deepEqual(second.observations.slice(4 * i * steps, 4 * i * steps + 4), shown);
    const last = (i + 1) * steps - 1;
    const segment = first.episodeStarts.indexOf(last + 1) - 1;
    if (!first.terminated[last] && !first.truncated[last])
      assert.deepEqual(first.finalObservations.slice(4 * segment, 4 * segment + 4), shown);
  }
  assert.throws(
    () => collectSteps(vectorEnv(cartPole(), 2), leaning, { steps: 1, rng: new Rng(1) }),
    /vectorEnv\.step was called before vectorEnv\.reset/,
  );
});

test('a truncated part keeps the observation before the reset', () => {
  const vector = vectorEnv(shortCorridor(), 1);
  vector.reset(new Rng(1));
  const right = softmaxTabular({ states: 6, actions: 2, logits: [0, 50, 0, 50, 0, 50, 0, 50, 0, 50, 0, 50] });
  const batch = collectSteps(vector, right, { steps: 7, rng: new Rng(1) });
  assert.deepEqual([...batch.observations], [0, 1, 2, 0, 1, 2, 0]);
  assert.deepEqual([...batch.truncated], [0, 0, 1, 0, 0, 1, 0]);
  assert.deepEqual([...batch.episodeStarts], [0, 3, 6, 7]);
  assert.deepEqual([...batch.finalObservations], [3, 3, 1]);
});

/** A corridor of six cells with episodes of three steps, too short to reach the goal. */
function shortCorridor() {
  return tabularEnv(corridor({ length: 6 }), { maxSteps: 3 });
}

test('rollout: states, observations and actions of one episode, from a given state, by policies and by rules', () => {
  const swing = rollout(mountainCarContinuous(), ([, v]) => (v >= 0 ? 1 : -1), {
    rng: new Rng(1),
    state: [-0.5, 0],
  });
  assert.equal(swing.rewards.length, 106);
  assert.ok(Math.abs(swing.episodeReturn - 89.4) < 1e-9);
  assert.deepEqual([swing.states.length, swing.observations.length, swing.actions.length], [107, 107, 106]);
  assert.deepEqual([...swing.states[0]], [-0.5, 0]);
  assert.deepEqual([swing.id, swing.terminated, swing.truncated], ['MountainCarContinuous-v0', true, false]);

  const short = rollout(cartPole(), leaning, { rng: new Rng(1), maxSteps: 5 });
  assert.deepEqual([short.rewards.length, short.terminated, short.truncated], [5, false, true]);
  const again = rollout(cartPole(), leaning, { rng: new Rng(1), maxSteps: 5 });
  assert.deepEqual(again, short);
  assert.equal(rollout(pendulum(), () => [0.5], { rng: new Rng(1) }).actions[199], 0.5);
  const greedy = rollout(cartPole(), leaning, { rng: new Rng(1), deterministic: true });
  greedy.observations.slice(0, -1).forEach((o, t) => {
    assert.equal(greedy.actions[t], leaning.logProb(o, 0, 1) > leaning.logProb(o, 0, 0) ? 1 : 0);
  });
});

test('evaluate: mean and standard error of returns, the same for the same seed', () => {
  const env = bandit({ means: [1, 3], standardDeviation: 0.5 });
  const { mean, standardError, returns } = evaluate(uniformPolicy(2), env, { episodes: 4000, seed: 3 });
  // Var = 0.5^2 + 1^2 about the mean of 2.
  assert.ok(Math.abs(standardError - Math.sqrt(1.25 / 4000)) < 0.001);
  assert.ok(Math.abs(mean - 2) < 4 * standardError);
  assert.equal(returns.length, 4000);
  assert.deepEqual(evaluate(uniformPolicy(2), env, { episodes: 4000, seed: 3 }).returns, returns);
  const best = softmaxTabular({ states: 1, actions: 2, logits: [0, 1] });
  const exact = bandit({ means: [1, 3], standardDeviation: 0 });
  assert.deepEqual(evaluate(best, exact, { deterministic: true, episodes: 5 }).mean, 3);
});

test('what does not fit together is named', () => {
  const rng = new Rng(1);
  assert.throws(
    () => collectEpisodes(cartPole(), uniformPolicy(3), { episodes: 1, rng }),
    /policy has 3 actions, but CartPole-v1 has 2/,
  );
  assert.throws(
    () => collectEpisodes(pendulum(), uniformPolicy(3), { episodes: 1, rng }),
    /Pendulum-v1 takes actions from a box/,
  );
  assert.throws(
    () => collectEpisodes(tabularEnv(cliffWalking()), uniformPolicy(4), { episodes: 1, rng }),
    /maxSteps is missing, but CliffWalking-v1 has no step limit/,
  );
  assert.throws(() => collectEpisodes(cartPole(), leaning, { episodes: 0, rng }), /episodes is 0/);
  assert.throws(
    () => collectEpisodes(cartPole(), undefined as never, { episodes: 1, rng }),
    /policy is undefined/,
  );
  assert.throws(() => evaluate(leaning, cartPole(), { seed: 0.5 }), /seed is 0\.5/);
  for (const env of [undefined, {}, corridor()]) {
    const message = /env is .*, but must be an environment, e\.g\. cartPole\(\)/;
    assert.throws(() => collectEpisodes(env as never, leaning, { episodes: 1, rng }), message);
    assert.throws(() => rollout(env as never, () => 0, { rng }), message);
    assert.throws(() => evaluate(leaning, env as never), message);
    assert.throws(() => vectorEnv(env as never, 2), message);
  }
});

test('a policy made for other observations is refused, not run on a part of them', () => {
  const options = { episodes: 1, rng: new Rng(1) };
  assert.throws(
    () => collectEpisodes(cartPole(), softmaxLinear({ features: 3, actions: 2 }), options),
    /policy is made for observations of 3 numbers, but those of CartPole-v1 have 4/,
  );
  assert.throws(
    () => collectEpisodes(cartPole(), softmaxTabular({ states: 4, actions: 2 }), options),
    /policy is made for observations of 1 numbers, but those of CartPole-v1 have 4/,
  );
  assert.throws(
    () => evaluate(softmaxTabular({ states: 6, actions: 2 }), tabularEnv(corridor())),
    /policy has 6 states, but Corridor has 5/,
  );
  const firstTwo = softmaxLinear({
    features: 2,
    actions: 2,
    featureMap: (observation, offset, x) => x.set([observation[offset], observation[offset + 1]]),
  });
  assert.equal(collectEpisodes(cartPole(), firstTwo, options).observationSize, 4);

  const batch = trajectoryBatch({ observations: [0, 1], observationSize: 2, actions: [0], rewards: [1] });
  const message = /policy is made for observations of 1 numbers, but those of the batch have 2/;
  const one = softmaxLinear({ features: 1, actions: 2 });
  assert.throws(() => scoreGradient(batch, one, [1]), message);
  assert.throws(() => meanEntropy(batch, one), message);
  assert.throws(() => importanceWeights(batch, one), message);
  const pairs = trajectoryBatch({ observations: [0], actionSize: 2, actions: [0, 1], rewards: [1] });
  assert.throws(
    () => scoreGradient(pairs, one, [1]),
    /policy takes actions of size 1, but those of the batch have size 2/,
  );
});

test('a batch made by hand is filled up, or refused with the reason', () => {
  const batch = trajectoryBatch({
    observations: [0, 1, 2],
    actions: [1, 0, 1],
    rewards: [0, 1, 2],
    episodeStarts: [0, 1, 3],
    truncated: [1, 0, 0],
  });
  assert.deepEqual([...batch.terminated], [0, 0, 1]);
  assert.deepEqual([...batch.finalObservations], [0, 2]);
  assert.ok(batch.actions instanceof Int32Array);
  const make = (change: object) => () =>
    trajectoryBatch({ observations: [0, 1], actions: [0, 0], rewards: [0, 0], ...change });
  assert.ok(make({ actions: [0.5, 1] })().actions instanceof Float32Array);
  assert.throws(make({ observations: [0] }), /observations has length 1, but must have length 2/);
  assert.throws(make({ observationSize: 2 }), /observations has length 2, but must have length 4/);
  assert.throws(
    make({ observationSize: 0 }),
    /observationSize is 0, but must be a whole number of at least 1/,
  );
  assert.throws(make({ actionSize: Number.NaN }), /actionSize is NaN, but must be a whole number/);
  assert.throws(make({ actions: [0] }), /actions has length 1/);
  assert.throws(make({ rewards: [0, Infinity] }), /rewards\[1\] is Infinity/);
  assert.throws(make({ episodeStarts: [1, 2] }), /episodeStarts is \[1, 2\], but must begin with 0/);
  assert.throws(make({ terminated: [1, 0] }), /terminated\[0\] is 1, but step 0 is not the last/);
  assert.throws(
    make({ terminated: [0, 1], truncated: [0, 1] }),
    /terminated\[1\] and truncated\[1\] are both 1/,
  );
  assert.throws(make({ truncated: [0, 2] }), /truncated\[1\] is 2, but must be 0 or 1/);
  assert.throws(make({ logProbs: [0] }), /logProbs has length 1/);
  assert.throws(
    make({ finalObservations: [0, 0] }),
    /finalObservations has length 2, but must have length 1/,
  );
});
