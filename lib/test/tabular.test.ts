import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  banditMDP,
  CovarianceAccumulator,
  cliffWalking,
  corridor,
  type DiscretePolicy,
  deterministicTable,
  enumerateTrajectories,
  exactGradient,
  expectedReturn,
  frozenLake,
  meanInterval,
  optimalValues,
  performanceDifference,
  policyTable,
  Rng,
  randomMDP,
  reinforceMoments,
  sampleInitialState,
  sampleTransition,
  scoreOf,
  softmaxLinear,
  softmaxTabular,
  solveFiniteHorizon,
  solvePolicy,
  surrogateGradient,
  type TabularMDP,
  tabularEnv,
  tabularMDP,
  uniformPolicy,
  uniformTable,
} from 'pglab';

const near = (actual: number, expected: number, tolerance = 1e-10, message = '') =>
  assert.ok(
    Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${message} ${actual} is not ${expected}`,
  );
const allNear = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-10, message = '') => {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) near(actual[i], expected[i], tolerance, `${message} [${i}]`);
};

/** A random MDP and a random softmax policy on it. */
function randomCase(seed: number, options: { terminals?: number; gamma?: number } = {}) {
  const rng = new Rng(seed);
  const mdp = randomMDP({ rng, states: 2 + (seed % 7), actions: 2 + (seed % 3), branching: 2, ...options });
  const policy = softmaxTabular({
    states: mdp.states,
    actions: mdp.actions,
    logits: Float64Array.from({ length: mdp.states * mdp.actions }, () => rng.normal()),
  });
  return { mdp, policy, rng };
}
const seeds = fc.integer({ min: 0, max: 1e6 });
const runs = (numRuns: number) => ({ seed: 1, numRuns });

/** grad J by central differences in theta. */
function gradientByDifferences(mdp: TabularMDP, policy: DiscretePolicy, options: object, h = 1e-5): number[] {
  return Array.from(policy.parameters, (value, k) => {
    const at = (v: number) => {
      policy.parameters[k] = v;
      const J = expectedReturn(mdp, policy, options);
      policy.parameters[k] = value;
      return J;
    };
    return (at(value + h) - at(value - h)) / (2 * h);
  });
}

test('a two-state chain by hand', () => {
  // state 0: stay (reward 1) or leave (reward 0, ends)
  const mdp = tabularMDP({
    states: 2,
    actions: 2,
    outcomes: (_s, a) => [{ probability: 1, next: a, reward: a === 0 ? 1 : 0 }],
    terminalStates: [1],
    gamma: 0.5,
  });
  const pi = [0.5, 0.5, 0.5, 0.5];
  // V = 1/2 (1 + V/2), so V = 2/3; visits 1 / (1 - 1/4) = 4/3
  const { V, Q, A, d, visits, J } = solvePolicy(mdp, pi);
  allNear(V, [2 / 3, 0]);
  allNear(Q, [4 / 3, 0, 0, 0]);
  allNear(A, [2 / 3, -2 / 3, 0, 0]);
  allNear(visits, [4 / 3, 0]);
  allNear(d, [2 / 3, 1 / 3]);
  near(J, 2 / 3);
  // with gamma 1 the number of stays is geometric, of mean 1, in 2 steps on average
  const undiscounted = solvePolicy(mdp, pi, { gamma: 1 });
  near(undiscounted.J, 1);
  allNear(undiscounted.visits, [2, 0]);
  allNear(undiscounted.d, [1, 0]);
  // dJ/dlogit = visits * pi * A
  allNear(exactGradient(mdp, softmaxTabular({ states: 2, actions: 2 })), [4 / 9, -4 / 9, 0, 0]);
});

test('optimal values agree with the published ones', () => {
  const start = (mdp: TabularMDP, options = {}) => optimalValues(mdp, options).J;
  const rounded = (value: number, digits: number) => Number(value.toFixed(digits));
  assert.equal(rounded(start(frozenLake({ gamma: 1 })), 4), 0.8235);
  assert.equal(rounded(start(frozenLake({ gamma: 1 }), { horizon: 100 }), 4), 0.7442);
  assert.equal(rounded(start(frozenLake()), 4), 0.542);
  assert.equal(rounded(start(frozenLake({ gamma: 0.9 })), 5), 0.06889);
  assert.equal(rounded(start(frozenLake({ map: '8x8', gamma: 1 })), 4), 1);
  assert.equal(rounded(start(frozenLake({ map: '8x8', gamma: 1 }), { horizon: 200 }), 4), 0.9132);
  assert.equal(rounded(start(frozenLake({ map: '8x8' })), 4), 0.4146);
  near(start(frozenLake({ slippery: false })), 0.99 ** 5); // six moves, the reward on the sixth
  assert.equal(start(cliffWalking()), -13);
  assert.equal(rounded(start(cliffWalking({ slippery: true })), 3), -64.709);
});

test('the safe path along the top of the cliff costs 17', () => {
  const cliff = cliffWalking();
  const [UP, RIGHT, DOWN] = [0, 1, 2];
  const safe = Array.from({ length: 48 }, (_, s) =>
    s % 12 === 11 ? DOWN : s < 12 ? RIGHT : s % 12 === 0 ? UP : RIGHT,
  );
  near(solvePolicy(cliff, deterministicTable(cliff, safe)).J, -17);
});

test('the optimal policy has the optimal value, and no policy has a better one', () => {
  fc.assert(
    fc.property(seeds, seed => {
      const { mdp, policy } = randomCase(seed, { terminals: seed % 2 });
      const best = optimalValues(mdp);
      const greedy = solvePolicy(mdp, deterministicTable(mdp, best.actions));
      allNear(greedy.V, best.V, 1e-9);
      allNear(greedy.Q, best.Q, 1e-9);
      const { V } = solvePolicy(mdp, policy);
      for (let s = 0; s < mdp.states; s++) assert.ok(V[s] <= best.V[s] + 1e-9);
    }),
    runs(40),
  );
});

test('Bellman equations, sums and the visits of random MDPs hold to 1e-10', () => {
  fc.assert(
    fc.property(seeds, fc.constantFrom(0, 0.5, 0.9, 0.999), (seed, gamma) => {
      const { mdp, policy } = randomCase(seed, { terminals: seed % 2, gamma });
      const pi = policy.table();
      const { V, Q, A, d, visits, J } = solvePolicy(mdp, policy);
      const { states: S, actions } = mdp;
      const scale = 1 / (1 - gamma);
      for (let s = 0; s < S; s++) {
        let v = 0;
        let a0 = 0;
        let inflow = (1 - gamma) * mdp.initial[s];
        for (let a = 0; a < actions; a++) {
          const pair = s * actions + a;
          let q = mdp.reward[pair];
          for (let next = 0; next < S; next++) q += gamma * mdp.transition[pair * S + next] * V[next];
          if (!mdp.terminal[s]) near(Q[pair], q, 1e-10 * scale, 'Q');
          v += pi[pair] * Q[pair];
          a0 += pi[pair] * A[pair];
        }
        for (let pair = 0; pair < S * actions; pair++)
          inflow += gamma * d[Math.floor(pair / actions)] * pi[pair] * mdp.transition[pair * S + s];
        near(v, V[s], 1e-10 * scale, 'V = E Q');
        near(a0, 0, 1e-10 * scale, 'E A = 0');
        near(inflow, d[s], 1e-10, 'flow of d');
        assert.ok(d[s] >= 0);
        if (!mdp.terminal[s]) near(d[s], (1 - gamma) * visits[s]);
      }
      near(
        d.reduce((x, y) => x + y, 0),
        1,
        1e-10,
        'sum d',
      );
      // J two ways: from the start, and as rewards collected over visits
      let collected = 0;
      for (let pair = 0; pair < pi.length; pair++)
        collected += visits[Math.floor(pair / actions)] * pi[pair] * mdp.reward[pair];
      near(collected, J, 1e-10 * scale, 'J');
    }),
    runs(60),
  );
});

test('the linear solve agrees with a long horizon, the truncated power series', () => {
  fc.assert(
    fc.property(seeds, seed => {
      const { mdp, policy } = randomCase(seed, { terminals: seed % 2, gamma: 0.8 });
      const exact = solvePolicy(mdp, policy);
      const long = solveFiniteHorizon(mdp, policy, { horizon: 150 }); // 0.8^150 is 3e-15
      allNear(long.V.subarray(0, mdp.states), exact.V, 1e-10);
      allNear(long.Q.subarray(0, mdp.states * mdp.actions), exact.Q, 1e-10);
      near(long.J, exact.J);
      const d = new Float64Array(mdp.states);
      for (let t = 0; t <= 150; t++)
        for (let s = 0; s < mdp.states; s++)
          d[s] += 0.2 * 0.8 ** t * long.stateProbabilities[t * mdp.states + s];
      allNear(d, exact.d, 1e-10);
      allNear(exactGradient(mdp, policy, { horizon: 150 }), exactGradient(mdp, policy), 1e-10);
    }),
    runs(25),
  );
});

test('the exact gradient agrees with differences of J and with the closed form eta pi A', () => {
  fc.assert(
    fc.property(
      seeds,
      fc.constantFrom({}, { horizon: 1 }, { horizon: 4 }, { horizon: 6, gamma: 1 }),
      (seed, options) => {
        const { mdp, policy } = randomCase(seed, { terminals: seed % 2 });
        const gradient = exactGradient(mdp, policy, options);
        allNear(gradient, gradientByDifferences(mdp, policy, options), 1e-7, 'differences');
        if (!('horizon' in options)) {
          const { visits, A } = solvePolicy(mdp, policy);
          const closed = policy
            .table()
            .map((p, pair) => visits[Math.floor(pair / mdp.actions)] * p * A[pair]);
          allNear(gradient, closed, 1e-10, 'closed form');
        }
      },
    ),
    runs(30),
  );
});

test('the exact gradient of a policy with shared parameters agrees with differences', () => {
  const mdp = frozenLake({ gamma: 0.95 });
  const policy = softmaxLinear({
    features: 2,
    actions: 4,
    featureMap: (o, offset, out) => {
      out[0] = Math.floor(o[offset] / 4) / 4;
      out[1] = (o[offset] % 4) / 4;
    },
    parameters: Float64Array.from({ length: 12 }, (_, i) => Math.sin(i)),
  });
  for (const options of [{}, { horizon: 20 }, { gamma: 1 }])
    allNear(exactGradient(mdp, policy, options), gradientByDifferences(mdp, policy, options), 1e-7);
});

test('gamma = 1 works where episodes end, and its gradient too', () => {
  const mdp = corridor({ length: 4, stepReward: -1, goalReward: -1, gamma: 1 });
  // a symmetric walk with a wall at 0: the expected time from 0 to 3 is 3 * 3 + 3 = 12
  const policy = softmaxTabular({ states: 4, actions: 2 });
  near(solvePolicy(mdp, policy).J, -12);
  near(
    solvePolicy(mdp, policy).visits.reduce((x, y) => x + y, 0),
    12,
  );
  allNear(exactGradient(mdp, policy), gradientByDifferences(mdp, policy, {}), 1e-7);
  fc.assert(
    fc.property(seeds, seed => {
      const random = randomCase(seed, { terminals: 1, gamma: 1 });
      const ends = (() => {
        try {
          return solvePolicy(random.mdp, random.policy);
        } catch (error) {
          assert.match(String(error), /never reaches a terminal state/);
          return undefined;
        }
      })();
      if (ends?.visits.every(v => v < 1e3)) {
        const gradient = exactGradient(random.mdp, random.policy);
        const differences = gradientByDifferences(random.mdp, random.policy, {});
        const scale = Math.max(1, ...differences.map(Math.abs), ...ends.visits);
        gradient.forEach((g, k) => {
          near(g / scale, differences[k] / scale, 1e-5);
        });
      }
    }),
    runs(40),
  );
});

test('gamma = 1 on policies that never end', () => {
  const mdp = corridor({ length: 4, gamma: 1 });
  const left = deterministicTable(mdp, [0, 0, 0, 0]);
  assert.throws(() => solvePolicy(mdp, left), {
    message:
      'gamma is 1, but must be below 1 for this policy, which never reaches a terminal state from state 0: its value is not defined (or give a horizon).',
  });
  assert.equal(solveFiniteHorizon(mdp, left, { horizon: 10 }).J, 0);
  // State 2 is a trap that no episode gets to: no value there, all values elsewhere.
  const trap = tabularMDP({
    states: 3,
    actions: 1,
    outcomes: s => [{ probability: 1, next: s === 0 ? 1 : s, reward: 1 }],
    terminalStates: [1],
    gamma: 1,
  });
  const { V, J, d, visits } = solvePolicy(trap, [1, 1, 1]);
  assert.deepEqual([...V], [1, 0, Number.NaN]);
  assert.deepEqual([J, ...d, ...visits], [1, 1, 0, 0, 1, 0, 0]);
  assert.deepEqual([...exactGradient(trap, softmaxTabular({ states: 3, actions: 1 }))], [0, 0, 0]);
});

test('unreachable states change nothing', () => {
  const cliff = cliffWalking({ gamma: 0.99 });
  const { d, V } = solvePolicy(cliff, uniformTable(cliff));
  for (let s = 37; s < 47; s++) {
    assert.equal(d[s], 0);
    assert.ok(Number.isFinite(V[s]));
  }
});

test('solutions agree with Monte Carlo within its 99.9% interval', () => {
  const { mdp, policy, rng } = randomCase(11, { terminals: 1, gamma: 0.9 });
  const out = { next: 0, reward: 0, terminated: false };
  const horizon = 12;
  const d = new Float64Array(mdp.states);
  const episodes = 20_000;
  const returns = Array.from({ length: episodes }, () => {
    let s = sampleInitialState(mdp, rng);
    let total = 0;
    for (let t = 0; t < horizon; t++) {
      d[s] += 1 / episodes;
      sampleTransition(mdp, s, policy.act([s], 0, rng), rng, out);
      total += 0.9 ** t * out.reward;
      s = out.next;
      if (out.terminated) break;
    }
    return total;
  });
  const { low, high } = meanInterval(returns, { confidence: 0.999 });
  const { J, stateProbabilities } = solveFiniteHorizon(mdp, policy, { horizon });
  assert.ok(low < J && J < high, `${J} not in [${low}, ${high}]`);
  for (let s = 0; s < mdp.states; s++) {
    if (mdp.terminal[s]) continue;
    let visits = 0;
    for (let t = 0; t < horizon; t++) visits += stateProbabilities[t * mdp.states + s];
    near(d[s], visits, 0.05);
  }
});

test('trajectories, enumerated, have the probabilities and returns that dynamic programming gives', () => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: 1, max: 4 }), (seed, horizon) => {
      const { mdp, policy } = randomCase(seed, { terminals: seed % 2 });
      const all = enumerateTrajectories(mdp, policy, { horizon });
      let J = 0;
      let total = 0;
      for (const { probability, rewards, states, actions, terminated } of all) {
        total += probability;
        J += probability * rewards.reduce((sum, r, t) => sum + 0.9 ** t * r, 0);
        assert.equal(states.length, actions.length + 1);
        assert.ok(terminated || actions.length === horizon);
        assert.equal(mdp.terminal[states[states.length - 1]] === 1, terminated);
      }
      near(total, 1);
      near(J, expectedReturn(mdp, policy, { horizon }));
    }),
    runs(20),
  );
});

test('the moments of REINFORCE agree with the sum over all trajectories', () => {
  fc.assert(
    fc.property(
      seeds,
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom('total', 'reward-to-go', 'baseline', 'time baseline', 'without gamma^t'),
      (seed, horizon, kind) => {
        const { mdp, policy, rng } = randomCase(seed, { terminals: seed % 2 });
        const gamma = 0.7;
        const S = mdp.states;
        const baseline =
          kind === 'baseline'
            ? Float64Array.from({ length: S }, () => rng.normal())
            : kind === 'time baseline'
              ? Float64Array.from({ length: S * horizon }, () => rng.normal())
              : undefined;
        const discountState = kind !== 'without gamma^t';
        const moments = reinforceMoments(mdp, policy, {
          horizon,
          gamma,
          form: kind === 'total' ? 'total-return' : 'reward-to-go',
          baseline,
          discountState,
        });
        const D = policy.parameters.length;
        const mean = new Float64Array(D);
        const second = new Float64Array(D);
        for (const { probability, states, actions, rewards } of enumerateTrajectories(mdp, policy, {
          horizon,
        })) {
          const g = new Float64Array(D);
          actions.forEach((a, t) => {
            let weight = 0;
            rewards.forEach((r, u) => {
              if (kind === 'total') weight += gamma ** u * r;
              else if (u >= t) weight += gamma ** (u - t) * r;
            });
            if (baseline) weight -= baseline[baseline.length === S ? states[t] : t * S + states[t]];
            if (kind !== 'total' && discountState) weight *= gamma ** t;
            policy.addScore(states, t, a, weight, g);
          });
          g.forEach((x, k) => {
            mean[k] += probability * x;
            second[k] += probability * x * x;
          });
        }
        allNear(moments.mean, mean, 1e-10, 'mean');
        allNear(
          moments.variance,
          second.map((m, k) => m - mean[k] ** 2),
          1e-10,
          'variance',
        );
        near(
          moments.meanSquaredNorm,
          second.reduce((x, y) => x + y, 0),
        );
        near(
          moments.covarianceTrace,
          moments.variance.reduce((x, y) => x + y, 0),
        );
        if (discountState)
          allNear(moments.mean, exactGradient(mdp, policy, { horizon, gamma }), 1e-10, 'unbiased');
      },
    ),
    runs(40),
  );
});

test('the moments agree with sampled estimates, noisy rewards included', () => {
  const mdp = banditMDP({ means: [1, -1, 0.5], standardDeviation: 2 });
  const policy = softmaxTabular({ states: 2, actions: 3, logits: [0.2, -0.4, 1, 0, 0, 0] });
  const p = policy.table();
  // E[g_k^2] = sum_a p_a (mean_a^2 + 4) ([k = a] - p_k)^2
  const means = [1, -1, 0.5];
  const J = means.reduce((sum, m, a) => sum + p[a] * m, 0);
  for (const form of ['total-return', 'reward-to-go'] as const) {
    const { variance, mean } = reinforceMoments(mdp, policy, { horizon: 3, form });
    for (let k = 0; k < 3; k++) {
      near(mean[k], p[k] * (means[k] - J));
      const second = means.reduce(
        (sum, m, a) => sum + p[a] * (m * m + 4) * ((k === a ? 1 : 0) - p[k]) ** 2,
        0,
      );
      near(variance[k], second - mean[k] ** 2);
    }
  }
  const rng = new Rng(6);
  const accumulator = new CovarianceAccumulator(6);
  const out = { next: 0, reward: 0, terminated: false };
  for (let i = 0; i < 40_000; i++) {
    const a = policy.act([0], 0, rng);
    sampleTransition(mdp, 0, a, rng, out);
    accumulator.add(scoreOf(policy, [0], a).map(x => x * out.reward));
  }
  near(
    accumulator.trace() / reinforceMoments(mdp, policy, { horizon: 1, form: 'total-return' }).covarianceTrace,
    1,
    0.04,
  );
});

test('in a continuing corridor the temporal structure and a good baseline help', () => {
  const mdp = corridor({ continuing: true, gamma: 1 });
  const policy = softmaxTabular({ states: 5, actions: 2 });
  const horizon = 40;
  const total = reinforceMoments(mdp, policy, { horizon, form: 'total-return' });
  const togo = reinforceMoments(mdp, policy, { horizon, form: 'reward-to-go' });
  const { V } = solveFiniteHorizon(mdp, policy, { horizon });
  const withBaseline = reinforceMoments(mdp, policy, {
    horizon,
    form: 'reward-to-go',
    baseline: V.subarray(0, 5 * horizon),
  });
  assert.ok(togo.covarianceTrace < total.covarianceTrace);
  assert.ok(withBaseline.covarianceTrace < togo.covarianceTrace / 2);
  allNear(total.mean, togo.mean, 1e-9);
  allNear(withBaseline.mean, togo.mean, 1e-9);
});

test('policies as tables', () => {
  const mdp = corridor({ length: 3 });
  assert.deepEqual([...policyTable(mdp, uniformPolicy(2))], [...uniformTable(mdp)]);
  assert.deepEqual([...deterministicTable(mdp, [1, 0, 1])], [0, 1, 1, 0, 0, 1]);
  const throwsWith = (run: () => unknown, message: string) => assert.throws(run, { message });
  throwsWith(
    () => solvePolicy(mdp, [0.5, 0.5]),
    'policy has length 2, but must have length 6 (3 states * 2 actions).',
  );
  throwsWith(
    () => solvePolicy(mdp, [0.5, 0.5, 0.5, 0.6, 1, 0]),
    'policy in state 1 sums to 1.1, but must sum to 1.',
  );
  throwsWith(
    () => solvePolicy(mdp, [Number.NaN, 0.5, 0.5, 0.5, 1, 0]),
    'policy in state 0[0] is NaN, but must be a finite number.',
  );
  throwsWith(() => solvePolicy(mdp, uniformPolicy(3)), 'policy has 3 actions, but the MDP has 2.');
  throwsWith(
    () => deterministicTable(mdp, [0, 2, 0]),
    'chosen[1] is 2, but must be a whole number from 0 to 1.',
  );
  throwsWith(() => deterministicTable(mdp, [0]), 'chosen has length 1, but must have length 3.');
  const notMDP = (value: string) => `mdp is ${value}, but must be a tabular MDP, e.g. frozenLake().`;
  const table = uniformTable(mdp);
  throwsWith(() => solvePolicy(undefined as never, table), notMDP('undefined'));
  throwsWith(() => solvePolicy(tabularEnv(mdp) as never, table), notMDP('an object'));
  throwsWith(() => optimalValues(undefined as never), notMDP('undefined'));
  throwsWith(() => performanceDifference(null as never, table, table), notMDP('null'));
  throwsWith(
    () => performanceDifference(mdp, table, undefined as never),
    'newPolicy is undefined, but must be a table [S * A] of probabilities or a policy, e.g. softmaxTabular(...).',
  );
  for (const gradient of [
    exactGradient,
    (m: TabularMDP, p: DiscretePolicy) => surrogateGradient(m, table, p),
  ])
    assert.throws(
      () => gradient(mdp, table as never),
      /olicy is \[0\.5, .*, but must be a policy with parameters, e\.g\. softmaxTabular\(\.\.\.\), to have a gradient/,
    );
  throwsWith(
    () => exactGradient(mdp, softmaxTabular({ states: 4, actions: 2 })),
    'policy has 4 states, but the MDP has 3.',
  );
  const policy = softmaxTabular({ states: 3, actions: 2 });
  throwsWith(
    () => solveFiniteHorizon(mdp, policy, { horizon: 0 }),
    'horizon is 0, but must be a whole number of at least 1.',
  );
  throwsWith(
    () => solvePolicy(mdp, policy, { gamma: -1 }),
    'gamma is -1, but must be a finite number from 0 to 1.',
  );
  throwsWith(
    () => enumerateTrajectories(corridor({ slip: 0.5 }), uniformPolicy(2), { horizon: 20, limit: 1000 }),
    'horizon is 20, but there are more than 1000 trajectories of 6 steps; use a smaller horizon or MDP.',
  );
  throwsWith(
    () => reinforceMoments(mdp, policy, { horizon: 5, form: 'total-return', baseline: [0, 0, 0] }),
    "baseline is given, but only the form 'reward-to-go' takes one.",
  );
  throwsWith(
    () => reinforceMoments(mdp, policy, { horizon: 5, form: 'reward-to-go', baseline: [0, 0] }),
    'baseline has length 2, but must have length 15.',
  );
  // A reward without end
  throwsWith(
    () => optimalValues(corridor({ length: 2, continuing: true, gamma: 1 })),
    'gamma is 1, but the values still move after 1000000 sweeps; use a smaller gamma or a horizon.',
  );
});
