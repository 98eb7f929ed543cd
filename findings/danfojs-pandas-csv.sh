#!/usr/bin/env bash
# pandas 3.1.1 (PyPI) and danfojs-node 1.2.0 (with @tensorflow/tfjs 4.22.0 in the place of its
# tfjs-node, and xlsx 0.18.5).
#
# Expected: danfojs, which is modelled on pandas, reads the file that pandas writes with its
# types.
# Seen: pandas writes True, False and inf, and danfojs takes them for texts. "False" is as true
# as "True" in JavaScript, so all steps are terminal. One inf makes a column of numbers a column
# of texts whose mean is refused. It is the same with a NaN that danfojs wrote itself. An empty
# cell, which is what pandas writes for NaN, is read as missing, as it should be.
#
# Output on 2026-11-29 (Node 20, Python 3.11):
#   reward,terminated,norm | 1.5,False,1.0 | ,False,inf | 2.5,True,2.0
#   reward float32, terminated string, norm string
#   terminated: ["False","False","True"], of which true: 3
#   mean of reward: 2, of norm: DtypeError: String data type does not support mean operation
#   danfojs's own NaN: [1,"NaN",3], string
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv venv
venv/bin/pip install --quiet pandas==3.1.1
cat > package.json <<'EOF'
{
  "private": true,
  "dependencies": { "danfojs-node": "1.2.0" },
  "overrides": { "xlsx": "0.18.5", "@tensorflow/tfjs-node": "npm:@tensorflow/tfjs@4.22.0" }
}
EOF
npm install --silent --no-audit --no-fund --ignore-scripts

cat > run.py <<'EOF'
import pandas as pd

inf = float("inf")
steps = {"reward": [1.5, None, 2.5], "terminated": [False, False, True], "norm": [1, inf, 2]}
pd.DataFrame(steps).to_csv("steps.csv", index=False)
print(open("steps.csv").read().strip().replace("\n", " | "))
EOF
cat > run.cjs <<'EOF'
console.warn = () => {}; // TensorFlow.js's greeting
const assert = require("node:assert/strict");
const { DataFrame, readCSV, toCSV } = require("danfojs-node");

const mean = (table, name) => {
  try {
    return table.column(name).mean();
  } catch (error) {
    return error.message;
  }
};
(async () => {
  const steps = await readCSV("./steps.csv");
  const ends = steps.column("terminated");
  const terminal = ends.values.filter((value) => value).length;
  const types = steps.columns.map((name, i) => `${name} ${steps.dtypes[i]}`);
  console.log(types.join(", "));
  console.log(`terminated: ${JSON.stringify(ends.values)}, of which true: ${terminal}`);
  console.log(`mean of reward: ${mean(steps, "reward")}, of norm: ${mean(steps, "norm")}`);
  assert.deepEqual(ends.values, ["False", "False", "True"]);
  assert.equal(terminal, 3);
  assert.equal(mean(steps, "reward"), 2);
  assert.match(mean(steps, "norm"), /String data type/);

  toCSV(new DataFrame({ loss: [1, NaN, 3] }), { filePath: "loss.csv" });
  const loss = await readCSV("./loss.csv");
  console.log(`danfojs's own NaN: ${JSON.stringify(loss.column("loss").values)}, ${loss.dtypes}`);
  assert.deepEqual(loss.column("loss").values, [1, "NaN", 3]);
})();
EOF
venv/bin/python run.py
node run.cjs
