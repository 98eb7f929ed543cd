import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  deterministicTable,
  exactGradient,
  expectedReturn,
  frozenLake,
  performanceDifference,
  Rng,
  randomMDP,
  sampleInitialState,
  sampleTransition,
  softmaxTabular,
  surrogate,
  surrogateGradient,
  type TabularMDP,
  tabularMDP,
  uniformTable,
} from 'pglab';

const gammas = [0, 0.3, 0.9, 0.99, 0.999];

/** A softmax policy with logits of the given spread: 0 uniform, 50 almost deterministic; Infinity deterministic. */
function randomTable(mdp: TabularMDP, spread: number, rng: Rng): Float64Array {
  if (spread === Infinity)
    return deterministicTable(
      mdp,
      Array.from({ length: mdp.states }, () => rng.integer(0, mdp.actions)),
    );
  const logits = Array.from({ length: mdp.states * mdp.actions }, () => spread * rng.normal());
  return softmaxTabular({ states: mdp.states, actions: mdp.actions, logits }).table();
}

/** A random MDP with terminal (absorbing) states and, where all episodes start in state 0, often unreachable ones. */
function anyMDP(seed: number, states: number, gamma: number): TabularMDP {
  const rng = new Rng(seed);
  const terminals = seed % 3 === 0 && states > 1 ? 1 : 0;
  const branching = Math.min(states, 1 + (seed % 2));
  const mdp = randomMDP({ states, actions: 1 + (seed % 4), branching, terminals, gamma, rng });
  if (seed % 5 < 2) return mdp;
  const { transition, reward, actions } = mdp;
  const terminalStates = terminals ? [states - 1] : [];
  return tabularMDP({ states, actions, transition, reward, gamma, terminalStates });
}

const spreads = fc.constantFrom(0, 1, 5, 50, Infinity);
const anyCase = fc.tuple(
  fc.integer({ min: 0, max: 1e6 }),
  fc.integer({ min: 1, max: 9 }),
  fc.constantFrom(...gammas),
  spreads,
  spreads,
);
const maxAbs = (x: Float64Array) => x.reduce((max, v) => Math.max(max, Math.abs(v)), 0);
const close = (x: number, y: number, tolerance: number, what: string) =>
  assert.ok(Math.abs(x - y) <= tolerance, `${what}: ${x} and ${y} differ by more than ${tolerance}`);

/** sum_{t < T} gamma^t sum_s P(s_t = s) x(s), step by step. */
function powerSeries(mdp: TabularMDP, table: Float64Array, x: Float64Array, gamma: number): number {
  const { states: S, actions: A } = mdp;
  let p = mdp.initial.slice();
  let sum = 0;
  for (let weight = 1; weight > 1e-17 * (1 - gamma); weight *= gamma) {
    const next = new Float64Array(S);
    for (let s = 0; s < S; s++) {
      sum += weight * p[s] * x[s];
      if (p[s] > 0)
        for (let a = 0; a < A; a++)
          for (let o = mdp.outcomeStart[s * A + a]; o < mdp.outcomeStart[s * A + a + 1]; o++)
            next[mdp.outcomeNext[o]] += p[s] * table[s * A + a] * mdp.outcomeProbability[o];
    }
    p = next;
  }
  return sum;
}

test('all forms of the lemma agree, for any MDP and any two policies', () => {
  fc.assert(
    fc.property(anyCase, ([seed, states, gamma, spread, newSpread]) => {
      const mdp = anyMDP(seed, states, gamma);
      const rng = new Rng(seed + 1);
      const pi = randomTable(mdp, spread, rng);
      const newPi = randomTable(mdp, newSpread, rng);
      const lemma = performanceDifference(mdp, pi, newPi);
      const tolerance = (1e-12 * (1 + maxAbs(lemma.advantage))) / (1 - gamma);
      close(lemma.difference, lemma.newJ - lemma.J, 0, 'difference');
      close(lemma.trajectoryForm, lemma.difference, tolerance, 'equation 6');
      close(lemma.stateDistributionForm, lemma.difference, tolerance, 'equation 7');
      if (lemma.importanceSamplingForm !== undefined)
        close(lemma.importanceSamplingForm, lemma.difference, tolerance, 'importance sampling');
      assert.equal(lemma.importanceSamplingForm === undefined, lemma.uncovered.length > 0);
      for (const { state, action } of lemma.uncovered) {
        const pair = state * mdp.actions + action;
        assert.ok(newPi[pair] > 0 && !(newPi[pair] / pi[pair] < Infinity) && !mdp.terminal[state]);
      }
      for (const d of [lemma.stateDistribution, lemma.newStateDistribution])
        close(
          d.reduce((x, y) => x + y, 0),
          1,
          1e-11,
          'sum of d',
        );
      for (let s = 0; s < states; s++)
        if (mdp.terminal[s])
          assert.equal(maxAbs(lemma.advantage.subarray(s * mdp.actions, (s + 1) * mdp.actions)), 0);
      close(lemma.surrogate, surrogate(mdp, pi, newPi), 0, 'surrogate');
      assert.equal(surrogate(mdp, pi, pi), 0);
      assert.equal(performanceDifference(mdp, pi, pi).difference, 0);
    }),
    { seed: 1, numRuns: 1000 },
  );
});

test('1,000 random MDPs of 20 states and 5 actions: residual below 1e-10', () => {
  const rng = new Rng(1);
  let largest = 0;
  for (let i = 0; i < 1000; i++) {
    const mdp = randomMDP({ states: 20, actions: 5, gamma: i % 2 ? 0.9 : 0.99, rng });
    const lemma = performanceDifference(mdp, randomTable(mdp, 2, rng), randomTable(mdp, 2, rng));
    const { difference, trajectoryForm, stateDistributionForm, importanceSamplingForm } = lemma;
    const forms = [difference, trajectoryForm, stateDistributionForm, importanceSamplingForm as number];
    largest = Math.max(largest, Math.max(...forms) - Math.min(...forms));
  }
  assert.ok(largest < 1e-10, `${largest}`);
});

test('the power series, term by term, gives J, the right side and the surrogate', () => {
  for (let seed = 0; seed < 40; seed++) {
    const gamma = gammas[seed % gammas.length];
    const mdp = anyMDP(seed, 6, gamma);
    const rng = new Rng(seed);
    const pi = randomTable(mdp, 2, rng);
    const newPi = randomTable(mdp, 2, rng);
    const lemma = performanceDifference(mdp, pi, newPi);
    const r = (table: Float64Array) =>
      Float64Array.from({ length: mdp.states }, (_, s) => {
        let sum = 0;
        for (let a = 0; a < mdp.actions; a++)
          sum += table[s * mdp.actions + a] * mdp.reward[s * mdp.actions + a];
        return sum;
      });
    const tolerance = (1e-11 * (1 + maxAbs(lemma.advantage))) / (1 - gamma);
    close(powerSeries(mdp, pi, r(pi), gamma), lemma.J, tolerance, 'J');
    close(powerSeries(mdp, newPi, r(newPi), gamma), lemma.newJ, tolerance, "J'");
    close(powerSeries(mdp, newPi, lemma.expectedAdvantage, gamma), lemma.trajectoryForm, tolerance, '(6)');
    close(powerSeries(mdp, pi, lemma.expectedAdvantage, gamma), lemma.surrogate, tolerance, 'surrogate');
  }
});

test('trajectories drawn from the new policy average to the right side', () => {
  const gamma = 0.8;
  const mdp = anyMDP(3, 6, gamma);
  const rng = new Rng(9);
  const pi = randomTable(mdp, 1, rng);
  const newPi = randomTable(mdp, 1, rng);
  const lemma = performanceDifference(mdp, pi, newPi);
  const count = 20_000;
  let sum = 0;
  let squares = 0;
  const out = { next: 0, reward: 0, terminated: false };
  for (let i = 0; i < count; i++) {
    let s = sampleInitialState(mdp, rng);
    let total = 0;
    for (let t = 0, weight = 1; t < 120 && !mdp.terminal[s]; t++, weight *= gamma) {
      const a = rng.categoricalUnchecked(newPi, s * mdp.actions, mdp.actions);
      total += weight * lemma.advantage[s * mdp.actions + a];
      sampleTransition(mdp, s, a, rng, out);
      s = out.next;
    }
    sum += total;
    squares += total * total;
  }
  const mean = sum / count;
  const standardError = Math.sqrt((squares / count - mean * mean) / count);
  assert.ok(standardError > 0 && Math.abs(mean) > 4 * standardError);
  close(mean, lemma.difference, 4 * standardError, 'Monte Carlo mean');
});

test('one state, numbers by hand', () => {
  const mdp = tabularMDP({ states: 1, actions: 2, transition: [1, 1], reward: [1, 3], gamma: 0.5 });
  // V = 2 * 2 = 4, A = -1, +1; J' = 2 * 2.5 = 5; d = 1 in both, so the surrogate is the truth
  const lemma = performanceDifference(mdp, [0.5, 0.5], [0.25, 0.75]);
  assert.deepEqual([...lemma.advantage], [-1, 1]);
  assert.deepEqual([lemma.J, lemma.newJ, lemma.difference], [4, 5, 1]);
  assert.deepEqual(
    [lemma.trajectoryForm, lemma.stateDistributionForm, lemma.importanceSamplingForm, lemma.surrogate],
    [1, 1, 1, 1],
  );
  assert.deepEqual([...lemma.expectedAdvantage], [0.5]);
});

test('where the old policy never takes an action of the new one, importance sampling has no answer', () => {
  // 0 -> 1 by action 0, 0 -> 2 by action 1; 1 -> 2 and 2 is terminal; state 3 is never reached
  const mdp = tabularMDP({
    states: 4,
    actions: 2,
    outcomes: (s, a) => [{ probability: 1, next: s === 0 && a === 0 ? 1 : 2, reward: s + a }],
    terminalStates: [2],
    gamma: 0.9,
  });
  const pi = deterministicTable(mdp, [0, 0, 0, 0]);
  const elsewhere = deterministicTable(mdp, [0, 0, 1, 1]); // differs where no action is ever taken
  assert.equal(performanceDifference(mdp, pi, elsewhere).importanceSamplingForm, 0);
  const newPi = Float64Array.from([1, 0, 0.5, 0.5, 0, 1, 0, 1]);
  const lemma = performanceDifference(mdp, pi, newPi);
  assert.equal(lemma.importanceSamplingForm, undefined);
  assert.deepEqual(lemma.uncovered, [{ state: 1, action: 1 }]);
  close(lemma.difference, 0.45, 1e-15, "J' - J"); // half of gamma * 1
  close(lemma.trajectoryForm, 0.45, 1e-15, '(6)');
  // the other way round all is covered, although pi never takes what newPi takes
  close(performanceDifference(mdp, newPi, pi).importanceSamplingForm as number, -0.45, 1e-15, 'reverse');
  const tiny = Float64Array.from([1, 0, 1, 1e-320, 1, 0, 1, 0]);
  assert.deepEqual(performanceDifference(mdp, tiny, newPi).uncovered, [{ state: 1, action: 1 }]);
});

test('the gradient of the surrogate: that of J at theta_k, and of its finite differences anywhere', () => {
  for (let seed = 0; seed < 30; seed++) {
    const gamma = gammas[seed % 4];
    const mdp = anyMDP(seed, 5, gamma);
    const rng = new Rng(seed);
    const logits = () => Array.from({ length: mdp.states * mdp.actions }, () => rng.normal());
    const policy = softmaxTabular({ states: mdp.states, actions: mdp.actions, logits: logits() });
    const old = policy.table();
    const atOld = surrogateGradient(mdp, old, policy);
    const truth = exactGradient(mdp, policy);
    const scale = 1 + maxAbs(truth);
    const slope = (f: () => number, k: number) => {
      // five-point central difference, error of the order h^4
      const h = 2e-3;
      const theta = policy.parameters[k];
      const at = (x: number) => {
        policy.parameters[k] = theta + x;
        const value = f();
        policy.parameters[k] = theta;
        return value;
      };
      return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
    };
    for (let k = 0; k < truth.length; k++) {
      close(atOld[k], truth[k], 1e-12 * scale, 'grad L = grad J');
      close(
        slope(() => surrogate(mdp, old, policy), k),
        truth[k],
        1e-9 * scale,
        'differences of L',
      );
      close(
        slope(() => expectedReturn(mdp, policy), k),
        truth[k],
        1e-8 * scale,
        'differences of J',
      );
    }
    policy.parameters.set(logits());
    surrogateGradient(mdp, old, policy).forEach((g, k) => {
      close(
        g,
        slope(() => surrogate(mdp, old, policy), k),
        1e-9 * scale,
        'away from theta_k',
      );
    });
  }
});

test('what is refused, and how', () => {
  const mdp = frozenLake();
  const uniform = uniformTable(mdp);
  const refuses = (f: () => unknown, message: RegExp) =>
    assert.throws(f, error => error instanceof RangeError && message.test(error.message));
  refuses(() => performanceDifference(mdp, [1], uniform), /^policy has length 1, but must have length 64/);
  refuses(() => performanceDifference(mdp, uniform, [1]), /^newPolicy has length 1, but must have length 64/);
  refuses(
    () =>
      performanceDifference(
        mdp,
        uniform,
        uniform.map(p => p * 0.9),
      ),
    /^newPolicy in state 0 sums to 0.9, but must sum to 1/,
  );
  const other = softmaxTabular({ states: 16, actions: 3 });
  refuses(() => surrogate(mdp, uniform, other), /^newPolicy has 3 actions, but the MDP has 4/);
  refuses(() => surrogateGradient(mdp, other, other), /^policy has 3 actions/);
  for (const f of [performanceDifference, surrogate]) {
    refuses(() => f(mdp, uniform, uniform, { gamma: 1 }), /^gamma is 1, but must be below 1/);
    refuses(() => f(mdp, uniform, uniform, { gamma: -0.1 }), /^gamma is -0.1/);
    refuses(() => f(mdp, uniform, uniform, { gamma: Number.NaN }), /^gamma is NaN/);
  }
});
