#!/usr/bin/env bash
# danfojs-node 1.2.0 (with @tensorflow/tfjs 4.22.0 in the place of its tfjs-node, and xlsx 0.18.5).
#
# Expected: rows keep their labels when a column is sorted or filtered, and two columns are put
# together by label, as in pandas.
# Seen: the labels are kept and nothing goes by them. A column less its own sorted copy is not 0, and
# addColumn puts a sorted column beside the rows by place: each method gets another's score. merge
# on a column that holds the names is right.
#
# Output on 2026-11-29 (Node 20):
#   sorted: c 1, a 2, b 3
#   less its sorted copy: 1, 1, -2 (by label 0, 0, 0)
#   addColumn of the sorted copy: a 2 beside 1, b 3 beside 2, c 1 beside 3
#   merge: a 2 beside 2, b 3 beside 3, c 1 beside 1
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
console.warn = () => {}; // the greeting of tfjs
const assert = require("node:assert/strict");
const { DataFrame, merge } = require("danfojs-node");

const method = ["a", "b", "c"];
const frame = new DataFrame({ score: [2, 3, 1] }, { index: method });
const sorted = frame.column("score").sortValues();
console.log(`sorted: ${sorted.index.map((label, i) => `${label} ${sorted.values[i]}`).join(", ")}`);
assert.deepEqual(sorted.index, ["c", "a", "b"]);

const difference = frame.column("score").sub(sorted).values;
console.log(`less its sorted copy: ${difference.join(", ")} (by label 0, 0, 0)`);
assert.deepEqual(difference, [1, 1, -2]);

const pairs = (rows) => rows.map(([name, left, right]) => `${name} ${left} beside ${right}`).join(", ");
const added = frame.addColumn("again", sorted).values.map((row, i) => [method[i], ...row]);
console.log(`addColumn of the sorted copy: ${pairs(added)}`);
assert.deepEqual(added.map((row) => row[2]), [1, 2, 3]);

const left = new DataFrame({ method, score: [2, 3, 1] });
const right = new DataFrame({ method: sorted.index, again: sorted.values });
const merged = merge({ left, right, on: ["method"], how: "inner" }).values;
console.log(`merge: ${pairs(merged)}`);
assert.deepEqual(merged.map((row) => row[2]), [2, 3, 1]);
EOF
node run.cjs
