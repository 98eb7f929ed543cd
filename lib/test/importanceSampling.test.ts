import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  banditMDP,
  categorical,
  collectEpisodes,
  effectiveSampleSize,
  effectiveSampleSizeOfLog,
  enumerateTrajectories,
  exactGradient,
  expectedReturn,
  gaussian,
  gaussianImportanceVariance,
  type ImportanceForm,
  importanceSamplingEstimate,
  importanceVariance,
  importanceWeights,
  logImportanceWeights,
  logImportanceWeightsOverTime,
  mean,
  offPolicyScoreWeights,
  type Policy,
  perTrajectoryGradients,
  policyTable,
  Rng,
  randomMDP,
  type SoftmaxTabular,
  scoreGradient,
  scoreWeights,
  softmaxTabular,
  solveFiniteHorizon,
  standardError,
  type TabularMDP,
  tabularEnv,
  trajectoryBatch,
  uniformPolicy,
  variance,
} from 'pglab';

const near = (actual: number, expected: number, tolerance = 1e-12, message = '') =>
  assert.ok(
    actual === expected || Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${message} ${actual} is not ${expected}`,
  );
const nearAll = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-12, message = '') => {
  assert.equal(actual.length, expected.length);
  for (let k = 0; k < actual.length; k++) near(actual[k], expected[k], tolerance, `${message} [${k}]`);
};

const randomPolicy = (mdp: TabularMDP, seed: number, size = 1) => {
  const rng = new Rng(seed);
  const { states, actions } = mdp;
  return softmaxTabular({
    states,
    actions,
    logits: Array.from({ length: states * actions }, () => size * rng.normal()),
  });
};

/** A policy of one state that draws from fixed probabilities, zero among them. */
const fixedPolicy = (p: number[]): Policy => {
  const policy = softmaxTabular({ states: 1, actions: p.length });
  policy.parameters.set(p.map(Math.log));
  return policy;
};

const forms: ImportanceForm[] = ['trajectory', 'per-decision', 'per-step'];

describe('a batch small enough to do by hand', () => {
  // Behavior: two actions, 1/2 each. Target: 0.8 and 0.2, so that the ratios are 1.6 and 0.4.
  const batch = trajectoryBatch({
    observations: [0, 0, 0, 0, 0],
    actions: [0, 1, 1, 0, 0],
    rewards: [1, 2, 3, 4, 5],
    episodeStarts: [0, 2, 5],
    logProbs: [0.5, 0.5, 0.5, 0.5, 0.5].map(Math.log),
  });
  const target = fixedPolicy([0.8, 0.2]);

  test('weights', () => {
    nearAll(importanceWeights(batch, target, { form: 'per-step' }), [1.6, 0.4, 0.4, 1.6, 1.6]);
    nearAll(importanceWeights(batch, target), [1.6, 0.64, 0.4, 0.64, 1.024]);
    nearAll(importanceWeights(batch, target, { form: 'trajectory' }), [0.64, 1.024]);
    nearAll(logImportanceWeights(batch, target, { form: 'trajectory' }), [0.64, 1.024].map(Math.log));
    const rows = (form: ImportanceForm) =>
      logImportanceWeightsOverTime(batch, target, { form }).flatMap(row => [...row.map(Math.exp)]);
    nearAll(rows('per-decision'), [1.6, 0.4, 0.64, 0.64, 0.64, 1.024]);
    nearAll(rows('per-step'), [1.6, 0.4, 0.4, 1.6, 1, 1.6]);
    nearAll(rows('trajectory'), [0.64, 1.024, 0.64, 1.024, 0.64, 1.024]);
  });

  test('estimates, with gamma = 1/2', () => {
    const estimate = (form: ImportanceForm, weighted = false) =>
      importanceSamplingEstimate(batch, target, { gamma: 0.5, form, weighted });
    // R = 1 + 2/2 = 2 and 3 + 4/2 + 5/4 = 6.25
    near(estimate('trajectory').estimate, (0.64 * 2 + 1.024 * 6.25) / 2);
    near(estimate('trajectory').standardError, Math.abs(1.024 * 6.25 - 0.64 * 2) / 2);
    near(estimate('trajectory').effectiveSampleSize, 1.664 ** 2 / (0.64 ** 2 + 1.024 ** 2));
    near(estimate('trajectory', true).estimate, (0.64 * 2 + 1.024 * 6.25) / 1.664);
    const first = 1.6 * 1 + (0.64 * 2) / 2;
    const second = 0.4 * 3 + (0.64 * 4) / 2 + (1.024 * 5) / 4;
    near(estimate('per-decision').estimate, (first + second) / 2);
    near(estimate('per-decision').standardError, Math.abs(first - second) / 2);
    near(estimate('per-decision').effectiveSampleSize, 2 ** 2 / (1.6 ** 2 + 0.4 ** 2));
    near(
      estimate('per-decision', true).estimate,
      (1.6 * 1 + 0.4 * 3) / 2 + (0.64 * 2 + 0.64 * 4) / 1.28 / 2 + (1.024 * 5) / 1.664 / 4,
    );
    near(estimate('per-step').estimate, (1.6 + 0.4 + 0.4 * 3 + 1.6 * 2 + (1.6 * 5) / 4) / 2);
    near(
      estimate('per-step', true).estimate,
      (1.6 + 0.4 * 3) / 2 + (0.4 * 2 + 1.6 * 4) / 2 / 2 + (1.6 * 5) / 2.6 / 4,
    );
  });

  test('score weights', () => {
    const weights = (form: ImportanceForm, more = {}) =>
      offPolicyScoreWeights(batch, target, { gamma: 0.5, form, ...more });
    nearAll(weights('trajectory'), [0.64 * 2, 0.64, 1.024 * 6.25, 1.024 * 3.25, 1.024 * 1.25]);
    nearAll(weights('per-decision'), [
      1.6 + 0.64,
      0.64,
      0.4 * 3 + 0.64 * 2 + 1.024 * 1.25,
      0.64 * 2 + 1.024 * 1.25,
      1.024 * 1.25,
    ]);
    nearAll(weights('per-step'), [1.6 * 2, 0.4, 0.4 * 6.25, 1.6 * 3.25, 1.6 * 1.25]);
    const advantages = [1, -1, 2, -2, 4];
    nearAll(weights('trajectory', { advantages }), [0.64, -0.32, 2.048, -1.024, 1.024]);
    nearAll(weights('per-decision', { advantages }), [1.6, -0.32, 0.8, -0.64, 1.024]);
    nearAll(weights('per-step', { advantages }), [1.6, -0.2, 0.8, -1.6, 1.6]);
    nearAll(weights('per-step', { advantages, discountState: false }), [1.6, -0.4, 0.8, -3.2, 6.4]);
    nearAll(weights('per-decision', { discountState: false }).subarray(0, 2), [2.24, 1.28]);
    assert.deepEqual(advantages, [1, -1, 2, -2, 4]);
  });

  test('log-probabilities [T] do as well as a policy, for actions of any kind', () => {
    const logs = [0, 1, 1, 0, 0].map(a => Math.log([0.8, 0.2][a]));
    nearAll(importanceWeights(batch, logs), importanceWeights(batch, target), 1e-15);
    const [p, q] = [gaussian.fromStd(1, 1), gaussian.fromStd(0, 0.1)];
    const actions = [0.05, -0.1];
    const continuous = trajectoryBatch({
      observations: [0, 0],
      actions,
      rewards: [0, 0],
      logProbs: actions.map(a => gaussian.logProb(q, [a])), // densities above 1
    });
    nearAll(
      importanceWeights(
        continuous,
        actions.map(a => gaussian.logProb(p, [a])),
        { form: 'per-step' },
      ),
      actions.map(a => 0.1 * Math.exp(-((a - 1) ** 2) / 2 + (a * a) / 0.02)),
    );
  });

  test('a target that never takes an action that was taken gives weight 0 from there on', () => {
    const never = fixedPolicy([1, 0]);
    nearAll(importanceWeights(batch, never), [2, 0, 0, 0, 0]);
    nearAll(importanceWeights(batch, never, { form: 'per-step' }), [2, 0, 0, 2, 2]);
    nearAll(offPolicyScoreWeights(batch, never, { gamma: 1 }), [2, 0, 0, 0, 0]);
    near(importanceSamplingEstimate(batch, never, { gamma: 1 }).estimate, 1);
    assert.equal(
      importanceSamplingEstimate(batch, never, { gamma: 1, form: 'trajectory' }).effectiveSampleSize,
      0,
    );
    assert.throws(
      () => importanceSamplingEstimate(batch, never, { gamma: 1, form: 'trajectory', weighted: true }),
      {
        name: 'RangeError',
        message:
          'all 2 importance weights at step 0 are 0 (the target policy would have acted differently in every trajectory), but a weighted estimate needs a positive one.',
      },
    );
  });
});

describe('against exact expectations over all trajectories', () => {
  const gamma = 0.7;
  const horizon = 4;
  const mdp = randomMDP({ states: 4, actions: 2, branching: 2, terminals: 1, gamma, rng: new Rng(3) });
  const behavior = randomPolicy(mdp, 4);
  const target = randomPolicy(mdp, 5);
  const all = enumerateTrajectories(mdp, behavior, { horizon }).map(tau => ({
    probability: tau.probability,
    batch: trajectoryBatch({
      observations: tau.states.slice(0, -1),
      actions: tau.actions,
      rewards: tau.rewards,
      logProbs: tau.actions.map((a, t) => behavior.logProb(tau.states, t, a)),
    }),
  }));
  type Batch = (typeof all)[number]['batch'];
  const expectation = (f: (batch: Batch) => number) =>
    all.reduce((sum, { probability, batch }) => sum + probability * f(batch), 0);
  const expectedVector = (f: (batch: Batch) => Float64Array) => {
    const sum = new Float64Array(target.parameters.length);
    for (const { probability, batch } of all)
      f(batch).forEach((g, k) => {
        sum[k] += probability * g;
      });
    return sum;
  };
  const J = expectedReturn(mdp, target, { gamma, horizon });
  const own = solveFiniteHorizon(mdp, behavior, { gamma, horizon });
  const pi = policyTable(mdp, target);
  const A = mdp.actions;

  /** A_t of a finite-horizon solution at the steps of a one-trajectory batch. */
  const advantagesOf = (solution: { A: Float64Array }) => (batch: Batch) =>
    batch.rewards.map((_, t) => solution.A[(t * mdp.states + batch.observations[t]) * A + batch.actions[t]]);

  test('weights have mean 1, and the variance of the whole product is the chi-square of the trajectories', () => {
    near(
      expectation(batch => importanceWeights(batch, target, { form: 'trajectory' })[0]),
      1,
    );
    // The same trajectories, in the same order, under the target
    const P = enumerateTrajectories(mdp, target, { horizon }).map(tau => tau.probability);
    const Q = all.map(({ probability }) => probability);
    const chi = expectation(batch => (importanceWeights(batch, target, { form: 'trajectory' })[0] - 1) ** 2);
    near(categorical.chiSquareOfProbabilities(P, Q), chi);
  });

  test('ordinary importance sampling is unbiased, per trajectory and per decision', () => {
    assert.ok(Math.abs(J - own.J) > 0.05);
    for (const form of ['trajectory', 'per-decision'] as const)
      near(
        expectation(batch => importanceSamplingEstimate(batch, target, { gamma, form }).estimate),
        J,
        1e-12,
        form,
      );
  });

  test('per decision, the variance is lower than per trajectory here', () => {
    const second = (form: ImportanceForm) =>
      expectation(batch => importanceSamplingEstimate(batch, target, { gamma, form }).estimate ** 2);
    assert.ok(second('per-decision') < second('trajectory'));
  });

  test("the lecture's variance formula over trajectories is the estimator's variance", () => {
    const P = enumerateTrajectories(mdp, target, { horizon }).map(tau => tau.probability);
    const Q = all.map(({ probability }) => probability);
    const R = all.map(({ batch }) => batch.rewards.reduce((sum, r, t) => sum + gamma ** t * r, 0));
    const estimates = (batch: Batch) =>
      importanceSamplingEstimate(batch, target, { gamma, form: 'trajectory' }).estimate;
    const exact = expectation(batch => estimates(batch) ** 2) - J * J;
    near(importanceVariance(P, Q, R), exact);
    near(importanceVariance(P, Q, R, { samples: 10 }), exact / 10);
  });

  test('the per-step form has the expectation that its documentation states, which is not J', () => {
    let stated = 0;
    for (let t = 0; t < horizon; t++)
      for (let s = 0; s < mdp.states; s++)
        for (let a = 0; a < A; a++)
          stated +=
            gamma ** t * own.stateProbabilities[t * mdp.states + s] * pi[s * A + a] * mdp.reward[s * A + a];
    const perStep = expectation(
      batch => importanceSamplingEstimate(batch, target, { gamma, form: 'per-step' }).estimate,
    );
    near(perStep, stated);
    assert.ok(Math.abs(perStep - J) > 1e-3);
  });

  test('the weighted estimate is biased for one trajectory, whose own return it is', () => {
    const biased = expectation(
      batch =>
        importanceSamplingEstimate(batch, target, { gamma, form: 'trajectory', weighted: true }).estimate,
    );
    near(biased, own.J);
  });

  test('off-policy policy gradients are exact: full products, with returns or with advantages', () => {
    const exact = exactGradient(mdp, target, { gamma, horizon });
    assert.ok(Math.max(...exact.map(Math.abs)) > 0.01);
    const advantages = advantagesOf(solveFiniteHorizon(mdp, target, { gamma, horizon }));
    for (const form of ['trajectory', 'per-decision'] as const) {
      nearAll(
        expectedVector(batch =>
          scoreGradient(batch, target, offPolicyScoreWeights(batch, target, { gamma, form })),
        ),
        exact,
        1e-12,
        form,
      );
      nearAll(
        expectedVector(batch =>
          scoreGradient(
            batch,
            target,
            offPolicyScoreWeights(batch, target, { gamma, form, advantages: advantages(batch) }),
          ),
        ),
        exact,
        1e-12,
        `${form} with advantages`,
      );
    }
  });

  test("the single-step ratio gives the surrogate's gradient, with advantages and with rewards to go", () => {
    const advantages = advantagesOf(own);
    /** sum_t gamma^t sum_s P_behavior(s_t = s) sum_a pi(a|s) A_t(s, a) */
    const surrogate = (policy: SoftmaxTabular) => {
      const table = policy.table();
      let sum = 0;
      own.A.forEach((advantage, i) => {
        const s = Math.floor(i / A) % mdp.states;
        const t = Math.floor(i / A / mdp.states);
        if (!mdp.terminal[s])
          sum += gamma ** t * own.stateProbabilities[Math.floor(i / A)] * table[s * A + (i % A)] * advantage;
      });
      return sum;
    };
    near(
      expectation(
        batch =>
          importanceSamplingEstimate({ ...batch, rewards: advantages(batch) }, target, {
            gamma,
            form: 'per-step',
          }).estimate,
      ),
      surrogate(target),
    );
    const slopes = target.parameters.map((theta, k) => {
      const at = (value: number) => {
        const moved = target.clone();
        moved.parameters[k] = value;
        return surrogate(moved);
      };
      return (at(theta + 1e-5) - at(theta - 1e-5)) / 2e-5;
    });
    const gradient = (withAdvantages: boolean) =>
      expectedVector(batch =>
        scoreGradient(
          batch,
          target,
          offPolicyScoreWeights(batch, target, {
            gamma,
            form: 'per-step',
            advantages: withAdvantages ? advantages(batch) : undefined,
          }),
        ),
      );
    nearAll(gradient(true), slopes, 1e-9);
    nearAll(gradient(false), gradient(true), 1e-12);
    const exact = exactGradient(mdp, target, { gamma, horizon });
    assert.ok(gradient(true).some((g, k) => Math.abs(g - exact[k]) > 1e-3));
  });

  test('on-policy all of it is REINFORCE', () => {
    for (const { batch } of all.slice(0, 50)) {
      for (const form of forms) {
        nearAll(
          importanceWeights(batch, behavior, { form }),
          importanceWeights(batch, behavior, { form }).fill(1),
          0,
        );
        nearAll(
          offPolicyScoreWeights(batch, behavior, { gamma, form }),
          scoreWeights(batch, { gamma }),
          1e-15,
        );
      }
    }
    const exact = exactGradient(mdp, behavior, { gamma, horizon });
    nearAll(
      expectedVector(batch =>
        scoreGradient(
          batch,
          behavior,
          offPolicyScoreWeights(batch, behavior, {
            gamma,
            form: 'per-step',
            advantages: advantagesOf(own)(batch),
          }),
        ),
      ),
      exact,
    );
  });
});

describe('sampled', () => {
  const gamma = 0.9;
  const horizon = 8;
  const mdp = randomMDP({ states: 6, actions: 3, terminals: 1, gamma, rng: new Rng(1) });
  const behavior = randomPolicy(mdp, 2, 0.3);
  const target = randomPolicy(mdp, 3, 0.3);
  const J = expectedReturn(mdp, target, { gamma, horizon });
  const env = tabularEnv(mdp, { maxSteps: horizon });

  test('every unbiased or consistent estimate lies within 4 of its standard errors of J', () => {
    const batch = collectEpisodes(env, behavior, { episodes: 20_000, rng: new Rng(4) });
    for (const form of ['trajectory', 'per-decision'] as const)
      for (const weighted of [false, true]) {
        const {
          estimate,
          standardError: se,
          effectiveSampleSize: ess,
        } = importanceSamplingEstimate(batch, target, { gamma, form, weighted });
        assert.ok(Math.abs(estimate - J) < 4 * se, `${form} ${weighted}: ${estimate} +- ${se}, J ${J}`);
        assert.ok(se < 0.05 && ess > 100 && ess < 20_000);
      }
  });

  test('standard errors are the spread over many batches', () => {
    const runs = 400;
    const batches = new Rng(6).split(runs).map(rng => collectEpisodes(env, behavior, { episodes: 200, rng }));
    for (const form of ['trajectory', 'per-decision'] as const)
      for (const weighted of [false, true]) {
        const results = batches.map(batch =>
          importanceSamplingEstimate(batch, target, { gamma, form, weighted }),
        );
        const spread = Math.sqrt(variance(results.map(r => r.estimate)));
        const stated = mean(results.map(r => r.standardError));
        assert.ok(Math.abs(stated / spread - 1) < 0.2, `${form} ${weighted}: ${stated} against ${spread}`);
      }
  });

  test('in a bandit the per-step form is unbiased too: all forms are one', () => {
    const arms = banditMDP({ means: [1, 0, -1], standardDeviation: 0.5 });
    const two = [randomPolicy(arms, 1), randomPolicy(arms, 2)] as const;
    const batch = collectEpisodes(tabularEnv(arms, { maxSteps: 1 }), two[0], {
      episodes: 5000,
      rng: new Rng(1),
    });
    const [first, ...others] = forms.map(form =>
      importanceSamplingEstimate(batch, two[1], { gamma: 1, form }),
    );
    for (const other of others) assert.deepEqual(other, first);
    const truth = expectedReturn(arms, two[1], { horizon: 1 });
    assert.ok(Math.abs(first.estimate - truth) < 4 * first.standardError);
  });

  test('the gradient from another policy lies within its interval', () => {
    const batch = collectEpisodes(env, behavior, { episodes: 20_000, rng: new Rng(8) });
    const exact = exactGradient(mdp, target, { gamma, horizon });
    const rows = perTrajectoryGradients(batch, target, offPolicyScoreWeights(batch, target, { gamma }));
    exact.forEach((truth, k) => {
      const column = rows.map(row => row[k]);
      assert.ok(Math.abs(mean(column) - truth) <= 4.5 * standardError(column), `component ${k}`);
    });
  });
});

describe('long horizons', () => {
  /** m trajectories of T steps; the target prefers action 0 a little more than the behavior, which is uniform. */
  const steps = 20_000;
  const rng = new Rng(1);
  const batch = trajectoryBatch({
    observations: new Float64Array(2 * steps),
    actions: Array.from({ length: 2 * steps }, (_, t) => (t < steps ? 0 : rng.integer(0, 2))),
    rewards: new Float64Array(2 * steps).fill(1),
    logProbs: new Float64Array(2 * steps).fill(Math.log(0.5)),
    episodeStarts: [0, steps, 2 * steps],
  });
  const target = fixedPolicy([0.6, 0.4]);

  test('log-weights stay finite where weights overflow', () => {
    const log = logImportanceWeights(batch, target, { form: 'trajectory' });
    near(log[0], steps * Math.log(1.2), 1e-9);
    assert.ok(log[1] < -100);
    const weights = importanceWeights(batch, target, { form: 'trajectory' });
    assert.ok(weights[0] === Infinity && weights[1] < 1e-40);
    near(effectiveSampleSizeOfLog(log), 1);
  });

  test('the weighted estimate is finite, the ordinary one refuses', () => {
    const { estimate, standardError: se } = importanceSamplingEstimate(batch, target, {
      gamma: 0.5,
      weighted: true,
    });
    near(estimate, 2);
    assert.ok(se < 1e-12);
    assert.throws(
      () => importanceSamplingEstimate(batch, target, { gamma: 0.5 }),
      /^RangeError: the importance weight of trajectory 0 at step 3\d\d\d is exp\(709\.\d+\), but must be below 1\.8e308/,
    );
    assert.throws(
      () => offPolicyScoreWeights(batch, target, { gamma: 0.5, form: 'trajectory' }),
      /the importance weight of trajectory 0 is exp\(3646\.\d+\)/,
    );
  });
});

describe('effective sample size', () => {
  test('from 1 to n, whatever the scale', () => {
    near(effectiveSampleSize([1, 1, 1, 1]), 4);
    near(effectiveSampleSize([1e-300, 1e-300, 0]), 2);
    near(effectiveSampleSize([1e300, 1e300]), 2);
    near(effectiveSampleSize([3, 1]), 1.6);
    assert.equal(effectiveSampleSize([0, 0]), 0);
    near(effectiveSampleSizeOfLog([5000, 5000 - Math.log(3)]), 1.6);
    assert.equal(effectiveSampleSizeOfLog([-Infinity, -Infinity]), 0);
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 1 }), weights => {
        const ess = effectiveSampleSize(weights);
        assert.ok(ess <= weights.length + 1e-9 && (ess >= 1 - 1e-12 || weights.every(w => w === 0)));
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test('for many draws, n / (1 + chi-square)', () => {
    const [P, Q] = [gaussian.fromStd(0.5, 1), gaussian.fromStd(0, 1)];
    const rng = new Rng(2);
    const log = Float64Array.from({ length: 50_000 }, () => {
      const x = gaussian.sample(Q, rng);
      return gaussian.logProb(P, x) - gaussian.logProb(Q, x);
    });
    near(effectiveSampleSizeOfLog(log) / 50_000, 1 / (1 + gaussian.chiSquare(P, Q)), 0.02);
  });
});

describe('the variance formula', () => {
  test('discrete: by hand, and against the definition', () => {
    // w f = 2 or 0 with probability 1/2 each
    near(importanceVariance([1, 0], [0.5, 0.5], [1, 5]), 1);
    near(importanceVariance([1, 0], [0.5, 0.5], [1, 5], { samples: 4 }), 0.25);
    // The best Q for f >= 0 is in proportion to P f: no variance at all
    near(importanceVariance([0.5, 0.5], [0.25, 0.75], [1, 3]), 0, 1e-15);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }).chain(n => {
          const vector = (size: number) =>
            fc.array(fc.double({ min: -size, max: size, noNaN: true }), { minLength: n, maxLength: n });
          return fc.tuple(vector(2), vector(2), vector(10));
        }),
        ([zp, zq, f]) => {
          const [P, Q] = [categorical.softmax(zp), categorical.softmax(zq)];
          const first = P.reduce((sum, p, x) => sum + p * f[x], 0);
          const second = P.reduce((sum, p, x) => sum + ((p * p) / Q[x]) * f[x] * f[x], 0);
          near(importanceVariance(P, Q, f), second - first * first, 1e-10);
          near(
            importanceVariance(
              P,
              Q,
              f.map(() => 1),
            ),
            categorical.chiSquareOfProbabilities(P, Q),
          );
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });

  test('discrete: infinite where Q forgets a point that counts', () => {
    assert.equal(importanceVariance([0.5, 0.5], [1, 0], [1, 1]), Infinity);
    assert.equal(importanceVariance([0.5, 0.5], [1, 0], [2, 0]), 0);
    assert.equal(importanceVariance([1, 0], [1, 0], [1, 7]), 0);
  });

  const density = (m: number, s: number) => {
    const p = gaussian.fromStd(m, s);
    return (x: number) => Math.exp(gaussian.logProb(p, [x]));
  };

  test('Gaussian: polynomials against integration', () => {
    for (const [mp, sp, mq, sq] of [
      [0, 1, 0, 1],
      [1, 1, 0, 1],
      [0.3, 0.5, -0.4, 1.5],
      [-1, 1, 0.2, 0.9],
      [2, 1, 2, 0.8],
    ])
      for (const f of [[1], [0, 1], [3, -2], [1, 0.5, -0.25], [0, 0, 0, 1]]) {
        const value = (x: number) => f.reduceRight((sum, c) => sum * x + c, 0);
        const [p, q] = [density(mp, sp), density(mq, sq)];
        let first = 0;
        let second = 0;
        const h = 0.005;
        for (let x = -25; x < 25; x += h) {
          first += h * p(x) * value(x);
          if (p(x) > 0) second += h * (p(x) / q(x)) * p(x) * value(x) ** 2;
        }
        near(
          gaussianImportanceVariance(gaussian.fromStd(mp, sp), gaussian.fromStd(mq, sq), f),
          second - first * first,
          1e-9,
          JSON.stringify([mp, sp, mq, sq, f]),
        );
      }
  });

  test('Gaussian: against samples', () => {
    const [P, Q] = [gaussian.fromStd(0.4, 1), gaussian.fromStd(0, 1.3)];
    const rng = new Rng(3);
    const draws = Float64Array.from({ length: 100_000 }, () => {
      const x = gaussian.sample(Q, rng);
      return Math.exp(gaussian.logProb(P, x) - gaussian.logProb(Q, x)) * (1 + x[0]);
    });
    assert.ok(Math.abs(mean(draws) - 1.4) < 4 * standardError(draws));
    const squares = draws.map(x => (x - 1.4) ** 2);
    const exact = gaussianImportanceVariance(P, Q, [1, 1]);
    assert.ok(Math.abs(mean(squares) - exact) < 4 * standardError(squares));
    near(gaussianImportanceVariance(P, Q, [1, 1], { samples: 50 }), exact / 50);
  });

  test('Gaussian: constants have chi-square, thin tails have none, zero has none to have', () => {
    const wide = gaussian.fromStd(0, 1);
    near(gaussianImportanceVariance(gaussian.fromStd(2, 1), wide, [3]), 9 * Math.expm1(4));
    assert.equal(gaussianImportanceVariance(wide, gaussian.fromStd(0, 0.7), [1]), Infinity);
    assert.equal(gaussianImportanceVariance(wide, gaussian.fromStd(0, 0.7), [0, 0]), 0);
    assert.equal(gaussianImportanceVariance(wide, wide, [1]), 0);
    assert.equal(gaussianImportanceVariance(gaussian.fromStd(1e10, 1), wide, [1, 1]), Infinity);
  });
});

test('bad input is refused in one sentence', () => {
  const throwsWith = (run: () => unknown, message: string) =>
    assert.throws(run, { name: 'RangeError', message });
  const batch = trajectoryBatch({ observations: [0, 0], actions: [0, 1], rewards: [1, 1] });
  const target = uniformPolicy(2);
  throwsWith(
    () => importanceWeights(batch, target, { form: 'per-state' as ImportanceForm }),
    `form is "per-state", but must be 'trajectory', 'per-decision' or 'per-step'.`,
  );
  const impossible = { ...batch, logProbs: Float64Array.of(-0.5, -Infinity) };
  throwsWith(
    () => importanceWeights(impossible, target),
    'batch.logProbs[1] is -Infinity, but the behavior policy took that action: its probability must be positive.',
  );
  throwsWith(
    () => importanceWeights({ ...batch, logProbs: Float64Array.of(Number.NaN, 0) }, target),
    'batch.logProbs[0] is NaN, but must be a finite number.',
  );
  throwsWith(
    () => importanceWeights({ ...batch, logProbs: Float64Array.of(0.5, 0.5) }, target),
    'batch.logProbs[0] is 0.5, but the logarithm of a probability is at most 0.',
  );
  throwsWith(
    () => importanceWeights(batch, [0, 0, 0]),
    'target has length 3, but must have length 2, one a step.',
  );
  throwsWith(
    () => importanceWeights(batch, [0, Number.NaN]),
    "target's log-probability of step 1 is NaN, but must be a finite number or -Infinity.",
  );
  throwsWith(
    () => importanceWeights({ ...batch, actionSize: 2 }, target),
    'policy takes actions of size 1, but those of the batch have size 2.',
  );
  assert.throws(() => importanceWeights(batch, null as never), {
    name: 'TypeError',
    message: 'target is null, but must be a policy or an array of log-probabilities, one a step.',
  });
  throwsWith(
    () => importanceSamplingEstimate(batch, target, { gamma: 1.5 }),
    'gamma is 1.5, but must be a finite number from 0 to 1.',
  );
  throwsWith(
    () => offPolicyScoreWeights(batch, target, { gamma: 1, advantages: [1] }),
    'advantages has length 1, but must have length 2.',
  );
  throwsWith(() => effectiveSampleSize([1, -1]), 'weights[1] is -1, but must be at least 0.');
  throwsWith(
    () => effectiveSampleSize([]),
    'weights are empty, but an effective sample size needs at least one.',
  );
  throwsWith(
    () => effectiveSampleSizeOfLog([Infinity]),
    'logWeights[0] is Infinity, but must be a finite number or -Infinity.',
  );
  throwsWith(() => importanceVariance([1, 0], [1], [1, 1]), 'Q has length 1, but must have length 2.');
  throwsWith(() => importanceVariance([0.5, 0], [1, 0], [1, 1]), 'P sums to 0.5, but must sum to 1.');
  throwsWith(() => importanceVariance([1, 0], [1, 0], [1]), 'f has length 1, but must have length 2.');
  throwsWith(
    () => importanceVariance([1], [1], [1], { samples: 0 }),
    'samples is 0, but must be a whole number of at least 1.',
  );
  throwsWith(
    () => gaussianImportanceVariance(gaussian.fromStd(0, 0), gaussian.fromStd(0, 1), [1]),
    'P has mean [0] and logStd [-Infinity], but must have one dimension and a positive standard deviation.',
  );
  assert.equal(importanceSamplingEstimate(batch, target, { gamma: 1 }).standardError, Infinity);
});
