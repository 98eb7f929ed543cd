#!/usr/bin/env bash
# @tensorflow/tfjs 4.22.0.
#
# Expected: tf.train.adadelta is Zeiler's Adadelta: the square of the gradient goes into its
# running mean first, and the gradient is divided by the root of the new mean. The first step is
# then about sqrt(epsilon), and its size does not depend on the gradient's.
# Seen: the gradient is divided by the root of the old mean. Both means start at 0, so the first
# factor is sqrt(epsilon) / sqrt(epsilon) = 1, the update is the gradient itself, both means take
# in the same number, and the factor stays 1. tf.train.adadelta(r) is tf.train.sgd(r) to the last
# bit, whatever rho and epsilon are; with its default rate, .001, one that hardly moves.
#
# Output on 2026-11-29 (Node 20):
#   gradient  adadelta  sgd       by the paper
#   1  0.900000  0.900000  0.999859
#   0.1  0.890000  0.890000  0.999838
#   -0.5  0.940000  0.940000  0.999930
#   0.3  0.910000  0.910000  0.999871
#   10  -0.090000  -0.090000  0.999650
#   -0.001  -0.089900  -0.089900  0.999650
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts @tensorflow/tfjs@4.22.0
cat > run.cjs <<'EOF'
console.warn = () => {}; // the greeting
const assert = require("node:assert/strict");
const tf = require("@tensorflow/tfjs");

const gradients = [1, 0.1, -0.5, 0.3, 10, -0.001];
const rate = 0.1;

function trace(optimizer) {
  const x = tf.variable(tf.scalar(1));
  return gradients.map((g) => {
    optimizer.minimize(() => x.mul(g), false, [x]);
    return x.dataSync()[0];
  });
}

function byThePaper(rho = 0.95, epsilon = 1e-7) {
  let [x, squares, updates] = [1, 0, 0];
  return gradients.map((g) => {
    squares = rho * squares + (1 - rho) * g * g;
    const update = (Math.sqrt(updates + epsilon) / Math.sqrt(squares + epsilon)) * g;
    updates = rho * updates + (1 - rho) * update * update;
    x -= rate * update;
    return x;
  });
}

const sgd = trace(tf.train.sgd(rate));
const adadelta = trace(tf.train.adadelta(rate));
const other = trace(tf.train.adadelta(rate, 0.5, 0.01));
const paper = byThePaper();
console.log("gradient  adadelta  sgd       by the paper");
for (const [i, g] of gradients.entries()) {
  console.log([g, ...[adadelta, sgd, paper].map((x) => x[i].toFixed(6))].join("  "));
}
assert.deepEqual(adadelta, sgd);
assert.deepEqual(other, sgd);
assert.ok(paper.every((x, i) => Math.abs(x - sgd[i]) > 0.05));
EOF
node run.cjs
