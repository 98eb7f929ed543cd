#!/usr/bin/env bash
# plotly.js-dist 4.1.1, run in jsdom 26.1.0; numpy 2.4.6.
#
# Expected: boxmean "sd" draws the standard deviation that error bars and tables of few runs
# give, with n - 1 below: 1 for the scores 1, 2, 3.
# Seen: it divides by n. The diamond of three seeds is 18 % narrower than the deviation in the table
# beside it, of two seeds 29 %, and of one it is a point. A box of given statistics may be told
# another sd; there is no choice for data.
#
# Output on 2026-11-29 (Node 20, Python 3.11):
#   1, 2: plotly.js 0.5000, NumPy with n 0.5000, with n - 1 0.7071
#   1, 2, 3: plotly.js 0.8165, NumPy with n 0.8165, with n - 1 1.0000
#   1, 2, 3, 4, 5: plotly.js 1.4142, NumPy with n 1.4142, with n - 1 1.5811
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts jsdom@26.1.0 plotly.js-dist@4.1.1
python3 -m venv venv
venv/bin/pip install --quiet numpy==2.4.6
cat > box.cjs <<'EOF'
const { readFileSync } = require("node:fs");
const { JSDOM } = require("jsdom");

// What plotly.js asks of a browser and jsdom does not have; none of it has a part in what is looked at.
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
  for (const n of [2, 3, 5]) {
    const y = Array.from({ length: n }, (_, i) => i + 1);
    await window.Plotly.newPlot(figure, [{ type: "box", y, boxmean: "sd" }]);
    seen[n] = figure.calcdata[0][0].sd;
  }
  console.log(JSON.stringify(seen));
  window.close();
})();
EOF
cat > run.py <<'EOF'
import json
import sys

import numpy as np

for n, sd in json.load(sys.stdin).items():
    scores = np.arange(1, int(n) + 1)
    whole, sample = scores.std(), scores.std(ddof=1)
    print(
        f"{', '.join(map(str, scores))}: plotly.js {sd:.4f}, NumPy with n {whole:.4f}, "
        f"with n - 1 {sample:.4f}"
    )
    assert np.isclose(sd, whole) and not np.isclose(sd, sample)
EOF
node box.cjs | venv/bin/python run.py
