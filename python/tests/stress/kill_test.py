"""Kills a training with SIGKILL at random moments; every restart must go on from a whole checkpoint.

    python python/tests/stress/kill_test.py --runs 200

One folder is trained again and again. Before each start the latest checkpoint is read in full, by its checksums; the
values in it must belong together (each variable is the step, times a factor of its own); and the training must start
from just that step. Prints a summary, and exits with 1 when anything was wrong.
"""

import argparse
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time

CHILD = """
import sys
import numpy as np
import swiftestimator.compat.v1 as tf

def model_fn(features, labels, mode):
    step = tf.train.get_or_create_global_step()
    updates = []
    for number in range(8):
        v = tf.get_variable(f"v{number}", [5000], tf.float64, tf.zeros_initializer(), trainable=False)
        updates.append(tf.assign_add(v, tf.fill([5000], tf.constant(number + 1.0, tf.float64))))
    with tf.control_dependencies(updates):
        train_op = tf.assign_add(step, 1)
    loss = tf.reduce_mean(features)
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

class Start(tf.train.SessionRunHook):
    def after_create_session(self, session, coordinator):
        print("start", session.run(tf.train.get_global_step()), flush=True)

data = lambda: tf.data.Dataset.from_tensors(np.ones([1], np.float32)).repeat()
config = tf.estimator.RunConfig(save_checkpoints_steps=3, keep_checkpoint_max=3, save_summary_steps=5)
tf.logging.set_verbosity(tf.logging.ERROR)
tf.estimator.Estimator(model_fn, sys.argv[1], config).train(data, steps=10**9, hooks=[Start()])
"""


def _check(tf, folder):
    """Reads the latest checkpoint; gives its step, -1 without one, and what is wrong with it."""
    path = tf.train.latest_checkpoint(folder)
    if path is None:
        return -1, []
    reader = tf.train.load_checkpoint(path)
    step = int(reader.get_tensor("global_step"))
    problems = [] if path.endswith(f"-{step}") else [f"{path} holds step {step}"]
    for number in range(8):
        value = reader.get_tensor(f"v{number}")
        if not (value == step * (number + 1)).all():
            problems.append(f"v{number} of {path} is {value[:3]}, wanted {step * (number + 1)}")
    return step, problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=0.6, help="how long a run may train at most")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    import swiftestimator.compat.v1 as tf

    rng = random.Random(options.seed)
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join([sys.path[0], os.environ.get("PYTHONPATH", "")]))
    problems, steps, early, fresh = [], [], 0, 0
    begun = time.time()
    with tempfile.TemporaryDirectory() as folder:
        last = -1
        for run in range(options.runs):
            before, wrong = _check(tf, folder)
            problems += [f"run {run}: {text}" for text in wrong]
            if before < last:
                problems.append(f"run {run}: step {before} after {last}")
            steps.append(before - max(last, 0))
            last = before
            process = subprocess.Popen(
                [sys.executable, "-c", CHILD, folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
            )
            waits = rng.random() > 0.1  # some are killed while they start, or restore
            if waits:
                line = process.stdout.readline().decode()
                expected = f"start {max(before, 0)}\n"
                if line != expected:
                    process.kill()
                    text = process.communicate()[1].decode(errors="replace").strip().splitlines()[-1:]
                    problems.append(f"run {run}: began with {line!r}, wanted {expected!r} {text}")
                    continue
                time.sleep(rng.random() * options.seconds)
            else:
                early += 1
                time.sleep(rng.random() * 1.5)
            fresh += before < 0
            process.send_signal(signal.SIGKILL)
            process.communicate()
        _, wrong = _check(tf, folder)
        problems += [f"end: {text}" for text in wrong]
        files = len(os.listdir(folder))
        leftovers = [f for f in os.listdir(folder) if ".tmp" in f or "temp" in f]
    print(f"{options.runs} runs killed in {time.time() - begun:.0f} s, {early} of them before they trained")
    print(f"{fresh} began without a checkpoint; the last one stands at step {last}")
    print(f"steps kept per run: median {statistics.median(steps[1:]):.0f}, most {max(steps[1:])}")
    print(f"{files} files in the folder at the end, {len(leftovers)} of them unfinished: {leftovers[:5]}")
    print(f"{len(problems)} problems", *problems[:20], sep="\n")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
