"""``tf.layers`` of TensorFlow 1: layers as objects, and functions that make and call one."""

import random

from swiftestimator import _native
from swiftestimator._border import builder, function, options, register_wrapper
from swiftestimator._framework import dtypes
from swiftestimator._framework.convert import convert_to_tensor
from swiftestimator._framework.graph import Graph, get_default_graph, name_scope
from swiftestimator._model import initializers
from swiftestimator._model.initializers import engine_initializer
from swiftestimator._model.layer_base import Layer, _activity_loss
from swiftestimator._model.scopes import _reuse
from swiftestimator._ops.placeholder_ops import placeholder

__all__ = ["Layer"]


class _Handle(_native.Object):
    """A layer of the engine."""


register_wrapper("Layer", _Handle)
zeros = initializers.Zeros()
ones = initializers.Ones()

# Keras initializers, which tf.layers uses by default, draw their seeds from Python's generator.
function("keras.set_seed_source")(lambda: random.randint(1, int(1e9)))


def _number_or_list(value):
    return list(value) if isinstance(value, tuple) else value


def _training(value):
    """``training`` may be a bool, a number or a tensor."""
    return value if value is None or isinstance(value, bool | int) else convert_to_tensor(value)


def _activation(value):
    """An activation, given as a function or by name."""
    if value is None or callable(value):
        return value
    from swiftestimator._ops import math_ops, nn_ops

    if value == "linear":
        return None
    for module in (nn_ops, math_ops):
        if value in _ACTIVATIONS and hasattr(module, value):
            return getattr(module, value)
    raise ValueError(f"Unknown activation function '{value}' cannot be deserialized.")


_ACTIVATIONS = ("elu", "relu", "relu6", "selu", "sigmoid", "softmax", "softplus", "softsign", "swish", "tanh", "exp")


class EngineLayer(Layer):
    """A layer of the engine."""

    _kind = ""

    def _set(self, kwargs, **config):
        self._reuse_argument = kwargs.pop("_reuse", None)
        scope = kwargs.pop("_scope", None)
        dtype = kwargs.pop("dtype", None)
        self._dtype = None if dtype is None else dtypes.as_dtype(dtype).name
        if kwargs:
            raise TypeError(f"Keyword argument not understood: {next(iter(kwargs))}")
        if scope is not None and config.get("name") is None:
            config["name"] = scope
        self.activity_regularizer = config.pop("activity_regularizer", None)
        if "activation" in config:
            config["activation"] = _activation(config["activation"])
        for key in ("units", "filters"):
            if key in config and not isinstance(config[key], bool):
                config[key] = int(config[key])
        self._config = config
        self.trainable = config.get("trainable", True)
        self._graph = get_default_graph()
        self.__dict__.update({k: v for k, v in config.items() if k not in ("name", "trainable")})
        for key, value in config.items():
            if key.endswith("_initializer"):
                config[key] = None if value is None else engine_initializer(value)
        self._handle = None
        self._activity_losses = []

    def _engine(self):
        if self._handle is None:
            asked = options(**{k: _number_or_list(v) for k, v in self._config.items()})
            if self._reuse_argument is not None:
                asked["reuse"] = _reuse(self._reuse_argument)
            self._handle = builder("layers.make")(get_default_graph(), self._kind, asked)
        return self._handle

    def __call__(self, inputs, *args, **kwargs):
        """The layer's output for ``inputs``."""
        kwargs.pop("scope", None)
        training = kwargs.pop("training", args[0] if args else None)
        if kwargs:
            raise TypeError(f"unexpected argument of a layer's call: {next(iter(kwargs))}")
        inputs = convert_to_tensor(inputs)
        if training is not None:
            function("layers.set_training")(self._engine(), _training(training))
        outputs = builder("layers.call")(self._engine(), inputs)
        self._dtype = self._dtype or (inputs.dtype.base_dtype.name if inputs.dtype.is_floating else "float32")
        if self.activity_regularizer is not None:
            scope = outputs.op.name.rpartition("/")[0]
            with name_scope(f"{scope}/ActivityRegularizer/"):
                loss = _activity_loss(self.activity_regularizer, outputs)
            if loss is not None:
                self._activity_losses.append(loss)
                get_default_graph().add_to_collection("regularization_losses", loss)
        return outputs

    def compute_output_shape(self, input_shape):
        """The shape of the output for inputs of a shape."""
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__, _handle=None, _reuse_argument=None, activity_regularizer=None)
        twin._config = {**self._config, "name": None}
        if "activation" in twin._config:
            twin._config["activation"] = None
        with Graph().as_default():
            return twin(placeholder("float32", input_shape)).shape

    def _facts(self):
        return function("layer.facts")(self._engine())

    @property
    def name(self):
        """The layer's name."""
        return self._facts()["name"]

    @property
    def scope_name(self):
        """The variable scope of the layer; ``ValueError`` before the first call."""
        scope = self._facts()["scope_name"]
        if not scope:
            raise ValueError("No name available for layer scope because the layer has not been used yet.")
        return scope

    @property
    def built(self):
        """Whether the layer has made its variables."""
        return self._facts()["built"]

    @property
    def weights(self):
        """All variables."""
        return self._facts()["weights"]

    @property
    def trainable_weights(self):
        """The variables that optimizers change."""
        return self._facts()["trainable_weights"]

    @property
    def non_trainable_weights(self):
        """The other variables."""
        return self._facts()["non_trainable_weights"]

    @property
    def losses(self):
        """Regularization losses of the variables."""
        return self._activity_losses + self._facts()["losses"]

    @property
    def updates(self):
        """Operations to run with a training step."""
        return self._facts()["updates"]

    def __getattr__(self, name):
        if name in (
            "kernel",
            "bias",
            "gamma",
            "beta",
            "moving_mean",
            "moving_variance",
            "depthwise_kernel",
            "pointwise_kernel",
        ):
            for weight in self.weights:
                if weight.op.name.rpartition("/")[2] == name:
                    return weight
            return None
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")


class Dense(EngineLayer):
    """``activation(x·kernel + bias)`` over the last axis."""

    _kind = "dense"

    def __init__(
        self, units, activation=None, use_bias=True, kernel_initializer=None, bias_initializer=zeros,
        kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None, kernel_constraint=None,
        bias_constraint=None, trainable=True, name=None, **kwargs,
    ):  # fmt: skip
        self._set(
            kwargs, units=units, activation=activation, use_bias=use_bias, kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer, kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer, activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint, bias_constraint=bias_constraint, trainable=trainable, name=name,
        )  # fmt: skip


def dense(
    inputs, units, activation=None, use_bias=True, kernel_initializer=None, bias_initializer=zeros,
    kernel_regularizer=None, bias_regularizer=None, activity_regularizer=None, kernel_constraint=None,
    bias_constraint=None, trainable=True, name=None, reuse=None,
):  # fmt: skip
    """``activation(x·kernel + bias)`` over the last axis."""
    layer = Dense(
        units=units, activation=activation, use_bias=use_bias, kernel_initializer=kernel_initializer,
        bias_initializer=bias_initializer, kernel_regularizer=kernel_regularizer, bias_regularizer=bias_regularizer,
        activity_regularizer=activity_regularizer, kernel_constraint=kernel_constraint,
        bias_constraint=bias_constraint, trainable=trainable, name=name, _reuse=reuse,
    )  # fmt: skip
    return layer(inputs)


class Dropout(EngineLayer):
    """While training, drops elements with probability ``rate`` and scales the rest up."""

    _kind = "dropout"

    def __init__(self, rate=0.5, noise_shape=None, seed=None, name=None, **kwargs):
        self._set(kwargs, rate=rate, noise_shape=noise_shape, seed=seed, name=name)


def dropout(inputs, rate=0.5, noise_shape=None, seed=None, training=False, name=None):
    """While training, drops elements with probability ``rate`` and scales the rest up."""
    layer = Dropout(rate=rate, noise_shape=noise_shape, seed=seed, name=name)
    return layer(inputs, training=training)


class Flatten(EngineLayer):
    """Flattens all but the batch axis."""

    _kind = "flatten"

    def __init__(self, data_format=None, name=None, **kwargs):
        self._set(kwargs, data_format=data_format, name=name)


def flatten(inputs, name=None, data_format="channels_last"):
    """Flattens all but the batch axis."""
    layer = Flatten(data_format=data_format, name=name)
    return layer(inputs)


class BatchNormalization(EngineLayer):
    """Normalises by mean and variance; run the operations in the collection ``update_ops`` with the training step."""

    _kind = "batch_normalization"

    def __init__(
        self, axis=-1, momentum=0.99, epsilon=1e-3, center=True, scale=True, beta_initializer=zeros,
        gamma_initializer=ones, moving_mean_initializer=zeros, moving_variance_initializer=ones,
        beta_regularizer=None, gamma_regularizer=None, beta_constraint=None, gamma_constraint=None, renorm=False,
        renorm_clipping=None, renorm_momentum=0.99, fused=None, trainable=True, virtual_batch_size=None,
        adjustment=None, name=None, **kwargs,
    ):  # fmt: skip
        for argument, value in (
            ("renorm", renorm), ("virtual_batch_size", virtual_batch_size), ("adjustment", adjustment),
        ):  # fmt: skip
            if value:
                raise NotImplementedError(f"batch normalization with {argument!r} is not implemented in swiftestimator")
        if isinstance(axis, list | tuple):
            if len(axis) != 1:
                raise NotImplementedError("batch normalization over several axes is not implemented in swiftestimator")
            axis = axis[0]
        self._set(
            kwargs, axis=axis, momentum=momentum, epsilon=epsilon, center=center, scale=scale,
            beta_initializer=beta_initializer, gamma_initializer=gamma_initializer,
            moving_mean_initializer=moving_mean_initializer, moving_variance_initializer=moving_variance_initializer,
            beta_regularizer=beta_regularizer, gamma_regularizer=gamma_regularizer, beta_constraint=beta_constraint,
            gamma_constraint=gamma_constraint, renorm=renorm, renorm_clipping=renorm_clipping,
            renorm_momentum=renorm_momentum, fused=fused, trainable=trainable, virtual_batch_size=virtual_batch_size,
            adjustment=adjustment, name=name,
        )  # fmt: skip


def batch_normalization(
    inputs, axis=-1, momentum=0.99, epsilon=1e-3, center=True, scale=True, beta_initializer=zeros,
    gamma_initializer=ones, moving_mean_initializer=zeros, moving_variance_initializer=ones, beta_regularizer=None,
    gamma_regularizer=None, beta_constraint=None, gamma_constraint=None, training=False, trainable=True, name=None,
    reuse=None, renorm=False, renorm_clipping=None, renorm_momentum=0.99, fused=None, virtual_batch_size=None,
    adjustment=None,
):  # fmt: skip
    """Normalises by mean and variance; run the operations in the collection ``update_ops`` with the training step."""
    layer = BatchNormalization(
        axis=axis, momentum=momentum, epsilon=epsilon, center=center, scale=scale, beta_initializer=beta_initializer,
        gamma_initializer=gamma_initializer, moving_mean_initializer=moving_mean_initializer,
        moving_variance_initializer=moving_variance_initializer, beta_regularizer=beta_regularizer,
        gamma_regularizer=gamma_regularizer, beta_constraint=beta_constraint, gamma_constraint=gamma_constraint,
        renorm=renorm, renorm_clipping=renorm_clipping, renorm_momentum=renorm_momentum, fused=fused,
        trainable=trainable, virtual_batch_size=virtual_batch_size, adjustment=adjustment, name=name, _reuse=reuse,
    )  # fmt: skip
    return layer(inputs, training=training)
