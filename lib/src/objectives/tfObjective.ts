/**
 * An objective from a function written in TensorFlow.js ops, differentiated automatically. The clipped objective of
 * PPO, for example, in four lines:
 *
 *   const clipped = tfObjective((y, batch) => {
 *     const ratios = batch.logProbs(y).sub(batch.oldLogProbs).exp();
 *     const bounded = ratios.clipByValue(0.8, 1.2);
 *     return tf.minimum(ratios.mul(batch.advantages), bounded.mul(batch.advantages)).mean();
 *   });
 *
 * The function returns the quantity to be MAXIMISED (minus the loss). It is computed in float32, and costs some
 * milliseconds a minibatch where a closed form takes a fraction of one. Tensors that it makes are disposed of.
 */

import { fail, show } from '../math/check';
import { tensorflow } from '../networks/tf/tensorflow';
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '../networks/tf/types';
import { type PolicyObjective, type PolicySteps, policyObjective } from './objective';
import { tfEntropy, tfKl, tfLogProbs } from './tfOps';

/** A minibatch as tensors, and the head that its policy has as functions of them. */
export interface TfBatch {
  /** [B] whole numbers (int32) for a categorical head, [B, d] for a Gaussian one */
  actions: Tensor;
  /** [B] */
  advantages: Tensor1D;
  /** [B] log pi_theta_k(a_b|s_b) */
  oldLogProbs: Tensor1D;
  /** [B, K] the outputs of the network of theta_k, where the minibatch has them. */
  oldParameters?: Tensor2D;
  /** log pi(a_b|y_b) [B] of the batch's actions */
  logProbs(y: Tensor2D): Tensor1D;
  /** H(pi(.|y_b)) [B] */
  entropy(y: Tensor2D): Tensor1D;
  /** D_KL(pi_theta_k(.|s_b) || pi(.|y_b)) [B]; needs `oldParameters`. */
  kl(y: Tensor2D): Tensor1D;
}

/**
 * What to maximise, as a scalar tensor, given the network's outputs y [B, K] and a batch. The result must depend on y
 * by differentiable ops.
 */
export type TfObjectiveFunction = (y: Tensor2D, batch: TfBatch) => Scalar | Tensor;

/** The objective that `objective` computes; its gradient is that of TensorFlow.js. */
export function tfObjective(objective: TfObjectiveFunction): PolicyObjective {
  if (typeof objective !== 'function')
    throw new TypeError(
      `objective is ${show(objective)}, but must be a function such as (y, batch) => batch.logProbs(y).mul(batch.advantages).mean().`,
    );
  return policyObjective((steps, dY) => {
    const tf = tensorflow();
    const { value, gradient } = tf.tidy(() => {
      const batch = tfBatch(steps);
      const y = tf.tensor2d(floats(steps.y), [steps.count, steps.head.parameterSize]);
      const result = valueAndGradient(y => checkScalar(objective(y as Tensor2D, batch)), y);
      return { value: result.value.dataSync()[0], gradient: result.gradient.dataSync() };
    });
    if (!Number.isFinite(value)) fail(`tfObjective's function returned ${value}, but must be finite.`);
    const bad = gradient.findIndex(g => !Number.isFinite(g));
    if (bad >= 0) {
      const size = steps.head.parameterSize;
      fail(
        `the gradient of tfObjective's function is ${gradient[bad]} at step ${Math.floor(bad / size)}, output ${bad % size}, but must be finite.`,
      );
    }
    for (let k = 0; k < gradient.length; k++) dY[k] += gradient[k];
    return value;
  });
}

/** f(y) and df/dy; refuses a result that does not depend on y, and names what has no gradient. */
function valueAndGradient(f: (y: Tensor) => Scalar, y: Tensor2D): { value: Tensor; gradient: Tensor } {
  const tf = tensorflow();
  try {
    const { value, grad } = tf.valueAndGrad(f)(y);
    return { value, gradient: grad };
  } catch (error) {
    // A tape that was not played back keeps what it saved, even in a tidy.
    for (const { saved } of tf.engine().state.activeTape ?? []) tf.dispose(saved);
    const message = (error as Error)?.message ?? '';
    const [, op] = /gradient function not found for (\w+)/.exec(message) ?? [];
    if (op)
      fail(
        `tfObjective's function takes y through ${op}, of which TensorFlow.js has no gradient: write it with minimum, maximum, clipByValue or relu, or make a condition from numbers, tf.tensor(x.dataSync(), x.shape).`,
      );
    const [, kernel, backend] = /^Kernel '(\w+)' not registered for backend '(\w+)'/.exec(message) ?? [];
    if (kernel)
      fail(
        `tfObjective's function or its gradient needs ${kernel}, which TensorFlow.js's backend ${backend} does not have${kernel === 'UnsortedSegmentSum' ? ': instead of gather, multiply by tf.oneHot' : ''}.`,
      );
    if (!/^Cannot compute gradient of y=f\(x\)/.test(message)) throw error;
    return fail(
      "tfObjective's function returned a tensor that does not depend on y by differentiable ops, so that there is no gradient.",
    );
  }
}

function checkScalar(result: Tensor): Scalar {
  if (typeof result?.dataSync !== 'function')
    throw new TypeError(
      `tfObjective's function returned ${result instanceof Promise ? 'a promise' : show(result)}, but must return a scalar tensor.`,
    );
  if (result.rank !== 0)
    fail(
      `tfObjective's function returned a tensor of shape [${result.shape}], but must return a scalar: end with .mean() or .sum().`,
    );
  return result as Scalar;
}

function tfBatch({ count, head, minibatch }: PolicySteps): TfBatch {
  const tf = tensorflow();
  const { parameterSize, actionSize } = head;
  const oldParameters =
    minibatch.oldParameters && tf.tensor2d(floats(minibatch.oldParameters), [count, parameterSize]);
  const actions =
    head.kind === 'categorical'
      ? tf.tensor1d(Int32Array.from(minibatch.actions), 'int32')
      : tf.tensor2d(floats(minibatch.actions), [count, actionSize]);
  return {
    actions,
    advantages: tf.tensor1d(floats(minibatch.advantages)),
    oldLogProbs: tf.tensor1d(floats(minibatch.oldLogProbs)),
    oldParameters,
    logProbs: y => tfLogProbs(y, actions, head),
    entropy: y => tfEntropy(y, head),
    kl: y =>
      oldParameters
        ? tfKl(oldParameters, y, head)
        : fail('oldParameters is missing, but batch.kl needs the outputs of the network of theta_k.'),
  };
}

const floats = (numbers: ArrayLike<number>): Float32Array =>
  numbers instanceof Float32Array ? numbers : Float32Array.from(numbers);
