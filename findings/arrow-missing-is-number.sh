#!/usr/bin/env bash
# apache-arrow 21.2.0 (npm), pyarrow 21.0.0.
#
# Expected: toArray() of a column of numbers has something at a missing value that is no number: NaN,
# or null, as the column has when one goes through it.
# Seen: a missing value is a bit beside the numbers, and toArray() hands over the numbers without
# the bits. In its place stands whatever the writer left there, a 0 by pyarrow. The mean return of
# runs, one of which failed, is 1 instead of 1.5, the minimum is 0, and nothing says so. get(i), the
# iterator and nullCount know of it; so does pyarrow's own to_numpy, which makes it NaN.
#
# Output on 2026-11-29 (Node 20, Python 3.11):
#   pyarrow: mean 1.5, to_numpy [1.0, nan, 2.0]
#   toArray(): Float64Array 1, 0, 2, mean 1
#   the iterator: 1, null, 2; nullCount 1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts apache-arrow@21.2.0
python3 -m venv venv
venv/bin/pip install --quiet pyarrow==21.0.0 numpy==2.4.6
cat > make.py <<'EOF'
import math

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import ipc

returns = pa.array([1.0, None, 2.0])
numbers = returns.to_numpy(zero_copy_only=False).tolist()
print(f"pyarrow: mean {pc.mean(returns).as_py()}, to_numpy {numbers}")
assert pc.mean(returns).as_py() == 1.5 and math.isnan(numbers[1])
table = pa.table({"return": returns})
with ipc.new_file("runs.arrow", table.schema) as file:
    file.write_table(table)
EOF
cat > run.cjs <<'EOF'
const { readFileSync } = require("node:fs");
const assert = require("node:assert/strict");
const { tableFromIPC } = require("apache-arrow");

const column = tableFromIPC(readFileSync("runs.arrow")).getChild("return");
const numbers = column.toArray();
const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
console.log(`toArray(): ${numbers.constructor.name} ${numbers.join(", ")}, mean ${mean}`);
console.log(`the iterator: ${[...column].map(String).join(", ")}; nullCount ${column.nullCount}`);
assert.deepEqual([...numbers], [1, 0, 2]);
assert.deepEqual([[...column], column.nullCount], [[1, null, 2], 1]);
EOF
venv/bin/python make.py
node run.cjs
