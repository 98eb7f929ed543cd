#!/usr/bin/env bash
# stable-baselines3 2.9.2, torch 2.13.0 (a build for the CPU is enough), gymnasium 1.4.0.
#
# Expected: a schedule gets what is left of the run, "from 1 (beginning) to 0", as the
# documentation says: the first update is done at 1, and the last one above 0, however many
# steps were asked for.
# Seen: steps are counted after they were collected, and whole rollouts are collected. Of 1024
# steps in rollouts of 256 the first update is done at .75 and the last at 0: the last quarter of
# the data changes nothing. Of 1000 steps the last is done at -.024, for 1024 were made, and the
# documentation's own linear schedule gives a negative rate there: the last update climbs the
# loss. So it is for every number of steps that is no multiple of a rollout, 1,000,000 by PPO's
# default of 2048 among them. Below, one update at .5 and one at -.5 from the same weights and the
# same data are each other's opposite. A2C counts alike. max(0, ...) in the schedule stops the climb.
#
# Output on 2026-11-29 (Python 3.11):
#   PPO, 1024 steps: updates at 0.750, 0.500, 0.250, 0.000
#   PPO, 1000 steps: updates at 0.744, 0.488, 0.232, -0.024
#   A2C, 1000 steps: updates at 0.744, 0.488, 0.232, -0.024
#   600 steps: first update at the rate 0.0005; error of the values 105.8, then 105.6
#   200 steps: first update at the rate -0.0005; error of the values 105.8, then 106.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv venv
venv/bin/pip install --quiet stable-baselines3==2.9.2 torch==2.13.0 gymnasium==1.4.0 numpy==2.4.6
cat > run.py <<'EOF'
import numpy as np
import torch
from stable_baselines3 import A2C, PPO
from torch.nn.utils import parameters_to_vector

torch.set_num_threads(1)


def updates(kind, steps, **options):
    """What the schedule was asked at the updates of a run in rollouts of 256."""
    asked = []

    def linear(progress_remaining):
        asked.append(progress_remaining)
        return 3e-4 * progress_remaining

    options.update(learning_rate=linear, n_steps=256, seed=0, device="cpu")
    model = kind("MlpPolicy", "CartPole-v1", **options)
    at = []
    train = model.train
    model.train = lambda: (train(), at.append(asked[-1]))
    model.learn(steps)
    print(f"{kind.__name__}, {steps} steps: updates at {', '.join(f'{p:.3f}' for p in at)}")
    return at


once = dict(batch_size=256, n_epochs=1)
assert np.allclose(updates(PPO, 1024, **once), [0.75, 0.5, 0.25, 0])
assert np.allclose(updates(PPO, 1000, **once), [0.744, 0.488, 0.232, -0.024])
assert np.allclose(updates(A2C, 1000), [0.744, 0.488, 0.232, -0.024])


def value_error(model):
    data = next(model.rollout_buffer.get())
    with torch.no_grad():
        values = model.policy.predict_values(data.observations).flatten()
    return ((values - data.returns) ** 2).mean().item()


def first_update(steps):
    """One rollout of 300 steps and one gradient step: its rate, and how weights and error moved."""
    model = PPO(
        "MlpPolicy",
        "CartPole-v1",
        learning_rate=lambda progress_remaining: 1e-3 * progress_remaining,
        n_steps=300,
        batch_size=300,
        n_epochs=1,
        seed=0,
        device="cpu",
    )
    seen = []
    train = model.train

    def weights():
        return parameters_to_vector(model.policy.parameters()).detach().clone()

    def watched():
        before, error = weights(), value_error(model)
        train()
        rate = model.policy.optimizer.param_groups[0]["lr"]
        seen.append((rate, weights() - before, error, value_error(model)))

    model.train = watched
    model.learn(steps)
    rate, step, *errors = seen[0]
    moved = ", then ".join(f"{error:.1f}" for error in errors)
    print(f"{steps} steps: first update at the rate {rate:.4f}; error of the values {moved}")
    return rate, step, errors


down_rate, down, falls = first_update(600)
up_rate, up, rises = first_update(200)
assert np.allclose((down_rate, up_rate), (5e-4, -5e-4))
assert torch.allclose(down, -up, atol=1e-7) and down.abs().max() > 4e-4
assert falls[1] < falls[0] == rises[0] < rises[1]
EOF
venv/bin/python run.py
