"""Evaluation and prediction: what they return, write, log and call."""

import numpy as np
from scenarios import Traced, X, data, estimator, form, model_fn, run, scenario, tf

train, Spec = tf.train, tf.estimator.EstimatorSpec


def trained(folder, steps=12, **params):
    return estimator(folder, **params).train(data(), steps=steps)


@scenario
def evaluated(folder):
    return trained(folder).evaluate(data(repeat=1))


@scenario
def untrained(folder):
    return estimator(folder).evaluate(data(repeat=1))


@scenario
def some_steps(folder):
    return trained(folder).evaluate(data(), steps=3)


@scenario
def many_steps(folder):
    return trained(folder).evaluate(data(), steps=37)


@scenario
def more_steps_than_input(folder):
    return trained(folder).evaluate(data(repeat=1), steps=37)


@scenario
def named(folder):
    made = trained(folder)
    return made.evaluate(data(repeat=1), name="test"), made.evaluate(data(repeat=1), name="other", steps=2)


@scenario
def twice(folder):
    made = trained(folder)
    first = made.evaluate(data(repeat=1))
    made.train(data(), steps=3)
    return first, made.evaluate(data(repeat=1)), made.evaluate(data(repeat=1))


@scenario
def earlier_checkpoint(folder):
    return trained(folder).evaluate(data(repeat=1), checkpoint_path=folder + "/model.ckpt-10")


@scenario
def missing_checkpoint(folder):
    return trained(folder).evaluate(data(repeat=1), checkpoint_path=folder + "/model.ckpt-11")


@scenario
def checkpoint_of_another(folder):
    trained(folder + "/a")
    return estimator(folder + "/b").evaluate(data(repeat=1), checkpoint_path=folder + "/a/model.ckpt-12")


@scenario
def hooked(folder):
    return trained(folder).evaluate(data(), steps=3, hooks=[Traced("A"), Traced("B")])


@scenario
def hook_stops(folder):
    return trained(folder).evaluate(data(), steps=30, hooks=[Traced("A", stop_at=2)])


@scenario
def hooks_of_spec(folder):
    def model(features, labels, mode, params):
        return model_fn(features, labels, mode, params)._replace(
            evaluation_hooks=[Traced("evaluation")],
            prediction_hooks=[Traced("prediction")],
            training_hooks=[Traced("training")],
        )

    made = estimator(folder, model)
    made.train(data(), steps=1)
    result = made.evaluate(data(), steps=2, hooks=[Traced("A")])
    rows = list(made.predict(data(repeat=1), hooks=[Traced("B")]))
    return result, len(rows)


@scenario
def empty_input(folder):
    return trained(folder).evaluate(data(0))


@scenario
def short_last_batch(folder):
    return trained(folder).evaluate(data(20, 8, 1))


def measured(metrics):
    def model(features, labels, mode, params):
        spec = model_fn(features, labels, mode, params)
        return spec._replace(eval_metric_ops=metrics(features, labels)) if mode == tf.estimator.ModeKeys.EVAL else spec

    return model


@scenario
def metrics_of_each_kind(folder):
    def metrics(features, labels):
        def constant(value):
            return tf.constant(value), tf.no_op()

        m = tf.metrics
        classes = tf.cast(labels > 0, tf.int64)
        probability = tf.sigmoid(features["x"][:, :1])
        return {
            "float": constant(1.5), "double": constant(np.float64(2.5)), "int": constant(3), "long": constant(np.int64(4)),
            "bool": constant(True), "vector": constant([1.0, 2.0]), "matrix": constant([[1, 2], [3, 4]]), "text": constant("abc"),
            "texts": constant(["a", "b"]), "half": constant(np.float16(0.5)), "small": constant(np.int8(5)),
            "summary": (tf.summary.scalar("inside", tf.constant(7.0), collections=[]), tf.no_op()),
            "summaries": (tf.summary.merge([tf.summary.scalar("s1", tf.constant(1.0), collections=[]), tf.summary.histogram("s2", tf.constant([1.0, 2.0]), collections=[])]), tf.no_op()),
            "mean": m.mean(probability), "accuracy": m.accuracy(classes, probability > 0.5), "auc": m.auc(classes, probability),
            "precision": m.precision(classes, probability > 0.5), "recall": m.recall(classes, probability > 0.5), "rmse": m.root_mean_squared_error(labels, probability),
            "tensor": m.mean_tensor(tf.reduce_mean(features["x"], 0)), "at": m.recall_at_thresholds(classes, probability, [0.2, 0.7]),
            "nested": ((tf.constant(1.0), {"b": tf.constant(2.0), "a": tf.constant(3)}), tf.no_op()),
        }  # fmt: skip

    return estimator(folder, measured(metrics)).train(data(), steps=1).evaluate(data(repeat=1))


@scenario
def metric_named_loss(folder):
    return estimator(folder, measured(lambda f, labels: {"loss": tf.metrics.mean(labels)})).evaluate(data(repeat=1))


@scenario
def summaries_in_evaluation(folder):
    def metrics(features, labels):
        tf.summary.scalar("not_written", tf.reduce_mean(labels))
        return {"m": tf.metrics.mean(labels)}

    return estimator(folder, measured(metrics)).train(data(), steps=1).evaluate(data(repeat=1))


@scenario
def scaffold_of_evaluation(folder):
    def model(features, labels, mode, params):
        spec = model_fn(features, labels, mode, params)
        v = tf.get_variable(
            "local",
            [],
            initializer=tf.constant_initializer(3.0),
            collections=[tf.GraphKeys.LOCAL_VARIABLES],
            trainable=False,
        )
        if mode != tf.estimator.ModeKeys.EVAL:
            return spec
        return spec._replace(
            scaffold=train.Scaffold(local_init_op=tf.group(v.initializer)),
            eval_metric_ops={"local": (v, tf.no_op()), "m": tf.metrics.mean(labels)},
        )

    return estimator(folder, model).train(data(), steps=1).evaluate(data(repeat=1))


def failing(method, call):
    def inner(folder):
        made = trained(folder, 2)
        hooks = [Traced("A"), Traced("B", fail_in=method, error=KeyError("mine")), Traced("C")]
        result = getattr(made, call)(data(repeat=1), hooks=hooks)
        return len(list(result))

    return inner


for method in ("begin", "after_create_session", "before_run", "after_run", "end"):
    for call in ("evaluate", "predict"):
        function = failing(method, call)
        function.__name__ = f"{call}_fails_in_{method}"
        scenario(function)


def rows(made, count=None, **arguments):
    found = []
    for row in made.predict(data(10, 4, 1), **arguments):
        found.append(form(row))
        if len(found) == count:
            break
    return found


@scenario
def predicted(folder):
    return rows(trained(folder))


@scenario
def predicted_untrained(folder):
    return rows(estimator(folder))


@scenario
def predicted_keys(folder):
    made = trained(folder)
    return (
        rows(made, predict_keys=["sum"]),
        rows(made, predict_keys="y"),
        rows(made, predict_keys=["y", "sum", "other"]),
    )


@scenario
def predicted_wrong_keys(folder):
    return rows(trained(folder), predict_keys=["other"])


@scenario
def predicted_batches(folder):
    return rows(trained(folder), yield_single_examples=False)


@scenario
def predicted_from_earlier(folder):
    return rows(trained(folder), checkpoint_path=folder + "/model.ckpt-0")


@scenario
def predicted_from_missing(folder):
    return rows(trained(folder), checkpoint_path=folder + "/model.ckpt-1")


@scenario
def predicted_hooked(folder):
    return len(rows(trained(folder), hooks=[Traced("A"), Traced("B", stop_at=2)]))


@scenario
def predicted_some(folder):
    made = trained(folder)
    return rows(made, 3, hooks=[Traced("A")]), len(rows(made))


@scenario
def predicted_constant_input(folder):
    made = trained(folder)
    stream = made.predict(lambda: {"x": tf.constant(X[:2])})
    return [form(next(stream)) for _ in range(5)]


@scenario
def predicted_text(folder):
    def model(features, labels, mode, params):
        return Spec(
            mode,
            predictions={
                "text": tf.as_string(tf.cast(features["x"][:, 0] * 10, tf.int32)),
                "n": tf.shape(features["x"])[:1] * tf.ones([4], tf.int32),
            },
        )

    return [form(r) for r in estimator(folder, model).predict(data(4, 4, 1))]


@scenario
def predicted_in_training_mode_variables(folder):
    made = trained(folder)
    return made.get_variable_names(), [form(made.get_variable_value(n)) for n in made.get_variable_names()]


if __name__ == "__main__":
    run()
