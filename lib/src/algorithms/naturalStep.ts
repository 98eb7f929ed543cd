/**
 * The step of steepest ascent under the metric of the Fisher information F (Kakade 2002; Schulman et al. 2015, appendix C):
 * it solves TRPO's problem, with L expanded to the first order and D_KL to the second,
 *
 *   max_s  g^T s   subject to   1/2 s^T F s <= delta          s = sqrt(2 delta / x^T F x) x,    F x = g
 *
 * x, the natural gradient, is found by conjugate gradients from Fisher-vector products (../estimators/fisher.ts). F stands
 * for F + lambda I throughout. Where F is large, lambda changes little. Where F is near 0, in directions that the states
 * say little about, lambda keeps the step short. s is then no longer than the undamped F allows.
 */

import { type Differentiable, fisherProduct, type ObservedStates } from '../estimators/fisher';
import { knownOptions, type OptionNames } from '../math/check';
import { conjugateGradient } from '../math/conjugateGradient';
import { dot } from '../math/linalg';

/** What a natural-gradient step is made with. */
export interface NaturalStepOptions {
  /** delta, the divergence in nats that the quadratic model gives to the step. */
  kl: number;
  /** Rounds of conjugate gradients (10 to 20). */
  iterations: number;
  /** lambda (1e-3 to 0.1). */
  damping: number;
}

const NATURAL_STEP_OPTIONS: OptionNames<NaturalStepOptions> = {
  kl: 'required',
  iterations: 'required',
  damping: 'required',
};

/** A direction and how far to go. */
export interface NaturalStep {
  /** x [d], the natural gradient F^-1 g. */
  direction: Float64Array;
  /** s [d] = stepLength x; all 0 if there is a `problem`. */
  step: Float64Array;
  /** sqrt(2 delta / x^T F x); 0 if there is a `problem`. */
  stepLength: number;
  /** x^T F x. */
  curvature: number;
  /** |F x - g| / |g| that conjugate gradients were left with. */
  residual: number;
  /** One sentence, if there is no step to take: the policy is to stay as it is. */
  problem?: string;
}

/**
 * The natural gradient step of a policy at its parameters as they are.
 * @param gradient g [d]
 */
export function naturalStep(
  policy: Differentiable,
  batch: ObservedStates,
  gradient: ArrayLike<number>,
  options: NaturalStepOptions,
): NaturalStep {
  const { kl, iterations, damping } = knownOptions('naturalStep', options, NATURAL_STEP_OPTIONS);
  const norm = Math.sqrt(dot(gradient, gradient));
  const out = new Float64Array(gradient.length);
  const multiply = (v: ArrayLike<number>) => fisherProduct(policy, batch, v, { damping, out });
  const { x, residualNorm, badCurvature } = conjugateGradient(multiply, gradient, {
    iterations,
    tolerance: 1e-6,
  });
  const curvature = badCurvature ?? (norm > 0 ? dot(x, multiply(x)) : 0);
  const stepLength = Math.sqrt((2 * kl) / curvature);
  const found = { direction: x, curvature, residual: norm > 0 ? residualNorm / norm : 0 };
  const problem =
    norm === 0
      ? 'the gradient is 0: there is nowhere to go.'
      : !(curvature > 0 && stepLength < Infinity)
        ? `the curvature x^T F x is ${curvature}, but must be a number above 0: the policy stays as it was.`
        : undefined;
  if (problem) return { ...found, step: new Float64Array(x.length), stepLength: 0, problem };
  return { ...found, step: x.map(v => stepLength * v), stepLength };
}
