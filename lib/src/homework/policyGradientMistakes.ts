/** Mistakes that students make in the first problem set, each with its hint, and the right functions beside them. */

import * as categorical from '../distributions/categorical';
import { type ScoreWeightOptions, scoreWeights } from '../estimators/scoreFunction';
import type { Rng } from '../math/rng';
import { square } from '../math/vectors';
import type { TrajectoryBatch } from '../rollout/trajectoryBatch';
import {
  batchOf,
  drawEpisodes,
  drawGamma,
  drawList,
  drawNumber,
  drawTheta,
  type Episode,
  type GradientEstimate,
  type MomentsOf,
  type Softmax,
  scaled,
  type TrajectoryProbability,
  weightedScores,
} from './episodes';

const stepsIn = (episodes: readonly Episode[]) =>
  episodes.reduce((total, { rewards }) => total + rewards.length, 0);

/** `weights`, those of each step divided by the number of steps of its episode. */
const overLength = (weights: Float64Array, { episodeStarts }: TrajectoryBatch) => {
  for (let i = 0; i < episodeStarts.length - 1; i++)
    for (let t = episodeStarts[i]; t < episodeStarts[i + 1]; t++)
      weights[t] /= episodeStarts[i + 1] - episodeStarts[i];
  return weights;
};

/** `weights`, 0 for the last step of each episode. */
const withoutLast = (weights: Float64Array, { episodeStarts }: TrajectoryBatch) =>
  weights.map((w, t) => (episodeStarts.includes(t + 1) ? 0 : w));

/** The episodes without what their last step earned. */
const withoutLastReward = (episodes: readonly Episode[]): Episode[] =>
  episodes.map(episode => ({ ...episode, rewards: [...episode.rewards.slice(0, -1), 0] }));

export const EPISODE_SUM =
  'this is the sum over the episodes, not their mean: twice as many episodes must not make the gradient twice as long.';
export const LOSS_SIGN =
  'the sign is turned: this is the gradient of a loss, -J, while the gradient of J is asked for.';
export const DISCOUNT = 'the discount is missing: a reward that comes k steps later counts gamma^k times.';
export const FROM_STEP =
  'the scores are weighed by the rewards from their step on: in this form every score of an episode gets the same weight, the return of all of it.';
export const LAST_REWARD =
  'the last reward of an episode is missing: look at where the loop over the rewards ends.';

/** The mistakes that both forms of the gradient share. */
export const gradientMistakes = (options: Omit<ScoreWeightOptions, 'gamma'>) => {
  const right: GradientEstimate = (theta, episodes, gamma) =>
    weightedScores(theta, episodes, batch => scoreWeights(batch, { ...options, gamma }));
  return [
    {
      hint: EPISODE_SUM,
      made: ((theta, episodes, gamma) =>
        scaled(right(theta, episodes, gamma), episodes.length)) as GradientEstimate,
    },
    {
      hint: 'this divides by the number of all steps: the steps of an episode are summed, only episodes are averaged.',
      made: ((theta, episodes, gamma) =>
        scaled(right(theta, episodes, gamma), episodes.length / stepsIn(episodes))) as GradientEstimate,
    },
    {
      hint: 'this averages over the steps within each episode: they are summed, so that a long episode counts for more.',
      made: ((theta, episodes, gamma) =>
        weightedScores(theta, episodes, batch =>
          overLength(scoreWeights(batch, { ...options, gamma }), batch),
        )) as GradientEstimate,
    },
    {
      hint: LOSS_SIGN,
      made: ((theta, episodes, gamma) => scaled(right(theta, episodes, gamma), -1)) as GradientEstimate,
    },
    {
      hint: 'the last step of each episode is missing: look at where the loop over time ends.',
      made: ((theta, episodes, gamma) =>
        weightedScores(theta, episodes, batch =>
          withoutLast(scoreWeights(batch, { ...options, gamma }), batch),
        )) as GradientEstimate,
    },
    {
      hint: DISCOUNT,
      made: ((theta, episodes) => right(theta, episodes, 1)) as GradientEstimate,
    },
    {
      hint: 'one factor of gamma too many: time starts at 0, so that what an episode earns at first counts in full.',
      made: ((theta, episodes, gamma) => scaled(right(theta, episodes, gamma), gamma)) as GradientEstimate,
    },
    {
      hint: LAST_REWARD,
      made: ((theta, episodes, gamma) =>
        right(theta, withoutLastReward(episodes), gamma)) as GradientEstimate,
    },
    {
      hint: 'the weight goes to the logit of the action taken alone: the score has a component for every action of the state.',
      made: ((theta, episodes, gamma) => {
        const gradient = scaled(theta, 0);
        const { observations, actions, ...batch } = batchOf(episodes);
        scoreWeights({ observations, actions, ...batch }, { ...options, gamma }).forEach((w, t) => {
          gradient[observations[t]][actions[t]] += w / episodes.length;
        });
        return gradient;
      }) as GradientEstimate,
    },
  ];
};

export const gradientCases: Parameters<GradientEstimate>[] = [
  [[[0, 0]], [{ states: [0], actions: [1], rewards: [2] }], 0.5],
  [[[0, 0]], [{ states: [0, 0], actions: [1, 1], rewards: [0, 4] }], 0.5],
  [
    [
      [0, 0],
      [0, 0],
    ],
    [
      { states: [0, 1], actions: [1, 0], rewards: [2, 4] },
      { states: [0], actions: [0], rewards: [2] },
    ],
    0.5,
  ],
];

export const drawGradientCase = (rng: Rng): Parameters<GradientEstimate> => {
  const [states, actions] = [rng.integer(1, 4), rng.integer(2, 4)];
  return [drawTheta(rng, states, actions), drawEpisodes(rng, states, actions), drawGamma(rng)];
};

export const naiveSoftmax: Softmax = logits => {
  const sum = logits.reduce((total, z) => total + Math.exp(z), 0);
  return logits.map(z => Math.exp(z) / sum);
};

export const softmax: Softmax = logits => Array.from(categorical.softmax(logits));

export const OVERFLOW =
  'exp overflows to Infinity for large logits and is 0 for very negative ones: what may be subtracted from all logits without changing the probabilities?';

/** Logits, now and then all of them large or very negative. */
export const drawLogits = (rng: Rng): number[] => {
  const shift = [0, 0, 800, -800][rng.integer(0, 4)];
  return drawList(rng.integer(2, 6), () => shift + drawNumber(rng));
};

export const distribution = (rng: Rng, n: number): number[] => softmax(drawList(n, () => drawNumber(rng)));

/** The product over a trajectory of those factors that are kept. */
export const productOf = (
  [theta, initial, transition, states, actions]: Parameters<TrajectoryProbability>,
  { mu = true, pi = true, P = true, steps = actions.length },
): number => {
  let product = mu ? initial[states[0]] : 1;
  for (let t = 0; t < actions.length; t++) {
    if (pi) product *= softmax(theta[states[t]])[actions[t]];
    if (P && t < steps) product *= transition[states[t]][actions[t]][states[t + 1]];
  }
  return product;
};

export const momentsOf =
  ({
    weight = (p: number[], i: number) => p[i],
    centred = true,
  }: {
    weight?: (p: number[], i: number) => number;
    centred?: boolean;
  } = {}): MomentsOf =>
  (probabilities, gradients) => {
    const mean = gradients[0].map((_, k) =>
      gradients.reduce((sum, g, i) => sum + weight(probabilities, i) * g[k], 0),
    );
    const about = centred ? mean : mean.map(() => 0);
    const covarianceTrace = gradients.reduce(
      (sum, g, i) =>
        sum + weight(probabilities, i) * g.reduce((total, x, k) => total + square(x - about[k]), 0),
      0,
    );
    return { mean, covarianceTrace };
  };
