import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  acrobot,
  bandit,
  cartPole,
  checkEnvironment,
  cliffWalking,
  corridor,
  type Env,
  frozenLake,
  halfCheetah,
  hopper,
  invertedDoublePendulum,
  invertedPendulum,
  mountainCar,
  mountainCarContinuous,
  pendulum,
  Rng,
  reacher,
  type Step,
  sizeOf,
  swimmer,
  tabularEnv,
  vectorEnv,
  walker2d,
} from 'pglab';

const IDENTITY = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

const environments: Record<string, () => Env> = {
  cartPole: () => cartPole(),
  'cartPole, short': () => cartPole({ maxSteps: 7, suttonBartoReward: true }),
  acrobot: () => acrobot(),
  'acrobot, nips': () => acrobot({ dynamics: 'nips', maxSteps: 60 }),
  mountainCar: () => mountainCar(),
  mountainCarContinuous: () => mountainCarContinuous({ maxSteps: 150 }),
  pendulum: () => pendulum(),
  'bandit, normal': () => bandit({ means: [0.1, 0.9, -2] }),
  'bandit, Bernoulli': () => bandit({ means: [0.1, 0.9], standardDeviation: 'bernoulli' }),
  'bandit, contextual': () => bandit({ means: IDENTITY, standardDeviation: 0 }),
  frozenLake: () => tabularEnv(frozenLake()),
  cliffWalking: () => tabularEnv(cliffWalking({ slippery: true }), { maxSteps: 300 }),
  corridor: () => tabularEnv(corridor({ length: 6, slip: 0.1 }), { maxSteps: 12 }),
  halfCheetah: () => halfCheetah({ maxSteps: 150 }),
  hopper: () => hopper(),
  'hopper, v4': () => hopper({ version: 'v4', geomMargin: 0.0005 }),
  walker2d: () => walker2d(),
  'walker2d, v4': () => walker2d({ version: 'v4' }),
  swimmer: () => swimmer({ maxSteps: 150 }),
  reacher: () => reacher(),
  'reacher, v4': () => reacher({ version: 'v4', maxSteps: 30 }),
  invertedPendulum: () => invertedPendulum(),
  invertedDoublePendulum: () => invertedDoublePendulum(),
  'invertedDoublePendulum, v4': () => invertedDoublePendulum({ version: 'v4' }),
};

describe('the contract of environments', () => {
  for (const [name, make] of Object.entries(environments))
    describe(name, () => {
      test('checkEnvironment finds nothing', () => {
        assert.deepEqual(checkEnvironment(make(), { steps: 700, seed: 3 }), []);
      });

      test('an episode starts from the state that is given', () => {
        const env = make();
        env.reset(new Rng(1));
        const space = env.actionSpace;
        const action = space.kind === 'discrete' ? space.n - 1 : space.high;
        if (env.maxSteps > 1) env.step(action);
        const { state } = env;
        const other = make();
        const observation = other.reset(new Rng(2), { state });
        assert.deepEqual(other.state, state);
        other.model.observe(state, 0, observation, 0);
        assert.deepEqual(other.reset(new Rng(2), { state: Array.from(state) }), observation);
        const vector = vectorEnv(make(), 2);
        assert.deepEqual([...vector.reset(new Rng(2), { state })], [...observation, ...observation]);
        const each = vectorEnv(make(), 2);
        each.reset(new Rng(2), { state: [...state, ...startOf(make)] });
        assert.deepEqual([...each.states], [...state, ...startOf(make)]);
        other.state.fill(99);
        assert.deepEqual(other.state, state, 'state is a copy');
      });

      test('bad calls get one clear sentence', () => {
        const env = make();
        const actionSize = sizeOf(env.actionSpace);
        const zeros = (count: number) => new Array<number>(count).fill(0);
        const good = env.actionSpace.kind === 'discrete' ? 0 : zeros(actionSize);
        assert.throws(() => env.step(good), /env\.step was called before env\.reset\(rng\)/);
        assert.throws(() => env.state, /env\.state was read before env\.reset\(rng\)/);
        assert.throws(() => env.reset(1 as unknown as Rng), /rng is 1, but must be an Rng/);
        assert.throws(() => env.reset(new Rng(1), { state: [] }), /state has length 0/);
        assert.throws(() => env.step(good), /before env\.reset/, 'a refused start is no start');
        env.reset(new Rng(1));
        assert.throws(() => env.step(Number.NaN), /action is NaN, but must be/);
        for (const wrong of [0, actionSize + 1])
          assert.throws(
            () => env.step(zeros(wrong)),
            new RegExp(`action has length ${wrong}, but must have length ${actionSize}`),
          );
        assert.throws(() => env.step('0' as unknown as number), /action is "0", but must be/);
        assert.throws(() => env.step(undefined as unknown as number), /action is undefined, but must be/);
        if (env.actionSpace.kind === 'discrete') {
          assert.throws(() => env.step(-1), /action is -1, but must be a whole number from 0 to/);
          assert.throws(() => env.step(0.5), /action is 0\.5, but must be a whole number/);
          assert.throws(() => env.step((env.actionSpace as { n: number }).n), /action is \d, but must be/);
        } else
          assert.throws(
            () => env.step(zeros(actionSize).fill(Infinity)),
            /action(\[0\])? is Infinity, but must be a finite number/,
          );
        const size = env.model.stateNames.length;
        assert.throws(
          () => env.reset(new Rng(1), { state: new Array(size + 1).fill(0) }),
          new RegExp(`state has length ${size + 1}, but must have length ${size}`),
        );
        assert.throws(
          () => env.reset(new Rng(1), { state: new Array(size).fill(Number.NaN) }),
          /state\[0\] is NaN/,
        );
        for (let step = env.step(good); !step.terminated && !step.truncated; ) step = env.step(good);
        assert.throws(() => env.step(good), /env\.step was called after the end of an episode/);

        const vector = vectorEnv(make(), 2);
        const both = zeros(2 * actionSize);
        assert.throws(() => vector.step(both), /vectorEnv\.step was called before vectorEnv\.reset/);
        assert.throws(() => vector.reset(new Rng(1), { state: [] }), /state has length 0/);
        assert.throws(() => vector.step(both), /before vectorEnv\.reset/);
        vector.reset(new Rng(1));
        assert.throws(
          () => vector.step(both.slice(1)),
          new RegExp(`actions has length ${2 * actionSize - 1}, but must have length ${2 * actionSize}`),
        );
        assert.throws(() => vector.step([...both.slice(1), Number.NaN]), /actions\[\d+\] is NaN/);
        assert.throws(() => vectorEnv(make(), 0), /n is 0, but must be/);
      });
    });
});

/** Steps through `actions` from `state` and returns the last step. */
function play(env: Env, state: number[], actions: number[]): Step[] {
  env.reset(new Rng(0), { state });
  return actions.map(action => env.step(action));
}

/** Steps by a rule on the state until the episode ends: the number of steps and the return. */
function playRule(env: Env, state: number[], rule: (state: Float64Array) => number): [number, number] {
  env.reset(new Rng(0), { state });
  for (let t = 1, total = 0; ; t++) {
    const step = env.step(rule(env.state));
    total += step.reward;
    if (step.terminated || step.truncated) return [t, total];
  }
}

function close(actual: ArrayLike<number>, expected: number[], digits = 8): void {
  assert.equal(actual.length, expected.length);
  for (const [i, x] of expected.entries())
    assert.ok(Math.abs(actual[i] - x) <= 0.51 * 10 ** -digits, `[${i}] ${actual[i]} is not ${x}`);
}

describe('numbers published for the environments', () => {
  test('CartPole', () => {
    const env = cartPole();
    play(env, [0.01, -0.02, 0.03, 0.04], [1]);
    close(env.state, [0.0096, 0.1746792, 0.0308, -0.24306872]);
    play(env, [0.01, -0.02, 0.03, 0.04], [1, 0, 1, 1, 0]);
    close(env.state, [0.02352556, 0.17316264, 0.01243309, -0.20950153]);
    const [first] = play(env, [2.39, 1, 0, 0], [1]);
    assert.deepEqual([first.reward, first.terminated], [1, true]);
    assert.deepEqual([env.id, env.maxSteps, env.model.solvedReturn], ['CartPole-v1', 500, 475]);
    const sutton = cartPole({ suttonBartoReward: true });
    assert.deepEqual(
      [play(sutton, [0, 0, 0, 0], [1])[0].reward, play(sutton, [2.39, 1, 0, 0], [1])[0].reward],
      [0, -1],
    );
  });

  test('Acrobot', () => {
    const env = acrobot();
    play(env, [0.05, -0.03, 0.02, 0.01], [2]);
    close(env.state, [0.03396427, 0.01402836, -0.17546465, 0.4197156]);
    play(env, [0.05, -0.03, 0.02, 0.01], [2, 0, 2, 0, 2, 0, 2, 0, 2, 0]);
    close(env.state, [0.02762059, -0.12862655, 0.07363212, -0.20149977]);
    const [step] = play(env, [3.1, 0, 0, 0], [1]);
    assert.deepEqual([step.reward, step.terminated], [0, true]);
    for (const x of startOf(acrobot)) assert.equal(Math.fround(x), x, 'a drawn start is float32');
  });

  test('MountainCar', () => {
    const env = mountainCar();
    play(env, [-0.5, 0], [2, 2, 2, 0, 0]);
    close(env.state, [-0.49385184, 0.00000861]);
    assert.deepEqual(
      playRule(env, [-0.5, 0], ([, v]) => (v >= 0 ? 2 : 0)),
      [124, -124],
    );
    assert.deepEqual(
      playRule(env, [-0.5, 0], () => 1),
      [200, -200],
    );
    play(env, [-1.19, -0.05], [0]);
    assert.deepEqual([...env.state], [-1.2, 0]);
  });

  test('a mountain car too slow for the goal velocity has not arrived', () => {
    for (const make of [mountainCar, mountainCarContinuous])
      for (const [goalVelocity, arrived] of [
        [0, true],
        [0.05, false],
      ] as const)
        assert.equal(play(make({ goalVelocity }), [0.49, 0.03], [1])[0].terminated, arrived);
  });

  test('MountainCarContinuous', () => {
    const env = mountainCarContinuous();
    const [steps, total] = playRule(env, [-0.5, 0], ([, v]) => (v >= 0 ? 1 : -1));
    assert.equal(steps, 106);
    close([total], [89.4]);
    const [waiting, nothing] = playRule(env, [-0.5, 0], () => 0);
    assert.deepEqual([waiting, Math.abs(nothing)], [999, 0]);
    close([play(env, [-0.5, 0], [-3])[0].reward], [-0.9], 12);
    const pushed = env.state;
    play(env, [-0.5, 0], [-1]);
    assert.deepEqual(env.state, pushed, 'the push is clipped, its price is not');
    for (const x of pushed) assert.equal(Math.fround(x), x);
  });

  test('Pendulum', () => {
    const env = pendulum();
    const steps = play(env, [Math.PI / 2, 0], [2, -1, 0]);
    close(
      steps.map(step => step.reward),
      [-2.4714011, -2.74634096, -3.18147394],
    );
    close(env.state, [1.82535205, 2.39214786]);
    close([play(env, [Math.PI, 8], [2])[0].reward], [-16.2736044], 7);
    play(env, [0, 0], [5]);
    const clipped = env.state;
    play(env, [0, 0], [2]);
    assert.deepEqual(env.state, clipped);
    play(pendulum({ gravity: 0 }), [1, 0], [0]);
    const weightless = pendulum({ gravity: 0 });
    play(weightless, [1, 0.5], [0, 0]);
    close(weightless.state, [1.05, 0.5], 12);
  });

  test('grid worlds as environments', () => {
    const lake = tabularEnv(frozenLake({ slippery: false }));
    const walk = play(lake, [0], [1, 1, 2, 2, 1, 2]);
    assert.deepEqual(
      walk.map(({ observation, reward, terminated }) => [observation[0], reward, terminated]),
      [
        [4, 0, false],
        [8, 0, false],
        [9, 0, false],
        [10, 0, false],
        [14, 0, false],
        [15, 1, true],
      ],
    );
    assert.deepEqual([lake.maxSteps, lake.model.layout?.columns], [100, 4]);
    const cliff = tabularEnv(cliffWalking());
    assert.equal(cliff.maxSteps, Infinity);
    assert.deepEqual(
      play(cliff, [36], [1, 0]).map(s => [s.observation[0], s.reward, s.terminated]),
      [
        [36, -100, false],
        [24, -1, false],
      ],
    );
    assert.equal(playRule(cliff, [36], ([s]) => (s === 36 ? 0 : s === 35 ? 2 : 1))[1], -13);
  });

  test('a start state out of range names the number', () => {
    const reset = (env: Env, state: number | number[]) => () => env.reset(new Rng(0), { state });
    assert.throws(
      reset(cartPole(), [5, 0, 0, 0]),
      /state\[0\], x \[m\], is 5, but must be from -4\.8 to 4\.8/,
    );
    assert.throws(reset(mountainCar(), [0, 0.2]), /state\[1\], v \[1\/step\], is 0\.2, but must be from/);
    assert.throws(reset(acrobot(), [0, 0, 0, 30]), /state\[3\]/);
    assert.throws(reset(pendulum(), [0, 9]), /state\[1\]/);
    assert.throws(
      reset(tabularEnv(frozenLake()), 16),
      /state is 16, but must be a whole number from 0 to 15/,
    );
    assert.throws(reset(bandit({ means: IDENTITY }), 1.5), /context/);
    assert.throws(reset(cartPole(), 1), /state has length 1, but must have length 4: \(x \[m\]/);
  });

  test('options are checked', () => {
    assert.throws(() => cartPole({ maxSteps: 0 }), /maxSteps is 0, but must be/);
    assert.throws(() => mountainCar({ goalVelocity: 1 }), /goalVelocity is 1/);
    assert.throws(() => pendulum({ gravity: Number.NaN }), /gravity is NaN/);
    assert.throws(() => acrobot({ dynamics: 'paper' as 'book' }), /dynamics is "paper"/);
    assert.throws(() => tabularEnv(undefined as never), /mdp is undefined/);
  });

  test('only a step limit truncates, and a vector can have its own', () => {
    const vector = vectorEnv(pendulum(), 2, { maxSteps: 3 });
    vector.reset(new Rng(1));
    for (let t = 1; t <= 6; t++) {
      vector.step([0, 0]);
      assert.deepEqual([...vector.truncated], t % 3 === 0 ? [1, 1] : [0, 0]);
      assert.deepEqual([...vector.terminated], [0, 0]);
    }
    assert.deepEqual([...vector.episodeLengths], [3, 3]);
  });

  test('an episode that terminates on its last step is not truncated', () => {
    const step = play(cartPole({ maxSteps: 1 }), [2.39, 1, 0, 0], [1])[0];
    assert.deepEqual([step.terminated, step.truncated], [true, false]);
  });
});

/** A start state of the environment. */
function startOf(make: () => Env): Float64Array {
  const env = make();
  env.reset(new Rng(5));
  return env.state;
}
