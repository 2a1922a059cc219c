"""Export outputs, receivers, signatures and SavedModels without TensorFlow."""

import os

import numpy as np
import pytest
import swiftestimator.compat.v1 as tf
from export_support import linear_estimator, linear_input, serving_input
from test_rules import run

from swiftestimator._protos import messages


def test_rules(tmp_path):
    results = run("export_rules", tmp_path)
    assert not {name: (r["expected"], r["found"]) for name, r in results.items() if not r["right"]}
    assert len(results) > 120


@pytest.fixture
def trained(tmp_path):
    return linear_estimator(tmp_path / "model").train(linear_input, steps=3)


def read(folder):
    with open(os.path.join(folder, "saved_model.pb"), "rb") as file:
        return messages.SavedModel.FromString(file.read())


def test_an_export_holds_weights_graph_and_signatures(trained, tmp_path):
    folder = trained.export_saved_model(str(tmp_path / "exports"), serving_input).decode()
    model = read(folder)
    assert model.saved_model_schema_version == 1 and len(model.meta_graphs) == 1
    graph = model.meta_graphs[0]
    assert list(graph.meta_info_def.tags) == ["serve"] and graph.meta_info_def.stripped_default_attrs
    # Regression needs strings, so it is left out.
    assert list(graph.signature_def) == ["serving_default"]
    assert sorted(graph.signature_def["serving_default"].outputs) == ["twice", "y"]
    names = {node.name for node in graph.graph_def.node}
    assert {"x", "w", "global_step/Assign", graph.saver_def.restore_op_name} <= names
    variables = os.path.join(folder, "variables", "variables")
    stored = {name: tf.train.load_variable(variables, name) for name, _ in tf.train.list_variables(variables)}
    assert stored.keys() == {"w", "b", "global_step"}
    np.testing.assert_array_equal(stored["w"], trained.get_variable_value("w"))


def test_each_export_gets_a_folder_of_its_own(trained, tmp_path):
    base = str(tmp_path / "exports")
    first, second = (trained.export_saved_model(base, serving_input) for _ in range(2))
    assert first != second and len(os.listdir(base)) == 2


def test_nothing_is_left_of_an_export_that_failed(trained, tmp_path):
    def receiver():
        raise RuntimeError("no receiver")

    base = tmp_path / "exports"
    with pytest.raises(RuntimeError, match="no receiver"):
        trained.export_saved_model(str(base), receiver)
    assert not base.exists() or not os.listdir(base)


def test_a_checkpoint_can_be_named(trained, tmp_path):
    first = trained.get_variable_value("w")
    checkpoint = trained.latest_checkpoint()
    trained.train(linear_input, steps=3)
    folder = trained.export_saved_model(str(tmp_path / "e"), serving_input, checkpoint_path=checkpoint).decode()
    np.testing.assert_array_equal(tf.train.load_variable(os.path.join(folder, "variables/variables"), "w"), first)


def test_only_the_first_class_has_the_old_name(tmp_path):
    import swiftestimator as tf2

    estimator = tf2.estimator.Estimator(lambda features: None, str(tmp_path))
    with pytest.raises(AttributeError, match="Please use `export_saved_model`"):
        estimator.export_savedmodel("x", serving_input)
    assert isinstance(estimator, tf.estimator.Estimator)


def test_the_old_name_exports(trained, tmp_path):
    folder = trained.export_savedmodel(str(tmp_path / "e"), serving_input, strip_default_attrs=False).decode()
    assert os.path.exists(os.path.join(folder, "saved_model.pb"))


# -- Helpers


def test_call_logit_fn():
    call = tf.estimator.experimental.call_logit_fn
    with tf.Graph().as_default():
        x = tf.ones([2])
        assert call(lambda features, mode, params: x if (mode, params) == ("m", "p") else None, x, "m", "p", "c") is x
        assert call(lambda features, config: {config: features}, x, "m", "p", "c") == {"c": x}
        for wrong in ([x], {1: x}, {"a": 1.0}, None):
            with pytest.raises(ValueError, match="logit_fn should return a Tensor or a dictionary mapping strings"):
                call(lambda features, wrong=wrong: wrong, x, "m", "p", "c")


def test_forward_features(tmp_path):
    def model_fn(features, labels, mode):
        y = tf.reduce_sum(features["x"], 1) + tf.get_variable("b", [], initializer=tf.zeros_initializer())
        loss = tf.reduce_mean(y)
        step = tf.train.get_global_step()
        train_op = tf.train.GradientDescentOptimizer(0.0).minimize(loss, global_step=step)
        return tf.estimator.EstimatorSpec(mode, predictions={"y": y}, loss=loss, train_op=train_op)

    def input_fn():
        features = {"x": np.ones([3, 2], np.float32), "id": np.array([7, 8, 9])}
        return tf.data.Dataset.from_tensor_slices((features, np.zeros(3))).batch(2)

    forward = tf.contrib.estimator.forward_features
    estimator = tf.estimator.Estimator(model_fn, str(tmp_path)).train(input_fn)
    found = list(forward(estimator, "id").predict(input_fn))
    assert [int(p["id"]) for p in found] == [7, 8, 9] and set(found[0]) == {"id", "y"}
    assert set(next(forward(estimator).predict(input_fn))) == {"x", "id", "y"}
    with pytest.raises(KeyError, match="keys should be exist in features"):
        next(forward(estimator, ["id", "z"]).predict(input_fn))
    with pytest.raises(TypeError, match="keys should be either a string or a list of strings"):
        forward(estimator, [1])


# -- Evaluation in memory


def evaluations(folder):
    from swiftestimator._estimator.early_stopping import read_eval_metrics

    return {step: metrics["loss"] for step, metrics in read_eval_metrics(folder).items()}


def test_in_memory_evaluator(tmp_path):
    estimator = linear_estimator(tmp_path, save_checkpoints_steps=100)
    hook = tf.estimator.experimental.InMemoryEvaluatorHook(estimator, linear_input, steps=1, every_n_iter=4)
    estimator.train(linear_input, hooks=[hook], steps=10)
    found = evaluations(estimator.eval_dir())
    # At the start, after 4 and 8 runs, and at the end.
    assert list(found) == [0, 4, 8, 10]
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert found[10] == pytest.approx(estimator.evaluate(linear_input, steps=1)["loss"])


def test_in_memory_evaluator_checks(tmp_path, monkeypatch):
    kind, estimator = tf.estimator.experimental.InMemoryEvaluatorHook, linear_estimator(tmp_path)
    for count in (0, -1, None):
        with pytest.raises(ValueError, match="invalid every_n_iter"):
            kind(estimator, linear_input, every_n_iter=count)
    cluster = '{"cluster": {"chief": ["a:1"], "worker": ["b:1"]}, "task": {"type": "chief", "index": 0}}'
    monkeypatch.setenv("TF_CONFIG", cluster)
    with pytest.raises(ValueError, match="supports only single machine"):
        kind(linear_estimator(tmp_path), linear_input)
