/**
 * Heads in TensorFlow.js ops: the formulas of categorical.ts and gaussian.ts as functions of tensors, for losses that are
 * differentiated automatically. Rows are observations, every function gives one number for each of B rows.
 *
 * They are written without `gather`, whose gradient TensorFlow.js's WebAssembly backend lacks: the log-probability of an
 * action is picked by a one-hot mask. Logits must therefore be finite (0 times -Infinity is NaN).
 */

import type { Head } from '../distributions/head';
import { checkObject } from '../math/check';
import type { Tensor, Tensor1D, Tensor2D } from '../networks/tf/types';

const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/**
 * log pi(a_b|y_b) [B], in nats.
 * @param y [B, K]
 * @param actions [B] whole numbers (int32) for a categorical head, [B, d] for a Gaussian one
 */
export function tfLogProbs(y: Tensor2D, actions: Tensor, head: Head): Tensor1D {
  checkHead(head);
  checkTensors({ y, actions });
  if (head.kind === 'categorical')
    return y
      .logSoftmax()
      .mul(actions.toInt().oneHot(head.parameterSize, 1, 0))
      .sum(1);
  const { mean, logStd } = gaussianParameters(y, head);
  const z = actions.sub(mean).mul(logStd.neg().exp());
  return z.square().mul(0.5).add(logStd).add(HALF_LOG_TWO_PI).sum<Tensor1D>(1).neg();
}

/** H(pi(.|y_b)) [B], in nats. */
export function tfEntropy(y: Tensor2D, head: Head): Tensor1D {
  checkHead(head);
  checkTensors({ y });
  if (head.kind === 'categorical') return y.softmax().mul(y.logSoftmax()).sum<Tensor1D>(1).neg();
  const { logStd } = gaussianParameters(y, head);
  return logStd.add(0.5 + HALF_LOG_TWO_PI).sum(1);
}

/** D_KL(p_b || q_b) [B] in nats, between the distributions with parameters p [B, K] and q [B, K]. */
export function tfKl(p: Tensor2D, q: Tensor2D, head: Head): Tensor1D {
  checkHead(head);
  checkTensors({ p, q });
  if (head.kind === 'categorical') return p.softmax().mul(p.logSoftmax().sub(q.logSoftmax())).sum(1);
  const { mean: meanP, logStd: logStdP } = gaussianParameters(p, head);
  const { mean: meanQ, logStd: logStdQ } = gaussianParameters(q, head);
  const z = meanP.sub(meanQ).mul(logStdQ.neg().exp());
  const x = logStdP.sub(logStdQ).mul(2);
  return x.exp().sub(1).sub(x).add(z.square()).mul(0.5).sum(1);
}

const checkHead = (head: Head) =>
  checkObject('head', head, "a policy's head, such as categoricalHead makes", 'kind', 'parameterSize');

function checkTensors(tensors: Readonly<Record<string, Tensor>>): void {
  for (const [name, tensor] of Object.entries(tensors))
    checkObject(name, tensor, 'a tensor of TensorFlow.js', 'dataSync', 'shape');
}

/** mu [B, d] and log sigma [B, d]. */
function gaussianParameters(y: Tensor2D, { actionSize: d }: Head) {
  return { mean: y.slice([0, 0], [-1, d]), logStd: y.slice([0, d], [-1, d]) };
}
