"""Training: steps and ends, checkpoints, resumption, hooks and listeners, summaries, failures."""

import os
import random
import shutil
import time

from scenarios import TRACE, Listener, Traced, X, Y, data, estimator, model_fn, run, scenario, tf

train = tf.train


def step(made):
    return int(made.get_variable_value("global_step"))


@scenario
def steps(folder):
    return step(estimator(folder).train(data(), steps=25))


@scenario
def max_steps(folder):
    return step(estimator(folder).train(data(), max_steps=13))


@scenario
def input_ends(folder):
    return step(estimator(folder).train(data(repeat=1)))


@scenario
def input_ends_before_max_steps(folder):
    return step(estimator(folder).train(data(repeat=1), max_steps=100))


@scenario
def short_last_batch(folder):
    return step(estimator(folder).train(data(20, 8, repeat=2)))


@scenario
def again_in_process(folder):
    made = estimator(folder)
    made.train(data(), steps=7)
    made.train(data(), steps=8)
    return step(made)


@scenario
def again_to_the_same_max(folder):
    made = estimator(folder)
    made.train(data(), max_steps=7)
    made.train(data(), max_steps=7)
    made.train(data(), max_steps=5)
    return step(made)


@scenario
def resumed_by_another(folder):
    estimator(folder).train(data(), steps=12)
    tf.summary.FileWriterCache.clear()
    time.sleep(1.1)  # event files are named after the second
    return step(estimator(folder).train(data(), steps=12))


@scenario
def resumed_with_other_settings(folder):
    estimator(folder).train(data(), steps=4)
    return step(
        estimator(folder, settings={"save_checkpoints_steps": 3, "save_summary_steps": 2}, rate=0.01).train(
            data(), steps=7
        )
    )


@scenario
def resumed_where_it_moved(folder):
    estimator(folder + "/first").train(data(), steps=12)
    shutil.move(folder + "/first", folder + "/second")
    return step(estimator(folder + "/second").train(data(), max_steps=20))


@scenario
def keep_two(folder):
    return step(
        estimator(folder, settings={"keep_checkpoint_max": 2, "save_checkpoints_steps": 4}).train(data(), steps=17)
    )


@scenario
def keep_one(folder):
    return step(
        estimator(folder, settings={"keep_checkpoint_max": 1, "save_checkpoints_steps": 4}).train(data(), steps=8)
    )


@scenario
def keep_all(folder):
    return step(
        estimator(folder, settings={"keep_checkpoint_max": None, "save_checkpoints_steps": 2}).train(data(), steps=15)
    )


@scenario
def keep_five_over_sessions(folder):
    made = estimator(folder, settings={"save_checkpoints_steps": 2})
    made.train(data(), steps=9)
    return step(estimator(folder, settings={"save_checkpoints_steps": 2}).train(data(), steps=9))


@scenario
def keep_by_hours(folder):
    settings = {"keep_checkpoint_max": 1, "keep_checkpoint_every_n_hours": 1e-9, "save_checkpoints_steps": 3}
    return step(estimator(folder, settings=settings).train(data(), steps=9))


@scenario
def by_seconds(folder):
    return step(
        estimator(folder, settings={"save_checkpoints_steps": None, "save_checkpoints_secs": 1000}).train(
            data(), steps=9
        )
    )


@scenario
def no_checkpoints(folder):
    estimator(folder, settings={"save_checkpoints_steps": None, "save_checkpoints_secs": None}).train(data(), steps=9)


@scenario
def no_summaries(folder):
    return step(estimator(folder, settings={"save_summary_steps": None}).train(data(), steps=9))


@scenario
def no_logging(folder):
    return step(estimator(folder, settings={"log_step_count_steps": None}).train(data(), steps=9))


@scenario
def no_graph_files(folder):
    return step(estimator(folder, settings={"checkpoint_save_graph_def": False}).train(data(), steps=9))


@scenario
def summaries_every_step(folder):
    return step(estimator(folder, settings={"save_summary_steps": 1, "log_step_count_steps": 1}).train(data(), steps=4))


def spec_hooks(loss):
    return {
        "training_hooks": [Traced("training")], "training_chief_hooks": [Traced("chief")],
        "evaluation_hooks": [Traced("evaluation")], "prediction_hooks": [Traced("prediction")],
    }  # fmt: skip


@scenario
def hooks_of_spec_and_caller(folder):
    made = estimator(folder, spec=spec_hooks)
    return step(
        made.train(
            data(), hooks=[Traced("A"), Traced("B")], steps=3, saving_listeners=[Listener("one"), Listener("two")]
        )
    )


@scenario
def hook_stops(folder):
    return step(estimator(folder).train(data(), hooks=[Traced("A", stop_at=2), Traced("B")], steps=9))


@scenario
def listener_stops(folder):
    made = estimator(folder, settings={"save_checkpoints_steps": 2})
    return step(
        made.train(data(), hooks=[Traced("A")], steps=9, saving_listeners=[Listener("one", stop_at=4), Listener("two")])
    )


@scenario
def listener_stops_at_start(folder):
    return step(estimator(folder).train(data(), hooks=[Traced("A")], steps=9, saving_listeners=[Listener(stop_at=0)]))


@scenario
def listeners_when_resumed(folder):
    estimator(folder).train(data(), steps=4, saving_listeners=[Listener("first")])
    return step(estimator(folder).train(data(), steps=4, saving_listeners=[Listener("second")]))


@scenario
def own_saver_hook(folder):
    hook = train.CheckpointSaverHook(folder, save_steps=3, listeners=[Listener("own")])
    return step(
        estimator(folder).train(data(), hooks=[hook, Traced("A")], steps=7, saving_listeners=[Listener("given")])
    )


@scenario
def own_saver_hook_elsewhere(folder):
    hook = train.CheckpointSaverHook(folder + "/other", save_steps=3, checkpoint_basename="mine.ckpt")
    estimator(folder).train(data(), hooks=[hook], steps=7)


@scenario
def saver_hook_in_spec(folder):
    made = estimator(folder, spec=lambda loss: {"training_hooks": [train.CheckpointSaverHook(folder, save_steps=4)]})
    return step(made.train(data(), steps=9, saving_listeners=[Listener()]))


@scenario
def built_in_hooks(folder):
    hooks = [
        train.LoggingTensorHook({"mse": "mean_squared_error/value"}, every_n_iter=3),
        train.LoggingTensorHook(["mean_squared_error/value:0", "hidden/Tanh"], every_n_iter=4, at_end=True),
        train.LoggingTensorHook({"b": "hidden/Tanh", "a": "mean_squared_error/value"}, every_n_iter=5, formatter=lambda v: f"loss {v['a']:.3f} {sorted(v)}"),
        train.StepCounterHook(every_n_steps=3, output_dir=folder + "/counter"), train.NanTensorHook("mean_squared_error/value:0"),
        train.GlobalStepWaiterHook(0), train.StopAtStepHook(last_step=8), train.FinalOpsHook("output/BiasAdd:0"),
    ]  # fmt: skip
    made = estimator(folder).train(data(), hooks=hooks)
    return step(made), list(hooks[-1].final_ops_values.shape)


@scenario
def summary_hook(folder):
    def more(loss):
        tf.summary.scalar("twice", loss * 2)
        return {
            "training_hooks": [
                train.SummarySaverHook(
                    save_steps=2, output_dir=folder + "/own", summary_op=tf.summary.scalar("mine", loss)
                )
            ]
        }

    return step(estimator(folder, spec=more).train(data(), steps=5))


@scenario
def hook_that_changes_the_summaries(folder):
    class Adds(train.SessionRunHook):
        def begin(self):
            tf.summary.scalar("late", tf.cast(train.get_global_step(), tf.float32) * 2)

    return step(estimator(folder).train(data(), hooks=[Adds()], steps=7))


@scenario
def summaries_of_each_kind(folder):
    def more(loss):
        values = tf.cast(tf.train.get_global_step(), tf.float32) + tf.constant([[-1.0, 0.5, 2.0], [1e-3, 0.0, 40.0]])
        tf.summary.scalar("scalar", loss)
        tf.summary.histogram("histogram", values)
        tf.summary.histogram("counts", tf.constant([1, 2, 2, 3]))
        tf.summary.image("image", tf.reshape(tf.linspace(0.0, 1.0, 2 * 4 * 4 * 3), [2, 4, 4, 3]), max_outputs=2)
        tf.summary.image("one_image", tf.reshape(tf.range(16, dtype=tf.float32), [1, 4, 4, 1]), max_outputs=1)
        tf.summary.audio("audio", tf.reshape(tf.sin(tf.linspace(0.0, 6.0, 64)), [1, 64, 1]), 8000.0)
        tf.summary.text("text", tf.constant("hello"))
        tf.summary.text("table", tf.constant([["a", "b"], ["c", "d"]]))
        tf.summary.tensor_summary("tensor", values)
        with tf.name_scope("scope"):
            tf.summary.scalar("inner", loss + 1)
            tf.summary.scalar("family", loss + 2, family="group")
        tf.summary.scalar("odd name (x)", loss)
        tf.summary.scalar("kept_out", loss, collections=["mine"])
        tf.summary.scalar("display", loss)
        return {}

    return step(estimator(folder, spec=more, settings={"save_summary_steps": 2}).train(data(), steps=4))


@scenario
def summary_named_loss(folder):
    def more(loss):
        tf.summary.scalar("loss", loss * 10)
        return {}

    return step(estimator(folder, spec=more).train(data(), steps=2))


@scenario
def summaries_of_gradients(folder):
    def model(features, labels, mode, params):
        w = tf.get_variable("w", [4, 1], initializer=tf.ones_initializer())
        loss = tf.losses.mean_squared_error(labels, tf.matmul(features["x"], w))
        optimizer = train.AdagradOptimizer(0.1)
        pairs = optimizer.compute_gradients(loss)
        for gradient, variable in pairs:
            tf.summary.histogram(variable.op.name + "/gradient", gradient)
            tf.summary.scalar(variable.op.name + "/norm", tf.norm(gradient))
        train_op = optimizer.apply_gradients(pairs, train.get_global_step())
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

    return step(estimator(folder, model).train(data(), steps=6))


# Scaffolds
def with_scaffold(make):
    return lambda loss: {"scaffold": make()}


@scenario
def scaffold_init_fn(folder):
    def make():
        variable = [v for v in tf.trainable_variables() if v.name == "output/bias:0"][0]
        value = tf.placeholder(tf.float32, [1])
        assign = variable.assign(value)

        def init_fn(scaffold, session):
            TRACE.append(f"init_fn {type(scaffold).__name__}")
            session.run(assign, {value: [5.0]})

        return train.Scaffold(init_fn=init_fn)

    made = estimator(folder, spec=with_scaffold(make))
    made.train(data(), steps=2)
    made.train(data(), steps=2)
    return float(train.load_variable(folder + "/model.ckpt-0", "output/bias")[0]), step(made)


@scenario
def scaffold_saver(folder):
    made = estimator(folder, spec=with_scaffold(lambda: train.Scaffold(saver=train.Saver(max_to_keep=1, sharded=True))))
    return step(made.train(data(), steps=25))


@scenario
def scaffold_saver_unsharded(folder):
    made = estimator(folder, spec=with_scaffold(lambda: train.Scaffold(saver=train.Saver())))
    return step(made.train(data(), steps=5))


@scenario
def scaffold_saver_of_some(folder):
    def make():
        return train.Scaffold(
            saver=train.Saver([v for v in tf.global_variables() if "output" in v.name or "step" in v.name])
        )

    made = estimator(folder, spec=with_scaffold(make)).train(data(), steps=5)
    return made.get_variable_names()


@scenario
def scaffold_local_init(folder):
    def make():
        v = tf.get_variable(
            "local",
            [],
            initializer=tf.constant_initializer(3.0),
            trainable=False,
            collections=[tf.GraphKeys.LOCAL_VARIABLES],
        )
        tf.summary.scalar("local", v)
        return train.Scaffold(local_init_op=tf.group(train.Scaffold.default_local_init_op(), name="mine"))

    return step(estimator(folder, spec=with_scaffold(make)).train(data(), steps=3))


@scenario
def scaffold_init_op(folder):
    def make():
        return train.Scaffold(init_op=tf.group(tf.global_variables_initializer()), init_feed_dict={})

    return step(estimator(folder, spec=with_scaffold(make)).train(data(), steps=3))


@scenario
def scaffold_not_ready(folder):
    def make():
        tf.get_variable("forgotten", [], collections=[tf.GraphKeys.GLOBAL_VARIABLES])
        return train.Scaffold(init_op=tf.no_op())

    estimator(folder, spec=with_scaffold(make)).train(data(), steps=3)


@scenario
def scaffold_summary_op(folder):
    def model(features, labels, mode, params):
        spec = model_fn(features, labels, mode, params)
        return spec._replace(scaffold=train.Scaffold(summary_op=tf.summary.scalar("only", spec.loss)))

    return step(estimator(folder, model).train(data(), steps=6))


# Ends that are not good
@scenario
def nan_loss(folder):
    def model(features, labels, mode, params):
        count = tf.cast(train.get_global_step(), tf.float32)
        loss = tf.log(1.5 - count)  # NaN at step 2
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=tf.assign_add(train.get_global_step(), 1))

    estimator(folder, model).train(data(), hooks=[Traced("A")], steps=9)


@scenario
def nan_hook_quiet(folder):
    def model(features, labels, mode, params):
        loss = tf.log(1.5 - tf.cast(train.get_global_step(), tf.float32))
        hook = train.NanTensorHook(loss, fail_on_nan_loss=False)
        train_op = tf.assign_add(train.get_global_step(), 1)
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, training_chief_hooks=[hook])

    estimator(folder, model).train(data(), steps=9)


def failing(method, error=lambda: KeyError("mine")):
    def inner(folder):
        made = estimator(folder, settings={"save_checkpoints_steps": 2})
        made.train(
            data(),
            hooks=[Traced("A"), Traced("B", fail_in=method, error=error()), Traced("C")],
            steps=5,
            saving_listeners=[Listener()],
        )

    return inner


for method in ("begin", "after_create_session", "before_run", "after_run", "end"):
    for kind, error in {
        "error": lambda: KeyError("mine"), "out_of_range": lambda: tf.errors.OutOfRangeError(None, None, "mine"),
        "stop_iteration": lambda: StopIteration("mine"), "cancelled": lambda: tf.errors.CancelledError(None, None, "mine"),
    }.items():  # fmt: skip
        function = failing(method, error)
        function.__name__ = f"{kind}_in_{method}"
        scenario(function)


def lost(error, method, times=1):
    def inner(folder):
        class Fails(Traced):
            count = 0

            def _note(self, method_, text=""):
                TRACE.append(f"{self.name}.{method_} {text}".strip())
                if method_ == method:
                    type(self).count += 1
                    if 2 <= type(self).count < 2 + times:
                        raise error()

        made = estimator(folder, settings={"save_checkpoints_steps": 2})
        made.train(data(), hooks=[Fails("A"), Traced("B")], steps=5, saving_listeners=[Listener()])
        return step(made)

    return inner


for method in ("before_run", "after_run"):
    for kind, error in {"aborted": tf.errors.AbortedError, "unavailable": tf.errors.UnavailableError}.items():
        for times in (1, 2):
            function = lost(lambda error=error: error(None, None, "gone"), method, times)
            function.__name__ = f"{kind}_in_{method}_{times}"
            scenario(function)


@scenario
def listener_fails(folder):
    class Fails(Listener):
        def after_save(self, session, global_step_value):
            super().after_save(session, global_step_value)
            if global_step_value == 2:
                raise KeyError("mine")

    estimator(folder, settings={"save_checkpoints_steps": 2}).train(
        data(), hooks=[Traced("A")], steps=9, saving_listeners=[Fails("fails"), Listener("after")]
    )


@scenario
def map_fails(folder):
    def input_fn():
        def check(features, labels):
            with tf.control_dependencies([tf.Assert(tf.reduce_max(features["x"]) < 2.2, ["too large"])]):
                return {"x": tf.identity(features["x"])}, labels

        return data()().map(check)

    estimator(folder, settings={"save_checkpoints_steps": 2}).train(input_fn, hooks=[Traced("A")], steps=9)


@scenario
def model_fn_fails_later(folder):
    estimator(folder).train(data(), steps=3)

    def model(features, labels, mode, params):
        raise ValueError("mine")

    estimator(folder, model).train(data(), steps=3)


@scenario
def other_variables_later(folder):
    estimator(folder).train(data(), steps=3)
    estimator(folder, units=9).train(data(), steps=3)


@scenario
def missing_variables_later(folder):
    estimator(folder).train(data(), steps=3)

    def model(features, labels, mode, params):
        tf.get_variable("new", [3])
        return model_fn(features, labels, mode, params)

    estimator(folder, model).train(data(), steps=3)


@scenario
def fewer_variables_later(folder):
    def model(features, labels, mode, params):
        tf.get_variable("new", [3])
        return model_fn(features, labels, mode, params)

    estimator(folder, model).train(data(), steps=3)
    return step(estimator(folder).train(data(), steps=3))


@scenario
def no_training_at_all(folder):
    estimator(folder).train(data(0), steps=3)


@scenario
def checkpoint_deleted(folder):
    made = estimator(folder).train(data(), steps=12)
    for name in os.listdir(folder):
        if name.startswith("model.ckpt-12"):
            os.remove(os.path.join(folder, name))
    return made.latest_checkpoint()


@scenario
def state_deleted(folder):
    made = estimator(folder).train(data(), steps=5)
    os.remove(folder + "/checkpoint")
    TRACE.append(str(made.latest_checkpoint()))
    return step(made.train(data(), steps=2))


@scenario
def state_edited(folder):
    made = estimator(folder).train(data(), steps=12)
    with open(folder + "/checkpoint", "w") as file:
        file.write('model_checkpoint_path: "model.ckpt-10"\n')
    return step(made), step(made.train(data(), steps=1))


@scenario
def train_op_without_step(folder):
    def model(features, labels, mode, params):
        v = tf.get_variable("v", [], initializer=tf.zeros_initializer())
        return tf.estimator.EstimatorSpec(mode, loss=v + 0.0 * tf.reduce_sum(features["x"]), train_op=v.assign_add(1.0))

    made = estimator(folder, model).train(data(repeat=1), hooks=[Traced("A")])
    return float(made.get_variable_value("v")), step(made)


@scenario
def step_jumps(folder):
    def model(features, labels, mode, params):
        return tf.estimator.EstimatorSpec(
            mode, loss=tf.constant(1.0), train_op=tf.assign_add(train.get_global_step(), 4)
        )

    return step(estimator(folder, model).train(data(), hooks=[Traced("A")], steps=21))


@scenario
def tensor_input(folder):
    def input_fn():
        return {"x": tf.constant(X[:8])}, tf.constant(Y[:8])

    return step(estimator(folder).train(input_fn, steps=6))


@scenario
def numpy_input(folder):
    def input_fn():
        made = tf.estimator.inputs.numpy_input_fn({"x": X}, Y, batch_size=10, num_epochs=2, shuffle=False)()
        random.seed(5)  # TensorFlow's numpy_input_fn seeds Python's generator, from which layers draw their seeds
        return made

    return step(estimator(folder).train(input_fn))


@scenario
def one_shot_input(folder):
    return step(estimator(folder).train(lambda: tf.data.make_one_shot_iterator(data(repeat=1)()).get_next()))


if __name__ == "__main__":
    run()
