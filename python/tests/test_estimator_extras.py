"""What Estimators offer beyond TensorFlow's: several evaluations at once, predictors, messages that say more."""

import os
import types

import numpy as np
import pytest
import swiftestimator.compat.v1 as tf

X = np.random.RandomState(0).rand(20, 3).astype(np.float32)
Y = 2 * X.sum(1).astype(np.float32)


def _model(features, labels, mode):
    _model.calls += 1
    net = tf.layers.dense(features["x"], 1, kernel_initializer=tf.ones_initializer(), name="d")[:, 0]
    if mode == tf.estimator.ModeKeys.PREDICT:
        outputs = {"y": net, "twice": net * 2.0}
        return tf.estimator.EstimatorSpec(
            mode, predictions=outputs, export_outputs={"half": tf.estimator.export.PredictOutput({"h": net / 2.0})}
        )
    loss = tf.losses.mean_squared_error(labels, net)
    train_op = tf.train.GradientDescentOptimizer(0.1).minimize(loss, tf.train.get_global_step())
    metrics = {"mean": tf.metrics.mean(net), "error": tf.metrics.mean_absolute_error(labels, net)}
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, eval_metric_ops=metrics)


_model.calls = 0


def _input(x=X, y=Y, batch=4, repeat=1):
    return lambda: tf.data.Dataset.from_tensor_slices(({"x": x}, y)).repeat(repeat).batch(batch)


def _arrays(x, y, shuffle=False):
    return tf.estimator.inputs.numpy_input_fn({"x": x}, y, batch_size=4, num_epochs=1, shuffle=shuffle)


@pytest.fixture
def estimator(tmp_path):
    result = tf.estimator.Estimator(_model, str(tmp_path / "model"), tf.estimator.RunConfig(tf_random_seed=3))
    result.train(_input(repeat=None), steps=3)
    _model.calls = 0
    return result


# -- Several evaluations


def _scalars(folder):
    found = {}
    for name in sorted(os.listdir(folder)):
        for event in tf.train.summary_iterator(os.path.join(folder, name)):
            for value in event.summary.value:
                found[value.tag] = (event.step, value.simple_value)
    return found


def test_evaluate_many_equals_separate_evaluations(estimator, tmp_path):
    inputs = {
        "all": _input(), "few": _input(X[:5], Y[:5]), "other": _arrays(X * 2, Y), "shuffled": _arrays(X, Y, True)
    }  # fmt: skip
    many = estimator.evaluate_many(inputs)
    assert _model.calls == 1
    assert list(many) == list(inputs)
    events = {n: sorted(os.listdir(estimator.eval_dir(n))) for n in inputs}
    assert all(len(e) == 1 for e in events.values())
    if hasattr(tf.train, "summary_iterator"):
        written = {n: _scalars(estimator.eval_dir(n)) for n in inputs}
        for name in inputs:
            assert written[name]["mean"] == (3, many[name]["mean"])
    for name, input_fn in inputs.items():
        assert many[name] == estimator.evaluate(input_fn, name=f"separate_{name}"), name
    assert _model.calls == 5


def test_evaluate_many_with_steps_and_hooks(estimator):
    class Count(tf.train.SessionRunHook):
        runs = 0

        def after_run(self, context, values):
            self.runs += 1

    hook = Count()
    many = estimator.evaluate_many({"a": _input(), "b": _input(X[::-1].copy(), Y)}, steps=2, hooks=[hook])
    assert hook.runs == 4
    assert many["b"] == estimator.evaluate(_input(X[::-1].copy(), Y), steps=2)


def test_evaluate_many_builds_again_where_inputs_do_not_fit(estimator):
    def fixed(n):
        return lambda: ({"x": tf.constant(X[:n])}, tf.constant(Y[:n]))

    many = estimator.evaluate_many({"a": fixed(4), "b": fixed(8), "c": fixed(4)}, steps=1)
    assert _model.calls == 2
    for name, size in (("a", 4), ("b", 8), ("c", 4)):
        assert many[name] == estimator.evaluate(fixed(size), steps=1)


def test_evaluate_many_errors(estimator):
    with pytest.raises(ValueError, match="input_fns must be a dict"):
        estimator.evaluate_many([_input()])
    with pytest.raises(ValueError, match="steps > 0"):
        estimator.evaluate_many({"a": _input()}, steps=0)


# -- Predictors


def _receiver():
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    return types.SimpleNamespace(features={"x": x}, receiver_tensors={"examples": x})


def test_predictor(estimator):
    expected = list(estimator.predict(lambda: tf.data.Dataset.from_tensors({"x": X})))
    _model.calls = 0
    with estimator.experimental_predictor(_receiver) as predictor:
        for _ in range(3):
            result = predictor({"examples": X})
            np.testing.assert_array_equal(result["y"], [e["y"] for e in expected])
            np.testing.assert_array_equal(result["twice"], [e["twice"] for e in expected])
        assert _model.calls == 1
        assert predictor({"examples": X[:1].tolist()})["y"].shape == (1,)
        assert list(predictor.fetch_tensors) == ["y", "twice"]
        assert predictor.checkpoint == estimator.latest_checkpoint()
        with pytest.raises(ValueError, match="expected values for"):
            predictor({"other": X})
        assert predictor.refresh() is False
        before = predictor({"examples": X})["y"]
        estimator.train(_input(repeat=None), steps=2)
        assert predictor.refresh() is True
        assert not np.array_equal(before, predictor({"examples": X})["y"])
    with pytest.raises(RuntimeError, match="closed"):
        predictor({"examples": X})


def test_predictor_of_an_export_output(estimator):
    predictor = estimator.experimental_predictor(_receiver, output_key="half")
    plain = estimator.experimental_predictor(_receiver)
    np.testing.assert_array_equal(predictor({"examples": X})["h"], plain({"examples": X})["y"] / 2)
    with pytest.raises(ValueError, match="There is no export output 'no'"):
        estimator.experimental_predictor(_receiver, output_key="no")


def test_subclasses_may_use_the_names(tmp_path):
    class Mine(tf.estimator.Estimator):
        def evaluate_many(self):
            return 1

    assert Mine(_model, config=tf.estimator.RunConfig(str(tmp_path))).evaluate_many() == 1


# -- Messages


def _warnings(caplog):
    return [r.message for r in caplog.records if r.levelname == "WARNING"]


@pytest.mark.parametrize("limit", [{"steps": 9}, {"max_steps": 9}])
def test_early_end_of_input_is_told(tmp_path, caplog, limit):
    estimator = tf.estimator.Estimator(_model, str(tmp_path))
    estimator.train(_input(), **limit)
    assert [m for m in _warnings(caplog) if "The input ended at global step 5, before step 9" in m]


@pytest.mark.parametrize("limit", [{"steps": 5}, {"max_steps": 3}, {}])
def test_expected_ends_are_not(tmp_path, caplog, limit):
    tf.estimator.Estimator(_model, str(tmp_path)).train(_input(), **limit)
    assert not [m for m in _warnings(caplog) if "input ended" in m]


def _line_of(function, marker):
    import inspect

    lines, first = inspect.getsourcelines(function)
    return first + next(i for i, line in enumerate(lines) if marker in line)


def test_run_time_errors_name_the_line(tmp_path):
    def model(features, labels, mode):
        index = tf.cast(tf.reduce_sum(features["x"]) * 0.0 + 9.0, tf.int32)
        row = tf.gather(tf.constant([1.0, 2.0]), index)  # the mistake
        loss = tf.reduce_mean(row)
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=tf.assign_add(tf.train.get_global_step(), 1))

    with pytest.raises(tf.errors.InvalidArgumentError) as raised:
        tf.estimator.Estimator(model, str(tmp_path)).train(_input())
    assert f"{__file__}:{_line_of(model, 'the mistake')}" in str(raised.value)


def test_errors_while_building_name_the_line(tmp_path):
    def model(features, labels, mode):
        product = tf.matmul(features["x"], tf.ones([4, 2]))  # the mistake
        return tf.estimator.EstimatorSpec(mode, loss=tf.reduce_mean(product), train_op=tf.no_op())

    with pytest.raises(ValueError) as raised:
        tf.estimator.Estimator(model, str(tmp_path)).train(_input())
    assert f"{__file__}:{_line_of(model, 'the mistake')}" in str(raised.value)


def test_errors_in_dataset_functions_name_the_line(tmp_path):
    def input_fn():
        data = tf.data.Dataset.from_tensor_slices(({"x": X}, Y)).map(
            lambda f, y: ({"x": f["x"] + tf.gather([1.0], tf.cast(y + 3.0, tf.int32))}, y)  # the mistake
        )
        return data.batch(4)

    with pytest.raises(tf.errors.InvalidArgumentError) as raised:
        tf.estimator.Estimator(_model, str(tmp_path)).train(input_fn)
    assert f"{__file__}:" in str(raised.value)


def test_python_errors_come_out_as_they_are(tmp_path):
    def model(features, labels, mode):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine") as raised:
        tf.estimator.Estimator(model, str(tmp_path)).train(_input())
    assert any(entry.name == "model" for entry in raised.traceback)


@pytest.mark.parametrize(
    ("name", "scope"),
    [
        ("MyRNN2Cell", "my_rnn2_cell"),
        ("A1B2", "a1b2"),
        ("LSTMCell", "lstm_cell"),
        ("HTTPServer3X", "http_server3x"),
        ("_Own", "private__own"),
    ],
)
def test_names_of_classes_as_scopes(name, scope):
    with tf.Graph().as_default():
        layer = type(name, (tf.layers.Layer,), {})()
        layer(tf.ones([2, 3]))
        assert layer.scope_name == scope
