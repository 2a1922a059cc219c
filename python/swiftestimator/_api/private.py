"""TensorFlow's private modules that real programs import, as far as they have a public counterpart."""

import importlib
import types

__all__ = ["private_module"]

# What follows the root's name -> the module that serves.
_MODULES = {
    "python.client.timeline": "_framework.timeline",
    "python.estimator.model_fn": "_estimator.model_fn",
}


def private_module(fullname, version):
    """The module that stands for a private one; ``None`` when there is none."""
    path = fullname.partition(".")[2]
    target = _MODULES.get(path)
    if target is not None:
        return importlib.import_module(f"swiftestimator.{target}")
    if any(known.startswith(path + ".") for known in _MODULES):  # a package on the way to one
        package = types.ModuleType(fullname)
        package.__path__ = []
        return package
    return None
