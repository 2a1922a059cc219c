"""``import tensorflow`` answered by this package."""

import sys

__all__ = ["install_as_tensorflow"]


def install_as_tensorflow(version=2):
    """From now on ``import tensorflow`` and its submodules mean this package, with the names of API ``version`` (1, 2).

    Raises ``ValueError`` for another version, ``RuntimeError`` when the real TensorFlow has been imported already.
    """
    if version not in (1, 2):
        raise ValueError(f"version must be 1 or 2, got {version!r}")
    from swiftestimator._api.namespace import Namespace, install_root

    for root in ("tensorflow", "tensorflow_estimator"):
        known = sys.modules.get(root)
        if known is not None and not isinstance(known, Namespace):
            raise RuntimeError(f"cannot stand in for {root}: it has been imported already")
        for name in [n for n in sys.modules if n == root or n.startswith(root + ".")]:
            del sys.modules[name]
        install_root(root, version)
    from swiftestimator._framework.tensor_shape import TensorShape

    TensorShape.v1_items = version == 1
