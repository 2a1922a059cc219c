#!/usr/bin/env bash
# Runs the installed package on emulated processors, from one that has only what the oldest kernels need to one with AVX2.
# Wants qemu-user. Usage: smoke_wheel.sh [python with the package installed]
set -euo pipefail
python=$(readlink -f "$(command -v "${1:-python3}")")
if ! command -v qemu-x86_64 >/dev/null; then
  echo "error: qemu-x86_64 is missing: install qemu-user" >&2
  exit 1
fi
# Not the link of a virtual environment, which the emulator would resolve: its packages are named instead.
packages=$("${1:-python3}" -c 'import os, sys; print(os.pathsep.join(path for path in sys.path if path))')
program=$(mktemp)
trap 'rm -f "$program"' EXIT
cat >"$program" <<'PROGRAM'
import sys

import numpy as np
import swiftestimator  # noqa: F401 (as programs do)
from swiftestimator import _native

_native.register(make_object=None, make_output=None, make_node=None)
function = _native.function
graph = function("graph.new")()


def op(name, *inputs, **attributes):
    node = function("graph.add_node")(graph, name, list(inputs), attributes, None, None, None)
    return _native.Output(graph, node.node_id, 0)


x = op("Placeholder", dtype=1, shape=[None, 70])
w = op("Placeholder", dtype=1, shape=[70, 50])
product = op("MatMul", x, w)
results = [op("Softmax", product), op("Sum", product, op("Const", value=np.int32(0), dtype=3)), op("Exp", product)]
prepared = function("session.callable")(function("session.new")(graph), results, [], [x, w])
generator = np.random.default_rng(1)
a = generator.normal(size=(130, 70)).astype(np.float32) / 8
b = generator.normal(size=(70, 50)).astype(np.float32) / 8
softmax, total, exponential = _native.run(prepared, a, b)
want = a.astype(np.float64) @ b
np.testing.assert_allclose(exponential, np.exp(want), rtol=1e-5)
np.testing.assert_allclose(softmax, np.exp(want) / np.exp(want).sum(1, keepdims=True), rtol=1e-5)
np.testing.assert_allclose(total, want.sum(0), atol=1e-4)
level = function("kernels.level")()
assert level in sys.argv[1:], (level, sys.argv[1:])
print(f"ok: kernels of level {level}")
PROGRAM
smoke() {
  local cpu=$1
  shift
  echo "==> ${cpu}${SWIFTESTIMATOR_CPU_LEVEL:+, level $SWIFTESTIMATOR_CPU_LEVEL forced}"
  PYTHONPATH=$packages OPENBLAS_NUM_THREADS=1 qemu-x86_64 -cpu "$cpu" "$python" -W ignore "$program" "$@" \
    2> >(grep -v "TCG doesn't support requested feature" >&2)
}
smoke Nehalem baseline
smoke Haswell v3
SWIFTESTIMATOR_CPU_LEVEL=baseline smoke Haswell baseline
