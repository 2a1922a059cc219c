"""Whole stories of Estimators: files, events, checkpoints, logs, traces, results and errors, next to TensorFlow's."""

import difflib
import functools
import json
import os
import re
import subprocess

import pytest
from conftest import ORACLE, PROGRAMS, run_program

TOLERANCE = 2e-4
TIMES = [
    (r"\d{4}-\d\d-\d\dT[\d:]+", "STARTED"), (r"\d{4}-\d\d-\d\d-[\d:]+", "FINISHED"), (r"\([\d.]+ sec\)", "(SEC)"),
    (r"(/sec: ).*", r"\1N"), (r"(Inference Time : ).*", r"\1N"), (r"\b\d{10}\b", "TIME"),
]  # fmt: skip
# What TensorFlow says of its own use of old functions, and waits for the second that names a folder; what only we say of
# an input that ends before ``max_steps``.
UNCOMPARED = ("WARNING From ", "WARNING Directory ", "WARNING The input ended at global step ")
NUMBER = re.compile(r"-?\d+\.\d+(?:e[+-]?\d+)?|-?\d+e[+-]?\d+")

# What differs on purpose, and why
REASONS = [
    # TensorFlow restores a variable of another shape without a word; what is trained then is not the model.
    ("other_variables_later", ".*"),
    # Queues are datasets here, and have no summary of how full they are.
    ("numpy_input", "fraction_over|/files/events|step = "),
    # Nothing makes TensorFlow's readers of the global step wait here, or the update wait for them; we read first.
    ("step_jumps|tensor_input|input_tensors", "step = |/log|/files|/trace"),
    # The configuration of an evaluator shows its fields in the order of all other tasks.
    ("task_of_evaluator", "Using config"),
    # Tensors of placeholders and ops have one class.
    ("input_array_only", "SymbolicTensor"),
    # A metric of several parts is shown by its parts, without the names that a dict gives them.
    ("metrics_of_each_kind", r"nested = "),
]


def read(folders):
    script = PROGRAMS.parent / "read_folder.py"
    done = subprocess.run([ORACLE, str(script), *map(str, folders)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def lines(log, folder):
    """Log lines without times, and without the session's configuration, which TensorFlow prints over several lines."""
    result = []
    for line in log:
        if "Using config" in line:
            line = re.sub(
                r"'_session_config': .*?, '_keep", "'_session_config': SESSION, '_keep", line, flags=re.DOTALL
            )
            line = re.sub(r"<[\w.]* object at 0x\w+>", "OBJECT", line)
            line = re.sub(r"ClusterSpec\(\{\}\)", "OBJECT", line)
        line = re.sub(r"(listener: ).*", r"\1LISTENER", line.replace(folder, "FOLDER"))
        line = re.sub(r"/\S*model\.ckpt", "FOLDER/model.ckpt", line)
        for pattern, replacement in TIMES:
            line = re.sub(pattern, replacement, line)
        line = re.sub(r"(An error was raised).*", r"\1", line, flags=re.DOTALL)
        if not line.startswith(UNCOMPARED):
            result.append(line)
    return result


def differences(ours, theirs, path="", tolerance=TOLERANCE):
    """Where two structures differ; numbers, also those in texts, within a tolerance."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for key in theirs.keys() - ours.keys():
            yield f"{path}/{key}: missing, TensorFlow has {str(theirs[key])[:200]}"
        for key in ours.keys() - theirs.keys():
            yield f"{path}/{key}: not TensorFlow's: {str(ours[key])[:200]}"
        for key in theirs:
            if key in ours:
                yield from differences(ours[key], theirs[key], f"{path}/{key}", tolerance)
    elif isinstance(theirs, list) and isinstance(ours, list):
        if len(ours) != len(theirs):
            texts = [[json.dumps(x, sort_keys=True) for x in side] for side in (theirs, ours)]
            changes = [d for d in difflib.ndiff(*texts) if d[0] in "+-"]
            yield f"{path}: {len(ours)} against {len(theirs)}: " + " | ".join(d[:400] for d in changes[:8])
            return
        for index, (a, b) in enumerate(zip(ours, theirs)):
            yield from differences(a, b, f"{path}[{index}]", tolerance)
    elif isinstance(theirs, float | int) and isinstance(ours, float | int) and not isinstance(theirs, bool):
        if abs(ours - theirs) > tolerance * max(1e-2, abs(theirs)):
            yield f"{path}: {ours} against {theirs}"
    elif isinstance(theirs, str) and isinstance(ours, str):
        # How wide NumPy prints an array depends on the last bit of one of its numbers.
        ours, theirs = (re.sub(r"\s+", " ", text) for text in (ours, theirs))
        if ours == theirs:
            return
        if NUMBER.sub("#", ours) != NUMBER.sub("#", theirs):
            yield f"{path}: {ours!r} against {theirs!r}"
            return
        for a, b in zip(NUMBER.findall(ours), NUMBER.findall(theirs)):
            yield from differences(float(a), float(b), f"{path}: {ours!r} against {theirs!r}", tolerance)
    elif ours != theirs:
        yield f"{path}: {ours!r} against {theirs!r}"


@functools.lru_cache
def told(program, base):
    """{side: {scenario: everything}} of a program, run once."""
    result = {}
    for side in ("tf", "swift"):
        root = f"{base}/{side}"
        os.makedirs(root, exist_ok=True)
        found, _ = run_program(program, side, root)
        folders = read([f"{root}/{name}" for name in found])
        for name, entry in found.items():
            folder = f"{root}/{name}"
            entry["log"] = lines(entry["log"], folder)
            entry["trace"] = [t.replace(folder, "FOLDER") for t in entry["trace"]]
            entry.pop("message", None)
            entry["files"] = folders[folder]
        result[side] = found
    return result


def names(program):
    text = (PROGRAMS / f"{program}.py").read_text()
    return re.findall(r"@scenario\ndef (\w+)", text)


@pytest.fixture(scope="session")
def stories(tmp_path_factory):
    base = tmp_path_factory.mktemp("scenarios")
    return lambda program: told(program, f"{base}/{program}")


@pytest.mark.parametrize("program", ["scenarios_train", "scenarios_evaluate", "scenarios_drivers", "scenarios_more"])
def test_stories(stories, program):
    sides = stories(program)
    assert sides["swift"].keys() == sides["tf"].keys()
    found = {}
    for name, theirs in sides["tf"].items():
        different = [d for d in differences(sides["swift"][name], theirs) if not reason(name, d)]
        if different:
            found[name] = different
    assert not found, json.dumps(found, indent=1)[:20000]


def reason(name, difference):
    return any(re.match(n, name) and re.search(d, difference) for n, d in REASONS)
