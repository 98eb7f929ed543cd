/** The second problem set's functions, with the mistakes that students make in them. */

import { stateBaseline } from '../estimators/baselines';
import { discountByTime, rewardToGo } from '../estimators/returns';
import { scoreWeights } from '../estimators/scoreFunction';
import { softmaxTabular } from '../policies/softmaxTabular';
import { trajectoryBatch } from '../rollout/trajectoryBatch';
import {
  drawList,
  type Episode,
  batchOf as episodesBatch,
  type StateActionTable,
  weightedScores,
} from './episodes';
import { type CriticGradient, deltasWith, type Following, following } from './rollouts';

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

/** sum_a pi(a) w(a) f(a) / sum_a pi(a) w(a) of one state. */
export const weightedMean = (
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

export const baselineGradient =
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
export const rightGradient = baselineGradient({});

export const episodeCases: Episode[][] = [
  [{ states: [0], actions: [1], rewards: [2] }],
  [{ states: [0, 0], actions: [1, 0], rewards: [1, 4] }],
  [
    { states: [0, 1], actions: [1, 0], rewards: [2, 4] },
    { states: [0], actions: [0], rewards: [6] },
  ],
];
export const flat = [
  [0, 0],
  [0, 0],
];

/** The batch of episodes with their rewards to go. */
const returnsOf = (episodes: Episode[], gamma: number) => {
  const batch = episodesBatch(episodes);
  return { batch, returns: rewardToGo(batch.rewards, gamma, batch.episodeStarts) };
};

/** The fit to any returns of the steps [T]. */
export const fitted =
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
export const rightFit = fitted(({ returns }) => returns);
/** The fit to the returns of the first visits of each episode alone. */
export const firstVisitFit: FitBaseline = (episodes, states, gamma) => {
  const { batch, returns } = returnsOf(episodes, gamma);
  const firsts = drawList<number[]>(states, () => []);
  episodes.forEach((episode, i) => {
    episode.states.forEach((s, t) => {
      if (episode.states.indexOf(s) === t) firsts[s].push(returns[batch.episodeStarts[i] + t]);
    });
  });
  return firsts.map(list => list.reduce((sum, G) => sum + G, 0) / Math.max(1, list.length));
};
export const visitsOf = (episodes: Episode[], states: number): number[] =>
  drawList(states, s => episodes.flatMap(e => e.states).filter(x => x === s).length);

/** sum_t of error_t times d/dV of what stands in it, over T. */
export const criticGradient =
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
