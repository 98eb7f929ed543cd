import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs-node';
import fc from 'fast-check';
import {
  categoricalHead,
  clipObjective,
  entropyBonus,
  gaussianHead,
  klPenaltyObjective,
  type PolicyObjective,
  policyGradientObjective,
  Rng,
  sumOfObjectives,
  surrogateObjective,
  type TfBatch,
  type TfObjectiveFunction,
  tfEntropy,
  tfKl,
  tfLogProbs,
  tfObjective,
  valueObjective,
} from 'pglab';
import { CLIP_RANGE, randomMinibatch, relativeError } from './minibatches';

const ratios = (y: tf.Tensor2D, batch: TfBatch) => batch.logProbs(y).sub(batch.oldLogProbs).exp();
const surrogate: TfObjectiveFunction = (y, batch) => ratios(y, batch).mul(batch.advantages).mean();
const clipped: TfObjectiveFunction = (y, batch) => {
  const r = ratios(y, batch);
  const bounded = r.clipByValue(1 - CLIP_RANGE, 1 + CLIP_RANGE);
  return tf.minimum(r.mul(batch.advantages), bounded.mul(batch.advantages)).mean();
};

/** Closed forms, and the same by automatic differentiation. */
const pairs: Record<string, [closed: PolicyObjective, automatic: TfObjectiveFunction]> = {
  'policy gradient': [
    policyGradientObjective(),
    (y, batch) => batch.logProbs(y).mul(batch.advantages).mean(),
  ],
  surrogate: [surrogateObjective(), surrogate],
  clip: [clipObjective({ clipRange: CLIP_RANGE }), clipped],
  'KL penalty': [
    klPenaltyObjective({ beta: 0.7 }),
    (y, batch) => tf.sub(surrogate(y, batch), batch.kl(y).mean().mul(0.7)),
  ],
  entropy: [entropyBonus({ coefficient: 0.3 }), (y, batch) => batch.entropy(y).mean().mul(0.3)],
  'clip with entropy': [
    sumOfObjectives(clipObjective({ clipRange: CLIP_RANGE }), entropyBonus({ coefficient: 0.01 })),
    (y, batch) => tf.add(clipped(y, batch), batch.entropy(y).mean().mul(0.01)),
  ],
};

const heads = fc.oneof(
  fc.integer({ min: 2, max: 6 }).map(categoricalHead),
  fc.integer({ min: 1, max: 4 }).map(gaussianHead),
);

for (const [name, [closed, automatic]] of Object.entries(pairs))
  test(`${name}: closed form and automatic gradient agree to 1e-5`, t => {
    const taped = tfObjective(automatic);
    let worst = 0;
    /** Steps of both signs of A, switched off and active outside of the clip range. */
    const seen = new Set<string>();
    fc.assert(
      fc.property(heads, fc.integer({ min: 2, max: 64 }), fc.integer(), (head, count, seed) => {
        const { y, minibatch } = randomMinibatch(head, count, seed);
        const [a, b] = [closed, taped].map(objective => {
          const dY = new Float64Array(y.length);
          return { ...objective.evaluate(y, minibatch, head, dY), dY };
        });
        if (a.dY.every(g => g === 0)) {
          assert.ok(b.dY.every(g => g === 0));
          return;
        }
        const error = relativeError(b.dY, a.dY);
        worst = Math.max(worst, error);
        assert.ok(error < 1e-5, `gradients differ by ${error}`);
        assert.ok(Math.abs(a.value - b.value) < 1e-5 * Math.max(1, Math.abs(a.value)));
        const { clipFraction: _, inactiveFraction: __, ...same } = a.diagnostics;
        assert.deepEqual({ ...b.diagnostics, ...same }, b.diagnostics);
        for (let i = 0; i < count; i++) {
          const row = i * head.parameterSize;
          const logProb = head.logProb(y, row, minibatch.actions, i * head.actionSize);
          const r = Math.exp(logProb - minibatch.oldLogProbs[i]);
          const side = r > 1 + CLIP_RANGE ? 'above' : r < 1 - CLIP_RANGE ? 'below' : 'inside';
          seen.add(`${side} ${Math.sign(minibatch.advantages[i])}`);
        }
      }),
      { seed: 1, numRuns: 60 },
    );
    assert.equal(seen.size, 6, [...seen].join(', '));
    t.diagnostic(`worst relative error ${worst.toExponential(1)} on ${tf.getBackend()}`);
  });

for (const clipRange of [undefined, 0.3])
  test(`value, clip ${clipRange}: closed form and automatic gradient agree to 1e-5`, () => {
    const rng = new Rng(3);
    const objective = valueObjective({ clipRange });
    for (let run = 0; run < 40; run++) {
      const [values, targets, oldValues] = [1, 1, 0.5].map(scale =>
        Float32Array.from({ length: 32 }, () => scale * rng.normal()),
      );
      const dValues = new Float32Array(32);
      const { value } = objective.evaluate(values, { targets, oldValues }, dValues);
      const [automaticValue, automaticGradient] = tf.tidy(() => {
        const result = tf.valueAndGrad(v => {
          const squares = v.sub(targets).square();
          if (clipRange === undefined) return squares.mean().mul(-0.5);
          const bounded = v.sub(oldValues).clipByValue(-clipRange, clipRange).add(oldValues);
          return tf.maximum(squares, bounded.sub(targets).square()).mean().mul(-0.5);
        })(tf.tensor1d(values));
        return [result.value.dataSync()[0], result.grad.dataSync()];
      });
      assert.ok(relativeError(dValues, automaticGradient) < 1e-5);
      assert.ok(Math.abs(value - automaticValue) < 1e-5 * Math.abs(value));
    }
  });

test('heads in tensor ops give the numbers of the heads', () => {
  for (const head of [categoricalHead(5), gaussianHead(3)]) {
    const { y, minibatch } = randomMinibatch(head, 20, 4);
    const { parameterSize: size, actionSize } = head;
    const [logProbs, entropies, divergences] = tf.tidy(() => {
      const q = tf.tensor2d(Float32Array.from(y), [20, size]);
      const p = tf.tensor2d(Float32Array.from(minibatch.oldParameters), [20, size]);
      const actions =
        head.kind === 'categorical'
          ? tf.tensor1d(Int32Array.from(minibatch.actions), 'int32')
          : tf.tensor2d(Float32Array.from(minibatch.actions), [20, actionSize]);
      return [tfLogProbs(q, actions, head), tfEntropy(q, head), tfKl(p, q, head)].map(x => x.dataSync());
    });
    for (let b = 0; b < 20; b++) {
      const row = b * size;
      const near = (actual: number, expected: number) =>
        assert.ok(Math.abs(actual - expected) < 2e-6 * Math.max(1, Math.abs(expected)));
      near(logProbs[b], head.logProb(y, row, minibatch.actions, b * actionSize));
      near(entropies[b], head.entropy(y, row));
      near(divergences[b], head.kl(minibatch.oldParameters, y, row));
    }
  }
});

test('tfObjective adds to dY and leaves no tensors', t => {
  const { head, y, minibatch } = randomMinibatch(categoricalHead(3), 16, 2);
  const objective = tfObjective((y, batch) => {
    tf.scalar(1); // forgotten by its author
    return clipped(y, batch);
  });
  const once = new Float64Array(y.length);
  objective.evaluate(y, minibatch, head, once);
  const before = y.map((_, k) => k);
  const dY = before.slice();
  objective.evaluate(y, minibatch, head, dY);
  dY.forEach((g, k) => {
    assert.equal(g, before[k] + once[k]);
  });
  const counts = [10, 1000].map(iterations => {
    for (let i = 0; i < iterations; i++) objective.evaluate(y, minibatch, head, dY);
    return tf.memory().numTensors;
  });
  t.diagnostic(`tensors after 10 and after 1,000 more evaluations: ${counts.join(', ')}`);
  assert.equal(counts[0], counts[1]);
});

test('a function that cannot be an objective gets one sentence, and nothing leaks', () => {
  const { head, y, minibatch } = randomMinibatch(categoricalHead(2), 4, 2);
  const dY = new Float64Array(y.length);
  const tensors = tf.memory().numTensors;
  const says = (objective: unknown, message: string, batch: object = minibatch) => {
    assert.throws(
      () => tfObjective(objective as TfObjectiveFunction).evaluate(y, { ...minibatch, ...batch }, head, dY),
      { message },
    );
    assert.equal(tf.memory().numTensors, tensors);
    assert.ok(dY.every(g => g === 0));
  };
  says(
    3,
    'objective is 3, but must be a function such as (y, batch) => batch.logProbs(y).mul(batch.advantages).mean().',
  );
  says(() => 3, "tfObjective's function returned 3, but must return a scalar tensor.");
  says(() => undefined, "tfObjective's function returned undefined, but must return a scalar tensor.");
  says(async () => {}, "tfObjective's function returned a promise, but must return a scalar tensor.");
  says(
    (y: tf.Tensor2D, batch: TfBatch) => batch.logProbs(y),
    "tfObjective's function returned a tensor of shape [4], but must return a scalar: end with .mean() or .sum().",
  );
  const unconnected =
    "tfObjective's function returned a tensor that does not depend on y by differentiable ops, so that there is no gradient.";
  says((_: tf.Tensor2D, batch: TfBatch) => batch.advantages.mean(), unconnected);
  says((y: tf.Tensor2D) => tf.scalar(y.dataSync()[0]), unconnected);
  says(
    (y: tf.Tensor2D) => tf.where(y.greater(0), y, tf.zerosLike(y)).sum(),
    "tfObjective's function takes y through Greater, of which TensorFlow.js has no gradient: write it with minimum, maximum, clipByValue or relu, or make a condition from numbers, tf.tensor(x.dataSync(), x.shape).",
  );
  // Of the backends only the one in WebAssembly lacks the kernel.
  if (tf.getBackend() === 'wasm')
    says(
      (y: tf.Tensor2D) => y.gather([0]).sum(),
      "tfObjective's function or its gradient needs UnsortedSegmentSum, which TensorFlow.js's backend wasm does not have: instead of gather, multiply by tf.oneHot.",
    );
  says(
    (y: tf.Tensor2D) => y.mean().sub(10).log(),
    "tfObjective's function returned NaN, but must be finite.",
  );
  says(
    (y: tf.Tensor2D) => y.sub(y).sqrt().mul(0).sum(),
    "the gradient of tfObjective's function is NaN at step 0, output 0, but must be finite.",
  );
  says(
    (y: tf.Tensor2D, batch: TfBatch) => batch.kl(y).mean(),
    'oldParameters is missing, but batch.kl needs the outputs of the network of theta_k.',
    { oldParameters: undefined },
  );
  const thrower = tfObjective((y, batch) => {
    batch.logProbs(y);
    throw new Error('mine');
  });
  assert.throws(() => thrower.evaluate(y, minibatch, head, dY), { message: 'mine' });
  assert.equal(tf.memory().numTensors, tensors);
});

test('a condition made from numbers has the gradient of the branch that it chooses', () => {
  const { head, y, minibatch } = randomMinibatch(categoricalHead(2), 4, 2);
  const dY = new Float64Array(y.length);
  tfObjective(y => {
    const numbers = tf.tensor(y.dataSync(), y.shape);
    return tf.where(numbers.greater(0), y.mul(3), y).sum();
  }).evaluate(y, minibatch, head, dY);
  assert.deepEqual(
    dY,
    Float64Array.from(y, x => (x > 0 ? 3 : 1)),
  );
  assert.equal(new Set(dY).size, 2); // both branches are taken
});

test('with TensorFlow.js imported, its types are those of the arguments', () => {
  // @ts-expect-error no tensor has such an op: it would pass if y were any
  const wrong: TfObjectiveFunction = y => y.noSuchOp();
  // @ts-expect-error nor does the batch's
  const wrongBatch: TfObjectiveFunction = (_, batch) => batch.advantages.noSuchOp();
  assert.notEqual(wrong, wrongBatch);
});
