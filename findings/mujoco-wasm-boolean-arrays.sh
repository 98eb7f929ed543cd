#!/usr/bin/env bash
# @mujoco/mujoco 3.14.0 (npm).
#
# Expected: every array of an MjModel can be read, as qpos0 and jnt_type can.
# Seen: the arrays of booleans (jnt_limited, actuator_ctrllimited, ...) raise a BindingError
# when they are read: the binding knows no view of that type. Whether a joint has limits
# must be taken from elsewhere.
#
# Output on 2026-11-28 (Node 20):
#   jnt_type: Int32Array 3
#   jnt_range: Float64Array -1,1
#   jnt_limited: BindingError: _emval_take_value has unknown type N10emscripten11memory_viewIbEE
#   actuator_ctrllimited: BindingError: _emval_take_value has unknown type N10emscripten11memory_viewIbEE
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund @mujoco/mujoco@3.14.0
cat > run.mjs <<'EOF'
import assert from "node:assert/strict";
import load from "@mujoco/mujoco";

const mujoco = await load();
const model = mujoco.MjModel.from_xml_string(`<mujoco>
  <compiler angle="radian"/>
  <worldbody><body>
    <joint name="hinge" range="-1 1"/><geom size=".1"/>
  </body></worldbody>
  <actuator><motor joint="hinge" ctrlrange="-1 1"/></actuator>
</mujoco>`);

const look = (name) => {
  try {
    const values = model[name];
    return `${values.constructor.name} ${Array.from(values).join()}`;
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
};
for (const name of ["jnt_type", "jnt_range", "jnt_limited", "actuator_ctrllimited"]) {
  const seen = look(name);
  console.log(`${name}: ${seen}`);
  if (name.endsWith("limited")) assert.match(seen, /^BindingError: .*unknown type/);
  else assert.match(seen, /^(Int32|Float64)Array /);
}
EOF
node run.mjs
