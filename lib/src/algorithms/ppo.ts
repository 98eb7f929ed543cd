/**
 * Proximal policy optimisation (Schulman, Wolski, Dhariwal, Radford and Klimov 2017; lecture 6): the one loop behind
 * `ppoClip`, `ppoKl` and objectives of your own.
 *
 *   for each iteration k
 *     run pi_theta_k for T steps in N environments                                            D_k
 *     estimate advantages A_t by GAE(gamma, lambda) with the critic V_w
 *     for K epochs, over minibatches of D_k
 *       theta <- Adam step along grad_theta L(theta; theta_k, A)
 *       w     <- Adam step along grad_w -1/2 mean (V_w(s_t) - G_t)^2,       G_t = A_t + V_{w_k}(s_t)
 *     adapt what L has to adapt: beta of PPO-KL, by D_KL(theta_k || theta_{k+1})
 *
 * Vanilla policy gradient takes one step along mean A log pi and throws D_k away. Here many steps are taken on one batch.
 * The objective L makes that safe: it gives theta no reason to go far from theta_k. The methods of the lecture differ in L
 * and in nothing else.
 *
 * `learn` below is this box. Collecting, estimating and the steps of w are what all on-policy algorithms do (./onPolicy.ts).
 * Policy and critic are two networks with two optimizers: no coefficient weighs their losses, and each may have a thread.
 * Practices beyond the paper are options, off by default (./ppoOptions.ts).
 */

import { type Adam, type AdamState, adam } from '../networks/optimizers';
import { entropyBonus } from '../objectives/entropyBonus';
import { type PolicyObjective, PolicySteps, sumOfObjectives } from '../objectives/objective';
import type { Policy } from '../policies/policy';
import type { StepBatch } from '../rollout/collect';
import { CheckpointFile } from './checkpointFile';
import { OnPolicyRun, type OnPolicyState } from './onPolicy';
import { PolicyMinibatch } from './policyMinibatch';
import {
  type CompletePpoOptions,
  completePpoOptions,
  type PpoObjectiveOptions,
  type PpoRecord,
  type PpoResult,
  settingsOfPpo,
} from './ppoOptions';
import { valueAt } from './schedule';
import type { Check } from './training';

export type { PpoObjectiveOptions, PpoOptions, PpoRecord, PpoResult } from './ppoOptions';

/** A training run. */
class PpoRun<P extends Policy> extends OnPolicyRun<P, PpoRecord> {
  /** One iteration of the box at the top of this file. */
  protected learn(check: Check): PpoRecord {
    const { policy, network, criticFit, objective, optimizer, minibatch, policySteps: steps } = this;
    const { epochs, minibatchSize: size, maxGradientNorm, stopAtKl, adapt } = this.options;

    // Collect a set of trajectories by executing the current policy.
    const batch = this.collect(check);

    // Estimate advantages.
    const [learningRate, criticLearningRate] = this.learningRates;
    const estimates = this.estimate(batch, criticLearningRate, check); // GAE

    // Update the policy.
    optimizer.learningRate = learningRate;
    const seen = new Tally();
    do {
      const order = this.orderRng.permutation(batch.rewards.length);
      criticFit.epoch(order); // with two threads it goes on while theta moves
      seen.nextEpoch();
      for (const rows of minibatch.of(batch, estimates, policy.head, order, size)) {
        steps.read(rows.forward(network), rows, policy.head);
        const value = objective.add(steps, rows.dY.fill(0));
        network.backward(rows.dY);
        const norm = network.clipGradientNorm(maxGradientNorm);
        check('the objective', value);
        check("the length of the policy's gradient", norm);
        network.applyGradient(optimizer);
        seen.add(rows.share, value, norm, steps, stopAtKl < Infinity);
      }
    } while (seen.epochs < epochs && !(seen.kl > stopAtKl));

    // Adapt what the next update should be like.
    const record = this.record(batch, seen, check);
    adapt?.(record.kl);
    return record;
  }

  private readonly objective: PolicyObjective;
  private readonly optimizer: Adam;
  private readonly minibatch = new PolicyMinibatch();
  private readonly policySteps = new PolicySteps();

  constructor(
    name: string,
    private readonly options: CompletePpoOptions<P>,
  ) {
    const { objective, entropyCoef, learningRate, adamEpsilon: epsilon } = options;
    const { epochs, minibatchSize, maxGradientNorm, valueClipRange } = options;
    super(name, options, { epochs, epsilon, minibatchSize, maxGradientNorm, valueClipRange });
    this.objective = entropyCoef
      ? sumOfObjectives(objective, entropyBonus({ coefficient: entropyCoef }))
      : objective;
    this.optimizer = adam({ learningRate: valueAt('learningRate', learningRate, 1), epsilon });
  }

  override iterate(): PpoRecord {
    this.options.prepare?.(this.left);
    return super.iterate();
  }

  /** Ends the iteration, and tells what happened in it. */
  private record(batch: StepBatch, seen: Tally, check: Check): PpoRecord {
    const { explainedVariance, valueError, ...common } = this.conclude(batch, check);
    const { beta } = this.options.objective;
    return {
      ...common,
      clipFraction: seen.clipFraction / seen.epochs,
      explainedVariance,
      gradientNorm: seen.gradientNorm / seen.updates,
      objective: seen.objective,
      valueError,
      epochs: seen.epochs,
      ...(beta !== undefined && { beta }),
    };
  }

  /** alpha of the policy and of the critic, now. */
  private get learningRates(): [number, number] {
    const { learningRate, criticLearningRate = learningRate, annealLearningRate } = this.options;
    const annealed = annealLearningRate ? this.left : 1;
    return [
      valueAt('learningRate', learningRate, this.left) * annealed,
      valueAt('criticLearningRate', criticLearningRate, this.left) * annealed,
    ];
  }

  override get state(): PpoState {
    const { objective } = this.options;
    return {
      ...super.state,
      policyOptimizer: this.optimizer.state,
      beta: objective.beta,
      objective: objective.state,
    };
  }

  protected override restore(state: PpoState): void {
    super.restore(state);
    this.optimizer.state = state.policyOptimizer;
    const { objective } = this.options;
    if (state.beta !== undefined) objective.beta = state.beta;
    if (state.objective !== undefined) objective.state = state.objective;
  }
}

/** What was seen in an iteration's minibatches. */
class Tally {
  epochs = 0;
  updates = 0;
  /** Sums over all epochs. */
  clipFraction = 0;
  gradientNorm = 0;
  /** Means over the last epoch. */
  objective = 0;
  kl = 0;

  nextEpoch(): void {
    this.epochs++;
    this.objective = 0;
    this.kl = 0;
  }

  /** @param share of the batch that the minibatch is */
  add(share: number, objective: number, norm: number, steps: PolicySteps, needsKl: boolean): void {
    this.objective += share * objective;
    if (needsKl) this.kl += share * steps.sampledKl;
    this.clipFraction += share * steps.clipFraction;
    this.gradientNorm += norm;
    this.updates++;
  }
}

/** What a checkpoint of PPO holds. */
interface PpoState extends OnPolicyState<PpoRecord> {
  policyOptimizer: AdamState;
  beta?: number;
  objective?: unknown;
}

/**
 * Trains a policy by proximal policy optimisation with any objective.
 *
 * $$\theta_{k+1} \approx \arg\max_\theta \, L(\theta), \qquad L \text{ of } r_t(\theta) = \frac{\pi_\theta(a_t|s_t)}{\pi_{\theta_k}(a_t|s_t)} \text{ and } \hat A_t$$
 *
 * Rejects with a `TrainingError` that names the iteration and the quantity if a number stops being finite; its `result`
 * holds policy, critic and history as they were before that iteration.
 *
 * @example
 * ```ts
 * import { cartPole, clipObjective, mlp, mlpPolicy, ppo } from 'pglab';
 *
 * const env = cartPole();
 * const policy = mlpPolicy({ env, seed: 1 });
 * const critic = mlp({ inputs: 4, outputs: 1, seed: 2 });
 * const objective = clipObjective({ clipRange: 0.1 });
 * const { history } = await ppo({ env, policy, critic, objective, seed: 1, totalSteps: 4096 });
 * console.log(history.map(({ meanReturn, kl }) => ({ meanReturn, kl })));
 * ```
 */
export async function ppo<P extends Policy>(options: PpoObjectiveOptions<P>): Promise<PpoResult<P>> {
  const complete = completePpoOptions(options);
  const { name = 'ppo', checkpoint } = options;
  const file = checkpoint && new CheckpointFile(checkpoint, name, settingsOfPpo(complete));
  return new PpoRun(name, complete).train(file, options);
}
