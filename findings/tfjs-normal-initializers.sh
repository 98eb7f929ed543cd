#!/usr/bin/env bash
# @tensorflow/tfjs 4.22.0.
#
# Expected: the weights of tf.initializers.glorotNormal have the standard deviation that its
# documentation names, sqrt(2 / (fanIn + fanOut)); heNormal's sqrt(2 / fanIn).
# Seen: that is the deviation of the normal distribution before its tails beyond two deviations
# are cut off. What is left has 0.88 of it, in all three of them, so the variance of a layer's
# output is 0.77 of what the formula promises, and after 8 linear layers an eighth of the mean
# square is left. Keras in Python divides by 0.8796 first. The uniform ones are exact.
#
# Output on 2026-11-29 (Node 20):
#   glorotNormal: 0.0415, formula 0.0471, ratio 0.880
#   heNormal: 0.0719, formula 0.0816, ratio 0.880
#   leCunNormal: 0.0508, formula 0.0577, ratio 0.880
#   glorotUniform: 0.0470, formula 0.0471, ratio 0.997
#   heUniform: 0.0814, formula 0.0816, ratio 0.997
#   mean square after 8 layers of leCunNormal: 0.13, formula 1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts @tensorflow/tfjs@4.22.0
cat > run.cjs <<'EOF'
console.warn = () => {}; // the greeting
const assert = require("node:assert/strict");
const tf = require("@tensorflow/tfjs");

const [fanIn, fanOut] = [300, 600];
const formulas = {
  glorotNormal: 2 / (fanIn + fanOut),
  heNormal: 2 / fanIn,
  leCunNormal: 1 / fanIn,
  glorotUniform: 2 / (fanIn + fanOut),
  heUniform: 2 / fanIn,
};
for (const [name, variance] of Object.entries(formulas)) {
  const weights = tf.initializers[name]({ seed: 1 }).apply([fanIn, fanOut]);
  const seen = Math.sqrt(tf.moments(weights).variance.dataSync()[0]);
  const ratio = seen / Math.sqrt(variance);
  console.log(
    `${name}: ${seen.toFixed(4)}, formula ${Math.sqrt(variance).toFixed(4)}, ratio ${ratio.toFixed(3)}`,
  );
  assert.ok(Math.abs(ratio - (name.endsWith("Normal") ? 0.8796 : 1)) < 0.01);
}

// Eight linear layers of equal width keep the mean square of their input by leCunNormal's formula.
let x = tf.randomNormal([100, 200], 0, 1, "float32", 1);
for (let layer = 1; layer <= 8; layer++) {
  x = x.matMul(tf.initializers.leCunNormal({ seed: layer }).apply([200, 200]));
}
const left = x.square().mean().dataSync()[0];
console.log(`mean square after 8 layers of leCunNormal: ${left.toFixed(2)}, formula 1`);
assert.ok(left > 0.05 && left < 0.25);
EOF
node run.cjs
