"""Graphs from files: import, export, surgery, and files that nobody should trust."""

import random

import numpy as np
import pytest
import swiftestimator.compat.v1 as tf
from google.protobuf import text_format


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def definition(build):
    with tf.Graph().as_default() as graph:
        build()
    return graph.as_graph_def()


def sum_graph():
    a = tf.placeholder(tf.float32, [2], name="a")
    c = tf.add(a, tf.constant([1.0, 2.0], name="b"), name="c")
    with tf.control_dependencies([c]):
        tf.identity(a, name="d")


def test_import_computes_and_names():
    first = tf.import_graph_def(definition(sum_graph), return_elements=["c:0", "c", "a:0"])
    assert [x.name for x in first] == ["import/c:0", "import/c", "import/a:0"]
    (again,) = tf.import_graph_def(definition(sum_graph), name="", return_elements=["c:0"])
    assert again.name == "c:0"
    mapped = tf.import_graph_def(definition(sum_graph), {"a": tf.constant([5.0, 5.0])}, ["c:0", "a:0"])
    with tf.Session() as session:
        np.testing.assert_array_equal(session.run(first[0], {first[2]: [1, 1]}), [2, 3])
        np.testing.assert_array_equal(session.run(mapped[0]), [6, 7])
    assert mapped[1].name == "Const:0"
    assert tf.constant(1.0, name="c").name == "c_1:0"


def changed(change):
    message = definition(sum_graph)
    change(message)
    return message


@pytest.mark.parametrize(
    "change, phrase",
    [
        (lambda g: g.node[2].input.__setitem__(0, "q"), "Unknown input node 'q'"),
        (lambda g: g.node[2].input.__setitem__(0, "a:3"), "invalid output 3 of source node a which has 1 outputs"),
        (lambda g: g.node[2].input.__setitem__(0, "c"), "nodes in a cycle"),
        (lambda g: g.node[2].input.append("b"), "do not match 3 inputs specified"),
        (lambda g: g.node[2].input.__setitem__(0, "^a"), "Control dependencies must come after"),
        (lambda g: setattr(g.node[2], "name", "b"), "Node 'b' is not unique"),
        (lambda g: setattr(g.node[2], "name", "b@!"), "contains invalid characters"),
        (lambda g: setattr(g.versions, "min_consumer", 99999), "min consumer version 99999"),
        (lambda g: setattr(g.node[2].attr["T"], "type", 3), "was passed float from import/a:0 incompatible with expected int32"),
    ],
)  # fmt: skip
def test_bad_graphs_leave_nothing_behind(graph, change, phrase):
    tf.constant(1.0)
    with pytest.raises(ValueError, match=phrase):
        tf.import_graph_def(changed(change))
    assert [op.name for op in graph.get_operations()] == ["Const"]


def test_what_is_asked_for_must_be_there(graph):
    with pytest.raises(ValueError, match="Requested return tensor 'zz:0' not found in graph def"):
        tf.import_graph_def(definition(sum_graph), return_elements=["zz:0"])
    with pytest.raises(ValueError, match=r"Attempted to map inputs that were not found in graph_def: \[q:0\]"):
        tf.import_graph_def(definition(sum_graph), {"q:0": tf.constant(1.0)})
    with pytest.raises(TypeError, match="`graph_def` must be a GraphDef proto"):
        tf.import_graph_def(3)
    with pytest.raises(tf.errors.NotFoundError, match="Op type not registered 'Nope'"):
        tf.import_graph_def(changed(lambda g: setattr(g.node[2], "op", "Nope")))
    assert [op.name for op in graph.get_operations()] == ["Const"]


def test_functions_of_several_graphs_do_not_mix(graph):
    def build(step):
        data = tf.data.Dataset.range(3).map(lambda x: x * step)
        tf.identity(tf.data.make_one_shot_iterator(data).get_next(), name="next")

    def loops():
        last = tf.while_loop(lambda i: i < 5, lambda i: tf.cond(i > 2, lambda: i + 3, lambda: i + 1), [tf.constant(0)])
        tf.identity(last, name="last")

    outputs = [tf.import_graph_def(definition(lambda s=s: build(s)), return_elements=["next:0"])[0] for s in (10, 100)]
    mine = tf.data.make_one_shot_iterator(tf.data.Dataset.range(3).map(lambda x: x - 1)).get_next()
    (last,) = tf.import_graph_def(definition(loops), return_elements=["last:0"])
    again = tf.import_graph_def(graph.as_graph_def(), name="copy", return_elements=[o.name for o in outputs])
    with tf.Session() as session:
        session.run([*outputs, mine, *again])
        assert session.run([*outputs, mine, last, *again]) == [10, 100, 0, 6, 10, 100]


def test_write_graph_in_both_forms(tmp_path):
    sum_graph()
    text = tf.io.write_graph(tf.get_default_graph(), str(tmp_path / "sub"), "g.pbtxt")
    binary = tf.train.write_graph(tf.get_default_graph().as_graph_def(), str(tmp_path), "g.pb", as_text=False)
    parsed = text_format.Parse(open(text).read(), tf.GraphDef())
    assert parsed == tf.GraphDef.FromString(open(binary, "rb").read()) == tf.get_default_graph().as_graph_def()
    assert list(tf.get_default_graph().as_graph_def(add_shapes=True).node[2].attr["_output_shapes"].list.shape[0].dim)


def test_variables_become_constants():
    v = tf.get_variable("v", initializer=np.float32([1, 2]))
    w = tf.get_variable("w", initializer=np.float32([[1, 0], [0, 1], [1, 1]]))
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    y = tf.add(tf.matmul(x, w), v, name="y")
    rows = tf.identity(tf.nn.embedding_lookup(w, [2, 0]), name="rows")
    util = tf.graph_util
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        expected = session.run([y, rows], {x: [[1, 2, 3]]})
        frozen = util.convert_variables_to_constants(session, session.graph.as_graph_def(), ["y", "rows"])
        part = util.convert_variables_to_constants(session, session.graph.as_graph_def(), ["y"], ["v"])
        with pytest.raises(AssertionError, match="nope is not in graph"):
            util.convert_variables_to_constants(session, session.graph.as_graph_def(), ["nope"])
    assert {n.op for n in frozen.node} == {"Const", "Placeholder", "Identity", "MatMul", "AddV2", "GatherV2"}
    assert sorted(n.name for n in part.node if n.op == "VarHandleOp") == ["w"]
    with tf.Graph().as_default(), tf.Session() as session:
        outputs = tf.import_graph_def(frozen, return_elements=["y:0", "rows:0"])
        found = session.run(outputs, {"import/x:0": [[1, 2, 3]]})
    for a, b in zip(found, expected):
        np.testing.assert_array_equal(a, b)


def test_meta_graphs_with_everything(tmp_path):
    v = tf.get_variable("s/v", initializer=np.float32([1, 2]))
    tf.get_variable("p", [4, 2], partitioner=tf.fixed_size_partitioner(2), initializer=tf.ones_initializer())
    tf.get_variable("local", [1], collections=[tf.GraphKeys.LOCAL_VARIABLES])
    for key, item in {"ints": 3, "floats": 1.5, "texts": "abc", "things": object(), "tensors": v + 1.0}.items():
        tf.add_to_collection(key, item)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        tf.train.Saver().save(session, f"{tmp_path}/m")
    for scope in (None, "imported"):
        with tf.Graph().as_default() as graph, tf.Session() as session:
            saver = tf.train.import_meta_graph(f"{tmp_path}/m.meta", import_scope=scope)
            saver.restore(session, f"{tmp_path}/m")
            prefix = f"{scope}/" if scope else ""
            assert [x.name for x in tf.global_variables()] == [
                f"{prefix}{n}:0" for n in ("s/v", "p/part_0", "p/part_1")
            ]
            assert tf.global_variables()[0] is tf.trainable_variables()[0]
            assert [x.name for x in tf.local_variables()] == [f"{prefix}local:0"]
            assert [graph.get_collection(k) for k in ("ints", "floats", "texts", "things")] == [[3], [1.5], ["abc"], []]
            np.testing.assert_array_equal(session.run(graph.get_collection("tensors")[0]), [2, 3])
            assert saver.save(session, f"{tmp_path}/again") == f"{tmp_path}/again"
    assert tf.train.list_variables(f"{tmp_path}/again") == [("p", [4, 2]), ("s/v", [2])]


def test_scopes_of_meta_graphs():
    with tf.variable_scope("a"):
        v = tf.get_variable("v", [2])
    with tf.name_scope("b"):
        tf.add(v, 1.0, name="y")
    inner = tf.train.export_meta_graph(export_scope="a")
    outer = tf.train.export_meta_graph(export_scope="b")
    with tf.Graph().as_default():
        tf.train.import_meta_graph(inner, import_scope="c")
        assert [x.name for x in tf.global_variables()] == ["c/v:0"]
        with pytest.raises(ValueError, match=r"Graph contains unbound inputs: \$unbound_inputs_a/v"):
            tf.train.import_meta_graph(outer)
    with pytest.raises(OSError, match="File does not exist"):
        tf.train.import_meta_graph("/nonexistent.meta")


def training_meta_graph():
    with tf.Graph().as_default():
        x, y = tf.data.make_one_shot_iterator(tf.data.Dataset.from_tensors(([[1.0, 2.0]], [[1.0]])).repeat()).get_next()
        tf.get_variable("p", [4, 2], partitioner=tf.fixed_size_partitioner(2))
        loss = tf.losses.mean_squared_error(y, tf.layers.dense(x, 1))
        tf.summary.scalar("loss", loss)
        tf.train.AdamOptimizer().minimize(loss, tf.train.get_or_create_global_step())
        saver = tf.train.Saver(sharded=True)
        tf.add_to_collection("savers", saver)
        return saver.export_meta_graph()


def test_files_that_are_damaged_are_refused():
    """Whatever stands in a file: an exception, or a graph; never the end of the process."""
    whole = training_meta_graph()
    data = whole.SerializeToString()
    rng = random.Random(4)
    from google.protobuf.message import DecodeError

    for _ in range(250):
        bytes_ = bytearray(data)
        for _ in range(rng.choice((1, 1, 2, 8))):
            place = rng.randrange(len(bytes_))
            kind = rng.randrange(4)
            if kind == 0:
                bytes_[place] ^= 1 << rng.randrange(8)
            elif kind == 1:
                bytes_[place] = rng.choice((0, 1, 127, 128, 255))
            elif kind == 2:
                del bytes_[place : place + rng.randrange(1, 9)]
            else:
                start = rng.randrange(len(bytes_))
                bytes_[place:place] = bytes_[start : start + rng.randrange(1, 30)]
        with tf.Graph().as_default():
            try:
                saver = tf.train.import_meta_graph(type(whole).FromString(bytes(bytes_)))
                if saver is not None:
                    saver.restore(tf.Session(), "/nonexistent")
            except (ValueError, TypeError, KeyError, NotImplementedError, tf.errors.OpError, DecodeError, RuntimeError):
                pass


def test_attributes_of_any_size_are_refused():
    """Numbers in attributes go to their limits, node by node."""
    whole = training_meta_graph().graph_def
    values = (-1, 0, 2**31 - 1, 2**62, -(2**63))
    count = 0
    for index, node in enumerate(whole.node):
        for key in node.attr:
            if node.attr[key].WhichOneof("value") not in ("i", "shape"):
                continue
            count += 1
            for value in values:
                message = type(whole).FromString(whole.SerializeToString())
                attribute = message.node[index].attr[key]
                if attribute.WhichOneof("value") == "i":
                    attribute.i = value
                elif attribute.shape.dim:
                    attribute.shape.dim[0].size = value
                with tf.Graph().as_default():
                    try:
                        tf.import_graph_def(message)
                    except (ValueError, TypeError, NotImplementedError, tf.errors.OpError):
                        pass
    assert count >= 20
