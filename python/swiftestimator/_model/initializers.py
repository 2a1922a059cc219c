"""Initializers of variables."""

import inspect

from swiftestimator import _native
from swiftestimator._border import builder, function, options
from swiftestimator._framework import dtypes
from swiftestimator._framework.convert import convert_to_tensor
from swiftestimator._framework.graph import get_default_graph
from swiftestimator._framework.tensor_shape import TensorShape

__all__ = ["Initializer", "engine_initializer"]

_make = function("initializers.make")


class Initializer:
    """Makes the first value of a variable: ``initializer(shape, dtype)``. Subclasses override ``__call__``."""

    _engine_object = None

    def __call__(self, shape, dtype=None, partition_info=None):
        """A tensor of the shape and dtype."""
        raise NotImplementedError

    def get_config(self):
        """The arguments that make an equal initializer."""
        return {}

    @classmethod
    def from_config(cls, config):
        """An initializer from what ``get_config`` gave."""
        return cls(**{k: v for k, v in config.items() if k != "dtype" or "dtype" in inspect.signature(cls).parameters})


class _EngineInitializer(Initializer):
    """An initializer of the engine."""

    _kind = ""

    def _set(self, dtype, **config):
        self._config = config
        self.dtype = dtypes.as_dtype(dtype)
        for key, value in config.items():
            setattr(self, key, value)
        self._engine_object = _make(self._kind, options(**config))

    def __call__(self, shape, dtype=None, partition_info=None, **kwargs):
        dims = TensorShape(shape).as_list()
        dtype = self.dtype if dtype is None else dtypes.as_dtype(dtype)
        return builder("initializers.call")(get_default_graph(), self._engine_object, dims, dtype._type_enum)

    def get_config(self):
        return {**self._config, "dtype": self.dtype.name}


class Zeros(_EngineInitializer):
    """Zeros."""

    _kind = "zeros"

    def __init__(self, dtype=dtypes.float32):
        self._set(dtype)


class Ones(_EngineInitializer):
    """Ones."""

    _kind = "ones"

    def __init__(self, dtype=dtypes.float32):
        self._set(dtype)


class Constant(_EngineInitializer):
    """A constant; a list that is too short is continued with its last element."""

    _kind = "constant"

    def __init__(self, value=0, dtype=dtypes.float32, verify_shape=False):
        import numpy as np

        if not (np.isscalar(value) or isinstance(value, list | tuple | np.ndarray)):
            raise TypeError(f"Invalid type for initial value={value} of type: {type(value).__name__}.")
        self.value = value
        self._verify_shape = verify_shape
        self.dtype = dtypes.as_dtype(dtype)
        self._config = {"value": value}

    def __call__(self, shape, dtype=None, partition_info=None, verify_shape=None):
        from swiftestimator._framework.convert import constant

        dtype = self.dtype if dtype is None else dtypes.as_dtype(dtype)
        verify = self._verify_shape if verify_shape is None else verify_shape
        return constant(self.value, dtype, TensorShape(shape).as_list(), verify_shape=verify)


class RandomUniform(_EngineInitializer):
    """Uniform numbers in ``[minval, maxval)``."""

    _kind = "random_uniform"

    def __init__(self, minval=0, maxval=None, seed=None, dtype=dtypes.float32):
        self._set(dtype, minval=minval, maxval=maxval, seed=seed)


class RandomNormal(_EngineInitializer):
    """Normal numbers."""

    _kind = "random_normal"

    def __init__(self, mean=0.0, stddev=1.0, seed=None, dtype=dtypes.float32):
        self._set(dtype, mean=mean, stddev=stddev, seed=seed)


class TruncatedNormal(_EngineInitializer):
    """Normal numbers within two standard deviations."""

    _kind = "truncated_normal"

    def __init__(self, mean=0.0, stddev=1.0, seed=None, dtype=dtypes.float32):
        self._set(dtype, mean=mean, stddev=stddev, seed=seed)


class VarianceScaling(_EngineInitializer):
    """Random numbers whose variance is ``scale`` over the number of inputs, outputs or their mean."""

    _kind = "variance_scaling"

    def __init__(self, scale=1.0, mode="fan_in", distribution="truncated_normal", seed=None, dtype=dtypes.float32):
        if scale <= 0.0:
            raise ValueError(f"Argument `scale` must be a positive float. Received: {scale}")
        if mode not in ("fan_in", "fan_out", "fan_avg"):
            raise ValueError(f"Argument `mode` should be one of ('fan_in', 'fan_out', 'fan_avg'). Received: {mode}")
        distribution = distribution.lower()
        if distribution not in ("normal", "uniform", "truncated_normal", "untruncated_normal"):
            raise ValueError(
                "Argument `distribution` should be one of ('normal', uniform', 'truncated_normal', "
                f"'untruncated_normal'). Received: {distribution}"
            )
        self._set(dtype, scale=scale, mode=mode, distribution=distribution, seed=seed)


class UniformUnitScaling(_EngineInitializer):
    """Uniform numbers that keep the scale of the inputs' variance."""

    _kind = "uniform_unit_scaling"

    def __init__(self, factor=1.0, seed=None, dtype=dtypes.float32):
        self._set(dtype, factor=factor, seed=seed)


class Orthogonal(_EngineInitializer):
    """A random orthogonal matrix times ``gain``."""

    _kind = "orthogonal"

    def __init__(self, gain=1.0, seed=None, dtype=dtypes.float32):
        self._set(dtype, gain=gain, seed=seed)


class Identity(_EngineInitializer):
    """The identity matrix times ``gain``."""

    _kind = "identity"

    def __init__(self, gain=1.0, dtype=dtypes.float32):
        self._set(dtype, gain=gain)


def _fan_class(name, kind, summary):
    def __init__(self, seed=None, dtype=dtypes.float32):
        self._set(dtype, seed=seed)

    return type(name, (_EngineInitializer,), {"__doc__": summary, "_kind": kind, "__init__": __init__})


GlorotUniform = _fan_class("GlorotUniform", "glorot_uniform", "Uniform numbers of variance 2/(inputs + outputs).")
GlorotNormal = _fan_class("GlorotNormal", "glorot_normal", "Normal numbers of variance 2/(inputs + outputs).")
HeUniform = _fan_class("HeUniform", "he_uniform", "Uniform numbers of variance 2/inputs.")
HeNormal = _fan_class("HeNormal", "he_normal", "Normal numbers of variance 2/inputs.")
LecunUniform = _fan_class("LecunUniform", "lecun_uniform", "Uniform numbers of variance 1/inputs.")
LecunNormal = _fan_class("LecunNormal", "lecun_normal", "Normal numbers of variance 1/inputs.")


class StatelessGlorotUniform(_EngineInitializer):
    """Uniform numbers of variance 2/(inputs + outputs) as Keras draws them: from the seed alone."""

    _kind = "glorot_uniform"

    def __init__(self, seed, dtype=dtypes.float32):
        self._set(dtype, seed=seed, stateless=True)


_BY_NAME = {
    "zeros": Zeros, "ones": Ones, "constant": Constant, "random_uniform": RandomUniform, "uniform": RandomUniform,
    "random_normal": RandomNormal, "normal": RandomNormal, "truncated_normal": TruncatedNormal,
    "variance_scaling": VarianceScaling, "glorot_uniform": GlorotUniform, "glorot_normal": GlorotNormal,
    "he_uniform": HeUniform, "he_normal": HeNormal, "lecun_uniform": LecunUniform, "lecun_normal": LecunNormal,
    "orthogonal": Orthogonal, "identity": Identity,
}  # fmt: skip


def get(identifier):
    """An initializer from a name, a class, a config dict or an initializer; ``ValueError`` for another name."""
    if identifier is None or isinstance(identifier, Initializer):
        return identifier
    if isinstance(identifier, str):
        cls = _BY_NAME.get(identifier) or next((c for c in _BY_NAME.values() if c.__name__ == identifier), None)
        if cls is None:
            raise ValueError(f"Could not interpret initializer identifier: {identifier}")
        return cls()
    if isinstance(identifier, dict):
        return get(identifier["class_name"]).from_config(identifier.get("config", {}))
    if callable(identifier):
        return identifier() if inspect.isclass(identifier) else identifier
    raise ValueError(f"Could not interpret initializer identifier: {identifier}")


def engine_initializer(value):
    """What the engine takes for an initializer: one of its own, or a function of (shape, dtype number)."""
    if value is None or isinstance(value, _native.Object):
        return value
    value = get(value)
    known = getattr(value, "_engine_object", None)
    if known is not None and type(value).__call__ is _EngineInitializer.__call__:
        return known
    takes_partition = _takes(value, "partition_info")
    takes_dtype = _takes(value, "dtype")

    def initialize(shape, dtype):
        dtype = dtypes.as_dtype(dtype)
        keywords = {"partition_info": None} if takes_partition else {}
        if takes_dtype:
            keywords["dtype"] = dtype
        return convert_to_tensor(value(shape, **keywords), dtype)

    return initialize


def _takes(function_, name):
    try:
        parameters = inspect.signature(function_).parameters
    except (TypeError, ValueError):
        return name == "dtype"
    return name in parameters or any(p.kind is p.VAR_KEYWORD for p in parameters.values()) and name == "dtype"
