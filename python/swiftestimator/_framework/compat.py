"""``tf.compat``: text and bytes, and what TensorFlow calls its versions."""

import numbers
import os

import numpy as np

__all__ = ["as_bytes", "as_str", "as_str_any", "as_text"]

integral_types = (numbers.Integral, np.integer)
real_types = (numbers.Real, np.integer, np.floating)
complex_types = (numbers.Complex, np.number)
bytes_or_text_types = (bytes, str)


def as_bytes(bytes_or_text, encoding="utf-8"):
    """``bytes`` of text or bytes."""
    if isinstance(bytes_or_text, bytearray):
        return bytes(bytes_or_text)
    if isinstance(bytes_or_text, str):
        return bytes_or_text.encode(encoding)
    if isinstance(bytes_or_text, bytes):
        return bytes_or_text
    raise TypeError(f"Expected binary or unicode string, got {bytes_or_text!r}")


def as_text(bytes_or_text, encoding="utf-8"):
    """``str`` of text or bytes."""
    if isinstance(bytes_or_text, str):
        return bytes_or_text
    if isinstance(bytes_or_text, bytes):
        return bytes_or_text.decode(encoding)
    raise TypeError(f"Expected binary or unicode string, got {bytes_or_text!r}")


as_str = as_text


def as_str_any(value, encoding="utf-8"):
    """``str`` of anything."""
    return as_text(value, encoding) if isinstance(value, bytes) else str(value)


def path_to_str(path):
    """A path as ``str``."""
    return as_str_any(os.fspath(path)) if hasattr(path, "__fspath__") else path


def forward_compatible(year, month, day):
    """Always true."""
    return True


def enable_v2_behavior():
    """Shapes hold ints, as TensorFlow 2 has it; the rest is the same in both."""
    from swiftestimator._framework.tensor_shape import TensorShape

    TensorShape.v1_items = False


def disable_v2_behavior():
    """Shapes hold ``Dimension`` objects, as TensorFlow 1 has it; the rest is the same in both."""
    from swiftestimator._framework.tensor_shape import TensorShape

    TensorShape.v1_items = True


enable_v2_tensorshape = enable_v2_behavior
disable_v2_tensorshape = disable_v2_behavior


def nothing(*args, **kwargs):
    """Accepted for compatibility: there is one way of doing this here."""


def disable_eager_execution():
    """Does nothing: programs build graphs."""


def enable_eager_execution(config=None, device_policy=None, execution_mode=None):
    """Not offered: raises ``NotImplementedError``."""
    raise NotImplementedError("eager execution is not implemented in swiftestimator: programs build graphs")
