#!/usr/bin/env bash
# danfojs-node 1.2.0 (with @tensorflow/tfjs 4.22.0 in the place of its tfjs-node, and xlsx 0.18.5).
#
# Expected: toCSV puts a text with a comma in quotation marks, so that readCSV of the file
# gives back the table.
# Seen: toCSV joins the values with commas as they are. A comma in a text makes one
# column more in that row, and danfojs cannot read its own file: readCSV raises an error.
#
# Output on 2026-11-28 (Node 20):
#   written: "name,score\nHopper, clipped,7\nReacher,5\n"
#   read: CSV parsing errors: Too many fields: expected 2 fields but parsed 3
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
const { DataFrame, readCSV, toCSV } = require("danfojs-node");

const table = new DataFrame({ name: ["Hopper, clipped", "Reacher"], score: [7, 5] });
const written = toCSV(table);
console.log(`written: ${JSON.stringify(written)}`);
assert.equal(written, "name,score\nHopper, clipped,7\nReacher,5\n");

toCSV(table, { filePath: "scores.csv" });
readCSV("./scores.csv").then(
  (read) => assert.fail(`it was read: ${JSON.stringify(read.values)}`),
  (error) => {
    console.log(`read: ${error.message}`);
    assert.match(error.message, /Too many fields/);
  },
);
EOF
node run.cjs
