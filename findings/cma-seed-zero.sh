#!/usr/bin/env bash
# cma 4.5.0, numpy 2.4.6 (PyPI).
#
# Expected: an optimiser's seed makes its candidates repeat, 0 like any other, and concerns only it.
# Seen: 0 means the clock: of the seeds 0, 1, 2, ... of a comparison the first does not repeat. And the
# stream is NumPy's global one: making an optimiser seeds that anew, so whatever else draws from
# np.random, an environment's noise for example, draws the same numbers whatever its own seed
# was; and np.random.seed later replaces the optimiser's seed.
#
# Output on 2026-11-29 (Python 3.11):
#   seed 1, twice: the same candidates
#   seed 0, twice: different candidates
#   seeds 1 and 2, after np.random.seed(5) each: the same candidates
#   np.random.rand() under seeds 5 and 6, an optimiser made in between: 0.417022 and 0.417022
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv venv
venv/bin/pip install --quiet cma==4.5.0 numpy==2.4.6
cat > run.py <<'EOF'
import warnings

import numpy as np

warnings.simplefilter("ignore")  # without matplotlib cma says that it cannot plot
import cma


def optimiser(seed):
    return cma.CMAEvolutionStrategy([0.0] * 3, 1, {"verbose": -9, "seed": seed})


def candidate(seed):
    return optimiser(seed).ask()[0].tolist()


for seed in (1, 0):
    first, second = candidate(seed), candidate(seed)
    print(f"seed {seed}, twice: {'the same' if first == second else 'different'} candidates")
    assert (first == second) == (seed == 1)

one, two = optimiser(1), optimiser(2)
np.random.seed(5)
first = one.ask()[0].tolist()
np.random.seed(5)
second = two.ask()[0].tolist()
print(f"seeds 1 and 2, after np.random.seed(5) each: {'the same' if first == second else 'different'} candidates")
assert first == second

draws = []
for own in (5, 6):
    np.random.seed(own)
    optimiser(1)
    draws.append(np.random.rand())
print(f"np.random.rand() under seeds 5 and 6, an optimiser made in between: {draws[0]:.6f} and {draws[1]:.6f}")
assert draws[0] == draws[1]
EOF
venv/bin/python run.py
