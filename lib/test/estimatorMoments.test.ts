import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type AdvantageBiasVariance,
  advantageBiasVariance,
  advantageMoments,
  banditMDP,
  collectEpisodes,
  corridor,
  criticValues,
  type DiscretePolicy,
  discountByTime,
  type EnumeratedTrajectory,
  enumerateTrajectories,
  exactGradient,
  generalizedAdvantages,
  gradientMoments,
  nStepAdvantages,
  perTrajectoryGradients,
  Rng,
  randomMDP,
  reinforceMoments,
  scoreGradient,
  scoreOf,
  scoreWeights,
  softmaxTabular,
  solveFiniteHorizon,
  solvePolicy,
  type TabularMDP,
  type TrajectoryBatch,
  tableBaseline,
  tabularEnv,
  tabularMDP,
  trajectoryBatch,
  uniformTable,
} from 'pglab';

const near = (actual: number, expected: number, tolerance = 1e-12, message = '') =>
  assert.ok(
    Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${message} ${actual} is not ${expected}`,
  );
const allNear = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-12, message = '') => {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) near(actual[i], expected[i], tolerance, `${message} [${i}]`);
};
const throwsWith = (run: () => unknown, message: string) => assert.throws(run, { message });
const seeds = fc.nat(1e6);
const kinds = [{ n: 1 }, { n: 2 }, { n: 3 }, { n: Infinity }, { lambda: 0 }, { lambda: 0.6 }, { lambda: 1 }];
type Kind = { n?: number; lambda?: number };

function randomCase(seed: number, options: { terminals?: number; gamma?: number } = {}) {
  const rng = new Rng(seed);
  const mdp = randomMDP({
    rng,
    states: 2 + (seed % 3),
    actions: 2 + (seed % 2),
    branching: 2,
    terminals: seed % 2,
    gamma: seed % 5 === 0 ? 1 : 0.5 + rng.uniform() / 2,
    ...options,
  });
  const draw = (length: number) => Float64Array.from({ length }, () => rng.normal());
  const { states, actions } = mdp;
  const policy = softmaxTabular({ states, actions, logits: draw(states * actions) });
  return { mdp, policy, draw, S: states, A: actions, horizon: actions === 2 ? 4 : 3 };
}

/** One enumerated trajectory as a batch, for the estimators that read batches. */
const batchOf = ({ states, actions, rewards, terminated }: EnumeratedTrajectory): TrajectoryBatch =>
  trajectoryBatch({
    observations: states.slice(0, -1),
    actions,
    rewards,
    terminated: actions.map((_, t) => (t === actions.length - 1 && terminated ? 1 : 0)),
    truncated: actions.map((_, t) => (t === actions.length - 1 && !terminated ? 1 : 0)),
    finalObservations: [states[actions.length]],
  });

/** The advantage estimates of a batch with a table for a critic. */
function estimated(
  batch: TrajectoryBatch,
  table: ArrayLike<number>,
  mdp: TabularMDP,
  kind: Kind,
  atCut: boolean,
) {
  const { values, finalValues } = criticValues(batch, tableBaseline({ table, states: mdp.states }));
  const critic = {
    values,
    finalValues: atCut ? finalValues : new Float64Array(finalValues.length),
    gamma: mdp.gamma,
  };
  return kind.n === undefined
    ? generalizedAdvantages(batch, { ...critic, lambda: kind.lambda! })
    : nStepAdvantages(batch, { ...critic, n: kind.n });
}

/** E[g] and Cov[g] by the definition, a sum over all trajectories. */
function enumeratedMoments(
  mdp: TabularMDP,
  policy: DiscretePolicy,
  horizon: number,
  weightsOf: (batch: TrajectoryBatch) => Float64Array,
) {
  const d = policy.parameters.length;
  const mean = new Float64Array(d);
  const second = new Float64Array(d * d);
  for (const trajectory of enumerateTrajectories(mdp, policy, { horizon })) {
    const batch = batchOf(trajectory);
    const [g] = perTrajectoryGradients(batch, policy, weightsOf(batch));
    g.forEach((x, i) => {
      mean[i] += trajectory.probability * x;
      g.forEach((y, j) => {
        second[i * d + j] += trajectory.probability * x * y;
      });
    });
  }
  return { mean, covariance: second.map((x, k) => x - mean[Math.floor(k / d)] * mean[k % d]) };
}

test('the whole covariance of every estimator is that of all trajectories', () => {
  fc.assert(
    fc.property(seeds, fc.boolean(), fc.boolean(), (seed, atCut, discountState) => {
      const { mdp, policy, draw, S, horizon } = randomCase(seed);
      const { gamma } = mdp;
      const d = policy.parameters.length;
      const hold = (
        moments: (covariance: boolean) => ReturnType<typeof reinforceMoments>,
        weightsOf: (batch: TrajectoryBatch) => Float64Array,
        message: string,
      ) => {
        const exact = moments(true);
        const { mean, covariance } = enumeratedMoments(mdp, policy, horizon, weightsOf);
        allNear(exact.mean, mean, 1e-10, `mean, ${message}`);
        allNear(exact.covariance!, covariance, 1e-10, `covariance, ${message}`);
        // The variances alone are the same numbers, made by the same recursion.
        const { covariance: whole, ...rest } = exact;
        assert.deepEqual(moments(false), rest);
        allNear(
          rest.variance,
          rest.variance.map((_, k) => whole![k * d + k]),
          0,
        );
      };
      hold(
        covariance => reinforceMoments(mdp, policy, { horizon, form: 'total-return', covariance }),
        batch => scoreWeights(batch, { gamma, form: 'total-return' }),
        'total return',
      );
      for (const baseline of [draw(S), draw(S * horizon)])
        hold(
          covariance =>
            reinforceMoments(mdp, policy, {
              horizon,
              form: 'reward-to-go',
              baseline,
              discountState,
              covariance,
            }),
          batch => {
            const b = tableBaseline({ table: baseline, states: S }).predict(batch);
            return scoreWeights(batch, { gamma, baseline: b, discountState });
          },
          'reward to go',
        );
      const values = draw(S * (seed % 2 ? 1 : horizon + 1));
      for (const kind of kinds)
        hold(
          covariance =>
            advantageMoments(mdp, policy, {
              horizon,
              values,
              bootstrapAtCut: atCut,
              discountState,
              covariance,
              ...kind,
            }),
          batch => {
            const advantages = estimated(batch, values, mdp, kind, atCut);
            return discountState ? discountByTime(advantages, gamma) : advantages;
          },
          JSON.stringify(kind),
        );
    }),
    { seed: 1, numRuns: 12 },
  );
});

test('the covariance of a bandit with noisy rewards, by hand', () => {
  const means = [1, -1, 0.5];
  const policy = softmaxTabular({ states: 2, actions: 3, logits: [0.2, -0.4, 1, 0, 0, 0] });
  const p = policy.table();
  const { covariance, mean } = reinforceMoments(banditMDP({ means, standardDeviation: 2 }), policy, {
    horizon: 2,
    form: 'reward-to-go',
    baseline: [0.3, 7],
    covariance: true,
  });
  // E[g_i g_j] = sum_a p_a ((mean_a - b)^2 + 4) ([i = a] - p_i) ([j = a] - p_j)
  for (let i = 0; i < 3; i++)
    for (let j = 0; j < 3; j++) {
      const second = means.reduce(
        (sum, m, a) =>
          sum + p[a] * ((m - 0.3) ** 2 + 4) * ((i === a ? 1 : 0) - p[i]) * ((j === a ? 1 : 0) - p[j]),
        0,
      );
      near(covariance[i * 6 + j], second - mean[i] * mean[j]);
    }
  // and of its advantage estimates, whatever the critic says of the state: reward noise alone
  for (const kind of kinds) {
    const mdp = banditMDP({ means, standardDeviation: 2 });
    for (const horizon of [undefined, 2]) {
      const exact = advantageBiasVariance(mdp, policy, { values: [0.25, 9], horizon, ...kind });
      allNear(exact.mean.subarray(0, 6), [0.75, -1.25, 0.25, 0, 0, 0]);
      allNear(exact.variance.subarray(0, 6), [4, 4, 4, 0, 0, 0]);
      const J = means.reduce((sum, m, a) => sum + p[a] * m, 0);
      near(exact.meanSquaredBias, (J - 0.25) ** 2);
      near(exact.meanSquaredActionBias, 0);
      near(exact.meanSquaredError, (J - 0.25) ** 2 + 4);
    }
  }
});

test('no baseline moves the mean; both forms of REINFORCE have the gradient of J_H for theirs', () => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: 1, max: 12 }), (seed, horizon) => {
      const { mdp, policy, draw, S } = randomCase(seed);
      const gradient = exactGradient(mdp, policy, { horizon });
      allNear(reinforceMoments(mdp, policy, { horizon, form: 'total-return' }).mean, gradient, 1e-12);
      for (const baseline of [undefined, draw(S), draw(S * horizon)])
        allNear(
          reinforceMoments(mdp, policy, { horizon, form: 'reward-to-go', baseline }).mean,
          gradient,
          1e-12,
        );
    }),
    { seed: 1, numRuns: 100 },
  );
});

/** An MDP of layers, each leading to a later state: all episodes end within `states` - 1 steps. */
function layeredMDP(seed: number, states = 5) {
  const rng = new Rng(seed);
  const mdp = tabularMDP({
    states,
    actions: 2,
    outcomes: s => {
      const p = rng.uniform();
      const next = () => rng.integer(s + 1, states);
      return [
        { probability: p, next: next(), reward: rng.normal() },
        { probability: 1 - p, next: next(), reward: rng.normal() },
      ];
    },
    initial: Array.from({ length: states }, (_, s) => (s < states - 1 ? 1 / (states - 1) : 0)),
    terminalStates: [states - 1],
    gamma: seed % 3 === 0 ? 1 : rng.uniform(),
  });
  const draw = (length: number) => Float64Array.from({ length }, () => rng.normal());
  return { mdp, policy: softmaxTabular({ states, actions: 2, logits: draw(2 * states) }), draw };
}

test('where all episodes end, GAE(1) and A^(inf) give the gradient whatever the critic says', () => {
  fc.assert(
    fc.property(seeds, fc.boolean(), (seed, bootstrapAtCut) => {
      const { mdp, policy, draw } = layeredMDP(seed);
      const none = new Float64Array(policy.parameters.length);
      for (const kind of [{ lambda: 1 }, { n: Infinity }, { n: 4 }]) {
        const options = { values: draw(5), ...kind };
        allNear(advantageMoments(mdp, policy, { horizon: 4, bootstrapAtCut, ...options }).bias, none);
        near(advantageBiasVariance(mdp, policy, options).meanSquaredActionBias, 0, 1e-24);
      }
    }),
    { seed: 1, numRuns: 100 },
  );
});

test('advantage estimates of episodes that are cut: conditional moments are those of all trajectories', () => {
  fc.assert(
    fc.property(seeds, fc.boolean(), (seed, bootstrapAtCut) => {
      const { mdp, policy, draw, S, A, horizon } = randomCase(seed);
      const { gamma } = mdp;
      const { A: advantage } = solveFiniteHorizon(mdp, policy, { horizon });
      const all = enumerateTrajectories(mdp, policy, { horizon });
      for (const steps of [1, horizon + 1]) {
        const values = draw(S * steps);
        for (const kind of kinds) {
          const exact = advantageBiasVariance(mdp, policy, { horizon, values, bootstrapAtCut, ...kind });
          const size = horizon * S * A;
          const [total, first, second] = [0, 0, 0].map(() => new Float64Array(size));
          let error = 0;
          let weight = 0;
          for (const trajectory of all) {
            const { states, actions, probability } = trajectory;
            estimated(batchOf(trajectory), values, mdp, kind, bootstrapAtCut).forEach((x, t) => {
              const k = (t * S + states[t]) * A + actions[t];
              total[k] += probability;
              first[k] += probability * x;
              second[k] += probability * x * x;
              weight += gamma ** t * probability;
              error += gamma ** t * probability * (x - advantage[k]) ** 2;
            });
          }
          for (let k = 0; k < size; k++) {
            const t = Math.floor(k / (S * A));
            near(exact.weights[k], (gamma ** t * total[k]) / weight, 1e-12, 'weight');
            if (total[k] < 1e-9) continue;
            const mean = first[k] / total[k];
            near(exact.mean[k], mean, 1e-10, 'mean');
            near(exact.variance[k], second[k] / total[k] - mean ** 2, 1e-10, 'variance');
            near(exact.bias[k], mean - advantage[k], 1e-10, 'bias');
          }
          near(exact.meanSquaredError, error / weight, 1e-10, 'MSE');
          near(exact.meanSquaredError, exact.meanSquaredBias + exact.meanVariance);
          assert.ok(exact.meanSquaredActionBias <= exact.meanSquaredBias + 1e-15);
        }
      }
    }),
    { seed: 1, numRuns: 12 },
  );
});

/** E[f(s_n) | s_0 = s, a_0 = a] for f that is 0 in terminal states. */
function expectedAfter(mdp: TabularMDP, pi: Float64Array, f: Float64Array, n: number): Float64Array {
  const { states: S, actions: A, transition } = mdp;
  const state = f.map((x, s) => (mdp.terminal[s] ? 0 : x));
  let pairs = new Float64Array(S * A);
  for (let k = 0; k < n; k++) {
    pairs = pairs.map((_, pair) =>
      mdp.terminal[Math.floor(pair / A)]
        ? 0
        : state.reduce((sum, x, next) => sum + transition[pair * S + next] * x, 0),
    );
    state.forEach((_, s) => {
      state[s] = 0;
      for (let a = 0; a < A; a++) state[s] += pi[s * A + a] * pairs[s * A + a];
    });
  }
  return pairs;
}

test('advantage estimates of episodes that are never cut: the bias in closed form, none with V^pi', () => {
  fc.assert(
    fc.property(seeds, seed => {
      const { mdp, policy, draw, S, A } = randomCase(seed, { gamma: seed % 2 && seed % 3 === 0 ? 1 : 0.8 });
      const { gamma } = mdp;
      const pi = policy.table();
      const solution = solvePolicy(mdp, policy);
      const error = draw(S).map((x, s) => (mdp.terminal[s] ? 0 : x));
      const values = solution.V.map((v, s) => v + error[s]);
      const closed = (n: number) => {
        const later = n === Infinity ? new Float64Array(S * A) : expectedAfter(mdp, pi, error, n);
        const discount = n === Infinity ? 0 : gamma ** n;
        return later.map((x, pair) => discount * x - error[Math.floor(pair / A)]);
      };
      const sees = (result: AdvantageBiasVariance) => {
        const { bias, actionBias, weights } = result;
        near(
          weights.reduce((sum, w) => sum + w, 0),
          1,
        );
        allNear(
          result.mean.map((x, k) => x - bias[k]),
          solution.A,
          1e-11,
        );
        for (let s = 0; s < S; s++) {
          let common = 0;
          for (let a = 0; a < A; a++) {
            common += pi[s * A + a] * actionBias[s * A + a];
            near(bias[s * A + a] - actionBias[s * A + a], bias[s * A] - actionBias[s * A], 1e-11);
          }
          near(common, 0, 1e-11);
        }
      };
      for (const n of [1, 2, 3, 7, Infinity]) {
        const result = advantageBiasVariance(mdp, policy, { values, n });
        allNear(result.bias, closed(n), 1e-10, `A^(${n})`);
        sees(result);
      }
      for (const lambda of [0, 0.3, 0.7, 1]) {
        // (1 - lambda) sum_n lambda^(n-1) A^(n)
        const blend = closed(Infinity).map(x => (lambda === 1 ? x : 0));
        for (let n = 1, w = 1 - lambda; w > 1e-14; n++, w *= lambda)
          closed(n).forEach((x, k) => {
            blend[k] += w * x;
          });
        const result = advantageBiasVariance(mdp, policy, { values, lambda });
        allNear(result.bias, blend, 1e-10, `GAE(${lambda})`);
        sees(result);
      }
      for (const kind of [...kinds, { n: 9 }, { lambda: 0.9 }]) {
        const right = advantageBiasVariance(mdp, policy, { values: solution.V, ...kind });
        allNear(right.bias, new Float64Array(S * A), 1e-11, `V^pi, ${JSON.stringify(kind)}`);
        const horizon = 6;
        const { V } = solveFiniteHorizon(mdp, policy, { horizon });
        const cut = advantageBiasVariance(mdp, policy, { values: V, horizon, ...kind });
        allNear(cut.bias, new Float64Array(horizon * S * A), 1e-11, `V_t, ${JSON.stringify(kind)}`);
      }
    }),
    { seed: 1, numRuns: 60 },
  );
});

test('the variance of estimates that are never cut is the limit of those cut late', () => {
  fc.assert(
    fc.property(seeds, seed => {
      const { mdp, policy, draw, S, A } = randomCase(seed, { gamma: 0.5 });
      const values = draw(S);
      for (const kind of kinds) {
        const never = advantageBiasVariance(mdp, policy, { values, ...kind });
        const late = advantageBiasVariance(mdp, policy, {
          values,
          horizon: 60,
          bootstrapAtCut: true,
          ...kind,
        });
        allNear(never.mean, late.mean.subarray(0, S * A), 1e-12);
        allNear(never.variance, late.variance.subarray(0, S * A), 1e-12);
      }
      // TD error: noise of s' alone, as rewards of these MDPs are functions of (s, a)
      const td = advantageBiasVariance(mdp, policy, { values, n: 1 });
      const live = values.map((v, s) => (mdp.terminal[s] ? 0 : v));
      const first = expectedAfter(mdp, policy.table(), live, 1);
      const second = expectedAfter(
        mdp,
        policy.table(),
        live.map(v => v * v),
        1,
      );
      allNear(
        td.variance,
        first.map((x, k) => 0.25 * (second[k] - x * x)),
        1e-12,
      );
    }),
    { seed: 1, numRuns: 40 },
  );
});

test('the bias of a gradient estimate is what its scores see of the bias of its advantages', () => {
  fc.assert(
    fc.property(seeds, fc.boolean(), (seed, bootstrapAtCut) => {
      const { mdp, policy, draw, S, A, horizon } = randomCase(seed);
      const values = draw(S);
      for (const kind of kinds) {
        const options = { horizon, values, bootstrapAtCut, ...kind };
        const { actionBias, weights } = advantageBiasVariance(mdp, policy, options);
        const { stateProbabilities } = solveFiniteHorizon(mdp, policy, { horizon });
        // weights are scaled by the expected discounted number of steps
        let steps = 0;
        for (let k = 0; k < horizon * S; k++)
          if (!mdp.terminal[k % S]) steps += mdp.gamma ** Math.floor(k / S) * stateProbabilities[k];
        const bias = new Float64Array(S * A);
        actionBias.forEach((x, k) => {
          const pair = k % (S * A);
          scoreOf(policy, [Math.floor(pair / A)], pair % A).forEach((psi, i) => {
            bias[i] += steps * weights[k] * x * psi;
          });
        });
        allNear(advantageMoments(mdp, policy, options).bias, bias, 1e-11);
      }
    }),
    { seed: 1, numRuns: 40 },
  );
});

test('episodes that may never end have advantages only below gamma = 1', () => {
  const endless = corridor({ length: 3, continuing: true, gamma: 1 });
  assert.throws(
    () => advantageBiasVariance(endless, uniformTable(endless), { values: [0, 0, 0], n: 1 }),
    /gamma is 1, but must be below 1 for this policy/,
  );
  const exact = advantageBiasVariance(endless, uniformTable(endless), {
    values: [0, 0, 0],
    n: 1,
    gamma: 0.5,
  });
  assert.ok(exact.meanSquaredBias > 0);
  // State 1 is never met and never left: what is not known about it spoils no average.
  const mdp = tabularMDP({
    states: 3,
    actions: 2,
    outcomes: (s, a) => [{ probability: 1, next: s === 1 ? 1 : 2, reward: 1 + a }],
    terminalStates: [2],
    gamma: 1,
  });
  for (const kind of kinds) {
    const { bias, meanSquaredBias, meanVariance } = advantageBiasVariance(mdp, [0.5, 0.5, 1, 0, 0.5, 0.5], {
      values: [1, 0, 0],
      ...kind,
    });
    assert.ok(Number.isNaN(bias[2]));
    allNear(bias.subarray(0, 2), [0.5, 0.5]);
    near(meanSquaredBias, 0.25);
    near(meanVariance, 0);
  }
});

test('sampled moments with their standard errors, by hand', () => {
  const policy = softmaxTabular({ states: 1, actions: 2 });
  // Scores are +-(1/2, -1/2); weights make the gradients (x, -x) with x = 1, 2, 6.
  const batch = trajectoryBatch({
    observations: [0, 0, 0],
    actions: [0, 1, 0],
    rewards: [0, 0, 0],
    episodeStarts: [0, 1, 2, 3],
  });
  const weights = [2, -4, 12];
  const sampled = gradientMoments(batch, policy, weights, { covariance: true });
  assert.equal(sampled.trajectories, 3);
  allNear(sampled.mean, [3, -3]);
  allNear(sampled.mean, scoreGradient(batch, policy, weights));
  allNear(sampled.variance, [7, 7]);
  allNear(sampled.meanError, [Math.sqrt(7 / 3), Math.sqrt(7 / 3)]);
  allNear(sampled.covariance, [7, -7, -7, 7]);
  near(sampled.covarianceTrace, 14);
  // squared deviations 4, 1, 9: variance 49/3
  const error = Math.sqrt(49 / 3 / 3);
  allNear(sampled.covarianceError, [error, error, error, error]);
  near(sampled.covarianceTraceError, 2 * error);
  const { covariance: _, covarianceError: __, ...rest } = sampled;
  assert.deepEqual(gradientMoments(batch, policy, weights), rest);
  throwsWith(
    () => gradientMoments(trajectoryBatch({ observations: [0], actions: [0], rewards: [1] }), policy, [1]),
    'batch has 1 trajectory, but a variance needs at least 2.',
  );
  throwsWith(() => gradientMoments(batch, policy, [1]), 'weights has length 1, but must have length 3.');
});

test('sampled means and covariances lie within their errors of the exact ones', () => {
  const rng = new Rng(12);
  const mdp = randomMDP({ rng, states: 4, actions: 2, terminals: 1, gamma: 0.9 });
  const logits = Array.from({ length: 8 }, () => rng.normal());
  const policy = softmaxTabular({ states: 4, actions: 2, logits });
  const horizon = 6;
  const batch = collectEpisodes(tabularEnv(mdp), policy, { episodes: 20_000, rng, maxSteps: horizon });
  const values = [0.5, -0.5, 1, 9];
  const form = 'reward-to-go';
  const discounted = (kind: Kind, atCut: boolean) =>
    discountByTime(estimated(batch, values, mdp, kind, atCut), 0.9, batch.episodeStarts);
  const baseline = tableBaseline({ table: values, states: 4 }).predict(batch);
  const options = { horizon, covariance: true } as const;
  const cases = [
    {
      exact: reinforceMoments(mdp, policy, { ...options, form: 'total-return' }),
      weights: scoreWeights(batch, { gamma: 0.9, form: 'total-return' }),
    },
    {
      exact: reinforceMoments(mdp, policy, { ...options, form }),
      weights: scoreWeights(batch, { gamma: 0.9, form }),
    },
    {
      exact: reinforceMoments(mdp, policy, { ...options, form, baseline: values }),
      weights: scoreWeights(batch, { gamma: 0.9, form, baseline }),
    },
    {
      exact: advantageMoments(mdp, policy, { ...options, values, n: 2, bootstrapAtCut: true }),
      weights: discounted({ n: 2 }, true),
    },
    {
      exact: advantageMoments(mdp, policy, { ...options, values, lambda: 0.6 }),
      weights: discounted({ lambda: 0.6 }, false),
    },
  ];
  for (const { exact, weights } of cases) {
    const sampled = gradientMoments(batch, policy, weights, { covariance: true });
    const hold = (
      name: string,
      found: ArrayLike<number>,
      truth: ArrayLike<number>,
      errors: ArrayLike<number>,
    ) => {
      let outside = 0;
      let tried = 0;
      for (let k = 0; k < found.length; k++) {
        const distance = Math.abs(found[k] - truth[k]);
        if (errors[k] === 0) {
          assert.equal(distance, 0);
          continue;
        }
        tried++;
        assert.ok(distance <= 4.5 * errors[k], `${name} [${k}]: z = ${distance / errors[k]}`);
        if (distance > 1.96 * errors[k]) outside++;
      }
      // 5% are expected; neighbours are correlated.
      assert.ok(
        outside <= Math.max(2, 0.25 * tried),
        `${name}: ${outside} of ${tried} outside their 95% interval`,
      );
    };
    hold('mean', sampled.mean, exact.mean, sampled.meanError);
    hold('covariance', sampled.covariance, exact.covariance, sampled.covarianceError);
    hold('trace', [sampled.covarianceTrace], [exact.covarianceTrace], [sampled.covarianceTraceError]);
  }
});

test('bad input of the exact advantages is named', () => {
  const { mdp, policy, S } = randomCase(1, { gamma: 0.9 });
  const values = new Float64Array(S);
  throwsWith(
    () => advantageBiasVariance(mdp, policy, { values }),
    'n is undefined and lambda is undefined, but exactly one of them must be given.',
  );
  throwsWith(
    () => advantageBiasVariance(mdp, policy, { values: [1], n: 1 }),
    `values has length 1, but must have length ${S}.`,
  );
  throwsWith(
    () => advantageBiasVariance(mdp, policy, { values: [1], n: 1, horizon: 4 }),
    `values has length 1, but must have length ${S} (S), ${4 * S} (H * S) or ${5 * S} ((H + 1) * S).`,
  );
  throwsWith(
    () => advantageBiasVariance(mdp, policy, { values, lambda: 2 }),
    'lambda is 2, but must be a finite number from 0 to 1.',
  );
  throwsWith(
    () => advantageBiasVariance(mdp, policy, { values, n: 0 }),
    'n is 0, but must be a whole number of at least 1.',
  );
  throwsWith(
    () => advantageBiasVariance(mdp, policy, { values, n: 1, horizon: 0 }),
    'horizon is 0, but must be a whole number of at least 1.',
  );
  throwsWith(
    () => advantageBiasVariance(undefined as never, policy, { values, n: 1 }),
    'mdp is undefined, but must be a tabular MDP, e.g. frozenLake().',
  );
});
