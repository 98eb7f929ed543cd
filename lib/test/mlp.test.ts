/** Multi-layer perceptrons on the fast engine, against a plain float64 implementation, differences and closed forms. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { adam, type MlpOptions, type MlpSpec, mlp, mlpParameterCount, type Network, Rng, sgd } from 'pglab';

const normals = (length: number, seed = 1) => {
  const rng = new Rng(seed);
  return Float32Array.from({ length }, () => rng.normal());
};

/** Shape with what `mlp` would fill in. */
const specOf = ({ inputs, hidden = [64, 64], outputs, freeOutputs = 0, activation = 'tanh' }: MlpOptions) =>
  ({ inputs, hidden, outputs, freeOutputs, activation }) satisfies MlpSpec;

/** The layers' values for one observation in float64, as the formula says: h_0, h_1, ..., y without free outputs. */
function layersOf(spec: MlpSpec, theta: ArrayLike<number>, observation: ArrayLike<number>): number[][] {
  const layers = [Array.from(observation)];
  let at = 0;
  [...spec.hidden, spec.outputs].forEach((units, l) => {
    const x = layers[l];
    layers.push(
      Array.from({ length: units }, (_, j) => {
        let z = theta[at + x.length * units + j];
        for (let i = 0; i < x.length; i++) z += x[i] * theta[at + i * units + j];
        if (l === spec.hidden.length) return z;
        return spec.activation === 'relu' ? Math.max(0, z) : Math.tanh(z);
      }),
    );
    at += (x.length + 1) * units;
  });
  return layers;
}

/** y [K] for one observation. */
const outputsOf = (spec: MlpSpec, theta: ArrayLike<number>, observation: ArrayLike<number>) => [
  ...layersOf(spec, theta, observation).at(-1)!,
  ...Array.from(theta).slice(theta.length - spec.freeOutputs),
];

/** gradient += dL/dtheta for one observation with dL/dy, by the chain rule unit by unit. */
function addGradient(
  spec: MlpSpec,
  theta: ArrayLike<number>,
  observation: ArrayLike<number>,
  dOutputs: ArrayLike<number>,
  gradient: Float64Array,
): void {
  const layers = layersOf(spec, theta, observation);
  let end = theta.length - spec.freeOutputs;
  for (let f = 0; f < spec.freeOutputs; f++) gradient[end + f] += dOutputs[spec.outputs + f];
  let d = Array.from(dOutputs).slice(0, spec.outputs);
  for (let l = layers.length - 1; l > 0; l--) {
    const x = layers[l - 1];
    const start = end - (x.length + 1) * d.length;
    d.forEach((dz, j) => {
      for (let i = 0; i < x.length; i++) gradient[start + i * d.length + j] += x[i] * dz;
      gradient[start + x.length * d.length + j] += dz;
    });
    const above = d;
    d = x.map((y, i) => {
      const slope = spec.activation === 'relu' ? (y > 0 ? 1 : 0) : 1 - y * y;
      let sum = 0;
      above.forEach((dz, j) => {
        sum += dz * theta[start + i * above.length + j];
      });
      return slope * sum;
    });
    end = start;
  }
}

const rowOf = (array: Float32Array, b: number, size: number) => array.subarray(b * size, (b + 1) * size);

/** The largest difference, relative to the largest number expected (or 1). */
function distance(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  assert.equal(actual.length, expected.length);
  let worst = 0;
  let scale = 1;
  for (let i = 0; i < expected.length; i++) {
    worst = Math.max(worst, Math.abs(actual[i] - expected[i]));
    scale = Math.max(scale, Math.abs(expected[i]));
    if (Number.isNaN(actual[i])) return Number.NaN;
  }
  return worst / scale;
}

/** Biases too, which begin at 0, get numbers; the network's parameters are those from then on. */
function randomized(options: MlpOptions, seed = 1): Network {
  const network = mlp({ ...options, seed });
  const rng = new Rng(seed);
  for (let k = 0; k < network.parameters.length; k++) network.parameters[k] += 0.1 * rng.normal();
  return network;
}

/** Forward and backward of a batch against the float64 reference, in which rows other than every n-th have no say. */
function agrees(options: MlpOptions, count: number, tolerance: number, every = 1): void {
  const spec = specOf(options);
  const network = randomized(options);
  const { inputSize: inputs = 0, outputSize: K, parameters } = network;
  const observations = normals(count * inputs, 2);
  const dOutputs = normals(count * K, 3).map((d, i) => (Math.floor(i / K) % every === 0 ? d : 0));
  const y = network.forward(observations, count) as Float32Array;
  assert.equal(y.length, count * K);
  const gradient = new Float64Array(parameters.length);
  for (let b = 0; b < count; b += every) {
    const observation = rowOf(observations, b, inputs);
    const off = distance(rowOf(y, b, K), outputsOf(spec, parameters, observation));
    assert.ok(off < tolerance, `outputs off by ${off}`);
    addGradient(spec, parameters, observation, rowOf(dOutputs, b, K), gradient);
  }
  network.backward(dOutputs);
  const off = distance(network.gradient, gradient);
  assert.ok(off < tolerance, `gradient off by ${off}`);
}

test('outputs and gradients are those of a float64 implementation, over random shapes and batches', () => {
  fc.assert(
    fc.property(
      fc.record({
        inputs: fc.integer({ min: 1, max: 40 }),
        hidden: fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 3 }),
        outputs: fc.integer({ min: 1, max: 20 }),
        freeOutputs: fc.integer({ min: 0, max: 5 }),
        activation: fc.constantFrom('tanh' as const, 'relu' as const),
      }),
      fc.integer({ min: 1, max: 140 }),
      (options, count) => agrees(options, count, 3e-6),
    ),
    { seed: 1, numRuns: 100 },
  );
});

test('odd sizes and batches from 1 to 10,000', () => {
  for (const inputs of [1, 3, 17, 376])
    for (const activation of ['tanh', 'relu'] as const)
      for (const count of [1, 64, 65])
        agrees({ inputs, hidden: [63, 33], outputs: 5, freeOutputs: 3, activation }, count, 5e-6);
  agrees({ inputs: 4, outputs: 2 }, 1000, 5e-6, 10);
  agrees({ inputs: 3, hidden: [10, 6], outputs: 2, freeOutputs: 1 }, 10_000, 5e-6);
  agrees({ inputs: 376, hidden: [30], outputs: 17 }, 10_000, 5e-6, 100);
});

test('gradients are central differences of the float64 function', () => {
  for (const activation of ['tanh', 'relu'] as const) {
    const options: MlpOptions = { inputs: 3, hidden: [7, 5], outputs: 2, freeOutputs: 2, activation };
    const spec = specOf(options);
    const network = randomized(options);
    const observations = normals(3 * 6, 4);
    const dOutputs = normals(4 * 6, 5);
    const theta = Float64Array.from(network.parameters);
    const objective = () => {
      let sum = 0;
      for (let b = 0; b < 6; b++)
        outputsOf(spec, theta, rowOf(observations, b, 3)).forEach((y, k) => {
          sum += y * dOutputs[b * 4 + k];
        });
      return sum;
    };
    network.forward(observations, 6);
    network.backward(dOutputs);
    theta.forEach((start, k) => {
      const h = 1e-6;
      theta[k] = start + h;
      const up = objective();
      theta[k] = start - h;
      const slope = (up - objective()) / (2 * h);
      theta[k] = start;
      assert.ok(Math.abs(network.gradient[k] - slope) < 1e-5 * Math.max(1, Math.abs(slope)), `theta[${k}]`);
    });
  }
});

test('tanh is right to 3.5e-7, odd, within [-1, 1] and keeps NaN', () => {
  const network = mlp({ inputs: 1, hidden: [1], outputs: 1, seed: 1 });
  network.parameters.set([1, 0, 1, 0]); // y = tanh(o)
  const x = Float32Array.from({ length: 200_001 }, (_, i) => (i - 100_000) / 9000);
  const y = network.forward(x, x.length);
  let worst = 0;
  for (let i = 0; i < x.length; i++) {
    const exact = Math.tanh(x[i]);
    if (exact !== 0) worst = Math.max(worst, Math.abs(y[i] / exact - 1));
    if (!(y[i] === -y[x.length - 1 - i] && Math.abs(y[i]) <= 1)) assert.fail(`tanh(${x[i]}) is ${y[i]}`);
  }
  assert.ok(worst < 3.5e-7, `relative error ${worst}`);
  const [nan, high, low, tiny, zero] = network.forward([Number.NaN, Infinity, -Infinity, 1e-30, 0], 5);
  assert.ok(Number.isNaN(nan));
  assert.ok(high > 0.999999 && high <= 1 && low === -high);
  assert.equal(tiny, Math.fround(1e-30));
  assert.equal(zero, 0);
});

test('a row does not depend on the rows beside it, nor on the batches before', () => {
  const network = randomized({ inputs: 5, hidden: [19, 32], outputs: 3, freeOutputs: 1 });
  const observations = normals(5 * 300);
  const all = Float32Array.from(network.forward(observations, 300));
  for (const [first, count] of [
    [0, 1],
    [299, 1],
    [17, 70],
    [1, 3],
    [0, 300],
    [40, 64],
  ]) {
    const part = network.forward(observations, count, 5 * first);
    assert.deepEqual(Array.from(part), Array.from(all.subarray(4 * first, 4 * (first + count))));
  }
  assert.deepEqual(Array.from(network.forward(Array.from(observations), 2)), Array.from(all.subarray(0, 8)));
});

test('free outputs are parameters: the same in each row, their gradient the sum over rows', () => {
  const network = mlp({ inputs: 2, outputs: 1, freeOutputs: 2, freeOutputValue: -0.5, seed: 1 });
  const d = network.parameters.length;
  assert.equal(d, mlpParameterCount(specOf({ inputs: 2, outputs: 1, freeOutputs: 2 })));
  assert.equal(d, 2 * 64 + 64 + 64 * 64 + 64 + 64 + 1 + 2);
  network.parameters[d - 1] = 0.25;
  const y = network.forward([1, 2, 3, 4], 2);
  assert.deepEqual([y[1], y[2], y[4], y[5]], [-0.5, 0.25, -0.5, 0.25]);
  network.backward([0, 1, 2, 0, 3, 4]);
  assert.deepEqual(Array.from(network.gradient), [...new Array(d - 2).fill(0), 4, 6]);
});

test('uniform initial weights and biases lie within 1 / sqrt(inputs) and fill that range', () => {
  const network = mlp({ inputs: 25, hidden: [100], outputs: 40, seed: 3, initialization: 'uniform' });
  const first = network.parameters.subarray(0, 26 * 100);
  const last = network.parameters.subarray(26 * 100);
  for (const [part, bound] of [
    [first, 1 / 5],
    [last, 1 / 10],
  ] as const) {
    const sizes = Float64Array.from(part, Math.abs);
    const largest = sizes.reduce((a, b) => Math.max(a, b));
    assert.ok(largest <= Math.fround(bound) && largest > 0.99 * bound);
    const mean = sizes.reduce((a, b) => a + b) / sizes.length;
    assert.ok(Math.abs(mean / bound - 0.5) < 0.03, 'E|u| is half the bound');
  }
  assert.throws(
    () => mlp({ inputs: 2, outputs: 1, seed: 1, initialization: 'zeros' as never }),
    /initialization is "zeros", but must be 'orthogonal' or 'uniform'/,
  );
});

test('backward adds, to its own gradient or to the one it is given', () => {
  const network = randomized({ inputs: 3, hidden: [9], outputs: 2 });
  const dOutputs = normals(2 * 4, 7);
  network.forward(normals(3 * 4), 4);
  network.backward(dOutputs);
  const once = Float32Array.from(network.gradient);
  for (const other of [new Float64Array(once.length), new Float32Array(once.length)]) {
    other.fill(1);
    network.backward(dOutputs, other);
    assert.deepEqual(Array.from(network.gradient), Array.from(once));
    assert.ok(
      distance(
        other,
        once.map(g => g + 1),
      ) < 1e-6,
    );
  }
  network.backward(Array.from(dOutputs));
  assert.ok(
    distance(
      network.gradient,
      once.map(g => 2 * g),
    ) < 1e-6,
  );
});

test('initial weights are orthogonal with their gain, biases 0, and come from the seed alone', () => {
  const hidden = [8, 20, 20];
  const network = mlp({ inputs: 30, hidden, outputs: 3, outputGain: 0.01, seed: 5 });
  const sizes = [30, ...hidden, 3];
  let at = 0;
  sizes.slice(1).forEach((units, l) => {
    const inputs = sizes[l];
    const w = (i: number, j: number) => network.parameters[at + i * units + j];
    const gain = l === 3 ? 0.01 : Math.SQRT2;
    const [short, long] = [Math.min(inputs, units), Math.max(inputs, units)];
    for (let p = 0; p < short; p++)
      for (let q = 0; q <= p; q++) {
        let sum = 0;
        for (let k = 0; k < long; k++) sum += inputs < units ? w(p, k) * w(q, k) : w(k, p) * w(k, q);
        assert.ok(Math.abs(sum / gain ** 2 - (p === q ? 1 : 0)) < 1e-6);
      }
    for (let j = 0; j < units; j++) assert.equal(network.parameters[at + inputs * units + j], 0);
    at += (inputs + 1) * units;
  });
  const again = mlp({ inputs: 30, hidden, outputs: 3, outputGain: 0.01, rng: new Rng(5) });
  assert.deepEqual(Array.from(again.parameters), Array.from(network.parameters));
  const other = mlp({ inputs: 30, hidden, outputs: 3, outputGain: 0.01, seed: 6 });
  assert.notDeepEqual(Array.from(other.parameters), Array.from(network.parameters));
});

test('initial vectors point everywhere alike: the mean of 2,000 frames is 0, the mean square 1 / size', () => {
  const rng = new Rng(8);
  let sum = 0;
  let squares = 0;
  for (let draw = 0; draw < 2000; draw++) {
    const [first] = mlp({ inputs: 3, hidden: [], outputs: 2, rng, engine: 'simd' }).parameters;
    sum += first / 2000;
    squares += first ** 2 / 2000;
  }
  assert.ok(Math.abs(sum) < 4 * Math.sqrt(1 / 3 / 2000)); // four standard errors
  assert.ok(Math.abs(squares - 1 / 3) < 4 * Math.sqrt((1 / 5 - 1 / 9) / 2000)); // uniform on [-1, 1], by Archimedes
});

test('a clone computes the same and lives its own life', () => {
  const network = randomized({ inputs: 2, hidden: [6], outputs: 2, freeOutputs: 1, activation: 'relu' });
  const before = Array.from(network.forward([1, -1]));
  const clone = network.clone();
  assert.deepEqual(Array.from(clone.forward([1, -1])), before);
  clone.parameters.fill(0);
  clone.gradient.fill(7);
  assert.deepEqual(Array.from(network.forward([1, -1])), before);
  assert.deepEqual(Array.from(network.gradient), new Array(network.gradient.length).fill(0));
});

test('steps of SGD and Adam are those of the float64 optimizers', () => {
  const choices = [
    () => sgd({ learningRate: 0.01 }),
    () => adam({ learningRate: 0.01 }),
    () => adam({ learningRate: 0.003, beta1: 0.5, beta2: 0.9, epsilon: 1e-5 }),
  ];
  for (const choice of choices) {
    const network = randomized({ inputs: 3, hidden: [5], outputs: 1, freeOutputs: 2 });
    const theta = Float64Array.from(network.parameters);
    const [fast, plain] = [choice(), choice()];
    for (let update = 0; update < 50; update++) {
      const gradient = normals(theta.length, 100 + update);
      gradient[3] = 0; // as behind a dead unit
      network.gradient.set(gradient);
      network.applyGradient(fast);
      plain.ascend(theta, gradient);
      assert.ok(network.gradient.every(g => g === 0));
    }
    assert.ok(distance(network.parameters, theta) < 1e-6);
  }
});

test('Adam brings its state along, and two of them on one network keep theirs apart', () => {
  const network = randomized({ inputs: 3, hidden: [5], outputs: 1 });
  const theta = Float64Array.from(network.parameters);
  const used = [adam({ learningRate: 0.01 }), adam({ learningRate: 0.001 })];
  const plain = [adam({ learningRate: 0.01 }), adam({ learningRate: 0.001 })];
  const elsewhere = new Float64Array(theta.length);
  used[0].ascend(elsewhere, normals(theta.length, 1)); // a state in float64, made before it meets the network
  plain[0].ascend(elsewhere, normals(theta.length, 1));
  for (let update = 0; update < 20; update++) {
    const gradient = normals(theta.length, 200 + update);
    network.gradient.set(gradient);
    network.applyGradient(used[update % 2]);
    plain[update % 2].ascend(theta, gradient);
  }
  assert.ok(distance(network.parameters, theta) < 1e-6);
});

test('a gradient is shortened to maxNorm, and left alone where it is not longer', () => {
  for (const width of [4, 5]) {
    const network = mlp({ inputs: 1, hidden: [width], outputs: 2, seed: 1 });
    const gradient = normals(network.gradient.length, 9);
    network.gradient.set(gradient);
    const norm = Math.hypot(...gradient);
    assert.ok(Math.abs(network.clipGradientNorm(norm + 1e-3) / norm - 1) < 1e-12);
    assert.deepEqual(Array.from(network.gradient), Array.from(gradient));
    assert.ok(Math.abs(network.clipGradientNorm(0.5) / norm - 1) < 1e-12);
    assert.ok(
      distance(
        network.gradient,
        gradient.map(g => (0.5 / norm) * g),
      ) < 1e-7,
    );
  }
});

test('parameters stay live while the network makes room for larger batches', () => {
  const network = mlp({ inputs: 50, hidden: [64], outputs: 1, seed: 1 });
  const { parameters, gradient } = network;
  network.forward(new Float32Array(50), 1);
  network.forward(new Float32Array(50 * 20_000), 20_000); // some 10 MB
  assert.equal(network.parameters, parameters);
  parameters[parameters.length - 1] = 3; // the last bias
  assert.equal(network.forward(new Float32Array(50))[0], 3);
  network.backward([2]);
  assert.equal(gradient[gradient.length - 1], 2);
});

/** Least squares on a fixed cubic: the objective -|y - t|^2 / 2 per row is made large. */
function trainRegression(updates: number) {
  const network = mlp({ inputs: 3, hidden: [17, 16], outputs: 2, freeOutputs: 1, seed: 3 });
  const optimizer = adam({ learningRate: 0.01 });
  const rng = new Rng(4);
  const count = 50;
  const observations = new Float32Array(3 * count);
  const dOutputs = new Float32Array(3 * count);
  let loss = 0;
  const update = () => {
    for (let i = 0; i < observations.length; i++) observations[i] = rng.uniform(-1, 1);
    const y = network.forward(observations, count);
    loss = 0;
    for (let b = 0; b < count; b++) {
      const [p, q, r] = rowOf(observations, b, 3);
      [p * q - r, p * p * p + 0.5 * r, 0.75].forEach((target, k) => {
        const error = target - y[3 * b + k];
        dOutputs[3 * b + k] = error / count;
        loss += (error * error) / count;
      });
    }
    network.backward(dOutputs);
    network.applyGradient(optimizer);
  };
  for (let k = 0; k < updates; k++) update();
  return { network, update, loss };
}

/** FNV-1a of the bytes, 32 bits. */
function checksum(array: Float32Array): string {
  let hash = 0x811c9dc5;
  for (const byte of new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
    hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

test('200 updates learn a regression, and leave the same bytes on every machine', () => {
  const { network, loss } = trainRegression(200);
  assert.ok(loss < 0.02, `loss ${loss}`);
  assert.equal(checksum(network.parameters as Float32Array), '7f938276');
});

test('1,000 updates take no more memory than 10', () => {
  const { network, update } = trainRegression(10);
  const { arena } = network as unknown as { arena: { bytes: number } };
  const [bytes, outputs] = [arena.bytes, network.forward(new Float32Array(150), 50)];
  for (let k = 0; k < 990; k++) update();
  assert.equal(arena.bytes, bytes);
  assert.equal(network.forward(new Float32Array(150), 50), outputs);
});

test('importing pglab compiles no kernels; the first network does, once', () => {
  const program = `
    let compiled = 0;
    WebAssembly.Module = class extends WebAssembly.Module {
      constructor(bytes) {
        super(bytes);
        compiled++;
      }
    };
    const { mlp } = require('pglab');
    const counts = [compiled];
    mlp({ inputs: 1, outputs: 1, seed: 1 });
    counts.push(compiled);
    mlp({ inputs: 1, outputs: 1, seed: 2 });
    counts.push(compiled);
    console.log(...counts);`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], {
    cwd: __dirname,
    encoding: 'utf8',
  });
  // Where there are wide registers the kernels are compiled for them, too.
  assert.match(stdout, /^0 (1 1|2 2)\n$/, stderr);
});

test('bad input gets one sentence', () => {
  const good: MlpOptions = { inputs: 2, outputs: 1, seed: 1 };
  const bad = (options: object) => () => mlp({ ...good, ...options } as MlpOptions);
  assert.throws(bad({ inputs: 0 }), /^RangeError: inputs is 0, but must be a whole number from 1/);
  assert.throws(bad({ inputs: undefined }), /^TypeError: inputs is undefined/);
  assert.throws(bad({ hidden: 64 }), /^TypeError: hidden is 64, but must be an array of layer widths/);
  assert.throws(bad({ hidden: [4, 0] }), /^RangeError: hidden\[1\] is 0/);
  assert.throws(bad({ outputs: 1.5 }), /^RangeError: outputs is 1.5/);
  assert.throws(bad({ freeOutputs: -1 }), /^RangeError: freeOutputs is -1/);
  assert.throws(
    bad({ activation: 'gelu' }),
    /^RangeError: activation is "gelu", but must be 'tanh' or 'relu'/,
  );
  assert.throws(bad({ engine: 'gpu' }), /^RangeError: engine is "gpu", but must be 'simd' or 'tf'/);
  assert.throws(bad({ seed: undefined }), /^RangeError: mlp got neither seed nor rng/);
  assert.throws(bad({ rng: new Rng(1) }), /^RangeError: mlp got both seed and rng/);
  assert.throws(bad({ seed: undefined, rng: 3 }), /^TypeError: rng is 3/);
  assert.throws(bad({ outputGain: Number.NaN }), /^RangeError: outputGain is NaN/);
  assert.throws(bad({ hiddenGain: -1 }), /^RangeError: hiddenGain is -1/);
  assert.throws(bad({ freeOutputValue: Infinity }), /^RangeError: freeOutputValue is Infinity/);
  assert.throws(
    bad({ inputs: 2 ** 24, hidden: [20] }),
    /^RangeError: inputs, hidden and outputs make a network of/,
  );

  const network = mlp(good);
  assert.throws(
    () => network.backward([1]),
    /^RangeError: network.backward was called before network.forward/,
  );
  assert.throws(() => network.forward([1, 2, 3], 2), /^RangeError: observations has length 3/);
  assert.throws(() => network.forward([1, 2], 0), /^RangeError: count is 0/);
  assert.throws(() => network.forward([1, 2], 1, -1), /^RangeError: offset is -1/);
  assert.throws(() => network.forward([1, 2], 2 ** 30), /^RangeError: observations has length 2/);
  network.forward([1, 2]);
  assert.throws(
    () => network.backward([1, 2]),
    /^RangeError: dOutputs is of length 2, but must have length 1/,
  );
  assert.throws(() => network.backward([1], new Float64Array(3)), /^RangeError: gradient has length 3/);
  network.gradient[1] = Number.NaN;
  const theta = Array.from(network.parameters);
  for (const optimizer of [sgd({ learningRate: 1 }), adam({ learningRate: 1 })])
    assert.throws(() => network.applyGradient(optimizer), /^RangeError: gradient\[1\] is NaN/);
  assert.deepEqual(Array.from(network.parameters), theta);
  network.gradient.fill(1e30); // its square is beyond float32, but it is a gradient
  network.applyGradient(sgd({ learningRate: 0 }));
});
