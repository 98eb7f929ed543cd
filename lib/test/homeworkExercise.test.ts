/** The engine of the homework's checks: whatever a student hands in gets one sentence. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check } from 'pglab';
import { checkOf } from '../dist/homework/exercise';
import { verdict } from './verdict';

/** What the check of rewardToGo, whose first case is rewards = [1], gamma = 0.9, says of anything. */
const says = (mine: unknown) => verdict(() => check.rewardToGo(mine as never));
const FIRST = 'For rewards = [1], gamma = 0.9, rewardToGo ';

test('what is no function', () => {
  const must = 'but must be a function: check.rewardToGo(rewardToGo).';
  assert.equal(says(undefined), `rewardToGo is undefined, ${must}`);
  assert.equal(says('G'), `rewardToGo is "G", ${must}`);
  assert.equal(says([1, 2]), `rewardToGo is [1, 2], ${must}`);
});

test('nothing, a promise, a string, an object, too few, too many, NaN', () => {
  const list = 'a list of 1 number';
  assert.equal(
    says(() => undefined),
    `${FIRST}returns nothing, but must return ${list}: is a return missing?`,
  );
  assert.equal(
    says(async () => [1]),
    `${FIRST}returns a promise, but must return ${list}: it must not be async.`,
  );
  assert.equal(
    says(() => '[1]'),
    `${FIRST}gives "[1]", but must give ${list}.`,
  );
  assert.equal(
    says(() => 1),
    `${FIRST}gives 1, but must give ${list}.`,
  );
  assert.equal(
    says(() => null),
    `${FIRST}gives null, but must give ${list}.`,
  );
  assert.equal(
    says(() => ({ G: [1] })),
    `${FIRST}gives { G: [1] }, but must give ${list}.`,
  );
  assert.equal(
    says(() => []),
    `${FIRST}gives a list of length 0, but must give ${list}.`,
  );
  assert.equal(
    says(() => ['1']),
    `${FIRST}gives "1" at [0], but must give a number.`,
  );
  assert.equal(
    says((rewards: number[]) => new Array(rewards.length)),
    `${FIRST}gives nothing at [0], but must give a number there.`,
  );
  assert.equal(
    says((rewards: number[]) => rewards.map((r, t) => r + rewards[t + 1])),
    `${FIRST}gives NaN at [0], but must give a number: is an index outside its array, or is there 0 / 0 or the log of a negative number?`,
  );
});

test('a name that is missing in an object, and one of a wrong kind', () => {
  const moments = (answer: unknown) => verdict(() => check.estimatorMoments((() => answer) as never));
  const first = 'For probabilities = [1], gradients = [[2, -2]], estimatorMoments ';
  assert.equal(
    moments({ mean: [2, -2] }),
    `${first}gives nothing at covarianceTrace, but must give a number there.`,
  );
  assert.equal(
    moments([2, -2]),
    `${first}gives [2, -2], but must give an object with mean and covarianceTrace.`,
  );
});

test('a function that throws, and one that is not written yet', () => {
  assert.equal(
    says(() => {
      throw new TypeError('x is not iterable');
    }),
    'rewardToGo failed for rewards = [1], gamma = 0.9: x is not iterable',
  );
  assert.equal(
    says(() => {
      throw 'up';
    }),
    'rewardToGo failed for rewards = [1], gamma = 0.9: "up"',
  );
  assert.equal(
    says(() => {
      throw new Error('not implemented yet: rewardToGo');
    }),
    'not implemented yet: rewardToGo',
  );
});

test('a function may change its arguments and answer in typed arrays', () => {
  assert.equal(
    says((rewards: number[], gamma: number) => {
      for (let t = rewards.length - 2; t >= 0; t--) rewards[t] += gamma * rewards[t + 1];
      return Float64Array.from(rewards);
    }),
    'rewardToGo: right on 5 hand-sized and 40 random cases.',
  );
});

test('two mistakes at once get no hint, but the first wrong number', () => {
  assert.equal(
    says((rewards: number[]) => rewards.map(r => 2 * r)),
    `${FIRST}gives 2 at [0], expected 1.`,
  );
});

test('a right answer that is not precise enough is shown with the digits that tell', () => {
  const right = (rewards: number[], gamma: number) => {
    const G = rewards.slice();
    for (let t = G.length - 2; t >= 0; t--) G[t] += gamma * G[t + 1];
    return G;
  };
  assert.equal(
    says((rewards: number[], gamma: number) => Float32Array.from(right(rewards, gamma))),
    'For rewards = [0, 0, 1], gamma = 0.9, rewardToGo gives 0.810000002 at [0], expected 0.81: that is right to 8 digits only. Was it computed in float32, or was an iteration stopped too early?',
  );
});

test('of a long error message the first line is kept', () => {
  assert.equal(
    says(() => {
      throw new Error('shapes differ\n  at row 1\n  at row 2');
    }),
    'rewardToGo failed for rewards = [1], gamma = 0.9: shapes differ',
  );
});

test('an async function that fails is told that it must not be async, and its failure stays unheard', async () => {
  const unheard: unknown[] = [];
  const listen = (reason: unknown) => unheard.push(reason);
  process.on('unhandledRejection', listen);
  const failing = async (): Promise<number[]> => {
    throw new Error('late');
  };
  assert.match(says(failing), /returns a promise, .* it must not be async\.$/);
  assert.match(
    says((rewards: number[]) => rewards.map(failing)),
    /returns a promise at \[0\]/,
  );
  assert.match(
    verdict(() => check.ratio(failing as never)),
    /returns a promise/,
  );
  assert.match(
    verdict(() => check.surrogateLoss(failing as never)),
    /returns a promise/,
  );
  await new Promise(resolve => setTimeout(resolve, 20));
  process.off('unhandledRejection', listen);
  assert.deepEqual(unheard, []);
});

test('the right answer is computed before the student may touch the input', () => {
  const last = (mine: (list: number[]) => number) =>
    checkOf<typeof mine, number[]>({
      name: 'last',
      cases: [[1, 2]],
      draw: () => [3],
      describe: String,
      ask: (f, list) => f(list),
      truth: list => list[list.length - 1],
      mistakes: [],
    })(mine);
  assert.match(
    verdict(() => last(list => list.pop()!)),
    /^last: right on/,
  );
  assert.equal(
    verdict(() =>
      last(list => {
        list.fill(7);
        return 7;
      }),
    ),
    'For 7,7, last gives 7, expected 2.',
  );
});
