"""Workloads side by side with TensorFlow 2.15, PyTorch and JAX, alternating, and their table in README.md.

Environment variables name Pythons that have them: SWIFTESTIMATOR_ORACLE_PYTHON (TensorFlow), SWIFTESTIMATOR_TORCH_PYTHON and
SWIFTESTIMATOR_JAX_PYTHON; what is not named is not measured. README.md is written when TensorFlow and all workloads are.
``compare.py [--pairs N] [workload ...]``
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

from programs.report import duration, machine, write_section

PROGRAMS = pathlib.Path(__file__).parent / "programs"
ORACLE = os.environ.get("SWIFTESTIMATOR_ORACLE_PYTHON")
OTHERS = {
    name: (os.environ.get(f"SWIFTESTIMATOR_{name.upper()}_PYTHON"), PROGRAMS / f"{name}_workloads.py")
    for name in ("torch", "jax")
}
LABELS = {"tf": "TensorFlow 2.15", "torch": "PyTorch", "jax": "JAX"}
WORKLOADS = {
    "import": "import, beyond NumPy's",
    "session": "`session.run` of `x * 2 + 1`, 4 floats",
    "mlp_small": "a training step, 4-10-10-10, batch 32, Adam",
    "mlp": "a training step, 784-512-256-10, batch 128, Adam",
    "wide_deep": "a training step, 26 ids of 20,000 x 16 and three layers, batch 256, Adagrad",
    "cnn": "a training step, two 5x5 convolutions and a dense layer of 1024, batch 100, SGD",
    "predict_one": "a call of `predict` for one example",
    "predict_bulk": "an example of a long `predict`",
    "checkpoint": "256 MB",
    "checkpoint_training": "what a training waits for a checkpoint of 256 MB",
}
# Programs without a counterpart in a library.
MISSING = {("jax", "checkpoint")}


def backends():
    """What each backend runs: ours first."""
    commands = {"swift": [sys.executable, str(PROGRAMS / "workloads.py"), "swift"]}
    if ORACLE:
        commands["tf"] = [ORACLE, str(PROGRAMS / "workloads.py"), "tf"]
    return commands | {name: [python, str(program)] for name, (python, program) in OTHERS.items() if python}


def measure(backend, command, workload):
    environment = {k: v for k, v in os.environ.items() if backend == "swift" or k != "PYTHONPATH"}
    done = subprocess.run([*command, workload], capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        sys.exit(f"{backend} {workload} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def median(runs, key):
    return statistics.median(run[key] for run in runs)


def row(workload, key, runs):
    """One line of the table and of the output: times, and how many times ours theirs are."""
    ours = runs["swift"]
    what = WORKLOADS[workload] + {"write_us": ", written", "read_us": ", read"}.get(key, "")
    cells, words = [], [f"{workload:13} {duration(median(ours, key)):>10}"]
    for name in LABELS:
        theirs = runs.get(name)
        if not theirs:
            cells.append("")
            continue
        ratios = sorted(t[key] / s[key] for s, t in zip(ours, theirs, strict=True))
        ratio = statistics.median(ratios)
        cells.append(
            f"{duration(median(theirs, key))}: **{ratio:.1f}x** ({ratios[0]:.1f} to {ratios[-1]:.1f})"
            if name == "tf"
            else f"{duration(median(theirs, key))}: {ratio:.1f}x"
        )
        words.append(f"{name} {duration(median(theirs, key))} {ratio:.2f}x ({ratios[0]:.2f}..{ratios[-1]:.2f})")
    memory = " / ".join(f"{median(runs[n], 'peak_mb'):.0f}" if n in runs else "-" for n in ("swift", *LABELS))
    print("  ".join(words), f"  {memory} MB", flush=True)
    return f"| {workload} | {what} | {duration(median(ours, key))} | {' | '.join(cells)} | {memory} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("workloads", nargs="*", default=list(WORKLOADS))
    options = parser.parse_args()
    head, commands, rows = machine(), backends(), []
    for workload in options.workloads:
        names = [name for name in commands if (name, workload) not in MISSING]
        runs = {name: [] for name in names}
        for number in range(options.pairs):
            # Nobody is always the first.
            turn = number % len(names)
            for name in names[turn:] + names[:turn]:
                runs[name].append(measure(name, commands[name], workload))
        rows += [row(workload, key, runs) for key in runs["swift"][0] if key != "peak_mb"]
    if ORACLE and set(options.workloads) == set(WORKLOADS):
        write_section("Workloads", METHOD.format(rounds=options.pairs, machine=head) + "\n".join(rows))


METHOD = """The same program ([programs/workloads.py](programs/workloads.py)) runs on TensorFlow and on this package, in processes
of their own, in turns; {rounds} rounds. A training step is the median interval between the ends of steps of
`Estimator.train`, input pipeline, hooks and a hook in Python included. Times are medians; a ratio is the median of the
rounds' ratios (theirs to ours, so more than 1 means that ours is faster), for TensorFlow with their range. Only ratios of
one run mean anything: machines differ, and are shared.

PyTorch and JAX run the same models as one writes them there, eagerly ([torch_workloads.py](programs/torch_workloads.py)) and
as one compiled step ([jax_workloads.py](programs/jax_workloads.py)), without an input pipeline, hooks or sessions: their
batches are slices of arrays in memory, and their predictions bare forward passes.

{machine}

| workload | what is timed | swiftestimator | TensorFlow 2.15 | PyTorch | JAX | peak MB, in this order |
|---|---|---|---|---|---|---|
"""

if __name__ == "__main__":
    main()
