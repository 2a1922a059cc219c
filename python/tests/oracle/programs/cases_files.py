"""Files, checkpoints' state, writers, logging and flags of programs."""

import glob
import logging
import os
import sys
import tempfile

import numpy as np
import tensorflow.compat.v1 as tf
from cases import PHRASES, case, run

PHRASES += [
    "No such file", "Directory not empty", "is not found in", "doesn't match with shape", "not in", "already exists", "must be", "does not support", "not defined", "Unknown command line flag",
    "read mode", "Failed to find any matching files|Unsuccessful TensorSliceReader|not find", "file already exists", "isn't open", "should be",
]  # fmt: skip
G = tf.gfile
D = tempfile.mkdtemp()
os.chdir(D)
C = tf.constant


def fresh():
    os.chdir(tempfile.mkdtemp())


def case_in_folder(name, function):
    def inner():
        fresh()
        return function()

    case(name, inner)


def write(path, text="one\ntwo\nthree"):
    with open(path, "w") as file:
        file.write(text)
    return path


def opened(mode, *actions):
    def inner():
        write("f")
        found = []
        with G.GFile("f", mode) as file:
            for action in actions:
                found.append(action(file))
        return [found, open("f", "rb").read()]

    return inner


FILES = {
    "read": ("r", lambda f: f.read()), "read bytes": ("rb", lambda f: f.read()), "read some": ("r", lambda f: f.read(4), lambda f: f.tell(), lambda f: f.read()), "readline": ("r", lambda f: f.readline(), lambda f: f.readline(), lambda f: f.readline(), lambda f: f.readline()),
    "readlines": ("r", lambda f: f.readlines()), "iterate": ("r", lambda f: list(f)), "iterate bytes": ("rb", lambda f: list(f)), "seek": ("r", lambda f: f.seek(4), lambda f: f.read()), "seek whence": ("r", lambda f: f.seek(-5, 2), lambda f: f.read()),
    "seek relative": ("r", lambda f: f.read(2), lambda f: f.seek(2, 1), lambda f: f.read(3)), "seek bad": ("r", lambda f: f.seek(1, 7)), "seek offset word": ("r", lambda f: f.seek(offset=2), lambda f: f.read()), "seek position word": ("r", lambda f: f.seek(position=2), lambda f: f.read()), "size": ("r", lambda f: f.size()),
    "write": ("w", lambda f: f.write("new")), "write bytes": ("wb", lambda f: f.write(b"new")), "write text in bytes": ("wb", lambda f: f.write("new")), "write bytes in text": ("w", lambda f: f.write(b"new")), "append": ("a", lambda f: f.write("more")), "write tell": ("w", lambda f: f.write("new"), lambda f: f.tell()),
    "write read": ("w", lambda f: f.read()), "read write": ("r", lambda f: f.write("x")), "write flush": ("w", lambda f: f.write("x"), lambda f: f.flush(), lambda f: open("f").read()), "write update": ("w+", lambda f: f.write("abc"), lambda f: f.read()),
    "name": ("r", lambda f: f.name, lambda f: f.mode), "next": ("r", lambda f: next(f)), "bad mode": ("q", lambda f: f.read()), "write number": ("w", lambda f: f.write(3)), "seekable": ("r", lambda f: f.seekable()), "write lines": ("w", lambda f: f.writelines(["a", "b"])), "closed": ("r", lambda f: f.close(), lambda f: f.read()),
}  # fmt: skip
for name, (mode, *actions) in FILES.items():
    case_in_folder(f"file {name}", opened(mode, *actions))


def tree():
    G.MakeDirs("a/b/c")
    write("a/one.txt")
    write("a/b/two.txt")
    write("a/b/three.log")


def in_tree(function):
    def inner():
        tree()
        result = function()
        found = sorted(os.path.join(r, n) for r, d, f in os.walk(".") for n in d + f)
        return [sorted(result) if isinstance(result, list) and result and isinstance(result[0], str) else result, found]

    return inner


T = {
    "exists": lambda: [G.Exists(p) for p in ("a", "a/one.txt", "a/none", "")], "isdir": lambda: [G.IsDirectory(p) for p in ("a", "a/one.txt", "a/none")], "listdir": lambda: G.ListDirectory("a"), "listdir none": lambda: G.ListDirectory("z"), "listdir file": lambda: G.ListDirectory("a/one.txt"),
    "glob": lambda: G.Glob("a/*"), "glob deep": lambda: G.Glob("a/*/*.txt"), "glob list": lambda: G.Glob(["a/*.txt", "a/b/*.log"]), "glob none": lambda: G.Glob("q/*"), "glob question": lambda: G.Glob("a/b/t?o.txt"), "glob set": lambda: G.Glob("a/b/[st]*.txt"), "mkdir": lambda: G.MkDir("n"), "mkdir there": lambda: G.MkDir("a"), "mkdir deep": lambda: G.MkDir("x/y"),
    "makedirs there": lambda: G.MakeDirs("a/b"), "makedirs file": lambda: G.MakeDirs("a/one.txt"), "remove": lambda: G.Remove("a/one.txt"), "remove none": lambda: G.Remove("q"), "remove folder": lambda: G.Remove("a/b/c"), "rmtree": lambda: G.DeleteRecursively("a"), "rmtree none": lambda: G.DeleteRecursively("q"), "rmtree file": lambda: G.DeleteRecursively("a/one.txt"),
    "copy": lambda: G.Copy("a/one.txt", "new"), "copy there": lambda: G.Copy("a/one.txt", "a/b/two.txt"), "copy over": lambda: G.Copy("a/one.txt", "a/b/two.txt", overwrite=True), "copy none": lambda: G.Copy("q", "r"), "copy no folder": lambda: G.Copy("a/one.txt", "q/r"), "rename": lambda: G.Rename("a/one.txt", "new"), "rename there": lambda: G.Rename("a/one.txt", "a/b/two.txt"),
    "rename over": lambda: G.Rename("a/one.txt", "a/b/two.txt", overwrite=True), "rename none": lambda: G.Rename("q", "r"), "rename folder": lambda: G.Rename("a/b", "n"), "stat": lambda: (lambda s: [s.length, s.is_directory, s.mtime_nsec > 10**18])(G.Stat("a/one.txt")), "stat folder": lambda: G.Stat("a").is_directory, "stat none": lambda: G.Stat("q"),
    "walk": lambda: [[str(r), sorted(d), sorted(f)] for r, d, f in sorted(G.Walk("a"))], "walk order": lambda: [str(r) for r, d, f in G.Walk("a", in_order=False)], "walk none": lambda: list(G.Walk("q")), "open none": lambda: G.GFile("q").read(), "open none bytes": lambda: G.Open("q", "rb").read(), "open folder": lambda: G.GFile("a").read(), "write no folder": lambda: G.GFile("q/r", "w").write("x"),
    "fast": lambda: G.FastGFile("a/one.txt").read(), "io exists": lambda: tf.io.gfile.exists("a"), "io glob": lambda: tf.io.gfile.glob("a/*"), "io listdir": lambda: tf.io.gfile.listdir("a"), "io join": lambda: tf.io.gfile.join("a", "b"), "io copy": lambda: tf.io.gfile.copy("a/one.txt", "c", overwrite=True), "io stat": lambda: tf.io.gfile.stat("a/one.txt").length, "io walk": lambda: sorted(str(r) for r, _, _ in tf.io.gfile.walk("a")),
    "io makedirs": lambda: tf.io.gfile.makedirs("p/q"), "io rmtree": lambda: tf.io.gfile.rmtree("a"), "io remove": lambda: tf.io.gfile.remove("a/one.txt"), "io rename": lambda: tf.io.gfile.rename("a/one.txt", "z"), "io isdir": lambda: tf.io.gfile.isdir("a"), "io mkdir": lambda: tf.io.gfile.mkdir("z"), "path": lambda: G.Exists(__import__("pathlib").Path("a")), "bytes": lambda: G.Exists(b"a"),
    "read_file": lambda: tf.Session().run(tf.io.read_file("a/one.txt")), "read_file none": lambda: tf.Session().run(tf.io.read_file("q")), "write_file": lambda: (tf.Session().run(tf.io.write_file("n/m", "text")), open("n/m").read())[1], "matching_files": lambda: [x.decode() for x in tf.Session().run(tf.io.matching_files("a/*.txt"))], "file uri": lambda: G.Exists("file://" + os.path.abspath("a")),
}  # fmt: skip
for name, function in T.items():
    case_in_folder(f"tree {name}", in_tree(function))


def records():
    with tf.python_io.TFRecordWriter("r") as writer:
        for i in range(3):
            writer.write(b"x" * i)
    return list(tf.python_io.tf_record_iterator("r"))


R = tf.python_io.TFRecordOptions
K = tf.python_io.TFRecordCompressionType
RECORDS = {
    "plain": records, "none": lambda: list(tf.python_io.tf_record_iterator("q")), "text": lambda: tf.python_io.TFRecordWriter("r").write("text"), "number": lambda: tf.python_io.TFRecordWriter("r").write(3), "closed": lambda: (lambda w: (w.close(), w.write(b"x")))(tf.python_io.TFRecordWriter("r")),
    "folder": lambda: tf.python_io.TFRecordWriter("q/r"), "types": lambda: [K.NONE, K.ZLIB, K.GZIP], "options": lambda: R(K.GZIP).compression_type, "options text": lambda: R("ZLIB").compression_type, "options bad": lambda: R("X"), "options string": lambda: [R.get_compression_type_string(x) for x in (None, "", "GZIP", R(K.ZLIB), R(K.NONE), K.GZIP)],
    "not records": lambda: list(tf.python_io.tf_record_iterator(write("r", "some text that is no record"))), "flush": lambda: (lambda w: (w.write(b"a"), w.flush(), list(tf.python_io.tf_record_iterator("r")))[2])(tf.python_io.TFRecordWriter("r")), "io names": lambda: [tf.io.TFRecordWriter is tf.python_io.TFRecordWriter, tf.io.tf_record_iterator is tf.python_io.tf_record_iterator],
    "level": lambda: R(K.ZLIB, compression_level=9).compression_level, "close twice": lambda: (lambda w: (w.close(), w.close()))(tf.python_io.TFRecordWriter("r")),
}  # fmt: skip
for name, function in RECORDS.items():
    case_in_folder(f"records {name}", function)


def compressed(kind):
    def inner():
        with tf.python_io.TFRecordWriter("r", R(kind)) as writer:
            writer.write(b"abc")
        return list(tf.python_io.tf_record_iterator("r", R(kind)))

    return inner


for kind in ("NONE", "ZLIB", "GZIP"):
    case_in_folder(f"records {kind}", lambda k=kind: compressed(getattr(K, k))())


# Checkpoints
def saved(*steps, names=("v", "w"), **how):
    with tf.Graph().as_default():
        for n in names:
            tf.get_variable(n, initializer=np.array([1.0, 2.0], np.float32))
        saver = tf.train.Saver(**how)
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            return [
                os.path.relpath(saver.save(session, os.path.abspath("c"), global_step=s)) for s in steps or (None,)
            ], saver


def state(text=None):
    s = tf.train.get_checkpoint_state(".")
    return (
        None
        if s is None
        else [
            s.model_checkpoint_path,
            list(s.all_model_checkpoint_paths),
            bool(s.all_model_checkpoint_timestamps),
            s.last_preserved_timestamp > 0,
        ]
    )


def relative(value):
    if isinstance(value, str):
        return value.replace(os.path.realpath("."), "HERE").replace(os.getcwd(), "HERE")
    return [relative(v) for v in value] if isinstance(value, list | tuple) else value


TRAIN = tf.train
S = {
    "state": lambda: (saved(1, 2), state())[1], "state none": state, "state bad": lambda: (write("checkpoint", "x: ["), state())[1], "state relative": lambda: (write("checkpoint", 'model_checkpoint_path: "a-1"\nall_model_checkpoint_paths: "b"'), state())[1], "state empty": lambda: (write("checkpoint", ""), state())[1],
    "state absolute": lambda: (write("checkpoint", 'model_checkpoint_path: "/x/a-1"'), state())[1], "state unknown field": lambda: (write("checkpoint", 'model_checkpoint_path: "a"\nother: 3'), state())[1], "state name": lambda: (saved(1, ), os.rename("checkpoint", "latest"), TRAIN.get_checkpoint_state(".", "latest").model_checkpoint_path)[2],
    "latest": lambda: (saved(1, 2), TRAIN.latest_checkpoint("."))[1], "latest none": lambda: TRAIN.latest_checkpoint("."), "latest no folder": lambda: TRAIN.latest_checkpoint("q"), "latest missing files": lambda: (saved(1), [os.remove(f) for f in glob.glob("c-1*")], TRAIN.latest_checkpoint("."))[2], "latest name": lambda: (saved(1), os.rename("checkpoint", "l"), TRAIN.latest_checkpoint(".", "l"))[2],
    "exists": lambda: (saved(1), [TRAIN.checkpoint_exists(p) for p in ("c-1", "c", "c-1.index", "q")])[1], "remove": lambda: (saved(1), TRAIN.remove_checkpoint("c-1"), sorted(os.listdir(".")))[2], "remove none": lambda: TRAIN.remove_checkpoint("q"), "mtimes": lambda: (saved(1, 2), len(TRAIN.get_checkpoint_mtimes(["c-1", "c-2", "q"])))[1],
    "update": lambda: (TRAIN.update_checkpoint_state(".", "c-3", ["c-1"]), open("checkpoint").read())[1], "update absolute": lambda: (TRAIN.update_checkpoint_state(os.getcwd(), os.path.join(os.getcwd(), "c-3"), [os.path.join(os.getcwd(), "c-1"), os.path.join(os.getcwd(), "c-3")]), open("checkpoint").read())[1], "update name": lambda: (TRAIN.update_checkpoint_state(".", "c", latest_filename="l"), sorted(os.listdir(".")))[1],
    "update times": lambda: (TRAIN.update_checkpoint_state(".", "c-2", ["c-1", "c-2"], all_model_checkpoint_timestamps=[1.5, 2.5], last_preserved_timestamp=0.5), open("checkpoint").read())[1], "update times wrong": lambda: TRAIN.update_checkpoint_state(".", "c-2", ["c-1", "c-2"], all_model_checkpoint_timestamps=[1.0]), "update same name": lambda: TRAIN.update_checkpoint_state(".", "checkpoint", latest_filename="checkpoint"),
    "generate": lambda: str(TRAIN.generate_checkpoint_state_proto(".", "c-2", ["c-1"])), "generate absolute": lambda: str(TRAIN.generate_checkpoint_state_proto("/x", "/x/c-2", ["/x/c-1"])), "generate relative to folder": lambda: str(TRAIN.generate_checkpoint_state_proto("x", "x/c-2", ["c-1"])),
    "list": lambda: (saved(1), [[n, s] for n, s in TRAIN.list_variables("c-1")])[1], "list folder": lambda: (saved(1), [n for n, s in TRAIN.list_variables(".")])[1], "list none": lambda: TRAIN.list_variables("q"), "load": lambda: (saved(1), TRAIN.load_variable(".", "v"))[1], "load suffix": lambda: (saved(1), TRAIN.load_variable(".", "v:0"))[1], "load none": lambda: (saved(1), TRAIN.load_variable(".", "zz"))[1],
    "reader": lambda: (saved(1), (lambda r: [r.has_tensor("v"), r.has_tensor("q"), sorted(r.get_variable_to_shape_map().items()), r.get_variable_to_dtype_map()["v"].name, r.get_tensor("v")])(TRAIN.load_checkpoint("c-1")))[1], "reader string": lambda: (saved(1), TRAIN.load_checkpoint("c-1").debug_string().decode().split())[1], "new reader": lambda: (saved(1), TRAIN.NewCheckpointReader("c-1").get_tensor("w"))[1], "new reader none": lambda: TRAIN.NewCheckpointReader("q"),
    "keep": lambda: (saved(1, 2, 3, max_to_keep=2), sorted(f for f in os.listdir(".") if f.endswith("index")), state())[1:], "keep none": lambda: (saved(1, 2, 3, max_to_keep=None), open("checkpoint").read(), sorted(f for f in os.listdir(".") if f.endswith("index")))[1:], "keep 0": lambda: (saved(1, 2, 3, max_to_keep=0), sorted(f for f in os.listdir(".") if f.endswith("index")), state())[1:], "last": lambda: (lambda p, s: [s.last_checkpoints, [n for n, _ in s._last_checkpoints]])(*saved(1, 2, max_to_keep=1)),
    "pad": lambda: saved(7, pad_step_number=True)[0], "no step": lambda: (saved(), sorted(os.listdir(".")))[1], "iterator": lambda: (saved(1), list(TRAIN.checkpoints_iterator(".", timeout=0)))[1], "iterator none": lambda: list(TRAIN.checkpoints_iterator(".", timeout=0)), "recover": lambda: (saved(1, 2), (lambda s: (s.recover_last_checkpoints(["c-1", "c-2", "q"]), s.last_checkpoints)[1])((tf.get_variable("v", [2]), TRAIN.Saver())[1]))[1],
    "set last": lambda: (lambda s: (s.set_last_checkpoints(["a", "b"]), s.last_checkpoints)[1])((tf.get_variable("v", [2]), TRAIN.Saver())[1]), "set with time": lambda: (lambda s: (s.set_last_checkpoints_with_time([("a", 1.0)]), s.last_checkpoints)[1])((tf.get_variable("v", [2]), TRAIN.Saver())[1]),
}  # fmt: skip
for name, function in S.items():
    case_in_folder(f"checkpoint {name}", lambda f=function: relative(f()))


def restored(mapping, names=("v", "w"), scope="", shape=(2,), partitioner=None):
    def inner():
        saved(1, names=("v", "w", "s/x", "s/t/y"))
        with tf.variable_scope(scope):
            made = {
                n: tf.get_variable(n, shape, initializer=tf.zeros_initializer(), partitioner=partitioner) for n in names
            }
        tf.train.init_from_checkpoint("c-1", mapping(made))
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            return [[v.name, session.run(v)] for v in tf.global_variables()]

    return inner


A = {
    "all": restored(lambda m: {"/": "/"}), "names": restored(lambda m: {"v": "w"}), "variable": restored(lambda m: {"v": m["w"]}), "scope": restored(lambda m: {"s/": "n/"}, ("x", "t/y"), "n"), "scope from root": restored(lambda m: {"/": "n/"}, ("v",), "n"), "inner scope": restored(lambda m: {"s/t/": "/"}, ("y",)),
    "missing in file": restored(lambda m: {"q": "v"}), "missing in graph": restored(lambda m: {"v": "q"}), "scope missing": restored(lambda m: {"q/": "/"}), "scope to nothing": restored(lambda m: {"s/": "q/"}), "one missing": restored(lambda m: {"/": "/"}, ("v", "q")), "shape": restored(lambda m: {"v": "v"}, shape=(3,)), "scope to name": restored(lambda m: {"s/": "v"}), "name to scope": restored(lambda m: {"v": "n/"}),
    "empty": restored(lambda m: {}), "partitioned": restored(lambda m: {"v": "v"}, ("v",), partitioner=tf.fixed_size_partitioner(2)), "partition list": restored(lambda m: {"v": list(m["v"])}, ("v",), partitioner=tf.fixed_size_partitioner(2)), "not dict": restored(lambda m: ["v"]), "dict of number": restored(lambda m: {"v": 3}), "pairs": restored(lambda m: [("v", "w"), ("w", "v")]), "same twice": restored(lambda m: [("v", "w"), ("v", "v")]),
}  # fmt: skip
for name, function in A.items():
    case_in_folder(f"init_from_checkpoint {name}", function)


def events(folder="e"):
    found = []
    for path in sorted(glob.glob(f"{folder}/*tfevents*")):
        for event in tf.train.summary_iterator(path):
            kind = event.WhichOneof("what")
            found.append(
                [
                    kind,
                    event.step,
                    [v.tag for v in event.summary.value]
                    if kind == "summary"
                    else [event.session_log.status]
                    if kind == "session_log"
                    else [],
                ]
            )
    return found


def writing(function, **how):
    def inner():
        with tf.Session() as session:
            writer = tf.summary.FileWriter("e", **how)
            result = function(writer, session)
            writer.close()
            return [
                result if isinstance(result, str | int | list) else None,
                events(),
                sorted(n.rpartition(".")[2] if how else "e" for n in os.listdir("e")),
            ]

    return inner


def proto(tag="t", value=1.0):
    return tf.Summary(value=[tf.Summary.Value(tag=tag, simple_value=value)])


W = {
    "summary": (lambda w, s: w.add_summary(proto(), 3),), "bytes": (lambda w, s: w.add_summary(proto().SerializeToString(), 3),), "no step": (lambda w, s: w.add_summary(proto()),), "numpy step": (lambda w, s: w.add_summary(proto(), np.int64(4)),), "event": (lambda w, s: w.add_event(tf.Event(step=2, summary=proto())),), "session log": (lambda w, s: w.add_session_log(tf.SessionLog(status=tf.SessionLog.START), 1),),
    "graph": (lambda w, s: w.add_graph(tf.get_default_graph()),), "graph again": (lambda w, s: (w.add_graph(tf.get_default_graph()), w.add_graph(tf.get_default_graph(), 2)),), "graph_def": (lambda w, s: w.add_graph(tf.get_default_graph().as_graph_def()),), "graph_def keyword": (lambda w, s: w.add_graph(None, graph_def=tf.get_default_graph().as_graph_def()),), "graph wrong": (lambda w, s: w.add_graph(3),), "graph none": (lambda w, s: w.add_graph(None),),
    "meta graph": (lambda w, s: w.add_meta_graph(tf.train.export_meta_graph()),), "meta graph wrong": (lambda w, s: w.add_meta_graph(3),), "run metadata": (lambda w, s: w.add_run_metadata(tf.RunMetadata(), "a", 1),), "run metadata twice": (lambda w, s: (w.add_run_metadata(tf.RunMetadata(), "a"), w.add_run_metadata(tf.RunMetadata(), "a")),), "logdir": (lambda w, s: (w.add_summary(proto(), 1), w.get_logdir())[1],), "closed": (lambda w, s: (w.add_summary(proto(), 1), w.close(), w.add_summary(proto(), 1)),),
    "flush": (lambda w, s: (w.add_summary(proto(), 1), w.flush(), len(events()))[2],), "metadata once": (lambda w, s: [w.add_summary(tf.Summary(value=[tf.Summary.Value(tag="m", simple_value=1.0, metadata=tf.SummaryMetadata(display_name="d"))]), i) for i in range(2)] and 1,),
}  # fmt: skip
for name, (function,) in W.items():
    case_in_folder(f"writer {name}", writing(function))
case_in_folder("writer suffix", writing(lambda w, s: w.add_summary(proto(), 1), filename_suffix=".mine"))
case_in_folder(
    "writer graph given", lambda: (C(1.0), tf.summary.FileWriter("e", tf.get_default_graph()).close(), events())[2]
)
case_in_folder("writer session", lambda: (tf.summary.FileWriter("e", session=tf.Session()).close(), events())[1])
case_in_folder(
    "writer ops",
    lambda: (tf.summary.FileWriter("e", session=tf.Session()).add_summary(tf.summary.scalar("a", 1.0), 1),),
)
CACHE = tf.summary.FileWriterCache
case_in_folder(
    "cache",
    lambda: [
        CACHE.get("e") is CACHE.get("e"),
        CACHE.get("e") is CACHE.get("f"),
        CACHE.get("e").get_logdir(),
        (lambda w: (CACHE.clear(), CACHE.get("e") is w))(CACHE.get("e"))[1],
    ],
)
case_in_folder("cache closed", lambda: (CACHE.get("e").add_summary(proto(), 1), CACHE.clear(), events())[2])

# Summaries
V = {
    "scalar": lambda n, **k: tf.summary.scalar(n, 1.5, **k),
    "histogram": lambda n, **k: tf.summary.histogram(n, [1.0, 2.0, 2.5], **k),
    "image": lambda n, **k: tf.summary.image(n, np.zeros([2, 2, 2, 1], np.float32), **k),
    "audio": lambda n, **k: tf.summary.audio(n, np.zeros([2, 4], np.float32), 8.0, **k),
    "text": lambda n, **k: tf.summary.text(n, C("a"), **k),
    "tensor": lambda n, **k: tf.summary.tensor_summary(n, C([1.0, 2.0]), **k),
}


def told(make):
    with tf.Session() as session:
        op = make()
        message = tf.Summary.FromString(session.run(op))
        return [op.name, [t.name for t in tf.get_collection("summaries")], [[v.tag, v.WhichOneof("value"), v.metadata.display_name, v.metadata.summary_description, v.metadata.plugin_data.plugin_name] for v in message.value],
                sorted(k for k in tf.get_default_graph().get_all_collection_keys() if tf.get_collection(k))]  # fmt: skip


def scoped(make):
    def inner():
        with tf.name_scope("outer"):
            make()
            return make()

    return inner


for kind, make in V.items():
    for name in ("plain", "a/b", "with space", "ünï", "a:b", "_x", "9"):
        case(f"summary {kind} {name}", lambda m=make, n=name: told(lambda: m(n)))
    case(f"summary {kind} scoped", lambda m=make: told(scoped(lambda: m("x"))))
    case(f"summary {kind} twice", lambda m=make: told(lambda: (m("x"), m("x"))[1]))
    if kind != "text":
        case(f"summary {kind} family", lambda m=make: told(lambda: m("x", family="f")))
        case(f"summary {kind} family scoped", lambda m=make: told(scoped(lambda: m("x", family="f"))))
        case(f"summary {kind} family slash", lambda m=make: told(lambda: m("x", family="f/g")))
    case(f"summary {kind} collections", lambda m=make: told(lambda: m("x", collections=["mine"])))
    case(f"summary {kind} no collections", lambda m=make: told(lambda: m("x", collections=[])))
case(
    "summary merge",
    lambda: told(
        lambda: tf.summary.merge(
            [tf.summary.scalar("a", 1.0), tf.summary.scalar("b", 2.0)], collections=["c"], name="m"
        )
    ),
)
case(
    "summary merge same tag",
    lambda: told(lambda: (tf.summary.scalar("a", 1.0), tf.summary.merge([tf.get_collection("summaries")[0]] * 2))[1]),
)
case("summary merge empty", lambda: tf.summary.merge([]))
case("summary merge_all none", lambda: tf.summary.merge_all())
case(
    "summary merge_all key",
    lambda: (tf.summary.scalar("a", 1.0, collections=["k"]), told(lambda: tf.summary.merge_all("k")))[1],
)
case(
    "summary merge_all scope",
    lambda: (tf.summary.scalar("a", 1.0), tf.summary.scalar("b/c", 1.0), told(lambda: tf.summary.merge_all(scope="b")))[
        2
    ],
)
case("summary merge_all name", lambda: (tf.summary.scalar("a", 1.0), tf.summary.merge_all(name="n").name)[1])
case("summary scalar vector", lambda: tf.Session().run(tf.summary.scalar("a", [1.0, 2.0])))
case("summary scalar int", lambda: told(lambda: tf.summary.scalar("a", C(3))))
case("summary scalar text", lambda: tf.summary.scalar("a", C("x")).name)
case("summary scalar nan", lambda: told(lambda: tf.summary.scalar("a", float("nan"))))
case("summary histogram nan", lambda: tf.Session().run(tf.summary.histogram("a", [float("nan")])))
case("summary image rank", lambda: tf.summary.image("a", np.zeros([2, 2], np.float32)).name)
case("summary image channels", lambda: tf.Session().run(tf.summary.image("a", np.zeros([1, 2, 2, 2], np.float32))))
case("summary image one", lambda: told(lambda: tf.summary.image("a", np.zeros([5, 2, 2, 3], np.uint8), max_outputs=1)))
case(
    "summary image zero outputs",
    lambda: told(lambda: tf.summary.image("a", np.zeros([5, 2, 2, 3], np.uint8), max_outputs=0)),
)
case("summary text number", lambda: tf.summary.text("a", C(1.0)).name)
case("summary text list", lambda: told(lambda: tf.summary.text("a", C([["a", "b"]]))))
case(
    "summary tensor described",
    lambda: told(lambda: tf.summary.tensor_summary("a", C([1.0]), summary_description="d", display_name="n")),
)
case(
    "summary description",
    lambda: tf.summary.get_summary_description(
        tf.summary.tensor_summary("a", C([1.0]), summary_description="d").op.node_def
    ),
)
case(
    "summary value read",
    lambda: (lambda s: [s.value[0].simple_value, s.value[0].tag])(
        tf.Summary.FromString(tf.Session().run(tf.summary.scalar("a", 1.5)))
    ),
)

# Logging
LOG = tf.logging


class Kept(logging.Handler):
    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(
            [record.levelname, record.getMessage(), record.funcName if record.levelname != "CRITICAL" else ""]
        )


def logged(function, level=LOG.INFO):
    def inner():
        before = LOG.get_verbosity()
        handler = Kept()
        logging.getLogger("tensorflow").addHandler(handler)
        LOG.set_verbosity(level)
        try:
            result = function()
            return [handler.lines, result]
        finally:
            LOG.set_verbosity(before)
            logging.getLogger("tensorflow").removeHandler(handler)

    return inner


LINES = {
    "all": lambda: [getattr(LOG, n)("%s and %d", n, 3) for n in ("debug", "info", "warn", "warning", "error", "fatal")], "log": lambda: LOG.log(LOG.WARN, "x %s", 1), "plain": lambda: LOG.info("100%"), "vlog": lambda: LOG.vlog(LOG.INFO, "v"), "every": lambda: [LOG.log_every_n(LOG.INFO, "n %d", 2, i) for i in range(5)], "if": lambda: [LOG.log_if(LOG.INFO, "i", i > 1) for i in range(3)],
    "numbers": lambda: [LOG.DEBUG, LOG.INFO, LOG.WARN, LOG.ERROR, LOG.FATAL], "verbosity": lambda: LOG.get_verbosity(), "task prefix": lambda: LOG.TaskLevelStatusMessage("t"),
}  # fmt: skip
for name, function in LINES.items():
    for level in ("DEBUG", "INFO", "WARN", "ERROR", "FATAL"):
        case(f"logging {name} {level}", logged(function, getattr(LOG, level)))
case(
    "logging level",
    lambda: (
        LOG.set_verbosity(LOG.ERROR),
        logging.getLogger("tensorflow").level,
        LOG.get_verbosity(),
        LOG.set_verbosity(LOG.INFO),
    )[1:3],
)
case("logging level text", lambda: (LOG.set_verbosity("ERROR"), LOG.get_verbosity(), LOG.set_verbosity(LOG.INFO))[1])
case(
    "logging logger", lambda: [logging.getLogger("tensorflow").propagate, len(logging.getLogger("tensorflow").handlers)]
)

# Flags
FLAGS = tf.app.flags
FLAGS.DEFINE_string("text_flag", "x", "help")
FLAGS.DEFINE_integer("int_flag", 3, "help")
FLAGS.DEFINE_float("float_flag", 0.5, "help")
FLAGS.DEFINE_boolean("bool_flag", False, "help")
FLAGS.DEFINE_bool("other_bool", True, "help")
FLAGS.DEFINE_enum("enum_flag", "a", ["a", "b"], "help")
FLAGS.DEFINE_list("list_flag", ["a"], "help")
FLAGS.DEFINE_multi_integer("multi_flag", [1], "help")
ALL = ("text_flag", "int_flag", "float_flag", "bool_flag", "other_bool", "enum_flag", "list_flag", "multi_flag")


def parsed(*arguments):
    def inner():
        seen = []

        def main(argv):
            seen.append([list(argv)[1:], {n: getattr(FLAGS.FLAGS, n) for n in ALL}])
            return 3

        FLAGS.FLAGS.unparse_flags()
        for n in ALL:
            FLAGS.FLAGS[n].unparse()
        before = sys.argv
        sys.argv = ["prog", *arguments]
        try:
            tf.app.run(main=main, argv=["prog", *arguments])
        except SystemExit as end:
            seen.append(end.code)
        finally:
            sys.argv = before
        return seen

    return inner


for arguments in (
    [],
    ["--text_flag=y", "rest"],
    ["--int_flag", "7"],
    ["--bool_flag"],
    ["--nobool_flag", "--noother_bool"],
    ["--bool_flag=true"],
    ["--enum_flag=b"],
    ["--enum_flag=z"],
    ["--int_flag=x"],
    ["--nothing"],
    ["--list_flag=a,b"],
    ["--multi_flag=2", "--multi_flag=3"],
    ["-float_flag=2"],
    ["--", "--int_flag=9"],
):
    case(f"flags {' '.join(arguments)}", parsed(*arguments))
case("flags missing", lambda: FLAGS.FLAGS.nothing)
case("flags again", lambda: FLAGS.DEFINE_string("text_flag", "z", "help"))
case("flags same", lambda: [tf.flags.FLAGS is FLAGS.FLAGS, tf.flags is FLAGS])
case("flags set", lambda: (FLAGS.FLAGS(["p"]), setattr(FLAGS.FLAGS, "int_flag", 11), FLAGS.FLAGS.int_flag)[2])
case(
    "flags required",
    lambda: (FLAGS.DEFINE_string("must", None, "help"), FLAGS.mark_flag_as_required("must"), FLAGS.FLAGS(["p"]))[2],
)

if __name__ == "__main__":
    run()
