#!/usr/bin/env bash
# rsl-rl-lib 5.5.1 with torch 2.13.0 (a build for the CPU is enough) and tensordict 0.15.3 (PyPI).
#
# Expected: where a time limit cuts an episode off, PPO adds gamma times the value of the state
# that the episode had come to, as Stable-Baselines3 does: what would have followed.
# Seen: it adds gamma times the value of the state before the last step. An environment hands
# over no final observation, only that of the next episode, so the value at hand is taken. That
# value holds the last reward already, and the reward is counted twice: with exact values and
# a reward in the last step alone, the target is 1 + gamma where the return is 1. It is
# meant so (upstream, issue 151), but a comparison with another PPO compares two targets.
#
# Output on 2026-11-29 (Python 3.11):
#   time-out: target 1.99; by the final state 1.00; by the state before 1.99
#   terminated: target 1.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv venv
venv/bin/pip install --quiet torch==2.13.0 tensordict==0.15.3 tensorboard==2.21.0 numpy==2.4.6
venv/bin/pip install --quiet --no-deps rsl-rl-lib==5.5.1
cat > run.py <<'EOF'
import torch
from rsl_rl.algorithms.ppo import PPO
from rsl_rl.models.mlp_model import MLPModel
from rsl_rl.storage.rollout_storage import RolloutStorage
from tensordict import TensorDict

torch.set_num_threads(1)
gamma = 0.99


def at(x):
    return TensorDict({"x": torch.tensor([[float(x)]])}, batch_size=[1])


class Exact(MLPModel):
    """The value of a task that pays 1 for the step from 1 to 0, and nothing from there on."""

    def forward(self, observations, *rest, **options):
        return observations["x"]


def target(extras):
    """What the value of state 1 is trained towards, when its step ends the episode."""
    groups = {"actor": ["x"], "critic": ["x"]}
    gaussian = {"class_name": "GaussianDistribution"}
    actor = MLPModel(at(0), groups, "actor", 1, [8], distribution_cfg=gaussian)
    critic = Exact(at(0), groups, "critic", 1, [8])
    ppo = PPO(actor, critic, RolloutStorage("rl", 1, 2, at(0), [1]), gamma=gamma)
    for _ in range(2):
        ppo.act(at(1))
        ppo.process_env_step(at(1), torch.ones(1), torch.ones(1), extras)
    ppo.compute_returns(at(1))
    return ppo.storage.returns[0].item()


final, before = 1 + gamma * 0, 1 + gamma * 1
cut = target({"time_outs": torch.ones(1)})
end = target({"time_outs": torch.zeros(1)})
print(f"time-out: target {cut:.2f}; by the final state {final:.2f}; by the state before {before:.2f}")
print(f"terminated: target {end:.2f}")
assert abs(cut - before) < 1e-6 and abs(end - 1) < 1e-6
EOF
venv/bin/python run.py
