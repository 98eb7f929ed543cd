/**
 * Optimizers: how far to move the parameters theta along an estimated gradient g of an objective to be made large.
 *
 *   sgd    theta <- theta + alpha g
 *   rmsProp  v <- rho v + (1 - rho) g^2,   theta <- theta + alpha g / sqrt(v + epsilon)   (elementwise, v = 1 at the start)
 *   adam   m <- beta1 m + (1 - beta1) g,   v <- beta2 v + (1 - beta2) g^2  (elementwise)
 *          theta <- theta + alpha m^ / (sqrt(v^) + epsilon),   m^ = m / (1 - beta1^k),  v^ = v / (1 - beta2^k) at update k
 *
 * Adam is that of Kingma and Ba 2015, algorithm 1, with the sign turned from descent to ascent. RMSProp is that of Tieleman and
 * Hinton 2012 (lecture 6.5 of "Neural networks for machine learning") in the form of TensorFlow 1, which A2C was published with:
 * epsilon stands within the root, and v begins at 1, so that the first steps are short.
 */

import { checkFinite, checkVector, knownOptions, lengthOf, type OptionNames, show } from '../math/check';
import type { FloatArray } from '../math/floatArray';
import { remember } from '../recipe';

/** Changes parameters so that an objective grows. One optimizer serves one parameter vector. */
export interface Optimizer {
  /** alpha, where there is one that may be changed between updates. */
  learningRate?: number;
  /**
   * Everything that updates change besides theta, null if nothing, as JSON and typed arrays: a checkpoint keeps it and sets it
   * again. A run whose optimizer has none cannot be kept.
   */
  state?: unknown;
  /** Moves `parameters` [d] in place, given the objective's gradient [d]. */
  ascend(parameters: FloatArray, gradient: ArrayLike<number>): void;
}

const SGD_OPTIONS: OptionNames<{ learningRate: number }> = { learningRate: 'required' };

/** Stochastic gradient ascent with learning rate alpha. */
export function sgd(options: { learningRate: number }): Optimizer {
  const { learningRate } = knownOptions('sgd', options, SGD_OPTIONS);
  checkFinite('learningRate', learningRate, 0);
  const optimizer = {
    learningRate,
    state: null,
    ascend(parameters: FloatArray, gradient: ArrayLike<number>): void {
      const { learningRate } = optimizer;
      checkVector('gradient', gradient, parameters.length);
      for (let k = 0; k < parameters.length; k++) parameters[k] += learningRate * gradient[k];
    },
  };
  return remember(optimizer, () => ({ make: 'sgd', args: [{ learningRate: optimizer.learningRate }] }));
}

/** Options of `rmsProp`. */
export interface RmsPropOptions {
  /** alpha; 1e-4 to 1e-2. */
  learningRate: number;
  /** rho, the decay of the squared gradient's running mean. */
  decay?: number;
  /** Keeps the division from blowing up where gradients are tiny. */
  epsilon?: number;
}

const RMS_PROP_OPTIONS: OptionNames<RmsPropOptions> = {
  learningRate: 'required',
  decay: 'optional',
  epsilon: 'optional',
};

/**
 * RMSProp: each parameter's step is scaled by the size of its own recent gradients, without Adam's running mean of the gradient. The
 * defaults are those of A2C in OpenAI's baselines.
 *
 * $$v \leftarrow \rho v + (1 - \rho) g^2, \qquad \theta \leftarrow \theta + \frac{\alpha g}{\sqrt{v + \epsilon}}$$
 */
export function rmsProp(options: RmsPropOptions): Optimizer {
  const { learningRate, decay = 0.99, epsilon = 1e-5 } = knownOptions('rmsProp', options, RMS_PROP_OPTIONS);
  checkFinite('learningRate', learningRate, 0);
  checkFinite('decay', decay, 0, 1);
  checkFinite('epsilon', epsilon, 0);
  let square = new Float64Array(0); // v, as long as theta from the first update on
  const optimizer = {
    learningRate,
    get state(): RmsPropState {
      return { square: square.slice() };
    },
    set state(state) {
      square = Float64Array.from(state.square);
    },
    ascend(parameters: FloatArray, gradient: ArrayLike<number>): void {
      const { learningRate } = optimizer;
      checkVector('gradient', gradient, parameters.length);
      if (square.length === 0) square = new Float64Array(parameters.length).fill(1);
      checkVector('parameters', parameters, square.length);
      for (let k = 0; k < parameters.length; k++) {
        const g = gradient[k];
        square[k] = decay * square[k] + (1 - decay) * g * g;
        if (g !== 0) parameters[k] += (learningRate * g) / Math.sqrt(square[k] + epsilon);
      }
    },
  };
  return remember(optimizer, () => ({
    make: 'rmsProp',
    args: [{ learningRate: optimizer.learningRate, decay, epsilon }],
    state: optimizer.state,
    restore(state: RmsPropState) {
      optimizer.state = state;
    },
  }));
}

interface RmsPropState {
  square: Float64Array;
}

/** Options of `adam`. */
export interface AdamOptions {
  /** alpha; 1e-4 to 1e-1. */
  learningRate: number;
  /** Decay of the gradient's running mean. */
  beta1?: number;
  /** Decay of the squared gradient's running mean. */
  beta2?: number;
  /** Keeps the division from blowing up where gradients are tiny. */
  epsilon?: number;
}

const ADAM_OPTIONS: OptionNames<AdamOptions> = {
  learningRate: 'required',
  beta1: 'optional',
  beta2: 'optional',
  epsilon: 'optional',
};

/**
 * Adam: each parameter's step is scaled by the size of its own recent gradients. Settings and state are in sight, so that
 * an engine may run the update in kernels of its own.
 */
export class Adam implements Optimizer {
  /** alpha; may be changed between updates. */
  learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** m and v, as long as theta from the first update on. */
  mean: FloatArray = new Float64Array(0);
  square: FloatArray = new Float64Array(0);
  private beta1Power = 1;
  private beta2Power = 1;

  constructor({ learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions) {
    this.learningRate = checkFinite('learningRate', learningRate, 0);
    this.beta1 = checkFinite('beta1', beta1, 0, 1 - 1e-12);
    this.beta2 = checkFinite('beta2', beta2, 0, 1 - 1e-12);
    this.epsilon = checkFinite('epsilon', epsilon, 0);
  }

  ascend(parameters: FloatArray, gradient: ArrayLike<number>): void {
    checkVector('gradient', gradient, parameters.length);
    if (this.mean.length === 0)
      this.keepStateIn(new Float64Array(parameters.length), new Float64Array(parameters.length));
    const { learningRate, beta1, beta2, epsilon, mean, square } = this;
    checkVector('parameters', parameters, mean.length);
    const { meanSum, squareSum } = this.nextUpdate();
    for (let k = 0; k < parameters.length; k++) {
      const g = gradient[k];
      mean[k] = beta1 * mean[k] + (1 - beta1) * g;
      square[k] = beta2 * square[k] + (1 - beta2) * g * g;
      const meanHat = mean[k] / meanSum;
      const squareHat = square[k] / squareSum;
      parameters[k] += (learningRate * meanHat) / (Math.sqrt(squareHat) + epsilon);
    }
  }

  /** Moves m and v to these arrays, as long as theta: zeros before the first update. */
  keepStateIn(mean: FloatArray, square: FloatArray): void {
    if (this.mean.length > 0) {
      checkVector('parameters', mean, this.mean.length);
      mean.set(this.mean);
      square.set(this.square);
    }
    this.mean = mean;
    this.square = square;
  }

  /** Everything that decides the updates to come, besides the settings. */
  get state(): AdamState {
    const { mean, square, beta1Power, beta2Power } = this;
    return { mean: mean.slice(), square: square.slice(), beta1Power, beta2Power };
  }

  set state({ mean, square, beta1Power, beta2Power }: AdamState) {
    this.mean = mean.slice();
    this.square = square.slice();
    this.beta1Power = beta1Power;
    this.beta2Power = beta2Power;
  }

  /** Counts update k, and tells what the weights in m and in v sum to by then: 1 - beta1^k and 1 - beta2^k. */
  nextUpdate(): { meanSum: number; squareSum: number } {
    this.beta1Power *= this.beta1;
    this.beta2Power *= this.beta2;
    return { meanSum: 1 - this.beta1Power, squareSum: 1 - this.beta2Power };
  }
}

remember(Adam.prototype, optimizer => {
  const { learningRate, beta1, beta2, epsilon, state } = optimizer;
  return {
    make: 'adam',
    args: [{ learningRate, beta1, beta2, epsilon }],
    state,
    restore(state: AdamState) {
      optimizer.state = state;
    },
  };
});

/** What Adam has gathered from gradients; m and v are empty before the first update. */
export interface AdamState {
  mean: FloatArray;
  square: FloatArray;
  beta1Power: number;
  beta2Power: number;
}

/** Adam with these settings, at its start. */
export const adam = (options: AdamOptions): Adam => new Adam(knownOptions('adam', options, ADAM_OPTIONS));

/** An optimizer by name, with a learning rate that is stated beside it; or one of the caller's own. */
export type OptimizerChoice = 'sgd' | 'rmsprop' | 'adam' | Optimizer;

/** The optimizer that a choice means. */
export function makeOptimizer(choice: OptimizerChoice, learningRate: number): Optimizer {
  if (choice === 'sgd') return sgd({ learningRate });
  if (choice === 'rmsprop') return rmsProp({ learningRate });
  if (choice === 'adam') return adam({ learningRate });
  if (typeof choice?.ascend !== 'function')
    throw new TypeError(
      `optimizer is ${show(choice)}, but must be 'sgd', 'rmsprop', 'adam' or an optimizer.`,
    );
  return choice;
}

/** What a checkpoint keeps of an optimizer that has a state. */
export interface OptimizerState {
  learningRate?: number;
  state: unknown;
}

export const stateOfOptimizer = ({ learningRate, state }: Optimizer): OptimizerState => ({
  learningRate,
  state,
});

/** Makes an optimizer go on from there. */
export function restoreOptimizer(optimizer: Optimizer, { learningRate, state }: OptimizerState): void {
  if (learningRate !== undefined) optimizer.learningRate = learningRate;
  optimizer.state = state;
}

/** The Euclidean length of a gradient. */
export function gradientNorm(gradient: ArrayLike<number>): number {
  const d = lengthOf('gradient', gradient);
  let sum = 0;
  for (let k = 0; k < d; k++) sum += gradient[k] * gradient[k];
  return Math.sqrt(sum);
}
