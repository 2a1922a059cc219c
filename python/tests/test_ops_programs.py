"""Small programs whose nodes, shapes and values are known.

``data/op_programs.jsonl`` has for each program what TensorFlow 2.15.1 makes of it: the nodes after the four
placeholders (names and types), their inputs, the static shape of the last expression and its value.
"""

import json
import pathlib

import numpy as np
import pytest
import swiftestimator
import swiftestimator.compat.v1 as tf
from ops_support import I, X, Y, skip_missing_ops

PROGRAMS = [
    json.loads(line) for line in (pathlib.Path(__file__).parent / "data/op_programs.jsonl").read_text().splitlines()
]


# Built from other nodes than TensorFlow's, to the same effect.
OTHER_NODES = {"tf.linspace(0.,1.,5)"}


def knows_as_much(found, expected):
    """Whether a static shape says all that TensorFlow's says; it may say more."""
    if expected is None or found is None:
        return expected is None
    return len(found) == len(expected) and all(e is None or f == e for f, e in zip(found, expected))


def build(program):
    env = {
        "tf": tf, "tf2": swiftestimator, "np": np, "x": tf.placeholder(tf.float32, [3, 4], name="x"),
        "y": tf.placeholder(tf.float32, [None, 4], name="y"), "u": tf.placeholder(tf.float32, None, name="u"),
        "i": tf.placeholder(tf.int32, [3], name="i"),
    }  # fmt: skip
    tf.set_random_seed(5)
    return eval(program, env)


def plain(value):
    """A value in the form that the file has."""
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, bytes):
        return value.decode("latin1")
    if isinstance(value, np.ndarray | np.generic):
        value = np.asarray(value)
        if value.dtype == object:
            return [str(value.shape)] + [v.decode("latin1") for v in value.reshape(-1)]
        numbers = [str(v) if value.dtype.kind == "c" else float(v) for v in value.reshape(-1)]
        return [str(value.dtype), list(value.shape), *numbers]
    return value


def same(found, expected):
    if isinstance(expected, list) and isinstance(found, list):
        return len(found) == len(expected) and all(same(a, b) for a, b in zip(found, expected))
    if isinstance(expected, dict) and isinstance(found, dict):
        return found.keys() == expected.keys() and all(same(found[k], expected[k]) for k in expected)
    if isinstance(expected, float) and isinstance(found, float):
        # Single precision: TensorFlow's own elementary functions differ in the last bits.
        return (
            found == expected
            or (found != found and expected != expected)
            or bool(abs(found - expected) <= 2e-5 * max(1.0, abs(expected)))
        )
    return found == expected


@pytest.mark.parametrize("case", PROGRAMS, ids=lambda case: case["program"])
@skip_missing_ops
def test_program(case):
    with tf.Graph().as_default() as graph:
        result = build(case["program"])
        operations = graph.get_operations()[4:]
        if "nodes" in case and case["program"] not in OTHER_NODES:
            assert [[op.name, op.type] for op in operations] == case["nodes"]
        if "inputs" in case and case["program"] not in OTHER_NODES:
            assert [[t.name for t in op.inputs] for op in operations] == case["inputs"]
        if "shape" in case:
            shape = None if result.shape.rank is None else result.shape.as_list()
            assert knows_as_much(shape, case["shape"])
        if "value" in case and result is not None:
            with tf.Session() as session:
                value = session.run(result, {"x:0": X, "y:0": Y, "u:0": X, "i:0": I})
            assert same(plain(value), case["value"])
