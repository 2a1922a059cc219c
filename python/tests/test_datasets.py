"""Datasets: order, forms and types of what they give, and what they raise."""

import gzip
import zlib

import numpy as np
import pytest
import swiftestimator as tf2
import swiftestimator.compat.v1 as tf
from records_support import elements, example, run

Dataset = tf.data.Dataset
experimental = tf.data.experimental


def plain(value):
    """Arrays as lists, so that whole elements compare."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if hasattr(value, "dense_shape"):
        return (np.asarray(value.indices).tolist(), np.asarray(value.values).tolist(), list(value.dense_shape))
    if isinstance(value, tuple):
        return tuple(plain(part) for part in value)
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


def given(build):
    def seeded():
        tf.set_random_seed(42)
        return build()

    return [plain(e) for e in elements(seeded)]


def fails(build, kind, text):
    """The elements before the error that the dataset ends with."""
    with tf.Graph().as_default(), tf.Session() as session:
        following = tf.data.make_one_shot_iterator(build()).get_next()
        found = []
        with pytest.raises(kind) as caught:
            while True:
                found.append(plain(session.run(following)))
        assert text in str(caught.value)
        return found


def numbers(count):
    return Dataset.range(count)


@pytest.mark.parametrize(
    ("size", "options", "expected"),
    [
        (3, {}, [[0, 1, 2], [3, 4, 5], [6]]),
        (3, {"shift": 2, "drop_remainder": True}, [[0, 1, 2], [2, 3, 4], [4, 5, 6]]),
        (3, {"shift": 2, "stride": 2}, [[0, 2, 4], [2, 4, 6], [4, 6], [6]]),
        (2, {"shift": 4}, [[0, 1], [4, 5]]),
    ],
)
def test_windows(size, options, expected):
    assert given(lambda: numbers(7).window(size, **options).flat_map(lambda w: w.batch(size))) == expected


def test_windows_of_structures():
    pairs = given(lambda: Dataset.zip((numbers(3), numbers(3))).window(2).flat_map(lambda a, b: Dataset.zip((a, b))))
    assert pairs == [(0, 0), (1, 1), (2, 2)]
    named = Dataset.from_tensor_slices
    assert given(lambda: named({"a": [1, 2, 3], "b": [4, 5, 6]}).window(2).flat_map(lambda d: d["b"])) == [4, 5, 6]


def test_states():
    def step(state, x):
        return state + x, state * 10 + x

    zero = np.int64(0)
    assert given(lambda: numbers(5).apply(experimental.scan(zero, step))) == [0, 1, 12, 33, 64]
    assert run(lambda: numbers(5).reduce(zero, lambda state, x: state + x)) == 10
    with tf.Graph().as_default(), pytest.raises(TypeError, match="must match the initial state"):
        numbers(5).scan(0.5, lambda state, x: (x, x))


def test_which_elements():
    words = Dataset.from_tensor_slices
    assert given(lambda: words([1, 2, 1, 3, 2]).apply(experimental.unique())) == [1, 2, 3]
    assert given(lambda: numbers(10).apply(experimental.take_while(lambda x: x < 3))) == [0, 1, 2]
    assert given(lambda: numbers(10).shard(3, 1)) == [1, 4, 7]
    assert given(lambda: words(["a", "b"]).enumerate(start=5)) == [(5, b"a"), (6, b"b")]
    assert given(lambda: words([1.0, 0.0, 4.0]).map(lambda x: tf.check_numerics(1 / x, "bad")).ignore_errors()) == [
        1,
        0.25,
    ]
    fails(lambda: numbers(10).shard(3, 3), tf.errors.InvalidArgumentError, "Index must be between 0 and 2")
    with tf.Graph().as_default(), pytest.raises(TypeError, match="does not support type"):
        words([1.0]).unique()


def test_turns():
    def three(x):
        return Dataset.from_tensors(x).repeat(3)

    expected = [0, 0, 1, 1, 0, 1, 2, 2, 3, 3, 2, 3, 4, 4, 4]
    assert given(lambda: numbers(5).interleave(three, cycle_length=2, block_length=2)) == expected
    assert given(lambda: numbers(5).apply(experimental.parallel_interleave(three, 2, 2))) == expected
    assert given(lambda: numbers(3).flat_map(lambda x: Dataset.range(x))) == [0, 0, 1]
    with tf.Graph().as_default(), pytest.raises(TypeError, match="must return a `Dataset` object"):
        numbers(3).flat_map(lambda x: x)


def test_several_datasets():
    def letter(text, count=None):
        return Dataset.from_tensors(text).repeat(count)

    def datasets():
        return [letter("a"), letter("b", 2), letter("c")]

    chosen = given(lambda: experimental.choose_from_datasets(datasets(), Dataset.range(3).repeat(3)))
    assert b"".join(chosen) == b"abcabcac"
    stopped = given(lambda: tf2.data.Dataset.choose_from_datasets(datasets(), Dataset.range(3).repeat(4)))
    assert b"".join(stopped) == b"abcabca"
    # As TensorFlow draws for these seeds.
    drawn = given(lambda: experimental.sample_from_datasets([Dataset.range(10), Dataset.range(100, 110)], seed=3))
    assert drawn == [0, 100, 101, 102, 103, 104, 105, 1, 2, 3, 106, 4, 107, 108, 5, 6, 109, 7, 8, 9]
    weighted = given(
        lambda: experimental.sample_from_datasets([Dataset.range(5), Dataset.range(100, 103)], [0.9, 0.1], seed=3)
    )
    assert weighted[:4] == [0, 100, 1, 2] and sorted(weighted) == [0, 1, 2, 3, 4, 100, 101, 102]
    zipped = given(lambda: Dataset.zip({"x": numbers(3), "y": (numbers(2), numbers(3))}))
    assert zipped == [{"x": 0, "y": (0, 0)}, {"x": 1, "y": (1, 1)}]
    with tf.Graph().as_default():
        with pytest.raises(TypeError, match="Python `list` is not supported"):
            Dataset.zip([numbers(1), numbers(1)])
        with pytest.raises(TypeError, match="Incompatible dataset elements"):
            numbers(2).concatenate(Dataset.from_tensor_slices(["a"]))


def test_batches():
    batches = given(lambda: numbers(7).apply(experimental.map_and_batch(lambda x: x * 2, 3)))
    assert batches == [[0, 2, 4], [6, 8, 10], [12]]
    full = given(lambda: numbers(7).apply(experimental.map_and_batch(lambda x: (x, -x), 3, drop_remainder=True)))
    assert full == [([0, 1, 2], [0, -1, -2]), ([3, 4, 5], [-3, -4, -5])]
    rows = lambda: numbers(4).map(lambda x: tf.fill([x], x))  # noqa: E731
    assert given(lambda: rows().padded_batch(2, padded_shapes=[None])) == [[[0], [1]], [[2, 2, 0], [3, 3, 3]]]
    fails(lambda: rows().padded_batch(4, padded_shapes=[2]), tf.errors.DataLossError, "pad to a smaller size")
    groups = given(
        lambda: numbers(10).apply(
            experimental.group_by_window(lambda x: x % 3, lambda k, d: d.batch(10), window_size=2)
        )
    )
    assert groups == [[0, 3], [1, 4], [2, 5], [6, 9], [7], [8]]
    buckets = given(
        lambda: (
            Dataset.from_tensor_slices([0, 1, 4, 2, 5, 3])
            .map(lambda x: tf.fill([x], x))
            .apply(experimental.bucket_by_sequence_length(lambda e: tf.shape(e)[0], [2, 4], [2, 2, 2]))
        )
    )
    assert buckets == [[[0], [1]], [[4, 4, 4, 4, 0], [5, 5, 5, 5, 5]], [[2, 2, 0], [3, 3, 3]]]


def test_orders_that_seeds_give():
    assert given(lambda: numbers(8).shuffle(4, seed=7).repeat(2)) == [1, 0, 2, 5, 4, 7, 6, 3, 0, 4, 5, 2, 3, 7, 6, 1]
    both = given(lambda: numbers(5).apply(experimental.shuffle_and_repeat(3, 3, seed=7)))
    assert both == [1, 3, 2, 0, 4, 0, 3, 2, 1, 4, 2, 3, 1, 4, 0]
    assert given(lambda: experimental.RandomDataset(seed=4).take(3)) == [671160593, 3187425363, 328799123]


def sparse(values=(1, 2)):
    return tf.SparseTensor([[0, 1], [2, 0]], list(values), [3, 2])


def test_sparse_elements():
    rows = [([[1]], [1], [2]), ([], [], [2]), ([[0]], [2], [2])]
    assert given(lambda: Dataset.from_tensor_slices(sparse())) == rows
    assert given(lambda: Dataset.from_tensors(sparse()).unbatch()) == rows
    assert given(lambda: Dataset.from_tensor_slices(sparse()).batch(2).unbatch()) == rows
    assert given(lambda: Dataset.from_tensors(sparse())) == [([[0, 1], [2, 0]], [1, 2], [3, 2])]
    batches = given(
        lambda: (
            Dataset.from_tensor_slices(sparse(["x", "y"])).batch(2).map(lambda s: (s, tf.sparse_tensor_to_dense(s, "")))
        )
    )
    assert batches[0] == (([[0, 1]], [b"x"], [2, 2]), [[b"", b"x"], [b"", b""]])
    assert batches[1] == (([[0, 0]], [b"y"], [1, 2]), [[b"y", b""]])
    with tf.Graph().as_default():
        dataset = Dataset.from_tensor_slices(sparse())
        assert dataset.output_classes is tf.SparseTensor and dataset.output_types is tf.int32
        with pytest.raises(TypeError, match="only supported for datasets that produce tensor elements"):
            dataset.padded_batch(2)


def test_examples_with_sparse_features():
    spec = {"a": tf.FixedLenFeature([], tf.int64), "v": tf.VarLenFeature(tf.string)}
    data = [example(a=[1], v=[b"x", b"y"]), example(a=[2]), example(a=[3], v=[b"z"])]
    batch = elements(
        lambda: Dataset.from_tensor_slices(data).map(lambda s: tf.parse_single_example(s, spec)).batch(3).prefetch(1)
    )[0]
    assert list(batch["a"]) == [1, 2, 3]
    assert plain(batch["v"]) == ([[0, 0], [0, 1], [2, 0]], [b"x", b"y", b"z"], [3, 2])


def test_generators():
    def pairs(count, text):
        for i in range(int(count)):
            yield {"x": [i, i + 0.5], "y": (text, i)}

    types = {"x": tf.float32, "y": (tf.string, tf.int32)}
    shapes = {"x": [2], "y": ([], [])}
    found = given(lambda: Dataset.from_generator(pairs, types, shapes, args=(2, "t")).repeat(2).batch(3))
    assert found[0] == {"x": [[0, 0.5], [1, 1.5], [0, 0.5]], "y": ([b"t"] * 3, [0, 1, 0])}
    signature = (tf.TensorSpec([], tf.int32), tf.TensorSpec([None], tf.float32))
    assert given(lambda: Dataset.from_generator(lambda: iter([(1, [2.0])]), output_signature=signature)) == [(1, [2.0])]


@pytest.mark.parametrize(
    ("values", "types", "shapes", "text"),
    [
        (["a"], tf.int64, None, "`generator` yielded an element"),
        ([[1, 2]], tf.int64, [3], "yielded an element of shape (2,) where an element of shape (3,) was expected"),
        ([(1, 2)], (tf.int64, tf.int64, tf.int64), None, "did not match the expected structure"),
    ],
)
def test_generators_that_give_something_else(values, types, shapes, text):
    fails(lambda: Dataset.from_generator(lambda: iter(values), types, shapes), tf.errors.InvalidArgumentError, text)


def test_one_shot_iterators_take_a_seed():
    """Random ops count their seeds; TensorFlow's function that makes the dataset takes one of them."""
    with tf.Graph().as_default():
        tf.set_random_seed(3)
        tf.data.make_initializable_iterator(Dataset.range(3))
        tf.random_uniform([])
        tf.data.make_one_shot_iterator(Dataset.range(3))
        tf.random_uniform([])
        drawn = [o for o in tf.get_default_graph().get_operations() if o.type == "RandomUniform"]
        assert [o.get_attr("seed2") for o in drawn] == [0, 2]


def test_feedable_iterators():
    with tf.Graph().as_default(), tf.Session() as session:
        first = tf.data.make_one_shot_iterator(Dataset.range(3))
        second = tf.data.make_initializable_iterator(Dataset.range(10, 13))
        handle = tf.placeholder(tf.string, [])
        following = tf.data.Iterator.from_string_handle(handle, first.output_types, first.output_shapes).get_next()
        handles = session.run([first.string_handle(), second.string_handle()])
        session.run(second.initializer)
        assert [session.run(following, {handle: handles[i % 2]}) for i in range(4)] == [0, 10, 1, 11]
        with pytest.raises(tf.errors.InvalidArgumentError, match="Could not parse string_handle"):
            session.run(following, {handle: "nope"})


# -- Files


@pytest.fixture
def records(tmp_path):
    path = str(tmp_path / "records")
    with tf.python_io.TFRecordWriter(path) as writer:
        for i in range(3):
            writer.write(b"rec%d" % i)
    return path


def test_record_files(records):
    assert given(lambda: tf.data.TFRecordDataset(records)) == [b"rec0", b"rec1", b"rec2"]
    twice = given(lambda: tf.data.TFRecordDataset([records, records], num_parallel_reads=2))
    assert twice == [b"rec0", b"rec0", b"rec1", b"rec1", b"rec2", b"rec2"]
    named = given(lambda: tf.data.TFRecordDataset(Dataset.from_tensor_slices([records])))
    assert named == list(tf.python_io.tf_record_iterator(records)) == [b"rec0", b"rec1", b"rec2"]
    fails(lambda: tf.data.TFRecordDataset(records + "x"), tf.errors.NotFoundError, "No such file or directory")


@pytest.mark.parametrize(
    ("damage", "count", "text"),
    [
        (lambda b: b[:20] + b"X" + b[21:], 1, "corrupted record at 20"),
        (lambda b: b[:-3], 2, "truncated record at 40"),
        (lambda b: b"this is not a record file at all", 0, "Is this even a TFRecord file?"),
    ],
)
def test_damaged_records(records, damage, count, text):
    with open(records, "rb") as file:
        data = damage(file.read())
    with open(records, "wb") as file:
        file.write(data)
    assert len(fails(lambda: tf.data.TFRecordDataset(records), tf.errors.DataLossError, text)) == count
    with pytest.raises(tf.errors.DataLossError):
        list(tf.python_io.tf_record_iterator(records))


@pytest.mark.parametrize("kind", ["GZIP", "ZLIB"])
def test_compressed_records(tmp_path, kind):
    path = str(tmp_path / "records")
    options = tf.python_io.TFRecordOptions(getattr(tf.python_io.TFRecordCompressionType, kind))
    with tf.io.TFRecordWriter(path, options=options) as writer:
        for i in range(3000):
            writer.write(b"record number %d" % (i // 3))
    with open(path, "rb") as file:
        data = file.read()
    whole = gzip.decompress(data) if kind == "GZIP" else zlib.decompress(data)
    assert len(data) < len(whole) / 3
    found = given(lambda: tf.data.TFRecordDataset(path, compression_type=kind).batch(5000))[0]
    assert found == list(tf.python_io.tf_record_iterator(path, options)) and len(found) == 3000
    assert found[-1] == b"record number 999"
    # What the system's library writes.
    with open(path, "wb") as file:
        file.write(gzip.compress(whole, 9) if kind == "GZIP" else zlib.compress(whole, 9))
    assert given(lambda: tf.data.TFRecordDataset(path, compression_type=kind).batch(5000))[0] == found
    with open(path, "wb") as file:
        file.write(data[: len(data) // 2])
    before = fails(lambda: tf.data.TFRecordDataset(path, compression_type=kind), tf.errors.DataLossError, "")
    assert before == found[: len(before)] and len(before) > 100


def test_the_time_of_a_record_does_not_grow_with_the_file(tmp_path):
    (tmp_path / "long.txt").write_text("x\n" * 100_000)
    with tf.Graph().as_default(), tf.Session() as session:
        dataset = tf.data.TextLineDataset(str(tmp_path / "long.txt")).batch(10_000)
        following = tf.data.make_one_shot_iterator(dataset).get_next()
        assert [len(session.run(following)) for _ in range(10)] == [10_000] * 10
        with pytest.raises(tf.errors.OutOfRangeError):
            session.run(following)


def test_lines(tmp_path):
    text = b"one\ntwo\r\n\nfour"
    (tmp_path / "t.txt").write_bytes(text)
    (tmp_path / "t.gz").write_bytes(gzip.compress(text))
    lines = [b"one", b"two", b"", b"four"]
    assert given(lambda: tf.data.TextLineDataset(str(tmp_path / "t.txt"))) == lines
    assert given(lambda: tf.data.TextLineDataset([str(tmp_path / "t.gz")] * 2, "GZIP").skip(1)) == lines[1:] + lines
    listed = given(lambda: Dataset.list_files(str(tmp_path / "t.*"), shuffle=False))
    assert listed == [str(tmp_path / "t.gz").encode(), str(tmp_path / "t.txt").encode()]
    fails(lambda: Dataset.list_files(str(tmp_path / "no*")), tf.errors.InvalidArgumentError, "No files matched pattern")


def test_pieces_of_one_length(tmp_path):
    (tmp_path / "f").write_bytes(b"HHaabbccF")
    (tmp_path / "f.gz").write_bytes(gzip.compress(b"HHaabbccF"))
    read = tf.data.FixedLengthRecordDataset
    assert given(lambda: read(str(tmp_path / "f"), 2, header_bytes=2, footer_bytes=1)) == [b"aa", b"bb", b"cc"]
    compressed = given(lambda: read(str(tmp_path / "f.gz"), 2, 2, 1, compression_type="GZIP"))
    assert compressed == [b"aa", b"bb", b"cc"]
    fails(lambda: read(str(tmp_path / "f"), 2, 2), tf.errors.InvalidArgumentError, "has body length 7 bytes")


def test_comma_separated_values(tmp_path):
    path = str(tmp_path / "c.csv")
    with open(path, "w") as file:
        file.write('a,b,c\n1,x,2.5\n2,"y,z",\n,w,4\n3,"q""r\ns",1\n')

    def read(defaults, **options):
        return experimental.CsvDataset(path, [d() for d in defaults], header=True, **options)

    number, nine = (lambda: tf.constant([0], tf.int32)), (lambda: tf.constant([9.0], tf.float32))
    rows = given(lambda: read([number, lambda: tf.string, nine]))
    assert rows == [(1, b"x", 2.5), (2, b"y,z", 9.0), (0, b"w", 4.0), (3, b'q"r\ns', 1.0)]
    assert given(lambda: read([lambda: tf.string, nine], select_cols=[1, 2]))[1] == (b"y,z", 9.0)
    required = lambda: read([lambda: tf.int32, lambda: tf.string, lambda: tf.float32])  # noqa: E731
    fails(required, tf.errors.InvalidArgumentError, "Field 2 is required but missing in record!")
    wrong = lambda: read([number, number, nine])  # noqa: E731
    fails(wrong, tf.errors.InvalidArgumentError, "Field 1 in record is not a valid int32: x")
    few = lambda: read([lambda: tf.string] * 2)  # noqa: E731
    fails(few, tf.errors.InvalidArgumentError, "Expect 2 fields but have more in record")


def test_columns_with_types_found_out(tmp_path):
    path = str(tmp_path / "d.csv")
    with open(path, "w") as file:
        file.write("a,b,c,label\n1,x,5000000000,0\n2,y,1.5,1\n3,z,,0\n4,,2,1\n")

    def read(size, **options):
        return experimental.make_csv_dataset(path, size, num_epochs=1, **{"shuffle": False, **options})

    first, second = given(lambda: read(2, label_name="label", select_columns=["a", "b", "label"]))
    assert first == ({"a": [1, 2], "b": [b"x", b"y"]}, [0, 1])
    assert second == ({"a": [3, 4], "b": [b"z", b""]}, [0, 1])
    with tf.Graph().as_default():
        types = read(2).output_types
        assert [types[k] for k in ("a", "b", "c", "label")] == [tf.int32, tf.string, tf.float32, tf.int32]
        with pytest.raises(ValueError, match="`label_name` provided must be one of the columns"):
            read(2, label_name="nope")
    shuffled = given(lambda: read(2, label_name="label", select_columns=["a", "label"], shuffle=True, shuffle_seed=5))
    assert [e[0]["a"] for e in shuffled] == [[4, 2], [1, 3]]


def test_batches_of_features(tmp_path):
    path = str(tmp_path / "r")
    with tf.io.TFRecordWriter(path) as writer:
        for i in range(5):
            writer.write(example(x=[float(i)], y=[i]))
    features = {"x": tf.FixedLenFeature([], tf.float32), "y": tf.FixedLenFeature([], tf.int64)}
    found = given(
        lambda: experimental.make_batched_features_dataset(
            path, 2, features, label_key="y", shuffle=False, num_epochs=1
        )
    )
    assert found == [({"x": [0, 1]}, [0, 1]), ({"x": [2, 3]}, [2, 3]), ({"x": [4]}, [4])]


def test_a_cache_in_a_file(tmp_path):
    calls = []

    def count(x):
        calls.append(int(x))
        return x

    def cached():
        counted = numbers(4).map(lambda x: (tf.py_func(count, [x], tf.int64), tf.as_string(x)))
        return counted.cache(str(tmp_path / "cache")).repeat(2)

    expected = [(i, b"%d" % i) for i in range(4)] * 2
    assert given(cached) == expected and given(cached) == expected
    assert calls == [0, 1, 2, 3]


def test_a_dataset_written_to_a_file(tmp_path):
    path = str(tmp_path / "records")
    with tf.Graph().as_default(), tf.Session() as session:
        words = Dataset.from_tensor_slices(["a", "b"])
        session.run(experimental.TFRecordWriter(path, "GZIP").write(words))
    assert list(tf.python_io.tf_record_iterator(path, tf.python_io.TFRecordOptions("GZIP"))) == [b"a", b"b"]


def test_rows_of_different_lengths():
    rows = lambda: numbers(3).map(lambda x: tf.fill([x], x))  # noqa: E731
    (batch,) = given(lambda: rows().apply(experimental.dense_to_sparse_batch(3, [4])))
    assert batch == ([[1, 0], [2, 0], [2, 1]], [1, 2, 2], [3, 4])
    assert given(lambda: numbers(6).batch(4).rebatch(3)) == [[0, 1, 2], [3, 4, 5]]


def test_settings():
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = experimental.AutoShardPolicy.OFF
    options.deterministic = True
    assert numbers(2).with_options(options).options().experimental_distribute.auto_shard_policy == -1
    with pytest.raises(AttributeError, match="Cannot set the property anything on Options"):
        options.anything = 1


def test_sparse_tensors_as_text():
    def both():
        rows = tf.serialize_many_sparse(sparse())
        return tf.shape(rows), tf.deserialize_many_sparse(rows, tf.int32)

    shape, again = run(both)
    assert list(shape) == [3, 3] and plain(again) == ([[0, 1], [2, 0]], [1, 2], [3, 2])
