"""Matrix products beside NumPy's OpenBLAS on one core and on all, an elementwise chain beside the speed of a copy.

``products.py [--rounds N]``; README.md gets the tables. The chain is measured also in what the environment variables
SWIFTESTIMATOR_ORACLE_PYTHON, SWIFTESTIMATOR_TORCH_PYTHON and SWIFTESTIMATOR_JAX_PYTHON name.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

from programs.report import duration, machine, write_section

PROGRAM = pathlib.Path(__file__).parent / "programs" / "product_times.py"
CORES = len(os.sched_getaffinity(0))
COLUMNS = {
    "ours": ("swift", {}),
    "OpenBLAS": ("numpy", {}),
    "OpenBLAS, Haswell kernels": ("numpy", {"OPENBLAS_CORETYPE": "Haswell"}),
}


def measure(python, backend, cores, extra):
    environment = os.environ | extra
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "SWIFTESTIMATOR_NUM_THREADS"):
        environment[name] = str(cores)
    if backend != "swift":
        environment.pop("PYTHONPATH", None)
    # On one core nothing else of the process may run elsewhere, either.
    pinned = ["taskset", "-c", "0"] if cores == 1 else []
    done = subprocess.run(
        [*pinned, python, str(PROGRAM), backend], capture_output=True, text=True, env=environment, check=False
    )
    if done.returncode:
        sys.exit(f"{backend} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def rate(product, microseconds):
    m, n, k = (int(size) for size in product.split()[1].split("x"))
    return 2 * m * n * k / microseconds / 1e3


def medians(runs):
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


def product_table(results):
    """GFLOP/s, one line a product, and ours as a multiple of OpenBLAS."""
    heads = [f"{name}, {cores} core{'s' * (cores > 1)}" for cores in results for name in COLUMNS]
    heads += [f"ours / OpenBLAS, {cores}" for cores in results]
    lines = [f"| product | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for product in next(iter(results.values()))["ours"]:
        if "x" not in product:
            continue
        rates = {c: {n: rate(product, r[product]) for n, r in columns.items()} for c, columns in results.items()}
        cells = [f"{r:.1f}" for columns in rates.values() for r in columns.values()]
        cells += [f"**{c['ours'] / c['OpenBLAS']:.2f}**" for c in rates.values()]
        lines.append(f"| {product} | {' | '.join(cells)} |")
        print(lines[-1], flush=True)
    return "\n".join(lines)


def chain_table(times, copy):
    lines = ["| | time | in copies |", "|---|---|---|", f"| a copy | {duration(copy)} | 1 |"]
    lines += [f"| {name} | {duration(time)} | {time / copy:.1f} |" for name, time in times.items()]
    print("\n".join(lines), flush=True)
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    head = machine()
    runs = {cores: {name: [] for name in COLUMNS} for cores in sorted({1, CORES})}
    others = {"TensorFlow 2.15": ("tf", "ORACLE"), "PyTorch": ("torch", "TORCH"), "JAX": ("jax", "JAX")}
    chains = {name: [] for name, (_, key) in others.items() if os.environ.get(f"SWIFTESTIMATOR_{key}_PYTHON")}
    for _ in range(options.rounds):
        for cores, columns in runs.items():
            for name, (backend, extra) in COLUMNS.items():
                columns[name].append(measure(sys.executable, backend, cores, extra))
        for name, measured in chains.items():
            backend, key = others[name]
            measured.append(measure(os.environ[f"SWIFTESTIMATOR_{key}_PYTHON"], backend, CORES, {})["chain"])
    results = {cores: {name: medians(r) for name, r in columns.items()} for cores, columns in runs.items()}
    table = product_table(results)
    best = results[CORES]
    times = {"swiftestimator": best["ours"]["chain"], "NumPy, in place": best["OpenBLAS"]["chain"]}
    times |= {name: statistics.median(measured) for name, measured in chains.items()}
    write_section(
        "Products and memory", TEXT.format(machine=head, rounds=options.rounds, products=table, cores=CORES,
        chain=chain_table(times, best["OpenBLAS"]["copy"])),
    )  # fmt: skip


TEXT = """Matrix products of the size `m x n x k`, in GFLOP/s, beside those of NumPy's OpenBLAS (as it picks its kernels, and with the
ones for AVX2), on one core and on all. `aT` and `bT` are products with a transposed operand, as gradients have them.
Medians of {rounds} rounds in turns, in processes of their own. Ours run in a session, as a target, so that small ones
include the cost of a call.

{machine}

{products}

An elementwise chain, `relu(x * 1.5 + 0.25) * x - 0.5`, over 64 MB on {cores} cores, beside a copy of the same size:

{chain}
"""

if __name__ == "__main__":
    main()
