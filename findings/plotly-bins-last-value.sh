#!/usr/bin/env bash
# plotly.js-dist 4.1.1, run in jsdom 26.1.0.
#
# Expected: bins from 0 to 500, as xbins { start: 0, end: 500, size: 100 } asks for, take in a 500, as
# numpy.histogram's last bin does: the largest value that a task allows.
# Seen: a value at end is in no bin. A CartPole agent that reaches 500 in three episodes of five has
# a histogram of the two others, and by histnorm "probability" they make up all of it. The
# documentation says that bins go on until end is reached or passed, and names the largest of the
# data as end's default; but with end left out the three have a bin of their own, from 500 on.
#
# Output on 2026-11-29 (Node 20):
#   end 500, counts: 2 of 5 returns; probabilities 0.50 0.00 0.50 0.00 0.00
#   end left out, counts: 5 of 5 returns; probabilities 0.20 0.00 0.20 0.00 0.00 0.60
#   end 500.1, counts: 5 of 5 returns; probabilities 0.20 0.00 0.20 0.00 0.00 0.60
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
  const returns = [40, 250, 500, 500, 500];
  const bars = async (end, histnorm) => {
    await window.Plotly.newPlot(figure, [
      { type: "histogram", x: returns, histnorm, xbins: { start: 0, end, size: 100 } },
    ]);
    const heights = Array(end === 500 ? 5 : 6).fill(0);
    for (const { p, s } of figure.calcdata[0]) heights[Math.floor(p / 100)] = s;
    return heights;
  };
  for (const [end, counted] of [
    [500, 2],
    [undefined, 5],
    [500.1, 5],
  ]) {
    const counts = (await bars(end, "")).reduce((sum, height) => sum + height);
    const shares = (await bars(end, "probability")).map((height) => height.toFixed(2)).join(" ");
    console.log(`end ${end ?? "left out"}, counts: ${counts} of ${returns.length} returns; probabilities ${shares}`);
    assert.equal(counts, counted);
    assert.equal(shares.split(" ")[0], counted === 2 ? "0.50" : "0.20");
  }
  window.close();
})();
EOF
node run.cjs
