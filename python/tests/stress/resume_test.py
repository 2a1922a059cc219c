"""Kills trainings with SIGKILL at random moments; with ``exact_resume`` they must end as an unbroken one does.

    python python/tests/stress/resume_test.py --kills 100

A model with dropout, random augmentation and a shuffled input trains in one folder, is killed, started again, killed, and
so on until it has made all its steps; then the next training begins, until there were enough kills. Every loss that any
process saw, and the bytes of the last checkpoint, are compared with those of a training that nobody disturbed. Prints a
summary, and exits with 1 when anything differs.
"""

import argparse
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

CHILD = """
import os, random, struct, sys
import numpy as np
import swiftestimator.compat.v1 as tf

folder, steps, kind, pause = sys.argv[1], int(sys.argv[2]), sys.argv[3], float(sys.argv[4])
rng = np.random.RandomState(3)
x = rng.rand(97, 6).astype(np.float32)
y = (x.sum(1) > 3).astype(np.int32)

def model_fn(features, labels, mode):
    # The layers' own initializers draw their seeds from Python's generator.
    random.seed(5)
    net = tf.layers.dense(features["x"], 16, tf.nn.relu)
    net = tf.layers.dropout(net, 0.4, training=True)
    net = net + tf.random_normal(tf.shape(net), stddev=0.01)
    loss = tf.losses.sparse_softmax_cross_entropy(labels, tf.layers.dense(net, 2))
    train_op = tf.train.AdamOptimizer(0.01).minimize(loss, tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

def dataset():
    data = tf.data.Dataset.from_tensor_slices(({"x": x}, y)).shuffle(50).repeat()
    data = data.map(lambda f, t: ({"x": f["x"] + tf.random_uniform([6], -0.1, 0.1)}, t))
    return data.filter(lambda f, t: tf.reduce_sum(f["x"]) > 2.0).batch(10).prefetch(2)

arrays = tf.estimator.inputs.numpy_input_fn({"x": x}, y, batch_size=10, num_epochs=None, shuffle=True)

class Losses(tf.train.SessionRunHook):
    def begin(self):
        self.file = open(os.path.join(folder + ".losses"), "ab", buffering=0)
        self.loss = tf.get_collection(tf.GraphKeys.LOSSES)[0]
    def after_create_session(self, session, coordinator):
        print("start", session.run(tf.train.get_global_step()), flush=True)
    def before_run(self, context):
        return tf.train.SessionRunArgs([tf.train.get_global_step(), self.loss])
    def after_run(self, context, values):
        self.file.write(struct.pack("<qf", int(values.results[0]), float(values.results[1])))
        if pause:
            import time
            time.sleep(pause)

seed = None if kind == "unseeded" else 7
config = tf.estimator.RunConfig(
    folder, seed, save_checkpoints_steps=7, keep_checkpoint_max=3, save_summary_steps=10, exact_resume=True)
tf.logging.set_verbosity(tf.logging.WARN)
estimator = tf.estimator.Estimator(model_fn, config=config)
estimator.train(dataset if kind != "arrays" else arrays, max_steps=steps, hooks=[Losses()])
"""
RECORD = 12
SAVED_EVERY = 7


def _start(folder, steps, kind, pause=0.0):
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join([root, os.environ.get("PYTHONPATH", "")]))
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, folder, str(steps), kind, str(pause)], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env=environment,
    )  # fmt: skip


def _losses(folder):
    """Step -> the bits of all losses that were seen for it."""
    with open(folder + ".losses", "rb") as file:
        data = file.read()
    seen = {}
    for offset in range(0, len(data) - RECORD + 1, RECORD):
        record = data[offset : offset + RECORD]
        seen.setdefault(int.from_bytes(record[:8], "little"), set()).add(record[8:])
    return seen


def _checkpoint(folder, steps):
    files = {}
    for suffix in ("index", "data-00000-of-00001"):
        with open(os.path.join(folder, f"model.ckpt-{steps}.{suffix}"), "rb") as file:
            files[suffix] = file.read()
    return files


class Training:
    """One training that is killed and started again until it is done."""

    def __init__(self, folder, steps, kind, reference):
        self.folder, self.steps, self.kind, self.reference = folder, steps, kind, reference
        self.problems = []
        self.progress = []

    def run(self, kills, rng, seconds, early):
        """Kills the training up to ``kills`` times, then lets it end. Gives the number of kills."""
        done = 0
        last = -1
        while True:
            process = _start(self.folder, self.steps, self.kind, 0.002)
            if rng.random() < early and done < kills:  # while it starts or restores
                time.sleep(rng.random() * 1.2)
            else:
                line = process.stdout.readline().decode().split()
                if len(line) == 2:
                    if int(line[1]) < last:
                        self.problems.append(f"step {line[1]} after {last}")
                    self.progress.append(int(line[1]) - max(last, 0))
                    last = int(line[1])
                if done < kills:
                    time.sleep(rng.random() * seconds)
            if done < kills and process.poll() is None:
                process.send_signal(signal.SIGKILL)
                done += 1
            errors = process.communicate()[1].decode(errors="replace")
            if process.returncode == 0:
                break
            if "exact_resume" in errors or process.returncode != -signal.SIGKILL:
                self.problems.append(errors.strip()[-600:])
                if process.returncode != -signal.SIGKILL:
                    break
        self._compare()
        return done

    def _compare(self):
        if not os.path.exists(os.path.join(self.folder, f"model.ckpt-{self.steps}.index")):
            self.problems.append("the last checkpoint is missing")
            return
        mine, other = _losses(self.folder), _losses(self.reference)
        for step in range(self.steps):
            if step not in mine and (step + 1) % SAVED_EVERY == 0:
                continue  # killed after the checkpoint had been saved and before the loss was written down
            if mine.get(step, set()) != other[step]:
                self.problems.append(f"loss of step {step} is {mine.get(step)}, wanted {other[step]}")
                break
        if _checkpoint(self.folder, self.steps) != _checkpoint(self.reference, self.steps):
            self.problems.append("the last checkpoints differ")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--kind", choices=["dataset", "arrays", "unseeded"], default="dataset")
    parser.add_argument("--seconds", type=float, default=0.8, help="how long a run may train at most")
    parser.add_argument("--early", type=float, default=0.1, help="the part of kills that come before it trains")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    begun = time.time()
    problems, progress, kills, trainings = [], [], 0, 0
    with tempfile.TemporaryDirectory() as root:
        reference = os.path.join(root, "unbroken")
        if options.kind == "unseeded":
            # Two processes have different seeds, unless both go on from one checkpoint.
            first = os.path.join(root, "first")
            assert _start(first, 7, options.kind).wait() == 0
            shutil.copytree(first, reference)
            shutil.copy(first + ".losses", reference + ".losses")
        assert _start(reference, options.steps, options.kind).wait() == 0, "the unbroken training failed"
        while kills < options.kills:
            folder = os.path.join(root, f"killed{trainings}")
            if options.kind == "unseeded":
                shutil.copytree(first, folder)
                shutil.copy(first + ".losses", folder + ".losses")
            training = Training(folder, options.steps, options.kind, reference)
            kills += training.run(options.kills - kills, rng, options.seconds, options.early)
            trainings += 1
            problems += [f"training {trainings}: {text}" for text in training.problems]
            progress += training.progress
            leftovers = [f for f in os.listdir(folder) if f.endswith(".resume")]
    print(
        f"{kills} kills in {trainings} trainings of {options.steps} steps ({options.kind}), {time.time() - begun:.0f} s"
    )
    print(f"steps kept per start: median {statistics.median(progress):.0f}, most {max(progress)}")
    print(f"resume files in the folder at the end: {len(leftovers)}")
    print(f"{len(problems)} problems", *problems[:20], sep="\n")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
