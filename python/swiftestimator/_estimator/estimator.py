"""Estimators: a model function, and the folder where what it has learned is kept."""

import copy
import math
import os

from swiftestimator._border import function
from swiftestimator._data.dataset import Dataset
from swiftestimator._data.iterator import make_initializable_iterator
from swiftestimator._estimator.arguments import fn_args
from swiftestimator._estimator.hooks import CheckpointSaverListener, SessionRunHook, engine_hook, engine_listener
from swiftestimator._estimator.mode_keys import ModeKeys
from swiftestimator._estimator.run_config import RunConfig, default_session_config
from swiftestimator._estimator.spec import is_spec
from swiftestimator._framework import nest
from swiftestimator._framework.graph import Operation, Tensor
from swiftestimator._framework.session import use_threads
from swiftestimator._logging import get_logger, install

__all__ = ["Estimator"]

_ALLOWED_OVERRIDES = frozenset(
    ["model_fn", "_create_and_assert_global_step", "_export_all_saved_models", "latest_checkpoint",
     "evaluate_many", "experimental_predictor", "_tf_api_names", "_tf_api_names_v1", "_estimator_api_names", "_estimator_api_names_v1",
     "_estimator_api_constants", "_estimator_api_constants_v1"]
)  # fmt: skip


# Methods of TensorFlow's class, which programs may not override here either.
_PRIVATE_MEMBERS = frozenset(
    ["_actual_eval", "_actual_train_model_distributed", "_add_meta_graph_for_mode", "_call_input_fn", "_call_model_fn",
     "_call_model_fn_eval", "_call_model_fn_eval_distributed", "_convert_eval_steps_to_hooks",
     "_convert_train_steps_to_hooks", "_create_global_step", "_evaluate_build_graph", "_evaluate_run",
     "_extract_batch_length", "_extract_keys", "_get_features_and_labels_from_input_fn",
     "_get_features_from_input_fn", "_get_iterator_from_input_fn", "_maybe_warm_start", "_train_model",
     "_train_model_default", "_train_model_distributed", "_train_with_estimator_spec",
     "_train_with_estimator_spec_distributed", "_validate_features_in_predict_input"]
)  # fmt: skip


class Estimator:
    """Trains, evaluates and predicts with a model function.

    ``model_fn(features, labels, mode, params, config)`` builds the model in the default graph and returns an
    ``EstimatorSpec``; it may take fewer of these arguments. Checkpoints and summaries go to ``model_dir``.
    """

    def __init__(self, model_fn, model_dir=None, config=None, params=None, warm_start_from=None):
        install()
        self._assert_members_are_not_overridden()
        if config is None:
            config = RunConfig()
            get_logger().info("Using default config.")
        elif not isinstance(config, RunConfig):
            raise ValueError(f"config must be an instance of `RunConfig`, but provided {config}.")
        self._engine = function("estimator.new")(
            {
                "model_dir": None if model_dir is None else os.fspath(model_dir),
                "config": config._engine,
                "announces": False,
                "create_global_step": self._make_global_step
                if type(self)._create_and_assert_global_step is not Estimator._create_and_assert_global_step
                else None,
            }
        )
        self._model_dir = function("estimator.fields")(self._engine)["model_dir"]
        self._config = self._configuration(config)
        get_logger().info("Using config: %s", vars(self._config))
        use_threads(self._config.session_config)
        self._params = _copied(params or {})
        if model_fn is None:
            raise ValueError("model_fn must be provided to Estimator.")
        _verify_model_fn_args(model_fn, params)
        self._model_fn = model_fn
        self._warm_start_settings = None
        if warm_start_from is not None:
            from swiftestimator._estimator.warm_start import estimator_warm_start, settings_from

            self._warm_start_settings = settings_from(warm_start_from)
            function("estimator.set_warm_start")(self._engine, estimator_warm_start(self._warm_start_settings))

    def _configuration(self, config):
        """The configuration with the folder and a session configuration filled in."""
        result = copy.deepcopy(config)
        if result.session_config is None:
            result.__dict__["_session_config"] = default_session_config()
        return result._with(function("estimator.fields")(self._engine)["config"], {"model_dir": self._model_dir})

    def _assert_members_are_not_overridden(self):
        if type(self).__name__ == "TPUEstimator":
            return
        mine = set(Estimator.__dict__) | _PRIVATE_MEMBERS
        own = set(type(self).__dict__) & mine if type(self).__module__ != __name__ else set()
        allowed = _ALLOWED_OVERRIDES | {n for n in own if n.startswith("__")}
        wrong = sorted(own - allowed)
        if wrong:
            raise ValueError(
                f"Subclasses of Estimator cannot override members of Estimator. {type(self)} does override {wrong}"
            )

    # -- What it is

    @property
    def model_dir(self):
        """The folder of checkpoints and summaries."""
        return self._model_dir

    @property
    def config(self):
        """A copy of the configuration."""
        return copy.deepcopy(self._config)

    @property
    def params(self):
        """A copy of the parameters that ``model_fn`` gets."""
        return copy.deepcopy(self._params)

    @property
    def model_fn(self):
        """The model function with the parameters bound: ``f(features, labels, mode, config)``."""

        def public_model_fn(features, labels, mode, config):
            return self._call_model_fn(features, labels, mode, config)

        return public_model_fn

    def get_variable_names(self):
        """Sorted names of the variables of the latest checkpoint; ``ValueError`` without one."""
        return function("estimator.variable_names")(self._engine)

    def get_variable_value(self, name):
        """The value of a variable in the latest checkpoint; ``ValueError`` without one."""
        return function("estimator.variable_value")(self._engine, name)

    def latest_checkpoint(self):
        """The prefix of the latest checkpoint, or ``None``."""
        return function("estimator.latest_checkpoint")(self._engine)

    def eval_dir(self, name=None):
        """The folder of the summaries of an evaluation."""
        return function("estimator.eval_dir")(self._engine, name)

    # -- What it does

    def train(self, input_fn, hooks=None, steps=None, max_steps=None, saving_listeners=None):
        """Trains on the input until it ends or the steps are done, and returns the Estimator.

        ``steps`` are added to those made already; ``max_steps`` is where the global step ends. Training goes on from
        the latest checkpoint in ``model_dir``.
        """
        if steps is not None and max_steps is not None:
            raise ValueError("Can not provide both steps and max_steps.")
        options = {
            "steps": _count(steps), "max_steps": _count(max_steps), "hooks": _check_hooks(hooks),
            "saving_listeners": [engine_listener(x) for x in _check_listeners(saving_listeners)],
        }  # fmt: skip
        function("estimator.train")(self._engine, self._builder(input_fn), options)
        return self

    def evaluate(self, input_fn, steps=None, hooks=None, checkpoint_path=None, name=None):
        """The loss and the metrics of the input, as a dict that also holds ``global_step``.

        Raises ``ValueError`` for a metric with the name ``loss`` or ``global_step``.
        """
        options = {
            "steps": _count(steps), "hooks": _check_hooks(hooks),
            "checkpoint_path": None if checkpoint_path is None else os.fspath(checkpoint_path), "name": name,
        }  # fmt: skip
        specs = []
        results = function("estimator.evaluate")(self._engine, self._builder(input_fn, specs), options)
        return _metric_values(results, specs)

    def evaluate_many(self, input_fns, steps=None, hooks=None, checkpoint_path=None):
        """Evaluates one checkpoint on several inputs, given as a dict of names and input functions.

        The model is built once, on the first input; inputs of the same structure are fed to it. Results and files are
        those of ``evaluate(input_fn, steps, hooks, checkpoint_path, name)`` for each name. Gives a dict of their results.
        TensorFlow has no such method.
        """
        if not isinstance(input_fns, dict) or not input_fns:
            raise ValueError(f"input_fns must be a dict of names and input functions, given: {input_fns!r}")
        options = {
            "hooks": _check_hooks(hooks), "steps": _count(steps),
            "checkpoint_path": None if checkpoint_path is None else os.fspath(checkpoint_path),
        }  # fmt: skip
        specs, elements = [], []
        builders = [(str(name), self._builder(fn, specs, elements)) for name, fn in input_fns.items()]
        functions = list(input_fns.values())

        def replace(index, graph):
            with graph.as_default():
                features, labels, input_hooks = self._call_input(functions[index], ModeKeys.EVAL)
            targets = _matching(elements[0], (features, labels))
            return targets and (*targets, input_hooks)

        results = function("estimator.evaluate_many")(self._engine, builders, replace, options)
        return {name: _metric_values(metrics, specs[-1:]) for name, metrics in results}

    def experimental_predictor(self, serving_input_receiver_fn, output_key=None, checkpoint_path=None):
        """A callable that keeps the model open for predictions; see ``Predictor``. TensorFlow has it as
        ``tf.contrib.predictor.from_estimator``."""
        from swiftestimator._estimator.predictor import Predictor

        return Predictor(self, serving_input_receiver_fn, output_key, checkpoint_path)

    def predict(self, input_fn, predict_keys=None, hooks=None, checkpoint_path=None, yield_single_examples=True):
        """A generator of predictions for the input: one example at a time, or batches as they are.

        Nothing happens before the first is asked for.
        """
        options = {
            "predict_keys": None if predict_keys is None else [str(k) for k in
                            ([predict_keys] if isinstance(predict_keys, str) else predict_keys)],
            "hooks": _check_hooks(hooks),
            "checkpoint_path": None if checkpoint_path is None else os.fspath(checkpoint_path),
        }  # fmt: skip
        specs = []
        stream = function("estimator.predict_open")(self._engine, self._builder(input_fn, specs), options)
        next_batch = function("estimator.predict_next")
        graph_context = None
        try:
            batch = next_batch(stream)
            graph = function("estimator.predict_graph")(stream)
            if graph is not None:
                graph_context = graph.as_default()
                graph_context.__enter__()
            names = function("estimator.predict_names")(stream)
            keys = _prediction_keys(specs, names)
            while batch is not None:
                yield from _examples(batch, keys, yield_single_examples)
                batch = next_batch(stream)
        finally:
            if graph_context is not None:
                graph_context.__exit__(None, None, None)
            function("estimator.predict_close")(stream)

    def export_saved_model(
        self, export_dir_base, serving_input_receiver_fn, assets_extra=None, as_text=False, checkpoint_path=None,
        experimental_mode=ModeKeys.PREDICT,
    ):  # fmt: skip
        """Writes a SavedModel with the latest checkpoint's weights, and returns its folder as bytes.

        ``serving_input_receiver_fn()`` makes the placeholders that callers feed. The folder is a new one below
        ``export_dir_base``, named after the time. Raises ``ValueError`` when nothing has been trained.
        """
        if not serving_input_receiver_fn:
            raise ValueError("An input_receiver_fn must be defined.")
        return self._export_all_saved_models(
            export_dir_base, {experimental_mode: serving_input_receiver_fn}, assets_extra, as_text, checkpoint_path
        )

    def experimental_export_all_saved_models(
        self, export_dir_base, input_receiver_fn_map, assets_extra=None, as_text=False, checkpoint_path=None
    ):
        """As ``export_saved_model``, with a graph for each mode of ``input_receiver_fn_map``."""
        return self._export_all_saved_models(
            export_dir_base, input_receiver_fn_map, assets_extra, as_text, checkpoint_path
        )

    def export_savedmodel(
        self, export_dir_base, serving_input_receiver_fn, assets_extra=None, as_text=False, checkpoint_path=None,
        strip_default_attrs=False,
    ):  # fmt: skip
        """The older name of ``export_saved_model``."""
        if not serving_input_receiver_fn:
            raise ValueError("An input_receiver_fn must be defined.")
        return self._export_all_saved_models(
            export_dir_base, {ModeKeys.PREDICT: serving_input_receiver_fn}, assets_extra, as_text, checkpoint_path
        )

    def _export_all_saved_models(
        self, export_dir_base, input_receiver_fn_map, assets_extra=None, as_text=False, checkpoint_path=None
    ):
        builders = {str(mode): self._export_builder(fn) for mode, fn in input_receiver_fn_map.items()}
        warm_start = self._warm_start_settings
        options = {
            "assets_extra": [(str(k), os.fspath(v)) for k, v in (assets_extra or {}).items()],
            "as_text": bool(as_text), "checkpoint_path": None if checkpoint_path is None else _path(checkpoint_path),
            "warm_start_path": None if warm_start is None else _path(warm_start.ckpt_to_initialize_from),
        }  # fmt: skip
        return function("estimator.export")(self._engine, _path(export_dir_base), builders, options).encode()

    def _export_builder(self, receiver_fn):
        from swiftestimator._estimator.receivers import call_receiver_fn

        def build(graph, mode):
            with graph.as_default():
                features, labels, receivers, alternatives = call_receiver_fn(receiver_fn)
                spec = self._call_model_fn(features, labels, mode, self.config)
                return spec._native_spec, receivers, alternatives

        return build

    # -- Building the model

    def _builder(self, input_fn, specs=None, elements=None):
        """What the engine calls to build the model in a graph: the spec, and hooks that start the input."""

        def build(graph, mode):
            with graph.as_default():
                features, labels, hooks = self._call_input(input_fn, mode)
                if elements is not None:
                    elements.append((features, labels))
                spec = self._call_model_fn(features, labels, mode, self.config)
                if specs is not None:
                    specs.append(spec)

                def add_loss_metric(values, updates):
                    spec.eval_metric_ops["loss"] = (values[0], updates[0])

                return (spec._native_spec, hooks, add_loss_metric)

        return build

    def _call_input(self, input_fn, mode):
        names = fn_args(input_fn)
        keywords = {
            name: value
            for name, value in (("mode", mode), ("params", self.params), ("config", self.config))
            if name in names
        }
        from swiftestimator._framework.graph import device

        with device("/cpu:0"):
            result = input_fn(**keywords)
        hooks = []
        if isinstance(result, Dataset):
            iterator = make_initializable_iterator(result)
            result = iterator.get_next()
            hooks.append(function("hook.initializer")([iterator.initializer]))
        elif mode == ModeKeys.PREDICT and not _has_end(result):
            get_logger().warning(
                "Input graph does not use tf.data.Dataset or contain a QueueRunner. That means predict yields forever. "
                "This is probably a mistake."
            )
        if isinstance(result, list | tuple):
            if len(result) != 2:
                raise ValueError("input_fn should return (features, labels) as a len 2 tuple.")
            return result[0], None if mode == ModeKeys.PREDICT else result[1], hooks
        return result, None, hooks

    def _call_model_fn(self, features, labels, mode, config):
        names = fn_args(self._model_fn)
        keywords = {}
        if "labels" in names:
            keywords["labels"] = labels
        elif labels is not None:
            raise ValueError("model_fn does not take labels, but input_fn returns labels.")
        if "mode" in names:
            keywords["mode"] = mode
        if "params" in names:
            keywords["params"] = self.params
        if "config" in names:
            keywords["config"] = config
        get_logger().info("Calling model_fn.")
        spec = self._model_fn(features=features, **keywords)
        get_logger().info("Done calling model_fn.")
        if not is_spec(spec):
            raise ValueError("model_fn should return an EstimatorSpec.")
        return spec

    def _create_and_assert_global_step(self, graph):
        from swiftestimator._model.global_step import create_global_step

        return create_global_step(graph)

    def _make_global_step(self, graph):
        with graph.as_default():
            self._create_and_assert_global_step(graph)


class EstimatorV2(Estimator):
    """An Estimator with TensorFlow 2's methods."""

    export_savedmodel = property(
        lambda self: (_ for _ in ()).throw(
            AttributeError("'Estimator' object has no attribute 'export_savedmodel'. Please use `export_saved_model`.")
        )
    )


def _path(value):
    """A path as text; paths that exports return are bytes."""
    value = os.fspath(value)
    return value.decode() if isinstance(value, bytes) else value


def _verify_model_fn_args(model_fn, params):
    names = set(fn_args(model_fn))
    if "features" not in names:
        raise ValueError(f"model_fn ({model_fn}) must include features argument.")
    if params is not None and "params" not in names:
        raise ValueError(
            f"model_fn ({model_fn}) does not include params argument, but params ({params}) is passed to Estimator."
        )
    if params is None and "params" in names:
        get_logger().warning(
            "Estimator's model_fn (%s) includes params argument, but params are not passed to Estimator.", model_fn
        )
    unknown = sorted(names - {"features", "labels", "mode", "params", "self", "config"})
    if unknown:
        raise ValueError(f"model_fn ({model_fn}) has following not expected args: {unknown}")


def _check_hooks(hooks):
    hooks = list(hooks or [])
    for hook in hooks:
        if not isinstance(hook, SessionRunHook):
            raise TypeError(f"Hooks must be a SessionRunHook, given: {hook}")
    return [engine_hook(h) for h in hooks]


def _check_listeners(listeners):
    if listeners is None:
        return []
    listeners = list(listeners)
    for listener in listeners:
        if not isinstance(listener, CheckpointSaverListener):
            raise TypeError(f"saving_listeners must be a list of CheckpointSaverListener, given: {listener}")
    return listeners


def _copied(params):
    """A deep copy; ``TypeError`` names the entry that can't be copied."""
    try:
        return copy.deepcopy(params)
    except TypeError as error:
        where = "they"
        for key, value in params.items() if isinstance(params, dict) else ():
            try:
                copy.deepcopy(value)
            except TypeError:
                where = f"params[{key!r}]"
                break
        raise TypeError(f"Estimators copy their params, and {where} can't be copied: {error}") from error


def _has_end(features):
    """Whether some part of the features comes straight from a dataset."""
    return any(isinstance(t, Tensor) and t.op.type == "IteratorGetNext" for t in nest.flatten(features))


def _count(value, name=None):
    """A number of steps; parts of a step count as one. ``TypeError`` for what is no number."""
    if value is None or isinstance(value, int):
        return value
    return math.ceil(value) if value > 0 else math.floor(value)


def _filled(structure, leaves):
    """The structure of a metric with its values; operations have none."""
    values = [None if isinstance(leaf, Operation) else next(leaves) for leaf in nest.flatten(structure)]
    return nest.pack_sequence_as(structure, values) if nest.is_nested(structure) else values[0]


def _metric_values(results, specs):
    """The engine's metrics in the structures that the program gave them."""
    structures = {k: v[0] for k, v in specs[-1].eval_metric_ops.items()} if specs else {}
    values = {}
    for key, leaves in results:
        structure = structures.get(key)
        values[key] = leaves[0] if structure is None else _filled(structure, iter(leaves))
    return values


def _matching(model_input, other):
    """The tensors of ``other`` and those of the model's input that they can stand for; ``None`` if they don't fit."""
    try:
        nest.assert_same_structure(model_input, other)
    except (TypeError, ValueError):
        return None
    targets, tensors = nest.flatten(model_input), nest.flatten(other)
    for target, tensor in zip(targets, tensors):
        if target is None and tensor is None:
            continue
        if not isinstance(target, Tensor) or not isinstance(tensor, Tensor) or target.dtype != tensor.dtype:
            return None
        wanted, given = target.shape, tensor.shape
        if wanted.rank is None:
            continue
        if given.rank != wanted.rank or any(w not in (None, g) for w, g in zip(wanted.as_list(), given.as_list())):
            return None
    return [t for t in tensors if t is not None], [t for t in targets if t is not None]


def _prediction_keys(specs, names):
    """The program's own keys for the engine's names; ``None`` for an unnamed prediction."""
    if names is None:
        return None
    original = {}
    if specs and isinstance(specs[-1].predictions, dict):
        for key in specs[-1].predictions:
            original["/".join(key) if isinstance(key, tuple) else str(key)] = key
    return [original.get(n, n) for n in names]


def _examples(batch, keys, single):
    if keys is None:
        yield from (batch[0] if single else [batch[0]])
        return
    if not single:
        yield dict(zip(keys, batch))
        return
    for key, array in zip(keys, batch):
        if array.shape[0] != batch[0].shape[0]:
            raise ValueError(
                f"Batch length of predictions should be same. {key} has different batch length than others."
            )
    yield from _rows(batch, keys)


def _rows(batch, keys):
    """A dict for each row. Written out for the usual numbers of keys, which takes half the time."""
    if len(keys) == 1:
        (a,) = keys
        for x in batch[0]:
            yield {a: x}
    elif len(keys) == 2:
        a, b = keys
        for x, y in zip(*batch):
            yield {a: x, b: y}
    elif len(keys) == 3:
        a, b, c = keys
        for x, y, z in zip(*batch):
            yield {a: x, b: y, c: z}
    elif len(keys) == 4:
        a, b, c, d = keys
        for x, y, z, u in zip(*batch):
            yield {a: x, b: y, c: z, d: u}
    else:
        for row in zip(*batch):
            yield dict(zip(keys, row))
