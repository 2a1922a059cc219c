"""train_and_evaluate with exporters, warm starts, early stopping, added metrics, evaluation inside training."""

import json
import os

from scenarios import TRACE, Listener, Traced, data, estimator, form, model_fn, run, scenario, tf

train, experimental = tf.train, tf.estimator.experimental


def receiver():
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    return tf.estimator.export.ServingInputReceiver({"x": x}, {"x": x})


def exported(folder):
    """Exporter -> how many exports there are."""
    base = os.path.join(folder, "export")
    if not os.path.isdir(base):
        return {}
    return {name: len(os.listdir(os.path.join(base, name))) for name in sorted(os.listdir(base))}


def driven(folder, max_steps=22, model=model_fn, settings=None, train_more=None, **spec):
    made = estimator(folder, model, settings=settings)
    train_spec = tf.estimator.TrainSpec(data(), max_steps=max_steps, **(train_more or {}))
    eval_spec = tf.estimator.EvalSpec(
        data(repeat=1), **{"steps": None, "start_delay_secs": 0, "throttle_secs": 0, **spec}
    )
    metrics, exports = tf.estimator.train_and_evaluate(made, train_spec, eval_spec) or (None, None)
    return metrics, [None if e is None else type(e).__name__ for e in exports or []], exported(folder)


class Recording(tf.estimator.Exporter):
    """Notes what it is asked to export."""

    name = "recording"

    def export(self, estimator, export_path, checkpoint_path, eval_result, is_the_final_export):
        TRACE.append(
            f"export {os.path.basename(export_path)} {os.path.basename(checkpoint_path)} {sorted(eval_result)} {is_the_final_export}"
        )
        return "done"


@scenario
def plain(folder):
    return driven(folder)


@scenario
def some_steps(folder):
    return driven(folder, steps=3)


@scenario
def named(folder):
    return driven(folder, name="dev")


@scenario
def throttled(folder):
    return driven(folder, throttle_secs=600)


@scenario
def without_max_steps(folder):
    made = estimator(folder)
    train_spec = tf.estimator.TrainSpec(data(repeat=2))
    eval_spec = tf.estimator.EvalSpec(data(repeat=1), steps=None, throttle_secs=0, exporters=Recording())
    return tf.estimator.train_and_evaluate(made, train_spec, eval_spec)


@scenario
def recorded_exports(folder):
    return driven(folder, exporters=[Recording()])


@scenario
def final_exporter(folder):
    return driven(folder, exporters=tf.estimator.FinalExporter("final", receiver))


@scenario
def latest_exporter(folder):
    return driven(folder, exporters=[tf.estimator.LatestExporter("latest", receiver, exports_to_keep=1)])


@scenario
def best_exporter(folder):
    return driven(folder, exporters=[tf.estimator.BestExporter("best", receiver, exports_to_keep=2)])


@scenario
def two_exporters(folder):
    return driven(folder, 12, exporters=[tf.estimator.FinalExporter("final", receiver), Recording()])


@scenario
def hooks_of_both(folder):
    return driven(
        folder,
        12,
        hooks=[Traced("eval")],
        train_more={"hooks": [Traced("train")], "saving_listeners": [Listener("given")]},
    )


@scenario
def done_before(folder):
    driven(folder, 12)
    tf.summary.FileWriterCache.clear()
    return driven(folder, 12)


@scenario
def continued(folder):
    driven(folder, 12)
    return driven(folder, 16)


@scenario
def no_checkpoints(folder):
    return driven(folder, settings={"save_checkpoints_steps": None, "save_checkpoints_secs": None})


@scenario
def exporter_fails(folder):
    class Fails(Recording):
        def export(self, *arguments, **named):
            super().export(*arguments, **named)
            raise KeyError("mine")

    return driven(folder, exporters=[Fails()])


@scenario
def evaluation_fails(folder):
    return driven(folder, hooks=[Traced("eval", fail_in="after_run", error=KeyError("mine"))])


@scenario
def task_of_evaluator(folder):
    estimator(folder).train(data(), steps=12)
    tf.summary.FileWriterCache.clear()
    os.environ["TF_CONFIG"] = json.dumps(
        {"cluster": {"chief": ["localhost:0"]}, "task": {"type": "evaluator", "index": 0}}
    )
    try:
        return driven(folder, 12, exporters=[Recording()])
    finally:
        del os.environ["TF_CONFIG"]


# Warm starts
def first(folder, **params):
    return estimator(folder + "/first", **params).train(data(), steps=7)


def weights(made, step=0):
    reader = train.load_checkpoint(f"{made.model_dir}/model.ckpt-{step}")
    return {n: form(reader.get_tensor(n)) for n in sorted(reader.get_variable_to_shape_map())}


def warm(folder, settings, **params):
    first(folder)
    made = estimator(folder + "/second", warm_start_from=settings(folder + "/first"), **params)
    made.train(data(), steps=3)
    return weights(made)


@scenario
def warm_from_directory(folder):
    return warm(folder, lambda path: path)


@scenario
def warm_from_checkpoint(folder):
    return warm(folder, lambda path: tf.estimator.WarmStartSettings(path + "/model.ckpt-0"))


@scenario
def warm_some(folder):
    return warm(folder, lambda path: tf.estimator.WarmStartSettings(path, vars_to_warm_start="hidden"))


@scenario
def warm_list(folder):
    return warm(
        folder,
        lambda path: tf.estimator.WarmStartSettings(
            path + "/model.ckpt-7", vars_to_warm_start=["output/.*", "global_step"]
        ),
    )


@scenario
def warm_nothing(folder):
    return warm(folder, lambda path: tf.estimator.WarmStartSettings(path, vars_to_warm_start=None))


@scenario
def warm_other_names(folder):
    def model(features, labels, mode, params):
        with tf.variable_scope("outer"):
            return model_fn(features, labels, mode, params)

    first(folder)
    names = {"outer/hidden/kernel": "hidden/kernel", "outer/hidden/bias": "hidden/bias"}
    settings = tf.estimator.WarmStartSettings(folder + "/first", "outer/hidden", var_name_to_prev_var_name=names)
    return weights(estimator(folder + "/second", model, warm_start_from=settings).train(data(), steps=2))


@scenario
def warm_wrong_shape(folder):
    return warm(folder, lambda path: path, units=9)


@scenario
def warm_unused_names(folder):
    return warm(
        folder, lambda path: tf.estimator.WarmStartSettings(path, var_name_to_prev_var_name={"nothing": "hidden/bias"})
    )


@scenario
def warm_missing_variables(folder):
    def model(features, labels, mode, params):
        with tf.variable_scope("outer"):
            return model_fn(features, labels, mode, params)

    first(folder)
    return weights(estimator(folder + "/second", model, warm_start_from=folder + "/first").train(data(), steps=2))


@scenario
def warm_then_resumed(folder):
    first(folder)
    made = estimator(folder + "/second", warm_start_from=folder + "/first")
    made.train(data(), steps=2)
    estimator(folder + "/first").train(data(), steps=5)
    made.train(data(), steps=2)
    return weights(made, 4)


@scenario
def warm_evaluated_and_predicted(folder):
    first(folder)
    made = estimator(folder + "/second", warm_start_from=folder + "/first")
    return made.evaluate(data(repeat=1)), [form(r) for r in made.predict(data(4, 4, 1))]


@scenario
def warm_from_nowhere(folder):
    made = estimator(folder + "/second", warm_start_from=folder + "/first")
    made.train(data(), steps=2)


@scenario
def initialised_from_checkpoint(folder):
    first(folder)

    def model(features, labels, mode, params):
        spec = model_fn(features, labels, mode, params)
        train.init_from_checkpoint(folder + "/first", {"hidden/": "hidden/"})
        return spec

    return weights(estimator(folder + "/second", model).train(data(), steps=2))


@scenario
def scaffold_and_initialised_from_checkpoint(folder):
    first(folder)

    def model(features, labels, mode, params):
        spec = model_fn(features, labels, mode, params)

        def scaffold():
            names = {v.op.name: v for v in tf.trainable_variables() if "output" in v.name}
            train.init_from_checkpoint(folder + "/first/model.ckpt-7", names)
            return train.Scaffold()

        return spec._replace(scaffold=scaffold())

    return weights(estimator(folder + "/second", model).train(data(), steps=2))


# Early stopping
def stopped(folder, make, steps=40, rate=0.1, settings=None):
    made = estimator(folder, settings=settings, rate=rate)
    os.makedirs(made.eval_dir(), exist_ok=True)
    hook = make(made)
    spec = tf.estimator.TrainSpec(data(), max_steps=steps, hooks=[hook])
    tf.estimator.train_and_evaluate(made, spec, tf.estimator.EvalSpec(data(repeat=1), steps=None, throttle_secs=0))
    return int(made.get_variable_value("global_step")), made.get_variable_names()


@scenario
def stops_by_function(folder):
    calls = []

    def should_stop():
        calls.append(1)
        return len(calls) >= 3

    return stopped(
        folder,
        lambda made: experimental.make_early_stopping_hook(made, should_stop, run_every_secs=None, run_every_steps=4),
    )


@scenario
def stops_when_lower(folder):
    return stopped(
        folder, lambda made: experimental.stop_if_lower_hook(made, "loss", 2.0, run_every_secs=None, run_every_steps=5)
    )


@scenario
def stops_when_higher(folder):
    return stopped(
        folder,
        lambda made: experimental.stop_if_higher_hook(
            made, "mae", 0.0, min_steps=15, run_every_secs=None, run_every_steps=5
        ),
    )


@scenario
def stops_without_decrease(folder):
    return stopped(
        folder,
        lambda made: experimental.stop_if_no_decrease_hook(made, "loss", 5, run_every_secs=None, run_every_steps=1),
        rate=0.0,
    )


@scenario
def stops_without_increase(folder):
    return stopped(
        folder,
        lambda made: experimental.stop_if_no_increase_hook(
            made, "loss", 15, min_steps=3, run_every_secs=None, run_every_steps=1
        ),
    )


@scenario
def does_not_stop(folder):
    return stopped(
        folder,
        lambda made: experimental.stop_if_lower_hook(made, "loss", -1.0, run_every_secs=None, run_every_steps=5),
        12,
    )


@scenario
def stops_at_step(folder):
    made = estimator(folder)
    hook = experimental.make_stop_at_checkpoint_step_hook(made, 6)
    return int(made.train(data(), hooks=[hook]).get_variable_value("global_step"))


# Metrics that are added, evaluation inside training
@scenario
def added_metrics(folder):
    made = tf.estimator.add_metrics(
        estimator(folder),
        lambda features, labels: {"label_mean": tf.metrics.mean(labels), "mean": tf.metrics.mean(labels * 2)},
    )
    made.train(data(), steps=2)
    return made.evaluate(data(repeat=1)), made.model_dir == folder


@scenario
def evaluated_in_memory(folder):
    made = estimator(folder)
    hook = experimental.InMemoryEvaluatorHook(made, data(repeat=1), every_n_iter=4)
    return int(made.train(data(), hooks=[hook], steps=9).get_variable_value("global_step"))


@scenario
def evaluated_in_memory_by_name(folder):
    made = estimator(folder)
    hook = experimental.InMemoryEvaluatorHook(made, data(), steps=2, name="memory", hooks=[Traced("A")], every_n_iter=5)
    return int(made.train(data(), hooks=[hook], steps=6).get_variable_value("global_step"))


if __name__ == "__main__":
    run()
