/**
 * Homework 4, PPO: the ratio, the clip, the KL penalty and its coefficient (lecture 6, equations 9 and 10, "Clipped
 * Objective"; Schulman et al. 2017). With r_b = pi_theta(a_b|s_b) / pi_theta_k(a_b|s_b), all to be maximised:
 *
 *   surrogateLoss    L(theta)         = mean_b r_b A_b
 *   clipLoss         L^CLIP(theta)    = mean_b min( r_b A_b,  clip(r_b, 1 - epsilon, 1 + epsilon) A_b )
 *   klPenaltyLoss    L^KLPEN(theta)   = L(theta) - beta mean_b D_KL(pi_theta_k(.|s_b) || pi_theta(.|s_b))
 *
 *   adaptBeta        2 beta if kl >= 1.5 delta,   beta / 2 if kl <= delta / 1.5,   else beta
 *
 * A loss that a student writes in TensorFlow.js ops is held against the library's closed form by value and by gradient,
 * on minibatches of a few steps, with actions that are discrete or continuous. A function that answers for each step
 * (the ratio, a divergence) is held against each step's value, and by the gradient of their sum: row b of it belongs to
 * step b alone. The answers are of float32, hence the tolerance.
 *
 * The mistakes are written as students write them, in the same ops. TensorFlow.js is loaded by the first check that
 * needs it, and no tensor outlives a check.
 */

import { adaptedBeta } from '../algorithms/ppoKl';
import { categoricalHead, gaussianHead } from '../distributions/head';
import { tensorflow } from '../networks/tf/tensorflow';
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '../networks/tf/types';
import { clipObjective } from '../objectives/clip';
import { klPenaltyObjective, surrogateObjective } from '../objectives/surrogate';
import type { TfBatch, TfObjectiveFunction } from '../objectives/tfObjective';
import { functionCheck } from './exercise';
import { type ClipGradient, drawCase, handSized, LOG2, LOG3, one, plane, rounded, two } from './lossCases';
import { lossCheck, stepCheck } from './lossChecks';
import {
  categoricalKlOf,
  categoricalTerms,
  clipGradientOf,
  clipNumber,
  clipTo,
  clipWith,
  detached,
  gaussianKlOf,
  gaussianKlWith,
  HINTS,
  inactive,
  klCases,
  klCheck,
  logRatio,
  lossMistakes,
  outside,
  ratioOf,
  surrogateOf,
  weighted,
  weightedScore,
} from './lossMistakes';

/** r_b [B] of a minibatch. */
export type Ratio = (y: Tensor2D, batch: TfBatch) => Tensor1D | Tensor;
/** L^CLIP with the range epsilon. */
export type ClipLoss = (y: Tensor2D, batch: TfBatch, epsilon: number) => Scalar | Tensor;
/** L^KLPEN with the coefficient beta. */
export type KlPenaltyLoss = (y: Tensor2D, batch: TfBatch, beta: number) => Scalar | Tensor;
/** beta_{k+1}. */
export type AdaptBeta = (beta: number, kl: number, klTarget: number) => number;

export const ppoChecks = {
  ratio: stepCheck<Ratio>({
    name: 'ratio',
    values: 'ratios',
    call: (f, y, batch) => f(y, batch),
    truth: (steps, b, dY) => {
      steps.addScore(b, steps.ratios[b], dY);
      return steps.ratios[b];
    },
    cases: handSized(0.2),
    draw: rng => drawCase(rng, 0.2),
    parts: ['actions', 'oldLogProbs'],
    mistakes: [
      { hint: HINTS.upsideDown, made: (y, batch) => logRatio(y, batch).neg().exp() },
      { hint: HINTS.logRatio, made: logRatio },
      {
        hint: 'this is the ratio of two log-probabilities, not of two probabilities.',
        made: (y, batch) => batch.logProbs(y).div(batch.oldLogProbs),
      },
      {
        hint: 'a probability is divided by a log-probability: batch.oldLogProbs are logarithms, too.',
        made: (y, batch) => batch.logProbs(y).exp().div(batch.oldLogProbs),
      },
      {
        hint: 'this is the probability under the new policy alone: the old policy does not enter.',
        made: (y, batch) => batch.logProbs(y).exp(),
      },
      {
        hint: HINTS.selfRatio,
        made: (y, batch) =>
          batch
            .logProbs(y)
            .sub(detached(batch.logProbs(y)))
            .exp(),
      },
      {
        hint: 'this is 1 at every step, whatever y is: both sides of the ratio are the same policy.',
        made: (y, batch) => batch.logProbs(y).sub(batch.logProbs(y)).exp(),
      },
    ],
  }),

  surrogateLoss: lossCheck<TfObjectiveFunction>({
    name: 'surrogateLoss',
    truth: surrogateObjective,
    parts: ['actions', 'advantages', 'oldLogProbs'],
    mistakes: [
      ...lossMistakes(surrogateOf),
      { hint: HINTS.logRatio, made: (y, batch) => weighted(logRatio(y, batch), batch).mean() },
      {
        hint: HINTS.upsideDown,
        made: (y, batch) => weighted(logRatio(y, batch).neg().exp(), batch).mean(),
      },
      {
        hint: HINTS.detachedRatio,
        made: (y, batch) => weighted(detached(ratioOf(y, batch)).mul(batch.logProbs(y)), batch).mean(),
      },
      {
        hint: HINTS.selfRatio,
        made: (y, batch) =>
          weighted(
            batch
              .logProbs(y)
              .sub(detached(batch.logProbs(y)))
              .exp(),
            batch,
          ).mean(),
      },
      { hint: HINTS.logProb, made: (y, batch) => weighted(batch.logProbs(y), batch).mean() },
      { hint: HINTS.noAdvantage, made: (y, batch) => ratioOf(y, batch).mean() },
      {
        hint: 'this is the mean of the ratios times the mean of the advantages: each ratio belongs to the advantage of its own step. It also comes of shapes [B, 1] and [B], whose product is broadcast to [B, B].',
        made: (y, batch) => ratioOf(y, batch).mean().mul(batch.advantages.mean()),
      },
    ],
  }),

  clipGradient: functionCheck<ClipGradient>({
    name: 'clipGradient',
    parameters: ['y', 'action', 'advantage', 'oldLogProb', 'epsilon'],
    cases: [
      [[0, 0], 0, 2, -LOG2, 0.2], // ratio 1
      [[LOG3, 0], 0, 1, -LOG2, 0.2], // ratio 1.5, gained enough
      [[LOG3, 0], 0, -1, -LOG2, 0.2], // ratio 1.5, the wrong way
      [[LOG3, 0], 1, 1, -LOG2, 0.2], // ratio 0.5, the wrong way
      [[LOG3, 0], 1, -1, -LOG2, 0.2], // ratio 0.5, fell enough
      [[0, LOG2, 0], 1, 3, -LOG2, 0.3],
    ],
    draw: rng => {
      const y = Array.from({ length: rng.integer(2, 5) }, () => rounded(rng.normal()));
      const action = rng.integer(0, y.length);
      const advantage = rounded(rng.normal());
      return [y, action, advantage, rounded(-rng.uniform(0.2, 2)), rounded(rng.uniform(0.05, 0.5))];
    },
    solution: clipGradientOf,
    mistakes: [
      {
        hint: 'a step whose ratio left the range in the wrong direction has lost its gradient as well: the minimum takes the clipped side only where that side is smaller, and this depends on the sign of the advantage.',
        made: weightedScore((r, A, epsilon) => (outside(r, epsilon) ? 0 : A * r)),
      },
      {
        hint: 'the clip is missing: where the clipped side is the smaller one, the term does not change with the ratio.',
        made: weightedScore((r, A) => A * r),
      },
      {
        hint: 'the wrong side is clipped: steps that moved far in the direction of their advantage keep their gradient here, and those that moved the other way lose it.',
        made: weightedScore((r, A, epsilon) => (outside(r, epsilon) && !inactive(r, A, epsilon) ? 0 : A * r)),
      },
      {
        hint: 'the case A < 0 is treated like A > 0: for which ratios is the clipped side the smaller one when the advantage is negative?',
        made: weightedScore((r, A, epsilon) => (r > 1 + epsilon ? 0 : A * r)),
      },
      {
        hint: 'the clipped ratio stands in for the ratio: a clipped number is a constant, and constants have no gradient.',
        made: weightedScore((r, A, epsilon) => A * clipNumber(r, epsilon)),
      },
      {
        hint: 'the ratio is missing as a factor: this is the gradient of A log pi, but the derivative of a ratio is not that of its logarithm.',
        made: weightedScore((r, A, epsilon) => (inactive(r, A, epsilon) ? 0 : A)),
      },
      {
        hint: 'the advantage enters as its sign, or not at all.',
        made: weightedScore((r, A, epsilon) => (inactive(r, A, epsilon) ? 0 : r)),
      },
      {
        hint: 'the sign of the gradient is turned round: the objective is to be climbed.',
        made: (...args) => clipGradientOf(...args).map(d => -d),
      },
      {
        hint: 'only the logit of the action that was taken gets a gradient: the softmax ties all logits together.',
        made: (...args) => clipGradientOf(...args).map((d, k) => (k === args[1] ? d : 0)),
      },
    ],
  }),

  clipLoss: lossCheck<ClipLoss>({
    name: 'clipLoss',
    setting: { name: 'epsilon', hand: 0.2, draw: rng => rng.uniform(0.05, 0.4) },
    truth: clipRange => clipObjective({ clipRange }),
    parts: ['actions', 'advantages', 'oldLogProbs'],
    mistakes: [
      ...lossMistakes(clipWith((free, clipped) => free.minimum(clipped).mean())),
      {
        hint: 'the wrong side of the clip is taken: this is the larger of the two sides, which pays for going far and is blind to steps that went wrong; L^CLIP is a pessimistic bound.',
        made: clipWith((free, clipped) => free.maximum(clipped).mean()),
      },
      {
        hint: 'the value is right, but where both sides are equal, as for every ratio within the range, the gradient is twice too long: TensorFlow.js counts a tie twice in the gradient of min over an axis of stacked tensors; tf.minimum of two tensors counts it once.',
        made: clipWith((free, clipped) => tensorflow().stack([free, clipped]).min(0).mean()),
      },
      {
        hint: 'the clipped ratio stands alone: without the comparison with the free side, a step that moved far in the wrong direction loses its gradient and is never pulled back.',
        made: clipWith((_, clipped) => clipped.mean()),
      },
      {
        hint: 'the clip is missing: this is the surrogate, which pays for any distance.',
        made: surrogateOf,
      },
      {
        hint: 'minimum and maximum are swapped for A < 0, which also happens if the minimum is taken of ratios, before the advantage is multiplied: of which two numbers is the minimum?',
        made: (y, batch, epsilon) => {
          const r = ratioOf(y, batch);
          return weighted(r.minimum(r.clipByValue(1 - epsilon, 1 + epsilon)), batch).mean();
        },
      },
      {
        hint: 'the wrong side is clipped: the range has only an upper half here, from 1 to 1 + epsilon, so that steps with A < 0 may not move at all.',
        made: (y, batch, epsilon) =>
          weighted(ratioOf(y, batch), batch)
            .minimum(clipTo(1, 1 + epsilon, y, batch))
            .mean(),
      },
      {
        hint: 'the wrong side is clipped: the range has only a lower half here, from 1 - epsilon to 1, so that steps with A > 0 may not move at all.',
        made: (y, batch, epsilon) =>
          weighted(ratioOf(y, batch), batch)
            .minimum(clipTo(1 - epsilon, 1, y, batch))
            .mean(),
      },
      {
        hint: 'the ratio is clipped to the neighbourhood of 0: at theta_k a ratio is 1, and that is what the range surrounds.',
        made: (y, batch, epsilon) =>
          weighted(ratioOf(y, batch), batch)
            .minimum(clipTo(-epsilon, epsilon, y, batch))
            .mean(),
      },
      {
        hint: 'ratio times advantage is clipped: it is the ratio alone that the range is meant for.',
        made: clipWith((free, _, epsilon) => free.minimum(free.clipByValue(1 - epsilon, 1 + epsilon)).mean()),
      },
      {
        hint: 'the range is the same whatever epsilon is: look for a number that is written out.',
        made: (y, batch) =>
          weighted(ratioOf(y, batch), batch)
            .minimum(clipTo(0.8, 1.2, y, batch))
            .mean(),
      },
      {
        hint: HINTS.upsideDown,
        made: (y, batch, epsilon) => {
          const r = logRatio(y, batch).neg().exp();
          return weighted(r, batch)
            .minimum(weighted(r.clipByValue(1 - epsilon, 1 + epsilon), batch))
            .mean();
        },
      },
      {
        hint: HINTS.logRatio,
        made: (y, batch, epsilon) => {
          const r = logRatio(y, batch);
          return weighted(r, batch)
            .minimum(weighted(r.clipByValue(1 - epsilon, 1 + epsilon), batch))
            .mean();
        },
      },
      {
        hint: HINTS.detachedRatio,
        made: (y, batch, epsilon) =>
          clipWith((free, clipped) => detached(free.minimum(clipped)).mul(batch.logProbs(y)).mean())(
            y,
            batch,
            epsilon,
          ),
      },
    ],
  }),

  categoricalKl: klCheck({
    name: 'categoricalKl',
    cases: klCases(two, [
      [
        [0, 0],
        [0, 0],
      ],
      [
        [0, 0],
        [LOG3, 0],
      ],
      [
        [LOG3, 0],
        [0, 0],
      ],
      [
        [LOG3, 0, 0, 0],
        [1 + LOG2, 1, LOG3, 0],
      ],
    ]),
    drawHead: rng => categoricalHead(rng.integer(2, 6)),
    mistakes: [
      {
        hint: 'this is the divergence in the other direction: equation 10 has the old policy first, and it is the first policy whose probabilities weigh the logarithms.',
        made: (old, y) => categoricalKlOf(y, old),
      },
      {
        hint: 'the sign is turned round: a divergence is never negative.',
        made: (old, y) => categoricalKlOf(old, y).neg(),
      },
      {
        hint: "the logarithms are weighed with the new policy's probabilities; the expectation is over actions of the old one.",
        made: (old, y) => categoricalTerms(y, old, y).sum(1),
      },
      {
        hint: 'this is the mean over actions: the probabilities are weights already, and their terms are summed.',
        made: (old, y) => categoricalTerms(old, old, y).mean(1),
      },
      {
        hint: "this is the cross-entropy: its gradient is right, but it is not 0 where the policies agree; the old policy's own logarithms are missing.",
        made: (old, y) => old.softmax().mul(y.logSoftmax()).sum(1).neg(),
      },
      {
        hint: 'logits are used as if they were log-probabilities: they differ by the logarithm of the normaliser.',
        made: (old, y) => old.softmax().mul(old.sub(y)).sum(1),
      },
    ],
  }),

  gaussianKl: klCheck({
    name: 'gaussianKl',
    cases: [
      ...klCases(one, [
        [
          [0, 0],
          [0, 0],
        ],
        [
          [0, 0],
          [1, 0],
        ],
        [
          [0, 0],
          [0, LOG2],
        ],
        [
          [0, LOG2],
          [1, 0],
        ],
        [
          [0, 0, 1, LOG2],
          [2, LOG2, 0, 0],
        ],
      ]),
      ...klCases(plane, [
        [
          [0, 0, 0, 0],
          [1, 2, 0, LOG2],
        ],
      ]),
    ],
    drawHead: rng => gaussianHead(rng.integer(1, 4)),
    mistakes: [
      {
        hint: 'this is the divergence in the other direction: equation 10 has the old policy first.',
        made: (old, y) => gaussianKlOf(y, old),
      },
      {
        hint: 'the logarithm of the widths has its sign turned round: which of the two widths is above the line?',
        made: gaussianKlWith({ logTerm: (p, q) => p.sub(q) }),
      },
      {
        hint: 'the widths enter where their squares are meant: a variance is the square of sigma.',
        made: gaussianKlWith({ square: x => x }),
      },
      {
        hint: "the distance of the means is measured in widths of the old policy: look at whose density's exponent it comes from.",
        made: gaussianKlWith({ distanceBy: 'old' }),
      },
      {
        hint: 'a factor 1/2 is missing in front of the squares: look at the exponent of the Gaussian density.',
        made: gaussianKlWith({ half: 1 }),
      },
      {
        hint: 'it is not 0 where the two policies agree: a constant is missing in each dimension.',
        made: gaussianKlWith({ constant: 0 }),
      },
      {
        hint: 'this is the mean over the d dimensions of an action: they are independent, so that their divergences add up.',
        made: gaussianKlWith({ over: terms => terms.mean(1) }),
      },
      {
        hint: 'the constant is subtracted once, after the sum: each of the d dimensions has its own.',
        made: gaussianKlWith({ constant: 0, over: terms => terms.sum(1).sub(0.5) }),
      },
      {
        hint: 'the sign is turned round: a divergence is never negative.',
        made: (old, y) => gaussianKlOf(old, y).neg(),
      },
    ],
  }),

  klPenaltyLoss: lossCheck<KlPenaltyLoss>({
    name: 'klPenaltyLoss',
    setting: { name: 'beta', hand: 2, draw: rng => rng.uniform(0.1, 3) },
    truth: beta => klPenaltyObjective({ beta }),
    parts: ['actions', 'advantages', 'oldLogProbs', 'oldParameters'],
    mistakes: [
      ...lossMistakes((y, batch, beta) => surrogateOf(y, batch, 0).sub(batch.kl(y).mean().mul(beta))),
      {
        hint: 'the penalty is added: distance is rewarded here instead of charged for.',
        made: (y, batch, beta) => surrogateOf(y, batch, 0).add(batch.kl(y).mean().mul(beta)),
      },
      {
        hint: 'the penalty is a sum over the minibatch where the mean is meant: its weight would grow with the number of steps.',
        made: (y, batch, beta) => surrogateOf(y, batch, 0).sub(batch.kl(y).sum().mul(beta)),
      },
      {
        hint: 'the surrogate is a sum over the minibatch where the mean is meant, and only the penalty is a mean.',
        made: (y, batch, beta) => weighted(ratioOf(y, batch), batch).sum().sub(batch.kl(y).mean().mul(beta)),
      },
      { hint: 'the penalty is missing: this is the surrogate alone.', made: surrogateOf },
      {
        hint: 'the divergence is taken in the other direction: equation 10 has the old policy first, whatever equation 9 looks like.',
        made: (y, batch, beta) => {
          const divergence = batch.actions.rank === 1 ? categoricalKlOf : gaussianKlOf;
          return surrogateOf(y, batch, 0).sub(divergence(y, batch.oldParameters!).mean().mul(beta));
        },
      },
      {
        hint: 'beta is missing: the penalty has weight 1, whatever beta is.',
        made: (y, batch) => surrogateOf(y, batch, 0).sub(batch.kl(y).mean()),
      },
      {
        hint: 'beta weighs both parts: it belongs to the penalty only.',
        made: (y, batch, beta) => surrogateOf(y, batch, 0).sub(batch.kl(y).mean()).mul(beta),
      },
      {
        hint: 'the penalty is detached: its value is subtracted, but as a constant, without a gradient that pulls back.',
        made: (y, batch, beta) => surrogateOf(y, batch, 0).sub(detached(batch.kl(y)).mean().mul(beta)),
      },
      {
        hint: 'the divergence is estimated by mean log r with the wrong sign or without what keeps it from being negative; the batch computes it exactly.',
        made: (y, batch, beta) => surrogateOf(y, batch, 0).add(logRatio(y, batch).mean().mul(beta)),
      },
      {
        hint: HINTS.logRatio,
        made: (y, batch, beta) =>
          weighted(logRatio(y, batch), batch).mean().sub(batch.kl(y).mean().mul(beta)),
      },
      {
        hint: HINTS.upsideDown,
        made: (y, batch, beta) =>
          weighted(logRatio(y, batch).neg().exp(), batch).mean().sub(batch.kl(y).mean().mul(beta)),
      },
    ],
  }),

  adaptBeta: functionCheck<AdaptBeta>({
    name: 'adaptBeta',
    parameters: ['beta', 'kl', 'klTarget'],
    cases: [
      [1, 0.04, 0.01],
      [1, 0.001, 0.01],
      [4, 0.01, 0.01],
      [4, 0.012, 0.01],
      [4, 0.008, 0.01],
      [3, 2.25, 1.5],
      [3, 1, 1.5],
    ],
    draw: rng => {
      const klTarget = rounded(rng.uniform(0.005, 0.05));
      return [rounded(rng.uniform(0.1, 5)), klTarget * Math.exp(rng.uniform(-1.4, 1.4)), klTarget];
    },
    solution: adaptedBeta,
    mistakes: [
      {
        hint: 'the factors are swapped: what has to happen to the price of distance when an update went too far?',
        made: (beta, kl, klTarget) => (beta * beta) / adaptedBeta(beta, kl, klTarget),
      },
      {
        hint: 'the two thresholds are mixed up: beta is to stay as it is between the smaller and the larger of 1.5 delta and delta / 1.5.',
        made: (beta, kl, klTarget) =>
          kl >= klTarget / 1.5 ? 2 * beta : kl <= 1.5 * klTarget ? beta / 2 : beta,
      },
      {
        hint: 'the two thresholds are mixed up: beta is to stay as it is between the smaller and the larger of 1.5 delta and delta / 1.5.',
        made: (beta, kl, klTarget) =>
          kl <= 1.5 * klTarget ? beta / 2 : kl >= klTarget / 1.5 ? 2 * beta : beta,
      },
      {
        hint: 'beta changes in every iteration: the slide leaves a band around delta in which it stays as it is.',
        made: (beta, kl, klTarget) => (kl >= klTarget ? 2 * beta : beta / 2),
      },
      {
        hint: 'at the edges of the band beta is to change: the slide has at least and at most there, not above and below.',
        made: (beta, kl, klTarget) =>
          kl > 1.5 * klTarget ? 2 * beta : kl < klTarget / 1.5 ? beta / 2 : beta,
      },
      {
        hint: 'beta changes by a factor of 1.5: that number belongs to the thresholds.',
        made: (beta, kl, klTarget) =>
          kl >= 1.5 * klTarget ? 1.5 * beta : kl <= klTarget / 1.5 ? beta / 1.5 : beta,
      },
      {
        hint: 'the thresholds do not depend on the target delta.',
        made: (beta, kl) => (kl >= 1.5 ? 2 * beta : kl <= 1 / 1.5 ? beta / 2 : beta),
      },
      {
        hint: 'beta only ever rises: what if an update was much shorter than it might be?',
        made: (beta, kl, klTarget) => (kl >= 1.5 * klTarget ? 2 * beta : beta),
      },
    ],
  }),
};
