"""Training with evaluation in between: what happens when, for many settings. Both sides must report the same."""

import glob
import logging
import os
import re
import sys

import numpy as np
import tensorflow.compat.v1 as tf
from common import report

LOG = []
logging.getLogger("tensorflow").setLevel(logging.INFO)
RESULTS = {}
ROOT = sys.argv[2]


class Recorder(logging.Handler):
    def emit(self, record):
        text = record.getMessage().replace(ROOT, "ROOT")
        if re.match(
            r"global_step/sec|Inference Time|Starting eval|Finished eval|Using config|From |It seems that global|.*already exists; retrying",
            text,
        ):
            return
        text = re.sub(r"(training be stopped. listener: ).*", r"\1one", text)
        text = re.sub(r"\(\d+\.\d+ sec\)", "(t sec)", text)
        text = re.sub(r"\d+\.\d\d\d\d+(e-?\d+)?", "N", text)
        text = re.sub(r"/(temp-)?\d{10}", r"/\1TIME", text)
        LOG.append(text)


logging.getLogger("tensorflow").addHandler(Recorder())


def model_fn(features, labels, mode):
    w = tf.get_variable("w", [2, 1], initializer=tf.constant_initializer(0.5))
    y = tf.matmul(features["x"], w)
    if mode == "infer":
        return tf.estimator.EstimatorSpec(mode, predictions={"y": y})
    loss = tf.reduce_mean(tf.square(y - labels))
    train_op = tf.train.GradientDescentOptimizer(0.01).minimize(loss, global_step=tf.train.get_global_step())
    metrics = {"mae": tf.metrics.mean_absolute_error(labels, y)}
    return tf.estimator.EstimatorSpec(mode, predictions={"y": y}, loss=loss, train_op=train_op, eval_metric_ops=metrics)


def input_fn():
    x = np.array([[0, 1], [1, 0], [2, 1], [1, 3]], np.float32)
    y = x @ np.array([[1], [-2]], np.float32) + 1
    return tf.data.Dataset.from_tensor_slices(({"x": x}, y)).repeat().batch(2)


def serving():
    x = tf.placeholder(tf.float32, [None, 2], name="x")
    return tf.estimator.export.ServingInputReceiver({"x": x}, {"x": x})


class Calls(tf.estimator.Exporter):
    def __init__(self, name="calls", result="done"):
        self._name, self.calls, self.result = name, [], result

    @property
    def name(self):
        return self._name

    def export(self, estimator, export_path, checkpoint_path, eval_result, is_the_final_export):
        self.calls.append([
            os.path.relpath(export_path, ROOT), os.path.relpath(checkpoint_path, ROOT), sorted(eval_result),
            int(eval_result["global_step"]), is_the_final_export,
        ])  # fmt: skip
        return self.result


class Listener(tf.train.CheckpointSaverListener):
    def __init__(self, stop_at=None):
        self.calls, self.stop_at = [], stop_at

    def begin(self):
        self.calls.append("begin")

    def before_save(self, session, global_step_value):
        self.calls.append(f"before {global_step_value}")

    def after_save(self, session, global_step_value):
        self.calls.append(f"after {global_step_value}")
        return self.stop_at is not None and global_step_value >= self.stop_at

    def end(self, session, global_step_value):
        self.calls.append(f"end {global_step_value}")


def plain(value):
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, bytes):
        return re.sub(r"\d{10}$", "TIME", value.decode().replace(ROOT, "ROOT"))
    if isinstance(value, np.generic | np.ndarray):
        return plain(value.tolist())
    if isinstance(value, float):
        return float(f"{value:.4g}")
    return value


def scenario(function):
    LOG.clear()
    folder = os.path.join(ROOT, function.__name__)
    try:
        result = plain(function(folder))
    except Exception as error:  # the point of the program
        result = [type(error).__name__, str(error).replace(ROOT, "ROOT")[:60]]
    RESULTS[function.__name__] = {"result": result, "log": list(LOG)}


def new(folder, **config):
    config = {"save_checkpoints_steps": 10, "tf_random_seed": 1, **config}
    return tf.estimator.Estimator(model_fn, folder, tf.estimator.RunConfig(**config))


def drive(folder, max_steps=22, exporters=None, throttle=0, listeners=None, hooks=None, config=None, **options):
    train = tf.estimator.TrainSpec(input_fn, max_steps, hooks=hooks, saving_listeners=listeners)
    evaluate = tf.estimator.EvalSpec(input_fn, steps=2, exporters=exporters, throttle_secs=throttle, **options)
    return tf.estimator.train_and_evaluate(new(folder, **(config or {})), train, evaluate)


def folders(folder, name):
    return len(glob.glob(os.path.join(folder, "export", name, "*")))


@scenario
def every_checkpoint(folder):
    calls = Calls()
    return [drive(folder, exporters=calls), calls.calls, sorted(os.listdir(folder + "/eval")) != []]


@scenario
def throttled(folder):
    calls = Calls()
    return [drive(folder, exporters=[calls, Calls("two", None)], throttle=1000), calls.calls]


@scenario
def named(folder):
    return [
        drive(folder, name="valid"),
        sorted(n for n in os.listdir(folder) if os.path.isdir(os.path.join(folder, n))),
    ]


@scenario
def listeners(folder):
    listener = Listener()
    return [drive(folder, listeners=[listener]), listener.calls]


@scenario
def listener_stops(folder):
    listener, calls = Listener(10), Calls()
    return [drive(folder, listeners=[listener], exporters=calls), listener.calls, calls.calls]


@scenario
def again(folder):
    return [drive(folder), drive(folder), drive(folder, max_steps=25)]


@scenario
def no_limit(folder):
    calls = Calls()

    class Stop(tf.train.SessionRunHook):
        def after_run(self, run_context, run_values):
            if run_context.session.run(tf.train.get_global_step()) >= 12:
                run_context.request_stop()

    return [drive(folder, max_steps=None, exporters=calls, hooks=[Stop()]), calls.calls]


@scenario
def exporters(folder):
    made = [
        tf.estimator.FinalExporter("final", serving), tf.estimator.LatestExporter("latest", serving, exports_to_keep=2),
        tf.estimator.BestExporter("best", serving, exports_to_keep=1),
    ]  # fmt: skip
    return [drive(folder, exporters=made), [folders(folder, e.name) for e in made]]


@scenario
def no_checkpoints(folder):
    """Without a checkpoint hook a listener has nothing to listen to."""
    return drive(folder, config={"save_checkpoints_steps": None})


@scenario
def best_after_restart(folder):
    seen = []

    def compare(best_eval_result, current_eval_result):
        seen.append([plain(dict(sorted(r.items()))) for r in (best_eval_result, current_eval_result)])
        return best_eval_result["loss"] > current_eval_result["loss"]

    estimator = new(folder)
    for steps in (5, 10, 15):
        estimator.train(input_fn, max_steps=steps)
        estimator.evaluate(input_fn, steps=1)
    exporter = tf.estimator.BestExporter(serving_input_receiver_fn=serving, compare_fn=compare)
    results = []
    for loss in (3.0, 0.5, 0.4, 0.45):
        path = exporter.export(estimator, folder + "/e", estimator.latest_checkpoint(), {"loss": loss}, False)
        results.append(path is not None)
    return [results, seen]


@scenario
def best_without_events(folder):
    exporter = tf.estimator.BestExporter("b", serving, event_file_pattern=None)
    estimator = new(folder).train(input_fn, steps=1)
    results = []
    for loss in (1.0, 2.0, 1.0, 0.5):
        path = exporter.export(estimator, folder + "/e", estimator.latest_checkpoint(), {"loss": loss}, False)
        results.append(path is not None)
    return results


def early(name, limit, **options):
    def run(folder):
        estimator = new(folder)
        with tf.Graph().as_default():
            writer = tf.summary.FileWriter(folder + "/events")
        for step, value in [(10, 0.2), (20, 0.6), (30, 0.5), (40, 0.4), (50, 0.6), (60, 0.55)]:
            writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag="m", simple_value=value)]), step)
        writer.close()
        hook = getattr(tf.estimator.experimental, name)(
            estimator, "m", limit, eval_dir=folder + "/events", run_every_secs=None, run_every_steps=1, **options
        )
        estimator.train(input_fn, hooks=[hook], max_steps=4)
        return [int(estimator.get_variable_value("global_step")), bool(estimator.get_variable_value(STOP))]

    run.__name__ = "early_" + re.sub(r"\W", "_", f"{name}_{limit}_{options}")
    scenario(run)


STOP = "signal_early_stopping/STOP"
for one, limit in (("stop_if_higher_hook", 0.59), ("stop_if_higher_hook", 0.61), ("stop_if_lower_hook", 0.25),
                   ("stop_if_lower_hook", 0.2), ("stop_if_no_increase_hook", 30), ("stop_if_no_increase_hook", 40),
                   ("stop_if_no_increase_hook", 41), ("stop_if_no_decrease_hook", 20),
                   ("stop_if_no_decrease_hook", 50), ("stop_if_no_decrease_hook", 51)):  # fmt: skip
    early(one, limit)
early("stop_if_lower_hook", 0.25, min_steps=11)
early("stop_if_no_decrease_hook", 20, min_steps=35)
early("stop_if_no_increase_hook", 10, min_steps=20)


@scenario
def early_own(folder):
    asked = []

    def should_stop():
        asked.append(len(asked))
        return len(asked) == 3

    estimator = new(folder)
    hook = tf.estimator.experimental.make_early_stopping_hook(estimator, should_stop, None, 3)
    estimator.train(input_fn, hooks=[hook], max_steps=50)
    # A run that goes on finds the variable set, and asks anew.
    found, step = [asked[:], sorted(estimator.get_variable_names())], estimator.get_variable_value("global_step")
    again = tf.estimator.experimental.make_early_stopping_hook(estimator, lambda: False, None, 1)
    estimator.train(input_fn, hooks=[again], steps=3)
    LOG.clear()  # TensorFlow's first run ends at step 6 or 7, as its read of the step happens to fall
    more = estimator.get_variable_value("global_step") - step
    return [*found, int(more), bool(estimator.get_variable_value(STOP))]


@scenario
def in_memory(folder):
    estimator, steps = new(folder), []

    class Seen(tf.train.SessionRunHook):
        def after_create_session(self, session, coord):
            steps.append(int(session.run(tf.train.get_global_step())))

    hook = tf.estimator.experimental.InMemoryEvaluatorHook(estimator, input_fn, 2, [Seen()], "memory", 4)
    estimator.train(input_fn, hooks=[hook], steps=10)
    found = {}
    for path in glob.glob(folder + "/eval_memory/events*"):
        for event in tf.train.summary_iterator(path) if hasattr(tf.train, "summary_iterator") else []:
            for value in event.summary.value:
                found.setdefault(value.tag, []).append([event.step, plain(value.simple_value)])
    return [steps, found]


@scenario
def in_memory_saver(folder):
    def with_saver(features, labels, mode):
        spec = model_fn(features, labels, mode)
        return spec._replace(scaffold=tf.train.Scaffold(saver=tf.train.Saver()))

    estimator = tf.estimator.Estimator(with_saver, folder)
    hook = tf.estimator.experimental.InMemoryEvaluatorHook(estimator, input_fn, 1)
    estimator.train(input_fn, hooks=[hook], steps=1)


@scenario
def in_memory_init_fn(folder):
    def with_init(features, labels, mode):
        spec = model_fn(features, labels, mode)
        return spec._replace(scaffold=tf.train.Scaffold(init_fn=lambda scaffold, session: None))

    estimator = tf.estimator.Estimator(with_init, folder)
    hook = tf.estimator.experimental.InMemoryEvaluatorHook(estimator, input_fn, 1)
    estimator.train(input_fn, hooks=[hook], steps=1)


@scenario
def more_metrics(folder):
    estimator = new(folder).train(input_fn, steps=2)

    def metric_fn(labels, predictions, config):
        assert config.save_checkpoints_steps == 10
        return {"mae": tf.metrics.mean(labels * 0.0), "mean_y": tf.metrics.mean(predictions["y"])}

    more = tf.estimator.add_metrics(estimator, metric_fn)
    return [more.evaluate(input_fn, steps=2), more.model_dir == estimator.model_dir, type(more) is type(estimator)]


@scenario
def stop_at_checkpoint(folder):
    estimator = new(folder)
    hook = tf.estimator.experimental.make_stop_at_checkpoint_step_hook(estimator, 7)
    estimator.train(input_fn, hooks=[hook])
    return [type(hook).__name__, int(estimator.get_variable_value("global_step"))]


def with_config(text, function):
    os.environ["TF_CONFIG"] = text
    try:
        return function()
    finally:
        del os.environ["TF_CONFIG"]


def alone(kind):
    def run(folder):
        calls = Calls()
        cluster = f'{{"cluster": {{"{kind}": ["localhost:1"]}}, "task": {{"type": "{kind}", "index": 0}}}}'
        return [with_config(cluster, lambda: drive(folder, 12, calls)), calls.calls]

    run.__name__ = f"alone_{kind}"
    scenario(run)


alone("chief")
alone("master")


@scenario
def evaluator(folder):
    new(folder).train(input_fn, max_steps=5)
    calls = Calls()
    cluster = '{"cluster": {"chief": ["a:1"]}, "task": {"type": "evaluator", "index": 0}}'
    return [with_config(cluster, lambda: drive(folder, 5, calls, start_delay_secs=0)), calls.calls]


@scenario
def evaluator_number(folder):
    cluster = '{"cluster": {"chief": ["a:1"]}, "task": {"type": "evaluator", "index": 1}}'
    return with_config(cluster, lambda: drive(folder, 5))


report(**RESULTS)
