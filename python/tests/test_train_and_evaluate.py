"""Training with evaluation in between: when evaluations and exports happen, and the checks of specs."""

import os

import numpy as np
import pytest
import swiftestimator.compat.v1 as tf
from export_support import linear_estimator, linear_input, serving_input


class Recorder(tf.estimator.Exporter):
    def __init__(self, name="recorder"):
        self._name, self.calls = name, []

    @property
    def name(self):
        return self._name

    def export(self, estimator, export_path, checkpoint_path, eval_result, is_the_final_export):
        self.calls.append((int(eval_result["global_step"]), is_the_final_export, os.path.basename(checkpoint_path)))
        assert export_path == os.path.join(estimator.model_dir, "export", self._name)
        return f"result {len(self.calls)}"


def run(folder, exporters=None, max_steps=22, throttle=0, hooks=None, **config):
    estimator = linear_estimator(folder, save_checkpoints_steps=10, **config)
    train = tf.estimator.TrainSpec(linear_input, max_steps=max_steps, hooks=hooks)
    evaluate = tf.estimator.EvalSpec(linear_input, steps=2, exporters=exporters, throttle_secs=throttle)
    return estimator, tf.estimator.train_and_evaluate(estimator, train, evaluate)


def test_evaluates_each_checkpoint_and_the_last(tmp_path):
    recorder = Recorder()
    _, (metrics, exports) = run(tmp_path, recorder)
    assert recorder.calls == [
        (10, False, "model.ckpt-10"), (20, False, "model.ckpt-20"), (22, True, "model.ckpt-22"),
    ]  # fmt: skip
    assert metrics["global_step"] == 22 and set(metrics) == {"loss", "mae", "global_step"}
    assert exports == ["result 3"]


def test_throttling_skips_checkpoints(tmp_path):
    recorder = Recorder()
    run(tmp_path, recorder, throttle=600)
    # The first trigger always comes; after that only the end evaluates.
    assert [step for step, _, _ in recorder.calls] == [10, 22]


def test_nothing_to_train(tmp_path):
    run(tmp_path)
    _, result = run(tmp_path)
    assert result == (None, None)


@pytest.mark.parametrize(
    "keywords, error, text",
    [
        ({"input_fn": 1}, TypeError, "`input_fn` must be callable"),
        ({"max_steps": 0}, ValueError, "Must specify max_steps > 0"),
        ({"hooks": [1]}, TypeError, "All hooks must be `SessionRunHook` instances"),
        ({"saving_listeners": [1]}, TypeError, "All saving_listeners must be `CheckpointSaverListener` instances"),
    ],
)
def test_train_spec_checks(keywords, error, text):
    with pytest.raises(error, match=text):
        tf.estimator.TrainSpec(**{"input_fn": linear_input, **keywords})


@pytest.mark.parametrize(
    "keywords, error, text",
    [
        ({"input_fn": 1}, TypeError, "`input_fn` must be callable"),
        ({"steps": 0}, ValueError, "Must specify steps > 0"),
        ({"name": 1}, TypeError, "`name` must be string"),
        ({"hooks": [1]}, TypeError, "All hooks must be `SessionRunHook` instances"),
        ({"start_delay_secs": -1}, ValueError, "Must specify start_delay_secs >= 0"),
        ({"throttle_secs": -1}, ValueError, "Must specify throttle_secs >= 0"),
        ({"exporters": 1}, TypeError, "`exporters` must be an Exporter"),
        ({"exporters": [1]}, TypeError, "`exporters` must be an Exporter"),
        ({"exporters": Recorder("")}, ValueError, "cannot have a name that is"),
        ({"exporters": Recorder(None)}, ValueError, "cannot have a name that is"),
        ({"exporters": Recorder(3)}, ValueError, "must have a string name"),
        ({"exporters": [Recorder(), Recorder()]}, ValueError, "must have unique names"),
    ],
)
def test_eval_spec_checks(keywords, error, text):
    with pytest.raises(error, match=text):
        tf.estimator.EvalSpec(**{"input_fn": linear_input, **keywords})


def test_argument_types(tmp_path):
    train, evaluate = tf.estimator.TrainSpec(linear_input), tf.estimator.EvalSpec(linear_input)
    estimator = linear_estimator(tmp_path)
    with pytest.raises(TypeError, match="`eval_spec` must have type"):
        tf.estimator.train_and_evaluate(None, None, None)
    with pytest.raises(TypeError, match="`train_spec` must have type"):
        tf.estimator.train_and_evaluate(None, None, evaluate)
    with pytest.raises(TypeError, match="`estimator` must have type `tf.estimator.Estimator`"):
        tf.estimator.train_and_evaluate(None, train, evaluate)
    assert estimator.model_dir == str(tmp_path)


def test_an_evaluator_evaluates_what_is_there(tmp_path, monkeypatch):
    linear_estimator(tmp_path).train(linear_input, max_steps=5)
    monkeypatch.setenv("TF_CONFIG", '{"cluster": {"chief": ["a:1"]}, "task": {"type": "evaluator", "index": 0}}')
    recorder = Recorder()
    evaluate = tf.estimator.EvalSpec(linear_input, steps=1, exporters=recorder, start_delay_secs=0, throttle_secs=0)
    train = tf.estimator.TrainSpec(linear_input, max_steps=5)
    assert tf.estimator.train_and_evaluate(linear_estimator(tmp_path), train, evaluate) is None
    assert recorder.calls == [(5, True, "model.ckpt-5")]


# -- Exporters


def exports(folder, name):
    path = os.path.join(folder, "export", name)
    return sorted(os.listdir(path)) if os.path.isdir(path) else []


def test_exporters(tmp_path):
    made = [
        tf.estimator.FinalExporter("final", serving_input),
        tf.estimator.LatestExporter("latest", serving_input, exports_to_keep=2),
        tf.estimator.BestExporter("best", serving_input, exports_to_keep=1),
    ]
    _, (_, results) = run(tmp_path, made)
    assert len(exports(tmp_path, "final")) == 1
    assert len(exports(tmp_path, "latest")) == 2
    assert len(exports(tmp_path, "best")) == 1
    assert [os.path.isfile(os.path.join(r.decode(), "saved_model.pb")) for r in results if r] == [True] * len(
        [r for r in results if r]
    )


class FakeEstimator:
    def __init__(self, folder):
        self.model_dir = str(folder)
        self.count = 0

    def export_saved_model(self, *args, **kwargs):
        self.count += 1
        return f"export {self.count}".encode()


def test_best_exporter_compares(tmp_path):
    exporter, estimator = tf.estimator.BestExporter(serving_input_receiver_fn=serving_input), FakeEstimator(tmp_path)

    def export(loss):
        return exporter.export(estimator, str(tmp_path / "e"), "c", {"loss": loss}, False)

    assert export(0.5) and export(0.6) is None and export(0.5) is None and export(0.4)
    with pytest.raises(ValueError, match="cannot be empty or no loss is found"):
        exporter.export(estimator, str(tmp_path / "e"), "c", {"mae": 1.0}, False)


def test_best_exporter_recovers_the_best_of_earlier_runs(tmp_path):
    estimator = linear_estimator(tmp_path)
    seen = []

    def compare(best_eval_result, current_eval_result):
        seen.append((best_eval_result["loss"], current_eval_result["loss"]))
        return current_eval_result["loss"] < best_eval_result["loss"]

    estimator.train(linear_input, max_steps=5)
    first = estimator.evaluate(linear_input, steps=1)["loss"]
    estimator.train(linear_input, max_steps=10)
    second = estimator.evaluate(linear_input, steps=1)["loss"]
    exporter = tf.estimator.BestExporter(serving_input_receiver_fn=serving_input, compare_fn=compare)
    fake = FakeEstimator(tmp_path)
    # A new object always exports once.
    assert exporter.export(fake, str(tmp_path / "e"), "c", {"loss": 100.0}, False)
    assert seen[0] == (pytest.approx(first), pytest.approx(second))


@pytest.mark.parametrize("keep", [0, -1])
def test_exports_to_keep_is_positive(keep):
    for kind in (tf.estimator.LatestExporter, tf.estimator.BestExporter):
        with pytest.raises(ValueError, match="positive number"):
            kind("name", serving_input, exports_to_keep=keep)


def test_compare_fn_checks():
    with pytest.raises(ValueError, match="compare_fn"):
        tf.estimator.BestExporter(compare_fn=None)
    with pytest.raises(ValueError, match="must include best_eval_result argument"):
        tf.estimator.BestExporter(compare_fn=lambda a, current_eval_result: True)
    with pytest.raises(ValueError, match="must include current_eval_result argument"):
        tf.estimator.BestExporter(compare_fn=lambda best_eval_result, b: True)
    with pytest.raises(ValueError, match="not expected args"):
        tf.estimator.BestExporter(compare_fn=lambda best_eval_result, current_eval_result, x: True)


def test_only_folders_named_after_a_time_are_deleted(tmp_path):
    for name in ("1234567890", "1234567891", "1234567892", "123", "keepthis10"):
        (tmp_path / name).mkdir()
    exporter = tf.estimator.LatestExporter("latest", serving_input, exports_to_keep=1)
    exporter.export(FakeEstimator(tmp_path), str(tmp_path), "c", {}, False)
    assert sorted(os.listdir(tmp_path)) == ["123", "1234567892", "keepthis10"]


# -- Early stopping


def write_metric(folder, values, tag="accuracy"):
    writer = tf.summary.FileWriter(str(folder))
    for step, value in values:
        writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag=tag, simple_value=value)]), step)
    writer.close()


def test_read_eval_metrics(tmp_path):
    from swiftestimator._estimator.early_stopping import read_eval_metrics

    assert read_eval_metrics(str(tmp_path / "nothing")) == {}
    write_metric(tmp_path, [(20, 0.5), (10, 0.25)])
    write_metric(tmp_path, [(20, 2.0)], tag="loss")
    assert list(read_eval_metrics(str(tmp_path)).items()) == [
        (10, {"accuracy": 0.25}), (20, {"accuracy": 0.5, "loss": 2.0}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "kind, limit, min_steps, stops",
    [
        ("stop_if_higher_hook", 0.5, 0, True), ("stop_if_higher_hook", 0.8, 0, False),
        ("stop_if_higher_hook", 0.5, 30, False), ("stop_if_lower_hook", 0.25, 0, True),
        ("stop_if_lower_hook", 0.2, 0, False), ("stop_if_no_increase_hook", 20, 0, True),
        ("stop_if_no_increase_hook", 21, 0, False), ("stop_if_no_decrease_hook", 40, 0, False),
        ("stop_if_no_decrease_hook", 30, 0, True),
    ],
)  # fmt: skip
def test_early_stopping(tmp_path, kind, limit, min_steps, stops):
    estimator = linear_estimator(tmp_path / "model")
    # Best at 20 for increase; best at 10 for decrease.
    write_metric(tmp_path / "events", [(10, 0.2), (20, 0.6), (30, 0.5), (40, 0.4)])
    hook = getattr(tf.estimator.experimental, kind)(
        estimator, "accuracy", limit, eval_dir=str(tmp_path / "events"), min_steps=min_steps, run_every_secs=None,
        run_every_steps=1,
    )  # fmt: skip
    estimator.train(linear_input, hooks=[hook], max_steps=6)
    assert (estimator.get_variable_value("global_step") < 6) == stops
    assert bool(estimator.get_variable_value("signal_early_stopping/STOP")) == stops


def test_early_stopping_asks_the_program(tmp_path):
    estimator, asked = linear_estimator(tmp_path), []

    def should_stop():
        asked.append(1)
        return len(asked) == 3

    hook = tf.estimator.experimental.make_early_stopping_hook(
        estimator, should_stop, run_every_secs=None, run_every_steps=2
    )
    estimator.train(linear_input, hooks=[hook], max_steps=50)
    assert len(asked) == 3 and 4 <= estimator.get_variable_value("global_step") <= 7


def test_early_stopping_checks(tmp_path):
    with pytest.raises(TypeError, match="`estimator` must have type `tf.estimator.Estimator`"):
        tf.estimator.experimental.make_early_stopping_hook(None, lambda: True)
    with pytest.raises(ValueError, match="Only one of"):
        tf.estimator.experimental.make_early_stopping_hook(
            linear_estimator(tmp_path), lambda: True, run_every_secs=1, run_every_steps=1
        )


# -- Metrics, and stopping at a step


def test_add_metrics(tmp_path):
    estimator = linear_estimator(tmp_path)
    estimator.train(linear_input, max_steps=3)

    def metric_fn(labels, predictions):
        return {"mae": tf.metrics.mean(labels * 0.0), "mean_y": tf.metrics.mean(predictions["y"])}

    more = tf.estimator.add_metrics(estimator, metric_fn)
    results = more.evaluate(linear_input, steps=1)
    assert set(results) == {"loss", "mae", "mean_y", "global_step"} and results["mae"] == 0.0
    assert np.isfinite(results["mean_y"]) and more.model_dir == estimator.model_dir
    with pytest.raises(ValueError, match="following not expected args"):
        tf.estimator.add_metrics(estimator, lambda features, nonsense: {})


def test_stop_at_checkpoint_step(tmp_path):
    estimator = linear_estimator(tmp_path)
    hook = tf.estimator.experimental.make_stop_at_checkpoint_step_hook(estimator, 4)
    assert isinstance(hook, tf.estimator.StopAtStepHook)
    estimator.train(linear_input, hooks=[hook])
    assert estimator.get_variable_value("global_step") == 4
