/** Forward-mode derivatives, J v: of every engine, against its own backward pass, differences, and float64. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-node';
import fc from 'fast-check';
import {
  type FloatArray,
  linearNetwork,
  mlp,
  mlpPolicy,
  type Network,
  pendulum,
  ppoClip,
  Rng,
  tableNetwork,
  tfMlp,
  tfNetwork,
  uniformPolicy,
} from 'pglab';
import { relativeError } from './minibatches';

const normals = (rng: Rng, length: number, scale = 1) =>
  Float32Array.from({ length }, () => scale * rng.normal());

/** J v [count * K], each number as v . (J^T e) with `backward` for J^T, summed in float64. */
function byBackward(network: Network, v: ArrayLike<number>, count: number): Float64Array {
  const K = network.outputSize;
  const one = new Float64Array(count * K);
  return Float64Array.from({ length: count * K }, (_, k) => {
    const gradient = new Float64Array(network.parameters.length);
    one.fill(0)[k] = 1;
    network.backward(one, gradient);
    return gradient.reduce((sum, g, i) => sum + g * v[i], 0);
  });
}

/** The relative error of `tangent` at random observations, along a random direction. */
function error(network: Network, observations: FloatArray, count: number, rng: Rng): number {
  const v = normals(rng, network.parameters.length);
  network.forward(observations, count);
  const expected = byBackward(network, v, count);
  const Jv = network.tangent(v);
  assert.equal(Jv.length, expected.length);
  return relativeError(Jv, expected);
}

describe('J v is what J^T says that it is', () => {
  test('multi-layer perceptrons on WebAssembly, over random shapes and batches', () => {
    let worst = 0;
    fc.assert(
      fc.property(
        fc.record({
          inputs: fc.integer({ min: 1, max: 20 }),
          hidden: fc.array(fc.integer({ min: 1, max: 36 }), { maxLength: 4 }),
          outputs: fc.integer({ min: 1, max: 18 }),
          freeOutputs: fc.integer({ min: 0, max: 3 }),
          activation: fc.constantFrom('tanh' as const, 'relu' as const),
        }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer(),
        (options, count, seed) => {
          const rng = new Rng(seed);
          const network = mlp({ ...options, rng });
          for (let k = 0; k < network.parameters.length; k++) network.parameters[k] += 0.1 * rng.normal();
          worst = Math.max(worst, error(network, normals(rng, count * options.inputs), count, rng));
        },
      ),
      { seed: 1, numRuns: 150 },
    );
    assert.ok(worst < 3e-6, `off by ${worst}`);
  });

  test('a batch of more rows than a block: each row as if it stood alone, to the bit', () => {
    const rng = new Rng(2);
    const network = mlp({ inputs: 5, hidden: [16, 12], outputs: 3, freeOutputs: 2, rng });
    const count = 300;
    const observations = normals(rng, count * 5);
    const v = normals(rng, network.parameters.length);
    network.forward(observations, count);
    const together = network.tangent(v).slice();
    for (const b of [0, 1, 127, 128, 255, 256, 299]) {
      network.forward(observations, 1, b * 5);
      assert.deepEqual(network.tangent(v), together.subarray(b * 5, b * 5 + 5));
    }
  });

  test('tables, linear functions with features and free outputs, the uniform policy', () => {
    const rng = new Rng(3);
    const table = tableNetwork({ states: 4, outputs: 3, parameters: normals(rng, 12) });
    assert.ok(error(table, Float32Array.of(2, 0, 2, 3), 4, rng) < 1e-15);
    const linear = linearNetwork({
      features: 2,
      featureMap: (o, at, x) => x.set([o[at] ** 2, o[at] * 3]),
      featureScale: [1, 0.5],
      outputs: 2,
      freeOutputs: 1,
      parameters: normals(rng, 7),
    });
    const v = Float64Array.from(normals(rng, 7));
    linear.forward([0.5, -2], 2, 0, 1);
    assert.ok(relativeError(linear.tangent(v), byBackward(linear, v, 2)) < 1e-15);
    const { network } = uniformPolicy(3);
    network.forward([0, 1], 2);
    assert.deepEqual([...network.tangent([])], [0, 0, 0, 0, 0, 0]);
  });

  test('a policy behind normalised observations', async () => {
    const env = pendulum();
    const policy = mlpPolicy({ env, hidden: [8], seed: 1 });
    const critic = mlp({ inputs: 3, hidden: [8], outputs: 1, seed: 2 });
    const settings = { env, policy, critic, totalSteps: 64, copies: 2, stepsPerIteration: 32, epochs: 1 };
    const { policy: trained } = await ppoClip({ ...settings, normalizeObservations: true });
    assert.ok(error(trained.network, Float32Array.of(1, 0, 2, -1, 0.5, 3), 2, new Rng(4)) < 3e-6);
  });

  test('TensorFlow.js: the same as WebAssembly, any layers, and no tensor is left behind', () => {
    const rng = new Rng(5);
    for (const activation of ['tanh', 'relu'] as const) {
      const spec = { inputs: 3, hidden: [9, 7], outputs: 2, freeOutputs: 1, activation };
      const simd = mlp({ ...spec, rng });
      const network = tfMlp(spec, simd.parameters);
      const v = normals(rng, simd.parameters.length);
      const observations = normals(rng, 15);
      for (const engine of [simd, network]) engine.forward(observations, 5);
      const before = tf.memory().numTensors;
      assert.ok(relativeError(network.tangent(v), simd.tangent(v)) < 3e-6);
      assert.equal(tf.memory().numTensors, before);
      network.dispose();
    }
    const layers = [
      tf.layers.dense({ units: 4, activation: 'sigmoid', inputShape: [3] }),
      tf.layers.dense({ units: 2, useBias: false }),
    ];
    const other = tfNetwork(tf.sequential({ layers }));
    assert.ok(error(other, normals(rng, 6), 2, rng) < 3e-6);
    other.dispose();
  });
});

test('J v is the derivative of the outputs along v: central differences in float64', () => {
  const network = linearNetwork({ features: 2, outputs: 2, freeOutputs: 1 });
  const v = [1, -2, 0.5, 3, 0, -1, 4];
  const observations = [0.3, -0.7, 2, 1];
  network.forward(observations, 2);
  const Jv = network.tangent(v).slice();
  const moved = (t: number) => {
    v.forEach((x, k) => {
      network.parameters[k] = t * x;
    });
    return network.forward(observations, 2).slice();
  };
  const [low, high] = [moved(-1e-3), moved(1e-3)];
  Jv.forEach((d, k) => {
    assert.ok(Math.abs(d - (high[k] - low[k]) / 2e-3) < 1e-12);
  });
});

test('a direction of the wrong length and a missing forward get one sentence', () => {
  for (const network of [
    tableNetwork({ states: 2, outputs: 1 }),
    linearNetwork({ features: 1, outputs: 1 }),
    mlp({ inputs: 1, hidden: [], outputs: 1, seed: 1 }),
  ]) {
    assert.throws(() => network.tangent([1, 2]), {
      message: 'network.tangent was called before network.forward: there is nothing to differentiate.',
    });
    network.forward([1]);
    assert.throws(() => network.tangent([1]), {
      message: 'direction is of length 1, but theta has 2 numbers.',
    });
    assert.throws(() => network.tangent(3 as never), {
      message: 'direction is 3, but theta has 2 numbers.',
    });
  }
});
