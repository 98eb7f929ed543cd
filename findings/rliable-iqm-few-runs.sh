#!/usr/bin/env bash
# rliable 1.2.0 and scipy 1.17.1 (PyPI).
#
# Expected: the interquartile mean (IQM) is the mean of the middle half of the scores. Where a
# quarter of their number is not whole, the scores at the two edges count in part.
# Seen: aggregate_iqm is scipy's trim_mean, which cuts a whole number of scores at each end,
# rounded down. Of 3 scores it cuts none: their IQM is their mean, and one lucky run moves it
# without limit. Of 5 scores it keeps 3, of 10 it keeps 6, and only of 4, 8, 12, ... half. An IQM
# of 10 runs of one task is not that of the definition.
#
# Output on 2026-11-29 (Python 3.11):
#   3 squares: aggregate_iqm 1.667, mean 1.667, middle half 1.333
#   5 squares: aggregate_iqm 4.667, mean 6.000, middle half 4.600
#   10 squares: aggregate_iqm 23.167, mean 28.500, middle half 22.500
#   4 squares: aggregate_iqm 2.500, mean 3.500, middle half 2.500
#   8 squares: aggregate_iqm 13.500, mean 17.500, middle half 13.500
#   12 squares: aggregate_iqm 33.167, mean 42.167, middle half 33.167
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv venv
venv/bin/pip install --quiet scipy==1.17.1 numpy==2.4.6
venv/bin/pip install --quiet --no-deps rliable==1.2.0
cat > run.py <<'EOF'
import numpy as np
from rliable import metrics


def middle_half(scores):
    """Each sorted score counts by how much of its 1/n lies between the quartiles."""
    n = len(scores)
    rank = np.arange(n)
    share = np.clip(np.minimum(rank + 1, 0.75 * n) - np.maximum(rank, 0.25 * n), 0, None)
    return share @ np.sort(scores) / share.sum()


def look(name, scores):
    scores = np.array(scores, dtype=float)
    numbers = metrics.aggregate_iqm(scores[:, None]), scores.mean(), middle_half(scores)
    iqm, mean, middle = map(float, numbers)
    print(f"{name}: aggregate_iqm {iqm:.3f}, mean {mean:.3f}, middle half {middle:.3f}")
    return iqm, mean, middle


squares = np.arange(12) ** 2
for n in (3, 5, 10):
    iqm, mean, middle = look(f"{n} squares", squares[:n])
    assert iqm > middle + 0.05 and np.isclose(iqm, mean) == (n == 3)
for n in (4, 8, 12):
    iqm, mean, middle = look(f"{n} squares", squares[:n])
    assert abs(iqm - middle) < 1e-9 and iqm < mean
EOF
venv/bin/python run.py
