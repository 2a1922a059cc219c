"""Exports many models, and reports what each of their signatures returns when it is fed here."""

import os
import random
import sys

import numpy as np
import tensorflow.compat.v1 as tf
from common import report, text

export = tf.estimator.export
PREDICT = tf.estimator.ModeKeys.PREDICT
CASES = {}


class Case:
    """A model, the receivers of its modes, and what they are fed."""

    def __init__(self, model, receivers, feeds, train_input=None, **options):
        self.model, self.receivers, self.feeds, self.options = model, receivers, feeds, options
        self.train_input = train_input or (lambda: numbers())


def case(receivers, feeds, **options):
    """Registers a model function as a case."""

    def register(model):
        if not isinstance(receivers, dict):
            CASES[model.__name__] = Case(model, {PREDICT: receivers}, feeds, **options)
        else:
            CASES[model.__name__] = Case(model, receivers, feeds, **options)
        return model

    return register


X = np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]], np.float32)
DIGITS = np.array([b"0.5", b"-2", b"3.25"], object)


def numbers():
    x = np.random.RandomState(0).rand(8, 3).astype(np.float32)
    data = tf.data.Dataset.from_tensor_slices(({"x": x}, x.sum(1, keepdims=True)))
    return data.repeat().batch(4)


def raw():
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    return export.ServingInputReceiver({"x": x}, {"x": x})


def strings():
    """One string for each example."""
    examples = tf.placeholder(tf.string, [None], name="examples")
    x = tf.string_to_number(examples)
    return export.ServingInputReceiver({"x": tf.stack([x, x * 2.0, x + 1.0], axis=1)}, {"examples": examples})


def dense(features, units=1):
    x = features["x"] if isinstance(features, dict) else features
    w = tf.get_variable("w", [3, units], initializer=tf.random_uniform_initializer(-1, 1, seed=3))
    b = tf.get_variable("b", [units], initializer=tf.constant_initializer(0.25))
    return tf.matmul(x, w) + b


def spec(mode, labels, predictions, outputs=None, loss=None, **more):
    if mode == PREDICT:
        return tf.estimator.EstimatorSpec(mode, predictions=predictions, export_outputs=outputs, **more)
    first = next(iter(predictions.values())) if isinstance(predictions, dict) else predictions
    if loss is None:
        loss = tf.reduce_mean(tf.square(first - labels))
    train_op = tf.train.AdamOptimizer(0.01).minimize(loss, global_step=tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, predictions=predictions, loss=loss, train_op=train_op, **more)


@case(raw, {"x": X})
def default_output(features, labels, mode):
    y = dense(features)
    return spec(mode, labels, {"y": y, "twice": y * 2.0})


@case(raw, {"x": X})
def bare_tensor(features, labels, mode):
    return spec(mode, labels, dense(features))


@case(raw, {"x": X[:1]})
def tuple_keys(features, labels, mode):
    y = dense(features)
    return spec(mode, labels, {("head", "y"): y, ("head", "exp"): tf.exp(y)})


@case(raw, {"x": X})
def many_types(features, labels, mode):
    y = dense(features)
    return spec(mode, labels, {
        "y": y, "positive": y > 0.0, "double": tf.cast(y, tf.float64), "whole": tf.cast(tf.round(y * 100.0), tf.int64),
        "byte": tf.cast(tf.abs(y) * 10.0, tf.uint8), "text": tf.as_string(tf.cast(tf.round(y * 10.0), tf.int32)),
        "half": tf.cast(y, tf.float16), "shape": tf.shape(y), "row": y[0],
    })  # fmt: skip


def classes_of(scores):
    names = tf.constant(["low", "middle", "high"])
    return tf.gather(names, tf.argmax(scores, 1))


@case(strings, {"examples": DIGITS, "inputs": DIGITS})
def classification(features, labels, mode):
    scores = tf.nn.softmax(dense(features, 3))
    names = tf.tile(tf.expand_dims(tf.constant(["low", "middle", "high"]), 0), [tf.shape(scores)[0], 1])
    outputs = {"serving_default": export.ClassificationOutput(scores=scores, classes=names)}
    return spec(mode, labels, {"scores": scores}, outputs)


@case(strings, {"examples": DIGITS, "inputs": DIGITS})
def scores_only(features, labels, mode):
    scores = tf.nn.sigmoid(dense(features, 2))
    return spec(mode, labels, {"scores": scores}, {"scores": export.ClassificationOutput(scores=scores)})


@case(strings, {"examples": DIGITS, "inputs": DIGITS})
def classes_only(features, labels, mode):
    scores = dense(features, 3)
    outputs = {"serving_default": export.ClassificationOutput(classes=tf.expand_dims(classes_of(scores), 1))}
    return spec(mode, labels, {"scores": scores}, outputs)


@case(strings, {"examples": DIGITS, "inputs": DIGITS})
def regression(features, labels, mode):
    y = dense(features)
    return spec(mode, labels, {"y": y}, {"price": export.RegressionOutput(y)})


@case(strings, {"examples": DIGITS, "inputs": DIGITS})
def several_heads(features, labels, mode):
    y, scores = dense(features), tf.nn.softmax(tf.layers.dense(features["x"], 4, name="other"))
    outputs = {
        "serving_default": export.PredictOutput({"y": y, "scores": scores}),
        "first/regression": export.RegressionOutput(y), "second/classification": export.ClassificationOutput(scores),
        "second/predict": export.PredictOutput({"scores": scores, "best": tf.argmax(scores, 1)}),
    }  # fmt: skip
    return spec(mode, labels, {"y": y}, outputs)


@case(raw, {"x": X})
def not_served(features, labels, mode):
    """Classification and regression need a single string input, so these are left out."""
    y = dense(features)
    outputs = {
        "serving_default": export.PredictOutput(y), "classify": export.ClassificationOutput(y),
        "regress": export.RegressionOutput(y),
        "unfed": export.PredictOutput({"z": y + tf.placeholder(tf.float32, [], name="unfed")}),
    }  # fmt: skip
    return spec(mode, labels, {"y": y}, outputs)


def words():
    word, count = tf.placeholder(tf.string, [None], name="word"), tf.placeholder(tf.int32, [None], name="count")
    return export.ServingInputReceiver({"word": word, "count": count}, {"word": word, "count": count})


def word_input():
    features = {"word": np.array([b"a", b"bc", b"def", b"a"], object), "count": np.arange(4, dtype=np.int32)}
    return tf.data.Dataset.from_tensor_slices((features, np.ones([4, 1], np.float32))).repeat().batch(2)


@case(words, {"word": np.array([b"a", b"\xc3\xa4\xff"], object), "count": np.array([1, 2], np.int32)},
      train_input=word_input)  # fmt: skip
def string_inputs(features, labels, mode):
    table = tf.get_variable("embedding", [10, 2], initializer=tf.random_normal_initializer(seed=1))
    bucket = tf.string_to_hash_bucket_fast(features["word"], 10)
    y = tf.reduce_sum(tf.nn.embedding_lookup(table, bucket), 1, keepdims=True)
    label = tf.string_join([features["word"], tf.as_string(features["count"])], separator="-")
    outputs = {"serving_default": export.PredictOutput({"y": y, "bucket": bucket, "label": label})}
    return spec(mode, labels, {"y": y}, outputs)


def fixed_batch():
    return export.build_raw_serving_input_receiver_fn({"x": tf.zeros([5, 3], name="given")}, default_batch_size=2)()


@case(fixed_batch, {"x": X})
def batch_of_two(features, labels, mode):
    y = dense(features)
    return spec(mode, labels, {"y": y, "mean": tf.reduce_mean(y)})


def one_tensor():
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    return export.TensorServingInputReceiver(x, x)


@case(one_tensor, {"input": X}, train_input=lambda: numbers().map(lambda x, y: (x["x"], y)))
def tensor_features(features, labels, mode):
    assert isinstance(features, tf.Tensor)
    return spec(mode, labels, {"y": dense(features)})


def alternatives():
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    first, second = tf.unstack(tf.reshape(x, [-1, 3, 1]), axis=1)[0], x
    return export.ServingInputReceiver(
        {"x": x + 0.0 * first}, {"x": x}, {"plain": {"again": second}, "odd": {"o": first}}
    )


@case(alternatives, {"x": X, "again": X})
def alternative_receivers(features, labels, mode):
    return spec(mode, labels, {"y": dense(features)}, {"serving_default": export.PredictOutput(dense_again(features))})


def dense_again(features):
    with tf.variable_scope(tf.get_variable_scope(), reuse=tf.AUTO_REUSE):
        return dense(features)


def sparse():
    x = tf.sparse_placeholder(tf.float32, [None, 3], name="x")
    return export.ServingInputReceiver({"x": tf.sparse_tensor_to_dense(x)}, {"x": x})


@case(sparse, {"x": {"indices": [[0, 1], [1, 2]], "values": [2.0, -1.0], "shape": [2, 3]}})
def sparse_input(features, labels, mode):
    return spec(mode, labels, {"y": dense(features)})


def supervised():
    x, y = tf.placeholder(tf.float32, [None, 3], name="x"), tf.placeholder(tf.float32, [None, 1], name="labels")
    return tf.estimator.experimental.build_raw_supervised_input_receiver_fn({"x": x}, y)()


SUPERVISED = {"train": supervised, "eval": supervised, PREDICT: raw}


@case(SUPERVISED, {"x": X, "label": np.array([[1.0], [2.0]], np.float32)})
def all_modes(features, labels, mode):
    # Without a bias: its gradient would be nothing but rounding errors, which Adam turns into steps.
    w = tf.get_variable("w", [3, 4], initializer=tf.random_uniform_initializer(-1, 1, seed=3))
    net = tf.layers.batch_normalization(tf.matmul(features["x"], w), training=mode == "train")
    y = tf.layers.dense(net, 1, kernel_initializer=tf.constant_initializer(0.5))
    if mode == PREDICT:
        return spec(mode, labels, {"y": y})
    metrics = {
        "mae": tf.metrics.mean_absolute_error(labels, y), "metrics_mean": tf.metrics.mean(y),
        "step": (tf.identity(tf.train.get_global_step()), tf.no_op()),
    }  # fmt: skip
    return spec(mode, labels, {"y": y, "predictions_too": -y}, eval_metric_ops=metrics)


@case(raw, {"x": X})
def control_flow(features, labels, mode):
    y = dense(features)
    if mode == PREDICT:
        y = tf.cond(tf.reduce_sum(y) > 0.0, lambda: y * 3.0, lambda: y - 1.0)
        y = tf.while_loop(lambda i, v: i < 4, lambda i, v: (i + 1, v * 1.5), [tf.constant(0), y])[1]
    return spec(mode, labels, {"y": y})


@case(raw, {"x": X})
def partitioned(features, labels, mode):
    with tf.variable_scope("part", partitioner=tf.fixed_size_partitioner(2)):
        w = tf.get_variable("w", [3, 2], initializer=tf.random_normal_initializer(seed=5))
    y = tf.reduce_sum(tf.matmul(features["x"], tf.convert_to_tensor(w)), 1, keepdims=True)
    return spec(mode, labels, {"y": y})


@case(raw, {"x": X})
def local_init(features, labels, mode):
    """A local variable that only the scaffold's local_init_op gives a value."""
    y = dense(features)
    v = tf.get_variable("v", [], collections=[tf.GraphKeys.LOCAL_VARIABLES], trainable=False,
                        initializer=tf.zeros_initializer())  # fmt: skip
    init = tf.group(tf.assign(v, 7.0))
    return spec(mode, labels, {"y": y + tf.identity(v)}, scaffold=tf.train.Scaffold(local_init_op=init))


@case(raw, {"x": X})
def averages(features, labels, mode):
    """A scaffold's saver that restores moving averages under the variables' names."""
    y = dense(features)
    ema = tf.train.ExponentialMovingAverage(0.5)
    if mode == PREDICT:
        saver = tf.train.Saver(ema.variables_to_restore())
        return spec(mode, labels, {"y": y}, scaffold=tf.train.Scaffold(saver=saver))
    loss = tf.reduce_mean(tf.square(y - labels))
    train_op = tf.train.GradientDescentOptimizer(0.1).minimize(loss, global_step=tf.train.get_global_step())
    with tf.control_dependencies([train_op]):
        train_op = ema.apply(tf.trainable_variables())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


@case(raw, {"x": X}, assets_extra={"notes/readme.txt": "note.txt", "other.txt": "note.txt"})
def assets(features, labels, mode):
    y = dense(features)
    here = os.path.dirname(os.path.abspath(sys.argv[1]))
    sizes = []
    for name in ("asset.txt", "b/asset.txt", "asset.txt"):
        path = tf.constant(os.path.join(here, name), name="path")
        tf.add_to_collection(tf.GraphKeys.ASSET_FILEPATHS, path)
        sizes.append(tf.strings.length(tf.read_file(path)))
    return spec(mode, labels, {"y": y, "sizes": tf.stack(sizes)})


@case(raw, {"x": X}, as_text=True)
def text_form(features, labels, mode):
    return spec(mode, labels, {"y": dense(features)})


FEATURE_SPEC = {
    "x": tf.FixedLenFeature([3], tf.float32), "kind": tf.FixedLenFeature([], tf.int64, default_value=-1),
    "tags": tf.VarLenFeature(tf.string),
}  # fmt: skip


def examples():
    result = []
    for i, row in enumerate(X):
        feature = {
            "x": tf.train.Feature(float_list=tf.train.FloatList(value=row)),
            "tags": tf.train.Feature(bytes_list=tf.train.BytesList(value=[b"a"] * i)),
        }
        if i:
            feature["kind"] = tf.train.Feature(int64_list=tf.train.Int64List(value=[i]))
        result.append(tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString())
    return np.array(result, object)


@case(export.build_parsing_serving_input_receiver_fn(FEATURE_SPEC), {"examples": examples(), "inputs": examples()})
def parsing(features, labels, mode):
    y = dense(features)
    if mode != PREDICT:
        return spec(mode, labels, {"y": y})
    tags = tf.sparse_tensor_to_dense(features["tags"], default_value="")
    outputs = {
        "serving_default": export.PredictOutput({"y": y, "kind": features["kind"], "tags": tags}),
        "classification": export.ClassificationOutput(tf.nn.sigmoid(y)), "regression": export.RegressionOutput(y),
    }  # fmt: skip
    return spec(mode, labels, {"y": y}, outputs)


def exported_tensors(spec, mode):
    """Signature -> name -> tensor."""
    if mode == PREDICT:
        result = {}
        for name, output in spec.export_outputs.items():
            if isinstance(output, export.PredictOutput):
                result[name] = dict(output.outputs)
            elif isinstance(output, export.RegressionOutput):
                result[name] = {"outputs": output.value}
            else:
                result[name] = {"scores": output.scores, "classes": output.classes}
        return {k: {n: t for n, t in v.items() if t is not None} for k, v in result.items()}
    tensors = {"loss": spec.loss}
    for name, tensor in spec.predictions.items():
        tensors[name if name.startswith("predictions") else "predictions/" + name] = tensor
    for name, (value, _) in spec.eval_metric_ops.items():
        tensors[(name if name.startswith("metrics") else "metrics/" + name) + "/value"] = value
    return {mode: tensors}


def feed_of(receivers, feeds):
    result = {}
    for name, tensor in receivers.items():
        if isinstance(feeds[name], dict):
            value = feeds[name]
            result[tensor] = tf.SparseTensorValue(
                np.array(value["indices"], np.int64), np.array(value["values"], np.float32), value["shape"]
            )
        else:
            result[tensor] = feeds[name]
    return result


def own_outputs(case, estimator):
    """What the signatures return in a session of this program."""
    results = {}
    for mode, receiver_fn in case.receivers.items():
        with tf.Graph().as_default():
            tf.train.create_global_step()
            receiver = receiver_fn()
            labels = getattr(receiver, "labels", None)
            spec = estimator.model_fn(receiver.features, labels, mode, estimator.config)
            saver = spec.scaffold.saver or tf.train.Saver()
            local_init = spec.scaffold.local_init_op or tf.local_variables_initializer()
            feed = feed_of(receiver.receiver_tensors, case.feeds)
            with tf.Session() as session:
                saver.restore(session, estimator.latest_checkpoint())
                for signature, tensors in exported_tensors(spec, mode).items():
                    if signature == "unfed":
                        continue
                    session.run(local_init)
                    values = session.run(tensors, feed)
                    results[f"{mode}/{signature}"] = {n: entry(v) for n, v in values.items()}
    return results


def entry(value):
    value = np.asarray(value)
    if value.dtype == object:
        return {"dtype": "string", "shape": list(value.shape), "strings": [v.hex() for v in value.reshape(-1)]}
    return text(value)


def feed_entry(value):
    return {"sparse": value} if isinstance(value, dict) else entry(value)


def main():
    folder = sys.argv[2]
    here = os.path.dirname(os.path.abspath(sys.argv[1]))
    os.makedirs(os.path.join(here, "b"), exist_ok=True)
    for name, content in (("asset.txt", "first"), ("b/asset.txt", "second one"), ("note.txt", "a note")):
        with open(os.path.join(here, name), "w") as file:
            file.write(content)
    wanted = sys.argv[3:] or list(CASES)
    results = {}
    for name in wanted:
        one = CASES[name]
        model_dir = os.path.join(folder, name)
        estimator = tf.estimator.Estimator(one.model, model_dir, tf.estimator.RunConfig(tf_random_seed=1))
        random.seed(1)  # tf.layers' Keras initializers draw their seeds from here
        estimator.train(one.train_input, steps=3)
        options = dict(one.options)
        if "assets_extra" in options:
            options["assets_extra"] = {k: os.path.join(here, v) for k, v in options["assets_extra"].items()}
        path = estimator.experimental_export_all_saved_models(
            os.path.join(model_dir, "export"), one.receivers, **options
        )
        results[name] = {
            "path": path.decode(), "feeds": {k: feed_entry(v) for k, v in one.feeds.items()},
            "outputs": own_outputs(one, estimator),
        }  # fmt: skip
    report(cases=results)


main()
