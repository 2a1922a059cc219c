"""Writes checkpoints and meta graphs of every form (EXCHANGE=write), or reads those of the other side and saves again."""

import json
import os
import sys

import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_eager_execution() if hasattr(tf, "disable_eager_execution") else None
tf.logging.set_verbosity("ERROR")
folder, phase = sys.argv[2], os.environ["EXCHANGE"]
KINDS = ("plain", "sharded", "named", "parts")


def variables():
    rng = np.random.RandomState(5)

    def get(name, value):
        return tf.get_variable(name, initializer=value, use_resource=True)

    found = {
        "w": get("net/w", rng.randn(4, 3).astype(np.float32)), "i": get("i", np.int64([1, -2, 3])),
        "h": get("h", rng.randn(2).astype(np.float16)), "b": get("b", np.array([True, False])),
        "d": get("d", np.float64(2.5)), "e": get("e", np.zeros([0, 3], np.float32)),
        "t": get("t", tf.constant(["some", "", "text"])),
    }  # fmt: skip
    found["p"] = tf.get_variable(
        "p", [7, 2], use_resource=True, partitioner=tf.fixed_size_partitioner(3),
        initializer=tf.random_uniform_initializer(seed=3),
    )  # fmt: skip
    x = tf.placeholder(tf.float32, [None, 4], "x")
    y = tf.add(tf.matmul(x, found["w"]), 1.0, name="y")
    tf.add_to_collection("outputs", y)
    tf.add_to_collection("numbers", 3)
    return found


def savers(found):
    named = {"renamed/w": found["w"], "whole": found["p"]}
    parts = [*found["p"], found["i"]]
    return {
        "plain": tf.train.Saver(), "sharded": tf.train.Saver(sharded=True), "named": tf.train.Saver(named),
        "parts": tf.train.Saver(parts),
    }  # fmt: skip


def content(prefix):
    reader = tf.train.load_checkpoint(prefix)
    types = reader.get_variable_to_dtype_map()
    return {
        name: [types[name].name, shape, np.asarray(reader.get_tensor(name)).tolist()]
        if types[name] != tf.string
        else [types[name].name, shape, [text.decode() for text in reader.get_tensor(name)]]
        for name, shape in tf.train.list_variables(prefix)
    }


def write():
    os.makedirs(folder)
    tf.set_random_seed(1)
    found = variables()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for kind, saver in savers(found).items():
            saver.save(session, f"{folder}/{kind}", write_state=False)
        outputs = session.run("y:0", {"x:0": np.eye(2, 4, dtype=np.float32)}).tolist()
    return {"checkpoints": {kind: content(f"{folder}/{kind}") for kind in KINDS}, "outputs": outputs}


def read():
    result = {"checkpoints": {}}
    for kind in KINDS:
        tf.reset_default_graph()
        saver = tf.train.import_meta_graph(f"{folder}/{kind}.meta", import_scope="other" if kind == "named" else None)
        prefix = "other/" if kind == "named" else ""
        with tf.Session() as session:
            saver.restore(session, f"{folder}/{kind}")
            saver.save(session, f"{folder}/{kind}-again", write_state=False)
            if kind != "parts":
                y = tf.get_collection("outputs")[0]
                result["outputs"] = session.run(y, {f"{prefix}x:0": np.eye(2, 4, dtype=np.float32)}).tolist()
        assert tf.get_collection("numbers") == [3]
        assert len(tf.global_variables()) == 10
        result["checkpoints"][kind] = content(f"{folder}/{kind}-again")
    # The same values by savers of this side's own, and parts cut otherwise.
    tf.reset_default_graph()
    found = variables()
    other = tf.get_variable("q", [7, 2], partitioner=tf.fixed_size_partitioner(2, axis=1), use_resource=True)
    every = [x for name, x in found.items() if name != "p"] + list(found["p"])
    own = {**savers(found), "plain": tf.train.Saver(every), "sharded": tf.train.Saver(every, sharded=True)}
    with tf.Session() as session:
        for kind, saver in own.items():
            session.run(tf.global_variables_initializer())
            saver.restore(session, f"{folder}/{kind}")
        tf.train.Saver({"p": other}).restore(session, f"{folder}/plain")
        whole = np.concatenate(session.run(list(other)), axis=1).tolist()
        assert whole == result["checkpoints"]["plain"]["p"][2]
    return result


def check():
    """What the other side saved again."""
    tf.reset_default_graph()
    found = variables()
    with tf.Session() as session:
        for kind, saver in savers(found).items():
            session.run(tf.global_variables_initializer())
            saver.restore(session, f"{folder}/{kind}-again")
        savers_plain = tf.train.Saver()
        savers_plain.restore(session, f"{folder}/plain-again")
        outputs = session.run("y:0", {"x:0": np.eye(2, 4, dtype=np.float32)}).tolist()
    return {"checkpoints": {kind: content(f"{folder}/{kind}-again") for kind in KINDS}, "outputs": outputs}


json.dump({"write": write, "read": read, "check": check}[phase](), open(sys.argv[1], "w"))
