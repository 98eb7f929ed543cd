#!/usr/bin/env bash
# pure-rand 7.0.1.
#
# Expected: generators seeded 0, 1, 2, ... begin with draws that look independent.
# Seen: the first output of xorshift128plus and of xoroshiro128plus is ~seed, the bits of the
# seed turned over. So the first coin of neighbouring seeds alternates, and the first die
# counts down. mersenne, from the same package, does not do so. An experiment that
# takes its first draw of each seed (an initial state, say) does not sample anything.
#
# Output on 2026-11-28 (Node 20):
#   xorshift128plus: first outputs -1 -2 -3 -4, coins 10101010101010101010, dice 2165432165
#   xoroshiro128plus: first outputs -1 -2 -3 -4, coins 10101010101010101010, dice 2165432165
#   mersenne: coins change between neighbouring seeds 516 times in 999
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund pure-rand@7.0.1
cat > run.cjs <<'EOF'
const assert = require("node:assert/strict");
const rand = require("pure-rand").default;

const firsts = (name, draw, n) =>
  Array.from({ length: n }, (_, seed) => draw(rand[name](seed)));
const coin = (generator) => rand.unsafeUniformIntDistribution(0, 1, generator);
const die = (generator) => rand.unsafeUniformIntDistribution(1, 6, generator);
const changes = (name) =>
  firsts(name, coin, 1000).filter((c, i, all) => i > 0 && c !== all[i - 1]).length;

for (const name of ["xorshift128plus", "xoroshiro128plus"]) {
  const outputs = firsts(name, (g) => g.unsafeNext(), 4);
  console.log(
    `${name}: first outputs ${outputs.join(" ")}, ` +
      `coins ${firsts(name, coin, 20).join("")}, dice ${firsts(name, die, 10).join("")}`,
  );
  assert.deepEqual(outputs, [~0, ~1, ~2, ~3]);
  assert.equal(changes(name), 999);
}
console.log(
  `mersenne: coins change between neighbouring seeds ${changes("mersenne")} times in 999`,
);
assert.ok(changes("mersenne") > 400 && changes("mersenne") < 600);
EOF
node run.cjs
