#!/usr/bin/env bash
# gymnasium 1.3.0 with its extra "mujoco" and mujoco 4.0.0.
#
# Expected: making HalfCheetah-v5 and resetting it says nothing and writes nothing.
# Seen: MuJoCo 4 calls `settotalmass`, an attribute that Gymnasium's own model of the cheetah
# needs for its mass of 14, deprecated and to be removed. It says so where Python's
# warnings do not reach, so a filter for them does not stop it, and it adds the lines to a file
# MUJOCO_LOG.TXT in the folder where the program runs. Other tasks write no such file.
#
# Output on 2026-11-28 (Python 3.11):
#   Hopper-v5: files []
#   HalfCheetah-v5: mass 14.0, Python's warnings 0, files ['MUJOCO_LOG.TXT']
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv venv
venv/bin/pip install --quiet 'gymnasium[mujoco]==1.3.0' mujoco==4.0.0
mkdir work
cat > run.py <<'EOF'
import os
import warnings

import gymnasium

os.chdir("work")
gymnasium.make("Hopper-v5").reset(seed=0)
quiet = os.listdir()
print(f"Hopper-v5: files {quiet}")
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    env = gymnasium.make("HalfCheetah-v5")
    env.reset(seed=0)
heard = [w for w in caught if "settotalmass" in str(w.message)]
files = os.listdir()
mass = env.unwrapped.model.body_mass.sum()
print(f"HalfCheetah-v5: mass {mass:.1f}, Python's warnings {len(heard)}, files {files}")
assert quiet == [] and files == ["MUJOCO_LOG.TXT"] and not heard
with open("MUJOCO_LOG.TXT") as log:
    assert "'settotalmass' is deprecated" in log.read()
EOF
venv/bin/python run.py
