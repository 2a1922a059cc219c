"""Longer lives: exporters over several drivers, stops inside drivers, warm starts that differ, several Estimators."""

import os

from scenarios import SCENARIOS, TRACE, Traced, config, data, estimator, model_fn, run, scenario, tf
from scenarios_drivers import Recording, driven, receiver
from scenarios_more import fails, listing, step, trained

train, experimental = tf.train, tf.estimator.experimental
SCENARIOS.clear()  # of the modules above


class Named(Recording):
    def __init__(self, name):
        self.name = name


@scenario
def best_over_two_drivers(folder):
    """A second driver's exporter knows what the first has exported."""
    best = lambda: tf.estimator.BestExporter("best", receiver, exports_to_keep=2)  # noqa: E731
    return driven(folder, 12, exporters=best()), driven(folder, 23, exporters=best())


@scenario
def best_by_another_measure(folder):
    def larger(best_eval_result, current_eval_result):
        TRACE.append(f"{sorted(best_eval_result)} {sorted(current_eval_result)}")
        return current_eval_result["mae"] > best_eval_result["mae"]

    return driven(folder, 12, exporters=tf.estimator.BestExporter("mae", receiver, compare_fn=larger, as_text=True))


@scenario
def best_of_a_named_evaluation(folder):
    exporter = tf.estimator.BestExporter("best", receiver, event_file_pattern="eval_held/*.tfevents.*")
    return driven(folder, 12, exporters=exporter, name="held")


@scenario
def latest_many(folder):
    exporters = [tf.estimator.LatestExporter("l", receiver, exports_to_keep=None), Named("a"), Named("b")]
    return driven(folder, 12, exporters=exporters)


@scenario
def names_twice(folder):
    return driven(folder, 5, exporters=[Named("a"), Named("a")])


@scenario
def final_with_assets(folder):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "words.txt"), "w") as file:
        file.write("one\ntwo\n")
    exporter = tf.estimator.FinalExporter(
        "f", receiver, assets_extra={"more/words.txt": os.path.join(folder, "words.txt")}, as_text=True
    )
    return driven(folder, 5, exporters=exporter)


@scenario
def driver_stops_early(folder):
    made = estimator(folder, params={"rate": 0.0})
    hook = experimental.stop_if_no_decrease_hook(made, "loss", 4, run_every_secs=None, run_every_steps=2)
    tf.estimator.train_and_evaluate(
        made, tf.estimator.TrainSpec(data(), max_steps=60, hooks=[hook]),
        tf.estimator.EvalSpec(data(repeat=1), steps=None, start_delay_secs=0, throttle_secs=0),
    )  # fmt: skip
    return step(made)


@scenario
def driver_hook_stops(folder):
    return driven(folder, 30, train_more={"hooks": [Traced("T", stop_at=13)]}, exporters=[Recording()])


@scenario
def driver_input_ends(folder):
    made = estimator(folder)
    return fails(
        tf.estimator.train_and_evaluate, made, tf.estimator.TrainSpec(data(repeat=1), max_steps=30),
        tf.estimator.EvalSpec(data(repeat=1), steps=None, start_delay_secs=0, throttle_secs=0),
    ), step(made)  # fmt: skip


@scenario
def driver_of_empty_evaluation(folder):
    made = estimator(folder)
    return fails(
        tf.estimator.train_and_evaluate, made, tf.estimator.TrainSpec(data(), max_steps=12),
        tf.estimator.EvalSpec(lambda: data()().take(0), steps=None, start_delay_secs=0, throttle_secs=0),
    ), listing(folder)  # fmt: skip


@scenario
def driver_of_wrong_things(folder):
    made = estimator(folder)
    train_spec, eval_spec = tf.estimator.TrainSpec(data(), 3), tf.estimator.EvalSpec(data(repeat=1))
    both = tf.estimator.train_and_evaluate
    return [
        fails(both, 3, train_spec, eval_spec), fails(both, made, 3, eval_spec), fails(both, made, train_spec, 3),
        fails(tf.estimator.TrainSpec, data(), 0), fails(tf.estimator.TrainSpec, 3), fails(tf.estimator.EvalSpec, 3),
        fails(tf.estimator.EvalSpec, data(), steps=0), fails(tf.estimator.EvalSpec, data(), name=3),
        fails(tf.estimator.EvalSpec, data(), hooks=[3]), fails(tf.estimator.EvalSpec, data(), exporters=[3]),
        fails(tf.estimator.EvalSpec, data(), start_delay_secs=-1), fails(tf.estimator.TrainSpec, data(), hooks=[3]),
        fails(tf.estimator.EvalSpec, data(), throttle_secs=-1), fails(tf.estimator.TrainSpec, lambda x: x, 3),
    ]  # fmt: skip


@scenario
def driven_then_used(folder):
    driven(folder, 12, exporters=[Recording()])
    made = estimator(folder)
    made.train(data(), steps=3)
    rows = list(made.predict(data(8, repeat=1)))
    return made.evaluate(data(repeat=1), name="later"), len(rows), driven(folder, 16)[0]


# -- Warm starts
def warm_model(features, labels, mode, params):
    with tf.variable_scope(params.get("scope", "")):
        return model_fn(features, labels, mode, params)


def warm(folder, settings, params=None, steps=3):
    made = tf.estimator.Estimator(
        warm_model, folder + "/new", config(), params or {}, warm_start_from=settings(folder + "/old")
    )
    made.train(data(), steps=steps)
    return [made.get_variable_names(), made.get_variable_value("global_step")]


def settings_of(name, settings, params=None):
    def body(folder):
        trained(folder + "/old", 4)
        try:
            return warm(folder, settings, params)
        except Exception as error:  # the point of the scenario
            return type(error).__name__

    body.__name__ = f"warm_{name}"
    scenario(body)


Settings = tf.estimator.WarmStartSettings
settings_of("by_pattern", lambda old: Settings(old, vars_to_warm_start="hidden.*"))
settings_of("by_two_patterns", lambda old: Settings(old, vars_to_warm_start=["hidden/bias", "output.*"]))
settings_of("by_no_pattern", lambda old: Settings(old, vars_to_warm_start="nothing_like_this"))
settings_of("of_all_variables", lambda old: Settings(old, vars_to_warm_start=[".*"]))
settings_of("of_one_that_is_missing", lambda old: Settings(old), {"scope": "other"})
settings_of("of_other_units", lambda old: Settings(old), {"units": 6})
settings_of("of_other_units_in_part", lambda old: Settings(old, vars_to_warm_start="output/bias"), {"units": 6})
settings_of("renamed", lambda old: Settings(old, var_name_to_prev_var_name={
    "other/hidden/kernel": "hidden/kernel", "other/hidden/bias": "hidden/bias", "other/output/kernel": "output/kernel",
    "other/output/bias": "output/bias"}), {"scope": "other"})  # fmt: skip
settings_of("from_path", lambda old: train.latest_checkpoint(old))
settings_of("from_missing", lambda old: old + "/nowhere")
settings_of("from_number", lambda old: 3)


@scenario
def warm_vocabulary(folder):
    """Rows of an embedding go to where their words stand now."""
    os.makedirs(folder)
    words = {"old": "a\nb\nc\nd\n", "new": "d\nx\na\n"}
    for name, text in words.items():
        with open(f"{folder}/{name}.txt", "w") as file:
            file.write(text)

    def model(features, labels, mode, params):
        table = tf.get_variable("table", [params["size"], 2], initializer=tf.constant_initializer(params["value"]))
        shift = tf.reshape(tf.range(params["size"], dtype=tf.float32), [-1, 1])
        spec = model_fn(features, labels, mode, params)
        loss = spec.loss + tf.reduce_sum(tf.square(table - shift))
        train_op = train.GradientDescentOptimizer(0.1).minimize(loss, train.get_global_step())
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

    old = tf.estimator.Estimator(model, folder + "/old", config(), {"size": 4, "value": 1.0}).train(data(), steps=3)
    info = tf.estimator.VocabInfo(f"{folder}/new.txt", 3, 0, f"{folder}/old.txt", 4)
    settings = Settings(folder + "/old", var_name_to_vocab_info={"table": info})
    new = tf.estimator.Estimator(model, folder + "/new", config(), {"size": 3, "value": 5.0}, settings)
    new.train(data(), steps=1)
    return old.get_variable_value("table"), new.get_variable_value("table")


# -- Several Estimators, and settings that change
@scenario
def two_in_one_folder(folder):
    first, second = estimator(folder), estimator(folder)
    first.train(data(), steps=3)
    second.train(data(), steps=4)
    first.train(data(), steps=2)
    return step(first), step(second)


@scenario
def interleaved(folder):
    first, second = estimator(folder + "/a"), estimator(folder + "/b", params={"rate": 0.01})
    for _ in range(2):
        first.train(data(), steps=2)
        second.train(data(), steps=3)
        first.evaluate(data(repeat=1), name="x")
    return step(first), step(second)


@scenario
def other_intervals_when_resumed(folder):
    trained(folder, 7, save_checkpoints_steps=3, save_summary_steps=2, log_step_count_steps=2)
    trained(folder, 9, save_checkpoints_steps=4, save_summary_steps=3, log_step_count_steps=5, keep_checkpoint_max=2)
    return listing(folder)


@scenario
def summaries_less_often_than_logs(folder):
    return step(trained(folder, 12, save_summary_steps=100, log_step_count_steps=3))


@scenario
def evaluations_of_all_checkpoints(folder):
    made = trained(folder, 12, save_checkpoints_steps=4)
    state = train.get_checkpoint_state(folder)
    return [made.evaluate(data(repeat=1), checkpoint_path=p) for p in state.all_model_checkpoint_paths]


@scenario
def interrupted(folder):
    """A hook's error ends training between checkpoints; the next one goes on from the last."""
    error = fails(trained, folder, 20, [Traced("A", stop_at=99), Stumbles(13)])
    made = trained(folder, 5)
    return error, step(made)


class Stumbles(train.SessionRunHook):
    def __init__(self, at):
        self.left = at

    def after_run(self, run_context, run_values):
        self.left -= 1
        if not self.left:
            raise ArithmeticError("stumbled")


@scenario
def aborted_and_recovered(folder):
    """An error that says the session is lost: training goes on from the last checkpoint by itself."""

    class Loses(train.SessionRunHook):
        times = 1

        def after_run(self, run_context, run_values):
            step = run_context.session.run(train.get_global_step())
            if step == 13 and self.times:
                self.times -= 1
                raise tf.errors.AbortedError(None, None, "lost")

    return step(trained(folder, 20, [Traced("A"), Loses()]))


if __name__ == "__main__":
    run()
