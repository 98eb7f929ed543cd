#!/usr/bin/env bash
# safetensors 0.7.0 and 0.8.0, numpy 2.4.6 (PyPI).
#
# Expected: what safetensors.numpy saves is what it loads, and a transposed array is saved as the
# matrix that it is, as in 0.7.0 and in NumPy's own save.
# Seen: NumPy transposes without moving a number. 0.8.0 writes the memory as it lies, with the
# new shape, so W.T comes back with its numbers in other places, and nothing is raised. Weights
# have to be transposed on the way from PyTorch, whose layers hold [outputs, inputs], to most other
# libraries. A square layer has the right shape even where it was transposed by mistake, here W
# itself. The comment in the code asks for contiguous arrays, and NumPy calls this one contiguous,
# in Fortran's order. np.ascontiguousarray before saving helps. Known upstream (issue 825).
#
# Output on 2026-11-29 (Python 3.11):
#   0.7.0: W.T [[0, 2], [1, 3]], loaded [[0, 2], [1, 3]]
#   0.8.0: W.T [[0, 2], [1, 3]], loaded [[0, 1], [2, 3]]
#   0.8.0, ascontiguousarray: loaded [[0, 2], [1, 3]]
#   np.save: loaded [[0, 2], [1, 3]]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv venv
cat > run.py <<'EOF'
import numpy as np
import safetensors
from safetensors.numpy import load_file, save_file


def through_file(array):
    save_file({"weight": array}, "weights.safetensors")
    return load_file("weights.safetensors")["weight"]


version = safetensors.__version__
weight = np.arange(4, dtype=np.float32).reshape(2, 2)
turned = weight.T
assert turned.flags.f_contiguous
loaded = through_file(turned)
print(f"{version}: W.T {turned.astype(int).tolist()}, loaded {loaded.astype(int).tolist()}")
assert np.array_equal(loaded, turned if version == "0.7.0" else weight)
if version == "0.8.0":
    copied = through_file(np.ascontiguousarray(turned))
    print(f"{version}, ascontiguousarray: loaded {copied.astype(int).tolist()}")
    np.save("weight.npy", turned)
    saved = np.load("weight.npy")
    print(f"np.save: loaded {saved.astype(int).tolist()}")
    assert np.array_equal(copied, turned) and np.array_equal(saved, turned)
EOF
venv/bin/pip install --quiet safetensors==0.7.0 numpy==2.4.6
venv/bin/python run.py
venv/bin/pip install --quiet safetensors==0.8.0
venv/bin/python run.py
