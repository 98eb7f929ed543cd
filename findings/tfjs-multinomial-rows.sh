#!/usr/bin/env bash
# @tensorflow/tfjs and @tensorflow/tfjs-backend-wasm 4.22.0.
#
# Expected: tf.multinomial of a matrix of logits, one row a state, draws the action of each row
# apart from those of the others, as it does on "wasm" and as TensorFlow's categorical does.
# Seen: on the backend "cpu" each row starts the same stream of random numbers, with a seed and
# without one. Four copies of an environment in the same state always take the same action,
# and in different states what is rare for one is rare for all of them at once. Their batch is
# worth one copy, and a variance that is computed over the rows is 0 where all have one policy. A
# draw of one row a call does not suffer from it.
#
# Output on 2026-11-29 (Node 20), the numbers of the last line drawn anew each time:
#   cpu, seed 3: 1 distinct row of 8
#   cpu, no seed: 1 distinct row of 8; share of pairs of actions that agree: 1.00
#   wasm, no seed: 8 distinct rows of 8; share of pairs of actions that agree: 0.25
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts @tensorflow/tfjs@4.22.0 \
  @tensorflow/tfjs-backend-wasm@4.22.0
cat > run.cjs <<'EOF'
console.warn = () => {}; // the greeting
const assert = require("node:assert/strict");
const tf = require("@tensorflow/tfjs");
require("@tensorflow/tfjs-backend-wasm");

const ROWS = 8;
const ACTIONS = 4;
const DRAWS = 500;

/** How many of the rows differ, and how often two neighbouring rows agree. */
function look(seed) {
  const rows = tf.multinomial(tf.zeros([ROWS, ACTIONS]), DRAWS, seed).arraySync();
  const different = new Set(rows.map(String)).size;
  let agree = 0;
  for (let row = 1; row < ROWS; row++)
    agree += rows[row].filter((action, i) => action === rows[row - 1][i]).length;
  return { different, agree: agree / DRAWS / (ROWS - 1) };
}

(async () => {
  await tf.setBackend("cpu");
  const seeded = look(3);
  console.log(`cpu, seed 3: ${seeded.different} distinct row of ${ROWS}`);
  assert.equal(seeded.different, 1);
  for (const backend of ["cpu", "wasm"]) {
    await tf.setBackend(backend);
    const { different, agree } = look();
    console.log(
      `${backend}, no seed: ${different} distinct row${different > 1 ? "s" : ""} of ${ROWS}; ` +
        `share of pairs of actions that agree: ${agree.toFixed(2)}`,
    );
    if (backend === "cpu") assert.deepEqual([different, agree], [1, 1]);
    else assert(different === ROWS && Math.abs(agree - 1 / ACTIONS) < 0.05);
  }
})();
EOF
node run.cjs
