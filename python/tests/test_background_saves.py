"""Checkpoints that are written while training goes on: what is in them, and what happens when they cannot be written."""

import os
import tempfile

import numpy as np
import pytest
import swiftestimator.compat.v1 as tf
from faults_support import estimator, input_fn, run_python

COUNT = 3


def counting_fn(size):
    """Each step adds a number of its own to every element of ``COUNT`` variables."""

    def model_fn(features, labels, mode):
        step = tf.train.get_or_create_global_step()
        updates = []
        for number in range(COUNT):
            v = tf.get_variable(f"v{number}", [size], tf.float64, tf.zeros_initializer(), trainable=False)
            updates.append(tf.assign_add(v, tf.fill([size], tf.constant(number + 1.0, tf.float64))))
        with tf.control_dependencies(updates):
            train_op = tf.assign_add(step, 1)
        return tf.estimator.EstimatorSpec(mode, loss=tf.reduce_mean(features), train_op=train_op)

    return model_fn


def ones():
    return tf.data.Dataset.from_tensors(np.ones([1], np.float32)).repeat()


def counting(folder, size=1000, **config):
    return tf.estimator.Estimator(counting_fn(size), str(folder), tf.estimator.RunConfig(**config))


def check(prefix, step, size):
    reader = tf.train.load_checkpoint(prefix)
    assert reader.get_tensor("global_step") == step
    for number in range(COUNT):
        value = reader.get_tensor(f"v{number}")
        assert value.shape == (size,)
        assert (value == step * (number + 1)).all(), (prefix, number, value)


@pytest.mark.parametrize("size", [1, 1000, 700_000])
def test_each_checkpoint_is_of_one_moment(tmp_path, size):
    """Steps that are made while a checkpoint is being written do not show in it."""
    steps = 60 if size < 10_000 else 12
    counting(tmp_path, size, save_checkpoints_steps=2, keep_checkpoint_max=None).train(ones, steps=steps)
    state = tf.train.get_checkpoint_state(str(tmp_path))
    assert state.model_checkpoint_path == str(tmp_path / f"model.ckpt-{steps}")
    found = sorted(int(p.name.split("-")[1].split(".")[0]) for p in tmp_path.glob("model.ckpt-*.index"))
    assert found[0] == 0
    assert found[-1] == steps
    assert len(found) >= steps // 2
    for step in found:
        check(str(tmp_path / f"model.ckpt-{step}"), step, size)
        assert (tmp_path / f"model.ckpt-{step}.meta").exists()
    assert not [p for p in tmp_path.iterdir() if "temp" in p.name]


@pytest.mark.parametrize("keep", [1, 2, 5])
def test_old_checkpoints_are_deleted(tmp_path, keep):
    counting(tmp_path, save_checkpoints_steps=1, keep_checkpoint_max=keep).train(ones, steps=300)
    steps = list(range(301 - keep, 301))
    names = sorted(p.name for p in tmp_path.iterdir() if p.name.startswith("model.ckpt"))
    suffixes = ("data-00000-of-00001", "index", "meta")
    assert names == sorted(f"model.ckpt-{step}.{suffix}" for step in steps for suffix in suffixes)
    state = tf.train.get_checkpoint_state(str(tmp_path))
    assert list(state.all_model_checkpoint_paths) == [str(tmp_path / f"model.ckpt-{step}") for step in steps]
    for step in steps:
        check(str(tmp_path / f"model.ckpt-{step}"), step, 1000)


def test_events_name_the_checkpoints(tmp_path):
    counting(tmp_path, save_checkpoints_steps=10).train(ones, steps=30)
    steps = []
    for path in tmp_path.glob("events.*"):
        for event in tf.train.summary_iterator(str(path)):
            if event.HasField("session_log") and event.session_log.checkpoint_path:
                assert event.session_log.checkpoint_path == str(tmp_path / "model.ckpt")
                steps.append(event.step)
    assert steps == [0, 10, 20, 30]


def test_log_lines_keep_their_order(tmp_path, caplog):
    with caplog.at_level("INFO", logger="tensorflow"):
        counting(tmp_path, save_checkpoints_steps=10, keep_checkpoint_max=0).train(ones, steps=20)
    lines = [r.getMessage() for r in caplog.records]
    lines = [
        line for line in lines if "checkpoint" in line and ("listeners" in line or "aving" in line or "model." in line)
    ]
    expected = []
    for step in (0, 10, 20):
        expected += [
            f"Calling checkpoint listeners before saving checkpoint {step}...",
            f"Saving checkpoints for {step} into {tmp_path / 'model.ckpt'}.",
            f"model.ckpt-{step} is not in all_model_checkpoint_paths. Manually adding it.",
            f"Calling checkpoint listeners after saving checkpoint {step}...",
        ]
    assert lines == expected


def test_code_of_the_program_finds_the_files(tmp_path):
    """Hooks and listeners see the folder as TensorFlow leaves it for them."""
    seen = []

    class Looking(tf.train.SessionRunHook):
        def begin(self):
            self.step = tf.train.get_global_step()

        def before_run(self, context):
            return tf.train.SessionRunArgs(self.step)

        def after_run(self, context, values):
            step = context.session.run(self.step)
            if step % 5 == 0:
                seen.append(sorted(os.listdir(tmp_path)))
                assert f"model.ckpt-{step}.meta" in seen[-1]
                assert f'model_checkpoint_path: "model.ckpt-{step}"' in (tmp_path / "checkpoint").read_text()

    class Listener(tf.train.CheckpointSaverListener):
        def after_save(self, session, step):
            assert f"model.ckpt-{step}.index" in os.listdir(tmp_path)
            seen.append(step)

    model = counting(tmp_path, 100_000, save_checkpoints_steps=5)
    model.train(ones, steps=10, hooks=[Looking()])
    assert len(seen) == 2
    model.train(ones, steps=10, saving_listeners=[Listener()])
    assert seen[2:] == [10, 15, 20]


FAILING = """
    import os, resource, shutil, signal, sys
    import swiftestimator.compat.v1 as tf
    from test_background_saves import *
    folder, what = sys.argv[1:]
    tf.logging.set_verbosity(tf.logging.ERROR)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    def small_files():
        if what == "size":
            resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))

    # Spoils the folder in the middle of the training, from a place that does not look at files.
    calls = []
    def rows():
        for number in range(10**6):
            if number == 30:
                calls.append(number)
                small_files()
                if what == "folder":
                    os.rename(folder, folder + ".away")
                if what == "read-only":
                    os.chmod(folder, 0o555)
                    os.setuid(65534)
            yield np.ones([1], np.float32)

    size = 50_000
    def train(steps):
        data = lambda: tf.data.Dataset.from_generator(rows, tf.float32, [1])
        counting(folder, size, save_checkpoints_steps=7, keep_checkpoint_max=3, save_summary_steps=10**6,
            log_step_count_steps=10**6).train(data, steps=steps)

    try:
        train(200)
    except (tf.errors.OpError, OSError) as error:
        print(type(error).__name__, error)
        assert "model" in str(error) or folder in str(error), error
    else:
        raise AssertionError("the failure was lost")
    assert calls == [30]
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    if what == "folder":
        shutil.rmtree(folder, ignore_errors=True)  # what was written after the folder had gone
        os.rename(folder + ".away", folder)
    latest = tf.train.latest_checkpoint(folder)
    step = int(latest.rpartition("-")[2])
    assert 21 <= step <= 42, step
    check(latest, step, size)
    if what != "read-only":
        names = os.listdir(folder)
        # Nobody finds the unfinished files of a folder that has been moved, until the next training sweeps them.
        assert what == "folder" or not [n for n in names if "temp" in n], names
        rows = lambda: iter([np.ones([1], np.float32)] * 5)
        train(5)
        check(tf.train.latest_checkpoint(folder), step + 5, size)
"""


@pytest.mark.parametrize("what", ["size", "folder", "read-only"])
def test_failures_come_out_of_the_training(what):
    if what == "read-only" and os.geteuid() != 0:
        pytest.skip("needs root to become nobody")
    # Not below pytest's own folder, which others than root cannot enter.
    with tempfile.TemporaryDirectory() as parent:
        os.chmod(parent, 0o755)
        folder = os.path.join(parent, "model")
        os.mkdir(folder)
        run_python(FAILING, arguments=[folder, what])


def test_another_failure_of_the_training_does_not_hide_the_checkpoint(tmp_path):
    def rows():
        for number in range(11):
            if number == 10:
                raise ValueError("no more rows")
            yield np.ones([1], np.float32)

    model = counting(tmp_path, 200_000, save_checkpoints_steps=2)
    with pytest.raises(Exception, match="no more rows"):
        model.train(lambda: tf.data.Dataset.from_generator(rows, tf.float32, [1]), steps=50)
    latest = tf.train.latest_checkpoint(str(tmp_path))
    assert latest is not None
    check(latest, int(latest.rpartition("-")[2]), 200_000)
    assert not [p for p in tmp_path.iterdir() if "temp" in p.name]


def test_end_of_the_process(tmp_path):
    """A process that ends right after a training, in whatever way, leaves a whole checkpoint."""
    for number, end in enumerate(["sys.exit(0)", "os._exit(0)", "os.kill(os.getpid(), 9)"]):
        folder = tmp_path / str(number)
        run_python(
            f"""
            import os, sys
            from test_background_saves import *
            tf.logging.set_verbosity(tf.logging.ERROR)
            counting(sys.argv[1], 100_000, save_checkpoints_steps=3).train(ones, steps=10)
            {end}
            """,
            arguments=[folder],
            check=False,
        )
        check(tf.train.latest_checkpoint(str(folder)), 10, 100_000)
        assert not [p for p in folder.iterdir() if "temp" in p.name]


def test_forks(tmp_path):
    """A child finds what its parent has saved, and can train itself."""
    run_python(
        """
        import os, sys
        from test_background_saves import *
        tf.logging.set_verbosity(tf.logging.ERROR)
        folder = sys.argv[1]
        model = counting(folder, 100_000, save_checkpoints_steps=3)
        model.train(ones, steps=10)
        with tf.Graph().as_default(), tf.Session() as session:
            v = tf.get_variable("v", [1000])
            session.run(v.initializer)
            saver = tf.train.Saver(max_to_keep=None)
            for number in range(5):
                saver.save(session, os.path.join(folder, "other"), number, latest_filename="others")
            child = os.fork()
            if child == 0:
                status = 1
                try:
                    check(tf.train.latest_checkpoint(folder), 10, 100_000)
                    for number in range(5, 8):
                        saver.save(session, os.path.join(folder, "other"), number, latest_filename="others")
                    model.train(ones, steps=10)
                    check(tf.train.latest_checkpoint(folder), 20, 100_000)
                    status = 0
                finally:
                    os._exit(status)
            assert os.waitpid(child, 0)[1] == 0
        check(tf.train.latest_checkpoint(folder), 20, 100_000)
        assert not [n for n in os.listdir(folder) if "temp" in n]
        """,
        arguments=[tmp_path],
    )


def test_savers_of_the_program(tmp_path):
    """``Saver.save`` returns when the files have their names, and the old ones are gone."""
    with tf.Graph().as_default(), tf.Session() as session:
        v = tf.get_variable("v", [300_000], initializer=tf.ones_initializer())
        bump = tf.assign_add(v, tf.ones([300_000]))
        session.run(v.initializer)
        savers = [tf.train.Saver(max_to_keep=n) for n in (1, 2, None)]
        for step in range(1, 9):
            for number, saver in enumerate(savers):
                folder = tmp_path / str(number)
                folder.mkdir(exist_ok=True)
                path = saver.save(session, str(folder / "m"), step)
                assert path == str(folder / f"m-{step}")
                kept = range(max(1, step + 1 - (number + 1)), step + 1) if number < 2 else range(1, step + 1)
                assert sorted(p.name for p in folder.glob("*.index")) == [f"m-{n}.index" for n in kept]
                assert (tf.train.load_checkpoint(path).get_tensor("v") == step).all()
            session.run(bump.op)
        again = savers[0].save(session, str(tmp_path / "same"))
        session.run(bump.op)
        assert savers[0].save(session, str(tmp_path / "same")) == again
        assert (tf.train.load_checkpoint(again).get_tensor("v") == 10).all()
        savers[0].restore(session, str(tmp_path / "1" / "m-7"))
        assert (session.run(v) == 7).all()


def test_damage_in_a_large_value_is_found(tmp_path):
    """Large values are read in pieces by several threads."""
    size = 5_000_000
    with tf.Graph().as_default(), tf.Session() as session:
        v = tf.get_variable("v", initializer=tf.range(size))
        session.run(v.initializer)
        saver = tf.train.Saver()
        path = saver.save(session, str(tmp_path / "m"))
        file = tmp_path / "m.data-00000-of-00001"
        content = bytearray(file.read_bytes())
        assert content == np.arange(size, dtype=np.int32).tobytes()
        for position in (0, 1 << 20, len(content) - 1):
            content[position] ^= 4
            file.write_bytes(content)
            with pytest.raises(tf.errors.DataLossError, match="checksum"):
                saver.restore(session, path)
            content[position] ^= 4
        file.write_bytes(content)
        session.run(tf.assign(v, tf.zeros_like(v)).op)
        saver.restore(session, path)
        assert (session.run(v) == np.arange(size)).all()


def test_evaluation_between(tmp_path):
    """Evaluations during and after a training use what has been saved last."""
    model = estimator(tmp_path, save_checkpoints_steps=5)
    train = tf.estimator.TrainSpec(input_fn(), max_steps=20)
    steps = []

    class After(tf.train.CheckpointSaverListener):
        def after_save(self, session, step):
            steps.append(model.get_variable_value("global_step"))
            assert steps[-1] == step

    metrics, _ = tf.estimator.train_and_evaluate(
        model, train, tf.estimator.EvalSpec(input_fn(repeat=1), throttle_secs=0, start_delay_secs=0)
    )
    assert metrics["global_step"] == 20
    model.train(input_fn(), steps=10, saving_listeners=[After()])
    assert steps == [20, 25, 30]
    assert model.evaluate(input_fn(repeat=1))["global_step"] == 30
