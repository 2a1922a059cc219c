"""Which public name is which object of which module.

``TABLE`` maps a module of this package to its names: a key is the API versions (``1``, ``2`` or ``12``) and the
namespace (``tf`` for the root, ``nn`` for ``tf.nn``); the value lists names, ``public=attribute`` where they differ.
"""

from functools import lru_cache

from swiftestimator._api.table_data import TABLE as _data
from swiftestimator._api.table_estimator import TABLE as _estimator
from swiftestimator._api.table_framework import TABLE as _framework
from swiftestimator._api.table_model import TABLE as _model
from swiftestimator._api.table_ops import TABLE as _ops
from swiftestimator._api.table_saved_model import TABLE as _saved_model

__all__ = ["names"]

_TABLES = (_framework, _ops, _data, _model, _estimator, _saved_model)


@lru_cache
def names(version):
    """Namespace path -> (name -> (module, attribute), names of the namespaces below it)."""
    spaces = {"": ({}, set())}
    wanted = str(version)
    for table in _TABLES:
        for module, groups in table.items():
            for key, text in groups.items():
                versions, _, path = key.partition(" ")
                if wanted not in versions:
                    continue
                path = "" if path == "tf" else path
                if path not in spaces:
                    _add_space(spaces, path)
                entries = spaces[path][0]
                for item in text.split():
                    public, _, attribute = item.partition("=")
                    entries[public] = (module, attribute or public)
    return spaces


def _add_space(spaces, path):
    spaces[path] = ({}, set())
    parent, _, name = path.rpartition(".")
    if parent not in spaces:
        _add_space(spaces, parent)
    spaces[parent][1].add(name)
