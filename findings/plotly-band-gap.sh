#!/usr/bin/env bash
# plotly.js-dist 4.1.1 in jsdom 26.1.0 (npm).
#
# Expected: a missing value leaves a gap in a band as it does in a line, for connectgaps is false
# unless it is set: both bounds miss x = 2, so nothing is filled from 1 to 3, all else is.
# Seen: the upper bound is taken whole and the lower bound's last piece alone, so the fill spans the
# gap with a slanted edge and misses most of the band to the left of it. The picture shows an
# interval that nobody computed, with no line drawn beside it. "tozeroy" fills the gap from edge
# to edge. "toself", one outline with a null between its pieces, is right. Open upstream since
# 2018 (issue 2736).
#
# Output on 2026-11-29 (Node 20):
#   no gap, tonexty: left 100 %, gap 100 %, right 100 %
#   gap, tonexty: left 17 %, gap 67 %, right 100 %
#   gap, tozeroy: left 100 %, gap 100 %, right 100 %
#   gap, toself: left 100 %, gap 0 %, right 100 %
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts jsdom@26.1.0 plotly.js-dist@4.1.1
cat > run.cjs <<'EOF'
const assert = require("node:assert/strict");
const { readFileSync } = require("node:fs");
const { JSDOM } = require("jsdom");

// What plotly.js asks of a browser and jsdom does not have; none of it has a part in the band.
const { window } = new JSDOM("<div id=figure></div>", { runScripts: "outside-only" });
window.URL.createObjectURL = () => "";
window.HTMLCanvasElement.prototype.getContext = () => null;
window.SVGElement.prototype.getBBox = () => ({ x: 0, y: 0, width: 1, height: 1 });
window.SVGElement.prototype.getComputedTextLength = () => 1;
Object.assign(window, { TextDecoder, TextEncoder });
window.eval(readFileSync(require.resolve("plotly.js-dist"), "utf8"));

/** Whether an SVG path of straight lines holds a point, by SVG's rule "nonzero". */
function holds(path, x, y) {
  let winding = 0;
  for (const part of path.split("M").filter(Boolean)) {
    const corners = part.replace("Z", "").split("L").map((point) => point.split(",").map(Number));
    corners.forEach(([x1, y1], i) => {
      const [x2, y2] = corners[(i + 1) % corners.length];
      const crosses = y1 <= y !== y2 <= y && x1 + ((y - y1) / (y2 - y1)) * (x2 - x1) > x;
      if (crosses) winding += y2 > y1 ? 1 : -1;
    });
  }
  return winding !== 0;
}

const figure = window.document.getElementById("figure");
const size = 400;

/** What is filled, in %, to the left of 1, between 1 and 3, and to the right of 3. */
async function filled(name, traces) {
  const lines = traces.map((trace) => ({ type: "scatter", mode: "lines", ...trace }));
  await window.Plotly.newPlot(figure, lines, {
    width: size,
    height: size,
    margin: { l: 0, r: 0, t: 0, b: 0 },
    showlegend: false,
    xaxis: { range: [0, 4] },
    yaxis: { range: [0, 1] },
  });
  const path = figure.querySelector(".js-fill").getAttribute("d");
  assert.match(path, /^[MLZ\d.,-]+$/);
  const share = (from, to) => {
    let hits = 0;
    for (let i = 0.5; i < 100; i++)
      for (let j = 0.5; j < 100; j++)
        hits += holds(path, ((from + ((to - from) * i) / 100) * size) / 4, (j * size) / 100);
    return Math.round(hits / 100);
  };
  const shares = [share(0, 1), share(1, 3), share(3, 4)];
  console.log(`${name}: left ${shares[0]} %, gap ${shares[1]} %, right ${shares[2]} %`);
  return shares;
}

(async () => {
  const x = [0, 1, 2, 3, 4];
  const [low, high] = [[0, 0, null, 0, 0], [1, 1, null, 1, 1]];
  const whole = [{ x, y: [0, 0, 0, 0, 0] }, { x, y: [1, 1, 1, 1, 1], fill: "tonexty" }];
  assert.deepEqual(await filled("no gap, tonexty", whole), [100, 100, 100]);
  const band = await filled("gap, tonexty", [{ x, y: low }, { x, y: high, fill: "tonexty" }]);
  assert.ok(band[0] < 25 && band[1] > 50 && band[2] === 100);
  const area = await filled("gap, tozeroy", [{ x, y: high, fill: "tozeroy" }]);
  assert.deepEqual(area, [100, 100, 100]);
  const outline = { x: [0, 1, 1, 0, null, 3, 4, 4, 3], y: [0, 0, 1, 1, null, 0, 0, 1, 1] };
  assert.deepEqual(await filled("gap, toself", [{ ...outline, fill: "toself" }]), [100, 0, 100]);
  window.close();
})();
EOF
node run.cjs
