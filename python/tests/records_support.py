"""What the tests of examples and records share."""

import numpy as np
import swiftestimator.compat.v1 as tf


def feature(values):
    """A ``Feature`` with the list that fits the values; empty lists give an empty feature."""
    values = list(values)
    if not values:
        return tf.train.Feature()
    if isinstance(values[0], bytes):
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=values))
    if isinstance(values[0], float | np.floating):
        return tf.train.Feature(float_list=tf.train.FloatList(value=values))
    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))


def example(**features):
    """A serialized ``Example``."""
    parts = {key: feature(values) for key, values in features.items()}
    return tf.train.Example(features=tf.train.Features(feature=parts)).SerializeToString()


def sequence(context, lists):
    """A serialized ``SequenceExample``."""
    feature_lists = {k: tf.train.FeatureList(feature=[feature(step) for step in v]) for k, v in lists.items()}
    return tf.train.SequenceExample(
        context=tf.train.Features(feature={k: feature(v) for k, v in context.items()}),
        feature_lists=tf.train.FeatureLists(feature_list=feature_lists),
    ).SerializeToString()


def run(build):
    """The values of what ``build()`` gives in a graph of its own."""
    with tf.Graph().as_default():
        fetches = build()
        with tf.Session() as session:
            return session.run(fetches)


def elements(build, limit=1000):
    """All elements (at most ``limit``) of the dataset that ``build()`` gives."""
    with tf.Graph().as_default():
        following = tf.data.make_one_shot_iterator(build()).get_next()
        found = []
        with tf.Session() as session:
            while len(found) < limit:
                try:
                    found.append(session.run(following))
                except tf.errors.OutOfRangeError:
                    break
        return found
