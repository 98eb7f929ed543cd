import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  categoricalHead,
  clipObjective,
  entropyBonus,
  gaussianHead,
  klPenaltyObjective,
  type PolicyMinibatch,
  type PolicyObjective,
  policyGradientObjective,
  policyObjective,
  sumOfObjectives,
  surrogateObjective,
  valueObjective,
} from 'pglab';
import { CLIP_RANGE, randomMinibatch, relativeError } from './minibatches';

const objectives: Record<string, PolicyObjective> = {
  'policy gradient': policyGradientObjective(),
  surrogate: surrogateObjective(),
  clip: clipObjective({ clipRange: CLIP_RANGE }),
  'KL penalty': klPenaltyObjective({ beta: 0.7 }),
  entropy: entropyBonus({ coefficient: 0.3 }),
  sum: sumOfObjectives(clipObjective({ clipRange: CLIP_RANGE }), entropyBonus({ coefficient: -0.1 })),
};

/** The derivative of f by central differences in every number of x. */
function differences(f: (x: Float64Array) => number, x: Float64Array, h = 1e-5): Float64Array {
  return x.map((value, k) => {
    const at = (v: number) => {
      const moved = x.slice();
      moved[k] = v;
      return f(moved);
    };
    return (at(value + h) - at(value - h)) / (2 * h);
  });
}

for (const [name, objective] of Object.entries(objectives))
  test(`${name}: the gradient is that of the value, by central differences`, () => {
    const heads = fc.oneof(
      fc.integer({ min: 1, max: 5 }).map(categoricalHead),
      fc.integer({ min: 1, max: 3 }).map(gaussianHead),
    );
    fc.assert(
      fc.property(heads, fc.integer({ min: 1, max: 8 }), fc.integer(), (head, count, seed) => {
        const { y, minibatch } = randomMinibatch(head, count, seed);
        const before = y.map((_, k) => k / 16);
        const dY = before.slice();
        objective.evaluate(y, minibatch, head, dY);
        const value = (x: Float64Array) =>
          objective.evaluate(x, minibatch, head, new Float64Array(x.length)).value;
        const expected = differences(value, y);
        const scale = Math.hypot(...expected) + 0.01;
        dY.forEach((added, k) => {
          const error = Math.abs(added - before[k] - expected[k]);
          assert.ok(error < 1e-8 * scale, `dY[${k}] is off by ${error}, scale ${scale}`);
        });
      }),
      { seed: 1, numRuns: 60 },
    );
  });

/** One step with two equally likely actions under theta_k, and action 0 taken with the given ratio. */
function oneStep(ratio: number, advantage: number) {
  const p = 0.5 * ratio;
  const y = Float64Array.of(Math.log(p), Math.log(1 - p));
  const minibatch: PolicyMinibatch = { actions: [0], advantages: [advantage], oldLogProbs: [Math.log(0.5)] };
  return { y, minibatch, p };
}

const two = categoricalHead(2);

test('the clipped objective by hand: both signs of A, below, inside and above the range', () => {
  const clip = clipObjective({ clipRange: 0.2 });
  const cases: [ratio: number, advantage: number, value: number, active: boolean][] = [
    [0.5, 2, 1, true], // fell though A > 0: is pulled back up
    [0.9, 2, 1.8, true],
    [1.1, 2, 2.2, true],
    [1.5, 2, 2.4, false], // has gained all that it may
    [0.5, -2, -1.6, false],
    [0.9, -2, -1.8, true],
    [1.1, -2, -2.2, true],
    [1.5, -2, -3, true], // grew though A < 0: is pulled back down
  ];
  for (const [ratio, advantage, value, active] of cases) {
    const { y, minibatch, p } = oneStep(ratio, advantage);
    const dY = new Float64Array(2);
    const result = clip.evaluate(y, minibatch, two, dY);
    const weight = active ? ratio * advantage : 0;
    assert.ok(Math.abs(result.value - value) < 1e-12, `L^CLIP(${ratio}, ${advantage}) = ${result.value}`);
    assert.ok(Math.abs(dY[0] - weight * (1 - p)) < 1e-12, `gradient at ${ratio}, ${advantage} is ${dY[0]}`);
    assert.ok(Math.abs(dY[1] + weight * (1 - p)) < 1e-12);
    assert.equal(result.diagnostics.clipFraction, ratio === 0.5 || ratio === 1.5 ? 1 : 0);
    assert.equal(result.diagnostics.inactiveFraction, active ? 0 : 1);
  }
});

test('at the very edge of the clip range the gradient is that of r A', () => {
  const clip = clipObjective({ clipRange: 0.5 });
  const y = Float64Array.of(0, 0);
  const minibatch = { actions: [0], advantages: [1], oldLogProbs: [Math.log(0.5) - Math.log(1.5)] };
  const dY = new Float64Array(2);
  const ratio = Math.exp(Math.log(0.5) - minibatch.oldLogProbs[0]);
  const { value } = clipObjective({ clipRange: ratio - 1 }).evaluate(y, minibatch, two, dY);
  assert.equal(value, ratio);
  assert.deepEqual([...dY], [ratio / 2, -ratio / 2]);
  assert.ok(clip.evaluate(y, minibatch, two, dY).value <= 1.5);
});

test('at theta_k: ratio 1, no divergence, and the gradients of all policy objectives are the policy gradient', () => {
  for (const head of [categoricalHead(3), gaussianHead(2)]) {
    const { minibatch } = randomMinibatch(head, 16, 3);
    const y = minibatch.oldParameters as Float64Array;
    const exact = {
      ...minibatch,
      oldLogProbs: minibatch.oldLogProbs.length
        ? Float64Array.from({ length: 16 }, (_, b) =>
            head.logProb(y, b * head.parameterSize, minibatch.actions, b * head.actionSize),
          )
        : [],
    };
    const gradientOf = (objective: PolicyObjective) => {
      const dY = new Float64Array(y.length);
      const { diagnostics } = objective.evaluate(y, exact, head, dY);
      assert.equal(diagnostics.kl, 0);
      assert.equal(diagnostics.sampledKl, 0);
      assert.equal(diagnostics.minRatio, 1);
      assert.equal(diagnostics.maxRatio, 1);
      assert.equal(diagnostics.clipFraction, 0);
      return dY;
    };
    const expected = gradientOf(policyGradientObjective());
    for (const objective of [surrogateObjective(), clipObjective(), klPenaltyObjective({ beta: 5 })])
      assert.ok(relativeError(gradientOf(objective), expected) < 1e-14);
  }
});

test('diagnostics by hand', () => {
  // probabilities 1/2, 1/2 before; 3/4, 1/4 and 1/4, 3/4 now; action 0 in both steps: ratios 3/2 and 1/2
  const y = Float64Array.of(Math.log(3), 0, 0, Math.log(3));
  const minibatch = {
    actions: [0, 0],
    advantages: [1, 1],
    oldLogProbs: [-Math.LN2, -Math.LN2],
    oldParameters: [0, 0, 0, 0],
  };
  const near = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 1e-15);
  const { diagnostics } = clipObjective().evaluate(y, minibatch, two, new Float64Array(4));
  near(diagnostics.kl, 0.5 * Math.log(2 / 3) + 0.5 * Math.log(2));
  near(diagnostics.sampledKl, -(Math.log(1.5) + Math.log(0.5)) / 2);
  near(diagnostics.entropy, -0.75 * Math.log(0.75) - 0.25 * Math.log(0.25));
  near(diagnostics.minRatio, 0.5);
  near(diagnostics.maxRatio, 1.5);
  assert.equal(diagnostics.clipFraction, 1);
  assert.equal(diagnostics.inactiveFraction, 0.5);
  const { oldParameters: _, ...without } = minibatch;
  const sampled = clipObjective().evaluate(y, without, two, new Float64Array(4)).diagnostics;
  assert.equal(sampled.kl, sampled.sampledKl);
});

test('the mean of the sampled divergence over the actions is the exact one', () => {
  const head = categoricalHead(4);
  const old = [0.3, -1, 0.8, 0.1];
  const y = Float64Array.of(0.9, -0.4, 0.2, -0.3);
  let mean = 0;
  let exact = Number.NaN;
  for (let a = 0; a < 4; a++) {
    const oldLogProb = head.logProb(old, 0, [a], 0);
    const { diagnostics } = surrogateObjective().evaluate(
      y,
      { actions: [a], advantages: [1], oldLogProbs: [oldLogProb], oldParameters: old },
      head,
      new Float64Array(4),
    );
    mean += Math.exp(oldLogProb) * diagnostics.sampledKl;
    exact = diagnostics.kl;
  }
  assert.ok(Math.abs(mean - exact) < 1e-15);
});

test('a sum is the sum of values and gradients, and beta may change between evaluations', () => {
  const { y, minibatch, head } = randomMinibatch(gaussianHead(2), 8, 5);
  const at = (objective: PolicyObjective) => {
    const dY = new Float64Array(y.length);
    return { ...objective.evaluate(y, minibatch, head, dY), dY };
  };
  const parts = [surrogateObjective(), entropyBonus({ coefficient: 0.5 })].map(at);
  const sum = at(sumOfObjectives(surrogateObjective(), entropyBonus({ coefficient: 0.5 })));
  assert.ok(Math.abs(sum.value - parts[0].value - parts[1].value) < 1e-15);
  const added = parts[0].dY.map((g, k) => g + parts[1].dY[k]);
  assert.ok(relativeError(sum.dY, added) < 1e-15);

  const penalty = klPenaltyObjective({ beta: 0 });
  assert.equal(at(penalty).value, parts[0].value);
  penalty.beta = 3;
  const { value, diagnostics } = at(sumOfObjectives(penalty));
  assert.ok(Math.abs(value - (parts[0].value - 3 * diagnostics.kl)) < 1e-14);
  penalty.beta = -1;
  assert.throws(() => at(penalty), /^RangeError: beta is -1, but must be a finite number of at least 0\.$/);
});

test('an objective of one’s own', () => {
  const meanLogProb = policyObjective((steps, dY) => {
    let sum = 0;
    for (let b = 0; b < steps.count; b++) {
      sum += steps.logProbs[b];
      steps.addScore(b, 1 / steps.count, dY);
    }
    return sum / steps.count;
  });
  const { y, minibatch, head } = randomMinibatch(categoricalHead(3), 6, 1);
  const ones = { ...minibatch, advantages: new Float64Array(6).fill(1) };
  const [mine, theirs] = [meanLogProb, policyGradientObjective()].map(objective => {
    const dY = new Float64Array(y.length);
    return [objective.evaluate(y, ones, head, dY).value, ...dY];
  });
  assert.deepEqual(mine, theirs);
});

test('the objective of critics, by hand and by central differences', () => {
  const dValues = Float64Array.of(10, 10);
  const plain = valueObjective().evaluate(Float64Array.of(1, 2), { targets: [2, -2] }, dValues);
  assert.deepEqual(plain, { value: -4.25, diagnostics: { meanSquaredError: 8.5, inactiveFraction: 0 } });
  assert.deepEqual([...dValues], [10.5, 8]);

  // moved towards the target beyond the clip; away from it; inside; beyond, and past the target
  const targets = [10, 10, 10, 1];
  const oldValues = [0, 0, 0, 0];
  const values = Float64Array.of(2, -2, 0.5, 2.5);
  const dClipped = new Float64Array(4);
  const clipped = valueObjective({ clipRange: 1 }).evaluate(values, { targets, oldValues }, dClipped);
  assert.equal(clipped.value, -(81 + 144 + 90.25 + 2.25) / 8);
  assert.deepEqual([...dClipped], [0, 3, 9.5 / 4, -1.5 / 4]);
  assert.equal(clipped.diagnostics.inactiveFraction, 0.25);

  fc.assert(
    fc.property(
      fc.array(fc.tuple(...[0, 1, 2].map(() => fc.double({ min: -3, max: 3, noNaN: true }))), {
        minLength: 1,
        maxLength: 10,
      }),
      fc.constantFrom(undefined, 0.4),
      (steps, clipRange) => {
        const [values, targets, oldValues] = [0, 1, 2].map(i => Float64Array.from(steps, step => step[i]));
        const range = clipRange ?? 0;
        const kink = values.some((v, b) => {
          const bound = oldValues[b] + Math.sign(v - oldValues[b]) * range;
          return [v - bound, Math.abs(v - targets[b]) - Math.abs(bound - targets[b])].some(
            gap => Math.abs(gap) < 1e-3,
          );
        });
        fc.pre(!kink);
        const objective = valueObjective({ clipRange });
        const value = (x: Float64Array) =>
          objective.evaluate(x, { targets, oldValues }, new Float64Array(x.length)).value;
        const dValues = new Float64Array(values.length);
        objective.evaluate(values, { targets, oldValues }, dValues);
        differences(value, values).forEach((expected, b) => {
          assert.ok(Math.abs(dValues[b] - expected) < 1e-9, `${dValues[b]} is not ${expected}`);
        });
      },
    ),
    { seed: 1, numRuns: 200 },
  );
});

test('what is not finite shows in the value', () => {
  const minibatch = { actions: [0.3], advantages: [1], oldLogProbs: [-1] };
  const dY = new Float64Array(2);
  const y = Float64Array.of(Number.NaN, 0);
  for (const objective of [policyGradientObjective(), surrogateObjective(), clipObjective()]) {
    assert.ok(Number.isNaN(objective.evaluate(y, minibatch, gaussianHead(1), dY.fill(0)).value));
    assert.ok(Number.isNaN(dY[0]));
  }
  const huge = { actions: [0], advantages: [-1], oldLogProbs: [-2000] };
  assert.equal(clipObjective().evaluate(Float64Array.of(0, 0), huge, two, dY.fill(0)).value, -Infinity);
  const { value } = valueObjective({ clipRange: 1 }).evaluate(
    Float64Array.of(Number.NaN),
    { targets: [1], oldValues: [1] },
    new Float64Array(1),
  );
  assert.ok(Number.isNaN(value));
});

test('bad input gets one sentence', () => {
  const { y, minibatch, head } = randomMinibatch(categoricalHead(3), 4, 1);
  const dY = new Float64Array(12);
  const says = (change: object, message: string, objective: PolicyObjective = clipObjective()) =>
    assert.throws(() => objective.evaluate(y, { ...minibatch, ...change }, head, dY), { message });
  says({ advantages: [] }, 'advantages is empty, but a minibatch needs at least one step.');
  says({ advantages: [1, 2, 3, Number.NaN] }, 'advantages[3] is NaN, but must be a finite number.');
  says({ advantages: [1, 2, 3] }, 'y is of length 12, but must have length 9: 3 for each of 3 advantages.');
  says({ oldLogProbs: [1] }, 'oldLogProbs has length 1, but must have length 4.');
  says({ actions: [1] }, 'actions is of length 1, but must have length 4: 1 for each of 4 advantages.');
  says(
    { oldParameters: [1] },
    'oldParameters is of length 1, but must have length 12: 3 for each of 4 advantages.',
  );
  says({ actions: [0, 1, 2, 3] }, 'action is 3, but must be a whole number from 0 to 2.');
  says(
    { oldParameters: undefined },
    'oldParameters is missing, but the KL penalty needs the outputs of the network of theta_k for each step.',
    klPenaltyObjective({ beta: 1 }),
  );
  assert.throws(() => clipObjective().evaluate(y, minibatch, head, new Float64Array(3)), {
    message: 'dY has length 3, but y has 12 numbers, and each needs its derivative.',
  });
  assert.throws(() => clipObjective({ clipRange: -1 }), {
    message: 'clipRange is -1, but must be a finite number of at least 0.',
  });
  assert.throws(() => sumOfObjectives(surrogateObjective(), 1 as unknown as PolicyObjective), {
    message: 'objective 1 is 1, but must be a policy objective, e.g. clipObjective().',
  });
  const critic = valueObjective({ clipRange: 1 });
  assert.throws(() => critic.evaluate(new Float64Array(2), { targets: [1, 2] }, new Float64Array(2)), {
    message: 'oldValues is missing, but the clip needs the values of the critic before.',
  });
  assert.throws(() => critic.evaluate(new Float64Array(2), { targets: [1] }, new Float64Array(1)), {
    message: 'values has length 2, but there are 1 targets.',
  });
});
