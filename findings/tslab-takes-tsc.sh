#!/usr/bin/env bash
# typescript 5.9.3 and tslab 1.0.22, a TypeScript kernel for Jupyter.
#
# Expected: a project that asks for typescript 5.9.3 compiles with it when it runs `npx tsc`.
# Seen: tslab brings a copy of TypeScript under another name, and that copy's package also
# calls its program "tsc". It takes node_modules/.bin/tsc, so `npx tsc` is 5.0.4,
# while require("typescript") is 5.9.3. npm says nothing.
#
# Output on 2026-11-28 (npm 10):
#   require("typescript"): 5.9.3
#   node_modules/.bin/tsc: Version 5.0.4
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

npm install --silent --no-audit --no-fund --ignore-scripts typescript@5.9.3 tslab@1.0.22
library=$(node -p 'require("typescript").version')
program=$(node_modules/.bin/tsc --version)
echo "require(\"typescript\"): $library"
echo "node_modules/.bin/tsc: $program"
[ "$library" = 5.9.3 ]
[ "$program" = "Version 5.0.4" ]
