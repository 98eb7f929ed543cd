#!/usr/bin/env bash
# gymnax 1.0.1 with jax 0.10.2, and gymnasium 1.3.0 (PyPI).
#
# Expected: one task of one name moves alike in both: MountainCarContinuous-v0 stops at the wall
# on its left, that is, its velocity becomes 0 there.
# Seen: gymnax's continuous car keeps its velocity at the wall. It stays there, pushed to the
# right at full force, until that velocity is used up: 16 steps after an arrival at .06.
# Gymnasium's leaves at once. gymnax asks for the goal's position there instead of the wall's.
# Its MountainCar-v0, with three actions, is Gymnasium's. Nothing shows in a comparison that
# keeps away from the wall.
#
# Output on 2026-11-29 (Python 3.11):
#   continuous: steps at the wall: gymnax 16, gymnasium 1
#   three actions: steps at the wall: gymnax 1, gymnasium 1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv venv
# gymnax imports six and does not ask for it.
venv/bin/pip install --quiet gymnax==1.0.1 jax==0.10.2 gymnasium==1.3.0 six==1.17.0
cat > run.py <<'EOF'
import gymnasium as gym
import gymnax
import jax
import numpy as np

key = jax.random.key(0)


def steps_at_wall(name, right):
    """Both start close to the wall, moving towards it, and are pushed away from it."""
    env, parameters = gymnax.make(name)
    _, state = env.reset(key, parameters)
    state = state.replace(position=np.float32(-1.19), velocity=np.float32(-0.06))
    other = gym.make(name).unwrapped
    other.reset()
    other.state = np.array([-1.19, -0.06])
    waits = [0, 0]
    step = jax.jit(env.step_env)
    for _ in range(150):
        observation, state, *_ = step(key, state, right, parameters)
        waits[0] += bool(observation[0] <= np.float32(-1.2))
        waits[1] += bool(other.step(right)[0][0] <= np.float32(-1.2))
    return waits


continuous = steps_at_wall("MountainCarContinuous-v0", np.ones(1, np.float32))
discrete = steps_at_wall("MountainCar-v0", 2)
for name, (jax_car, car) in (("continuous", continuous), ("three actions", discrete)):
    print(f"{name}: steps at the wall: gymnax {jax_car}, gymnasium {car}")
assert continuous[1] == 1 and continuous[0] > 10 and discrete == [1, 1]
EOF
JAX_PLATFORMS=cpu venv/bin/python run.py
