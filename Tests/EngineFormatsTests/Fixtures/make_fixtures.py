"""Writes the golden files beside this script with TensorFlow 2.15.1: `python make_fixtures.py`."""

import os
import shutil

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np  # noqa: E402
import tensorflow.compat.v1 as tf  # noqa: E402
from google.protobuf import text_format  # noqa: E402

tf.disable_v2_behavior()
HERE = os.path.dirname(os.path.abspath(__file__))
TYPES = "float32 float64 int32 uint8 int16 int8 complex64 int64 bool bfloat16 uint16 complex128 float16 uint32 uint64"


def path(*parts):
    result = os.path.join(HERE, *parts)
    os.makedirs(os.path.dirname(result), exist_ok=True)
    return result


def checkpoint():
    """Every type, text, an empty tensor, scalars, and a variable in two parts."""
    with tf.Graph().as_default(), tf.Session() as session:
        names, values = [], []
        for name in TYPES.split():
            names.append("types/" + name)
            values.append(tf.cast(tf.constant([[0, 1, 2], [3, 4, 5]], tf.float32), tf.as_dtype(name)))
        names += ["empty", "global_step", "strings", "no_strings", "\u00e9t\u00e9"]
        values += [
            tf.zeros([0, 3]),
            tf.constant(7, tf.int64),
            tf.constant([[b"a", b"bcd"], [b"", b"x" * 200]]),
            tf.constant([], tf.string),
            tf.constant([1.5, -2.0]),
        ]
        slices = [""] * len(names)
        part = tf.reshape(tf.range(20.0), [10, 2])
        names += ["part", "part", "column", "column", "whole"]
        values += [part[:5], part[5:], part[:, :1], part[:, 1:], part]
        slices += ["10 2 0,5:0,2", "10 2 5,5:0,2", "10 2 -:0,1", "10 2 -:1,1", "10 2 0,10:0,2"]
        session.run(tf.raw_ops.SaveV2(prefix=path("checkpoint", "model.ckpt-7"), tensor_names=names,
                                      shape_and_slices=slices, tensors=values))


def many_tensors():
    """An index of several blocks, of which only the size and the checksum are kept."""
    directory = path("many", "x")[:-2]
    with tf.Graph().as_default(), tf.Session() as session:
        count = 16000
        names = [f"scope_{i % 7}/a_rather_long_variable_name/number_{i}" for i in range(count)]
        values = tf.unstack(tf.range(float(count)))
        session.run(tf.raw_ops.SaveV2(prefix=directory + "/m", tensor_names=names, shape_and_slices=[""] * count,
                                      tensors=values))
    with open(directory + "/m.index", "rb") as file:
        index = file.read()
    shutil.rmtree(directory)
    with open(path("many_tensors_index.txt"), "w") as file:
        file.write(f"{len(index)} {crc32c(index)}\n")


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def graph():
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [None, 3], name="x")
        w = tf.constant(np.arange(6, dtype=np.float32).reshape(3, 2), name="w")
        with tf.name_scope("layer"):
            y = tf.matmul(x, w, name="product")
            with tf.control_dependencies([w.op]):
                tf.identity(y, name="out")
        tf.constant(["a", "b\n"], name="text")
        tf.constant(True, name="flag")
        tf.split(y, 2, axis=1, name="halves")
    for shapes in (False, True):
        definition = graph.as_graph_def(add_shapes=shapes)
        name = "graph_shapes" if shapes else "graph"
        with open(path("graph", name + ".pb"), "wb") as file:
            file.write(definition.SerializeToString(deterministic=True))
        with open(path("graph", name + ".pbtxt"), "w") as file:
            file.write(text_format.MessageToString(definition))


def events():
    directory = os.path.join(HERE, "events")
    shutil.rmtree(directory, ignore_errors=True)
    with tf.Graph().as_default(), tf.Session() as session:
        writer = tf.summary.FileWriter(directory, filename_suffix=".golden")
        values = tf.constant([1.0, 2.0, -3.0, 0.0, 0.5])
        merged = tf.summary.merge([tf.summary.scalar("loss", values[4]), tf.summary.histogram("h", values)])
        writer.add_summary(session.run(merged), 5)
        writer.add_session_log(tf.SessionLog(status=tf.SessionLog.CHECKPOINT, checkpoint_path="/d/model.ckpt"), 5)
        writer.close()
        with open(path("events", "histograms.txt"), "w") as file:
            for values in ([], [0.0], [1e-13], [-1e-13], [1e25], [-1e25, 1e25], [1.0] * 3, [1e-12], [1.1e-12],
                           [float(i) for i in range(-5, 100)], [3.0, 3.0, 700.5]):
                data = session.run(tf.summary.histogram("h", tf.constant(values, tf.float64)))
                histogram = tf.Summary.FromString(data).value[0].histo
                file.write(" ".join(map(repr, values)) + "|" + histogram.SerializeToString().hex() + "\n")


def text():
    """The text form of awkward values. (No key is the beginning of another: Python's library sorts those oddly.)"""
    node = tf.NodeDef(name="a\u00e9\n\"'\\\x01\x7f", op="x")
    node.attr["bytes"].s = bytes(range(256))
    node.attr["empty"].s = b""
    node.attr["nothing"].SetInParent()
    node.attr["shape"].shape.SetInParent()
    node.attr["wide"].shape.dim.add().size = -1
    node.attr["zero"].i = 0
    node.attr["type"].type = 1
    node.attr["odd_type"].type = 77
    node.attr["min"].i = -(2**63)
    floats = [0.1, 1.0, 16777216.0, 1e16, 1e-5, 1e-4, 123456789, float("inf"), float("-inf"), float("nan"), -0.0, 0.0,
              3.4028234e38, 1e-45, 1e-40, 1e15, 1e22, 1 / 3, 1.17549435e-38, 9.999e15, 2.5e-7, -100.25]
    node.attr["floats"].list.f.extend(floats)
    doubles = [5e-324, 1.7976931348623157e308, 123456789012345680.0, 0.30000000000000004]
    node.attr["tensor"].tensor.double_val.extend(floats + doubles)
    with open(path("text", "node.pbtxt"), "w") as file:
        file.write(text_format.MessageToString(node))
    with open(path("text", "node.pb"), "wb") as file:
        file.write(node.SerializeToString(deterministic=True))


def records():
    with tf.python_io.TFRecordWriter(path("records", "plain.tfrecord")) as writer:
        for record in (b"", b"abc", bytes(range(256)) * 3):
            writer.write(record)


def meta_graph():
    """A saved model's descriptions of signatures, savers and collections."""
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [None, 2], name="x")
        w = tf.get_variable("w", [2, 1], use_resource=True)
        y = tf.matmul(x, w, name="y")
        session.run(tf.global_variables_initializer())
        shutil.rmtree(os.path.join(HERE, "saved_model"), ignore_errors=True)
        tf.saved_model.simple_save(session, os.path.join(HERE, "saved_model"), {"x": x}, {"y": y})


if __name__ == "__main__":
    for make in (checkpoint, many_tensors, graph, events, text, records, meta_graph):
        make()
