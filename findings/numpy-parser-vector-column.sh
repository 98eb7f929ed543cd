#!/usr/bin/env bash
# numpy-parser 1.2.3, @tensorflow/tfjs 4.22.0 (npm); numpy 2.4.6 (PyPI).
#
# Expected: a vector of NumPy's, np.save of 4 values, has the shape [4] after reading.
# Seen: numpy-parser says [4, 1], a column. Matrices and single numbers keep their shapes. With
# TensorFlow.js, the returns, of shape [4], less these values are then no 4 advantages but all 16
# differences, [4, 4], and a mean squared error is that of every return from every value: nothing is
# raised. npyjs gives [4].
#
# Output on 2026-11-29 (Node 20, Python 3.11):
#   shapes: [4,1], [2,3], []
#   returns - values: [4,4], mean square 2.5, of the vectors 0
#   npyjs: [4]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts \
  numpy-parser@1.2.3 npyjs@1.2.0 @tensorflow/tfjs@4.22.0
python3 -m venv venv
venv/bin/pip install --quiet numpy==2.4.6
cat > make.py <<'EOF'
import numpy as np

np.save("vector.npy", np.arange(4.0))
np.save("matrix.npy", np.arange(6.0).reshape(2, 3))
np.save("number.npy", np.float64(1))
EOF
cat > run.mjs <<'EOF'
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import tf from "@tensorflow/tfjs";
import { load } from "npyjs";
import { fromArrayBuffer } from "numpy-parser";

console.warn = () => {}; // the greeting
await tf.setBackend("cpu");
const bytes = (name) => {
  const file = readFileSync(`${name}.npy`);
  return file.buffer.slice(file.byteOffset, file.byteOffset + file.length);
};
const say = (shape) => JSON.stringify(Array.from(shape));
const [vector, matrix, number] = ["vector", "matrix", "number"].map((name) =>
  fromArrayBuffer(bytes(name)),
);
console.log(`shapes: ${[vector, matrix, number].map(({ shape }) => say(shape)).join(", ")}`);
assert.deepEqual([vector.shape, matrix.shape, number.shape], [[4, 1], [2, 3], []]);

const returns = tf.tensor1d([0, 1, 2, 3]);
const values = tf.tensor(Array.from(vector.data), vector.shape);
const advantages = returns.sub(values);
const wrong = advantages.square().mean().dataSync()[0];
const right = returns.sub(values.reshape([4])).square().mean().dataSync()[0];
console.log(`returns - values: ${say(advantages.shape)}, mean square ${wrong}, of the vectors ${right}`);
assert.deepEqual(advantages.shape, [4, 4]);
assert.deepEqual([wrong, right], [2.5, 0]);

const other = await load(bytes("vector"));
console.log(`npyjs: ${say(other.shape)}`);
assert.deepEqual(Array.from(other.shape), [4]);
EOF
venv/bin/python make.py
node run.mjs
