/**
 * What every method of the lecture needs from a policy pi_theta(a|s): draw an action, tell its log-probability, and
 * add a weighted score function  w * grad_theta log pi_theta(a|s)  to a gradient.
 *
 * A policy is a network and a head: the network turns an observation into numbers y, the head reads them as the
 * parameters of a distribution over actions. By the chain rule the score is the head's, d log pi / dy, carried to theta
 * by the network. Algorithms that work on many observations at once talk to `network` and `head` themselves.
 */

import { softmaxInto } from '../distributions/categorical';
import { categoricalHead, gaussianHead, type Head } from '../distributions/head';
import { checkAction, checkObject, checkVector, fail, show } from '../math/check';
import type { FloatArray } from '../math/floatArray';
import type { Rng } from '../math/rng';
import { checkGradient, type Network } from '../networks/network';
import { remember } from '../recipe';

/** A stochastic policy, differentiable in its parameters theta. */
export interface Policy {
  /** From observations to the distribution's parameters. */
  readonly network: Network;
  /** From the distribution's parameters to actions. */
  readonly head: Head;
  /** theta, flat and live: that of the network. Algorithms change it in place. */
  readonly parameters: FloatArray;
  /** A copy with parameters of its own. */
  clone(): Policy;
}

/** A policy over the actions 0 .. n - 1. `observation` holds the numbers of o at [offset ..]. */
export interface DiscretePolicy extends Policy {
  /** Number of actions. */
  readonly actionCount: number;
  /** Writes pi_theta(.|s) to out[0 .. n - 1]. */
  probabilities(observation: ArrayLike<number>, offset: number, out: Float64Array): void;
  /** a ~ pi_theta(.|s). */
  act(observation: ArrayLike<number>, offset: number, rng: Rng): number;
  /** log pi_theta(a|s), in nats. */
  logProb(observation: ArrayLike<number>, offset: number, action: number): number;
  /** gradient += weight * grad_theta log pi_theta(a|s). */
  addScore(
    observation: ArrayLike<number>,
    offset: number,
    action: number,
    weight: number,
    gradient: FloatArray,
  ): void;
  clone(): DiscretePolicy;
}

/** A policy over points a of R^d, with a density. `observation` holds the numbers of o at [offset ..]. */
export interface ContinuousPolicy extends Policy {
  /** d */
  readonly actionSize: number;
  /** a ~ pi_theta(.|s), a new array [d]. */
  act(observation: ArrayLike<number>, offset: number, rng: Rng): Float32Array;
  /** log pi_theta(a|s) of the density, in nats. */
  logProb(observation: ArrayLike<number>, offset: number, action: ArrayLike<number>): number;
  /** gradient += weight * grad_theta log pi_theta(a|s). */
  addScore(
    observation: ArrayLike<number>,
    offset: number,
    action: ArrayLike<number>,
    weight: number,
    gradient: FloatArray,
  ): void;
  clone(): ContinuousPolicy;
}

/** What the two kinds of policies share: everything but the form in which an action is handed over. */
abstract class NetworkPolicy<Action> {
  abstract readonly head: Head;
  private readonly dOutputs: Float64Array;

  constructor(readonly network: Network) {
    if (typeof network?.forward !== 'function')
      throw new TypeError(`network is ${show(network)}, but must be a network, e.g. mlp(...).`);
    this.dOutputs = new Float64Array(network.outputSize);
  }

  get parameters(): FloatArray {
    return this.network.parameters;
  }

  /** The action, checked, in an array as heads take it. */
  protected abstract numbersOf(action: Action): ArrayLike<number>;

  logProb(observation: ArrayLike<number>, offset: number, action: Action): number {
    const numbers = this.numbersOf(action);
    return this.head.logProb(this.network.forward(observation, 1, offset), 0, numbers, 0);
  }

  addScore(
    observation: ArrayLike<number>,
    offset: number,
    action: Action,
    weight: number,
    gradient: FloatArray,
  ): void {
    const { network, head, dOutputs } = this;
    checkGradient(gradient, this.parameters.length);
    const numbers = this.numbersOf(action);
    head.addScore(network.forward(observation, 1, offset), 0, numbers, 0, weight, dOutputs.fill(0));
    network.backward(dOutputs, gradient);
  }
}

/** The softmax policy whose logits are a network's outputs; see `categoricalPolicy`. */
export class CategoricalPolicy extends NetworkPolicy<number> implements DiscretePolicy {
  /** pi_theta(.|s) as a function of the network's outputs. */
  readonly head: Head;
  private readonly action = new Int32Array(1);

  constructor(network: Network) {
    super(network);
    this.head = categoricalHead(network.outputSize);
  }

  /** Number of actions. */
  get actionCount(): number {
    return this.network.outputSize;
  }

  protected numbersOf(action: number): Int32Array {
    this.action[0] = checkAction(action, this.actionCount);
    return this.action;
  }

  probabilities(observation: ArrayLike<number>, offset: number, out: Float64Array): void {
    softmaxInto(this.network.forward(observation, 1, offset), 0, this.actionCount, out, 0);
  }

  act(observation: ArrayLike<number>, offset: number, rng: Rng): number {
    this.head.sample(this.network.forward(observation, 1, offset), 0, rng, this.action, 0);
    return this.action[0];
  }

  clone(): CategoricalPolicy {
    return new CategoricalPolicy(this.network.clone());
  }
}

remember(CategoricalPolicy.prototype, ({ network }) => ({ make: 'categoricalPolicy', args: [network] }));

/** The Gaussian policy whose mean and log standard deviation are a network's outputs; see `gaussianPolicy`. */
export class GaussianPolicy extends NetworkPolicy<ArrayLike<number>> implements ContinuousPolicy {
  /** pi_theta(.|s) as a function of the network's outputs. */
  readonly head: Head;

  constructor(network: Network) {
    super(network);
    const { outputSize } = network;
    if (outputSize % 2 !== 0)
      fail(
        `network has ${outputSize} outputs, but a Gaussian policy needs an even number: d means and d logarithms of standard deviations.`,
      );
    this.head = gaussianHead(outputSize / 2);
  }

  get actionSize(): number {
    return this.head.actionSize;
  }

  protected numbersOf(action: ArrayLike<number>): ArrayLike<number> {
    return checkVector('action', action, this.actionSize);
  }

  act(observation: ArrayLike<number>, offset: number, rng: Rng): Float32Array {
    const action = new Float32Array(this.actionSize);
    this.head.sample(this.network.forward(observation, 1, offset), 0, rng, action, 0);
    return action;
  }

  clone(): GaussianPolicy {
    return new GaussianPolicy(this.network.clone());
  }
}

remember(GaussianPolicy.prototype, ({ network }) => ({ make: 'gaussianPolicy', args: [network] }));

/** A softmax policy over the outputs of `network`, one logit for each action. The policy owns the network from then on. */
export const categoricalPolicy = (network: Network): CategoricalPolicy => new CategoricalPolicy(network);

/**
 * A diagonal Gaussian policy over the outputs of `network`: first the d means, then the d values of log sigma. With
 * `freeOutputs: d` in the network, sigma does not depend on the observation. The policy owns the network from then on.
 */
export const gaussianPolicy = (network: Network): GaussianPolicy => new GaussianPolicy(network);

/** A policy of the kind of `head` over another network. */
export function policyOver(network: Network, head: Head): CategoricalPolicy | GaussianPolicy {
  const { kind } = checkObject('head', head, 'a head, such as categoricalHead makes', 'kind');
  return kind === 'categorical' ? categoricalPolicy(network) : gaussianPolicy(network);
}

/** The score function grad_theta log pi_theta(a|s) of one observation, a new array shaped like theta. */
export function scoreOf(
  policy: DiscretePolicy | ContinuousPolicy,
  observation: ArrayLike<number>,
  action: number | ArrayLike<number>,
): Float64Array {
  checkObject('policy', policy, 'a policy, such as mlpPolicy makes', 'parameters', 'addScore');
  const gradient = new Float64Array(policy.parameters.length);
  policy.addScore(observation, 0, action as number & ArrayLike<number>, 1, gradient);
  return gradient;
}
