#!/usr/bin/env bash
# @tensorflow/tfjs 4.22.0.
#
# Expected: where several entries share the maximum, the gradient of tf.max goes to one of them,
# or is split between them, as TensorFlow in Python does; it adds up to 1 in any case.
# Seen: each of them gets the whole gradient. Over k equal entries it adds up to k, and so does
# tf.min's. A maximum over action values that are still all 0 learns k times too fast. Taking the
# maximum off before exp, which changes no softmax, changes its gradient: x - max(x) does not
# move when all x grow by the same, but its gradient says that it does. tf.maxPool chooses one.
#
# Output on 2026-11-29 (Node 20):
#   max of 0 0 0 0: 1 1 1 1
#   min of 0 0 0 0: 1 1 1 1
#   maxPool of 0 0 0 0: 1 0 0 0
#   sum of x - max(x) at 0 0 0 0, along (1, 1, 1, 1): -12, should be 0
#   sum of x - max(x) at 0 1 2 3, along (1, 1, 1, 1): 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts @tensorflow/tfjs@4.22.0
cat > run.cjs <<'EOF'
console.warn = () => {}; // the greeting
const assert = require("node:assert/strict");
const tf = require("@tensorflow/tfjs");

const gradient = (f, x = [0, 0, 0, 0]) => Array.from(tf.grad(f)(tf.tensor1d(x)).dataSync());
const pool = (x) => tf.maxPool(x.reshape([1, 2, 2, 1]), 2, 2, "valid").sum();
for (const [name, f, expected] of [
  ["max", (x) => tf.max(x), [1, 1, 1, 1]],
  ["min", (x) => tf.min(x), [1, 1, 1, 1]],
  ["maxPool", pool, [1, 0, 0, 0]],
]) {
  const seen = gradient(f);
  console.log(`${name} of 0 0 0 0: ${seen.join(" ")}`);
  assert.deepEqual(seen, expected);
}

const along = (x) => gradient((t) => t.sub(tf.max(t)).sum(), x).reduce((sum, g) => sum + g, 0);
const [tied, apart] = [along([0, 0, 0, 0]), along([0, 1, 2, 3])];
console.log(`sum of x - max(x) at 0 0 0 0, along (1, 1, 1, 1): ${tied}, should be 0`);
console.log(`sum of x - max(x) at 0 1 2 3, along (1, 1, 1, 1): ${apart}`);
assert.equal(tied, -12);
assert.equal(apart, 0);
EOF
node run.cjs
