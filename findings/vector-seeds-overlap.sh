#!/usr/bin/env bash
# envpool 1.2.5, gymnasium 1.4.0, numpy 2.4.6 (PyPI).
#
# Expected: runs with the seeds 1, 2 and 3 see different episodes, 3 x 8 streams of them with 8
# copies, and runs without a seed differ, as in Gymnasium.
# Seen: copy i is seeded by seed + i, in EnvPool and in Gymnasium's SyncVectorEnv, so neighbouring
# seeds have all copies but one in common: 10 streams instead of 24, and the spread over such
# seeds is that of the agent's randomness with most of the environment's taken out. Seeds that are as
# far apart as there are copies (1, 9, 17) have nothing in common. EnvPool without a seed takes 42:
# any number of runs is then the same run for the environment, and reset(seed=...) is ignored,
# which it does say, in a warning.
#
# Output on 2026-11-29 (Python 3.11):
#   envpool: seeds 1, 2, 3 of 8 copies: 10 streams of 24; seeds 1, 9, 17: 24
#   gymnasium: seeds 1, 2, 3 of 8 copies: 10 streams of 24; seeds 1, 9, 17: 24
#   without a seed, 3 runs of 8 copies: envpool 8 streams, gymnasium 24
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv venv
venv/bin/pip install --quiet envpool==1.2.5 gymnasium==1.4.0 numpy==2.4.6
cat > run.py <<'EOF'
import warnings

import envpool
import gymnasium
import numpy as np

warnings.filterwarnings("ignore")
COPIES = 8
EPISODES = 3


def by_envpool(seed):
    """Where each copy's first episodes start, one stream a copy."""
    given = {} if seed is None else {"seed": seed}
    task = envpool.make("CartPole-v1", env_type="gymnasium", num_envs=COPIES, **given)
    return np.stack([task.reset()[0] for _ in range(EPISODES)], axis=1)


def by_gymnasium(seed):
    task = gymnasium.make_vec("CartPole-v1", COPIES, vectorization_mode="sync")
    starts = [task.reset(seed=seed)[0]] + [task.reset()[0] for _ in range(EPISODES - 1)]
    return np.stack(starts, axis=1)


def streams(starts, seeds):
    return len({stream.tobytes() for seed in seeds for stream in starts(seed)})


for name, starts in {"envpool": by_envpool, "gymnasium": by_gymnasium}.items():
    near, far = streams(starts, (1, 2, 3)), streams(starts, (1, 9, 17))
    print(f"{name}: seeds 1, 2, 3 of {COPIES} copies: {near} streams of 24; seeds 1, 9, 17: {far}")
    assert (near, far) == (10, 24)
unseeded = [streams(starts, [None] * 3) for starts in (by_envpool, by_gymnasium)]
print(f"without a seed, 3 runs of {COPIES} copies: envpool {unseeded[0]} streams, gymnasium {unseeded[1]}")
assert unseeded == [8, 24]
EOF
venv/bin/python run.py
