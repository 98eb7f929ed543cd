#!/usr/bin/env bash
# @tensorflow/tfjs 4.22.0.
#
# Expected: a seed makes a Dropout layer repeat from run to run: the first step's mask is the same
# in each run, and within a run every step has a mask of its own, as in Keras.
# Seen: each call starts the seed anew, so all steps of a training of one batch size have one
# mask. The units that it drops are never trained and the others never dropped: nothing is
# regularised, and the network at work, which uses all units, has weights in it that are
# as they began. Layers with one seed and one shape drop the same places, too. Without a
# seed masks differ, and then nothing repeats.
#
# Output on 2026-11-29 (Node 20):
#   seed 1: 1 mask in 20 steps; kernel rows that 20 steps of training never moved: 10 of 16
#   no seed: 20 masks in 20 steps; kernel rows that 20 steps of training never moved: 0 of 16
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts @tensorflow/tfjs@4.22.0
cat > run.cjs <<'EOF'
console.warn = () => {}; // the greeting
const assert = require("node:assert/strict");
const tf = require("@tensorflow/tfjs");

const STEPS = 20;
const UNITS = 16;

function masks(seed) {
  const layer = tf.layers.dropout({ rate: 0.5, seed });
  const ones = tf.ones([1, UNITS]);
  const seen = Array.from({ length: STEPS }, () => layer.apply(ones, { training: true }).dataSync().join());
  return new Set(seen).size;
}

/** Rows of the last kernel that a training of STEPS steps on one sample left as they were. */
async function untouched(seed) {
  const last = tf.layers.dense({ units: 1, useBias: false, kernelInitializer: "ones" });
  const model = tf.sequential({
    layers: [tf.layers.dropout({ rate: 0.5, seed, inputShape: [UNITS] }), last],
  });
  model.compile({ optimizer: tf.train.sgd(0.001), loss: "meanSquaredError" });
  for (let step = 0; step < STEPS; step++)
    await model.trainOnBatch(tf.ones([1, UNITS]), tf.zeros([1, 1]));
  return last.getWeights()[0].dataSync().filter((weight) => weight === 1).length;
}

(async () => {
  for (const seed of [1, undefined]) {
    const [count, rows] = [masks(seed), await untouched(seed)];
    console.log(
      `${seed === undefined ? "no seed" : `seed ${seed}`}: ${count} mask${count > 1 ? "s" : ""} in ${STEPS} ` +
        `steps; kernel rows that ${STEPS} steps of training never moved: ${rows} of ${UNITS}`,
    );
    if (seed === undefined) assert(count > STEPS - 3 && rows === 0);
    else assert(count === 1 && rows > 0);
  }
})();
EOF
node run.cjs
