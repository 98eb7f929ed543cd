/**
 * Baselines b(s): what is subtracted from the reward to go before it weighs a score (lecture 6, "Baseline b(s) does not
 * introduce bias"),
 *
 *   g = 1/m sum_i sum_t gamma^t grad_theta log pi_theta(a_t|s_t) (G_t - b(s_t))
 *
 * As E_{a ~ pi}[grad log pi(a|s)] = 0, any b that doesn't depend on a_t leaves E[g] where it is; a good one takes most
 * of the variance away. That of the lecture's equations 4 and 5, with the squares where they belong, is a weighted
 * least squares fit:
 *
 *   b* = arg min_b E[ ||psi||^2 (G - b(s))^2 ]
 *   b*(s) = E[ ||psi||^2 G | s ] / E[ ||psi||^2 | s ] ~ E[G | s] = V^pi(s),        psi = grad log pi(a|s)
 *
 * All baselines here but tables are fitted to a batch: constants, means for each time step and b* are (weighted) means
 * within a group of steps, the linear one is least squares on features. Unfitted they are 0, as is a mean for a group of
 * which no step was seen. A baseline that is fitted to the very batch whose scores it then weighs has seen a_t through
 * G_t, and biases the estimate by O(1/m): fit on the batch before, as in the lecture's vanilla policy gradient.
 */

import {
  checkFinite,
  checkGamma,
  checkInteger,
  checkObject,
  checkVector,
  fail,
  knownOptions,
  type OptionNames,
  show,
} from '../math/check';
import { leastSquares } from '../math/linalg';
import type { FeatureMap } from '../networks/linear';
import type { DiscretePolicy } from '../policies/policy';
import { type Recipe, remember } from '../recipe';
import { checkBatch, checkPolicyReads, type TrajectoryBatch } from '../rollout/trajectoryBatch';
import type { CriticValues } from './advantages';
import { discountByTime } from './returns';

/** A function of the state (and of the time within the trajectory) that is fitted to returns. */
export interface Baseline {
  /** Takes in a batch and what was earned from each of its steps on [T], e.g. `rewardToGo` or `valueTargets`. */
  fit(batch: TrajectoryBatch, returns: ArrayLike<number>): void;
  /** b(s_t) of every step [T]. */
  predict(batch: TrajectoryBatch): Float64Array;
  /** b of the observation after the last step of each trajectory [m]: as a critic's value, 0 where it terminated. */
  predictFinal(batch: TrajectoryBatch): Float64Array;
  /** alpha of `fit`, where there is one that may be changed between fits. */
  learningRate?: number;
  /**
   * Everything that `fit` changes, null if nothing, as JSON and typed arrays: a checkpoint keeps it and sets it again. A run whose
   * baseline has none cannot be kept.
   */
  state?: unknown;
}

/** A baseline in the role of a critic: what `tdErrors`, `nStepAdvantages` and `generalizedAdvantages` ask for. */
export function criticValues(batch: TrajectoryBatch, baseline: Baseline): Required<CriticValues> {
  checkBatch(batch);
  checkObject('baseline', baseline, 'a baseline, such as networkBaseline makes', 'predict', 'predictFinal');
  return { values: baseline.predict(batch), finalValues: baseline.predictFinal(batch) };
}

/** b of the observation at observations[offset ..], which is met `time` steps after its trajectory's first row. */
type Value = (observations: ArrayLike<number>, offset: number, time: number) => number;

/** Makes a baseline of its value, of how that is fitted (not at all by default), and of what it asks of a batch. */
function baselineOf(
  value: Value,
  fit: Baseline['fit'] = () => {},
  check: (batch: TrajectoryBatch) => void = () => {},
): Baseline {
  return {
    state: null,
    fit(batch, returns) {
      checkVector('returns', returns, batch.rewards.length);
      check(batch);
      fit(batch, returns);
    },
    predict(batch) {
      check(batch);
      const out = new Float64Array(batch.rewards.length);
      eachStep(batch, (t, time) => {
        out[t] = value(batch.observations, t * batch.observationSize, time);
      });
      return out;
    },
    predictFinal(batch) {
      check(batch);
      const { finalObservations, observationSize, episodeStarts, terminated } = batch;
      return Float64Array.from({ length: episodeStarts.length - 1 }, (_, i) => {
        const end = episodeStarts[i + 1];
        return terminated[end - 1]
          ? 0
          : value(finalObservations, i * observationSize, end - episodeStarts[i]);
      });
    },
  };
}

/** A baseline whose state `fit` changes, as `get` tells it and `set` takes it, and that remembers how it is made. */
function keeping<State>(
  baseline: Baseline,
  recipe: Recipe,
  get: () => State,
  set: (state: State) => void,
): Baseline {
  Object.defineProperty(baseline, 'state', { get, set, enumerable: true });
  return remember(baseline, () => ({ ...recipe, state: get(), restore: set }));
}

/** Calls `visit` with every row and its time within the trajectory. */
function eachStep({ episodeStarts }: TrajectoryBatch, visit: (t: number, time: number) => void): void {
  for (let i = 0; i < episodeStarts.length - 1; i++)
    for (let t = episodeStarts[i]; t < episodeStarts[i + 1]; t++) visit(t, t - episodeStarts[i]);
}

/**
 * Baselines that are a mean of the returns within groups of steps.
 * @param make the function that made it, and its arguments
 * @param group the group of an observation at a time, from 0 on
 * @param weights what each step of the batch counts in its mean [T]; the same for all by default
 */
function groupMeans(
  recipe: Recipe,
  group: Value,
  weights?: (batch: TrajectoryBatch) => Float64Array,
): Baseline {
  let means: (number | null)[] = [];
  const baseline = baselineOf(
    (observations, offset, time) => means[group(observations, offset, time)] ?? 0,
    (batch, returns) => {
      const weight = weights?.(batch);
      const sums: number[] = [];
      const totals: number[] = [];
      eachStep(batch, (t, time) => {
        const k = group(batch.observations, t * batch.observationSize, time);
        const w = weight ? weight[t] : 1;
        sums[k] = (sums[k] ?? 0) + w * returns[t];
        totals[k] = (totals[k] ?? 0) + w;
      });
      means = sums.map((sum, k) => (totals[k] > 0 ? sum / totals[k] : 0));
    },
  );
  return keeping(
    baseline,
    recipe,
    () => means,
    state => {
      means = state;
    },
  );
}

/** b = 0: no baseline, in the place of one. */
export const noBaseline = (): Baseline =>
  remember(
    baselineOf(() => 0),
    () => ({ make: 'noBaseline', args: [] }),
  );

/** The same number everywhere: the one given, or else the mean of the returns that it is fitted to. */
export function constantBaseline(value?: number): Baseline {
  const recipe: Recipe = { make: 'constantBaseline', args: [value] };
  if (value === undefined) return groupMeans(recipe, () => 0);
  checkFinite('value', value);
  return remember(
    baselineOf(() => value),
    () => recipe,
  );
}

/** b_t: the mean of the returns of all steps t, whatever their state. Time counts from a trajectory's first row. */
export const timeBaseline = (): Baseline =>
  groupMeans({ make: 'timeBaseline', args: [] }, (_observations, _offset, time) => time);

/** Options of `stateBaseline`. */
export interface StateBaselineOptions {
  /** S; observations are the index of a state. */
  states: number;
  /** b_t(s) instead of b(s): another mean at every time step. False by default. */
  timeDependent?: boolean;
}

const STATE_BASELINE_OPTIONS: OptionNames<StateBaselineOptions> = {
  states: 'required',
  timeDependent: 'optional',
};

/** Number of the group of a state, or of a state at a time. */
function stateGroup({ states, timeDependent = false }: StateBaselineOptions): Value {
  checkInteger('states', states, 1);
  return (observations, offset, time) => {
    const s = observations[offset];
    if (!(s >= 0 && s < states && Math.floor(s) === s))
      fail(
        `observation ${show(s)} of the batch is no state: it must be a whole number from 0 to ${states - 1}.`,
      );
    return timeDependent ? time * states + s : s;
  };
}

/** The mean return of each state: the Monte Carlo estimate of V^pi, without a policy or a model. */
export const stateBaseline = (options: StateBaselineOptions): Baseline =>
  groupMeans(
    { make: 'stateBaseline', args: [options] },
    stateGroup(knownOptions('stateBaseline', options, STATE_BASELINE_OPTIONS)),
  );

const OPTIMAL_BASELINE_OPTIONS: OptionNames<
  StateBaselineOptions & { policy: DiscretePolicy; gamma?: number }
> = { states: 'required', timeDependent: 'optional', policy: 'required', gamma: 'optional' };

/**
 * b*(s) of equation 5, estimated: returns averaged within each state with weights ||grad log pi(a_t|s_t)||^2. The exact
 * one of a tabular MDP is `optimalBaselineTable`.
 * @param options.policy the policy that acted; its parameters at the time of `fit` are the ones that count
 * @param options.gamma where scores are weighted by gamma^t (`discountState`), late steps count gamma^{2t} in the variance,
 *   and so here; 1 by default. It matters only to b(s), which is one number for all times.
 */
export function optimalBaseline(
  options: StateBaselineOptions & { policy: DiscretePolicy; gamma?: number },
): Baseline {
  const { policy, gamma = 1, ...group } = knownOptions('optimalBaseline', options, OPTIMAL_BASELINE_OPTIONS);
  checkGamma(gamma);
  if (typeof policy?.addScore !== 'function')
    throw new TypeError(
      `policy is ${show(policy)}, but must be a policy with parameters, e.g. softmaxTabular(...).`,
    );
  const recipe: Recipe = { make: 'optimalBaseline', args: [options] };
  return groupMeans(recipe, stateGroup(group), batch => {
    const { observations, observationSize, actions, episodeStarts } = batch;
    checkPolicyReads(batch, policy);
    const weights = new Float64Array(actions.length);
    const score = new Float64Array(policy.parameters.length);
    eachStep(batch, t => {
      policy.addScore(observations, t * observationSize, actions[t], 1, score.fill(0));
      weights[t] = score.reduce((sum, x) => sum + x * x, 0);
    });
    return discountByTime(weights, gamma * gamma, episodeStarts, weights);
  });
}

const TABLE_BASELINE_OPTIONS: OptionNames<{ table: ArrayLike<number>; states: number }> = {
  table: 'required',
  states: 'required',
};

/**
 * A table that is known, such as `solvePolicy(mdp, policy).V`, `solveFiniteHorizon(...).V` or `optimalBaselineTable(...)`;
 * fitting doesn't change it.
 * @param options.table b(s) [S], or b_t(s) at [t * S + s] for some number of time steps
 * @param options.states S
 */
export function tableBaseline(options: { table: ArrayLike<number>; states: number }): Baseline {
  const { table, states } = knownOptions('tableBaseline', options, TABLE_BASELINE_OPTIONS);
  checkInteger('states', states, 1);
  const rows = checkVector('table', table).length / states;
  if (rows < 1 || !Number.isInteger(rows))
    fail(`table has length ${table.length}, but must have length ${states} (S) or a multiple of it.`);
  const copy = Float64Array.from(table);
  const index = stateGroup({ states, timeDependent: rows > 1 });
  const baseline = baselineOf(
    // Only after the last step can the time be that of no row: then nothing follows.
    (observations, offset, time) => copy[index(observations, offset, time)] ?? 0,
    undefined,
    ({ episodeStarts }) => {
      for (let i = 0; rows > 1 && i < episodeStarts.length - 1; i++)
        if (episodeStarts[i + 1] - episodeStarts[i] > rows)
          fail(
            `table has ${rows} time steps, but trajectory ${i} of the batch has ${episodeStarts[i + 1] - episodeStarts[i]}.`,
          );
    },
  );
  return remember(baseline, () => ({ make: 'tableBaseline', args: [{ table: copy, states }] }));
}

/** Options of `linearBaseline`. */
export interface LinearBaselineOptions {
  /** d, the number of features: of the observation's numbers if there is no `featureMap`, else of what it writes. */
  features: number;
  /** x(o); the observation itself by default. */
  featureMap?: FeatureMap;
}

const LINEAR_BASELINE_OPTIONS: OptionNames<LinearBaselineOptions> = {
  features: 'required',
  featureMap: 'optional',
};

/**
 * b(o) = w . x(o) + c by least squares; of several best fits (features that depend on each other, fewer steps than
 * features) that with the shortest weights.
 */
export function linearBaseline(options: LinearBaselineOptions): Baseline {
  const { features, featureMap } = knownOptions('linearBaseline', options, LINEAR_BASELINE_OPTIONS);
  checkInteger('features', features, 1);
  let weights: Float64Array = new Float64Array(features + 1);
  const x = new Float64Array(features);
  /** Fills x. */
  const read = (observations: ArrayLike<number>, offset: number) => {
    if (featureMap) featureMap(observations, offset, x);
    else for (let j = 0; j < features; j++) x[j] = observations[offset + j];
    for (let j = 0; j < features; j++)
      if (!Number.isFinite(x[j])) fail(`feature ${j} is ${x[j]}, but must be a finite number.`);
  };
  const baseline = baselineOf(
    (observations, offset) => {
      read(observations, offset);
      return x.reduce((sum, value, j) => sum + weights[j] * value, weights[features]);
    },
    (batch, returns) => {
      const columns = features + 1;
      const design = new Float64Array(returns.length * columns).fill(1);
      eachStep(batch, t => {
        read(batch.observations, t * batch.observationSize);
        design.set(x, t * columns);
      });
      weights = leastSquares(design, returns, columns);
    },
    ({ observationSize }) => {
      if (!featureMap && observationSize !== features)
        fail(`features is ${features}, but the batch has observations of ${observationSize} numbers.`);
    },
  );
  return keeping(
    baseline,
    { make: 'linearBaseline', args: [{ features, featureMap }] },
    () => weights,
    state => {
      weights = state;
    },
  );
}
