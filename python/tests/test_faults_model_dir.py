"""A model_dir that others write to, that can't be written, or whose event files are damaged; params that can't be copied."""

import glob
import os
import threading

import numpy as np
import pytest
import swiftestimator.compat.v1 as tf
from faults_support import estimator, input_fn, model_fn, run_python, start_python

TRAIN = """
import sys
from faults_support import estimator, input_fn
made = estimator(sys.argv[1], save_checkpoints_steps=2, keep_checkpoint_max=3)
print("started", flush=True)
made.train(input_fn(), steps=int(sys.argv[2]))
print(int(made.get_variable_value("global_step")))
"""


def test_two_processes_train_in_one_folder(tmp_path):
    """Each saves over the other; both end, and what is there at the end is one whole checkpoint."""
    processes = [start_python(TRAIN, [tmp_path, 12]) for _ in range(2)]
    for process in processes:
        output, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors[-3000:]
        assert "started" in output
    made = estimator(tmp_path)
    step = int(made.get_variable_value("global_step"))
    assert step >= 12
    assert made.latest_checkpoint().endswith(f"model.ckpt-{step}")
    assert not [name for name in os.listdir(tmp_path) if "tmp" in name or "temp" in name]
    made.train(input_fn(), steps=1)
    assert int(made.get_variable_value("global_step")) == step + 1


def test_evaluation_while_another_process_trains(tmp_path):
    """Checkpoints come and go below the reader; an evaluation has numbers of one step, or says which file has gone."""
    estimator(tmp_path).train(input_fn(), steps=1)
    process = start_python(TRAIN, [tmp_path, 40])
    results = []
    try:
        while process.poll() is None and len(results) < 5:
            try:
                results.append(estimator(tmp_path).evaluate(input_fn(), steps=1))
            except tf.errors.NotFoundError as error:
                assert "model.ckpt" in str(error)
    finally:
        output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors[-3000:]
    assert results
    assert all(np.isfinite(r["loss"]) for r in results)


@pytest.fixture
def trained(tmp_path):
    made = estimator(tmp_path / "model", save_checkpoints_steps=2, save_summary_steps=1)
    made.train(input_fn(), steps=4)
    tf.summary.FileWriterCache.clear()
    return tmp_path / "model"


@pytest.mark.parametrize("damage", ["empty", "half", "garbage", "folder", "flipped"])
def test_damaged_event_files(trained, damage):
    """Event files are only written: a bad one stops nothing, and is left as it is."""
    (path,) = glob.glob(str(trained / "events*"))
    with open(path, "rb") as file:
        content = file.read()
    if damage == "folder":
        os.remove(path)
        os.mkdir(path)
    else:
        changed = {
            "empty": b"", "half": content[: len(content) // 2], "garbage": os.urandom(500),
            "flipped": content[:100] + bytes([content[100] ^ 1]) + content[101:],
        }[damage]  # fmt: skip
        with open(path, "wb") as file:
            file.write(changed)
    made = estimator(trained)
    made.train(input_fn(), steps=2)
    made.evaluate(input_fn(repeat=1))
    assert int(made.get_variable_value("global_step")) == 6


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_read_only_folder_serves(trained):
    """Predicting and reading need no writing; training and evaluating say what can't be written."""
    os.chmod(trained, 0o500)
    try:
        made = estimator(trained)
        assert len(list(made.predict(input_fn(repeat=1)))) == 8
        assert "global_step" in made.get_variable_names()
        with pytest.raises(tf.errors.PermissionDeniedError, match="model"):
            made.train(input_fn(), steps=1)
        with pytest.raises(tf.errors.PermissionDeniedError, match="eval"):
            made.evaluate(input_fn(repeat=1))
    finally:
        os.chmod(trained, 0o700)


def test_read_only_folder_of_another_user(tmp_path):
    """The same for root, who may write anywhere: a folder below a file."""
    (tmp_path / "file").write_text("")
    made = estimator(tmp_path / "file" / "model")
    with pytest.raises(tf.errors.OpError, match="file"):
        made.train(input_fn(), steps=1)
    assert len(list(estimator(tmp_path / "other").predict(input_fn(repeat=1)))) == 8


FULL = """
import resource, signal, sys
from faults_support import estimator, input_fn
import swiftestimator.compat.v1 as tf
made = estimator(sys.argv[1])
made.train(input_fn(), steps=1)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10, resource.RLIM_INFINITY))
for call in (lambda: made.train(input_fn(), steps=1), lambda: made.evaluate(input_fn(repeat=1))):
    try:
        call()
        print("no error")
    except tf.errors.OpError as error:
        print(type(error).__name__)
print(len(list(made.predict(input_fn(repeat=1)))))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
made.train(input_fn(), steps=1)
print(sorted(made.evaluate(input_fn(repeat=1))))
"""


def test_full_disk_in_every_call(tmp_path):
    lines = run_python(FULL, arguments=[tmp_path]).stdout.splitlines()
    assert lines[0] != "no error"
    assert lines[1] != "no error"
    assert lines[2:] == ["8", "['global_step', 'loss']"]


@pytest.mark.parametrize("wrap", [lambda x: {"lock": x}, lambda x: {"a": 1, "deep": {"list": [1, x]}}, lambda x: [x]])
def test_params_that_can_not_be_copied(tmp_path, wrap):
    """The error names the entry; the process and the folder are as they were."""
    params = wrap(threading.Lock())
    with pytest.raises(TypeError, match="cannot pickle '_thread.lock' object") as caught:
        tf.estimator.Estimator(model_fn, str(tmp_path / "model"), params=params)
    if isinstance(params, dict):
        assert f"params['{list(params)[-1]}']" in str(caught.value)
    assert not (tmp_path / "model").exists()


def test_interrupted_evaluation_and_prediction_leave_a_usable_folder(trained):
    class Interrupts(tf.train.SessionRunHook):
        def after_run(self, run_context, run_values):
            raise KeyboardInterrupt

    made = estimator(trained)
    before = sorted(os.listdir(trained))
    for call in (made.evaluate, lambda *a, **k: list(made.predict(*a, **k))):
        with pytest.raises(KeyboardInterrupt):
            call(input_fn(repeat=1), hooks=[Interrupts()])
    assert sorted(os.listdir(trained)) == before
    assert made.evaluate(input_fn(repeat=1))["global_step"] == 4
