#!/usr/bin/env bash
# @tensorflow/tfjs 4.22.0.
#
# Expected: the gradient of |x| at 0 is 0, the sign of 0: a weight of 0 feels no L1 penalty, and
# an exact prediction no error.
# Seen: it is -1, as at a negative x. An L1 penalty pushes a weight of 0 upwards: biases begin at
# 0, and under a penalty alone they leave it and flicker. absoluteDifference corrects an exact
# prediction downwards, and tf.norm(x, 1) is alike. huberLoss gives 0 there.
#
# Output on 2026-11-29 (Node 20):
#   gradient of abs at -1, 0, 1: -1 -1 1
#   gradient of the L1 penalty of 0: -1
#   gradient of norm(x, 1) at 0: -1
#   gradient of absoluteDifference at 2, label 2: 1
#   gradient of huberLoss at 2, label 2: 0
#   a weight of 0 under an L1 penalty alone: 0.1 0.0 0.1 0.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts @tensorflow/tfjs@4.22.0
cat > run.cjs <<'EOF'
console.warn = () => {}; // the greeting
const assert = require("node:assert/strict");
const tf = require("@tensorflow/tfjs");

const gradient = (f, x) => Array.from(tf.grad(f)(tf.tensor1d(x)).dataSync(), (g) => g + 0);
const target = tf.tensor1d([2]);
for (const [name, f, x, expected] of [
  ["abs at -1, 0, 1", (t) => tf.abs(t).sum(), [-1, 0, 1], [-1, -1, 1]],
  ["the L1 penalty of 0", (t) => tf.regularizers.l1({ l1: 1 }).apply(t), [0], [-1]],
  ["norm(x, 1) at 0", (t) => tf.norm(t, 1), [0], [-1]],
  ["absoluteDifference at 2, label 2", (t) => tf.losses.absoluteDifference(target, t), [2], [1]],
  ["huberLoss at 2, label 2", (t) => tf.losses.huberLoss(target, t), [2], [0]],
]) {
  const seen = gradient(f, x);
  console.log(`gradient of ${name}: ${seen.join(" ")}`);
  assert.deepEqual(seen, expected);
}

const weight = tf.variable(tf.tensor1d([0]));
const sgd = tf.train.sgd(0.1);
const path = Array.from({ length: 4 }, () => {
  sgd.minimize(() => tf.abs(weight).sum());
  return weight.dataSync()[0].toFixed(1);
});
console.log(`a weight of 0 under an L1 penalty alone: ${path.join(" ")}`);
assert.deepEqual(path, ["0.1", "0.0", "0.1", "0.0"]);
EOF
node run.cjs
