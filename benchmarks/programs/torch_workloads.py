"""One workload in PyTorch: ``torch_workloads.py WORKLOAD``. Prints one line of JSON.

The models of workloads.py as one writes them in PyTorch. Batches are slices of tensors, without a loader.
"""

import json
import os
import resource
import shutil
import sys
import tempfile
import time

WORKLOAD = sys.argv[1]
import numpy as np  # noqa: E402

after_numpy = time.perf_counter()
import torch  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402

import_seconds = time.perf_counter() - after_numpy
torch.set_num_threads(len(os.sched_getaffinity(0)))
torch.manual_seed(1)
VOCABULARY, FIELDS, DENSE = 20000, 26, 13


def mlp(inputs, *units, outputs=10):
    layers = []
    for width in units:
        layers += [nn.Linear(inputs, width), nn.ReLU()]
        inputs = width
    return nn.Sequential(*layers, nn.Linear(inputs, outputs))


def cnn():
    return nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)), nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(3136, 1024), nn.ReLU(),
        nn.Dropout(0.4), nn.Linear(1024, 10),
    )  # fmt: skip


class WideAndDeep(nn.Module):
    def __init__(self):
        super().__init__()
        self.wide = nn.Embedding(VOCABULARY, 1, sparse=True)
        self.table = nn.Embedding(VOCABULARY, 16, sparse=True)
        self.deep = mlp(FIELDS * 16 + DENSE, 256, 128, 64, outputs=1)

    def forward(self, ids, dense):
        deep = self.deep(torch.cat([self.table(ids).flatten(1), dense], 1)).squeeze(1)
        return deep + self.wide(ids).sum((1, 2))


def train(model, optimizer, loss, arrays, batch, steps):
    """The median microseconds of a step in steady state."""
    count = len(arrays[0])
    times = []
    for number in range(steps):
        start = number * batch % (count - batch + 1)
        *inputs, labels = (a[start : start + batch] for a in arrays)
        optimizer.zero_grad()
        loss(model(*inputs), labels).backward()
        optimizer.step()
        times.append(time.perf_counter())
    return {"step_us": float(np.median(np.diff(times[max(5, steps // 10) :]))) * 1e6}


def adam(model):
    return torch.optim.Adam(model.parameters(), 1e-3)


def images(count, width=784, classes=10):
    return torch.rand(count, width), torch.randint(0, classes, (count,))


def run_session():
    x = torch.ones(4)
    with torch.inference_mode():
        for _ in range(300):
            x * 2.0 + 1.0
        start = time.perf_counter()
        for _ in range(5000):
            x * 2.0 + 1.0
        return {"run_us": (time.perf_counter() - start) / 5000 * 1e6}


def run_mlp(inputs, units, data, batch, steps):
    model = mlp(inputs, *units)
    return train(model, adam(model), functional.cross_entropy, data, batch, steps)


def run_wide_and_deep():
    model = WideAndDeep()
    ids = torch.randint(0, VOCABULARY, (20000, FIELDS))
    data = (ids, torch.rand(20000, DENSE), torch.randint(0, 2, (20000,)).float())
    optimizer = torch.optim.Adagrad(model.parameters(), 0.05)
    return train(model, optimizer, functional.binary_cross_entropy_with_logits, data, 256, 200)


def run_cnn():
    model = cnn()
    return train(model, torch.optim.SGD(model.parameters(), 1e-3), functional.cross_entropy, images(2000), 100, 30)


def predict(batch, calls):
    """Microseconds of a forward pass in evaluation mode, to classes and probabilities."""
    model = mlp(784, 512, 256).eval()
    x = torch.rand(batch, 784)
    with torch.inference_mode():
        for number in range(calls + 20):
            if number == 20:
                start = time.perf_counter()
            logits = model(x)
            logits.argmax(1), functional.softmax(logits, 1)
    return (time.perf_counter() - start) / calls * 1e6


def run_checkpoint():
    values = {f"v{number}": torch.ones(1 << 20) for number in range(64)}
    folder = tempfile.mkdtemp()
    try:
        os.sync()
        start = time.perf_counter()
        path = os.path.join(folder, "model")
        torch.save(values, path)
        written = time.perf_counter()
        restored = torch.load(path)
        for name, value in values.items():
            value.copy_(restored[name])
        return {"write_us": (written - start) * 1e6, "read_us": (time.perf_counter() - written) * 1e6}
    finally:
        shutil.rmtree(folder)


WORKLOADS = {
    "import": lambda: {"import_us": import_seconds * 1e6},
    "session": run_session,
    "mlp_small": lambda: run_mlp(4, (10, 10), images(2000, 4, 3), 32, 1500),
    "mlp": lambda: run_mlp(784, (512, 256), images(8000), 128, 300),
    "wide_deep": run_wide_and_deep,
    "cnn": run_cnn,
    "predict_one": lambda: {"call_us": predict(1, 200)},
    "predict_bulk": lambda: {"example_us": predict(128, 150) / 128},
    "checkpoint": run_checkpoint,
}

if __name__ == "__main__":
    figures = WORKLOADS[WORKLOAD]()
    figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(figures))
