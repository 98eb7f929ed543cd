#!/usr/bin/env bash
# gymnasium 1.3.0, numpy 2.4.6 (PyPI).
#
# Expected: an action within the bounds of a Box is contained in it.
# Seen: spaces are float32 unless told otherwise, as those of Pendulum and of MuJoCo's tasks are, and an
# array of 64-bit floats, NumPy's own kind, which a policy computed in 64 bits gives, is contained in none,
# whatever its values: the question is first whether the type converts without loss. The
# same numbers as a list are contained, and so is an array of 16-bit integers. A check that all of a policy's
# actions are legal thus fails, and one that says where it left its bounds says nothing.
#
# Output on 2026-11-29 (Python 3.11):
#   Box(-1, 1), float32: float64 array [0.5] False, float32 array [0.5] True, list [0.5] True, int16 array [0] True
#   Box(-1, 1), float64: float64 array [0.5] True, float32 array [0.5] True, list [0.5] True, int16 array [0] True
#   Pendulum-v1: its space contains rng.uniform(low, high): 0 of 100, as float32: 100 of 100
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv venv
venv/bin/pip install --quiet gymnasium==1.3.0 numpy==2.4.6
cat > run.py <<'EOF'
import gymnasium
import numpy as np

gymnasium.logger.min_level = gymnasium.logger.ERROR
VALUES = {
    "float64 array [0.5]": np.array([0.5]),
    "float32 array [0.5]": np.array([0.5], np.float32),
    "list [0.5]": [0.5],
    "int16 array [0]": np.array([0], np.int16),
}
for dtype in (np.float32, np.float64):
    box = gymnasium.spaces.Box(-1, 1, (1,), dtype)
    inside = {name: value in box for name, value in VALUES.items()}
    print(f"Box(-1, 1), {dtype.__name__}: " + ", ".join(f"{k} {v}" for k, v in inside.items()))
    assert list(inside.values()) == [dtype is np.float64, True, True, True]

space = gymnasium.make("Pendulum-v1").action_space
rng = np.random.default_rng(1)
actions = [rng.uniform(-2, 2, 1) for _ in range(100)]
assert space.shape == (1,) and space.low[0] == -2 and space.high[0] == 2
counts = [sum(a.astype(kind) in space for a in actions) for kind in (np.float64, np.float32)]
print(f"Pendulum-v1: its space contains rng.uniform(low, high): {counts[0]} of 100, as float32: {counts[1]} of 100")
assert counts == [0, 100]
EOF
venv/bin/python run.py
