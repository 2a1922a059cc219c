"""Examples, datasets and tables: values, types, shapes, node names and messages, as text."""

import gzip
import os
import re
import sys
import zlib

import numpy as np
from common import report, tf

try:
    from tensorflow.python.ops import lookup_ops as lookup
except ImportError:
    from swiftestimator._ops import lookup_ops as lookup

tf.disable_v2_behavior()
results = {}
folder = sys.argv[2]
os.makedirs(folder, exist_ok=True)
io, data, experimental, Dataset = tf.io, tf.data, tf.data.experimental, tf.data.Dataset


def plain(value):
    if isinstance(value, dict):
        return {str(key): plain(value[key]) for key in sorted(value)}
    if hasattr(value, "dense_shape"):
        return ["sparse", value.indices.tolist(), plain(value.values), np.asarray(value.dense_shape).tolist()]
    if isinstance(value, tuple | list):
        return [plain(part) for part in value]
    if isinstance(value, bytes):
        return value.decode("latin1")
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    return value


def said(error):
    """The class of an error, and of its message the line that says what is wrong, without paths."""
    lines = [line for line in str(error).split("\n") if line.strip()]
    skipped = ("Graph execution error", "Detected at node", "Node:", "    ", "  File", "\t")
    line = next((line for line in lines if not line.startswith(skipped)), "")
    # Ours names the line of the program; assertions go on with the names of their nodes.
    line = re.sub(r" \(at \S+.py:\d+\)$| \[Condition .*", "", line.replace(folder, "FOLDER"))
    return [type(error).__name__, line]


def case(name, build, steps=40, nodes=False):
    """What ``build()`` gives: the elements of a dataset, or the value of tensors once the tables are filled."""
    found = []
    with tf.Graph().as_default() as graph:
        tf.set_random_seed(42)
        try:
            made = build()
            is_dataset = isinstance(made, Dataset)
            if is_dataset:
                types, shapes = data.get_output_types(made), data.get_output_shapes(made)
                found.append([str(types), str(shapes)])
                made = data.make_one_shot_iterator(made).get_next()
            with tf.Session() as session:
                session.run(tf.tables_initializer())
                for _ in range(steps if is_dataset else 1):
                    found.append(plain(session.run(made)))
        except tf.errors.OutOfRangeError:
            found.append("end")
        except Exception as error:
            found.append(said(error))
        if nodes:
            # TensorFlow makes the shape of a scalar twice.
            ops = [op for op in graph.get_operations() if "Reshape/shape" not in op.name]
            found.append([f"{op.name} {op.type}" for op in ops])
    results[name] = found


def feature(values):
    if not values:
        return tf.train.Feature()
    if isinstance(values[0], bytes):
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=values))
    if isinstance(values[0], float):
        return tf.train.Feature(float_list=tf.train.FloatList(value=values))
    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))


def example(**features):
    parts = {key: feature(values) for key, values in features.items()}
    return tf.train.Example(features=tf.train.Features(feature=parts)).SerializeToString()


def sequence(context, lists):
    feature_lists = {k: tf.train.FeatureList(feature=[feature(step) for step in v]) for k, v in lists.items()}
    return tf.train.SequenceExample(
        context=tf.train.Features(feature={k: feature(v) for k, v in context.items()}),
        feature_lists=tf.train.FeatureLists(feature_list=feature_lists),
    ).SerializeToString()


# -- Examples

BATCH = [example(a=[1.0, 2.0], b=[3, 4], c=[b"x"]), example(a=[5.0, 6.0], b=[], c=[b"y", b"z"])]
SPECS = {
    "forms": {
        "a": io.FixedLenFeature([2], tf.float32), "c": io.VarLenFeature(tf.string),
        "b": io.FixedLenSequenceFeature([], tf.int64, allow_missing=True, default_value=7),
    },
    "defaults": {"q": io.FixedLenFeature([2], tf.float32, [1, 2]), "r": io.FixedLenFeature([], tf.string, "d")},
    "missing": {"q": io.FixedLenFeature([2], tf.float32)},
    "empty": {"b": io.FixedLenFeature([2], tf.int64)},
    "count": {"a": io.FixedLenFeature([3], tf.float32)},
    "count of text": {"c": io.FixedLenFeature([3], tf.string)},
    "type": {"a": io.FixedLenFeature([2], tf.int64)},
    "sparse type": {"a": io.VarLenFeature(tf.int64)},
    "stride": {"a": io.FixedLenSequenceFeature([3], tf.float32, allow_missing=True)},
    "no type": {"a": io.FixedLenFeature([2], None)},
    "no shape": {"a": io.FixedLenFeature(None, tf.float32)},
    "unknown": {"a": io.FixedLenFeature([None], tf.float32)},
    "inner unknown": {"a": io.FixedLenFeature([2, None], tf.float32)},
    "not allowed": {"a": io.FixedLenSequenceFeature([], tf.float32)},
    "other": {"a": 3},
    "int32": {"a": io.FixedLenFeature([2], tf.int32)},
    "index": {"a": io.SparseFeature("", "v", tf.float32, 3)},
    "conflict": {"a": io.VarLenFeature(tf.int64), "z": io.SparseFeature("i", "a", tf.float32, 3)},
    "none": None,
}  # fmt: skip
for name, spec in SPECS.items():
    case(f"parse_example {name}", lambda spec=spec: io.parse_example(BATCH, spec), nodes=name == "forms")
for name in ("forms", "missing", "type", "sparse type"):
    case(
        f"parse_single_example {name}",
        lambda n=name: io.parse_single_example(BATCH[0], SPECS[n]),
        nodes=name == "forms",
    )
case("names of examples", lambda: io.parse_example(BATCH, SPECS["missing"], example_names=["n1", "n2"]))
PARTS = [example(i=[3, 0], v=[2.0, 1.0]), example(i=[1], v=[9.0]), example()]
case("sparse feature", lambda: io.parse_example(PARTS, {"z": io.SparseFeature("i", "v", tf.float32, 5)}))
SEQUENCES = [
    sequence({"id": [1], "n": [b"x", b"y"]}, {"a": [[1.0, 2.0], [3.0, 4.0]], "b": [[1], [2, 3], []]}),
    sequence({"id": [2]}, {"a": [[5.0, 6.0]]}),
]
CONTEXT = {"id": io.FixedLenFeature([], tf.int64), "n": io.VarLenFeature(tf.string)}
LISTS = {"a": io.FixedLenSequenceFeature([2], tf.float32), "b": io.VarLenFeature(tf.int64)}
case("sequences", lambda: io.parse_sequence_example(SEQUENCES, CONTEXT, LISTS), nodes=True)
case("one sequence", lambda: io.parse_single_sequence_example(SEQUENCES[1], CONTEXT, LISTS), nodes=True)
case(
    "missing list",
    lambda: io.parse_sequence_example(SEQUENCES, CONTEXT, {"zz": io.FixedLenSequenceFeature([2], tf.float32)}),
)
case("serialized tensor", lambda: [io.serialize_tensor([1.5, 2.0]), io.serialize_tensor(["a", "b"])])
case("split", lambda: tf.string_split([" a  b c ", "", "x"]))
case("split by several", lambda: tf.string_split(["a,b;c", ",x"], ",;", skip_empty=False))
TEXTS = [["a", "b"], ["c", "d"]]
case("join", lambda: [tf.reduce_join(TEXTS, axis, separator="-") for axis in (0, -1, None, [0, 1], [1, 0])])

# -- Datasets


def three(x):
    return Dataset.from_tensors(x).repeat(3)


def fill(x):
    return tf.fill([x], x)


def sparse(values=(1, 2)):
    return tf.SparseTensor([[0, 1], [2, 0]], list(values), [3, 2])


def pair():
    return [Dataset.range(10), Dataset.range(100, 110)]


DATASETS = {
    "window": lambda: Dataset.range(7).window(3, 2, 2).flat_map(lambda w: w.batch(3)),
    "scan": lambda: Dataset.range(5).apply(experimental.scan(np.int64(0), lambda s, x: (s + x, s * 10 + x))),
    "unique": lambda: Dataset.from_tensor_slices([1, 2, 1, 3, 2]).apply(experimental.unique()),
    "unique of floats": lambda: Dataset.from_tensor_slices([1.0]).apply(experimental.unique()),
    "take_while": lambda: Dataset.range(10).apply(experimental.take_while(lambda x: x < 4)),
    "enumerate": lambda: Dataset.from_tensor_slices(["a", "b"]).enumerate(start=5),
    "interleave": lambda: Dataset.range(5).interleave(three, cycle_length=2, block_length=2),
    "parallel_interleave": lambda: Dataset.range(5).apply(experimental.parallel_interleave(three, 2, 2)),
    "shard": lambda: Dataset.range(10).shard(3, 3),
    "zip": lambda: Dataset.zip({"x": Dataset.range(3), "y": (Dataset.range(2), Dataset.range(3))}),
    "concatenate": lambda: Dataset.from_tensors([1, 2]).concatenate(Dataset.from_tensors([1, 2, 3])),
    "choose": lambda: experimental.choose_from_datasets(pair(), Dataset.from_tensor_slices(np.array([1, 0, 1]))),
    "sample": lambda: experimental.sample_from_datasets(pair(), seed=3),
    "weights": lambda: experimental.sample_from_datasets(pair(), [0.9, 0.1], seed=3),
    "map_and_batch": lambda: Dataset.range(7).apply(experimental.map_and_batch(lambda x: (x, -x), 3, None, True)),
    "shuffle": lambda: Dataset.range(8).shuffle(4, seed=7).repeat(2),
    "shuffle_and_repeat": lambda: Dataset.range(5).apply(experimental.shuffle_and_repeat(3, 3, seed=7)),
    "random": lambda: experimental.RandomDataset(seed=4).take(3),
    "unbatch": lambda: Dataset.from_tensors(sparse()).apply(experimental.unbatch()),
    "padded_batch": lambda: Dataset.range(4).map(lambda x: (fill(x), x)).padded_batch(3, ([None], [])),
    "group": lambda: Dataset.range(10).apply(
        experimental.group_by_window(lambda x: x % 3, lambda k, d: d.batch(10), window_size=2)
    ),
    "bucket": lambda: Dataset.from_tensor_slices([0, 1, 4, 2, 5, 3]).map(fill).apply(
        experimental.bucket_by_sequence_length(lambda e: tf.shape(e)[0], [2, 4], [2, 2, 2])
    ),
    "sparse slices": lambda: Dataset.from_tensor_slices(sparse()),
    "sparse batches": lambda: Dataset.from_tensor_slices(sparse(["x", "y"])).batch(2),
    "list": lambda: Dataset.range(2).map(lambda x: [x, x]),
    "generator": lambda: Dataset.from_generator(
        lambda n: iter([(int(n), "a")]), (tf.int64, tf.string), ([], []), args=(np.int64(4),)
    ),
    "generator's shape": lambda: Dataset.from_generator(lambda: iter([[1, 2]]), tf.int64, [3]),
    "generator's types": lambda: Dataset.from_generator(lambda: iter([1])),
}  # fmt: skip
for name, build in DATASETS.items():
    case(f"dataset {name}", build)

# -- Files


def write(name, content):
    with open(f"{folder}/{name}", "wb") as file:
        file.write(content)
    return f"{folder}/{name}"


plain_records = f"{folder}/plain"
with tf.python_io.TFRecordWriter(plain_records) as writer:
    for i in range(3):
        writer.write(b"rec%d" % i)
with open(plain_records, "rb") as file:
    whole = file.read()
for kind, pack in (("GZIP", gzip.compress), ("ZLIB", zlib.compress)):
    path = write(kind, pack(whole))
    case(f"records {kind}", lambda path=path, kind=kind: data.TFRecordDataset(path, kind))
for name, content in {
    "whole": whole, "byte changed": whole[:20] + b"X" + whole[21:], "cut": whole[:-3], "cut in a header": whole[:40],
    "no records": b"this is not a record file at all",
}.items():  # fmt: skip
    path = write(name, content)
    case(f"records {name}", lambda path=path: data.TFRecordDataset(path))
case("records missing", lambda: data.TFRecordDataset(f"{folder}/nothing"))
case("records of two files", lambda: data.TFRecordDataset([plain_records] * 2, num_parallel_reads=2))
lines = write("lines", b"one\ntwo\r\n\nfour")
case("lines", lambda: data.TextLineDataset(lines))
pieces = write("pieces", b"HHaabbccF")
case("pieces", lambda: data.FixedLengthRecordDataset(pieces, 2, header_bytes=2, footer_bytes=1))
case("pieces that do not fit", lambda: data.FixedLengthRecordDataset(pieces, 2, header_bytes=2))
table = write("table.csv", b'a,b,c\n1,x,2.5\n2,"y,z",\n,w,4\n3,"q""r\ns",1\n')
nine = [9.0]
case("csv", lambda: experimental.CsvDataset(table, [tf.constant([0]), tf.string, tf.constant(nine)], header=True))
case("csv without", lambda: experimental.CsvDataset(table, [tf.int32, tf.string, tf.float32], header=True))
case("csv wrong", lambda: experimental.CsvDataset(table, [tf.int32, tf.int32, tf.float32], header=True))
case("csv few", lambda: experimental.CsvDataset(table, [tf.string, tf.string], header=True))
columns = write("columns.csv", b"a,b,label\n1,x,0\n2,y,1\n3,z,0\n4,,1\n")
case("columns", lambda: experimental.make_csv_dataset(columns, 3, label_name="label", shuffle=False, num_epochs=1))
case(
    "columns in random order",
    lambda: experimental.make_csv_dataset(columns, 2, label_name="label", shuffle_seed=5, num_epochs=1),
)

# -- Tables

vocabulary = write("vocabulary", b"emerson\nlake\npalmer\n")
WORDS = ["lake", "nope", "emerson"]
TABLES = {
    "buckets": lambda: lookup.index_table_from_tensor(["emerson", "lake"], num_oov_buckets=5),
    "default": lambda: lookup.index_table_from_tensor(["emerson", "lake"], default_value=7),
    "file": lambda: lookup.index_table_from_file(vocabulary, num_oov_buckets=1),
    "size": lambda: lookup.index_table_from_file(vocabulary, vocab_size=4),
    "missing": lambda: lookup.index_table_from_file(f"{folder}/nothing"),
    "twice": lambda: lookup.index_table_from_tensor(["a", "b", "a"]),
    "negative": lambda: lookup.index_table_from_tensor(["a"], num_oov_buckets=-1),
    "floats": lambda: lookup.index_table_from_tensor([1.0]),
    "numbers": lambda: lookup.index_table_from_tensor([1, 2], dtype=tf.int64),
    "static": lambda: tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["lake"], [1]), -1),
    "vocabulary": lambda: tf.lookup.StaticVocabularyTable(
        tf.lookup.KeyValueTensorInitializer(["lake"], [0], value_dtype=tf.int64), 2
    ),
}
for name, build in TABLES.items():
    case(f"table {name}", lambda build=build: build().lookup(tf.constant(WORDS)), nodes=name != "floats")
case(
    "table of texts",
    lambda: lookup.index_to_string_table_from_file(vocabulary).lookup(tf.constant([1, 5], tf.int64)),
    nodes=True,
)
report(results=results)
