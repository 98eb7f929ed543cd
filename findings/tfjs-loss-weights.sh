#!/usr/bin/env bash
# @tensorflow/tfjs 4.22.0.
#
# Expected: tf.losses.softmaxCrossEntropy with advantages for weights is the policy gradient's loss,
# the mean over the batch of -log pi(a) A, if not by default then with Reduction.MEAN.
# Seen: the default divides by the number of weights that are not 0, and Reduction.MEAN by the sum of the
# weights. With a reward of 1 in two of ten steps both give a loss and a gradient 5 times too large,
# a factor that changes from batch to batch; advantages that sum to little, as those less a
# baseline do, are divided by that little by MEAN, and a negative sum turns the gradient round.
# Reduction.SUM divided by the batch's size is the mean.
#
# Output on 2026-11-29 (Node 20):
#   rewards 0 and 1: mean 0.139, default 0.693, MEAN 0.693, SUM / n 0.139
#   advantages of sum 0.5: mean 0.035, default 0.035, MEAN 0.693, SUM / n 0.035
#   the same, signs turned: mean -0.035, default -0.035, MEAN 0.693, SUM / n -0.035
#   gradient of the last step's chosen logit, that batch: mean 0.075, MEAN -1.500
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts @tensorflow/tfjs@4.22.0
cat > run.cjs <<'EOF'
console.warn = () => {}; // the greeting
const assert = require("node:assert/strict");
const tf = require("@tensorflow/tfjs");

const n = 10;
const taken = tf.oneHot(tf.tensor1d(Array.from({ length: n }, (_, i) => i % 2), "int32"), 2);
const logits = tf.variable(tf.zeros([n, 2]));
const { softmaxCrossEntropy } = tf.losses;
function losses(weights) {
  const A = tf.tensor1d(weights);
  return {
    mean: () => tf.logSoftmax(logits).mul(taken).sum(1).mul(A).mean().neg(),
    default: () => softmaxCrossEntropy(taken, logits, A),
    MEAN: () => softmaxCrossEntropy(taken, logits, A, 0, tf.Reduction.MEAN),
    "SUM / n": () => softmaxCrossEntropy(taken, logits, A, 0, tf.Reduction.SUM).div(n),
  };
}
const advantages = [1, -1, 1, -1, 1, -1, 1, -1, -1, 1.5];
const turned = advantages.map((A) => -A);
for (const [what, weights, ratios] of [
  ["rewards 0 and 1", [0, 0, 0, 0, 0, 0, 0, 0, 1, 1], [1, 5, 5, 1]],
  ["advantages of sum 0.5", advantages, [1, 1, 20, 1]],
  ["the same, signs turned", turned, [1, 1, -20, 1]],
]) {
  const all = Object.entries(losses(weights)).map(([name, loss]) => [name, loss().dataSync()[0]]);
  console.log(`${what}: ${all.map(([name, value]) => `${name} ${value.toFixed(3)}`).join(", ")}`);
  all.forEach(([, value], i) => assert.ok(Math.abs(value / all[0][1] - ratios[i]) < 1e-3));
}
const last = (loss) => Object.values(tf.variableGrads(loss).grads)[0].dataSync()[2 * n - 1];
const { mean, MEAN } = losses(turned);
console.log(
  "gradient of the last step's chosen logit, that batch: " +
    `mean ${last(mean).toFixed(3)}, MEAN ${last(MEAN).toFixed(3)}`,
);
assert.ok(Math.abs(last(MEAN) / last(mean) + 20) < 1e-3);
EOF
node run.cjs
