#!/usr/bin/env bash
# danfojs-node 1.2.0 (with @tensorflow/tfjs 4.22.0 in the place of its tfjs-node, and xlsx 0.18.5).
#
# Expected: sortValues() of a Series goes upwards unless told otherwise, whatever it holds.
# Seen: a Series of texts goes downwards, and with ascending false it goes upwards. A Series of
# numbers and a DataFrame sorted by a column of texts go as told. So the same names come out in
# one order from the table and in the other from its column.
#
# Output on 2026-11-29 (Node 20):
#   numbers, as it comes: 9 10 100
#   texts, as it comes: TRPO PPO CEM A2C
#   texts, ascending: true: TRPO PPO CEM A2C
#   texts, ascending: false: A2C CEM PPO TRPO
#   DataFrame by texts: A2C CEM PPO TRPO
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

const name = ["PPO", "A2C", "TRPO", "CEM"];
const upwards = [...name].sort();
const series = (values, options) => new Series(values).sortValues(options).values;
const seen = {
  "numbers, as it comes": [series([10, 9, 100]), [9, 10, 100]],
  "texts, as it comes": [series(name), [...upwards].reverse()],
  "texts, ascending: true": [series(name, { ascending: true }), [...upwards].reverse()],
  "texts, ascending: false": [series(name, { ascending: false }), upwards],
  "DataFrame by texts": [new DataFrame({ name }).sortValues("name").column("name").values, upwards],
};
for (const [label, [values, expected]] of Object.entries(seen)) {
  console.log(`${label}: ${values.join(" ")}`);
  assert.deepEqual(values, expected);
}
EOF
node run.cjs
