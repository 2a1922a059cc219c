"""Run by TensorFlow's Python: all that folders hold, for comparison. Arguments: folders; writes one JSON line.

Event files, checkpoints (names, types, shapes, values), state files, listings. Times are left out, the folder's own name
becomes FOLDER.
"""

import glob
import json
import os
import re
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np  # noqa: E402
import tensorflow.compat.v1 as tf  # noqa: E402

tf.enable_eager_execution()


def masked(name):
    name = re.sub(r"events\.out\.tfevents\.[^/]*", "events", name)
    return re.sub(r"\b\d{10}\b", "TIME", name)


def value_form(value, root):
    """What a summary value says."""
    result = {"tag": value.tag, "node": value.node_name}
    if value.metadata.ByteSize():
        m = value.metadata
        result["metadata"] = [
            m.plugin_data.plugin_name,
            m.plugin_data.content.hex(),
            m.display_name,
            m.summary_description,
            m.data_class,
        ]
    kind = value.WhichOneof("value")
    result["kind"] = kind
    if kind == "simple_value":
        result["value"] = None if value.tag.endswith("/sec") else value.simple_value
    elif kind == "histo":
        h = value.histo
        result["value"] = [h.min, h.max, h.num, h.sum, h.sum_squares, list(h.bucket_limit), list(h.bucket)]
    elif kind == "image":
        i = value.image
        pixels = tf.io.decode_png(i.encoded_image_string).numpy()
        result["value"] = [i.height, i.width, i.colorspace, pixels.tolist()]
    elif kind == "audio":
        a = value.audio
        samples, rate = tf.audio.decode_wav(a.encoded_audio_string)
        result["value"] = [
            a.sample_rate,
            a.num_channels,
            a.length_frames,
            a.content_type,
            samples.numpy().tolist(),
            int(rate),
        ]
    elif kind == "tensor":
        array = tf.make_ndarray(value.tensor)
        result["value"] = [
            str(array.dtype),
            list(array.shape),
            [str(x).replace(root, "FOLDER") for x in array.ravel()] if array.dtype == object else array.tolist(),
        ]
    return result


def events(path, root):
    found = []
    for event in tf.train.summary_iterator(path):
        kind = event.WhichOneof("what")
        entry = {"step": event.step, "kind": kind}
        if kind == "summary":
            entry["values"] = [value_form(v, root) for v in event.summary.value]
        elif kind == "session_log":
            entry["status"] = event.session_log.status
            entry["path"] = event.session_log.checkpoint_path.replace(root, "FOLDER")
        elif kind == "file_version":
            entry["version"] = event.file_version
        elif kind == "tagged_run_metadata":
            entry["tag"] = event.tagged_run_metadata.tag
        found.append(entry)
    return found


def checkpoint(prefix):
    reader = tf.train.load_checkpoint(prefix)
    found = {}
    for name, dtype in sorted(reader.get_variable_to_dtype_map().items()):
        if name == "_CHECKPOINTABLE_OBJECT_GRAPH":
            continue
        value = reader.get_tensor(name)
        text = value.dtype == object
        found[name] = [dtype.name, list(value.shape), str(value.tolist()) if text else value.tolist()]
    return found


def folder(root):
    listing, states, written, checkpoints = [], {}, {}, {}
    paths = sorted(glob.glob(root + "/**", recursive=True))
    for path in paths:
        if os.path.isdir(path):
            continue
        name = os.path.relpath(path, root)
        listing.append(masked(name))
        if os.path.basename(name) == "checkpoint":
            with open(path) as file:
                states[masked(name)] = re.sub(
                    r"(last_preserved_timestamp|_timestamps): [\d.e+]+", r"\1: T", file.read()
                ).replace(root, "FOLDER")
        elif "tfevents" in name:
            written.setdefault(masked(name), []).extend(events(path, root))
        elif name.endswith(".index"):
            checkpoints[masked(name)] = checkpoint(path[: -len(".index")])
    return {"listing": sorted(listing), "states": states, "events": written, "checkpoints": checkpoints}


print(json.dumps({path: folder(path) for path in sys.argv[1:]}, default=lambda x: np.asarray(x).tolist()))
