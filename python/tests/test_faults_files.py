"""Folders that cannot be written, and damaged checkpoints."""

import os
import pathlib
import shutil

import pytest
import swiftestimator.compat.v1 as tf
from faults_support import estimator, input_fn, run_python


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    estimator(folder, save_checkpoints_steps=2).train(input_fn(), steps=4)
    return folder


def test_missing_parents(tmp_path):
    estimator(tmp_path / "a" / "b" / "c").train(input_fn(), steps=1)
    assert tf.train.latest_checkpoint(str(tmp_path / "a" / "b" / "c")).endswith("model.ckpt-1")


def test_file_in_the_place_of_the_folder(tmp_path):
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises((tf.errors.OpError, OSError), match="file"):
            estimator(folder).train(input_fn(), steps=1)
    assert (tmp_path / "file").read_text() == "x"


def test_folder_that_cannot_be_written():
    if not os.path.isdir("/proc/self"):
        pytest.skip("needs /proc")
    with pytest.raises((tf.errors.OpError, OSError), match="/proc/self/nothing"):
        estimator("/proc/self/nothing").train(input_fn(), steps=1)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become nobody")
def test_read_only_folder(tmp_path):
    run_python(
        """
        import os, sys
        import swiftestimator.compat.v1 as tf
        from faults_support import *
        folder = sys.argv[1]
        for parent in (folder, os.path.dirname(folder), os.path.dirname(os.path.dirname(folder))):
            os.chmod(parent, 0o755)
        estimator(folder).train(input_fn(), steps=1)
        os.chmod(folder, 0o555)
        os.setuid(65534)
        try:
            estimator(folder).train(input_fn(), steps=1)
        except (tf.errors.PermissionDeniedError, PermissionError) as error:
            assert folder in str(error), error
        else:
            raise AssertionError("no error")
        assert len(list(estimator(folder).predict(input_fn(repeat=1)))) == 8
        """,
        arguments=[tmp_path],
    )


@pytest.mark.parametrize("limit", [0, 1, 100, 1000, 10_000, 40_000])
def test_full_disk(tmp_path, limit):
    """A limit of the size of files stands for a full disk; the checkpoint before is kept."""
    estimator(tmp_path, save_checkpoints_steps=2).train(input_fn(), steps=2)
    run_python(
        """
        import resource, signal, sys
        import swiftestimator.compat.v1 as tf
        from faults_support import *
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        folder, limit = sys.argv[1], int(sys.argv[2])
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        try:
            estimator(folder, save_checkpoints_steps=2).train(input_fn(), steps=4)
        except (tf.errors.OpError, OSError) as error:
            print(type(error).__name__, error)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        model = estimator(folder)
        step = int(tf.train.latest_checkpoint(folder).rpartition("-")[2])
        assert model.evaluate(input_fn(repeat=1))["global_step"] == step
        model.train(input_fn(), steps=2)
        assert model.get_variable_value("global_step") == step + 2
        """,
        arguments=[tmp_path, limit],
    )


def _damaged(folder, trained):
    shutil.copytree(trained, folder)
    return folder


@pytest.mark.parametrize("suffix", [".index", ".data-00000-of-00001"])
@pytest.mark.parametrize("damage", ["missing", "empty", "half", "folder"])
def test_damaged_checkpoint(tmp_path, trained, caplog, suffix, damage):
    folder = _damaged(tmp_path / "model", trained)
    path = folder / f"model.ckpt-4{suffix}"
    content = path.read_bytes()
    path.unlink()
    if damage == "folder":
        path.mkdir()
    elif damage != "missing":
        path.write_bytes(content[: len(content) // 2 if damage == "half" else 0])
    kinds = (
        tf.errors.NotFoundError,
        tf.errors.DataLossError,
        tf.errors.InvalidArgumentError,
        tf.errors.OutOfRangeError,
    )
    kinds += (tf.errors.FailedPreconditionError, ValueError)
    others = [p for p in folder.glob("model.ckpt-*.index") if "ckpt-4" not in p.name]
    for other in others:  # so that there is nothing to go back to
        other.rename(f"{other}.away")
    for call in (
        lambda m: m.train(input_fn(), steps=1),
        lambda m: m.evaluate(input_fn(repeat=1)),
        lambda m: list(m.predict(input_fn(repeat=1))),
        lambda m: m.get_variable_value("dense/kernel"),
    ):
        with pytest.raises(kinds, match=r"model\.ckpt-4"):
            call(estimator(folder))
        if (damage, suffix) == ("missing", ".index"):
            break  # then there is no checkpoint, and the others start from initial values, as in TensorFlow
    for other in others:
        pathlib.Path(f"{other}.away").rename(other)
    # The one before is whole.
    predictions = estimator(folder).predict(input_fn(repeat=1), checkpoint_path=str(folder / "model.ckpt-2"))
    assert len(list(predictions)) == 8
    if (damage, suffix) != ("missing", ".index"):
        with caplog.at_level("WARNING", logger="tensorflow"):
            assert estimator(folder).evaluate(input_fn(repeat=1))["global_step"] == 2
        assert "model.ckpt-4 is damaged" in caplog.text


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 100, b"model_checkpoint_path", b'model_checkpoint_path: "model.ckpt-99"', b"\xff\xfe{}"]
)
def test_damaged_state(tmp_path, trained, content):
    folder = _damaged(tmp_path / "model", trained)
    (folder / "checkpoint").write_bytes(content)
    try:
        list(estimator(folder).predict(input_fn(repeat=1)))
    except (tf.errors.OpError, ValueError) as error:
        assert str(folder) in str(error)
    try:
        estimator(folder).train(input_fn(), steps=1)
    except (tf.errors.OpError, ValueError) as error:
        assert str(folder) in str(error)


def test_checkpoint_of_another_model(tmp_path, trained):
    def other(features, labels, mode):
        loss = tf.reduce_mean(tf.layers.dense(features["x"], 7))
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=tf.assign_add(tf.train.get_global_step(), 1))

    folder = _damaged(tmp_path / "model", trained)
    with pytest.raises(tf.errors.InvalidArgumentError, match="dense/"):
        tf.estimator.Estimator(other, str(folder)).train(input_fn(), steps=1)


FUZZ = """
    import os, random, shutil, sys
    import swiftestimator.compat.v1 as tf
    from faults_support import *
    trained, folder, first, last = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    names = ["model.ckpt-4.index", "model.ckpt-4.data-00000-of-00001", "checkpoint", "graph.pbtxt", "model.ckpt-4.meta"]
    kinds = (tf.errors.OpError, ValueError)
    outcomes = {}
    tf.logging.set_verbosity(tf.logging.ERROR)
    for number in range(first, last):
        print("case", number, flush=True)
        rng = random.Random(number)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(trained, folder)
        name = names[0] if rng.random() < 0.6 else rng.choice(names)
        path = os.path.join(folder, name)
        content = bytearray(open(path, "rb").read())
        for _ in range(rng.choice([1, 1, 2, 5])):
            position = rng.randrange(len(content)) if rng.random() < 0.7 else max(0, len(content) - rng.randint(1, 48))
            kind = rng.randint(0, 4)
            if kind == 0:
                content[position] ^= 1 << rng.randint(0, 7)
            elif kind == 1:
                content[position] = rng.choice([0, 255, 127, 128])
            elif kind == 2:
                del content[position:]
            elif kind == 3:
                content[position:position] = bytes(rng.randrange(256) for _ in range(rng.randint(1, 20)))
            else:
                del content[position : position + rng.randint(1, 16)]
            if not content:
                break
        open(path, "wb").write(content)
        try:
            reader = tf.train.load_checkpoint(os.path.join(folder, "model.ckpt-4"))
            for variable in reader.get_variable_to_shape_map():
                reader.get_tensor(variable)
            outcome = "read"
        except kinds as error:
            outcome = type(error).__name__
            assert "model.ckpt-4" in str(error), error
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
        try:
            if number % 8 == 0:
                list(estimator(folder).predict(input_fn(repeat=1)))
            tf.train.get_checkpoint_state(folder)
        except (*kinds, TypeError, KeyError, NotImplementedError) as error:
            pass
    print(outcomes)
"""


@pytest.mark.parametrize("part", range(2))
def test_random_damage(tmp_path, trained, part):
    run_python(FUZZ, arguments=[trained, tmp_path / "model", part * 100, part * 100 + 100], timeout=300)
