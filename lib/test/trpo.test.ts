/** The loops of the natural policy gradient and of TRPO: what a step is, when there is none, learning, going on. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  bandit,
  type CategoricalPolicy,
  cartPole,
  categoricalPolicy,
  corridor,
  evaluate,
  type GaussianPolicy,
  type Head,
  mlp,
  mlpPolicy,
  type NaturalGradientOptions,
  naturalPolicyGradient,
  type Policy,
  pendulum,
  softmaxTabular,
  solveLinear,
  TrainingError,
  type TrpoOptions,
  tableNetwork,
  tabularEnv,
  trpo,
} from 'pglab';

const setting = (env = cartPole(), seed = 1) => ({
  env,
  policy: mlpPolicy({ env, hidden: [16], seed }) as CategoricalPolicy,
  critic: mlp({ inputs: 4, hidden: [16], outputs: 1, seed: seed + 10 }),
  seed,
  totalSteps: 4096,
});

/** A policy whose head answers differently, also in clones. */
function withHead(policy: Policy, changed: (head: Head) => Partial<Head>): Policy {
  const { network, head } = policy;
  return {
    network,
    head: { ...head, ...changed(head) },
    get parameters() {
      return network.parameters;
    },
    clone: () => withHead(policy.clone(), changed),
  };
}

describe('what an iteration does', () => {
  test('of a bandit, by hand: theta + alpha F^-1 g with F = diag(p) - p p^T', async () => {
    // Rewards are the actions' own, so that the batch's gradient and F follow from how often each was taken.
    const env = bandit({ means: [0, 1, 3], standardDeviation: 0 });
    const policy = softmaxTabular({ states: 1, actions: 3, logits: [0.3, 0, -0.5] });
    const critic = tableNetwork({ states: 1, outputs: 1 });
    const settings = { env, policy, critic, seed: 2, copies: 4, stepsPerIteration: 250, totalSteps: 1000 };
    const natural = await naturalPolicyGradient({
      ...settings,
      normalizeAdvantages: false,
      criticLearningRate: 0,
      damping: 0.1,
      learningRate: 0.5,
    });
    const [{ episodeReturns, stepLength, gradientNorm }] = natural.history;
    assert.equal(stepLength, 0.5);
    const counts = [0, 1, 3].map(r => episodeReturns.filter(x => x === r).length);
    assert.equal(counts[0] + counts[1] + counts[2], 1000);
    const logits = [0.3, 0, -0.5];
    const total = logits.reduce((sum, z) => sum + Math.exp(z), 0);
    const p = logits.map(z => Math.exp(z) / total);
    // g_k = mean_t A_t ([k = a_t] - p_k), with A_t = r_t
    const mean = (counts[1] + 3 * counts[2]) / 1000;
    const g = [0, 1, 3].map((r, k) => (counts[k] / 1000) * r - p[k] * mean);
    assert.ok(Math.abs(Math.hypot(...g) - gradientNorm) < 1e-12);
    const F = p.flatMap((a, i) => p.map((b, j) => (i === j ? a + 0.1 : 0) - a * b));
    const x = solveLinear(F, g);
    natural.policy.parameters.forEach((theta, k) => {
      assert.ok(Math.abs(theta - logits[k] - 0.5 * x[k]) < 1e-6, `${theta}`);
    });
  });

  test('the divergence of each iteration is at most klLimit, and the surrogate grew', async () => {
    for (const klLimit of [0.001, 0.02]) {
      const { history } = await trpo({ ...setting(), klLimit });
      for (const { kl, improvement, stepFraction, tries, refused } of history) {
        assert.equal(refused, undefined);
        assert.ok(kl <= klLimit && kl > 0.05 * klLimit, `${kl}`);
        assert.ok(improvement > 0 && stepFraction === 0.5 ** (tries - 1));
      }
    }
  });

  test('what the gradient promised is nearly what came where steps are short', async () => {
    const { history } = await trpo({ ...setting(), klLimit: 1e-5 });
    for (const { improvement, expectedImprovement } of history)
      assert.ok(Math.abs(improvement / expectedImprovement - 1) < 0.05, `${improvement}`);
  });

  test('TRPO is the natural gradient where the whole step holds', async () => {
    const { history, policy } = await trpo({ ...setting(), klLimit: 0.005, damping: 0.2 });
    assert.ok(history.every(({ stepFraction }) => stepFraction === 1));
    const natural = await naturalPolicyGradient({ ...setting(), klTarget: 0.005, damping: 0.2 });
    assert.deepEqual(natural.policy.parameters, policy.parameters);
  });
});

describe('no step', () => {
  test('advantages of 0 make a gradient of 0, which changes nothing', async () => {
    const env = tabularEnv(corridor({ length: 4, goalReward: 0 }), { maxSteps: 20 });
    const policy = softmaxTabular({
      states: 4,
      actions: 2,
      logits: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8],
    });
    const critic = tableNetwork({ states: 4, outputs: 1 });
    const settings = { env, policy, critic, totalSteps: 512, copies: 4, stepsPerIteration: 64 };
    for (const algorithm of [trpo, naturalPolicyGradient]) {
      const { policy: after, history } = await algorithm(settings);
      assert.deepEqual(after.parameters, policy.parameters);
      for (const { refused, kl, stepLength } of history) {
        assert.equal(refused, 'the gradient is 0: there is nowhere to go.');
        assert.equal(kl, 0);
        assert.equal(stepLength, 0);
      }
    }
  });

  test('a curvature that is not positive: one sentence, the old policy kept to the byte, training goes on', async () => {
    for (const factor of [-1, 0, Number.NaN]) {
      const start = setting();
      const policy = withHead(start.policy, head => ({
        addFisherProduct: (y, offset, t, weight, dY) =>
          head.addFisherProduct(y, offset, t, factor * weight, dY),
      }));
      for (const algorithm of [trpo, naturalPolicyGradient]) {
        const { policy: after, history } = await algorithm({ ...start, policy, damping: 0 });
        assert.equal(history.length, 4);
        assert.deepEqual(after.parameters, start.policy.parameters);
        for (const record of history) {
          assert.match(record.refused!, /^the curvature x\^T F x is .* the policy stays as it was\.$/);
          assert.ok(Number.isFinite(record.kl) && Number.isFinite(record.entropy));
          assert.equal(record.kl, 0);
        }
      }
    }
  });

  test('a step that no fraction of makes good is refused: the old policy kept to the byte', async () => {
    // The divergence of any policy that moved is told as more than any limit.
    const start = setting();
    const policy = withHead(start.policy, head => ({ kl: (...args) => 1000 * head.kl(...args) + 0.5 }));
    const { policy: after, history } = await trpo({ ...start, policy, lineSearchTries: 3 });
    assert.deepEqual(after.parameters, start.policy.parameters);
    for (const { refused, stepFraction, tries } of history) {
      assert.equal(stepFraction, 0);
      assert.equal(tries, 3);
      assert.equal(
        refused,
        'none of 3 steps along the natural gradient raised the surrogate within klLimit 0.01: the policy stays as it was.',
      );
    }
  });

  test('a step out of the float range is not taken, nor is it an error', async () => {
    const { history } = await trpo({ ...setting(), klLimit: 1e30, lineSearchTries: 2 });
    for (const record of history) assert.ok(Number.isFinite(record.kl) && Number.isFinite(record.entropy));
  });
});

describe('learning', () => {
  test('CartPole by TRPO and by the natural gradient: at least 475 after 40,000 steps', async () => {
    for (const algorithm of [trpo, naturalPolicyGradient]) {
      const start = { ...setting(), gamma: 0.98, totalSteps: 40_000 };
      const { policy } = await algorithm(start);
      const { mean } = evaluate(policy, cartPole(), { episodes: 50, seed: 3 });
      assert.ok(mean >= 475, `${algorithm.name} ${mean}`);
    }
  });

  test('Pendulum by TRPO, a Gaussian policy: from -1200 to above -400', async () => {
    const env = pendulum();
    const policy = mlpPolicy({ env, seed: 1 }) as GaussianPolicy;
    const critic = mlp({ inputs: 3, outputs: 1, seed: 11 });
    const settings = { env, policy, critic, seed: 1, totalSteps: 60_000, stepsPerIteration: 256 };
    const result = await trpo({ ...settings, gamma: 0.95, lambda: 0.95 });
    const { mean } = evaluate(result.policy, env, { episodes: 50, seed: 3 });
    assert.ok(mean > -400, `${mean}`);
  });
});

describe('what all algorithms do', () => {
  type Run = (options: Partial<TrpoOptions & NaturalGradientOptions>) => ReturnType<typeof trpo<Policy>>;
  const loops: Record<string, Run> = {
    trpo: options => trpo<Policy>({ ...setting(), ...options }),
    naturalPolicyGradient: options =>
      naturalPolicyGradient<Policy>({ ...setting(), ...options }) as ReturnType<Run>,
  };
  for (const [name, run] of Object.entries(loops)) {
    test(`${name}: the same seed gives the same bytes, another seed others; the policy given stays`, async () => {
      const start = setting();
      const untouched = start.policy.parameters.slice();
      const [a, b, c] = [await run(start), await run(start), await run({ ...start, seed: 2 })];
      assert.deepEqual(start.policy.parameters, untouched);
      assert.deepEqual(a.policy.parameters, b.policy.parameters);
      assert.deepEqual(a.history, b.history);
      assert.notDeepEqual(a.policy.parameters, c.policy.parameters);
    });

    test(`${name}: two threads, normalisations and an entropy bonus: the same bytes as one thread`, async () => {
      const options = { normalizeObservations: true, normalizeRewards: true, entropyCoef: 0.01 };
      const [one, two] = [await run(options), await run({ ...options, threads: 2 })];
      assert.deepEqual(one.policy.parameters, two.policy.parameters);
      assert.deepEqual(one.history, two.history);
    });

    test(`${name}: a run that was cut off goes on from its checkpoint to the same bytes`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'pglab-'));
      try {
        const path = join(folder, 'run.json');
        const whole = await run({});
        const checkpoint = { path, every: 1, resume: true };
        await assert.rejects(
          run({
            checkpoint,
            onIteration: ({ iteration }: { iteration: number }) => {
              if (iteration === 1) throw new Error('cut off');
            },
          }),
          /cut off/,
        );
        const resumed = await run({ checkpoint });
        assert.deepEqual(resumed.policy.parameters, whole.policy.parameters);
        assert.deepEqual(resumed.history, whole.history);
        await assert.rejects(run({ checkpoint, damping: 0.2 }), /was made with damping 0\.1/);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    test(`${name}: a number that breaks down is named, and what was good is handed back`, async () => {
      const { model } = cartPole();
      let calls = 0;
      const env = Object.assign(Object.create(Object.getPrototypeOf(cartPole())), cartPole());
      Object.defineProperty(env, 'model', {
        value: {
          ...model,
          transition: (...args: Parameters<typeof model.transition>) => {
            model.transition(...args);
            if (++calls > 2500) args[5].reward = Number.NaN;
          },
        },
      });
      await assert.rejects(run({ env }), (error: unknown) => {
        assert.ok(error instanceof TrainingError);
        assert.equal(
          error.message,
          `${name} stopped at iteration 2: a reward of the environment is NaN, but must be a finite number.`,
        );
        assert.equal((error.result as { history: unknown[] }).history.length, 2);
        return true;
      });
    });
  }

  test('bad options are refused in one sentence', async () => {
    const cases: [Partial<TrpoOptions>, string][] = [
      [{ klLimit: 0 }, 'klLimit is 0, but must be above 0.'],
      [{ klLimit: -1 }, 'klLimit is -1, but must be a finite number of at least 0.'],
      [{ damping: Number.NaN }, 'damping is NaN, but must be a finite number of at least 0.'],
      [{ cgIterations: 0 }, 'cgIterations is 0, but must be a whole number of at least 1.'],
      [{ backtrackFactor: 1 }, 'backtrackFactor is 1, but must be a finite number from 0.01 to 0.99.'],
      [{ criticEpochs: 0 }, 'criticEpochs is 0, but must be a whole number of at least 1.'],
      [{ lineSearchTries: 0 }, 'lineSearchTries is 0, but must be a whole number of at least 1.'],
    ];
    for (const [options, message] of cases)
      await assert.rejects(trpo({ ...setting(), ...options }), { message });
    await assert.rejects(naturalPolicyGradient({ ...setting(), klTarget: 0 }), {
      message: 'klTarget is 0, but must be above 0.',
    });
    await assert.rejects(naturalPolicyGradient({ ...setting(), learningRate: -1 }), /learningRate is -1/);
  });

  test('a table and a network of TensorFlow.js are trained, too', async () => {
    const env = tabularEnv(corridor({ length: 5 }), { maxSteps: 50 });
    const policy = softmaxTabular({ states: 5, actions: 2 });
    const critic = tableNetwork({ states: 5, outputs: 1 });
    const settings = { env, policy, critic, totalSteps: 5000, copies: 4, stepsPerIteration: 64 };
    const before = evaluate(policy, env, { episodes: 50 }).mean;
    const { policy: trained } = await trpo({ ...settings, gamma: 0.95 });
    assert.ok(evaluate(trained, env, { episodes: 50 }).mean > before);
    const network = mlp({ inputs: 4, hidden: [8], outputs: 2, seed: 1, engine: 'tf' });
    const { history } = await trpo({
      ...setting(),
      policy: categoricalPolicy(network),
      totalSteps: 256,
      copies: 2,
      stepsPerIteration: 64,
    });
    assert.ok(history.every(({ kl }) => kl > 0 && kl <= 0.01));
  });
});
