#!/usr/bin/env bash
# plotly.js-dist 4.1.1 in jsdom 26.1.0 (npm), and numpy 2.4.6 (PyPI).
#
# Expected: the quartiles of a box by plotly.js's quartilemethod "linear", the one that it takes
# when none is named, are those of NumPy's method "linear", the one that NumPy takes.
# Seen: they are those of NumPy's "hazen". A box is wider than the quartiles that NumPy, or a
# table beside it, gives for the same few scores, and so are the fences beyond which a run is
# drawn as an outlier. plotly.js's "inclusive" is NumPy's "linear" for 5, 9, 13, ... scores and
# no others.
#
# Output on 2026-11-29 (Node 20, Python 3.11):
#   1 to 8: plotly.js linear [2.5, 6.5], inclusive [2.5, 6.5]; NumPy linear [2.75, 6.25], hazen [2.5, 6.5]
#   1 to 9: plotly.js linear [2.75, 7.25], inclusive [3, 7]; NumPy linear [3.0, 7.0], hazen [2.75, 7.25]
#   1 to 10: plotly.js linear [3, 8], inclusive [3, 8]; NumPy linear [3.25, 7.75], hazen [3.0, 8.0]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts \
  jsdom@26.1.0 plotly.js-dist@4.1.1
python3 -m venv venv
venv/bin/pip install --quiet numpy==2.4.6
cat > box.cjs <<'EOF'
const { readFileSync } = require("node:fs");
const { JSDOM } = require("jsdom");

// What plotly.js asks of a browser and jsdom does not have; none of it has a part in the quartiles.
const { window } = new JSDOM("<div id=figure></div>", { runScripts: "outside-only" });
window.URL.createObjectURL = () => "";
window.HTMLCanvasElement.prototype.getContext = () => null;
window.SVGElement.prototype.getBBox = () => ({ x: 0, y: 0, width: 1, height: 1 });
window.SVGElement.prototype.getComputedTextLength = () => 1;
Object.assign(window, { TextDecoder, TextEncoder });
window.eval(readFileSync(require.resolve("plotly.js-dist"), "utf8"));

(async () => {
  const figure = window.document.getElementById("figure");
  const seen = {};
  for (const n of [8, 9, 10]) {
    const y = Array.from({ length: n }, (_, i) => i + 1);
    for (const quartilemethod of [undefined, "linear", "inclusive", "exclusive"]) {
      await window.Plotly.newPlot(figure, [{ type: "box", y, quartilemethod }]);
      const { q1, q3 } = figure.calcdata[0][0];
      seen[`${n} ${quartilemethod ?? "none"}`] = [q1, q3];
    }
  }
  console.log(JSON.stringify(seen));
  window.close();
})();
EOF
cat > run.py <<'EOF'
import json
import sys

import numpy as np

boxes = json.load(sys.stdin)
for n in (8, 9, 10):
    scores = np.arange(1, n + 1)
    linear, hazen = (
        np.quantile(scores, [0.25, 0.75], method=m).tolist() for m in ("linear", "hazen")
    )
    box = {m: boxes[f"{n} {m}"] for m in ("none", "linear", "inclusive", "exclusive")}
    print(
        f"1 to {n}: plotly.js linear {box['linear']}, inclusive {box['inclusive']}; "
        f"NumPy linear {linear}, hazen {hazen}"
    )
    assert box["none"] == box["linear"] == hazen != linear
    assert (box["inclusive"] == linear) == (n == 9)
EOF
node box.cjs | venv/bin/python run.py
