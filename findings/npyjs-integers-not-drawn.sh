#!/usr/bin/env bash
# npyjs 1.2.0, plotly.js-dist 4.1.1 in jsdom 26.1.0; numpy 2.4.6.
#
# Expected: step counts that NumPy saves, np.arange(5) * 2048, can be drawn by plotly.js when npyjs has
# read them, as an array of NumPy's can in Python.
# Seen: NumPy's whole numbers have 64 bits, so npyjs gives a BigInt64Array, and plotly.js takes no
# BigInt for a number: a curve over such steps has no point, nothing is drawn, and nothing
# is raised. The same numbers as float64 or int32 are drawn. hyparquet and apache-arrow hand over a table's whole numbers as BigInt, too.
#
# Output on 2026-11-29 (Node 20, Python 3.11):
#   int64: BigInt64Array, 0 of 5 points have a place
#   int32: Int32Array, 5 of 5 points have a place
#   float64: Float64Array, 5 of 5 points have a place
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts \
  npyjs@1.2.0 jsdom@26.1.0 plotly.js-dist@4.1.1
python3 -m venv venv
venv/bin/pip install --quiet numpy==2.4.6
cat > make.py <<'EOF'
import numpy as np

for kind in ("int64", "int32", "float64"):
    np.save(f"{kind}.npy", (np.arange(5) * 2048).astype(kind))
assert (np.arange(5) * 2048).dtype == np.int64
EOF
cat > run.cjs <<'EOF'
const { readFileSync } = require("node:fs");
const { JSDOM } = require("jsdom");
const assert = require("node:assert/strict");

// What plotly.js asks of a browser and jsdom does not have; none of it has a part in what is looked at.
const { window } = new JSDOM("<div id=figure></div>", { runScripts: "outside-only" });
window.URL.createObjectURL = () => "";
window.HTMLCanvasElement.prototype.getContext = () => null;
window.SVGElement.prototype.getBBox = () => ({ x: 0, y: 0, width: 1, height: 1 });
window.SVGElement.prototype.getComputedTextLength = () => 1;
Object.assign(window, { TextDecoder, TextEncoder });
window.eval(readFileSync(require.resolve("plotly.js-dist"), "utf8"));

(async () => {
  const { load } = await import("npyjs");
  const figure = window.document.getElementById("figure");
  for (const [kind, drawn] of [
    ["int64", 0],
    ["int32", 5],
    ["float64", 5],
  ]) {
    const file = readFileSync(`${kind}.npy`);
    const { data } = await load(file.buffer.slice(file.byteOffset, file.byteOffset + file.length));
    await window.Plotly.newPlot(figure, [{ x: Array.from(data), y: [1, 2, 3, 4, 5] }]);
    const placed = figure.calcdata[0].filter((point) => Number.isFinite(point.x)).length;
    console.log(`${kind}: ${data.constructor.name}, ${placed} of ${data.length} points have a place`);
    assert.equal(placed, drawn);
  }
  window.close();
})();
EOF
venv/bin/python make.py
node run.cjs
