#!/usr/bin/env bash
# @tensorflow/tfjs and @tensorflow/tfjs-backend-wasm 4.22.0.
#
# Expected: what one backend computes the other computes, too. A NaN stays NaN when it is clipped
# or compared, as on the backend "cpu" and in NumPy.
# Seen: on "wasm" clipByValue makes the lower bound of NaN, and maximum and minimum give their
# first argument when the second is NaN. A network that has diverged looks healthy behind a clip:
# ratios of NaN come back as .8, a ratio that PPO allows, and its loss is finite. relu, and the
# maximum of one tensor, keep the NaN on both.
#
# Output on 2026-11-29 (Node 20):
#   clipByValue(NaN, .8, 1.2): cpu NaN, wasm 0.8
#   maximum(NaN, 1): cpu NaN, wasm NaN
#   maximum(1, NaN): cpu NaN, wasm 1
#   minimum(NaN, 1): cpu NaN, wasm NaN
#   minimum(1, NaN): cpu NaN, wasm 1
#   relu(NaN): cpu NaN, wasm NaN
#   max of 1, NaN: cpu NaN, wasm NaN
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts \
  @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0
cat > run.cjs <<'EOF'
console.warn = () => {}; // the greeting
const assert = require("node:assert/strict");
const tf = require("@tensorflow/tfjs");
require("@tensorflow/tfjs-backend-wasm");

const nan = () => tf.tensor1d([NaN]);
const one = () => tf.tensor1d([1]);
const cases = {
  "clipByValue(NaN, .8, 1.2)": [() => tf.clipByValue(nan(), 0.8, 1.2), NaN, 0.8],
  "maximum(NaN, 1)": [() => tf.maximum(nan(), one()), NaN, NaN],
  "maximum(1, NaN)": [() => tf.maximum(one(), nan()), NaN, 1],
  "minimum(NaN, 1)": [() => tf.minimum(nan(), one()), NaN, NaN],
  "minimum(1, NaN)": [() => tf.minimum(one(), nan()), NaN, 1],
  "relu(NaN)": [() => tf.relu(nan()), NaN, NaN],
  "max of 1, NaN": [() => tf.max(tf.tensor1d([1, NaN])), NaN, NaN],
};
(async () => {
  const seen = {};
  for (const backend of ["cpu", "wasm"]) {
    assert.ok(await tf.setBackend(backend));
    seen[backend] = Object.values(cases).map(([f]) => Number(f().dataSync()[0].toFixed(6)));
  }
  for (const [i, [name, [, cpu, wasm]]] of Object.entries(cases).entries()) {
    console.log(`${name}: cpu ${seen.cpu[i]}, wasm ${seen.wasm[i]}`);
    assert.deepEqual([seen.cpu[i], seen.wasm[i]], [cpu, wasm]);
  }
})();
EOF
node run.cjs
