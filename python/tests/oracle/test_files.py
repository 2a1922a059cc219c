"""Files go from one to the other: checkpoints, events, graphs, and runs that are resumed."""

import json
import os
import shutil
import subprocess

import numpy as np
import pytest
from conftest import ORACLE, PROGRAMS, run_program
from test_training import largest_difference


def listing(folder):
    names = []
    for root, _, files in os.walk(folder):
        for name in files:
            name = "events" if name.startswith("events.out.tfevents.") else name
            names.append(os.path.relpath(os.path.join(root, name), folder))
    return sorted(names)


def read_by_tensorflow(folder):
    script = PROGRAMS.parent / "read_files.py"
    done = subprocess.run([ORACLE, str(script), str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("program", ["mlp_adam", "cnn", "wide_deep"])
def test_folders_hold_the_same(both, program):
    runs = both(program)
    assert listing(runs["swift"][2]) == listing(runs["tf"][2])
    states = [(runs[side][2] / "checkpoint").read_text() for side in ("swift", "tf")]
    assert states[0] == states[1]


@pytest.mark.parametrize("program", ["mlp_adam", "wide_deep"])
def test_tensorflow_reads_our_files(both, program):
    runs = both(program)
    ours, theirs = read_by_tensorflow(runs["swift"][2]), read_by_tensorflow(runs["tf"][2])
    assert ours["latest"] == theirs["latest"]
    mine = runs["swift"][0]["last"]
    assert ours["variables"].keys() == theirs["variables"].keys() == mine.keys()
    for name, entry in ours["variables"].items():
        assert entry == mine[name], name
    assert ours["imported"] == ours["nodes"]
    assert ours["collections"] == theirs["collections"]
    assert sorted(map(tuple, ours["events"])) == sorted(map(tuple, theirs["events"]))


def test_tensorboard_reads_our_events(both):
    folder = both("mlp_adam")["swift"][2]
    script = (
        "import sys, json\n"
        "from tensorboard.backend.event_processing.event_accumulator import EventAccumulator\n"
        "a = EventAccumulator(sys.argv[1]); a.Reload()\n"
        "print(json.dumps({t: [[e.step, e.value] for e in a.Scalars(t)] for t in a.Tags()['scalars']}))\n"
    )
    done = subprocess.run([ORACLE, "-c", script, str(folder)], capture_output=True, text=True, check=True)
    scalars = json.loads(done.stdout.splitlines()[-1])
    assert {"loss", "accuracy_1", "global_step/sec"} <= scalars.keys()  # the metric has taken the plain name
    losses = both("mlp_adam")["swift"][0]["losses"]
    assert scalars["loss"] == [[step, pytest.approx(losses[step - 1])] for step in (1, 21, 41, 61, 81)]


@pytest.mark.parametrize("first, second", [("tf", "swift"), ("swift", "tf")])
def test_one_goes_on_where_the_other_stopped(both, tmp_path, first, second):
    """Training goes on from the other's checkpoint with the losses that the other would have had."""
    start = both("mlp_adam")[first][2]
    folders = {}
    for side in (first, second):
        folders[side] = tmp_path / side
        shutil.copytree(start, folders[side])
    expected, _ = run_program("resume", first, folders[first])
    found, log = run_program("resume", second, folders[second])
    assert found["first"] == expected["first"]
    assert largest_difference(found["losses"], expected["losses"]) < 1e-5
    assert found["last"].keys() == expected["last"].keys()
    assert np.frombuffer(bytes.fromhex(found["last"]["global_step"]["hex"]), np.int64)[0] == 130


@pytest.mark.parametrize("program", ["mlp_adam", "cnn"])
def test_threads_make_no_difference(tmp_path, program):
    runs = [
        run_program(program, "swift", tmp_path / str(count), {"SWIFTESTIMATOR_NUM_THREADS": str(count)})[0]
        for count in (1, 2)
    ]
    assert runs[0]["last"] == runs[1]["last"]
    assert runs[0]["losses"] == runs[1]["losses"]
