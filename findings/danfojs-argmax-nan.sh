#!/usr/bin/env bash
# danfojs-node 1.2.0 (with @tensorflow/tfjs 4.22.0 in the place of its tfjs-node, and xlsx 0.18.5).
#
# Expected: argMax() is where max() is, and argMin() where min() is: a missing value is left out
# by both, as in pandas.
# Seen: max and min leave NaN out. argMax and argMin stay at a NaN that comes first, for nothing is
# larger or smaller, so the best run of a table whose first run failed is the one that failed. With
# the NaN in a later row they are right.
#
# Output on 2026-11-29 (Node 20):
#   [NaN, 1, 3]: max 3, argMax 0 (row 2 has it); min 1, argMin 0 (row 1 has it)
#   [1, NaN, 3]: max 3, argMax 2 (row 2 has it); min 1, argMin 0 (row 0 has it)
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
const { Series } = require("danfojs-node");

for (const [values, expected] of [
  [[NaN, 1, 3], [0, 0]],
  [[1, NaN, 3], [2, 0]],
]) {
  const s = new Series(values);
  const [max, min] = [s.max(), s.min()];
  console.log(
    `[${values.join(", ")}]: max ${max}, argMax ${s.argMax()} (row ${values.indexOf(max)} has it); ` +
      `min ${min}, argMin ${s.argMin()} (row ${values.indexOf(min)} has it)`,
  );
  assert.deepEqual([max, min, s.argMax(), s.argMin()], [3, 1, ...expected]);
}
EOF
node run.cjs
