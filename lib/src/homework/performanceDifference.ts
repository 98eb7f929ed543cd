/**
 * Homework 3, the performance difference lemma (lecture 6, equations 6 to 8, and "Importance Sampling"): for policies pi
 * (old) and pi' (new) of a small MDP, exactly,
 *
 *   stateDistribution    d^pi(s) = (1-gamma) sum_t gamma^t P(s_t = s | pi)
 *   lemmaRightSide       1/(1-gamma) E_{s ~ d^pi', a ~ pi'}[A^pi(s,a)]                     = J(pi') - J(pi)
 *   surrogate            1/(1-gamma) E_{s ~ d^pi, a ~ pi}[pi'(a|s)/pi(a|s) A^pi(s,a)]      = L_pi(pi')
 *   surrogateGradient    the gradient of L_pi(pi_theta) in the logits theta of a softmax table
 *   improvementBounds    L_pi(pi') -+ C sqrt(E_{s ~ d^pi}[D_KL(pi'||pi)[s]])               around J(pi') - J(pi)
 *   importanceVariance   1/N (E_P[P/Q f^2] - E_P[f]^2)
 *   perDecisionEstimate  1/m sum_i sum_t gamma^t r_0 ... r_t reward_t
 *
 * What is right comes from lib/src/mdp and lib/src/estimators. Several mistakes may lead to the same numbers: a policy's
 * own advantage averages to 0 over its own actions, so that taking the advantage of the new policy and drawing actions from
 * the old one both give 0 for any pair of policies, as does a sum over nothing. Their hint names all three.
 */

import { klOfProbabilities } from '../distributions/categorical';
import { square } from '../math/vectors';
import { solvePolicy } from '../mdp/exact';
import { improvementBound } from '../mdp/improvementBound';
import { performanceDifference, surrogate } from '../mdp/performanceDifference';
import { checkOf, functionCheck, text } from './exercise';
import {
  boundsWith,
  errorFor,
  estimateWith,
  gains,
  gradientOf,
  type ImportanceVariance,
  logitGradient,
  meanOf,
  type PerDecisionEstimate,
  secondMoment,
  sumOf,
  variance,
} from './pairFormulas';
import {
  CONVERGED,
  copyOf,
  describeMDP,
  distributionOf,
  drawPair,
  expectation,
  fixedPoint,
  HAND_SIZED,
  oneLater,
  type PairCase,
  pairCheck,
  type StateDistribution,
  stateTransitions,
} from './pairs';

const HINTS = {
  own: "this is 0 for any two policies: it takes the advantage of the new policy, or draws actions from the old one without a ratio (a policy's own advantage averages to 0 over its own actions), or nothing was added up at all. Whose advantage is meant, whose actions, and does the loop run?",
  normalizer:
    'the factor 1/(1-gamma) is missing: d^pi sums to 1, but the discounted steps of an episode count more.',
  timesNormalizer: 'multiplied by 1 - gamma where a division by it is meant.',
  Q: 'this takes Q^pi where the advantage A^pi = Q^pi - V^pi is meant.',
};

const EPSILON_SIGN =
  'epsilon is the largest mean here, not the largest in absolute value: where the new policy is worse, its mean advantage is negative.';

export const performanceDifferenceChecks = {
  stateDistribution: checkOf<StateDistribution, PairCase>({
    name: 'stateDistribution',
    cases: HAND_SIZED.slice(1),
    draw: drawPair,
    describe: ({ mdp, pi }) => `${describeMDP(mdp)}, pi = ${text(pi)}`,
    ask: (mine, { mdp, pi }) => mine(copyOf(mdp), pi.slice()),
    truth: ({ mdp, pi }) => distributionOf(mdp, pi),
    mistakes: [
      {
        hint: 'd^pi is not normalised: its entries should sum to 1, but sum to 1/(1-gamma).',
        answer: ({ mdp, pi }) => Array.from(distributionOf(mdp, pi), d => d / (1 - mdp.gamma)),
      },
      {
        hint: 'the discount is missing: this is where the policy is in the long run, undiscounted, and a visit at time t should count gamma^t.',
        answer: ({ mdp, pi }) => solvePolicy(mdp, pi, { gamma: 1 - 1e-8 }).d,
      },
      {
        hint: 'the transition matrix is the wrong way round: probability flows from s to its successors, so that state s collects from its predecessors.',
        answer: ({ mdp, pi }) =>
          fixedPoint(
            stateTransitions(mdp, pi),
            mdp.initial.map(mu => (1 - mdp.gamma) * mu),
            mdp.gamma,
            false,
          ),
      },
      {
        hint: 'gamma and 1 - gamma are mixed up: the more patient the discount, the less the start counts.',
        answer: ({ mdp, pi }) =>
          fixedPoint(
            stateTransitions(mdp, pi),
            mdp.initial.map(mu => mdp.gamma * mu),
            1 - mdp.gamma,
            true,
          ),
      },
      {
        hint: 'time begins one step late: the start itself, t = 0, is a visit.',
        answer: ({ mdp, pi }) => oneLater(mdp, pi),
      },
      {
        hint: 'time begins one step late: the start itself, t = 0, is a visit.',
        answer: ({ mdp, pi }) => oneLater(mdp, pi).map(d => mdp.gamma * d),
      },
      {
        hint: 'the policy does not enter: every action is taken as equally likely.',
        answer: ({ mdp, pi }) =>
          distributionOf(
            mdp,
            pi.map(() => 1 / mdp.actions),
          ),
      },
    ],
    tolerance: CONVERGED,
  }),

  lemmaRightSide: pairCheck<number>({
    name: 'lemmaRightSide',
    solution: (mdp, pi, newPi) => performanceDifference(mdp, pi, newPi).stateDistributionForm,
    mistakes: [
      { hint: HINTS.own, made: () => 0 },
      {
        hint: 'the states are those of the old policy: this is the surrogate. In the lemma, who visits the states?',
        made: (mdp, pi, newPi) => surrogate(mdp, pi, newPi),
      },
      {
        hint: "the two policies have changed roles: this is J(pi) - J(pi'), with the advantage of the new policy under the old one.",
        made: (mdp, pi, newPi) => performanceDifference(mdp, newPi, pi).difference,
      },
      {
        hint: HINTS.normalizer,
        made: (mdp, pi, newPi) => (1 - mdp.gamma) * performanceDifference(mdp, pi, newPi).difference,
      },
      {
        hint: HINTS.timesNormalizer,
        made: (mdp, pi, newPi) => square(1 - mdp.gamma) * performanceDifference(mdp, pi, newPi).difference,
      },
      {
        hint: HINTS.Q,
        made: (mdp, pi, newPi) =>
          expectation(mdp, distributionOf(mdp, newPi), k => newPi[k], solvePolicy(mdp, pi).Q) /
          (1 - mdp.gamma),
      },
    ],
  }),

  surrogate: pairCheck<number>({
    name: 'surrogate',
    solution: (mdp, pi, newPi) => surrogate(mdp, pi, newPi),
    mistakes: [
      { hint: HINTS.own, made: () => 0 },
      {
        hint: 'the states are those of the new policy: this is the lemma itself, and needs data that nobody has collected. From whose states is the surrogate made?',
        made: (mdp, pi, newPi) => performanceDifference(mdp, pi, newPi).difference,
      },
      {
        hint: HINTS.normalizer,
        made: (mdp, pi, newPi) => (1 - mdp.gamma) * surrogate(mdp, pi, newPi),
      },
      {
        hint: HINTS.timesNormalizer,
        made: (mdp, pi, newPi) => square(1 - mdp.gamma) * surrogate(mdp, pi, newPi),
      },
      {
        hint: 'the ratio is upside down: which policy is asked about, and which one acted?',
        made: (mdp, pi, newPi) => {
          const { d, A } = solvePolicy(mdp, pi);
          return expectation(mdp, d, k => (pi[k] * pi[k]) / newPi[k], A) / (1 - mdp.gamma);
        },
      },
      {
        hint: 'the ratio and actions of the new policy are used both: the ratio is there because actions come from the old one.',
        made: (mdp, pi, newPi) => {
          const { d, A } = solvePolicy(mdp, pi);
          return expectation(mdp, d, k => (newPi[k] * newPi[k]) / pi[k], A) / (1 - mdp.gamma);
        },
      },
      {
        hint: 'the ratio is there, but actions are summed instead of averaged: the expectation over a ~ pi is missing.',
        made: (mdp, pi, newPi) => {
          const { d, A } = solvePolicy(mdp, pi);
          return expectation(mdp, d, k => newPi[k] / pi[k], A) / (1 - mdp.gamma);
        },
      },
      {
        hint: HINTS.Q,
        made: (mdp, pi, newPi) => {
          const { d, Q } = solvePolicy(mdp, pi);
          return expectation(mdp, d, k => newPi[k], Q) / (1 - mdp.gamma);
        },
      },
    ],
  }),

  surrogateGradient: pairCheck<ArrayLike<number>>({
    name: 'surrogateGradient',
    solution: gradientOf,
    mistakes: [
      {
        hint: 'the sign is turned round: along the gradient the surrogate grows.',
        made: (mdp, pi, newPi) => gradientOf(mdp, pi, newPi).map(g => -g),
      },
      {
        hint: "the advantage is that of the new policy: this is the policy gradient at pi', but the surrogate is made of what is known about pi.",
        made: (mdp, _pi, newPi) =>
          logitGradient(mdp, distributionOf(mdp, newPi), newPi, solvePolicy(mdp, newPi).A),
      },
      {
        hint: 'the advantage is that of the new policy, and only the states are those of the old one.',
        made: (mdp, pi, newPi) =>
          logitGradient(mdp, distributionOf(mdp, pi), newPi, solvePolicy(mdp, newPi).A),
      },
      {
        hint: 'the states are those of the new policy: from whose states is the surrogate made?',
        made: (mdp, pi, newPi) =>
          logitGradient(mdp, distributionOf(mdp, newPi), newPi, solvePolicy(mdp, pi).A),
      },
      {
        hint: 'this is the gradient at pi itself, the policy gradient: it has to be taken at the new policy, whose probabilities differ.',
        made: (mdp, pi) => gradientOf(mdp, pi, pi),
      },
      {
        hint: HINTS.normalizer,
        made: (mdp, pi, newPi) => gradientOf(mdp, pi, newPi).map(g => (1 - mdp.gamma) * g),
      },
      {
        hint: 'each logit moves only its own action here: the softmax ties the actions of a state together, and the score has a second part.',
        made: (mdp, pi, newPi) => {
          const { d, A } = solvePolicy(mdp, pi);
          return A.map(
            (advantage, k) => (d[Math.floor(k / mdp.actions)] * newPi[k] * advantage) / (1 - mdp.gamma),
          );
        },
      },
      {
        hint: "the probability of the action is missing: how often does pi' take it?",
        made: (mdp, pi, newPi) => gradientOf(mdp, pi, newPi).map((g, k) => g / newPi[k]),
      },
    ],
  }),

  improvementBounds: pairCheck<{ low: number; high: number }>({
    name: 'improvementBounds',
    solution: boundsWith(({ klBound }) => klBound.error),
    mistakes: [
      {
        hint: 'the bound has the wrong sign: low lies above high. A guarantee is what remains after the worst error.',
        made: boundsWith(({ klBound }) => -klBound.error),
      },
      {
        hint: 'the square root is forgotten: close to pi the KL divergence is far smaller than its root, and the bound would promise too much.',
        made: boundsWith(({ C, expectedKl }) => C * expectedKl),
      },
      {
        hint: 'the KL divergence is taken in the other direction: the slide has the new policy first.',
        made: boundsWith(({ C, expectedReverseKl }) => C * Math.sqrt(expectedReverseKl)),
      },
      {
        hint: 'the factor sqrt(2) of C is missing.',
        made: boundsWith(({ klBound }) => klBound.error / Math.SQRT2),
      },
      {
        hint: 'C divides by 1 - gamma where its square is meant.',
        made: boundsWith(({ klBound }, mdp) => klBound.error * (1 - mdp.gamma)),
      },
      {
        hint: 'the factor gamma of C is missing: with gamma = 0 the surrogate is exact.',
        made: boundsWith(({ klBound }, mdp) => klBound.error / mdp.gamma),
      },
      {
        hint: "epsilon is the largest |A^pi(s,a)| here: it is the largest mean over the new policy's actions.",
        made: boundsWith((bound, mdp, pi) => {
          const largest = solvePolicy(mdp, pi).A.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
          return errorFor(bound, largest);
        }),
      },
      {
        hint: EPSILON_SIGN,
        made: boundsWith((bound, mdp, pi, newPi) => errorFor(bound, Math.max(...gains(mdp, pi, newPi)))),
      },
      {
        hint: EPSILON_SIGN,
        made: boundsWith((bound, mdp, pi, newPi) => errorFor(bound, Math.max(0, ...gains(mdp, pi, newPi)))),
      },
      {
        hint: 'the divergence in terminal states is counted: no action is taken once an episode has ended.',
        made: boundsWith(({ C }, mdp, pi, newPi) => {
          const row = (table: Float64Array, s: number) =>
            table.subarray(s * mdp.actions, (s + 1) * mdp.actions);
          const kl = mdp.initial.map((_, s) => klOfProbabilities(row(newPi, s), row(pi, s)));
          return C * Math.sqrt(sumOf(kl, distributionOf(mdp, pi)));
        }),
      },
      {
        hint: 'the states of the divergence are those of the new policy.',
        made: boundsWith(
          ({ C, kl }, mdp, _pi, newPi) => C * Math.sqrt(sumOf(kl, distributionOf(mdp, newPi))),
        ),
      },
      {
        hint: 'the root is taken in each state and then averaged: the slide has the root of the mean.',
        made: boundsWith(({ C, kl }, mdp, pi) => C * sumOf(kl.map(Math.sqrt), distributionOf(mdp, pi))),
      },
      {
        hint: "these are bounds on J(pi'): J(pi) has been added to the bounds on the difference.",
        made: (mdp, pi, newPi) => {
          const { low, high } = improvementBound(mdp, pi, newPi).klBound;
          return { low, high };
        },
      },
      {
        hint: 'this is centred on 0: the bound is on the distance from the surrogate.',
        made: (mdp, pi, newPi) => {
          const { error } = improvementBound(mdp, pi, newPi).klBound;
          return { low: -error, high: error };
        },
      },
    ],
  }),

  importanceVariance: functionCheck<ImportanceVariance>({
    name: 'importanceVariance',
    parameters: ['P', 'Q', 'f', 'N'],
    cases: [
      [[0.5, 0.5], [0.5, 0.5], [0, 2], 1],
      [[0.5, 0.5], [0.25, 0.75], [0, 2], 1],
      [[0.75, 0.25], [0.5, 0.5], [1, 1], 1],
      [[0.5, 0.5], [0.25, 0.75], [1, 2], 4],
    ],
    draw: rng => {
      const n = rng.integer(2, 6);
      const [P, Q] = [0, 1].map(() => {
        const weights = Array.from({ length: n }, () => rng.uniform(0.1, 1));
        return weights.map(w => w / weights.reduce((sum, x) => sum + x, 0));
      });
      return [P, Q, Array.from({ length: n }, () => Math.round(10 * rng.normal(1)) / 10), rng.integer(2, 50)];
    },
    solution: variance,
    mistakes: [
      {
        hint: 'the squared mean is not subtracted: this is the second moment, not the variance.',
        made: (P, Q, f, N) => secondMoment(P, Q, f) / N,
      },
      {
        hint: 'the number of draws N is missing: this is the variance of a single draw.',
        made: (P, Q, f) => variance(P, Q, f, 1),
      },
      {
        hint: 'the division by N is wrong: this is the exact variance of a mean of N draws, not a sample variance with N - 1.',
        made: (P, Q, f, N) => variance(P, Q, f, 1) / (N - 1 || 1),
      },
      {
        hint: 'the division by N is wrong: only the second moment is divided by it.',
        made: (P, Q, f, N) => secondMoment(P, Q, f) / N - square(meanOf(P, f)),
      },
      {
        hint: 'the division by N is wrong: a mean of N independent draws has 1/N of the variance of one, not 1/N^2.',
        made: (P, Q, f, N) => variance(P, Q, f, 1) / square(N),
      },
      {
        hint: 'the mean that is squared is taken under Q, without weights.',
        made: (P, Q, f, N) => (secondMoment(P, Q, f) - square(meanOf(Q, f))) / N,
      },
      {
        hint: 'the mean is subtracted without its square.',
        made: (P, Q, f, N) => (secondMoment(P, Q, f) - meanOf(P, f)) / N,
      },
      {
        hint: 'the weight is missing in the second moment: this is the variance of f under P. Of the two factors P/Q, one may turn the expectation under Q into one under P; the other one stays.',
        made: (P, _Q, f, N) => variance(P, P, f, N),
      },
    ],
  }),

  perDecisionEstimate: functionCheck<PerDecisionEstimate>({
    name: 'perDecisionEstimate',
    parameters: ['ratios', 'rewards', 'gamma'],
    cases: [
      [[[2]], [[3]], 0.5],
      [[[2, 3]], [[1, 1]], 1],
      [[[2, 0.5, 3]], [[1, 2, 4]], 0.5],
      [[[2, 3], [0.5]], [[1, 4], [2]], 0.5],
    ],
    draw: rng => {
      const lengths = Array.from({ length: rng.integer(1, 5) }, () => rng.integer(1, 6));
      const rows = (draw: () => number) =>
        lengths.map(length => Array.from({ length }, () => Math.round(100 * draw()) / 100));
      return [rows(() => rng.uniform(0.2, 2)), rows(() => rng.normal()), rng.uniform(0.5, 1)];
    },
    solution: estimateWith('per-decision'),
    mistakes: [
      {
        hint: 'the product runs over the whole trajectory: what came after step t cannot have changed its reward, so that the prefix is enough.',
        made: estimateWith('trajectory'),
      },
      {
        hint: 'only the ratio of the step itself is used: that the behavior policy led to this state is not corrected for.',
        made: estimateWith('per-step'),
      },
      {
        hint: 'the ratios are missing: this estimates the return of the behavior policy.',
        made: (ratios, rewards, gamma) =>
          estimateWith('per-step')(
            ratios.map(row => row.map(() => 1)),
            rewards,
            gamma,
          ),
      },
      {
        hint: 'the product ends one step early: the action of step t itself has its part in the reward of step t.',
        made: (ratios, rewards, gamma) =>
          estimateWith('per-decision')(
            ratios.map(row => [1, ...row.slice(0, -1)]),
            rewards,
            gamma,
          ),
      },
      {
        hint: 'the discount is missing.',
        made: (ratios, rewards) => estimateWith('per-decision')(ratios, rewards, 1),
      },
      {
        hint: 'the sum over trajectories is not divided by their number m.',
        made: (ratios, rewards, gamma) =>
          ratios.length * estimateWith('per-decision')(ratios, rewards, gamma),
      },
      {
        hint: 'the sum is divided by the number of steps: a mean over trajectories is meant.',
        made: (ratios, rewards, gamma) =>
          (ratios.length * estimateWith('per-decision')(ratios, rewards, gamma)) / ratios.flat().length,
      },
      {
        hint: 'the product of one trajectory runs on into the next: each trajectory begins with the weight 1.',
        made: (ratios, rewards, gamma) => {
          let product = 1;
          const running = ratios.map(row => row.map(r => (product *= r)));
          return estimateWith('per-step')(running, rewards, gamma);
        },
      },
      {
        hint: 'the ratios are added up where they are to be multiplied.',
        made: (ratios, rewards, gamma) => {
          const totals = ratios.map(row => {
            let sum = 0;
            return row.map(r => (sum += r));
          });
          return estimateWith('per-step')(totals, rewards, gamma);
        },
      },
    ],
  }),
};
