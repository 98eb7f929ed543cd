#!/usr/bin/env bash
# mujoco 3.14.0, gymnasium 1.3.0, numpy 2.4.6 (PyPI).
#
# Expected: a NaN in an action, of a policy that has diverged, makes the observation NaN or raises an
# error, and so does a simulation whose numbers blow up.
# Seen: one NaN turns all six motors off for the step, and the observation is that of six zeros. Only
# the reward, which charges for the action, is NaN. And from a velocity beyond 1e10 the
# simulation is put back to the model's own start in the midst of an episode, also in
# time: the cheetah is 5 m further back and slow, and nothing is terminated. MuJoCo writes a line
# to standard error and to MUJOCO_LOG.TXT and counts it in data.warning.
#
# Output on 2026-11-29 (Python 3.11), without MuJoCo's lines:
#   one NaN of six: observation finite, equal to that of six zeros: True; reward nan, terminated False
#   a velocity of 2e10: from x = 5.3 to x = 0.0, velocities below 0.5, terminated False
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


def running():
    """HalfCheetah after 20 steps under one action."""
    env = gymnasium.make("HalfCheetah-v5").unwrapped
    env.reset(seed=0)
    for _ in range(20):
        env.step(np.full(6, 0.5))
    return env


def finite(values):
    return "finite" if np.isfinite(values).all() else "not finite"


lame, idle = running(), running()
lame_step = lame.step(np.array([np.nan, 0.5, 0.5, 0.5, 0.5, 0.5]))
idle_step = idle.step(np.zeros(6))
same = bool((lame_step[0] == idle_step[0]).all())
print(
    f"one NaN of six: observation {finite(lame_step[0])}, equal to that of six zeros: {same}; "
    f"reward {lame_step[1]}, terminated {lame_step[2]}"
)
assert same and np.isfinite(lame_step[0]).all() and np.isnan(lame_step[1]) and not lame_step[2]

env = running()
env.set_state(env.data.qpos + np.eye(9)[0] * 5, np.where(np.arange(9) == 3, 2e10, env.data.qvel))
before = env.data.qpos[0]
observation, reward, terminated, _, _ = env.step(np.zeros(6))
print(
    f"a velocity of 2e10: from x = {before:.1f} to x = {env.data.qpos[0]:.1f}, "
    f"velocities below {np.abs(env.data.qvel).max() + 0.01:.1f}, terminated {terminated}"
)
assert before > 5 and abs(env.data.qpos[0]) < 0.1 and np.abs(env.data.qvel).max() < 1 and not terminated
EOF
venv/bin/python run.py
