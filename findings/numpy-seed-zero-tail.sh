#!/usr/bin/env bash
# numpy 2.4.6 and gymnasium 1.4.0 (PyPI).
#
# Expected: different seeds give different numbers, so default_rng([seed, run]) is a stream of
# its own for each pair of a seed and the number of a run.
# Seen: a list of seeds is filled up with zeros, so zeros at its end count for nothing. Run 0 of
# seed 7, [7, 0], draws what default_rng(7) draws, and what Gymnasium draws after reset(seed=7):
# the noise of a policy seeded so repeats the environment's own numbers. A number over 32 bits is
# cut in two, so 7 + 2 ** 32 is [7, 1]. The first child that spawn makes of 7 is [7, 0, 0, 0, 0].
# With the number of the run in front, [run, seed], pairs differ as long as the seed is not 0.
#
# Output on 2026-11-29 (Python 3.11):
#   7: 0.0125 0.0397 0.0276 -0.0275
#   [7, 0]: 0.0125 0.0397 0.0276 -0.0275
#   [7, 0, 0]: 0.0125 0.0397 0.0276 -0.0275
#   [0, 7]: -0.0461 0.0277 0.0299 -0.0023
#   CartPole, reset(seed=7): 0.0125 0.0397 0.0276 -0.0275
#   [7, 1]: 0.0270 -0.0388 -0.0311 -0.0340
#   7 + 2 ** 32: 0.0270 -0.0388 -0.0311 -0.0340
#   first child of 7: 0.0298 -0.0447 0.0091 0.0369
#   [7, 0, 0, 0, 0]: 0.0298 -0.0447 0.0091 0.0369
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv venv
venv/bin/pip install --quiet gymnasium==1.4.0 numpy==2.4.6
cat > run.py <<'EOF'
import gymnasium as gym
import numpy as np


def start(seed):
    """Four numbers as CartPole draws them."""
    return np.random.default_rng(seed).uniform(-0.05, 0.05, 4)


child = np.random.SeedSequence(7).spawn(1)[0]
reset = gym.make("CartPole-v1").reset(seed=7)[0]
streams = {
    "7": start(7),
    "[7, 0]": start([7, 0]),
    "[7, 0, 0]": start([7, 0, 0]),
    "[0, 7]": start([0, 7]),
    "CartPole, reset(seed=7)": reset,
    "[7, 1]": start([7, 1]),
    "7 + 2 ** 32": start(7 + 2**32),
    "first child of 7": start(child),
    "[7, 0, 0, 0, 0]": start([7, 0, 0, 0, 0]),
}
for name, numbers in streams.items():
    print(f"{name}: {' '.join(f'{x:.4f}' for x in numbers)}")


def same(a, b):
    return np.array_equal(np.float32(streams[a]), np.float32(streams[b]))


for name in ("[7, 0]", "[7, 0, 0]", "CartPole, reset(seed=7)"):
    assert same("7", name)
assert same("[7, 1]", "7 + 2 ** 32") and same("first child of 7", "[7, 0, 0, 0, 0]")
assert not same("7", "[0, 7]") and not same("7", "[7, 1]") and not same("7", "first child of 7")
EOF
venv/bin/python run.py
