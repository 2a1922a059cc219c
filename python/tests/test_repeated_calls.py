"""What is kept from one call for the next must not show: values, errors and memory stay as if each call were the first."""

import gc
import os
import shutil
import sys
import types
import weakref

import numpy as np
import pytest
import swiftestimator.compat.v1 as tf
from faults_support import run_python

X = np.random.RandomState(0).rand(40, 300).astype(np.float32)


def _wide(features, labels, mode, params):
    net = tf.layers.dense(features["x"], 400, activation=tf.nn.relu)
    y = tf.layers.dense(net, 70)
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, predictions={"y": y}, **params.get("spec", dict)())
    loss = tf.reduce_mean(tf.square(y))
    train_op = tf.train.GradientDescentOptimizer(0.1).minimize(loss, tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def _input(batch=20):
    return tf.data.Dataset.from_tensor_slices({"x": X}).repeat(3).batch(batch)


def _train_input():
    return _input().map(lambda x: (x, x["x"][:, :1])).repeat()


def _trained(folder, steps=2, **params):
    made = tf.estimator.Estimator(_wide, str(folder), tf.estimator.RunConfig(tf_random_seed=1), params)
    return made.train(_train_input, steps=steps)


def _by_hand(made):
    """The model's output from the values of the checkpoint."""
    values = [
        made.get_variable_value(f"dense{a}/{b}").astype(np.float64) for a in ("", "_1") for b in ("kernel", "bias")
    ]
    return np.maximum(X @ values[0] + values[1], 0) @ values[2] + values[3]


def _predicted(made, **arguments):
    return np.array([row["y"] for row in made.predict(_input, **arguments)])


def test_weights_of_each_checkpoint(tmp_path):
    made = _trained(tmp_path)
    earlier = []
    for _ in range(3):
        expected = np.tile(_by_hand(made), (3, 1))
        results = [_predicted(made) for _ in range(4)]
        for result in results:
            np.testing.assert_allclose(result, expected, rtol=2e-4, atol=1e-5)
            np.testing.assert_array_equal(result, results[0])
        for path, result in earlier:
            np.testing.assert_array_equal(_predicted(made, checkpoint_path=path), result)
        earlier.append((made.latest_checkpoint(), results[0]))
        made.train(_train_input, steps=3)


def test_training_leaves_kept_weights_alone(tmp_path):
    made = _trained(tmp_path / "a")
    path = made.latest_checkpoint()
    before = [_predicted(made) for _ in range(3)][-1]
    copy = _trained(tmp_path / "b", steps=1)
    for name in os.listdir(tmp_path / "a"):
        if name.startswith("model.ckpt-2"):
            shutil.copy(tmp_path / "a" / name, tmp_path / "b" / name)
    made.train(_train_input, steps=2)
    made.evaluate(lambda: _train_input().take(1))
    np.testing.assert_array_equal(_predicted(made, checkpoint_path=path), before)
    np.testing.assert_array_equal(_predicted(copy, checkpoint_path=str(tmp_path / "b" / "model.ckpt-2")), before)


def test_files_that_change_are_read_again(tmp_path):
    made, other = _trained(tmp_path / "a"), _trained(tmp_path / "b", steps=5)
    first, second = _predicted(made), _predicted(other)
    assert not np.array_equal(first, second)
    for _ in range(3):
        np.testing.assert_array_equal(_predicted(made), first)
    for part in ("index", "data-00000-of-00001"):
        shutil.copy(f"{other.latest_checkpoint()}.{part}", f"{made.latest_checkpoint()}.{part}")
    np.testing.assert_array_equal(_predicted(made), second)
    path = made.latest_checkpoint()
    data = f"{path}.data-00000-of-00001"
    with open(data, "r+b") as file:
        file.seek(1000)
        byte = file.read(1)
        file.seek(1000)
        file.write(bytes([byte[0] ^ 255]))
    with pytest.raises(tf.errors.DataLossError):
        _predicted(made, checkpoint_path=path)
    os.remove(data)
    os.remove(f"{path}.index")
    with pytest.raises(ValueError, match="not a valid checkpoint"):
        _predicted(made, checkpoint_path=path)


def test_weights_that_the_program_writes_while_it_predicts(tmp_path):
    class Doubles(tf.train.SessionRunHook):
        def begin(self):
            kernel = next(v for v in tf.trainable_variables() if v.name == "dense_1/kernel:0")
            bias = next(v for v in tf.trainable_variables() if v.name == "dense_1/bias:0")
            self.double = tf.group(kernel.assign_add(kernel), bias.assign_add(bias))

        def after_run(self, context, values):
            context.session.run(self.double)

    made = _trained(tmp_path)
    plain = _predicted(made)
    for _ in range(3):
        result = _predicted(made, hooks=[Doubles()])
        np.testing.assert_allclose(result, plain * np.repeat([1, 2, 4, 8, 16, 32], 20)[:, None], rtol=1e-5, atol=1e-5)
        np.testing.assert_array_equal(_predicted(made), plain)


def test_hooks_find_the_ready_ops(tmp_path):
    seen = {}

    def spec():
        scaffold = seen["scaffold"] = tf.train.Scaffold()
        return {"scaffold": scaffold}

    class Looks(tf.train.SessionRunHook):
        def after_create_session(self, session, coord):
            scaffold = seen["scaffold"]
            seen["missing"] = session.run([scaffold.ready_op, scaffold.ready_for_local_init_op])
            seen["collection"] = tf.get_collection(tf.GraphKeys.READY_OP)
            assert scaffold.ready_op is scaffold.ready_op
            with pytest.raises(RuntimeError, match="finalized"):
                tf.constant(1)

    made = _trained(tmp_path, spec=spec)
    next(made.predict(_input, hooks=[Looks()]))
    assert [m.tolist() for m in seen["missing"]] == [[], []]
    assert seen["collection"] == [seen["scaffold"].ready_op]


def test_what_has_no_value_is_named(tmp_path):
    def spec():
        with tf.variable_scope("extra"):
            tf.get_variable("never", [2], collections=[tf.GraphKeys.LOCAL_VARIABLES])
        return {"scaffold": tf.train.Scaffold(local_init_op=tf.no_op())}

    made = _trained(tmp_path, spec=spec)
    for _ in range(2):
        with pytest.raises(RuntimeError, match="not make model ready.*Variables not initialized: extra/never"):
            next(made.predict(_input))


def test_products_with_weights_that_change():
    # Large enough for the packed form of the weights to be kept.
    with tf.Graph().as_default(), tf.Session() as session:
        weights = tf.get_variable("w", [300, 96], initializer=tf.random_normal_initializer(seed=1))
        x = tf.placeholder(tf.float32, [None, 300])
        y = tf.matmul(x, weights)
        turned = tf.matmul(y, weights, transpose_b=True)
        add = weights.assign_add(tf.ones([300, 96]))
        session.run(weights.initializer)
        for count in (3, 1, 2, 4):
            value = session.run(weights).astype(np.float64)
            for _ in range(count):
                got, back = session.run([y, turned], {x: X})
                np.testing.assert_allclose(got, X @ value, rtol=1e-4, atol=1e-4)
                np.testing.assert_allclose(back, X @ value @ value.T, rtol=1e-4, atol=1e-2)
            session.run(add)
        session.run(weights.assign(tf.zeros([300, 96])))
        assert not session.run(y, {x: X}).any()


def test_predictors_of_one_checkpoint(tmp_path):
    def receiver():
        x = tf.placeholder(tf.float32, [None, 300], name="x")
        return types.SimpleNamespace(features={"x": x}, receiver_tensors={"b": x, "a": tf.placeholder(tf.string, [])})

    made = _trained(tmp_path)
    expected = _predicted(made)[:40]
    predictors = [made.experimental_predictor(receiver) for _ in range(3)]
    for predictor in predictors:
        for values in ({"b": X, "a": "text"}, {"a": b"text", "b": X.tolist()}):
            np.testing.assert_allclose(predictor(values)["y"], expected, rtol=1e-5, atol=1e-5)
        for wrong in ({"b": X}, {"a": "", "b": X, "c": X}, {}):
            with pytest.raises(ValueError, match="expected values for \\['b', 'a'\\]"):
                predictor(wrong)
        with pytest.raises(ValueError, match="Cannot feed value of shape"):
            predictor({"a": "", "b": X[0]})


_GROWTH = """
    import gc, os, sys
    from faults_support import estimator, input_fn
    import swiftestimator.compat.v1 as tf
    tf.logging.set_verbosity(tf.logging.ERROR)

    def resident():
        gc.collect()
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20

    def measure(body, count):
        sizes = []
        for part in range(5):
            for _ in range(count // 5):
                body()
            sizes.append(resident())
        print(sizes)
        assert sizes[-1] - sizes[1] < LIMIT, sizes
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_memory_over_a_thousand_calls(tmp_path):
    run_python(
        _GROWTH
        + """
    made = estimator(sys.argv[1], log_step_count_steps=None, save_summary_steps=None)
    calls = [0]

    def call():
        calls[0] += 1
        made.train(input_fn(repeat=1), steps=1)
        if calls[0] % 2:
            made.evaluate(input_fn(repeat=1))
        list(made.predict(input_fn(repeat=1)))

    LIMIT = 3
    measure(call, 1000)
    """,
        timeout=900,
        arguments=[tmp_path],
    )


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_memory_over_a_hundred_thousand_steps(tmp_path):
    run_python(
        _GROWTH
        + """
    LIMIT = 2
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [None])
        total = tf.get_variable("total", [], initializer=tf.zeros_initializer())
        session.run(total.initializer)
        add, y = total.assign_add(tf.reduce_sum(x)), x * 2.0 + 1.0

        def step():
            session.run([add.op, y], {x: [1.0, 2.0]})
            session.run(y, {x: [3.0]})
            session.run({"y": y, "x": x}, {x: [3.0]})

        measure(step, 100_000)

    class Sizes(tf.train.SessionRunHook):
        sizes, count = [], 0

        def after_run(self, context, values):
            Sizes.count += 1
            if Sizes.count % 20_000 == 0:
                Sizes.sizes.append(resident())

    made = estimator(sys.argv[1], save_checkpoints_steps=50_000, save_summary_steps=1000)
    made.train(input_fn(), steps=100_000, hooks=[Sizes()])
    print(Sizes.sizes)
    assert len(Sizes.sizes) == 5 and Sizes.sizes[-1] - Sizes.sizes[1] < LIMIT, Sizes.sizes
    """,
        timeout=900,
        arguments=[tmp_path],
    )


def test_contexts_end_with_their_runs():
    kept = []

    class Keeps(tf.train.SessionRunHook):
        def before_run(self, run_context):
            kept.append(weakref.ref(run_context))

        def after_run(self, run_context, run_values):
            assert kept[-1]() is run_context

    with tf.Graph().as_default():
        y = tf.constant(1.0) + 1.0
        with tf.train.MonitoredSession(hooks=[Keeps()]) as session:
            for _ in range(3):
                assert session.run(y) == 2.0
            session.run_step_fn(lambda step_context: step_context.run_with_hooks(y))
            gc.collect()
            assert len(kept) == 4 and [k() for k in kept] == [None] * 4
