import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  banditMDP,
  deterministicTable,
  improvementBound,
  type MajorizeMaximizeOptions,
  majorizeMaximize,
  optimalValues,
  Rng,
  randomMDP,
  softmaxTabular,
  solvePolicy,
  surrogate,
  type TabularMDP,
  uniformTable,
} from 'pglab';

const close = (x: number, y: number, tolerance: number, what: string) =>
  assert.ok(Math.abs(x - y) <= tolerance, `${what}: ${x} and ${y} differ by more than ${tolerance}`);

function randomTable(mdp: TabularMDP, spread: number, rng: Rng): Float64Array {
  const logits = Array.from({ length: mdp.states * mdp.actions }, () => spread * rng.normal());
  return softmaxTabular({ states: mdp.states, actions: mdp.actions, logits }).table();
}

/** A policy near `table`: each row's log-probabilities moved by normal noise of the given size. */
function nearby(mdp: TabularMDP, table: Float64Array, size: number, rng: Rng): Float64Array {
  const out = table.map(p => p * Math.exp(size * rng.normal()));
  for (let s = 0; s < mdp.states; s++) {
    const row = out.subarray(s * mdp.actions, (s + 1) * mdp.actions);
    const sum = row.reduce((x, y) => x + y, 0);
    row.forEach((p, a) => {
      row[a] = p / sum;
    });
  }
  return out;
}

const inTwoGroups = (mdp: TabularMDP) => Array.from({ length: mdp.states }, (_, s) => s % 2);

/** Iterations, and those at which J fell by more than rounding, over random MDPs. */
function countFalls(gamma: number, options: (mdp: TabularMDP) => MajorizeMaximizeOptions, mdps = 20) {
  let iterations = 0;
  let falls = 0;
  for (let seed = 0; seed < mdps; seed++) {
    const mdp = randomMDP({
      states: 6,
      actions: 3,
      branching: 2,
      gamma,
      terminals: seed % 4 ? 0 : 1,
      rng: new Rng(seed),
    });
    for (const { improvement, guaranteed, J, newJ } of majorizeMaximize(mdp, options(mdp)).history) {
      const rounding = (1e-13 * (1 + Math.abs(J))) / (1 - gamma);
      iterations++;
      if (improvement < -1e-12 * (1 + Math.abs(J))) falls++;
      assert.ok(guaranteed <= improvement + 1e-12 * (1 + Math.abs(J)), 'the bound holds under every rule');
      close(newJ - J, improvement, rounding, 'the lemma');
    }
  }
  return { iterations, falls };
}

test("under 'bound' J never falls, in full and in restricted classes, over hundreds of iterations", () => {
  for (const gamma of [0.3, 0.9, 0.99, 0.999])
    for (const groups of [false, true]) {
      const counted = countFalls(
        gamma,
        mdp => ({ rule: 'bound', iterations: 200, groups: groups ? inTwoGroups(mdp) : undefined }),
        groups ? 10 : 4,
      );
      assert.equal(counted.falls, 0);
      assert.ok(counted.iterations > (gamma < 0.5 ? 40 : 600), `${counted.iterations}`);
    }
});

test('each step of the bound is worth taking, and what it promises is what the bound says', () => {
  for (const gamma of [0.5, 0.9, 0.999]) {
    const mdp = randomMDP({ states: 8, actions: 3, gamma, rng: new Rng(5) });
    const { history, policy, J } = majorizeMaximize(mdp, { rule: 'bound', iterations: 200 });
    for (const record of history) {
      assert.ok(record.guaranteed >= 0 && record.objective >= 0);
      close(record.objective, record.guaranteed, 1e-12 * (1 + Math.abs(record.J)), 'objective');
      assert.ok(record.improvement >= record.guaranteed - 1e-12 * (1 + Math.abs(record.J)));
    }
    close(J, solvePolicy(mdp, policy).J, 0, 'J');
    assert.ok(J > history[0].J + 0.01 * (optimalValues(mdp).J - history[0].J));
    history.slice(1).forEach((record, k) => {
      assert.deepEqual([record.iteration, record.J], [k + 1, history[k].newJ]);
    });
  }
  const short = randomMDP({ states: 8, actions: 3, gamma: 0.5, rng: new Rng(5) });
  close(
    majorizeMaximize(short, { rule: 'bound', iterations: 400 }).J,
    optimalValues(short).J,
    1e-9,
    'the best policy in the end',
  );
});

test("'bound' takes the argmax over all policies: no other policy scores higher", () => {
  const rng = new Rng(2);
  for (let seed = 0; seed < 24; seed++) {
    const gamma = [0.2, 0.6, 0.9, 0.99][seed % 4];
    const mdp = randomMDP({ states: 3, actions: 3, branching: 2, gamma, rng: new Rng(seed) });
    const initial = randomTable(mdp, [0.5, 3][seed % 2], rng);
    const { policy, history } = majorizeMaximize(mdp, { rule: 'bound', iterations: 1, initial });
    const best = history[0].objective;
    assert.ok(best > 0);
    const score = (table: Float64Array) => improvementBound(mdp, initial, table).klBound.improvementLow;
    close(score(policy), best, 1e-12 * (1 + best), 'score');
    for (let i = 0; i < 600; i++) {
      const other =
        i % 3 === 0
          ? randomTable(mdp, 3, rng)
          : nearby(mdp, i % 3 === 1 ? policy : initial, 10 ** -(i % 7), rng);
      assert.ok(score(other) <= best + 1e-12 * (1 + best), `seed ${seed}: ${score(other)} above ${best}`);
    }
  }
});

test("'bound' against brute force over all policies of two states and two actions", () => {
  for (let seed = 0; seed < 6; seed++) {
    const mdp = randomMDP({
      states: 2,
      actions: 2,
      branching: 2,
      gamma: [0.3, 0.7][seed % 2],
      rng: new Rng(seed),
    });
    const initial = uniformTable(mdp);
    const best = majorizeMaximize(mdp, { rule: 'bound', iterations: 1 }).history[0].objective;
    let found = 0;
    for (let i = 0; i <= 100; i++)
      for (let j = 0; j <= 100; j++) {
        const table = [i / 100, 1 - i / 100, j / 100, 1 - j / 100];
        found = Math.max(found, improvementBound(mdp, initial, table).klBound.improvementLow);
      }
    assert.ok(found <= best + 1e-14 && found > 0.9 * best, `${found} of ${best}`);
  }
});

test('a constant C stands still for gamma of at least 1/2, and only there', () => {
  for (let seed = 0; seed < 20; seed++)
    for (const gamma of [0.5, 0.9, 0.999]) {
      const mdp = randomMDP({ states: 5, actions: 2 + (seed % 2), gamma, rng: new Rng(seed) });
      const initial = randomTable(mdp, seed % 3, new Rng(seed));
      const run = majorizeMaximize(mdp, { rule: 'bound', epsilon: 'worst-case', iterations: 5, initial });
      assert.deepEqual([run.converged, run.history.length, run.history[0].stepSize], [true, 1, 0]);
      assert.deepEqual([...run.policy], [...initial]);
    }
  const mdp = randomMDP({ states: 5, actions: 3, gamma: 0.1, rng: new Rng(1) });
  const { history } = majorizeMaximize(mdp, { rule: 'bound', epsilon: 'worst-case', iterations: 50 });
  assert.ok(history[0].stepSize > 0);
  for (const { improvement, guaranteed, objective } of history) {
    assert.ok(guaranteed >= objective - 1e-15, 'the worst case promises less than the bound itself');
    assert.ok(improvement >= -1e-15);
  }
});

test("'penalty' and 'trust-region' solve their problems", () => {
  const rng = new Rng(3);
  for (let seed = 0; seed < 12; seed++) {
    const gamma = [0.5, 0.9, 0.99][seed % 3];
    const mdp = randomMDP({ states: 4, actions: 3, gamma, rng: new Rng(seed) });
    const initial = randomTable(mdp, 1, rng);
    const { A } = solvePolicy(mdp, initial);
    const one = (options: MajorizeMaximizeOptions) => {
      const { policy, history } = majorizeMaximize(mdp, options);
      return { policy, record: history[0] };
    };
    // stationary in every state: A / (1-gamma) - beta (log pi'/pi + 1) is the same for all actions
    const beta = 0.3 / (1 - gamma);
    const penalised = one({ rule: 'penalty', beta, iterations: 1, initial });
    for (let s = 0; s < 4; s++) {
      const slopes = [0, 1, 2].map(a => {
        const pair = s * 3 + a;
        return A[pair] / (1 - gamma) - beta * Math.log(penalised.policy[pair] / initial[pair]);
      });
      close(slopes[1], slopes[0], 1e-9 * beta, 'KKT');
      close(slopes[2], slopes[0], 1e-9 * beta, 'KKT');
    }
    const delta = 0.02;
    const trusted = one({ rule: 'trust-region', delta, iterations: 1, initial });
    close(trusted.record.expectedKl, delta, 1e-10, 'K = delta');
    close(trusted.record.objective, trusted.record.surrogate, 1e-10 * (1 + trusted.record.surrogate), 'L');
    const C = 0.3 / (1 - gamma);
    const rooted = one({ rule: 'penalty', beta: C, form: 'sqrt', iterations: 1, initial });
    for (let i = 0; i < 300; i++) {
      const other = nearby(mdp, [penalised, trusted, rooted][i % 3].policy, 10 ** -(1 + (i % 5)), rng);
      const L = surrogate(mdp, initial, other);
      const { expectedKl } = improvementBound(mdp, initial, other);
      assert.ok(L - beta * expectedKl <= penalised.record.objective * (1 + 1e-12));
      assert.ok(L - C * Math.sqrt(expectedKl) <= rooted.record.objective * (1 + 1e-12));
      if (expectedKl <= delta) assert.ok(L <= trusted.record.objective * (1 + 1e-12));
    }
  }
});

test('a tuned penalty loses its bound, and in a restricted class J falls; in the full class it cannot', () => {
  const gamma = 0.9;
  const rules = [
    { rule: 'penalty', beta: 0.3, iterations: 100 },
    { rule: 'penalty', beta: 3, iterations: 100 },
    { rule: 'trust-region', delta: 0.05, iterations: 100 },
  ] as const;
  for (const rule of rules) {
    assert.ok(countFalls(gamma, mdp => ({ ...rule, groups: inTwoGroups(mdp) })).falls > 10);
    assert.equal(countFalls(gamma, () => rule).falls, 0);
    const mdp = randomMDP({ states: 6, actions: 3, gamma, rng: new Rng(1) });
    assert.ok(majorizeMaximize(mdp, rule).history[0].guaranteed < 0);
  }
});

test('states of a group keep one distribution, states that are not visited keep theirs', () => {
  const mdp = randomMDP({ states: 6, actions: 3, gamma: 0.9, rng: new Rng(4) });
  for (const rule of ['bound', 'trust-region'] as const) {
    const { policy } = majorizeMaximize(mdp, {
      rule,
      delta: 0.1,
      iterations: 20,
      groups: [7, 7, 2.5, 2.5, 7, -1],
    });
    const row = (s: number) => [...policy.subarray(s * 3, s * 3 + 3)];
    assert.deepEqual(row(0), row(1));
    assert.deepEqual(row(0), row(4));
    assert.deepEqual(row(2), row(3));
    assert.notDeepEqual(row(0), row(2));
    assert.notDeepEqual(row(0), [1 / 3, 1 / 3, 1 / 3]);
  }
  const bandit = banditMDP({ means: [1, 2, 0] });
  const initial = [0.5, 0, 0.5, 0.2, 0.3, 0.5];
  const { policy, J } = majorizeMaximize(bandit, { rule: 'bound', gamma: 0.5, iterations: 200, initial });
  assert.deepEqual([policy[1], ...policy.subarray(3)], [0, 0.2, 0.3, 0.5]);
  close(J, 1, 1e-9, 'the best arm that the first policy plays');
});

test('limits: no discounting ahead, an ample trust region, a certain policy', () => {
  const mdp = randomMDP({ states: 6, actions: 3, gamma: 0.9, rng: new Rng(6) });
  const bandits = majorizeMaximize(mdp, { rule: 'bound', gamma: 0, iterations: 5 });
  assert.equal(bandits.history[0].stepSize, Infinity);
  close(bandits.J, optimalValues(mdp, { gamma: 0 }).J, 1e-15, 'greedy');
  assert.ok(bandits.converged && bandits.history.length === 2);
  // the whole of policy iteration
  const ample = majorizeMaximize(mdp, { rule: 'trust-region', delta: 100, iterations: 5 });
  assert.equal(ample.history[0].stepSize, Infinity);
  const certain = deterministicTable(mdp, [0, 1, 2, 0, 1, 2]);
  for (const rule of ['bound', 'trust-region', 'penalty'] as const) {
    const stuck = majorizeMaximize(mdp, { rule, delta: 1, beta: 1, iterations: 5, initial: certain });
    assert.deepEqual([stuck.converged, stuck.history.length, stuck.history[0].improvement], [true, 1, 0]);
  }
});

test('what is refused, and how', () => {
  const mdp = randomMDP({ states: 4, actions: 2, rng: new Rng(1) });
  const refuses = (options: object, message: RegExp) =>
    assert.throws(
      () => majorizeMaximize(mdp, { rule: 'bound', iterations: 1, ...options } as MajorizeMaximizeOptions),
      error => error instanceof RangeError && message.test(error.message),
    );
  refuses({ gamma: 1 }, /^gamma is 1, but must be below 1/);
  refuses({ iterations: 0 }, /^iterations is 0/);
  refuses({ rule: 'best' }, /^rule is "best", but must be 'bound', 'penalty' or 'trust-region'/);
  refuses({ epsilon: 'none' }, /^epsilon is "none", but must be 'exact' or 'worst-case'/);
  refuses({ rule: 'penalty', beta: 0 }, /^beta is 0, but must be above 0/);
  refuses({ rule: 'penalty', beta: -1 }, /^beta is -1/);
  refuses({ rule: 'penalty', beta: 1, form: 'tv' }, /^form is "tv", but must be 'kl' or 'sqrt'/);
  refuses({ rule: 'trust-region', delta: Infinity }, /^delta is Infinity/);
  refuses({ initial: [1] }, /^initial has length 1, but must have length 8/);
  refuses({ groups: [0, 1] }, /^groups has length 2, but must have length 4/);
  refuses(
    { groups: [0, 1, 0, 1], initial: [1, 0, 1, 0, 0, 1, 1, 0] },
    /^initial differs between states 0 and 2, but must be the same in both, which share group 0/,
  );
});
