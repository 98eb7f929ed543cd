import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  advantageMoments,
  type Baseline,
  CovarianceAccumulator,
  collectEpisodes,
  constantBaseline,
  criticValues,
  type DiscretePolicy,
  type EnumeratedTrajectory,
  enumerateTrajectories,
  exactGradient,
  generalizedAdvantages,
  linearBaseline,
  meanInterval,
  noBaseline,
  nStepAdvantages,
  optimalBaseline,
  optimalBaselineTable,
  perTrajectoryGradients,
  Rng,
  randomMDP,
  reinforceMoments,
  rewardToGo,
  scoreOf,
  scoreWeights,
  softmaxTabular,
  solveFiniteHorizon,
  stateBaseline,
  type TabularMDP,
  type TrajectoryBatch,
  tableBaseline,
  tabularEnv,
  tabularMDP,
  timeBaseline,
  trajectoryBatch,
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

function randomCase(seed: number) {
  const rng = new Rng(seed);
  const mdp = randomMDP({
    rng,
    states: 2 + (seed % 3),
    actions: 2 + (seed % 2),
    branching: 2,
    terminals: seed % 2,
    gamma: seed % 5 === 0 ? 1 : 0.5 + rng.uniform() / 2,
  });
  const draw = (length: number) => Float64Array.from({ length }, () => rng.normal());
  const policy = softmaxTabular({
    states: mdp.states,
    actions: mdp.actions,
    logits: draw(mdp.states * mdp.actions),
  });
  return { mdp, policy, draw, rng, S: mdp.states, horizon: mdp.actions === 2 ? 4 : 3 };
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

/** E[g] and Var[g] by the definition, a sum over all trajectories. */
function enumeratedMoments(
  mdp: TabularMDP,
  policy: DiscretePolicy,
  horizon: number,
  weightsOf: (batch: TrajectoryBatch) => Float64Array,
) {
  const mean = new Float64Array(policy.parameters.length);
  const second = new Float64Array(policy.parameters.length);
  for (const trajectory of enumerateTrajectories(mdp, policy, { horizon })) {
    const batch = batchOf(trajectory);
    perTrajectoryGradients(batch, policy, weightsOf(batch))[0].forEach((x, k) => {
      mean[k] += trajectory.probability * x;
      second[k] += trajectory.probability * x * x;
    });
  }
  return { mean, variance: second.map((x, k) => x - mean[k] ** 2) };
}

const discounted = (weights: Float64Array, gamma: number) => weights.map((w, t) => w * gamma ** t);

test('fitted baselines by hand', () => {
  const batch = trajectoryBatch({
    observations: [0, 1, 1, 0, 1],
    actions: [0, 1, 0, 0, 1],
    rewards: [0, 0, 0, 0, 0],
    episodeStarts: [0, 2, 5],
    truncated: [0, 0, 0, 0, 1],
    finalObservations: [1, 0],
  });
  const returns = [2, 4, 6, 8, 10];
  const fitted = (baseline: Baseline) => {
    allNear(baseline.predict(batch), [0, 0, 0, 0, 0]);
    baseline.fit(batch, returns);
    return [baseline.predict(batch), baseline.predictFinal(batch)];
  };
  const check = (baseline: Baseline, steps: number[], final: number[]) => {
    const [predicted, after] = fitted(baseline);
    allNear(predicted, steps);
    allNear(after, final);
  };
  check(noBaseline(), [0, 0, 0, 0, 0], [0, 0]);
  check(constantBaseline(), [6, 6, 6, 6, 6], [0, 6]);
  // No step 3 was seen.
  check(timeBaseline(), [4, 6, 4, 6, 10], [0, 0]);
  const of1 = 20 / 3;
  check(stateBaseline({ states: 2 }), [5, of1, of1, 5, of1], [0, 5]);
  check(stateBaseline({ states: 2, timeDependent: true }), [2, 4, 6, 8, 10], [0, 0]);
  // A feature that tells the states apart fits the means of the states.
  check(linearBaseline({ features: 1 }), [5, of1, of1, 5, of1], [0, 5]);
  allNear(constantBaseline(3).predict(batch), [3, 3, 3, 3, 3]);

  // pi(1|s) = p_s: ||psi||^2 of the action taken is twice the square of the other one's probability.
  const policy = softmaxTabular({ states: 2, actions: 2, logits: [0, Math.log(3), 0, Math.log(4)] });
  const [p0, p1] = [0.75, 0.8];
  const at0 = (p0 ** 2 * 2 + p0 ** 2 * 8) / (2 * p0 ** 2);
  const weights = [(1 - p1) ** 2, p1 ** 2, (1 - p1) ** 2];
  const at1 = (weights[0] * 4 + weights[1] * 6 + weights[2] * 10) / (weights[0] + weights[1] + weights[2]);
  check(optimalBaseline({ states: 2, policy }), [at0, at1, at1, at0, at1], [0, at0]);
  // with gamma = 1/2 a step at time t counts 4^-t
  const late = optimalBaseline({ states: 2, policy, gamma: 0.5 });
  late.fit(batch, returns);
  near(late.predict(batch)[0], (2 + 8 / 4) / (1 + 1 / 4));

  const table = tableBaseline({ table: [1, 2], states: 2 });
  table.fit(batch, returns);
  allNear(table.predict(batch), [1, 2, 2, 1, 2]);
  allNear(table.predictFinal(batch), [0, 1]);
  const inTime = (steps: number) =>
    tableBaseline({ table: Float64Array.from({ length: 2 * steps }, (_, k) => k), states: 2 });
  allNear(inTime(3).predict(batch), [0, 3, 1, 2, 5]);
  allNear(inTime(3).predictFinal(batch), [0, 0]);
  allNear(inTime(4).predictFinal(batch), [0, 6]);
  assert.deepEqual(criticValues(batch, table), {
    values: table.predict(batch),
    finalValues: table.predictFinal(batch),
  });

  allNear(
    scoreWeights(
      { ...batch, rewards: Float64Array.of(1, 2, 4, 8, 16) },
      { gamma: 0.5, baseline: [1, 1, 1, 1, 1] },
    ),
    [2 - 1, 0.5 * (2 - 1), 12 - 1, 0.5 * (16 - 1), 0.25 * (16 - 1)],
  );
  throwsWith(
    () => scoreWeights(batch, { gamma: 1, baseline: [1] }),
    'baseline has length 1, but must have length 5.',
  );
  throwsWith(
    () => scoreWeights(batch, { gamma: 1, form: 'total-return', baseline: returns }),
    "baseline is given, but only the form 'reward-to-go' takes one.",
  );

  throwsWith(() => table.fit(batch, [1]), 'returns has length 1, but must have length 5.');
  throwsWith(() => inTime(2).predict(batch), 'table has 2 time steps, but trajectory 1 of the batch has 3.');
  throwsWith(
    () => tableBaseline({ table: [1, 2, 3], states: 2 }),
    'table has length 3, but must have length 2 (S) or a multiple of it.',
  );
  throwsWith(
    () => stateBaseline({ states: 1 }).predict(batch),
    'observation 1 of the batch is no state: it must be a whole number from 0 to 0.',
  );
  throwsWith(
    () => linearBaseline({ features: 2 }).predict(batch),
    'features is 2, but the batch has observations of 1 numbers.',
  );
  throwsWith(
    () => linearBaseline({ features: 1, featureMap: (_o, _k, out) => out.fill(Number.NaN) }).predict(batch),
    'feature 0 is NaN, but must be a finite number.',
  );
  throwsWith(
    () => optimalBaseline({ states: 2, policy: [0.5] as never }),
    'policy is [0.5], but must be a policy with parameters, e.g. softmaxTabular(...).',
  );
  throwsWith(() => constantBaseline(Number.NaN), 'value is NaN, but must be a finite number.');
});

test('the linear baseline finds a linear return, also with features that repeat each other', () => {
  const rng = new Rng(4);
  const batch = trajectoryBatch({
    observationSize: 2,
    observations: Float64Array.from({ length: 400 }, () => rng.normal()),
    actions: new Uint8Array(200),
    rewards: new Float64Array(200),
  });
  const x = batch.observations;
  const returns = Float64Array.from({ length: 200 }, (_, t) => 3 * x[2 * t] - 2 * x[2 * t + 1] + 5);
  const plain = linearBaseline({ features: 2 });
  plain.fit(batch, returns);
  allNear(plain.predict(batch), returns, 1e-11);
  const doubled = linearBaseline({
    features: 4,
    featureMap: (o, k, out) => {
      out[0] = out[2] = o[k];
      out[1] = out[3] = o[k + 1];
    },
  });
  doubled.fit(batch, returns);
  allNear(doubled.predict(batch), returns, 1e-11);
});

test('no baseline moves the mean, and the exact moments are those of the enumerated estimator', () => {
  fc.assert(
    fc.property(seeds, seed => {
      const { mdp, policy, draw, S, horizon } = randomCase(seed);
      const { gamma } = mdp;
      const gradient = exactGradient(mdp, policy, { horizon });
      for (const table of [draw(S), draw(S * horizon)]) {
        const exact = reinforceMoments(mdp, policy, { horizon, form: 'reward-to-go', baseline: table });
        allNear(exact.mean, gradient, 1e-12, 'unbiased');
        allNear(exact.bias, new Float64Array(gradient.length), 1e-12, 'bias');
        const baseline = tableBaseline({ table, states: S });
        const { mean, variance } = enumeratedMoments(mdp, policy, horizon, batch =>
          scoreWeights(batch, { gamma, baseline: baseline.predict(batch) }),
        );
        allNear(mean, gradient, 1e-12, 'enumerated mean');
        allNear(exact.variance, variance, 1e-11, 'variance');
      }
      // Without gamma^t the mean is another; the bias says by how much.
      const other = reinforceMoments(mdp, policy, { horizon, form: 'reward-to-go', discountState: false });
      allNear(
        other.bias,
        other.mean.map((x, k) => x - gradient[k]),
        1e-15,
      );
    }),
    { seed: 1, numRuns: 40 },
  );
});

test('exact moments of n-step and generalized advantages with a wrong critic are those of all trajectories', () => {
  fc.assert(
    fc.property(seeds, fc.boolean(), fc.boolean(), (seed, bootstrapAtCut, discountState) => {
      const { mdp, policy, draw, rng, S, horizon } = randomCase(seed);
      const { gamma } = mdp;
      const lambda = rng.uniform();
      const gradient = exactGradient(mdp, policy, { horizon });
      for (const steps of [1, horizon + 1]) {
        const table = draw(S * steps);
        const baseline = tableBaseline({ table, states: S });
        for (const kind of [
          { n: 1 },
          { n: 2 },
          { n: 3 },
          { n: Infinity },
          { lambda: 0 },
          { lambda },
          { lambda: 1 },
        ]) {
          const exact = advantageMoments(mdp, policy, {
            horizon,
            values: table,
            bootstrapAtCut,
            discountState,
            ...kind,
          });
          const { mean, variance } = enumeratedMoments(mdp, policy, horizon, batch => {
            const { values, finalValues } = criticValues(batch, baseline);
            const critic = { values, finalValues: bootstrapAtCut ? finalValues : [0], gamma };
            const advantages =
              kind.n === undefined
                ? generalizedAdvantages(batch, { ...critic, lambda: kind.lambda! })
                : nStepAdvantages(batch, { ...critic, n: kind.n });
            return discountState ? discounted(advantages, gamma) : advantages;
          });
          const message = `${JSON.stringify(kind)} of ${steps}`;
          allNear(exact.mean, mean, 1e-11, `mean ${message}`);
          allNear(exact.variance, variance, 1e-11, `variance ${message}`);
          allNear(
            exact.bias,
            mean.map((x, k) => x - gradient[k]),
            1e-11,
            `bias ${message}`,
          );
          near(
            exact.covarianceTrace,
            exact.variance.reduce((sum, x) => sum + x, 0),
          );
        }
      }
    }),
    { seed: 1, numRuns: 20 },
  );
});

test('who is biased: a wrong critic is, unless all rewards are summed; the right one is not', () => {
  fc.assert(
    fc.property(seeds, seed => {
      const { mdp, policy, draw, S, horizon } = randomCase(seed);
      const { V } = solveFiniteHorizon(mdp, policy, { horizon });
      const none = new Float64Array(policy.parameters.length);
      const wrong = draw(S);
      for (const kind of [{ n: Infinity }, { n: horizon }, { lambda: 1 }]) {
        const exact = advantageMoments(mdp, policy, { horizon, values: wrong, ...kind });
        allNear(exact.bias, none, 1e-12);
        // and it is REINFORCE with the critic for its baseline
        const togo = reinforceMoments(mdp, policy, { horizon, form: 'reward-to-go', baseline: wrong });
        near(exact.covarianceTrace, togo.covarianceTrace, 1e-11);
      }
      for (const kind of [{ n: 1 }, { n: 2 }, { lambda: 0 }, { lambda: 0.7 }])
        for (const values of [V, V.subarray(0, horizon * S)])
          allNear(advantageMoments(mdp, policy, { horizon, values, ...kind }).bias, none, 1e-12);
    }),
    { seed: 1, numRuns: 60 },
  );
  // By hand: state 0 leads to state 1 by action 0 (value there 0, the critic says e) or to the end by action 1.
  const mdp = tabularMDP({
    states: 3,
    actions: 2,
    outcomes: (s, a) => [{ probability: 1, next: s === 0 && a === 0 ? 1 : 2, reward: 0 }],
    terminalStates: [2],
    gamma: 0.5,
  });
  const policy = softmaxTabular({ states: 3, actions: 2, logits: [Math.log(3), 0, 0, 0, 0, 0] });
  const e = 8;
  // delta_0 = gamma e if a_0 = 0, and d pi(0) / d theta_0 = pi (1 - pi); delta_1 = -e whatever the action.
  const td = advantageMoments(mdp, policy, { horizon: 5, values: [0, e, 100], n: 1 });
  allNear(td.bias, [0.5 * e * 0.75 * 0.25, -0.5 * e * 0.75 * 0.25, 0, 0, 0, 0]);
  // psi_0 delta_0 is gamma e / 4 with probability 3/4; gamma psi_1 delta_1 is -+ gamma e / 2 there.
  near(td.variance[0], (0.5 * e) ** 2 * (1 / 16) * 0.75 * 0.25);
  near(td.variance[2], 0.75 * (0.5 * e * 0.5) ** 2);
  const blend = advantageMoments(mdp, policy, { horizon: 5, values: [0, e, 0], lambda: 0.25 });
  allNear(
    blend.bias,
    td.bias.map(x => 0.75 * x),
  );
});

test('the optimal baselines are optimal: no other table has less variance', () => {
  fc.assert(
    fc.property(seeds, fc.boolean(), fc.boolean(), (seed, timeDependent, discountState) => {
      const { mdp, policy, rng, S, horizon } = randomCase(seed);
      const trace = (baseline: ArrayLike<number>) =>
        reinforceMoments(mdp, policy, { horizon, form: 'reward-to-go', baseline, discountState })
          .covarianceTrace;
      const options = { horizon, timeDependent, discountState };
      const best = optimalBaselineTable(mdp, policy, { ...options, minimize: 'whole-episode' });
      const least = trace(best);
      const { V } = solveFiniteHorizon(mdp, policy, { horizon });
      const others = [
        new Float64Array(S),
        optimalBaselineTable(mdp, policy, options),
        best.map(x => x + 0.1 * rng.normal()),
      ];
      if (timeDependent) others.push(V.subarray(0, horizon * S));
      for (const other of others) assert.ok(least <= trace(other) + 1e-12, `${least} > ${trace(other)}`);
      // The bottom of a parabola: to either side it rises equally.
      const h = 0.1;
      best.forEach((_, k) => {
        const [up, down] = [h, -h].map(step => trace(best.map((x, j) => (j === k ? x + step : x))));
        near(up, down, 1e-11, 'slope');
      });
    }),
    { seed: 1, numRuns: 25 },
  );
});

test("the lecture's b* is least for the sum of the variances of the steps, and for a single step altogether", () => {
  fc.assert(
    fc.property(seeds, seed => {
      const { mdp, policy, S, horizon } = randomCase(seed);
      const { V } = solveFiniteHorizon(mdp, policy, { horizon });
      const best = optimalBaselineTable(mdp, policy, { horizon, timeDependent: true });
      /** sum_t E[gamma^{2t} ||psi_t||^2 (G_t - b_t)^2] */
      const squares = (b: ArrayLike<number>) => {
        let sum = 0;
        for (const trajectory of enumerateTrajectories(mdp, policy, { horizon })) {
          const { states, actions, rewards, probability } = trajectory;
          rewardToGo(rewards, mdp.gamma).forEach((g, t) => {
            const squared = scoreOf(policy, [states[t]], actions[t]).reduce((x, y) => x + y * y, 0);
            sum += probability * mdp.gamma ** (2 * t) * squared * (g - b[t * S + states[t]]) ** 2;
          });
        }
        return sum;
      };
      const moved = (k: number, step: number) => best.map((x, j) => (j === k ? x + step : x));
      const least = squares(best);
      assert.ok(least <= squares(V) + 1e-12);
      assert.ok(least <= squares(new Float64Array(V.length)) + 1e-12);
      for (const k of [0, 1, S, best.length - 1])
        near(squares(moved(k, 0.1)), squares(moved(k, -0.1)), 1e-11, 'slope');

      const one = optimalBaselineTable(mdp, policy, { horizon: 1 });
      allNear(one, optimalBaselineTable(mdp, policy, { horizon: 1, minimize: 'whole-episode' }));
      const trace = (baseline: ArrayLike<number>) =>
        reinforceMoments(mdp, policy, { horizon: 1, form: 'reward-to-go', baseline }).covarianceTrace;
      const first = solveFiniteHorizon(mdp, policy, { horizon: 1 }).V.subarray(0, S);
      assert.ok(trace(one) <= trace(first) + 1e-14);
    }),
    { seed: 1, numRuns: 25 },
  );
  const { mdp, policy } = randomCase(2);
  throwsWith(
    () => optimalBaselineTable(mdp, policy, { horizon: 2, minimize: 'x' as never }),
    "minimize is \"x\", but must be 'per-step' or 'whole-episode'.",
  );
});

test('sampled: means, variances and the fitted b* agree with the exact ones', () => {
  const rng = new Rng(11);
  const mdp = randomMDP({ rng, states: 4, actions: 2, terminals: 1, gamma: 0.9 });
  const policy = softmaxTabular({
    states: 4,
    actions: 2,
    logits: Array.from({ length: 8 }, () => rng.normal()),
  });
  const horizon = 6;
  const episodes = 20_000;
  const batch = collectEpisodes(tabularEnv(mdp), policy, { episodes, rng, maxSteps: horizon });
  const returns = rewardToGo(batch.rewards, 0.9, batch.episodeStarts);

  for (const timeDependent of [false, true]) {
    const estimated = optimalBaseline({ states: 4, policy, gamma: 0.9, timeDependent });
    estimated.fit(batch, returns);
    const table = optimalBaselineTable(mdp, policy, { horizon, timeDependent });
    const predicted = estimated.predict(batch);
    const exact = tableBaseline({ table, states: 4 }).predict(batch);
    let distance = 0;
    predicted.forEach((b, t) => {
      distance += (b - exact[t]) ** 2 / predicted.length;
    });
    assert.ok(Math.sqrt(distance) < 0.04, `${Math.sqrt(distance)} from b*`);
  }

  const values = [0.5, -0.5, 1, 9];
  const critic = { ...criticValues(batch, tableBaseline({ table: values, states: 4 })), gamma: 0.9 };
  const finalValues = new Float64Array(episodes);
  const discount = (weights: Float64Array) => {
    for (let i = 0; i < episodes; i++)
      for (let t = batch.episodeStarts[i], d = 1; t < batch.episodeStarts[i + 1]; t++, d *= 0.9)
        weights[t] *= d;
    return weights;
  };
  const cases = [
    {
      weights: nStepAdvantages(batch, { ...critic, n: 2 }),
      exact: advantageMoments(mdp, policy, { horizon, values, n: 2, bootstrapAtCut: true }),
    },
    {
      weights: generalizedAdvantages(batch, { ...critic, finalValues, lambda: 0.6 }),
      exact: advantageMoments(mdp, policy, { horizon, values, lambda: 0.6 }),
    },
  ];
  for (const { weights, exact } of cases) {
    const rows = perTrajectoryGradients(batch, policy, discount(weights));
    const accumulator = new CovarianceAccumulator(8, { variancesOnly: true });
    for (const row of rows) accumulator.add(row);
    near(accumulator.trace() / exact.covarianceTrace, 1, 0.05);
    for (let k = 0; k < 6; k++) {
      const { low, high } = meanInterval(
        rows.map(row => row[k]),
        { confidence: 0.999 },
      );
      assert.ok(low <= exact.mean[k] && exact.mean[k] <= high, `${exact.mean[k]} in ${low} .. ${high}`);
    }
    assert.ok(exact.bias.some(x => Math.abs(x) > 0.01));
  }
});

test('bad input of the exact moments is named', () => {
  const { mdp, policy } = randomCase(1);
  const S = mdp.states;
  const options = { horizon: 4, values: new Float64Array(S) };
  throwsWith(
    () => advantageMoments(mdp, policy, options),
    'n is undefined and lambda is undefined, but exactly one of them must be given.',
  );
  throwsWith(
    () => advantageMoments(mdp, policy, { ...options, n: 1, lambda: 1 }),
    'n is 1 and lambda is 1, but exactly one of them must be given.',
  );
  throwsWith(
    () => advantageMoments(mdp, policy, { ...options, n: 1, values: [1] }),
    `values has length 1, but must have length ${S} (S), ${4 * S} (H * S) or ${5 * S} ((H + 1) * S).`,
  );
  throwsWith(
    () =>
      advantageMoments(mdp, policy, {
        ...options,
        n: 1,
        values: new Float64Array(4 * S),
        bootstrapAtCut: true,
      }),
    `values has length ${4 * S} and none at the cut, but bootstrapAtCut needs length ${S} (S) or ${5 * S} ((H + 1) * S).`,
  );
  throwsWith(
    () => advantageMoments(mdp, policy, { ...options, n: 0.5 }),
    'n is 0.5, but must be a whole number of at least 1.',
  );
  throwsWith(
    () => advantageMoments(mdp, policy, { ...options, lambda: -1 }),
    'lambda is -1, but must be a finite number from 0 to 1.',
  );
  throwsWith(
    () => advantageMoments(undefined as never, policy, { ...options, gamma: 1, n: 1 }),
    'mdp is undefined, but must be a tabular MDP, e.g. frozenLake().',
  );
});
