"""EstimatorSpec: every field given every kind of value in every mode, and which of two mistakes is told first."""

import collections
import itertools

import numpy as np
from cases import PHRASES, case, run, tf

Spec, Keys = tf.estimator.EstimatorSpec, tf.estimator.ModeKeys
export = tf.estimator.export
MODES = {"train": Keys.TRAIN, "eval": Keys.EVAL, "predict": Keys.PREDICT, "foo": "foo"}

PHRASES += [
    "Missing train_op", "Missing loss", "Missing predictions", "train_op must be Operation or Tensor",
    "loss must be Tensor", "Loss must be scalar", r"predictions\[.*\] must be Tensor", "predictions must be Tensor",
    'train_op with ".*" must be from the default graph', 'loss with ".*" must be from the default graph',
    'prediction values with ".*" must be from the default graph',
    'eval_metric_ops with ".*" must be from the default graph',
    "export_outputs.* must be dict", "Values in .*export_outputs.* must be ExportOutput objects",
    "Multiple .*export_outputs.* were provided", "All hooks must be SessionRunHook instances",
    "eval_metric_ops must be a dict", r"must be \(metric_value, update_op\) tuples", "has no attribute .graph.",
    "scaffold must be tf.train.Scaffold", "mode of EstimatorSpec cannot be changed", "not iterable",
    "output key must be a string", "output value must be a Tensor", "Cannot create a ClassificationOutput with empty",
    "Classification scores must be a float32 Tensor", "Classification classes must be a string Tensor",
    "Regression output value must be a float32 Tensor", "can't set attribute|has no setter|can't be set",
    "missing 1 required positional argument", "Using a symbolic .* as a Python `bool` is not allowed", "truth value of an array", "Cannot reshape a tensor|must be evenly divisible",
    "takes 1 positional argument", "sequence item 1: expected str instance, int found", "missing 1 required keyword-only argument", "unexpected keyword", "cannot unpack non-iterable", "not enough values to unpack", "must be a mapping", "logit_fn should return a Tensor or a dictionary",
]  # fmt: skip


def one():
    return tf.constant(1.0, name="one")


def variable(shape=(), name="v"):
    return tf.get_variable(name, shape, initializer=tf.zeros_initializer())


def elsewhere(make):
    def inner():
        with tf.Graph().as_default():
            return make()

    return inner


def output(name="p"):
    return export.PredictOutput({name: one()})


class Hook(tf.train.SessionRunHook):
    pass


KINDS = {
    "none": lambda: None, "scalar": one, "integer": lambda: tf.constant(3), "double": lambda: tf.constant(1.0, tf.float64),
    "text": lambda: tf.constant("a"), "boolean": lambda: tf.constant(True), "one": lambda: tf.ones([1]),
    "one_one": lambda: tf.ones([1, 1]), "two": lambda: tf.ones([2]), "empty": lambda: tf.ones([0]),
    "zero_by_two": lambda: tf.ones([0, 2]), "unknown": lambda: tf.placeholder(tf.float32),
    "some": lambda: tf.placeholder(tf.float32, [None]), "some_by_one": lambda: tf.placeholder(tf.float32, [None, 1]),
    "some_by_two": lambda: tf.placeholder(tf.float32, [None, 2]), "some_by_zero": lambda: tf.placeholder(tf.float32, [None, 0]),
    "variable": variable, "variable_one": lambda: variable([1]), "variable_two": lambda: variable([2]),
    "operation": lambda: tf.no_op(), "group": lambda: tf.group(one().op), "handle": lambda: variable().op,
    "number": lambda: 1.0, "whole": lambda: 1, "zero": lambda: 0, "numpy": lambda: np.float32(1), "array": lambda: np.ones([2]),
    "string": lambda: "x", "empty_string": lambda: "", "bytes": lambda: b"x", "list": lambda: [one()], "empty_list": list,
    "tuple": lambda: (one(),), "empty_tuple": lambda: (), "pair": lambda: (one(), one()), "dict": lambda: {"a": one()},
    "empty_dict": dict, "sparse": lambda: tf.SparseTensor([[0]], [1.0], [1]),
    "slices": lambda: tf.IndexedSlices(tf.ones([1, 2]), tf.constant([0])), "shape": lambda: tf.TensorShape([1]),
    "function": lambda: len, "object": lambda: object(), "true": lambda: True, "false": lambda: False,
    "foreign": elsewhere(one), "foreign_one": elsewhere(lambda: tf.ones([1])), "foreign_two": elsewhere(lambda: tf.ones([2])),
    "foreign_variable": elsewhere(variable), "foreign_operation": elsewhere(tf.no_op),
    "hook": Hook, "hooks": lambda: [Hook()], "scaffold": tf.train.Scaffold, "output": output, "ordered": lambda: collections.OrderedDict(b=one(), a=one()),
    "set": lambda: {1}, "generator": lambda: (x for x in [one()]),
}  # fmt: skip

RIGHT = {
    "predictions": one, "loss": one, "train_op": tf.no_op, "eval_metric_ops": lambda: {"m": (one(), tf.no_op())},
    "export_outputs": lambda: {"a": output()}, "training_chief_hooks": lambda: [Hook()], "training_hooks": lambda: [Hook()],
    "scaffold": tf.train.Scaffold, "evaluation_hooks": lambda: [Hook()], "prediction_hooks": lambda: [Hook()],
}  # fmt: skip
WRONG = {
    "predictions": lambda: [1], "loss": lambda: 1.0, "train_op": lambda: "x", "eval_metric_ops": lambda: [1],
    "export_outputs": lambda: [1], "training_chief_hooks": lambda: [1], "training_hooks": lambda: [2], "scaffold": lambda: 3,
    "evaluation_hooks": lambda: [4], "prediction_hooks": lambda: [5],
}  # fmt: skip
NEEDED = {"train": ["loss", "train_op"], "eval": ["loss"], "predict": ["predictions"], "foo": []}


def spec(mode, **makers):
    """The spec of a mode that has what it needs, with fields made by functions."""
    arguments = {n: RIGHT[n]() for n in NEEDED[mode] if n not in makers}
    arguments.update({n: make() for n, make in makers.items()})
    return Spec(MODES[mode], **arguments)


# Every field, every kind, every mode; hooks and scaffolds are checked alike in all modes
FEW = ("none", "number", "list", "hook", "hooks", "scaffold", "generator", "scalar")
for mode in MODES:
    for field in RIGHT:
        for kind, make in KINDS.items():
            if mode != "eval" and ("hook" in field or field == "scaffold") and kind not in FEW:
                continue
            if mode == "foo" and field not in ("loss", "predictions"):
                continue
            case(f"{mode} {field} {kind}", lambda mode=mode, field=field, make=make: spec(mode, **{field: make}))
    for kind, make in KINDS.items():
        case(
            f"{mode} predictions dict {kind}",
            lambda mode=mode, make=make: spec(mode, predictions=lambda: {"k": make()}),
        )

# What is missing
for mode in MODES:
    for count in range(4):
        for names in itertools.combinations(["predictions", "loss", "train_op"], count):
            case(f"{mode} only {' '.join(names)}",
                 lambda mode=mode, names=names: Spec(MODES[mode], **{n: RIGHT[n]() for n in names}))  # fmt: skip

# Which of two mistakes is told
for mode in MODES:
    for first, second in itertools.combinations(RIGHT, 2):
        case(f"{mode} wrong {first} {second}",
             lambda mode=mode, a=first, b=second: spec(mode, **{a: WRONG[a], b: WRONG[b]}))  # fmt: skip

# Metrics
for kind, make in KINDS.items():
    if kind == "generator":
        continue
    for mode in ("train", "eval", "predict"):
        case(
            f"{mode} metric value {kind}",
            lambda mode=mode, make=make: spec(mode, eval_metric_ops=lambda: {"m": (make(), one())}),
        )
        case(f"{mode} metric update {kind}", lambda mode=mode, make=make: spec(mode, eval_metric_ops=lambda: {"m": (one(), make())}))  # fmt: skip
    case(f"metric alone {kind}", lambda make=make: spec("eval", eval_metric_ops=lambda: {"m": make()}))
METRICS = {
    "triple": lambda: {"m": (one(), one(), one())}, "single": lambda: {"m": (one(),)}, "listed": lambda: {"m": [one(), one()]},
    "nested": lambda: {"m": ((one(), {"b": one(), "a": one()}), tf.no_op())}, "nested_update": lambda: {"m": (one(), [one(), tf.no_op()])},
    "integer_key": lambda: {1: (one(), one())}, "tuple_key": lambda: {("a", "b"): (one(), one())}, "none_key": lambda: {None: (one(), one())},
    "empty_parts": lambda: {"m": ((), ())}, "second_wrong": lambda: {"a": (one(), one()), "b": 3},
    "foreign_second": lambda: {"a": (one(), one()), "b": (one(), elsewhere(one)())}, "named": lambda: {"m": collections.namedtuple("P", "v u")(one(), one())},
    "ordered": lambda: collections.OrderedDict(z=(one(), one()), a=(one(), one())), "metric": lambda: {"m": tf.metrics.mean(tf.ones([3]))},
    "loss_key": lambda: {"loss": (one(), one())},
}  # fmt: skip
for name, make in METRICS.items():
    case(f"metrics {name}", lambda make=make: spec("eval", eval_metric_ops=make))

# Keys of predictions
KEYS = {"integer": 1, "tuple": ("a", "b"), "tuple_integer": ("a", 1), "none": None, "bytes": b"k", "empty": "", "boolean": True,
        "empty_tuple": ()}  # fmt: skip
for name, key in KEYS.items():
    for mode in MODES:
        case(f"{mode} predictions key {name}", lambda mode=mode, key=key: spec(mode, predictions=lambda: {key: one()}))
    case(f"predict output key {name}", lambda key=key: export.PredictOutput({key: one()}))

# Export outputs
for kind, make in KINDS.items():
    if kind == "generator":
        continue
    case(f"predict output {kind}", lambda make=make: export.PredictOutput(make()))
    case(f"predict output dict {kind}", lambda make=make: export.PredictOutput({"k": make()}))
    case(f"regression output {kind}", lambda make=make: export.RegressionOutput(make()))
    case(f"classification scores {kind}", lambda make=make: export.ClassificationOutput(scores=make()))
    case(f"classification classes {kind}", lambda make=make: export.ClassificationOutput(classes=make()))
    for mode in ("eval", "predict"):
        case(
            f"{mode} export value {kind}", lambda mode=mode, make=make: spec(mode, export_outputs=lambda: {"a": make()})
        )
EXPORTS = {
    "two": lambda: {"a": output("a"), "b": output("b")}, "two_default": lambda: {"serving_default": output("a"), "b": output("b")},
    "default": lambda: {"serving_default": output()}, "none_key": lambda: {None: output()}, "integer_key": lambda: {1: output()},
    "classification": lambda: {"c": export.ClassificationOutput(tf.ones([2, 2]), tf.constant([["a"]]))},
    "regression": lambda: {"r": export.RegressionOutput(tf.ones([2]))}, "one_wrong": lambda: {"a": output(), "b": 3},
    "ordered": lambda: collections.OrderedDict(b=output()),
}  # fmt: skip
for name, make in EXPORTS.items():
    for mode in ("train", "eval", "predict"):
        case(f"{mode} exports {name}", lambda mode=mode, make=make: spec(mode, export_outputs=make))


def mutated():
    outputs = {"a": output()}
    made = spec("predict", export_outputs=lambda: outputs)
    return made.export_outputs is outputs, sorted(outputs), outputs["a"] is outputs["serving_default"]


def same_dicts():
    predictions, metrics = collections.OrderedDict(a=one()), {"m": (one(), one())}
    made = spec("eval", predictions=lambda: predictions, eval_metric_ops=lambda: metrics)
    return made.predictions is predictions, made.eval_metric_ops is metrics, type(made.predictions).__name__


case("one export is doubled in the caller's dict", mutated)
case("whose dicts", same_dicts)


# Hooks
HOOKS = {"two": lambda: [Hook(), Hook()], "tuple": lambda: (Hook(),), "generator": lambda: (Hook() for _ in range(2)),
         "mixed": lambda: [Hook(), 3], "class": lambda: [Hook], "dict": lambda: {Hook(): 1},
         "built_in": lambda: [tf.train.StopAtStepHook(1), tf.train.CheckpointSaverHook("/tmp/x", save_steps=1)]}  # fmt: skip
for name, make in HOOKS.items():
    for field in ("training_hooks", "training_chief_hooks", "evaluation_hooks", "prediction_hooks"):
        case(f"{field} {name}", lambda field=field, make=make: spec("eval", **{field: make}))


# Tuples
def whole():
    return Spec(Keys.EVAL, {"p": one()}, one(), tf.no_op(), {"m": (one(), one())}, None, [Hook()], [Hook()],
                tf.train.Scaffold(), [Hook()], [Hook()])  # fmt: skip


def unpacked():
    made = whole()
    mode, predictions, loss, *rest = made
    return mode, predictions is made.predictions, loss is made[2], len(rest), made[-1] is made.prediction_hooks


def assigned(name):
    def inner():
        setattr(whole(), name, None)

    return inner


def kept_scaffold():
    scaffold = tf.train.Scaffold()
    made = spec("eval", scaffold=lambda: scaffold)
    return made.scaffold is scaffold, made._replace(loss=one()).scaffold is scaffold


case("fields", lambda: list(Spec._fields))
case("positions", whole)
case("unpacked", unpacked)
case("length", lambda: len(whole()))
case("as dict", lambda: whole()._asdict())
case("is a tuple", lambda: isinstance(whole(), tuple))
case("equal", lambda: (lambda made: (made == made, made == tuple(made), made == whole()))(whole()))
case("no mode", lambda: Spec())
case("unknown argument", lambda: Spec(Keys.EVAL, loss=one(), nothing=1))
case("slice", lambda: whole()[:3])
case("index", lambda: whole().index(Keys.EVAL))
case("scaffold is kept", kept_scaffold)
case("defaults", lambda: Spec("foo"))
case("none mode", lambda: Spec(None))
case("integer mode", lambda: Spec(3))
case("mode given by name", lambda: Spec(loss=one(), mode=Keys.EVAL).mode)
case("eval in capitals", lambda: Spec("EVAL"))
case("class name", lambda: (Spec.__name__, [c.__name__ for c in Spec.__mro__][1:]))
for name in ("mode", "loss", "scaffold", "prediction_hooks"):
    case(f"assign {name}", assigned(name))


# _replace
def replaced(mode, **makers):
    return lambda: spec(mode)._replace(**{n: make() for n, make in makers.items()})


for mode in MODES:
    for field in RIGHT:
        case(f"{mode} replace {field}", replaced(mode, **{field: RIGHT[field]}))
        case(f"{mode} replace wrong {field}", replaced(mode, **{field: WRONG[field]}))
        case(f"{mode} replace none {field}", replaced(mode, **{field: lambda: None}))
    for other in MODES:
        case(f"{mode} replace mode {other}", lambda mode=mode, other=other: spec(mode)._replace(mode=MODES[other]))
    case(f"{mode} replace nothing", replaced(mode))
    case(f"{mode} replace unknown", replaced(mode, nothing=one))
case("replace vector loss", replaced("eval", loss=lambda: tf.ones([2])))
case("replace one element loss", replaced("eval", loss=lambda: tf.ones([1])))
case("replace foreign loss", replaced("eval", loss=elsewhere(one)))
case("replace keeps", lambda: (lambda made: [a is b for a, b in zip(made, made._replace())])(whole()))
case("replace positional", lambda: whole()._replace(1))
case("make", lambda: Spec._make(whole()))


# Which graph
def later_graph():
    loss = one()
    with tf.Graph().as_default():
        return Spec(Keys.EVAL, loss=loss)


def own_graph():
    graph = tf.Graph()
    with graph.as_default():
        loss = one()
        made = Spec(Keys.EVAL, loss=loss)
    return made


def names_added():
    before = {o.name for o in tf.get_default_graph().get_operations()}
    spec("eval", loss=lambda: tf.ones([1, 1], name="loss"))
    return sorted({o.name for o in tf.get_default_graph().get_operations()} - before)


def run_reshaped():
    made = spec("eval", loss=lambda: tf.fill([1, 1], 3.0))
    with tf.Session() as session:
        return session.run(made.loss)


def feed_some(values):
    def inner():
        x = tf.placeholder(tf.float32, [None])
        made = spec("eval", loss=lambda: x)
        with tf.Session() as session:
            return session.run(made.loss, {x: values})

    return inner


case("later graph", later_graph)
case("own graph", own_graph)
case("names added", names_added)
case("reshaped value", run_reshaped)
case("fed one", feed_some([2.0]))
case("fed two", feed_some([2.0, 3.0]))
case("local variables of metrics", lambda: (spec("eval", eval_metric_ops=lambda: {"m": tf.metrics.mean(tf.ones([2]))}),
                                            [v.name for v in tf.local_variables()])[1])  # fmt: skip
case("no collections", lambda: (whole(), sorted(tf.get_default_graph().get_all_collection_keys()))[1])


# The carrier that heads use
def carrier(mode, **makers):
    from tensorflow_estimator.python.estimator import model_fn

    arguments = {n: RIGHT[n]() for n in NEEDED[mode] if n not in makers}
    arguments.update({n: make() for n, make in makers.items()})
    return model_fn._TPUEstimatorSpec(MODES[mode], **arguments)


def metric_fn(x, **more):
    return {"m": tf.metrics.mean(x), **more}


CARRIED = {
    "nothing": {}, "metrics": {"eval_metrics": lambda: (metric_fn, {"x": one()})}, "number": {"eval_metrics": lambda: 3},
    "list": {"eval_metrics": lambda: (metric_fn, [one()])}, "wrong argument": {"eval_metrics": lambda: (metric_fn, {"y": one()})},
    "empty": {"eval_metrics": lambda: ()}, "scaffold_fn": {"scaffold_fn": lambda: len}, "host_call": {"host_call": lambda: (len, [1])},
    "hooks": {n: RIGHT[n] for n in ("training_hooks", "evaluation_hooks", "prediction_hooks")}, "wrong loss": {"loss": lambda: 1.0},
    "vector loss": {"loss": lambda: tf.ones([2])}, "one element loss": {"loss": lambda: tf.ones([1])}, "wrong train_op": {"train_op": lambda: "x"},
    "wrong predictions": {"predictions": lambda: [1]}, "wrong hooks": {"training_hooks": lambda: [3]}, "exports": {"export_outputs": lambda: {"a": output()}},
    "wrong exports": {"export_outputs": lambda: [1]}, "wrong metrics": {"eval_metrics": lambda: (lambda x: [x], {"x": one()})},
}  # fmt: skip
for mode in MODES:
    for name, makers in CARRIED.items():
        case(f"{mode} carrier {name}", lambda mode=mode, makers=makers: carrier(mode, **makers))
        case(
            f"{mode} carrier made spec {name}",
            lambda mode=mode, makers=makers: carrier(mode, **makers).as_estimator_spec(),
        )
    case(f"{mode} carrier missing", lambda mode=mode: carrier(mode, **{n: lambda: None for n in NEEDED[mode]}))
case("carrier fields", lambda: list(carrier("eval")._fields))
case("carrier is no spec", lambda: isinstance(carrier("eval"), Spec))


# call_logit_fn
def logit(function):
    return lambda: tf.estimator.experimental.call_logit_fn(function, {"x": one()}, Keys.TRAIN, {"p": 1}, "config")


case("logit features", logit(lambda features: features["x"]))
case("logit all", logit(lambda features, mode, params, config: tf.constant(f"{mode} {params} {config}")))
case("logit mode", logit(lambda features, mode: tf.constant(mode)))
case("logit dict", logit(lambda features: {"a": one(), "b": one()}))
case("logit number", logit(lambda features: 1.0))
case("logit list", logit(lambda features: [one()]))
case("logit none", logit(lambda features: None))
case("logit dict number", logit(lambda features: {"a": 1.0}))
case("logit dict key", logit(lambda features: {1: one()}))
case("logit empty dict", logit(lambda features: {}))
case("logit operation", logit(lambda features: tf.no_op()))
case("logit sparse", logit(lambda features: KINDS["sparse"]()))
case("logit variable", logit(lambda features: variable()))
case("logit extra", logit(lambda features, other: one()))
case("logit keyword only", logit(lambda features, *, mode: tf.constant(mode)))
case("logit no features", logit(lambda x: x))

if __name__ == "__main__":
    tf.disable_eager_execution()
    run()
