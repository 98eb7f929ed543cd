/**
 * The critic's part of PPO: K epochs of minibatch Adam towards the estimated returns of one batch,
 *
 *   w <- Adam step along grad_w -1/2 mean_b (V_w(s_b) - G_b)^2
 *
 * or along the clipped loss of ../objectives/value.ts. It shares only the batch and the order of its steps with the
 * policy's part. So it may run before that part, after it, or beside it on a thread of its own.
 */

import type { FloatArray } from '../math/floatArray';
import { explainedVariance } from '../math/statistics';
import type { Network } from '../networks/network';
import { type Adam, type AdamState, adam } from '../networks/optimizers';
import { valueObjective } from '../objectives/value';
import { gather } from '../rollout/minibatches';

/** How a critic is fitted; see `PpoOptions`. */
export interface CriticFitOptions {
  /** Adam's epsilon. */
  epsilon: number;
  /** Steps behind one gradient. */
  minibatchSize: number;
  /** Longer gradients are shortened to this. */
  maxGradientNorm: number;
  /** epsilon of the clipped value loss, if it is clipped. */
  valueClipRange?: number;
}

/** What a critic is fitted to in one iteration. */
export interface CriticBatch {
  /** [T * observationSize] what the critic reads. */
  observations: Float32Array;
  observationSize: number;
  /** G_t [T] */
  targets: Float64Array;
  /** V_{w_k}(s_t) [T] */
  oldValues: FloatArray;
  /** alpha of Adam in this iteration. */
  learningRate: number;
}

/** What came of it. */
export interface CriticFitResult {
  /** 1 - var(G - V) / var(G) of the critic before, V_{w_k}. */
  explainedVariance: number;
  /** Mean squared error over the last epoch's minibatches. */
  valueError: number;
  /** The length of the last gradient; NaN or infinite if the critic broke down, after which nothing more was done. */
  gradientNorm: number;
}

/** Who fits a critic: `open` once, then in each iteration `begin`, `epoch` for each pass, and `end` for the result. */
export interface CriticLearner {
  open(): Promise<void>;
  begin(batch: CriticBatch): void;
  /** One pass over the batch. @param order [T] its steps, in the order in which minibatches take them */
  epoch(order: Int32Array): void;
  /** What came of the epochs; until now the critic may be as it was at `begin`, afterwards it is what they made of it. */
  end(): CriticFitResult;
  /** What Adam has gathered, for a checkpoint between iterations. */
  optimizerState: AdamState;
  close(): Promise<void>;
}

/** Fits a critic here and now; ./criticThread.ts is the learner that does it on another thread. */
export class CriticFit implements CriticLearner {
  private readonly optimizer: Adam;
  private readonly valueLoss: ReturnType<typeof valueObjective>;
  private batch!: CriticBatch;
  private readonly result: CriticFitResult = { explainedVariance: 0, valueError: 0, gradientNorm: 0 };
  /** The rows of one update, in arrays that are reused. */
  private observations = new Float32Array(0);
  private readonly steps = { targets: new Float64Array(0), oldValues: new Float64Array(0) };
  private dV = new Float64Array(0);

  /** @param critic V_w, which is changed in place */
  constructor(
    private readonly critic: Network,
    private readonly options: CriticFitOptions,
  ) {
    this.optimizer = adam({ learningRate: 0, epsilon: options.epsilon });
    this.valueLoss = valueObjective({ clipRange: options.valueClipRange });
  }

  async open(): Promise<void> {}

  begin(batch: CriticBatch): void {
    this.batch = batch;
    this.optimizer.learningRate = batch.learningRate;
    this.result.gradientNorm = 0;
    this.result.explainedVariance = explainedVariance(batch.oldValues, batch.targets);
  }

  epoch(order: Int32Array): void {
    const { critic, batch, optimizer, options, result, valueLoss } = this;
    const { observations, observationSize, targets, oldValues } = batch;
    if (!Number.isFinite(result.gradientNorm)) return;
    result.valueError = 0;
    const T = targets.length;
    const size = Math.min(options.minibatchSize, T);
    for (let start = 0; start < T; start += size) {
      const count = Math.min(size, T - start);
      this.resize(count);
      const { steps, dV } = this;
      gather(observations, observationSize, order, start, count, this.observations);
      gather(targets, 1, order, start, count, steps.targets);
      gather(oldValues, 1, order, start, count, steps.oldValues);

      const v = critic.forward(this.observations, count, 0, observationSize);
      const { diagnostics } = valueLoss.evaluate(v, steps, dV.fill(0));
      critic.backward(dV);
      result.gradientNorm = critic.clipGradientNorm(options.maxGradientNorm);
      if (!Number.isFinite(result.gradientNorm)) return;
      critic.applyGradient(optimizer);
      result.valueError += (count / T) * diagnostics.meanSquaredError;
    }
  }

  end(): CriticFitResult {
    return this.result;
  }

  /** Makes room for exactly `count` rows. */
  private resize(count: number): void {
    const { steps, batch } = this;
    if (count === this.dV.length) return;
    this.observations = new Float32Array(count * batch.observationSize);
    steps.targets = new Float64Array(count);
    steps.oldValues = new Float64Array(count);
    this.dV = new Float64Array(count);
  }

  get optimizerState(): AdamState {
    return this.optimizer.state;
  }

  set optimizerState(state) {
    this.optimizer.state = state;
  }

  async close(): Promise<void> {}
}
