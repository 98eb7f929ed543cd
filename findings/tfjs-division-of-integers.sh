#!/usr/bin/env bash
# @tensorflow/tfjs 4.22.0.
#
# Expected: tf.div divides element by element, as its documentation says: 3 / 4 is .75.
# Seen: two int32 tensors are divided and rounded down, and so are counts that tf.sum makes from
# booleans. A share of successes, the clip fraction say, is 0 until every case is one. The same
# count divided by a JavaScript number, or tf.mean of the same tensor, gives .75. NumPy's divide
# and TensorFlow's in Python give .75, too.
#
# Output on 2026-11-29 (Node 20):
#   sum / sum: 0 (int32)
#   sum / scalar(4, int32): 0 (int32)
#   sum / 4: 0.75 (float32)
#   mean: 0.75 (float32)
#   -7 / 2, both int32: -4 (int32)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts @tensorflow/tfjs@4.22.0
cat > run.cjs <<'EOF'
console.warn = () => {}; // the greeting
const assert = require("node:assert/strict");
const tf = require("@tensorflow/tfjs");

const ratio = tf.tensor1d([1.3, 0.7, 1.25, 1]);
const outside = tf.abs(ratio.sub(1)).greater(0.2); // three of four, booleans
const cases = tf.onesLike(outside);
const shares = {
  "sum / sum": [outside.sum().div(cases.sum()), 0],
  "sum / scalar(4, int32)": [outside.sum().div(tf.scalar(4, "int32")), 0],
  "sum / 4": [outside.sum().div(4), 0.75],
  mean: [outside.mean(), 0.75],
  "-7 / 2, both int32": [tf.div(tf.scalar(-7, "int32"), tf.scalar(2, "int32")), -4],
};
for (const [name, [share, expected]] of Object.entries(shares)) {
  const seen = share.dataSync()[0];
  console.log(`${name}: ${seen} (${share.dtype})`);
  assert.equal(seen, expected);
}
EOF
node run.cjs
