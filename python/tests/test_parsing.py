"""Examples to tensors: values, forms, messages, and bytes that are no examples."""

import random

import numpy as np
import pytest
import swiftestimator as tf2
import swiftestimator.compat.v1 as tf
from records_support import example, run, sequence

EXAMPLES = [example(a=[1.0, 2.0], b=[3, 4], c=[b"x"]), example(a=[5.0, 6.0], b=[], c=[b"y", b"z"])]


def parse(spec, serialized=None, **arguments):
    return run(lambda: tf.io.parse_example(EXAMPLES if serialized is None else serialized, spec, **arguments))


def message(build, kind=tf.errors.InvalidArgumentError):
    with pytest.raises(kind) as caught:
        run(build)
    return str(caught.value)


def test_a_batch():
    result = parse(
        {
            "a": tf.FixedLenFeature([2], tf.float32),
            "b": tf.FixedLenSequenceFeature([], tf.int64, allow_missing=True, default_value=7),
            "c": tf.VarLenFeature(tf.string),
        }
    )
    np.testing.assert_array_equal(result["a"], np.array([[1, 2], [5, 6]], np.float32))
    np.testing.assert_array_equal(result["b"], [[3, 4], [7, 7]])
    np.testing.assert_array_equal(result["c"].indices, [[0, 0], [1, 0], [1, 1]])
    assert list(result["c"].values) == [b"x", b"y", b"z"]
    assert list(result["c"].dense_shape) == [2, 2]
    assert list(result) == ["c", "a", "b"]


def test_one_example():
    spec = {
        "a": tf.io.FixedLenFeature([2, 1], tf.float32),
        "b": tf.io.FixedLenSequenceFeature([2], tf.int64, allow_missing=True),
        "c": tf.io.VarLenFeature(tf.string),
        "d": tf.io.FixedLenFeature([], tf.string, default_value="missing"),
    }
    result = run(lambda: tf.parse_single_example(EXAMPLES[0], spec))
    np.testing.assert_array_equal(result["a"], [[1], [2]])
    np.testing.assert_array_equal(result["b"], [[3, 4]])
    np.testing.assert_array_equal(result["c"].indices, [[0]])
    assert list(result["c"].dense_shape) == [1]
    assert result["d"] == b"missing"


def test_defaults_and_an_empty_batch():
    spec = {
        "q": tf.FixedLenFeature([2], tf.float32, [1, 2]),
        "r": tf.FixedLenFeature([], tf.string, "d"),
        "s": tf.FixedLenSequenceFeature([2], tf.int64, allow_missing=True),
    }
    result = parse(spec)
    np.testing.assert_array_equal(result["q"], [[1, 2], [1, 2]])
    assert list(result["r"]) == [b"d", b"d"]
    assert result["s"].shape == (2, 0, 2)
    empty = parse({**spec, "v": tf.VarLenFeature(tf.int64)}, [])
    assert empty["q"].shape == (0, 2) and empty["s"].shape == (0, 0, 2)
    assert empty["v"].indices.shape == (0, 2) and list(empty["v"].dense_shape) == [0, 0]


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        (
            {"q": tf.FixedLenFeature([2], tf.float32)},
            "Name: n1, Feature: q (data type: float) is required but could not",
        ),
        ({"b": tf.FixedLenFeature([2], tf.int64)}, "Name: n2, Feature: b (data type: int64) is required"),
        (
            {"a": tf.FixedLenFeature([3], tf.float32)},
            "Name: n1, Key: a, Index: 0.  Number of float values != expected.  Values size: 2 but output shape: [3]",
        ),
        ({"c": tf.FixedLenFeature([2], tf.string)}, "Number of bytes values != expected.  Values size: 1"),
        (
            {"a": tf.FixedLenFeature([2], tf.int64)},
            "Key: a, Index: 0.  Data types don't match. Data type: float but expected type: int64",
        ),
        (
            {"a": tf.VarLenFeature(tf.int64)},
            "Key: a, Index: 0.  Data types don't match. Expected type: int64, Actual type: float",
        ),
        (
            {"a": tf.FixedLenSequenceFeature([3], tf.float32, allow_missing=True)},
            "Number of float values is not a multiple of stride length. Saw 2 values but output shape is: [?,3]",
        ),
    ],
)
def test_messages(spec, text):
    assert text in message(lambda: tf.parse_example(EXAMPLES, spec, example_names=["n1", "n2"]))


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ({"a": tf.FixedLenFeature([2], None)}, "Missing type for feature a"),
        ({"a": tf.FixedLenFeature(None, tf.float32)}, "Missing shape for feature a"),
        ({"a": tf.FixedLenFeature([None], tf.float32)}, "First dimension of shape for feature a unknown"),
        ({"a": tf.FixedLenFeature([2, None], tf.float32)}, "All dimensions of shape for feature a need to be known"),
        ({"a": tf.FixedLenSequenceFeature([], tf.float32)}, "requires allow_missing to be True"),
        ({"a": 3}, "Unsupported int 3 for key 'a'"),
        ({"a": tf.SparseFeature("", "v", tf.float32, 3)}, "Missing index_key for SparseFeature"),
        ({"a": tf.VarLenFeature(tf.int64), "z": tf.SparseFeature("i", "a", tf.float32, 3)}, "Conflicting type"),
        ({"q": tf.FixedLenFeature([2], tf.float32, 1.0)}, "Cannot reshape a tensor with 1 elements to shape [2]"),
        (None, "Argument `features` cannot be None"),
    ],
)
def test_mistakes_in_specifications(spec, text):
    assert text in message(lambda: tf.parse_example(EXAMPLES, spec), ValueError)


def test_types_that_features_do_not_have():
    spec = {"a": tf.FixedLenFeature([2], tf.int32)}
    assert "'dense_defaults' has DataType int32 not in list of allowed values" in message(
        lambda: tf.parse_example(EXAMPLES, spec), TypeError
    )
    with pytest.raises(NotImplementedError, match="RaggedFeature"):
        tf2.io.RaggedFeature(tf.int64)


def test_names_and_shapes():
    with tf.Graph().as_default():
        batch = tf.parse_example(
            tf.placeholder(tf.string, [None]),
            {
                "b": tf.FixedLenSequenceFeature([], tf.int64, allow_missing=True), "a": tf.FixedLenFeature([2], tf.float32),
                "c": tf.VarLenFeature(tf.string),
            },
        )  # fmt: skip
        assert batch["a"].name == "ParseExample/ParseExampleV2:3"
        assert batch["a"].shape.as_list() == [None, 2]
        assert batch["b"].shape.as_list() == [None, None]
        assert batch["c"].indices.shape.as_list() == [None, 2]
        single = tf2.io.parse_single_example(tf.placeholder(tf.string, []), {"a": tf.FixedLenFeature([2], tf.float32)})
        assert single["a"].name == "ParseSingleExample/ParseExample/ParseExampleV2:0"
        assert single["a"].shape.as_list() == [2]
        with pytest.raises(ValueError, match="Input serialized must be a scalar"):
            tf.parse_single_example(EXAMPLES, {"a": tf.FixedLenFeature([2], tf.float32)})


def test_sparse_features():
    serialized = [example(i=[3, 0], v=[2.0, 1.0]), example(i=[1], v=[9.0]), example()]
    result = parse({"z": tf.SparseFeature("i", "v", tf.float32, 5)}, serialized)["z"]
    np.testing.assert_array_equal(result.indices, [[0, 0], [0, 3], [1, 1]])
    np.testing.assert_array_equal(result.values, [1, 2, 9])
    assert list(result.dense_shape) == [3, 5]


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def field(number, payload):
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def test_forms_on_the_wire():
    """Lists may be packed or not, fields unknown, and a key that comes twice counts as it comes last."""

    def serialized(*entries):
        features = b"".join(field(1, field(1, key) + field(2, value)) for key, value in entries)
        return field(1, features) + field(7, b"unknown")

    unpacked = field(2, b"\x0d" + np.float32(1).tobytes() + b"\x0d" + np.float32(2).tobytes())
    packed = field(2, field(1, np.array([3, 4], np.float32).tobytes()))
    integers = field(3, b"\x08" + varint(5) + b"\x08" + varint(2**64 - 1))
    batch = [
        serialized((b"a", unpacked), (b"b", integers)),
        serialized((b"a", unpacked), (b"a", packed), (b"b", field(3, field(1, varint(7) + varint(8))))),
    ]
    result = parse({"a": tf.FixedLenFeature([2], tf.float32), "b": tf.FixedLenFeature([2], tf.int64)}, batch)
    np.testing.assert_array_equal(result["a"], [[1, 2], [3, 4]])
    np.testing.assert_array_equal(result["b"], [[5, -1], [7, 8]])


SEQUENCES = [
    sequence({"id": [1], "n": [b"x", b"y"]}, {"a": [[1.0, 2.0], [3.0, 4.0]], "b": [[1], [2, 3], []]}),
    sequence({"id": [2]}, {"a": [[5.0, 6.0]]}),
]
CONTEXT = {"id": tf.FixedLenFeature([], tf.int64), "n": tf.VarLenFeature(tf.string)}
LISTS = {"a": tf.FixedLenSequenceFeature([2], tf.float32), "b": tf.VarLenFeature(tf.int64)}


def test_sequences():
    context, lists, lengths = run(lambda: tf.io.parse_sequence_example(SEQUENCES, CONTEXT, LISTS))
    np.testing.assert_array_equal(context["id"], [1, 2])
    np.testing.assert_array_equal(context["n"].indices, [[0, 0], [0, 1]])
    np.testing.assert_array_equal(lists["a"], [[[1, 2], [3, 4]], [[5, 6], [0, 0]]])
    np.testing.assert_array_equal(lists["b"].indices, [[0, 0, 0], [0, 1, 0], [0, 1, 1]])
    assert list(lists["b"].dense_shape) == [2, 3, 2]
    np.testing.assert_array_equal(lengths["a"], [2, 1])
    context, lists = run(lambda: tf.parse_single_sequence_example(SEQUENCES[1], CONTEXT, LISTS))
    assert context["id"] == 2
    np.testing.assert_array_equal(lists["a"], [[5, 6]])
    assert list(lists["b"].dense_shape) == [0, 0]


@pytest.mark.parametrize(
    ("context", "lists", "text"),
    [
        ({"zz": tf.FixedLenFeature([], tf.int64)}, LISTS, "Inconsistent max number of elements for feature zz: expected 1"),
        ({"id": tf.FixedLenFeature([2], tf.int64)}, LISTS, "for feature id: expected 2, but found 1"),
        ({"id": tf.VarLenFeature(tf.float32)}, LISTS, "Context feature: id.  Data types don't match. Expected type: float"),
        (CONTEXT, {"zz": tf.FixedLenSequenceFeature([2], tf.float32)}, "Feature list 'zz' is required but could not be found"),
        (CONTEXT, {"a": tf.FixedLenSequenceFeature([2], tf.int64)}, "Feature list: a, Index: 0.  Data types don't match"),
        (CONTEXT, {"a": tf.FixedLenSequenceFeature([3], tf.float32)}, "Feature list 'a' has an unexpected number of values"),
        (CONTEXT, {"a": tf.VarLenFeature(tf.int64)}, "Feature list: a, Index: 0.  Data types don't match"),
    ],
)  # fmt: skip
def test_messages_of_sequences(context, lists, text):
    assert text in message(lambda: tf.io.parse_sequence_example(SEQUENCES, context, lists))


def test_missing_lists():
    lists = {"zz": tf.FixedLenSequenceFeature([2], tf.float32, allow_missing=True)}
    _, found, lengths = run(lambda: tf.io.parse_sequence_example(SEQUENCES, CONTEXT, lists))
    assert found["zz"].shape == (2, 0, 2) and list(lengths["zz"]) == [0, 0]
    with pytest.raises(ValueError, match="at least one should have values"):
        tf.io.parse_sequence_example(SEQUENCES)
    with pytest.raises(ValueError, match="Unsupported FixedLenFeature .* for key 'a'"):
        tf.io.parse_sequence_example(SEQUENCES, None, {"a": tf.FixedLenFeature([2], tf.float32)})


@pytest.mark.parametrize("kind", ["example", "sequence"])
def test_damaged_bytes_never_do_more_than_raise(kind):
    """Bytes changed, cut off and put in, with lengths that promise too much among them."""
    generator = random.Random(7)
    source = EXAMPLES if kind == "example" else SEQUENCES
    with tf.Graph().as_default(), tf.Session() as session:
        serialized = tf.placeholder(tf.string, [None])
        if kind == "example":
            spec = {
                "a": tf.FixedLenFeature([2], tf.float32), "b": tf.VarLenFeature(tf.int64),
                "c": tf.FixedLenSequenceFeature([], tf.string, allow_missing=True),
            }  # fmt: skip
            result = tf.parse_example(serialized, spec)
        else:
            result = tf.io.parse_sequence_example(serialized, CONTEXT, LISTS)
        outcomes = {"fine": 0, "error": 0}
        for _ in range(1500):
            data = bytearray(generator.choice(source))
            for _ in range(generator.randint(1, 4)):
                action = generator.randrange(3)
                place = generator.randrange(len(data) + 1)
                if action == 0 and place < len(data):
                    data[place] = generator.choice([0, 1, 0x0A, 0x7F, 0x80, 0xFF, generator.randrange(256)])
                elif action == 1:
                    del data[place:]
                else:
                    data[place:place] = generator.choice([b"\xff\xff\xff\xff\x0f", b"\x0a\xff\x7f", bytes(3)])
            try:
                session.run(result, {serialized: [bytes(data)]})
                outcomes["fine"] += 1
            except tf.errors.InvalidArgumentError:
                outcomes["error"] += 1
        assert min(outcomes.values()) > 50, outcomes


def test_tensors_as_bytes():
    values = np.arange(6, dtype=np.float64).reshape(2, 3)
    data = run(lambda: tf.io.serialize_tensor(values))
    np.testing.assert_array_equal(run(lambda: tf.io.parse_tensor(data, tf.float64)), values)
    texts = run(lambda: tf.parse_tensor(tf.serialize_tensor([b"a", b"bc"]), tf.string))
    assert list(texts) == [b"a", b"bc"]
    assert run(lambda: tf.serialize_tensor(["a", "b"])) == b"\x08\x07\x12\x04\x12\x02\x08\x02B\x01aB\x01b"
    assert "Type mismatch between parsed tensor (double) and dtype (int32)" in message(
        lambda: tf.io.parse_tensor(data, tf.int32)
    )
    assert "Could not parse `serialized` as TensorProto" in message(lambda: tf.io.parse_tensor(b"\xff\xff", tf.int32))


def test_raw_bytes_of_one_length():
    padded = run(lambda: tf2.io.decode_raw([b"abcd", b"a"], tf.int16, fixed_length=4))
    np.testing.assert_array_equal(padded, np.frombuffer(b"abcda\0\0\0", np.int16).reshape(2, 2))
    with (
        tf.Graph().as_default(),
        pytest.raises(ValueError, match="Dimension size must be evenly divisible by 2 but is 3"),
    ):
        tf2.io.decode_raw([b"abcd"], tf.int16, fixed_length=3)


def test_files(tmp_path):
    path = str(tmp_path / "new" / "text")
    with tf.Graph().as_default(), tf.Session() as session:
        session.run(tf.write_file(path, "content"))
        assert session.run(tf.read_file(path)) == b"content"
        assert list(session.run(tf.matching_files(str(tmp_path / "new" / "*")))) == [path.encode()]
        with pytest.raises(tf.errors.NotFoundError, match="No such file"):
            session.run(tf.io.read_file(path + "x"))
