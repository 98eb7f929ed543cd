/**
 * Homework 2, baselines and advantages: the exercises, each with the mistakes that people make. Tasks are tables, as in
 * homework 1; a critic is the table V(s) [S].
 *
 *   b*      = E[||psi||^2 Q(s, a)] / E[||psi||^2]   of one state, a ~ pi          optimalBaseline
 *   g       = 1/m sum_i sum_t gamma^t (G_t - b(s_t)) psi_t                        baselineGradient
 *   b(s)    = the mean of the G_t of all steps in s                               fitBaseline
 *   delta_t = r_t + gamma V(s_{t+1}) - V(s_t),   V(s_{t+1}) = 0 if terminated     tdErrors
 *   A_t^(n) = sum_{k < n} gamma^k delta_{t+k},   cut where the episode ends       nStepAdvantages
 *   A_t     = sum_k (gamma lambda)^k delta_{t+k},   cut where the episode ends    gae
 *   dL/dV(s), L = 1/(2T) sum_t (V(s_t) - y_t)^2,  y_t = r_t + gamma V(s_{t+1}) held fixed      criticGradient
 *
 * The right answers come from the library's own estimators. Each mistake about the end of episodes is made by telling
 * them another story of how the episodes ended.
 */

import { generalizedAdvantages, nStepAdvantages } from '../estimators/advantages';
import { discountByTime, rewardToGo } from '../estimators/returns';
import { square } from '../math/vectors';
import { optimalBaselineTable } from '../mdp/optimalBaseline';
import { banditMDP } from '../mdp/randomMDP';
import { softmaxTabular } from '../policies/softmaxTabular';
import {
  type BaselineGradient,
  baselineGradient,
  criticGradient,
  episodeCases,
  type FitBaseline,
  firstVisitFit,
  fitted,
  flat,
  type OptimalBaseline,
  rightFit,
  rightGradient,
  visitsOf,
  weightedMean,
} from './baselineMistakes';
import { drawEpisodes, drawGamma, drawList, drawNumber, drawTheta, scaled } from './episodes';
import { functionCheck } from './exercise';
import { EPISODE_SUM, LOSS_SIGN } from './policyGradientMistakes';
import type { CriticGradient, Gae, NStepAdvantages, TdErrors } from './rollouts';
import {
  accounts,
  BORDERS,
  batchOf,
  criticOf,
  DISCOUNT,
  deltasWith,
  drawCritic,
  endedAt,
  endsOf,
  FORWARDS,
  forwards,
  longSteps,
  NEXT_ROW,
  NOT_AT_TRUNCATION,
  nextRow,
  notAtTruncation,
  rightDeltas,
  rollouts,
  THROUGH_TERMINATION,
  THROUGH_TRUNCATION,
  threeSteps,
  throughTermination,
  traced,
  V3,
  windowed,
} from './rollouts';

export type { Rollout } from './rollouts';

export const baselineChecks = {
  optimalBaseline: functionCheck<OptimalBaseline>({
    name: 'optimalBaseline',
    parameters: ['logits', 'Q'],
    cases: [
      [
        [0, 0],
        [1, 3],
      ],
      [
        [0, Math.log(3)],
        [0, 4],
      ],
      [
        [0, 0, Math.log(2)],
        [4, 0, 0],
      ],
    ],
    draw: rng => {
      const A = rng.integer(2, 5);
      return [drawList(A, () => drawNumber(rng) / 2), drawList(A, () => drawNumber(rng))];
    },
    solution: (logits, Q) => {
      const policy = softmaxTabular({
        states: 2,
        actions: logits.length,
        logits: [...logits, ...logits],
      });
      return optimalBaselineTable(banditMDP({ means: Q }), policy, { horizon: 1 })[0];
    },
    mistakes: [
      {
        hint: 'this is the value, the mean of Q under pi: the best baseline weighs each action by its squared score.',
        made: (logits, Q) =>
          weightedMean(
            logits,
            () => 1,
            a => Q[a],
          ),
      },
      {
        hint: 'the weights are the lengths of the scores, not their squares: the slide prints its formula without the norms and with the square in the wrong place.',
        made: (logits, Q) => weightedMean(logits, Math.sqrt, a => Q[a]),
      },
      {
        hint: 'this squares Q, as the slide prints it: the square belongs to the score.',
        made: (logits, Q) =>
          weightedMean(
            logits,
            square => square,
            a => square(Q[a]),
          ),
      },
      {
        hint: 'the squared score has only the component of the action taken: its norm sums over the components of all actions.',
        made: (logits, Q) =>
          weightedMean(
            logits,
            (_square, own) => own * own,
            a => Q[a],
          ),
      },
      {
        hint: 'the probabilities pi(a) are missing: both expectations are over actions drawn from the policy.',
        made: (logits, Q) => {
          const pi = softmaxTabular({ states: 1, actions: logits.length, logits }).table();
          const norms = pi.map((_, a) => pi.reduce((sum, p, b) => sum + square(a === b ? 1 - p : p), 0));
          const total = norms.reduce((sum, x) => sum + x, 0);
          return norms.reduce((sum, x, a) => sum + x * Q[a], 0) / total;
        },
      },
      {
        hint: 'the denominator is missing: a weighted mean is divided by the sum of its weights.',
        made: (logits, Q) => {
          const pi = softmaxTabular({ states: 1, actions: logits.length, logits }).table();
          const norms = pi.map((_, a) => pi.reduce((sum, p, b) => sum + square(a === b ? 1 - p : p), 0));
          return norms.reduce((sum, x, a) => sum + pi[a] * x * Q[a], 0);
        },
      },
    ],
  }),

  baselineGradient: functionCheck<BaselineGradient>({
    name: 'baselineGradient',
    parameters: ['theta', 'episodes', 'baseline', 'gamma'],
    cases: [
      [[[0, 0]], episodeCases[0], [1], 0.5],
      [[[0, 0]], episodeCases[1], [1], 0.5],
      [flat, episodeCases[2], [1, 3], 0.5],
    ],
    draw: rng => {
      const [states, actions] = [rng.integer(2, 4), rng.integer(2, 4)];
      return [
        drawTheta(rng, states, actions),
        drawEpisodes(rng, states, actions),
        drawList(states, () => drawNumber(rng)),
        drawGamma(rng),
      ];
    },
    solution: rightGradient,
    mistakes: [
      {
        hint: 'the baseline is added: it is what is expected anyway, and only what is better than that should make an action more likely.',
        made: baselineGradient({ sign: -1 }),
      },
      {
        hint: 'the baseline is missing.',
        made: baselineGradient({ sign: 0 }),
      },
      {
        hint: 'the baseline is taken from every reward: it belongs to the whole of G_t, once for each score.',
        made: baselineGradient({ form: 'reward' }),
      },
      {
        hint: 'the baseline is that of the next state: b(s_t) is known before a_t is drawn, s_{t+1} only after it.',
        made: baselineGradient({ lead: 1 }),
      },
      {
        hint: 'gamma^t is missing in front of the bracket: late steps count as J discounts them.',
        made: baselineGradient({ discountState: false }),
      },
      { hint: DISCOUNT, made: baselineGradient({ discount: () => 1 }) },
      {
        hint: EPISODE_SUM,
        made: (theta, episodes, baseline, gamma) =>
          scaled(rightGradient(theta, episodes, baseline, gamma), episodes.length),
      },
      {
        hint: LOSS_SIGN,
        made: (theta, episodes, baseline, gamma) =>
          scaled(rightGradient(theta, episodes, baseline, gamma), -1),
      },
    ],
  }),

  fitBaseline: functionCheck<FitBaseline>({
    name: 'fitBaseline',
    parameters: ['episodes', 'states', 'gamma'],
    cases: [
      [episodeCases[0], 1, 0.5],
      [episodeCases[1], 1, 0.5],
      [episodeCases[2], 3, 0.5],
    ],
    draw: rng => [drawEpisodes(rng, 3, 2), 4, drawGamma(rng)],
    solution: rightFit,
    mistakes: [
      {
        hint: 'a state that no episode visited has 0 / 0: its baseline is to be 0.',
        made: (episodes, states, gamma) => {
          const visits = visitsOf(episodes, states);
          return rightFit(episodes, states, gamma).map((b, s) => (visits[s] > 0 ? b : Number.NaN));
        },
      },
      {
        hint: 'the returns of each state are summed, not averaged over its visits.',
        made: (episodes, states, gamma) => {
          const visits = visitsOf(episodes, states);
          return rightFit(episodes, states, gamma).map((b, s) => b * visits[s]);
        },
      },
      {
        hint: 'the sums are divided by the number of all steps: each state has its own number of visits.',
        made: (episodes, states, gamma) => {
          const visits = visitsOf(episodes, states);
          const steps = visits.reduce((sum, x) => sum + x, 0);
          return rightFit(episodes, states, gamma).map((b, s) => (b * visits[s]) / steps);
        },
      },
      {
        hint: 'the sums are divided by the number of episodes: a state may be visited more or less than once an episode.',
        made: (episodes, states, gamma) => {
          const visits = visitsOf(episodes, states);
          return rightFit(episodes, states, gamma).map((b, s) => (b * visits[s]) / episodes.length);
        },
      },
      {
        hint: 'this is the mean reward of each state, not the mean of the rewards to go.',
        made: fitted(({ batch }) => batch.rewards),
      },
      {
        hint: DISCOUNT,
        made: fitted(({ batch }) => rewardToGo(batch.rewards, 1, batch.episodeStarts)),
      },
      {
        hint: 'only the first visit of each episode to a state counts here: every step in s has its return.',
        made: firstVisitFit,
      },
      {
        hint: 'this fits gamma^t G_t, but the baseline stands beside G_t itself, inside the bracket.',
        made: fitted(({ batch, returns }, gamma) => discountByTime(returns, gamma, batch.episodeStarts)),
      },
    ],
  }),

  tdErrors: functionCheck<TdErrors>({
    name: 'tdErrors',
    parameters: ['rollout', 'values', 'gamma'],
    cases: rollouts.map(([rollout, values]) => [rollout, values, 0.5]),
    draw: rng => [...drawCritic(rng), drawGamma(rng)],
    solution: (...args) => Array.from(rightDeltas(...args)),
    mistakes: [
      ...accounts.map(({ hint, account }) => ({
        hint,
        made: ((rollout, values, gamma) =>
          Array.from(deltasWith(rollout, values, gamma, account))) as TdErrors,
      })),
      { hint: DISCOUNT, made: (rollout, values) => Array.from(rightDeltas(rollout, values, 1)) },
      {
        hint: 'V(s_t) is not subtracted: this is the target, not its difference from what was expected.',
        made: (rollout, values, gamma) =>
          Array.from(rightDeltas(rollout, values, gamma), (delta, t) => delta + values[rollout.states[t]]),
      },
      {
        hint: 'the sign is turned: a step that went better than expected has a positive TD error.',
        made: (...args) => Array.from(rightDeltas(...args), delta => -delta),
      },
    ],
  }),

  nStepAdvantages: functionCheck<NStepAdvantages>({
    name: 'nStepAdvantages',
    parameters: ['rollout', 'values', 'n', 'gamma'],
    cases: [
      ...rollouts.map(([rollout, values]): Parameters<NStepAdvantages> => [rollout, values, 2, 0.5]),
      [threeSteps(true), V3, 1, 0.5],
      [threeSteps(false), V3, 5, 0.5],
    ],
    draw: rng => [...drawCritic(rng), rng.integer(1, 6), drawGamma(rng)],
    solution: (rollout, values, n, gamma) => {
      const batch = batchOf(rollout);
      return Array.from(nStepAdvantages(batch, { ...criticOf(batch, values), n, gamma }));
    },
    mistakes: [
      ...accounts.map(({ hint, account }) => ({
        hint,
        made: ((rollout, values, n, gamma) =>
          windowed(
            deltasWith(rollout, values, gamma, account),
            n,
            gamma,
            endedAt(rollout, endsOf(rollout)),
          )) as NStepAdvantages,
      })),
      {
        hint: DISCOUNT,
        made: (rollout, values, n) =>
          windowed(rightDeltas(rollout, values, 1), n, 1, endedAt(rollout, endsOf(rollout))),
      },
      {
        hint: 'the TD errors are summed without a discount: the k-th of them counts gamma^k times.',
        made: (rollout, values, n, gamma) =>
          windowed(rightDeltas(rollout, values, gamma), n, 1, endedAt(rollout, endsOf(rollout))),
      },
      {
        hint: BORDERS,
        made: (rollout, values, n, gamma) =>
          windowed(
            rightDeltas(rollout, values, gamma),
            n,
            gamma,
            endedAt(rollout, () => false),
          ),
      },
      {
        hint: THROUGH_TRUNCATION,
        made: (rollout, values, n, gamma) =>
          windowed(
            rightDeltas(rollout, values, gamma),
            n,
            gamma,
            endedAt(rollout, t => rollout.terminated[t]),
          ),
      },
      {
        hint: 'one reward too many: A^(n) holds n rewards and bootstraps after them.',
        made: (rollout, values, n, gamma) =>
          windowed(rightDeltas(rollout, values, gamma), n + 1, gamma, endedAt(rollout, endsOf(rollout))),
      },
      {
        hint: 'V(s_t) is not subtracted: this is the target R^(n), while the advantage is asked for.',
        made: (rollout, values, n, gamma) =>
          windowed(rightDeltas(rollout, values, gamma), n, gamma, endedAt(rollout, endsOf(rollout))).map(
            (x, t) => x + values[rollout.states[t]],
          ),
      },
    ],
  }),

  gae: functionCheck<Gae>({
    name: 'gae',
    parameters: ['rollout', 'values', 'gamma', 'lambda'],
    cases: [
      ...rollouts.map(([rollout, values]): Parameters<Gae> => [rollout, values, 0.5, 0.5]),
      [longSteps, V3, 0.5, 0.25],
    ],
    draw: rng => [...drawCritic(rng), drawGamma(rng), Math.round(100 * rng.uniform()) / 100],
    solution: (rollout, values, gamma, lambda) => {
      const batch = batchOf(rollout);
      return Array.from(generalizedAdvantages(batch, { ...criticOf(batch, values), gamma, lambda }));
    },
    mistakes: [
      ...accounts.map(({ hint, account }) => ({
        hint,
        made: ((rollout, values, gamma, lambda) =>
          traced(
            deltasWith(rollout, values, gamma, account),
            gamma * lambda,
            endedAt(rollout, endsOf(rollout)),
          )) as Gae,
      })),
      {
        hint: 'lambda is forgotten: the TD errors are summed with gamma alone.',
        made: (rollout, values, gamma) =>
          traced(rightDeltas(rollout, values, gamma), gamma, endedAt(rollout, endsOf(rollout))),
      },
      {
        hint: 'the discount is missing in the sum: the k-th TD error counts (gamma lambda)^k times, not lambda^k times.',
        made: (rollout, values, gamma, lambda) =>
          traced(rightDeltas(rollout, values, gamma), lambda, endedAt(rollout, endsOf(rollout))),
      },
      {
        hint: 'the discount is missing in the TD errors: V(s_{t+1}) is one step away.',
        made: (rollout, values, gamma, lambda) =>
          traced(rightDeltas(rollout, values, 1), gamma * lambda, endedAt(rollout, endsOf(rollout))),
      },
      {
        hint: DISCOUNT,
        made: (rollout, values, _gamma, lambda) =>
          traced(rightDeltas(rollout, values, 1), lambda, endedAt(rollout, endsOf(rollout))),
      },
      {
        hint: BORDERS,
        made: (rollout, values, gamma, lambda) =>
          traced(
            rightDeltas(rollout, values, gamma),
            gamma * lambda,
            endedAt(rollout, () => false),
          ),
      },
      {
        hint: THROUGH_TRUNCATION,
        made: (rollout, values, gamma, lambda) =>
          traced(
            rightDeltas(rollout, values, gamma),
            gamma * lambda,
            endedAt(rollout, t => rollout.terminated[t]),
          ),
      },
      {
        hint: 'gamma and lambda are mixed up: the TD errors discount with gamma, and lambda only enters where they are summed.',
        made: (rollout, values, gamma, lambda) =>
          traced(rightDeltas(rollout, values, lambda), gamma * lambda, endedAt(rollout, endsOf(rollout))),
      },
      { hint: FORWARDS, made: forwards(t => t - 1) },
      { hint: FORWARDS, made: forwards(t => t) },
      {
        hint: 'these are the TD errors alone: A_t needs A_{t+1}, so is that one computed first?',
        made: (rollout, values, gamma) => Array.from(rightDeltas(rollout, values, gamma)),
      },
      {
        hint: 'the weights (1 - lambda) lambda^(n-1) sum to less than 1 where the episode ends: the rest belongs to the longest A^(n) there is.',
        made: (rollout, values, gamma, lambda) => {
          const deltas = rightDeltas(rollout, values, gamma);
          const starts = endedAt(rollout, endsOf(rollout));
          const longest = traced(deltas, gamma, starts);
          const powers = discountByTime(new Float64Array(deltas.length + 1).fill(1), lambda);
          return traced(deltas, gamma * lambda, starts).map((x, t) => {
            const left = starts.find(start => start > t)! - t;
            return x - powers[left] * longest[t];
          });
        },
      },
      {
        hint: 'these are the targets A_t + V(s_t) for the critic, while the advantages are asked for.',
        made: (rollout, values, gamma, lambda) =>
          traced(rightDeltas(rollout, values, gamma), gamma * lambda, endedAt(rollout, endsOf(rollout))).map(
            (x, t) => x + values[rollout.states[t]],
          ),
      },
    ],
  }),

  criticGradient: functionCheck<CriticGradient>({
    name: 'criticGradient',
    parameters: ['rollout', 'values', 'gamma'],
    cases: rollouts.map(([rollout, values]) => [rollout, values, 0.5]),
    draw: rng => [...drawCritic(rng), drawGamma(rng)],
    solution: criticGradient({}),
    mistakes: [
      {
        hint: 'this differentiates through the target: y_t is held fixed, as if it were data, although V stands in it.',
        made: criticGradient({ throughTarget: true }),
      },
      {
        hint: 'the sign is turned: against the gradient V(s_t) must move towards its target.',
        made: criticGradient({ by: T => -1 / T }),
      },
      {
        hint: 'this is the sum over the steps, while the loss is their mean.',
        made: criticGradient({ by: () => 1 }),
      },
      {
        hint: 'twice too long: the loss has a factor 1/2 that the derivative of the square cancels.',
        made: criticGradient({ by: T => 2 / T }),
      },
      { hint: THROUGH_TERMINATION, made: criticGradient({ after: throughTermination }) },
      { hint: NOT_AT_TRUNCATION, made: criticGradient({ after: notAtTruncation }) },
      { hint: NEXT_ROW, made: criticGradient({ after: nextRow }) },
      {
        hint: 'this divides by the number of visits of each state: the loss is a mean over all steps.',
        made: (rollout, values, gamma) => {
          const T = rollout.states.length;
          return criticGradient({})(rollout, values, gamma).map(
            (x, s) => (x * T) / Math.max(1, rollout.states.filter(state => state === s).length),
          );
        },
      },
    ],
  }),
};
