"""Small programs by name, each with a graph of its own; what they return or raise is the result."""

import enum
import json
import logging
import sys
import traceback

import numpy as np
import tensorflow.compat.v1 as tf


def plain(value):
    """A value as JSON can hold it, with its Python types, and dtypes, where they matter."""
    if value is None or isinstance(value, bool | int | float | str):
        return value if not isinstance(value, enum.Enum) else str(value)
    if isinstance(value, bytes):
        return {"bytes": value.decode("latin-1")}
    if isinstance(value, np.ndarray | np.generic):
        items = np.asarray(value)
        kind = "array" if isinstance(value, np.ndarray) else "scalar"
        return {kind: str(items.dtype), "value": plain(items.tolist())}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {type(value).__name__: [plain(v) for v in value]}
    if isinstance(value, list | tuple):
        return {type(value).__name__: [plain(v) for v in value]} if isinstance(value, tuple) else [*map(plain, value)]
    if isinstance(value, dict):
        return {"kind": type(value).__name__, "items": [[plain(k), plain(v)] for k, v in value.items()]}
    if isinstance(value, type):
        return f"class {value.__name__}"
    if isinstance(value, tf.Tensor | tf.Operation):
        return f"{type(value).__name__} {value.name}"
    if isinstance(value, BaseException):
        return {"error": type(value).__name__}
    return {"object": type(value).__name__}


class Lines(logging.Handler):
    """Keeps the log's lines."""

    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(f"{record.levelname} {record.getMessage()}")


class Cases:
    """Functions to run, by name."""

    def __init__(self):
        self.functions = {}

    def __call__(self, function):
        self.functions[function.__name__] = function
        return function

    def run(self):
        """Runs all (or those named on the command line) and writes their results where the command line says."""
        tf.logging.set_verbosity(tf.logging.INFO)
        chosen = sys.argv[3:] or self.functions
        results = {}
        for name in chosen:
            result = {"message": ""}
            with tf.Graph().as_default():
                try:
                    result["value"] = plain(self.functions[name]())
                except BaseException as error:  # the kind is what the case is about
                    result["value"] = plain(error)
                    result["message"] = str(error)
                    result["trace"] = traceback.format_exc()[-1500:]
            results[name] = result
        with open(sys.argv[1], "w") as file:
            json.dump(results, file)


def caught(function, *args, **kwargs):
    """The name of the exception that a call raises, or what it returns."""
    try:
        return plain(function(*args, **kwargs))
    except BaseException as error:
        return f"raised {type(error).__name__}"


def logged(function):
    """The lines that a call logs."""
    handler = Lines()
    logger = logging.getLogger("tensorflow")
    logger.addHandler(handler)
    try:
        function()
    finally:
        logger.removeHandler(handler)
    return handler.lines
