"""Random arguments of the functions that make layers, metrics, initializers and tensors: they must raise or work, and
never end the process.

    python python/tests/stress/fuzz_builders.py --seeds 50
    python python/tests/stress/fuzz_builders.py --first 17 --seeds 1 --case 12 --show

A seed gives every function one call; a seed and a number reproduce a case.
"""

import argparse
import os
import random
import resource
import signal
import subprocess
import sys

SECONDS_PER_CASE = 20
MEMORY = 6 << 30
# A larger tensor is built, but not computed.
LARGEST_RUN = 1e6

NUMBERS = [0, 1, 2, 3, -1, -2, 100, 2**31 - 1, 2**31, 2**40, 2**62, 2**63 - 1, -(2**63)]
SIZES = [None, 1, 2, 5, 2**31, 2**62]
REALS = [0.0, 1.0, -1.0, 0.5, float("nan"), float("inf"), 1e308, -1e308]


class _Draw:
    """Random arguments."""

    def __init__(self, tf, seed):
        self.tf, self.rng = tf, random.Random(seed)

    def n(self):
        return self.rng.choice(NUMBERS)

    def ns(self, count):
        return [self.n() if self.rng.random() < 0.4 else self.rng.choice([1, 2, 3]) for _ in range(count)]

    def f(self):
        return self.rng.choice(REALS)

    def d(self):
        return self.rng.choice(SIZES)

    def x(self, *shape):
        return self.tf.placeholder(self.tf.float32, list(shape))

    def padding(self):
        return self.rng.choice(["same", "valid"])

    def initializer(self):
        tf = self.tf
        return self.rng.choice(
            [
                tf.zeros_initializer(), tf.constant_initializer([1, 2, 3]), tf.glorot_uniform_initializer(),
                tf.orthogonal_initializer(), tf.initializers.identity(), tf.truncated_normal_initializer(),
                tf.variance_scaling_initializer(mode="fan_avg"),
            ]
        )  # fmt: skip

    def partitioner(self):
        tf = self.tf
        return self.rng.choice(
            [
                lambda: tf.fixed_size_partitioner(self.n(), axis=self.n()),
                lambda: tf.min_max_variable_partitioner(self.n(), self.n(), self.n()),
                lambda: tf.variable_axis_size_partitioner(max(1, abs(self.n())), self.n()),
            ]
        )()


LAYERS = [
    lambda tf, r: tf.layers.dense(r.x(None, r.d()), r.n()),
    lambda tf, r: tf.layers.conv1d(r.x(2, r.d(), 3), r.n(), r.ns(1), r.ns(1)),
    lambda tf, r: tf.layers.conv2d(
        r.x(2, r.d(), r.d(), r.d()), r.n(), r.ns(2), r.ns(2), r.padding(), dilation_rate=r.ns(2)
    ),
    lambda tf, r: tf.layers.conv3d(r.x(2, 5, r.d(), 5, 3), r.n(), r.ns(3), r.ns(3)),
    lambda tf, r: tf.layers.conv2d_transpose(r.x(2, r.d(), r.d(), 3), r.n(), r.ns(2), r.ns(2), r.padding()),
    lambda tf, r: tf.layers.separable_conv2d(r.x(2, r.d(), r.d(), 3), r.n(), r.ns(2), r.ns(2), depth_multiplier=r.n()),
    lambda tf, r: tf.layers.max_pooling2d(r.x(2, r.d(), r.d(), 3), r.ns(2), r.ns(2), r.padding()),
    lambda tf, r: tf.layers.average_pooling1d(r.x(2, r.d(), 3), r.ns(1), r.ns(1)),
    lambda tf, r: tf.layers.batch_normalization(r.x(r.d(), r.d(), r.d()), axis=r.n()),
    lambda tf, r: tf.layers.dropout(r.x(2, 3), r.f(), training=True, noise_shape=r.ns(2)),
    lambda tf, r: tf.layers.flatten(r.x(r.d(), r.d(), r.d())),
    lambda tf, r: tf.get_variable("v", r.ns(r.rng.choice([0, 1, 2, 3])), initializer=r.initializer()),
    lambda tf, r: tf.get_variable("v", r.ns(2), partitioner=r.partitioner()),
]

METRICS = [
    lambda tf, r: tf.metrics.auc([0.0, 1.0], [0.5, 0.5], num_thresholds=r.n()),
    lambda tf, r: tf.metrics.precision_at_thresholds([0.0, 1.0], [0.5, 0.5], [r.f()] * 3),
    lambda tf, r: tf.metrics.recall_at_k(tf.constant([[1]], tf.int64), r.x(1, r.d()), r.n(), class_id=r.n()),
    lambda tf, r: tf.metrics.average_precision_at_k(tf.constant([[1]], tf.int64), r.x(1, r.d()), r.n()),
    lambda tf, r: tf.metrics.mean_iou([0, 1], [0, 1], r.n()),
    lambda tf, r: tf.metrics.sensitivity_at_specificity([0.0, 1.0], [0.5, 0.5], r.f(), num_thresholds=r.n()),
    lambda tf, r: tf.losses.softmax_cross_entropy(r.x(2, r.d()), r.x(2, r.d()), label_smoothing=r.f()),
    lambda tf, r: tf.losses.cosine_distance(r.x(2, 3), r.x(2, 3), axis=r.n()),
]

TENSORS = [
    lambda tf, r: tf.one_hot([0, 1], r.n(), axis=r.n()),
    lambda tf, r: tf.range(r.n(), r.n(), r.n()),
    lambda tf, r: tf.linspace(r.f(), r.f(), r.n()),
    lambda tf, r: tf.zeros(r.ns(3)),
    lambda tf, r: tf.fill(r.ns(2), 1.0),
    lambda tf, r: tf.reshape(r.x(None, 3), r.ns(2)),
    lambda tf, r: tf.tile(r.x(2, r.d()), r.ns(2)),
    lambda tf, r: tf.pad(r.x(2, r.d()), [r.ns(2), r.ns(2)]),
    lambda tf, r: tf.split(r.x(6, r.d()), r.n(), axis=r.n()),
    lambda tf, r: tf.split(r.x(6, 2), r.ns(3), axis=r.n()),
    lambda tf, r: tf.slice(r.x(4, r.d()), r.ns(2), r.ns(2)),
    lambda tf, r: tf.strided_slice(r.x(4, r.d()), r.ns(2), r.ns(2), r.ns(2)),
    lambda tf, r: tf.gather(r.x(4, r.d()), [0], axis=r.n()),
    lambda tf, r: tf.concat([r.x(2, r.d()), r.x(2, r.d())], r.n()),
    lambda tf, r: tf.unstack(r.x(3, r.d()), r.n(), r.n()),
    lambda tf, r: tf.transpose(r.x(2, 3, 4), r.ns(3)),
    lambda tf, r: tf.broadcast_to(r.x(1, 3), r.ns(2)),
    lambda tf, r: tf.space_to_batch_nd(r.x(2, r.d(), 4, 1), r.ns(2), [r.ns(2), r.ns(2)]),
    lambda tf, r: tf.batch_to_space_nd(r.x(r.d(), 4, 4, 1), r.ns(2), [r.ns(2), r.ns(2)]),
    lambda tf, r: tf.space_to_depth(r.x(1, r.d(), r.d(), 2), r.n()),
    lambda tf, r: tf.depth_to_space(r.x(1, r.d(), r.d(), 4), r.n()),
    lambda tf, r: tf.nn.conv2d(
        r.x(1, r.d(), r.d(), 2), r.x(r.d(), r.d(), 2, 3), [1, r.n(), r.n(), 1], "SAME", dilations=[1, r.n(), r.n(), 1]
    ),
    lambda tf, r: tf.nn.conv2d(r.x(1, r.d(), 5, 2), r.x(3, 3, 2, 3), [1, 1, 1, 1], [[0, 0], r.ns(2), r.ns(2), [0, 0]]),
    lambda tf, r: tf.nn.depthwise_conv2d(r.x(1, r.d(), 5, 2), r.x(3, 3, 2, r.d()), [1, r.n(), r.n(), 1], "SAME"),
    lambda tf, r: tf.nn.max_pool(r.x(1, r.d(), r.d(), 2), [1, r.n(), r.n(), 1], [1, r.n(), r.n(), 1], "VALID"),
    lambda tf, r: tf.extract_image_patches(
        r.x(1, r.d(), r.d(), 1), [1, r.n(), r.n(), 1], [1, r.n(), r.n(), 1], [1, r.n(), r.n(), 1], "VALID"
    ),
    lambda tf, r: tf.nn.lrn(r.x(1, 2, 2, 3), r.n(), r.f(), r.f(), r.f()),
    lambda tf, r: tf.nn.top_k(r.x(2, r.d()), r.n()),
    lambda tf, r: tf.nn.embedding_lookup([r.x(r.d(), 2)] * 3, [0], partition_strategy="div"),
    lambda tf, r: tf.sequence_mask([1, 2], r.n()),
    lambda tf, r: tf.random_uniform(r.ns(2), r.n(), r.n(), dtype=tf.int64),
    lambda tf, r: tf.multinomial(r.x(2, 3), r.n()),
    lambda tf, r: tf.unsorted_segment_sum(r.x(3), [0, 1, 2], r.n()),
    lambda tf, r: tf.scatter_nd([[r.n()]], [1.0], r.ns(1)),
    lambda tf, r: tf.bincount([1, 2, 3], minlength=r.n(), maxlength=r.n()),
    lambda tf, r: tf.histogram_fixed_width([1.0, 2.0], [r.f(), r.f()], r.n()),
    lambda tf, r: tf.substr("abc", r.n(), r.n()),
    lambda tf, r: tf.sparse_to_dense([[r.n()]], r.ns(1), 1),
    lambda tf, r: tf.as_string([1.0], precision=r.n(), width=r.n()),
    lambda tf, r: tf.matrix_band_part(r.x(3, 3), r.n(), r.n()),
    lambda tf, r: tf.reverse_sequence(r.x(2, 3), [1, 1], r.n(), r.n()),
    lambda tf, r: tf.tensordot(r.x(2, 3), r.x(3, 2), r.n()),
    lambda tf, r: tf.einsum("ij,jk->ik", r.x(2, r.d()), r.x(r.d(), 2)),
    lambda tf, r: tf.train.piecewise_constant(tf.constant(3, tf.int64), sorted(r.ns(3)), [1.0, 2.0, 3.0, 4.0]),
    lambda tf, r: tf.train.exponential_decay(r.f(), tf.constant(5, tf.int64), r.n(), r.f()),
    lambda tf, r: tf.train.SecondOrStepTimer(every_steps=r.n()).should_trigger_for_step(r.n()),
    lambda tf, r: tf.summary.image("i", r.x(2, r.d(), r.d(), 3), max_outputs=r.n()),
]

CASES = LAYERS + METRICS + TENSORS


def _run(tf, np, graph, session, result):
    """Computes what was built, where that is of a size for it."""
    feeds = {}
    for operation in graph.get_operations():
        sizes = [2 if d is None else d for o in operation.outputs for d in (o.shape.as_list() if o.shape.rank else [])]
        if np.prod([float(s) for s in sizes]) > LARGEST_RUN:
            return
        if operation.type == "Placeholder":
            shape = [2 if d is None else d for d in operation.outputs[0].shape.as_list()]
            feeds[operation.outputs[0]] = np.zeros(shape, np.float32)
    session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
    parts = result if isinstance(result, list | tuple) else [result]
    session.run([p for p in parts if isinstance(p, tf.Tensor)], feeds)


def run_cases(seed, first, last, show=False):
    """Runs cases of a seed in this process; says which it is at before each."""
    import numpy as np
    import swiftestimator.compat.v1 as tf

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    expected = (tf.errors.OpError, TypeError, ValueError, NotImplementedError, RuntimeError, OverflowError)
    expected += (KeyError, IndexError, MemoryError)
    for number in range(first, last):
        os.write(1, f"at {number}\n".encode())
        signal.alarm(SECONDS_PER_CASE)
        with tf.Graph().as_default() as graph, tf.Session() as session:
            try:
                result = CASES[number](tf, _Draw(tf, seed * 1000 + number))
                if show:
                    print(result)
                _run(tf, np, graph, session, result)
            except expected as error:
                if show:
                    print(f"{type(error).__name__}: {error}")
                if isinstance(error, tf.errors.InternalError):
                    os.write(1, f"internal {number}: {str(error).splitlines()[0]}\n".encode())
    signal.alarm(0)


def fuzz(seed):
    """Runs the cases of a seed in subprocesses; gives the list of ``(number, how it went wrong)``."""
    problems, first = [], 0
    while first < len(CASES):
        command = [sys.executable, __file__, "--worker", "--first", str(seed), "--case", str(first)]
        process = subprocess.run(command, capture_output=True, check=False)
        lines = process.stdout.decode(errors="replace").splitlines()
        problems += [(int(x.split()[1].rstrip(":")), x) for x in lines if x.startswith("internal ")]
        if process.returncode == 0:
            break
        reached = [int(x.split()[1]) for x in lines if x.startswith("at ")]
        errors = process.stderr.decode(errors="replace")
        places = [t.rpartition("/Sources/")[2] for t in errors.splitlines() if "/Sources/" in t and " at " in t]
        at = reached[-1] if reached else first
        problems.append((at, " ".join([f"exit {process.returncode}", *places[:1]])))
        first = at + 1
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--case", type=int)
    parser.add_argument("--show", action="store_true", help="run in this process and print the results")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        run_cases(options.first, options.case or 0, len(CASES))
        return
    if options.show:
        last = len(CASES) if options.case is None else options.case + 1
        run_cases(options.first, options.case or 0, last, True)
        return
    found = 0
    for seed in range(options.first, options.first + options.seeds):
        for number, problem in fuzz(seed):
            found += 1
            print(f"seed {seed} case {number}: {problem}", flush=True)
    print(f"{found} problems")
    sys.exit(found > 0)


if __name__ == "__main__":
    main()
