import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  deterministicTable,
  expectedReturn,
  improvementBound,
  performanceDifference,
  Rng,
  randomMDP,
  softmaxTabular,
  type TabularMDP,
  tabularMDP,
  uniformTable,
} from 'pglab';

const close = (x: number, y: number, tolerance: number, what: string) =>
  assert.ok(Math.abs(x - y) <= tolerance, `${what}: ${x} and ${y} differ by more than ${tolerance}`);

function randomTable(mdp: TabularMDP, spread: number, rng: Rng): Float64Array {
  const logits = Array.from({ length: mdp.states * mdp.actions }, () => spread * rng.normal());
  return softmaxTabular({ states: mdp.states, actions: mdp.actions, logits }).table();
}

/** The policy (1 - share) pi + share other: pairs at any distance. */
const mixed = (pi: Float64Array, other: Float64Array, share: number) =>
  pi.map((p, pair) => Math.min(1, p + share * (other[pair] - p)));

test('every form of the bound holds on thousands of pairs, and the forms are ordered', () => {
  const rng = new Rng(1);
  let tightest = 0;
  for (let i = 0; i < 4000; i++) {
    const gamma = [0, 0.2, 0.5, 0.9, 0.99, 0.999][i % 6];
    const states = 2 + (i % 5);
    const mdp = randomMDP({
      states,
      actions: 2 + (i % 3),
      branching: 1 + (i % 2),
      terminals: i % 7 === 0 ? 1 : 0,
      gamma,
      rng,
    });
    const pi = randomTable(mdp, [0, 1, 5, 40][i % 4], rng);
    const other =
      i % 11 ? randomTable(mdp, [1, 10][i % 2], rng) : deterministicTable(mdp, new Uint8Array(states));
    const newPi = mixed(pi, other, [1, 0.3, 1e-2, 1e-4, 1e-7][i % 5]);
    const bound = improvementBound(mdp, pi, newPi);
    const lemma = performanceDifference(mdp, pi, newPi);
    const error = Math.abs(lemma.difference - bound.surrogate);
    const V = Math.abs(lemma.J) + Math.abs(lemma.newJ) + 1;
    const rounding = (1e-14 * V) / (1 - gamma);
    assert.ok(error <= bound.tvBound.error + rounding, `case ${i}: ${error} above ${bound.tvBound.error}`);
    assert.ok(bound.tvBound.error <= bound.klBound.error * (1 + 1e-9) + 1e-300);
    assert.ok(
      bound.tvBound.error <= bound.C * Math.sqrt(bound.expectedReverseKl) * (1 + 1e-9) || bound.C === 0,
      'the other direction bounds the total variation as well',
    );
    for (const { improvementLow, improvementHigh, low, high } of [bound.klBound, bound.tvBound]) {
      assert.ok(
        improvementLow - rounding <= lemma.difference && lemma.difference <= improvementHigh + rounding,
      );
      assert.ok(low - rounding <= lemma.newJ && lemma.newJ <= high + rounding);
    }
    // each number by its definition
    close(bound.surrogate, lemma.surrogate, 0, 'surrogate');
    close(bound.epsilon, Math.max(...lemma.expectedAdvantage.map(Math.abs)), 1e-12 * V, 'epsilon');
    close(bound.C, (Math.SQRT2 * gamma * bound.epsilon) / (1 - gamma) ** 2, 1e-12 * bound.C, 'C');
    close(
      bound.tvC,
      (2 * gamma * bound.epsilon) / (1 - gamma) ** 2,
      1e-12 * bound.tvC,
      "total variation's C",
    );
    close(bound.klBound.low, expectedReturn(mdp, pi) + bound.klBound.improvementLow, 1e-12 * V, 'low');
    assert.ok(bound.expectedTv >= 0 && bound.expectedTv <= 1);
    for (let s = 0; s < states; s++) {
      assert.ok(bound.tv[s] <= Math.sqrt(bound.kl[s] / 2) * (1 + 1e-9), 'Pinsker');
      assert.ok(bound.tv[s] <= Math.sqrt(bound.reverseKl[s] / 2) * (1 + 1e-9), 'Pinsker, reversed');
      if (mdp.terminal[s]) assert.deepEqual([bound.kl[s], bound.tv[s]], [0, 0]);
    }
    if (bound.tvBound.error > 1e-9 * V) tightest = Math.max(tightest, error / bound.tvBound.error);
  }
  assert.ok(tightest > 0.1 && tightest <= 1 + 1e-6, `${tightest}`);
});

test('no smaller constant would do in the total-variation form', () => {
  // In state 0, action 1 goes to state 1 for good and costs 1 / p; in state 1, action 1 pays 1. pi does neither, pi' goes
  // with probability p. So E_{a ~ pi'} A is -1 and 1, and d moves from the one state to the other.
  for (const gamma of [0.1, 0.5, 0.9, 0.99]) {
    const p = 1e-5 * (1 - gamma);
    const mdp = tabularMDP({
      states: 2,
      actions: 2,
      outcomes: (s, a) => [{ probability: 1, next: s || a, reward: a === 0 ? 0 : s ? 1 : -1 / p }],
      gamma,
    });
    const bound = improvementBound(mdp, [1, 0, 1, 0], [1 - p, p, 0, 1]);
    const { difference } = performanceDifference(mdp, [1, 0, 1, 0], [1 - p, p, 0, 1]);
    close(bound.epsilon, 1, 1e-12, 'epsilon');
    close(bound.expectedTv, p, 1e-15, 'expected total variation');
    const ratio = Math.abs(difference - bound.surrogate) / bound.tvBound.error;
    assert.ok(ratio > 0.9999 && ratio <= 1 + 1e-6, `gamma ${gamma}: ${ratio}`);
    // pi' acts as pi never does: the KL form has nothing to say, the total-variation form does
    assert.equal(bound.expectedKl, Infinity);
    assert.equal(bound.klBound.error, Infinity);
    assert.deepEqual([bound.klBound.low, bound.klBound.high], [-Infinity, Infinity]);
    // log(1 / (1 - p)) in state 0, the only one that pi visits
    close(bound.expectedReverseKl, -Math.log1p(-p), 1e-18, 'reverse');
    assert.equal(bound.reverseKl[1], Infinity);
    assert.ok(bound.tvBound.low > -Infinity);
  }
});

test('infinity only where it counts', () => {
  // 0 -> terminal 1 whatever one does; 2 is never reached
  const mdp = tabularMDP({
    states: 3,
    actions: 2,
    outcomes: (_s, a) => [{ probability: 1, next: 1, reward: a }],
    terminalStates: [1],
    gamma: 0.9,
  });
  const here = improvementBound(mdp, [0.5, 0.5, 1, 0, 1, 0], [0.2, 0.8, 0, 1, 0, 1]);
  assert.ok(here.expectedKl > 0 && here.expectedKl < 1);
  assert.deepEqual([here.kl[1], here.kl[2]], [0, Infinity]);
  const bandit = improvementBound(mdp, [1, 0, 1, 0, 1, 0], [0, 1, 0, 1, 0, 1], { gamma: 0 });
  assert.equal(bandit.expectedKl, Infinity);
  // without discounting ahead L is exact, and C = 0 leaves no error even then
  assert.deepEqual([bandit.C, bandit.klBound.error, bandit.klBound.low, bandit.klBound.high], [0, 0, 1, 1]);
  const same = improvementBound(mdp, [1, 0, 1, 0, 1, 0], [1, 0, 0, 1, 0, 1]);
  assert.deepEqual([same.expectedKl, same.expectedTv, same.surrogate], [0, 0, 0]);
});

test('numbers by hand', () => {
  const mdp = tabularMDP({ states: 1, actions: 2, transition: [1, 1], reward: [1, 3], gamma: 0.5 });
  const bound = improvementBound(mdp, [0.5, 0.5], [0.25, 0.75]);
  assert.deepEqual([bound.surrogate, bound.epsilon, bound.expectedTv], [1, 0.5, 0.25]);
  close(bound.C, Math.SQRT2, 1e-15, 'C'); // sqrt(2) 0.5 0.5 / 0.25
  assert.equal(bound.tvC, 2);
  const kl = 0.25 * Math.log(0.5) + 0.75 * Math.log(1.5);
  close(bound.expectedKl, kl, 1e-16, 'KL');
  close(bound.expectedReverseKl, 0.5 * Math.log(2) + 0.5 * Math.log(2 / 3), 1e-16, 'reverse KL');
  close(bound.tvBound.improvementLow, 0.5, 1e-15, 'low');
  close(bound.tvBound.high, 5.5, 1e-15, 'high');
  close(bound.klBound.error, Math.SQRT2 * Math.sqrt(kl), 1e-15, 'error');
});

test('the divergence keeps its digits for close policies and for vanishing probabilities', () => {
  const mdp = tabularMDP({ states: 1, actions: 2, transition: [1, 1], reward: [0, 1], gamma: 0.9 });
  for (const h of [1e-3, 1e-6, 2 ** -33]) {
    const { expectedKl } = improvementBound(mdp, [0.5, 0.5], [0.5 - h, 0.5 + h]);
    // (1/2 + h) log(1 + 2h) + (1/2 - h) log(1 - 2h) = 2 h^2 + (4/3) h^4 + ...
    assert.ok(Math.abs(expectedKl / (2 * h * h + (4 / 3) * h ** 4) - 1) < 1e-11, `${h}: ${expectedKl}`);
  }
  for (const p of [1e-17, 1e-30, 1e-300, 0]) {
    const { expectedKl } = improvementBound(mdp, [1e-3, 0.999], [p, 1]);
    close(expectedKl, -Math.log(0.999), 1e-15, `KL with ${p}`);
  }
});

test('what is refused, and how', () => {
  const mdp = randomMDP({ rng: new Rng(1) });
  const uniform = uniformTable(mdp);
  const refuses = (f: () => unknown, message: RegExp) =>
    assert.throws(f, error => error instanceof RangeError && message.test(error.message));
  refuses(() => improvementBound(mdp, uniform, uniform, { gamma: 1 }), /^gamma is 1, but must be below 1/);
  refuses(() => improvementBound(mdp, uniform, [0.5]), /^newPolicy has length 1, but must have length 30/);
  refuses(
    () =>
      improvementBound(
        mdp,
        uniform.map(() => 0.5),
        uniform,
      ),
    /^policy in state 0 sums to 1.5/,
  );
});
