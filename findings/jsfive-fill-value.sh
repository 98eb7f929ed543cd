#!/usr/bin/env bash
# jsfive 0.4.2 and h5wasm 0.10.3 (npm); h5py 3.16.0, numpy 2.4.6 (PyPI).
#
# Expected: a dataset of HDF5 holds its fill value where nothing was written: 0 unless another was
# named. A log made for 6 iterations and stopped after 3 reads as 1, 2, 3, 0, 0, 0.
# Seen: jsfive leaves those places undefined, for every fill value, whole chunks or a dataset that
# was never written to, and raises nothing. Their sum is NaN, and a mean, too; JSON makes them null.
# The rest of a chunk that was begun does have the fill value, so where the holes begin depends on how
# h5py cut the chunks. h5wasm, which is HDF5 itself, fills them all.
#
# Output on 2026-11-29 (Node 20, Python 3.11):
#   default: jsfive [1,2,3,0,null,null], sum NaN; h5wasm [1,2,3,0,0,0]
#   minus1: jsfive [1,2,3,-1,null,null], sum NaN; h5wasm [1,2,3,-1,-1,-1]
#   unwritten: jsfive [null,null], sum NaN; h5wasm [0,0]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts jsfive@0.4.2 h5wasm@0.10.3
python3 -m venv venv
venv/bin/pip install --quiet h5py==3.16.0 numpy==2.4.6
cat > make.py <<'EOF'
import h5py

with h5py.File("log.h5", "w") as file:
    for name, fill in (("default", None), ("minus1", -1)):
        returns = file.create_dataset(name, shape=6, dtype="f4", chunks=(2,), fillvalue=fill)
        returns[:3] = [1, 2, 3]
    file.create_dataset("unwritten", shape=2, dtype="f4")
    assert file["default"][:].tolist() == [1, 2, 3, 0, 0, 0]
EOF
cat > run.mjs <<'EOF'
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import h5wasm from "h5wasm/node";
import * as jsfive from "jsfive";

await h5wasm.ready;
const bytes = new Uint8Array(readFileSync("log.h5"));
const light = new jsfive.File(bytes.buffer, "log.h5");
const whole = new h5wasm.File("log.h5", "r");
for (const [name, right, holes] of [
  ["default", [1, 2, 3, 0, 0, 0], 2],
  ["minus1", [1, 2, 3, -1, -1, -1], 2],
  ["unwritten", [0, 0], 2],
]) {
  const read = Array.from(light.get(name).value);
  const filled = Array.from(whole.get(name).value);
  const sum = read.reduce((total, value) => total + value, 0);
  console.log(`${name}: jsfive ${JSON.stringify(read)}, sum ${sum}; h5wasm ${JSON.stringify(filled)}`);
  assert.deepEqual(filled, right);
  assert.equal(read.filter((value) => value === undefined).length, holes);
  assert.ok(Number.isNaN(sum));
}
EOF
venv/bin/python make.py
node run.mjs
