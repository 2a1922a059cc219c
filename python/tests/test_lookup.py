"""Tables: ids of vocabularies, buckets, messages, and tables in an Estimator and in datasets."""

import numpy as np
import pytest
import swiftestimator as tf2
import swiftestimator.compat.v1 as tf
from swiftestimator.compat.v1 import contrib


def run(build, fill=True):
    with tf.Graph().as_default():
        fetches = build()
        with tf.Session() as session:
            if fill:
                session.run(tf.tables_initializer())
            return session.run(fetches)


def words(*values):
    return tf.constant(list(values))


def message(build, kind, fill=True):
    with pytest.raises(kind) as caught:
        run(build, fill)
    return str(caught.value)


@pytest.fixture
def vocabulary(tmp_path):
    path = tmp_path / "vocabulary.txt"
    path.write_text("emerson\nlake\npalmer\n")
    return str(path)


def test_ids_of_a_list():
    def ids(**options):
        table = contrib.lookup.index_table_from_tensor(["emerson", "lake", "palmer"], **options)
        return table.lookup(words("lake", "nope", "emerson"))

    assert list(run(lambda: ids())) == [1, -1, 0]
    assert list(run(lambda: ids(default_value=7))) == [1, 7, 0]
    assert list(run(lambda: ids(num_oov_buckets=1))) == [1, 3, 0]
    buckets = run(
        lambda: contrib.lookup.index_table_from_tensor(["emerson", "lake"], num_oov_buckets=5).lookup(
            words("a", "b", "c")
        )
    )
    assert list(buckets) == [6, 4, 4]
    numbers = run(
        lambda: contrib.lookup.index_table_from_tensor([10, 20, 30], num_oov_buckets=3, dtype=tf.int64).lookup(
            tf.constant([20, 7, 8, 9], tf.int64)
        )
    )
    assert list(numbers) == [1, 4, 4, 5]


def test_names():
    with tf.Graph().as_default() as graph:
        table = contrib.lookup.index_table_from_tensor(["a", "b"], num_oov_buckets=1)
        found = table.lookup(words("a"))
        assert found.name == "hash_table_Lookup/SelectV2:0"
        names = [c.name for c in tf.get_collection(tf.GraphKeys.TABLE_INITIALIZERS)]
        assert names == ["string_to_index/hash_table/table_init/LookupTableImportV2"]
        assert table.initializer is graph.get_operation_by_name(names[0])
        assert "hash_table_Lookup/hash_table_Lookup/LookupTableFindV2" in [o.name for o in graph.get_operations()]
        assert tf.tables_initializer().name == "init_all_tables"


def test_ids_of_a_file(vocabulary):
    def ids(**options):
        table = contrib.lookup.index_table_from_file(vocabulary, **options)
        assert [t.name for t in tf.get_collection(tf.GraphKeys.ASSET_FILEPATHS)] == [
            "string_to_index/hash_table/asset_path:0"
        ]
        return table.lookup(words("lake", "nope", "palmer"))

    assert list(run(lambda: ids())) == [1, -1, 2]
    assert list(run(lambda: ids(num_oov_buckets=2, vocab_size=3))) in ([1, 3, 2], [1, 4, 2])
    assert list(run(lambda: ids(vocab_size=2))) == [1, -1, -1]
    assert f"Invalid vocab_size in {vocabulary}: expected 4 but got 3" in message(
        lambda: ids(vocab_size=4), tf.errors.InvalidArgumentError
    )
    assert "No such file" in message(
        lambda: contrib.lookup.index_table_from_file(vocabulary + "x").lookup(words("a")), tf.errors.NotFoundError
    )
    texts = run(
        lambda: contrib.lookup.index_to_string_table_from_file(vocabulary).lookup(tf.constant([1, 5], tf.int64))
    )
    assert list(texts) == [b"lake", b"UNK"]


@pytest.mark.parametrize(
    ("build", "kind", "text"),
    [
        (lambda t: t(None), ValueError, "mapping must be specified"),
        (lambda t: t(["a"], num_oov_buckets=-1), ValueError, "must be greater or equal than 0, got -1"),
        (lambda t: t([1.0, 2.0]), ValueError, "Expected <dtype: 'string'>, got <dtype: 'float32'>"),
        (lambda t: t(["a"]).lookup(tf.constant([1], tf.int64)), TypeError, "Dtype of argument `keys` must be"),
        (
            lambda t: t(["a", "b", "a"]).lookup(words("a")), tf.errors.FailedPreconditionError,
            "HashTable has different value for same key. Key a has 0 and trying to add value 2",
        ),
    ],
)  # fmt: skip
def test_mistakes(build, kind, text):
    assert text in message(lambda: build(contrib.lookup.index_table_from_tensor), kind)


def test_a_table_that_is_not_filled():
    def build():
        return contrib.lookup.index_table_from_tensor(["a"]).lookup(words("a"))

    assert "Table not initialized" in message(build, tf.errors.FailedPreconditionError, fill=False)


def test_static_tables(tmp_path):
    initializer = tf.lookup.KeyValueTensorInitializer
    table = lambda m: m.lookup.StaticHashTable(initializer(["a", "b"], [1, 2]), -1)  # noqa: E731
    for module in (tf, tf2):
        assert list(run(lambda m=module: table(m).lookup(words("b", "c")))) == [2, -1]
    assert run(lambda: table(tf).size()) == 2
    assert run(lambda: table(tf)[tf.constant("b")]) == 2
    keys, values = run(lambda: table(tf).export())
    assert dict(zip(keys, values)) == {b"a": 1, b"b": 2}
    sparse = run(lambda: table(tf).lookup(tf.SparseTensor([[0, 0], [1, 1]], ["a", "z"], [2, 2])))
    assert list(sparse.values) == [1, -1] and list(sparse.dense_shape) == [2, 2]
    path = tmp_path / "pairs"
    path.write_text("a\t10\nb\t20\n")
    found = run(
        lambda: tf.lookup.StaticHashTable(
            tf.lookup.TextFileInitializer(str(path), tf.string, 0, tf.int64, 1), -1
        ).lookup(words("b", "c"))
    )
    assert list(found) == [20, -1]
    with tf.Graph().as_default(), pytest.raises(ValueError, match="Dimensions must be equal, but are 2 and 1"):
        tf.lookup.StaticHashTable(initializer(["a", "b"], [1]), -1)


def test_vocabulary_tables():
    initializer = tf.lookup.KeyValueTensorInitializer

    def table(buckets):
        return tf.lookup.StaticVocabularyTable(initializer(["a", "b"], [0, 1], value_dtype=tf.int64), buckets)

    assert list(run(lambda: table(2).lookup(words("b", "c", "d")))) == [1, 2, 3]
    assert run(lambda: table(2).size()) == 4
    with tf.Graph().as_default(), pytest.raises(ValueError, match="must be > 0; use StaticHashTable"):
        table(0)


def test_tables_that_change():
    with tf.Graph().as_default(), tf.Session() as session:
        table = tf.lookup.experimental.MutableHashTable(tf.string, tf.int64, -1)
        session.run(table.insert(words("a", "b"), tf.constant([1, 2], tf.int64)))
        session.run(table.remove(words("a")))
        assert list(session.run(table.lookup(words("a", "b")))) == [-1, 2]
        assert session.run(table.size()) == 1
        keys, values = session.run(table.export())
        assert list(keys) == [b"b"] and list(values) == [2]


def test_in_an_estimator(tmp_path):
    """Train, evaluate and predict: the tables are filled whenever a session starts, also from a checkpoint."""

    def input_fn():
        table = contrib.lookup.index_table_from_tensor(["x", "y"], num_oov_buckets=1)
        data = tf.data.Dataset.from_tensor_slices((["x", "y", "z", "x"], [0.0, 1.0, 2.0, 0.0]))
        return data.map(lambda word, label: ({"id": table.lookup(word)}, label)).repeat(3).batch(4)

    def model_fn(features, labels, mode):
        names = contrib.lookup.index_to_string_table_from_tensor(["zero", "one"], default_value="other")
        weights = tf.get_variable("weights", [3], initializer=tf.zeros_initializer())
        value = tf.gather(weights, features["id"])
        if mode == tf.estimator.ModeKeys.PREDICT:
            return tf.estimator.EstimatorSpec(mode, predictions={"v": value, "name": names.lookup(features["id"])})
        loss = tf.reduce_sum(tf.square(value - labels))
        train = tf.train.GradientDescentOptimizer(0.2).minimize(loss, tf.train.get_global_step())
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train)

    estimator = tf.estimator.Estimator(model_fn, str(tmp_path))
    estimator.train(input_fn)
    estimator.train(input_fn)
    assert estimator.evaluate(input_fn)["loss"] < 1
    names = [p["name"] for p in estimator.predict(input_fn)][:4]
    assert names == [b"zero", b"one", b"other", b"zero"]
    np.testing.assert_allclose(estimator.get_variable_value("weights")[1], 1, atol=0.1)
