/**
 * Markov decision processes small enough to write down: states 0 .. S - 1, actions 0 .. A - 1, and for each pair the
 * list of what can happen. In the notation of lecture 6:
 *
 *   P(s'|s,a)   the transition probabilities        mu(s)    the distribution of s_0
 *   r(s,a)      the expected reward                  gamma    the discount factor
 *
 * Terminal states end an episode: nothing is earned after one is entered, so their value is 0. In the table they loop
 * onto themselves with reward 0, which makes P a proper stochastic matrix.
 *
 * What can happen is kept as outcomes (probability, next state, reward) rather than as P(s'|s,a) and r(s,a) alone,
 * because two outcomes may share their next state and differ in reward (on the slippery cliff, a fall and a bump
 * against the border both end at the start). Samples are drawn from the outcomes; P and r are made from them.
 */

import {
  checkAction,
  checkFinite,
  checkGamma,
  checkInteger,
  checkProbabilities,
  checkVector,
  fail,
  knownOptions,
  type OptionNames,
  show,
} from '../math/check';
import { checkRng, type Rng } from '../math/rng';

/** One thing that can happen after action a in state s. */
export interface TransitionOutcome {
  /** How likely it is. */
  probability: number;
  /** s', the state that follows. */
  next: number;
  /** r(s,a,s') */
  reward: number;
}

/** How to draw a task whose states are the cells of a grid, row by row. */
export interface GridLayout {
  /** Number of rows. */
  readonly rows: number;
  /** Number of columns. */
  readonly columns: number;
  /** One letter for each cell: S start, F frozen, H hole, G goal, C cliff, '.' plain. */
  readonly cells: readonly string[];
  /** Name of each action. */
  readonly actionNames: readonly string[];
  /** An arrow for each action. */
  readonly arrows: readonly string[];
}

/** A finite MDP. Make one with `tabularMDP` or a builder (`frozenLake`, ...); treat all of it as read-only. */
export interface TabularMDP {
  /** Its name, shown in messages and captions. */
  readonly id: string;
  /** S */
  readonly states: number;
  /** A */
  readonly actions: number;
  /** P(s'|s,a) at [(s * A + a) * S + s']; terminal states loop. */
  readonly transition: Float64Array;
  /** r(s,a), the expected reward, at [s * A + a]; 0 in terminal states. */
  readonly reward: Float64Array;
  /** Standard deviation of normal noise on the reward, at [s * A + a]; absent for none. */
  readonly rewardDeviation?: Float64Array;
  /** mu(s) [S] */
  readonly initial: Float64Array;
  /** 1 where an episode ends on entering, else 0 [S]. */
  readonly terminal: Uint8Array;
  /** Discount factor in [0, 1]. */
  readonly gamma: number;
  /** Steps after which an environment made of this truncates an episode; Infinity for none. */
  readonly maxSteps: number;
  /** How to draw it, where it is a grid. */
  readonly layout?: GridLayout;
  /** The outcomes of (s, a) are those from outcomeStart[s * A + a] up to outcomeStart[s * A + a + 1] - 1: */
  readonly outcomeStart: Int32Array;
  /** How likely each of these outcomes is. */
  readonly outcomeProbability: Float64Array;
  /** The state that each of them leads to. */
  readonly outcomeNext: Int32Array;
  /** The reward that each of them brings. */
  readonly outcomeReward: Float64Array;
}

/** What `tabularMDP` makes an MDP of. */
export interface TabularMDPOptions {
  /** A name for messages and captions. */
  id?: string;
  /** S, the number of states. */
  states: number;
  /** A, the number of actions. */
  actions: number;
  /** What can happen after action a in state s. Not asked of terminal states. Either this or `transition`. */
  outcomes?: (s: number, a: number) => readonly TransitionOutcome[];
  /** P(s'|s,a) [S * A * S], rows summing to 1; rows of terminal states are ignored. With it comes `reward`. */
  transition?: ArrayLike<number>;
  /** r(s,a) [S * A], or r(s,a,s') [S * A * S]. */
  reward?: ArrayLike<number>;
  /** Standard deviation of normal noise on the reward [S * A]. None by default. */
  rewardDeviation?: ArrayLike<number>;
  /** mu: a distribution [S], or the one state in which all episodes start. State 0 by default. */
  initial?: ArrayLike<number> | number;
  /** The states that end an episode. None by default. */
  terminalStates?: readonly number[];
  /** Discount factor in [0, 1]. With 1, values exist for policies that surely reach a terminal state. */
  gamma: number;
  /** Infinity by default. */
  maxSteps?: number;
  /** How to draw it, where it is a grid. */
  layout?: GridLayout;
}

const TABULAR_MDPOPTIONS: OptionNames<TabularMDPOptions> = {
  id: 'optional',
  states: 'required',
  actions: 'required',
  outcomes: 'optional',
  transition: 'optional',
  reward: 'optional',
  rewardDeviation: 'optional',
  initial: 'optional',
  terminalStates: 'optional',
  gamma: 'required',
  maxSteps: 'optional',
  layout: 'optional',
};

/** Makes an MDP from its description and checks all of it. */
export function tabularMDP(options: TabularMDPOptions): TabularMDP {
  knownOptions('tabularMDP', options, TABULAR_MDPOPTIONS);
  const { id = 'MDP', states, actions, terminalStates = [], gamma, maxSteps = Infinity, layout } = options;
  checkInteger('states', states, 1);
  checkInteger('actions', actions, 1);
  checkGamma(gamma);
  if (maxSteps !== Infinity) checkInteger('maxSteps', maxSteps, 1);
  if (layout && (layout.rows * layout.columns !== states || layout.cells.length !== states))
    fail(
      `layout has ${layout.rows} rows, ${layout.columns} columns and ${layout.cells.length} cells, but must have ${states} cells.`,
    );

  const terminal = new Uint8Array(states);
  for (const s of terminalStates) terminal[checkInteger('terminalStates', s, 0, states - 1)] = 1;
  const initial = initialDistribution(options.initial ?? 0, terminal);
  const rewardDeviation = options.rewardDeviation
    ? Float64Array.from(checkVector('rewardDeviation', options.rewardDeviation, states * actions))
    : undefined;
  rewardDeviation?.forEach((sd, i) => {
    checkFinite(`rewardDeviation[${i}]`, sd, 0);
  });

  if (options.outcomes && (options.transition || options.reward))
    throw new TypeError(
      'tabularMDP needs either outcomes, or transition and reward, but got some of both; leave one out.',
    );
  const outcomesOf = options.outcomes ?? outcomesFromTables(options);
  const transition = new Float64Array(states * actions * states);
  const reward = new Float64Array(states * actions);
  const outcomeStart = new Int32Array(states * actions + 1);
  const list: TransitionOutcome[] = [];
  for (let s = 0; s < states; s++)
    for (let a = 0; a < actions; a++) {
      const where = `state ${s}, action ${a}`;
      const possible = terminal[s] ? [{ probability: 1, next: s, reward: 0 }] : outcomesOf(s, a);
      if (!Array.isArray(possible) || possible.length === 0)
        fail(`outcomes of ${where} are ${show(possible)}, but must be a non-empty array.`);
      checkProbabilities(
        `outcomes of ${where}: probability`,
        possible.map(outcome => outcome.probability),
      );
      const pair = s * actions + a;
      for (const { probability, next, reward: r } of possible) {
        checkInteger(`outcomes of ${where}: next`, next, 0, states - 1);
        checkFinite(`outcomes of ${where}: reward`, r);
        transition[pair * states + next] += probability;
        reward[pair] += probability * r;
        list.push({ probability, next, reward: r });
      }
      outcomeStart[pair + 1] = list.length;
    }

  return {
    id,
    states,
    actions,
    transition,
    reward,
    rewardDeviation,
    initial,
    terminal,
    gamma,
    maxSteps,
    layout,
    outcomeStart,
    outcomeProbability: Float64Array.from(list, o => o.probability),
    outcomeNext: Int32Array.from(list, o => o.next),
    outcomeReward: Float64Array.from(list, o => o.reward),
  };
}

/** Throws unless `mdp` was made by `tabularMDP`; an environment in its place is the likely slip. */
export function checkMDP(mdp: TabularMDP): TabularMDP {
  if (!mdp?.outcomeStart)
    throw new TypeError(`mdp is ${show(mdp)}, but must be a tabular MDP, e.g. frozenLake().`);
  return mdp;
}

function initialDistribution(initial: ArrayLike<number> | number, terminal: Uint8Array): Float64Array {
  const mu = new Float64Array(terminal.length);
  if (typeof initial === 'number') mu[checkInteger('initial', initial, 0, mu.length - 1)] = 1;
  else mu.set(checkProbabilities('initial', initial, mu.length));
  mu.forEach((p, s) => {
    if (p > 0 && terminal[s]) fail(`initial gives state ${s} probability ${p}, but that state is terminal.`);
  });
  return mu;
}

/** Reads outcomes from dense tables: every next state of positive probability, in order. */
function outcomesFromTables(options: TabularMDPOptions): (s: number, a: number) => TransitionOutcome[] {
  const { states, actions, transition, reward } = options;
  if (!transition || !reward)
    throw new TypeError(
      'tabularMDP needs either outcomes, or transition and reward, but got neither in full.',
    );
  checkVector('transition', transition, states * actions * states);
  const perPair = reward.length === states * actions;
  if (!perPair && reward.length !== transition.length)
    fail(
      `reward has length ${reward.length}, but must have length ${states * actions} (S * A) or ${transition.length} (S * A * S).`,
    );
  return (s, a) => {
    const pair = s * actions + a;
    const row = Array.from({ length: states }, (_, next) => transition[pair * states + next]);
    checkProbabilities(`transition of state ${s}, action ${a}`, row);
    return row
      .map((probability, next) => ({
        probability,
        next,
        reward: perPair ? reward[pair] : reward[pair * states + next],
      }))
      .filter(outcome => outcome.probability > 0);
  };
}

/** Draws s_0 ~ mu. */
export function sampleInitialState(mdp: TabularMDP, rng: Rng): number {
  checkMDP(mdp);
  return checkRng(rng).categoricalUnchecked(mdp.initial, 0, mdp.states);
}

/**
 * Draws what happens after action a in state s: fills `out` with s', the reward and whether s' is terminal. One
 * uniform variate chooses the outcome, and a normal one is drawn for the reward only if rewards are noisy.
 */
export function sampleTransition(
  mdp: TabularMDP,
  s: number,
  a: number,
  rng: Rng,
  out: { next: number; reward: number; terminated: boolean },
): void {
  checkMDP(mdp);
  checkRng(rng);
  if (!(s >= 0 && s < mdp.states && Math.floor(s) === s))
    fail(`s is ${show(s)}, but must be a state from 0 to ${mdp.states - 1}.`);
  checkAction(a, mdp.actions);
  const pair = s * mdp.actions + a;
  const start = mdp.outcomeStart[pair];
  const count = mdp.outcomeStart[pair + 1] - start;
  const chosen = start + rng.categoricalUnchecked(mdp.outcomeProbability, start, count);
  const noise = mdp.rewardDeviation?.[pair] ? mdp.rewardDeviation[pair] * rng.normal() : 0;
  out.next = mdp.outcomeNext[chosen];
  out.reward = mdp.outcomeReward[chosen] + noise;
  out.terminated = mdp.terminal[out.next] === 1;
}
