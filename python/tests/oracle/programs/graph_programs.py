"""Runs the small programs of data/graph_programs.jsonl, each in a graph of its own, and describes what they end in.

A description holds types, names, static shapes and values, or the class of the error. Arguments: where to write
``{program: description}``.
"""

import ast
import collections
import json
import pathlib
import sys
import warnings

import numpy as np
import tensorflow as tf2
import tensorflow.compat.v1 as tf

warnings.simplefilter("ignore")
tf.disable_eager_execution()
tf.logging.set_verbosity(tf.logging.FATAL)

DATA = pathlib.Path(__file__).resolve().parents[2] / "data" / "graph_programs.jsonl"
KEPT = []  # TensorFlow looks at graphs and code objects of earlier programs when it words errors


def plain(value):
    """A Python or NumPy value in a form that JSON has."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return "s:" + value
    if isinstance(value, float) and not isinstance(value, np.generic):
        return ["float", repr(value)]
    if isinstance(value, bytes):
        return "b:" + value.decode("latin1")
    if isinstance(value, np.ndarray | np.generic):
        array = np.asarray(value)
        kind = ["arr" if isinstance(value, np.ndarray) else "sc", str(array.dtype), list(array.shape)]
        items = array.reshape(-1)
        if array.dtype == object:
            return kind + [plain(item) for item in items]
        if array.dtype.kind == "c":
            return kind + [[float(item.real), float(item.imag)] for item in items]
        if array.dtype.kind in "SU":
            return kind[:1] + [array.dtype.kind, kind[2]] + [str(item) for item in items]
        return kind + [float(item) for item in items]
    name = type(value).__name__
    if name == "TensorShape":
        return "TS:" + str(value)
    if name == "DType":
        return "DT:" + repr(value)
    return structure(value, plain) or "obj:" + name


def structure(value, describe_leaf):
    """A nested structure with its leaves described, or ``None`` for what is none."""
    name = type(value).__name__
    if hasattr(value, "_fields"):
        return ["nt " + name] + [describe_leaf(v) for v in value]
    if isinstance(value, dict):
        return ["dict " + name] + [[str(k), describe_leaf(v)] for k, v in value.items()]
    if isinstance(value, list | tuple):
        return [name] + [describe_leaf(v) for v in value]
    return None


def run(fetches):
    """What the fetches are once variables and tables are initialised, as far as they can be."""
    with tf.Session() as session:
        try:
            session.run([tf.global_variables_initializer(), tf.local_variables_initializer(), tf.tables_initializer()])
        except Exception:  # a program may have finalized its graph, or have a variable that needs a feed
            pass
        return session.run(fetches)


def error(exception):
    return ["EXC", type(exception).__name__]


def describe(value):
    if isinstance(value, tf.Tensor):
        facts = ["T", value.name, value.op.type, value.dtype.name, str(value.shape)]
        try:
            return [*facts, plain(run(value))]
        except Exception as exception:
            return [*facts, error(exception)]
    if isinstance(value, tf.Operation):
        return ["Op", value.name, value.type]
    if isinstance(value, tf.SparseTensor):
        return ["Sparse", describe(value.indices), describe(value.values), describe(value.dense_shape)]
    if isinstance(value, tf.IndexedSlices):
        shape = value.dense_shape
        return ["IS", describe(value.values), describe(value.indices), None if shape is None else describe(shape)]
    if isinstance(value, tf.Variable) or type(value).__name__ == "ResourceVariable":
        return ["V", value.name, str(value.dtype.name), str(value.shape)]
    if type(value).__name__ in ("TensorShape", "DType"):
        return plain(value)
    nested = structure(value, describe)
    return plain(value) if nested is None else nested


def take(dataset, count=50):
    """Types and shapes of a dataset and its elements up to the end or an error."""
    iterator = tf.data.make_initializable_iterator(dataset)
    following = iterator.get_next()
    elements = []
    with tf.Session() as session:
        session.run(tf.tables_initializer())
        session.run(iterator.initializer)
        try:
            for _ in range(count):
                elements.append(session.run(following))
        except tf.errors.OutOfRangeError:
            elements.append("END")
        except Exception as exception:
            elements.append(error(exception))
    return [str(tf.data.get_output_types(dataset)), str(tf.data.get_output_shapes(dataset)), elements]


def ops():
    """Names, types, inputs and control inputs of the graph's operations."""
    return [
        (op.name, op.type, [i.name for i in op.inputs], [c.name for c in op.control_inputs])
        for op in tf.get_default_graph().get_operations()
    ]


def catch(function, *arguments):
    try:
        return describe(function(*arguments))
    except Exception as exception:
        return error(exception)


def outcome(program, setup):
    names = {
        "tf": tf, "tf2": tf2, "np": np, "collections": collections, "take": take, "ops": ops, "catch": catch,
        "run": run,
    }  # fmt: skip
    graph = tf.Graph()
    KEPT.append(graph)
    with graph.as_default():
        tf.set_random_seed(7)
        try:
            exec(setup, names)
            tree = ast.parse(program)
            last = ast.Expression(tree.body.pop().value) if isinstance(tree.body[-1], ast.Expr) else None
            code = compile(tree, "program", "exec")
            KEPT.append(code)
            exec(code, names)
            if last is None:
                return None
            code = compile(last, "program", "eval")
            KEPT.append(code)
            return describe(eval(code, names))
        except Exception as exception:
            return error(exception)


def main():
    lines = [json.loads(line) for line in DATA.read_text().splitlines()]
    setups = {}
    for line in lines:
        if "setup" in line and "code" in line:
            setups[line["setup"]] = line["code"]
    results = {
        line["program"]: outcome(line["program"], setups.get(line.get("setup"), ""))
        for line in lines
        if "program" in line
    }
    with open(sys.argv[1], "w") as file:
        json.dump(results, file)


if __name__ == "__main__":
    main()
