"""Estimators: construction, the functions they are given, what their methods refuse and return."""

import collections
import functools
import glob
import json
import os
import pathlib
import shutil
import tempfile
import threading
import warnings

import numpy as np
from cases import PHRASES, case, form, run, tf

Estimator, Spec, Keys, Config = (
    tf.estimator.Estimator,
    tf.estimator.EstimatorSpec,
    tf.estimator.ModeKeys,
    tf.estimator.RunConfig,
)
train = tf.train
PHRASES += [
    "cannot override members of Estimator", "an instance of `RunConfig`", "`model_dir` are set both in constructor and `RunConfig`",
    "model_fn must be provided", "must include features argument", "does not include params argument", r"not expected args: \[",
    "warm_start_from must be a string or a WarmStartSettings", "model_fn does not take labels",
    "model_fn should return an EstimatorSpec", "len 2 tuple", "Can not provide both steps and max_steps", "Must specify steps > 0",
    "Must specify max_steps > 0", "must be a SessionRunHook", "must be a list of CheckpointSaverListener",
    "There should be a CheckpointSaverHook to use saving_listeners", 'Metric with name "loss" is not allowed',
    "Metric with name `global_step` is not allowed", "predict_keys argument is not valid in case of non-dict predictions",
    "Expected to run at least one output from", "Batch length of predictions should be same", "not find trained model",
    "train_and_evaluate", "An input_receiver_fn must be defined", "Please use `export_saved_model`", "NaN loss during training",
    "Restoring from checkpoint failed.*a mismatch between", "Restoring from checkpoint failed.*a Variable name or other graph key that is missing",
    "not callable", "mine", "not iterable", "unexpected keyword", "missing 1 required positional", "cannot pickle|can't pickle",
    "Global step should be created", "model_dir should be non-empty", "can't set|no setter|can't be set", "Graph is finalized and cannot be modified",
    "same graph", "from the same graph|from the default graph", "Missing train_op", "Missing loss", "Missing predictions", "not in the checkpoint|not found in checkpoint",
]  # fmt: skip


def model(features, labels, mode):
    w = tf.get_variable("w", [], initializer=tf.zeros_initializer())
    loss = tf.reduce_mean(tf.square(features - w))
    train_op = train.GradientDescentOptimizer(0.1).minimize(loss, train.get_global_step())
    return Spec(mode, loss=loss, train_op=train_op, predictions={"p": features + w, "q": features})


def data(count=4):
    values = np.arange(count, dtype=np.float32)
    return tf.data.Dataset.from_tensor_slices((values, values)).batch(2)


def folder():
    return tempfile.mkdtemp()


def make(model_fn=model, **arguments):
    arguments.setdefault("model_dir", folder())
    return Estimator(model_fn, **arguments)


def listing(path):
    names = []
    for root, _, files in os.walk(path):
        for name in files:
            name = "events" if name.startswith("events.out.tfevents.") else name
            names.append(os.path.relpath(os.path.join(root, name), path))
    return sorted(names)


# The model function's arguments
class Callable:
    def __call__(self, features, labels, mode, params):
        return model(features, labels, mode)

    def method(self, features, labels, mode):
        return model(features, labels, mode)

    @classmethod
    def of_class(cls, features, labels, mode):
        return model(features, labels, mode)

    @staticmethod
    def static(features, labels, mode):
        return model(features, labels, mode)


class NoFeatures:
    def __call__(self, labels):
        pass


def outer(features, labels, mode, params, x=None):
    return model(features, labels, mode)


def wrapped(function):
    @functools.wraps(function)
    def inner(*arguments, **keywords):
        return function(*arguments, **keywords)

    return inner


FUNCTIONS = {
    "plain": model, "features": lambda features: None, "features labels": lambda features, labels: None,
    "all": lambda features, labels, mode, params, config: None, "order": lambda config, mode, labels, features: None,
    "none": lambda: None, "labels": lambda labels: None, "other name": lambda x, y: None, "extra": lambda features, x: None,
    "extra default": lambda features, x=1: None, "two extra": lambda features, b, a: None, "self": lambda self, features: None,
    "keyword only extra": lambda features, *, x: None, "keyword only mode": lambda features, labels, *, mode: model(features, labels, mode),
    "star": lambda *features: None, "stars": lambda **features: None, "features and stars": lambda features, **more: None,
    "features and star": lambda features, *more: None, "callable": Callable(), "method": Callable().method, "class method": Callable.of_class,
    "static": Callable.static, "unbound": Callable.method, "class": Callable, "no features object": NoFeatures(),
    "partial keyword": functools.partial(outer, x=3), "partial features": functools.partial(outer, features=1),
    "partial position": functools.partial(outer, 1), "partial of partial": functools.partial(functools.partial(outer, x=1), params={}),
    "partial of method": functools.partial(Callable().method, mode="train"), "partial of callable": functools.partial(Callable(), params=1),
    "partial stars": functools.partial(lambda features, **k: None, x=1), "wrapped": wrapped(model), "wrapped extra": wrapped(lambda features, x: None),
    "text": "model", "number": 3, "builtin": len, "zero": 0, "false": False, "empty": "", "lambda hides": lambda features, labels, mode: outer(features, labels, mode, None, 1),
    "annotated": Callable.method.__get__(Callable()), "cached": functools.lru_cache(model), "misspelt": lambda feature, labels: None,
    "targets": lambda features, targets, mode: None, "capital": lambda features, Labels: None,
}  # fmt: skip
for name, function in FUNCTIONS.items():
    case(f"construct {name}", lambda f=function: type(Estimator(f, folder())).__name__)
    case(f"construct {name} with params", lambda f=function: type(Estimator(f, folder(), params={"a": 1})).__name__)
for name in (
    "plain",
    "callable",
    "method",
    "class method",
    "static",
    "partial keyword",
    "keyword only mode",
    "wrapped",
    "lambda hides",
    "annotated",
    "cached",
):
    case(f"train {name}", lambda name=name: make(FUNCTIONS[name]).train(data).get_variable_names())
case("model_fn None", lambda: Estimator(None))
case("model_fn missing", lambda: Estimator())
case(
    "model_fn arguments",
    lambda: (lambda f: list(f.__code__.co_varnames[: f.__code__.co_argcount]))(make(lambda features: None).model_fn),
)


# What a model function gets
def told(mode_of, features, labels=None, **config):
    """What the model function is called with."""
    seen = []

    def model_fn(features, labels, mode, params, config):
        seen.append(
            (
                mode,
                form(features),
                form(labels),
                params,
                type(params).__name__,
                config.tf_random_seed,
                type(config).__name__,
            )
        )
        if mode_of == "predict":
            return Spec(mode, predictions=tf.zeros([2]))
        return Spec(mode, loss=tf.constant(1.0), train_op=tf.assign_add(train.get_global_step(), 1))

    estimator = make(model_fn, params={"a": {"b": 1}}, config=Config(tf_random_seed=7))
    if mode_of == "train":
        estimator.train(features, steps=1)
    elif mode_of == "eval":
        estimator.evaluate(features, steps=1)
    else:
        next(estimator.predict(features))
    return seen


def constant():
    return tf.constant([1.0, 2.0])


INPUTS = {
    "tensor": constant, "pair": lambda: (constant(), constant()), "listed pair": lambda: [constant(), constant()], "dict": lambda: {"x": constant()},
    "dict pair": lambda: ({"x": constant()}, constant()), "dict labels": lambda: (constant(), {"y": constant()}), "none": lambda: None,
    "none labels": lambda: (constant(), None), "none features": lambda: (None, constant()), "triple": lambda: (constant(), constant(), constant()),
    "single": lambda: (constant(),), "empty": lambda: (), "empty list": list, "number": lambda: 3, "text": lambda: "x",
    "nested": lambda: ({"a": {"b": constant()}}, (constant(), constant())), "ordered": lambda: collections.OrderedDict(b=constant(), a=constant()),
    "dataset": lambda: tf.data.Dataset.from_tensors(([1.0, 2.0], [3.0])), "dataset dict": lambda: tf.data.Dataset.from_tensors({"x": [1.0]}),
    "dataset triple": lambda: tf.data.Dataset.from_tensors(([1.0], [2.0], [3.0])), "dataset one": lambda: tf.data.Dataset.range(3),
    "dataset nested": lambda: tf.data.Dataset.from_tensors(({"a": [1.0]}, ([1.0], [2.0]))), "dataset pair of one": lambda: tf.data.Dataset.from_tensors(([1.0],)),
    "iterator": lambda: tf.data.make_one_shot_iterator(tf.data.Dataset.from_tensors([1.0, 2.0])).get_next(),
    "numpy": lambda: np.ones([2], np.float32),
    "sparse": lambda: tf.SparseTensor([[0, 0]], [1.0], [1, 1]), "fails": lambda: 1 / 0, "tuple in list": lambda: [(constant(), constant())],
}  # fmt: skip
for name, function in INPUTS.items():
    for mode in ("train", "eval", "predict"):
        case(f"{mode} input {name}", lambda mode=mode, f=function: told(mode, f))


def asked(function, mode="train"):
    """What an input function is called with."""
    seen = []

    def model_fn(features, mode):
        return Spec(
            mode, loss=tf.constant(1.0), train_op=tf.assign_add(train.get_global_step(), 1), predictions=tf.zeros([1])
        )

    def note(*values):
        seen.append([v if isinstance(v, str | int | dict) else type(v).__name__ for v in values])
        return tf.constant([1.0])

    estimator = make(model_fn, config=Config(tf_random_seed=2))
    estimator._params = {"batch": 3}
    function = function(note)
    {"train": lambda: estimator.train(function, steps=1), "eval": lambda: estimator.evaluate(function, steps=1),
     "predict": lambda: next(estimator.predict(function))}[mode]()  # fmt: skip
    return seen


class Input:
    def __init__(self, note):
        self.note = note

    def __call__(self, mode, params):
        return self.note(mode, params)

    def method(self, params):
        return self.note(params)


ASKED = {
    "nothing": lambda note: lambda: note(), "mode": lambda note: lambda mode: note(mode), "params": lambda note: lambda params: note(params),
    "config": lambda note: lambda config: note(config), "all": lambda note: lambda config, mode, params: note(config, mode, params),
    "default": lambda note: lambda mode="x", other=3: note(mode, other), "unknown": lambda note: lambda x: note(x),
    "object": Input, "method": lambda note: Input(note).method, "partial": lambda note: functools.partial(lambda a, mode: note(a, mode), 5),
    "partial mode": lambda note: functools.partial(lambda mode: note(mode), mode="mine"), "keyword only": lambda note: lambda *, mode=3: note(mode),
    "stars": lambda note: lambda **k: note(len(k)), "not callable": lambda note: 3, "none": lambda note: None, "dataset": lambda note: data(),
}  # fmt: skip
for name, function in ASKED.items():
    for mode in ("train", "eval", "predict"):
        case(f"{mode} asks {name}", lambda f=function, mode=mode: asked(f, mode))


# Return values
RETURNED = {"none": None, "number": 3, "tuple": ("train", None), "class": Spec, "dict": {"loss": 1}}
for name, value in RETURNED.items():
    for mode in ("train", "evaluate", "predict"):
        case(
            f"{mode} returns {name}",
            lambda v=value, mode=mode: list(getattr(make(lambda features, labels: v), mode)(data) or ()),
        )


def other_mode(mode):
    return lambda features, labels: model(features, labels, mode)


def only(**fields):
    def model_fn(features, labels, mode):
        model(features, labels, mode)
        return Spec("foo", **{n: f(features) for n, f in fields.items()})

    return model_fn


for mode in (Keys.TRAIN, Keys.EVAL, Keys.PREDICT):
    case(f"train with spec of {mode}", lambda mode=mode: make(other_mode(mode)).train(data).get_variable_names())
    case(f"evaluate with spec of {mode}", lambda mode=mode: sorted(make(other_mode(mode)).evaluate(data)))
    case(f"predict with spec of {mode}", lambda mode=mode: len(list(make(other_mode(mode)).predict(data))))


# Construction
class Adds(Estimator):
    def predict_proba(self):
        return 1


class Overrides(Estimator):
    def predict(self):
        return 1


class OverridesPrivate(Estimator):
    def _call_model_fn(self, *arguments):
        return super()._call_model_fn(*arguments)


class OverridesInit(Estimator):
    def __init__(self, size, model_dir=None):
        super().__init__(model, model_dir=model_dir)
        self.size = size


class OverridesLatest(Estimator):
    def latest_checkpoint(self):
        return "mine"


class OverridesStep(Estimator):
    def _create_and_assert_global_step(self, graph):
        return train.create_global_step(graph)


class OverridesModel(Estimator):
    @property
    def model_fn(self):
        return 3


class Leaf(Overrides):
    pass


class TPUEstimator(Estimator):
    def predict(self):
        return "tpu"


for cls in (Adds, Overrides, OverridesPrivate, OverridesLatest, OverridesStep, OverridesModel, Leaf, TPUEstimator):
    case(f"subclass {cls.__name__}", lambda cls=cls: type(cls(model, folder())).__name__)
case("subclass OverridesInit", lambda: OverridesInit(3, folder()).train(data).size)
case("subclass trains", lambda: Adds(model, folder()).train(data).predict_proba())
case("subclass latest", lambda: OverridesLatest(model, folder()).latest_checkpoint())
case("subclass latest names", lambda: OverridesLatest(model, folder()).train(data).get_variable_names())
for name in (
    "train",
    "evaluate",
    "eval_dir",
    "params",
    "config",
    "model_dir",
    "get_variable_value",
    "export_saved_model",
    "_train_model",
    "__init__",
    "__repr__",
):
    case(
        f"override {name}",
        lambda name=name: type(type("Mine", (Estimator,), {name: lambda self, *a, **k: None})(model)).__name__,
    )
for kind, value in {
    "none": None,
    "number": 3,
    "dict": {},
    "class": Config,
    "config": Config(tf_random_seed=3),
    "session": tf.ConfigProto(),
}.items():
    case(f"config {kind}", lambda v=value: make(config=v).config.tf_random_seed)
case("dir of both same", lambda: Estimator(model, "/tmp/a", Config("/tmp/a")).model_dir)
case("dir of both", lambda: Estimator(model, "/tmp/a", Config("/tmp/b")).model_dir)
case("dir of config", lambda: Estimator(model, None, Config("/tmp/b")).model_dir)
case("dir given", lambda: (lambda e: (e.model_dir, e.config.model_dir))(Estimator(model, "/tmp/a")))
case(
    "dir given, config kept",
    lambda: (lambda c, e: (c.model_dir, e.config.model_dir))(*(lambda c: (c, Estimator(model, "/tmp/a", c)))(Config())),
)
case(
    "dir path", lambda: (lambda e: (e.model_dir, type(e.model_dir).__name__))(Estimator(model, pathlib.Path("/tmp/a")))
)
case("dir path of both", lambda: Estimator(model, pathlib.Path("/tmp/a"), Config("/tmp/a")).model_dir)
case("dir empty", lambda: os.path.isdir(Estimator(model, "").model_dir))
case("dir none", lambda: (lambda e: (os.path.isdir(e.model_dir), e.model_dir == e.config.model_dir))(Estimator(model)))
case("dir is not made", lambda: os.path.exists(Estimator(model, folder() + "/deep/er").model_dir))
case("dir slash", lambda: Estimator(model, "/tmp/a/").model_dir)
case("dir slash eval", lambda: Estimator(model, "/tmp/a/").eval_dir("n"))
for name in (None, "", "a", "a/b"):
    case(f"eval_dir {name}", lambda name=name: Estimator(model, "/tmp/a").eval_dir(name))
case("positions", lambda: (lambda e: (e.model_dir, e.params))(Estimator(outer_model(), "/tmp/a", Config(), {"a": 1})))
case("unknown argument", lambda: Estimator(model, nothing=1))
for name in ("model_dir", "config", "params", "model_fn"):
    case(f"assign {name}", lambda name=name: setattr(make(), name, 1))
    case(f"attribute {name}", lambda name=name: type(getattr(make(), name)).__name__)
for kind, value in {
    "number": 3,
    "list": ["a"],
    "dict": {},
    "zero": 0,
    "false": False,
    "class": tf.estimator.WarmStartSettings,
}.items():
    case(f"warm_start_from {kind}", lambda v=value: type(make(warm_start_from=v)).__name__)
case(
    "session config",
    lambda: (lambda s: (s.allow_soft_placement, s.graph_options.rewrite_options.meta_optimizer_iterations))(
        make().config.session_config
    ),
)
case(
    "session config given",
    lambda: (
        make(
            config=Config(session_config=tf.ConfigProto(log_device_placement=True))
        ).config.session_config.allow_soft_placement
    ),
)
case("session config of caller", lambda: (lambda c: (make(config=c), c.session_config)[1])(Config()))
case("config is a copy", lambda: (lambda e: (e.config is e.config, e.config.model_dir == e.model_dir))(make()))


def outer_model():
    return lambda features, labels, mode, params: model(features, labels, mode)


# params
def copied():
    params = {"list": [1], "dict": {"a": 1}}
    estimator = make(outer_model(), params=params)
    params["list"].append(2)
    params["new"] = 3
    estimator.params["list"].append(9)
    return estimator.params


class HParams:
    def __init__(self):
        self.units = [1, 2]

    def __deepcopy__(self, memo):
        made = HParams()
        made.units = list(self.units) + ["copied"]
        return made


PARAMS = {"empty": {}, "dict": {"a": 1}, "object": HParams(), "list": [1], "text": "x", "zero": 0, "number": 3, "ordered": collections.OrderedDict(b=1, a=2),
          "nested": {"a": {"b": [1, {"c": 2}]}}, "array": np.ones([2]), "config": {"c": Config}, "function": {"f": len}}  # fmt: skip
for name, value in PARAMS.items():

    def shown(value=value):
        found = make(outer_model(), params=value).params
        return (
            found.units
            if isinstance(found, HParams)
            else found
            if not isinstance(found, dict) or "f" not in found
            else "function"
        )

    case(f"params {name}", shown)
case("params are copied", copied)
case("params none", lambda: make(outer_model()).params)
case("params lock", lambda: make(outer_model(), params={"l": threading.Lock()}))
case("params file", lambda: make(outer_model(), params={"f": open(os.devnull)}))
case("params generator", lambda: make(outer_model(), params={"g": (x for x in [])}))


def changed_by_model():
    seen = []

    def model_fn(features, labels, mode, params):
        seen.append(dict(params))
        params["extra"] = 1
        return model(features, labels, mode)

    estimator = make(model_fn, params={"a": 1})
    estimator.train(data, steps=1)
    estimator.evaluate(data, steps=1)
    return seen, estimator.params


case("params changed by the model", changed_by_model)


# Arguments of the methods
COUNTS = {
    "zero": 0,
    "minus": -1,
    "one": 1,
    "float": 1.0,
    "half": 0.5,
    "text": "1",
    "true": True,
    "numpy": np.int64(2),
    "two": 2,
    "none": None,
    "false": False,
}
for name, value in COUNTS.items():
    case(f"train steps {name}", lambda v=value: int(make().train(data, steps=v).get_variable_value("global_step")))
    case(
        f"train max_steps {name}",
        lambda v=value: int(make().train(data, max_steps=v).get_variable_value("global_step")),
    )
    case(f"evaluate steps {name}", lambda v=value: make().evaluate(lambda: data().map(lambda a, b: (a, b)), steps=v))
    case(
        f"train steps and max_steps {name}",
        lambda v=value: make().train(data, steps=1, max_steps=v).get_variable_names(),
    )
HOOKS = {"number": [3], "none": None, "empty": [], "class": [train.SessionRunHook], "hook": [train.SessionRunHook()], "tuple": (train.SessionRunHook(),),
         "bare": train.SessionRunHook(), "text": "ab", "listener": [train.CheckpointSaverListener()], "mixed": [train.SessionRunHook(), 3],
         "generator": "generator"}  # fmt: skip
for name, value in HOOKS.items():

    def hooks(value=value):
        return (train.SessionRunHook() for _ in range(2)) if value == "generator" else value

    case(f"train hooks {name}", lambda h=hooks: make().train(data, hooks=h()).get_variable_names())
    case(f"evaluate hooks {name}", lambda h=hooks: sorted(make().evaluate(data, hooks=h())))
    case(f"predict hooks {name}", lambda h=hooks: len(list(make().predict(data, hooks=h()))))
LISTENERS = {"number": [3], "none": None, "empty": [], "class": [train.CheckpointSaverListener], "listener": [train.CheckpointSaverListener()],
             "tuple": (train.CheckpointSaverListener(),), "bare": train.CheckpointSaverListener(), "hook": [train.SessionRunHook()]}  # fmt: skip
for name, value in LISTENERS.items():
    case(f"train listeners {name}", lambda v=value: make().train(data, saving_listeners=v).get_variable_names())
case("train without input", lambda: make().train())
case(
    "train twice steps", lambda: int(make().train(data, steps=1).train(data, steps=1).get_variable_value("global_step"))
)
case(
    "train twice max_steps",
    lambda: int(make().train(data, max_steps=1).train(data, max_steps=1).get_variable_value("global_step")),
)
case(
    "train max below",
    lambda: int(make().train(data, steps=2).train(data, max_steps=1).get_variable_value("global_step")),
)
case(
    "train max does not call",
    lambda: (lambda e: int(e.train(lambda: 1 / 0, max_steps=2).get_variable_value("global_step")))(
        make().train(data, steps=2)
    ),
)
case("train returns itself", lambda: (lambda e: e.train(data) is e)(make()))
case("train ends with input", lambda: int(make().train(data).get_variable_value("global_step")))
case("train empty input", lambda: make().train(lambda: data().take(0)).get_variable_names())
case("train positions", lambda: int(make().train(data, None, 1).get_variable_value("global_step")))
case(
    "listeners without saver",
    lambda: make(config=Config(save_checkpoints_secs=None)).train(
        data, saving_listeners=[train.CheckpointSaverListener()]
    ),
)
for steps in (None, 0):
    case(
        f"no checkpoints {steps}",
        lambda steps=steps: listing(make(config=Config(save_checkpoints_steps=steps)).train(data).model_dir),
    )
    case(
        f"no secs {steps}",
        lambda steps=steps: listing(make(config=Config(save_checkpoints_secs=steps)).train(data).model_dir),
    )
    case(
        f"no summaries {steps}",
        lambda steps=steps: listing(make(config=Config(save_summary_steps=steps)).train(data).model_dir),
    )
    case(
        f"keep all {steps}",
        lambda steps=steps: listing(
            make(config=Config(keep_checkpoint_max=steps, save_checkpoints_steps=1)).train(lambda: data(20)).model_dir
        ),
    )
case("no log", lambda: listing(make(config=Config(log_step_count_steps=None)).train(data).model_dir))
case(
    "keep 1",
    lambda: listing(
        make(config=Config(keep_checkpoint_max=1, save_checkpoints_steps=1)).train(lambda: data(20)).model_dir
    ),
)
case("no graph", lambda: listing(make(config=Config(checkpoint_save_graph_def=False)).train(data).model_dir))
for task in ("evaluator", "ps"):

    def as_task(task=task):
        cluster = {"chief": ["c:1"], "ps": ["p:1"]}
        os.environ["TF_CONFIG"] = json.dumps({"cluster": cluster, "task": {"type": task, "index": 0}})
        try:
            return make(config=Config()).train(data)
        finally:
            del os.environ["TF_CONFIG"]

    case(f"train as {task}", as_task)


# evaluate
def scored(metrics, **arguments):
    def model_fn(features, labels, mode):
        return Spec(mode, loss=tf.reduce_mean(features), eval_metric_ops=metrics(features, labels))

    return lambda: (lambda found: [[k, form(found[k])] for k in found])(make(model_fn).evaluate(data, **arguments))


METRICS = {
    "none": lambda f, labels: None, "empty": lambda f, labels: {}, "mean": lambda f, labels: {"m": tf.metrics.mean(f)}, "loss": lambda f, labels: {"loss": tf.metrics.mean(f)},
    "global_step": lambda f, labels: {"global_step": tf.metrics.mean(f)},
    "nested": lambda f, labels: {"n": ((tf.constant(1.0), {"b": tf.constant(2), "a": tf.constant(3.0)}), tf.no_op())}, "text": lambda f, labels: {"t": (tf.constant("abc"), tf.no_op())},
    "vector": lambda f, labels: {"v": (tf.constant([1.0, 2.0]), tf.no_op())}, "no update": lambda f, labels: {"z": (tf.constant(True), tf.no_op())},
    "double": lambda f, labels: {"d": (tf.constant(0.5, tf.float64), tf.no_op())}, "long": lambda f, labels: {"i": (tf.constant(5, tf.int64), tf.no_op())},
    "order": lambda f, labels: {"z": tf.metrics.mean(f), "a": tf.metrics.mean(f * 2)},
    "list value": lambda f, labels: {"l": ([tf.constant(1.0), tf.constant(2.0)], tf.no_op())}, "slash": lambda f, labels: {"a/b": tf.metrics.mean(f)},
    "operation value": lambda f, labels: {"o": (tf.no_op(), tf.no_op())},
}  # fmt: skip
for name, value in METRICS.items():
    case(f"evaluate metrics {name}", scored(value))
case("evaluate one step", scored(METRICS["mean"], steps=1))
case("evaluate more steps than input", scored(METRICS["mean"], steps=100))
case("evaluate empty", lambda: make().evaluate(lambda: data().take(0)))
case("evaluate untrained files", lambda: (lambda e: (e.evaluate(data), listing(e.model_dir))[1])(make()))
case("evaluate named files", lambda: (lambda e: (e.evaluate(data, name="n"), listing(e.model_dir))[1])(make()))
case("evaluate name with slash", lambda: (lambda e: (e.evaluate(data, name="a/b"), listing(e.model_dir))[1])(make()))
case("evaluate trained", lambda: make().train(data).evaluate(data))
case("evaluate missing checkpoint", lambda: make().evaluate(data, checkpoint_path="/tmp/not/there"))
case(
    "evaluate earlier",
    lambda: (lambda e: e.evaluate(data, checkpoint_path=e.model_dir + "/model.ckpt-0")["global_step"])(
        make().train(data)
    ),
)
case("evaluate empty path", lambda: (lambda e: e.evaluate(data, checkpoint_path="")["global_step"])(make().train(data)))
case("evaluate dict of spec", lambda: evaluated_dict())


def evaluated_dict():
    kept = {}

    def model_fn(features, labels, mode):
        kept["m"] = {"mean": tf.metrics.mean(features)}
        return Spec(mode, loss=tf.reduce_mean(features), eval_metric_ops=kept["m"])

    make(model_fn).evaluate(data)
    return list(kept["m"])


# predict
def predicted(predictions, **arguments):
    def model_fn(features, labels, mode):
        return Spec(mode, predictions=predictions(features))

    def inner():
        rows = list(make(model_fn).predict(data, **arguments))
        return [form(r) for r in rows]

    return inner


PREDICTIONS = {
    "tensor": lambda f: f, "dict": lambda f: {"a": f, "b": f * 2}, "matrix": lambda f: tf.stack([f, f], 1), "text": lambda f: tf.as_string(f, precision=1), "scalar": lambda f: tf.reduce_sum(f),
    "dict scalar": lambda f: {"a": f, "s": tf.reduce_sum(f)}, "lengths": lambda f: {"a": f, "b": tf.ones([3])}, "integer": lambda f: tf.cast(f, tf.int32),
    "boolean": lambda f: f > 1, "tuple key": lambda f: {("a", "b"): f}, "order": lambda f: {"z": f, "a": f}, "one": lambda f: {"a": f},
}  # fmt: skip
for name, value in PREDICTIONS.items():
    case(f"predict {name}", predicted(value))
    case(f"predict batches {name}", predicted(value, yield_single_examples=False))
for name, keys in {
    "a": ["a"],
    "text": "a",
    "both": ["b", "a"],
    "wrong": ["x"],
    "one wrong": ["a", "x"],
    "empty": [],
    "tuple": ("a",),
    "set": {"a"},
    "none": None,
}.items():
    case(f"predict keys {name}", predicted(PREDICTIONS["dict"], predict_keys=keys))
    case(f"predict tensor keys {name}", predicted(PREDICTIONS["tensor"], predict_keys=keys))
case("predict is lazy", lambda: type(make(lambda features: 1 / 0).predict(lambda: 1 / 0)).__name__)
case("predict lazy check", lambda: type(make().predict(data, hooks=[3])).__name__)
case("predict closed", lambda: (lambda g: (next(g)["q"], g.close(), list(g)))(make().predict(data)))
case(
    "predict graph between",
    lambda: (
        lambda g, before: (next(g)["q"], tf.get_default_graph() is before, g.close(), tf.get_default_graph() is before)
    )(make().predict(data), tf.get_default_graph()),
)
case("predict files", lambda: (lambda e: (list(e.predict(data)), listing(e.model_dir))[1])(make()))
case("predict trained", lambda: [form(r) for r in make().train(data).predict(data)])
case(
    "predict earlier",
    lambda: (lambda e: [form(r) for r in e.predict(data, checkpoint_path=e.model_dir + "/model.ckpt-0")])(
        make().train(data)
    ),
)
case("predict missing checkpoint", lambda: list(make().predict(data, checkpoint_path="/tmp/not/there")))
case(
    "predict without features",
    lambda: [
        form(r)
        for r in make(lambda features, mode: Spec(mode, predictions=tf.stack([features, features]))).predict(
            lambda: tf.data.Dataset.range(2)
        )
    ],
)


# Variables and checkpoints
def trained():
    return make().train(data)


case("names", lambda: trained().get_variable_names())
case("value", lambda: form(trained().get_variable_value("w")))
case("value with output", lambda: form(trained().get_variable_value("w:0")))
case("value missing", lambda: trained().get_variable_value("nothing"))
case("value untrained", lambda: make().get_variable_value("w"))
case("names untrained", lambda: make().get_variable_names())
case("step", lambda: form(trained().get_variable_value("global_step")))
case("latest", lambda: (lambda e: os.path.relpath(e.latest_checkpoint(), e.model_dir))(trained()))
case("latest untrained", lambda: make().latest_checkpoint())
case("latest without dir", lambda: Estimator(model, "/tmp/not/there").latest_checkpoint())


def moved():
    first = trained()
    target = folder() + "/moved"
    shutil.move(first.model_dir, target)
    second = Estimator(model, target)
    return os.path.relpath(second.latest_checkpoint(), target), int(
        second.train(data).get_variable_value("global_step")
    )


def without_index():
    estimator = trained()
    for path in glob.glob(estimator.model_dir + "/model.ckpt-2.index"):
        os.remove(path)
    return estimator.latest_checkpoint()


def other_shape(method):
    def model_fn(features, labels, mode, params):
        w = tf.get_variable("w", [params["size"]])
        return Spec(
            mode, loss=tf.reduce_mean(w), train_op=tf.assign_add(train.get_global_step(), 1), predictions=features
        )

    def inner():
        first = make(model_fn, params={"size": 2}).train(data, steps=1)
        result = getattr(Estimator(model_fn, first.model_dir, params={"size": 3}), method)(data)
        return len(list(result)) if method == "predict" else 1

    return inner


def more_variables(method):
    def model_fn(features, labels, mode):
        w = tf.get_variable("other", [3])
        return Spec(
            mode, loss=tf.reduce_mean(w), train_op=tf.assign_add(train.get_global_step(), 1), predictions=features
        )

    def inner():
        result = getattr(Estimator(model_fn, trained().model_dir), method)(data)
        return len(list(result)) if method == "predict" else 1

    return inner


case("moved", moved)
case("without index", without_index)
for method in ("train", "evaluate", "predict"):
    case(f"{method} more variables", more_variables(method))
case(
    "fewer variables",
    lambda: Estimator(
        lambda features, labels, mode: Spec(mode, loss=tf.reduce_sum(features)), trained().model_dir
    ).evaluate(data),
)


# Exceptions of the program, in each place
def raising(where, method, error=lambda: KeyError("mine")):
    def model_fn(features, labels, mode):
        if where == "model":
            raise error()
        return model(features, labels, mode)

    def input_fn():
        if where == "input":
            raise error()
        return data()

    class Hook(train.SessionRunHook):
        pass

    def fail(*arguments):
        raise error()

    if where in ("begin", "after_create_session", "before_run", "after_run", "end"):
        setattr(Hook, where, fail)

    def inner():
        estimator = make(model_fn)
        try:
            result = getattr(estimator, method)(input_fn, hooks=[Hook()])
            return len(list(result)) if method == "predict" else 1
        finally:
            SEEN.append(sorted(f for f in listing(estimator.model_dir) if f != "events"))

    return inner


SEEN = []
ERRORS = {"key": lambda: KeyError("mine"), "value": lambda: ValueError("mine"), "range": lambda: tf.errors.OutOfRangeError(None, None, "mine"), "stop": lambda: StopIteration("mine"),
          "invalid": lambda: tf.errors.InvalidArgumentError(None, None, "mine"), "system": lambda: SystemError("mine")}  # fmt: skip
for where in ("model", "input", "begin", "after_create_session", "before_run", "after_run", "end"):
    for method in ("train", "evaluate", "predict"):
        for name, error in ERRORS.items():
            if name == "stop" and method == "predict":
                continue

            def failing(where=where, method=method, error=error):
                SEEN.clear()
                try:
                    found = raising(where, method, error)()
                except Exception as problem:
                    return type(problem).__name__, "mine" in str(problem), SEEN[-1]
                return found, SEEN[-1]

            case(f"{name} error in {where} of {method}", failing)


# Eager callers, graphs, v1 and v2
def surroundings(method):
    seen = []
    outer_graph = tf.get_default_graph()

    def model_fn(features, labels, mode):
        graph = tf.get_default_graph()
        step = train.get_global_step()
        seen.append((tf.executing_eagerly(), graph is outer_graph, step.name, step.dtype.base_dtype.name, graph.seed, [v.name for v in tf.global_variables()],
                     sorted(k for k in graph.get_all_collection_keys() if "iterator" not in k.lower()), graph.finalized, tf.get_variable_scope().name))  # fmt: skip
        return model(features, labels, mode)

    result = getattr(make(model_fn, config=Config(tf_random_seed=11)), method)(data)
    if method == "predict":
        list(result)
    seen.append((tf.get_default_graph() is outer_graph, outer_graph.finalized))
    return seen


for method in ("train", "evaluate", "predict"):
    case(f"surroundings of {method}", lambda method=method: surroundings(method))
case("device of input", lambda: devices())


def devices():
    seen = []

    def model_fn(features, labels, mode):
        seen.append(tf.constant(1.0).device)
        return model(features, labels, mode)

    def input_fn():
        seen.append(tf.constant(1.0).device)
        return data()

    make(model_fn).train(input_fn, steps=1)
    return seen


case("old export", lambda: type(make().export_savedmodel).__name__)
case(
    "v2 class",
    lambda: (
        type(tf.compat.v2.estimator.Estimator(model, folder())).__name__ if hasattr(tf, "compat") else "EstimatorV2"
    ),
)
case("v2 is a v1", lambda: isinstance(tf.compat.v2.estimator.Estimator(model, folder()), Estimator))
case("v2 old export", lambda: tf.compat.v2.estimator.Estimator(model, folder()).export_savedmodel)
case("v2 hasattr", lambda: hasattr(tf.compat.v2.estimator.Estimator(model, folder()), "export_savedmodel"))
case("v2 trains", lambda: tf.compat.v2.estimator.Estimator(model, folder()).train(data).get_variable_names())
case(
    "v2 override",
    lambda: (
        type(type("Mine", (tf.compat.v2.estimator.Estimator,), {"predict": lambda self: 1})(model, folder())).__name__
    ),
)
case(
    "v2 own member",
    lambda: type(type("Mine", (tf.compat.v2.estimator.Estimator,), {"mine": lambda self: 1})(model, folder())).__name__,
)
case("no receiver", lambda: make().export_saved_model("/tmp/x", None))


# Array inputs
numpy_input_fn = tf.estimator.inputs.numpy_input_fn


def drawn(**arguments):
    limit = arguments.pop("limit", 8)

    def inner():
        batch = numpy_input_fn(**arguments)()
        rows = []
        with train.MonitoredSession() as session:
            while not session.should_stop() and len(rows) < limit:
                rows.append(session.run(batch))
        return [form(r) for r in rows]

    return inner


X = np.arange(6, dtype=np.float32)
ARRAYS = {
    "array": {"x": X}, "dict": {"x": {"b": X, "a": X * 2}}, "labels": {"x": X, "y": X + 1}, "dict labels": {"x": {"a": X}, "y": {"y": X}}, "matrix": {"x": X.reshape(3, 2), "y": np.arange(3)},
    "partial": {"x": X, "batch_size": 4}, "epochs": {"x": X, "batch_size": 4, "num_epochs": 2}, "endless": {"x": X, "batch_size": 4, "num_epochs": None, "limit": 4}, "text": {"x": np.array(["a", "b"])},
    "lengths": {"x": X, "y": X[:3]}, "lengths of x": {"x": {"a": X, "b": X[:2]}}, "duplicate": {"x": {"a": X}, "y": {"a": X}}, "empty x": {"x": {}}, "empty y": {"x": X, "y": {}}, "list": {"x": [1, 2]},
    "list in dict": {"x": {"a": [1.0, 2.0]}}, "list labels": {"x": X, "y": [1, 2, 3, 4, 5, 6]}, "none": {"x": None}, "integers": {"x": np.arange(4)}, "shuffle none": {"x": X, "shuffle": None},
    "shuffle text": {"x": X, "shuffle": "yes"}, "shuffle one": {"x": X, "shuffle": 1}, "epochs zero": {"x": X, "num_epochs": 0}, "large batch": {"x": X, "batch_size": 100},
    "ordered": {"x": collections.OrderedDict(z=X, a=X)}, "booleans": {"x": X > 2}, "scalar": {"x": np.float32(3)}, "empty array": {"x": X[:0]}, "integer keys": {"x": {2: X, 1: X}},
}  # fmt: skip
PHRASES += ["shuffle must be provided and explicitly set as boolean", "x must be a dict or array", "Length of tensors in x and y is mismatched", "duplicate keys are found in both x and y",
            "x cannot be an empty dict", "y cannot be empty dict"]  # fmt: skip
for name, arguments in ARRAYS.items():
    arguments = {"shuffle": False, "batch_size": 3, **arguments}
    case(f"numpy_input_fn {name}", drawn(**arguments))
    case(
        f"numpy_input_fn made {name}",
        lambda a=arguments: callable(numpy_input_fn(**{k: v for k, v in a.items() if k != "limit"})),
    )
case(
    "numpy_input_fn shuffled",
    lambda: (lambda rows: (len(rows), sorted(np.concatenate(rows).tolist())))(
        [np.array(r["value"]) for r in drawn(x=X, shuffle=True, batch_size=4)()]
    ),
)
case(
    "numpy_input_fn trains",
    lambda: int(make().train(numpy_input_fn(X, X, batch_size=2, shuffle=False)).get_variable_value("global_step")),
)
case("numpy_input_fn evaluates", lambda: make().evaluate(numpy_input_fn(X, X, batch_size=4, shuffle=False)))
case(
    "numpy_input_fn predicts",
    lambda: [form(r["q"]) for r in make().predict(numpy_input_fn(X, batch_size=4, shuffle=False))],
)

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    tf.disable_eager_execution()
    run()
