"""One run of Stable-Baselines3's PPO for the comparison; the settings come as JSON, as in ours.mjs, its twin.

Prints a line of JSON when training has ended, and one when the policy was evaluated.
"""

import json
import platform
import sys
import time

import gymnasium
import mujoco
import stable_baselines3
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.evaluation import evaluate_policy


def show(line):
    print(json.dumps(line), flush=True)


def schedule(value, annealed):
    """Stable-Baselines3 calls it with the share of the steps that is left, which ends below 0 if rollouts don't divide the steps."""
    return (lambda left: max(0.0, left) * value) if annealed else value


class Clock(BaseCallback):
    """Starts after the first iteration, in which everything is loaded and compiled for the first time."""

    first = None

    def _on_rollout_start(self):
        if self.num_timesteps > 0 and self.first is None:
            self.first = (self.num_timesteps, time.perf_counter())

    def _on_step(self):
        return True

    def rate(self):
        steps, start = self.first
        return (self.num_timesteps - steps) / (time.perf_counter() - start)


def main():
    run = json.loads(sys.argv[1])
    task, seed, evaluation = run["task"], run["seed"], run["evaluation"]
    torch.set_num_threads(run["threads"])
    clock = Clock()
    model = PPO(
        "MlpPolicy",
        make_vec_env(task["env"], n_envs=task["copies"], seed=seed),
        n_steps=task["stepsPerIteration"],
        n_epochs=task["epochs"],
        batch_size=task["minibatchSize"],
        learning_rate=schedule(task["learningRate"], task["annealLearningRate"]),
        gamma=task["gamma"],
        gae_lambda=task["lambda"],
        clip_range=schedule(task["clipRange"], task["annealClipRange"]),
        clip_range_vf=task["valueClipRange"],
        ent_coef=task["entropyCoef"],
        max_grad_norm=task["maxGradientNorm"],
        policy_kwargs={"net_arch": {"pi": [64, 64], "vf": [64, 64]}, "activation_fn": torch.nn.Tanh},
        seed=seed,
        device="cpu",
    )
    model.learn(task["totalSteps"], callback=clock)
    show({"steps": model.num_timesteps, "stepsPerSecond": clock.rate()})

    envs = make_vec_env(task["env"], n_envs=20, seed=evaluation["seed"])
    mean, _ = evaluate_policy(model, envs, n_eval_episodes=evaluation["episodes"], deterministic=True)
    versions = {
        "Stable-Baselines3": stable_baselines3.__version__,
        "Gymnasium": gymnasium.__version__,
        "MuJoCo": mujoco.__version__,
        "PyTorch": torch.__version__,
        "Python": platform.python_version(),
    }
    show({"meanReturn": float(mean), "versions": versions})


main()
