"""Input functions from arrays."""

from collections import OrderedDict

import numpy as np

from swiftestimator._data.dataset import Dataset
from swiftestimator._data.iterator import make_one_shot_iterator

__all__ = ["numpy_input_fn", "pandas_input_fn"]


def _pipeline(arrays, batch_size, num_epochs, shuffle, queue_capacity):
    """Tensors of the next batch of a dict of arrays."""
    dataset = Dataset.from_tensor_slices(arrays)
    if shuffle:
        dataset = dataset.shuffle(max(queue_capacity, batch_size))
    if num_epochs != 1:
        dataset = dataset.repeat(num_epochs)
    dataset = dataset.batch(batch_size).prefetch(2)
    return make_one_shot_iterator(dataset).get_next()


def _check(shuffle, num_epochs, batch_size):
    if not isinstance(shuffle, bool):
        raise ValueError(
            f"shuffle must be provided and explicitly set as boolean (it is recommended to set it as True for training); "
            f"got {shuffle}"
        )
    if batch_size < 1:
        raise ValueError(f"batch_size must be positive, got {batch_size}")


def numpy_input_fn(x, y=None, batch_size=128, num_epochs=1, shuffle=None, queue_capacity=1000, num_threads=1):
    """An input function over arrays: ``x`` a dict of arrays or one array, ``y`` the same or ``None``.

    Raises ``ValueError`` when the lengths differ, keys clash or ``shuffle`` is no bool, ``TypeError`` for other types.
    """
    _check(shuffle, num_epochs, batch_size)

    def input_fn():
        if not isinstance(x, dict | np.ndarray):
            raise TypeError(f"x must be a dict or array; got {type(x).__name__}")
        features = OrderedDict(sorted(x.items(), key=lambda i: str(i[0]))) if isinstance(x, dict) else {"__features": x}
        if not features:
            raise ValueError("x cannot be an empty dict")
        arrays = OrderedDict((f"x/{k}", v) for k, v in features.items())
        if y is None:
            targets = {}
        elif isinstance(y, dict):
            if not y:
                raise ValueError("y cannot be empty dict, use None instead.")
            clash = sorted(set(x) & set(y)) if isinstance(x, dict) else []
            if clash:
                raise ValueError(f"{len(clash)} duplicate keys are found in both x and y: {clash}")
            targets = dict(y)
        else:
            targets = {"__target": y}
        arrays.update((f"y/{k}", v) for k, v in targets.items())
        lengths = {k: v.shape[0] for k, v in arrays.items()}  # AttributeError for lists, as in TensorFlow
        if len(set(lengths.values())) != 1:
            shapes = {k[2:]: arrays[k].shape[0] for k in arrays}
            raise ValueError(f"Length of tensors in x and y is mismatched. All elements in x and y must have the same "
                             f"length. Lengths: {shapes}")  # fmt: skip
        if not next(iter(lengths.values())):
            raise ValueError("x cannot be an empty array")
        batch = _pipeline(dict(arrays), batch_size, num_epochs, shuffle, queue_capacity)
        got = {k: batch[f"x/{k}"] for k in features}
        result = got if isinstance(x, dict) else got["__features"]
        if y is None:
            return result
        labels = {k: batch[f"y/{k}"] for k in targets}
        return result, (labels if isinstance(y, dict) else labels["__target"])

    return input_fn


def pandas_input_fn(
    x, y=None, batch_size=128, num_epochs=1, shuffle=None, queue_capacity=1000, num_threads=1, target_column="target"
):
    """An input function over a ``DataFrame`` and a ``Series`` (or ``DataFrame``) of the same index."""
    _check(shuffle, num_epochs, batch_size)
    if not isinstance(target_column, str):
        raise TypeError(f"target_column must be a string type, got {type(target_column).__name__}")
    x = x.copy()
    if y is not None:
        if target_column in x:
            raise ValueError(
                f"Cannot use name {target_column} for target column: DataFrame already has a column with that name: "
                f"{x.columns}"
            )
        if not np.array_equal(x.index, y.index):
            raise ValueError(f"Index for x and y are mismatched.\nIndex for x: {x.index}\nIndex for y: {y.index}\n")

    def input_fn():
        arrays = {f"x/{c}": _column(x[c]) for c in x.columns}
        is_frame = hasattr(y, "columns")
        if is_frame:
            arrays.update((f"y/{c}", _column(y[c])) for c in y.columns)
        elif y is not None:
            arrays["y/"] = _column(y)
        batch = _pipeline(arrays, batch_size, num_epochs, shuffle, queue_capacity)
        features = {c: batch[f"x/{c}"] for c in x.columns}
        if y is None:
            return features
        return features, ({c: batch[f"y/{c}"] for c in y.columns} if is_frame else batch["y/"])

    return input_fn


def _column(series):
    values = series.to_numpy()
    return values.astype(object) if values.dtype.kind in "OSU" else values
