"""Writes what Gymnasium's MuJoCo tasks are made of, and what they do from given states under given actions.

Usage, in a throwaway virtual environment (see README.md for what the files hold):
    pip install gymnasium==1.4.0 mujoco==3.14.0 imageio packaging
    python make.py [--folder F] [--seed 6] [--episodes 3] [--steps 30]
"""

import argparse
import csv
import logging
import pathlib
import warnings

import gymnasium
import mujoco
import numpy as np

TASKS = {
    "HalfCheetah": 0.1,
    "Hopper": 0.005,
    "Walker2d": 0.005,
    "Swimmer": 0.1,
    "Reacher": 0.1,
    "InvertedPendulum": 0.01,
    "InvertedDoublePendulum": 0.1,
}

# Of every body, joint and motor; of the geoms of bodies that move.
ARRAYS = """
body_parentid body_mass body_inertia body_pos body_quat body_ipos body_iquat body_invweight0
jnt_type jnt_pos jnt_axis jnt_range jnt_stiffness jnt_margin jnt_solref jnt_solimp
dof_armature dof_damping dof_frictionloss dof_invweight0 qpos0 qpos_spring
actuator_trnid actuator_gear actuator_ctrlrange actuator_gainprm actuator_biasprm
""".split()
GEOM_ARRAYS = """
geom_type geom_contype geom_conaffinity geom_condim geom_bodyid geom_priority geom_size geom_pos geom_quat
geom_friction geom_solmix geom_solref geom_solimp geom_margin geom_gap
""".split()
OPTIONS = """
timestep gravity wind density viscosity integrator solver cone iterations ls_iterations tolerance impratio
disableflags enableflags
""".split()


def main():
    warnings.simplefilter("ignore")
    gymnasium.logger.min_level = logging.ERROR
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--episodes", type=int, default=3)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--hopper-margin", type=float, help="the margin of Hopper's geoms, in place of its own")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with open(options.folder / "models.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["model", "array", "values"])
        for name in TASKS:
            for version in ("v5", "v4"):
                env = gymnasium.make(f"{name}-{version}").unwrapped
                if name == "Hopper" and options.hopper_margin is not None:
                    env.model.geom_margin[:] = options.hopper_margin
                write_model(writer, f"{name}-{version}", env.model)
                rng = np.random.default_rng(options.seed)
                write_episodes(options, f"{name}-{version}", env, TASKS[name], rng)


def write_model(writer, name, model):
    def row(array, values):
        writer.writerow([name, array, " ".join(number(x) for x in np.ravel(values))])

    for array in ARRAYS:
        row(array, getattr(model, array))
    moving = model.geom_bodyid > 0
    for array in GEOM_ARRAYS:
        row(array, getattr(model, array)[moving])
    for option in OPTIONS:
        row(f"opt.{option}", getattr(model.opt, option))


def write_episodes(options, name, env, scale, rng):
    nq, nu = env.model.nq, env.model.nu
    bound = env.model.actuator_ctrlrange[:, 1]
    with open(options.folder / f"{name.lower()}.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        size = env.observation_space.shape[0]
        sizes = {"a": nu, "q": nq, "v": nq, "w": nq, "o": size}
        columns = [f"{kind}{i}" for kind, count in sizes.items() for i in range(count)] + ["reward", "terminated"]
        writer.writerow(["episode", "t", *columns])
        for episode in range(options.episodes):
            # Without a trace of an episode before: the solver's warm start is 0.
            mujoco.mj_resetData(env.model, env.data)
            q = env.init_qpos + rng.uniform(-scale, scale, nq)
            v = rng.uniform(-scale, scale, nq)
            if name.startswith("Reacher"):
                q[2:], v[2:] = rng.uniform(-0.1, 0.1, 2), 0
                env.goal = q[2:]
            if name.startswith("Inverted") and episode % 3 == 2:
                q[0] += 0.9  # the cart runs into the end of its rail
                v[0] += 3
            env.set_state(q, v)
            observation = env._get_obs()
            row = [*env.data.qpos, *env.data.qvel, *env.data.qacc_warmstart, *observation]
            writer.writerow([episode, -1, *[""] * nu, *map(number, row), "", ""])
            # Random pushes in odd episodes, some of them beyond the bounds; slow waves in even ones.
            for t in range(options.steps):
                if episode % 2:
                    action = rng.uniform(-1.2, 1.2, nu) * bound
                else:
                    action = 0.8 * bound * np.sin(0.1 * t + np.arange(nu))
                observation, reward, terminated, truncated, _ = env.step(action)
                assert not truncated
                row = [*action, *env.data.qpos, *env.data.qvel, *env.data.qacc_warmstart, *observation, reward]
                writer.writerow([episode, t, *map(number, row), int(terminated)])
                if terminated:
                    break


def number(x):
    return repr(float(x)) if float(x) != int(x) else str(int(x))


if __name__ == "__main__":
    main()
