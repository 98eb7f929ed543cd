/**
 * Optimizers: how far to move the parameters theta along an estimated gradient g of an objective to be made large.
 *
 *   sgd    theta <- theta + alpha g
 *   adam   m <- beta1 m + (1 - beta1) g,   v <- beta2 v + (1 - beta2) g^2  (elementwise)
 *          theta <- theta + alpha m^ / (sqrt(v^) + epsilon),   m^ = m / (1 - beta1^k),  v^ = v / (1 - beta2^k) at update k
 *
 * Adam is that of Kingma and Ba 2015, algorithm 1, with the sign turned from descent to ascent.
 */

import { checkFinite, checkVector } from '../math/check';
import type { FloatArray } from './network';

/** Changes parameters so that an objective grows. One optimizer serves one parameter vector. */
export interface Optimizer {
  /** Moves `parameters` [d] in place, given the objective's gradient [d]. */
  ascend(parameters: FloatArray, gradient: ArrayLike<number>): void;
}

/** Stochastic gradient ascent with learning rate alpha. */
export function sgd({ learningRate }: { learningRate: number }): Optimizer {
  checkFinite('learningRate', learningRate, 0);
  return {
    ascend(parameters, gradient) {
      checkVector('gradient', gradient, parameters.length);
      for (let k = 0; k < parameters.length; k++) parameters[k] += learningRate * gradient[k];
    },
  };
}

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

/** Adam: each parameter's step is scaled by the size of its own recent gradients. */
export function adam({ learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions): Optimizer {
  checkFinite('learningRate', learningRate, 0);
  checkFinite('beta1', beta1, 0, 1 - 1e-12);
  checkFinite('beta2', beta2, 0, 1 - 1e-12);
  checkFinite('epsilon', epsilon, 0);
  let mean = new Float64Array(0);
  let square = new Float64Array(0);
  let beta1Power = 1;
  let beta2Power = 1;
  return {
    ascend(parameters, gradient) {
      checkVector('gradient', gradient, parameters.length);
      if (mean.length === 0) {
        mean = new Float64Array(parameters.length);
        square = new Float64Array(parameters.length);
      }
      checkVector('parameters', parameters, mean.length);
      beta1Power *= beta1;
      beta2Power *= beta2;
      for (let k = 0; k < parameters.length; k++) {
        const g = gradient[k];
        mean[k] = beta1 * mean[k] + (1 - beta1) * g;
        square[k] = beta2 * square[k] + (1 - beta2) * g * g;
        const meanHat = mean[k] / (1 - beta1Power);
        const squareHat = square[k] / (1 - beta2Power);
        parameters[k] += (learningRate * meanHat) / (Math.sqrt(squareHat) + epsilon);
      }
    },
  };
}
