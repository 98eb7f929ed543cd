#!/usr/bin/env bash
# danfojs-node 1.2.0 (with @tensorflow/tfjs 4.22.0 in the place of its tfjs-node, and xlsx 0.18.5).
#
# Expected: sample(n) takes n rows at random, each as likely as the others, and two calls without
# a seed differ, as in pandas.
# Seen: rows pass through a buffer of n and are drawn from it, so the sample comes from the first
# 2 n - 1 rows: of 1000 transitions in order of time, 10 at random are from the first 19, and what is
# estimated from them speaks of the beginning. Without a seed each call gives the same rows, for
# the seed is then 1: a bootstrap has no spread. A sample of all rows is a fair shuffle.
#
# Output on 2026-11-29 (Node 20):
#   sample(1) of 1000 rows, 300 seeds: rows 0 to 0
#   sample(3) of 1000 rows, 300 seeds: rows 0 to 4
#   sample(10) of 1000 rows, 300 seeds: rows 0 to 18
#   without a seed, three times: 2 4 0 7 6 and 2 4 0 7 6 and 2 4 0 7 6
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

const ROWS = 1000;
const rows = new Series(Array.from({ length: ROWS }, (_, i) => i));

(async () => {
  for (const n of [1, 3, 10]) {
    const seen = new Set();
    for (let seed = 1; seed <= 300; seed++)
      for (const row of (await rows.sample(n, { seed })).values) seen.add(row);
    console.log(`sample(${n}) of ${ROWS} rows, 300 seeds: rows ${Math.min(...seen)} to ${Math.max(...seen)}`);
    assert.equal(Math.max(...seen), 2 * n - 2);
  }
  const repeats = [];
  for (let i = 0; i < 3; i++) repeats.push((await rows.sample(5)).values.join(" "));
  console.log(`without a seed, three times: ${repeats.join(" and ")}`);
  assert.equal(new Set(repeats).size, 1);
})();
EOF
node run.cjs
