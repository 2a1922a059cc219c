"""Writes nodes.txt: the nodes that TensorFlow 2.15.1 builds for the models in GoldenCases.swift.

Run with a Python that has tensorflow==2.15.1: python make_nodes.py
A line is `name op inputs...`; a case starts with `== name`. Nodes of gradients are left out.
"""

import pathlib
import warnings

import tensorflow.compat.v1 as tf

warnings.simplefilter("ignore")
CASES = {}


def case(function):
    CASES[function.__name__] = function
    return function


def floats(*shape):
    return tf.placeholder(tf.float32, shape)


def longs(*shape):
    return tf.placeholder(tf.int64, shape)


@case
def variables():
    tf.get_variable("w", [2, 3])
    with tf.variable_scope("s", initializer=tf.constant_initializer(2.0)):
        tf.get_variable("u", [2])
        tf.get_variable("c", initializer=[1.0, 2.0])
        tf.get_variable("z", [2], dtype=tf.int32, initializer=tf.zeros_initializer())
    v = tf.Variable([1.0, 2.0], name="pv")
    tf.Variable(lambda: tf.zeros([2]), name="pv")
    v.assign_add(tf.placeholder(tf.float32, [2]))
    v.assign(tf.placeholder(tf.float32, [2]))
    v.read_value()
    tf.report_uninitialized_variables()
    tf.global_variables_initializer()
    tf.local_variables_initializer()
    tf.tables_initializer()


@case
def scopes():
    def inside(name="x"):
        tf.no_op("a")
        tf.get_variable(name, [1], initializer=tf.zeros_initializer())

    with tf.variable_scope("s") as s:
        inside()
    with tf.variable_scope("s", reuse=tf.AUTO_REUSE):
        inside()
    with tf.variable_scope(s, reuse=True):
        inside()
    with tf.variable_scope("q"):
        with tf.variable_scope(s):
            inside("y")
        with tf.variable_scope(None, "dn"):
            inside()
        with tf.variable_scope(None, "dn"):
            inside()
        with tf.name_scope("nn"):
            with tf.variable_scope("zz"):
                inside()
    with tf.variable_scope("q"):
        with tf.variable_scope(None, "dn"):
            tf.no_op("a")
    with tf.variable_scope("q", auxiliary_name_scope=False):
        inside("yq")


@case
def initializers():
    for name, initializer in [
        ("zeros", tf.zeros_initializer()),
        ("ones", tf.ones_initializer()),
        ("uniform", tf.random_uniform_initializer(-1, 1)),
        ("normal", tf.random_normal_initializer()),
        ("truncated", tf.truncated_normal_initializer(stddev=0.1)),
        ("glorot", tf.glorot_normal_initializer()),
        ("scaling", tf.initializers.variance_scaling(distribution="untruncated_normal")),
        ("unit", tf.uniform_unit_scaling_initializer()),
        ("orthogonal", tf.orthogonal_initializer()),
        ("constant", tf.constant_initializer([1.0, 2.0])),
    ]:
        tf.get_variable(name, [3, 2], initializer=initializer)
    tf.get_variable("big", [2000], initializer=tf.zeros_initializer())
    tf.get_variable("big1", [2000], initializer=tf.ones_initializer())


@case
def partitions():
    v = tf.get_variable("v", [5, 2], partitioner=tf.fixed_size_partitioner(2))
    tf.convert_to_tensor(v)


@case
def model():
    tf.train.get_or_create_global_step()
    x = floats(None, 4)
    y = longs(None)
    h = tf.layers.dense(x, 3, activation=tf.nn.relu)
    o = tf.layers.dense(h, 2, name="out")
    loss = tf.losses.sparse_softmax_cross_entropy(y, o)
    tf.metrics.accuracy(y, tf.argmax(o, 1))
    tf.metrics.mean(loss)


@case
def dense_reuse():
    x = floats(None, 4)
    tf.layers.dense(x, 3, name="d", reuse=tf.AUTO_REUSE)
    tf.layers.dense(x, 3, name="d", reuse=True)
    layer = tf.layers.Dense(2, use_bias=False, kernel_initializer=tf.zeros_initializer())
    layer(x)
    layer(x)
    with tf.variable_scope("vs", initializer=tf.ones_initializer()):
        tf.layers.dense(x, 3)
        with tf.name_scope("ns"):
            tf.layers.dense(x, 3)
    tf.layers.dense(floats(None, 5, 4), 3)


def optimizer_case(name, make):
    def dense():
        step = tf.train.get_or_create_global_step()
        v = tf.get_variable("v", [4, 2], initializer=tf.zeros_initializer())
        w = tf.get_variable("w", [2], initializer=tf.zeros_initializer())
        make(step).apply_gradients([(floats(4, 2), v), (floats(2), w)], step)

    def sparse():
        step = tf.train.get_or_create_global_step()
        v = tf.get_variable("v", [4, 2], initializer=tf.zeros_initializer())
        slices = tf.IndexedSlices(floats(None, 2), longs(None), tf.constant([4, 2]))
        make(step).apply_gradients([(slices, v)], step)

    CASES["dense_" + name] = dense
    CASES["sparse_" + name] = sparse


train = tf.train
optimizer_case("sgd", lambda step: train.GradientDescentOptimizer(0.1))
optimizer_case("momentum", lambda step: train.MomentumOptimizer(0.1, 0.9))
optimizer_case("adam", lambda step: train.AdamOptimizer())
optimizer_case("adagrad", lambda step: train.AdagradOptimizer(0.1))
optimizer_case("adagrad_da", lambda step: train.AdagradDAOptimizer(0.1, step))
optimizer_case("ftrl", lambda step: train.FtrlOptimizer(0.1))
optimizer_case("ftrl_shrinkage", lambda step: train.FtrlOptimizer(0.1, l2_shrinkage_regularization_strength=0.1))
optimizer_case("rmsprop", lambda step: train.RMSPropOptimizer(0.1))
optimizer_case("rmsprop_centered", lambda step: train.RMSPropOptimizer(0.1, centered=True))
optimizer_case("adadelta", lambda step: train.AdadeltaOptimizer())
optimizer_case("proximal_adagrad", lambda step: train.ProximalAdagradOptimizer(0.1))
optimizer_case("proximal_sgd", lambda step: train.ProximalGradientDescentOptimizer(0.1))


def dump(graph):
    for node in graph.as_graph_def().node:
        if not node.name.startswith("gradients/"):
            yield " ".join([node.name, node.op, *node.input])


def main():
    import more_cases

    more_cases.register(case, CASES)
    lines = []
    for name, build in CASES.items():
        with tf.Graph().as_default() as graph:
            build()
            lines += ["== " + name, *dump(graph)]
    pathlib.Path(__file__).with_name("nodes.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
