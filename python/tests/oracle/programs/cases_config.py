"""RunConfig: every field given every kind of value, replacements, and what TF_CONFIG makes of it."""

import copy
import json
import os
import pathlib
import pickle

import numpy as np
from cases import PHRASES, case, run, tf

Config = tf.estimator.RunConfig
FIELDS = (
    "model_dir", "tf_random_seed", "save_summary_steps", "save_checkpoints_steps", "save_checkpoints_secs",
    "session_config", "keep_checkpoint_max", "keep_checkpoint_every_n_hours", "log_step_count_steps",
    "train_distribute", "device_fn", "protocol", "eval_distribute", "experimental_distribute",
    "experimental_max_worker_delay_secs", "session_creation_timeout_secs", "checkpoint_save_graph_def",
)  # fmt: skip
DERIVED = (
    "service", "cluster_spec", "task_type", "task_id", "global_id_in_cluster", "master", "evaluation_master",
    "is_chief", "num_ps_replicas", "num_worker_replicas",
)  # fmt: skip
PHRASES += [
    "model_dir should be non-empty", "tf_random_seed must be integer", "save_summary_steps should be >= 0",
    "save_checkpoints_steps should be >= 0", "save_checkpoints_secs should be >= 0",
    "session_config must be instance of ConfigProto", "keep_checkpoint_max should be >= 0",
    "keep_checkpoint_every_n_hours should be > 0", "log_step_count_steps should be > 0",
    'device_fn must be callable with exactly one argument "op"', r"protocol should be grpc or grpc\+verbs",
    "experimental_max_worker_delay_secs must be an integer if set", "session_creation_timeout_secs should be > 0",
    "`save_checkpoints_steps` and `save_checkpoints_secs` cannot be both set", "Replacing .*is not supported",
    "unexpected keyword", 'If "cluster" is not set in TF_CONFIG, task type must be WORKER',
    'If "cluster" is not set in TF_CONFIG, task index must be 0', 'must have one "chief" node', 'must have only one "chief" node',
    "task type must be set", "task index must be set", "Task index must be non-negative number", "is not a valid task_type",
    "is not a valid task_id", "job `chief` is not supported", "task_type `evaluator` is not", 'must have one "master" node',
    'must have only one "master" node', 'If "service" is set in TF_CONFIG, it must be a dict. Given',
    "model_dir in TF_CONFIG should be non-empty", "`model_dir` provided in RunConfig construct, if set,", "can't set|no setter|can't be set",
    "has no attribute", "There is no", "Expecting|Unterminated|Extra data", "invalid literal", "int\\(\\) argument", "takes 1 positional argument", "`cluster` must be a dictionary",
]  # fmt: skip


def whole(config):
    """All properties."""
    found = {n: getattr(config, n) for n in FIELDS + DERIVED if n != "experimental_distribute"}  # no property
    session = found["session_config"]
    if session is not None:
        rewrite = session.graph_options.rewrite_options
        found["session_config"] = [
            session.allow_soft_placement,
            rewrite.meta_optimizer_iterations,
            list(session.device_filters),
        ]
    found["cluster_spec"] = dict(sorted(found["cluster_spec"].as_dict().items()))
    return found


def few(config):
    """What may change with one field."""
    return {n: v for n, v in whole(config).items() if n in FIELDS}


VALUES = {
    "none": None, "zero": 0, "one": 1, "ten": 10, "minus": -1, "half": 0.5, "float": 2.0, "minus_half": -0.5, "text": "x",
    "empty": "", "true": True, "false": False, "list": [], "numpy_int": np.int64(3), "numpy_float": np.float32(3),
    "bytes": b"x", "path": pathlib.Path("/tmp/a"), "large": 10**12, "huge": 2**40, "dict": {},
}  # fmt: skip


def given(field, value):
    return lambda: few(Config(**{field: value}))


for field in FIELDS:
    for kind, value in VALUES.items():
        if field in ("train_distribute", "eval_distribute", "experimental_distribute") and value is not None:
            continue  # TensorFlow takes any object here and fails later
        if field == "model_dir" and kind not in ("none", "text", "empty", "path"):
            continue  # TensorFlow takes any object here, too
        if field in ("session_config", "device_fn") and value is False:
            continue
        if field in ("checkpoint_save_graph_def",) and not isinstance(value, bool | None):
            continue
        case(f"{field} {kind}", given(field, value))
        if kind != "path":  # TensorFlow keeps the path, we its text
            case(f"replace {field} {kind}", lambda field=field, value=value: few(Config().replace(**{field: value})))

case("defaults", lambda: whole(Config()))
case("positions", lambda: few(Config("/tmp/x", 1, 2, 3, None, tf.ConfigProto(), 4, 5, 6)))
case("steps only", lambda: few(Config(save_checkpoints_steps=7)))
case("secs only", lambda: few(Config(save_checkpoints_secs=7)))
case("steps and none", lambda: few(Config(save_checkpoints_steps=7, save_checkpoints_secs=None)))
case("none and secs", lambda: few(Config(save_checkpoints_steps=None, save_checkpoints_secs=7)))
case("both none", lambda: few(Config(save_checkpoints_steps=None, save_checkpoints_secs=None)))
case("both", lambda: Config(save_checkpoints_steps=1, save_checkpoints_secs=1))
case("both zero", lambda: Config(save_checkpoints_steps=0, save_checkpoints_secs=0))
case("replace both", lambda: Config().replace(save_checkpoints_steps=1, save_checkpoints_secs=1))
case("replace secs by steps", lambda: few(Config(save_checkpoints_secs=3).replace(save_checkpoints_steps=4)))
case("replace steps by secs", lambda: few(Config(save_checkpoints_steps=3).replace(save_checkpoints_secs=4)))
case("replace steps by none", lambda: few(Config(save_checkpoints_steps=3).replace(save_checkpoints_steps=None)))
case("replace nones", lambda: few(Config().replace(save_checkpoints_steps=None, save_checkpoints_secs=None)))
case(
    "replace steps keeps none",
    lambda: few(Config(save_checkpoints_steps=3).replace(save_checkpoints_steps=4, save_checkpoints_secs=None)),
)
case("replace nothing", lambda: few(Config(save_checkpoints_steps=3).replace()))
case("replace positional", lambda: Config().replace("x"))
for name in (*DERIVED, "nothing", "_model_dir"):
    case(f"replace field {name}", lambda name=name: Config().replace(**{name: 1}))
for name in (*FIELDS, *DERIVED):
    case(f"assign {name}", lambda name=name: setattr(Config(), name, 1))
case("unknown argument", lambda: Config(nothing=1))
case("unknown attribute", lambda: Config().nothing)
case(
    "replace is a copy",
    lambda: (lambda a, b: (a.tf_random_seed, b.tf_random_seed, a is b))(
        *(lambda c: (c, c.replace(tf_random_seed=3)))(Config())
    ),
)
case("two replaced", lambda: few(Config(tf_random_seed=1).replace(save_summary_steps=3, keep_checkpoint_max=9)))
case("deep copy", lambda: few(copy.deepcopy(Config(tf_random_seed=5, save_checkpoints_steps=3))))
case("shallow copy", lambda: few(copy.copy(Config(tf_random_seed=5, save_checkpoints_steps=3))))
case("device function", lambda: Config(device_fn=lambda op: "/cpu:0").device_fn(None))
case("device function of other argument", lambda: Config(device_fn=lambda o: "/cpu:0"))
case("device function of two arguments", lambda: Config(device_fn=lambda op, b: "/cpu:0"))
case("device function with default", lambda: Config(device_fn=lambda op="a": "/cpu:0") and 1)
case("device function of none", lambda: Config(device_fn=lambda: "/cpu:0"))
case("protocol grpc", lambda: Config(protocol="grpc").protocol)
case("protocol grpc verbs", lambda: Config(protocol="grpc+verbs").protocol)
case(
    "session config",
    lambda: Config(session_config=tf.ConfigProto(allow_soft_placement=False)).session_config.allow_soft_placement,
)
case("session config is kept", lambda: (lambda s: Config(session_config=s).session_config is s)(tf.ConfigProto()))
case("session config of another kind", lambda: Config(session_config=tf.GPUOptions()))
case("path", lambda: Config(pathlib.Path("/tmp/a")).model_dir)
case("path type", lambda: type(Config(pathlib.Path("/tmp/a")).model_dir).__name__)
case("vars", lambda: list(vars(Config())))
case("vars of replaced", lambda: sorted(vars(Config().replace(tf_random_seed=3))))
case("text of vars", lambda: str({k: v for k, v in vars(Config(model_dir="/tmp/a")).items() if k != "_cluster_spec"}))
case("cluster type", lambda: type(Config().cluster_spec).__name__)
case("task type", lambda: (tf.estimator.RunConfig().task_type, type(Config().task_type).__name__))
case("subclass", lambda: few(type("Mine", (Config,), {})(tf_random_seed=4)))
case("subclass replaced", lambda: type(type("Mine", (Config,), {"extra": 3})().replace(tf_random_seed=4)).__name__)


class Extra(Config):
    def __init__(self, extra, **arguments):
        super().__init__(**arguments)
        self._extra = extra

    @property
    def extra(self):
        return self._extra


class Property(Config):
    @property
    def save_summary_steps(self):
        return 77


case("subclass with field", lambda: (Extra(3, tf_random_seed=1).extra, Extra(3).replace(tf_random_seed=2).extra))
case("subclass with property", lambda: Property().save_summary_steps)
case("pickle", lambda: few(pickle.loads(pickle.dumps(Config(tf_random_seed=3)))))


# TF_CONFIG
def clustered(value, **arguments):
    def inner():
        os.environ["TF_CONFIG"] = value if isinstance(value, str) else json.dumps(value)
        try:
            return whole(Config(**arguments))
        finally:
            del os.environ["TF_CONFIG"]

    return inner


def task(type, index=0):
    return {"type": type, "index": index}


FULL = {"chief": ["c:1"], "worker": ["w:1", "w:2"], "ps": ["p:1", "p:2"]}
OLD = {"master": ["m:1"], "worker": ["w:1", "w:2"], "ps": ["p:1"]}
CONFIGS = {
    "empty text": "", "empty": {}, "broken": "{", "words": "abc",
    "only environment": {"environment": "google"}, "environment": {"environment": "cloud", "task": task("worker")},
    "worker alone": {"task": task("worker")}, "worker one alone": {"task": task("worker", 1)}, "chief alone": {"task": task("chief")},
    "evaluator alone": {"task": task("evaluator")}, "index alone": {"task": {"index": 0}}, "type alone": {"task": {"type": "worker"}},
    "master alone": {"task": task("master")}, "empty task": {"task": {}}, "empty cluster": {"cluster": {}}, "null cluster": {"cluster": None},
    "session master": {"session_master": "a:1"}, "eval session master": {"eval_session_master": "a:1"},
    "both masters": {"session_master": "a:1", "eval_session_master": "b:1"},
    "no task": {"cluster": FULL}, "no chief": {"cluster": {"worker": ["w:1"]}, "task": task("worker")},
    "two chiefs": {"cluster": {"chief": ["c:1", "c:2"]}, "task": task("chief")}, "no index": {"cluster": FULL, "task": {"type": "worker"}},
    "no type": {"cluster": FULL, "task": {"index": 0}}, "negative index": {"cluster": FULL, "task": task("worker", -1)},
    "large index": {"cluster": FULL, "task": task("worker", 2)}, "other type": {"cluster": FULL, "task": task("other")},
    "text index": {"cluster": FULL, "task": task("worker", "1")}, "word index": {"cluster": FULL, "task": task("worker", "a")},
    "float index": {"cluster": FULL, "task": task("worker", 1.0)}, "chief index one": {"cluster": FULL, "task": task("chief", 1)},
    "chief": {"cluster": FULL, "task": task("chief")}, "worker 0": {"cluster": FULL, "task": task("worker")},
    "worker 1": {"cluster": FULL, "task": task("worker", 1)}, "ps 0": {"cluster": FULL, "task": task("ps")}, "ps 1": {"cluster": FULL, "task": task("ps", 1)},
    "evaluator": {"cluster": FULL, "task": task("evaluator")}, "evaluator 1": {"cluster": FULL, "task": task("evaluator", 1)},
    "evaluator in cluster": {"cluster": {**FULL, "evaluator": ["e:1"]}, "task": task("evaluator")},
    "evaluator with master": {"cluster": FULL, "task": task("evaluator"), "eval_session_master": "e:1"},
    "chief session master": {"cluster": FULL, "task": task("chief"), "session_master": "s:1"},
    "worker session master": {"cluster": FULL, "task": task("worker"), "session_master": "s:1", "eval_session_master": "e:1"},
    "single chief": {"cluster": {"chief": ["c:1"]}, "task": task("chief")},
    "single chief session master": {"cluster": {"chief": ["c:1"]}, "task": task("chief"), "session_master": "s:1"},
    "chief and ps": {"cluster": {"chief": ["c:1"], "ps": ["p:1"]}, "task": task("chief")},
    "other jobs": {"cluster": {**FULL, "zoo": ["z:1"], "ant": ["a:1", "a:2"]}, "task": task("zoo")},
    "other jobs worker": {"cluster": {**FULL, "zoo": ["z:1"], "ant": ["a:1", "a:2"]}, "task": task("worker", 1)},
    "other jobs ps": {"cluster": {**FULL, "zoo": ["z:1"], "ant": ["a:1", "a:2"]}, "task": task("ps", 1)},
    "master": {"cluster": OLD, "task": task("master")}, "old worker 1": {"cluster": OLD, "task": task("worker", 1)}, "old ps": {"cluster": OLD, "task": task("ps")},
    "old chief": {"cluster": {"master": ["m:1"], "chief": ["c:1"]}, "task": task("master")}, "old evaluator": {"cluster": OLD, "task": task("evaluator")},
    "two masters": {"cluster": {"master": ["m:1", "m:2"]}, "task": task("master")}, "single master": {"cluster": {"master": ["m:1"]}, "task": task("master")},
    "old no task": {"cluster": OLD}, "old chief task": {"cluster": OLD, "task": task("chief")}, "old session master": {"cluster": OLD, "task": task("master"), "session_master": "s:1"},
    "old negative": {"cluster": OLD, "task": task("worker", -1)}, "old large": {"cluster": OLD, "task": task("worker", 5)},
    "old eval session master": {"cluster": OLD, "task": task("worker"), "eval_session_master": "e:1"},
    "chief eval session master": {"cluster": FULL, "task": task("chief"), "eval_session_master": "e:1"},
    "service": {"service": {"a": 1, "b": [1, "x"]}}, "service text": {"service": "x"}, "service list": {"service": [1]}, "service null": {"service": None},
    "service in cluster": {"cluster": FULL, "task": task("worker"), "service": {"k": "v"}},
    "model_dir": {"model_dir": "/tmp/c"}, "model_dir empty": {"model_dir": ""}, "model_dir in cluster": {"cluster": FULL, "task": task("chief"), "model_dir": "/tmp/c"},
    "unknown key": {"nothing": 3}, "unicode": {"model_dir": "/tmp/\u00e4"},
    "empty job": {"cluster": {"chief": ["c:1"], "worker": []}, "task": task("chief")},
}  # fmt: skip
for name, value in CONFIGS.items():
    case(f"TF_CONFIG {name}", clustered(value))
case("TF_CONFIG with model_dir", clustered({"model_dir": "/tmp/c"}, model_dir="/tmp/d"))
case("TF_CONFIG with same model_dir", clustered({"model_dir": "/tmp/c"}, model_dir="/tmp/c"))
case(
    "TF_CONFIG with session_config",
    clustered({"cluster": FULL, "task": task("worker")}, session_config=tf.ConfigProto()),
)
case(
    "TF_CONFIG is read once",
    lambda: (lambda c: (clustered({"cluster": FULL, "task": task("worker", 1)})(), c.task_type)[1])(Config()),
)


def replaced_in_cluster():
    os.environ["TF_CONFIG"] = json.dumps({"cluster": FULL, "task": task("worker", 1)})
    config = Config()
    del os.environ["TF_CONFIG"]
    return whole(config.replace(tf_random_seed=3))


case("TF_CONFIG stays after replace", replaced_in_cluster)

if __name__ == "__main__":
    tf.disable_eager_execution()
    run()
