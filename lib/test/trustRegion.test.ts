/**
 * The pieces of the natural gradient and of TRPO: Fisher products, conjugate gradients, the step, the line search. Against
 * differences of the divergence's gradient, explicit matrices and a direct solve.
 */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  categoricalHead,
  categoricalPolicy,
  conjugateGradient,
  type Differentiable,
  fisherMatrix,
  fisherProduct,
  gaussianHead,
  gaussianLinear,
  gaussianPolicy,
  type Head,
  lineSearch,
  mlp,
  naturalStep,
  type Policy,
  Rng,
  softmaxLinear,
  softmaxTabular,
  solveLinear,
} from 'pglab';
import { relativeError } from './minibatches';

const normals = (length: number, seed: number, scale = 1) => {
  const rng = new Rng(seed);
  return Float64Array.from({ length }, () => scale * rng.normal());
};

const statesOf = (count: number, observationSize: number, seed = 9) => ({
  observations: Float32Array.from(normals(count * observationSize, seed)),
  observationSize,
});

/** Policies in float64, over states that fit them. */
const small: Record<string, { policy: Policy; batch: ReturnType<typeof statesOf> }> = {
  'a table': {
    policy: softmaxTabular({ states: 3, actions: 3, logits: normals(9, 1) }),
    batch: { observations: Float32Array.of(0, 1, 1, 2, 0), observationSize: 1 },
  },
  'linear logits': {
    policy: softmaxLinear({ features: 2, actions: 4, parameters: normals(12, 2) }),
    batch: statesOf(7, 2),
  },
  'a linear Gaussian': {
    policy: gaussianLinear({ features: 3, actionSize: 2, parameters: normals(10, 3, 0.5) }),
    batch: statesOf(6, 3),
  },
};

/** grad_theta mean_b D_KL(p || pi_theta) at the policy's parameters, p the outputs that a theta_k had. */
function klGradient({ network, head }: Policy, batch: ReturnType<typeof statesOf>, p: Float64Array) {
  const count = batch.observations.length / batch.observationSize;
  const y = network.forward(batch.observations, count, 0, batch.observationSize);
  const dY = new Float64Array(y.length);
  for (let k = 0; k < y.length; k += head.parameterSize) head.addKlGradientQ(p, y, k, 1 / count, dY);
  const gradient = new Float64Array(network.parameters.length);
  network.backward(dY, gradient);
  return gradient;
}

describe('the Fisher information of a distribution', () => {
  const heads: [string, Head, number[]][] = [
    ['categorical', categoricalHead(3), [7, 0.3, -1, 0.8]],
    ['Gaussian', gaussianHead(2), [7, 0.3, -1, 0.4, -0.6]],
  ];
  for (const [name, head, row] of heads)
    test(`${name}: M t is how the gradient of D_KL(y || q) in q changes along t, at q = y`, () => {
      const K = head.parameterSize;
      const y = Float64Array.from(row);
      const t = Float64Array.of(99, ...normals(K, 4));
      const Mt = new Float64Array(K + 1).fill(1);
      head.addFisherProduct(y, 1, t, 2, Mt);
      assert.equal(Mt[0], 1, 'what lies before the row is left alone');
      const normalizer = head.normalizer(y, 1);
      const exponentials = new Float64Array(K + 1);
      head.exponentials(y, 1, normalizer, exponentials);
      const shared = new Float64Array(K + 1).fill(1);
      head.addFisherProduct(y, 1, t, 2, shared, normalizer, exponentials);
      const gradientAt = (h: number) => {
        const q = y.map((value, k) => (k === 0 ? value : value + h * t[k]));
        const dQ = new Float64Array(K + 1);
        head.addKlGradientQ(y, q, 1, 1, dQ);
        return dQ;
      };
      const [low, high] = [gradientAt(-1e-5), gradientAt(1e-5)];
      for (let k = 1; k <= K; k++) {
        const expected = 1 + (2 * (high[k] - low[k])) / 2e-5;
        assert.ok(Math.abs(Mt[k] - expected) < 1e-8, `${k}: ${Mt[k]} is not ${expected}`);
        assert.ok(Math.abs(shared[k] - Mt[k]) < 1e-14);
      }
    });

  test('by hand: diag(p) - p p^T of p = (1/2, 1/4, 1/4); 1 / sigma^2 and 2', () => {
    const column = (head: Head, y: number[], k: number) => {
      const e = y.map((_, j) => (j === k ? 1 : 0));
      const out = y.map(() => 0);
      head.addFisherProduct(y, 0, e, 1, out);
      return out;
    };
    const near = (a: number[], b: number[]) => assert.ok(relativeError(a, b) < 1e-14, `${a} is not ${b}`);
    near(column(categoricalHead(3), [Math.log(2), 0, 0], 0), [1 / 4, -1 / 8, -1 / 8]);
    near(column(categoricalHead(3), [Math.log(2), 0, 0], 1), [-1 / 8, 3 / 16, -1 / 16]);
    near(column(gaussianHead(1), [5, Math.log(0.5)], 0), [4, 0]);
    near(column(gaussianHead(1), [5, Math.log(0.5)], 1), [0, 2]);
  });
});

describe('the Fisher information of a policy', () => {
  for (const [name, { policy, batch }] of Object.entries(small)) {
    test(`${name}: F v is the finite difference of the gradient of the divergence`, () => {
      const d = policy.parameters.length;
      const count = batch.observations.length / batch.observationSize;
      const p = Float64Array.from(
        policy.network.forward(batch.observations, count, 0, batch.observationSize),
      );
      const v = normals(d, 5);
      const Fv = fisherProduct(policy, batch, v);
      const moved = policy.clone();
      const gradientAt = (h: number) => {
        moved.parameters.set(Float64Array.from(policy.parameters, (x, k) => x + h * v[k]));
        return klGradient(moved, batch, p);
      };
      const [low, high] = [gradientAt(-1e-5), gradientAt(1e-5)];
      const differences = high.map((g, k) => (g - low[k]) / 2e-5);
      assert.ok(relativeError(Fv, differences) < 1e-8, `off by ${relativeError(Fv, differences)}`);
    });

    test(`${name}: at theta_k the divergence is 0 and so is its gradient, but not its curvature`, () => {
      const count = batch.observations.length / batch.observationSize;
      const p = Float64Array.from(
        policy.network.forward(batch.observations, count, 0, batch.observationSize),
      );
      const atOld = klGradient(policy, batch, p);
      assert.ok(
        atOld.every(g => Math.abs(g) < 1e-16),
        `${atOld}`,
      );
      const v = normals(policy.parameters.length, 6);
      const Fv = fisherProduct(policy, batch, v);
      const curvature = v.reduce((sum, x, k) => sum + x * Fv[k], 0);
      assert.ok(curvature > 0.01);
      // D_KL(theta_k || theta_k + h v) = h^2/2 v^T F v + O(h^3): a divergence taken from the old policy
      const moved = policy.clone();
      const klAt = (h: number) => {
        moved.parameters.set(Float64Array.from(policy.parameters, (x, k) => x + h * v[k]));
        const q = moved.network.forward(batch.observations, count, 0, batch.observationSize);
        let sum = 0;
        for (let k = 0; k < q.length; k += policy.head.parameterSize) sum += policy.head.kl(p, q, k);
        return sum / count;
      };
      for (const h of [1e-2, 1e-3])
        assert.ok(Math.abs(klAt(h) / (0.5 * h * h * curvature) - 1) < 10 * h, `${klAt(h)} at ${h}`);
    });

    test(`${name}: F is what the products make of it: symmetric, and the mean of score score^T`, () => {
      const d = policy.parameters.length;
      const F = fisherMatrix(policy, batch);
      const v = normals(d, 7);
      const Fv = Float64Array.from({ length: d }, (_, i) =>
        v.reduce((sum, x, j) => sum + F[i * d + j] * x, 0),
      );
      assert.ok(relativeError(fisherProduct(policy, batch, v), Fv) < 1e-13);
      for (let i = 0; i < d; i++)
        for (let j = 0; j < i; j++) assert.ok(Math.abs(F[i * d + j] - F[j * d + i]) < 1e-15);
      const expected = explicitFisher(policy, batch);
      const tolerance = policy.head.kind === 'categorical' ? 1e-13 : 0.05; // a sum over actions, or 20,000 samples
      assert.ok(relativeError(F, expected) < tolerance, `off by ${relativeError(F, expected)}`);
      const damped = fisherProduct(policy, batch, v, { damping: 0.5 });
      for (let k = 0; k < d; k++) assert.ok(Math.abs(damped[k] - Fv[k] - 0.5 * v[k]) < 1e-12);
    });
  }

  test('networks in float32: against differences of the gradient of the divergence, and symmetric', () => {
    for (const [kind, K, make] of [
      ['categorical', 3, categoricalPolicy],
      ['gaussian', 4, gaussianPolicy],
    ] as const) {
      const outputs = kind === 'categorical' ? K : K / 2;
      const freeOutputs = K - outputs;
      const policy = make(mlp({ inputs: 3, hidden: [16, 16], outputs, freeOutputs, seed: 1 }));
      const batch = statesOf(500, 3);
      const d = policy.parameters.length;
      const [u, v] = [normals(d, 8), normals(d, 10)];
      const Fv = fisherProduct(policy, batch, v);
      const Fu = fisherProduct(policy, batch, u);
      const [uFv, vFu, vFv] = [
        [u, Fv],
        [v, Fu],
        [v, Fv],
      ].map(([a, b]) => a.reduce((sum, x, k) => sum + x * b[k], 0));
      assert.ok(Math.abs(uFv - vFu) < 1e-5 * vFv, `${uFv} and ${vFu}`);
      const p = Float64Array.from(policy.network.forward(batch.observations, 500));
      const moved = policy.clone();
      const gradientAt = (h: number) => {
        moved.parameters.set(Float64Array.from(policy.parameters, (x, k) => x + h * v[k]));
        return klGradient(moved, batch, p);
      };
      const [low, high] = [gradientAt(-1e-3), gradientAt(1e-3)];
      const differences = high.map((g, k) => (g - low[k]) / 2e-3);
      assert.ok(relativeError(Fv, differences) < 2e-3, `${kind} off by ${relativeError(Fv, differences)}`);
    }
  });
});

/** mean_b E_a[score score^T] by its definition: summed over actions, or over samples where they are continuous. */
function explicitFisher(policy: Policy, { observations, observationSize }: ReturnType<typeof statesOf>) {
  const { network, head } = policy;
  const d = network.parameters.length;
  const F = new Float64Array(d * d);
  const count = observations.length / observationSize;
  const rng = new Rng(1);
  const samples = 20_000;
  for (let b = 0; b < count; b++) {
    const y = network.forward(observations, 1, b * observationSize, observationSize);
    const actions = head.kind === 'categorical' ? head.parameterSize : samples;
    for (let a = 0; a < actions; a++) {
      const action = head.kind === 'categorical' ? [a] : [0, 0];
      if (head.kind === 'gaussian') head.sample(y, 0, rng, action, 0);
      const weight =
        (head.kind === 'categorical' ? Math.exp(head.logProb(y, 0, [a], 0)) : 1 / samples) / count;
      const dY = new Float64Array(head.parameterSize);
      head.addScore(y, 0, action, 0, 1, dY);
      const score = new Float64Array(d);
      network.backward(dY, score);
      for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) F[i * d + j] += weight * score[i] * score[j];
    }
  }
  return F;
}

describe('conjugate gradients', () => {
  /** A symmetric positive definite matrix [n * n] and its product. */
  const matrix = (n: number, seed: number) => {
    const B = normals(n * n, seed);
    const A = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        for (let k = 0; k < n; k++) A[i * n + j] += B[i * n + k] * B[j * n + k];
        if (i === j) A[i * n + j] += 0.5;
      }
    const multiply = (v: Float64Array) =>
      Float64Array.from({ length: n }, (_, i) => v.reduce((sum, x, j) => sum + A[i * n + j] * x, 0));
    return { A, multiply };
  };

  test('the answer is that of a direct solve, for sizes from 1 to 30', () => {
    for (const n of [1, 2, 5, 12, 30]) {
      const { A, multiply } = matrix(n, n);
      const b = normals(n, 50 + n);
      const { x, residualNorm, iterations, badCurvature } = conjugateGradient(multiply, b, {
        iterations: 3 * n,
      });
      assert.ok(relativeError(x, solveLinear(A, b)) < 1e-8, `${n}: ${relativeError(x, solveLinear(A, b))}`);
      assert.ok(residualNorm < 1e-8 && iterations <= 3 * n && badCurvature === undefined);
    }
  });

  test('as many rounds as there are distinct eigenvalues are enough', () => {
    const eigenvalues = [1, 1, 4, 4, 4, 9];
    const { x, iterations } = conjugateGradient(
      v => v.map((a, i) => eigenvalues[i] * a),
      [1, 2, 3, 4, 5, 6],
      {
        tolerance: 1e-12,
      },
    );
    assert.equal(iterations, 3);
    for (let i = 0; i < 6; i++) assert.ok(Math.abs(x[i] - (i + 1) / eigenvalues[i]) < 1e-12);
  });

  test('F x = g of a network in float32 is what a direct solve with the explicit matrix gives', () => {
    const policy = categoricalPolicy(mlp({ inputs: 2, hidden: [4], outputs: 3, outputGain: 1, seed: 3 }));
    const batch = statesOf(200, 2);
    const d = policy.parameters.length;
    const F = fisherMatrix(policy, batch);
    const damping = 0.01;
    for (let i = 0; i < d; i++) F[i * d + i] += damping;
    const g = normals(d, 12);
    const exact = solveLinear(F, g);
    const multiply = (v: Float64Array) => fisherProduct(policy, batch, v, { damping });
    const { x } = conjugateGradient(multiply, g, { iterations: 40, tolerance: 1e-7 });
    assert.ok(relativeError(x, exact) < 1e-4, `off by ${relativeError(x, exact)}`);
  });

  test('a right side of 0 is answered by 0 at once; bad curvature and bad input are told', () => {
    const never = () => assert.fail('no product is needed');
    assert.deepEqual(conjugateGradient(never, [0, 0]), {
      x: new Float64Array(2),
      residualNorm: 0,
      iterations: 0,
    });
    for (const [curvature, factor] of [
      [-5, -1],
      [0, 0],
      [Number.NaN, Number.NaN],
      [Infinity, Infinity],
    ]) {
      const { x, badCurvature } = conjugateGradient(v => v.map(a => factor * a), [1, 2]);
      assert.deepEqual(x, new Float64Array(2));
      assert.ok(Object.is(badCurvature, curvature));
    }
    assert.throws(() => conjugateGradient(() => [1], [1, 2]), {
      message: 'multiply returned 1 numbers, but b has 2.',
    });
    assert.throws(() => conjugateGradient(v => v, [Number.NaN]), /b\[0\] is NaN/);
  });
});

describe('the natural gradient step', () => {
  const { policy, batch } = small['a linear Gaussian'];
  const options = { kl: 0.01, iterations: 20, damping: 0 };
  const gradient = normals(policy.parameters.length, 14);

  test('it has the length that the model allows, and the largest gain of all steps of that length', () => {
    const { direction, step, stepLength, curvature, problem } = naturalStep(policy, batch, gradient, options);
    assert.equal(problem, undefined);
    const half = (s: ArrayLike<number>) => {
      const Fs = fisherProduct(policy, batch, s);
      return 0.5 * Fs.reduce((sum, x, k) => sum + x * s[k], 0);
    };
    const gain = (s: ArrayLike<number>) => gradient.reduce((sum, x, k) => sum + x * s[k], 0);
    assert.ok(Math.abs(half(step) - 0.01) < 1e-9);
    assert.ok(Math.abs(2 * half(direction) - curvature) < 1e-9 * curvature);
    assert.ok(Math.abs(step[3] - stepLength * direction[3]) < 1e-15);
    for (let seed = 20; seed < 40; seed++) {
      const other = step.map((s, k) => s + 0.3 * stepLength * normals(step.length, seed)[k]);
      const scale = Math.sqrt(0.01 / half(other));
      assert.ok(gain(other.map(s => scale * s)) <= gain(step) + 1e-12);
    }
  });

  test('damping shortens it', () => {
    const long = naturalStep(policy, batch, gradient, options);
    const short = naturalStep(policy, batch, gradient, { ...options, damping: 1 });
    const norm = (s: Float64Array) => Math.hypot(...s);
    assert.ok(norm(short.step) < norm(long.step));
  });

  test('a gradient of 0 and a curvature that is not above 0 give no step, one sentence, and no NaN', () => {
    const d = policy.parameters.length;
    const none = naturalStep(policy, batch, new Float64Array(d), options);
    assert.equal(none.problem, 'the gradient is 0: there is nowhere to go.');
    for (const factor of [-1, 0, Number.NaN]) {
      const head: Head = {
        ...policy.head,
        addFisherProduct: (y, offset, t, weight, dY) =>
          policy.head.addFisherProduct(y, offset, t, factor * weight, dY),
      };
      const broken: Differentiable = { network: policy.network, head };
      const bad = naturalStep(broken, batch, gradient, options);
      assert.match(
        bad.problem!,
        /^the curvature x\^T F x is (-[\d.]+|0|NaN), but must be a number above 0: the policy stays as it was\.$/,
      );
      for (const { step, stepLength, direction } of [none, bad])
        for (const x of [...step, stepLength, ...direction]) assert.equal(x, 0);
    }
  });
});

describe('the line search', () => {
  /** theta in float32, and the step (1, 1, 1); L and the divergence as told by how far theta is. */
  const search = (kl: (x: number) => number, improvement: (x: number) => number, klLimit = 1.5) => {
    const parameters = Float32Array.of(0.1, 1e-30, -7e7);
    const before = parameters.slice();
    let at = 0;
    const evaluate = () => {
      at = parameters[0] - before[0];
      return { kl: kl(at), improvement: improvement(at) };
    };
    const result = lineSearch({ parameters, step: [1, 1, 1], evaluate, klLimit, tries: 4 });
    return { ...result, parameters, before };
  };

  test('the whole step is taken where it holds', () => {
    const { fraction, trials, parameters, before } = search(
      x => x * x,
      x => x,
    );
    assert.equal(fraction, 1);
    assert.equal(trials.length, 1);
    assert.equal(parameters[0], Math.fround(before[0] + 1));
  });

  test('a step that improves the surrogate but breaks the divergence is refused', () => {
    const { fraction, trials, parameters } = search(
      x => x * x,
      x => x,
      0.3,
    );
    assert.equal(fraction, 0.5, 'the first half of it holds both');
    assert.equal(trials.length, 2);
    assert.ok(trials[0].improvement > 0 && trials[0].kl > 0.3);
    assert.equal(parameters[0], Math.fround(Math.fround(0.1) + 0.5));
    const never = search(
      () => 2,
      x => x,
    );
    assert.equal(never.fraction, 0);
    assert.deepEqual(never.parameters, never.before);
  });

  test('a step that keeps the divergence but does not improve is refused', () => {
    const { fraction } = search(
      () => 0,
      x => (x > 0.3 ? -1 : x),
    );
    assert.equal(fraction, 0.25);
    assert.equal(
      search(
        () => 0,
        () => 0,
      ).fraction,
      0,
      'nothing gained is not an improvement',
    );
  });

  test('parameters are restored to the byte when no step is accepted, NaN and all', () => {
    for (const bad of [
      search(
        () => Number.NaN,
        x => x,
      ),
      search(
        () => 0,
        () => Number.NaN,
      ),
      search(
        () => Infinity,
        x => x,
      ),
      search(
        () => 0,
        x => -x,
      ),
    ]) {
      assert.equal(bad.fraction, 0);
      assert.equal(bad.trials.length, 4);
      const bytes = (a: Float32Array) => Buffer.from(a.buffer, a.byteOffset, a.byteLength);
      assert.deepEqual(bytes(bad.parameters), bytes(bad.before));
    }
  });
});
