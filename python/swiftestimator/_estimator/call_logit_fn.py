"""Calls functions that make logits."""

from swiftestimator._estimator.arguments import fn_args
from swiftestimator._framework.graph import Tensor

__all__ = ["call_logit_fn"]


def call_logit_fn(logit_fn, features, mode, params, config):
    """The logits of ``logit_fn(features, ...)``, which may also take ``mode``, ``params`` and ``config``.

    Raises ``ValueError`` unless it returns a tensor, or a dict of tensors by text.
    """
    names = fn_args(logit_fn)
    given = {"mode": mode, "params": params, "config": config}
    result = logit_fn(features=features, **{name: value for name, value in given.items() if name in names})
    is_dict = isinstance(result, dict) and all(
        isinstance(key, str) and isinstance(value, Tensor) for key, value in result.items()
    )
    if not is_dict and not isinstance(result, Tensor):
        raise ValueError(
            f"logit_fn should return a Tensor or a dictionary mapping strings to Tensors. logit_fn returned: {result}"
        )
    return result
