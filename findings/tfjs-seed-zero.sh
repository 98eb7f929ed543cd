#!/usr/bin/env bash
# @tensorflow/tfjs 4.22.0.
#
# Expected: 0 is a seed like any other, the first one that people take.
# Seen: randomNormal, truncatedNormal, randomGamma, multinomial and the initializers that draw
# from a normal distribution treat seed 0 as no seed, so two calls differ. Seed 1 repeats, and
# randomUniform repeats with seed 0 as well: a policy's network may differ from run to run
# while everything else in the run repeats.
#
# Output on 2026-11-28 (Node 20):
#   randomNormal: seed 0 differs, seed 1 repeats
#   truncatedNormal: seed 0 differs, seed 1 repeats
#   randomGamma: seed 0 differs, seed 1 repeats
#   multinomial: seed 0 differs, seed 1 repeats
#   glorotNormal: seed 0 differs, seed 1 repeats
#   randomUniform: seed 0 repeats, seed 1 repeats
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts @tensorflow/tfjs@4.22.0
cat > run.cjs <<'EOF'
console.warn = () => {}; // the greeting
const assert = require("node:assert/strict");
const tf = require("@tensorflow/tfjs");

const draws = {
  randomNormal: (seed) => tf.randomNormal([20], 0, 1, "float32", seed),
  truncatedNormal: (seed) => tf.truncatedNormal([20], 0, 1, "float32", seed),
  randomGamma: (seed) => tf.randomGamma([20], 1, 1, "float32", seed),
  multinomial: (seed) => tf.multinomial(tf.zeros([6]), 60, seed),
  glorotNormal: (seed) => tf.initializers.glorotNormal({ seed }).apply([4, 5]),
  randomUniform: (seed) => tf.randomUniform([20], 0, 1, "float32", seed),
};
for (const [name, draw] of Object.entries(draws)) {
  const word = (seed) =>
    draw(seed).dataSync().join() === draw(seed).dataSync().join() ? "repeats" : "differs";
  const [zero, one] = [word(0), word(1)];
  console.log(`${name}: seed 0 ${zero}, seed 1 ${one}`);
  assert.deepEqual([zero, one], [name === "randomUniform" ? "repeats" : "differs", "repeats"]);
}
EOF
node run.cjs
