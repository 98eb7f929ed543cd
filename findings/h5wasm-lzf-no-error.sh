#!/usr/bin/env bash
# h5wasm 0.10.3 (npm); h5py 3.16.0, numpy 2.4.6 (PyPI).
#
# Expected: a file that h5py compressed with one of its own two methods is read, or, where the method
# is missing, an error is raised, as by jsfive.
# Seen: h5wasm, without its plugins, has gzip and lacks LZF. Reading a dataset compressed with LZF gives an array
# of the right type and length whose numbers are what lay in memory, mostly zeros;
# nothing is raised. HDF5's own complaint goes to standard error, in a browser to the console. A set of
# rewards then looks like a task in which nothing was earned. `dataset.filters` tells beforehand.
#
# Output on 2026-11-29 (Node 20, Python 3.11):
#   gzip: Float64Array of 1000, right: 1000, filters: deflate
#   lzf: Float64Array of 1000, right: 0, filters: lzf
#   jsfive: NotImplementedError("Filter with id:32000 not supported")
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts h5wasm@0.10.3 jsfive@0.4.2
python3 -m venv venv
venv/bin/pip install --quiet h5py==3.16.0 numpy==2.4.6
cat > make.py <<'EOF'
import h5py
import numpy as np

with h5py.File("rewards.h5", "w") as file:
    for method in ("gzip", "lzf"):
        file.create_dataset(method, data=np.arange(1000) * 0.5, compression=method)
EOF
cat > run.mjs <<'EOF'
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import h5wasm from "h5wasm/node";
import * as jsfive from "jsfive";

await h5wasm.ready;
const file = new h5wasm.File("rewards.h5", "r");
for (const method of ["gzip", "lzf"]) {
  const dataset = file.get(method);
  const values = dataset.value;
  const right = values.filter((value, i) => value === i * 0.5).length;
  const filters = dataset.filters.map((filter) => filter.name).join();
  console.log(`${method}: ${values.constructor.name} of ${values.length}, right: ${right}, filters: ${filters}`);
  assert.equal(values.length, 1000);
  assert.ok(method === "gzip" ? right === 1000 : right < 10);
}
const bytes = new Uint8Array(readFileSync("rewards.h5"));
assert.throws(
  () => new jsfive.File(bytes.buffer, "rewards.h5").get("lzf").value,
  (error) => {
    console.log(`jsfive: ${error}`);
    return true;
  },
);
EOF
venv/bin/python make.py
node run.mjs 2> complaint.txt
grep --quiet "filter 'lzf' is not registered" complaint.txt
