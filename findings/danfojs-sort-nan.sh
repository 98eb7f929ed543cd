#!/usr/bin/env bash
# danfojs-node 1.2.0 (with @tensorflow/tfjs 4.22.0 in the place of its tfjs-node, and xlsx 0.18.5).
#
# Expected: sortValues puts the numbers in order and a missing value at one end, as pandas does.
# Seen: NaN is compared like a number, and cuts the column in two. A Series comes back in
# no order, and a DataFrame sorted downwards comes back as it was. The same DataFrame
# sorted upwards comes back right. Nothing is raised.
#
# Output on 2026-11-28 (Node 20):
#   Series upwards:      0 2 NaN 1 3
#   DataFrame upwards:   0 1 2 3 NaN
#   DataFrame downwards: 3 1 NaN 2 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat > package.json <<'EOF'
{
  "private": true,
  "dependencies": { "danfojs-node": "1.2.0" },
  "overrides": { "xlsx": "0.18.5", "@tensorflow/tfjs-node": "npm:@tensorflow/tfjs@4.22.0" }
}
EOF
npm install --silent --no-audit --no-fund --ignore-scripts

cat > run.cjs <<'EOF'
console.warn = () => {}; // TensorFlow.js's greeting
const assert = require("node:assert/strict");
const { DataFrame, Series } = require("danfojs-node");

const x = [3, 1, NaN, 2, 0];
const series = new Series(x).sortValues().values;
const sorted = (ascending) =>
  new DataFrame({ x }).sortValues("x", { ascending }).column("x").values;
const [up, down] = [sorted(true), sorted(false)];
console.log(`Series upwards:      ${series.join(" ")}`);
console.log(`DataFrame upwards:   ${up.join(" ")}`);
console.log(`DataFrame downwards: ${down.join(" ")}`);

assert.deepEqual(series, [0, 2, NaN, 1, 3]);
assert.deepEqual(up, [0, 1, 2, 3, NaN]);
assert.deepEqual(down, x);
EOF
node run.cjs
