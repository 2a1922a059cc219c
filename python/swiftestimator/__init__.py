"""Programs written for TensorFlow's Estimators, without TensorFlow.

``import swiftestimator as tf`` has the names of TensorFlow 2, ``import swiftestimator.compat.v1 as tf`` those of
TensorFlow 1. :func:`install_as_tensorflow` makes ``import tensorflow`` mean this package.
"""

from swiftestimator import _border  # noqa: F401 (attaches the engine)
from swiftestimator._api import namespace as _namespace
from swiftestimator._runner import install_as_tensorflow

__all__ = ["install_as_tensorflow"]


def __getattr__(name):
    import sys

    if name == "__version__":
        from importlib.metadata import version

        return version(__name__)
    return _namespace.lookup(sys.modules[__name__], 2, "", name)


def __dir__():
    from swiftestimator._api.table import names

    entries, children = names(2)[""]
    return sorted(set(entries) | set(children) | set(globals()))
