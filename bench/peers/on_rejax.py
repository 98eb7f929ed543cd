"""One run of rejax's PPO for the comparison; the settings come as JSON, as in ours.mjs.

JAX compiles the whole training into one program: that is timed apart, and counts in the cold start.
Prints a line of JSON when training has ended, and one when the policy was evaluated.
"""

import json
import os
import platform
import sys
import time

run = json.loads(sys.argv[1])
if run["threads"] == 1 and hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # JAX has no setting that holds it to one thread

import gymnax  # noqa: E402
import jax  # noqa: E402
import rejax  # noqa: E402
from rejax import PPO  # noqa: E402
from rejax.evaluate import evaluate  # noqa: E402


def show(line):
    print(json.dumps(line), flush=True)


def main():
    task, seed, evaluation = run["task"], run["seed"], run["evaluation"]
    batch = task["copies"] * task["stepsPerIteration"]
    algorithm = PPO.create(
        env=task["env"],
        num_envs=task["copies"],
        num_steps=task["stepsPerIteration"],
        num_epochs=task["epochs"],
        num_minibatches=batch // task["minibatchSize"],
        total_timesteps=task["totalSteps"],
        eval_freq=task["totalSteps"],
        skip_initial_evaluation=True,
        learning_rate=task["learningRate"],
        gamma=task["gamma"],
        gae_lambda=task["lambda"],
        clip_eps=task["clipRange"],
        ent_coef=task["entropyCoef"],
        vf_coef=0.5,
        max_grad_norm=task["maxGradientNorm"],
        agent_kwargs={"activation": "tanh", "hidden_layer_sizes": (64, 64)},
    )
    # Its evaluation, of one point in time, is not a part of training: one that tells nothing takes its place.
    algorithm = algorithm.replace(eval_callback=lambda *_: ())
    key = jax.random.PRNGKey(seed)
    train = jax.jit(algorithm.train).lower(key).compile()
    start = time.perf_counter()
    state, _ = jax.block_until_ready(train(key))
    seconds = time.perf_counter() - start
    steps = -(-task["totalSteps"] // batch) * batch
    show({"steps": steps, "stepsPerSecond": steps / seconds})

    act = algorithm.make_act(state)
    _, returns = evaluate(
        act, jax.random.PRNGKey(evaluation["seed"]), algorithm.env, algorithm.env_params, evaluation["episodes"], 500
    )
    versions = {"rejax": version("rejax"), "gymnax": version("gymnax"), "JAX": jax.__version__, "Python": platform.python_version()}
    show({"meanReturn": float(returns.mean()), "versions": versions})


def version(package):
    from importlib.metadata import version as of

    return of(package)


main()
