"""Pooling layers of v1: faces of the engine's layers."""

from swiftestimator._model.layers import EngineLayer


class MaxPooling1D(EngineLayer):
    """The largest element of each window."""

    _kind = "max_pooling1d"

    def __init__(self, pool_size, strides, padding="valid", data_format="channels_last", name=None, **kwargs):
        self._set(kwargs, pool_size=pool_size, strides=strides, padding=padding, data_format=data_format, name=name)


def max_pooling1d(inputs, pool_size, strides, padding="valid", data_format="channels_last", name=None):
    """The largest element of each window."""
    layer = MaxPooling1D(pool_size=pool_size, strides=strides, padding=padding, data_format=data_format, name=name)
    return layer(inputs)


class AveragePooling1D(EngineLayer):
    """The mean of each window."""

    _kind = "average_pooling1d"

    def __init__(self, pool_size, strides, padding="valid", data_format="channels_last", name=None, **kwargs):
        self._set(kwargs, pool_size=pool_size, strides=strides, padding=padding, data_format=data_format, name=name)


def average_pooling1d(inputs, pool_size, strides, padding="valid", data_format="channels_last", name=None):
    """The mean of each window."""
    layer = AveragePooling1D(pool_size=pool_size, strides=strides, padding=padding, data_format=data_format, name=name)
    return layer(inputs)


class MaxPooling2D(EngineLayer):
    """The largest element of each window."""

    _kind = "max_pooling2d"

    def __init__(self, pool_size, strides, padding="valid", data_format="channels_last", name=None, **kwargs):
        self._set(kwargs, pool_size=pool_size, strides=strides, padding=padding, data_format=data_format, name=name)


def max_pooling2d(inputs, pool_size, strides, padding="valid", data_format="channels_last", name=None):
    """The largest element of each window."""
    layer = MaxPooling2D(pool_size=pool_size, strides=strides, padding=padding, data_format=data_format, name=name)
    return layer(inputs)


class AveragePooling2D(EngineLayer):
    """The mean of each window."""

    _kind = "average_pooling2d"

    def __init__(self, pool_size, strides, padding="valid", data_format="channels_last", name=None, **kwargs):
        self._set(kwargs, pool_size=pool_size, strides=strides, padding=padding, data_format=data_format, name=name)


def average_pooling2d(inputs, pool_size, strides, padding="valid", data_format="channels_last", name=None):
    """The mean of each window."""
    layer = AveragePooling2D(pool_size=pool_size, strides=strides, padding=padding, data_format=data_format, name=name)
    return layer(inputs)


class MaxPooling3D(EngineLayer):
    """The largest element of each window."""

    _kind = "max_pooling3d"

    def __init__(self, pool_size, strides, padding="valid", data_format="channels_last", name=None, **kwargs):
        self._set(kwargs, pool_size=pool_size, strides=strides, padding=padding, data_format=data_format, name=name)


def max_pooling3d(inputs, pool_size, strides, padding="valid", data_format="channels_last", name=None):
    """The largest element of each window."""
    layer = MaxPooling3D(pool_size=pool_size, strides=strides, padding=padding, data_format=data_format, name=name)
    return layer(inputs)


class AveragePooling3D(EngineLayer):
    """The mean of each window."""

    _kind = "average_pooling3d"

    def __init__(self, pool_size, strides, padding="valid", data_format="channels_last", name=None, **kwargs):
        self._set(kwargs, pool_size=pool_size, strides=strides, padding=padding, data_format=data_format, name=name)


def average_pooling3d(inputs, pool_size, strides, padding="valid", data_format="channels_last", name=None):
    """The mean of each window."""
    layer = AveragePooling3D(pool_size=pool_size, strides=strides, padding=padding, data_format=data_format, name=name)
    return layer(inputs)
