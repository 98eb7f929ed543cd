#!/usr/bin/env bash
# danfojs-node 1.2.0 (with @tensorflow/tfjs 4.22.0 in the place of its tfjs-node, and xlsx 0.18.5).
#
# Expected: a column that holds .5 is one of fractions, wherever the .5 stands.
# Seen: the type is taken from the first 20 rows, by readCSV, too. A column of zeros and
# ones there, as a clip fraction, a success rate or a sparse reward may be at first, has the type
# int32, and the .5 stays in its values. So sum, mean and toCSV are right, and what goes by the type
# is not: the column's tensor holds 0 in its place, and MinMaxScaler makes 0 of it. After 20 numbers
# a word makes no column of texts either, and their sum is a text. The documented option dtypes helps.
#
# Output on 2026-11-29 (Node 20):
#   0.5 as row 20: float32, sum 9.5, tensor 0.5, scaled 0.5
#   0.5 as row 21: int32, sum 10.5, tensor 0, scaled 0
#   "x" as row 21: int32, sum "10x"
#   dtypes given: float32, tensor 0.5
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
const { DataFrame, MinMaxScaler, Series } = require("danfojs-node");

const last = (values) => Array.from(values).at(-1);
const coins = (n) => Array.from({ length: n }, (_, i) => i % 2);
for (const row of [20, 21]) {
  const column = new Series([...coins(row - 1), 0.5]);
  const tensor = last(column.tensor.dataSync());
  const scaled = last(new MinMaxScaler().fitTransform(column).values);
  console.log(`0.5 as row ${row}: ${column.dtype}, sum ${column.sum()}, tensor ${tensor}, scaled ${scaled}`);
  assert.deepEqual([column.dtype, tensor, scaled], row === 20 ? ["float32", 0.5, 0.5] : ["int32", 0, 0]);
  assert.equal(column.sum(), row === 20 ? 9.5 : 10.5);
}
const word = new Series([...coins(20), "x"]);
console.log(`"x" as row 21: ${word.dtype}, sum ${JSON.stringify(word.sum())}`);
assert.equal(word.dtype, "int32");
const given = new DataFrame({ r: [...coins(20), 0.5] }, { dtypes: ["float32"] }).column("r");
console.log(`dtypes given: ${given.dtype}, tensor ${last(given.tensor.dataSync())}`);
assert.equal(last(given.tensor.dataSync()), 0.5);
EOF
node run.cjs
