#!/usr/bin/env bash
# gymnasium 1.3.0, mujoco 3.14.0, numpy 2.4.6 (PyPI).
#
# Expected: env.unwrapped.set_state(qpos, qvel) with what another copy holds makes the two equal: the
# same actions take both through the same steps.
# Seen: so it is for HalfCheetah here, and not for Ant. Its first observation differs in the last bit,
# and within 1000 steps the two are far apart. MuJoCo starts the search for the contact
# forces at the accelerations of the step before, qacc_warmstart, which set_state leaves as they
# were in the copy. With these copied, too, all observations are equal to the bit. So a checkpoint, or
# a search that goes back to a state, has to keep them.
#
# Output on 2026-11-29 (Python 3.11):
#   HalfCheetah-v5, qpos and qvel: apart by 0e+00 after 1 step, 0.0e+00 at most in 1000
#   HalfCheetah-v5, with qacc_warmstart: apart by 0e+00 after 1 step, 0.0e+00 at most in 1000
#   Ant-v5, qpos and qvel: apart by 4e-16 after 1 step, 1.2e+01 at most in 1000
#   Ant-v5, with qacc_warmstart: apart by 0e+00 after 1 step, 0.0e+00 at most in 1000
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv venv
venv/bin/pip install --quiet gymnasium==1.3.0 mujoco==3.14.0 numpy==2.4.6 imageio packaging
cat > run.py <<'EOF'
import gymnasium
import numpy as np

gymnasium.logger.min_level = gymnasium.logger.ERROR


def apart(task, warm):
    first, second = (gymnasium.make(task).unwrapped for _ in range(2))
    first.reset(seed=1)
    second.reset(seed=2)
    rng = np.random.default_rng(0)
    action = lambda: rng.uniform(first.action_space.low, first.action_space.high)
    for _ in range(20):
        first.step(action())
    second.set_state(first.data.qpos.copy(), first.data.qvel.copy())
    if warm:
        second.data.qacc_warmstart[:] = first.data.qacc_warmstart
    gaps = []
    for _ in range(1000):
        u = action()
        gaps.append(np.abs(first.step(u)[0] - second.step(u)[0]).max())
    return gaps


for task in ("HalfCheetah-v5", "Ant-v5"):
    for warm in (False, True):
        gaps = apart(task, warm)
        print(
            f"{task}, {'with qacc_warmstart' if warm else 'qpos and qvel'}: apart by {gaps[0]:.0e} "
            f"after 1 step, {max(gaps):.1e} at most in 1000"
        )
        if task == "Ant-v5" and not warm:
            assert 0 < gaps[0] < 1e-12 and max(gaps) > 0.01
        else:
            assert max(gaps) == 0
EOF
venv/bin/python run.py
