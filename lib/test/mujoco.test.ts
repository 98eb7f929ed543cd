/** The MuJoCo tasks: published numbers of models, rules and returns; states that are given, kept and continued. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import {
  collectSteps,
  type Env,
  evaluate,
  halfCheetah,
  hopper,
  invertedDoublePendulum,
  invertedPendulum,
  type MujocoVersion,
  mlp,
  mlpPolicy,
  ppoClip,
  Rng,
  reacher,
  sizeOf,
  swimmer,
  vectorEnv,
  walker2d,
} from 'pglab';

const folder = mkdtempSync(join(tmpdir(), 'pglab-mujoco-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** q after 20 steps from the models' own position at rest under the motors 0.8 sin(0.1 t + j), MuJoCo 3.14.0. */
const WAVES: [make: () => Env, q0: number[], q: number[]][] = [
  [hopper, [0, 1.25, 0, 0, 0, 0], [0.067113, 1.257701, 0.08466, 0.002753, 0.001562, 0.517225]],
  [
    walker2d,
    [0, 1.25, 0, 0, 0, 0, 0, 0, 0],
    [-0.19682, 1.127539, -0.854197, -0.674897, 0.005035, 0.08344, -0.079869, -1.405871, 0.176616],
  ],
  [
    halfCheetah,
    new Array(9).fill(0),
    [-0.063299, -0.325631, 0.100479, 0.483057, 0.211022, -0.222667, -0.69311, -0.367332, 0.028525],
  ],
  [swimmer, new Array(5).fill(0), [0.041426, 0.646015, -0.924801, 0.729922, 1.672413]],
  [reacher, [0, 0, 0.1, -0.1], [5.897595, 3.001608, 0.1, -0.1]],
  [invertedPendulum, [0, 0], [0.926378, -1.599135]],
  [invertedDoublePendulum, [0, 0, 0], [0.990953, -5.079832, -0.391628]],
];

test('a known trajectory of each model, to six digits', () => {
  for (const [make, q0, q] of WAVES) {
    const { model } = make();
    const size = sizeOf(model.actionSpace);
    const state = new Float64Array(model.stateNames.length);
    state.set(q0);
    model.shortState?.complete(state, 0);
    const outcome = { reward: 0, terminated: false };
    // The rules alone: the poles fall on the way, which would end an episode.
    for (let t = 0; t < 20; t++) {
      const motors = Float64Array.from({ length: size }, (_, j) => 0.8 * Math.sin(0.1 * t + j));
      model.transition(state, 0, motors, 0, new Rng(0), outcome);
    }
    for (const [i, x] of q.entries())
      assert.ok(Math.abs(state[i] - x) < 0.6e-6, `${model.id}, q[${i}]: ${state[i]}, not ${x}`);
  }
});

test("names, sizes, limits and thresholds are Gymnasium's", () => {
  const facts = ([hopper, walker2d, halfCheetah, swimmer, reacher, invertedPendulum] as const)
    .concat([invertedDoublePendulum])
    .map(make => {
      const [v5, v4] = [make(), make({ version: 'v4' })];
      const { id, observationSpace, actionSpace, maxSteps, model } = v5;
      const high = actionSpace.kind === 'box' ? actionSpace.high[0] : 0;
      const observations = [v5, v4].map(env => sizeOf(env.observationSpace));
      assert.equal(v4.id, id.replace('v5', 'v4'));
      assert.equal(observationSpace.kind, 'box');
      return [id, ...observations, sizeOf(actionSpace), high, maxSteps, model.solvedReturn];
    });
  assert.deepEqual(facts, [
    ['Hopper-v5', 11, 11, 3, 1, 1000, 3800],
    ['Walker2d-v5', 17, 17, 6, 1, 1000, undefined],
    ['HalfCheetah-v5', 17, 17, 6, 1, 1000, 4800],
    ['Swimmer-v5', 8, 8, 2, 1, 1000, 360],
    ['Reacher-v5', 10, 11, 2, 1, 50, -3.75],
    ['InvertedPendulum-v5', 4, 4, 1, 3, 1000, 950],
    ['InvertedDoublePendulum-v5', 9, 11, 1, 1, 1000, 9100],
  ]);
});

/**
 * Mean return (standard deviation over episodes) of doing nothing and of uniformly random actions under the v5 rules, from
 * Gymnasium's rules run elsewhere over 12 to 300 episodes.
 */
const TRIVIAL: [make: () => Env, nothing: [number, number], random: [number, number]][] = [
  [halfCheetah, [-0.5, 0.3], [-273, 76]],
  [hopper, [144, 37], [17.3, 17.9]],
  [walker2d, [95.3, 9.4], [1.4, 5.9]],
  [swimmer, [2.6, 21], [3.1, 14]],
  [reacher, [-11.8, 4.7], [-43.1, 3.9]],
  [invertedPendulum, [23.6, 4.6], [4.8, 3]],
  [invertedDoublePendulum, [87.2, 17.9], [49.6, 18.3]],
];

describe('mean returns of trivial policies', () => {
  for (const [make, nothing, random] of TRIVIAL) {
    const env = make();
    test(env.id, () => {
      const space = env.actionSpace;
      if (space.kind !== 'box') return assert.fail();
      // Those that never terminate take 1000 steps an episode.
      const episodes = /Cheetah|Swimmer/.test(env.id) ? 6 : 60;
      const zero = new Float64Array(space.low.length);
      const results = [
        [evaluate(() => zero, env, { episodes, seed: 1 }), nothing],
        [
          evaluate((_, rng) => space.low.map((low, i) => rng.uniform(low, space.high[i])), env, {
            episodes,
            seed: 2,
          }),
          random,
        ],
      ] as const;
      for (const [{ mean }, [expected, deviation]] of results) {
        // Four standard errors of the difference; theirs is of 12 episodes at least.
        const allowed = 4 * deviation * Math.sqrt(1 / episodes + 1 / 12);
        assert.ok(Math.abs(mean - expected) < allowed, `${mean}, not ${expected} +- ${allowed}`);
      }
    });
  }
});

describe('rules', () => {
  const step = (env: Env, state: number[], action: number[]) => {
    env.reset(new Rng(0), { state });
    return env.step(action);
  };

  test('the motors clamp an action, the reward charges for all of it', () => {
    for (const [make, state, weight] of [
      [hopper, [0, 1.25, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0.001],
      [halfCheetah, new Array(18).fill(0), 0.1],
      [swimmer, new Array(10).fill(0), 1e-4],
      [reacher, [0.1, 0.2, 0.1, 0, 0, 0, 0, 0], 1],
    ] as const) {
      const [a, b] = [make(), make()];
      const size = sizeOf(a.actionSpace);
      const plain = step(a, [...state], new Array(size).fill(1));
      const beyond = step(b, [...state], new Array(size).fill(2));
      assert.deepEqual(a.state, b.state);
      const charged = plain.reward - beyond.reward;
      assert.ok(Math.abs(charged - weight * size * 3) < 1e-12, `${a.id}: ${charged}`);
    }
  });

  test('what the step that ends an episode pays: v5 nothing for health, v4 as before', () => {
    const fallen: [(options: { version: MujocoVersion }) => Env, number[], number][] = [
      [hopper, [0, 0.68, 0, -1.5, -2.5, 0.5, 0, 0, 0, 0, 0, 0], 1],
      [hopper, [0, 1.25, 0.25, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1],
      [walker2d, [0, 1.25, -1.05, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1],
      [walker2d, [0, 2.1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1],
      [invertedPendulum, [0, 0.3, 0, 0], 1],
      [invertedDoublePendulum, [0, 1, 0, 0, 0, 0], 10],
    ];
    for (const [make, state, alive] of fallen) {
      const [v5, v4] = (['v5', 'v4'] as const).map(version => {
        const env = make({ version });
        return step(env, state, new Array(sizeOf(env.actionSpace)).fill(0));
      });
      assert.deepEqual([v5.terminated, v4.terminated], [true, true]);
      assert.ok(Math.abs(v4.reward - v5.reward - alive) < 1e-6, `${v4.reward} - ${v5.reward}`);
    }
    const upright = step(invertedPendulum(), [0, 0.1, 0, 0], [0]);
    assert.deepEqual([upright.reward, upright.terminated], [1, false]);
  });

  test('Hopper ends also where a number leaves -100 .. 100, and shows speeds up to 10', () => {
    const env = hopper();
    const state = [0, 1.25, 0, 0, 0, 0, 0, 0, 0, 0, 0, 60];
    const { observation, terminated } = step(env, state, [0, 0, 1]);
    assert.equal(terminated, false);
    assert.equal(observation[10], 10);
    assert.ok(env.state[11] > 10);
    assert.equal(step(env, [0, 1.25, 0, 0, 0, 0, 0, 0, 0, 0, 0, 200], [0, 0, 1]).terminated, true);
  });

  test('Reacher pays for where the fingertip is (v5) or was (v4), and its target lies in the disc', () => {
    const state = [0, 0, 0.1, 0.05, 0, 0, 0, 0];
    const before = Math.hypot(0.21 - 0.1, 0.05);
    assert.ok(Math.abs(step(reacher({ version: 'v4' }), state, [0, 0]).reward + before) < 1e-12);
    const env = reacher();
    const { reward, observation } = step(env, state, [0.5, 0.5]);
    const after = Math.hypot(observation[8], observation[9]);
    assert.ok(Math.abs(reward + after + 0.5) < 1e-6);
    assert.ok(Math.abs(after - before) > 1e-4);
    const rng = new Rng(1);
    for (let i = 0; i < 200; i++) {
      env.reset(rng);
      assert.ok(Math.hypot(env.state[2], env.state[3]) < 0.2);
    }
  });

  test('the double pendulum shows the force that stops its cart', () => {
    const env = invertedDoublePendulum();
    const seen = [0.9, 0.995].map(x => env.reset(new Rng(0), { state: [x, 0, 0, 3, 0, 0] })[8]);
    assert.equal(seen[0], 0);
    assert.equal(seen[1], -10, 'clipped');
    env.reset(new Rng(0), { state: [0.9, 0, 0, 3, 0, 0] });
    const pushes = Array.from({ length: 3 }, () => env.step([0.2]).observation[8]);
    assert.ok(pushes.some(force => force < 0));
  });

  test('a contact begins at 1 mm between geoms of half a millimetre, at 2 mm between those of one', () => {
    // The foot's lowest point is z - 1.21 over the floor; in a step at rest it falls by 0.3 mm.
    const touches = (geomMargin: number, gap: number) => {
      const env = hopper({ geomMargin });
      env.reset(new Rng(0), { state: [0, 1.21 + gap, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] });
      env.step([0, 0, 0]);
      return env.state[13] > -9.8; // the body's acceleration
    };
    assert.deepEqual(
      [0.0006, 0.0014, 0.0024].map(gap => [touches(0.0005, gap), touches(0.001, gap)]),
      [
        [true, true],
        [false, true],
        [false, false],
      ],
    );
  });

  test('options are checked', () => {
    assert.throws(
      () => hopper({ version: 'v3' as MujocoVersion }),
      /version is "v3", but must be 'v5' or 'v4'/,
    );
    assert.throws(() => hopper({ geomMargin: -1 }), /geomMargin is -1, but must be/);
    assert.throws(() => swimmer({ maxSteps: 0 }), /maxSteps is 0, but must be/);
    assert.throws(
      () => hopper().reset(new Rng(0), { state: [1, 2, 3] }),
      /state has length 3, but must have length 18, or 12 without the last: \(rootx \[m\], rootz \[m\], rooty \[rad\]/,
    );
    // From there MuJoCo 3.14.0 steps the model's own start instead, and tells only its log.
    assert.throws(
      () => swimmer().reset(new Rng(0), { state: [0, 0, 0, 0, 0, 0, 0, -2e10, 0, 0] }),
      /state\[7\], velocity of .* \[rad\/s\], is -20000000000, but must be from -10000000000 to 10000000000/,
    );
  });
});

describe('states', () => {
  test('(q, v) alone is a start state, for one copy, for all, and for each', () => {
    const q = [0.1, 1.2, 0.05, -0.1, -0.2, 0.1, 0.5, 0, 0.1, 0, 0.2, -0.3];
    const env = hopper();
    env.reset(new Rng(1), { state: q });
    assert.deepEqual([...env.state.slice(0, 12)], q);
    const whole = env.state;
    const other = hopper();
    other.reset(new Rng(2), { state: whole });
    assert.deepEqual(other.step([0.1, 0.2, 0.3]), env.step([0.1, 0.2, 0.3]));
    const copies = vectorEnv(env, 2);
    copies.reset(new Rng(1), { state: q });
    assert.deepEqual([...copies.states], [...whole, ...whole]);
    copies.reset(new Rng(1), { state: [...q, ...q.map(x => x / 2)] });
    assert.deepEqual([...copies.states.slice(0, 18)], [...whole]);
    env.reset(new Rng(1), { state: q.map(x => x / 2) });
    assert.deepEqual([...copies.states.slice(18)], [...env.state]);
  });

  test('copies that go on from a kept state go on with the same bytes', () => {
    for (const make of [hopper, walker2d, halfCheetah, swimmer, reacher, invertedDoublePendulum]) {
      const copies = vectorEnv(make(), 3);
      const actionsOf = (seed: number) => {
        const rng = new Rng(seed);
        return () => Float64Array.from({ length: 3 * copies.actionSize }, () => rng.uniform(-1, 1));
      };
      copies.reset(new Rng(4));
      const first = actionsOf(5);
      for (let t = 0; t < 40; t++) copies.step(first());
      const kept = copies.state;
      const play = (env: typeof copies) => {
        const next = actionsOf(6);
        const seen: number[] = [];
        for (let t = 0; t < 60; t++) {
          env.step(next());
          seen.push(...env.states, ...env.rewards, ...env.observations, ...env.finalObservations);
        }
        return Buffer.from(Float64Array.from(seen).buffer);
      };
      const expected = play(copies);
      const later = vectorEnv(make(), 3);
      later.reset(new Rng(99));
      for (let t = 0; t < 7; t++) later.step(first());
      later.state = kept;
      assert.ok(play(later).equals(expected), copies.id);
    }
  });

  test('without the warm start the bytes differ: it belongs to the state', () => {
    const env = hopper();
    const rng = new Rng(3);
    env.reset(rng);
    for (let t = 0; t < 12; t++) env.step([0.3, -0.2, 0.1]);
    const whole = env.state;
    const next = [whole, whole.slice(0, 12)].map(state => {
      const other = hopper();
      other.reset(rng, { state });
      for (let t = 0; t < 5; t++) other.step([0.1, 0.1, 0.1]);
      return other.state.slice(0, 12);
    });
    const gaps = next[0].map((x, i) => Math.abs(x - next[1][i]));
    assert.ok(Math.max(...gaps) > 0 && Math.max(...gaps) < 1e-6, String(gaps));
  });

  test('a run of PPO that is saved and resumed on Hopper gives the same bytes', async () => {
    const env = hopper();
    const path = join(folder, 'hopper.json');
    const settings = {
      env,
      policy: mlpPolicy({ env, hidden: [8], seed: 1 }),
      critic: mlp({ inputs: 11, hidden: [8], outputs: 1, seed: 2 }),
      seed: 3,
      copies: 2,
      stepsPerIteration: 40,
      epochs: 2,
      minibatchSize: 20,
      normalizeObservations: true,
      normalizeRewards: true,
      totalSteps: 400,
    };
    const whole = await ppoClip(settings);
    const stop = new Error('stop');
    const checkpoint = { path, every: 1 };
    await assert.rejects(
      ppoClip({
        ...settings,
        checkpoint,
        onIteration: ({ iteration }) => {
          if (iteration === 2) throw stop;
        },
      }),
      stop,
    );
    const resumed = await ppoClip({ ...settings, checkpoint: { ...checkpoint, resume: true } });
    assert.deepEqual(resumed.policy.parameters, whole.policy.parameters);
    assert.deepEqual(resumed.critic.parameters, whole.critic.parameters);
    assert.deepEqual(resumed.history, whole.history);
  });

  test('collectSteps fills a batch', () => {
    const env = swimmer({ maxSteps: 30 });
    const copies = vectorEnv(env, 2);
    copies.reset(new Rng(2));
    const batch = collectSteps(copies, mlpPolicy({ env, seed: 1 }), { steps: 64, rng: new Rng(1) });
    assert.equal(batch.rewards.length, 128);
    assert.ok(batch.rewards.every(Number.isFinite) && batch.rewards.some(reward => reward !== 0));
  });
});
