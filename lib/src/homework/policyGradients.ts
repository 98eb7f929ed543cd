/**
 * Homework 1, policy gradients by hand: the exercises, each with the mistakes that people make. A task has states
 * 0 .. S - 1 and actions 0 .. A - 1, the policy a logit for each pair, theta[s][a]:
 *
 *   pi(a|s) = exp(theta[s][a]) / sum_b exp(theta[s][b])                       softmax
 *   psi     = grad log pi(a|s),   d log pi(a|s) / d theta[s][b] = [b = a] - pi(b|s)       score
 *   P(tau)  = mu(s_0) prod_t pi(a_t|s_t) P(s_{t+1}|s_t, a_t)                  trajectoryProbability
 *   G_t     = r_t + gamma G_{t+1}                                             rewardToGo
 *   g       = 1/m sum_i R(tau_i) sum_t psi_t                                  likelihoodRatioGradient
 *   g       = 1/m sum_i sum_t gamma^t G_t psi_t                               reinforceGradient
 *   E[g], tr Cov[g] = E||g - E g||^2, over trajectories with known probabilities       estimatorMoments
 *
 * The right answers come from the library's own distributions, estimators and MDPs.
 */

import * as categorical from '../distributions/categorical';
import { discountByTime, rewardToGo } from '../estimators/returns';
import { type ScoreWeightOptions, scoreGradient, scoreWeights } from '../estimators/scoreFunction';
import type { Rng } from '../math/rng';
import { square } from '../math/vectors';
import { enumerateTrajectories } from '../mdp/enumerate';
import { tabularMDP } from '../mdp/tabularMDP';
import { softmaxTabular } from '../policies/softmaxTabular';
import { type TrajectoryBatch, trajectoryBatch } from '../rollout/trajectoryBatch';
import { functionCheck } from './exercise';

/** Logits theta[s][a], or anything else with a number for each state and action. @experimental */
export type StateActionTable = number[][];

/** One episode: s_0 .. s_{T-1}, a_0 .. a_{T-1}, r_0 .. r_{T-1}. @experimental */
export interface Episode {
  /** [T] s_t */
  states: number[];
  /** [T] a_t */
  actions: number[];
  /** [T] r_t */
  rewards: number[];
}

/** pi [A] of one state's logits [A]. */
export type Softmax = (logits: number[]) => number[];

/** d log pi(action) / d logits [A]. */
export type Score = (logits: number[], action: number) => number[];

/**
 * P(tau) of a trajectory.
 * @param initial mu(s) [S];  transition P(s'|s,a) at [s][a][s'];  states s_0 .. s_T [T + 1];  actions [T]
 */
export type TrajectoryProbability = (
  theta: StateActionTable,
  initial: number[],
  transition: number[][][],
  states: number[],
  actions: number[],
) => number;

/** G_t = sum_{t' >= t} gamma^(t' - t) r_t'  [T] of one episode's rewards [T]. */
export type RewardToGo = (rewards: number[], gamma: number) => number[];

/** An estimate of grad J from m episodes, shaped like theta. @experimental */
export type GradientEstimate = (
  theta: StateActionTable,
  episodes: Episode[],
  gamma: number,
) => StateActionTable;

/** What `estimatorMoments` gives: E[g] [d] and tr Cov[g]. @experimental */
export type Moments = {
  /** [d] E[g] */
  mean: number[];
  /** tr Cov[g], the sum of the variances. */
  covarianceTrace: number;
};

/** The moments of an estimator that takes the value gradients[i] [d] with probability probabilities[i]. */
export type MomentsOf = (probabilities: number[], gradients: number[][]) => Moments;

/** `count` numbers drawn one by one. */
export const drawList = <T>(count: number, draw: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => draw(i));

/** A number with one digit after the point, as one writes it down. */
export const drawNumber = (rng: Rng): number => Math.round(20 * rng.normal()) / 10;

/** Logits of S states and A actions. */
export const drawTheta = (rng: Rng, states: number, actions: number): StateActionTable =>
  drawList(states, () => drawList(actions, () => drawNumber(rng) / 2));

/** A discount factor in [0.2, 1). */
export const drawGamma = (rng: Rng): number => Math.round(100 * rng.uniform(0.2, 1)) / 100;

/** m episodes of 1 to 5 steps; where they go is left to chance. */
export const drawEpisodes = (rng: Rng, states: number, actions: number): Episode[] =>
  drawList(rng.integer(1, 5), () => {
    const steps = rng.integer(1, 6);
    return {
      states: drawList(steps, () => rng.integer(0, states)),
      actions: drawList(steps, () => rng.integer(0, actions)),
      rewards: drawList(steps, () => drawNumber(rng)),
    };
  });

/** The episodes as the library's batch. */
export const batchOf = (episodes: readonly Episode[]): TrajectoryBatch => {
  const episodeStarts = [0];
  for (const { rewards } of episodes)
    episodeStarts.push(episodeStarts[episodeStarts.length - 1] + rewards.length);
  return trajectoryBatch({
    observations: episodes.flatMap(({ states }) => states),
    actions: episodes.flatMap(({ actions }) => actions),
    rewards: episodes.flatMap(({ rewards }) => rewards),
    episodeStarts,
  });
};

/** 1/m sum_i sum_t w_t psi_t, shaped like theta, for the weights [T] that `weights` gives the batch. */
export function weightedScores(
  theta: StateActionTable,
  episodes: readonly Episode[],
  weights: (batch: TrajectoryBatch) => ArrayLike<number>,
): StateActionTable {
  const actions = theta[0].length;
  const policy = softmaxTabular({ states: theta.length, actions, logits: theta.flat() });
  const batch = batchOf(episodes);
  const gradient = Array.from(scoreGradient(batch, policy, weights(batch)));
  return theta.map((_, s) => gradient.slice(s * actions, (s + 1) * actions));
}

/** The table times a number. */
export const scaled = (table: StateActionTable, by: number): StateActionTable =>
  table.map(row => row.map(x => by * x));

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
const DISCOUNT = 'the discount is missing: a reward that comes k steps later counts gamma^k times.';
const FROM_STEP =
  'the scores are weighed by the rewards from their step on: in this form every score of an episode gets the same weight, the return of all of it.';
const LAST_REWARD = 'the last reward of an episode is missing: look at where the loop over the rewards ends.';

/** The mistakes that both forms of the gradient share. */
const gradientMistakes = (options: Omit<ScoreWeightOptions, 'gamma'>) => {
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

const gradientCases: Parameters<GradientEstimate>[] = [
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

const drawGradientCase = (rng: Rng): Parameters<GradientEstimate> => {
  const [states, actions] = [rng.integer(1, 4), rng.integer(2, 4)];
  return [drawTheta(rng, states, actions), drawEpisodes(rng, states, actions), drawGamma(rng)];
};

const naiveSoftmax: Softmax = logits => {
  const sum = logits.reduce((total, z) => total + Math.exp(z), 0);
  return logits.map(z => Math.exp(z) / sum);
};

const softmax: Softmax = logits => Array.from(categorical.softmax(logits));

const OVERFLOW =
  'exp overflows to Infinity for large logits and is 0 for very negative ones: what may be subtracted from all logits without changing the probabilities?';

/** Logits, now and then all of them large or very negative. */
const drawLogits = (rng: Rng): number[] => {
  const shift = [0, 0, 800, -800][rng.integer(0, 4)];
  return drawList(rng.integer(2, 6), () => shift + drawNumber(rng));
};

const distribution = (rng: Rng, n: number): number[] => softmax(drawList(n, () => drawNumber(rng)));

/** The product over a trajectory of those factors that are kept. */
const productOf = (
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

const momentsOf =
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

export const policyGradientChecks = {
  softmax: functionCheck<Softmax>({
    name: 'softmax',
    parameters: ['logits'],
    cases: [[[0, 0]], [[0, Math.log(3)]], [[Math.log(2), 0, 0]], [[1000, 1000]], [[-1000, -1000, -1000]]],
    draw: rng => [drawLogits(rng)],
    solution: softmax,
    mistakes: [
      { hint: OVERFLOW, made: naiveSoftmax },
      {
        hint: 'the logits themselves are made to sum to 1: the exponentials are missing.',
        made: logits => {
          const sum = logits.reduce((total, z) => total + z, 0);
          return logits.map(z => z / sum);
        },
      },
      {
        hint: 'these do not sum to 1: the normalizer is missing.',
        made: logits => logits.map(z => Math.exp(z)),
      },
      {
        hint: 'these do not sum to 1: the normalizer is missing.',
        made: logits => logits.map(z => Math.exp(z - Math.max(...logits))),
      },
      {
        hint: 'these are log-probabilities, while probabilities are asked for.',
        made: logits => Array.from(categorical.logSoftmax(logits)),
      },
    ],
  }),

  score: functionCheck<Score>({
    name: 'score',
    parameters: ['logits', 'action'],
    cases: [
      [[0, 0], 0],
      [[0, 0], 1],
      [[0, Math.log(3)], 0],
      [[Math.log(2), 0, 0], 2],
      [[1000, 1000], 1],
    ],
    draw: rng => {
      const logits = drawLogits(rng);
      return [logits, rng.integer(0, logits.length)];
    },
    solution: (logits, action) => Array.from(categorical.score(logits, action)),
    mistakes: [
      {
        hint: 'the -pi is missing: the normalizer of the softmax depends on every logit.',
        made: (logits, action) => logits.map((_, b) => (b === action ? 1 : 0)),
      },
      {
        hint: 'the sign is turned: a larger logit of the action taken must make it more likely.',
        made: (logits, action) => Array.from(categorical.score(logits, action), x => -x),
      },
      {
        hint: 'the components of the other actions have the wrong sign: a larger logit of theirs makes the action taken less likely.',
        made: (logits, action) => Array.from(categorical.score(logits, action), Math.abs),
      },
      {
        hint: 'the components of the other actions are missing: their logits are in the normalizer.',
        made: (logits, action) =>
          Array.from(categorical.score(logits, action), (x, b) => (b === action ? x : 0)),
      },
      {
        hint: 'component b has the probability of the action taken, where that of action b belongs.',
        made: (logits, action) => {
          const p = softmax(logits)[action];
          return logits.map((_, b) => (b === action ? 1 : 0) - p);
        },
      },
      {
        hint: 'this is the gradient of pi(a), while that of log pi(a) is asked for.',
        made: (logits, action) => {
          const p = softmax(logits)[action];
          return Array.from(categorical.score(logits, action), x => p * x);
        },
      },
      {
        hint: OVERFLOW,
        made: (logits, action) => naiveSoftmax(logits).map((p, b) => (b === action ? 1 : 0) - p),
      },
    ],
  }),

  trajectoryProbability: functionCheck<TrajectoryProbability>({
    name: 'trajectoryProbability',
    parameters: ['theta', 'initial', 'transition', 'states', 'actions'],
    cases: [
      [[[0, 0]], [1], [[[1], [1]]], [0, 0], [1]],
      [
        [
          [0, 0],
          [0, Math.log(3)],
        ],
        [0.5, 0.5],
        [
          [
            [1, 0],
            [0.2, 0.8],
          ],
          [
            [0.5, 0.5],
            [0, 1],
          ],
        ],
        [0, 1, 0],
        [1, 0],
      ],
    ],
    draw: rng => {
      const [states, actions, steps] = [rng.integer(2, 4), rng.integer(2, 4), rng.integer(1, 4)];
      return [
        drawTheta(rng, states, actions),
        distribution(rng, states),
        drawList(states, () => drawList(actions, () => distribution(rng, states))),
        drawList(steps + 1, () => rng.integer(0, states)),
        drawList(steps, () => rng.integer(0, actions)),
      ];
    },
    solution: (theta, initial, transition, states, actions) => {
      const [S, A] = [theta.length, theta[0].length];
      const reward = new Float64Array(S * A);
      const mdp = tabularMDP({
        states: S,
        actions: A,
        transition: transition.flat(2),
        reward,
        initial,
        gamma: 1,
      });
      const policy = softmaxTabular({ states: S, actions: A, logits: theta.flat() });
      const found = enumerateTrajectories(mdp, policy, { horizon: actions.length }).find(
        tau => String(tau.states) === String(states) && String(tau.actions) === String(actions),
      );
      return found?.probability ?? 0;
    },
    mistakes: [
      {
        hint: 'where the episode starts is chance as well: the probability of s_0 is missing.',
        made: (...args) => productOf(args, { mu: false }),
      },
      {
        hint: 'the probabilities of the transitions are missing: the world draws s_{t+1}.',
        made: (...args) => productOf(args, { P: false }),
      },
      {
        hint: 'the probabilities of the actions are missing: they are where theta comes in.',
        made: (...args) => productOf(args, { pi: false }),
      },
      {
        hint: 'the transition into the last state is missing: T actions lead to T transitions.',
        made: (...args) => productOf(args, { steps: args[4].length - 1 }),
      },
      {
        hint: 'this is the logarithm of the probability.',
        made: (...args) => Math.log(productOf(args, {})),
      },
    ],
  }),

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
    draw: rng => [drawList(rng.integer(1, 13), () => drawNumber(rng)), rng.uniform()],
    solution: (rewards, gamma) => Array.from(rewardToGo(rewards, gamma)),
    mistakes: [
      {
        hint: DISCOUNT,
        made: rewards => Array.from(rewardToGo(rewards, 1)),
      },
      {
        hint: 'this is the discounted return of the whole episode at every step: what was earned before t is no consequence of a_t.',
        made: (rewards, gamma) => rewards.map(() => rewardToGo(rewards, gamma)[0]),
      },
      {
        hint: 'the discount counts from the start of the episode: G_t discounts from step t on, so that r_t itself counts in full.',
        made: (rewards, gamma) => Array.from(discountByTime(rewardToGo(rewards, gamma), gamma)),
      },
      {
        hint: 'G_t begins with r_t, not with r_{t+1}: the reward of the step itself is a consequence of its action.',
        made: (rewards, gamma) => [...rewardToGo(rewards.slice(1), gamma), 0],
      },
      {
        hint: 'one factor of gamma too many: r_t itself is 0 steps away and counts in full.',
        made: (rewards, gamma) => Array.from(rewardToGo(rewards, gamma), G => gamma * G),
      },
      {
        hint: LAST_REWARD,
        made: (rewards, gamma) => Array.from(rewardToGo([...rewards.slice(0, -1), 0], gamma)),
      },
      {
        hint: 'this adds up what was earned up to step t, while what is earned from t on is asked for.',
        made: (rewards, gamma) =>
          rewards.map((_, t) => rewards.slice(0, t + 1).reduceRight((sum, r) => r + gamma * sum, 0)),
      },
    ],
  }),

  likelihoodRatioGradient: functionCheck<GradientEstimate>({
    name: 'likelihoodRatioGradient',
    parameters: ['theta', 'episodes', 'gamma'],
    cases: gradientCases,
    draw: drawGradientCase,
    solution: (theta, episodes, gamma) =>
      weightedScores(theta, episodes, batch => scoreWeights(batch, { gamma, form: 'total-return' })),
    mistakes: [
      ...gradientMistakes({ form: 'total-return' }),
      ...[true, false].map(discountState => ({
        hint: FROM_STEP,
        made: ((theta, episodes, gamma) =>
          weightedScores(theta, episodes, batch =>
            scoreWeights(batch, { gamma, discountState }),
          )) as GradientEstimate,
      })),
      {
        hint: 'the return is missing: this is the mean of the summed scores, which is zero on average.',
        made: (theta, episodes) =>
          weightedScores(theta, episodes, batch => new Float64Array(batch.rewards.length).fill(1)),
      },
    ],
  }),

  reinforceGradient: functionCheck<GradientEstimate>({
    name: 'reinforceGradient',
    parameters: ['theta', 'episodes', 'gamma'],
    cases: gradientCases,
    draw: drawGradientCase,
    solution: (theta, episodes, gamma) =>
      weightedScores(theta, episodes, batch => scoreWeights(batch, { gamma })),
    mistakes: [
      ...gradientMistakes({ form: 'reward-to-go' }),
      {
        hint: 'gamma^t is missing in front of G_t: late steps count as J discounts them.',
        made: (theta, episodes, gamma) =>
          weightedScores(theta, episodes, batch => scoreWeights(batch, { gamma, discountState: false })),
      },
      {
        hint: 'gamma^t is there, but G_t is not discounted: a reward that comes k steps later counts gamma^k times.',
        made: (theta, episodes, gamma) =>
          weightedScores(theta, episodes, ({ rewards, episodeStarts }) =>
            discountByTime(rewardToGo(rewards, 1, episodeStarts), gamma, episodeStarts),
          ),
      },
      {
        hint: 'every score gets the return of the whole episode: what was earned before step t is no consequence of a_t.',
        made: (theta, episodes, gamma) =>
          weightedScores(theta, episodes, batch => scoreWeights(batch, { gamma, form: 'total-return' })),
      },
      {
        hint: 'each score is weighed by the reward of its own step alone: an action has consequences later on, too.',
        made: (theta, episodes, gamma) =>
          weightedScores(theta, episodes, ({ rewards, episodeStarts }) =>
            discountByTime(rewards, gamma, episodeStarts),
          ),
      },
      {
        hint: 'the rewards of the next episode run into this one: G starts anew at the end of every episode.',
        made: (theta, episodes, gamma) =>
          weightedScores(theta, episodes, ({ rewards, episodeStarts }) =>
            discountByTime(rewardToGo(rewards, gamma), gamma, episodeStarts),
          ),
      },
    ],
  }),

  estimatorMoments: functionCheck<MomentsOf>({
    name: 'estimatorMoments',
    parameters: ['probabilities', 'gradients'],
    cases: [
      [[1], [[2, -2]]],
      [
        [0.5, 0.5],
        [[1], [3]],
      ],
      [
        [0.25, 0.75],
        [
          [4, 0],
          [0, 4],
        ],
      ],
    ],
    draw: rng => {
      const [outcomes, size] = [rng.integer(2, 6), rng.integer(1, 4)];
      return [distribution(rng, outcomes), drawList(outcomes, () => drawList(size, () => drawNumber(rng)))];
    },
    solution: momentsOf(),
    mistakes: [
      {
        hint: 'this is E||g||^2: the square of the mean is still in it.',
        made: momentsOf({ centred: false }),
      },
      {
        hint: 'all outcomes count the same: an expectation weighs each by its probability.',
        made: momentsOf({ weight: p => 1 / p.length }),
      },
      {
        hint: 'the covariance is divided by the number of outcomes less one, as for a sample: with all outcomes and their probabilities at hand it is an expectation.',
        made: (probabilities, gradients) => {
          const { mean } = momentsOf()(probabilities, gradients);
          const squares = gradients.map(g => g.reduce((sum, x, k) => sum + square(x - mean[k]), 0));
          const trace = squares.reduce((sum, x) => sum + x, 0) / Math.max(1, squares.length - 1);
          return { mean, covarianceTrace: trace };
        },
      },
      {
        hint: 'covarianceTrace is the length of the noise, while its square, a variance, is asked for.',
        made: (probabilities, gradients) => {
          const { mean, covarianceTrace } = momentsOf()(probabilities, gradients);
          return { mean, covarianceTrace: Math.sqrt(covarianceTrace) };
        },
      },
    ],
  }),
};
