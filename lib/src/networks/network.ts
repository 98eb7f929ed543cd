/**
 * A network: a function from observations to K numbers, differentiable in its parameters theta. A policy reads the
 * numbers as the parameters of its action distribution, a critic reads one of them as V(s).
 *
 * Gradients flow as in backpropagation: an objective L says how it changes with the outputs, dL/dy [B * K], and
 * `backward` carries that to theta by the chain rule,
 *
 *   dL/dtheta = sum_b sum_k  dL/dy_bk  dy_bk/dtheta
 *
 * Derivatives flow forward as well: `tangent` says how the outputs change when theta moves along a direction v,
 *
 *   (J v)_bk = sum_i  dy_bk/dtheta_i  v_i          J [B * K, d], the Jacobian whose transpose `backward` applies
 *
 * which is what curvature is made of: a Fisher-vector product is `tangent`, a product in the space of outputs, `backward`.
 *
 * Engines: tables and linear functions in float64 (table.ts, linear.ts), multi-layer perceptrons in float32. Parameters
 * are one flat array, live: what is written there counts from the next `forward` on.
 */

import { fail, show } from '../math/check';
import type { FloatArray } from '../math/floatArray';
import { gradientNorm, type Optimizer } from './optimizers';

/** A differentiable function from observations to K outputs; see the top of this file. */
export interface Network {
  /** Numbers in one observation; absent where a feature map reads what it wants. */
  readonly inputSize?: number;
  /** S, where observations are the index of a state; absent elsewhere. */
  readonly states?: number;
  /** K, the outputs for one observation. */
  readonly outputSize: number;
  /** theta, flat and live. */
  readonly parameters: FloatArray;
  /** Where `backward` adds unless told otherwise; as long as theta. */
  readonly gradient: FloatArray;
  /**
   * The outputs y [count * K] for the `count` observations that begin at observations[offset]; one by default. The array
   * is reused: it holds until the next call.
   * @param observationSize numbers in one observation; needed where a feature map reads several (else it is `inputSize`)
   */
  forward(
    observations: ArrayLike<number>,
    count?: number,
    offset?: number,
    observationSize?: number,
  ): FloatArray;
  /**
   * gradient += sum_b sum_k dOutputs[b, k] dy_bk/dtheta, at the observations and parameters of the last `forward`.
   * @param dOutputs [count * K] dL/dy
   * @param gradient `this.gradient` by default
   */
  backward(dOutputs: ArrayLike<number>, gradient?: FloatArray): void;
  /**
   * J v [count * K], the directional derivative of the outputs at the observations and parameters of the last `forward`:
   * dy/dt of theta + t v at t = 0. The array is reused: it holds until the next call.
   * @param direction v [d]
   */
  tangent(direction: ArrayLike<number>): FloatArray;
  /** Shortens `gradient` to `maxNorm` if it is longer (Pascanu, Mikolov and Bengio 2013); returns its length before. */
  clipGradientNorm(maxNorm: number): number;
  /** Moves theta along `gradient` as the optimizer says, and sets `gradient` to zero. */
  applyGradient(optimizer: Optimizer): void;
  /** The same function with parameters of its own. */
  clone(): Network;
}

/** `applyGradient` for networks whose arrays the optimizer may touch directly. */
export function ascendAlong(network: Network, optimizer: Optimizer): void {
  optimizer.ascend(network.parameters, network.gradient);
  network.gradient.fill(0);
}

/** `clipGradientNorm` for networks whose arrays anybody may touch directly. */
export function shortenGradient({ gradient }: Network, maxNorm: number): number {
  const norm = gradientNorm(gradient);
  if (norm > maxNorm) for (let k = 0; k < gradient.length; k++) gradient[k] *= maxNorm / norm;
  return norm;
}

/** Throws unless observations of the size of these are what the network reads. */
export function checkReads(network: Network, observationSize: number, of: string): void {
  if ((network.inputSize ?? observationSize) !== observationSize)
    fail(
      `${of} is made for observations of ${network.inputSize} numbers, but those of the batch have ${observationSize}.`,
    );
}

/** Throws unless a gradient has as many numbers as theta. */
export function checkGradient(gradient: ArrayLike<number>, length: number): void {
  if (gradient?.length !== length)
    fail(`gradient has length ${gradient?.length}, but theta has ${length} numbers.`);
}

/** Throws unless there is a direction as long as theta, and a `forward` that was run. */
export function checkDirection(direction: ArrayLike<number>, length: number, count: number): void {
  if (count === 0)
    fail('network.tangent was called before network.forward: there is nothing to differentiate.');
  if (direction?.length !== length)
    fail(
      `direction is ${direction?.length === undefined ? show(direction) : `of length ${direction.length}`}, but theta has ${length} numbers.`,
    );
}

/** Throws unless there are dOutputs for a `forward` that was run, [count * K]. */
export function checkDOutputs(dOutputs: ArrayLike<number>, count: number, outputSize: number): void {
  if (count === 0)
    fail('network.backward was called before network.forward: there is nothing to differentiate.');
  if (dOutputs?.length !== count * outputSize)
    fail(
      `dOutputs is ${dOutputs?.length === undefined ? show(dOutputs) : `of length ${dOutputs.length}`}, but must have length ${count * outputSize}: ${outputSize} for each of ${count} observations.`,
    );
}

/** Throws unless `observations` holds `count` rows of `size` numbers from `offset` on. */
export function checkObservations(
  observations: ArrayLike<number>,
  count: number,
  offset: number,
  size: number,
): void {
  if (!(observations?.length >= offset + count * size))
    fail(
      `observations has length ${observations?.length}, but must have at least ${offset + count * size}: ${count} x ${size} numbers from offset ${offset}.`,
    );
}
