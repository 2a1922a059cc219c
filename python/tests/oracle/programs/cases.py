"""Tables of cases: each runs in a graph of its own and ends in a value or an error, put in a form that can be compared.

A program adds cases with ``case`` and ends with ``run()``, which writes {name: outcome}: ``{"value": form}`` or
``{"error": class, "phrase": what its message must hold}``. Messages are compared by phrases only, each program names
those that matter.
"""

import json
import re
import sys

import numpy as np
import tensorflow.compat.v1 as tf

CASES = {}
PHRASES = []


def case(name, function):
    assert name not in CASES, name
    CASES[name] = function


def form(value):
    """What can be compared and stored."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if np.isfinite(value) else repr(float(value))
    if isinstance(value, bytes):
        return {"bytes": value.decode("latin1")}
    if isinstance(value, tf.Tensor):
        shape = value.shape.as_list() if value.shape.ndims is not None else "unknown"
        return f"tensor {value.name} {value.dtype.base_dtype.name} {shape}"
    if hasattr(value, "initializer") and hasattr(value, "read_value"):
        return f"variable {value.name}"
    if isinstance(value, tf.Operation):
        return f"operation {value.name} {value.type}"
    if isinstance(value, np.generic | np.ndarray):
        return {"array": str(value.dtype), "value": value.tolist() if value.dtype.kind not in "OS" else str(value)}
    if isinstance(value, dict):
        return {"dict": type(value).__name__, "items": [[form(k), form(v)] for k, v in value.items()]}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {"tuple": type(value).__name__, "items": [[n, form(getattr(value, n))] for n in value._fields]}
    if isinstance(value, list | tuple):
        return {type(value).__name__: [form(v) for v in value]}
    for name in ("scores", "classes", "value", "outputs"):
        if isinstance(value, tf.estimator.export.ExportOutput) and hasattr(value, name):
            names = [n for n in ("scores", "classes", "value", "outputs") if hasattr(value, n)]
            return {"export": type(value).__name__, "items": [[n, form(getattr(value, n))] for n in names]}
    return f"<{type(value).__name__}>"


def phrase(message):
    for pattern in PHRASES:
        if re.search(pattern, message, re.DOTALL):
            return pattern
    return ""


def outcome(function):
    with tf.Graph().as_default():
        try:
            return {"value": form(function())}
        except Exception as error:  # the point of the program
            return {"error": type(error).__name__, "phrase": phrase(str(error)), "message": str(error)}


def run():
    wanted = set(sys.argv[3:])
    results = {n: outcome(f) for n, f in CASES.items() if not wanted or n in wanted}
    with open(sys.argv[1], "w") as file:
        json.dump(results, file)
