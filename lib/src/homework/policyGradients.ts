/** Homework 1, policy gradients by hand: scores, returns, REINFORCE. */

import { rewardToGo } from '../estimators/returns';
import type { Rng } from '../math/rng';
import { functionCheck } from './exercise';

const drawRewards = (rng: Rng): number[] =>
  Array.from({ length: rng.integer(1, 13) }, () => Math.round(20 * rng.normal()) / 10);

/** G_t = sum_{t' >= t} gamma^(t' - t) r_t'  [T] of one episode's rewards [T]. */
export type RewardToGo = (rewards: number[], gamma: number) => number[];

export const policyGradientChecks = {
  rewardToGo: functionCheck<RewardToGo>({
    name: 'rewardToGo',
    parameters: ['rewards', 'gamma'],
    cases: [
      [[1], 0.9],
      [[1, 2, 3], 0.5],
      [[0, 0, 1], 0.9],
      [[1, 1, 1, 1], 1],
      [[2, -1], 0],
    ],
    draw: rng => [drawRewards(rng), rng.uniform()],
    solution: (rewards, gamma) => Array.from(rewardToGo(rewards, gamma)),
    mistakes: [
      {
        hint: 'the discount is missing: a reward that comes k steps later counts gamma^k times.',
        made: rewards => Array.from(rewardToGo(rewards, 1)),
      },
      {
        hint: 'this is the discounted return of the whole episode at every step: what was earned before t is no consequence of a_t.',
        made: (rewards, gamma) => rewards.map(() => rewardToGo(rewards, gamma)[0]),
      },
      {
        hint: 'the discount counts from the start of the episode: G_t discounts from step t on, so that r_t itself counts in full.',
        made: (rewards, gamma) => Array.from(rewardToGo(rewards, gamma), (G, t) => gamma ** t * G),
      },
      {
        hint: 'G_t begins with r_t, not with r_{t+1}: the reward of the step itself is a consequence of its action.',
        made: (rewards, gamma) =>
          Array.from(rewardToGo(rewards, gamma), (G, t) => (G - rewards[t]) / (gamma || 1)),
      },
    ],
  }),
};
