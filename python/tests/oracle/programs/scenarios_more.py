"""Hooks that fail, feed, fetch and stop; inputs and models of other forms; what may be asked before and after."""

import os

import numpy as np
from scenarios import TRACE, Listener, Traced, X, Y, config, data, estimator, model_fn, run, scenario, tf

train = tf.train
Keys = tf.estimator.ModeKeys


def step(made):
    return int(made.get_variable_value("global_step"))


def trained(folder, steps=6, hooks=(), model=model_fn, input_fn=None, params=None, **settings):
    made = tf.estimator.Estimator(model, folder, config(**settings), params or {})
    made.train(input_fn or data(), steps=steps, hooks=list(hooks))
    return made


def fails(call, *arguments, **named):
    try:
        call(*arguments, **named)
    except Exception as error:  # the point of the scenario
        return type(error).__name__
    return "no error"


def listing(folder):
    return sorted(n for n in os.listdir(folder) if "events" not in n) if os.path.isdir(folder) else None


# -- Hooks that fail: which of the others are told
def failing_in(method):
    def body(folder):
        hooks = [Traced("A"), Traced("B", fail_in=method, error=KeyError("lost")), Traced("C")]
        result = fails(trained, folder, hooks=hooks)
        return result, listing(folder)

    body.__name__ = f"fails_in_{method}"
    scenario(body)


for name in ("begin", "after_create_session", "before_run", "after_run", "end"):
    failing_in(name)


class Method(train.SessionRunHook):
    """A hook of one method."""

    def __init__(self, name, function):
        setattr(self, name, function)


@scenario
def stops_in_before_run(folder):
    hook = Method("before_run", lambda context: context.request_stop())
    return step(trained(folder, hooks=[Traced("A"), hook, Traced("B")]))


@scenario
def stop_at_steps(folder):
    made = trained(folder, None, [train.StopAtStepHook(num_steps=4), train.StopAtStepHook(last_step=9)])
    first = step(made)
    made.train(data(), max_steps=30, hooks=[train.StopAtStepHook(last_step=9)])
    return first, step(made), fails(train.StopAtStepHook), fails(train.StopAtStepHook, 1, 2)


@scenario
def feeds_of_hooks(folder):
    def model(features, labels, mode, params):
        scale = tf.placeholder_with_default(1.0, [], name="scale")
        spec = model_fn({"x": features["x"] * scale}, labels, mode, params)
        return spec._replace(loss=tf.identity(spec.loss * scale, name="scaled"))

    feeding = train.FeedFnHook(lambda: {"scale:0": 0.5})
    seen = []

    class Reads(train.SessionRunHook):
        def before_run(self, run_context):
            return train.SessionRunArgs("scaled:0", {"scale:0": 2.0})

        def after_run(self, run_context, run_values):
            seen.append(round(float(run_values.results), 3))

    trained(folder + "/a", 3, [Reads()], model)
    two = fails(trained, folder + "/b", 3, [feeding, Reads()], model)
    trained(folder + "/c", 3, [feeding], model)
    return seen, two


@scenario
def fetches_of_hooks(folder):
    seen = []

    class Reads(train.SessionRunHook):
        def __init__(self, fetches):
            self.fetches = fetches

        def before_run(self, run_context):
            given = run_context.original_args
            seen.append([type(given).__name__, sorted(given.fetches) if isinstance(given.fetches, dict) else None])
            return train.SessionRunArgs(self.fetches() if self.fetches else None)

        def after_run(self, run_context, run_values):
            results = run_values.results
            if isinstance(results, dict):
                results = {k: type(v).__name__ for k, v in results.items()}
            seen.append(str(type(results).__name__) + (str(results) if isinstance(results, dict | int) else ""))

    def two():
        step = train.get_global_step()
        return {"a": step, "b": [step, step], "c": (step,), "d": {}, "e": []}

    trained(folder, 2, [Reads(None), Reads(two), Reads(train.get_global_step), Reads(list)])
    return seen


@scenario
def runs_of_hooks(folder):
    """A hook uses the session, which does not tell the hooks."""
    seen = []

    def after_run(context, values):
        seen.append([int(context.session.run(train.get_global_step())), context.session.graph.finalized])

    trained(folder, 3, [Traced("A"), Method("after_run", after_run), Traced("B")])
    return seen


@scenario
def options_of_hooks(folder):
    seen = []

    class Traces(train.SessionRunHook):
        def before_run(self, run_context):
            options = tf.RunOptions(trace_level=tf.RunOptions.SOFTWARE_TRACE)
            return train.SessionRunArgs(train.get_global_step(), options=options)

        def after_run(self, run_context, run_values):
            seen.append([run_values.options.trace_level, len(run_values.run_metadata.step_stats.dev_stats) > 0])

    trained(folder, 2, [Traces(), Traced("A")])
    return seen


@scenario
def graph_of_hooks(folder):
    """Hooks add to the graph: a variable, a summary, a loss."""

    def begin():
        counted = tf.get_variable("counted", [], initializer=tf.constant_initializer(3.0), trainable=False)
        tf.summary.scalar("of_hook", counted + 1.0)

    made = trained(folder, 6, [Method("begin", begin)])
    return [float(made.get_variable_value("counted")), made.get_variable_names()]


@scenario
def logging_hooks(folder):
    formatter = lambda values: "; ".join(f"{k} is {np.asarray(v).shape}" for k, v in sorted(values.items()))  # noqa: E731
    hooks = [
        train.LoggingTensorHook(
            ["global_step/Read/ReadVariableOp:0", "mean_squared_error/value"], every_n_iter=3, at_end=True
        ),
        train.LoggingTensorHook({"h": "hidden/Tanh:0"}, every_n_iter=2, formatter=formatter),
        train.LoggingTensorHook({"at the end": "global_step/Read/ReadVariableOp:0"}, at_end=True),
        train.LoggingTensorHook({"seconds": "global_step/Read/ReadVariableOp:0"}, every_n_secs=1000),
    ]
    trained(folder, 7, hooks)
    wrong = fails(train.LoggingTensorHook, ["a"]), fails(train.LoggingTensorHook, ["a"], every_n_iter=0)
    return wrong, fails(trained, folder, 1, [train.LoggingTensorHook(["no_such:0"], every_n_iter=1)])


@scenario
def counters_and_summaries_of_hooks(folder):
    hooks = [
        train.StepCounterHook(every_n_steps=3, output_dir=folder + "/counter"),
        train.CheckpointSaverHook(folder + "/other", save_steps=4, checkpoint_basename="mine"),
        train.GlobalStepWaiterHook(0),
    ]  # fmt: skip
    trained(folder, 9, hooks)
    return listing(folder), listing(folder + "/other"), listing(folder + "/counter")


@scenario
def final_operations(folder):
    hook = train.FinalOpsHook({"step": "global_step:0", "sum": "hidden/bias:0"})
    wrong = train.FinalOpsHook("no_such:0")
    trained(folder, 4, [hook])
    return int(hook.final_ops_values["step"]), fails(trained, folder, 1, [wrong])


@scenario
def nan_of_another_tensor(folder):
    def model(features, labels, mode, params):
        spec = model_fn(features, labels, mode, params)
        bad = tf.log(tf.cast(4 - train.get_global_step(), tf.float32))
        quiet = train.NanTensorHook(bad, fail_on_nan_loss=False)
        return spec._replace(training_hooks=[quiet])

    return step(trained(folder, 9, [Traced("A")], model))


# -- Inputs
def input_form(name, make, model=None):
    def body(folder):
        try:
            made = trained(folder, 3, model=model or model_fn, input_fn=make)
            return step(made), made.evaluate(make, steps=2)["loss"] > 0
        except Exception as error:  # the point of the scenario
            return type(error).__name__

    body.__name__ = f"input_{name}"
    scenario(body)


def without_labels(features, labels, mode, params):
    TRACE.append(f"features {type(features).__name__} labels {type(labels).__name__}")
    features = features if isinstance(features, dict) else {"x": features}
    return model_fn(features, tf.reduce_sum(features["x"], 1, keepdims=True), mode, params)


def slices(value):
    return lambda: tf.data.Dataset.from_tensor_slices(value).repeat().batch(8)


input_form("features_only", slices({"x": X}), without_labels)
input_form("array_only", slices(X), without_labels)
input_form("one_tuple", slices(({"x": X},)), without_labels)
input_form("three_parts", slices(({"x": X}, Y, Y)))
input_form("labels_dict", slices(({"x": X}, {"y": Y})), lambda features, labels, mode, params: model_fn(
    features, labels["y"], mode, params))  # fmt: skip
input_form("list", lambda: [{"x": tf.constant(X)}, tf.constant(Y)])
input_form("tensors", lambda: ({"x": tf.constant(X)}, tf.constant(Y)))
input_form("arrays", lambda: ({"x": X}, Y))
input_form("nothing", lambda: None)
input_form("number", lambda: 3)
input_form("iterator", lambda: tf.data.make_initializable_iterator(data()()))
input_form("mode_and_params", lambda mode, params, config: (
    TRACE.append(f"{mode} {sorted(params)} {config.task_type}"), data()())[1])  # fmt: skip
input_form("fails", lambda: 1 / 0)
OUTSIDE = tf.Graph()
with OUTSIDE.as_default():
    STRANGER = tf.constant(X)
input_form("other_graph", lambda: ({"x": STRANGER}, tf.constant(Y)))
input_form("empty", lambda: data()().take(0))
input_form("step_in_input", lambda: data()().map(lambda x, y: (x, y + tf.zeros_like(y))).prefetch(2).cache().repeat())


# -- Models
def spec_of(name, change):
    def model(features, labels, mode, params):
        return change(model_fn(features, labels, mode, params), mode)

    def body(folder):
        try:
            made = trained(folder, 3, model=model)
            return step(made), sorted(made.evaluate(data(repeat=1)))
        except Exception as error:  # the point of the scenario
            return type(error).__name__

    body.__name__ = f"spec_{name}"
    scenario(body)


spec_of("loss_of_one", lambda spec, mode: spec._replace(loss=tf.reshape(spec.loss, [1])))
spec_of("loss_of_two", lambda spec, mode: spec._replace(loss=tf.stack([spec.loss, spec.loss])))
spec_of("integer_loss", lambda spec, mode: spec._replace(loss=tf.cast(spec.loss, tf.int32)))
spec_of("double_loss", lambda spec, mode: spec._replace(loss=tf.cast(spec.loss, tf.float64)))
spec_of("no_loss", lambda spec, mode: spec._replace(loss=None))
spec_of("none", lambda spec, mode: None)
spec_of("tuple", lambda spec, mode: tuple(spec))
spec_of("other_mode", lambda spec, mode: spec._replace(mode=Keys.PREDICT))
spec_of("no_train_op", lambda spec, mode: spec._replace(train_op=None))
spec_of(
    "tensor_train_op", lambda spec, mode: spec._replace(train_op=tf.group(spec.train_op) if spec.train_op else None)
)
spec_of("local_variable", lambda spec, mode: spec._replace(loss=spec.loss + tf.get_variable(
    "local", [], collections=[tf.GraphKeys.LOCAL_VARIABLES], initializer=tf.ones_initializer())))  # fmt: skip


@scenario
def other_optimizer_later(folder):
    def with_momentum(features, labels, mode, params):
        spec = model_fn(features, labels, mode, params)
        train_op = train.MomentumOptimizer(0.1, 0.9).minimize(spec.loss, train.get_global_step())
        return spec._replace(train_op=train_op)

    trained(folder, 3)
    return fails(trained, folder, 3, model=with_momentum), listing(folder)


@scenario
def averages_restored(folder):
    """Evaluation uses moving averages in place of the variables."""

    def model(features, labels, mode, params):
        spec = model_fn(features, labels, mode, params)
        averages = train.ExponentialMovingAverage(0.5, train.get_global_step())
        if mode == Keys.TRAIN:
            with tf.control_dependencies([spec.train_op]):
                return spec._replace(train_op=averages.apply(tf.trainable_variables()))
        saver = train.Saver(averages.variables_to_restore())
        return spec._replace(scaffold=train.Scaffold(saver=saver))

    made = trained(folder, 5, model=model)
    return made.evaluate(data(repeat=1)), made.get_variable_names()


# -- What may be asked before and after
@scenario
def asked_before_training(folder):
    made = estimator(folder)
    return [
        made.latest_checkpoint(), fails(made.get_variable_names), fails(made.get_variable_value, "a"),
        fails(lambda: list(made.predict(data(repeat=1)))), fails(made.evaluate, data(repeat=1), steps=0),
        fails(made.train, data(), steps=0), fails(made.train, data(), max_steps=0), fails(made.train, data(), steps=-1),
        fails(made.train, data(), steps=1, max_steps=1), fails(made.train, data(), hooks=3),
        fails(made.train, data(), hooks=[3]), fails(made.train, data(), steps=1, saving_listeners=[3]),
        fails(made.train, 3, steps=1), fails(made.evaluate, 3), listing(folder),
    ]  # fmt: skip


@scenario
def asked_after_training(folder):
    made = trained(folder, 3)
    return [
        os.path.basename(made.latest_checkpoint()), made.get_variable_names(), fails(made.get_variable_value, "none"),
        fails(made.get_variable_value, "hidden"), made.get_variable_value("hidden/bias"),
        made.params, made.model_dir == folder, made.config.model_dir == folder, made.eval_dir("a")[len(folder) :],
        made.eval_dir()[len(folder) :], made.model_fn is not None,
    ]  # fmt: skip


@scenario
def listeners_with_driver(folder):
    made = estimator(folder)
    tf.estimator.train_and_evaluate(
        made,
        tf.estimator.TrainSpec(data(), max_steps=12, hooks=[Traced("T")], saving_listeners=[Listener("L")]),
        tf.estimator.EvalSpec(data(repeat=1), steps=None, hooks=[Traced("E")], name="held", start_delay_secs=0, throttle_secs=0),
    )  # fmt: skip
    return step(made), listing(folder), listing(folder + "/eval_held")


@scenario
def predictions_left_early(folder):
    made = trained(folder, 2)
    rows = made.predict(data(repeat=1), hooks=[Traced("P")])
    first = next(rows)
    rows.close()
    return sorted(first), fails(next, rows)


@scenario
def predictions_of_other_lengths(folder):
    def model(features, labels, mode, params):
        spec = model_fn(features, labels, mode, params)
        if mode != Keys.PREDICT:
            return spec
        return spec._replace(predictions={"y": spec.predictions["y"], "half": spec.predictions["y"][:4]})

    made = trained(folder, 2, model=model)
    batches = made.predict(data(repeat=1), yield_single_examples=False)
    return fails(lambda: list(made.predict(data(repeat=1)))), [len(v) for v in next(batches).values()]


@scenario
def predictions_of_scalars(folder):
    def model(features, labels, mode, params):
        spec = model_fn(features, labels, mode, params)
        return spec._replace(predictions=tf.reduce_sum(spec.predictions["y"])) if mode == Keys.PREDICT else spec

    made = trained(folder, 2, model=model)
    batches = list(made.predict(data(16, repeat=1), yield_single_examples=False))
    return len(batches), fails(lambda: list(made.predict(data(repeat=1))))


if __name__ == "__main__":
    run()
