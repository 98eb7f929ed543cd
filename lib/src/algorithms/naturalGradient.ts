/**
 * The natural policy gradient (Kakade 2002, "A natural policy gradient"): steepest ascent where distance is measured
 * between policies instead of parameters,
 *
 *   theta_{k+1} = theta_k + alpha F^-1 g         g = grad_theta mean_t r_t(theta) A_t  at theta_k,  the policy gradient
 *
 *   F = mean_t E_{a ~ pi_theta_k(.|s_t)}[ grad log pi grad log pi^T ],   D_KL(theta_k || theta_k + s) ~ 1/2 s^T F s
 *
 * The vanilla policy gradient goes where J rises fastest per unit of |theta|, which depends on how the policy happens to be
 * parametrised; this one goes where it rises fastest per nat, which does not. By default alpha is set anew in each
 * iteration, so that the quadratic model of the divergence gives klTarget = delta,
 *
 *   alpha_k = sqrt(2 delta / x^T F x),   x = F^-1 g
 *
 * ("truncated natural policy gradient" in Duan, Chen, Houthooft, Schulman and Abbeel 2016); with `learningRate` it is
 * Kakade's fixed one. The model is not checked here; ./trpo.ts adds a line search that checks it. ./naturalStep.ts and
 * ../estimators/fisher.ts find F^-1 g without F. Collecting, estimating and the critic are in ./onPolicy.ts.
 */

import { checkFinite, checkInteger, fail, knownOptions, type OptionNames } from '../math/check';
import { dot } from '../math/linalg';
import { gradientNorm } from '../networks/optimizers';
import { entropyBonus } from '../objectives/entropyBonus';
import { type PolicyObjective, PolicySteps, sumOfObjectives } from '../objectives/objective';
import { surrogateObjective } from '../objectives/surrogate';
import type { Policy } from '../policies/policy';
import { CheckpointFile } from './checkpointFile';
import type { NaturalStep } from './naturalStep';
import { naturalStep } from './naturalStep';
import { OnPolicyRun } from './onPolicy';
import {
  checkOnPolicyOptions,
  ON_POLICY_DEFAULTS,
  ON_POLICY_OPTIONS,
  type OnPolicyOptions,
  type OnPolicyRecord,
  type OnPolicyResult,
  settingsOfOnPolicy,
  withoutUndefined,
} from './onPolicyOptions';
import { type Check, WATCH_OPTIONS, type WatchOptions } from './training';

/** What the natural gradient and TRPO have in common. Usual ranges in parentheses. */
export interface SecondOrderOptions<P extends Policy = Policy> extends OnPolicyOptions<P> {
  /** Rounds of conjugate gradients behind F^-1 g (10 to 20). */
  cgIterations?: number;
  /** lambda of F + lambda I (1e-3 to 0.1). */
  damping?: number;
  /** Passes over a batch when the critic is fitted (5 to 80). */
  criticEpochs?: number;
  /** Steps behind one gradient of the critic (64 to 4096); Infinity for the whole batch. */
  criticMinibatchSize?: number;
  /** alpha of Adam for the critic (3e-4 to 1e-2). */
  criticLearningRate?: number;
}

/** Their names. */
export const SECOND_ORDER_OPTIONS: OptionNames<SecondOrderOptions> = {
  ...ON_POLICY_OPTIONS,
  cgIterations: 'optional',
  damping: 'optional',
  criticEpochs: 'optional',
  criticMinibatchSize: 'optional',
  criticLearningRate: 'optional',
};

/** Options of `naturalPolicyGradient`. */
export interface NaturalGradientOptions<P extends Policy = Policy>
  extends SecondOrderOptions<P>,
    WatchOptions<NaturalGradientRecord> {
  /** delta, the divergence in nats that a step should make (0.003 to 0.03). */
  klTarget?: number;
  /** alpha, the same in all iterations, instead of one that follows `klTarget`. */
  learningRate?: number;
}

const NATURAL_GRADIENT_OPTIONS: OptionNames<NaturalGradientOptions> = {
  ...SECOND_ORDER_OPTIONS,
  klTarget: 'optional',
  learningRate: 'optional',
  ...WATCH_OPTIONS,
};

/** What happened in one iteration. */
export interface NaturalGradientRecord extends OnPolicyRecord {
  /** |g| */
  gradientNorm: number;
  /** alpha: theta moved by alpha F^-1 g; 0 if it stayed. */
  stepLength: number;
  /** L(theta_{k+1}) - L(theta_k) of the objective on the batch. */
  improvement: number;
  /** What the gradient promised for the step that was taken, g^T (theta_{k+1} - theta_k). */
  expectedImprovement: number;
  /** |F x - g| / |g| that conjugate gradients were left with. */
  residual: number;
  /** One sentence, if theta stayed as it was. */
  refused?: string;
}

/** What `naturalPolicyGradient` returns. */
export type NaturalGradientResult<P extends Policy = Policy> = OnPolicyResult<P, NaturalGradientRecord>;

/**
 * Trains a policy by the natural policy gradient.
 *
 * $$\theta_{k+1} = \theta_k + \sqrt{\frac{2 \delta}{x^\top F x}} \; x, \qquad x = F^{-1} g, \quad F = \mathbb{E}\big[ \nabla_\theta \log \pi_\theta \, \nabla_\theta \log \pi_\theta^\top \big]$$
 *
 * Rejects with a `TrainingError` that names the iteration and the quantity if a number stops being finite; its `result`
 * holds policy, critic and history as they were before that iteration.
 *
 * @example
 * ```ts
 * import { cartPole, mlp, mlpPolicy, naturalPolicyGradient } from 'pglab';
 *
 * const env = cartPole();
 * const policy = mlpPolicy({ env, seed: 1 });
 * const critic = mlp({ inputs: 4, outputs: 1, seed: 2 });
 * const { history } = await naturalPolicyGradient({ env, policy, critic, seed: 1, totalSteps: 8192 });
 * console.log(history.map(record => record.kl));
 * ```
 */
export async function naturalPolicyGradient<P extends Policy>(
  options: NaturalGradientOptions<P>,
): Promise<NaturalGradientResult<P>> {
  knownOptions('naturalPolicyGradient', options, NATURAL_GRADIENT_OPTIONS);
  const complete = { ...SECOND_ORDER_DEFAULTS, klTarget: 0.01, ...withoutUndefined(options) };
  checkSecondOrderOptions(complete);
  checkKl('klTarget', complete.klTarget);
  const { learningRate } = complete;
  if (learningRate !== undefined) checkFinite('learningRate', learningRate, 0);
  const run = new NaturalGradientRun(NAME, complete, complete.klTarget, learningRate);
  const { totalSteps, ...settings } = settingsOfOnPolicy(complete);
  const file = options.checkpoint && new CheckpointFile(options.checkpoint, NAME, settings);
  return run.train(file, options);
}

const NAME = 'naturalPolicyGradient';

/** The batch's objective and divergence at the parameters as they are now. */
export type Evaluate = () => { improvement: number; kl: number };

/** What became of a step. */
export interface StepTaken {
  /** How much of it was taken, from 0 to 1. */
  fraction: number;
  refused?: string;
}

/** A training run of the natural gradient; TRPO's differs by `take`. */
export class NaturalGradientRun<
  P extends Policy,
  Record extends NaturalGradientRecord = NaturalGradientRecord,
> extends OnPolicyRun<P, Record> {
  private readonly objective: PolicyObjective;
  private readonly policySteps = new PolicySteps();

  /** @param kl delta of the proposed step; it is alpha x instead where a learning rate is given */
  constructor(
    name: string,
    private readonly options: SecondOrderOptions<P> & typeof SECOND_ORDER_DEFAULTS,
    private readonly kl: number,
    private readonly learningRate?: number,
  ) {
    super(name, options, {
      epochs: options.criticEpochs,
      minibatchSize: options.criticMinibatchSize,
      epsilon: 1e-8,
      maxGradientNorm: Infinity,
    });
    const { entropyCoef } = options;
    this.objective = entropyCoef
      ? sumOfObjectives(surrogateObjective(), entropyBonus({ coefficient: entropyCoef }))
      : surrogateObjective();
  }

  protected learn(check: Check): Record {
    const batch = this.collect(check);
    const { network, options, criticFit, policySteps: steps, objective } = this;
    const { head } = this.policy;
    const { actions, logProbs: oldLogProbs, parameters: oldParameters, observationSize } = batch;
    const T = batch.rewards.length;
    const { observations, advantages } = this.estimate(batch, options.criticLearningRate, check);
    // w; with two threads it goes on while theta does
    for (let epoch = 0; epoch < options.criticEpochs; epoch++) criticFit.epoch(this.orderRng.permutation(T));

    const minibatch = { actions, advantages, oldLogProbs, oldParameters };
    const dY = new Float64Array(oldParameters.length);
    const objectiveNow = () => {
      const y = network.forward(observations, T, 0, observationSize);
      for (let k = 0; k < y.length; k++) if (!Number.isFinite(y[k])) return Number.NaN;
      steps.read(y, minibatch, head);
      return objective.add(steps, dY.fill(0));
    };
    const before = objectiveNow();
    const gradient = new Float64Array(network.parameters.length);
    network.backward(dY, gradient);
    check('a number of the gradient', gradient);

    const { cgIterations: iterations, damping } = options;
    const states = { observations, observationSize };
    const proposed = naturalStep({ network, head }, states, gradient, { kl: this.kl, iterations, damping });
    if (this.learningRate !== undefined) rescale(proposed, this.learningRate);
    const evaluate = () => {
      const improvement = objectiveNow() - before;
      return { improvement, kl: Number.isNaN(improvement) ? Number.NaN : steps.exactKl! };
    };
    const { fraction, ...taken } = proposed.problem
      ? { fraction: 0, refused: proposed.problem }
      : this.take(proposed.step, evaluate);
    const improvement = fraction > 0 ? evaluate().improvement : 0;
    check('the objective after the step', improvement);
    const { explainedVariance, valueError, ...common } = this.conclude(batch, check);
    return {
      ...common,
      explainedVariance,
      valueError,
      gradientNorm: gradientNorm(gradient),
      stepLength: fraction * proposed.stepLength,
      improvement,
      expectedImprovement: fraction * dot(gradient, proposed.step),
      residual: proposed.residual,
      ...taken,
    } as NaturalGradientRecord as Record;
  }

  /** Moves theta along a proposed step, or not. */
  protected take(step: Float64Array, _evaluate: Evaluate): StepTaken {
    const { parameters } = this.network;
    for (let k = 0; k < step.length; k++) parameters[k] += step[k];
    return { fraction: 1 };
  }
}

/** Makes a step one of length alpha. */
function rescale(proposed: NaturalStep, alpha: number): void {
  if (proposed.problem) return;
  proposed.step = proposed.direction.map(x => alpha * x);
  proposed.stepLength = alpha;
}

/** What the options are where they are not stated: those of OpenAI's baselines for MuJoCo. */
export const SECOND_ORDER_DEFAULTS = {
  ...ON_POLICY_DEFAULTS,
  lambda: 0.98,
  cgIterations: 10,
  damping: 0.1,
  criticEpochs: 5,
  criticMinibatchSize: 64,
  criticLearningRate: 1e-3,
};

export function checkSecondOrderOptions(
  options: SecondOrderOptions<Policy> & typeof SECOND_ORDER_DEFAULTS & WatchOptions<never>,
): void {
  checkOnPolicyOptions(options);
  checkInteger('cgIterations', options.cgIterations, 1);
  checkFinite('damping', options.damping, 0);
  checkInteger('criticEpochs', options.criticEpochs, 1);
  if (options.criticMinibatchSize !== Infinity)
    checkInteger('criticMinibatchSize', options.criticMinibatchSize, 1);
  checkFinite('criticLearningRate', options.criticLearningRate, 0);
}

/** A divergence to aim at: a number above 0. */
export function checkKl(name: string, kl: number): void {
  if (checkFinite(name, kl, 0) === 0) fail(`${name} is 0, but must be above 0.`);
}
