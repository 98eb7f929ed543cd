/** Checkpoints: a run that was saved, killed and resumed is, byte for byte, one that was not; what is no checkpoint is refused. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import {
  clipObjective,
  Env,
  type FloatArray,
  frozenLake,
  loadCheckpoint,
  mlp,
  mlpPolicy,
  type Policy,
  type PolicyObjective,
  type PpoResult,
  policyObjective,
  ppo,
  ppoClip,
  ppoKl,
  Rng,
  softmaxTabular,
  tableNetwork,
  tabularEnv,
} from 'pglab';
import { settings } from './checkpointRun';

const folder = mkdtempSync(join(tmpdir(), 'pglab-checkpoint-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A name of a file that is not there. */
let files = 0;
const fresh = () => join(folder, `run ${files++}.json`);

const bytes = (array: FloatArray) =>
  Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('hex');

/** Byte for byte the same policy, critic and history; NaN and -0 count as they are. */
function assertSame(actual: PpoResult<Policy>, expected: PpoResult<Policy>): void {
  assert.equal(bytes(actual.policy.parameters), bytes(expected.policy.parameters));
  assert.equal(bytes(actual.critic.parameters), bytes(expected.critic.parameters));
  assert.deepStrictEqual(actual.history, expected.history);
  const rng = new Rng(5);
  if (actual.policy.network.states !== undefined) return;
  const observations = Float32Array.from({ length: 20 }, () => rng.normal(0, 3));
  for (const network of ['policy', 'critic'] as const) {
    const [a, b] = [actual, expected].map(result =>
      bytes(
        (network === 'policy' ? result.policy.network : result.critic)
          .forward(observations, 10, 0, 2)
          .slice(),
      ),
    );
    assert.equal(a, b, network);
  }
}

const whole = ppoKl(settings());

describe('saved, killed, resumed', () => {
  const script = join(__dirname, 'checkpointRun.js');
  const runChild = (path: string, how: string, iteration: number) => {
    const child = spawnSync(process.execPath, [script, path, how, String(iteration)], { encoding: 'utf8' });
    assert.equal(child.stdout + child.stderr, '', 'it was killed before it could say anything');
    assert.ok(child.signal === 'SIGKILL' || child.status !== 0);
  };

  test('between two checkpoints', async () => {
    const path = fresh();
    runChild(path, 'after iteration', 4);
    const { algorithm, state } = loadCheckpoint(path);
    assert.equal(algorithm, 'ppoKl');
    assert.equal((state as { iteration: number }).iteration, 4);
    assertSame(await ppoKl({ ...settings(), checkpoint: { path, every: 3, resume: true } }), await whole);
    assert.deepEqual(
      readdirSync(folder).filter(name => name.endsWith('.part')),
      [],
    );
  });

  test('right after one', async () => {
    const path = fresh();
    runChild(path, 'after iteration', 5);
    assert.equal((loadCheckpoint(path).state as { iteration: number }).iteration, 6);
    assertSame(await ppoKl({ ...settings(), checkpoint: { path, resume: true } }), await whole);
  });

  test('while saving: the checkpoint before is whole, and what is left beside it disturbs nobody', async () => {
    const path = fresh();
    runChild(path, 'while saving', 3);
    assert.ok(existsSync(`${path}.part`));
    assert.equal((loadCheckpoint(path).state as { iteration: number }).iteration, 4);
    assertSame(await ppoKl({ ...settings(), checkpoint: { path, every: 2, resume: true } }), await whole);
    assert.ok(!existsSync(`${path}.part`));
  });

  test('while saving the first one: the run begins anew', async () => {
    const path = fresh();
    runChild(path, 'while saving', 1);
    assert.ok(!existsSync(path));
    assertSame(await ppoKl({ ...settings(), checkpoint: { path } }), await whole);
  });

  test('after every iteration in turn, by an error of onIteration', async () => {
    const path = fresh();
    const seen: number[] = [];
    for (let i = 0; i < 8; i++) {
      const run = ppoKl({
        ...settings(),
        checkpoint: { path, every: 1, resume: true },
        onIteration: ({ iteration }) => {
          seen.push(iteration);
          throw new Error('enough');
        },
      });
      await assert.rejects(run, /enough/);
    }
    assert.deepEqual(seen, [0, 1, 2, 3, 4, 5, 6, 7]);
    const iterations: number[] = [];
    const result = await ppoKl({
      ...settings(),
      checkpoint: { path, resume: true },
      onIteration: ({ iteration }) => void iterations.push(iteration),
    });
    assert.deepEqual(iterations, [], 'it was over');
    assertSame(result, await whole);
  });
});

test('the run above carries what it should: beta moves, rewards and observations are normalised', async () => {
  const { history } = await whole;
  assert.ok(new Set(history.map(({ beta }) => beta)).size > 1);
  const path = fresh();
  await ppoKl({ ...settings(), checkpoint: { path } });
  const { state } = loadCheckpoint(path) as { state: Record<string, unknown> };
  const last = history.at(-1)!;
  const { beta } = state;
  assert.equal(
    beta,
    last.kl >= 1.5 * 0.003 ? 2 * last.beta! : last.kl <= 0.003 / 1.5 ? last.beta! / 2 : last.beta,
    'beta as the next iteration would have used it',
  );
  assert.equal((state.observationMoments as { count: number }).count, 888);
  assert.equal((state.rewardScale as { moments: { count: number } }).moments.count, 888);
  assert.deepEqual(await ppoKl(settings()).then(({ history }) => history), history, 'saving changes nothing');
});

test('a checkpoint of a finished run may be continued for longer, float64 tables and stochastic states included', async () => {
  const run = (totalSteps: number, path?: string) =>
    ppoClip({
      env: tabularEnv(frozenLake()),
      policy: softmaxTabular({ states: 16, actions: 4 }),
      critic: tableNetwork({ states: 16, outputs: 1 }),
      totalSteps,
      stepsPerIteration: 20,
      learningRate: 0.01,
      checkpoint: path === undefined ? undefined : { path, resume: true },
    });
  const path = fresh();
  await run(480, path);
  const continued = await run(1120, path);
  assert.equal(continued.history.length, 7);
  assertSame(continued, await run(1120));
  assert.equal((await run(160, path)).history.length, 7, 'a shorter one is over');
});

test("the objective's own state survives", async () => {
  /** A clip range that narrows from iteration to iteration. */
  const narrowing = () => {
    const state = { count: 0, divergences: new Float64Array(2) };
    const objective: PolicyObjective & { state: typeof state } = {
      ...policyObjective((steps, dY) =>
        clipObjective({ clipRange: 1 / (1 + objective.state.count) }).add(steps, dY),
      ),
      state,
    };
    return objective;
  };
  const run = (totalSteps: number, path?: string) => {
    const objective = narrowing();
    const { beta, klTarget, annealLearningRate, ...rest } = settings();
    return ppo({
      ...rest,
      totalSteps,
      learningRate: 0.02,
      objective,
      adapt: kl => {
        objective.state.count++;
        objective.state.divergences[0] += kl;
      },
      settings: { clipRange: 'narrowing' },
      name: 'narrow',
      checkpoint: path === undefined ? undefined : { path, resume: true },
    }).then(result => ({ result, state: objective.state }));
  };
  const path = fresh();
  await run(444, path);
  const continued = await run(888, path);
  const straight = await run(888);
  assertSame(continued.result, straight.result);
  assert.deepStrictEqual(continued.state, straight.state);
  assert.equal(loadCheckpoint(path).algorithm, 'narrow');
});

describe('refused', () => {
  const small = () => ({ ...settings(), totalSteps: 111 });
  const resume = (path: string) => ppoKl({ ...small(), checkpoint: { path, resume: true } });

  test('a file that is there, without resume: true; it is not touched', async () => {
    const path = fresh();
    writeFileSync(path, 'my thesis');
    await assert.rejects(ppoKl({ ...small(), checkpoint: { path } }), {
      name: 'RangeError',
      message: `checkpoint.path is ${path}, which exists: continue it with resume: true, or choose another name.`,
    });
    assert.equal(readFileSync(path, 'utf8'), 'my thesis');
  });

  test('a file that appeared meanwhile', async () => {
    const path = fresh();
    const run = ppoKl({
      ...settings(),
      checkpoint: { path, every: 4 },
      onIteration: ({ iteration }) => {
        if (iteration === 1) writeFileSync(path, 'my thesis');
      },
    });
    await assert.rejects(run, /which exists: continue it/);
    assert.equal(readFileSync(path, 'utf8'), 'my thesis');
  });

  test('a foreign file', async () => {
    const noCheckpoint = (path: string) => ({
      name: 'RangeError',
      message: `${path} is no checkpoint of pglab: its first line does not say so.`,
    });
    for (const text of [
      '',
      'my thesis',
      '\n\n',
      '{}\n{}\n',
      'null\n',
      '{"format":"other","version":1}\n1',
      '\0\xff\n',
    ])
      for (const use of [resume, async (path: string) => loadCheckpoint(path)]) {
        const path = fresh();
        writeFileSync(path, text, 'latin1');
        await assert.rejects(use(path), noCheckpoint(path), text);
        assert.equal(readFileSync(path, 'latin1'), text);
      }
    const path = fresh();
    mkdirSync(path);
    await assert.rejects(resume(path), { message: `${path} is a folder, but must be a file.` });
  });

  test('a truncated or changed file, wherever', async () => {
    const path = fresh();
    await ppoKl({ ...small(), checkpoint: { path } });
    const good = readFileSync(path);
    const headerEnd = good.indexOf('\n');
    for (const length of [1, headerEnd - 1, headerEnd, headerEnd + 1, 2 * headerEnd, good.length - 2]) {
      writeFileSync(path, good);
      truncateSync(path, length);
      await assert.rejects(resume(path), (error: Error) => {
        assert.equal(error.name, 'RangeError');
        assert.equal(
          error.message,
          length <= headerEnd
            ? `${path} is no checkpoint of pglab: its first line does not say so.`
            : `${path} is damaged or was cut short: its contents are not those that were written.`,
        );
        return true;
      });
    }
    for (const at of [headerEnd + 20, good.length >> 1, good.length - 5]) {
      const bad = Buffer.from(good);
      bad[at] ^= 1;
      writeFileSync(path, bad);
      await assert.rejects(resume(path), /is damaged or was cut short/);
    }
    writeFileSync(path, good.toString().replace('"version":1', '"version":2'));
    await assert.rejects(resume(path), {
      message: `${path} is a checkpoint of version 2, but this pglab reads version 1.`,
    });
    writeFileSync(path, good);
    assert.equal((await resume(path)).history.length, 1);
  });

  test('one of another algorithm', async () => {
    const path = fresh();
    await ppoKl({ ...small(), checkpoint: { path } });
    const { beta, klTarget, ...clip } = small();
    await assert.rejects(ppoClip({ ...clip, checkpoint: { path, resume: true } }), {
      message: `checkpoint ${path} is one of ppoKl, but ppoClip was asked to continue it.`,
    });
  });

  test('one of other settings', async () => {
    const path = fresh();
    await ppoKl({ ...small(), checkpoint: { path } });
    const { env } = small();
    const cases: [Partial<ReturnType<typeof small>> & Record<string, unknown>, string, string, string][] = [
      [{ learningRate: 1e-3 }, 'learningRate', '0.003', '0.001'],
      [{ seed: 4 }, 'seed', '3', '4'],
      [{ stopAtKl: 0.1 }, 'stopAtKl', 'Infinity', '0.1'],
      [{ entropyCoef: undefined }, 'entropyCoef', '0.01', 'undefined'],
      [{ normalizeRewards: false }, 'normalizeRewards', 'true', 'false'],
      [{ klTarget: 0.01 }, 'klTarget', '0.003', '0.01'],
      [{ beta: 2 }, 'beta', '0.5', '2'],
      [{ adaptive: false }, 'adaptive', 'true', 'false'],
      [{ totalSteps: 500 }, 'totalSteps', '111', '500'],
      [{ maxSteps: 5 }, 'maxSteps', '9', '5'],
      [{ policy: mlpPolicy({ env, hidden: [9], seed: 1 }) }, 'policyParameters', '76', '38'],
    ];
    for (const [change, key, theirs, ours] of cases)
      await assert.rejects(ppoKl({ ...small(), ...change, checkpoint: { path, resume: true } }), {
        name: 'RangeError',
        message: `checkpoint ${path} was made with ${key} ${theirs}, but the run that should continue it has ${ours}.`,
      });
    const same = { learningRate: 3e-3, maxSteps: 9, stopAtKl: Infinity, gamma: undefined };
    assert.equal(
      (await ppoKl({ ...small(), ...same, checkpoint: { path, resume: true } })).history.length,
      1,
    );
  });

  test('one whose parameters mean something else', async () => {
    const path = fresh();
    await ppoKl({ ...small(), checkpoint: { path } });
    const { env } = small();
    const other = mlpPolicy({ env, hidden: [8, 5], seed: 1, activation: 'relu' });
    await assert.rejects(ppoKl({ ...small(), policy: other, checkpoint: { path, resume: true } }), {
      message:
        'the parameters of the checkpoint mean something else to this policy and critic than to those that were saved: layers, activations and features must be the same.',
    });
    const critic = mlp({ inputs: 2, hidden: [7], outputs: 1, seed: 2 });
    await assert.rejects(
      ppoKl({ ...small(), critic, checkpoint: { path, resume: true } }),
      /mean something else/,
    );
  });

  test('bad options', async () => {
    for (const [checkpoint, message] of [
      [{}, 'checkpoint.path is undefined, but must be the name of a file.'],
      [{ path: '' }, 'checkpoint.path is "", but must be the name of a file.'],
      [{ path: fresh(), every: 0 }, 'checkpoint.every is 0, but must be a whole number of at least 1.'],
      [{ path: fresh(), every: 1.5 }, 'checkpoint.every is 1.5, but must be a whole number of at least 1.'],
    ] as const)
      await assert.rejects(ppoKl({ ...small(), checkpoint: checkpoint as never }), { message });
  });

  test('a file that is not there, to be read', () => {
    assert.throws(() => loadCheckpoint(join(folder, 'nowhere')), /ENOENT/);
  });
});

test('folders are made; a run that failed to save leaves nothing beside', async () => {
  const path = join(folder, 'new', 'folders', 'run.json');
  await ppoKl({ ...settings(), totalSteps: 111, checkpoint: { path } });
  assert.deepEqual(readdirSync(join(folder, 'new', 'folders')), ['run.json']);
  // Where the folder should be, there is a file.
  const blocked = join(path, 'run.json');
  await assert.rejects(ppoKl({ ...settings(), totalSteps: 111, checkpoint: { path: blocked } }));
  assert.deepEqual(readdirSync(join(folder, 'new', 'folders')), ['run.json']);
});

test('a run that breaks down can be resumed from its last checkpoint', async () => {
  const path = fresh();
  let calls = 0;
  const broken = () => {
    const { env, ...rest } = settings();
    const model = env.model;
    return {
      ...rest,
      env: new Env({
        ...model,
        transition(...[state, offset, action, actionOffset, rng, outcome]) {
          model.transition(state, offset, action, actionOffset, rng, outcome);
          if (++calls === 600) outcome.reward = Number.NaN;
        },
      }),
    };
  };
  await assert.rejects(ppoKl({ ...broken(), checkpoint: { path, every: 2 } }), {
    name: 'TrainingError',
    iteration: 5,
  });
  assertSame(await ppoKl({ ...settings(), checkpoint: { path, resume: true } }), await whole);
});
