/**
 * A baseline, or a critic V_w, that is a network with one output, fitted by gradient steps on
 *
 *   L(w) = 1/2 mean_t (V_w(s_t) - G_t)^2
 *
 * over minibatches (lecture 6, "Vanilla" policy gradient: "re-fit the baseline by minimizing sum |b(s_t) - G_t|^2").
 * Unlike least squares it keeps what it learnt from earlier batches; how much of it, `epochs` and the learning rate say.
 *
 * Returns come in units of reward, 500 in CartPole and -1500 in Pendulum, and networks learn numbers near 1 best: so the
 * network learns (G - mu) / sigma with mu and sigma the mean and standard deviation of all returns seen so far, and
 * b = mu + sigma V_w. Unfitted it is V_w itself.
 */

import {
  checkFinite,
  checkInteger,
  checkLimit,
  checkVector,
  fail,
  knownOptions,
  type OptionNames,
  show,
} from '../math/check';
import { CovarianceAccumulator, type CovarianceState } from '../math/covariance';
import type { FloatArray } from '../math/floatArray';
import { Rng, type RngState } from '../math/rng';
import { checkReads, type Network } from '../networks/network';
import {
  makeOptimizer,
  type OptimizerChoice,
  type OptimizerState,
  restoreOptimizer,
  stateOfOptimizer,
} from '../networks/optimizers';
import { valueObjective } from '../objectives/value';
import { remember } from '../recipe';
import { gather } from '../rollout/minibatches';
import type { Baseline } from './baselines';

/** Options of `networkBaseline`. */
export interface NetworkBaselineOptions {
  /** V_w: one output for each observation. The baseline owns it and trains it in place. */
  network: Network;
  /** How a gradient moves w; Adam by default. */
  optimizer?: OptimizerChoice;
  /** alpha of 'adam', 'rmsprop' or 'sgd'; for Adam 1e-4 to 1e-2. */
  learningRate?: number;
  /** Passes over each batch; 1 to 80. */
  epochs?: number;
  /** Steps behind one update; Infinity for all of the batch. */
  minibatchSize?: number;
  /** Decides the order of the steps. */
  seed?: number;
  /** Learn (G - mu) / sigma, as above, instead of G. */
  standardize?: boolean;
  /** Longer gradients are shortened to this (0.5); Infinity, no limit, by default. */
  maxGradientNorm?: number;
}

const NETWORK_BASELINE_OPTIONS: OptionNames<NetworkBaselineOptions> = {
  network: 'required',
  optimizer: 'optional',
  learningRate: 'optional',
  epochs: 'optional',
  minibatchSize: 'optional',
  seed: 'optional',
  standardize: 'optional',
  maxGradientNorm: 'optional',
};

/** A baseline by gradient descent on squared errors; see the top of this file. */
export function networkBaseline(options: NetworkBaselineOptions): Baseline {
  const {
    network,
    optimizer: choice = 'adam',
    learningRate = 1e-3,
    epochs = 10,
    minibatchSize = 64,
    seed = 0,
    standardize = true,
    maxGradientNorm = Infinity,
  } = knownOptions('networkBaseline', options, NETWORK_BASELINE_OPTIONS);
  if (typeof network?.forward !== 'function')
    throw new TypeError(`network is ${show(network)}, but must be a network, e.g. mlp(...).`);
  if (network.outputSize !== 1) fail(`network has ${network.outputSize} outputs, but a baseline needs one.`);
  checkFinite('learningRate', learningRate, 0);
  checkInteger('epochs', epochs, 1);
  if (minibatchSize !== Infinity) checkInteger('minibatchSize', minibatchSize, 1);
  checkLimit('maxGradientNorm', maxGradientNorm);
  const optimizer = makeOptimizer(choice, learningRate);
  let rng = new Rng(seed);
  const objective = valueObjective();
  let returnsSeen = new CovarianceAccumulator(1, { variancesOnly: true });
  let mu = 0;
  let sigma = 1;

  /** b of `count` observations, a new array. */
  const values = (observations: ArrayLike<number>, count: number, observationSize: number): Float64Array =>
    Float64Array.from(network.forward(observations, count, 0, observationSize), v => mu + sigma * v);

  /** Takes the returns into mu and sigma. */
  const see = (returns: ArrayLike<number>) => {
    for (let t = 0; t < returns.length; t++) returnsSeen.add([returns[t]]);
    scaleBySeen();
  };
  const scaleBySeen = () => {
    mu = returnsSeen.mean[0];
    const std = returnsSeen.count > 1 ? Math.sqrt(returnsSeen.variance()[0]) : 0;
    sigma = std > 0 ? std : 1;
  };

  const baseline: Baseline = {
    get learningRate() {
      return optimizer.learningRate;
    },
    set learningRate(alpha) {
      optimizer.learningRate = alpha;
    },
    get state(): NetworkBaselineState | undefined {
      if (optimizer.state === undefined) return undefined;
      return {
        parameters: network.parameters.slice(),
        optimizer: stateOfOptimizer(optimizer),
        rng: rng.state,
        returnsSeen: returnsSeen.state,
      };
    },
    set state(state: NetworkBaselineState) {
      network.parameters.set(checkVector('state.parameters', state.parameters, network.parameters.length));
      restoreOptimizer(optimizer, state.optimizer);
      rng = Rng.fromState(state.rng);
      returnsSeen.state = state.returnsSeen;
      scaleBySeen();
    },
    fit(batch, returns) {
      checkReads(network, batch.observationSize, 'network');
      const T = checkVector('returns', returns, batch.rewards.length).length;
      if (standardize) see(returns);
      const { observations, observationSize } = batch;
      const size = Math.min(minibatchSize, T);
      const rows = new Float32Array(size * observationSize);
      const targets = new Float64Array(size);
      const dValues = new Float64Array(size);
      for (let epoch = 0; epoch < epochs; epoch++) {
        const order = rng.permutation(T);
        for (let start = 0; start < T; start += size) {
          const count = Math.min(size, T - start);
          gather(observations, observationSize, order, start, count, rows);
          for (let b = 0; b < count; b++) targets[b] = (returns[order[start + b]] - mu) / sigma;
          const v = network.forward(rows, count, 0, observationSize);
          const d = dValues.subarray(0, count).fill(0);
          objective.evaluate(v, { targets: targets.subarray(0, count) }, d);
          network.backward(d);
          network.clipGradientNorm(maxGradientNorm);
          network.applyGradient(optimizer);
        }
      }
    },
    predict(batch) {
      checkReads(network, batch.observationSize, 'network');
      return values(batch.observations, batch.rewards.length, batch.observationSize);
    },
    predictFinal(batch) {
      checkReads(network, batch.observationSize, 'network');
      const { finalObservations, observationSize, episodeStarts, terminated } = batch;
      const out = values(finalObservations, episodeStarts.length - 1, observationSize);
      return out.map((v, i) => (terminated[episodeStarts[i + 1] - 1] ? 0 : v));
    },
  };
  const restore = (state: { rng: Rng; returnsSeen: CovarianceAccumulator; mu: number; sigma: number }) => {
    ({ rng, returnsSeen, mu, sigma } = state);
  };
  return remember(baseline, () => ({
    make: 'networkBaseline',
    args: [{ network, optimizer, learningRate, epochs, minibatchSize, seed, standardize, maxGradientNorm }],
    state: { rng, returnsSeen, mu, sigma },
    restore,
  }));
}

/** What a checkpoint keeps. */
interface NetworkBaselineState {
  parameters: FloatArray;
  optimizer: OptimizerState;
  rng: RngState;
  returnsSeen: CovarianceState;
}
