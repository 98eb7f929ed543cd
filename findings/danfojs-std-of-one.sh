#!/usr/bin/env bash
# danfojs-node 1.2.0 (with @tensorflow/tfjs 4.22.0 in the place of its tfjs-node, and xlsx 0.18.5).
#
# Expected: the standard deviation with n - 1 below, which danfojs computes, has no value for one
# number: 0 / 0, NaN, as in pandas.
# Seen: it is 0, of a Series and of a group with one row. A run with a single seed gets an
# interval of no width, and looks like the surest of all. describe() says 0, too.
#
# Output on 2026-11-29 (Node 20):
#   two numbers: 1.414
#   one number: std 0, var 0, describe 0
#   groups: ppo 1.414, trpo 0.000
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

const two = new Series([3, 5]).std();
const one = [new Series([3]).std(), new Series([3]).var()];
const summary = new Series([3]).describe();
const described = summary.values[summary.index.indexOf("std")];
const runs = new DataFrame({ name: ["ppo", "ppo", "trpo"], score: [3, 5, 4] });
const groups = runs.groupby(["name"]).col(["score"]).std().values;
console.log(`two numbers: ${two.toFixed(3)}`);
console.log(`one number: std ${one[0]}, var ${one[1]}, describe ${described}`);
console.log(`groups: ${groups.map(([name, std]) => `${name} ${std.toFixed(3)}`).join(", ")}`);
assert.ok(Math.abs(two - Math.SQRT2) < 1e-12); // n - 1 below, not n
assert.deepEqual([...one, described], [0, 0, 0]);
assert.deepEqual(groups[1], ["trpo", 0]);
EOF
node run.cjs
