#!/usr/bin/env bash
# @mujoco/mujoco 3.14.0 (npm).
#
# Expected: const qpos = data.qpos is the position for as long as data lives, as in Python.
# Seen: it is a view of WebAssembly's memory, and when that memory grows, by another model say,
# JavaScript empties all views of it. The old qpos has length 0 then, it reads as undefined, what
# is written to it is gone, and no error is raised: a controller that holds data.ctrl drives
# nothing from there on. data.qpos, asked again, is a new view each time.
#
# Output on 2026-11-29 (Node 20):
#   the first model alone: length 1, ctrl[0] 1, moved 0.50 m
#   after 1 more: length 0, ctrl[0] undefined, moved 0.00 m
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund @mujoco/mujoco@3.14.0
cat > run.mjs <<'EOF'
import assert from "node:assert/strict";
import load from "@mujoco/mujoco";

const mujoco = await load();
const cart = `<mujoco>
  <worldbody><body>
    <joint name="slide" type="slide" axis="1 0 0"/><geom size=".1" mass="1"/>
  </body></worldbody>
  <actuator><motor joint="slide"/></actuator>
</mujoco>`;
const model = mujoco.MjModel.from_xml_string(cart);
const data = new mujoco.MjData(model);
const ctrl = data.ctrl;

const drive = (label) => {
  mujoco.mj_resetData(model, data);
  ctrl[0] = 1;
  for (let i = 0; i < 500; i++) mujoco.mj_step(model, data);
  const moved = data.qpos[0];
  console.log(`${label}: length ${ctrl.length}, ctrl[0] ${ctrl[0]}, moved ${moved.toFixed(2)} m`);
  return [ctrl.length, ctrl[0], moved];
};
const before = drive("the first model alone");
assert.ok(before[0] === 1 && before[1] === 1 && before[2] > 0.4);

const others = [];
while (ctrl.length > 0 && others.length < 100) {
  const other = mujoco.MjModel.from_xml_string(cart);
  others.push(new mujoco.MjData(other));
}
const after = drive(`after ${others.length} more`);
assert.deepEqual(after, [0, undefined, 0]);
assert.equal(data.ctrl.length, 1);
EOF
node run.mjs
