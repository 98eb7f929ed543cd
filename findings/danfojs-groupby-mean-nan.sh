#!/usr/bin/env bash
# danfojs-node 1.2.0 (with @tensorflow/tfjs 4.22.0 in the place of its tfjs-node, and xlsx 0.18.5).
#
# Expected: the mean of a column leaves a missing value out, so the means of its groups
# leave it out as well, and a group's count counts what is there.
# Seen: mean() and count() of the column leave NaN out. The same calls after groupby do not:
# one NaN makes the mean of its group NaN, and count() counts it. describe() gives
# NaN for the mean of the same column, too, beside a count that leaves the NaN out.
#
# Output on 2026-11-28 (Node 20):
#   column: mean 3, count 3
#   groups: mean a NaN, b 4; count a 2, b 2
#   describe: count 3, mean NaN
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

const returns = new DataFrame({ g: ["a", "a", "b", "b"], x: [1, NaN, 3, 5] });
const group = () => returns.groupby(["g"]).col(["x"]);
const summary = returns.describe();
const described = (row) => summary.column("x").values[summary.index.indexOf(row)];

const column = [returns.column("x").mean(), returns.column("x").count()];
const means = group().mean().values;
const counts = group().count().values;
console.log(`column: mean ${column[0]}, count ${column[1]}`);
console.log(
  `groups: mean ${means.map((r) => r.join(" ")).join(", ")}; ` +
    `count ${counts.map((r) => r.join(" ")).join(", ")}`,
);
console.log(`describe: count ${described("count")}, mean ${described("mean")}`);

assert.deepEqual(column, [3, 3]);
assert.deepEqual(means, [["a", NaN], ["b", 4]]);
assert.deepEqual(counts, [["a", 2], ["b", 2]]);
assert.deepEqual([described("count"), described("mean")], [3, NaN]);
EOF
node run.cjs
