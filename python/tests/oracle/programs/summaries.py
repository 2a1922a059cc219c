"""The bytes of every kind of summary, what is refused, and the events that a writer leaves."""

import glob
import json
import os
import sys
import tempfile
import time
import warnings

import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_eager_execution() if hasattr(tf, "disable_eager_execution") else None
tf.logging.set_verbosity("ERROR")
warnings.simplefilter("ignore")
S = tf.summary
rng = np.random.RandomState(0)
results = {}


def case(label, body):
    tf.reset_default_graph()
    try:
        op = body()
        with tf.Session() as session:
            data = session.run(op)
        results[label] = [
            tf.Summary.FromString(data).SerializeToString().hex(), op.name, op.op.type, [s.name for s in tf.get_collection("summaries")],
        ]  # fmt: skip
    except Exception as error:  # every kind is of interest
        results[label] = type(error).__name__


x = rng.randn(20).astype(np.float32)
pixels = (rng.rand(2, 4, 5, 3) * 255).astype(np.uint8)
grey = rng.randn(2, 4, 5, 1).astype(np.float32)
alpha = rng.rand(5, 3, 3, 4).astype(np.float32)
sound = (rng.rand(2, 50) * 2 - 1).astype(np.float32)
stereo = (rng.rand(4, 50, 2) * 2 - 1).astype(np.float32)

case("scalar", lambda: S.scalar("a", 3.5))
case("scalar name", lambda: S.scalar("a b!c", tf.constant(3, tf.int64)))
case("scalar vector", lambda: S.scalar("a", [1.0, 2.0]))
case("scalar bool", lambda: S.scalar("a", True))
case("family", lambda: S.scalar("a", 1.0, family="fam"))
case("collections", lambda: S.scalar("a", 1.0, collections=["c1"]))


def scopes():
    with tf.name_scope("ns"):
        S.scalar("q", 1.0)
        S.scalar("q", 2.0, family="f")
        return S.scalar("q", 3.0)


case("scopes", scopes)
case("histogram", lambda: S.histogram("h", x))
case("histogram ints", lambda: S.histogram("h", np.int32([1, 2, 2, 5])))
case("histogram doubles", lambda: S.histogram("h", np.float64([1e30, -1e-20, 0])))
case("histogram nan", lambda: S.histogram("h", np.float32([np.nan])))
case("histogram inf", lambda: S.histogram("h", np.float32([np.inf])))
case("histogram empty", lambda: S.histogram("h", np.zeros([0], np.float32)))
case("histogram bools", lambda: S.histogram("h", np.array([True, False])))


def image(label, data, **more):
    """Images are compared as pixels: compressed bytes may differ."""
    tf.reset_default_graph()
    try:
        with tf.Session() as session:
            message = tf.Summary.FromString(session.run(S.image("i", data, **more)))
        results[label] = [
            (v.tag, v.image.height, v.image.width, v.image.colorspace, _pixels(v.image.encoded_image_string))
            for v in message.value
        ]
    except Exception as error:  # every kind is of interest
        results[label] = type(error).__name__


def _pixels(png):
    """Lines of a PNG file, unfiltered and as hexadecimal text."""
    import struct
    import zlib

    place, data, header = 8, b"", None
    while place < len(png):
        size, kind = struct.unpack(">I4s", png[place : place + 8])
        body = png[place + 8 : place + 8 + size]
        header = struct.unpack(">IIBBBBB", body) if kind == b"IHDR" else header
        data += body if kind == b"IDAT" else b""
        place += size + 12
    width, height, depth, color = header[:4]
    channels = {0: 1, 2: 3, 6: 4}[color]
    raw, row_size = zlib.decompress(data), width * channels * depth // 8
    previous, lines = bytearray(row_size), []
    for y in range(height):
        kind, *row = raw[y * (row_size + 1) : (y + 1) * (row_size + 1)]
        line = bytearray(row)
        for i in range(row_size):
            a = line[i - channels] if i >= channels else 0
            b = previous[i]
            c = previous[i - channels] if i >= channels else 0
            nearest = min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))[2]
            line[i] = (line[i] + (0, a, b, (a + b) // 2, nearest)[kind]) & 255
        lines.append(line.hex())
        previous = line
    return [depth, color, lines]


image("image bytes", pixels)
image("image floats", grey)
image("image one", grey, max_outputs=1)
image("image alpha", alpha)
image("image rank", grey[0])
image("image channels", np.zeros([1, 2, 2, 2], np.float32))
image("image none", grey, max_outputs=0)
image("image zeros", np.zeros([1, 2, 2, 1], np.float32))
image("image nan", np.float32([[[[np.nan], [1.0]]]]))
image("image negative", np.float32([[[[-1.0], [1.0]]]]), family="ff")
case("audio", lambda: S.audio("s", sound, 8000))
case("audio stereo", lambda: S.audio("s", stereo, 8000.0, max_outputs=2))
case("audio rank", lambda: S.audio("s", sound[0], 8000))
case("audio one", lambda: S.audio("s", sound, 8000, max_outputs=1))
case("text", lambda: S.text("t", tf.constant("hello")))
case("text table", lambda: S.text("t", tf.constant([["a", "b"], ["c", "d"]])))
case("text int", lambda: S.text("t", tf.constant(3)))
case("tensor", lambda: S.tensor_summary("ts", x))
case("tensor described", lambda: S.tensor_summary("ts", x, summary_description="desc", display_name="disp"))
case("tensor text", lambda: S.tensor_summary("ts", ["a", "b"]))
data = tf.SummaryMetadata(plugin_data=tf.SummaryMetadata.PluginData(plugin_name="zork", content=b"xx"))
case("tensor plugin", lambda: S.tensor_summary("ts", [1.0], summary_metadata=data, family="fam"))
case("merge", lambda: S.merge([S.scalar("a", 1.0), S.histogram("b", [1.0])]))
case("merge named", lambda: S.merge([S.scalar("a", 1.0), S.scalar("b", 1.0)], collections=["cc"], name="mm"))
case("merge empty", lambda: S.merge([]))


def same():
    first = S.scalar("a", 1.0)
    return S.merge([first, tf.identity(first)])


def scoped():
    S.scalar("a", 1.0)
    S.scalar("x/b", 2.0)
    S.scalar("c", 3.0, collections=["k"])
    return S.merge_all(scope="x")


case("merge same", same)
case("merge all", scoped)
results["merge nothing"] = repr(S.merge_all(key="nope"))
case("name int", lambda: S.scalar(3, 1.0))
case("name", lambda: S.scalar("_a/b", 1.0))


def attempt(body):
    try:
        return repr(body())
    except Exception as error:  # every kind is of interest
        return type(error).__name__


tf.reset_default_graph()
merged = S.merge([S.scalar("a", 1.5), S.text("t", tf.constant("x"))])
with tf.Session() as session:
    data = session.run(merged)
folder = tempfile.mkdtemp() + "/sub"
writer = S.FileWriter(folder, tf.get_default_graph())
writer.add_summary(data, 1)
writer.add_summary(data, 2)
writer.add_summary(tf.Summary(value=[tf.Summary.Value(tag="z", simple_value=3)]), np.int64(7))
writer.add_summary(data)
writer.add_session_log(tf.SessionLog(status=tf.SessionLog.START), 3)
writer.add_run_metadata(tf.RunMetadata(), "tag", 4)
writer.add_event(tf.Event(step=9, wall_time=1.0, summary=tf.Summary()))
writer.add_graph(tf.get_default_graph(), 5)
writer.add_meta_graph(tf.train.export_meta_graph(), 6)
results["refused"] = [
    attempt(body)
    for body in (
        lambda: writer.add_run_metadata(tf.RunMetadata(), "tag", 4), lambda: writer.add_graph(3),
        lambda: writer.add_meta_graph(3), lambda: writer.add_summary(3), lambda: writer.add_graph(None),
        lambda: writer.add_summary(b"\xff\xff"), lambda: writer.add_summary(data, "x"),
        lambda: S.FileWriter(folder, graph=3),
    )
]  # fmt: skip
writer.flush()
counts = [len(glob.glob(folder + "/*"))]
writer.close()
writer.close()
writer.add_summary(data, 100)  # nothing: it is closed
while int(time.time()) == int(os.path.getmtime(max(glob.glob(folder + "/*")))):
    time.sleep(0.05)  # names of files have the second in them
writer.reopen()
writer.add_summary(data, 11)
writer.close()
counts.append(len(glob.glob(folder + "/*")))
events = []
for path in sorted(glob.glob(folder + "/*")):
    for event in tf.train.summary_iterator(path):
        kind = event.WhichOneof("what")
        value = getattr(event, kind)
        is_graph = kind in ("graph_def", "meta_graph_def")
        events.append(
            [
                event.step,
                kind,
                len(value) > 10 if is_graph else value if kind == "file_version" else value.SerializeToString().hex(),
            ]
        )
results["events"] = [counts, events]
with S.FileWriter(folder + "2", filename_suffix=".zz", max_queue=1, flush_secs=1) as writer:
    writer.add_summary(tf.Summary(), 1)
cache = S.FileWriterCache
first = cache.get(folder)
results["cache"] = [os.listdir(folder + "2")[0][-3:], first is cache.get(folder), first is cache.get(folder + "/")]
cache.clear()
results["cache"].append(first is cache.get(folder))
cache.clear()
results["iterator"] = attempt(lambda: list(tf.train.summary_iterator("/nope")))
json.dump(results, open(sys.argv[1], "w"))
