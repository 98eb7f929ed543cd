/** The checks of homework 4: right functions pass, each mistake that people make is named, and no tensor is left. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs-node';
import { check, type TfBatch } from 'pglab';
import { verdict } from './verdict';

type Y = tf.Tensor2D;

const RIGHT = /: right on \d+ hand-sized and 40 random cases\.$/;

/** Holds an exercise to its word: each right function passes, each wrong one gets the hint, and tensors are given back. */
function exercise<F>(
  name: string,
  run: (mine: F) => void,
  right: Record<string, F>,
  wrong: readonly (readonly [hint: RegExp, made: F])[],
): void {
  test(`${name}: right functions`, () => {
    for (const [how, mine] of Object.entries(right))
      assert.match(
        verdict(() => run(mine)),
        RIGHT,
        how,
      );
  });
  test(`${name}: ${wrong.length} mistakes, each with its hint`, () => {
    for (const [hint, made] of wrong) {
      const said = verdict(() => run(made));
      assert.match(said, hint);
      assert.ok(said.includes(name), said);
    }
  });
}

const logRatio = (y: Y, batch: TfBatch) => tf.sub(batch.logProbs(y), batch.oldLogProbs);
const r = (y: Y, batch: TfBatch) => tf.exp(logRatio(y, batch));
const constant = (t: tf.Tensor) => tf.tensor(t.arraySync());

test('a check leaves no tensor behind, whether the function is right, wrong, detached or broken', () => {
  verdict(() => check.surrogateLoss((y, batch) => tf.mean(tf.mul(r(y, batch), batch.advantages)))); // warm
  const before = tf.memory().numTensors;
  verdict(() => check.ratio(r));
  verdict(() => check.ratio((y, batch) => logRatio(y, batch)));
  verdict(() => check.ratio((y, batch) => constant(r(y, batch))));
  verdict(() => check.gaussianKl((_old, y) => y.sum(1)));
  verdict(() => check.clipLoss((y, batch) => tf.mul(r(y, batch), batch.advantages)));
  verdict(() =>
    check.clipLoss((y, batch) => {
      r(y, batch).mul(batch.advantages);
      throw new Error('not implemented yet: clipLoss');
    }),
  );
  assert.equal(tf.memory().numTensors, before);
});

exercise(
  'ratio',
  check.ratio,
  {
    'by logarithms': r,
    'by division': (y: Y, batch: TfBatch) => tf.div(tf.exp(batch.logProbs(y)), tf.exp(batch.oldLogProbs)),
  },
  [
    [/Hint: the ratio is upside down/, (y, batch) => tf.exp(tf.sub(batch.oldLogProbs, batch.logProbs(y)))],
    [/Hint: this is the logarithm of the ratio/, logRatio],
    [
      /Hint: this is the ratio of two log-probabilities/,
      (y, batch) => batch.logProbs(y).div(batch.oldLogProbs),
    ],
    [
      /Hint: a probability is divided by a log-probability/,
      (y, batch) => tf.exp(batch.logProbs(y)).div(batch.oldLogProbs),
    ],
    [/Hint: this is the probability under the new policy alone/, (y, batch) => tf.exp(batch.logProbs(y))],
    [
      /Hint: the ratio is that of the policy to a detached copy of itself/,
      (y, batch) => tf.exp(tf.sub(batch.logProbs(y), constant(batch.logProbs(y)))),
    ],
    [/Hint: this is 1 at every step/, (y, batch) => tf.exp(tf.sub(batch.logProbs(y), batch.logProbs(y)))],
    [
      /^ratio: the result does not depend on y, .*the ratio was detached/,
      (y, batch) => constant(r(y, batch)) as tf.Tensor1D,
    ],
    [
      /^ratio: for a categorical policy with y = \[\[0, 0\]\], actions = \[0\], oldLogProbs = \[-0\.693147\], it gives a tensor of shape \[\], but must give one number for each of the 1 steps/,
      (y, batch) => r(y, batch).mean(),
    ],
    [
      /^ratio: it returns a promise, but must return a tensor of shape \[1\]: it must not be async\.$/,
      (async (y: Y, batch: TfBatch) => r(y, batch)) as never,
    ],
    [/^ratio: it returns nothing, but must return a tensor of shape \[1\]/, () => undefined as never],
    [/^ratio: it returns 3, but must return a tensor/, () => 3 as never],
    [
      /^not implemented yet: ratio$/,
      () => {
        throw new Error('not implemented yet: ratio');
      },
    ],
  ],
);

exercise(
  'surrogateLoss',
  check.surrogateLoss,
  {
    mean: (y: Y, batch: TfBatch) => tf.mean(tf.mul(r(y, batch), batch.advantages)),
    'sum over B': (y: Y, batch: TfBatch) =>
      tf.sum(tf.mul(r(y, batch), batch.advantages)).div(batch.advantages.size),
  },
  [
    [/Hint: this is the sum over the minibatch/, (y, batch) => tf.sum(tf.mul(r(y, batch), batch.advantages))],
    [/Hint: the sign of the loss/, (y, batch) => tf.neg(tf.mean(tf.mul(r(y, batch), batch.advantages)))],
    [
      /Hint: this is the logarithm of the ratio/,
      (y, batch) => tf.mean(tf.mul(logRatio(y, batch), batch.advantages)),
    ],
    [/Hint: the ratio is upside down/, (y, batch) => tf.mean(tf.div(batch.advantages, r(y, batch)))],
    [
      /Hint: the ratio is detached: it enters as a constant/,
      (y, batch) => tf.mean(constant(r(y, batch)).mul(batch.logProbs(y)).mul(batch.advantages)),
    ],
    [
      /Hint: the ratio is that of the policy to a detached copy of itself/,
      (y, batch) =>
        tf.mean(tf.exp(tf.sub(batch.logProbs(y), constant(batch.logProbs(y)))).mul(batch.advantages)),
    ],
    [/Hint: this is mean A log pi/, (y, batch) => tf.mean(tf.mul(batch.logProbs(y), batch.advantages))],
    [/Hint: the advantages are missing/, (y, batch) => tf.mean(r(y, batch))],
    [
      /Hint: this is the mean of the ratios times the mean of the advantages/,
      (y, batch) => tf.mul(tf.mean(r(y, batch)), tf.mean(batch.advantages)),
    ],
    [
      /^surrogateLoss: the result does not depend on y, .*the ratio was detached/,
      (y, batch) => tf.mean(constant(r(y, batch)).mul(batch.advantages)),
    ],
    [
      /^surrogateLoss: for a categorical policy with y = .*, it gives a tensor of shape \[1\], but must give a single number, the mean/,
      (y, batch) => tf.mul(r(y, batch), batch.advantages),
    ],
    [
      /Hint: this is the mean of the ratios times .* broadcast to \[B, B\]/,
      (y, batch) => tf.mean(tf.mul(r(y, batch).expandDims(1), batch.advantages)),
    ],
    [
      /^surrogateLoss: it returns a promise, but must return a scalar tensor: it must not be async\.$/,
      (async (y: Y, batch: TfBatch) => r(y, batch).mean()) as never,
    ],
    [/^surrogateLoss: it returns nothing, .* is a return missing\?/, () => undefined as never],
    [/^surrogateLoss: it returns 2, but must return a scalar tensor\./, () => 2 as never],
  ],
);

const softmax = (y: number[]) => {
  const total = y.reduce((sum, v) => sum + Math.exp(v), 0);
  return y.map(v => Math.exp(v) / total);
};
type Weight = (ratio: number, A: number, epsilon: number) => number;
/** The gradient in the logits of a step, with the factor of the score to be chosen. */
const gradientWith =
  (weight: Weight, indicator = 1) =>
  (y: number[], action: number, A: number, oldLogProb: number, epsilon: number) => {
    const p = softmax(y);
    const w = weight(p[action] / Math.exp(oldLogProb), A, epsilon);
    return p.map((pk, k) => w * ((k === action ? indicator : 0) - pk));
  };
const binds: Weight = (ratio, A, epsilon) => (A > 0 ? +(ratio > 1 + epsilon) : +(ratio < 1 - epsilon));
const isOutside = (ratio: number, epsilon: number) => Math.abs(ratio - 1) > epsilon;

exercise(
  'clipGradient',
  check.clipGradient,
  { 'by cases': gradientWith((ratio, A, e) => (binds(ratio, A, e) ? 0 : A * ratio)) },
  [
    [
      /Hint: a step whose ratio left the range in the wrong direction has lost its gradient/,
      gradientWith((ratio, A, e) => (isOutside(ratio, e) ? 0 : A * ratio)),
    ],
    [/Hint: the clip is missing/, gradientWith((ratio, A) => A * ratio)],
    [/Hint: the wrong side is clipped/, gradientWith((ratio, A, e) => (binds(ratio, -A, e) ? 0 : A * ratio))],
    [
      /Hint: the case A < 0 is treated like A > 0/,
      gradientWith((ratio, A, e) => (ratio > 1 + e ? 0 : A * ratio)),
    ],
    [
      /Hint: the clipped ratio stands in for the ratio/,
      gradientWith((ratio, A, e) => A * Math.min(1 + e, Math.max(1 - e, ratio))),
    ],
    [/Hint: the ratio is missing as a factor/, gradientWith((ratio, A, e) => (binds(ratio, A, e) ? 0 : A))],
    [
      /Hint: the advantage enters as its sign, or not at all/,
      gradientWith((ratio, A, e) => (binds(ratio, A, e) ? 0 : ratio)),
    ],
    [/Hint: the sign of the gradient/, gradientWith((ratio, A, e) => (binds(ratio, A, e) ? 0 : -A * ratio))],
    [
      /Hint: only the logit of the action that was taken/,
      (y, action, A, old, e) =>
        gradientWith((ratio, A, e) => (binds(ratio, A, e) ? 0 : A * ratio))(y, action, A, old, e).map(
          (d, k) => (k === action ? d : 0),
        ),
    ],
    [/gives a list of length 1, but must give a list of 2 numbers/, () => [0]],
    [/gives NaN at \[0\]/, y => y.map(() => Number.NaN)],
  ],
);

type Clip = (y: Y, batch: TfBatch, epsilon: number) => tf.Tensor;
const sides =
  (join: (free: tf.Tensor, clipped: tf.Tensor, batch: TfBatch) => tf.Tensor, low = 1, high = 1): Clip =>
  (y, batch, epsilon) => {
    const ratio = r(y, batch);
    const clipped = tf.clipByValue(ratio, 1 - low * epsilon, 1 + high * epsilon);
    return tf.mean(join(tf.mul(ratio, batch.advantages), tf.mul(clipped, batch.advantages), batch));
  };

exercise<Clip>(
  'clipLoss',
  check.clipLoss,
  {
    minimum: sides(tf.minimum),
    'by the sign of A, as OpenAI Spinning Up has it': (y, batch, epsilon) => {
      const A = batch.advantages;
      const most = tf.where(A.greater(0), A.mul(1 + epsilon), A.mul(1 - epsilon));
      return tf.mean(tf.minimum(tf.mul(r(y, batch), A), most));
    },
    'minus the maximum of the losses': (y, batch, epsilon) => {
      const ratio = r(y, batch);
      const loss = tf.neg(batch.advantages);
      return tf
        .maximum(tf.mul(ratio, loss), tf.mul(tf.clipByValue(ratio, 1 - epsilon, 1 + epsilon), loss))
        .mean()
        .neg();
    },
  },
  [
    [
      /Hint: this is the sum over the minibatch/,
      (y, b, e) => sides(tf.minimum)(y, b, e).mul(b.advantages.size),
    ],
    [/Hint: the sign of the loss/, (y, b, e) => tf.neg(sides(tf.minimum)(y, b, e))],
    [/Hint: the wrong side of the clip is taken: this is the larger/, sides(tf.maximum)],
    [
      /gradient\[0\], expected .* Hint: the value is right, but .* a tie twice .* tf\.minimum/,
      sides((free, clipped) => tf.min(tf.stack([free, clipped]), 0)),
    ],
    [/Hint: the clipped ratio stands alone/, sides((_, clipped) => clipped)],
    [/Hint: the clip is missing/, sides(free => free)],
    [
      /Hint: minimum and maximum are swapped for A < 0, which also/,
      (y, batch, e) => {
        const ratio = r(y, batch);
        return tf.mean(tf.minimum(ratio, tf.clipByValue(ratio, 1 - e, 1 + e)).mul(batch.advantages));
      },
    ],
    [/Hint: the wrong side is clipped: the range has only an upper half/, sides(tf.minimum, 0, 1)],
    [/Hint: the wrong side is clipped: the range has only a lower half/, sides(tf.minimum, 1, 0)],
    [
      /Hint: the ratio is clipped to the neighbourhood of 0/,
      (y, batch, e) => {
        const ratio = r(y, batch);
        return tf.mean(
          tf.minimum(ratio.mul(batch.advantages), tf.clipByValue(ratio, -e, e).mul(batch.advantages)),
        );
      },
    ],
    [
      /Hint: ratio times advantage is clipped/,
      (y, batch, e) => {
        const free = tf.mul(r(y, batch), batch.advantages);
        return tf.mean(tf.minimum(free, tf.clipByValue(free, 1 - e, 1 + e)));
      },
    ],
    [
      /Hint: minimum and maximum are swapped for A < 0/,
      sides((free, clipped, { advantages }) =>
        tf.where(advantages.greaterEqual(0), tf.minimum(free, clipped), tf.maximum(free, clipped)),
      ),
    ],
    [/Hint: the range is the same whatever epsilon is/, (y, batch) => sides(tf.minimum)(y, batch, 0.2)],
    [
      /Hint: the ratio is upside down/,
      (y, batch, e) => {
        const ratio = tf.exp(tf.neg(logRatio(y, batch)));
        const clipped = tf.clipByValue(ratio, 1 - e, 1 + e);
        return tf.mean(tf.minimum(ratio.mul(batch.advantages), clipped.mul(batch.advantages)));
      },
    ],
    [
      /Hint: this is the logarithm of the ratio/,
      (y, batch, e) => {
        const ratio = logRatio(y, batch);
        const clipped = tf.clipByValue(ratio, 1 - e, 1 + e);
        return tf.mean(tf.minimum(ratio.mul(batch.advantages), clipped.mul(batch.advantages)));
      },
    ],
    [
      /Hint: the ratio is detached: it enters as a constant/,
      (y, batch, e) =>
        sides((free, clipped) => constant(tf.minimum(free, clipped)).mul(batch.logProbs(y)))(y, batch, e),
    ],
    [
      /^clipLoss: the result does not depend on y, .*the ratio was detached/,
      sides((free, clipped) => constant(tf.minimum(free, clipped))),
    ],
    [
      /^clipLoss: for a categorical policy with y = .*, epsilon = 0\.2, it gives a tensor of shape \[1\], but must give a single number, the mean/,
      (y, batch) => tf.mul(r(y, batch), batch.advantages),
    ],
    [
      /For a categorical policy with y = \[\[0, 0\]\], .*epsilon = 0\.2, clipLoss gives 5 at value, expected 2\.$/,
      (y, batch, e) => sides(tf.minimum)(y, batch, e).add(3),
    ],
  ],
);

type Kl = (old: Y, y: Y) => tf.Tensor;
const klOver = (weights: Y, p: Y, q: Y) =>
  tf.mul(tf.softmax(weights), tf.sub(tf.logSoftmax(p), tf.logSoftmax(q)));

exercise<Kl>(
  'categoricalKl',
  check.categoricalKl,
  { 'by its definition': (old, y) => klOver(old, old, y).sum(1) },
  [
    [/Hint: this is the divergence in the other direction/, (old, y) => klOver(y, y, old).sum(1)],
    [/Hint: the sign is turned round/, (old, y) => klOver(old, y, old).sum(1)],
    [
      /Hint: the logarithms are weighed with the new policy's probabilities/,
      (old, y) => klOver(y, old, y).sum(1),
    ],
    [/Hint: this is the mean over actions/, (old, y) => klOver(old, old, y).mean(1)],
    [/Hint: this is the cross-entropy/, (old, y) => tf.neg(tf.mul(tf.softmax(old), tf.logSoftmax(y)).sum(1))],
    [
      /Hint: logits are used as if they were log-probabilities/,
      (old, y) => tf.mul(tf.softmax(old), tf.sub(old, y)).sum(1),
    ],
    [
      /^categoricalKl: for a categorical policy with y = .*, it gives numbers that are not finite: .* not positive\?$/,
      (_old, y) => tf.log(y.sum(1)),
    ],
    [/^categoricalKl: for .*, it gives a tensor of shape \[\]/, (old, y) => klOver(old, old, y).sum()],
    [/^categoricalKl: the result does not depend on y/, (old, y) => constant(klOver(old, old, y).sum(1))],
  ],
);

interface GaussianChanges {
  log?: (sigmaOld: tf.Tensor, sigma: tf.Tensor) => tf.Tensor;
  width?: (second: tf.Tensor) => tf.Tensor;
  power?: number;
  by?: 'old' | 'new';
  half?: number;
  offset?: number;
  over?: (terms: tf.Tensor) => tf.Tensor;
}
/** The divergence of Gaussians, written with sigmas; the changes are the mistakes. */
const klOfGaussians =
  ({
    log = (sigmaOld, sigma) => tf.log(tf.div(sigma, sigmaOld)),
    width = tf.exp,
    power = 2,
    by = 'new',
    half = 2,
    offset = 0.5,
    over = terms => terms.sum(1),
  }: GaussianChanges = {}): Kl =>
  (old, y) => {
    const [[muOld, lOld], [mu, l]] = [old, y].map(t => tf.split(t, 2, 1));
    const [sigmaOld, sigma] = [width(lOld), width(l)];
    const distance = tf.squaredDifference(muOld, mu).div(tf.pow(by === 'new' ? sigma : sigmaOld, power));
    const terms = tf.pow(sigmaOld, power).div(tf.pow(sigma, power)).add(distance).div(half);
    return over(log(sigmaOld, sigma).add(terms).sub(offset));
  };

exercise<Kl>('gaussianKl', check.gaussianKl, { 'in sigmas': klOfGaussians() }, [
  [/Hint: this is the divergence in the other direction/, (old, y) => klOfGaussians()(y, old)],
  [
    /Hint: the logarithm of the widths has its sign turned round/,
    klOfGaussians({ log: (sigmaOld, sigma) => tf.log(tf.div(sigmaOld, sigma)) }),
  ],
  [/Hint: the widths enter where their squares are meant/, klOfGaussians({ power: 1 })],
  [/Hint: the distance of the means is measured in widths of the old policy/, klOfGaussians({ by: 'old' })],
  [/Hint: a factor 1\/2 is missing/, klOfGaussians({ half: 1 })],
  [/Hint: it is not 0 where the two policies agree/, klOfGaussians({ offset: 0 })],
  [/Hint: the sign is turned round/, (old, y) => tf.neg(klOfGaussians()(old, y))],
  [
    /For a gaussian policy with y = \[\[1, 2, 0, 0\.693147\]\].* Hint: this is the mean over the d dimensions/,
    klOfGaussians({ over: terms => terms.mean(1) }),
  ],
  [
    /For a gaussian policy with y = \[\[1, 2, 0, 0\.693147\]\].* Hint: the constant is subtracted once/,
    klOfGaussians({ offset: 0, over: terms => terms.sum(1).sub(0.5) }),
  ],
  [
    /^gaussianKl: for a gaussian policy with .*, it gives numbers that are not finite: .*log sigma, not sigma/,
    klOfGaussians({ width: s => s }),
  ],
  [/^gaussianKl: for .*, it gives a tensor of shape \[\]/, (old, y) => klOfGaussians()(old, y).mean()],
]);

type Penalty = (y: Y, batch: TfBatch, beta: number) => tf.Tensor;
const L = (y: Y, batch: TfBatch) => tf.mean(tf.mul(r(y, batch), batch.advantages));
const D = (y: Y, batch: TfBatch) => tf.mean(batch.kl(y));
const penalized: Penalty = (y, b, beta) => tf.sub(L(y, b), tf.mul(beta, D(y, b)));

exercise<Penalty>('klPenaltyLoss', check.klPenaltyLoss, { 'equation 9': penalized }, [
  [/Hint: this is the sum over the minibatch/, (y, b, beta) => penalized(y, b, beta).mul(b.advantages.size)],
  [/Hint: the sign of the loss/, (y, b, beta) => tf.neg(penalized(y, b, beta))],
  [/Hint: the penalty is added/, (y, b, beta) => tf.add(L(y, b), tf.mul(beta, D(y, b)))],
  [
    /Hint: the penalty is a sum over the minibatch/,
    (y, b, beta) => tf.sub(L(y, b), tf.mul(beta, tf.sum(b.kl(y)))),
  ],
  [
    /Hint: the surrogate is a sum over the minibatch/,
    (y, b, beta) => tf.sub(tf.sum(tf.mul(r(y, b), b.advantages)), tf.mul(beta, D(y, b))),
  ],
  [
    /Hint: the divergence is taken in the other direction/,
    (y, b, beta) => {
      const old = b.oldParameters as Y;
      const reverse = b.actions.shape.length === 1 ? klOver(y, y, old).sum(1) : klOfGaussians()(y, old);
      return tf.sub(L(y, b), tf.mul(beta, tf.mean(reverse)));
    },
  ],
  [/Hint: the penalty is missing/, L],
  [/Hint: beta is missing/, (y, b) => tf.sub(L(y, b), D(y, b))],
  [/Hint: beta weighs both parts/, (y, b, beta) => tf.mul(beta, tf.sub(L(y, b), D(y, b)))],
  [/Hint: the penalty is detached/, (y, b, beta) => tf.sub(L(y, b), tf.mul(beta, constant(D(y, b))))],
  [
    /Hint: the divergence is estimated by mean log r/,
    (y, b, beta) => tf.add(L(y, b), tf.mul(beta, tf.mean(logRatio(y, b)))),
  ],
  [
    /Hint: this is the logarithm of the ratio/,
    (y, b, beta) => tf.sub(tf.mean(tf.mul(logRatio(y, b), b.advantages)), tf.mul(beta, D(y, b))),
  ],
  [
    /Hint: the ratio is upside down/,
    (y, b, beta) => tf.sub(tf.mean(tf.div(b.advantages, r(y, b))), tf.mul(beta, D(y, b))),
  ],
  [/^klPenaltyLoss: the result does not depend on y/, (y, b, beta) => constant(penalized(y, b, beta))],
]);

type Rule = (beta: number, kl: number, klTarget: number) => number;
exercise<Rule>(
  'adaptBeta',
  check.adaptBeta,
  {
    'the box': (beta, d, delta) => {
      if (d >= 1.5 * delta) return beta * 2;
      if (d <= delta / 1.5) return beta / 2;
      return beta;
    },
  },
  [
    [
      /Hint: the factors are swapped/,
      (beta, d, delta) => (d >= 1.5 * delta ? beta / 2 : d <= delta / 1.5 ? beta * 2 : beta),
    ],
    [
      /Hint: the two thresholds are mixed up/,
      (beta, d, delta) => (d >= delta / 1.5 ? beta * 2 : d <= delta * 1.5 ? beta / 2 : beta),
    ],
    [
      /Hint: the two thresholds are mixed up/,
      (beta, d, delta) => {
        if (d <= delta * 1.5) return beta / 2;
        return d >= delta / 1.5 ? beta * 2 : beta;
      },
    ],
    [/Hint: beta changes in every iteration/, (beta, d, delta) => (d >= delta ? beta * 2 : beta / 2)],
    [
      /For beta = 3, kl = 2\.25, klTarget = 1\.5, adaptBeta gives 3, expected 6\. Hint: at the edges of the band/,
      (beta, d, delta) => (d > 1.5 * delta ? beta * 2 : d < delta / 1.5 ? beta / 2 : beta),
    ],
    [
      /Hint: beta changes by a factor of 1\.5/,
      (beta, d, delta) => (d >= 1.5 * delta ? beta * 1.5 : d <= delta / 1.5 ? beta / 1.5 : beta),
    ],
    [
      /Hint: the thresholds do not depend on the target/,
      (beta, d) => (d >= 1.5 ? beta * 2 : d <= 1 / 1.5 ? beta / 2 : beta),
    ],
    [/Hint: beta only ever rises/, (beta, d, delta) => (d >= 1.5 * delta ? beta * 2 : beta)],
    [/returns nothing, but must return a number: is a return missing\?/, (() => {}) as never],
  ],
);
