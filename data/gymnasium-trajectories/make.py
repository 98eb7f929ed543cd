"""Runs Gymnasium's own environments from given states under fixed actions and writes what happened.

Usage, in a throwaway virtual environment (see README.md for what the files hold):
    pip install gymnasium==1.4.0
    python make.py
"""

import csv
import math
import pathlib

import gymnasium
import numpy as np
from gymnasium.envs.classic_control import (
    AcrobotEnv,
    CartPoleEnv,
    Continuous_MountainCarEnv,
    MountainCarEnv,
    PendulumEnv,
)
from gymnasium.envs.toy_text import CliffWalkingEnv, FrozenLakeEnv

HERE = pathlib.Path(__file__).parent
rng = np.random.default_rng(6)


def random_discrete(n):
    return lambda state: int(rng.integers(n))


def random_box(scale):
    # Drawn in float32, the dtype of the action space, and handed over as float64 (the same number).
    return lambda state: np.array([rng.uniform(-scale, scale)], dtype=np.float32).astype(np.float64)


def constant(action):
    return lambda state: action


def box(value):
    return lambda state: np.array([float(value)])


def run(writer, episode, env, start, policy, steps):
    """One episode of the bare class, without a step limit: a header row (t = -1), then a row a step."""
    env.reset(seed=0)
    env.state = np.array(start, dtype=np.float64)
    writer.writerow([episode, -1, "", *map(repr_float, env.state), "", ""])
    for t in range(steps):
        action = policy(env.state)
        observation, reward, terminated, truncated, _ = env.step(action)
        assert not truncated
        row = [episode, t, repr_float(np.ravel(action)[0])]
        row += [repr_float(x) for x in env.state] + [repr_float(reward), int(terminated)]
        writer.writerow(row)
        if terminated:
            break


def repr_float(x):
    x = float(x)
    return str(int(x)) if x == int(x) and abs(x) < 1e15 else repr(x)


def trajectories(name, states, make, episodes):
    with open(HERE / f"{name}.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["episode", "t", "action", *states, "reward", "terminated"])
        for i, (start, policy, steps) in enumerate(episodes):
            run(writer, i, make(), start, policy, steps)


trajectories(
    "cartpole",
    ["x", "x_dot", "theta", "theta_dot"],
    CartPoleEnv,
    [
        ((0.01, -0.02, 0.03, 0.04), random_discrete(2), 200),
        ((0.0, 0.0, 0.0, 0.0), constant(1), 200),
        ((0.0, 0.0, 0.0, 0.0), constant(0), 200),
        # Balanced by a linear rule: a long episode; then one that leaves the track on the right, one on the left.
        ((0.02, 0.1, -0.05, 0.0), lambda s: int(s[2] + 0.2 * s[3] + 0.1 * s[1] > 0), 300),
        ((2.3, 1.5, 0.0, 0.0), lambda s: int(s[2] + 0.2 * s[3] > 0), 200),
        ((-2.3, -1.5, 0.0, 0.0), lambda s: int(s[2] + 0.2 * s[3] > 0), 200),
        ((0.0, 0.0, 0.2, 0.5), constant(0), 200),
    ],
)

trajectories(
    "acrobot",
    ["theta1", "theta2", "w1", "w2"],
    AcrobotEnv,
    [
        ((0.05, -0.03, 0.02, 0.01), random_discrete(3), 150),
        # Pumping energy by pushing with the second joint's motion: reaches the line.
        ((0.0, 0.0, 0.0, 0.0), lambda s: 2 if s[3] >= 0 else 0, 300),
        # Fast starts that pass the clip of both velocities and wrap both angles.
        ((1.0, 2.0, 12.0, 28.0), constant(1), 15),
        ((-2.0, 0.5, -12.0, -28.0), constant(0), 15),
        ((3.0, 0.0, 0.0, 0.0), constant(2), 5),
    ],
)



def nips():
    env = AcrobotEnv()
    env.book_or_nips = "nips"
    return env


trajectories(
    "acrobot-nips",
    ["theta1", "theta2", "w1", "w2"],
    nips,
    [((0.05, -0.03, 0.02, 0.01), lambda s: 2 if s[3] >= 0 else 0, 60)],
)

trajectories(
    "mountain-car",
    ["position", "velocity"],
    MountainCarEnv,
    [
        ((-0.5, 0.0), lambda s: 2 if s[1] >= 0 else 0, 200),
        ((-0.5, 0.0), random_discrete(3), 200),
        # Into the left wall at speed, and to the goal at speed.
        ((-1.1, -0.06), constant(0), 100),
        ((0.3, 0.06), constant(2), 50),
        ((-0.9, 0.07), constant(1), 50),
    ],
)

trajectories(
    "mountain-car-continuous",
    ["position", "velocity"],
    Continuous_MountainCarEnv,
    [
        ((-0.5, 0.0), lambda s: np.array([1.0 if s[1] >= 0 else -1.0]), 200),
        ((-0.45, 0.0), random_box(1.0), 200),
        ((-0.55, 0.01), random_box(3.0), 200),
        ((-1.1, -0.06), box(-1.5), 100),
        ((0.3, 0.06), box(0.5), 50),
    ],
)

trajectories(
    "pendulum",
    ["theta", "w"],
    PendulumEnv,
    [
        ((math.pi / 2, 0.0), random_box(2.0), 200),
        ((-3.0, 0.5), random_box(5.0), 200),
        # Spinning at the speed limit, far beyond one turn, both ways.
        ((0.5, 7.5), box(2.0), 100),
        ((-0.5, -7.5), box(-3.0), 100),
        ((0.0, 0.0), box(0.0), 5),
    ],
)

with open(HERE / "transitions.csv", "w", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["env", "state", "action", "next_state", "probability", "reward", "terminated"])
    for name, env in {
        "FrozenLake-v1": FrozenLakeEnv(map_name="4x4", is_slippery=False),
        "FrozenLake-v1 slippery": FrozenLakeEnv(map_name="4x4", is_slippery=True),
        "CliffWalking-v1": CliffWalkingEnv(is_slippery=False),
        "CliffWalking-v1 slippery": CliffWalkingEnv(is_slippery=True),
    }.items():
        for state in sorted(env.P):
            for action in sorted(env.P[state]):
                # Several outcomes may lead to one state: their probabilities add up.
                outcomes = {}
                for probability, next_state, reward, terminated in env.P[state][action]:
                    key = (int(next_state), float(reward), int(terminated))
                    outcomes[key] = outcomes.get(key, 0.0) + float(probability)
                for (next_state, reward, terminated), probability in sorted(outcomes.items()):
                    writer.writerow(
                        [name, state, action, next_state, repr_float(probability), repr_float(reward), terminated]
                    )

print("gymnasium", gymnasium.__version__, "numpy", np.__version__)
for path in sorted(HERE.glob("*.csv")):
    with open(path) as file:
        print(path.name, sum(1 for _ in file) - 1, "rows,", path.stat().st_size, "bytes")
