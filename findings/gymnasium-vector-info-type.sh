#!/usr/bin/env bash
# gymnasium 1.4.0 (PyPI), FrozenLake-v1 in a vector of two.
#
# Expected: info["prob"] of a vector holds, for each copy, the probability of its transition: 1/3
# on slippery ice, 1 after a reset.
# Seen: the array has the type of the first copy's value. FrozenLake's reset says 1, a whole
# number, so on a step where the first copy resets the array is of integers, and the 1/3 of the
# other copy becomes 0. Importance weights or likelihoods made of it are 0 or infinite. Where the
# second copy resets and the first does not, all is well.
#
# Output on 2026-11-29 (Python 3.11):
#   no copy resets: 0.3333, 0.3333 (float64)
#   the first resets: 1, 0 (int64)
#   the second resets: 0.3333, 1 (float64)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv venv
venv/bin/pip install --quiet gymnasium==1.4.0 numpy==2.4.6
cat > run.py <<'EOF'
import gymnasium as gym
import numpy as np

envs = gym.make_vec("FrozenLake-v1", num_envs=2, vectorization_mode="sync")
envs.reset(seed=0)
policy = np.random.default_rng(0)
seen = {}
done = np.array([False, False])  # NEXT_STEP: a copy that is done resets in the next step
while len(seen) < 4:
    before = done
    _, _, terminated, truncated, info = envs.step(policy.integers(4, size=2))
    done = terminated | truncated
    seen.setdefault(tuple(before.tolist()), info["prob"])

names = {
    (False, False): "no copy resets",
    (True, False): "the first resets",
    (False, True): "the second resets",
}
for case, name in names.items():
    prob = seen[case]
    print(f"{name}: {', '.join(f'{p:.4g}' for p in prob)} ({prob.dtype})")

third = 1 / 3
assert np.allclose(seen[False, False], [third, third])
assert seen[True, False].tolist() == [1, 0] and seen[True, False].dtype == np.int64
assert np.allclose(seen[False, True], [third, 1])
EOF
venv/bin/python run.py
