"""Values that are read out of tensors nobody else holds. Only optimised builds can get these wrong."""

import pytest
import swiftestimator.compat.v1 as tf


def _elements(data):
    element = tf.data.make_one_shot_iterator(data).get_next()
    result = []
    with tf.Session() as session:
        try:
            while True:
                result.append(int(session.run(element)))
        except tf.errors.OutOfRangeError:
            return result


@pytest.mark.parametrize("threads", [None, 2, 4])
@pytest.mark.parametrize("prefetch", [0, 2])
def test_filter_keeps_what_it_should(threads, prefetch):
    with tf.Graph().as_default():
        data = tf.data.Dataset.range(500).map(lambda x: x + 1, threads)
        data = data.prefetch(prefetch) if prefetch else data
        assert _elements(data.filter(lambda x: x >= 0)) == list(range(1, 501))
        assert _elements(data.filter(lambda x: tf.equal(x % 2, 0))) == list(range(2, 501, 2))
        assert _elements(data.filter(lambda x: x < 0)) == []


def test_filter_and_threads_for_long():
    with tf.Graph().as_default():
        data = tf.data.Dataset.range(60_000).map(lambda x: x + 1, 2)
        for _ in range(3):
            assert _elements(data.filter(lambda x: x < 0)) == []


def test_conditions_of_loops_and_branches():
    with tf.Graph().as_default(), tf.Session() as session:
        n = tf.placeholder(tf.int64, [])
        loop = tf.while_loop(lambda i: i < n, lambda i: i + 1, [tf.constant(0, tf.int64)])
        branch = tf.cond(n > 5, lambda: n * 2, lambda: -n)
        for value in range(12):
            assert session.run([loop, branch], {n: value}) == [value, value * 2 if value > 5 else -value]
