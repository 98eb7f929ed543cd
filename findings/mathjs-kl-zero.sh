#!/usr/bin/env bash
# mathjs 15.2.0 (npm) and scipy 1.17.1 (PyPI).
#
# Expected: kldivergence(q, p) is the sum of q log(q / p), where an outcome that q never takes
# counts 0, for x log x goes to 0. A greedy policy is log 2 away from the uniform one over two
# actions.
# Seen: it is NaN as soon as q has a zero, for 0 times log 0 is computed as it stands. The other
# way round, where p has the zero, it is infinite, as it should be. So the divergence that a trust
# region is held to has no value between a policy that rules an action out and any other,
# its own copy included. scipy's entropy(q, p) gives log 2 and 0.
#
# Output on 2026-11-29 (Node 20, Python 3.11):
#   q 1 0, p 0.5 0.5: mathjs NaN, scipy 0.6931
#   q 1 0, p 1 0: mathjs NaN, scipy 0.0000
#   q 0.5 0.5, p 1 0: mathjs Infinity, scipy inf
#   q 0.5 0.5, p 0.25 0.75: mathjs 0.1438, scipy 0.1438
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts mathjs@15.2.0
python3 -m venv venv
venv/bin/pip install --quiet scipy==1.17.1 numpy==2.4.6
cat > run.cjs <<'EOF'
const { kldivergence } = require("mathjs");

const pairs = JSON.parse(process.argv[2]);
console.log(JSON.stringify(pairs.map(([q, p]) => String(kldivergence(q, p)))));
EOF
cat > run.py <<'EOF'
import json
import subprocess

import numpy as np
from scipy.stats import entropy

pairs = [[[1, 0], [0.5, 0.5]], [[1, 0], [1, 0]], [[0.5, 0.5], [1, 0]], [[0.5, 0.5], [0.25, 0.75]]]
answer = subprocess.check_output(["node", "run.cjs", json.dumps(pairs)], text=True)
javascript = [float(number.replace("Infinity", "inf")) for number in json.loads(answer)]
python = [float(entropy(q, p)) for q, p in pairs]
for (q, p), js, py in zip(pairs, javascript, python):
    show = str(js).replace("nan", "NaN").replace("inf", "Infinity") if not np.isfinite(js) else f"{js:.4f}"
    print(f"q {q[0]} {q[1]}, p {p[0]} {p[1]}: mathjs {show}, scipy {py:.4f}")
assert np.allclose(javascript, [np.nan, np.nan, np.inf, 0.1438410], equal_nan=True)
assert np.allclose(python, [np.log(2), 0, np.inf, 0.1438410])
EOF
venv/bin/python run.py
