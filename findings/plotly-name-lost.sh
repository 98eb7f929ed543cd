#!/usr/bin/env bash
# plotly.js-dist 4.1.1, run in jsdom 26.1.0.
#
# Expected: settings that are given as texts are names, one place for each on the axis: the clip
# ranges "0.1", "0.2", "0.3" and "none".
# Seen: unless names outnumber numbers by more than two to one, the axis is one of numbers, and a
# name has no place on it. The bar of "none" is not drawn, nothing is said, and the others stand
# at their values; "1", "a", "b" is such an axis, too. Versions are read so: "4.10" is drawn at 4.1,
# to the left of "4.9". With layout.xaxis.type "category" all is as expected.
#
# Output on 2026-11-29 (Node 20):
#   0.1 0.2 0.3 none: linear axis; places 0.1 0.2 0.3 lost
#   4.2 4.9 4.10: linear axis; places 4.2 4.9 4.1
#   1 a b: linear axis; places 1 lost lost
#   1 a b c: category axis; places 0 1 2 3
#   0.1 0.2 0.3 none, type category: category axis; places 0 1 2 3
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts jsdom@26.1.0 plotly.js-dist@4.1.1
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
  const figure = window.document.getElementById("figure");
  for (const [x, type, expected] of [
    [["0.1", "0.2", "0.3", "none"], undefined, [0.1, 0.2, 0.3, undefined]],
    [["4.2", "4.9", "4.10"], undefined, [4.2, 4.9, 4.1]],
    [["1", "a", "b"], undefined, [1, undefined, undefined]],
    [["1", "a", "b", "c"], undefined, [0, 1, 2, 3]],
    [["0.1", "0.2", "0.3", "none"], "category", [0, 1, 2, 3]],
  ]) {
    await window.Plotly.newPlot(figure, [{ type: "bar", x, y: x.map(() => 1) }], { xaxis: { type } });
    const places = x.map((_, i) => figure.calcdata[0][i]?.p);
    console.log(
      `${x.join(" ")}${type ? `, type ${type}` : ""}: ${figure._fullLayout.xaxis.type} axis; ` +
        `places ${places.map((place) => place ?? "lost").join(" ")}`,
    );
    assert.deepEqual(places, expected);
  }
  window.close();
})();
EOF
node run.cjs
