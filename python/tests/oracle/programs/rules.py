"""What specs, configurations, estimators and losses refuse: (exception, phrase of its message) for each case.

Run by test_rules.py without TensorFlow, and by oracle/test_rules_oracle.py with it, which shows that the expectations
are TensorFlow's.
"""

import functools
import json
import re
import sys
import tempfile

import numpy as np
import tensorflow.compat.v1 as tf

Spec, Config, Estimator = tf.estimator.EstimatorSpec, tf.estimator.RunConfig, tf.estimator.Estimator
TRAIN, EVAL, PREDICT = tf.estimator.ModeKeys.TRAIN, tf.estimator.ModeKeys.EVAL, tf.estimator.ModeKeys.PREDICT
CASES = {}


def case(exception, phrase):
    def add(function):
        CASES[function.__name__] = (exception, phrase, function)
        return function

    return add


def expect(name, exception, phrase, function):
    CASES[name] = (exception, phrase, function)


def one():
    return tf.constant(1.0)


def foreign(shape=()):
    with tf.Graph().as_default():
        return tf.ones(shape)


def sparse():
    return tf.SparseTensor([[0]], [1.0], [1])


def output():
    return tf.estimator.export.PredictOutput({"p": one()})


# EstimatorSpec
def spec(name, exception, phrase, mode, **arguments):
    """Arguments that are functions are called inside the graph."""

    def run():
        Spec(mode, **{k: v() if callable(v) else v for k, v in arguments.items()})

    expect(f"spec_{name}", exception, phrase, run)


spec("train_nothing", "ValueError", "Missing train_op", TRAIN)
spec("train_no_loss", "ValueError", "Missing loss", TRAIN, train_op=tf.no_op)
spec("eval_no_loss", "ValueError", "Missing loss", EVAL)
spec("predict_nothing", "ValueError", "Missing predictions", PREDICT)
spec("any_mode", None, "", "foo")
spec("train_op_text", "TypeError", "train_op must be Operation or Tensor", TRAIN, loss=one, train_op="x")
spec("train_op_sparse", "TypeError", "train_op must be Operation or Tensor", TRAIN, loss=one, train_op=sparse)
spec("loss_number", "TypeError", "loss must be Tensor", EVAL, loss=1.0)
spec("loss_numpy", "TypeError", "loss must be Tensor", EVAL, loss=np.float32(1))
spec("loss_sparse", "TypeError", "loss must be Tensor", EVAL, loss=sparse)
spec("loss_operation", "TypeError", "loss must be Tensor", EVAL, loss=tf.no_op)
spec("loss_vector", "ValueError", "Loss must be scalar", EVAL, loss=lambda: tf.ones([2]))
spec("loss_empty", "ValueError", "Loss must be scalar", EVAL, loss=lambda: tf.ones([0]))
spec("loss_one_element", None, "", EVAL, loss=lambda: tf.ones([1, 1]))
spec("loss_unknown", None, "", EVAL, loss=lambda: tf.placeholder(tf.float32))
spec("loss_foreign", "ValueError", "must be from the default graph", EVAL, loss=foreign)
spec("loss_foreign_vector", "ValueError", "must be from the default graph", EVAL, loss=lambda: foreign([1]))
spec(
    "train_op_foreign",
    "ValueError",
    "train_op with .* must be from the default graph",
    TRAIN,
    loss=one,
    train_op=foreign,
)
spec("predictions_list", "TypeError", "predictions must be Tensor", PREDICT, predictions=lambda: [one()])
spec("predictions_number", "TypeError", r"predictions\[a\] must be Tensor", PREDICT, predictions={"a": 1.0})
spec(
    "predictions_sparse", "TypeError", r"predictions\[a\] must be Tensor", PREDICT, predictions=lambda: {"a": sparse()}
)
spec(
    "predictions_foreign",
    "ValueError",
    "prediction values with .* must be from",
    PREDICT,
    predictions=lambda: {"a": foreign()},
)
spec("predictions_int_key", "ValueError", "output key must be a string", PREDICT, predictions=lambda: {1: one()})
spec("exports_list", "TypeError", "export_outputs.* must be dict", PREDICT, predictions=one, export_outputs=[])
spec("exports_value", "TypeError", "Values in .*export_outputs.* must be ExportOutput objects", PREDICT, predictions=one,
     export_outputs=lambda: {"a": one()})  # fmt: skip
spec("exports_multiple", "ValueError", "Multiple .*export_outputs.* were provided", PREDICT, predictions=one,
     export_outputs=lambda: {"a": output(), "b": output()})  # fmt: skip
spec("exports_empty", None, "", PREDICT, predictions=one, export_outputs={})
spec("exports_other_mode", None, "", EVAL, loss=one, export_outputs=3)
for hooks in ("training_hooks", "training_chief_hooks", "evaluation_hooks", "prediction_hooks"):
    spec(hooks, "TypeError", "All hooks must be SessionRunHook instances", EVAL, loss=one, **{hooks: [3]})
    spec(f"{hooks}_bare", "TypeError", "not iterable", EVAL, loss=one, **{hooks: tf.train.SessionRunHook})
spec("metrics_list", "TypeError", "eval_metric_ops must be a dict", EVAL, loss=one, eval_metric_ops=[1])
spec(
    "metrics_tensor",
    "TypeError",
    r"must be \(metric_value, update_op\)",
    EVAL,
    loss=one,
    eval_metric_ops=lambda: {"a": one()},
)
spec("metrics_triple", "TypeError", r"must be \(metric_value, update_op\)", EVAL, loss=one,
     eval_metric_ops=lambda: {"a": (one(), one(), one())})  # fmt: skip
spec("metrics_pair_list", "TypeError", r"must be \(metric_value, update_op\)", EVAL, loss=one,
     eval_metric_ops=lambda: {"a": [one(), one()]})  # fmt: skip
spec("metrics_float", "AttributeError", "graph", EVAL, loss=one, eval_metric_ops=lambda: {"a": (1.0, one())})
spec("metrics_foreign", "ValueError", "eval_metric_ops with .* must be from the default graph", EVAL, loss=one,
     eval_metric_ops=lambda: {"a": (foreign(), one())})  # fmt: skip
spec("metrics_no_op", None, "", EVAL, loss=one, eval_metric_ops=lambda: {"a": (tf.no_op(), tf.no_op())})
spec("scaffold", "TypeError", "scaffold must be tf.train.Scaffold", EVAL, loss=one, scaffold=3)


@case("AttributeError", "")
def spec_immutable():
    Spec(EVAL, loss=one()).loss = one()


@case("ValueError", "mode of EstimatorSpec cannot be changed")
def spec_replace_mode():
    Spec(EVAL, loss=one())._replace(mode=TRAIN)


@case("ValueError", "Loss must be scalar")
def spec_replace_loss():
    Spec(EVAL, loss=one())._replace(loss=tf.ones([2]))


@case(None, "")
def spec_replace_unknown():
    Spec(EVAL, loss=one())._replace(nothing=3)


# RunConfig
def config(name, phrase, exception="ValueError", **arguments):
    expect(f"config_{name}", exception, phrase, lambda: Config(**arguments))


config("dir", "model_dir should be non-empty", model_dir="")
config("seed", "tf_random_seed must be integer", tf_random_seed=1.0)
config("summary", "save_summary_steps should be >= 0", save_summary_steps=-1)
config("steps", "save_checkpoints_steps should be >= 0", save_checkpoints_steps=-1)
config("secs", "save_checkpoints_secs should be >= 0", save_checkpoints_secs=-1)
config(
    "both",
    "save_checkpoints_steps.* and .*save_checkpoints_secs.* cannot be both set",
    save_checkpoints_secs=1,
    save_checkpoints_steps=1,
)
config("session", "session_config must be instance of ConfigProto", session_config=1)
config("keep", "keep_checkpoint_max should be >= 0", keep_checkpoint_max=-1)
config("hours", "keep_checkpoint_every_n_hours should be > 0", keep_checkpoint_every_n_hours=0)
config("log", "log_step_count_steps should be > 0", log_step_count_steps=0)
config("device", 'device_fn must be callable with exactly one argument "op"', device_fn=lambda a: "")
config("protocol", r"protocol should be grpc or grpc\+verbs", protocol="x")
config("timeout", "session_creation_timeout_secs should be > 0", session_creation_timeout_secs=0)
config("delay", "experimental_max_worker_delay_secs must be an integer if set", experimental_max_worker_delay_secs="a")
config("unknown", "unexpected keyword", exception="TypeError", nothing=1)
config("nones", "", exception=None, save_summary_steps=None, log_step_count_steps=None, keep_checkpoint_max=None)
expect("config_replace_unknown", "ValueError", "Replacing .*is not supported", lambda: Config().replace(task_id=1))
expect("config_replace_both", "ValueError", "cannot be both set",
       lambda: Config().replace(save_checkpoints_secs=1, save_checkpoints_steps=1))  # fmt: skip
expect("config_read_only", "AttributeError", "", lambda: setattr(Config(), "model_dir", "x"))


# Estimator
def model(features, labels, mode):
    w = tf.get_variable("w", [], initializer=tf.zeros_initializer())
    loss = tf.reduce_mean(tf.square(features - w))
    train_op = tf.train.GradientDescentOptimizer(0.1).minimize(loss, tf.train.get_global_step())
    return Spec(mode, loss=loss, train_op=train_op, predictions={"p": features + w, "q": features})


def data(count=4):
    values = np.arange(count, dtype=np.float32)
    return tf.data.Dataset.from_tensor_slices((values, values)).batch(2)


def make(model_fn=model, **arguments):
    return Estimator(model_fn, model_dir=tempfile.mkdtemp(), **arguments)


def estimator(name, exception, phrase, function):
    expect(f"estimator_{name}", exception, phrase, function)


def returning(spec):
    def model_fn(features, labels, mode):
        model(features, labels, mode)
        return spec(features, mode) if callable(spec) else spec

    return model_fn


def no_labels(features, mode):
    return model(features, None, mode)


estimator("no_model_fn", "ValueError", "model_fn must be provided", lambda: Estimator(None))
estimator("no_features", "ValueError", "must include features argument", lambda: Estimator(lambda labels, mode: None))
estimator(
    "params_not_taken", "ValueError", "does not include params argument", lambda: Estimator(model, params={"a": 1})
)
estimator("other_arguments", "ValueError", "not expected args", lambda: Estimator(lambda features, x: None))
estimator("partial", None, "", lambda: Estimator(functools.partial(lambda features, x: None, x=1)))
estimator("config", "ValueError", "an instance of .*RunConfig", lambda: Estimator(model, config=3))
estimator("two_dirs", "ValueError", "model_dir.* are set both in constructor and .*RunConfig",
          lambda: Estimator(model, "/tmp/a", Config(model_dir="/tmp/b")))  # fmt: skip
estimator(
    "warm_start",
    "ValueError",
    "warm_start_from must be a string or a WarmStartSettings",
    lambda: make(warm_start_from=3),
)
estimator(
    "steps_and_max",
    "ValueError",
    "Can not provide both steps and max_steps",
    lambda: make().train(data, steps=1, max_steps=1),
)
estimator("steps_zero", "ValueError", "Must specify steps > 0", lambda: make().train(data, steps=0))
estimator("max_steps_zero", "ValueError", "Must specify max_steps > 0", lambda: make().train(data, max_steps=0))
estimator("train_hooks", "TypeError", "must be a SessionRunHook", lambda: make().train(data, hooks=[3]))
estimator(
    "listeners",
    "TypeError",
    "must be a list of CheckpointSaverListener",
    lambda: make().train(data, saving_listeners=[3]),
)
estimator("listeners_no_saver", "ValueError", "There should be a CheckpointSaverHook to use saving_listeners",
          lambda: make(config=Config(save_checkpoints_secs=None)).train(data, saving_listeners=[tf.train.CheckpointSaverListener()]))  # fmt: skip
estimator("eval_steps", "ValueError", "Must specify steps > 0", lambda: make().evaluate(data, steps=0))
estimator("eval_hooks", "TypeError", "must be a SessionRunHook", lambda: make().evaluate(data, hooks=[3]))
estimator("triple_input", "ValueError", "len 2 tuple", lambda: make().train(lambda: (one(), one(), one())))
estimator("labels_not_taken", "ValueError", "model_fn does not take labels", lambda: make(no_labels).train(data))
estimator("no_spec", "ValueError", "model_fn should return an EstimatorSpec", lambda: make(returning(3)).train(data))
estimator(
    "no_train_op",
    "ValueError",
    "Missing train_op",
    lambda: make(returning(lambda f, m: Spec(m, loss=one()))).train(data),
)
for key in ("loss", "global_step"):
    estimator(f"metric_{key}", "ValueError", f"Metric with name .{key}. is not allowed",
              lambda key=key: make(returning(lambda f, m: Spec(m, loss=one(), eval_metric_ops={key: tf.metrics.mean(f)}))).evaluate(data))  # fmt: skip
estimator("names_untrained", "ValueError", "not find trained model", lambda: make().get_variable_names())
estimator("value_untrained", "ValueError", "not find trained model", lambda: make().get_variable_value("w"))
estimator(
    "predict_keys",
    "ValueError",
    "Expected to run at least one output from",
    lambda: list(make().predict(data, predict_keys=["x"])),
)
estimator("predict_keys_tensor", "ValueError", "predict_keys argument is not valid in case of non-dict predictions",
          lambda: list(make(returning(lambda f, m: Spec(m, predictions=f))).predict(data, predict_keys=["x"])))  # fmt: skip
estimator("predict_lengths", "ValueError", "Batch length of predictions should be same",
          lambda: list(make(returning(lambda f, m: Spec(m, predictions={"a": f, "b": tf.ones([3])}))).predict(data)))  # fmt: skip
estimator(
    "export_no_receiver",
    "ValueError",
    "An input_receiver_fn must be defined",
    lambda: make().export_saved_model("/tmp/x", None),
)


@case("ValueError", "cannot override members of Estimator.*predict")
def estimator_override():
    class Mine(Estimator):
        def predict(self, *arguments):
            pass

    Mine(model)


@case(None, "")
def estimator_new_member():
    class Mine(Estimator):
        def predict_all(self, *arguments):
            pass

    Mine(model, model_dir=tempfile.mkdtemp())


@case("NanLossDuringTrainingError", "NaN loss during training")
def estimator_nan():
    def model_fn(features, labels, mode):
        loss = tf.reduce_mean(features) * float("nan")
        return Spec(mode, loss=loss, train_op=tf.assign_add(tf.train.get_global_step(), 1))

    make(model_fn).train(data)


@case("InvalidArgumentError", "(?s)Restoring from checkpoint failed.*a mismatch between")
def estimator_restore_shape():
    def model_fn(features, labels, mode, params):
        w = tf.get_variable("w", [params["size"]])
        train_op = tf.assign_add(tf.train.get_global_step(), 1)
        return Spec(mode, loss=tf.reduce_mean(w), train_op=train_op)

    first = make(model_fn, params={"size": 2}).train(data, steps=1)
    Estimator(model_fn, first.model_dir, params={"size": 3}).evaluate(data, steps=1)


@case("NotFoundError", "(?s)Restoring from checkpoint failed.*a Variable name or other graph key that is missing")
def estimator_restore_missing():
    first = make().train(data)

    def model_fn(features, labels, mode):
        w = tf.get_variable("other", [3])
        return Spec(mode, loss=tf.reduce_mean(w), predictions=features)

    Estimator(model_fn, first.model_dir).evaluate(data, steps=1)


@case("ValueError", "from user")
def estimator_user_error():
    def model_fn(features, labels, mode):
        raise ValueError("from user")

    make(model_fn).train(data)


# Hooks and graphs
def hooked(*hooks):
    return lambda: make().train(data, hooks=[h() if callable(h) else h for h in hooks])


train = tf.train
expect("hook_stop_both", "ValueError", "", lambda: train.StopAtStepHook(num_steps=1, last_step=1))
expect("hook_stop_none", "ValueError", "", lambda: train.StopAtStepHook())
expect("hook_log_none", "ValueError", "xactly one of", lambda: train.LoggingTensorHook(["a"]))
expect("hook_log_zero", "ValueError", "invalid every_n_iter", lambda: train.LoggingTensorHook(["a"], every_n_iter=0))
expect(
    "hook_timer_none",
    "ValueError",
    "Either every_secs or every_steps should be provided",
    lambda: train.SecondOrStepTimer(),
)
expect("hook_timer_both", "ValueError", "Can not provide both", lambda: train.SecondOrStepTimer(1, 1))
expect("hook_saver_both", "ValueError", "", lambda: train.CheckpointSaverHook("/tmp/x", 1, 1))
expect("hook_summary_none", "ValueError", "xactly one of", lambda: train.SummarySaverHook(save_steps=1))
expect(
    "hook_log_missing", "KeyError", "not_there", hooked(lambda: train.LoggingTensorHook(["not_there"], every_n_iter=1))
)


@case("RuntimeError", "Graph is finalized and cannot be modified")
def hook_late_op():
    class Late(train.SessionRunHook):
        def after_create_session(self, session, coord):
            one()

    hooked(Late)()


@case("RuntimeError", "Same tensor is fed by two hooks")
def hook_two_feeds():
    x = tf.placeholder_with_default(1.0, [])
    feed = [train.FeedFnHook(lambda: {x: 2.0}), train.FeedFnHook(lambda: {x: 3.0})]
    train.SingularMonitoredSession(hooks=feed).run(x)


@case("RuntimeError", "Global step should be created to use")
def hook_no_global_step():
    one()
    train.SingularMonitoredSession(hooks=[train.StopAtStepHook(1)])


@case("RuntimeError", "Session is already closed")
def session_closed():
    one()
    session = train.SingularMonitoredSession()
    session.close()
    session.close()


@case("ValueError", "already exists, disallowed")
def variable_exists():
    tf.get_variable("a", [])
    tf.get_variable("a", [])


@case("ValueError", "does not exist, or was not created with tf.get_variable")
def variable_missing():
    with tf.variable_scope("s", reuse=True):
        tf.get_variable("a", [])


@case("ValueError", "Trying to share variable")
def variable_shape():
    with tf.variable_scope("s", reuse=tf.AUTO_REUSE):
        tf.get_variable("a", [1])
        tf.get_variable("a", [2])


@case("ValueError", "If initializer is a constant, do not specify shape")
def variable_constant():
    tf.get_variable("a", [1], initializer=one())


@case("ValueError", "No gradients provided for any variable")
def optimizer_no_gradients():
    tf.get_variable("a", [1])
    train.AdamOptimizer().minimize(one())


@case("FailedPreconditionError", "uninitialized|Could not find variable")
def session_uninitialized():
    v = tf.get_variable("a", [1])
    tf.Session().run(v)


@case("InvalidArgumentError", "must feed a value for placeholder")
def session_unfed():
    tf.Session().run(tf.placeholder(tf.float32, [1]) + 1.0)


@case("ValueError", "Cannot feed value of shape")
def session_feed_shape():
    x = tf.placeholder(tf.float32, [1])
    tf.Session().run(x, {x: [1.0, 2.0]})


def outcome(function):
    with tf.Graph().as_default():
        try:
            function()
        except Exception as error:  # the point of the program
            return type(error).__name__, str(error)
    return None, ""


if __name__ == "__main__":
    tf.disable_eager_execution()
    results = {}
    for name, (exception, phrase, function) in CASES.items():
        if sys.argv[3:] and name not in sys.argv[3:]:
            continue
        found, message = outcome(function)
        results[name] = {
            "expected": exception, "phrase": phrase, "found": found, "message": message,
            "right": found == exception and bool(re.search(phrase, message)),
        }  # fmt: skip
    with open(sys.argv[1], "w") as file:
        json.dump(results, file)
