/** The losses of the fourth problem set, with the mistakes that students make in them, each with its hint. */

import type { Head } from '../distributions/head';
import type { Rng } from '../math/rng';
import { tensorflow } from '../networks/tf/tensorflow';
import type { Tensor, Tensor1D, Tensor2D } from '../networks/tf/types';
import { clipObjective } from '../objectives/clip';
import { policyObjective } from '../objectives/objective';
import type { TfBatch } from '../objectives/tfObjective';
import { type ClipGradient, drawCase, type LossCase, lossCase, oneStep } from './lossCases';
import { evaluate, type Loss, stepCheck } from './lossChecks';

/** D_KL(old_b || new_b) [B] between the distributions of a head with the parameters old [B, K] and y [B, K]. */
export type Divergence = (oldParameters: Tensor2D, y: Tensor2D) => Tensor1D | Tensor;

// What the mistakes are made of, in the ops that students use.

export const logRatio = (y: Tensor2D, batch: TfBatch): Tensor => batch.logProbs(y).sub(batch.oldLogProbs);
export const ratioOf = (y: Tensor2D, batch: TfBatch): Tensor => logRatio(y, batch).exp();
export const weighted = (ratio: Tensor, batch: TfBatch): Tensor => ratio.mul(batch.advantages);
export const surrogateOf: Loss = (y, batch) => weighted(ratioOf(y, batch), batch).mean();
/** A tensor's numbers, cut off from what they were computed from. */
export const detached = (t: Tensor): Tensor => tensorflow().tensor(t.dataSync(), t.shape);
export const clipTo = (low: number, high: number, y: Tensor2D, batch: TfBatch): Tensor =>
  weighted(ratioOf(y, batch).clipByValue(low, high), batch);
/** L^CLIP with the ratio's own side first, and what joins the two. */
export const clipWith =
  (join: (free: Tensor, clipped: Tensor, epsilon: number) => Tensor): Loss =>
  (y, batch, epsilon) =>
    join(weighted(ratioOf(y, batch), batch), clipTo(1 - epsilon, 1 + epsilon, y, batch), epsilon);

export const HINTS = {
  sum: 'this is the sum over the minibatch where the mean is meant: the size of an update must not depend on how many steps a minibatch holds.',
  sign: 'the sign of the loss is turned round: the library climbs, so return the objective that is to be maximised, not the loss that an optimizer would minimise.',
  logRatio:
    'this is the logarithm of the ratio, not the ratio: look at the step from log-probabilities to probabilities.',
  upsideDown: 'the ratio is upside down: which of the two policies stands above the line?',
  detachedRatio:
    'the ratio is detached: it enters as a constant, and only log pi carries a gradient. The value of the objective is wrong then; the ratio itself has to be differentiated.',
  selfRatio:
    'the ratio is that of the policy to a detached copy of itself, 1 at every step: its denominator is the policy that collected the data, whose log-probabilities the batch holds.',
  logProb: 'this is mean A log pi, the policy-gradient objective: there is no ratio in it.',
  noAdvantage: 'the advantages are missing.',
};

export const lossMistakes = (right: Loss): { hint: string; made: Loss }[] => [
  { hint: HINTS.sum, made: (y, batch, c) => right(y, batch, c).mul(batch.advantages.size) },
  { hint: HINTS.sign, made: (y, batch, c) => right(y, batch, c).neg() },
];

/** D_KL by its summands, categorical; p and q are logits [B, n]. */
export const categoricalTerms = (weights: Tensor2D, p: Tensor2D, q: Tensor2D): Tensor =>
  weights.softmax().mul(p.logSoftmax().sub(q.logSoftmax()));
export const categoricalKlOf: Divergence = (p, q) => categoricalTerms(p, p, q).sum(1);

/** mu and log sigma, [B, d] each. */
function gaussianParts(y: Tensor2D) {
  const d = y.shape[1] / 2;
  return { mean: y.slice([0, 0], [-1, d]) as Tensor, logStd: y.slice([0, d], [-1, d]) as Tensor };
}

/** D_KL of Gaussians, log (sigma_q / sigma_p) + (sigma_p^2 + (mu_p - mu_q)^2) / (2 sigma_q^2) - 1/2, with parts to change. */
export const gaussianKlWith =
  ({
    logTerm = (p: Tensor, q: Tensor): Tensor => q.sub(p),
    square = (x: Tensor): Tensor => x.square(),
    distanceBy = 'new' as 'new' | 'old',
    half = 0.5,
    constant = 0.5,
    over = (terms: Tensor): Tensor => terms.sum(1),
  }): Divergence =>
  (old, y) => {
    const [p, q] = [gaussianParts(old), gaussianParts(y)];
    const [sigmaP, sigmaQ] = [p.logStd.exp(), q.logStd.exp()];
    const spread = square(sigmaP).div(square(sigmaQ));
    const distance = p.mean
      .sub(q.mean)
      .square()
      .div(square(distanceBy === 'new' ? sigmaQ : sigmaP));
    return over(logTerm(p.logStd, q.logStd).add(spread.add(distance).mul(half)).sub(constant));
  };
export const gaussianKlOf = gaussianKlWith({});

/** Cases for a divergence between policies of one kind; it is not told actions or advantages. */
export const klCases = (head: Head, pairs: readonly [oldY: number[], y: number[]][]): LossCase[] =>
  pairs.map(([oldY, y]) => {
    const count = y.length / head.parameterSize;
    const actions = new Array<number>(count * head.actionSize).fill(0);
    return lossCase(head, { y, oldY, actions, advantages: new Array<number>(count).fill(1) });
  });

export const klCheck = (options: {
  name: string;
  cases: readonly LossCase[];
  drawHead(rng: Rng): Head;
  mistakes: readonly { hint: string; made: Divergence }[];
}) =>
  stepCheck<Divergence>({
    ...options,
    values: 'kl',
    call: (f, y, batch) => f(batch.oldParameters!, y),
    truth: (steps, b, dY) => {
      const { head, y, minibatch } = steps;
      steps.addKlGradient(b, 1, dY);
      return head.kl(minibatch.oldParameters!, y, b * head.parameterSize);
    },
    draw: rng => drawCase(rng, 0, options.drawHead(rng)),
    parts: ['oldParameters'],
  });

/** weight(r, A, epsilon) times the score, as a gradient. */
export const weightedScore =
  (weight: (ratio: number, A: number, epsilon: number) => number): ClipGradient =>
  (...args) => {
    const input = oneStep(...args);
    const [, , A, , epsilon] = args;
    const objective = policyObjective((steps, dY) => {
      steps.addScore(0, weight(steps.ratios[0], A, epsilon), dY);
      return 0;
    });
    return Array.from(evaluate(objective, input).gradient);
  };

export const clipGradientOf: ClipGradient = (...args) =>
  Array.from(evaluate(clipObjective({ clipRange: args[4] }), oneStep(...args)).gradient);

export const clipNumber = (r: number, epsilon: number) => Math.min(Math.max(r, 1 - epsilon), 1 + epsilon);
/** Whether clipping changes the ratio, and whether that makes the term smaller. */
export const outside = (r: number, epsilon: number) => clipNumber(r, epsilon) !== r;
export const inactive = (r: number, A: number, epsilon: number) => clipNumber(r, epsilon) * A < r * A;
