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
import swiftestimator.compat.v1 as tf
from swiftestimator import _native

with tf.Graph().as_default(), tf.Session() as session:
    x = tf.placeholder(tf.float32, [None, 3])
    w = tf.get_variable("w", [3, 2], initializer=tf.ones_initializer())
    y = tf.nn.softmax(tf.matmul(x, w))
    loss = tf.reduce_sum(tf.square(y))
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    session.run(tf.global_variables_initializer())
    value = session.run([loss, train], {x: np.ones((4, 3), np.float32)})[0]
level = _native.function("kernels.level")()
assert abs(value - 2.0) < 1e-5, value
assert level in sys.argv[1:], (level, sys.argv[1:])
print(f"ok: kernels of level {level}")
PROGRAM
smoke() {
  local cpu=$1
  shift
  echo "==> ${cpu}${SWIFTESTIMATOR_CPU_LEVEL:+, level $SWIFTESTIMATOR_CPU_LEVEL forced}"
  # NumPy warns about, or refuses, processors older than its own baseline; NPY_DISABLE_CPU_FEATURES does not help there.
  PYTHONPATH=$packages OPENBLAS_NUM_THREADS=1 qemu-x86_64 -cpu "$cpu" "$python" -W ignore "$program" "$@"
}
smoke Nehalem baseline
smoke Haswell v3
SWIFTESTIMATOR_CPU_LEVEL=baseline smoke Haswell baseline
