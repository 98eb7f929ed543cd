/** Values that travel between threads, and trainings on several threads against the same ones, one after the other. */

import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import * as pglab from 'pglab';
import {
  acrobot,
  actorCritic,
  adam,
  type Baseline,
  bandit,
  cartPole,
  clipObjective,
  collectEpisodes,
  constantBaseline,
  type DiscretePolicy,
  Env,
  entropyBonus,
  evaluate,
  fromModule,
  frozenLake,
  gaussianLinear,
  InterruptedError,
  klPenaltyObjective,
  linearBaseline,
  linearNetwork,
  mlp,
  mlpPolicy,
  mountainCar,
  mountainCarContinuous,
  networkBaseline,
  noBaseline,
  type Optimizer,
  optimalBaseline,
  ParcelError,
  type Policy,
  pendulum,
  policyGradientObjective,
  ppo,
  ppoClip,
  ppoKl,
  Rng,
  reinforce,
  rewardToGo,
  rmsProp,
  rollout,
  SeedsError,
  sgd,
  softmaxLinear,
  softmaxTabular,
  stateBaseline,
  sumOfObjectives,
  surrogateObjective,
  type TrainingAlgorithm,
  TrainingError,
  tableBaseline,
  tableNetwork,
  tabularEnv,
  tfMlp,
  timeBaseline,
  trainSeeds,
  uniformPolicy,
  vanillaPolicyGradient,
} from 'pglab';
import { pack, unpack } from '../dist/parallel/parcel';
import { seal, unseal } from '../dist/sealed';

/** There and back, as between two threads. */
const travel = <T>(value: T): T => (unpack(structuredClone(pack({ value }))) as { value: T }).value;

const folder = mkdtempSync(join(tmpdir(), 'pglab-parallel-'));
after(() => rmSync(folder, { recursive: true }));
const moduleFile = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const PGLAB = JSON.stringify(require.resolve('pglab'));

const quiet = { progress: false } as const;
const pole = cartPole();
const lake = frozenLake();

test('data travel as they are, and an object that occurs twice is one again', () => {
  const shared = { a: 1 };
  const value = {
    numbers: [1, -0, Number.NaN, Infinity],
    text: 'x',
    nothing: undefined,
    none: null,
    typed: Float64Array.of(1, Number.NaN, -0),
    first: shared,
    list: [shared],
    mdp: lake,
  };
  const back = travel(value);
  assert.deepEqual(back, value);
  assert.notEqual(back.first, shared);
  assert.equal(back.first, back.list[0]);
  assert.equal(travel(ppoClip), ppoClip);
});

test('a part of an array travels alone, without the memory behind it', () => {
  const part = new Float32Array(1_000_000).fill(2).subarray(5, 8);
  assert.equal((pack({ part }) as { part: Float32Array }).part.buffer.byteLength, 12);
  const common = new Float64Array(new SharedArrayBuffer(16));
  const back = travel(common);
  common[0] = 1;
  assert.deepEqual(back, new Float64Array(2));
});

const envs: Record<string, () => Env> = {
  cartPole: () => cartPole({ maxSteps: 30, suttonBartoReward: true }),
  acrobot: () => acrobot({ maxSteps: 40, dynamics: 'nips' }),
  mountainCar: () => mountainCar({ maxSteps: 50 }),
  mountainCarContinuous: () => mountainCarContinuous({ maxSteps: 50, goalVelocity: 0.01 }),
  pendulum: () => pendulum({ maxSteps: 30, gravity: 9.8 }),
  bandit: () =>
    bandit({
      means: [
        [0.1, 0.9],
        [0.5, 0.2],
      ],
      standardDeviation: 'bernoulli',
    }),
  tabularEnv: () => tabularEnv(lake, { maxSteps: 20 }),
  hopper: () => pglab.hopper({ version: 'v4', maxSteps: 20, geomMargin: 0.002 }),
  walker2d: () => pglab.walker2d({ maxSteps: 20 }),
  invertedPendulum: () => pglab.invertedPendulum(),
};

for (const [name, make] of Object.entries(envs))
  test(`an environment travels: ${name}`, () => {
    const env = make();
    const back = travel(env);
    assert.ok(back instanceof Env);
    const act = (_: Float32Array, rng: Rng) =>
      env.actionSpace.kind === 'discrete'
        ? rng.integer(0, env.actionSpace.n)
        : env.actionSpace.low.map(() => rng.uniform(-1, 1));
    assert.deepEqual(rollout(back, act, { rng: new Rng(3) }), rollout(env, act, { rng: new Rng(3) }));
  });

const policies: Record<string, () => Policy> = {
  mlp: () => mlpPolicy({ env: pole, hidden: [8], seed: 1 }),
  relu: () => mlpPolicy({ env: pole, hidden: [5, 7], activation: 'relu', seed: 1 }),
  gaussian: () => mlpPolicy({ env: pendulum(), hidden: [8], std: 0.3, seed: 1 }),
  softmaxLinear: () => softmaxLinear({ features: 4, actions: 2, featureScale: [1, 2, 3, 4] }),
  softmaxTabular: () => softmaxTabular({ states: 16, actions: 4 }),
  gaussianLinear: () => gaussianLinear({ features: 3, actionSize: 1, std: 0.7 }),
  uniform: () => uniformPolicy(2),
};

for (const [name, make] of Object.entries(policies))
  test(`a policy travels with its parameters: ${name}`, () => {
    const policy = make();
    const rng = new Rng(7);
    policy.parameters.forEach((_, k) => {
      policy.parameters[k] += 0.3 * rng.normal();
    });
    const back = travel(policy);
    assert.equal(back.constructor, policy.constructor);
    assert.deepEqual(back.parameters, policy.parameters);
    const observations = [0, 2, 3, 1].slice(0, policy.network.inputSize ?? 4);
    assert.deepEqual(back.network.forward(observations), policy.network.forward(observations));
    assert.deepEqual(back.clone().parameters, policy.parameters);
  });

test('networks, optimizers and streams go on where they were', () => {
  const steps = (network: pglab.Network, optimizer: Optimizer, rng: Rng, n: number) => {
    for (let k = 0; k < n; k++) {
      network.forward(Array.from({ length: 4 }, () => rng.normal()));
      network.backward([rng.normal()]);
      network.applyGradient(optimizer);
    }
    return [...network.parameters, rng.normal()];
  };
  for (const optimizer of [
    () => adam({ learningRate: 0.1, beta1: 0.8 }),
    () => rmsProp({ learningRate: 0.1, decay: 0.8 }),
    () => sgd({ learningRate: 0.1 }),
  ])
    for (const make of [
      () => mlp({ inputs: 4, hidden: [6], outputs: 1, seed: 2 }),
      () => linearNetwork({ features: 4, outputs: 1 }),
    ]) {
      const all = { network: make(), optimizer: optimizer(), rng: new Rng(1) };
      steps(all.network, all.optimizer, all.rng, 5);
      const back = travel(all);
      assert.deepEqual(
        steps(back.network, back.optimizer, back.rng, 5),
        steps(all.network, all.optimizer, all.rng, 5),
      );
    }
  const table = tableNetwork({ states: 3, outputs: 2, parameters: [1, 2, 3, 4, 5, 6] });
  assert.deepEqual(travel(table).forward([2]), table.forward([2]));
});

const walker = softmaxTabular({ states: 16, actions: 4 });
const baselines: Record<string, () => Baseline> = {
  noBaseline,
  constant: () => constantBaseline(),
  'constant, given': () => constantBaseline(3),
  timeBaseline,
  stateBaseline: () => stateBaseline({ states: 16, timeDependent: true }),
  optimalBaseline: () => optimalBaseline({ states: 16, policy: walker }),
  tableBaseline: () => tableBaseline({ states: 16, table: new Float64Array(16).map((_, s) => s) }),
  linearBaseline: () => linearBaseline({ features: 1 }),
  networkBaseline: () =>
    networkBaseline({ network: tableNetwork({ states: 16, outputs: 1 }), epochs: 2, seed: 5 }),
};

for (const [name, make] of Object.entries(baselines))
  test(`a baseline travels with what it was fitted to, and goes on alike: ${name}`, () => {
    const batches = [1, 2].map(seed =>
      collectEpisodes(tabularEnv(lake), walker as DiscretePolicy, { episodes: 20, rng: new Rng(seed) }),
    );
    const fit = (baseline: Baseline, batch = batches[0]) =>
      baseline.fit(
        batch,
        rewardToGo(batch.rewards, 0.9, batch.episodeStarts).map((G, t) => G + batch.observations[t]),
      );
    const baseline = make();
    fit(baseline);
    const back = travel(baseline);
    // The state alone, by way of a file, is enough for one that is made alike.
    const kind = { kind: 'state', version: 1 };
    const kept = make();
    kept.state = (unseal(kind, 'it', seal(kind, {}, { state: baseline.state })).body as Baseline).state;
    for (const batch of batches) {
      for (const one of [back, kept]) {
        assert.deepEqual(one.predict(batches[1]), baseline.predict(batches[1]));
        assert.deepEqual(one.predictFinal(batches[1]), baseline.predictFinal(batches[1]));
      }
      for (const one of [back, kept, baseline]) fit(one, batch);
    }
  });

const objectives = {
  clip: () => clipObjective({ clipRange: 0.1 }),
  surrogate: () => surrogateObjective(),
  policyGradient: () => policyGradientObjective(),
  klPenalty: () => Object.assign(klPenaltyObjective({ beta: 1 }), { beta: 3 }),
  sum: () => sumOfObjectives(clipObjective(), entropyBonus({ coefficient: 0.02 })),
};

for (const [name, make] of Object.entries(objectives))
  test(`an objective travels: ${name}`, () => {
    const minibatch = {
      actions: [0, 1, 1],
      advantages: [1, -1, 2],
      oldLogProbs: [-0.7, -0.5, -1],
      oldParameters: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
    };
    const y = Float64Array.of(0.3, -0.4, 0.9, 0.1, -0.6, 0.8);
    const [here, there] = [make(), travel(make())].map(objective => {
      const dY = new Float64Array(6);
      const { value } = objective.evaluate(y, minibatch, pglab.categoricalHead(2), dY);
      return [value, ...dY];
    });
    assert.deepEqual(there, here);
  });

test('errors travel with their class, their words and what they carry', () => {
  const error = new TrainingError('ppoClip', 4, 'a reward', Number.NaN, { cause: new RangeError('why') });
  error.result = { history: [1, 2] };
  const back = travel(error);
  assert.ok(back instanceof TrainingError && back instanceof RangeError);
  assert.equal(back.message, error.message);
  assert.equal(back.name, 'TrainingError');
  assert.equal(back.stack, error.stack);
  assert.deepEqual([back.iteration, back.quantity, back.result], [4, 'a reward', { history: [1, 2] }]);
  assert.ok(back.cause instanceof RangeError && back.cause.message === 'why');
  class Mine extends Error {}
  assert.equal(travel(new Mine('odd')).message, 'odd');
});

test('what cannot travel is refused in one sentence that says where', () => {
  const { model } = pole;
  const remedy =
    ', which cannot be sent to another thread: make it by a function of pglab or of a module that fromModule(path) loads, or set workers: 1.';
  const cases: [unknown, string][] = [
    [{ a: [1, () => 1] }, 'settings.a[1] is a function of your own'],
    [new Env({ ...model }), 'settings is an object of class Env'],
    [{ critic: { fit() {}, predict() {} } }, 'settings.critic.fit is a function of your own'],
    [
      {
        policy: pglab.categoricalPolicy(
          tfMlp(
            { inputs: 4, hidden: [], outputs: 2, freeOutputs: 0, activation: 'tanh' },
            new Float32Array(10),
          ),
        ),
      },
      'settings.policy is an object of class TfNetwork',
    ],
    [
      linearNetwork({ features: 1, outputs: 1, featureMap: (o, i, out) => out.set([o[i] as number]) }),
      'settings.featureMap is a function of your own',
    ],
    [
      new (class Sub extends pglab.CategoricalPolicy {})(linearNetwork({ features: 4, outputs: 2 })),
      'settings is an object of class Sub',
    ],
    [Symbol('x'), 'settings is a symbol'],
  ];
  for (const [settings, sentence] of cases)
    assert.throws(() => pack({ settings }), { name: 'ParcelError', message: sentence + remedy });
});

const lines = (env: Env, seed: number) => ({
  policy: mlpPolicy({ env, hidden: [16], seed }),
  critic: mlp({ inputs: pglab.sizeOf(env.observationSpace), hidden: [16], outputs: 1, seed: seed + 50 }),
  copies: 4,
  stepsPerIteration: 32,
  epochs: 2,
  totalSteps: 512,
});
const critics = (env: Env, seed: number) => {
  const { policy, critic } = lines(env, seed);
  return { policy, critic };
};

interface Trained {
  policy: Policy;
  history: unknown[];
  critic?: unknown;
  baseline?: unknown;
}

/** Every algorithm of the library, with settings of a seed. */
const algorithms: Record<
  string,
  { algorithm: TrainingAlgorithm; env: Env; settings: (seed: number) => object }
> = {
  reinforce: {
    algorithm: reinforce,
    env: tabularEnv(lake),
    settings: () => ({
      policy: softmaxTabular({ states: 16, actions: 4 }),
      iterations: 6,
      episodesPerIteration: 3,
    }),
  },
  vanillaPolicyGradient: {
    algorithm: vanillaPolicyGradient,
    env: pole,
    settings: seed => ({
      policy: softmaxLinear({ features: 4, actions: 2 }),
      baseline: networkBaseline({
        network: mlp({ inputs: 4, hidden: [8], outputs: 1, seed }),
        epochs: 2,
        seed,
      }),
      iterations: 4,
    }),
  },
  actorCritic: {
    algorithm: actorCritic,
    env: pole,
    settings: seed => ({
      policy: mlpPolicy({ env: pole, hidden: [8], seed }),
      critic: networkBaseline({ network: mlp({ inputs: 4, hidden: [8], outputs: 1, seed }) }),
      totalSteps: 512,
    }),
  },
  ppo: {
    algorithm: ppo,
    env: pole,
    settings: seed => ({ ...lines(pole, seed), objective: klPenaltyObjective({ beta: 0.5 }) }),
  },
  ppoClip: {
    algorithm: ppoClip,
    env: pendulum(),
    settings: seed => ({ ...lines(pendulum(), seed), normalizeObservations: true, normalizeRewards: true }),
  },
  naturalPolicyGradient: {
    algorithm: pglab.naturalPolicyGradient,
    env: pole,
    settings: seed => ({ ...critics(pole, seed), copies: 4, stepsPerIteration: 32, totalSteps: 512 }),
  },
  trpo: {
    algorithm: pglab.trpo,
    env: pendulum(),
    settings: seed => ({ ...critics(pendulum(), seed), copies: 4, stepsPerIteration: 32, totalSteps: 512 }),
  },
  ppoKl: { algorithm: ppoKl, env: acrobot({ maxSteps: 60 }), settings: seed => lines(acrobot(), seed) },
};

for (const [name, { algorithm, env, settings }] of Object.entries(algorithms))
  test(`trainSeeds: ${name} on two threads gives the bytes of one after the other, in the order of the seeds`, async () => {
    const seeds = [5, 2, 9];
    const expected: Trained[] = [];
    for (const seed of seeds) expected.push((await algorithm({ env, seed, ...settings(seed) })) as Trained);
    for (const workers of [2, 1]) {
      const all = { algorithm, env, settings, seeds, workers, ...quiet };
      const runs = (await trainSeeds(all)) as Trained[];
      assert.equal(runs.length, 3);
      runs.forEach((run, i) => {
        const want = expected[i];
        assert.deepEqual(run.policy.parameters, want.policy.parameters);
        assert.deepEqual(run.history, want.history);
        const play = (policy: Policy) =>
          evaluate(policy, env, { episodes: 3, seed: 4, maxSteps: 50 }).returns;
        assert.deepEqual(play(run.policy), play(want.policy));
        const batch = collectEpisodes(env, want.policy, { episodes: 2, rng: new Rng(1), maxSteps: 20 });
        const ask = (critic: unknown) =>
          (critic as Baseline)?.predict?.(batch) ?? (critic as pglab.Network)?.forward(batch.observations, 2);
        if (name !== 'reinforce')
          assert.deepEqual(ask(run.critic ?? run.baseline), ask(want.critic ?? want.baseline));
      });
    }
  });

test('trainSeeds: variants, one of them another algorithm, come back by name', async () => {
  const runs = await trainSeeds({
    algorithm: ppoClip,
    env: pole,
    seeds: [1, 2],
    settings: seed => lines(pole, seed),
    variants: {
      narrow: { clipRange: 0.05 },
      kl: seed => ({ algorithm: ppoKl, beta: seed }),
    },
    workers: 2,
    ...quiet,
  });
  assert.deepEqual(Object.keys(runs), ['narrow', 'kl']);
  for (const [i, seed] of [1, 2].entries()) {
    const narrow = await ppoClip({ env: pole, seed, ...lines(pole, seed), clipRange: 0.05 });
    const kl = await ppoKl({ env: pole, seed, ...lines(pole, seed), beta: seed });
    assert.deepEqual(runs.narrow[i].history, narrow.history);
    assert.deepEqual(runs.kl[i].history, kl.history);
    assert.equal(runs.kl[i].history[0].beta, seed);
  }
});

for (const workers of [1, 2])
  test(`trainSeeds: a seed that fails says which, and leaves the others (workers: ${workers})`, async () => {
    const broken = moduleFile(
      'broken.cjs',
      `const { cartPole, Env } = require(${PGLAB});
       exports.brokenPole = () => {
         const { model } = cartPole();
         return new Env({ ...model, transition(...all) {
           model.transition(...all);
           if (all[0][all[1]] > 0.1) all[5].reward = NaN;
         } });
       };`,
    );
    const { brokenPole } = fromModule(broken);
    const seeds = [1, 2, 3, 4];
    const error: unknown = await trainSeeds({
      algorithm: ppoClip,
      seeds,
      settings: seed => ({ ...lines(pole, seed), env: seed === 3 ? brokenPole() : pole }),
      workers,
      ...quiet,
    }).then(
      () => assert.fail('it did not fail'),
      (error: unknown) => error,
    );
    assert.ok(error instanceof SeedsError, String(error));
    assert.match(
      error.message,
      /^1 of 4 trainings failed: seed 3 \(TrainingError: ppoClip stopped at iteration \d+: a reward of the environment is NaN, but must be a finite number\); error.results holds those of the others\.$/,
    );
    assert.equal(error.failures[0].seed, 3);
    const cause = error.failures[0].error as TrainingError;
    assert.ok(cause instanceof TrainingError);
    assert.equal((cause.result as { history: unknown[] }).history.length, cause.iteration);
    const results = error.results as ({ history: unknown[] } | undefined)[];
    assert.deepEqual(
      results.map(run => run?.history.length),
      [4, 4, undefined, 4],
    );
  });

test('trainSeeds: environments, features and algorithms of a module beside the caller', async () => {
  moduleFile(
    'mine.cjs',
    `const { cartPole, Env, reinforce } = require(${PGLAB});
     exports.heavyPole = ({ pay }) => {
       const { model } = cartPole({ maxSteps: 50 });
       return new Env({ ...model, transition(...all) { model.transition(...all); all[5].reward = pay; } });
     };
     exports.square = (o, offset, out) => { for (let j = 0; j < 4; j++) out[j] = o[offset + j] ** 2; };
     exports.twice = async options => ({ ...(await reinforce(options)), seed: 2 * options.seed });`,
  );
  const here = process.cwd();
  process.chdir(folder);
  const { heavyPole, square, twice } = fromModule('./mine.cjs');
  assert.equal(fromModule(pathToFileURL(join(folder, 'mine.cjs'))).twice, twice);
  const options = {
    algorithm: twice,
    env: heavyPole({ pay: 3 }),
    settings: { policy: softmaxLinear({ features: 4, actions: 2, featureMap: square }), iterations: 3 },
    seeds: [4, 1],
    ...quiet,
  };
  try {
    const [there, alone] = [
      await trainSeeds({ ...options, workers: 2 }),
      await trainSeeds({ ...options, workers: 1 }),
    ];
    assert.deepEqual(
      there.map(run => run.seed),
      [8, 2],
    );
    assert.deepEqual(
      there.map(run => run.history),
      alone.map(run => run.history),
    );
    assert.equal(there[0].history[0].meanReturn % 3, 0);
    assert.deepEqual(there[0].policy.parameters, alone[0].policy.parameters);
  } finally {
    process.chdir(here);
  }
});

test('trainSeeds: what cannot travel runs with one worker, and is refused before a training begins with two', async () => {
  const env = new Env({ ...pole.model });
  const options = {
    algorithm: ppoClip,
    env,
    seeds: [1, 2],
    settings: (seed: number) => lines(pole, seed),
    ...quiet,
  };
  assert.equal((await trainSeeds({ ...options, workers: 1 })).length, 2);
  await assert.rejects(trainSeeds({ ...options, workers: 2 }), (error: Error) => {
    assert.ok(error instanceof ParcelError);
    assert.match(error.message, /^settings.env is an object of class Env, which cannot be sent/);
    return true;
  });
  // A policy that a module makes, but whose clone nobody can make again.
  const file = moduleFile(
    'policy.cjs',
    `const { CategoricalPolicy, linearNetwork } = require(${PGLAB});
     class Mine extends CategoricalPolicy { clone() { return new Mine(this.network.clone()); } }
     exports.mine = () => new Mine(linearNetwork({ features: 4, outputs: 2 }));`,
  );
  const policy = fromModule(file).mine();
  await assert.rejects(
    trainSeeds({ ...options, env: pole, settings: seed => ({ ...lines(pole, seed), policy }), workers: 2 }),
    /seed 1 \(ParcelError: settings.policy.clone\(\) is an object of class Mine, which cannot be sent/,
  );
});

test('trainSeeds says which argument is wrong', async () => {
  const options = { algorithm: ppoClip, env: pole, seeds: [1], settings: {}, ...quiet };
  const cases: [object, RegExp][] = [
    [{ algorithm: 'ppo' }, /^algorithm is "ppo", but must be a function that trains/],
    [{ seeds: [] }, /^seeds is \[\], but must be an array of at least one seed/],
    [{ seeds: [1, 0.5] }, /^seeds\[1\] is 0.5, but must be a whole number/],
    [{ workers: 0 }, /^workers is 0, but must be a whole number of at least 1/],
    [{ settings: 3 }, /^settings is 3, but must be an object of options/],
    [{ variants: {} }, /^variants is empty/],
    [{ settings: { onIteration() {} } }, /^settings.onIteration is given, but/],
  ];
  for (const [wrong, message] of cases)
    await assert.rejects(trainSeeds({ ...options, ...wrong } as never), (error: Error) => {
      assert.match(error.message, message);
      return true;
    });
  assert.throws(() => fromModule(3 as never), /path is 3, but must be the path of a module/);
});

test('trainSeeds: an interrupt ends all threads in the midst of their work', async () => {
  const beats = join(folder, 'beats');
  const file = moduleFile(
    'endless.cjs',
    `const { appendFileSync } = require('node:fs');
     exports.endless = () => {
       for (let i = 0; ; i++) if (i % 2e7 === 0) appendFileSync(${JSON.stringify(beats)}, '.');
     };`,
  );
  const heartbeats = () => {
    try {
      return readFileSync(beats).length;
    } catch {
      return 0;
    }
  };
  const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));
  const storage = new AsyncLocalStorage<AbortSignal>();
  const place = globalThis as Record<symbol, unknown>;
  const KEY = Symbol.for('pglab.interrupt');
  place[KEY] = storage;
  try {
    const cell = new AbortController();
    const { endless } = fromModule(file);
    const training = storage.run(cell.signal, () =>
      trainSeeds({ algorithm: endless, seeds: [1, 2, 3], workers: 2, ...quiet }),
    );
    while (heartbeats() < 2) await pause(20);
    cell.abort();
    await assert.rejects(training, InterruptedError);
    let before = -1;
    for (let quietFor = 0; quietFor < 5; quietFor = heartbeats() === before ? quietFor + 1 : 0) {
      before = heartbeats();
      await pause(200); // each thread beats several times in it, if it lives
    }
    // And the threads that come after work as ever.
    const again = { algorithm: ppoClip, env: pole, settings: (seed: number) => lines(pole, seed), ...quiet };
    assert.equal((await trainSeeds({ ...again, seeds: [1, 2], workers: 2 })).length, 2);
    const stop = new AbortController();
    const alone = trainSeeds({
      algorithm: endless,
      seeds: [1, 2],
      workers: 2,
      signal: stop.signal,
      ...quiet,
    });
    setTimeout(() => stop.abort(), 300);
    await assert.rejects(alone, InterruptedError);
    const here = new AbortController();
    const settings = { ...lines(pole, 1), totalSteps: 1e9 };
    const one = trainSeeds({ ...again, settings, seeds: [1], workers: 1, signal: here.signal });
    setTimeout(() => here.abort(), 100);
    await assert.rejects(one, InterruptedError);
  } finally {
    delete place[KEY];
  }
});

test('trainSeeds: a script shows one line and ends by itself; threads of 40 seeds leave no memory behind', () => {
  const script = `
    const { cartPole, mlp, mlpPolicy, ppoClip, trainSeeds } = require(${PGLAB});
    const env = cartPole();
    const settings = seed => ({ policy: mlpPolicy({ env, seed }), critic: mlp({ inputs: 4, outputs: 1, seed }),
      totalSteps: 256, copies: 2, epochs: 1, stepsPerIteration: 128 });
    const train = n => trainSeeds({ algorithm: ppoClip, env, settings, workers: 2, label: 'many',
      seeds: Array.from({ length: n }, (_, i) => i), progress: n === 2 ? undefined : false });
    (async () => {
      await train(2);
      for (let k = 0; k < 4; k++) await train(40); // until all is compiled
      const before = process.memoryUsage.rss();
      for (let k = 0; k < 8; k++) await train(40);
      console.log(Math.round((process.memoryUsage.rss() - before) / 2 ** 20));
    })();`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  assert.equal(stderr, '');
  const [line, growth] = stdout.trim().split('\n');
  assert.equal(line, 'many: 2 of 2 done');
  assert.ok(Number(growth) < 40, `320 trainings added ${growth} MiB`);
});
