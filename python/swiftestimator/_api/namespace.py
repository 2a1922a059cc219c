"""Modules of the public API, whose names are looked up when they are first used.

``import swiftestimator`` must cost next to nothing, so a name's implementation is imported on first use. The table of
names says where each one lives and to which of TensorFlow's API versions it belongs.
"""

import importlib
import importlib.machinery
import sys
import types

from swiftestimator._api.table import names

__all__ = ["Namespace", "install_root", "namespace"]

_PACKAGE = "swiftestimator"
_roots = {}
# What `tf.__version__` says to programs that ask: the release whose behaviour this package has.
_VERSIONS = {1: "1.15.5", 2: "2.15.1"}


class Namespace(types.ModuleType):
    """A module of API version 1 or 2 at a dotted path (empty for the root)."""

    def __init__(self, module_name, version, path):
        super().__init__(module_name, f"Names of TensorFlow {version}.x under '{path or 'tf'}'.")
        self.__dict__["_version"] = version
        self.__dict__["_path"] = path
        self.__path__ = []
        if not path:
            self.__version__ = self.VERSION = _VERSIONS[_roots.get(module_name, 2)]
        self.__package__ = module_name

    def __getattr__(self, name):
        return lookup(self, self._version, self._path, name)

    def __dir__(self):
        entries, children = names(self._version).get(self._path, ({}, ()))
        return sorted(set(entries) | set(children) | set(self.__dict__))


def lookup(module, version, path, name):
    """The object that a namespace offers under ``name``; kept in the module. ``AttributeError`` when there is none."""
    entries, children = names(version).get(path, ({}, ()))
    entry = entries.get(name)
    if entry is not None:
        implementation, attribute = entry
        value = importlib.import_module(f"{_PACKAGE}.{implementation}")
        if attribute:
            value = getattr(value, attribute)
        module.__dict__[name] = value
        return value
    if name in children or (path == "compat" and name in ("v1", "v2")):
        return importlib.import_module(f"{module.__name__}.{name}")
    if name.startswith("__"):
        raise AttributeError(f"module '{module.__name__}' has no attribute '{name}'")
    dotted = f"tf.{path}.{name}" if path else f"tf.{name}"
    raise AttributeError(f"swiftestimator does not offer '{dotted}' (TensorFlow {version}.x names)")


def install_root(module_name, version):
    """Makes ``module_name`` and what is below it importable as API version ``version``."""
    _roots[module_name] = version


def namespace(module_name):
    """(version, path) of a module below an installed root; ``None`` for others."""
    parts = module_name.split(".")
    if parts[0] not in _roots:
        return None
    version = _roots[parts[0]]
    path = parts[1:]
    while path[:1] == ["compat"] and len(path) > 1 and path[1] in ("v1", "v2"):
        version = int(path[1][1])
        path = path[2:]
    path = ".".join(path)
    if path == "compat" or not path or path in names(version):
        return version, path
    return None


class _Finder:
    """Finds and loads these modules. (The base classes of importlib.abc would cost 14 ms to import.)"""

    def find_spec(self, fullname, path=None, target=None):
        root = fullname.split(".", 1)[0]
        if root not in _roots or "._" in fullname or fullname == _PACKAGE:
            return None
        found = namespace(fullname)
        if found is None:
            alias = _private_alias(fullname)
            if alias is None:
                return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec):
        found = namespace(spec.name)
        if found is None:
            return _private_alias(spec.name)
        version, path = found
        entry = names(version).get(path, (None,))[0]
        if path and entry is not None and "" in entry:  # a whole module stands for the namespace
            return importlib.import_module(f"{_PACKAGE}.{entry[''][0]}")
        return Namespace(spec.name, version, path)

    def exec_module(self, module):
        pass


def _private_alias(fullname):
    """The namespace that stands for one of TensorFlow's private modules, such as ``tensorflow.python.ops``."""
    from swiftestimator._api.private import private_module

    root = fullname.split(".", 1)[0]
    return private_module(fullname, _roots[root])


sys.meta_path.append(_Finder())
install_root(_PACKAGE, 2)
