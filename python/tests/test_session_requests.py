"""Requests that a session has compiled before: the same answers, checks and failures as the first time."""

import gc
import threading
import weakref

import numpy as np
import pytest
import swiftestimator.compat.v1 as tf


@pytest.fixture
def session():
    with tf.Graph().as_default(), tf.Session() as session:
        yield session


def test_values_are_new_in_every_call(session):
    x = tf.placeholder(tf.float32, [2])
    y = x * 2.0 + 1.0
    kept = [session.run(y, {x: np.array([i, -i], np.float32)}) for i in range(5)]
    for i, value in enumerate(kept):
        np.testing.assert_array_equal(value, [2 * i + 1, 1 - 2 * i])
    kept[0][:] = 7  # the program's own memory
    np.testing.assert_array_equal(session.run(y, {x: [0, 0]}), [1, 1])


def test_results_are_writable_and_ordered_as_c_does(session):
    x = tf.placeholder(tf.float32, [None, None])
    for shape in [(3, 4), (300, 40), (0, 4)]:
        value = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
        for _ in range(3):
            result = session.run(x + 0.5, {x: value})
            assert result.flags.c_contiguous and result.flags.writeable and result.flags.aligned
            np.testing.assert_array_equal(result, value + 0.5)
            result += 1


def test_every_kind_of_value_is_converted_each_time(session):
    x = tf.placeholder(tf.float32, [2])
    y = x + 1.0
    fortran = np.asfortranarray(np.ones((2, 2), np.float32))[:, 0]
    for value in [np.zeros(2, np.float32), np.zeros(2), [0, 0], (0.0, 0.0), np.zeros(2, ">f4"), fortran - 1]:
        np.testing.assert_array_equal(session.run(y, {x: value}), [1, 1])


def test_checks_of_feeds_stay(session):
    x = tf.placeholder(tf.float32, [2])
    y = x + 1.0
    session.run(y, {x: np.zeros(2, np.float32)})
    with pytest.raises(ValueError, match="Cannot feed value of shape \\(3,\\) for Tensor"):
        session.run(y, {x: np.zeros(3, np.float32)})
    with pytest.raises(TypeError, match="cannot be a tf.Tensor object"):
        session.run(y, {x: y})
    with pytest.raises(tf.errors.InvalidArgumentError, match="feed a value for placeholder"):
        session.run(y)
    with pytest.raises(tf.errors.InvalidArgumentError, match="feed a value for placeholder"):
        session.run(y)
    np.testing.assert_array_equal(session.run(y, {x: [1, 2]}), [2, 3])


def test_nests_of_one_set_of_tensors(session):
    a, b = tf.constant(1), tf.constant([2, 3])
    for _ in range(3):
        assert session.run([a, a]) == [1, 1]
        result = session.run((a, b))
        assert isinstance(result, tuple) and result[0] == 1 and result[1].tolist() == [2, 3]
        result = session.run({"a": a, "b": b})
        assert list(result) == ["a", "b"] and result["b"].tolist() == [2, 3]
        result = session.run({"b": a, "a": b})
        assert result["b"] == 1 and result["a"].tolist() == [2, 3]
        assert session.run([a.op, a]) == [None, 1]
        assert session.run([[a], (a,)]) == [[1], (1,)]
        assert session.run("Const:0") == 1


def test_a_list_that_changes_between_calls(session):
    a, b = tf.constant(1), tf.constant(2)
    fetches = [a]
    assert session.run(fetches) == [1]
    fetches.append(b)
    assert session.run(fetches) == [1, 2]
    fetches[0] = b
    assert session.run(fetches) == [2, 2]


def test_new_nodes_between_calls(session):
    v = tf.get_variable("v", [], initializer=tf.zeros_initializer())
    session.run(v.initializer)
    add = v.assign_add(1.0)
    assert session.run(add) == 1
    double = v * 2.0
    assert session.run([add, double])[0] == 2
    assert session.run(double) == 4


def test_a_closed_session_fails_every_time():
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [])
        session = tf.Session()
        assert session.run(x, {x: 1}) == 1
        session.close()
        for _ in range(2):
            with pytest.raises(RuntimeError, match="Attempted to use a closed Session"):
                session.run(x, {x: 1})


def test_sessions_and_graphs_go_away():
    def make():
        graph = tf.Graph()
        with graph.as_default():
            session = tf.Session()
            x = tf.placeholder(tf.float32, [])
            session.run([x + 1.0], {x: 1})
            session.run([x + 1.0], {x: 1})
        return weakref.ref(session), weakref.ref(graph)

    references = make()
    gc.collect()
    assert [r() for r in references] == [None, None]


def test_threads_share_a_session(session):
    x = tf.placeholder(tf.float32, [None])
    y = tf.reduce_sum(tf.square(x) - x * 0.5, 0)
    failures = []

    def work(number):
        for i in range(200):
            value = np.arange(number + i % 3 + 1, dtype=np.float32)
            expected = np.sum(value * value - value * 0.5)
            if session.run(y, {x: value}) != expected:
                failures.append((number, i))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_forbidding_is_seen_by_requests_that_ran_before(session):
    x = tf.placeholder(tf.float32, [])
    y = x + 1.0
    assert session.run(y, {x: 1.0}) == 2
    assert session.run(y, {x: 2.0}) == 3
    session.graph.prevent_feeding(x)
    with pytest.raises(ValueError, match="may not be fed"):
        session.run(y, {x: 3.0})
    z = tf.constant(2.0)
    assert session.run(z) == session.run(z) == 2
    session.graph.prevent_fetching(z.op)
    for fetches in (z, z.op, [z]):
        with pytest.raises(ValueError, match="marked as not fetchable|may not be fetched"):
            session.run(fetches)
