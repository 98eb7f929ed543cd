#!/usr/bin/env bash
# gymnasium 1.4.0 with its extra "mujoco" and mujoco 3.14.0.
#
# Expected: an action beyond the bounds, as a Gaussian policy draws them, is refused, or clipped,
# and then the clipped one moves the body and costs control.
# Seen: nothing is said, the motion is that of the clipped action, and the cost is that of the
# action as given. Five times the bound moves HalfCheetah by exactly as much as the bound does,
# and costs 25 times as much. MountainCarContinuous does the same. Pendulum clips first and
# charges for what it has clipped, and InvertedPendulum has no cost. So the same unclipped policy
# is punished for its deviation in some tasks and not in others; the wrapper ClipAction makes
# them alike.
#
# Output on 2026-11-29 (Python 3.11):
#   HalfCheetah-v5: same motion True; reward 0.238 at the bound, -14.162 at five times it
#   Hopper-v5: same motion True; reward 1.057 at the bound, 0.985 at five times it
#   Reacher-v5: same motion True; reward -2.289 at the bound, -50.289 at five times it
#   MountainCarContinuous-v0: same motion True; reward -0.100 at the bound, -2.500 at five times it
#   Pendulum-v1: same motion True; reward -0.091 at the bound, -0.091 at five times it
#   InvertedPendulum-v5: same motion True; reward 1.000 at the bound, 1.000 at five times it
#   HalfCheetah-v5 in ClipAction: 0.238 at both
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv venv
venv/bin/pip install --quiet 'gymnasium[mujoco]==1.4.0' mujoco==3.14.0
cat > run.py <<'EOF'
import warnings

import gymnasium as gym
import numpy as np

charged = ("HalfCheetah-v5", "Hopper-v5", "Reacher-v5", "MountainCarContinuous-v0")
free = ("Pendulum-v1", "InvertedPendulum-v5")


def first_step(name, times, wrap=lambda env: env):
    env = wrap(gym.make(name))
    env.reset(seed=1)
    observation, reward, *_ = env.step(env.unwrapped.action_space.high * times)
    return observation, float(reward)


with warnings.catch_warnings(record=True) as heard:
    warnings.simplefilter("always")
    for name in charged + free:
        (at, cost), (beyond, dear) = first_step(name, 1), first_step(name, 5)
        same = np.array_equal(at, beyond)
        print(
            f"{name}: same motion {same}; "
            f"reward {cost:.3f} at the bound, {dear:.3f} at five times it"
        )
        assert same and (dear < cost - 0.05 if name in charged else dear == cost)
    rewards = [first_step(charged[0], times, gym.wrappers.ClipAction)[1] for times in (1, 5)]
    print(f"{charged[0]} in ClipAction: {rewards[0]:.3f} at both")
    assert rewards[0] == rewards[1]
assert not [w for w in heard if "action" in str(w.message).lower()]
EOF
venv/bin/python run.py
