/** PPO against an independent implementation (ppoReference.ts), numbers by hand, closed forms, and tasks to be learnt. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-node';
import {
  bandit,
  cartPole,
  clipObjective,
  collectSteps,
  Env,
  type EnvModel,
  entropyBonus,
  evaluate,
  frozenLake,
  gaussianLinear,
  generalizedAdvantages,
  gradientNorm,
  klPenaltyObjective,
  linearNetwork,
  loadCheckpoint,
  meanKl,
  mlp,
  mlpPolicy,
  mountainCarContinuous,
  type Policy,
  type PolicyMinibatch,
  type PolicyObjective,
  type PpoOptions,
  type PpoResult,
  pendulum,
  policyObjective,
  ppo,
  ppoClip,
  ppoKl,
  Rng,
  scoreOf,
  softmaxLinear,
  softmaxTabular,
  surrogateObjective,
  TrainingError,
  tableNetwork,
  tabularEnv,
  tfObjective,
  vectorEnv,
} from 'pglab';
import { referencePpo, type Surrogate } from './ppoReference';

function near(actual: number, expected: number, tolerance: number, what = ''): void {
  if (Number.isNaN(expected)) assert.ok(Number.isNaN(actual), `${what}: ${actual}, expected NaN`);
  else
    assert.ok(
      Math.abs(actual - expected) <= tolerance * (1 + Math.abs(expected)),
      `${what}: ${actual}, expected ${expected}`,
    );
}

const nearAll = (
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what = '',
): void => {
  assert.equal(actual.length, expected.length, what);
  for (let k = 0; k < actual.length; k++) near(actual[k], expected[k], tolerance, `${what}[${k}]`);
};

/** A model with some of its rules changed. */
const changed = (env: Env, rules: Partial<EnvModel>): Env => new Env({ ...env.model, ...rules });

/** The objective with a look at each minibatch. */
const watched = (objective: PolicyObjective, look: (minibatch: PolicyMinibatch) => void): PolicyObjective =>
  policyObjective((steps, dY) => {
    look(steps.minibatch);
    return objective.add(steps, dY);
  });

/** Learners over CartPole: linear, and as the practice has them. */
const linearCartPole = () => ({
  env: cartPole(),
  policy: softmaxLinear({ features: 4, actions: 2 }),
  critic: linearNetwork({ features: 4, outputs: 1 }),
});
const neuralCartPole = (seed = 1) => {
  const env = cartPole();
  return { env, policy: mlpPolicy({ env, seed }), critic: mlp({ inputs: 4, outputs: 1, seed: seed + 100 }) };
};
const linearPendulum = () => ({
  env: pendulum(),
  policy: gaussianLinear({ features: 3, actionSize: 1 }),
  critic: linearNetwork({ features: 3, outputs: 1 }),
});

describe('the loop against an independent implementation', () => {
  const sizes = {
    totalSteps: 4 * 90,
    copies: 3,
    stepsPerIteration: 30,
    gamma: 0.97,
    lambda: 0.9,
    epochs: 3,
    minibatchSize: 32,
    learningRate: 0.03,
  };
  type Settings = typeof sizes &
    Omit<PpoOptions, 'env' | 'policy' | 'critic' | 'criticLearningRate'> & { criticLearningRate?: number };

  const cases: [string, typeof linearCartPole | typeof linearPendulum, Surrogate, Partial<Settings>][] = [
    ['clip with textbook settings', linearCartPole, { kind: 'clip', clipRange: 0.2 }, {}],
    [
      'clip with annealing, a bonus, short gradients, a clipped critic and minibatches that do not divide the batch',
      linearCartPole,
      { kind: 'clip', clipRange: 0.1 },
      {
        annealLearningRate: true,
        entropyCoef: 0.02,
        maxGradientNorm: 0.3,
        valueClipRange: 0.2,
        minibatchSize: 37,
        criticLearningRate: 0.1,
        adamEpsilon: 1e-5,
        seed: 5,
        totalSteps: 350,
      },
    ],
    [
      'whole batches, raw advantages, no clip, episodes cut short',
      linearCartPole,
      { kind: 'none' },
      { minibatchSize: Infinity, normalizeAdvantages: false, maxSteps: 13, learningRate: 0.01 },
    ],
    [
      'epochs that stop at a divergence',
      linearCartPole,
      { kind: 'clip', clipRange: 0.3 },
      { stopAtKl: 0.004, epochs: 8 },
    ],
    [
      'the penalty, adaptive, over continuous actions with everything normalised',
      linearPendulum,
      { kind: 'kl', beta: 0.7, klTarget: 0.01 },
      { normalizeObservations: true, normalizeRewards: true, maxSteps: 40, totalSteps: 6 * 90 },
    ],
    [
      'the penalty, fixed, with one row left over for the last minibatch',
      linearPendulum,
      { kind: 'kl', beta: 3 },
      { minibatchSize: 89, maxSteps: 17, seed: 9 },
    ],
  ];

  for (const [name, learner, surrogate, more] of cases)
    test(name, async () => {
      const settings = { ...sizes, ...more };
      const { env, policy, critic } = learner();
      const options = { env, policy: policy as Policy, critic, ...settings };
      const result =
        surrogate.kind === 'kl'
          ? await ppoKl({
              ...options,
              beta: surrogate.beta,
              klTarget: surrogate.klTarget,
              adaptive: surrogate.klTarget !== undefined,
            })
          : await ppoClip({
              ...options,
              clipRange: surrogate.kind === 'clip' ? surrogate.clipRange : Infinity,
            });
      const expected = referencePpo({ env, surrogate, ...settings });
      nearAll(result.policy.parameters, expected.theta, 1e-8, 'theta');
      nearAll(result.critic.parameters, expected.w, 1e-8, 'w');
      assert.equal(result.history.length, expected.history.length);
      result.history.forEach((record, i) => {
        const { episodeReturns, ...numbers } = expected.history[i];
        assert.deepEqual(record.episodeReturns, episodeReturns);
        for (const [key, value] of Object.entries(numbers))
          near(record[key as keyof typeof numbers]!, value, 1e-8, `${key} of iteration ${i}`);
      });
      if (settings.normalizeObservations) {
        const raw = [0.3, -0.9, 2];
        const mu = [0, 1, 2].reduce(
          (sum, j) =>
            sum + expected.theta[j] * ((raw[j] - expected.shift[j]) / Math.sqrt(expected.scale[j] + 1e-8)),
          expected.theta[3],
        );
        near(result.policy.network.forward(raw)[0], mu, 1e-6, 'the policy returned reads raw observations');
        near(result.policy.clone().network.forward(raw)[0], mu, 1e-6, 'so does a copy');
      }
      if (settings.stopAtKl) assert.ok(result.history.some(({ epochs }) => epochs < settings.epochs));
      if (surrogate.kind === 'clip') assert.ok(result.history.some(({ clipFraction }) => clipFraction > 0));
      assert.ok(
        gradientNorm(policy.parameters) === 0 || policy.head.kind === 'gaussian',
        'a clone is trained',
      );
    });
});

describe('the first step is the policy gradient', () => {
  const settings = { seed: 4, copies: 4, stepsPerIteration: 32, gamma: 0.95, lambda: 0.8 };
  /** With a large epsilon Adam's first step, alpha g / (|g| + epsilon), gives g back. */
  const [alpha, epsilon] = [1e3, 1e4];
  const gradientBehind = (before: ArrayLike<number>, after: ArrayLike<number>) =>
    Array.from(after, (theta, k) => {
      const step = theta - before[k];
      return (step * epsilon) / (alpha - Math.abs(step));
    });

  const objectives: [string, () => PolicyObjective][] = [
    ['clip', () => clipObjective()],
    ['penalty', () => klPenaltyObjective({ beta: 3 })],
    ['plain surrogate', () => surrogateObjective()],
  ];
  const env = cartPole();
  const learners: [string, Policy, number][] = [
    ['linear', softmaxLinear({ features: 4, actions: 2 }), 1e-9],
    ['network', mlpPolicy({ env, hidden: [16], seed: 1 }), 2e-6],
  ];
  for (const [kind, policy, tolerance] of learners)
    for (const [name, objective] of objectives)
      test(`${name}, ${kind}`, async () => {
        const critic = linearNetwork({ features: 4, outputs: 1, parameters: [1, -2, 3, 0.5, 4] });
        const { policy: trained, history } = await ppo({
          env,
          policy,
          critic,
          objective: objective(),
          totalSteps: 1,
          epochs: 1,
          minibatchSize: Infinity,
          normalizeAdvantages: false,
          learningRate: alpha,
          adamEpsilon: epsilon,
          ...settings,
        });

        // mean A grad log pi from the same steps
        const [envRng, actionRng] = new Rng(settings.seed).split(3);
        const envs = vectorEnv(env, settings.copies);
        envs.reset(envRng);
        const batch = collectSteps(envs, policy, { steps: settings.stepsPerIteration, rng: actionRng });
        const V = (observations: Float32Array) =>
          Array.from(
            { length: observations.length / 4 },
            (_, t) =>
              observations[4 * t] -
              2 * observations[4 * t + 1] +
              3 * observations[4 * t + 2] +
              0.5 * observations[4 * t + 3] +
              4,
          );
        const advantages = generalizedAdvantages(batch, {
          values: V(batch.observations),
          finalValues: V(batch.finalObservations),
          gamma: 0.95,
          lambda: 0.8,
        });
        const expected = new Float64Array(policy.parameters.length);
        for (let t = 0; t < 128; t++)
          scoreOf(
            policy as ReturnType<typeof mlpPolicy>,
            batch.observations.subarray(4 * t, 4 * t + 4),
            batch.actions[t],
          ).forEach((s, k) => {
            expected[k] += (advantages[t] * s) / 128;
          });
        assert.ok(gradientNorm(expected) > 0.1);
        nearAll(gradientBehind(policy.parameters, trained.parameters), expected, tolerance, 'g');
        near(history[0].gradientNorm, gradientNorm(expected), 1e-6);
      });
});

describe('advantages', () => {
  /** Each episode takes two steps, shows how many were taken, and pays 1 for each. */
  const twoSteps = (terminates: boolean) =>
    new Env({
      id: 'TwoSteps',
      observationSpace: { kind: 'box', low: [0], high: [2] },
      actionSpace: { kind: 'discrete', n: 2 },
      maxSteps: terminates ? Infinity : 2,
      stateNames: ['steps'],
      initialState(_rng, state, offset) {
        state[offset] = 0;
      },
      transition(state, offset, _action, _actionOffset, _rng, outcome) {
        state[offset]++;
        outcome.reward = 1;
        outcome.terminated = terminates && state[offset] === 2;
      },
      observe(state, offset, observation, observationOffset) {
        observation[observationOffset] = state[offset];
      },
    });

  // V(o) = 10 + 4 o: 10 at the start, 14 after one step, 18 after two. gamma 1/2.
  const deltaFirst = 1 + 14 / 2 - 10;
  for (const [name, terminates, lambda, deltaLast] of [
    ['termination does not bootstrap', true, 0, 1 - 14],
    ['truncation bootstraps from the last observation, not from the next start', false, 0, 1 + 18 / 2 - 14],
    ['lambda carries no further than the end of an episode that terminated', true, 1, 1 - 14],
    ['nor of one that was cut', false, 1, 1 + 18 / 2 - 14],
  ] as const)
    test(name, async () => {
      const seen: number[] = [];
      const env = twoSteps(terminates);
      await ppo({
        env,
        policy: softmaxLinear({ features: 1, actions: 2 }),
        critic: linearNetwork({ features: 1, outputs: 1, parameters: [4, 10] }),
        objective: watched(surrogateObjective(), ({ advantages, oldParameters }) => {
          assert.equal(oldParameters!.length, 2 * advantages.length);
          seen.push(...Array.from(advantages).sort((a, b) => a - b));
        }),
        totalSteps: 5,
        copies: 1,
        stepsPerIteration: 5,
        epochs: 1,
        minibatchSize: Infinity,
        normalizeAdvantages: false,
        learningRate: 0,
        gamma: 0.5,
        lambda,
      });
      // Two episodes, and the first step of a third, which the end of the batch cuts: it bootstraps in any case.
      const first = deltaFirst + 0.5 * lambda * deltaLast;
      assert.deepEqual(
        seen,
        [first, deltaLast, first, deltaLast, deltaFirst].sort((a, b) => a - b),
      );
    });

  test('the step limit is the smaller of the two', async () => {
    for (const [maxSteps, length] of [
      [7, 7],
      [1000, 500],
      [undefined, 500],
    ] as const) {
      const env = changed(cartPole(), {
        transition(_state, _offset, _action, _actionOffset, _rng, outcome) {
          outcome.reward = 1;
          outcome.terminated = false;
        },
      });
      const { policy, critic } = linearCartPole();
      const { history } = await ppoClip({
        env,
        policy,
        critic,
        maxSteps,
        totalSteps: 1100,
        copies: 1,
        stepsPerIteration: 1100,
        epochs: 1,
      });
      assert.ok(history[0].episodeReturns.length > 0);
      assert.ok(history[0].episodeReturns.every(r => r === length));
    }
  });
});

describe('ppoKl', () => {
  const settings = { totalSteps: 16 * 256, copies: 4, stepsPerIteration: 64, epochs: 4, seed: 3 };

  test('beta doubles and halves by the rule, from any start; the record tells what the iteration used', async () => {
    for (const [beta, klTarget] of [
      [1, 0.01],
      [1e-4, 0.002],
      [100, 0.02],
    ]) {
      const { history } = await ppoKl({
        ...neuralCartPole(),
        ...settings,
        beta,
        klTarget,
        learningRate: 3e-3,
      });
      let expected = beta;
      for (const record of history) {
        assert.equal(record.beta, expected);
        if (record.kl >= 1.5 * klTarget) expected *= 2;
        else if (record.kl <= klTarget / 1.5) expected /= 2;
      }
      assert.ok(new Set(history.map(({ beta }) => beta)).size > 2);
    }
  });

  test('a fixed beta stays', async () => {
    const { history } = await ppoKl({ ...neuralCartPole(), ...settings, beta: 2, adaptive: false });
    assert.ok(history.every(({ beta }) => beta === 2));
    const { history: free } = await ppoKl({ ...neuralCartPole(), ...settings, beta: 0, adaptive: false });
    const { history: none } = await ppoClip({ ...neuralCartPole(), ...settings, clipRange: Infinity });
    assert.deepEqual(
      free.map(({ beta, ...record }) => record),
      none,
      'beta 0 is no penalty',
    );
  });

  test('the recorded divergence is the mean over the batch of D_KL(theta_k || theta_{k+1})', async () => {
    for (const learner of [neuralCartPole(), linearPendulum()]) {
      const { env, policy } = learner;
      const { policy: trained, history } = await ppoKl({
        ...learner,
        policy: policy as Policy,
        ...settings,
        totalSteps: 256,
        learningRate: 3e-3,
      });
      const [envRng, actionRng] = new Rng(settings.seed).split(3);
      const envs = vectorEnv(env, 4);
      envs.reset(envRng);
      const batch = collectSteps(envs, policy, { steps: 64, rng: actionRng });
      const expected = meanKl(batch, policy, trained);
      assert.ok(expected > 1e-5);
      near(history[0].kl, expected, 1e-12);
      assert.ok(Math.abs(meanKl(batch, trained, policy) - expected) > 1e-9, 'the other direction differs');
    }
  });

  test('a stronger penalty keeps nearer', async () => {
    const divergences: number[] = [];
    for (const beta of [0, 1, 10, 100]) {
      const { history } = await ppoKl({
        ...neuralCartPole(),
        ...settings,
        beta,
        adaptive: false,
        totalSteps: 512,
        learningRate: 3e-3,
      });
      divergences.push(history[0].kl);
    }
    assert.ok(
      divergences.every((kl, i) => i === 0 || kl < divergences[i - 1]),
      `${divergences}`,
    );
  });
});

describe('options', () => {
  test('learning rates fall to 0 over totalSteps', async () => {
    // Where gradients never change, each update of Adam is alpha long: 8 of them sum to alpha (8/8 + 7/8 + ... + 1/8).
    const env = bandit({ means: [0, 0], standardDeviation: 0 });
    const { policy, critic } = await ppo({
      env,
      policy: softmaxTabular({ states: 1, actions: 2 }),
      critic: tableNetwork({ states: 1, outputs: 1, parameters: [-1e9] }),
      objective: policyObjective(({ count }, dY) => {
        for (let k = 0; k < dY.length; k += 2) dY[k] += 1 / count;
        return 0;
      }),
      copies: 1,
      stepsPerIteration: 10,
      totalSteps: 80,
      epochs: 1,
      minibatchSize: Infinity,
      learningRate: 0.8,
      criticLearningRate: 0.4,
      annealLearningRate: true,
    });
    near(policy.parameters[0], 0.8 * 4.5, 1e-6);
    assert.equal(policy.parameters[1], 0);
    assert.ok(Math.abs(critic.parameters[0] + 1e9 - 0.4 * 4.5) < 1e-6);
  });

  test('an entropy bonus raises the entropy', async () => {
    const entropies: number[] = [];
    for (const entropyCoef of [0, 0.5]) {
      const { history } = await ppoClip({
        ...neuralCartPole(),
        totalSteps: 8192,
        entropyCoef,
        learningRate: 3e-3,
      });
      entropies.push(history.at(-1)!.entropy);
    }
    assert.ok(entropies[1] > entropies[0] + 0.05, `${entropies}`);
    const one = await ppo({
      ...neuralCartPole(),
      totalSteps: 2048,
      objective: clipObjective(),
      entropyCoef: 0.1,
    });
    const other = await ppo({
      ...neuralCartPole(),
      totalSteps: 2048,
      objective: policyObjective(
        (steps, dY) => clipObjective().add(steps, dY) + entropyBonus({ coefficient: 0.1 }).add(steps, dY),
      ),
    });
    assert.deepEqual(one.policy.parameters, other.policy.parameters);
  });

  test('a bound on the gradient bounds the step', async () => {
    // Without momentum to speak of (one update) and epsilon far above g, the step is alpha g / epsilon.
    const { env, policy, critic } = neuralCartPole();
    for (const maxGradientNorm of [Infinity, 0.01]) {
      const {
        policy: trained,
        critic: fitted,
        history,
      } = await ppoClip({
        env,
        policy,
        critic,
        totalSteps: 1,
        epochs: 1,
        minibatchSize: Infinity,
        learningRate: 1e3,
        adamEpsilon: 1e3,
        maxGradientNorm,
      });
      const step = (a: ArrayLike<number>, b: ArrayLike<number>) =>
        gradientNorm(Array.from(a, (x, k) => x - b[k]));
      const moved = step(trained.parameters, policy.parameters);
      const fit = step(fitted.parameters, critic.parameters);
      assert.ok(history[0].gradientNorm > 0.02, 'recorded before it is shortened');
      if (maxGradientNorm === Infinity) {
        near(moved, history[0].gradientNorm, 1e-3);
        assert.ok(fit > 0.02);
      } else {
        near(moved, maxGradientNorm, 1e-4);
        near(fit, maxGradientNorm, 1e-4);
      }
    }
  });

  test('normalizeObservations keeps the plain mean and variance of what was seen', async () => {
    const env = mountainCarContinuous();
    const path = join(mkdtempSync(join(tmpdir(), 'pglab-ppo-')), 'run');
    const policy = gaussianLinear({ features: 2, actionSize: 1 });
    await ppoClip({
      env,
      policy,
      critic: linearNetwork({ features: 2, outputs: 1 }),
      copies: 3,
      stepsPerIteration: 100,
      totalSteps: 1500,
      seed: 7,
      learningRate: 0, // so that the same policy acts throughout, whatever it reads
      normalizeObservations: true,
      checkpoint: { path },
    });
    const [envRng, actionRng] = new Rng(7).split(3);
    const envs = vectorEnv(env, 3);
    envs.reset(envRng);
    const seen = Array.from({ length: 5 }, () => [
      ...collectSteps(envs, policy, { steps: 100, rng: actionRng }).observations,
    ]).flat();
    const { observationMoments } = loadCheckpoint(path).state as {
      observationMoments: { count: number; mean: number[]; variance: number[] };
    };
    assert.equal(observationMoments.count, 1500);
    for (const k of [0, 1]) {
      const sample = seen.filter((_, i) => i % 2 === k);
      const mean = sample.reduce((a, b) => a + b) / 1500;
      const variance = sample.reduce((sum, o) => sum + (o - mean) ** 2, 0) / 1500;
      near(observationMoments.mean[k], mean, 1e-12);
      near(observationMoments.variance[k] / variance, 1, 1e-12);
    }
    rmSync(dirname(path), { recursive: true });
  });

  test('normalizeObservations works with a feature map', async () => {
    const { policy, history } = await ppoClip({
      env: cartPole(),
      policy: softmaxLinear({
        features: 2,
        actions: 2,
        featureMap: (o, offset, out) => {
          out[0] = o[offset + 2];
          out[1] = o[offset + 3];
        },
      }),
      critic: linearNetwork({ features: 4, outputs: 1 }),
      totalSteps: 4096,
      learningRate: 0.01,
      normalizeObservations: true,
    });
    assert.ok(history.at(-1)!.meanReturn > history[0].meanReturn);
    assert.ok(evaluate(policy, cartPole(), { episodes: 20 }).mean > 25);
  });

  test('normalizeRewards divides by the deviation of the running return, and clips at 10', async () => {
    // One-step episodes, 200 of which the last pays 3: returns are the rewards, with variance 9 / 200 (1 - 1 / 200).
    const pays = [...new Array(199).fill(0), 3, ...new Array(199).fill(0), -0.5];
    let t = 0;
    const env = changed(bandit({ means: [0] }), {
      transition(_state, _offset, _action, _actionOffset, _rng, outcome) {
        outcome.reward = pays[t++];
        outcome.terminated = true;
      },
    });
    const extremes: number[] = [];
    await ppo({
      env,
      policy: softmaxTabular({ states: 1, actions: 1 }),
      critic: tableNetwork({ states: 1, outputs: 1 }),
      objective: watched(surrogateObjective(), ({ advantages }) => {
        const values = Array.from(advantages);
        extremes.push(Math.max(...values) + Math.min(...values));
      }),
      copies: 1,
      stepsPerIteration: 200,
      totalSteps: 400,
      epochs: 1,
      minibatchSize: Infinity,
      learningRate: 0,
      normalizeAdvantages: false,
      normalizeRewards: true,
    });
    assert.equal(extremes[0], 10, '3 / 0.21 is beyond it');
    const variance = (9 + 0.25) / 400 - (2.5 / 400) ** 2;
    near(extremes[1], -0.5 / Math.sqrt(variance + 1e-8), 1e-12);
  });

  test('batches of very many one-step episodes', async () => {
    const env = bandit({ means: [0, 1] });
    const { history } = await ppoClip({
      env,
      policy: softmaxTabular({ states: 1, actions: 2 }),
      critic: tableNetwork({ states: 1, outputs: 1 }),
      copies: 100,
      stepsPerIteration: 2000,
      totalSteps: 1,
      epochs: 1,
      minibatchSize: Infinity,
    });
    assert.equal(history[0].episodeReturns.length, 200_000);
  });
});

describe('an objective in TensorFlow.js ops', () => {
  test('reproduces the built-in clip for one iteration', async () => {
    const settings = { totalSteps: 128, copies: 2, stepsPerIteration: 64, epochs: 2, learningRate: 3e-3 };
    const builtIn = await ppoClip({ ...neuralCartPole(), ...settings });
    const written = await ppo({
      ...neuralCartPole(),
      ...settings,
      objective: tfObjective((y, batch) => {
        const ratios = batch.logProbs(y).sub(batch.oldLogProbs).exp();
        const bounded = ratios.clipByValue(0.8, 1.2);
        return tf.minimum(ratios.mul(batch.advantages), bounded.mul(batch.advantages)).mean();
      }),
    });
    nearAll(written.policy.parameters, builtIn.policy.parameters, 1e-4, 'theta');
    assert.deepEqual(written.critic.parameters, builtIn.critic.parameters, 'the critic does not know');
    near(written.history[0].objective, builtIn.history[0].objective, 1e-5);
    near(written.history[0].kl, builtIn.history[0].kl, 1e-3);
  });
});

describe('learning', () => {
  test('the identity environment with tables: clip and penalty reach 0.99 of 1', async () => {
    const env = bandit({
      means: [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
      standardDeviation: 0,
    });
    for (const learn of [ppoClip, ppoKl]) {
      const { policy } = await learn({
        env,
        policy: softmaxTabular({ states: 3, actions: 3 }),
        critic: tableNetwork({ states: 3, outputs: 1 }),
        totalSteps: 8000,
        stepsPerIteration: 32,
        learningRate: 0.03,
      });
      assert.equal(evaluate(policy, env, { deterministic: true }).mean, 1);
      const { mean } = evaluate(policy, env);
      assert.ok(mean >= 0.99, `${learn.name}: ${mean}`);
    }
  });

  test('the identity environment over a box: an expected return above -0.02', async () => {
    // r = -(a - o)^2: always 0 at best, -1/3 for a = 0.
    const box = { kind: 'box', low: [-1], high: [1] } as const;
    const env = new Env({
      id: 'ContinuousIdentity',
      observationSpace: box,
      actionSpace: box,
      maxSteps: 1,
      stateNames: ['o'],
      initialState(rng, state, offset) {
        state[offset] = rng.uniform(-1, 1);
      },
      transition(state, offset, action, actionOffset, _rng, outcome) {
        outcome.reward = -((action[actionOffset] - state[offset]) ** 2);
        outcome.terminated = true;
      },
      observe(state, offset, observation, observationOffset) {
        observation[observationOffset] = state[offset];
      },
    });
    for (const learn of [ppoClip, ppoKl]) {
      const { policy } = await learn({
        env,
        policy: mlpPolicy({ env, hidden: [16], seed: 1, std: 0.5 }),
        critic: mlp({ inputs: 1, hidden: [16], outputs: 1, seed: 2 }),
        totalSteps: 40_000,
        learningRate: 3e-3,
        minibatchSize: 128,
      });
      const [drawn, mode] = [false, true].map(
        deterministic => evaluate(policy, env, { episodes: 500, deterministic }).mean,
      );
      assert.ok(drawn > -0.02, `${learn.name}: ${drawn}`);
      assert.ok(mode > drawn, 'noise only costs');
    }
  });

  for (const learn of [ppoClip, ppoKl])
    test(`CartPole with ${learn.name}: at least 475 within 50,000 steps`, async () => {
      const { policy, history } = await learn({ ...neuralCartPole(), ...CARTPOLE });
      const { mean } = evaluate(policy, cartPole(), { deterministic: true });
      assert.ok(mean >= 475, `${mean}`);
      assert.ok(history.at(-1)!.steps <= 50_000);
    });
});

const CARTPOLE = {
  seed: 1,
  totalSteps: 40_000,
  stepsPerIteration: 64,
  epochs: 6,
  minibatchSize: 128,
  learningRate: 2e-3,
  gamma: 0.98,
  lambda: 0.9,
  annealLearningRate: true,
};

describe('the same seed, the same bytes', () => {
  const sha = ({ policy, critic }: { policy: Policy; critic: { parameters: ArrayLike<number> } }) => {
    const hash = createHash('sha256');
    for (const { parameters } of [policy, critic])
      hash.update(new Uint8Array(Float32Array.from(parameters).buffer));
    return hash.digest('hex').slice(0, 16);
  };

  test('discrete actions, clip', async () => {
    const run = (seed: number) =>
      ppoClip({ ...neuralCartPole(), seed, totalSteps: 3072, entropyCoef: 0.01, maxGradientNorm: 0.5 });
    const [one, two, other] = [await run(1), await run(1), await run(2)];
    assert.deepEqual(one.history, two.history);
    assert.equal(sha(one), sha(two));
    assert.notEqual(sha(one), sha(other));
    assert.equal(sha(one), 'b4eef4f29a83efb1');
  });

  test('continuous actions, penalty, everything normalised', async () => {
    const env = pendulum();
    const run = () =>
      ppoKl({
        env,
        policy: mlpPolicy({ env, seed: 1 }),
        critic: mlp({ inputs: 3, outputs: 1, seed: 2 }),
        totalSteps: 3072,
        normalizeObservations: true,
        normalizeRewards: true,
        annealLearningRate: true,
      });
    const [one, two] = [await run(), await run()];
    assert.deepEqual(one.history, two.history);
    assert.equal(sha(one), sha(two));
    assert.equal(sha(one), 'b74f3b32aa5a5eef');
  });
});

describe('a run that breaks down', () => {
  const settings = { copies: 2, stepsPerIteration: 50, minibatchSize: 50, epochs: 2, learningRate: 1e-3 };

  /** CartPole that goes wrong after a number of transitions, counted over all copies. */
  const breaking = (
    after: number,
    breakIt: (state: Float64Array, offset: number, outcome: { reward: number }) => void,
    env = cartPole(),
  ) => {
    let calls = 0;
    return changed(env, {
      transition(state, offset, action, actionOffset, rng, outcome) {
        env.model.transition(state, offset, action, actionOffset, rng, outcome);
        if (++calls === after) breakIt(state, offset, outcome);
      },
    });
  };

  /** The error of a run that breaks in iteration 2; what it hands back is what two whole iterations gave. */
  async function errorOf(
    broken: Parameters<typeof ppo>[0],
    sound: Parameters<typeof ppo>[0],
    name = 'ppo',
  ): Promise<TrainingError> {
    const error: unknown = await ppo({ ...broken, totalSteps: 500 }).then(
      () => assert.fail('the run did not break'),
      (error: unknown) => error,
    );
    assert.ok(error instanceof TrainingError, String(error));
    assert.equal(error.name, 'TrainingError');
    assert.equal(error.iteration, 2);
    assert.match(error.message, new RegExp(`^${name} stopped at iteration 2: `));
    const { policy, critic, history } = error.result as PpoResult;
    const expected = await ppo({ ...sound, totalSteps: 200 });
    assert.deepEqual(policy.parameters, expected.policy.parameters);
    assert.deepEqual(critic.parameters, expected.critic.parameters);
    assert.deepEqual(history, expected.history);
    assert.ok(policy.network.gradient.every(g => g === 0));
    assert.ok(critic.gradient.every(g => g === 0));
    return error;
  }

  const bases: [string, () => Omit<Parameters<typeof ppo>[0], 'objective'>][] = [
    ['network', () => ({ ...neuralCartPole(), ...settings })],
    ['linear', () => ({ ...linearCartPole(), ...settings })],
    [
      'Gaussian network',
      () => {
        const env = pendulum();
        const policy: Policy = mlpPolicy({ env, seed: 1 });
        return { env, policy, critic: mlp({ inputs: 3, outputs: 1, seed: 2 }), ...settings };
      },
    ],
  ];
  for (const [kind, base] of bases)
    for (const normalizeObservations of [false, true])
      for (const bad of [NaN, Infinity])
        test(`${bad} in rewards and observations, ${kind}, normalised ${normalizeObservations}`, async () => {
          const sound = { ...base(), objective: clipObjective(), normalizeObservations };
          const { env } = sound;
          const reward = breaking(217, (_state, _offset, outcome) => (outcome.reward = bad), env);
          assert.equal(
            (await errorOf({ ...sound, env: reward }, sound)).quantity,
            'a reward of the environment',
          );
          const observation = breaking(217, (state, offset) => (state[offset] = bad), env);
          assert.equal(
            (await errorOf({ ...sound, env: observation }, sound)).quantity,
            'an observation of the environment',
          );
        });

  test('the observation that a cut episode ends with', async () => {
    const { env } = linearCartPole();
    const sound = { ...linearCartPole(), ...settings, objective: clipObjective(), maxSteps: 5 };
    // Step 5 of each copy ends its first episode; with two copies transitions 9 and 10, and so on: 210 is one.
    const ends = breaking(210, (state, offset) => (state[offset] = NaN), env);
    const error = await errorOf({ ...sound, env: ends }, sound);
    assert.equal(error.quantity, 'an observation of the environment');
    assert.equal(
      error.message,
      'ppo stopped at iteration 2: an observation of the environment is NaN, but must be a finite number.',
    );
  });

  /** Objectives that break at a minibatch of iteration 2: each iteration has 4. */
  const breakingObjective = (breakIt: (dY: { [k: number]: number }) => number) => {
    let calls = 0;
    const clip = clipObjective();
    return policyObjective((steps, dY) => {
      const value = clip.add(steps, dY);
      return ++calls === 11 ? breakIt(dY) : value;
    });
  };

  for (const [kind, base] of bases)
    test(`objectives and gradients, ${kind}`, async () => {
      const sound = { ...base(), objective: clipObjective() };
      for (const bad of [NaN, -Infinity]) {
        const value = await errorOf({ ...sound, objective: breakingObjective(() => bad) }, sound);
        assert.equal(value.quantity, 'the objective');
        const gradient = breakingObjective(dY => {
          dY[3] = bad;
          return 1;
        });
        const { quantity } = await errorOf({ ...sound, objective: gradient }, sound);
        assert.equal(quantity, "the length of the policy's gradient");
      }
    });

  test('an error of the objective itself keeps its sentence, and is the cause', async () => {
    const sound = { ...linearCartPole(), ...settings, objective: clipObjective() };
    const thrown = new RangeError('the moon is full.');
    const objective = breakingObjective(() => {
      throw thrown;
    });
    const error = await errorOf({ ...sound, objective }, sound);
    assert.equal(error.message, 'ppo stopped at iteration 2: the moon is full.');
    assert.equal(error.cause, thrown);
    const bug = breakingObjective(() => {
      throw new TypeError('a slip');
    });
    await assert.rejects(
      ppo({ ...sound, objective: bug, totalSteps: 500 }),
      /^TypeError: a slip$/,
      'what is no number is not wrapped',
    );
  });

  test('parameters', async () => {
    const { env, critic } = neuralCartPole();
    const base = {
      env,
      policy: mlpPolicy({ env, seed: 1 }),
      critic,
      ...settings,
      totalSteps: 100,
      epochs: 1,
    };
    await assert.rejects(
      ppoClip({ ...base, learningRate: 1e39, criticLearningRate: 0, minibatchSize: Infinity }),
      {
        name: 'TrainingError',
        message:
          /^ppoClip stopped at iteration 0: a parameter of the policy is -?(Infinity|NaN), but must be/,
      },
    );
    await assert.rejects(
      ppoClip({ ...base, learningRate: 0, criticLearningRate: 1e39, minibatchSize: Infinity }),
      {
        message:
          /^ppoClip stopped at iteration 0: a parameter of the critic is -?(Infinity|NaN), but must be/,
      },
    );
  });

  test('rewards beyond float32 are met in the gradient of the critic', async () => {
    const sound = { ...neuralCartPole(), ...settings, objective: clipObjective() };
    const env = breaking(217, (_state, _offset, outcome) => (outcome.reward = 1e45), cartPole());
    const { quantity } = await errorOf({ ...sound, env }, sound);
    assert.equal(quantity, "the length of the critic's gradient");
  });
});

describe('bad options', () => {
  const good = { ...linearCartPole(), objective: clipObjective(), totalSteps: 1 };
  const broken = good.policy.clone();
  broken.parameters[9] = Infinity;
  const cases: [Record<string, unknown>, string][] = [
    [{ env: null }, 'env is null, but must be an environment, e.g. cartPole() or tabularEnv(frozenLake()).'],
    [{ policy: 3 }, 'policy is 3, but must be a policy, e.g. softmaxLinear(...).'],
    [{ policy: softmaxLinear({ features: 4, actions: 3 }) }, 'policy has 3 actions, but CartPole-v1 has 2.'],
    [{ policy: broken }, 'policy.parameters[9] is Infinity, but must be a finite number.'],
    [
      { critic: undefined },
      'critic is undefined, but must be a network with one output, e.g. mlp({ inputs, outputs: 1, seed }).',
    ],
    [
      { critic: mlp({ inputs: 4, outputs: 2, seed: 1 }) },
      'critic is a network with 2 outputs, but must be a network with one output, e.g. mlp({ inputs, outputs: 1, seed }).',
    ],
    [
      { critic: mlp({ inputs: 3, outputs: 1, seed: 1 }) },
      'critic is made for observations of 3 numbers, but those of CartPole-v1 have 4.',
    ],
    [
      {
        critic: tableNetwork({ states: 4, outputs: 1 }),
        env: bandit({ means: [0, 0] }),
        policy: softmaxTabular({ states: 1, actions: 2 }),
      },
      'critic has 4 states, but Bandit has 1.',
    ],
    [{ objective: {} }, 'objective is an object, but must be an objective, e.g. clipObjective().'],
    [{ seed: 0.5 }, 'seed is 0.5, but must be a whole number.'],
    [{ totalSteps: 0 }, 'totalSteps is 0, but must be a whole number of at least 1.'],
    [{ copies: 1.5 }, 'copies is 1.5, but must be a whole number of at least 1.'],
    [{ stepsPerIteration: -1 }, 'stepsPerIteration is -1, but must be a whole number of at least 1.'],
    [{ epochs: 0 }, 'epochs is 0, but must be a whole number of at least 1.'],
    [{ minibatchSize: 0 }, 'minibatchSize is 0, but must be a whole number of at least 1.'],
    [{ gamma: 1.01 }, 'gamma is 1.01, but must be a finite number from 0 to 1.'],
    [{ lambda: NaN }, 'lambda is NaN, but must be a finite number from 0 to 1.'],
    [{ learningRate: -1 }, 'learningRate is -1, but must be a finite number of at least 0.'],
    [
      { criticLearningRate: Infinity },
      'criticLearningRate is Infinity, but must be a finite number of at least 0.',
    ],
    [{ adamEpsilon: '1' }, 'adamEpsilon is "1", but must be a finite number of at least 0.'],
    [{ valueClipRange: -0.2 }, 'valueClipRange is -0.2, but must be a finite number above 0.'],
    [{ entropyCoef: NaN }, 'entropyCoef is NaN, but must be a finite number.'],
    [
      { maxGradientNorm: -1 },
      'maxGradientNorm is -1, but must be a number above 0, or Infinity for no limit.',
    ],
    [{ stopAtKl: NaN }, 'stopAtKl is NaN, but must be a number above 0, or Infinity for no limit.'],
    [{ maxSteps: 0 }, 'maxSteps is 0, but must be a whole number of at least 1.'],
    [{ onIteration: 'draw' }, 'onIteration is "draw", but must be a function.'],
  ];
  for (const [options, message] of cases)
    test(message, () => assert.rejects(async () => ppo({ ...good, ...options } as never), { message }));

  test('those of the forms', async () => {
    const { env, policy, critic } = good;
    const base = { env, policy, critic, totalSteps: 1 };
    for (const [run, message] of [
      [
        () => ppoClip({ ...base, clipRange: -1 }),
        'clipRange is -1, but must be a number above 0, or Infinity for no limit.',
      ],
      [
        () => ppoClip({ ...base, clipRange: NaN }),
        'clipRange is NaN, but must be a number above 0, or Infinity for no limit.',
      ],
      [() => ppoKl({ ...base, beta: -1 }), 'beta is -1, but must be a finite number of at least 0.'],
      [() => ppoKl({ ...base, beta: 0 }), 'beta is 0, but must be above 0 to adapt: twice 0 is 0.'],
      [() => ppoKl({ ...base, klTarget: 0 }), 'klTarget is 0, but must be above 0.'],
      [
        () => ppoKl({ ...base, klTarget: NaN }),
        'klTarget is NaN, but must be a finite number of at least 0.',
      ],
    ] as const)
      await assert.rejects(run, { message });
  });

  test('normalizeObservations where observations are states', async () => {
    await assert.rejects(
      ppoClip({
        env: tabularEnv(frozenLake()),
        policy: softmaxTabular({ states: 16, actions: 4 }),
        critic: tableNetwork({ states: 16, outputs: 1 }),
        normalizeObservations: true,
      }),
      /^RangeError: normalizeObservations is true, but .* shows the index of a state\.$/,
    );
  });
});
