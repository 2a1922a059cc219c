"""Run by TensorFlow's Python: loads SavedModels in both ways, feeds every signature, and describes the files."""

import contextlib
import io
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from tensorflow.core.protobuf import saved_model_pb2  # noqa: E402
from tensorflow.python.tools import saved_model_cli  # noqa: E402

v1 = tf.compat.v1
TAGS = {"serve": "infer", "train": "train", "eval": "eval"}


def array(entry):
    if entry["dtype"] == "string":
        values = [bytes.fromhex(s) for s in entry["strings"]]
        return np.array(values, object).reshape(entry["shape"])
    return np.frombuffer(bytes.fromhex(entry["hex"]), entry["dtype"]).reshape(entry["shape"])


def entry(value):
    value = np.asarray(value)
    if value.dtype == object:
        return {"dtype": "string", "shape": list(value.shape), "strings": [v.hex() for v in value.reshape(-1)]}
    return {"dtype": str(value.dtype), "shape": list(value.shape), "hex": value.tobytes().hex()}


def value_of(given):
    if "sparse" not in given:
        return array(given)
    given = given["sparse"]
    return v1.SparseTensorValue(
        np.array(given["indices"], np.int64), np.array(given["values"], np.float32), np.array(given["shape"], np.int64)
    )


def load_v1(path, tag, feeds):
    results = {}
    with tf.Graph().as_default(), v1.Session() as session:
        meta = v1.saved_model.load(session, [tag], path)
        graph = session.graph
        for name, signature in meta.signature_def.items():
            feed = {}
            for key, info in signature.inputs.items():
                tensor = v1.saved_model.utils.get_tensor_from_tensor_info(info, graph)
                feed[tensor] = value_of(feeds[key])
            results[name] = {}
            for key, info in signature.outputs.items():
                if key.endswith("/update_op"):
                    continue
                value = session.run(graph.get_tensor_by_name(info.name), feed)
                results[name][key] = entry(value)
    return results


def load_v2(path, tag, feeds):
    results = {}
    loaded = tf.saved_model.load(path, tags=[tag])
    for name, function in loaded.signatures.items():
        _, names = function.structured_input_signature
        arguments = {}
        for key in names:
            base, _, part = key.partition("_")
            if key in feeds:
                arguments[key] = tf.constant(value_of(feeds[key]))
            else:  # a part of a sparse tensor
                arguments[key] = tf.constant(getattr(value_of(feeds[base]), part))
        outputs = function(**arguments)
        results[name] = {k: entry(v.numpy()) for k, v in outputs.items()}
    return results


def describe(path):
    """What the main file holds, without what differs from run to run."""
    model = saved_model_pb2.SavedModel()
    file = os.path.join(path, "saved_model.pb")
    if os.path.exists(file):
        with open(file, "rb") as data:
            model.ParseFromString(data.read())
    else:
        from google.protobuf import text_format

        with open(file + "txt") as data:
            text_format.Parse(data.read(), model)
    graphs = []
    for meta in model.meta_graphs:
        collections = {}
        for name, collection in meta.collection_def.items():
            kind = collection.WhichOneof("kind")
            values = getattr(collection, kind).value
            shown = len(values)
            if kind == "bytes_list":
                shown = sorted(variable(v) for v in values)
            elif name == "saved_model_assets":
                shown = len(values)
            collections[name] = [kind, shown]
        graphs.append({
            "tags": list(meta.meta_info_def.tags), "version": meta.meta_info_def.tensorflow_version,
            "stripped": meta.meta_info_def.stripped_default_attrs,
            "saver": {
                "sharded": meta.saver_def.sharded, "version": meta.saver_def.version,
                "max_to_keep": meta.saver_def.max_to_keep, "filename": meta.saver_def.filename_tensor_name,
                "restore": meta.saver_def.restore_op_name,
                "keep_hours": meta.saver_def.keep_checkpoint_every_n_hours,
            },
            "collections": collections, "assets": [a.filename for a in meta.asset_file_def],
            "types": sorted({n.op for n in meta.graph_def.node}),
            "stripped_ops": sorted(o.name for o in meta.meta_info_def.stripped_op_list.op),
            "producer": meta.graph_def.versions.producer, "signatures": sorted(meta.signature_def),
        })  # fmt: skip
    return {"schema": model.saved_model_schema_version, "graphs": graphs}


def variable(data):
    from tensorflow.core.framework import variable_pb2

    one = variable_pb2.VariableDef.FromString(data)
    return [one.variable_name, one.initializer_name, one.snapshot_name, one.is_resource, one.trainable]


def files(path):
    return sorted(os.path.relpath(os.path.join(root, name), path) for root, _, names in os.walk(path) for name in names)


def shown_by_cli(path):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        saved_model_cli._show_all(path)
    return out.getvalue()


def main():
    with open(sys.argv[1]) as file:
        cases = json.load(file)["cases"]
    results = {}
    for name, one in cases.items():
        path, feeds = one["path"], one["feeds"]
        tags = [list(g["tags"])[0] for g in describe(path)["graphs"]]
        result = {"files": files(path), "description": describe(path), "cli": shown_by_cli(path)}
        for way, load in (("v1", load_v1), ("v2", load_v2)):
            result[way] = {}
            for tag in tags:
                try:
                    for signature, outputs in load(path, tag, feeds).items():
                        result[way][f"{TAGS[tag]}/{signature}"] = outputs
                except Exception as error:  # noqa: BLE001 (the test shows it)
                    result[way][f"{TAGS[tag]}/error"] = f"{type(error).__name__}: {error}"[:2000]
        results[name] = result
    with open(sys.argv[2], "w") as file:
        json.dump(results, file)


main()
