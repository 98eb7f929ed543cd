/** The checks of the homework: right functions pass, and each mistake that people make is named. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check } from 'pglab';
import { verdict } from './verdict';

const rewardToGo = (rewards: number[], gamma: number): number[] => {
  const result = rewards.slice();
  for (let t = rewards.length - 2; t >= 0; t--) result[t] += gamma * result[t + 1];
  return result;
};

test('a right function is told so', () => {
  assert.equal(
    verdict(() => check.rewardToGo(rewardToGo)),
    'rewardToGo: right on 5 hand-sized and 40 random cases.',
  );
  assert.equal(
    verdict(() => check.rewardToGo(rewardToGo, { cases: 3, seed: 9 })),
    'rewardToGo: right on 5 hand-sized and 3 random cases.',
  );
});

test('the discount forgotten', () => {
  assert.equal(
    verdict(() => check.rewardToGo(rewards => rewardToGo(rewards, 1))),
    'For rewards = [1, 2, 3], gamma = 0.5, rewardToGo gives 6 at [0], expected 2.75. Hint: the discount is missing: a reward that comes k steps later counts gamma^k times.',
  );
});
