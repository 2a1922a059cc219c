"""Variables, layers and optimizers inside of conditions and loops."""

import tempfile

import numpy as np
import tensorflow.compat.v1 as tf
from cases import case, run

E = tf.estimator


def data(n=8, b=2):
    numbers = np.arange(n, dtype=np.float32)[:, None]
    return tf.data.Dataset.from_tensor_slices((numbers, numbers)).batch(b)


def var(n="v", x=1.0, **k):
    return tf.get_variable(n, initializer=np.array(x, np.float32), **k)


def cond_assign():
    v = var()
    p = tf.placeholder(tf.bool, [])
    r = tf.cond(p, lambda: v.assign_add(1.0), lambda: v.assign_sub(2.0))
    with tf.Session() as s:
        s.run(tf.global_variables_initializer())
        return [float(s.run(r, {p: b})) for b in (True, False, True)] + [float(s.run(v))]


case("cond_assign", cond_assign)


def cond_noop():
    v = var()
    p = tf.placeholder(tf.bool, [])
    r = tf.cond(p, lambda: tf.group(v.assign(5.0)), lambda: tf.no_op())
    with tf.Session() as s:
        s.run(tf.global_variables_initializer())
        s.run(r, {p: False})
        a = float(s.run(v))
        s.run(r, {p: True})
        return [a, float(s.run(v))]


case("cond_noop", cond_noop)


def loop_count():
    v = var()

    def body(i):
        with tf.control_dependencies([v.assign_add(2.0)]):
            return i + 1

    r = tf.while_loop(lambda i: i < 3, body, [tf.constant(0)])
    with tf.Session() as s:
        s.run(tf.global_variables_initializer())
        return [int(s.run(r)), float(s.run(v))]


case("loop_count", loop_count)


def loop_scatter():
    v = var(x=[0.0, 0.0, 0.0, 0.0])

    def body(i):
        with tf.control_dependencies([tf.scatter_add(v, [i], [tf.cast(i, tf.float32) + v[i] + 1])]):
            return i + 1

    r = tf.while_loop(lambda i: i < 4, body, [tf.constant(0)])
    with tf.Session() as s:
        s.run(tf.global_variables_initializer())
        s.run(r)
        s.run(r)
        return s.run(v).tolist()


case("loop_scatter", loop_scatter)


def loop_embedding():
    v = var(x=[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    r = tf.while_loop(
        lambda i, a: i < 3,
        lambda i, a: (i + 1, a + tf.nn.embedding_lookup(v, [i]) * tf.cast(i, tf.float32)),
        [tf.constant(0), tf.zeros([1, 2])],
    )
    g = tf.gradients(r[1], v)[0]
    with tf.Session() as s:
        s.run(tf.global_variables_initializer())
        return [s.run(r[1]).tolist(), s.run(tf.convert_to_tensor(g)).tolist()]


case("loop_embedding", loop_embedding)


def loop_weights():
    w = var(x=[[0.5, 0.1], [0.2, 0.3]])
    r = tf.while_loop(
        lambda i, a: i < 3, lambda i, a: (i + 1, tf.tanh(tf.matmul(a, w))), [tf.constant(0), tf.ones([1, 2])]
    )
    g = tf.gradients(tf.reduce_sum(r[1]), w)[0]
    with tf.Session() as s:
        s.run(tf.global_variables_initializer())
        return [s.run(r[1]).tolist(), s.run(g).tolist()]


case("loop_weights", loop_weights)


def case_assign():
    v = var()
    i = tf.placeholder(tf.int32, [])
    r = tf.case(
        [(tf.equal(i, 0), lambda: v.assign(10.0)), (tf.equal(i, 1), lambda: v.assign(20.0))],
        default=lambda: v.assign_add(1.0),
    )
    with tf.Session() as s:
        s.run(tf.global_variables_initializer())
        return [float(s.run(r, {i: k})) for k in (0, 1, 2)]


case("case_assign", case_assign)


def nested():
    v = var()
    p = tf.placeholder(tf.bool, [])

    def body(i):
        with tf.control_dependencies(
            [tf.cond(p, lambda: v.assign_add(tf.cast(i, tf.float32)), lambda: v.assign(v * 2.0))]
        ):
            return i + 1

    r = tf.while_loop(lambda i: i < 3, body, [tf.constant(1)])
    with tf.Session() as s:
        s.run(tf.global_variables_initializer())
        s.run(r, {p: True})
        a = float(s.run(v))
        s.run(r, {p: False})
        return [a, float(s.run(v))]


case("nested", nested)


def deps():
    v = var()
    p = tf.placeholder(tf.bool, [])
    with tf.control_dependencies([v.assign_add(1.0)]):
        r = tf.cond(p, lambda: v * 10.0, lambda: v.assign(v * 100.0))
    with tf.Session() as s:
        s.run(tf.global_variables_initializer())
        return [float(s.run(r, {p: True})), float(s.run(r, {p: False}))]


case("deps", deps)


def layer_in_cond():
    p = tf.placeholder(tf.bool, [])
    x = tf.ones([1, 2])
    r = tf.cond(
        p,
        lambda: tf.layers.dense(x, 2, kernel_initializer=tf.ones_initializer(), name="a"),
        lambda: tf.layers.dense(x, 2, kernel_initializer=tf.zeros_initializer(), name="b"),
    )
    g = tf.gradients(r, tf.trainable_variables())
    with tf.Session() as s:
        s.run(tf.global_variables_initializer())
        return [
            s.run(r, {p: True}).tolist(),
            s.run(r, {p: False}).tolist(),
            sorted(v.name for v in tf.global_variables()),
            s.run(g[0], {p: True}).tolist(),
        ]


case("layer_in_cond", layer_in_cond)


def var_in_cond():
    p = tf.placeholder(tf.bool, [])
    r = tf.cond(p, lambda: tf.get_variable("q", [], initializer=tf.ones_initializer()) * 2, lambda: tf.constant(0.0))
    with tf.Session() as s:
        s.run(tf.global_variables_initializer())
        return [float(s.run(r, {p: True})), sorted(v.name for v in tf.global_variables())]


case("var_in_cond", var_in_cond)


def metric_in_cond():
    p = tf.placeholder(tf.bool, [])
    m, u = tf.metrics.mean(tf.constant([1.0, 2.0]))
    r = tf.cond(p, lambda: tf.identity(u), lambda: tf.constant(-1.0))
    with tf.Session() as s:
        s.run(tf.local_variables_initializer())
        return [float(s.run(r, {p: True})), float(s.run(m))]


case("metric_in_cond", metric_in_cond)


def rnn_cell():
    x = tf.constant(np.random.RandomState(0).rand(2, 3, 4).astype(np.float32))
    w = tf.get_variable("w", [8, 4], initializer=tf.constant_initializer(0.1))
    b = tf.get_variable("b", [4], initializer=tf.zeros_initializer())

    def body(t, h, ta):
        h = tf.tanh(tf.matmul(tf.concat([x[:, t], h], 1), w) + b)
        return t + 1, h, ta.write(t, h)

    _, h, ta = tf.while_loop(
        lambda t, h, ta: t < 3, body, [tf.constant(0), tf.zeros([2, 4]), tf.TensorArray(tf.float32, 3)]
    )
    g = tf.gradients(tf.reduce_sum(ta.stack()), [w, b])
    with tf.Session() as s:
        s.run(tf.global_variables_initializer())
        return [s.run(h).tolist(), s.run(g[1]).tolist()]


case("rnn_cell", rnn_cell)


def scan_map_fold():
    x = tf.constant([1.0, 2.0, 3.0])
    v = tf.get_variable("v", [], initializer=tf.constant_initializer(2.0))
    with tf.Session() as s:
        a = tf.scan(lambda a, b: a * v + b, x)
        b = tf.map_fn(lambda t: t * v, x)
        c = tf.foldl(lambda a, b: a + b * v, x)
        g = tf.gradients(tf.reduce_sum(a) + tf.reduce_sum(b) + c, v)
        s.run(tf.global_variables_initializer())
        return [s.run(t).tolist() for t in (a, b, c, g[0])]


case("scan_map_fold", scan_map_fold)


def dataset_var():
    v = tf.get_variable("v", [], initializer=tf.constant_initializer(2.0))
    d = tf.data.Dataset.from_tensor_slices([1.0, 2.0]).map(lambda t: t * 2)
    it = tf.data.make_initializable_iterator(d)
    n = it.get_next() * v
    with tf.Session() as s:
        s.run([tf.global_variables_initializer(), it.initializer])
        return [float(s.run(n)) for _ in range(2)]


case("dataset_var", dataset_var)


def layers_in_map_fn():
    x = tf.ones([3, 2, 2])
    y = tf.map_fn(
        lambda t: tf.layers.dense(t, 2, kernel_initializer=tf.ones_initializer(), name="d", reuse=tf.AUTO_REUSE), x
    )
    with tf.Session() as s:
        s.run(tf.global_variables_initializer())
        return [s.run(y).tolist(), sorted(v.name for v in tf.global_variables())]


case("layers_in_map_fn", layers_in_map_fn)


def layers_in_while():
    r = tf.while_loop(
        lambda i, a: i < 3,
        lambda i, a: (
            i + 1,
            tf.layers.dense(a, 2, kernel_initializer=tf.ones_initializer(), name="d", reuse=tf.AUTO_REUSE),
        ),
        [tf.constant(0), tf.ones([1, 2])],
    )
    g = tf.gradients(r[1], tf.trainable_variables())
    with tf.Session() as s:
        s.run(tf.global_variables_initializer())
        return [s.run(r[1]).tolist(), sorted(v.name for v in tf.global_variables()), [s.run(t).tolist() for t in g]]


case("layers_in_while", layers_in_while)


def est_cond_train():
    def m(features, labels, mode):
        w = tf.get_variable("w", [1, 1], initializer=tf.ones_initializer())
        y = tf.matmul(features, w)
        loss = tf.reduce_mean(tf.square(y - 2 * labels))
        st = tf.train.get_global_step()
        o = tf.train.MomentumOptimizer(0.001, 0.9)
        gv = o.compute_gradients(loss)
        ok = tf.reduce_all([tf.reduce_all(tf.is_finite(g)) for g, _ in gv])
        op = tf.cond(tf.logical_and(ok, tf.equal(st % 2, 0)), lambda: tf.group(o.apply_gradients(gv)), tf.no_op)
        return E.EstimatorSpec(mode, y, loss, tf.group(op, tf.assign_add(st, 1)))

    e = E.Estimator(m, tempfile.mkdtemp())
    e.train(lambda: data(), steps=4)
    return [
        e.get_variable_names(),
        float(e.get_variable_value("w")[0, 0]),
        float(e.get_variable_value("w/Momentum")[0, 0]),
    ]


case("est_cond_train", est_cond_train)


def loss_scale():
    def m(features, labels, mode):
        w = tf.get_variable("w", [1, 1], initializer=tf.ones_initializer())
        y = tf.matmul(features, w)
        loss = tf.reduce_mean(tf.square(y - 2 * labels))
        st = tf.train.get_global_step()
        scale = tf.get_variable("scale", [], initializer=tf.constant_initializer(8.0), trainable=False)
        o = tf.train.GradientDescentOptimizer(0.001)
        gv = [(g / scale, v) for g, v in o.compute_gradients(loss * scale)]
        op = o.apply_gradients(gv, st)
        with tf.control_dependencies([op]):
            up = tf.cond(
                tf.equal(st % 2, 0),
                lambda: tf.assign(scale, scale * 2),
                lambda: tf.assign(scale, tf.maximum(scale / 4, 1.0)),
            )
        return E.EstimatorSpec(mode, y, loss, tf.group(up))

    e = E.Estimator(m, tempfile.mkdtemp())
    e.train(lambda: data(), steps=3)
    return [float(e.get_variable_value("scale")), float(e.get_variable_value("w")[0, 0])]


case("loss_scale", loss_scale)


def target_network():
    q = tf.get_variable("q", [2], initializer=tf.ones_initializer())
    t = tf.get_variable("t", [2], initializer=tf.zeros_initializer(), trainable=False)
    st = tf.train.get_or_create_global_step()
    inc = tf.assign_add(st, 1)
    with tf.control_dependencies([inc]):
        up = tf.cond(tf.equal(st.read_value() % 2, 0), lambda: tf.group(tf.assign(t, q)), lambda: tf.no_op())
    with tf.Session() as s:
        s.run(tf.global_variables_initializer())
        a = []
        for _ in range(3):
            s.run(up)
            a.append(s.run(t).tolist())
        return a


case("target_network", target_network)


def assign_in_map_fn():
    v = tf.get_variable("v", [], initializer=tf.zeros_initializer())
    r = tf.map_fn(lambda x: v.assign_add(x) + 0.0, tf.constant([1.0, 2.0, 3.0]), parallel_iterations=1)
    with tf.Session() as s:
        s.run(tf.global_variables_initializer())
        return [s.run(r).tolist(), float(s.run(v))]


case("assign_in_map_fn", assign_in_map_fn)


def gather_in_cond():
    v = tf.get_variable("v", [3, 2], initializer=tf.ones_initializer())
    p = tf.placeholder(tf.bool, [])
    ids = tf.constant([0, 2])
    r = tf.cond(p, lambda: tf.nn.embedding_lookup(v, ids), lambda: tf.zeros([2, 2]))
    g = tf.gradients(r, v)[0]
    with tf.Session() as s:
        s.run(tf.global_variables_initializer())
        return [s.run(r, {p: True}).tolist(), s.run(tf.convert_to_tensor(g), {p: True}).tolist()]


case("gather_in_cond", gather_in_cond)


def cond_outer_op():
    v = tf.get_variable("v", [], initializer=tf.zeros_initializer())
    p = tf.placeholder(tf.bool, [])
    op = v.assign_add(1.0)
    r = tf.cond(p, lambda: tf.identity(op), lambda: tf.constant(0.0))
    with tf.Session() as s:
        s.run(tf.global_variables_initializer())
        return [float(s.run(r, {p: True})), float(s.run(r, {p: False})), float(s.run(v))]


case("cond_outer_op", cond_outer_op)


def table_in_cond():
    t = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["a", "b"], [1, 2]), 0)
    p = tf.placeholder(tf.bool, [])
    r = tf.cond(p, lambda: t.lookup(tf.constant(["a", "b", "c"])), lambda: tf.zeros([3], tf.int32))
    with tf.Session() as s:
        s.run(tf.tables_initializer())
        return s.run(r, {p: True}).tolist()


case("table_in_cond", table_in_cond)


def print_assert_in_cond():
    p = tf.placeholder(tf.bool, [])
    x = tf.placeholder(tf.float32, [])

    def t():
        with tf.control_dependencies([tf.Assert(x > 0, ["neg", x])]):
            return tf.identity(x)

    r = tf.cond(p, t, lambda: x)
    with tf.Session() as s:
        a = float(s.run(r, {p: True, x: 1.0}))
        b = float(s.run(r, {p: False, x: -1.0}))
        try:
            s.run(r, {p: True, x: -1.0})
            return "none"
        except tf.errors.InvalidArgumentError:
            return [a, b]


case("print_assert_in_cond", print_assert_in_cond)


def random_in_cond():
    tf.set_random_seed(1)
    p = tf.placeholder(tf.bool, [])
    r = tf.cond(p, lambda: tf.random_uniform([2], seed=3), lambda: tf.zeros([2]))
    with tf.Session() as s:
        return [s.run(r, {p: True}).tolist(), s.run(r, {p: True}).tolist()]


case("random_in_cond", random_in_cond)


def opt(make, outside):
    def f():
        v = var(x=[1.0, 2.0])
        step = tf.train.get_or_create_global_step()
        p = tf.placeholder(tf.bool, [])
        o = make()
        loss = tf.reduce_sum(v * v)
        if outside:
            gv = o.compute_gradients(loss)
            op = tf.cond(
                p, lambda: o.apply_gradients([(g / 2.0, x) for g, x in gv], global_step=step), lambda: tf.no_op()
            )
        else:
            op = tf.cond(p, lambda: tf.group(o.apply_gradients(o.compute_gradients(loss, [v]))), lambda: tf.no_op())
        with tf.Session() as s:
            s.run(tf.global_variables_initializer())
            for b in (True, False, True, True):
                s.run(op, {p: b})
            return [
                sorted([x.name for x in tf.global_variables()]),
                [s.run(x).tolist() for x in sorted(tf.global_variables(), key=lambda x: x.name)],
                o.get_slot_names(),
            ]

    return f


OPTIMIZERS = {
    "sgd": lambda: tf.train.GradientDescentOptimizer(0.1), "momentum": lambda: tf.train.MomentumOptimizer(0.1, 0.9), "adam": lambda: tf.train.AdamOptimizer(0.1),
    "adagrad": lambda: tf.train.AdagradOptimizer(0.1), "rmsprop": lambda: tf.train.RMSPropOptimizer(0.1), "ftrl": lambda: tf.train.FtrlOptimizer(0.1),
    "decayed adam": lambda: tf.train.AdamOptimizer(tf.train.exponential_decay(0.1, tf.train.get_global_step(), 1, 0.5)),
}  # fmt: skip
for name, make in OPTIMIZERS.items():
    case(f"optimizer {name}", opt(make, True))


def accumulate():
    def m(features, labels, mode):
        w = tf.get_variable("w", [1, 1], initializer=tf.ones_initializer())
        y = tf.matmul(features, w)
        loss = tf.reduce_mean(tf.square(y - labels * 2))
        opt = tf.train.AdamOptimizer(0.1)
        step = tf.train.get_global_step()
        gv = opt.compute_gradients(loss)
        acc = [
            tf.get_variable(v.op.name + "_acc", v.shape, trainable=False, initializer=tf.zeros_initializer())
            for _, v in gv
        ]
        n = 2

        def apply():
            with tf.control_dependencies([opt.apply_gradients([(a / n, v) for a, (_, v) in zip(acc, gv)])]):
                return tf.group(*[a.assign(tf.zeros_like(a)) for a in acc])

        adds = [a.assign_add(g) for a, (g, _) in zip(acc, gv)]
        with tf.control_dependencies(adds):
            done = tf.cond(tf.equal(step % n, n - 1), apply, lambda: tf.no_op())
        with tf.control_dependencies([done]):
            op = tf.assign_add(step, 1)
        return E.EstimatorSpec(mode, y, loss, op)

    e = E.Estimator(m, tempfile.mkdtemp(), E.RunConfig(tf_random_seed=1))
    e.train(lambda: data(), steps=4)
    return float(e.get_variable_value("w")[0, 0]), e.get_variable_names()


case("accumulate", accumulate)


def graphs():
    """Whether what training calls finds the model's graph as the default one."""
    found, graph = [], []

    def note(what):
        found.append([what, tf.get_default_graph() is graph[0], tf.executing_eagerly()])

    def model_fn(features, labels, mode):
        graph.append(tf.get_default_graph())
        loss = tf.reduce_mean(features * tf.get_variable("w", [1, 1]))
        hooks = [
            tf.train.LoggingTensorHook({"l": loss}, every_n_iter=1, formatter=lambda d: note("formatter") or "text"),
            tf.train.FeedFnHook(lambda: note("feed") or {}),
        ]
        scaffold = tf.train.Scaffold(init_fn=lambda scaffold, session: note("init_fn"))
        step = tf.assign_add(tf.train.get_global_step(), 1)
        return E.EstimatorSpec(mode, loss, loss, step, scaffold=scaffold, training_hooks=hooks)

    E.Estimator(model_fn, tempfile.mkdtemp()).train(data, steps=1)
    return found


case("graphs", graphs)

if __name__ == "__main__":
    run()
