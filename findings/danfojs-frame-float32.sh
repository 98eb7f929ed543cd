#!/usr/bin/env bash
# danfojs-node 1.2.0 (with @tensorflow/tfjs 4.22.0 in the place of its tfjs-node, and xlsx 0.18.5).
#
# Expected: arithmetic on a DataFrame gives what arithmetic on its columns gives: both hold
# JavaScript's numbers, of 53 bits.
# Seen: a column on its own is computed in 53 bits. The whole DataFrame goes through a tensor of
# 24 bits: above 16,777,216 steps a count no longer counts, two times in milliseconds that are
# five seconds apart have the difference 0, and .1 is no longer .1. Comparisons, diff and the scalers
# go the same way. sum, mean and std do not.
#
# Output on 2026-11-29 (Node 20):
#   16777217 - 1: the column 16777216, the frame 16777215
#   .1 + 0: the column 0.1, the frame 0.10000000149011612
#   seconds between two times: the column 5, the frame 0
#   16777217 > 16777216: the column true, the frame false
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
const { DataFrame } = require("danfojs-node");

const one = (value, operation) => {
  const frame = new DataFrame({ x: [value] });
  return [operation(frame.column("x")).values[0], operation(frame).values[0][0]];
};
const time = Date.parse("2026-11-29T12:00:00.123Z");
for (const [name, value, operation, expected] of [
  ["16777217 - 1", 16777217, (x) => x.sub(1), [16777216, 16777215]],
  [".1 + 0", 0.1, (x) => x.add(0), [0.1, Math.fround(0.1)]],
  ["seconds between two times", time + 5000, (x) => x.sub(time).div(1000), [5, 0]],
  ["16777217 > 16777216", 16777217, (x) => x.gt(16777216), [true, false]],
]) {
  const [column, frame] = one(value, operation);
  console.log(`${name}: the column ${column}, the frame ${frame}`);
  assert.deepEqual([column, frame], expected);
}
EOF
node run.cjs
