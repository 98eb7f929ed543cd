/** PPO on two threads: the bytes of one, through checkpoints too; errors as with one; no thread left behind. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import {
  cartPole,
  clipObjective,
  Env,
  type FloatArray,
  InterruptedError,
  linearNetwork,
  mlp,
  mlpPolicy,
  type Policy,
  type PpoOptions,
  type PpoResult,
  pendulum,
  policyObjective,
  ppo,
  ppoClip,
  ppoKl,
  softmaxLinear,
  type TrainingError,
} from 'pglab';
import { CriticThread } from '../dist/algorithms/criticThread';
import { settings as checkpointRun } from './checkpointRun';

const bytes = ({ buffer, byteOffset, byteLength }: FloatArray) =>
  Buffer.from(buffer, byteOffset, byteLength).toString('hex');

function assertSame(actual: PpoResult<Policy>, expected: PpoResult<Policy>): void {
  assert.equal(bytes(actual.policy.parameters), bytes(expected.policy.parameters));
  assert.equal(bytes(actual.critic.parameters), bytes(expected.critic.parameters));
  assert.deepStrictEqual(actual.history, expected.history);
  const observations = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i));
  const [a, b] = [actual, expected].map(({ critic }) => bytes(critic.forward(observations, 2).slice()));
  assert.equal(a, b, 'what the critic says');
}

const cartPoleRun = (seed = 1): PpoOptions<Policy> => {
  const env = cartPole();
  const critic = mlp({ inputs: 4, outputs: 1, seed: seed + 100 });
  return { env, policy: mlpPolicy({ env, seed }), critic, seed, copies: 4, totalSteps: 4 * 4 * 128 };
};
const pendulumRun = (): PpoOptions<Policy> => {
  const env = pendulum();
  const critic = mlp({ inputs: 3, hidden: [17], activation: 'relu', outputs: 1, seed: 2 });
  return { env, policy: mlpPolicy({ env, seed: 1 }), critic, totalSteps: 3000, stepsPerIteration: 100 };
};

describe('two threads give the bytes of one', () => {
  const cleanRl = { annealLearningRate: true, valueClipRange: 0.2, entropyCoef: 0.01, maxGradientNorm: 0.5 };
  const runs: [string, (threads: 1 | 2) => Promise<PpoResult<Policy>>][] = [
    ['clip, CleanRL', threads => ppoClip({ ...cartPoleRun(), ...cleanRl, epochs: 4, threads })],
    ['penalty, critic with a rate of its own', threads => ppoKl({ ...checkpointRun(), threads })],
    [
      'everything normalised',
      threads => ppoClip({ ...pendulumRun(), normalizeObservations: true, normalizeRewards: true, threads }),
    ],
    ['whole batches', threads => ppoClip({ ...pendulumRun(), minibatchSize: Infinity, threads })],
    [
      'epochs ended by the KL',
      async threads => {
        const result = await ppoClip({ ...cartPoleRun(), learningRate: 3e-3, stopAtKl: 0.005, threads });
        const epochs = new Set(result.history.map(record => record.epochs));
        assert.ok(epochs.size > 1, 'not always as many');
        return result;
      },
    ],
    [
      'a linear policy beside a network',
      threads => ppoClip({ ...cartPoleRun(), policy: softmaxLinear({ features: 4, actions: 2 }), threads }),
    ],
  ];
  for (const [name, run] of runs) test(name, async () => assertSame(await run(2), await run(1)));

  test('many runs at once', async () => {
    const seeds = [1, 2, 3, 4];
    const results = await Promise.all(seeds.map(seed => ppoClip({ ...cartPoleRun(seed), threads: 2 })));
    for (const [i, seed] of seeds.entries()) assertSame(results[i], await ppoClip(cartPoleRun(seed)));
  });
});

describe('checkpoints know nothing of threads', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pglab-threads-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** The run, broken off after 3 of its 8 iterations, the last that was saved; then resumed. */
  async function brokenOff(path: string, first: 1 | 2, then: 1 | 2): Promise<PpoResult<Policy>> {
    const checkpoint = { path, every: 1 };
    const onIteration = ({ iteration }: { iteration: number }) => {
      if (iteration === 2) throw new Error('enough');
    };
    await assert.rejects(ppoKl({ ...checkpointRun(), threads: first, checkpoint, onIteration }), /enough/);
    return ppoKl({ ...checkpointRun(), threads: then, checkpoint: { ...checkpoint, resume: true } });
  }

  test('the files are equal, and a run may change its threads on the way', async () => {
    const whole = await ppoKl(checkpointRun());
    const files: string[] = [];
    for (const [first, then] of [
      [1, 1],
      [1, 2],
      [2, 1],
      [2, 2],
    ] as const) {
      const path = join(folder, `${first} then ${then}.json`);
      assertSame(await brokenOff(path, first, then), whole);
      files.push(readFileSync(path, 'utf8'));
    }
    assert.equal(new Set(files).size, 1);
  });

  test('a run that was finished comes back', async () => {
    const checkpoint = { path: join(folder, 'finished.json'), resume: true };
    const once = await ppoKl({ ...checkpointRun(), threads: 2, checkpoint });
    assertSame(await ppoKl({ ...checkpointRun(), threads: 2, checkpoint }), once);
  });
});

describe('a run that breaks down, on two threads', () => {
  /** The error of a run; what it hands back is that of one thread. */
  async function sameError(run: () => Parameters<typeof ppo>[0]): Promise<TrainingError> {
    const [two, one] = await Promise.all(
      ([2, 1] as const).map(threads =>
        ppo({ ...run(), threads }).then(
          () => assert.fail('it did not break'),
          (error: TrainingError) => error,
        ),
      ),
    );
    assert.equal(two.message, one.message);
    assert.ok(two.iteration > 0);
    assertSame(two.result as PpoResult, one.result as PpoResult);
    const { policy, critic } = two.result as PpoResult;
    for (const { gradient } of [policy.network, critic]) assert.ok(gradient.every(g => g === 0));
    return two;
  }

  test('the critic', async () => {
    const run = () => {
      const { env, ...rest } = cartPoleRun();
      let steps = 0;
      const { transition } = env.model;
      const broken = new Env({
        ...env.model,
        transition(...args) {
          transition(...args);
          if (++steps === 700) args[5].reward = 1e45; // beyond float32
        },
      });
      return { ...rest, env: broken, objective: clipObjective() };
    };
    assert.equal((await sameError(run)).quantity, "the length of the critic's gradient");
  });

  test('the policy, while the critic is being fitted', async () => {
    const run = () => {
      let calls = 0;
      const clip = clipObjective();
      const objective = policyObjective((steps, dY) => (++calls === 90 ? NaN : clip.add(steps, dY)));
      return { ...cartPoleRun(), objective };
    };
    assert.equal((await sameError(run)).quantity, 'the objective');
  });
});

test('what goes wrong on the other thread is thrown on this one', async () => {
  const shape = { steps: 8, observationSize: 2, epochs: 2 };
  const options = { epsilon: 1e-8, minibatchSize: 4, maxGradientNorm: 1 };
  const thread = new CriticThread(mlp({ inputs: 2, outputs: 1, seed: 1 }), options, shape);
  await thread.open();
  try {
    thread.begin({
      observations: new Float32Array(16),
      observationSize: 2,
      targets: new Float64Array(8).fill(NaN),
      oldValues: new Float32Array(8),
      learningRate: 1e-3,
    });
    const order = Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7);
    for (let epoch = 0; epoch < 2; epoch++) thread.epoch(order);
    const message = 'targets[0] is NaN, but must be a finite number.';
    assert.throws(() => thread.end(), { name: 'RangeError', message });
  } finally {
    await thread.close();
  }
});

describe('options', () => {
  test('a critic that no second thread can train', async () => {
    const message =
      'threads is 2, but the critic is no mlp of the default engine, the only kind of network that a second thread can train.';
    for (const critic of [
      linearNetwork({ features: 4, outputs: 1 }),
      mlp({ inputs: 4, outputs: 1, seed: 1, engine: 'tf' }),
    ])
      await assert.rejects(ppoClip({ ...cartPoleRun(), critic, threads: 2 }), { message });
  });

  test('three threads', () =>
    assert.rejects(ppoClip({ ...cartPoleRun(), threads: 3 as 2 }), {
      message: 'threads is 3, but must be a whole number from 1 to 2.',
    }));
});

describe('no thread is left behind', () => {
  test('after a run, an error, an interrupt', async () => {
    const threads = { begun: 0, ended: 0 };
    const count = (worker: Worker) => {
      threads.begun++;
      worker.on('exit', () => threads.ended++);
    };
    process.on('worker', count);
    const storage = Symbol.for('pglab.interrupt');
    const place = globalThis as { [storage]?: unknown };
    try {
      await ppoClip({ ...cartPoleRun(), threads: 2 });
      assert.deepEqual(threads, { begun: 1, ended: 1 });
      const fails = () => {
        throw new Error('enough');
      };
      await assert.rejects(ppoClip({ ...cartPoleRun(), threads: 2, onIteration: fails }), /enough/);
      assert.deepEqual(threads, { begun: 2, ended: 2 });
      const controller = new AbortController();
      place[storage] = { getStore: () => controller.signal };
      const onIteration = () => controller.abort();
      await assert.rejects(ppoClip({ ...cartPoleRun(), threads: 2, onIteration }), InterruptedError);
      assert.deepEqual(threads, { begun: 3, ended: 3 });
    } finally {
      delete place[storage];
      process.off('worker', count);
    }
  });

  const script = (onIteration: string, after = '') => `
    const { cartPole, mlp, mlpPolicy, ppoClip } = require('pglab');
    const env = cartPole();
    const critic = mlp({ inputs: 4, outputs: 1, seed: 1 });
    ppoClip({ env, policy: mlpPolicy({ env, seed: 1 }), critic, threads: 2, totalSteps: 5000, onIteration: ${onIteration} })
      .then(() => console.log('done'));
    ${after}`;
  const cases: [string, string, string, number | null][] = [
    ['a script ends by itself', script('() => {}'), 'done\n', 0],
    ['in the middle, by process.exit', script('() => process.exit(7)'), '', 7],
    ['by an error that nobody catches', script('() => { throw new Error("enough"); }'), '', 1],
    [
      'with a run that waits for ever',
      script('() => new Promise(() => {})', 'setTimeout(() => console.log("late"), 300);'),
      'late\n',
      0,
    ],
  ];
  for (const [name, source, printed, expected] of cases)
    test(name, () => {
      const { status, stdout, signal } = spawnSync(process.execPath, ['-e', source], {
        cwd: __dirname,
        encoding: 'utf8',
        timeout: 30_000,
      });
      assert.deepEqual({ status, stdout, signal }, { status: expected, stdout: printed, signal: null });
    });
});
