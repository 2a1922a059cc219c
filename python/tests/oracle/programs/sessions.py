"""Plain sessions: what can be fetched and fed, in which form results come, what is refused."""

import collections
import threading

import numpy as np
from session_cases import Cases, caught, tf

case = Cases()
Pair = collections.namedtuple("Pair", "a b")


def one(value=1.0):
    return tf.constant(value)


# Fetches
@case
def fetch_forms():
    a, b = one(1.0), one(2.0)
    op = tf.no_op()
    with tf.Session() as s:
        return [
            s.run(a), s.run([a, b]), s.run((a, b)), s.run({"x": a, "y": [b, op]}), s.run(Pair(a, (b,))), s.run(op),
            s.run([]), s.run({}), s.run(()), s.run([[], [a]]), s.run("Const:0"), s.run(["Const:0", "no_op"]),
            s.run(collections.OrderedDict([("z", a), ("a", b)])), s.run([a, a]), s.run([[op]]),
        ]  # fmt: skip


@case
def fetch_defaultdict():
    d = collections.defaultdict(list)
    d["k"] = one()
    with tf.Session() as s:
        return s.run(d)


@case
def fetch_types_of_results():
    with tf.Session() as s:
        return [
            s.run(tf.constant(1)), s.run(tf.constant([1, 2], tf.int64)), s.run(tf.constant(True)),
            s.run(tf.constant("x")), s.run(tf.constant(["x", "yz"])), s.run(tf.constant(1.5, tf.float64)),
            s.run(tf.zeros([0, 3])), s.run(tf.constant(3, tf.uint8)),
            s.run(tf.constant([1.5], tf.float16)),
        ]  # fmt: skip


@case
def fetch_sparse():
    sparse = tf.SparseTensor([[0, 1], [2, 0]], [1.0, 2.0], [3, 4])
    with tf.Session() as s:
        value = s.run(sparse)
        fed = tf.sparse_placeholder(tf.float32)
        return [
            type(value).__name__, value.indices, value.values, value.dense_shape, s.run([sparse])[0].values,
            s.run(tf.sparse_tensor_to_dense(fed), {fed: value}),
            s.run(fed, {fed: tf.SparseTensorValue([[0, 0]], [5.0], [1, 1])}).values,
            s.run(fed, {fed: ([[0, 0]], [6.0], [1, 1])}).values,
        ]  # fmt: skip


@case
def fetch_indexed_slices():
    slices = tf.IndexedSlices(tf.constant([[1.0]]), tf.constant([2]), tf.constant([5, 1]))
    with tf.Session() as s:
        value = s.run(slices)
        return [type(value).__name__, value.values, value.indices, value.dense_shape]


@case
def fetch_variable():
    v = tf.get_variable("v", initializer=2.0)
    with tf.Session() as s:
        s.run(tf.global_variables_initializer())
        return [s.run(v), s.run([v, v + 1]), s.run({"v": v}), v.eval(), v.eval(s)]


@case
def fetch_none():
    one()
    tf.Session().run(None)


@case
def fetch_none_in_list():
    tf.Session().run([one(), None])


@case
def fetch_number():
    one()
    tf.Session().run(3)


@case
def fetch_unknown_name():
    one()
    tf.Session().run("nothing:0")


@case
def fetch_unknown_operation():
    one()
    tf.Session().run("nothing")


@case
def fetch_bad_name():
    one()
    tf.Session().run("a:b:c")


@case
def fetch_missing_output():
    one()
    tf.Session().run("Const:1")


@case
def fetch_of_another_graph():
    with tf.Graph().as_default():
        other = one()
    one()
    tf.Session().run(other)


@case
def fetch_in_empty_graph():
    tf.Session().run([])


@case
def fetch_unfetchable():
    t = one()
    tf.get_default_graph().prevent_fetching(t.op)
    try:
        tf.Session().run(t)
    except ValueError:
        return tf.get_default_graph().is_fetchable(t)


@case
def fetch_set():
    tf.Session().run({one()})


# Feeds
@case
def feed_forms():
    x = tf.placeholder(tf.float32, [None])
    y = tf.placeholder(tf.int32)
    t = tf.placeholder(tf.string)
    b = tf.placeholder(tf.bool)
    u = tf.identity(t)
    with tf.Session() as s:
        return [
            s.run(x, {x: [1, 2]}), s.run(x, {"Placeholder:0": np.array([1.0, 2.0])}), s.run(y, {y: 3}),
            s.run(y, {y: np.int64(3)}), s.run(u, {t: "text"}), s.run(u, {t: ["a", b"b"]}), s.run(b, {b: True}),
            s.run(x * 2, {x: (3.0,)}), s.run(one(1.0) + 0, {"Const:0": 7.0}), s.run(x, {x: []}),
            s.run(u, {t: np.array(["u", "v"])}), s.run(u, {t: np.array([b"u", "v"], object)}),
        ]  # fmt: skip


@case
def feed_nested_key():
    a, b = tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    with tf.Session() as s:
        return s.run(a + b, {(a, b): (1.0, 2.0)})


@case
def feed_fetched():
    x = tf.placeholder(tf.float32, [2])
    value = np.array([1.0, 2.0], np.float32)
    with tf.Session() as s:
        got = s.run(x, {x: value})
        return [got, got is value]


@case
def feed_variable():
    v = tf.get_variable("v", initializer=2.0)
    with tf.Session() as s:
        s.run(tf.global_variables_initializer())
        return caught(s.run, v + 1, {v: 5.0})


@case
def feed_missing():
    x = tf.placeholder(tf.float32, name="missing")
    tf.Session().run(x + 1)


@case
def feed_missing_alone():
    x = tf.placeholder(tf.float32, name="missing")
    tf.Session().run(x)


@case
def feed_wrong_shape():
    x = tf.placeholder(tf.float32, [2])
    tf.Session().run(x, {x: [1.0, 2.0, 3.0]})


@case
def feed_wrong_rank():
    x = tf.placeholder(tf.float32, [2])
    tf.Session().run(x, {x: 1.0})


@case
def feed_wrong_type():
    x = tf.placeholder(tf.float32)
    tf.Session().run(x, {x: "text"})


@case
def feed_float_to_int():
    x = tf.placeholder(tf.int32)
    return tf.Session().run(x, {x: np.array([1.7, 2.2])})


@case
def feed_python_float_to_int():
    x = tf.placeholder(tf.int32)
    return tf.Session().run(x, {x: 1.7})


@case
def feed_large_int():
    x = tf.placeholder(tf.int32)
    tf.Session().run(x, {x: 2**40})


@case
def feed_negative_to_unsigned():
    x = tf.placeholder(tf.uint8)
    return caught(tf.Session().run, x, {x: -1})


@case
def feed_tensor():
    x = tf.placeholder(tf.float32)
    tf.Session().run(x, {x: one()})


@case
def feed_none():
    x = tf.placeholder(tf.float32)
    tf.Session().run(x, {x: None})


@case
def feed_unknown_key():
    one()
    tf.Session().run("Const:0", {"nothing:0": 1.0})


@case
def feed_number_key():
    one()
    tf.Session().run("Const:0", {3: 1.0})


@case
def feed_operation():
    t = one()
    tf.Session().run(t, {t.op: 1.0})


@case
def feed_no_dict():
    t = one()
    tf.Session().run(t, [(t, 1.0)])


@case
def feed_of_another_graph():
    with tf.Graph().as_default():
        other = tf.placeholder(tf.float32)
    t = one()
    tf.Session().run(t, {other: 1.0})


@case
def feed_ragged_list():
    x = tf.placeholder(tf.float32)
    tf.Session().run(x, {x: [[1.0], [2.0, 3.0]]})


@case
def feed_unfeedable():
    t = one()
    tf.get_default_graph().prevent_feeding(t)
    return [tf.get_default_graph().is_feedable(t), caught(tf.Session().run, t, {t: 1.0})]


@case
def feed_placeholder_with_default():
    x = tf.placeholder_with_default(3.0, [])
    with tf.Session() as s:
        return [s.run(x), s.run(x, {x: 4.0}), s.run(x + 1)]


# Making and closing sessions
@case
def closed():
    t = one()
    s = tf.Session()
    s.close()
    s.close()
    s.run(t)


@case
def closed_callable():
    s = tf.Session()
    run = s.make_callable(one())
    s.close()
    run()


@case
def closed_by_with():
    t = one()
    with tf.Session() as s:
        s.run(t)
    return caught(s.run, t)


@case
def left_with_error():
    t = one()
    try:
        with tf.Session() as s:
            raise KeyError("x")
    except KeyError:
        pass
    return [caught(s.run, t), tf.get_default_session() is None]


@case
def with_twice():
    t = one()
    s = tf.Session()
    with s:
        s.run(t)
    with s:
        return caught(s.run, t)


@case
def nested_with():
    t = one()
    s = tf.Session()
    with s.as_default():
        with s.as_default():
            pass
        return [t.eval(), tf.get_default_session() is s, s.run(t)]


@case
def graph_no_graph():
    tf.Session(graph=3)


@case
def config_no_config():
    tf.Session(config=3)


@case
def target_no_text():
    tf.Session(3)


@case
def positional_graph():
    graph = tf.Graph()
    with graph.as_default():
        t = one(4.0)
    s = tf.Session("", graph)
    return [s.run(t), s.graph is graph, s.sess_str, s.graph_def.node[0].name]


@case
def session_takes_graph_at_creation():
    s = tf.Session()
    before = s.graph
    with tf.Graph().as_default():
        return [s.graph is before, tf.get_default_graph() is not before]


@case
def with_session_sets_graph():
    graph = tf.Graph()
    with tf.Session(graph=graph) as s:
        t = one()
        return [t.graph is graph, tf.get_default_graph() is graph, s.run(t)]


@case
def as_default_keeps_graph():
    graph = tf.Graph()
    s = tf.Session(graph=graph)
    with s.as_default() as inner:
        return [tf.get_default_graph() is graph, inner is s]


@case
def default_sessions_nest():
    found = []
    a, b = tf.Session(), tf.Session()
    found.append(tf.get_default_session() is None)
    with a.as_default():
        found.append(tf.get_default_session() is a)
        with b.as_default():
            found.append(tf.get_default_session() is b)
        found.append(tf.get_default_session() is a)
    found.append(tf.get_default_session() is None)
    return found


@case
def default_session_is_of_a_thread():
    found = []
    with tf.Session().as_default():
        thread = threading.Thread(target=lambda: found.append(tf.get_default_session() is None))
        thread.start()
        thread.join()
    return found


@case
def eval_without_session():
    one().eval()


@case
def run_without_session():
    tf.no_op().run()


@case
def eval_in_wrong_session():
    t = one()
    with tf.Session(graph=tf.Graph()).as_default():
        t.eval()


@case
def run_in_wrong_session():
    op = tf.no_op()
    with tf.Session(graph=tf.Graph()).as_default():
        op.run()


@case
def eval_with_wrong_session():
    one().eval(session=tf.Session(graph=tf.Graph()))


@case
def eval_and_run():
    x = tf.placeholder(tf.float32)
    v = tf.get_variable("v", initializer=1.0)
    with tf.Session():
        return [
            tf.global_variables_initializer().run(), (x + 1).eval({x: 2.0}), (x + 1).eval(feed_dict={x: 3.0}),
            v.assign(5.0).eval(), v.initializer.run(), v.eval(),
        ]  # fmt: skip


@case
def interactive():
    s = tf.InteractiveSession()
    t = one()
    found = [t.eval(), tf.get_default_session() is s]
    s.close()
    return found + [tf.get_default_session() is None, caught(s.run, t)]


@case
def interactive_with_graph():
    graph = tf.Graph()
    s = tf.InteractiveSession(graph=graph)
    t = one()
    found = [t.graph is graph, t.eval()]
    s.close()
    return found


@case
def devices():
    with tf.Session() as s:
        d = s.list_devices()
        return [len(d), d[0].name, d[0].device_type, d[0].memory_limit_bytes > 0, repr(d[0]).split(",")[0]]


@case
def reset():
    return tf.Session.reset("")


@case
def variables_belong_to_a_session():
    v = tf.get_variable("v", initializer=1.0)
    a, b = tf.Session(), tf.Session()
    a.run(v.initializer)
    return [a.run(v), caught(b.run, v)]


@case
def uninitialized_variable():
    v = tf.get_variable("v", initializer=1.0)
    tf.Session().run(v)


@case
def graph_grows_between_runs():
    with tf.Session() as s:
        a = one()
        first = s.run(a)
        return [first, s.run(a + 1)]


@case
def finalized_graph_runs():
    t = one()
    graph = tf.get_default_graph()
    graph.finalize()
    with tf.Session() as s:
        return [s.run(t), caught(one)]


@case
def error_has_the_operation():
    x = tf.placeholder(tf.float32)
    y = tf.check_numerics(x, "bad", name="watch")
    try:
        tf.Session().run(y, {x: float("nan")})
    except tf.errors.InvalidArgumentError as error:
        return [
            error.op.name, error.node_def.op, error.error_code, "bad" in error.message, str(error).startswith("bad"),
            isinstance(error, tf.errors.OpError), error.op.type,
        ]  # fmt: skip


@case
def error_classes():
    e = tf.errors.NotFoundError(None, None, "text")
    return [
        str(e), e.message, e.op, e.node_def, e.error_code, repr(e), tf.errors.NOT_FOUND,
        tf.errors.exception_type_from_error_code(5), tf.errors.error_code_from_exception_type(tf.errors.AbortedError),
        caught(tf.errors.exception_type_from_error_code, 99),
    ]  # fmt: skip


# Callables
@case
def callable_forms():
    x, y = tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    v = tf.get_variable("v", initializer=1.0)
    with tf.Session() as s:
        s.run(v.initializer)
        return [
            s.make_callable(x + y, [x, y])(1.0, 2.0), s.make_callable([x, y], feed_list=["Placeholder:0", y])(1, 2),
            s.make_callable({"v": v, "op": v.initializer})(), s.make_callable(v.initializer)(),
            s.make_callable(x, (x,))([[1, 2]]), s.make_callable([])(), s.make_callable((x,), [x])(3.0),
        ]  # fmt: skip


@case
def callable_few_arguments():
    x = tf.placeholder(tf.float32)
    tf.Session().make_callable(x, [x])()


@case
def callable_many_arguments():
    x = tf.placeholder(tf.float32)
    tf.Session().make_callable(x, [x])(1.0, 2.0)


@case
def callable_feed_dict_is_no_list():
    x = tf.placeholder(tf.float32)
    tf.Session().make_callable(x, {x: 1.0})


@case
def callable_options():
    x = tf.placeholder(tf.float32)
    with tf.Session() as s:
        run = s.make_callable(x * 2, [x], accept_options=True)
        metadata = tf.RunMetadata()
        value = run(2.0, options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE), run_metadata=metadata)
        return [value, metadata.HasField("step_stats"), run(3.0)]


@case
def callable_options_not_accepted():
    x = tf.placeholder(tf.float32)
    tf.Session().make_callable(x * 2, [x])(2.0, options=tf.RunOptions())


@case
def callable_wrong_fetch():
    one()
    tf.Session().make_callable("nothing:0")


# Options and metadata
@case
def no_trace_leaves_stats_empty():
    metadata = tf.RunMetadata()
    tf.Session().run(one() + 1, options=tf.RunOptions(), run_metadata=metadata)
    return len(metadata.step_stats.dev_stats)


@case
def metadata_without_options():
    metadata = tf.RunMetadata()
    tf.Session().run(one() + 1, run_metadata=metadata)
    return len(metadata.step_stats.dev_stats)


@case
def options_without_metadata():
    return tf.Session().run(one() + 1, options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE))


def traced(fetch, feeds=None, **options):
    metadata = tf.RunMetadata()
    with tf.Session() as s:
        s.run(tf.global_variables_initializer())
        s.run(fetch, feeds, tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE, **options), metadata)
    return metadata


@case
def full_trace():
    x = tf.placeholder(tf.float32, name="x")
    y = tf.matmul(x, x, name="y")
    z = tf.exp(y, name="z")
    metadata = traced(z, {x: np.ones([3, 3], np.float32)})
    device = [d for d in metadata.step_stats.dev_stats if d.device.endswith("device:CPU:0")][0]
    nodes = {n.node_name: n for n in device.node_stats}
    node = nodes["z"]
    return [
        sorted(set(nodes) & {"x", "y", "z"} - {"x"}), node.all_start_micros > 10**15, node.all_end_rel_micros >= 0,
        node.op_end_rel_micros >= node.op_start_rel_micros, nodes["y"].all_start_micros <= node.all_start_micros,
        [d.size for d in node.output[0].tensor_description.shape.dim], node.output[0].tensor_description.dtype,
        node.timeline_label.startswith("z"),
    ]  # fmt: skip


@case
def trace_levels():
    found = []
    for level in ("NO_TRACE", "SOFTWARE_TRACE", "FULL_TRACE"):
        metadata = tf.RunMetadata()
        options = tf.RunOptions(trace_level=getattr(tf.RunOptions, level))
        tf.Session().run(tf.exp(tf.placeholder_with_default(1.0, [])), options=options, run_metadata=metadata)
        found.append([level, tf.RunOptions.TraceLevel.Value(level), len(metadata.step_stats.dev_stats) > 0])
    return found


@case
def partition_graphs():
    x = tf.placeholder(tf.float32, name="x")
    metadata = traced(tf.exp(x, name="z"), {x: 1.0}, output_partition_graphs=True)
    names = {n.name for g in metadata.partition_graphs for n in g.node}
    return [len(metadata.partition_graphs), "z" in names]


def step_stats():
    stats = tf.RunMetadata().step_stats
    device = stats.dev_stats.add(device="/job:localhost/replica:0/task:0/device:CPU:0")
    for name, label, start, duration, size in (
        ("_SOURCE", "_SOURCE = NoOp()", 1000, 1, None), ("x", "x = Placeholder()", 1001, 2, 12),
        ("y", "y = MatMul(x, x)", 1010, 5, 36), ("s:1", "s:1 = Split(x)", 1011, 5, 8),
        ("z", "z = AddV2(y, s:1, ^y)", 1020, 3, 36), ("unlabelled", "unlabelled", 1030, 1, 4),
    ):  # fmt: skip
        node = device.node_stats.add(
            node_name=name, timeline_label=label, all_start_micros=start, all_end_rel_micros=duration,
            op_end_rel_micros=duration, scheduled_micros=start,
        )  # fmt: skip
        if size is not None:
            output = node.output.add(slot=0)
            output.tensor_description.dtype = 1
            output.tensor_description.shape.dim.add().size = size // 4
            allocation = output.tensor_description.allocation_description
            allocation.requested_bytes, allocation.allocated_bytes, allocation.allocator_name = size, size + 4, "cpu"
        node.memory.add(allocator_name="cpu", total_bytes=size or 0, peak_bytes=size or 0, live_bytes=size or 0)
    return stats


@case
def timeline_text():
    from tensorflow.python.client import timeline

    return [
        timeline.Timeline(step_stats()).generate_chrome_trace_format(show_dataflow=dataflow, show_memory=memory)
        for dataflow in (False, True)
        for memory in (False, True)
    ]


@case
def timeline_of_a_run():
    import json

    from tensorflow.python.client import timeline

    x = tf.placeholder(tf.float32)
    metadata = traced(tf.exp(x, name="z"), {x: 1.0})
    trace = json.loads(timeline.Timeline(metadata.step_stats).generate_chrome_trace_format())
    event = [e for e in trace["traceEvents"] if e["ph"] == "X" and e["args"]["name"] == "z"][0]
    return [list(trace), sorted(event), event["name"], event["cat"]]


@case
def options_wrong():
    tf.Session().run(one(), options=3)


@case
def metadata_wrong():
    tf.Session().run(one(), run_metadata=3)


@case
def timeout_zero_is_none():
    return tf.Session().run(one(), options=tf.RunOptions(timeout_in_ms=0))


@case
def timeout_passes():
    import time

    def slow(x):
        time.sleep(0.3)
        return x

    a = tf.py_func(slow, [one()], tf.float32)
    with tf.control_dependencies([a]):
        b = tf.py_func(slow, [one()], tf.float32)
    tf.Session().run(b, options=tf.RunOptions(timeout_in_ms=50))


@case
def timeout_is_long():
    return tf.Session().run(one() + 1, options=tf.RunOptions(timeout_in_ms=100000))


@case
def config_threads():
    config = tf.ConfigProto(
        intra_op_parallelism_threads=1, inter_op_parallelism_threads=1, allow_soft_placement=True,
        device_count={"GPU": 0}, log_device_placement=False, gpu_options=tf.GPUOptions(allow_growth=True),
    )  # fmt: skip
    with tf.Session(config=config) as s:
        return s.run(tf.reduce_sum(tf.ones([100, 100])))


@case
def config_timeout():
    import time

    def slow(x):
        time.sleep(0.3)
        return x

    a = tf.py_func(slow, [one()], tf.float32)
    with tf.control_dependencies([a]):
        b = tf.py_func(slow, [one()], tf.float32)
    tf.Session(config=tf.ConfigProto(operation_timeout_in_ms=50)).run(b)


# Threads
@case
def runs_in_threads():
    x = tf.placeholder(tf.float32)
    y = x * 2
    with tf.Session() as s:
        found = {}

        def work(i):
            found[i] = [float(s.run(y, {x: i * 100 + k})) for k in range(50)]

        threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
    return [found[i] == [2.0 * (i * 100 + k) for k in range(50)] for i in range(4)]


if __name__ == "__main__":
    case.run()
