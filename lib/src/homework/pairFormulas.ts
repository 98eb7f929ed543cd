/** The third problem set's functions, with the mistakes that students make in them. */

import {
  importanceSamplingEstimate,
  importanceVariance as libraryVariance,
} from '../estimators/importanceSampling';
import { square } from '../math/vectors';
import { solvePolicy } from '../mdp/exact';
import { type ImprovementBound, improvementBound } from '../mdp/improvementBound';
import { surrogateGradient } from '../mdp/performanceDifference';
import type { TabularMDP } from '../mdp/tabularMDP';
import { policyTable } from '../mdp/tabularPolicy';
import { softmaxTabular } from '../policies/softmaxTabular';
import { trajectoryBatch } from '../rollout/trajectoryBatch';
import type { PairFunction } from './pairs';

/** The variance of an importance-sampling estimate from N draws of Q. */
export type ImportanceVariance = (P: number[], Q: number[], f: number[], N: number) => number;
/** The per-decision estimate of J(pi) from m trajectories: ratios [m][T] and rewards [m][T]. */
export type PerDecisionEstimate = (ratios: number[][], rewards: number[][], gamma: number) => number;

/** The gradient of the surrogate in the logits of a table pi_theta = newPi. */
export function gradientOf(mdp: TabularMDP, pi: Float64Array, newPi: Float64Array): Float64Array {
  const { states, actions } = mdp;
  const policy = softmaxTabular({ states, actions, logits: policyTable(mdp, newPi).map(Math.log) });
  return surrogateGradient(mdp, pi, policy);
}

/** 1/(1-gamma) d(s) pi'(a|s) (A(s,a) - E_pi'[A(s,.)]), with states and advantages that may be the wrong ones. */
export function logitGradient(
  mdp: TabularMDP,
  d: ArrayLike<number>,
  newPi: Float64Array,
  A: Float64Array,
): Float64Array {
  return A.map((advantage, k) => {
    const s = Math.floor(k / mdp.actions);
    const row = s * mdp.actions;
    let center = 0;
    for (let a = row; a < row + mdp.actions; a++) center += newPi[a] * A[a];
    return (d[s] * newPi[k] * (advantage - center)) / (1 - mdp.gamma);
  });
}

/** Bounds around the surrogate at a distance. */
export function boundsWith(
  error: (bound: ImprovementBound, mdp: TabularMDP, pi: Float64Array, newPi: Float64Array) => number,
): (mdp: TabularMDP, pi: Float64Array, newPi: Float64Array) => { low: number; high: number } {
  return (mdp, pi, newPi) => {
    const bound = improvementBound(mdp, pi, newPi);
    const e = error(bound, mdp, pi, newPi);
    return { low: bound.surrogate - e, high: bound.surrogate + e };
  };
}

/** The error that equation 8 allows, with another epsilon. */
export const errorFor = ({ epsilon, klBound }: ImprovementBound, other: number) =>
  epsilon === 0 ? 0 : (klBound.error / epsilon) * other;

/** E_{a ~ pi'}[A^pi(s,a)] of each state. */
export const gains: PairFunction<Float64Array> = (mdp, pi, newPi) => {
  const { A } = solvePolicy(mdp, pi);
  return mdp.initial.map((_, s) => {
    let mean = 0;
    for (let k = s * mdp.actions; k < (s + 1) * mdp.actions; k++) mean += newPi[k] * A[k];
    return mean;
  });
};

/** sum_s d(s) x(s) */
export const sumOf = (x: Float64Array, d: ArrayLike<number>) =>
  x.reduce((sum, value, s) => sum + d[s] * value, 0);

export const meanOf = (P: number[], f: number[]) => P.reduce((sum, p, x) => sum + p * f[x], 0);

export function variance(P: number[], Q: number[], f: number[], N: number): number {
  return libraryVariance(P, Q, f, { samples: N });
}

/** E_Q[(P/Q f)^2] */
export const secondMoment = (P: number[], Q: number[], f: number[]) =>
  variance(P, Q, f, 1) + square(meanOf(P, f));

export function estimateWith(form: 'trajectory' | 'per-decision' | 'per-step'): PerDecisionEstimate {
  return (ratios, rewards, gamma) => {
    const starts = [0];
    for (const row of ratios) starts.push(starts[starts.length - 1] + row.length);
    const steps = rewards.flat();
    const zeros = steps.map(() => 0);
    const batch = trajectoryBatch({
      observations: zeros,
      actions: zeros,
      rewards: steps,
      episodeStarts: starts,
    });
    const log = ratios.flat().map(Math.log); // the batch's own log-probabilities are 0
    return importanceSamplingEstimate(batch, log, { gamma, form }).estimate;
  };
}
