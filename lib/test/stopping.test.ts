/** What is told of each iteration, what ends a training before its time, and numbers that change during it. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import {
  a2cTrustRegion,
  actorCritic,
  bandit,
  cem,
  naturalPolicyGradient,
  networkBaseline,
  type OnIteration,
  ppoClip,
  ppoKl,
  reinforce,
  type Schedule,
  softmaxTabular,
  tableNetwork,
  trpo,
  vanillaPolicyGradient,
} from 'pglab';

const folder = mkdtempSync(join(tmpdir(), 'pglab-stopping-'));
after(() => rmSync(folder, { recursive: true, force: true }));

interface Row {
  iteration: number;
  meanReturn: number;
}
interface Watched {
  onIteration?: OnIteration<Row> | OnIteration<Row>[];
  targetReturn?: number;
  learningRate?: Schedule;
  checkpoint?: { path: string; every?: number; resume?: boolean };
}
type Run = (options: Watched) => Promise<{ history: Row[]; policy: { parameters: ArrayLike<number> } }>;

const start = () => ({
  env: bandit({
    means: [
      [1, 0],
      [0, 1],
    ],
    standardDeviation: 0,
  }),
  policy: softmaxTabular({ states: 2, actions: 2 }),
  seed: 1,
});
const critic = () => tableNetwork({ states: 2, outputs: 1 });
const steps = { copies: 2, stepsPerIteration: 16, totalSteps: 20 * 32 };
const value = () => networkBaseline({ network: critic(), learningRate: 0.1 });

/** All algorithms on a task of one step, 20 iterations each. */
const runs: Record<string, Run> = {
  reinforce: o =>
    reinforce({ ...start(), iterations: 20, episodesPerIteration: 16, learningRate: 0.5, ...o }),
  vanillaPolicyGradient: o =>
    vanillaPolicyGradient({ ...start(), iterations: 20, episodesPerIteration: 16, learningRate: 0.1, ...o }),
  actorCritic: o => actorCritic({ ...start(), critic: value(), ...steps, learningRate: 0.1, ...o }),
  a2cTrustRegion: o =>
    a2cTrustRegion({ ...start(), critic: value(), ...steps, learningRate: 0.1, klRate: 0.1, ...o }),
  cem: ({ learningRate, ...o }) =>
    cem({ ...start(), iterations: 20, populationSize: 10, episodesPerCandidate: 16, ...o }),
  ppoClip: o => ppoClip({ ...start(), critic: critic(), ...steps, learningRate: 0.05, ...o }),
  ppoKl: o => ppoKl({ ...start(), critic: critic(), ...steps, learningRate: 0.05, ...o }),
  naturalPolicyGradient: ({ learningRate, ...o }) =>
    naturalPolicyGradient({ ...start(), critic: critic(), ...steps, ...o }),
  trpo: ({ learningRate, ...o }) => trpo({ ...start(), critic: critic(), ...steps, ...o }),
};

for (const [name, run] of Object.entries(runs))
  describe(name, () => {
    test('several callbacks hear of each iteration in turn; what they return but false does not matter', async () => {
      const heard: string[] = [];
      const { history } = await run({
        onIteration: [
          ({ iteration }) => heard.push(`a${iteration}`),
          async ({ iteration }) => {
            await new Promise(resolve => setImmediate(resolve));
            heard.push(`b${iteration}`);
            return true;
          },
        ],
      });
      assert.equal(history.length, 20);
      assert.deepEqual(heard.slice(0, 4), ['a0', 'b0', 'a1', 'b1']);
      assert.equal(heard.length, 40);
    });

    test('false ends it, and everybody is told before', async () => {
      const whole = await run({});
      const last: number[] = [];
      const { history } = await run({
        onIteration: [({ iteration }) => iteration < 4, ({ iteration }) => void last.push(iteration)],
      });
      assert.deepEqual(history, whole.history.slice(0, 5), 'the same iterations, but fewer');
      assert.deepEqual(last, [0, 1, 2, 3, 4]);
      const later = await run({ onIteration: async ({ iteration }) => iteration !== 2 });
      assert.equal(later.history.length, 3);
    });

    test('a target ends it in the first iteration that reaches it', async () => {
      const whole = await run({});
      const targetReturn = 0.8;
      const first = whole.history.findIndex(({ meanReturn }) => meanReturn >= targetReturn);
      assert.ok(first > 0 && first < 19, `reached at ${first}`);
      const { history } = await run({ targetReturn });
      assert.deepEqual(history, whole.history.slice(0, first + 1));
    });

    test('what cannot be told is refused', async () => {
      await assert.rejects(run({ onIteration: 3 as never }), {
        message: 'onIteration is 3, but must be a function.',
      });
      await assert.rejects(run({ onIteration: [() => {}, null as never] }), {
        message: 'onIteration[1] is null, but must be a function.',
      });
      await assert.rejects(run({ targetReturn: Number.NaN }), {
        message: 'targetReturn is NaN, but must be a finite number.',
      });
    });
  });

for (const name of Object.keys(runs).filter(name => name !== 'reinforce'))
  test(`${name}: a run that was stopped goes on from where it stood, to the same bytes`, async () => {
    const path = join(folder, `${name}.json`);
    const whole = await runs[name]({});
    const stopped = await runs[name]({
      checkpoint: { path, every: 100 },
      onIteration: ({ iteration }) => iteration !== 6,
    });
    assert.equal(stopped.history.length, 7);
    const rest: number[] = [];
    const resumed = await runs[name]({
      checkpoint: { path, every: 100, resume: true },
      onIteration: ({ iteration }) => void rest.push(iteration),
    });
    assert.equal(rest[0], 7);
    assert.deepEqual(resumed.history, whole.history);
    assert.deepEqual(resumed.policy.parameters, whole.policy.parameters);
  });

test('a run that has reached its target is over; with a higher one it goes on', async () => {
  const path = join(folder, 'target.json');
  const checkpoint = { path, every: 100, resume: true };
  const first = await runs.ppoClip({ checkpoint, targetReturn: 0.8 });
  assert.deepEqual((await runs.ppoClip({ checkpoint, targetReturn: 0.8 })).history, first.history);
  const further = await runs.ppoClip({ checkpoint, targetReturn: 0.9 });
  assert.ok(further.history.length > first.history.length && further.history.length < 20);
  assert.deepEqual((await runs.ppoClip({ checkpoint })).history, (await runs.ppoClip({})).history);
});

describe('schedules', () => {
  const bytes = (run: { policy: { parameters: ArrayLike<number> } }) => Array.from(run.policy.parameters);

  for (const name of [
    'reinforce',
    'vanillaPolicyGradient',
    'actorCritic',
    'a2cTrustRegion',
    'ppoClip',
    'ppoKl',
  ])
    test(`${name}: a constant function is the number; one of 0 after half of the training keeps what it has`, async () => {
      assert.deepEqual(
        bytes(await runs[name]({ learningRate: () => 0.05 })),
        bytes(await runs[name]({ learningRate: 0.05 })),
      );
      const seen: number[] = [];
      const learningRate = (left: number) => {
        seen.push(left);
        return left > 0.5 ? 0.05 : 0;
      };
      const half = await runs[name]({ learningRate: 0.05, onIteration: ({ iteration }) => iteration < 9 });
      const still = await runs[name]({ learningRate });
      assert.equal(still.history.length, 20);
      // Momentum moves nothing where alpha is 0.
      assert.deepEqual(bytes(still), bytes(half));
      const shares = [...new Set(seen)].sort((a, b) => b - a);
      assert.deepEqual(
        shares,
        Array.from({ length: 20 }, (_, k) => 1 - k / 20),
      );
    });

  test('annealLearningRate is the short form of one', async () => {
    const common = () => ({ ...start(), critic: critic(), ...steps });
    const short = await ppoClip({ ...common(), learningRate: 0.05, annealLearningRate: true });
    const long = await ppoClip({ ...common(), learningRate: left => 0.05 * left });
    assert.deepEqual(bytes(short), bytes(long));
    assert.deepEqual(short.history, long.history);
    await assert.rejects(ppoClip({ ...common(), learningRate: left => left, annealLearningRate: true }), {
      message: 'annealLearningRate is true, but learningRate is a schedule already.',
    });
  });

  test('the clip range narrows', async () => {
    const common = () => ({ ...start(), critic: critic(), ...steps, learningRate: 0.05 });
    const constant = await ppoClip({ ...common(), clipRange: 0.1 });
    assert.deepEqual(bytes(await ppoClip({ ...common(), clipRange: () => 0.1 })), bytes(constant));
    const wide = await ppoClip({ ...common(), clipRange: 1e9 });
    const narrowing = await ppoClip({ ...common(), clipRange: left => (left > 0.5 ? 1e9 : 1e-6) });
    assert.deepEqual(narrowing.history.slice(0, 10), wide.history.slice(0, 10));
    assert.ok(narrowing.history.slice(10).every(({ clipFraction }) => clipFraction > 0.5));
    await assert.rejects(ppoClip({ ...common(), clipRange: left => left - 1 }), {
      message: 'clipRange(1) is 0, but must be a number above 0, or Infinity for no limit.',
    });
  });

  test('a run with schedules is resumed to the same bytes, and with others not at all', async () => {
    const path = join(folder, 'schedules.json');
    const common = (options: object = {}) => ({
      ...start(),
      critic: critic(),
      ...steps,
      learningRate: (left: number) => 0.05 * left ** 2,
      criticLearningRate: (left: number) => 0.01 * (2 - left),
      clipRange: (left: number) => 0.1 + 0.2 * left,
      ...options,
    });
    const whole = await ppoClip(common());
    const stop = ({ iteration }: Row) => iteration !== 7;
    await ppoClip(common({ checkpoint: { path, every: 3 }, onIteration: stop }));
    const checkpoint = { path, resume: true };
    for (const other of [
      { learningRate: (left: number) => 0.05 * left },
      { learningRate: 0.05 },
      { clipRange: (left: number) => 0.2 + 0.1 * left },
      { totalSteps: 21 * 32 },
    ])
      await assert.rejects(ppoClip(common({ checkpoint, ...other })), {
        message: new RegExp(
          `was made with ${Object.keys(other)[0]} .*, but the run that should continue it has`,
        ),
      });
    const resumed = await ppoClip(common({ checkpoint }));
    assert.deepEqual(bytes(resumed), bytes(whole));
    assert.deepEqual(resumed.history, whole.history);
  });

  test('bad ones are refused', async () => {
    const refused = (learningRate: unknown, message: string) =>
      Promise.all(
        ['reinforce', 'vanillaPolicyGradient', 'actorCritic', 'a2cTrustRegion', 'ppoClip'].map(name =>
          assert.rejects(runs[name]({ learningRate: learningRate as Schedule }), { message }),
        ),
      );
    await refused(() => Number.NaN, 'learningRate(1) is NaN, but must be a finite number of at least 0.');
    await refused(() => 'x', 'learningRate(1) is "x", but must be a finite number of at least 0.');
    await refused(-1, 'learningRate is -1, but must be a finite number of at least 0.');
    await refused(
      'linear',
      'learningRate is "linear", but must be a number, or a function of the share of training that is left.',
    );
    const optimizer = { ascend() {} };
    await assert.rejects(reinforce({ ...start(), optimizer, learningRate: left => left }), {
      message:
        'learningRate is a function, but the optimizer is one without a learningRate that could follow it.',
    });
  });
});
