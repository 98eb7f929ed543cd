#!/usr/bin/env bash
# brax 0.14.2 with jax 0.10.2, mujoco and mujoco-mjx 3.17.0 (PyPI).
#
# Expected: a task whose reset draws a state starts each episode from another one, also where the
# training wrapper resets it by itself.
# Seen: the wrapper keeps the first state of each copy and puts it back whenever the copy is
# done. 4 copies begin 100 episodes from 4 states, and so does PPO: num_resets_per_eval is 0
# unless it is set, and then nothing but these starts is seen from one evaluation to
# the next. The mean return under training is an estimate over as many starts as there are
# copies, however many episodes it counts. A reset by hand draws anew.
#
# Output on 2026-11-29 (Python 3.11):
#   wrapped: 100 episodes, 4 different starts
#   reset by hand: 100 episodes, 100 different starts
#   ppo.train: num_resets_per_eval = 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv venv
venv/bin/pip install --quiet brax==0.14.2 jax==0.10.2 mujoco==3.17.0 mujoco-mjx==3.17.0
cat > run.py <<'EOF'
import inspect

import jax
import jax.numpy as jnp
from brax.envs.base import Env, State
from brax.envs.wrappers.training import wrap
from brax.training.agents.ppo.train import train


class Line(Env):
    """Starts anywhere between 0 and 1 and stays there."""

    observation_size = action_size = 1
    backend = "none"

    def reset(self, rng):
        start = jax.random.uniform(rng, (1,))
        return State(start, start, jnp.zeros(()), jnp.zeros(()))

    def step(self, state, action):
        return state.replace(reward=jnp.ones(()))


def look(name, starts):
    starts = jnp.concatenate(starts)
    different = jnp.unique(starts).size
    print(f"{name}: {starts.size} episodes, {different} different starts")
    return starts.size, different


copies, episodes, length = 4, 25, 2
env = wrap(Line(), episode_length=length, action_repeat=1)
reset, step = jax.jit(env.reset), jax.jit(env.step)
keys = jax.random.split(jax.random.PRNGKey(0), (episodes, copies))

state = reset(keys[0])
starts = [state.obs.flatten()]
for _ in range(length * (episodes - 1)):
    state = step(state, jnp.zeros((copies, 1)))
    if state.done.all():
        starts.append(state.obs.flatten())
assert look("wrapped", starts) == (100, 4)
assert look("reset by hand", [reset(key).obs.flatten() for key in keys]) == (100, 100)

resets = inspect.signature(train).parameters["num_resets_per_eval"].default
print(f"ppo.train: num_resets_per_eval = {resets}")
assert resets == 0
EOF
venv/bin/python run.py
