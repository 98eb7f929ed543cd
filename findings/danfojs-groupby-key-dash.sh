#!/usr/bin/env bash
# danfojs-node 1.2.0 (with @tensorflow/tfjs 4.22.0 in the place of its tfjs-node, and xlsx 0.18.5).
#
# Expected: rows are in one group when all their keys are equal.
# Seen: the keys of a row are joined with a dash into one text, and rows are in one group
# when these texts are equal. ("PPO-v5", "clip") and ("PPO", "v5-clip") are different keys
# with one text, so two runs that have nothing to do with each other are added up.
# Names with dashes are the rule for environments ("CartPole-v1").
#
# Output on 2026-11-28 (Node 20):
#   2 rows with different keys, 1 group: PPO-v5 clip 3
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
const { DataFrame } = require("danfojs-node");

const runs = new DataFrame({ name: ["PPO-v5", "PPO"], kind: ["clip", "v5-clip"], x: [1, 2] });
const sums = runs.groupby(["name", "kind"]).col(["x"]).sum().values;
console.log(
  `2 rows with different keys, ${sums.length} group: ${sums.map((r) => r.join(" ")).join("; ")}`,
);

assert.deepEqual(sums, [["PPO-v5", "clip", 3]]);
EOF
node run.cjs
