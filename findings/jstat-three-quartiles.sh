#!/usr/bin/env bash
# jstat 1.9.6 (npm); numpy 2.4.6.
#
# Expected: one library has one quartile: quartiles(a)[0], percentile(a, .25) and
# quantiles(a, [.25])[0] are the same number.
# Seen: they follow three definitions, and of 1 to 10 none agrees with another. percentile is NumPy's
# "linear", its default, quantiles is NumPy's "normal_unbiased", and quartiles takes the score whose
# rank is n / 4, rounded, so it is always one of the scores. Boxes, fences and interquartile ranges
# made by one of them can't be compared with those made by another.
#
# Output on 2026-11-29 (Node 20, Python 3.11):
#   1 to 10: quartiles 3, percentile 3.25, quantiles 2.9375; NumPy linear 3.25, normal_unbiased 2.9375
#   1 to 8: quartiles 2, percentile 2.75, quantiles 2.4375; NumPy linear 2.75, normal_unbiased 2.4375
#   1 to 5: quartiles 1, percentile 2, quantiles 1.6875; NumPy linear 2, normal_unbiased 1.6875
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts jstat@1.9.6
python3 -m venv venv
venv/bin/pip install --quiet numpy==2.4.6
cat > run.cjs <<'EOF'
const { jStat } = require("jstat");

const seen = {};
for (const n of [10, 8, 5]) {
  const scores = Array.from({ length: n }, (_, i) => i + 1);
  seen[n] = [
    jStat.quartiles(scores)[0],
    jStat.percentile(scores, 0.25),
    jStat.quantiles(scores, [0.25])[0],
  ];
}
console.log(JSON.stringify(seen));
EOF
cat > run.py <<'EOF'
import json
import sys

import numpy as np

seen = json.load(sys.stdin)
for n in ("10", "8", "5"):
    quartiles, percentile, quantiles = seen[n]
    scores = np.arange(1, int(n) + 1)
    linear, normal = (
        np.quantile(scores, 0.25, method=method) for method in ("linear", "normal_unbiased")
    )
    print(
        f"1 to {n}: quartiles {quartiles:g}, percentile {percentile:g}, quantiles {quantiles:g}; "
        f"NumPy linear {linear:g}, normal_unbiased {normal:g}"
    )
    assert np.isclose(percentile, linear) and np.isclose(quantiles, normal)
    assert quartiles in scores
assert len(set(seen["10"])) == len(set(seen["8"])) == 3
EOF
node run.cjs | venv/bin/python run.py
