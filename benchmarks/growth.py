"""Training steps over batch sizes and widths, beside TensorFlow: pictures here, and a section of README.md.

``growth.py [--rounds N]``; SWIFTESTIMATOR_ORACLE_PYTHON names a Python that has TensorFlow 2.15, without which only this
package is in the pictures.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

from programs.growth_sizes import BATCHES, WIDTHS
from programs.plot import curves
from programs.report import duration, machine, write_section

HERE = pathlib.Path(__file__).parent
ORACLE = os.environ.get("SWIFTESTIMATOR_ORACLE_PYTHON")
PICTURES = {
    "batch": ("A training step of 64-256-256-10 over the batch size", "batch size", BATCHES),
    "width": ("A training step of 64-n-n-10 over the width n, batch 32", "width", WIDTHS),
}


def measure(python, backend):
    environment = {k: v for k, v in os.environ.items() if backend == "swift" or k != "PYTHONPATH"}
    done = subprocess.run(
        [python, str(HERE / "programs" / "growth_times.py"), backend],
        capture_output=True, text=True, env=environment, check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"{backend} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def cliffs(xs, work, times):
    """Where a step costs notably more than its work and that of its neighbours explain."""
    found = []
    for i in range(1, len(xs) - 1):
        expected = (times[i - 1] * times[i + 1]) ** 0.5
        if times[i] > 1.35 * expected or times[i] / times[i - 1] > 1.35 * max(1, work[i] / work[i - 1]):
            found.append(
                f"{xs[i]} ({duration(times[i])} between {duration(times[i - 1])} and {duration(times[i + 1])})"
            )
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    head = machine()
    runs = {"swiftestimator": []} | ({"TensorFlow 2.15": []} if ORACLE else {})
    for _ in range(options.rounds):
        runs["swiftestimator"].append(measure(sys.executable, "swift"))
        if ORACLE:
            runs["TensorFlow 2.15"].append(measure(ORACLE, "tf"))
    lines = []
    for key, (title, across, xs) in PICTURES.items():
        series = {
            name: [statistics.median(values) for values in zip(*(run[key] for run in measured), strict=True)]
            for name, measured in runs.items()
        }
        curves(HERE / f"growth_{key}.svg", title, across, "microseconds", xs, series)
        lines += [f"![{title}](growth_{key}.svg)", ""]
        work = xs if key == "batch" else [64 * x + x * x + 10 * x for x in xs]
        for name, times in series.items():
            print(f"{name} over {across}:", " ".join(f"{x}:{t:.0f}" for x, t in zip(xs, times, strict=True)))
            found = cliffs(xs, work, times)
            lines += [f"{name}: {'no size stands out' if not found else 'stands out at ' + ', '.join(found)}.", ""]
        if ORACLE:
            ratios = [t / s for s, t in zip(series["swiftestimator"], series["TensorFlow 2.15"], strict=True)]
            lines += [f"TensorFlow takes {min(ratios):.1f} to {max(ratios):.1f} times as long.", ""]
    print("\n".join(lines))
    if ORACLE:
        write_section("Growth", TEXT.format(rounds=options.rounds, machine=head) + "\n".join(lines))


TEXT = """Steps of a perceptron under Adam with its batch in the session ([growth_times.py](programs/growth_times.py)); medians of
{rounds} processes in turns. A size stands out when it takes over a third more than its work and its neighbours explain.

{machine}

"""

if __name__ == "__main__":
    main()
