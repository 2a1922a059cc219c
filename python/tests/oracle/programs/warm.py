"""Variables that start from checkpoints, by name, by scope and through vocabularies: their exact values."""

import json
import sys
import tempfile

import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_eager_execution() if hasattr(tf, "disable_eager_execution") else None
tf.logging.set_verbosity("ERROR")
D = tempfile.mkdtemp()
results = {}


def case(label, body):
    tf.reset_default_graph()
    tf.set_random_seed(7)
    try:
        variables = body()
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            results[label] = [session.run(x).tolist() for x in variables]
    except Exception as error:  # every kind is of interest
        results[label] = f"{type(error).__name__}"


def get(name, shape, **more):
    return tf.get_variable(name, shape, use_resource=True, **more)


def checkpoint():
    get("a", None, initializer=np.arange(8, dtype=np.float32).reshape(4, 2))
    get("s/b", None, initializer=np.float32([5, 6]))
    get("s/c", None, initializer=np.float32([7]))
    get("p", None, initializer=np.arange(10, dtype=np.float32).reshape(5, 2))
    tf.train.create_global_step()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        tf.train.Saver().save(session, f"{D}/ck")
    return []


case("checkpoint", checkpoint)
for name, words in {
    "old": "apple banana cherry kiwi", "new": "kiwi fig apple melon banana", "oc": "x y", "nc": "z y x",
}.items():  # fmt: skip
    with open(f"{D}/{name}", "w") as file:
        file.write("".join(f"{word}\n" for word in words.split()))
cut = tf.fixed_size_partitioner(2)
init = tf.train.init_from_checkpoint


def by_name(key, name, shape, target=None, partitioner=None, path="ck"):
    def body():
        x = get(name, shape, partitioner=partitioner)
        init(f"{D}/{path}", {key: target or x})
        return list(x) if partitioner else [x]

    return body


case("variable", by_name("a", "a", [4, 2]))
case("other name", by_name("a", "w", [4, 2], "w"))
case("parts", by_name("p", "q", [5, 2], "q", cut))
case("folder", by_name("a", "a", [4, 2], path=""))
case("missing", by_name("zz", "a", [4, 2]))
case("shape", by_name("a", "a", [3, 2]))
case("no variable", by_name("a", "a", [4, 2], "nope"))
case("no checkpoint", by_name("a", "a", [4, 2], path="none"))


def by_scope(source, target, names):
    def body():
        found = [get(name, [2] if name.endswith("b") else [1]) for name in names]
        init(f"{D}/ck", {source: target})
        return found

    return body


case("scope", by_scope("s/", "x/", ["x/b", "x/c"]))
case("scope to root", by_scope("s/", "/", ["b", "c"]))
case("root", by_scope("/", "/", ["s/b", "s/c"]))
case("scope lacks", by_scope("s/", "x/", ["x/b", "x/zz"]))
case("scope unknown", by_scope("q/", "/", ["b"]))


def started(**more):
    def body():
        found = [get("a", [4, 2]), get("s/b", [2]), tf.train.create_global_step()]
        tf.train.warm_start(f"{D}/ck", **more)
        return found

    return body


case("all", started())
case("pattern", started(vars_to_warm_start=".*b"))
case("list of patterns", started(vars_to_warm_start=["a", "global_step"]))
case("none", started(vars_to_warm_start=None))
case("empty", started(vars_to_warm_start=[]))
case("bad", started(vars_to_warm_start=3))
case("bad list", started(vars_to_warm_start=[3]))
case("other shape", started(var_name_to_prev_var_name={"a": "p"}))
case("unused name", started(var_name_to_prev_var_name={"nope": "p"}))


def vocabulary(shape, *args, name="a", part=None, axis=0, backup=None, selection=".*", previous=None):
    def body():
        x = get(name, shape, partitioner=part)
        new, size, extra, old, *rest = args
        info = tf.train.VocabInfo(f"{D}/{new}", size, extra, f"{D}/{old}", *rest, backup_initializer=backup, axis=axis)
        tf.train.warm_start(f"{D}/ck", selection, {name: info}, previous or {})
        return list(x) if part else [x]

    return body


uniform = tf.random_uniform_initializer
case("rows", vocabulary([5, 2], "new", 5, 0, "old"))
case("rows and buckets", vocabulary([7, 2], "new", 5, 2, "old"))
case("part of the old", vocabulary([5, 2], "new", 4, 1, "old", 3))
case("backup", vocabulary([5, 2], "new", 5, 0, "old", backup=uniform()))
case("backup and buckets", vocabulary([7, 2], "new", 5, 2, "old", backup=uniform()))
case("columns", vocabulary([4, 3], "nc", 3, 0, "oc", axis=1, backup=uniform()))
case("columns and buckets", vocabulary([4, 4], "nc", 3, 1, "oc", axis=1))
case("rows in parts", vocabulary([5, 2], "new", 5, 0, "old", part=cut))
case("rows in parts, buckets", vocabulary([6, 2], "new", 5, 1, "old", part=cut, backup=uniform()))
case("columns in parts", vocabulary([4, 3], "nc", 3, 0, "oc", axis=1, part=cut, backup=uniform()))
case("renamed", vocabulary([5, 2], "new", 5, 0, "old", name="q", previous={"q": "a"}))
case("only vocabularies", vocabulary([5, 2], "new", 5, 0, "old", selection=None))
case("unrelated", vocabulary([5, 2], "new", 5, 0, "oc"))
case("old too big", vocabulary([5, 2], "new", 5, 0, "old", 9))
case("new too big", vocabulary([9, 2], "new", 9, 0, "old"))
case("no file", vocabulary([5, 2], "nofile", 5, 0, "old"))
case("not there", vocabulary([5, 2], "new", 5, 0, "old", name="nope"))
case("axis", vocabulary([5, 2], "new", 5, 0, "old", axis=2))

# An Estimator that starts from another one, by its folder and by settings.
X = np.random.RandomState(0).rand(16, 3).astype(np.float32)


def model_fn(features, labels, mode, params):
    w = get("w", [3, params["width"]])
    b = get("other" if params.get("renamed") else "b", [params["width"]], trainable=not params.get("frozen"))
    loss = tf.reduce_mean((tf.matmul(features["x"], w) + b - 1.0) ** 2)
    train_op = tf.train.GradientDescentOptimizer(0.1).minimize(loss, tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, predictions={"w": w + 0.0, "b": b + 0.0}, loss=loss, train_op=train_op)


def input_fn():
    return tf.data.Dataset.from_tensors(({"x": X}, X)).repeat(3)


def estimator(params, **more):
    config = tf.estimator.RunConfig(tf_random_seed=3, model_dir=tempfile.mkdtemp())
    return tf.estimator.Estimator(model_fn, config=config, params=params, **more)


first = estimator({"width": 2})
first.train(input_fn, steps=3)
settings = tf.estimator.WarmStartSettings
for label, params, source in (
    ("folder", {"width": 2}, first.model_dir),
    ("settings", {"width": 2, "renamed": True}, settings(first.model_dir, var_name_to_prev_var_name={"other": "b"})),
    ("trainable only", {"width": 2, "frozen": True}, first.model_dir),
    ("some", {"width": 2}, settings(first.latest_checkpoint(), "w")),
    ("wrong shape", {"width": 3}, first.model_dir),
    ("missing name", {"width": 2, "renamed": True}, first.model_dir),
    ("bad", {"width": 2}, 3),
):
    tag = f"estimator {label}"
    try:
        second = estimator(params, warm_start_from=source)
        given = next(second.predict(input_fn, yield_single_examples=False))
        found = {"predict": {k: value.tolist() for k, value in given.items()}}
        found["evaluate"] = {k: float(value) for k, value in second.evaluate(input_fn).items()}
        second.train(input_fn, steps=1)
        found["step"] = int(second.get_variable_value("global_step"))
        found["trained"] = second.get_variable_value("w").tolist()
        second.train(input_fn, steps=1)  # goes on from its own checkpoint
        found["again"] = second.get_variable_value("w").tolist()
        results[tag] = found
    except Exception as error:  # every kind is of interest
        results[tag] = type(error).__name__
json.dump(results, open(sys.argv[1], "w"))
