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

import { generalizedAdvantages, nStepAdvantages, tdErrors } from '../estimators/advantages';
import { stateBaseline } from '../estimators/baselines';
import { discountByTime, rewardToGo } from '../estimators/returns';
import { scoreWeights } from '../estimators/scoreFunction';
import type { Rng } from '../math/rng';
import { square } from '../math/vectors';
import { optimalBaselineTable } from '../mdp/optimalBaseline';
import { banditMDP } from '../mdp/randomMDP';
import { softmaxTabular } from '../policies/softmaxTabular';
import { type TrajectoryBatch, trajectoryBatch } from '../rollout/trajectoryBatch';
import { functionCheck } from './exercise';
import {
  drawEpisodes,
  drawGamma,
  drawList,
  drawNumber,
  drawTheta,
  EPISODE_SUM,
  type Episode,
  batchOf as episodesBatch,
  LOSS_SIGN,
  type StateActionTable,
  scaled,
  weightedScores,
} from './policyGradients';

/**
 * T steps in a row, of one episode after the other; the first and the last may be part of an episode. nextStates[t] is the
 * state that step t led to, before any reset; step t + 1 begins there, unless the episode ended with step t.
 * @experimental
 */
export interface Rollout {
  /** [T] s_t */
  states: number[];
  /** [T] a_t */
  actions: number[];
  /** [T] r_t */
  rewards: number[];
  /** [T] the state that step t led to. */
  nextStates: number[];
  /** The task was over after the step. */
  terminated: boolean[];
  /** The step limit cut the episode after the step. */
  truncated: boolean[];
}

/** b* of one state, from its logits [A] and the expected returns Q(s, a) [A] of its actions. */
export type OptimalBaseline = (logits: number[], Q: number[]) => number;

/** The gradient estimate of m episodes with the baseline b(s) [S], shaped like theta. */
export type BaselineGradient = (
  theta: StateActionTable,
  episodes: Episode[],
  baseline: number[],
  gamma: number,
) => StateActionTable;

/** b(s) [S] that fits the rewards to go best; 0 for a state that was not visited. */
export type FitBaseline = (episodes: Episode[], states: number, gamma: number) => number[];

/** delta_t [T] of the critic's table `values` [S]. */
export type TdErrors = (rollout: Rollout, values: number[], gamma: number) => number[];

/** A_t^(n) [T] */
export type NStepAdvantages = (rollout: Rollout, values: number[], n: number, gamma: number) => number[];

/** A_t^GAE [T] */
export type Gae = (rollout: Rollout, values: number[], gamma: number, lambda: number) => number[];

/** dL/dV(s) [S] */
export type CriticGradient = (rollout: Rollout, values: number[], gamma: number) => number[];

/** 5 to 8 steps of episodes in which each kind of end occurs now and then. */
function drawRollout(rng: Rng, states: number): Rollout {
  const steps = rng.integer(5, 9);
  const rollout: Rollout = {
    states: [],
    actions: [],
    rewards: [],
    nextStates: [],
    terminated: [],
    truncated: [],
  };
  for (let t = 0, state = rng.integer(0, states); t < steps; t++) {
    const next = rng.integer(0, states);
    const end = rng.integer(0, 5);
    rollout.states.push(state);
    rollout.actions.push(rng.integer(0, 2));
    rollout.rewards.push(drawNumber(rng));
    rollout.nextStates.push(next);
    rollout.terminated.push(end === 0);
    rollout.truncated.push(end === 1);
    state = end < 2 ? rng.integer(0, states) : next;
  }
  return rollout;
}

/** Rows at which episodes begin, and T. */
const startsOf = (ends: readonly boolean[]): number[] => [
  0,
  ...ends.flatMap((end, t) => (end && t < ends.length - 1 ? [t + 1] : [])),
  ends.length,
];

/** The steps as the library's batch. */
function batchOf({ states, actions, rewards, nextStates, terminated, truncated }: Rollout): TrajectoryBatch {
  const episodeStarts = startsOf(terminated.map((end, t) => end || truncated[t]));
  return trajectoryBatch({
    observations: states,
    actions,
    rewards,
    episodeStarts,
    terminated: terminated.map(Number),
    truncated: truncated.map(Number),
    finalObservations: episodeStarts.slice(1).map(end => nextStates[end - 1]),
  });
}

/** What the critic says of a batch. */
const criticOf = ({ observations, finalObservations }: TrajectoryBatch, values: number[]) => ({
  values: Array.from(observations, s => values[s]),
  finalValues: Array.from(finalObservations, s => values[s]),
});

/** The mistake in what follows a step: V(next) [T] as somebody takes it who makes it. */
type Following = (rollout: Rollout, values: number[]) => number[];

/** What follows each step: 0 after termination, else the value of the state reached. */
const following: Following = ({ nextStates, terminated }, values) =>
  nextStates.map((s, t) => (terminated[t] ? 0 : values[s]));
const throughTermination: Following = ({ nextStates }, values) => nextStates.map(s => values[s]);
const notAtTruncation: Following = ({ nextStates, terminated, truncated }, values) =>
  nextStates.map((s, t) => (terminated[t] || truncated[t] ? 0 : values[s]));
const notAtBatchEnd: Following = (rollout, values) =>
  following(rollout, values).map((v, t, all) => (t === all.length - 1 ? 0 : v));
const atNoCut: Following = (rollout, values) =>
  notAtTruncation(rollout, values).map((v, t, all) => (t === all.length - 1 ? 0 : v));
const nextRow: Following = ({ states, terminated }, values) =>
  states.map((_, t) => (terminated[t] || t === states.length - 1 ? 0 : values[states[t + 1]]));

/** delta [T] of a mistaken account of what follows: each step a trajectory of its own, with its own final value. */
function deltasWith(rollout: Rollout, values: number[], gamma: number, after: Following): Float64Array {
  const T = rollout.rewards.length;
  return tdErrors(
    {
      rewards: Float64Array.from(rollout.rewards),
      terminated: new Uint8Array(T),
      episodeStarts: Int32Array.from({ length: T + 1 }, (_, t) => t),
    },
    { values: rollout.states.map(s => values[s]), finalValues: after(rollout, values), gamma },
  );
}
const nextRowAlways: Following = ({ states }, values) =>
  states.map((_, t) => (t === states.length - 1 ? 0 : values[states[t + 1]]));

const THROUGH_TERMINATION =
  'this bootstraps through termination: after a step that ended the task nothing follows, whatever V says of the state reached.';
const NOT_AT_TRUNCATION =
  'this does not bootstrap at truncation: the step limit cut the episode, but the task would have gone on from the state reached, which has a value.';
const NEXT_ROW =
  'V(s_{t+1}) is taken from the next row: after a truncated step that is the first state of another episode, and the last row has no next one: see nextStates.';
const BATCH_END =
  'the value after the last step is missing: the batch ends there, but the episode would have gone on.';
const AT_NO_CUT =
  'this does not bootstrap where the steps are cut, at truncation and at the end of the batch: there the task would have gone on from the state reached, which has a value.';
const BORDERS =
  'this sums over the borders of episodes: rewards of the next episode are no consequence of this one, whichever way it ended.';
const THROUGH_TRUNCATION =
  'the sum stops at termination, but runs over truncation into the next episode: both end an episode.';
const DISCOUNT = 'the discount is missing: what comes k steps later counts gamma^k times.';

/** The mistakes in what follows a step, which every sum of TD errors can inherit. */
const accounts: readonly { hint: string; account: Following }[] = [
  { hint: THROUGH_TERMINATION, account: throughTermination },
  { hint: NOT_AT_TRUNCATION, account: notAtTruncation },
  { hint: NEXT_ROW, account: nextRow },
  { hint: BATCH_END, account: notAtBatchEnd },
  { hint: AT_NO_CUT, account: atNoCut },
  { hint: `${NEXT_ROW} After termination nothing follows.`, account: nextRowAlways },
];

/** The steps as one long episode, or with other ends than they have. */
const endedAt = (rollout: Rollout, ends: (t: number) => boolean): number[] =>
  startsOf(rollout.rewards.map((_, t) => ends(t)));
const endsOf = (rollout: Rollout) => (t: number) => rollout.terminated[t] || rollout.truncated[t];

/** sum_k factor^k delta_{t+k}, cut at `starts`. */
const traced = (deltas: Float64Array, factor: number, starts: number[]): number[] =>
  Array.from(rewardToGo(deltas, factor, starts));

/** sum_{k < n} factor^k delta_{t+k}, cut at `starts`: n-step advantages of a critic that knows nothing. */
const windowed = (deltas: Float64Array, n: number, factor: number, starts: number[]): number[] => {
  const T = deltas.length;
  const terminated = new Uint8Array(T).fill(1);
  const batch = { rewards: deltas, terminated, episodeStarts: Int32Array.from(starts) };
  return Array.from(nStepAdvantages(batch, { values: new Float64Array(T), n, gamma: factor }));
};

const rightDeltas = (rollout: Rollout, values: number[], gamma: number) => {
  const batch = batchOf(rollout);
  return tdErrors(batch, { ...criticOf(batch, values), gamma });
};

const FORWARDS =
  'the sum runs forwards: A_t collects the TD errors from t on, not those up to t. Where does the loop begin?';
/** The sum of the TD errors up to step t, which starts anew where step `endAt(t)` ended an episode. */
const forwards =
  (endAt: (t: number) => number): Gae =>
  (rollout, values, gamma, lambda) => {
    let sum = 0;
    return Array.from(rightDeltas(rollout, values, gamma), (delta, t) => {
      sum = delta + (endsOf(rollout)(endAt(t)) ? 0 : gamma * lambda * sum);
      return sum;
    });
  };

/** One step from s = 0 to s' = 1, ended as said; V = [1, 10]. */
const oneStep = (terminated: boolean, truncated: boolean): Rollout => ({
  states: [0],
  actions: [0],
  rewards: [2],
  nextStates: [1],
  terminated: [terminated],
  truncated: [truncated],
});
/** Three steps, the middle one the last of its episode. */
const threeSteps = (terminated: boolean): Rollout => ({
  states: [0, 1, 0],
  actions: [0, 1, 0],
  rewards: [1, 2, 4],
  nextStates: [1, 2, 1],
  terminated: [false, terminated, false],
  truncated: [false, !terminated, false],
});
/** Three steps of one episode that goes on. */
const longSteps: Rollout = {
  ...threeSteps(true),
  terminated: [false, false, false],
  nextStates: [1, 0, 2],
};
const V1 = [1, 10];
const V3 = [1, 2, 8];
/** Hand-sized inputs, and all that follows the rollout and its values. */
const rollouts: [Rollout, number[]][] = [
  [oneStep(false, false), V1],
  [oneStep(true, false), V1],
  [oneStep(false, true), V1],
  [threeSteps(true), V3],
  [threeSteps(false), V3],
];
const drawCritic = (rng: Rng): [Rollout, number[]] => [
  drawRollout(rng, 4),
  drawList(4, () => drawNumber(rng)),
];

/** sum_a pi(a) w(a) f(a) / sum_a pi(a) w(a) of one state. */
const weightedMean = (
  logits: number[],
  weight: (squaredNorm: number, psiA: number) => number,
  f: (a: number) => number,
): number => {
  const policy = softmaxTabular({ states: 1, actions: logits.length, logits });
  const pi = policy.table();
  let [top, bottom] = [0, 0];
  for (let a = 0; a < pi.length; a++) {
    const psi = pi.map((p, b) => (a === b ? 1 - p : -p));
    const w =
      pi[a] *
      weight(
        psi.reduce((sum, x) => sum + x * x, 0),
        psi[a],
      );
    top += w * f(a);
    bottom += w;
  }
  return top / bottom;
};

const baselineGradient =
  ({
    sign = 1,
    discountState = true,
    discount = (gamma: number) => gamma,
    lead = 0,
    form = 'reward-to-go' as 'reward-to-go' | 'reward',
  }): BaselineGradient =>
  (theta, episodes, baseline, gamma) =>
    weightedScores(theta, episodes, batch => {
      const { observations, rewards, episodeStarts } = batch;
      const b = Array.from(observations, (_, t) => {
        const outside = lead > 0 && Array.from(episodeStarts).includes(t + lead);
        return outside ? 0 : sign * baseline[observations[t + lead]];
      });
      if (form === 'reward-to-go')
        return scoreWeights(batch, { gamma: discount(gamma), discountState, baseline: b });
      const weights = rewardToGo(
        rewards.map((r, t) => r - b[t]),
        gamma,
        episodeStarts,
      );
      return discountByTime(weights, gamma, episodeStarts, weights);
    });
const rightGradient = baselineGradient({});

const episodeCases: Episode[][] = [
  [{ states: [0], actions: [1], rewards: [2] }],
  [{ states: [0, 0], actions: [1, 0], rewards: [1, 4] }],
  [
    { states: [0, 1], actions: [1, 0], rewards: [2, 4] },
    { states: [0], actions: [0], rewards: [6] },
  ],
];
const flat = [
  [0, 0],
  [0, 0],
];

/** The batch of episodes with their rewards to go. */
const returnsOf = (episodes: Episode[], gamma: number) => {
  const batch = episodesBatch(episodes);
  return { batch, returns: rewardToGo(batch.rewards, gamma, batch.episodeStarts) };
};

/** The fit to any returns of the steps [T]. */
const fitted =
  (returnsFor: (of: ReturnType<typeof returnsOf>, gamma: number) => ArrayLike<number>): FitBaseline =>
  (episodes, states, gamma) => {
    const of = returnsOf(episodes, gamma);
    const baseline = stateBaseline({ states });
    baseline.fit(of.batch, returnsFor(of, gamma));
    const everyState = trajectoryBatch({
      observations: drawList(states, s => s),
      actions: new Uint8Array(states),
      rewards: new Uint8Array(states),
    });
    return Array.from(baseline.predict(everyState));
  };
const rightFit = fitted(({ returns }) => returns);
/** The fit to the returns of the first visits of each episode alone. */
const firstVisitFit: FitBaseline = (episodes, states, gamma) => {
  const { batch, returns } = returnsOf(episodes, gamma);
  const firsts = drawList<number[]>(states, () => []);
  episodes.forEach((episode, i) => {
    episode.states.forEach((s, t) => {
      if (episode.states.indexOf(s) === t) firsts[s].push(returns[batch.episodeStarts[i] + t]);
    });
  });
  return firsts.map(list => list.reduce((sum, G) => sum + G, 0) / Math.max(1, list.length));
};
const visitsOf = (episodes: Episode[], states: number): number[] =>
  drawList(states, s => episodes.flatMap(e => e.states).filter(x => x === s).length);

/** sum_t of error_t times d/dV of what stands in it, over T. */
const criticGradient =
  ({
    after = following,
    throughTarget = false,
    by = (T: number) => 1 / T,
  }: {
    after?: Following;
    throughTarget?: boolean;
    by?: (T: number) => number;
  }): CriticGradient =>
  (rollout, values, gamma) => {
    const { states, nextStates, terminated } = rollout;
    const gradient = values.map(() => 0);
    deltasWith(rollout, values, gamma, after).forEach((delta, t) => {
      const step = by(states.length) * delta;
      gradient[states[t]] -= step;
      if (throughTarget && !terminated[t]) gradient[nextStates[t]] += gamma * step;
    });
    return gradient;
  };

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
