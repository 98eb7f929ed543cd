import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  banditMDP,
  cliffWalking,
  corridor,
  frozenLake,
  Rng,
  randomLake,
  randomMDP,
  sampleInitialState,
  sampleTransition,
  type TabularMDP,
  tabularMDP,
} from 'pglab';

/** The outcomes of (s, a) as text, in order. */
function outcomes(mdp: TabularMDP, s: number, a: number): string[] {
  const pair = s * mdp.actions + a;
  const range = Array.from(
    { length: mdp.outcomeStart[pair + 1] - mdp.outcomeStart[pair] },
    (_, i) => mdp.outcomeStart[pair] + i,
  );
  return range.map(
    o => `${mdp.outcomeProbability[o].toFixed(3)} -> ${mdp.outcomeNext[o]} (${mdp.outcomeReward[o]})`,
  );
}

/** What must hold of every MDP: stochastic rows, r and P made of the outcomes, terminal states that loop for nothing. */
function checkInvariants(mdp: TabularMDP) {
  const { states: S, actions: A } = mdp;
  assert.ok(Math.abs(mdp.initial.reduce((x, y) => x + y, 0) - 1) < 1e-12);
  for (let pair = 0; pair < S * A; pair++) {
    const s = Math.floor(pair / A);
    const row = mdp.transition.subarray(pair * S, (pair + 1) * S);
    assert.ok(Math.abs(row.reduce((x, y) => x + y, 0) - 1) < 1e-12);
    let reward = 0;
    const rebuilt = new Float64Array(S);
    for (let o = mdp.outcomeStart[pair]; o < mdp.outcomeStart[pair + 1]; o++) {
      reward += mdp.outcomeProbability[o] * mdp.outcomeReward[o];
      rebuilt[mdp.outcomeNext[o]] += mdp.outcomeProbability[o];
    }
    assert.deepEqual(row, rebuilt);
    assert.equal(mdp.reward[pair], reward);
    if (mdp.terminal[s]) {
      assert.equal(row[s], 1);
      assert.equal(reward, 0);
      assert.equal(mdp.initial[s], 0);
    }
  }
}

test('every builder makes a sound MDP', () => {
  const rng = new Rng(1);
  const all = [
    frozenLake(),
    frozenLake({ slippery: false }),
    frozenLake({ map: '8x8' }),
    frozenLake({ map: randomLake({ rng }), successRate: 0.7 }),
    cliffWalking(),
    cliffWalking({ slippery: true }),
    corridor(),
    corridor({ length: 9, slip: 0.2, continuing: true, stepReward: -1 }),
    banditMDP({ means: [1, 2, 3] }),
  ];
  for (const mdp of all) checkInvariants(mdp);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 2, max: 12 }), (seed, states) => {
      const mdp = randomMDP({ rng: new Rng(seed), states, branching: 2, terminals: seed % 2 });
      checkInvariants(mdp);
      for (let pair = 0; pair < (states - (seed % 2)) * 3; pair++)
        assert.equal(mdp.outcomeStart[pair + 1] - mdp.outcomeStart[pair], 2);
    }),
    { seed: 1, numRuns: 30 },
  );
});

test('FrozenLake: the rules to the digit', () => {
  const lake = frozenLake();
  assert.equal(lake.id, 'FrozenLake-v1');
  assert.equal(lake.maxSteps, 100);
  assert.deepEqual([lake.states, lake.actions, lake.initial[0]], [16, 4, 1]);
  assert.deepEqual(
    [...lake.terminal.keys()].filter(s => lake.terminal[s]),
    [5, 7, 11, 12, 15],
  );
  // left from the corner: up stays, left stays, down to 4, in the order (a - 1, a, a + 1)
  assert.deepEqual(outcomes(lake, 0, 0), ['0.333 -> 0 (0)', '0.333 -> 0 (0)', '0.333 -> 4 (0)']);
  // right from beside the goal: down stays, right enters the goal, up to 10
  assert.deepEqual(outcomes(lake, 14, 2), ['0.333 -> 14 (0)', '0.333 -> 15 (1)', '0.333 -> 10 (0)']);
  assert.deepEqual(outcomes(frozenLake({ slippery: false }), 14, 2), ['1.000 -> 15 (1)']);
  assert.deepEqual(outcomes(frozenLake({ successRate: 0.8 }), 1, 1), [
    '0.100 -> 0 (0)',
    '0.800 -> 5 (0)',
    '0.100 -> 2 (0)',
  ]);
  assert.deepEqual(outcomes(frozenLake({ slippery: false, rewardSchedule: [5, -1, -0.1] }), 1, 1), [
    '1.000 -> 5 (-1)',
  ]);
  assert.deepEqual(lake.layout?.actionNames, ['left', 'down', 'right', 'up']);
  assert.equal(lake.layout?.cells.join(''), 'SFFFFHFHFFFHHFFG');
  const large = frozenLake({ map: '8x8' });
  assert.deepEqual([large.id, large.maxSteps, large.states], ['FrozenLake8x8-v1', 200, 64]);
  assert.equal(large.layout?.cells.filter(letter => letter === 'H').length, 10);
});

test('random lakes can be crossed', () => {
  const rng = new Rng(2);
  for (let i = 0; i < 20; i++) {
    const map = randomLake({ size: 5, frozen: 0.6, rng });
    assert.ok(map.length === 5 && map.every(row => row.length === 5));
    assert.equal(map[0][0] + map[4][4], 'SG');
    checkInvariants(frozenLake({ map }));
  }
});

test('CliffWalking: the rules to the digit', () => {
  const cliff = cliffWalking();
  assert.deepEqual(
    [cliff.id, cliff.states, cliff.actions, cliff.maxSteps],
    ['CliffWalking-v1', 48, 4, Infinity],
  );
  assert.equal(cliff.initial[36], 1);
  assert.deepEqual(
    [...cliff.terminal.keys()].filter(s => cliff.terminal[s]),
    [47],
  );
  assert.deepEqual(outcomes(cliff, 36, 0), ['1.000 -> 24 (-1)']);
  assert.deepEqual(outcomes(cliff, 36, 1), ['1.000 -> 36 (-100)']);
  assert.deepEqual(outcomes(cliff, 36, 2), ['1.000 -> 36 (-1)']);
  assert.deepEqual(outcomes(cliff, 30, 2), ['1.000 -> 36 (-100)']);
  assert.deepEqual(outcomes(cliff, 35, 2), ['1.000 -> 47 (-1)']);
  assert.deepEqual(outcomes(cliff, 0, 3), ['1.000 -> 0 (-1)']);
  const slippery = cliffWalking({ slippery: true });
  assert.equal(slippery.id, 'CliffWalkingSlippery-v1');
  // the fall and the bump against the border share their next state but not their reward
  assert.deepEqual(outcomes(slippery, 36, 1), ['0.333 -> 24 (-1)', '0.333 -> 36 (-100)', '0.333 -> 36 (-1)']);
});

test('corridor and bandit by hand', () => {
  const mdp = corridor({ length: 3, slip: 0.1, stepReward: -1, goalReward: 5 });
  assert.deepEqual(outcomes(mdp, 0, 1), ['0.900 -> 1 (-1)', '0.100 -> 0 (-1)']);
  assert.deepEqual(outcomes(mdp, 1, 1), ['0.900 -> 2 (5)', '0.100 -> 0 (-1)']);
  assert.deepEqual([...mdp.terminal], [0, 0, 1]);
  const going = corridor({ length: 3, continuing: true });
  assert.deepEqual(outcomes(going, 2, 1), ['1.000 -> 2 (1)']);
  assert.deepEqual([...going.terminal], [0, 0, 0]);
  assert.deepEqual([...banditMDP({ means: [1, 2] }).reward], [1, 2, 0, 0]);
});

test('samples follow the outcomes, their rewards and their noise', () => {
  const rng = new Rng(4);
  const cliff = cliffWalking({ slippery: true });
  const out = { next: 0, reward: 0, terminated: false };
  const counts = new Map<string, number>();
  const n = 30_000;
  for (let i = 0; i < n; i++) {
    sampleTransition(cliff, 36, 1, rng, out);
    assert.equal(out.terminated, false);
    const key = `${out.next} ${out.reward}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  assert.deepEqual([...counts.keys()].sort(), ['24 -1', '36 -1', '36 -100']);
  for (const count of counts.values())
    assert.ok(Math.abs(count / n - 1 / 3) < 4 * Math.sqrt(2 / 9 / n), `${count}`);
  const bandit = banditMDP({ means: [0, 3], standardDeviation: 2 });
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    sampleTransition(bandit, 0, 1, rng, out);
    assert.ok(out.terminated && out.next === 1);
    sum += out.reward;
    squares += (out.reward - 3) ** 2;
  }
  assert.ok(Math.abs(sum / n - 3) < 4 * (2 / Math.sqrt(n)));
  assert.ok(Math.abs(squares / n - 4) < 4 * 4 * Math.sqrt(2 / n));
  const starts = new Float64Array(3);
  const mdp = tabularMDP({
    states: 3,
    actions: 1,
    outcomes: s => [{ probability: 1, next: s, reward: 0 }],
    initial: [0.2, 0, 0.8],
    gamma: 0.9,
  });
  for (let i = 0; i < n; i++) starts[sampleInitialState(mdp, rng)]++;
  assert.equal(starts[1], 0);
  assert.ok(Math.abs(starts[0] / n - 0.2) < 0.01);
});

test('dense tables and outcome lists describe the same MDP', () => {
  const random = randomMDP({ rng: new Rng(3), states: 5, actions: 2, terminals: 1 });
  const dense = tabularMDP({
    id: 'RandomMDP',
    states: 5,
    actions: 2,
    transition: random.transition,
    reward: random.reward,
    initial: random.initial,
    terminalStates: [4],
    gamma: 0.9,
  });
  assert.deepEqual(dense.transition, random.transition);
  dense.reward.forEach((r, i) => {
    assert.ok(Math.abs(r - random.reward[i]) < 1e-14);
  });
  const byNext = tabularMDP({
    states: 2,
    actions: 1,
    transition: [0.25, 0.75, 1, 0],
    reward: [4, 8, 1, 100],
    gamma: 0.5,
  });
  assert.deepEqual([...byNext.reward], [0.25 * 4 + 0.75 * 8, 1]);
});

test('bad input is refused in one sentence', () => {
  const throwsWith = (run: () => unknown, message: string | RegExp) => assert.throws(run, { message });
  const stay = (s: number) => [{ probability: 1, next: s, reward: 0 }];
  const small = { states: 2, actions: 1, outcomes: stay, gamma: 0.9 };
  throwsWith(
    () => tabularMDP({ ...small, gamma: 1.5 }),
    'gamma is 1.5, but must be a finite number from 0 to 1.',
  );
  throwsWith(
    () => tabularMDP({ ...small, outcomes: () => [{ probability: 0.5, next: 0, reward: 0 }] }),
    'outcomes of state 0, action 0: probability sums to 0.5, but must sum to 1.',
  );
  throwsWith(
    () => tabularMDP({ ...small, outcomes: () => [{ probability: 1, next: 2, reward: 0 }] }),
    'outcomes of state 0, action 0: next is 2, but must be a whole number from 0 to 1.',
  );
  throwsWith(
    () => tabularMDP({ ...small, outcomes: () => [{ probability: 1, next: 0, reward: Number.NaN }] }),
    'outcomes of state 0, action 0: reward is NaN, but must be a finite number.',
  );
  throwsWith(
    () => tabularMDP({ ...small, outcomes: () => [] }),
    'outcomes of state 0, action 0 are [], but must be a non-empty array.',
  );
  throwsWith(() => tabularMDP({ ...small, initial: [0.5, 0.4] }), 'initial sums to 0.9, but must sum to 1.');
  throwsWith(
    () => tabularMDP({ ...small, initial: 1, terminalStates: [1] }),
    'initial gives state 1 probability 1, but that state is terminal.',
  );
  throwsWith(
    () => tabularMDP({ ...small, terminalStates: [2] }),
    'terminalStates is 2, but must be a whole number from 0 to 1.',
  );
  throwsWith(
    () => tabularMDP({ states: 2, actions: 1, transition: [1, 0, 0.5, 0.4], reward: [0, 0], gamma: 0.9 }),
    'transition of state 1, action 0 sums to 0.9, but must sum to 1.',
  );
  throwsWith(
    () => tabularMDP({ states: 2, actions: 1, transition: [1, 0, 0, 1], reward: [0], gamma: 0.9 }),
    'reward has length 1, but must have length 2 (S * A) or 4 (S * A * S).',
  );
  throwsWith(() => tabularMDP({ states: 2, actions: 1, gamma: 0.9 }), /needs either outcomes, or transition/);
  throwsWith(
    () => tabularMDP({ ...small, rewardDeviation: [1, -1] }),
    'rewardDeviation[1] is -1, but must be a finite number of at least 0.',
  );
  throwsWith(() => frozenLake({ map: ['SF', 'F'] }), /^map holds the row "F", but rows must be equally long/);
  throwsWith(() => frozenLake({ map: ['FG'] }), 'map has no S, but an episode must start somewhere.');
  throwsWith(() => frozenLake({ map: '5x5' as '4x4' }), /^map is "?/);
  throwsWith(
    () => frozenLake({ successRate: 1.2 }),
    'successRate is 1.2, but must be a finite number from 0 to 1.',
  );
  throwsWith(
    () => randomMDP({ rng: new Rng(1), states: 3, branching: 4 }),
    'branching is 4, but must be a whole number from 1 to 3.',
  );
  throwsWith(
    () => randomLake({ frozen: 0.05, rng: new Rng(1) }),
    'frozen is 0.05, but must be large enough: none of 10000 random maps could be crossed.',
  );
  throwsWith(() => corridor({ length: 1 }), 'length is 1, but must be a whole number of at least 2.');
  const out = { next: 0, reward: 0, terminated: false };
  throwsWith(
    () => sampleTransition(corridor(), 0, 2, new Rng(1), out),
    'action is 2, but must be a whole number from 0 to 1.',
  );
  throwsWith(
    () => sampleTransition(corridor(), 5, 0, new Rng(1), out),
    's is 5, but must be a state from 0 to 4.',
  );
  throwsWith(() => tabularMDP({ ...small, reward: [1, 1] }), /got some of both; leave one out/);
  throwsWith(() => corridor({ goalReward: Number.NaN }), 'goalReward is NaN, but must be a finite number.');
  throwsWith(
    () => frozenLake({ rewardSchedule: [1] as never }),
    'rewardSchedule has length 1, but must have length 3.',
  );
  throwsWith(() => banditMDP({ means: [] }), 'means is empty, but must hold at least one mean reward.');
  for (const make of [randomMDP, randomLake])
    throwsWith(() => make({ rng: 7 as never }), 'rng is 7, but must be an Rng: new Rng(seed).');
});
