"""Export outputs, receivers, signatures and SavedModels without TensorFlow."""

import os

import numpy as np
import pytest
import swiftestimator.compat.v1 as tf
from export_support import linear_estimator, linear_input, serving_input
from swiftestimator._protos import messages
from test_rules import run


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


# -- Loading


def twice(x, trained):
    return 2.0 * (x @ trained.get_variable_value("w") + trained.get_variable_value("b"))


X = np.array([[1, 2], [3, -1]], np.float32)


def test_the_loader_restores_a_session(trained, tmp_path):
    folder = trained.export_saved_model(str(tmp_path / "e"), serving_input).decode()
    assert tf.saved_model.loader.maybe_saved_model_directory(folder) and tf.saved_model.contains_saved_model(folder)
    assert not tf.saved_model.maybe_saved_model_directory(str(tmp_path))
    with tf.Graph().as_default(), tf.Session() as session:
        meta = tf.saved_model.loader.load(session, ["serve"], folder)
        signature = meta.signature_def["serving_default"]
        names = signature.outputs["twice"].name, signature.inputs["x"].name
        np.testing.assert_allclose(session.run(names[0], {names[1]: X}), twice(X, trained), rtol=1e-6)
        assert [v.name for v in tf.trainable_variables()] == ["w:0", "b:0"]
    with tf.Graph().as_default(), tf.Session() as session:
        tf.saved_model.load(session, ["serve"], folder, import_scope="scope")
        np.testing.assert_allclose(session.run(f"scope/{names[0]}", {f"scope/{names[1]}": X}), twice(X, trained))


def test_a_text_export_is_loaded_too(trained, tmp_path):
    folder = trained.export_saved_model(str(tmp_path / "e"), serving_input, as_text=True).decode()
    with tf.Graph().as_default(), tf.Session() as session:
        assert "serving_default" in tf.saved_model.load(session, ["serve"], folder).signature_def


def test_what_cannot_be_loaded(trained, tmp_path):
    folder = trained.export_saved_model(str(tmp_path / "e"), serving_input).decode()
    with tf.Graph().as_default(), tf.Session() as session:
        with pytest.raises(RuntimeError, match="tags 'nope' could not be found in SavedModel, with available tags"):
            tf.saved_model.load(session, ["nope"], folder)
        with pytest.raises(RuntimeError, match="could not be found in SavedModel"):
            tf.saved_model.load(session, ["serve", "gpu"], folder)
        with pytest.raises(OSError, match="SavedModel file does not exist at"):
            tf.saved_model.load(session, ["serve"], str(tmp_path / "none"))
        (tmp_path / "bad").mkdir()
        (tmp_path / "bad" / "saved_model.pb").write_bytes(b"\xff\xff\xff")
        with pytest.raises(OSError, match="Cannot parse file"):
            tf.saved_model.load(session, ["serve"], str(tmp_path / "bad"))


def test_the_main_op_finds_assets_where_they_are_now(tmp_path):
    source = tmp_path / "words.txt"
    source.write_text("hello")
    with tf.Graph().as_default(), tf.Session() as session:
        path = tf.constant(str(source), name="asset")
        content = tf.get_variable(
            "content", [], tf.string, tf.constant_initializer(""), collections=["local_variables"], trainable=False
        )
        builder = tf.saved_model.Builder(str(tmp_path / "model"))
        builder.add_meta_graph_and_variables(
            session, ["serve"], assets_collection=[path], main_op=tf.group(tf.assign(content, tf.read_file(path)))
        )
        builder.save()
    source.unlink()
    with tf.Graph().as_default(), tf.Session() as session:
        tf.saved_model.load(session, ["serve"], str(tmp_path / "model"))
        assert session.run("content/Read/ReadVariableOp:0") == b"hello"


def test_signatures_of_a_loaded_model_are_functions(trained, tmp_path):
    import swiftestimator as tf2

    folder = trained.export_saved_model(str(tmp_path / "e"), serving_input).decode()
    model = tf2.saved_model.load(folder)
    serve = model.signatures["serving_default"]
    for given in (X, tf2.constant(X)):
        np.testing.assert_allclose(serve(x=given)["twice"].numpy(), twice(X, trained), rtol=1e-6)
    with pytest.raises(TypeError, match="the signature takes"):
        serve(y=X)


def test_predictors_stay_open(trained, tmp_path):
    predictor = tf.contrib.predictor
    folder = trained.export_saved_model(str(tmp_path / "e"), serving_input).decode()
    made = [
        predictor.from_saved_model(folder), predictor.from_estimator(trained, serving_input),
        predictor.from_saved_model(folder, input_names={"x": "x:0"}, output_names={"twice": "mul:0"}),
    ]  # fmt: skip
    for one in made:
        for _ in range(2):
            np.testing.assert_allclose(one({"x": X})["twice"], twice(X, trained), rtol=1e-6)
        with pytest.raises(ValueError, match="unexpected keys in input_dict"):
            one({"z": X})
        one.close()
    with pytest.raises(ValueError, match="Available signatures are"):
        predictor.from_saved_model(folder, signature_def_key="other")
    with pytest.raises(ValueError, match="Available export outputs are"):
        predictor.from_estimator(trained, serving_input, output_key="other")


def test_summary_iterator(trained):
    path = next(p for p in os.listdir(trained.model_dir) if "tfevents" in p)
    events = list(tf.train.summary_iterator(os.path.join(trained.model_dir, path)))
    assert events[0].file_version == "brain.Event:2"
    assert any(value.tag == "loss" for event in events for value in event.summary.value)


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
