#!/usr/bin/env bash
# gymnasium 1.4.0 (PyPI), wrapper NormalizeReward, alone and for vectors.
#
# Expected: rewards are divided by the deviation of the running discounted return, and that
# return starts anew with each episode. With rewards 0 0 0 100 it is 0 0 0 100 in every episode.
# Seen: it runs on. On the terminating step the past is left out and the last reward is kept, so
# an episode starts with the 100 that ended the one before. After a truncation nothing is left
# out at all, not even by reset(), and returns of all episodes add up: on tasks that a time limit
# ends (Pendulum, HalfCheetah) the scale is that of one endless episode. The wrapper for vectors
# does so under NEXT_STEP only. Under SAME_STEP each episode starts at 0. The same rewards are
# divided by another number there.
#
# Output on 2026-11-29 (Python 3.11):
#   terminated, alone: 0 0 0 100 | 99 98 97 100 | 99 98 97 100
#   terminated, NEXT_STEP: 0 0 0 100 | 99 98 97 100 | 99 98 97 100; divisor 42.7
#   terminated, SAME_STEP: 0 0 0 100 | 0 0 0 100 | 0 0 0 100; divisor 43.3
#   truncated, alone: 0 0 0 100 | 99 98 97 196 | 194 192 190 288
#   truncated, NEXT_STEP: 0 0 0 100 | 99 98 97 196 | 194 192 190 288; divisor 88.9
#   truncated, SAME_STEP: 0 0 0 100 | 0 0 0 100 | 0 0 0 100; divisor 43.3
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv venv
venv/bin/pip install --quiet gymnasium==1.4.0 numpy==2.4.6
cat > run.py <<'EOF'
import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from gymnasium.wrappers import NormalizeReward
from gymnasium.wrappers.vector import NormalizeReward as VectorNormalizeReward


class Prize(gym.Env):
    """Four steps with rewards 0, 0, 0, 100."""

    observation_space = gym.spaces.Box(-1, 1, (1,))
    action_space = gym.spaces.Discrete(2)

    def __init__(self, end):
        self.end = end

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.time = 0
        return np.zeros(1, np.float32), {}

    def step(self, action):
        self.time += 1
        last = self.time == 4
        ends = (last and self.end == "terminated", last and self.end == "truncated")
        return np.zeros(1, np.float32), 100.0 * last, *ends, {}


def alone(end):
    env = NormalizeReward(Prize(end))
    returns = []
    for _ in range(3):
        env.reset()
        for _ in range(4):
            env.step(0)
            returns.append(env.discounted_reward.item())
    return returns


def vector(end, mode):
    """The returns that enter the deviation, and what rewards are divided by in the end."""
    env = VectorNormalizeReward(SyncVectorEnv([lambda: Prize(end)], autoreset_mode=mode))
    env.reset()
    returns = []
    env.return_rms.update = lambda batch, update=env.return_rms.update: (
        returns.append(batch.item()),
        update(batch),
    )
    while len(returns) < 12:
        env.step(np.array([0]))
    return returns, np.sqrt(env.return_rms.var)


anew = [0, 0, 0, 100] * 3
on = {
    "terminated": [0, 0, 0, 100, 99, 98, 97, 100, 99, 98, 97, 100],
    "truncated": [0, 0, 0, 100, 99, 98, 97, 196, 194, 192, 190, 288],
}


def text(returns):
    numbers = [f"{r:.0f}" for r in returns]
    return " | ".join(" ".join(numbers[i : i + 4]) for i in (0, 4, 8))


for end in on:
    single = alone(end)
    print(f"{end}, alone: {text(single)}")
    assert np.allclose(single, on[end], atol=0.5)
    divisors = {}
    for mode in (AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP):
        returns, divisor = vector(end, mode)
        print(f"{end}, {mode.name}: {text(returns)}; divisor {divisor:.1f}")
        expected = on[end] if mode == AutoresetMode.NEXT_STEP else anew
        assert np.allclose(returns, expected, atol=0.5)
        divisors[mode.name] = divisor
# Those of the truncated episodes, which came last.
assert divisors["NEXT_STEP"] > 1.5 * divisors["SAME_STEP"]
EOF
venv/bin/python run.py
