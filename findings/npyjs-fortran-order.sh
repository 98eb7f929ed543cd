#!/usr/bin/env bash
# npyjs 1.2.0, @tensorflow/tfjs 4.22.0 (npm); numpy 2.4.6 (PyPI).
#
# Expected: `data` and `shape` of a matrix that npyjs has read make that matrix,
# tf.tensor(data, shape), as all of TensorFlow.js is row by row.
# Seen: NumPy saves a transposed matrix column by column and notes that in the file. npyjs hands the
# numbers over in the file's order, beside the shape of the matrix, so W.T comes out with W's numbers in
# W's order under the new shape, and nothing is raised. Only `fortranOrder` tells; then the
# numbers belong to the reversed shape, transposed.
#
# Output on 2026-11-29 (Node 20, Python 3.11):
#   NumPy's W.T: [[0,3],[1,4],[2,5]]
#   by data and shape: [[0,1],[2,3],[4,5]], fortranOrder true
#   by the reversed shape, transposed: [[0,3],[1,4],[2,5]]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts npyjs@1.2.0 @tensorflow/tfjs@4.22.0
python3 -m venv venv
venv/bin/pip install --quiet numpy==2.4.6
cat > make.py <<'EOF'
import numpy as np

W = np.arange(6.0).reshape(2, 3)
np.save("W.npy", W.T)
print(f"NumPy's W.T: {np.load('W.npy').astype(int).tolist()}".replace(", ", ","))
EOF
cat > run.mjs <<'EOF'
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import tf from "@tensorflow/tfjs";
import { load } from "npyjs";

console.warn = () => {}; // the greeting
await tf.setBackend("cpu");
const file = readFileSync("W.npy");
const read = await load(file.buffer.slice(file.byteOffset, file.byteOffset + file.length));
const { shape, fortranOrder } = read;
const data = Array.from(read.data);
const plain = tf.tensor(data, shape).arraySync();
const mended = tf.tensor(data, [...shape].reverse()).transpose().arraySync();
console.log(`by data and shape: ${JSON.stringify(plain)}, fortranOrder ${fortranOrder}`);
console.log(`by the reversed shape, transposed: ${JSON.stringify(mended)}`);
assert.deepEqual(plain, [[0, 1], [2, 3], [4, 5]]);
assert.deepEqual(mended, [[0, 3], [1, 4], [2, 5]]);
assert.equal(fortranOrder, true);
EOF
venv/bin/python make.py
node run.mjs
