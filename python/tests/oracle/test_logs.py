"""The lines that training and evaluating log, without times and with losses to three decimals."""

import re

from conftest import run_program

TIMES = [
    (r"\d{4}-\d\d-\d\dT[\d:]+", "STARTED"), (r"\d{4}-\d\d-\d\d-[\d:]+", "FINISHED"), (r"\([\d.]+ sec\)", "(SEC)"),
    (r"(global_step/sec: ).*", r"\1N"), (r"(Inference Time : ).*", r"\1N"), (r"(\d+\.\d{3})\d*", r"\1"),
]  # fmt: skip


def lines(text, folder):
    result = []
    for line in text.splitlines():
        # The configuration is left out: TensorFlow prints the session's as protocol buffer text over several lines.
        if line.startswith("INFO:tensorflow:") and "Using config" not in line:
            line = line.replace(str(folder), "DIR")
            for pattern, replacement in TIMES:
                line = re.sub(pattern, replacement, line)
            result.append(line)
    return result


def test_logs(tmp_path):
    logs = {}
    for side in ("tf", "swift"):
        folder = tmp_path / side
        logs[side] = lines(run_program("mlp_adam", side, folder, {"PROGRAM_LOGS": "1"})[1], folder)
    assert logs["swift"] == logs["tf"]
    assert len(logs["tf"]) > 30
