#!/usr/bin/env bash
# plotly.js-dist 4.1.1 in jsdom 26.1.0 (npm).
#
# Expected: an axis with categoryorder "median ascending" puts the boxes in the order of the
# medians that are drawn in them.
# Seen: for this order the numbers are sorted as texts before the middle one is taken: 95, 480, 500
# becomes 480, 500, 95, with 500 in the middle. While all scores have the same number of digits
# nothing shows. Where one seed failed, or returns cross 100 or 1000, a method stands in
# the wrong place. Bars and points are ordered alike. "mean ascending" is right.
#
# Output on 2026-11-29 (Node 20):
#   box by median: cem 486, trpo 491, ppo 480
#   box by mean: ppo 358, cem 486, trpo 491
#   scatter by median: cem 486, trpo 491, ppo 480
#   box by median: ppo -700, trpo -900
#   box by mean: trpo -750, ppo -700
#   scatter by median: ppo -700, trpo -900
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts jsdom@26.1.0 plotly.js-dist@4.1.1
cat > run.cjs <<'EOF'
const assert = require("node:assert/strict");
const { readFileSync } = require("node:fs");
const { JSDOM } = require("jsdom");

// What plotly.js asks of a browser and jsdom does not have; none of it has a part in the order.
const { window } = new JSDOM("<div id=figure></div>", { runScripts: "outside-only" });
window.URL.createObjectURL = () => "";
window.HTMLCanvasElement.prototype.getContext = () => null;
window.SVGElement.prototype.getBBox = () => ({ x: 0, y: 0, width: 1, height: 1 });
window.SVGElement.prototype.getComputedTextLength = () => 1;
Object.assign(window, { TextDecoder, TextEncoder });
window.eval(readFileSync(require.resolve("plotly.js-dist"), "utf8"));

const mean = (y) => y.reduce((a, b) => a + b) / y.length;
const median = (y) => y.toSorted((a, b) => a - b)[(y.length - 1) / 2];
const figure = window.document.getElementById("figure");

async function order(type, statistic, scores) {
  const x = Object.entries(scores).flatMap(([name, y]) => y.map(() => name));
  const y = Object.values(scores).flat();
  const xaxis = { categoryorder: `${statistic.name} ascending` };
  await window.Plotly.newPlot(figure, [{ type, x, y }], { xaxis });
  const names = Array.from(figure._fullLayout.xaxis._categories);
  const values = names.map((name) => statistic(scores[name]));
  const text = names.map((name, i) => `${name} ${values[i].toFixed(0)}`).join(", ");
  console.log(`${type} by ${statistic.name}: ${text}`);
  if (type === "box" && statistic === median) {
    // The middle lines of the boxes, from left to right.
    const drawn = Array.from(figure.calcdata[0]).toSorted((a, b) => a.x - b.x).map((box) => box.med);
    assert.deepEqual(drawn, values);
  }
  return values.every((value, i) => i === 0 || values[i - 1] <= value);
}

(async () => {
  const cartPole = { trpo: [490, 491, 492], ppo: [95, 480, 500], cem: [485, 486, 487] };
  const pendulum = { trpo: [-1200, -900, -150], ppo: [-800, -700, -600] };
  for (const scores of [cartPole, pendulum]) {
    assert.equal(await order("box", median, scores), false);
    assert.equal(await order("box", mean, scores), true);
    assert.equal(await order("scatter", median, scores), false);
  }
  window.close();
})();
EOF
node run.cjs
