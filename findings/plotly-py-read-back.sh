#!/usr/bin/env bash
# plotly 7.1.0 and numpy 2.4.6 (PyPI).
#
# Expected: plotly.io.from_json of a figure's to_json gives the figure back: where there was an
# array of numbers there is one again, or a list or tuple of them.
# Seen: arrays of NumPy are written in base64, and nothing reads them back. The trace holds the
# dictionary with "dtype" and "bdata". Its length is 2, whatever was drawn, max() of it is the
# word "dtype", and a mean is refused. It draws well, and == says that the figures are equal, so
# nothing shows until someone takes a curve's numbers out of a saved figure or a notebook's
# output. A list of the same numbers comes back as a tuple of them.
#
# Output on 2026-11-29 (Python 3.11):
#   array, drawn: ndarray, length 5, max 40.0
#   array, read back: dict, length 2, max dtype, figures equal True
#   list, drawn: tuple, length 5, max 40.0
#   list, read back: tuple, length 5, max 40.0, figures equal True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv venv
venv/bin/pip install --quiet plotly==7.1.0 numpy==2.4.6
cat > run.py <<'EOF'
import numpy as np
import plotly.graph_objects as go
import plotly.io

returns = [0.0, 10.0, 20.0, 30.0, 40.0]


def text(y):
    return f"{type(y).__name__}, length {len(y)}, max {max(y)}"


for name, y, kinds in (
    ("array", np.array(returns), (np.ndarray, dict)),
    ("list", returns, (tuple, tuple)),
):
    figure = go.Figure(go.Scatter(y=y))
    again = plotly.io.from_json(figure.to_json())
    drawn, read = figure.data[0].y, again.data[0].y
    print(f"{name}, drawn: {text(drawn)}")
    print(f"{name}, read back: {text(read)}, figures equal {figure == again}")
    assert (type(drawn), type(read)) == kinds and figure == again
    if name == "array":
        assert set(read) == {"dtype", "bdata"}
    else:
        assert list(read) == returns
EOF
venv/bin/python run.py
