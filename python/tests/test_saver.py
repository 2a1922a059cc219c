"""Savers, checkpoints, warm starts and damaged files, without TensorFlow."""

import os
import subprocess
import sys

import numpy as np
import pytest
import swiftestimator.compat.v1 as tf


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def variable(name="v", value=(1.0, 2.0)):
    return tf.get_variable(name, initializer=np.float32(value))


def session():
    made = tf.Session()
    made.run(tf.global_variables_initializer())
    return made


def test_names_of_a_checkpoint_are_the_programs(tmp_path):
    x, y = variable("x"), variable("y", [3.0])
    sess = session()
    tf.train.Saver({"a/b": x, "c": y}).save(sess, f"{tmp_path}/m", global_step=7)
    assert tf.train.list_variables(str(tmp_path)) == [("a/b", [2]), ("c", [1])]
    sess.run([x.assign([0.0, 0.0]), y.assign([0.0])])
    tf.train.Saver({"a/b": x}).restore(sess, f"{tmp_path}/m-7")
    np.testing.assert_array_equal(sess.run(x), [1, 2])
    np.testing.assert_array_equal(sess.run(y), [0])


def test_a_failed_restore_changes_nothing(tmp_path):
    x = variable("x")
    sess = session()
    prefix = tf.train.Saver([x]).save(sess, f"{tmp_path}/m")
    sess.run(x.assign([5.0, 6.0]))
    y = variable("y")
    sess.run(y.initializer)
    with pytest.raises(
        tf.errors.NotFoundError, match="Restoring from checkpoint failed.*a Variable name or other graph key"
    ):
        tf.train.Saver([x, y]).restore(sess, prefix)
    np.testing.assert_array_equal(sess.run(x), [5, 6])


def test_other_shapes_are_refused_unless_reshaping(tmp_path):
    prefix = tf.train.Saver([variable("x", [1.0, 2.0])]).save(session(), f"{tmp_path}/m")
    with tf.Graph().as_default():
        x = tf.get_variable("x", [2, 1])
        with pytest.raises(
            tf.errors.InvalidArgumentError, match="Restoring from checkpoint failed.*a mismatch between"
        ):
            tf.train.Saver().restore(tf.Session(), prefix)
        sess = tf.Session()
        tf.train.Saver(reshape=True).restore(sess, prefix)
        np.testing.assert_array_equal(sess.run(x), [[1], [2]])


def test_the_nodes_of_a_saver_work(tmp_path):
    """The graph's own save and restore nodes, as other programs find them by a SaverDef."""
    x = variable("x")
    for sharded in (False, True):
        definition = tf.train.Saver(sharded=sharded).as_saver_def()
        sess = session()
        path = f"{tmp_path}/{sharded}"
        sess.run(definition.save_tensor_name, {definition.filename_tensor_name: path})
        sess.run(x.assign([0.0, 0.0]))
        sess.run(definition.restore_op_name, {definition.filename_tensor_name: path})
        np.testing.assert_array_equal(sess.run(x), [1, 2])
        np.testing.assert_array_equal(tf.train.load_variable(path, "x"), [1, 2])
    assert sorted(f for f in os.listdir(tmp_path) if "temp" in f) == []


def test_a_saver_of_the_collection_is_the_one_that_is_used(tmp_path):
    def model_fn(features, labels, mode):
        w = tf.get_variable("w", [1], initializer=tf.ones_initializer())
        tf.get_variable("left_out", [1], initializer=tf.ones_initializer())
        saver = tf.train.Saver({"renamed": w, "global_step": tf.train.get_global_step()}, max_to_keep=1)
        tf.add_to_collection(tf.GraphKeys.SAVERS, saver)
        assert tf.get_collection(tf.GraphKeys.SAVERS) == [saver]
        loss = tf.reduce_sum(w * features)
        train_op = tf.train.GradientDescentOptimizer(0.1).minimize(loss, tf.train.get_global_step(), [w])
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

    estimator = tf.estimator.Estimator(model_fn, str(tmp_path))
    estimator.train(lambda: tf.data.Dataset.from_tensors([1.0]).repeat(), steps=2)
    assert estimator.get_variable_names() == ["global_step", "renamed"]
    assert [f for f in os.listdir(tmp_path) if f.endswith(".index")] == ["model.ckpt-2.index"]


def model_fn(features, labels, mode):
    w = tf.get_variable("w", [2], initializer=tf.ones_initializer())
    loss = tf.reduce_sum(w * features)
    train_op = tf.train.GradientDescentOptimizer(0.1).minimize(loss, tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, predictions={"w": w + 0.0}, loss=loss, train_op=train_op)


def input_fn():
    return tf.data.Dataset.from_tensors(np.float32([1, 2])).repeat(1000)


def damage(path):
    with open(path, "r+b") as file:
        file.seek(-2, os.SEEK_END)
        byte = file.read(1)
        file.seek(-2, os.SEEK_END)
        file.write(bytes([byte[0] ^ 1]))


@pytest.mark.parametrize("part", ["data-00000-of-00001", "index"])
def test_a_damaged_checkpoint_is_passed_over(tmp_path, caplog, part):
    config = tf.estimator.RunConfig(save_checkpoints_steps=2)
    estimator = tf.estimator.Estimator(model_fn, str(tmp_path), config)
    estimator.train(input_fn, max_steps=4)
    good = estimator.evaluate(input_fn, steps=1, checkpoint_path=f"{tmp_path}/model.ckpt-2")
    damage(tmp_path / f"model.ckpt-4.{part}")
    with caplog.at_level("WARNING", logger="tensorflow"):
        assert estimator.evaluate(input_fn, steps=1) == good
    assert "model.ckpt-4 is damaged" in caplog.text and "model.ckpt-2" in caplog.text
    prediction = next(estimator.predict(input_fn, yield_single_examples=False))
    np.testing.assert_array_equal(prediction["w"], tf.train.load_variable(f"{tmp_path}/model.ckpt-2", "w"))
    with pytest.raises((tf.errors.DataLossError, tf.errors.OutOfRangeError)):
        estimator.evaluate(input_fn, steps=1, checkpoint_path=f"{tmp_path}/model.ckpt-4")
    estimator.train(input_fn, steps=1)
    assert tf.train.latest_checkpoint(str(tmp_path)).endswith("model.ckpt-3")
    estimator.train(input_fn, max_steps=4)
    np.testing.assert_allclose(estimator.get_variable_value("w"), [0.6, 0.2], rtol=1e-6)


def test_nothing_is_passed_over_when_all_are_damaged(tmp_path):
    estimator = tf.estimator.Estimator(model_fn, str(tmp_path))
    estimator.train(input_fn, steps=1)
    for step in (0, 1):
        damage(tmp_path / f"model.ckpt-{step}.data-00000-of-00001")
    with pytest.raises(tf.errors.DataLossError):
        estimator.train(input_fn, steps=1)


def test_leftovers_of_dead_processes_are_removed(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    dead = tmp_path / f"model.ckpt-9.index.tempstate{process.pid}_1_1700000000000000"
    alive = tmp_path / f"model.ckpt-9.index.tempstate{os.getppid()}_1_1700000000000000"
    others = [tmp_path / "x.tempstate", tmp_path / "x.tempstate12_a_3", tmp_path / "notes.txt"]
    for path in (dead, alive, *others):
        path.write_bytes(b"x")
    variable()
    tf.train.Saver().save(session(), f"{tmp_path}/m")
    assert not dead.exists()
    assert alive.exists() and all(path.exists() for path in others)


def test_a_file_that_somebody_has_open_stays(tmp_path):
    """Another machine's process: its number says nothing here, but its lock does."""
    import fcntl

    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    path = tmp_path / f"m.index.tempstate{process.pid}_1_1700000000000000"
    variable()
    sess = session()
    with open(path, "wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        tf.train.Saver().save(sess, f"{tmp_path}/m")
        assert path.exists()
    tf.train.Saver().save(sess, f"{tmp_path}/m")
    assert not path.exists()


def test_warm_start_of_an_exported_layout(tmp_path):
    estimator = tf.estimator.Estimator(model_fn, str(tmp_path / "first"))
    estimator.train(input_fn, steps=2)
    (tmp_path / "saved/variables").mkdir(parents=True)
    for suffix in ("index", "data-00000-of-00001"):
        source = tmp_path / f"first/model.ckpt-2.{suffix}"
        (tmp_path / f"saved/variables/variables.{suffix}").write_bytes(source.read_bytes())
    second = tf.estimator.Estimator(model_fn, str(tmp_path / "second"), warm_start_from=str(tmp_path / "saved"))
    prediction = next(second.predict(input_fn, yield_single_examples=False))
    np.testing.assert_array_equal(prediction["w"], estimator.get_variable_value("w"))


def test_iterating_logs_and_waits(tmp_path):
    variable()
    sess, saver = session(), tf.train.Saver()
    saver.save(sess, f"{tmp_path}/m", global_step=1)
    found = tf.train.checkpoints_iterator(str(tmp_path), min_interval_secs=0, timeout=0)
    assert next(found).endswith("m-1")
    with pytest.raises(StopIteration):
        next(found)
