"""Hook traces, metrics, predictions, decays, moving averages, shuffles: everything that a run yields as numbers."""

import random
import sys

import numpy as np
from common import report, tf

train = tf.train
TRACE = []
results = {}
rng = np.random.RandomState(3)
X = rng.randn(50, 4).astype(np.float32)
Y = (X.sum(1) > 0.3).astype(np.int32)


class Traced(train.SessionRunHook):
    def __init__(self, name, stop_at=None, fail_at=None, error=None):
        self.name, self.stop_at, self.fail_at, self.error, self.runs = name, stop_at, fail_at, error, 0

    def begin(self):
        TRACE.append(f"{self.name}.begin {tf.get_default_graph().finalized}")

    def after_create_session(self, session, coord):
        TRACE.append(f"{self.name}.acs {session.run(train.get_global_step())}")

    def before_run(self, run_context):
        TRACE.append(f"{self.name}.br {len(run_context.original_args.fetches)}")
        return train.SessionRunArgs({"step": train.get_global_step(), "pair": [train.get_global_step()]})

    def after_run(self, run_context, run_values):
        self.runs += 1
        TRACE.append(f"{self.name}.ar {sorted(run_values.results)} {run_context.stop_requested}")
        if self.runs == self.fail_at:
            raise self.error
        if self.runs == self.stop_at:
            run_context.request_stop()

    def end(self, session):
        TRACE.append(f"{self.name}.end {session.run(train.get_global_step())}")


class Listener(train.CheckpointSaverListener):
    def begin(self):
        TRACE.append("listener.begin")

    def before_save(self, session, global_step_value):
        TRACE.append(f"listener.before {global_step_value}")

    def after_save(self, session, global_step_value):
        TRACE.append(f"listener.after {global_step_value}")

    def end(self, session, global_step_value):
        TRACE.append(f"listener.end {global_step_value}")


class Logging(train.LoggingTensorHook):
    """A built-in hook with a method of its own."""

    def after_run(self, run_context, run_values):
        TRACE.append(f"logging.ar {sorted(run_values.results or [])}")
        super().after_run(run_context, run_values)


class Stop(train.StopAtStepHook):
    def after_run(self, run_context, run_values):
        super().after_run(run_context, run_values)
        TRACE.append(f"stop.ar {np.shape(run_values.results)} {run_context.stop_requested}")


def model_fn(features, labels, mode, params):
    def regularizer(w):
        return 0.01 * tf.nn.l2_loss(w)

    with tf.variable_scope("tower", reuse=tf.AUTO_REUSE):
        net = tf.layers.dense(features, 6, tf.nn.relu, name="shared", kernel_regularizer=regularizer)
        again = tf.layers.dense(features * 0.5, 6, tf.nn.relu, name="shared", kernel_regularizer=regularizer)
    net = tf.layers.batch_normalization(net + again, training=mode == tf.estimator.ModeKeys.TRAIN)
    logit = tf.layers.dense(net, 1)[:, 0]
    probability = tf.sigmoid(logit)
    if mode == tf.estimator.ModeKeys.PREDICT:
        predictions = probability if params.get("single") else {"p": probability, "logit": logit, "x": features}
        return tf.estimator.EstimatorSpec(mode, predictions=predictions)
    loss = tf.losses.sigmoid_cross_entropy(labels, logit) + tf.losses.get_regularization_loss()
    classes = tf.cast(probability > 0.5, tf.int32)
    weights = tf.cast(labels, tf.float32) + 0.5
    m = tf.metrics
    metrics = {
        "accuracy": m.accuracy(labels, classes), "weighted": m.accuracy(labels, classes, weights),
        "auc": m.auc(labels, probability), "pr": m.auc(labels, probability, curve="PR", summation_method="careful_interpolation"),
        "precision": m.precision(labels, classes), "recall": m.recall(labels, classes),
        "mean": m.mean(probability), "rmse": m.root_mean_squared_error(tf.cast(labels, tf.float32), probability),
        "mae": m.mean_absolute_error(tf.cast(labels, tf.float32), probability),
        "tensor": m.mean_tensor(tf.stack([tf.reduce_mean(logit), tf.reduce_max(logit)])),
        "miou": m.mean_iou(labels, classes, 2), "false": m.false_positives(labels, classes),
        "at": m.precision_at_thresholds(labels, probability, [0.25, 0.75]),
    }  # fmt: skip
    step = train.get_global_step()
    train_op = None
    if mode == tf.estimator.ModeKeys.TRAIN:
        optimizer = train.AdamOptimizer(train.cosine_decay(0.05, step, 30))
        with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
            train_op = optimizer.minimize(loss, step)
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, eval_metric_ops=metrics)


def inputs(shuffle=False, repeat=1):
    def input_fn():
        data = tf.data.Dataset.from_tensor_slices((X, Y))
        return (data.shuffle(20, seed=5) if shuffle else data).repeat(repeat).batch(16)

    return input_fn


def estimator(name, **params):
    random.seed(4)
    config = tf.estimator.RunConfig(
        tf_random_seed=4, save_checkpoints_steps=5, save_summary_steps=3, log_step_count_steps=4
    )
    return tf.estimator.Estimator(model_fn, f"{sys.argv[2]}/{name}", config, params)


def traced(name, hooks, **arguments):
    TRACE.clear()
    try:
        estimator(name).train(inputs(repeat=None), hooks=hooks, **arguments)
    except Exception as error:
        TRACE.append(f"raised {type(error).__name__} {error}")
    results[f"trace_{name}"] = list(TRACE)


traced("normal", [Traced("A"), Traced("B")], steps=6, saving_listeners=[Listener()])
traced("again", [Traced("A")], max_steps=3)
traced("stop", [Traced("A", stop_at=2), Traced("B")], steps=6)
traced("aborted", [Traced("A", fail_at=3, error=tf.errors.AbortedError(None, None, "gone")), Traced("B")], steps=4)
traced("range", [Traced("A", fail_at=2, error=tf.errors.OutOfRangeError(None, None, "out")), Traced("B")], steps=4)
traced("failed", [Traced("A", fail_at=2, error=KeyError("mine")), Traced("B")], steps=4)
traced(
    "own",
    [Logging({"normalized": "batch_normalization/batchnorm/add_1"}, every_n_iter=2), Stop(num_steps=3)],
    saving_listeners=[Listener()],
)
traced(
    "saver",
    [train.CheckpointSaverHook(f"{sys.argv[2]}/saver", save_steps=2, listeners=[Listener()]), Traced("A")],
    steps=3,
)

main = estimator("main")
main.train(inputs(True, 10))
evaluation = main.evaluate(inputs())
named = main.evaluate(inputs(), steps=2, name="two")
results["evaluation"] = {k: np.asarray(v).tolist() for k, v in evaluation.items()}
results["evaluation_types"] = {k: str(np.asarray(v).dtype) for k, v in evaluation.items()}
results["named"] = {k: np.asarray(v).tolist() for k, v in named.items()}
results["names"] = main.get_variable_names()
results["predict"] = [sorted((k, v.tolist()) for k, v in row.items()) for row in main.predict(inputs())]
results["predict_keys"] = [sorted(row) for row in main.predict(inputs(), predict_keys=["p"])]
results["predict_batches"] = [
    [row["p"].tolist(), list(row["x"].shape)] for row in main.predict(inputs(), yield_single_examples=False)
]
results["predict_single"] = [float(row) for row in estimator("main", single=True).predict(inputs())]

with tf.Graph().as_default(), tf.Session() as session:
    tf.set_random_seed(7)
    step = tf.placeholder(tf.int64, [])
    decays = {
        "exponential": train.exponential_decay(0.1, step, 10, 0.5), "stair": train.exponential_decay(0.1, step, 10, 0.5, True),
        "piecewise": train.piecewise_constant(step, [5, 15], [1.0, 0.5, 0.1]), "polynomial": train.polynomial_decay(0.1, step, 20, 0.01, 2.0),
        "cycle": train.polynomial_decay(0.1, step, 20, 0.01, cycle=True), "natural": train.natural_exp_decay(0.1, step, 10, 0.5),
        "inverse": train.inverse_time_decay(0.1, step, 10, 0.5), "cosine": train.cosine_decay(0.1, step, 20, 0.1),
        "restarts": train.cosine_decay_restarts(0.1, step, 7), "linear": train.linear_cosine_decay(0.1, step, 20),
    }  # fmt: skip
    results["decays"] = [
        {k: float(v) for k, v in session.run(decays, {step: s}).items()} for s in (0, 1, 5, 10, 16, 37)
    ]
    draws = [
        tf.random_uniform([5]), tf.random_normal([5], seed=3), tf.truncated_normal([9]), tf.random_shuffle(tf.range(9)),
        tf.random_uniform([5], 0, 100, tf.int32),
        tf.nn.dropout(tf.ones([12]), rate=0.4),
    ]  # fmt: skip
    results["draws"] = [[d.tolist() for d in session.run(draws)] for _ in range(2)]
    v = tf.get_variable("v", [3], initializer=tf.glorot_normal_initializer())
    average = train.ExponentialMovingAverage(0.9, num_updates=tf.constant(4))
    update = average.apply([v])
    session.run(tf.global_variables_initializer())
    results["average"] = [session.run([v, average.average(v)])[1].tolist()]
    for _ in range(3):
        session.run(v.assign_add([1.0, 2.0, 3.0]))
        session.run(update)
        results["average"].append(session.run(average.average(v)).tolist())
    results["average_name"] = [average.average_name(v), average.average(v).name, sorted(average.variables_to_restore())]
    data = tf.data.Dataset.range(12).shuffle(5, seed=2).repeat(2).batch(4)
    other = tf.data.Dataset.range(12).shuffle(12).repeat(2).batch(12)
    for name, d in (("seeded", data), ("graph", other)):
        get = d.make_one_shot_iterator().get_next()
        rows = []
        try:
            while True:
                rows.append(session.run(get).tolist())
        except tf.errors.OutOfRangeError:
            results[f"shuffle_{name}"] = rows
report(results=results)
