/**
 * The critic's part of PPO on a thread of its own. The two threads share a block of memory: this one writes the batch, the
 * orders of its steps and, one after the other, what is to be done (BEGIN, an EPOCH for each pass, END); the other,
 * criticWorker.ts, runs a `CriticFit` on a network of its own as it is told, and leaves its parameters, Adam's state and the
 * result in the block when it comes to END. Both then hold the same numbers, whichever thread was faster: the bytes are those
 * of one thread.
 */

import { fail } from '../math/check';
import type { MlpSpec } from '../networks/mlpParameters';
import type { Network } from '../networks/network';
import type { AdamState } from '../networks/optimizers';
import { SimdMlp } from '../networks/simd/simdMlp';
import { platform } from '../platform';
import type { Thread } from '../platform/platform';
import type { CriticBatch, CriticFitOptions, CriticFitResult, CriticLearner } from './criticFit';

/** What decides how large the block is. */
export interface BlockShape {
  /** T, of all copies together. */
  steps: number;
  observationSize: number;
  /** K, the most passes over a batch. */
  epochs: number;
}

/** What the other thread is told to do. */
export const BEGIN = 0;
export const EPOCH = 1;
export const END = 2;

/** Places in `control`: things told so far, and iterations ended so far, or BROKEN. */
export const TOLD = 0;
export const ENDED = 1;
export const BROKEN = -1;

/** Arrays that both threads see, for a critic of `parameters` numbers. */
function sharedBlock({ steps, observationSize, epochs }: BlockShape, parameters: number) {
  const floats = (length: number) => new Float32Array(new SharedArrayBuffer(4 * length));
  const doubles = (length: number) => new Float64Array(new SharedArrayBuffer(8 * length));
  const integers = (length: number) => new Int32Array(new SharedArrayBuffer(4 * length));
  return {
    observations: floats(steps * observationSize),
    targets: doubles(steps),
    oldValues: floats(steps),
    /** One after the other, those of an iteration. */
    orders: integers(epochs * steps),
    parameters: floats(parameters),
    mean: floats(parameters),
    square: floats(parameters),
    /** alpha, then the products of betas that Adam keeps. */
    adam: doubles(3),
    /** The numbers of `CriticFitResult`. */
    result: doubles(3),
    control: integers(2),
    /** What is to be done, by the number of the thing modulo this length: no more is told before END was done. */
    tasks: integers(epochs + 2),
  };
}

/** What the other thread is made with. It posts the error that ends it. */
export interface WorkerData {
  spec: MlpSpec;
  options: CriticFitOptions;
  shape: BlockShape;
  block: ReturnType<typeof sharedBlock>;
}

/** Milliseconds that a thread waits awake. */
const PATIENCE = 2;
/** Tells the processor that a thread waits awake, so that its neighbour gets the core; engines have it from V8 13.2 on. */
const pause: () => void = (Atomics as { pause?: () => void }).pause ?? (() => {});

/**
 * Waits until control[at] is not `value` any more, and returns what it is. The first milliseconds are waited awake: to wake a
 * thread that sleeps costs the one who wakes it tens of microseconds, and the one who is woken as many before it runs.
 */
export function waitWhile(control: Int32Array, at: number, value: number): number {
  const end = performance.now() + PATIENCE;
  do for (let i = 0; i < 64 && Atomics.load(control, at) === value; i++) pause();
  while (Atomics.load(control, at) === value && performance.now() < end);
  while (Atomics.load(control, at) === value) Atomics.wait(control, at, value);
  return Atomics.load(control, at);
}

/** A `CriticFit` on another thread. */
export class CriticThread implements CriticLearner {
  private readonly critic: SimdMlp;
  private readonly block: ReturnType<typeof sharedBlock>;
  private worker?: Thread;
  /** Things told and iterations ended. */
  private told = 0;
  private ended = 0;
  private epochs = 0;

  /** @param critic V_w, which is changed when an iteration ends */
  constructor(
    critic: Network,
    private readonly options: CriticFitOptions,
    private readonly shape: BlockShape,
  ) {
    if (!platform.threads.available)
      fail(`threads is 2, but in ${platform.name} pglab computes on one thread.`);
    if (!(critic instanceof SimdMlp))
      fail(
        'threads is 2, but the critic is no mlp of the default engine, the only kind of network that a second thread can train.',
      );
    this.critic = critic;
    this.block = sharedBlock(shape, critic.parameters.length);
    this.block.adam.set([0, 1, 1]);
  }

  async open(): Promise<void> {
    const { critic, options, shape, block } = this;
    const workerData: WorkerData = { spec: critic.spec, options, shape, block };
    this.worker = await platform.threads.start('algorithms/criticWorker', workerData);
  }

  begin({ observations, targets, oldValues, learningRate }: CriticBatch): void {
    const { block, critic } = this;
    block.observations.set(observations);
    block.targets.set(targets);
    block.oldValues.set(oldValues);
    block.parameters.set(critic.parameters);
    block.adam[0] = learningRate;
    this.epochs = 0;
    this.tell(BEGIN);
  }

  epoch(order: Int32Array): void {
    this.block.orders.set(order, this.epochs * this.shape.steps);
    this.epochs++;
    this.tell(EPOCH);
  }

  end(): CriticFitResult {
    const { block, critic } = this;
    this.tell(END);
    if (waitWhile(block.control, ENDED, this.ended) === BROKEN)
      throw this.worker?.receive() ?? new Error('The thread of the critic broke off.');
    this.ended++;
    critic.parameters.set(block.parameters);
    const [explainedVariance, valueError, gradientNorm] = block.result;
    return { explainedVariance, valueError, gradientNorm };
  }

  private tell(task: number): void {
    const { control, tasks } = this.block;
    tasks[this.told % tasks.length] = task;
    Atomics.store(control, TOLD, ++this.told);
    Atomics.notify(control, TOLD);
  }

  get optimizerState(): AdamState {
    const { mean, square, adam } = this.block;
    return { mean: mean.slice(), square: square.slice(), beta1Power: adam[1], beta2Power: adam[2] };
  }

  set optimizerState({ mean, square, beta1Power, beta2Power }) {
    const { block } = this;
    block.mean.set(mean);
    block.square.set(square);
    block.adam.set([beta1Power, beta2Power], 1);
  }

  async close(): Promise<void> {
    await this.worker?.close();
  }
}
