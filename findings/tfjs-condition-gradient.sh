#!/usr/bin/env bash
# @tensorflow/tfjs 4.22.0.
#
# Expected: a comparison has no gradient, so tf.where lets the gradient pass through the branch
# that was chosen and none through its condition, as TensorFlow does in Python.
# Seen: where the condition is computed from x itself, tf.grad raises an error, for it looks for
# the gradient of tf.greater and finds none. The same holds of a mask, x * (x > 0). So the
# plainest way to write PPO's clip or a Huber loss evaluates and does not train. tf.clipByValue,
# tf.minimum and tf.relu are fine; the condition must be taken outside of the function, or its
# numbers read out first.
#
# Output on 2026-11-29 (Node 20):
#   where(x > 1.2, 1.2, x): value 1.7, gradient: Cannot compute gradient: gradient function not found for Greater.
#   x * (x <= 1.2): value 0.5, gradient: Cannot compute gradient: gradient function not found for LessEqual.
#   where, its condition taken outside: value 1.7, gradient: 1 0
#   minimum(x, 1.2): value 1.7, gradient: 1 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts @tensorflow/tfjs@4.22.0
cat > run.cjs <<'EOF'
console.warn = () => {}; // the greeting
const assert = require("node:assert/strict");
const tf = require("@tensorflow/tfjs");

const x = tf.tensor1d([0.5, 1.5]);
const outside = x.greater(1.2);
const clips = {
  "where(x > 1.2, 1.2, x)": (t) => tf.where(t.greater(1.2), tf.fill([2], 1.2), t).sum(),
  "x * (x <= 1.2)": (t) => t.mul(t.lessEqual(1.2).toFloat()).sum(),
  "where, its condition taken outside": (t) => tf.where(outside, tf.fill([2], 1.2), t).sum(),
  "minimum(x, 1.2)": (t) => tf.minimum(t, 1.2).sum(),
};
for (const [name, clip] of Object.entries(clips)) {
  const value = clip(x).dataSync()[0].toFixed(1);
  let gradient;
  try {
    gradient = Array.from(tf.grad(clip)(x).dataSync()).join(" ");
  } catch (error) {
    gradient = error.message;
  }
  console.log(`${name}: value ${value}, gradient: ${gradient}`);
  const inside = name.includes("(x > ") || name.includes("(x <= ");
  if (inside) assert.match(gradient, /gradient function not found for (Greater|LessEqual)\./);
  else assert.equal(gradient, "1 0");
}
EOF
node run.cjs
