#!/usr/bin/env bash
# mujoco 3.3.7 (PyPI) and @mujoco/mujoco 3.14.0 (npm).
#
# Expected: one model gives one contact in two releases of MuJoCo 3. Each of the two geoms
# has margin .001.
# Seen: 3.3.7 takes the larger of the two margins, 3.14.0 adds them, so the contact's margin
# is .001 in one and .002 in the other, and a ball .0015 above the plane touches it in one
# only. Gymnasium's Hopper has such margins: its trajectories differ between the two.
#
# Output on 2026-11-28 (Node 20, Python 3.11):
#   3.3.7 from PyPI: margin 0.001 at .0001; contacts at .0015: 0
#   3.14.0 from npm: margin 0.002 at .0001; contacts at .0015: 1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund @mujoco/mujoco@3.14.0
python3 -m venv venv
venv/bin/pip install --quiet mujoco==3.3.7
cat > model.xml <<'EOF'
<mujoco><worldbody>
  <geom type="plane" size="1 1 .1" margin=".001"/>
  <body pos="0 0 .1001"><freejoint/><geom type="sphere" size=".1" margin=".001"/></body>
</worldbody></mujoco>
EOF
cat > run.py <<'EOF'
import mujoco

model = mujoco.MjModel.from_xml_path("model.xml")
data = mujoco.MjData(model)
mujoco.mj_forward(model, data)
margin = data.contact[0].includemargin
data.qpos[2] = 0.1015
mujoco.mj_forward(model, data)
print(f"3.3.7 from PyPI: margin {margin:.3f} at .0001; contacts at .0015: {data.ncon}")
assert abs(margin - 0.001) < 1e-12 and data.ncon == 0
EOF
cat > run.mjs <<'EOF'
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import load from "@mujoco/mujoco";

const mujoco = await load();
const model = mujoco.MjModel.from_xml_string(readFileSync("model.xml", "utf8"));
const data = new mujoco.MjData(model);
mujoco.mj_forward(model, data);
const margin = data.contact.get(0).includemargin;
data.qpos[2] = 0.1015;
mujoco.mj_forward(model, data);
console.log(
  `3.14.0 from npm: margin ${margin.toFixed(3)} at .0001; contacts at .0015: ${data.ncon}`,
);
assert.ok(Math.abs(margin - 0.002) < 1e-12 && data.ncon === 1);
EOF
venv/bin/python run.py
node run.mjs
