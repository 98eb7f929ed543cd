#!/usr/bin/env bash
# @tensorflow/tfjs 4.22.0.
#
# Expected: a training whose every part that is random takes a seed, here the initializers, ends alike from
# run to run.
# Seen: by default model.fit puts the samples into a new order each epoch, by Math.random, and none of
# its options is a seed: two fits end with different losses. With shuffle: false they end alike.
#
# Output on 2026-11-29 (Node 20):
#   by default, twice: different losses
#   shuffle: false, twice: the same loss
#   Math.random was called 192 times in 3 epochs of 64 samples
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts @tensorflow/tfjs@4.22.0
cat > run.cjs <<'EOF'
console.warn = () => {}; // the greeting
const assert = require("node:assert/strict");
const tf = require("@tensorflow/tfjs");

async function lossAfterFit(options) {
  const x = tf.linspace(-1, 1, 64).reshape([64, 1]);
  const y = x.square();
  const glorot = (seed) => tf.initializers.glorotUniform({ seed });
  const model = tf.sequential();
  model.add(
    tf.layers.dense({ units: 4, activation: "tanh", inputShape: [1], kernelInitializer: glorot(1) }),
  );
  model.add(tf.layers.dense({ units: 1, kernelInitializer: glorot(2) }));
  model.compile({ optimizer: tf.train.sgd(0.1), loss: "meanSquaredError" });
  await model.fit(x, y, { epochs: 3, batchSize: 8, verbose: 0, ...options });
  return model.evaluate(x, y).dataSync()[0];
}

(async () => {
  await tf.setBackend("cpu");
  for (const [what, options, repeats] of [
    ["by default", {}, false],
    ["shuffle: false", { shuffle: false }, true],
  ]) {
    const [first, second] = [await lossAfterFit(options), await lossAfterFit(options)];
    console.log(`${what}, twice: ${first === second ? "the same loss" : "different losses"}`);
    assert.equal(first === second, repeats);
  }
  const { random } = Math;
  let calls = 0;
  Math.random = () => {
    calls++;
    return random();
  };
  await lossAfterFit({});
  console.log(`Math.random was called ${calls} times in 3 epochs of 64 samples`);
  assert.ok(calls >= 3 * 63);
})();
EOF
node run.cjs
