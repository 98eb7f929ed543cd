#!/usr/bin/env bash
# Node 22.23.5 and 24.22.3 (V8 12.4 and 13.6), as npm's packages of Node's binaries.
#
# Expected: x ** y is the same in every Node on one machine, like exp, log, sin and cos are, and
# 10 ** -5 is the number that one writes as 0.00001.
# Seen: V8 has moved from its own pow to the C library's, so the last bit differs between the two,
# also of small whole powers: a discount gamma ** t, a decaying step size, a grid 10 ** k. Which
# bits come out is the business of the system's C library from then on. exp, log, sin, cos, tanh
# and hypot keep their bits. A product in a loop, and x * x, are the same everywhere.
#
# Output on 2026-11-29 (Linux x86-64):
#   Node 22.23.5: 10 ** -5 = 0.000009999999999999999, 0.99 ** 100 = 0.36603234127322914
#   Node 24.22.3: 10 ** -5 = 0.00001, 0.99 ** 100 = 0.3660323412732292
#   of 100,000 numbers x in [0, 10), x ** 3 differs for 9,949
#   exp, log, sin, cos, tanh, hypot of the same numbers: equal
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

binaries=$(node -p '`node-${process.platform.replace("win32", "win")}-${process.arch}`')
npm install --silent --no-audit --no-fund --ignore-scripts \
  "older@npm:$binaries@22.23.5" "newer@npm:$binaries@24.22.3"
cat > numbers.cjs <<'EOF2'
const x = Array.from({ length: 100000 }, (_, i) => (i * 0.6180339887498949) % 1 * 10);
const same = ["exp", "log", "sin", "cos", "tanh"].map((name) => x.map((v) => Math[name](v)));
same.push(x.map((v, i) => Math.hypot(v, i)));
const text = `10 ** -5 = ${10 ** -5}, 0.99 ** 100 = ${0.99 ** 100}`;
console.log(JSON.stringify({ version: process.versions.node, text, cubes: x.map((v) => v ** 3), same }));
EOF2
cat > compare.cjs <<'EOF2'
const assert = require("node:assert/strict");
const { execFileSync } = require("node:child_process");
const { readdirSync } = require("node:fs");
const [older, newer] = ["older", "newer"].map((name) => {
  const bin = `node_modules/${name}/bin`;
  const node = `${bin}/${readdirSync(bin).find((file) => /^node(\.exe)?$/.test(file))}`;
  return JSON.parse(execFileSync(node, ["numbers.cjs"], { maxBuffer: 1e9 }));
});
for (const { version, text } of [older, newer]) console.log(`Node ${version}: ${text}`);
const differ = older.cubes.filter((cube, i) => cube !== newer.cubes[i]).length;
console.log(`of 100,000 numbers x in [0, 10), x ** 3 differs for ${differ.toLocaleString("en")}`);
assert.deepEqual(older.same, newer.same);
console.log("exp, log, sin, cos, tanh, hypot of the same numbers: equal");
assert.notEqual(older.text, newer.text);
assert.ok(differ > 1000);
EOF2
node compare.cjs
