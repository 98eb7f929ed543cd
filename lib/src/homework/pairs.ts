/** Pairs of policies on an MDP, which the checks of the third problem set draw, and how a function of such a pair is checked. */

import { solveLinear } from '../math/linalg';
import type { Rng } from '../math/rng';
import { corridor } from '../mdp/corridor';
import { solvePolicy } from '../mdp/exact';
import { randomMDP } from '../mdp/randomMDP';
import { type TabularMDP, tabularMDP } from '../mdp/tabularMDP';
import { softmaxTabular } from '../policies/softmaxTabular';
import { type Answer, checkOf, text } from './exercise';

/** d^pi [S] of the policy with the table pi [S * A]. */
export type StateDistribution = (mdp: TabularMDP, pi: Float64Array) => ArrayLike<number>;
/** A number about an old and a new policy, tables [S * A]. */
export type PairNumber = (mdp: TabularMDP, pi: Float64Array, newPi: Float64Array) => number;
/** The gradient [S * A] in the logits of the new policy. */
export type PairGradient = (mdp: TabularMDP, pi: Float64Array, newPi: Float64Array) => ArrayLike<number>;
/** What J(pi') - J(pi) is at least, and at most. */
export type PairBounds = (
  mdp: TabularMDP,
  pi: Float64Array,
  newPi: Float64Array,
) => { low: number; high: number };

export interface PairCase {
  mdp: TabularMDP;
  pi: Float64Array;
  newPi: Float64Array;
}

/** Two states, gamma = 1/2: action 0 stays, action 1 goes to the other one. Staying in state 1 pays 2, going there 1. */
const stayOrGo = tabularMDP({
  id: 'stay or go',
  states: 2,
  actions: 2,
  gamma: 0.5,
  outcomes: (s, a) => [
    {
      probability: 1,
      next: a === 0 ? s : 1 - s,
      reward: s === 1 && a === 0 ? 2 : s === 0 && a === 1 ? 1 : 0,
    },
  ],
});
/** Three cells, the last of which ends the episode and pays 1. */
const shortCorridor = corridor({ length: 3, gamma: 0.5 });

const pair = (mdp: TabularMDP, pi: number[], newPi: number[]): PairCase => ({
  mdp,
  pi: Float64Array.from(pi),
  newPi: Float64Array.from(newPi),
});
export const HAND_SIZED: PairCase[] = [
  pair(stayOrGo, [0.5, 0.5, 0.5, 0.5], [0.5, 0.5, 0.5, 0.5]),
  pair(stayOrGo, [0.5, 0.5, 0.5, 0.5], [0.5, 0.5, 0.75, 0.25]),
  pair(stayOrGo, [0.5, 0.5, 0.5, 0.5], [0.5, 0.5, 0.25, 0.75]), // worse
  pair(stayOrGo, [0.75, 0.25, 0.5, 0.5], [0.25, 0.75, 0.5, 0.5]),
  pair(shortCorridor, [0.5, 0.5, 0.5, 0.5, 0.5, 0.5], [0.25, 0.75, 0.25, 0.75, 0.25, 0.75]), // at the end, too
];

export function drawPair(rng: Rng): PairCase {
  const [states, actions] = [rng.integer(2, 6), rng.integer(2, 4)];
  const mdp = randomMDP({
    states,
    actions,
    terminals: rng.integer(0, 2),
    gamma: rng.uniform(0.3, 0.95),
    rng,
  });
  const [pi, newPi] = [0, 1].map(() =>
    softmaxTabular({
      states,
      actions,
      logits: Float64Array.from({ length: states * actions }, () => rng.normal()),
    }).table(),
  );
  return { mdp, pi, newPi };
}

export const describeMDP = ({ id, states, actions, gamma, transition, reward }: TabularMDP) =>
  `the MDP '${id}' (S = ${states}, A = ${actions}, gamma = ${text(gamma)}${transition.length <= 8 ? `, transition = ${text(transition)}, reward = ${text(reward)}` : ''})`;
const describePair = ({ mdp, pi, newPi }: PairCase) =>
  `${describeMDP(mdp)}, pi = ${text(pi)}, newPi = ${text(newPi)}`;

/** As precise as an iteration that a student stops. */
export const CONVERGED = 1e-7;

export type PairFunction<A> = (mdp: TabularMDP, pi: Float64Array, newPi: Float64Array) => A;

/** The MDP with arrays of its own, so that what a student's function does to them stays with it. */
export const copyOf = (mdp: TabularMDP): TabularMDP => {
  const copied = Object.entries(mdp).map(([field, value]) => [
    field,
    ArrayBuffer.isView(value) ? (value as Float64Array).slice() : value,
  ]);
  return Object.fromEntries(copied) as TabularMDP;
};

/** The check of a function of two policies, which gets copies of the MDP and of their tables. */
export const pairCheck = <A>(options: {
  name: string;
  solution: PairFunction<A & Answer>;
  mistakes: readonly { hint: string; made: PairFunction<A & Answer> }[];
}) => {
  const call = <R>(f: PairFunction<R>, { mdp, pi, newPi }: PairCase) =>
    f(copyOf(mdp), pi.slice(), newPi.slice());
  return checkOf<PairFunction<A>, PairCase>({
    name: options.name,
    cases: HAND_SIZED,
    draw: drawPair,
    describe: describePair,
    ask: call,
    truth: input => call(options.solution, input),
    mistakes: options.mistakes.map(({ hint, made }) => ({ hint, answer: input => call(made, input) })),
    tolerance: CONVERGED,
  });
};

/** sum_s d(s) sum_a weight(s,a) x(s,a) */
export function expectation(
  mdp: TabularMDP,
  d: ArrayLike<number>,
  weight: (pair: number, s: number) => number,
  x: ArrayLike<number>,
): number {
  let sum = 0;
  for (let s = 0; s < mdp.states; s++)
    for (let a = 0; a < mdp.actions; a++) {
      const index = s * mdp.actions + a;
      sum += d[s] * weight(index, s) * x[index];
    }
  return sum;
}

/** P_pi(s'|s) at [s * S + s']. */
export function stateTransitions(mdp: TabularMDP, pi: ArrayLike<number>): Float64Array {
  const { states: S, actions: A } = mdp;
  const P = new Float64Array(S * S);
  for (let s = 0; s < S; s++)
    for (let a = 0; a < A; a++)
      for (let next = 0; next < S; next++)
        P[s * S + next] += pi[s * A + a] * mdp.transition[(s * A + a) * S + next];
  return P;
}

/** The solution x of x = b + factor M x, or M transposed. */
export function fixedPoint(
  M: Float64Array,
  b: Float64Array,
  factor: number,
  transposed: boolean,
): Float64Array {
  const n = b.length;
  const system = Float64Array.from({ length: n * n }, (_, k) => {
    const [i, j] = [Math.floor(k / n), k % n];
    return (i === j ? 1 : 0) - factor * M[transposed ? j * n + i : k];
  });
  return solveLinear(system, b, 'I - factor M');
}

export const distributionOf: StateDistribution = (mdp, pi) => solvePolicy(mdp, pi).d;

/** (1-gamma) sum_t gamma^t P(s_{t+1} = s | pi) */
export function oneLater(mdp: TabularMDP, pi: Float64Array): number[] {
  const P = stateTransitions(mdp, pi);
  const d = Array.from(distributionOf(mdp, pi));
  return d.map((_, next) => d.reduce((sum, p, s) => sum + p * P[s * d.length + next], 0));
}
