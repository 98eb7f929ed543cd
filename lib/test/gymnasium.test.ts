import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  acrobot,
  cartPole,
  cliffWalking,
  type Env,
  frozenLake,
  mountainCar,
  mountainCarContinuous,
  pendulum,
  Rng,
  type TabularMDP,
} from 'pglab';

/** The rows of a file of data/gymnasium-trajectories, without its header. */
const readRows = (name: string): string[][] =>
  readFileSync(join(__dirname, '..', '..', 'data', 'gymnasium-trajectories', name), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map(line => line.trim().split(','));

/**
 * Replays each row from the state that Gymnasium was in before it (one step at a time), and each episode from its
 * start (so that errors would add up), and compares state, reward and termination.
 */
function replay(env: Env, file: string, rowCount: number, tolerance: number, episodeTolerance: number): void {
  const rows = readRows(file);
  assert.equal(rows.length, rowCount);
  const size = env.model.stateNames.length;
  const rng = new Rng(0);
  const near = (actual: number, expected: number, allowed: number, where: string) =>
    assert.ok(
      Math.abs(actual - expected) <= allowed * Math.max(1, Math.abs(expected)),
      `${where}: ${actual}, not ${expected}`,
    );
  let before: number[] = [];
  let carried: number[] = [];
  for (const [episode, t, action, ...rest] of rows) {
    const after = rest.slice(0, size).map(Number);
    if (t === '-1') carried = after;
    else
      for (const [start, allowed] of [
        [before, tolerance],
        [carried, episodeTolerance],
      ] as const) {
        env.reset(rng, { state: start });
        const step = env.step(Number(action));
        const where = `${file} episode ${episode} step ${t}`;
        env.state.forEach((x, i) => {
          near(x, after[i], allowed, `${where} ${env.model.stateNames[i]}`);
        });
        near(step.reward, Number(rest[size]), allowed, `${where} reward`);
        assert.equal(step.terminated, rest[size + 1] === '1', `${where} terminated`);
        if (start === carried) carried = [...env.state];
      }
    before = after;
  }
}

describe("Gymnasium's own trajectories", () => {
  test('CartPole', () => replay(cartPole(), 'cartpole.csv', 374, 1e-14, 1e-10));
  test('Acrobot', () => replay(acrobot(), 'acrobot.csv', 243, 1e-12, 1e-9));
  test('Acrobot, the equations of 1996', () =>
    replay(acrobot({ dynamics: 'nips' }), 'acrobot-nips.csv', 61, 1e-12, 1e-9));
  test('MountainCar', () => replay(mountainCar(), 'mountain-car.csv', 458, 1e-15, 1e-12));
  test('MountainCarContinuous', () =>
    replay(mountainCarContinuous(), 'mountain-car-continuous.csv', 614, 1e-7, 1e-6));
  test('Pendulum', () => replay(pendulum(), 'pendulum.csv', 610, 1e-13, 1e-9));
});

test("transition tables are Gymnasium's, to 1e-12", () => {
  const mdps: Record<string, TabularMDP> = {
    'FrozenLake-v1': frozenLake({ slippery: false }),
    'FrozenLake-v1 slippery': frozenLake(),
    'CliffWalking-v1': cliffWalking(),
    'CliffWalking-v1 slippery': cliffWalking({ slippery: true }),
  };
  const rows = readRows('transitions.csv');
  assert.equal(rows.length, 928);
  const expected = new Map<
    string,
    { probability: Float64Array; reward: number; terminated: Map<number, boolean> }
  >();
  for (const [name, s, a, next, probability, reward, terminated] of rows) {
    const mdp = mdps[name];
    const key = `${name},${s},${a}`;
    if (!expected.has(key))
      expected.set(key, { probability: new Float64Array(mdp.states), reward: 0, terminated: new Map() });
    const entry = expected.get(key)!;
    entry.probability[Number(next)] += Number(probability);
    entry.reward += Number(probability) * Number(reward);
    entry.terminated.set(Number(next), terminated === '1');
  }
  assert.equal(expected.size, 2 * 16 * 4 + 2 * 48 * 4);
  for (const [key, { probability, reward, terminated }] of expected) {
    const [name, s, a] = key.split(',');
    const mdp = mdps[name];
    // Gymnasium's cliff tables also list moves out of the goal and the cliff, which no episode can make.
    const row = mdp.layout!.cells[Number(s)];
    if (name.startsWith('Cliff') && (row === 'G' || row === 'C')) continue;
    const pair = Number(s) * mdp.actions + Number(a);
    for (let next = 0; next < mdp.states; next++)
      assert.ok(
        Math.abs(mdp.transition[pair * mdp.states + next] - probability[next]) < 1e-12,
        `P(${next}|${s},${a}) of ${name}`,
      );
    assert.ok(Math.abs(mdp.reward[pair] - reward) < 1e-12, `r(${s},${a}) of ${name}`);
    for (const [next, ends] of terminated)
      assert.equal(mdp.terminal[next] === 1, ends, `end at ${next} of ${name}`);
  }
});
