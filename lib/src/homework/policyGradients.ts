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
import { scoreWeights } from '../estimators/scoreFunction';
import { square } from '../math/vectors';
import { enumerateTrajectories } from '../mdp/enumerate';
import { tabularMDP } from '../mdp/tabularMDP';
import { softmaxTabular } from '../policies/softmaxTabular';
import {
  drawList,
  drawNumber,
  drawTheta,
  type GradientEstimate,
  type MomentsOf,
  type RewardToGo,
  type Score,
  type Softmax,
  type TrajectoryProbability,
  weightedScores,
} from './episodes';
import { functionCheck } from './exercise';
import {
  DISCOUNT,
  distribution,
  drawGradientCase,
  drawLogits,
  FROM_STEP,
  gradientCases,
  gradientMistakes,
  LAST_REWARD,
  momentsOf,
  naiveSoftmax,
  OVERFLOW,
  productOf,
  softmax,
} from './policyGradientMistakes';

export type { Episode, GradientEstimate, Moments, StateActionTable } from './episodes';

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
