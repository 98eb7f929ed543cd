#!/usr/bin/env bash
# pymdptoolbox 4.0b3, numpy 2.4.6, scipy 1.17.1 (PyPI).
#
# Expected: value iteration with epsilon = 1e-9 gives the optimal values to about 1e-9.
# Seen: on the package's own forest they are 5.05, 8.29, 12.29 instead of 26.24, 29.48, 33.48, for each
# epsilon. It stops when one more sweep would raise all states' values alike: from there on the
# greedy policy is settled, which is what epsilon speaks of, and the values lack one constant.
# Differences between states are right, and the policy, too; a value as such, a baseline or an error
# measured against it is not. max_iter is no limit, either: the class overwrites it by a bound
# of its own. PolicyIteration's values are the solved ones.
#
# Output on 2026-11-29 (Python 3.11):
#   solved: 26.244, 29.484, 33.484
#   value iteration, epsilon 0.01: 5.052, 8.292, 12.292, 4 sweeps, off by 21.192
#   value iteration, epsilon 1e-09: 5.052, 8.292, 12.292, 4 sweeps, off by 21.192
#   policy iteration: 26.244, 29.484, 33.484
#   max_iter=2: 4 sweeps
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv venv
venv/bin/pip install --quiet pymdptoolbox==4.0b3 numpy==2.4.6 scipy==1.17.1
cat > run.py <<'EOF'
import numpy as np
from mdptoolbox.example import forest
from mdptoolbox.mdp import PolicyIteration, ValueIteration

P, R = forest()
gamma = 0.9
waiting = np.asarray(P[0])
exact = np.linalg.solve(np.eye(3) - gamma * waiting, np.asarray(R)[:, 0])


def show(values):
    return ", ".join(f"{value:.3f}" for value in values)


print(f"solved: {show(exact)}")
policies = []
for epsilon in (0.01, 1e-9):
    solver = ValueIteration(P, R, gamma, epsilon=epsilon)
    solver.run()
    off = np.abs(np.array(solver.V) - exact).max()
    policies.append(solver.policy)
    print(f"value iteration, epsilon {epsilon:g}: {show(solver.V)}, {solver.iter} sweeps, off by {off:.3f}")
    assert off > 20
solver = PolicyIteration(P, R, gamma)
solver.run()
policies.append(solver.policy)
print(f"policy iteration: {show(solver.V)}")
assert np.allclose(solver.V, exact)
assert set(policies) == {(0, 0, 0)}

solver = ValueIteration(P, R, gamma, epsilon=1e-9, max_iter=2)
solver.run()
print(f"max_iter=2: {solver.iter} sweeps")
assert solver.iter > 2
EOF
venv/bin/python run.py
