#!/usr/bin/env bash
# tensorboard 2.21.0, tensorboardX 2.6.5 (PyPI).
#
# Expected: TensorBoard's own reader, EventAccumulator, gives back all points of a curve that a run has
# logged, and at any rate the first one.
# Seen: of 25,000 it keeps 10,000, drawn at random, and says nothing. The first two are among the
# lost, gaps reach 17 points, and the last is always kept. So a mean over a window, the first time a
# return was reached, or a merge of seeds by step use a sample. The draw is seeded: every reading loses
# the same points. size_guidance={"scalars": 0} keeps all.
#
# Output on 2026-11-29 (Python 3.11):
#   by default: 10000 points, the first is number 2, the last 24999, the widest gap 17
#   all asked for: 25000 points, the first is number 0, the last 24999, the widest gap 1
#   read again: the same points
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

python3 -m venv venv
venv/bin/pip install --quiet tensorboard==2.21.0 tensorboardX==2.6.5
cat > run.py <<'EOF'
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboardX import SummaryWriter

writer = SummaryWriter("log")
for i in range(25_000):
    writer.add_scalar("return", 1.0, i)
writer.close()


def steps(**options):
    reader = EventAccumulator("log", **options)
    reader.Reload()
    return [event.step for event in reader.Scalars("return")]


def say(what, found):
    gap = max(b - a for a, b in zip(found, found[1:]))
    print(
        f"{what}: {len(found)} points, the first is number {found[0]}, the last {found[-1]}, "
        f"the widest gap {gap}"
    )
    return gap


default = steps()
everything = steps(size_guidance={"scalars": 0})
assert say("by default", default) > 10
assert (len(default), default[0], default[-1]) == (10_000, 2, 24_999)
assert say("all asked for", everything) == 1
assert everything == list(range(25_000))
assert steps() == default
print("read again: the same points")
EOF
venv/bin/python run.py 2> /dev/null
