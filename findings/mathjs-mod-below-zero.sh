#!/usr/bin/env bash
# mathjs 15.2.0.
#
# Expected: mod(x, y) of a positive y lies in [0, y), for it is documented as
# x - y * floor(x / y). So it wraps an angle, and the floor of mod(x, 1) * bins is the number of a
# bin, from 0 up.
# Seen: floor takes what is within a trillionth of a whole number for that number, also of the one
# above: floor(8 - 1e-14) is 8. mod rests on it, so a positive x just below a multiple of y has a
# negative remainder, and times 10 it falls into bin -1, which an array does not have. Such numbers
# are what rounding leaves: mathjs's floor of (0.1 + 0.7) * 10, which is just below 8, is 8.
# Math.floor and JavaScript's % have no tolerance.
#
# Output on 2026-11-29 (Node 20):
#   floor(8 - 1e-14): 8
#   Math.floor(8 - 1e-14): 7
#   floor((0.1 + 0.7) * 10): 8
#   Math.floor((0.1 + 0.7) * 10): 7
#   mod(-1, 8): 7
#   mod(8 - 1e-14, 8) < 0: true
#   (8 - 1e-14) % 8: 7.99999999999999
#   bin of mod(8 - 1e-14, 1): -1
#   bin of (8 - 1e-14) % 1: 9
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts mathjs@15.2.0
cat > run.cjs <<'EOF'
const assert = require("node:assert/strict");
const { floor, mod } = require("mathjs");

const show = (name, seen, expected) => {
  console.log(`${name}: ${seen}`);
  assert.equal(seen, expected);
};
const below = 8 - 1e-14;
show("floor(8 - 1e-14)", floor(below), 8);
show("Math.floor(8 - 1e-14)", Math.floor(below), 7);
show("floor((0.1 + 0.7) * 10)", floor((0.1 + 0.7) * 10), 8);
show("Math.floor((0.1 + 0.7) * 10)", Math.floor((0.1 + 0.7) * 10), 7);
show("mod(-1, 8)", mod(-1, 8), 7);
show("mod(8 - 1e-14, 8) < 0", mod(below, 8) < 0, true);
show("(8 - 1e-14) % 8", below % 8, below);
const bins = 10;
show("bin of mod(8 - 1e-14, 1)", Math.floor(mod(below, 1) * bins), -1);
show("bin of (8 - 1e-14) % 1", Math.floor((below % 1) * bins), 9);
EOF
node run.cjs
