#!/usr/bin/env bash
# gymnasium 1.4.0 (PyPI), make_vec.
#
# Expected: make_vec(name, num_envs=3).reset(seed=s) starts copy i where make(name).reset(seed=s
# + i) does, as the documentation of SyncVectorEnv says, and its default is SyncVectorEnv.
# Seen: true of Acrobot and Pendulum. For CartPole make_vec takes another program,
# CartPoleVectorEnv, unless it is told vectorization_mode="sync": all copies draw from one
# generator, so they start elsewhere, and where a copy starts next depends on when the others
# ended. Its rewards are of float32 instead of float64. One seed means two experiments, on the
# task that most comparisons begin with.
#
# Output on 2026-11-29 (Python 3.11):
#   Acrobot-v1: SyncVectorEnv, starts of make(): True True True, rewards float64
#   Pendulum-v1: SyncVectorEnv, starts of make(): True True True, rewards float64
#   CartPole-v1: CartPoleVectorEnv, starts of make(): False False False, rewards float32
#   CartPole-v1 with "sync": SyncVectorEnv, starts of make(): True True True, rewards float64
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv venv
venv/bin/pip install --quiet gymnasium==1.4.0 numpy==2.4.6
cat > run.py <<'EOF'
import gymnasium as gym
import numpy as np


def look(label, name, kind, alike, rewards, **options):
    envs = gym.make_vec(name, num_envs=3, **options)
    starts, _ = envs.reset(seed=7)
    singles = [gym.make(name).reset(seed=7 + i)[0] for i in range(3)]
    same = [np.array_equal(a, b) for a, b in zip(starts, singles, strict=True)]
    envs.action_space.seed(0)
    dtype = envs.step(envs.action_space.sample())[1].dtype
    seen = type(envs).__name__
    words = " ".join(map(str, same))
    print(f"{label}: {seen}, starts of make(): {words}, rewards {dtype}")
    assert seen == kind and same == [alike] * 3 and dtype == rewards


for name in ("Acrobot-v1", "Pendulum-v1"):
    look(name, name, "SyncVectorEnv", True, np.float64)
look("CartPole-v1", "CartPole-v1", "CartPoleVectorEnv", False, np.float32)
sync = {"vectorization_mode": "sync"}
look('CartPole-v1 with "sync"', "CartPole-v1", "SyncVectorEnv", True, np.float64, **sync)
EOF
venv/bin/python run.py
