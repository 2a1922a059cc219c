"""Model functions, input functions and hooks that go wrong: the program's own exceptions come out as they are."""

import traceback

import numpy as np
import pytest
import swiftestimator.compat.v1 as tf
from faults_support import estimator, input_fn, model_fn


class Broken(Exception):
    """An exception that only this file knows."""


def test_nan_loss(tmp_path):
    model = estimator(tmp_path, {"spoil": lambda loss: loss * float("nan")})
    with pytest.raises(tf.estimator.NanLossDuringTrainingError):
        model.train(input_fn(), steps=3)
    # What a failed run leaves behind can be trained on.
    estimator(tmp_path).train(input_fn(), steps=2)


@pytest.mark.parametrize("call", ["train", "evaluate", "predict"])
def test_model_fn_raises(tmp_path, call):
    estimator(tmp_path).train(input_fn(), steps=1)
    error = Broken("mine")

    def broken(features, labels, mode):
        raise error

    model = tf.estimator.Estimator(broken, str(tmp_path))
    with pytest.raises(Broken) as caught:
        result = getattr(model, call)(input_fn())
        list(result)
    assert caught.value is error
    assert any(frame.name == "broken" for frame in traceback.extract_tb(caught.value.__traceback__))


@pytest.mark.parametrize("call", ["train", "evaluate", "predict"])
def test_missing_feature(tmp_path, call):
    estimator(tmp_path).train(input_fn(), steps=1)

    def needs_z(features, labels, mode, params):
        return model_fn({"x": features["z"]}, labels, mode, params)

    model = tf.estimator.Estimator(needs_z, str(tmp_path), params={"a": 1})
    with pytest.raises(KeyError, match="z") as caught:
        list(getattr(model, call)(input_fn()))
    assert any(frame.name == "needs_z" for frame in traceback.extract_tb(caught.value.__traceback__))


@pytest.mark.parametrize("result", [None, 3, {}, (1, 2), "spec"])
def test_model_fn_returns_no_spec(tmp_path, result):
    model = tf.estimator.Estimator(lambda features, labels, mode: result, str(tmp_path))
    with pytest.raises(ValueError, match="model_fn should return an EstimatorSpec"):
        model.train(input_fn(), steps=1)


def _spec(**fields):
    def build(features, labels, mode):
        loss = tf.reduce_mean(tf.layers.dense(features["x"], 1))
        step = tf.assign_add(tf.train.get_global_step(), 1)
        values = {"loss": loss, "train_op": step} | {k: v() for k, v in fields.items()}
        return tf.estimator.EstimatorSpec(mode, **values)

    return build


@pytest.mark.parametrize(
    "fields, error",
    [
        ({"loss": lambda: None}, ValueError),
        ({"train_op": lambda: None}, ValueError),
        ({"loss": lambda: tf.zeros([2])}, ValueError),
        ({"loss": lambda: "x"}, (TypeError, ValueError)),
        ({"train_op": lambda: "x"}, TypeError),
        ({"predictions": lambda: {"a": 3}}, TypeError),
        ({"training_hooks": lambda: [3]}, TypeError),
        ({"scaffold": lambda: 3}, TypeError),
        ({"eval_metric_ops": lambda: {"a": 3}}, TypeError),
        ({"eval_metric_ops": lambda: {"a": (tf.zeros([]), "b")}}, (TypeError, AttributeError)),
    ],
)
def test_specs_with_wrong_parts(tmp_path, fields, error):
    with pytest.raises(error):
        tf.estimator.Estimator(_spec(**fields), str(tmp_path)).train(input_fn(), steps=1)


@pytest.mark.parametrize(
    "result",
    [None, 3, "x", {"x": np.ones((4, 3), np.float32)}, ({"x": 1}, 2, 3), lambda: None],
    ids=["none", "int", "str", "arrays", "triple", "function"],
)
def test_input_fn_returns_wrong_things(tmp_path, result):
    model = estimator(tmp_path)
    with pytest.raises((ValueError, TypeError, AttributeError, tf.errors.OpError)):
        model.train(lambda: result, steps=1)
    model.train(input_fn(), steps=1)


def test_input_fn_raises(tmp_path):
    error = Broken()

    def broken():
        raise error

    for call in (lambda m: m.train(broken), lambda m: m.evaluate(broken), lambda m: list(m.predict(broken))):
        model = estimator(tmp_path)
        model.train(input_fn(), steps=1)
        with pytest.raises(Broken) as caught:
            call(model)
        assert caught.value is error


def test_wrong_widths_and_types_of_features(tmp_path):
    estimator(tmp_path).train(input_fn(), steps=1)

    def wide():
        return tf.data.Dataset.from_tensor_slices(
            ({"x": np.ones((4, 5), np.float32)}, np.ones((4, 1), np.float32))
        ).batch(2)

    with pytest.raises((tf.errors.InvalidArgumentError, ValueError), match=r"(?i)shape"):
        estimator(tmp_path).train(wide, steps=1)

    def text():
        return tf.data.Dataset.from_tensor_slices(({"x": np.array([["a"]])}, np.ones((1, 1), np.float32))).batch(2)

    with pytest.raises((TypeError, ValueError)):
        estimator(tmp_path).train(text, steps=1)
    estimator(tmp_path).train(input_fn(), steps=1)


# Data that ends


def test_empty_datasets(tmp_path):
    model = estimator(tmp_path)
    model.train(input_fn(), steps=2)
    empty = input_fn(count=0)
    model.train(empty, steps=5)
    assert model.get_variable_value("global_step") == 2
    with pytest.raises(ValueError):
        model.train(empty, steps=0)
    assert list(model.predict(empty)) == []
    result = model.evaluate(empty)
    assert result["global_step"] == 2


def test_data_that_ends_midway(tmp_path):
    model = estimator(tmp_path)
    model.train(input_fn(count=10, repeat=1, batch=4), steps=100)
    assert model.get_variable_value("global_step") == 3
    assert model.evaluate(input_fn(count=10, repeat=1), steps=100)["global_step"] == 3
    assert len(list(model.predict(input_fn(count=10, repeat=1)))) == 10


@pytest.mark.parametrize("source", ["generator", "py_func", "py_func in a parallel map", "prefetched generator"])
@pytest.mark.parametrize("call", ["train", "evaluate", "predict"])
def test_python_code_in_the_pipeline_raises(tmp_path, source, call):
    if "generator" in source:
        pytest.importorskip("swiftestimator._data.generator")
    model = estimator(tmp_path, save_checkpoints_steps=1)
    model.train(input_fn(), steps=1)
    seen = []

    def generate():
        for number in range(10):
            if number == 3:
                raise Broken("in the generator")
            yield np.ones(3, np.float32) * number

    def check(x):
        seen.append(x)
        if len(seen) == 3:
            raise Broken("in the function")
        return x

    def data():
        if "generator" in source:
            data = tf.data.Dataset.from_generator(generate, tf.float32, [3])
        else:
            data = tf.data.Dataset.from_tensor_slices(np.ones((10, 3), np.float32))
            threads = 2 if "parallel" in source else None

            def mapped(x):
                y = tf.py_func(check, [x], tf.float32)
                y.set_shape([3])
                return y

            data = data.map(mapped, num_parallel_calls=threads)
        data = data.map(lambda x: ({"x": x}, tf.ones([1]))).batch(1)
        return data.prefetch(2) if "prefetched" in source else data

    with pytest.raises((Broken, tf.errors.OpError), match="in the"):
        list(getattr(model, call)(data))
    model.train(input_fn(), steps=1)


# Hooks


@pytest.mark.parametrize("method", ["begin", "after_create_session", "before_run", "after_run", "end"])
@pytest.mark.parametrize("call", ["train", "evaluate", "predict"])
def test_hooks_raise(tmp_path, method, call):
    estimator(tmp_path).train(input_fn(), steps=1)
    error = Broken(method)

    class Hook(tf.train.SessionRunHook):
        pass

    def broken(self, *arguments):
        raise error

    setattr(Hook, method, broken)
    model = estimator(tmp_path)
    with pytest.raises(Broken) as caught:
        result = getattr(model, call)(input_fn(repeat=1), hooks=[Hook()])
        if call == "predict":
            list(result)
        elif call == "evaluate":
            assert not result
    assert caught.value is error
    assert any(frame.name == "broken" for frame in traceback.extract_tb(caught.value.__traceback__))
    estimator(tmp_path).train(input_fn(), steps=1)


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), MemoryError(), GeneratorExit()])
def test_odd_exceptions_of_hooks(tmp_path, error):
    class Hook(tf.train.SessionRunHook):
        def after_run(self, context, values):
            raise error

    with pytest.raises(type(error)) as caught:
        estimator(tmp_path).train(input_fn(), steps=5, hooks=[Hook()])
    assert caught.value is error


@pytest.mark.parametrize("result", [3, "x", {"a": 1}, [1]])
def test_before_run_returns_wrong_things(tmp_path, result):
    class Hook(tf.train.SessionRunHook):
        def before_run(self, context):
            return result

    with pytest.raises((TypeError, AttributeError, ValueError)):
        estimator(tmp_path).train(input_fn(), steps=2, hooks=[Hook()])


def test_saving_listener_raises(tmp_path):
    error = Broken()

    class Listener(tf.train.CheckpointSaverListener):
        def after_save(self, session, step):
            raise error

    with pytest.raises(Broken) as caught:
        estimator(tmp_path).train(input_fn(), steps=2, saving_listeners=[Listener()])
    assert caught.value is error
    assert tf.train.latest_checkpoint(str(tmp_path))


def test_predict_left_midway(tmp_path):
    model = estimator(tmp_path)
    model.train(input_fn(), steps=1)
    for _ in range(20):
        predictions = model.predict(input_fn())
        next(predictions)
        predictions.close()
    for _ in model.predict(input_fn()):
        break
    model.train(input_fn(), steps=1)


def test_training_inside_hooks_and_predictions(tmp_path):
    """A second Estimator used while the first one is in the middle of a call."""
    model, other = estimator(tmp_path / "a"), estimator(tmp_path / "b")
    other.train(input_fn(), steps=1)

    class Hook(tf.train.SessionRunHook):
        def after_run(self, context, values):
            other.evaluate(input_fn(repeat=1))

    model.train(input_fn(), steps=2, hooks=[Hook()])
    assert model.get_variable_value("global_step") == 2
