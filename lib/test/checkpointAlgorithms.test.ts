/**
 * Checkpoints of the algorithms besides PPO (checkpoint.test.ts has the file itself): what was saved, killed and resumed is, byte for
 * byte, what was not; other settings and damage are refused.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import {
  adam,
  type Baseline,
  cem,
  constantBaseline,
  linearBaseline,
  loadCheckpoint,
  mlp,
  mlpPolicy,
  networkBaseline,
  noBaseline,
  reinforce,
  rmsProp,
  sgd,
  timeBaseline,
} from 'pglab';
import { noisyWalk, type Outcome, runs } from './checkpointRun';

const folder = mkdtempSync(join(tmpdir(), 'pglab-checkpoints-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A name of a file that is not there. */
let files = 0;
const fresh = () => join(folder, `run ${files++}.json`);

const critic = (run: Outcome) => (run.critic ?? run.baseline) as Baseline | undefined;

/** Byte for byte the same policy, with its statistics, critic and history. */
function assertSame(actual: Outcome, expected: Outcome): void {
  assert.deepStrictEqual(actual.policy.parameters, expected.policy.parameters);
  const observations = Float32Array.from({ length: 20 }, (_, k) => Math.sin(k) * 3);
  const outputs = ({ policy }: Outcome) => policy.network.forward(observations, 10, 0, 2).slice();
  assert.deepStrictEqual(outputs(actual), outputs(expected), 'what the policy says, statistics included');
  assert.deepStrictEqual(critic(actual)?.state, critic(expected)?.state);
  assert.deepStrictEqual(actual.std, expected.std);
  assert.deepStrictEqual(actual.history, expected.history);
}

const env = noisyWalk();
const value = (options = {}) =>
  networkBaseline({
    network: mlp({ inputs: 2, hidden: [7], outputs: 1, seed: 2, activation: 'relu' }),
    epochs: 2,
    minibatchSize: 25,
    seed: 5,
    ...options,
  });

/** An option that a run is resumed with, and the setting that it is refused for. */
type Change = [option: Record<string, unknown>, setting: string];

const common: Change[] = [
  [{ seed: 4 }, 'seed'],
  [{ maxSteps: 5 }, 'maxSteps'],
  [{ normalizeObservations: false }, 'normalizeObservations'],
  [{ policy: mlpPolicy({ env, hidden: [9], seed: 1 }) }, 'policyParameters'],
  [{ policy: mlpPolicy({ env, hidden: [8, 5], seed: 1, activation: 'relu' }) }, 'policy.activation'],
];
const byGradient: Change[] = [
  ...common,
  [{ gamma: 0.9 }, 'gamma'],
  [{ learningRate: 0.5 }, 'learningRate'],
  [{ optimizer: 'sgd' }, 'optimizer'],
];
const actors: Change[] = [
  ...byGradient,
  [{ copies: 2 }, 'copies'],
  [{ stepsPerIteration: 10 }, 'stepsPerIteration'],
  [{ lambda: 0.8 }, 'lambda'],
  [{ entropyCoef: 0 }, 'entropyCoef'],
  [{ maxGradientNorm: 1 }, 'maxGradientNorm'],
  [{ normalize: true }, 'normalize'],
  [{ normalizeRewards: false }, 'normalizeRewards'],
];
const refused: Record<string, Change[]> = {
  actorCritic: [
    ...actors,
    [{ totalSteps: 9 * 33 }, 'totalSteps'],
    [{ learningRate: (left: number) => 0.01 * left ** 2 }, 'learningRate'],
    [{ criticLearningRate: 0.01 }, 'criticLearningRate'],
    [{ optimizer: rmsProp({ learningRate: 0.01, decay: 0.9 }) }, 'optimizer.decay'],
    [{ critic: value({ optimizer: 'rmsprop', standardize: false }) }, 'critic.maxGradientNorm'],
  ],
  a2cTrustRegion: [
    ...actors,
    [{ critic: noBaseline() }, 'critic'],
    [{ klRate: 1 }, 'klRate'],
    [{ averageDecay: 0.9 }, 'averageDecay'],
    [{ optimizer: adam({ learningRate: 0.01, epsilon: 1e-5 }) }, 'optimizer.epsilon'],
    [{ critic: value({ epochs: 3 }) }, 'critic.epochs'],
    [{ critic: value({ learningRate: 0.01 }) }, 'critic.learningRate'],
    [{ critic: value({ optimizer: 'sgd' }) }, 'critic.optimizer'],
    [
      {
        critic: value({ network: mlp({ inputs: 2, hidden: [6], outputs: 1, seed: 2, activation: 'relu' }) }),
      },
      'critic.network.hidden',
    ],
  ],
  vanillaPolicyGradient: [
    ...byGradient,
    [{ copies: 1 }, 'copies'],
    [{ stepsPerIteration: 61 }, 'stepsPerIteration'],
    [{ stepsPerIteration: undefined, episodesPerIteration: 8 }, 'episodesPerIteration|stepsPerIteration'],
    [{ klTarget: 0.003 }, 'klTarget'],
    [{ normalize: false }, 'normalize'],
    [{ discountState: true }, 'discountState'],
    [{ baseline: timeBaseline() }, 'baseline'],
    [{ baseline: value({ seed: 6 }) }, 'baseline.seed'],
  ],
  cem: [
    ...common,
    [{ populationSize: 8 }, 'populationSize'],
    [{ eliteFraction: 0.4 }, 'eliteFraction'],
    [{ std: 1 }, 'std'],
    [{ noise: 0.1 }, 'noise'],
    [{ episodesPerCandidate: 1 }, 'episodesPerCandidate'],
  ],
};

for (const name of ['actorCritic', 'a2cTrustRegion', 'vanillaPolicyGradient', 'cem'])
  describe(name, () => {
    const run = runs[name];
    const whole = run();

    test('killed, and resumed between two checkpoints', async () => {
      const path = fresh();
      const script = join(__dirname, 'checkpointRun.js');
      const child = spawnSync(process.execPath, [script, path, 'after iteration', '4', name], {
        encoding: 'utf8',
      });
      assert.equal(child.stdout + child.stderr, '', 'it was killed before it could say anything');
      const { algorithm, state } = loadCheckpoint(path) as { algorithm: string; state: Outcome };
      assert.equal(algorithm, name);
      assert.equal(state.history.length, 4);
      const done: number[] = [];
      const resumed = await run({
        checkpoint: { path, resume: true },
        onIteration: ({ iteration }) => void done.push(iteration),
      });
      assert.deepEqual(done, [4, 5, 6, 7]);
      assertSame(resumed, await whole);
    });

    test('after every iteration in turn, by an error of onIteration', async () => {
      const path = fresh();
      const seen: number[] = [];
      for (let i = 0; i < 8; i++)
        await assert.rejects(
          run({
            checkpoint: { path, every: 1, resume: true },
            onIteration: ({ iteration }) => {
              seen.push(iteration);
              throw new Error('enough');
            },
          }),
          /enough/,
        );
      assert.deepEqual(seen, [0, 1, 2, 3, 4, 5, 6, 7]);
      assertSame(
        await run({ checkpoint: { path, resume: true }, onIteration: () => assert.fail('it was over') }),
        await whole,
      );
    });

    test('saving changes nothing; a file that is there, or damaged, is refused and stays', async () => {
      const path = fresh();
      assertSame(await run({ checkpoint: { path } }), await whole);
      const good = readFileSync(path);
      await assert.rejects(run({ checkpoint: { path } }), { message: /which exists: continue it/ });
      const bad = Buffer.from(good);
      bad[good.length >> 1] ^= 1;
      for (const damaged of [bad, good.subarray(0, good.length - 5)]) {
        writeFileSync(path, damaged);
        await assert.rejects(run({ checkpoint: { path, resume: true } }), {
          name: 'RangeError',
          message: `${path} is damaged or was cut short: its contents are not those that were written.`,
        });
        assert.deepEqual(readFileSync(path), Buffer.from(damaged));
      }
    });

    test('other settings are refused, the same ones are not', async () => {
      const path = fresh();
      const stop = ({ iteration }: { iteration: number }) => iteration < 1;
      await run({ checkpoint: { path }, onIteration: stop });
      for (const [option, setting] of refused[name])
        await assert.rejects(run({ checkpoint: { path, resume: true }, ...option }), {
          name: 'RangeError',
          message: new RegExp(
            `was made with (${setting}) .*, but the run that should continue it has .*\\.$`,
          ),
        });
      const other = name === 'cem' ? 'actorCritic' : 'cem';
      await assert.rejects(runs[other]({ checkpoint: { path, resume: true } }), {
        message: `checkpoint ${path} is one of ${name}, but ${other} was asked to continue it.`,
      });
      assertSame(await run({ checkpoint: { path, resume: true }, discountState: undefined }), await whole);
    });
  });

test('the runs above carry what they should', async () => {
  const histories: Record<string, Record<string, number>[]> = {};
  for (const name of Object.keys(runs)) histories[name] = (await runs[name]()).history as never;
  for (const [name, history] of Object.entries(histories)) assert.equal(history.length, 8, name);
  const { a2cTrustRegion, vanillaPolicyGradient, cem } = histories;
  assert.ok(a2cTrustRegion.some(({ projectedFraction }) => projectedFraction > 0));
  assert.ok(new Set(vanillaPolicyGradient.map(({ learningRate }) => learningRate)).size > 2);
  assert.ok(new Set(cem.map(({ std }) => std)).size === 8);
});

describe('what cannot be kept is refused', () => {
  const ascend = () => {};
  for (const name of ['actorCritic', 'a2cTrustRegion', 'vanillaPolicyGradient']) {
    const role = name === 'vanillaPolicyGradient' ? 'baseline' : 'critic';
    test(name, async () => {
      const { fit, predict, predictFinal } = noBaseline();
      const checkpoint = { path: fresh() };
      const fixed = { learningRate: 0.1, criticLearningRate: undefined, klTarget: undefined };
      await assert.rejects(runs[name]({ ...fixed, checkpoint, [role]: { fit, predict, predictFinal } }), {
        message: `checkpoint is given, but the ${role} is one without a state that could be kept.`,
      });
      await assert.rejects(runs[name]({ ...fixed, checkpoint, [role]: value({ optimizer: { ascend } }) }), {
        message: `checkpoint is given, but the ${role} is one without a state that could be kept.`,
      });
      await assert.rejects(runs[name]({ ...fixed, checkpoint, optimizer: { ascend } }), {
        message: 'checkpoint is given, but the optimizer is one without a state that could be kept.',
      });
    });
  }

  test('reinforce and cem take what they take', async () => {
    await assert.rejects(
      reinforce({ env, policy: mlpPolicy({ env, seed: 1 }), checkpoint: { path: fresh() } } as never),
      /reinforce has no option checkpoint/,
    );
    await assert.rejects(cem({ env, policy: mlpPolicy({ env, seed: 1 }), iterations: 2, totalSteps: 100 }), {
      message:
        'iterations and totalSteps are both given, but one takes the place of the other: leave one out.',
    });
  });
});

test('other baselines and optimizers are kept too', async () => {
  for (const [baseline, optimizer] of [
    [() => linearBaseline({ features: 2 }), () => sgd({ learningRate: 0.01 })],
    [timeBaseline, () => adam({ learningRate: 0.01 })],
    [() => constantBaseline(), () => rmsProp({ learningRate: 0.01, decay: 0.5 })],
    [noBaseline, () => 'sgd' as const],
  ] as const) {
    const path = fresh();
    const run = (more = {}) =>
      runs.vanillaPolicyGradient({ baseline: baseline(), optimizer: optimizer(), ...more });
    const stop = ({ iteration }: { iteration: number }) => iteration < 3;
    await run({ checkpoint: { path }, onIteration: stop });
    assertSame(await run({ checkpoint: { path, resume: true } }), await run());
  }
});

test('a run in which nothing is scheduled may be made longer', async () => {
  for (const [name, longer] of [
    ['a2cTrustRegion', { totalSteps: 12 * 33 }],
    ['vanillaPolicyGradient', { totalSteps: 800 }],
    ['cem', { iterations: 11 }],
  ] as const) {
    const path = fresh();
    await runs[name]({ checkpoint: { path } });
    const continued = await runs[name]({ ...longer, checkpoint: { path, resume: true } });
    assert.ok(continued.history.length > 10, name);
    assertSame(continued, await runs[name](longer));
  }
});
