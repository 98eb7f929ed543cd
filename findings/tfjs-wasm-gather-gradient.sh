#!/usr/bin/env bash
# @tensorflow/tfjs and @tensorflow/tfjs-backend-wasm 4.22.0.
#
# Expected: an operation that runs on a backend and has a gradient can be trained on that
# backend.
# Seen: tf.gather runs on "wasm", and its gradient raises an error there, for it needs a kernel
# that this backend does not have. A policy gradient that picks log pi(a) by tf.gather, or an
# embedding, evaluates in the browser's wasm and fails at its first update. The same choice by a
# product with tf.oneHot trains on both, with one result.
#
# Output on 2026-11-29 (Node 20):
#   cpu, gather: value -0.551, gradient -0.212 0.424 -0.212
#   cpu, oneHot: value -0.551, gradient -0.212 0.424 -0.212
#   wasm, gather: value -0.551, gradient Kernel 'UnsortedSegmentSum' not registered for backend 'wasm'
#   wasm, oneHot: value -0.551, gradient -0.212 0.424 -0.212
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

const action = 1;
const ways = {
  gather: (logits) => tf.logSoftmax(logits).gather([action]).sum(),
  oneHot: (logits) => tf.logSoftmax(logits).mul(tf.oneHot(action, 3)).sum(),
};
const rounded = (tensor) => Array.from(tensor.dataSync(), (x) => x.toFixed(3)).join(" ");
(async () => {
  for (const backend of ["cpu", "wasm"]) {
    assert.ok(await tf.setBackend(backend));
    for (const [name, logProb] of Object.entries(ways)) {
      const logits = tf.tensor1d([0, 1, 0]);
      const value = rounded(logProb(logits));
      let gradient;
      try {
        gradient = rounded(tf.grad(logProb)(logits));
      } catch (error) {
        gradient = error.message;
      }
      console.log(`${backend}, ${name}: value ${value}, gradient ${gradient}`);
      assert.equal(value, "-0.551");
      if (backend === "wasm" && name === "gather") {
        assert.match(gradient, /UnsortedSegmentSum.*not registered/);
      } else assert.equal(gradient, "-0.212 0.424 -0.212");
    }
  }
})();
EOF
node run.cjs
