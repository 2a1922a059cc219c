"""Wrong feeds, fetches and arrays: the right exception, and a session that goes on."""

import numpy as np
import pytest
import swiftestimator.compat.v1 as tf
from faults_support import run_python


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def test_placeholder_without_feed():
    x = tf.placeholder(tf.float32, [2], name="lonely")
    with tf.Session() as session:
        with pytest.raises(
            tf.errors.InvalidArgumentError, match="You must feed a value for placeholder tensor 'lonely'"
        ):
            session.run(x + 1)
        assert session.run(x + 1, {x: [1, 2]}).tolist() == [2, 3]


@pytest.mark.parametrize("value", [np.zeros((3,)), np.zeros((2, 1)), 1.0, [[1.0, 2.0]], []])
def test_feed_of_wrong_shape(value):
    x = tf.placeholder(tf.float32, [2], name="x")
    with tf.Session() as session, pytest.raises(ValueError, match="Cannot feed value of shape .* for Tensor x:0"):
        session.run(x, {x: value})


@pytest.mark.parametrize("value", ["text", [["a"], ["b"]], [object()], {"a": 1}, [[1, 2], [3]], 1j])
def test_feed_that_is_no_number(value):
    x = tf.placeholder(tf.float32, name="x")
    with tf.Session() as session:
        with pytest.raises((TypeError, ValueError)):
            session.run(x, {x: value})
        assert session.run(x, {x: 1}) == 1


def test_feed_too_large_for_the_type():
    x = tf.placeholder(tf.int32)
    with tf.Session() as session, pytest.raises((TypeError, OverflowError)):
        session.run(x, {x: 2**40})


def test_keys_and_fetches_of_other_graphs(graph):
    x = tf.placeholder(tf.float32)
    with tf.Graph().as_default():
        foreign = tf.constant(1.0)
        other = tf.placeholder(tf.float32)
    with tf.Session(graph=graph) as session:
        for fetch in (foreign, foreign.op, [x, foreign], {"a": foreign}):
            with pytest.raises(ValueError, match="is not an element of this graph"):
                session.run(fetch, {x: 1})
        with pytest.raises((TypeError, ValueError), match="not an element of this graph"):
            session.run(x, {other: 1})
        with pytest.raises(ValueError, match="The operation, 'nothing', does not exist in the graph"):
            session.run("nothing:0")
        with pytest.raises(TypeError):
            session.run(None)
        with pytest.raises(TypeError):
            session.run(3)
        with pytest.raises(TypeError):
            session.run(x, [x])
        assert session.run(x, {x: 3}) == 3


def test_operands_of_two_graphs():
    with tf.Graph().as_default():
        foreign = tf.constant(1.0)
    own = tf.constant(1.0)
    with pytest.raises(ValueError, match="must be from the same graph"):
        tf.add(own, foreign)


def test_closed_session_and_finalized_graph(graph):
    one = tf.constant(1.0)
    session = tf.Session()
    run = session.make_callable(one)
    assert run() == 1
    session.close()
    session.close()
    with pytest.raises(RuntimeError, match="Attempted to use a closed Session"):
        session.run(one)
    with pytest.raises(tf.errors.CancelledError, match="Session has been closed"):
        run()
    graph.finalize()
    with pytest.raises(RuntimeError, match="Graph is finalized and cannot be modified"):
        tf.constant(2.0)
    with tf.Session() as session:
        assert session.run(one) == 1


def test_uninitialized_variable():
    v = tf.get_variable("v", [2])
    with tf.Session() as session:
        with pytest.raises(tf.errors.FailedPreconditionError, match="v"):
            session.run(v)
        session.run(tf.global_variables_initializer())
        assert session.run(v).shape == (2,)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(12, dtype=np.float32).reshape(3, 4).T,
        np.arange(24, dtype=np.float32).reshape(4, 6)[:, ::2],
        np.arange(12, dtype=np.float32).reshape(4, 3)[::-1],
        np.arange(12, dtype=">f4").reshape(4, 3),
        np.arange(12, dtype=">f8").reshape(4, 3),
        np.arange(12).reshape(4, 3).astype(object),
        np.broadcast_to(np.float32(3), (4, 3)),
        np.asfortranarray(np.ones((4, 3), np.float32)),
        np.ones(49, np.uint8)[1:].view(np.float32).reshape(4, 3),
    ],
)
def test_unusual_arrays(array):
    x = tf.placeholder(tf.float32, [4, 3])
    with tf.Session() as session:
        np.testing.assert_array_equal(session.run(x * 2, {x: array}), np.asarray(array, np.float32) * 2)
        np.testing.assert_array_equal(session.run(tf.constant(array, tf.float32)), np.asarray(array, np.float32))
        data = tf.data.Dataset.from_tensor_slices(array.astype(np.float32) if array.dtype == object else array)
        element = tf.data.make_one_shot_iterator(data).get_next()
        np.testing.assert_array_equal(session.run(element), np.asarray(array[0], element.dtype.as_numpy_dtype))


def test_arrays_without_elements():
    x = tf.placeholder(tf.float32, [None, 3])
    with tf.Session() as session:
        empty = np.zeros((0, 3), np.float32)
        assert session.run(x * 2, {x: empty}).shape == (0, 3)
        assert session.run(tf.reduce_sum(x), {x: empty}) == 0
        assert session.run(tf.matmul(x, tf.ones([3, 5])), {x: empty}).shape == (0, 5)
        assert np.isnan(session.run(tf.reduce_mean(x), {x: empty}))
        assert session.run(tf.reduce_max(x), {x: empty}) == -np.inf
        assert session.run(tf.concat([x, x], 0), {x: empty}).shape == (0, 3)
        assert session.run(tf.nn.softmax(x), {x: empty}).shape == (0, 3)
        labels = tf.zeros([tf.shape(x)[0]], tf.int32)
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=x)
        assert session.run(loss, {x: empty}).shape == (0,)


def test_fed_array_changes_later():
    x = tf.placeholder(tf.float32, [3])
    v = tf.get_variable("v", [3], initializer=tf.zeros_initializer())
    assign = tf.assign(v, x)
    array = np.ones(3, np.float32)
    with tf.Session() as session:
        session.run(assign, {x: array})
        assert session.run(x, {x: array}) is array  # what is fed comes back itself, as in TensorFlow
        array[:] = 7
        assert session.run(v).tolist() == [1, 1, 1]


def test_fed_array_survives_updates_in_place():
    x = tf.placeholder(tf.float32, [300])
    array = np.ones(300, np.float32)
    array.flags.writeable = False
    with tf.Session() as session:
        session.run(tf.nn.relu(x + 1) * 2, {x: array})
        session.run(tf.negative(x), {x: array})
    assert (array == 1).all()


def test_arrays_of_datasets_and_constants_change_later():
    array = np.ones((2, 3), np.float32)
    element = tf.data.make_one_shot_iterator(tf.data.Dataset.from_tensor_slices(array)).get_next()
    constant = tf.constant(array)
    array[:] = 7
    with tf.Session() as session:
        assert session.run(element).tolist() == [1, 1, 1]
        assert session.run(constant).tolist() == [[1, 1, 1]] * 2


def test_fetched_arrays_are_the_programs_own():
    v = tf.get_variable("v", [3], initializer=tf.ones_initializer())
    constant = tf.constant([1.0, 2.0])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for tensor in (v, constant, v.value(), tf.identity(v), tf.reshape(v, [3, 1])):
            before = session.run(tensor).copy()
            fetched = session.run(tensor)
            assert fetched.flags.writeable
            fetched[...] = -5
            np.testing.assert_array_equal(session.run(tensor), before)
        old = session.run(v)
        session.run(v.assign_add([1, 1, 1]))
        assert old.tolist() == [1, 1, 1]


def test_arrays_outlive_session_and_graph():
    with tf.Graph().as_default(), tf.Session() as session:
        array = session.run(tf.fill([1000], 2.0))
    del session
    assert (array == 2).all()


@pytest.mark.parametrize(
    "build",
    [
        lambda n: tf.fill([n], 1.0),
        lambda n: tf.zeros([n, 1000]),
        lambda n: tf.reshape(tf.zeros([4]), [n]),
        lambda n: tf.tile(tf.zeros([4]), [n]),
        lambda n: tf.one_hot([1], n),
        lambda n: tf.range(n),
        lambda n: tf.pad(tf.zeros([4]), [[n, 0]]),
        lambda n: tf.broadcast_to(1.0, [n]),
        lambda n: tf.fill([n], "text"),
        lambda n: tf.random_uniform([n]),
        lambda n: tf.random_shuffle(tf.zeros([4]))[n:],
        lambda n: tf.linspace(0.0, 1.0, tf.cast(n, tf.int32)),
        lambda n: tf.math.unsorted_segment_sum(tf.zeros([4]), [0, 1, 2, 3], n),
        lambda n: tf.scatter_nd(tf.constant([[0]], tf.int64), [1.0], [n]),
        lambda n: tf.matrix_band_part(tf.zeros([2, 2]), n, n),
        lambda n: tf.slice(tf.zeros([4]), [n], [n]),
        lambda n: tf.gather(tf.zeros([4]), [n]),
        lambda n: tf.split(tf.zeros([4]), [n, -1]),
        lambda n: tf.nn.top_k(tf.zeros([4]), tf.cast(n, tf.int32)),
        lambda n: tf.strided_slice(tf.zeros([4]), [n], [-n], [n]),
    ],
)
@pytest.mark.parametrize("size", [2**40, 10**15, 2**62, 2**63 - 1, -1, -(2**63)])
def test_sizes_out_of_reach(build, size):
    n = tf.placeholder(tf.int64, [])
    with tf.Session() as session:
        try:
            fetch = build(n)
        except (ValueError, TypeError):
            return
        try:
            session.run(fetch, {n: size})
        except (tf.errors.InvalidArgumentError, tf.errors.ResourceExhaustedError, tf.errors.OutOfRangeError):
            pass
        assert session.run(tf.constant(1)) == 1


@pytest.mark.parametrize("source", [tf.float32, tf.float64])
@pytest.mark.parametrize("target", [tf.int8, tf.uint8, tf.int16, tf.int32, tf.int64, tf.uint64, tf.bool])
def test_casts_of_what_no_integer_holds(source, target):
    x = tf.placeholder(source)
    with tf.Session() as session:
        values = [float("nan"), float("inf"), -float("inf"), 1e30, -1e30]
        assert session.run(tf.cast(x, target), {x: values}).shape == (5,)


@pytest.mark.parametrize("dtype", [tf.int32, tf.int64, tf.int8])
def test_integer_arithmetic_at_the_edges(dtype):
    low = dtype.min
    x, y = tf.placeholder(dtype), tf.placeholder(dtype)
    with tf.Session() as session:
        for build in (tf.add, tf.subtract, tf.multiply, tf.floordiv, tf.floormod, tf.truncatediv, tf.truncatemod):
            if build is tf.truncatemod and dtype not in (tf.int32, tf.int64):
                continue  # TensorFlow has it for these two only
            for a, b in ((low, -1), (low, 1), (dtype.max, dtype.max), (low, low)):
                try:
                    session.run(build(x, y), {x: [a], y: [b]})
                except tf.errors.InvalidArgumentError:
                    pass
            if build in (tf.floordiv, tf.floormod, tf.truncatediv, tf.truncatemod):
                with pytest.raises(tf.errors.InvalidArgumentError, match="zero"):
                    session.run(build(x, y), {x: [1], y: [0]})
        if dtype is not tf.int8:
            session.run([tf.abs(x), tf.negative(x), tf.square(x), tf.reduce_sum(x), tf.reduce_prod(x)], {x: [low, low]})


def test_strings_of_many_gigabytes():
    run_python("""
        import resource
        import swiftestimator.compat.v1 as tf
        resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
        n = tf.placeholder(tf.int64)
        with tf.Session() as session:
            for fetch in (tf.fill([n], "a"), tf.zeros([n])):
                try:
                    session.run(fetch, {n: 2**31})
                except tf.errors.ResourceExhaustedError:
                    pass
                else:
                    raise AssertionError("no error")
            assert session.run(tf.zeros([3])).sum() == 0
    """)
