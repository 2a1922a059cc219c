"""What savers and checkpoint functions accept, write and refuse: a line of text for each case."""

import json
import os
import sys
import tempfile

import numpy as np
import tensorflow.compat.v1 as tf

tf.disable_eager_execution() if hasattr(tf, "disable_eager_execution") else None
tf.logging.set_verbosity("ERROR")
D = tempfile.mkdtemp()
train = tf.train
results = {}


def case(label, body):
    tf.reset_default_graph()
    try:
        results[label] = repr(body()).replace(D, "D")
    except Exception as error:  # every kind is of interest
        results[label] = f"{type(error).__name__}: {str(error).replace(D, 'D').splitlines()[0][:70]}"


def v(name="v", shape=(2,), **more):
    return tf.get_variable(name, shape, use_resource=True, initializer=tf.ones_initializer(), **more)


def session():
    made = tf.Session()
    made.run(tf.global_variables_initializer())
    return made


def base(paths):
    return [os.path.basename(p) for p in paths]


def with_v(body):
    def run():
        v()
        return body()

    return run


case("no variables", lambda: train.Saver())
case("empty list", lambda: train.Saver([]))
case("allow empty save", lambda: train.Saver(allow_empty=True).save(tf.Session(), f"{D}/e"))
case("allow empty restore", lambda: train.Saver(allow_empty=True).restore(tf.Session(), None))
case("var_list int", lambda: train.Saver(3))
case("var_list text", lambda: train.Saver("abc"))
case("list of int", lambda: train.Saver([3]))
case("key int", lambda: train.Saver({3: v()}))
case("tensor", lambda: train.Saver([tf.constant(1.0)]))
case("named tensor", lambda: train.Saver({"a": tf.constant(1.0)}))
case("tuple", lambda: train.Saver((v(),)).last_checkpoints)


def twice():
    x = v()
    return train.Saver([x, x])


def two_names():
    x = v()
    return train.Saver({"a": x, "b": x})


def deferred():
    v()
    saver = train.Saver(defer_build=True)
    saver.build()
    saver.build()
    return saver.save(session(), f"{D}/x")


case("twice", twice)
case("two names", two_names)
case("deferred with list", with_v(lambda: train.Saver([v("w")], defer_build=True)))
case("save before build", with_v(lambda: train.Saver(defer_build=True).save(session(), f"{D}/x")))
case("build", deferred)
case("latest with folder", with_v(lambda: train.Saver().save(session(), f"{D}/x", latest_filename="a/b")))
case("latest collides", with_v(lambda: train.Saver().save(session(), f"{D}/x", latest_filename="x")))
case("state collides", with_v(lambda: train.Saver().save(session(), f"{D}/checkpoint")))
case("session", with_v(lambda: train.Saver().save(3, f"{D}/x")))
case("no folder", with_v(lambda: train.Saver().save(session(), f"{D}/no/such/x")))
case("restore None", with_v(lambda: train.Saver().restore(session(), None)))
case("restore missing", with_v(lambda: train.Saver().restore(session(), f"{D}/nothere")))
case("no value", with_v(lambda: type(train.Saver().save(tf.Session(), f"{D}/x"))))
case("missing key", lambda: v("zz") is None or train.Saver().restore(session(), f"{D}/x"))
case("other type", lambda: train.Saver([v(dtype=tf.int32)]).restore(tf.Session(), f"{D}/x"))


def free_shape():
    value = tf.placeholder_with_default(np.float32([1, 2, 3]), None)
    x = tf.get_variable("v", initializer=value, validate_shape=False, use_resource=True)
    sess = tf.Session()
    train.Saver().restore(sess, f"{D}/x")
    return sess.run(x).tolist()


def reshaped():
    x = tf.get_variable("v", [2, 1], use_resource=True)
    sess = tf.Session()
    train.Saver(reshape=True).restore(sess, f"{D}/x")
    return sess.run(x).tolist()


def padded():
    v()
    sess, saver = session(), train.Saver(pad_step_number=True, max_to_keep=2)
    names = [saver.save(sess, f"{D}/p", global_step=i) for i in (1, 22, 333)]
    return base(names), base(saver.last_checkpoints), sorted(f for f in os.listdir(D) if f.startswith("p-"))


def steps():
    v()
    step = train.create_global_step()
    sess, saver = session(), train.Saver()
    return base(saver.save(sess, f"{D}/g", global_step=s) for s in (step, np.int64(4), tf.constant(6), 0))


def keeping():
    v()
    sess, found = session(), []
    for count in (None, 0, 1, 2):
        folder = tempfile.mkdtemp()
        saver = train.Saver(max_to_keep=count)
        for i in range(4):
            saver.save(sess, f"{folder}/m", global_step=i)
        state = open(f"{folder}/checkpoint").read().count("all_model")
        found.append((base(saver.last_checkpoints), sorted(f for f in os.listdir(folder) if "index" in f), state))
    return found


def preserved():
    v()
    sess, folder = session(), tempfile.mkdtemp()
    saver = train.Saver(max_to_keep=1, keep_checkpoint_every_n_hours=0.0)
    for i in range(3):
        saver.save(sess, f"{folder}/m", global_step=i)
    return sorted(f for f in os.listdir(folder) if "index" in f), base(saver.last_checkpoints)


def lists():
    v()
    sess, folder = session(), tempfile.mkdtemp()
    saver = train.Saver(max_to_keep=2)
    for i in (1, 2, 1):
        saver.save(sess, f"{folder}/m", global_step=i)
    found = [base(saver.last_checkpoints)]
    other = train.Saver(max_to_keep=2)
    other.recover_last_checkpoints([f"{folder}/m-1", f"{folder}/m-2", f"{folder}/gone"])
    found.append(base(other.last_checkpoints))
    other.set_last_checkpoints_with_time([("q", 3.5)])
    found.append((other.last_checkpoints, other._last_checkpoints))
    other.set_last_checkpoints([f"{folder}/m-1", f"{folder}/m-2"])
    other.save(sess, f"{folder}/m", global_step=3)
    return [*found, sorted(os.listdir(folder))]


def switches():
    v()
    sess, folder = session(), tempfile.mkdtemp()
    saver = train.Saver()
    saver.save(sess, f"{folder}/m", write_state=False)
    saver.save(sess, f"{folder}/n", write_meta_graph=False, latest_filename="ll")
    saver.save(sess, f"{folder}/o", meta_graph_suffix="zork")
    return sorted(os.listdir(folder)), open(f"{folder}/ll").read().replace(folder, "F"), base(saver.last_checkpoints)


def relative():
    v()
    sess, folder = session(), tempfile.mkdtemp()
    before = os.getcwd()
    os.chdir(folder)
    saver = train.Saver()
    found = [saver.save(sess, "m"), open("checkpoint").read()]
    os.mkdir("sub")
    found += [saver.save(sess, "sub/n"), open("sub/checkpoint").read(), train.latest_checkpoint("sub")]
    found += [train.latest_checkpoint("."), train.latest_checkpoint("")]
    train.Saver(save_relative_paths=True).save(sess, f"{folder}/sub/z")
    found.append(open("sub/checkpoint").read())
    os.chdir(before)
    return found


def parts():
    p = v("p", [5, 2], partitioner=tf.fixed_size_partitioner(2))
    q = v("q")
    sess, found = session(), []
    wanted = [None, [p, q], {"pp": p, "qq": q}, {"ppl": list(p)}, [*p, q], [next(iter(p))], {"one": next(iter(p))}]
    for variables in wanted:
        train.Saver(variables).save(sess, f"{D}/parts")
        found.append(train.list_variables(f"{D}/parts"))
    return found


for function in (free_shape, reshaped, padded, steps, keeping, preserved, lists, switches, relative, parts):
    case(function.__name__, function)

C = f"{D}/cs"
os.mkdir(C)


def state(*args, name="checkpoint", **more):
    def run():
        train.update_checkpoint_state(*args, **more)
        return open(f"{C}/{name}").read()

    return run


case(
    "state",
    state(C, f"{C}/a-1", [f"{C}/a-0"], all_model_checkpoint_timestamps=[1.5, 2.5], last_preserved_timestamp=0.5),
)
case("get state", lambda: str(train.get_checkpoint_state(C)))
case("state adds", state(C, f"{C}/a-1", [f"{C}/a-0"]))
case("state other file", state(C, "rel", None, "lf", name="lf"))
case("state times", state(C, f"{C}/a-1", [f"{C}/a-0"], all_model_checkpoint_timestamps=[1.0]))
case("state conflict", state(C, f"{C}/checkpoint"))
case("generate", lambda: str(train.generate_checkpoint_state_proto(C, f"{C}/z")))
case("no state", lambda: train.get_checkpoint_state(f"{D}/nope"))
open(f"{C}/junk", "w").write("hello world")
case("junk state", lambda: train.get_checkpoint_state(C, "junk"))
open(f"{C}/junk2", "w").write('all_model_checkpoint_paths: "x"')
case("state without path", lambda: train.get_checkpoint_state(C, "junk2"))
case("latest gone", lambda: train.latest_checkpoint(C))
case("exists", lambda: [train.checkpoint_exists(f"{D}/{n}") for n in ("x", "nox", "x*")])
case("times", lambda: len(train.get_checkpoint_mtimes([f"{D}/x", f"{D}/nox"])))
case("load none", lambda: train.load_checkpoint(f"{D}/nox"))
case("load folder", lambda: train.load_checkpoint(C))
case("load variable none", lambda: train.load_variable(f"{D}/x", "qqq"))
case("load", lambda: (train.load_variable(f"{D}/x", "v").tolist(), train.load_variable(f"{D}/x", "v:0").tolist()))
reader = train.NewCheckpointReader(f"{D}/x")
case("reader", lambda: (reader.get_variable_to_shape_map(), reader.has_tensor("v"), reader.has_tensor("w")))
case("reader text", lambda: reader.debug_string())
case("reader none", lambda: reader.get_tensor("nope"))


def iterator():
    folder = tempfile.mkdtemp()
    found = [list(train.checkpoints_iterator(folder, timeout=0))]
    calls = []

    def enough():
        calls.append(1)
        return len(calls) > 1

    found += [list(train.checkpoints_iterator(folder, timeout=0, timeout_fn=enough)), calls]
    v()
    sess, saver = session(), train.Saver()
    saver.save(sess, f"{folder}/a", global_step=1)
    paths = train.checkpoints_iterator(folder, timeout=0)
    found.append(base([next(paths)]))
    saver.save(sess, f"{folder}/a", global_step=2)
    return [*found, base([next(paths)]), list(paths)]


def remove():
    v()
    train.Saver().save(session(), f"{C}/rm")
    train.remove_checkpoint(f"{C}/rm")
    return sorted(os.listdir(C))


case("iterator", iterator)
case("remove", remove)
case("remove none", lambda: train.remove_checkpoint(f"{C}/nothere"))


def definition():
    v()
    first = train.Saver()
    made = first.as_saver_def()
    texts = [str(made), str(first.to_proto())]  # now, because TensorFlow changes the message afterwards
    second = train.Saver(saver_def=made, name="qq").as_saver_def()
    third = train.Saver(max_to_keep=3, sharded=True, keep_checkpoint_every_n_hours=2.5).as_saver_def()
    return [text.splitlines() for text in (*texts, str(second), str(third))]


case("definition", definition)
case("bad definition", lambda: train.Saver(saver_def=3))
json.dump(results, open(sys.argv[1], "w"))
