"""Which package of ``swiftestimator`` may import which, and what ``import swiftestimator`` loads."""

import ast
import json
import os
import pathlib
import subprocess
import sys

import pytest
import swiftestimator

ROOT = pathlib.Path(swiftestimator.__file__).parent
FILES = sorted(p for p in ROOT.rglob("*.py") if "__pycache__" not in p.parts)

# What any package may use.
BASE = {"_native", "_border", "_errors", "_logging"}
# The packages below each package. Imports inside functions may also go the other way: they run when all is loaded.
BELOW = {
    "_framework": {"_protos", "_io"},
    "_protos": set(),
    "_io": {"_framework"},
    "_ops": {"_framework", "_protos"},
    "_model": {"_framework", "_ops", "_protos"},
    "_data": {"_framework", "_ops", "_model", "_protos", "_io"},
    "_estimator": {"_framework", "_ops", "_model", "_data", "_protos", "_io"},
    "_saved_model": {"_framework", "_ops", "_model", "_data", "_estimator", "_protos", "_io"},
    "_api": set(),
}
# Tensors get their operators when the class is there.
EXCEPTIONS = {("_framework/graph.py", "swiftestimator._ops.operators")}
OUTSIDE = {"absl", "google", "numpy", "pandas", "tqdm"} | set(sys.stdlib_module_names)


def package(path):
    """The package (or top-level module) that a file belongs to."""
    parts = path.relative_to(ROOT).parts
    return parts[0].removesuffix(".py")


def imports(path):
    """(module, whether it is imported when the file is loaded) for each import of a file."""
    found = []

    def look(node, is_eager):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                found.extend((alias.name, is_eager) for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                assert child.level == 0, f"{path} has a relative import"
                found.extend((f"{child.module}.{alias.name}", is_eager) for alias in child.names)
            elif not isinstance(child, ast.expr):
                look(child, is_eager and not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef))

    look(ast.parse(path.read_text()), True)
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_of_a_file(path):
    own = package(path)
    for name, is_eager in imports(path):
        parts = name.split(".")
        if parts[0] != "swiftestimator":
            assert parts[0] in OUTSIDE, f"{path} imports {name}"
            continue
        target = parts[1] if len(parts) > 1 else ""
        if (path.relative_to(ROOT).as_posix(), name) in EXCEPTIONS:
            continue
        if own in BELOW and is_eager and target in BELOW and target != own:
            assert target in BELOW[own], f"{path} imports {name} when it is loaded: {own} is below {target}"


def test_every_package_has_a_rule():
    packages = {p.parent.name for p in ROOT.glob("_*/__init__.py")}
    assert packages == set(BELOW)


def test_the_engine_is_reached_through_the_extension_only():
    for path in FILES:
        for name, _ in imports(path):
            assert name.split(".")[0] not in ("ctypes", "cffi"), f"{path} imports {name}"


def test_import_loads_only_the_tables():
    code = "import json, sys, swiftestimator; print(json.dumps(sorted(sys.modules)))"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    loaded = json.loads(done.stdout)
    own = {n.split(".")[1] for n in loaded if n.startswith("swiftestimator.")}
    assert own <= BASE | {"_api", "_runner"}, own
    assert not {"google.protobuf", "absl", "tensorflow", "pandas"} & set(loaded)
