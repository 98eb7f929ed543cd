#!/usr/bin/env bash
# @tensorflow/tfjs 4.22.0.
#
# Expected: tf.randomGamma(shape, alpha, beta) has the mean alpha / beta, for its documentation
# calls beta the inverse scale, as TensorFlow's in Python is.
# Seen: the mean is alpha * beta and the variance alpha * beta^2: beta is the scale. The code
# inverts it twice. With beta 2 all draws are four times as large as asked for; with 1, the
# default, nothing shows. A Beta distribution made of two such draws is right, as their
# scale cancels; waiting times, precisions and priors are not.
#
# Output on 2026-11-29 (Node 20):
#   alpha 3, beta 1: mean 2.99 (alpha / beta is 3), variance 3.01 (alpha / beta^2 is 3)
#   alpha 3, beta 2: mean 5.99 (alpha / beta is 1.5), variance 12.04 (alpha / beta^2 is 0.75)
#   alpha 3, beta 0.5: mean 1.50 (alpha / beta is 6), variance 0.75 (alpha / beta^2 is 12)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts @tensorflow/tfjs@4.22.0
cat > run.cjs <<'EOF'
console.warn = () => {}; // the greeting
const assert = require("node:assert/strict");
const tf = require("@tensorflow/tfjs");

const alpha = 3;
for (const beta of [1, 2, 0.5]) {
  const { mean, variance } = tf.moments(tf.randomGamma([20000], alpha, beta, "float32", 1));
  const [m, v] = [mean.dataSync()[0], variance.dataSync()[0]];
  console.log(
    `alpha ${alpha}, beta ${beta}: mean ${m.toFixed(2)} (alpha / beta is ${alpha / beta}), ` +
      `variance ${v.toFixed(2)} (alpha / beta^2 is ${alpha / beta ** 2})`,
  );
  assert(Math.abs(m / (alpha * beta) - 1) < 0.02);
  assert(Math.abs(v / (alpha * beta ** 2) - 1) < 0.05);
}
EOF
node run.cjs
