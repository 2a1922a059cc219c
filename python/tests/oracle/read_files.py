"""Run by TensorFlow's Python: what TensorFlow itself reads from a folder that swiftestimator wrote."""

import glob
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow.compat.v1 as tf  # noqa: E402
from google.protobuf import text_format  # noqa: E402

folder = sys.argv[1]
reader = tf.train.load_checkpoint(folder)
variables = {}
for name, dtype in reader.get_variable_to_dtype_map().items():
    value = reader.get_tensor(name)
    variables[name] = {"dtype": dtype.name, "shape": list(value.shape), "hex": value.tobytes().hex()}
events = []
for path in sorted(glob.glob(os.path.join(folder, "**", "events*"), recursive=True)):
    for event in tf.train.summary_iterator(path):
        kind = event.WhichOneof("what")
        if kind == "summary":
            for value in event.summary.value:
                events.append([os.path.relpath(os.path.dirname(path), folder), event.step, value.tag])
        else:
            events.append([os.path.relpath(os.path.dirname(path), folder), event.step, kind])
with open(os.path.join(folder, "graph.pbtxt")) as file:
    graph = text_format.Parse(file.read(), tf.GraphDef())
with tf.Graph().as_default():
    tf.import_graph_def(graph, name="")
    imported = len(tf.get_default_graph().get_operations())
with tf.Graph().as_default():
    tf.train.import_meta_graph(tf.train.latest_checkpoint(folder) + ".meta", clear_devices=True)
    collections = {k: len(tf.get_collection(k)) for k in ("variables", "trainable_variables", "global_step")}
print(
    json.dumps(
        {
            "variables": variables, "events": events, "nodes": len(graph.node), "imported": imported,
            "collections": collections, "latest": os.path.basename(tf.train.latest_checkpoint(folder)),
        }
    )
)  # fmt: skip
