#!/usr/bin/env bash
# mujoco 3.14.0, numpy 2.4.6 (PyPI).
#
# Expected: a step fills mjData: the energy, the velocity of a body with all that hangs on it
# (subtree_linvel, which a walker's reward may use), the forces of contacts on bodies (cfrc_ext,
# Ant's contact cost) and the accelerations of bodies (cacc).
# Seen: all of them are 0, with a body that slides and lies on the ground, and nothing is raised.
# The engine computes them only for a sensor that needs them, or for a flag (energy), or when asked:
# mj_energyPos and mj_energyVel, mj_subtreeVel, mj_rnePostConstraint. cvel and xpos are always there.
#
# Output on 2026-11-29 (Python 3.11):
#   after 200 steps: energy 0, subtree_linvel 0, cfrc_ext 0, cacc 0; contacts 2, speed 0.608
#   asked for: energy 1.96, subtree_linvel 0.608, cfrc_ext 12.2, cacc 82.1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv venv
venv/bin/pip install --quiet mujoco==3.14.0 numpy==2.4.6
cat > run.py <<'EOF'
import mujoco
import numpy as np

MODEL = """
<mujoco>
  <worldbody>
    <geom type="plane" size="5 5 .1" friction=".1"/>
    <body name="torso" pos="0 0 .099">
      <freejoint/>
      <geom type="box" size=".1 .1 .1" mass="2" friction=".1"/>
    </body>
  </worldbody>
</mujoco>"""
FIELDS = ("energy", "subtree_linvel", "cfrc_ext", "cacc")
model = mujoco.MjModel.from_xml_string(MODEL)
data = mujoco.MjData(model)
data.qvel[0] = 1
for _ in range(200):
    mujoco.mj_step(model, data)


def largest():
    return {name: float(np.abs(getattr(data, name)).max()) for name in FIELDS}


def say(found):
    return ", ".join(f"{name} {value:.3g}" for name, value in found.items())


stepped = largest()
speed = float(data.cvel[1, 3])
print(f"after 200 steps: {say(stepped)}; contacts {data.ncon}, speed {speed:.3g}")
mujoco.mj_energyPos(model, data)
mujoco.mj_energyVel(model, data)
mujoco.mj_subtreeVel(model, data)
mujoco.mj_rnePostConstraint(model, data)
asked = largest()
print(f"asked for: {say(asked)}")
assert data.ncon > 0 and speed > 0.1
assert set(stepped.values()) == {0.0}
assert min(asked.values()) > 0.1
EOF
venv/bin/python run.py
