#!/usr/bin/env bash
# nbgrader 0.9.6, nbclient 0.11.0, ipykernel 7.1.0 (PyPI); tslab 1.0.22 (npm). Needs Node 20.
#
# Expected: a graded cell of 2 points that ends in a number gives so many points, in TypeScript as in
# Python: nbgrader's partial credit.
# Seen: under tslab each such cell gets all points, also for 0. tslab prints the value of a
# cell's last expression to standard output, where nbgrader does not look: it reads an
# `execute_result`, and takes a cell without one and without an error as passed. A cell that throws does get
# 0, as everything on standard error costs all points: a mere console.warn, too, in both
# languages.
#
# Output on 2026-11-29 (Node 20, Python 3.11):
#   last line 0.5: Python 0.5, TypeScript 2
#   last line 0: Python 0, TypeScript 2
#   a warning: Python 0, TypeScript 0
#   an error: Python 0, TypeScript 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts tslab@1.0.22 @types/node@20
python3 -m venv venv
venv/bin/pip install --quiet nbclient==0.11.0 ipykernel==7.1.0 setuptools
venv/bin/pip install --quiet --no-deps nbgrader==0.9.6
cat > run.py <<'EOF'
import json
import os
import sys
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path

import nbformat
from nbclient import NotebookClient

# The file of nbgrader that gives points, by itself: the whole package asks for JupyterLab.
[package] = find_spec("nbgrader").submodule_search_locations
spec = spec_from_file_location("grading", f"{package}/utils.py")
grading = module_from_spec(spec)
spec.loader.exec_module(grading)

COMMANDS = {
    "python": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
    "typescript": ["node", "node_modules/tslab/bin/tslab", "kernel", "--config-path", "{connection_file}"],
}
for language, argv in COMMANDS.items():
    kernel = Path("jupyter/kernels") / language
    kernel.mkdir(parents=True)
    text = json.dumps({"argv": argv, "display_name": language, "language": language})
    (kernel / "kernel.json").write_text(text)
os.environ["JUPYTER_PATH"] = str(Path("jupyter").resolve())


def points(language, source):
    graded = {"grade": True, "solution": False, "points": 2, "grade_id": "test"}
    cell = nbformat.v4.new_code_cell(source, metadata={"nbgrader": graded})
    notebook = nbformat.v4.new_notebook(cells=[cell])
    NotebookClient(notebook, kernel_name=language, allow_errors=True, timeout=300).execute()
    given, most = grading.determine_grade(notebook.cells[0])
    assert most == 2
    return given


for what, python, typescript, right in (
    ("last line 0.5", "0.5", "0.5", (0.5, 2)),
    ("last line 0", "0", "0", (0, 2)),
    ("a warning", "import warnings; warnings.warn('slow')", "console.warn('slow')", (0, 0)),
    ("an error", "raise ValueError('wrong')", "throw new Error('wrong')", (0, 0)),
):
    seen = points("python", python), points("typescript", typescript)
    print(f"{what}: Python {seen[0]:g}, TypeScript {seen[1]:g}")
    assert seen == right
EOF
venv/bin/python run.py
