#!/usr/bin/env bash
# simple-statistics 7.12.1.
#
# Expected: cumulativeStdNormalProbability(z) is the normal distribution to about as many digits
# as a double has.
# Seen: z is cut to two decimals and looked up in a table of four digits that ends
# at 3.09. So two values of z that differ give one probability, and far out it stays at .999:
# the two-sided p-value of z = 4 is .002, where .00006 is right.
#
# Output on 2026-11-28 (Node 20):
#   P(z < 1.2301) 0.8907, P(z < 1.2349) 0.8907
#   P(z < 4) 0.999, two-sided p-value 0.0020
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund simple-statistics@7.12.1
cat > run.cjs <<'EOF'
const assert = require("node:assert/strict");
const { cumulativeStdNormalProbability: below } = require("simple-statistics");

console.log(`P(z < 1.2301) ${below(1.2301)}, P(z < 1.2349) ${below(1.2349)}`);
console.log(`P(z < 4) ${below(4)}, two-sided p-value ${(2 * (1 - below(4))).toFixed(4)}`);

assert.equal(below(1.2301), below(1.2349)); // truly .89067 and .89156
assert.equal(below(4), 0.999); // truly .99997
EOF
node run.cjs
