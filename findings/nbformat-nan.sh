#!/usr/bin/env bash
# nbformat 5.11.1 (PyPI), and Node's JSON.parse.
#
# Expected: what nbformat has found valid and written is JSON, for a notebook is a JSON file; a
# NaN in an output (a loss that diverged, a gap in a figure's data) is refused or written as
# null.
# Seen: it is written as NaN, which JSON does not have. nbformat reads it back and finds it valid
# again, so nothing shows until a program in JavaScript opens the file: JSON.parse raises an
# error, and the whole notebook is lost to it, not the number alone.
#
# Output on 2026-11-29 (Python 3.11, Node 20):
#   Python: valid, {'loss': [0.5, nan]}
#   JavaScript: SyntaxError
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv venv
venv/bin/pip install --quiet nbformat==5.11.1
cat > run.py <<'EOF'
import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output

losses = {"application/json": {"loss": [0.5, float("nan")]}}
output = new_output("display_data", data=losses)
notebook = new_notebook(cells=[new_code_cell("train()", outputs=[output])])
nbformat.validate(notebook)
nbformat.write(notebook, "losses.ipynb")

again = nbformat.read("losses.ipynb", as_version=4)
nbformat.validate(again)
print(f"Python: valid, {again.cells[0].outputs[0].data['application/json']}")
EOF
cat > run.cjs <<'EOF'
const assert = require("node:assert/strict");
const { readFileSync } = require("node:fs");

const text = readFileSync("losses.ipynb", "utf8");
assert.match(text, /^\s*NaN$/m);
let seen = "read";
try {
  JSON.parse(text);
} catch (error) {
  seen = error.name;
}
console.log(`JavaScript: ${seen}`);
assert.equal(seen, "SyntaxError");
EOF
venv/bin/python run.py
node run.cjs
