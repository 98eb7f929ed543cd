#!/usr/bin/env bash
# gymnasium 1.3.0 with its extra "mujoco" and mujoco 3.3.7.
#
# Expected: the table in the documentation of Reacher-v5 names the defaults of its code.
# Seen: the table says that reward_control_weight is 0.1; the code's default is 1, and that is what
# the rewards follow: control costs ten times what the table says.
#
# Output on 2026-11-28 (Python 3.11):
#   table: 0.1; code: 1
#   action (1, 1): reward_ctrl -2.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv venv
venv/bin/pip install --quiet 'gymnasium[mujoco]==1.3.0' mujoco==3.3.7
cat > run.py <<'EOF'
import inspect
import re

import gymnasium
import numpy as np
from gymnasium.envs.mujoco.reacher_v5 import ReacherEnv

row = re.search(r"\|\s*`reward_control_weight`\s*\|[^|]*\|\s*`([^`]*)`", ReacherEnv.__doc__)
code = inspect.signature(ReacherEnv.__init__).parameters["reward_control_weight"].default
print(f"table: {row[1]}; code: {code}")

env = gymnasium.make("Reacher-v5")
env.reset(seed=0)
info = env.step(np.ones(2, dtype=np.float32))[4]
print(f"action (1, 1): reward_ctrl {info['reward_ctrl']}")
assert row[1] == "0.1" and code == 1 and info["reward_ctrl"] == -2
EOF
venv/bin/python run.py
