"""One run of RLtools' PPO (C++) for the comparison; the settings come as JSON, as in ours.mjs.

RLtools compiles the loop with all its settings the first time, which the comparison has done before it begins, and finds the
result again after that. Prints a line of JSON when training has ended, and one of versions; it is not evaluated.
"""

import json
import os
import platform
import sys
import tempfile
import time
from importlib.metadata import version

from rltools import PPO

ENVIRONMENT = """
#include <rl_tools/rl/environments/pendulum/operations_cpu.h>
template <typename T, typename TI>
using ENVIRONMENT_FACTORY = rl_tools::rl::environments::Pendulum<rl_tools::rl::environments::pendulum::Specification<T, TI>>;
"""


def main():
    lines = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # where RLtools, in Python and in C++, tells what it found
    run = json.loads(sys.argv[1])
    task, seed = run["task"], run["seed"]
    if task["env"] != "Pendulum-v1":
        raise SystemExit(f"env is {task['env']}, but RLtools is asked for Pendulum-v1 only")
    folder = os.path.join(tempfile.gettempdir(), "pglab-pendulum")
    header = os.path.join(folder, "environment.h")
    if not os.path.exists(header):
        os.makedirs(folder, exist_ok=True)
        with open(header, "w", encoding="utf-8") as file:
            file.write(ENVIRONMENT)

    module = PPO(
        {"path": folder, "action_dim": 1, "observation_dim": 3},
        enable_evaluation=False,
        interface_name="pglab",
        TOTAL_STEP_LIMIT=task["totalSteps"],
        N_ENVIRONMENTS=task["copies"],
        ON_POLICY_RUNNER_STEPS_PER_ENV=task["stepsPerIteration"],
        BATCH_SIZE=task["minibatchSize"],
        N_EPOCHS=task["epochs"],
        GAMMA=task["gamma"],
        LAMBDA=task["lambda"],
        EPSILON_CLIP=task["clipRange"],
        ACTION_ENTROPY_COEFFICIENT=float(task["entropyCoef"]),
        OPTIMIZER_ALPHA=task["learningRate"],
        ACTOR_ACTIVATION_FUNCTION="TANH",
        CRITIC_ACTIVATION_FUNCTION="TANH",
        EPISODE_STEP_LIMIT=200,
    )
    state = module.State(seed)
    iterations = 1  # they are counted, because it makes one more than its limit says
    start = time.perf_counter()
    while not state.step():
        iterations += 1
    seconds = time.perf_counter() - start
    steps = iterations * task["copies"] * task["stepsPerIteration"]
    versions = {"RLtools": version("rltools"), "MKL": version("mkl"), "Python": platform.python_version()}
    print(json.dumps({"steps": steps, "stepsPerSecond": steps / seconds}), file=lines, flush=True)
    print(json.dumps({"meanReturn": None, "versions": versions}), file=lines, flush=True)


main()
