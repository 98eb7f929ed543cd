import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs-node';
import fc from 'fast-check';
import {
  adam,
  cartPole,
  categoricalPolicy,
  clipObjective,
  collectEpisodes,
  collectSteps,
  distributionParameters,
  type FloatArray,
  gaussianPolicy,
  type MlpSpec,
  mlp,
  mlpParameterCount,
  type Policy,
  pendulum,
  Rng,
  sgd,
  type TrajectoryBatch,
  tfMlp,
  tfNetwork,
  vectorEnv,
} from 'pglab';
import { relativeError } from './minibatches';

/** Outputs [B * K] and sum_b sum_k dY_bk dy_bk/dtheta of a perceptron, in float64 by the textbook's loops. */
function reference(spec: MlpSpec, theta: ArrayLike<number>, x: FloatArray, dY: FloatArray) {
  const sizes = [spec.inputs, ...spec.hidden, spec.outputs];
  const outputSize = spec.outputs + spec.freeOutputs;
  const count = x.length / spec.inputs;
  const y = new Float64Array(count * outputSize);
  const gradient = new Float64Array(theta.length);
  const phi = spec.activation === 'tanh' ? Math.tanh : (z: number) => Math.max(0, z);
  const slope = spec.activation === 'tanh' ? (h: number) => 1 - h * h : (h: number) => (h > 0 ? 1 : 0);
  const last = sizes.length - 2;
  for (let b = 0; b < count; b++) {
    const layers = [Array.from(x.subarray(b * spec.inputs, (b + 1) * spec.inputs))];
    const starts: number[] = [];
    let at = 0;
    for (let l = 0; l <= last; l++) {
      const [n, m] = [sizes[l], sizes[l + 1]];
      const [from, begin] = [layers[l], at];
      const z = Array.from({ length: m }, (_, j) =>
        from.reduce((sum, h, i) => sum + h * theta[begin + i * m + j], theta[begin + n * m + j]),
      );
      layers.push(l < last ? z.map(phi) : z);
      starts.push(at);
      at += n * m + m;
    }
    const row = b * outputSize;
    y.set(layers[last + 1], row);
    for (let k = 0; k < spec.freeOutputs; k++) {
      y[row + spec.outputs + k] = theta[at + k];
      gradient[at + k] += dY[row + spec.outputs + k];
    }
    let delta = Array.from(dY.subarray(row, row + spec.outputs));
    for (let l = last; l >= 0; l--) {
      const [n, m] = [sizes[l], sizes[l + 1]];
      for (let j = 0; j < m; j++) {
        for (let i = 0; i < n; i++) gradient[starts[l] + i * m + j] += layers[l][i] * delta[j];
        gradient[starts[l] + n * m + j] += delta[j];
      }
      delta = layers[l].map(
        (h, i) => slope(h) * delta.reduce((sum, d, j) => sum + d * theta[starts[l] + i * m + j], 0),
      );
    }
  }
  return { y, gradient };
}

const normals = (rng: Rng, length: number, scale = 1) =>
  Float32Array.from({ length }, () => scale * rng.normal());

test('outputs and gradients are those of float64 and of the SIMD engine, to float32 rounding', t => {
  const specs = fc.record({
    inputs: fc.integer({ min: 1, max: 12 }),
    hidden: fc.array(fc.integer({ min: 1, max: 70 }), { maxLength: 3 }),
    outputs: fc.integer({ min: 1, max: 5 }),
    freeOutputs: fc.integer({ min: 0, max: 3 }),
    activation: fc.constantFrom('tanh' as const, 'relu' as const),
  });
  const worst = { y: 0, gradient: 0, ySimd: 0, gradientSimd: 0 };
  fc.assert(
    fc.property(specs, fc.integer({ min: 1, max: 90 }), fc.integer(), (spec, count, seed) => {
      const rng = new Rng(seed);
      const simd = mlp({ ...spec, rng });
      simd.parameters.set(normals(rng, simd.parameters.length, 0.3));
      const network = tfMlp(spec, simd.parameters);
      const x = normals(rng, count * spec.inputs);
      const dY = normals(rng, count * network.outputSize);
      const { y, gradient } = reference(spec, simd.parameters, x, dY);
      const padded = Float32Array.of(7, ...x);
      for (const engine of [network, simd]) {
        assert.equal(engine.forward(padded, count, 1).length, y.length);
        engine.backward(dY);
      }
      worst.y = Math.max(worst.y, relativeError(network.forward(x, count), y));
      worst.gradient = Math.max(worst.gradient, relativeError(network.gradient, gradient));
      worst.ySimd = Math.max(worst.ySimd, relativeError(network.forward(x, count), simd.forward(x, count)));
      worst.gradientSimd = Math.max(worst.gradientSimd, relativeError(network.gradient, simd.gradient));
      network.dispose();
    }),
    { seed: 1, numRuns: 60 },
  );
  const shown = Object.entries(worst).map(([name, error]) => `${name} ${error.toExponential(1)}`);
  t.diagnostic(`worst relative errors on ${tf.getBackend()}: ${shown.join(', ')}`);
  for (const error of Object.values(worst)) assert.ok(error < 2e-6, shown.join(', '));
});

const SPEC: MlpSpec = { inputs: 3, hidden: [5], outputs: 2, freeOutputs: 1, activation: 'tanh' };
const newNetwork = () => tfMlp(SPEC, normals(new Rng(1), mlpParameterCount(SPEC), 0.5));
const X = normals(new Rng(2), 12);

test('theta is live, gradients add up, and backward is at the last forward', () => {
  const network = newNetwork();
  const { parameters } = network;
  const dY = normals(new Rng(3), 12);
  const check = () => {
    const expected = reference(SPEC, parameters, X, dY);
    assert.ok(relativeError(network.forward(X, 4), expected.y) < 1e-6);
    const gradient = new Float64Array(parameters.length).fill(1);
    network.backward(dY, gradient);
    assert.ok(
      relativeError(
        gradient.map(g => g - 1),
        expected.gradient,
      ) < 1e-6,
    );
    return expected.gradient;
  };
  check();
  for (const k of [0, 7, parameters.length - 1]) {
    parameters[k] += 1; // in a weight, in another, in the free output
    check();
  }
  const gradient = check();
  parameters.fill(0); // does not count before the next forward
  network.gradient.fill(0);
  network.backward(dY);
  network.backward(dY);
  assert.ok(
    relativeError(
      network.gradient,
      gradient.map(g => 2 * g),
    ) < 1e-6,
  );

  const expected = Float32Array.from(network.gradient, g => 0.5 * g);
  network.applyGradient(sgd({ learningRate: 0.5 }));
  assert.deepEqual(parameters, expected);
  assert.ok(network.gradient.every(g => g === 0));
  network.dispose();
});

test('a clone has weights of its own', () => {
  const network = newNetwork();
  network.forward(X, 4);
  network.parameters[3] += 0.25; // not yet seen by the model
  const copy = network.clone();
  assert.deepEqual(copy.parameters, network.parameters);
  assert.deepEqual(copy.forward(X, 4), network.forward(X, 4));
  const before = network.forward(X, 4).slice();
  copy.parameters.fill(0);
  assert.ok(copy.forward(X, 4).every(y => y === 0));
  copy.dispose();
  assert.deepEqual(network.forward(X, 4), before);
  network.dispose();
});

test('any model with one input and one output: tf.sequential with other layers, tf.model', () => {
  const tensors = tf.memory().numTensors;
  const sequential = tf.sequential({
    layers: [
      tf.layers.dense({ units: 4, activation: 'sigmoid', inputShape: [3], useBias: false }),
      tf.layers.dropout({ rate: 0.5 }),
      tf.layers.batchNormalization(),
      tf.layers.dense({ units: 4, activation: 'softplus', trainable: false }),
      tf.layers.dense({ units: 2 }),
    ],
  });
  const input = tf.input({ shape: [3] });
  const hidden = tf.layers.dense({ units: 3, activation: 'tanh' }).apply(input) as tf.SymbolicTensor;
  const joined = tf.layers.add().apply([input, hidden]) as tf.SymbolicTensor;
  const residual = tf.model({
    inputs: input,
    outputs: tf.layers.dense({ units: 2 }).apply(joined) as tf.SymbolicTensor,
  });
  for (const [model, size] of [[sequential, 3 * 4 + 2 * 4 + 4 * 2 + 2] as const, [residual, 20] as const]) {
    const network = tfNetwork(model, { freeOutputs: 1 });
    assert.equal(network.parameters.length, size + 1);
    assert.deepEqual([network.inputSize, network.outputSize], [3, 3]);
    const rng = new Rng(5);
    network.parameters.set(normals(rng, size + 1, 0.5));
    const dY = normals(rng, 12);
    const L = () => network.forward(X, 4).reduce((sum, y, k) => sum + y * dY[k], 0);
    L();
    network.backward(dY);
    const differences = network.parameters.map((value, k) => {
      const [above, below] = [0.02, -0.02].map(h => {
        network.parameters[k] = value + h;
        return L();
      });
      network.parameters[k] = value;
      return (above - below) / 0.04;
    });
    assert.ok(relativeError(network.gradient, differences) < 1e-3);
    const copy = network.clone();
    assert.deepEqual(copy.forward(X, 4), network.forward(X, 4));
    copy.dispose();
    network.dispose();
  }
  assert.equal(tf.memory().numTensors, tensors);
});

test('models and calls that cannot be a network get one sentence', () => {
  const says = (model: unknown, message: string) =>
    assert.throws(() => tfNetwork(model as tf.LayersModel), { message });
  says('dense', 'model is "dense", but must be a model such as tf.sequential makes.');
  says(
    tf.sequential(),
    'model has no layers: add some, the first with inputShape: [n], the numbers in one observation.',
  );
  says(
    tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [4, 3] })] }),
    'model has inputs of shape [B,4,3], but must have [B, n].',
  );
  says(
    tf.sequential({ layers: [tf.layers.activation({ activation: 'tanh', inputShape: [3] })] }),
    'model has no trainable weights, so that there is no theta.',
  );
  const inputs = [tf.input({ shape: [2] }), tf.input({ shape: [2] })];
  const sum = tf.layers.add().apply(inputs) as tf.SymbolicTensor;
  says(
    tf.model({ inputs, outputs: tf.layers.dense({ units: 1 }).apply(sum) as tf.SymbolicTensor }),
    'model has 2 inputs and 1 outputs, but a network has one of each.',
  );
  assert.throws(() => tfMlp(SPEC, [1, 2]), {
    message: 'parameters has length 2, but must have length 33.',
  });

  const network = newNetwork();
  assert.throws(() => network.backward([1]), {
    message: 'network.backward was called before network.forward: there is nothing to differentiate.',
  });
  assert.throws(() => network.forward(X, 5), {
    message: 'observations has length 12, but must have at least 15: 5 x 3 numbers from offset 0.',
  });
  network.forward(X, 2);
  assert.throws(() => network.backward([1]), /^RangeError: dOutputs is of length 1, but must have length 6/);
  network.dispose();
  for (const use of [() => network.forward(X), () => network.clone(), () => network.dispose()])
    assert.throws(use, {
      message: "the network's weights were disposed of, so that it cannot be used any more.",
    });
});

test('no tensors leak from 1,000 updates', t => {
  const network = newNetwork();
  const optimizer = adam({ learningRate: 1e-3 });
  const dY = normals(new Rng(3), 12);
  const counts = [10, 1000].map(iterations => {
    for (let i = 0; i < iterations; i++) {
      network.forward(X, 4);
      network.backward(dY);
      network.applyGradient(optimizer);
    }
    return [tf.memory().numTensors, tf.memory().numDataBuffers, tf.memory().numBytes];
  });
  t.diagnostic(`tensors, buffers, bytes after 10 and after 1,000 more: ${counts.join(' | ')}`);
  assert.deepEqual(counts[0], counts[1]);
  const tensors = counts[0][0];
  network.dispose();
  assert.equal(tf.memory().numTensors, tensors - 4);
});

/** An update by PPO's objective, as an algorithm makes it. */
function update(policy: Policy, batch: TrajectoryBatch, optimizer: ReturnType<typeof adam>) {
  const y = distributionParameters(batch, policy);
  const dY = new Float64Array(y.length);
  const minibatch = { actions: batch.actions, advantages: batch.rewards, oldLogProbs: batch.logProbs };
  const { value, diagnostics } = clipObjective().evaluate(y, minibatch, policy.head, dY);
  assert.ok(Number.isFinite(value));
  policy.network.backward(dY);
  policy.network.applyGradient(optimizer);
  return diagnostics;
}

test('policies on this engine collect over copies side by side, learn, and leak nothing', t => {
  const tasks = [
    { env: cartPole(), inputs: 4, outputs: 2, freeOutputs: 0, build: categoricalPolicy },
    { env: pendulum(), inputs: 3, outputs: 1, freeOutputs: 1, build: gaussianPolicy },
  ];
  for (const { env, build, ...sizes } of tasks) {
    const policy = build(mlp({ ...sizes, hidden: [8], outputGain: 0.01, seed: 1, engine: 'tf' }));
    const envs = vectorEnv(env, 8);
    envs.reset(new Rng(1));
    const rng = new Rng(2);
    const optimizer = adam({ learningRate: 1e-3 });
    const counts = [2, 20].map(iterations => {
      for (let i = 0; i < iterations; i++) {
        const batch = collectSteps(envs, policy, { steps: 8, rng });
        // the same weights saw the same observations in smaller batches
        const { maxRatio, minRatio } = update(policy, batch, optimizer);
        assert.ok(maxRatio < 1 + 1e-5 && minRatio > 1 - 1e-5, `${minRatio} ${maxRatio}`);
      }
      update(policy, collectEpisodes(env, policy, { episodes: 6, copies: 3, maxSteps: 20, rng }), optimizer);
      return tf.memory().numTensors;
    });
    t.diagnostic(`${env.id}: tensors after 2 and after 20 more iterations: ${counts.join(', ')}`);
    assert.equal(counts[0], counts[1]);
  }
});
