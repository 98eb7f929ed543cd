/**
 * Objectives: what an update makes large, as a function of the network's outputs.
 *
 * An objective L of a minibatch of B steps (s_b, a_b) looks at the parameters y_b = network(s_b) of the distributions
 * pi_theta(.|s_b), and says how large it is and how it changes with them, dL/dy [B * K]; the network carries that on to
 * theta, and an optimizer ascends. Everything that objectives need of a step is computed once, in `PolicySteps`:
 *
 *   log pi_theta(a_b|s_b),    r_b(theta) = pi_theta(a_b|s_b) / pi_theta_k(a_b|s_b)
 *
 * where theta_k are the parameters that the data were collected with. All of them are means over the minibatch. (The
 * lecture's sums over a trajectory's steps are larger by a constant, which is a matter of the learning rate.)
 *
 * Objectives are MAXIMISED: a penalty is subtracted. They can be summed (`sumOfObjectives`), and a new one is a function
 * of the steps (`policyObjective`).
 *
 * Diagnostics of how far pi_theta has moved from pi_theta_k:
 *
 *   D_KL(theta_k || theta) = mean_b sum_a pi_theta_k(a|s_b) log (pi_theta_k(a|s_b) / pi_theta(a|s_b))      exact
 *                          ~ mean_b (r_b - 1) - log r_b                                                    sampled
 *
 * The sampled one is Schulman's k3 ("Approximating KL divergence", 2020): unbiased when a_b ~ pi_theta_k, because the mean
 * of r - 1 is 0, and never negative.
 */

import type { Head } from '../distributions/head';
import { checkFunction, checkVector, fail, show } from '../math/check';
import { type FloatArray, roomFor } from '../math/floatArray';
import { remember } from '../recipe';

/** Steps to improve a policy with; B is the length of `advantages`. */
export interface PolicyMinibatch {
  /** [B * actionSize] a_b */
  actions: ArrayLike<number>;
  /** [B] estimates of A^{pi_theta_k}(s_b, a_b), or any other weight of the score */
  advantages: ArrayLike<number>;
  /** [B] log pi_theta_k(a_b|s_b), in nats */
  oldLogProbs: ArrayLike<number>;
  /** [B * K] the outputs of the network of theta_k; for the exact divergence from it. */
  oldParameters?: ArrayLike<number>;
}

/** How large an objective is, and what was seen on the way. A `value` that is not finite means that learning broke down. */
export interface ObjectiveValue<Diagnostics = PolicyDiagnostics> {
  /** L */
  value: number;
  /** What was seen on the way. */
  diagnostics: Diagnostics;
}

/** How far pi_theta is from pi_theta_k in a minibatch, in nats and ratios. */
export interface PolicyDiagnostics {
  /** Mean D_KL(theta_k || theta): exact where the minibatch has `oldParameters`, else `sampledKl`. */
  kl: number;
  /** mean_b (r_b - 1) - log r_b. */
  sampledKl: number;
  /** Mean H(pi_theta(.|s_b)). */
  entropy: number;
  /** Share of the steps with |r_b - 1| > clipRange; 0 for objectives that don't clip. */
  clipFraction: number;
  /** Share of the steps whose gradient the clip switched off: those, of them, that would gain by going on. */
  inactiveFraction: number;
  /** The smallest and the largest r_b. */
  minRatio: number;
  /** The largest r_b. */
  maxRatio: number;
}

/** An objective of policies, to be maximised; see the top of this file. */
export interface PolicyObjective {
  /**
   * L at y and its diagnostics; adds dL/dy to dY.
   * @param y [B * K] the network's outputs
   * @param dY [B * K]
   */
  evaluate(y: FloatArray, minibatch: PolicyMinibatch, head: Head, dY: FloatArray): ObjectiveValue;
  /** The part that sums are made of: L at steps that were read; adds dL/dy to dY. */
  add(steps: PolicySteps, dY: FloatArray): number;
}

/**
 * A minibatch seen by pi_theta: what objectives and diagnostics have in common. Its arrays are reused. What not every
 * objective reads (entropies, divergences) is computed when it is first asked for, and only then.
 */
export class PolicySteps {
  /** B */
  count = 0;
  /** [B * K] */
  y!: FloatArray;
  /** What was read. */
  minibatch!: PolicyMinibatch;
  /** The family of pi_theta. */
  head!: Head;
  /** [B and more] log pi_theta(a_b|s_b) */
  logProbs = new Float64Array(0);
  /** [B and more] r_b */
  ratios = new Float64Array(0);
  /** Objectives that clip leave here what they did; see `PolicyDiagnostics`. */
  clipFraction = 0;
  /** Share of the steps whose gradient the clip switched off. */
  inactiveFraction = 0;
  /** What all that is asked of pi_theta(.|s_b) shares, [B and more] and [B * K and more]; see `Head`. */
  private normalizers = new Float64Array(0);
  private copied = new Float64Array(0);
  private exponentials = new Float64Array(0);
  private ownEntropies = new Float64Array(0);
  /** Means over the steps; undefined until somebody asks. */
  private meanEntropy?: number;
  private meanExactKl?: number;

  /** Takes in a minibatch, checked. */
  read(y: FloatArray, minibatch: PolicyMinibatch, head: Head): void {
    const { actions, advantages, oldLogProbs, oldParameters } = minibatch;
    const count = checkVector('advantages', advantages).length;
    if (count === 0) fail('advantages is empty, but a minibatch needs at least one step.');
    const { parameterSize, actionSize } = head;
    checkLength('y', y, count, parameterSize);
    checkLength('actions', actions, count, actionSize);
    checkVector('oldLogProbs', oldLogProbs, count);
    if (oldParameters) checkLength('oldParameters', oldParameters, count, parameterSize);
    this.count = count;
    this.y = this.inFloat64(y);
    this.minibatch = minibatch;
    this.head = head;
    this.clipFraction = 0;
    this.inactiveFraction = 0;
    this.meanEntropy = undefined;
    this.meanExactKl = undefined;
    this.logProbs = roomFor(this.logProbs, count);
    this.ratios = roomFor(this.ratios, count);
    this.normalizers = roomFor(this.normalizers, count);
    this.exponentials = roomFor(this.exponentials, count * parameterSize);
    const { y: own, logProbs, ratios, normalizers, exponentials } = this;
    for (let b = 0; b < count; b++) {
      const row = b * parameterSize;
      const normalizer = head.normalizer(own, row);
      head.exponentials(own, row, normalizer, exponentials);
      const logProb = head.logProb(own, row, actions, b * actionSize, normalizer, exponentials);
      normalizers[b] = normalizer;
      logProbs[b] = logProb;
      ratios[b] = Math.exp(logProb - oldLogProbs[b]);
    }
  }

  /**
   * The same numbers in float64, as a batch's own parameters are: the head's loops then meet one kind of array, which engines
   * compile to faster code (math/floatArray.ts).
   */
  private inFloat64(y: FloatArray): Float64Array {
    if (y instanceof Float64Array) return y;
    if (this.copied.length !== y.length) this.copied = new Float64Array(y.length);
    this.copied.set(y);
    return this.copied;
  }

  /** [B and more] H(pi_theta(.|s_b)) */
  get entropies(): Float64Array {
    this.readEntropies();
    return this.ownEntropies;
  }

  /** Mean entropy. */
  get entropy(): number {
    return this.readEntropies();
  }

  private readEntropies(): number {
    if (this.meanEntropy !== undefined) return this.meanEntropy;
    const { count, y, head, normalizers, exponentials } = this;
    this.ownEntropies = roomFor(this.ownEntropies, count);
    let sum = 0;
    for (let b = 0; b < count; b++) {
      const entropy = head.entropy(y, b * head.parameterSize, normalizers[b], exponentials);
      this.ownEntropies[b] = entropy;
      sum += entropy;
    }
    this.meanEntropy = sum / count;
    return this.meanEntropy;
  }

  /** Mean exact divergence D_KL(theta_k || theta); undefined without `oldParameters`. */
  get exactKl(): number | undefined {
    const { count, y, head, normalizers, exponentials } = this;
    const { oldParameters } = this.minibatch;
    if (!oldParameters || this.meanExactKl !== undefined) return this.meanExactKl;
    let sum = 0;
    for (let b = 0; b < count; b++)
      sum += head.kl(oldParameters, y, b * head.parameterSize, normalizers[b], exponentials);
    this.meanExactKl = sum / count;
    return this.meanExactKl;
  }

  /** Mean divergence as the actions that were taken tell it, mean_b (r_b - 1) - log r_b. */
  get sampledKl(): number {
    const { count, logProbs, minibatch } = this;
    let sum = 0;
    for (let b = 0; b < count; b++) {
      const logRatio = logProbs[b] - minibatch.oldLogProbs[b];
      sum += Math.expm1(logRatio) - logRatio;
    }
    return sum / count;
  }

  /** dY += weight * d log pi_theta(a_b|s_b) / dy: the weighted score of step b. */
  addScore(b: number, weight: number, dY: FloatArray): void {
    const { head, y, minibatch, normalizers, exponentials } = this;
    const row = b * head.parameterSize;
    const action = b * head.actionSize;
    head.addScore(y, row, minibatch.actions, action, weight, dY, normalizers[b], exponentials);
  }

  /** dY += weight * dH(pi_theta(.|s_b)) / dy. */
  addEntropyGradient(b: number, weight: number, dY: FloatArray): void {
    const { head, y, normalizers, entropies, exponentials } = this;
    const row = b * head.parameterSize;
    head.addEntropyGradient(y, row, weight, dY, normalizers[b], entropies[b], exponentials);
  }

  /** dY += weight * d D_KL(pi_theta_k(.|s_b) || pi_theta(.|s_b)) / dy; the minibatch needs `oldParameters`. */
  addKlGradient(b: number, weight: number, dY: FloatArray): void {
    const { head, y, minibatch, normalizers, exponentials } = this;
    const row = b * head.parameterSize;
    head.addKlGradientQ(minibatch.oldParameters!, y, row, weight, dY, normalizers[b], exponentials);
  }

  /** All of them, computed now. */
  diagnostics(): PolicyDiagnostics {
    const { count, ratios, exactKl, sampledKl, entropy, clipFraction, inactiveFraction } = this;
    let minRatio = Infinity;
    let maxRatio = -Infinity;
    for (let b = 0; b < count; b++) {
      minRatio = Math.min(minRatio, ratios[b]);
      maxRatio = Math.max(maxRatio, ratios[b]);
    }
    return {
      kl: exactKl ?? sampledKl,
      sampledKl,
      entropy,
      clipFraction,
      inactiveFraction,
      minRatio,
      maxRatio,
    };
  }
}

/**
 * An objective from a function that adds dL/dy to dY and returns L. For example the mean log-probability:
 * `policyObjective((steps, dY) => { ... steps.addScore(b, 1 / steps.count, dY) ...; return mean; })`.
 */
export function policyObjective(add: PolicyObjective['add']): PolicyObjective {
  checkFunction('add', add, 'of the steps and of dL/dy');
  const steps = new PolicySteps();
  return {
    add,
    evaluate(y, minibatch, head, dY) {
      steps.read(y, minibatch, head);
      if (dY?.length !== y.length)
        fail(`dY has length ${dY?.length}, but y has ${y.length} numbers, and each needs its derivative.`);
      const value = add(steps, dY);
      return { value, diagnostics: steps.diagnostics() };
    },
  };
}

/** L = L_1 + L_2 + ..., for example `sumOfObjectives(clipObjective(), entropyBonus({ coefficient: 0.01 }))`. */
export function sumOfObjectives(...objectives: readonly PolicyObjective[]): PolicyObjective {
  if (objectives.length === 0) fail('objectives are none, but a sum needs at least one.');
  objectives.forEach((objective, i) => {
    if (typeof objective?.add !== 'function')
      throw new TypeError(
        `objective ${i} is ${show(objective)}, but must be a policy objective, e.g. clipObjective().`,
      );
  });
  const sum = policyObjective((steps, dY) => {
    let value = 0;
    for (const objective of objectives) value += objective.add(steps, dY);
    return value;
  });
  return remember(sum, () => ({ make: 'sumOfObjectives', args: objectives }));
}

/** Throws unless an array has `size` numbers for each of `count` steps. */
function checkLength(name: string, array: ArrayLike<number>, count: number, size: number): void {
  if (array?.length !== count * size)
    fail(
      `${name} is ${array?.length === undefined ? show(array) : `of length ${array.length}`}, but must have length ${count * size}: ${size} for each of ${count} advantages.`,
    );
}
