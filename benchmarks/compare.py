"""Workloads side by side with TensorFlow 2.15, alternating, and the table in README.md.

The environment variable SWIFTESTIMATOR_ORACLE_PYTHON names a Python that has TensorFlow; without it only this package is
measured and the table is left alone. ``compare.py [--pairs N] [workload ...]``
"""

import argparse
import datetime
import json
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
PROGRAM = HERE / "programs" / "workloads.py"
ORACLE = os.environ.get("SWIFTESTIMATOR_ORACLE_PYTHON")
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


def measure(python, backend, workload):
    environment = {k: v for k, v in os.environ.items() if backend == "swift" or k != "PYTHONPATH"}
    done = subprocess.run(
        [python, str(PROGRAM), backend, workload], capture_output=True, text=True, env=environment, check=False
    )
    if done.returncode:
        sys.exit(f"{backend} {workload} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def duration(microseconds):
    if microseconds >= 1e6:
        return f"{microseconds / 1e6:.2f} s"
    return f"{microseconds / 1e3:.2f} ms" if microseconds >= 1e3 else f"{microseconds:.1f} us"


def cpu():
    with open("/proc/cpuinfo") as file:
        names = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
    return f"{names[0] if names else 'unknown'}, {os.cpu_count()} cores"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("workloads", nargs="*", default=list(WORKLOADS))
    options = parser.parse_args()
    rows = []
    load = os.getloadavg()[0]
    for workload in options.workloads:
        runs = {"swift": [], "tf": []}
        for _ in range(options.pairs):
            runs["swift"].append(measure(sys.executable, "swift", workload))
            if ORACLE:
                runs["tf"].append(measure(ORACLE, "tf", workload))
        for key in runs["swift"][0]:
            if key == "peak_mb":
                continue
            ours = statistics.median(r[key] for r in runs["swift"])
            memory = statistics.median(r["peak_mb"] for r in runs["swift"])
            what = WORKLOADS[workload] + {"write_us": ", written", "read_us": ", read"}.get(key, "")
            if not ORACLE:
                print(f"{workload:13} {duration(ours):>10} {memory:6.0f} MB")
                continue
            theirs = statistics.median(r[key] for r in runs["tf"])
            ratios = sorted(t[key] / s[key] for s, t in zip(runs["swift"], runs["tf"]))
            ratio = statistics.median(ratios)
            their_memory = statistics.median(r["peak_mb"] for r in runs["tf"])
            print(
                f"{workload:13} {duration(ours):>10} {duration(theirs):>10}  {ratio:6.2f}x  ({ratios[0]:.2f}..{ratios[-1]:.2f})"
            )
            rows.append(
                f"| {workload} | {what} | {duration(theirs)} | {duration(ours)} | **{ratio:.1f}x** | {ratios[0]:.1f} to "
                f"{ratios[-1]:.1f} | {their_memory:.0f} MB | {memory:.0f} MB |"
            )
    if ORACLE and set(options.workloads) == set(WORKLOADS):
        write(rows, options.pairs, load)


def write(rows, pairs, load):
    text = f"""# Benchmarks

`make bench` runs them: `border.py` (what a call of the engine costs from Python) and `compare.py` (workloads side by side
with TensorFlow 2.15, if SWIFTESTIMATOR_ORACLE_PYTHON names a Python that has it).

## Method

The same program ([programs/workloads.py](programs/workloads.py)) runs on both, in processes of their own, alternating;
{pairs} pairs. A training step is the median interval between the ends of steps of `Estimator.train`, input pipeline,
hooks and a hook in Python included. Times are medians; a ratio is the median of the pairs' ratios, with their range.
Only ratios of one run mean anything: machines differ, and are shared.

Measured on {datetime.date.today()}: {cpu()}; load average {load:.1f} at the start.

| workload | what is timed | TensorFlow 2.15 | swiftestimator | ratio | range | peak memory, TensorFlow | swiftestimator |
|---|---|---|---|---|---|---|---|
"""
    (HERE / "README.md").write_text(text + "\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
