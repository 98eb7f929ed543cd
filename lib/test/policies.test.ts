import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type DiscretePolicy, Rng, scoreOf, softmaxLinear, softmaxTabular, uniformPolicy } from 'pglab';

/** The score by central differences in theta. */
function scoreByDifferences(
  policy: DiscretePolicy,
  observation: number[],
  action: number,
  h = 1e-5,
): number[] {
  const theta = policy.parameters;
  return Array.from(theta, (value, k) => {
    const at = (v: number) => {
      theta[k] = v;
      const logProb = policy.logProb(observation, 0, action);
      theta[k] = value;
      return logProb;
    };
    return (at(value + h) - at(value - h)) / (2 * h);
  });
}

/** What must hold of every policy at an observation. */
function checkContract(policy: DiscretePolicy, observation: number[]) {
  const n = policy.actionCount;
  const p = new Float64Array(n);
  policy.probabilities(observation, 0, p);
  assert.ok(Math.abs(p.reduce((x, y) => x + y, 0) - 1) < 1e-14);
  const meanScore = new Float64Array(policy.parameters.length);
  const padded = [Number.NaN, ...observation, Number.NaN];
  for (let a = 0; a < n; a++) {
    assert.ok(Math.abs(Math.exp(policy.logProb(observation, 0, a)) - p[a]) < 1e-14);
    assert.equal(policy.logProb(padded, 1, a), policy.logProb(observation, 0, a), 'offset is honoured');
    const expected = scoreByDifferences(policy, observation, a);
    scoreOf(policy, observation, a).forEach((g, k) => {
      assert.ok(Math.abs(g - expected[k]) < 1e-8 * Math.max(1, Math.abs(g)), `${g} is not ${expected[k]}`);
    });
    policy.addScore(observation, 0, a, p[a], meanScore);
  }
  assert.ok(
    meanScore.every(m => Math.abs(m) < 1e-13),
    'sum_a pi(a|s) score(s, a) = 0',
  );
  const copy = policy.clone();
  if (copy.parameters.length > 0) {
    copy.parameters[0] += 1;
    assert.notEqual(copy.parameters[0], policy.parameters[0]);
  }
  const counts = new Float64Array(n);
  const rng = new Rng(5);
  for (let i = 0; i < 2000; i++) counts[policy.act(observation, 0, rng)]++;
  for (let a = 0; a < n; a++)
    assert.ok(Math.abs(counts[a] / 2000 - p[a]) < 4.5 * Math.sqrt((p[a] * (1 - p[a])) / 2000) + 1e-3);
}

test('tabular softmax keeps the contract', () => {
  const theta = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 12, maxLength: 12 });
  fc.assert(
    fc.property(theta, fc.nat(3), (logits, s) => {
      checkContract(softmaxTabular({ states: 4, actions: 3, logits }), [s]);
    }),
    { seed: 1, numRuns: 40 },
  );
});

test('linear softmax keeps the contract, with a feature map and scaling too', () => {
  const theta = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 12, maxLength: 12 });
  const observation = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(theta, observation, (parameters, o) => {
      checkContract(softmaxLinear({ features: 3, actions: 3, parameters }), o);
      checkContract(softmaxLinear({ features: 3, actions: 3, parameters, featureScale: [0.1, 2, -1] }), o);
      checkContract(
        softmaxLinear({
          features: 2,
          actions: 4,
          parameters,
          featureMap: (from, offset, out) => {
            out[0] = from[offset] * from[offset + 1];
            out[1] = Math.sin(from[offset + 2]);
          },
        }),
        o,
      );
    }),
    { seed: 1, numRuns: 25 },
  );
});

test('the uniform policy keeps the contract', () => {
  checkContract(uniformPolicy(3), [0.5, -1]);
});

test('hand-sized: the table and the logits', () => {
  const policy = softmaxTabular({ states: 2, actions: 2, logits: [0, Math.log(3), 0, 0] });
  assert.deepEqual(
    [...policy.table()].map(p => Math.round(p * 1e12) / 1e12),
    [0.25, 0.75, 0.5, 0.5],
  );
  const score = scoreOf(policy, [0], 0);
  assert.deepEqual(
    [...score].map(p => Math.round(p * 1e12) / 1e12),
    [0.75, -0.75, 0, 0],
  );
  // theta = [w_0, b_0, w_1, b_1]; at x = 2 the logits are 2 w + b = 1 and -1
  const linear = softmaxLinear({ features: 1, actions: 2, parameters: [0, 1, -1, 1] });
  assert.ok(Math.abs(linear.logProb([2], 0, 0) - -Math.log(1 + Math.exp(-2))) < 1e-15);
});

test('featureScale multiplies the features, in a clone too', () => {
  const parameters = [0.3, -1, 0.2, 0.5, 2, -0.7];
  const scaled = softmaxLinear({ features: 2, actions: 2, parameters, featureScale: [10, -0.5] });
  const plain = softmaxLinear({ features: 2, actions: 2, parameters });
  for (const policy of [scaled, scaled.clone()])
    assert.equal(policy.logProb([0.2, 3], 0, 1), plain.logProb([2, -1.5], 0, 1));
});

test('one-hot features make the linear policy the tabular one', () => {
  const logits = Float64Array.from({ length: 6 }, (_, i) => Math.sin(i));
  const table = softmaxTabular({ states: 3, actions: 2, logits });
  const parameters = [0, 1].flatMap(a => [logits[a], logits[2 + a], logits[4 + a], 0]);
  const linear = softmaxLinear({
    features: 3,
    actions: 2,
    parameters,
    featureMap: (o, offset, out) => {
      out.fill(0);
      out[o[offset]] = 1;
    },
  });
  for (let s = 0; s < 3; s++)
    for (let a = 0; a < 2; a++)
      assert.ok(Math.abs(table.logProb([s], 0, a) - linear.logProb([s], 0, a)) < 1e-15);
});

test('bad input is refused in one sentence', () => {
  const throwsWith = (run: () => unknown, message: string) => assert.throws(run, { message });
  const tabular = softmaxTabular({ states: 2, actions: 2 });
  const linear = softmaxLinear({ features: 2, actions: 2 });
  const rng = new Rng(1);
  throwsWith(() => tabular.act([2], 0, rng), 'observation[0] is 2, but must be a state from 0 to 1.');
  throwsWith(
    () => tabular.act([], 0, rng),
    'observations has length 0, but must have at least 1: 1 x 1 numbers from offset 0.',
  );
  throwsWith(() => tabular.logProb([0], 0, 2), 'action is 2, but must be a whole number from 0 to 1.');
  throwsWith(
    () => tabular.addScore([0], 0, 0, 1, new Float64Array(3)),
    'gradient has length 3, but theta has 4 numbers.',
  );
  throwsWith(
    () => softmaxTabular({ states: 2, actions: 2, logits: [1] }),
    'logits has length 1, but must have length 4.',
  );
  throwsWith(
    () => softmaxTabular({ states: 0, actions: 2 }),
    'states is 0, but must be a whole number of at least 1.',
  );
  throwsWith(
    () => linear.act([1, Number.NaN], 0, rng),
    'observation[1] is NaN, but must be a finite number.',
  );
  throwsWith(
    () => linear.logProb([1], 0, 0),
    'observation has length 1, but 2 features from offset 0 need at least 2.',
  );
  throwsWith(() => linear.logProb([1, 2], 0, -1), 'action is -1, but must be a whole number from 0 to 1.');
  throwsWith(
    () => linear.addScore([1, 2], 0, 5, 1, new Float64Array(6)),
    'action is 5, but must be a whole number from 0 to 1.',
  );
  throwsWith(
    () => softmaxLinear({ features: 2, actions: 2, parameters: [1, 2] }),
    'parameters has length 2, but must have length 6.',
  );
  const broken = softmaxLinear({ features: 1, actions: 2, featureMap: (_o, _k, out) => out.fill(1 / 0) });
  throwsWith(
    () => broken.act([0], 0, rng),
    'featureMap wrote Infinity as feature 0, but must write finite numbers.',
  );
  throwsWith(() => uniformPolicy(0), 'actions is 0, but must be a whole number of at least 1.');
  throwsWith(
    () => uniformPolicy(2).logProb([0], 0, 3),
    'action is 3, but must be a whole number from 0 to 1.',
  );
});
