"""Learning-rate decays of TensorFlow 1: tensors that depend on the global step."""

from swiftestimator._border import builder, options
from swiftestimator._framework.graph import get_default_graph

__all__ = ["exponential_decay", "piecewise_constant", "polynomial_decay"]


def _decay(kind, **values):
    for name in ("global_step",):
        if values.get(name) is None:
            raise ValueError(f"None values not supported: {name} is required for {kind}_decay.")
    return builder(f"decay.{kind}")(get_default_graph(), options(**values))


def exponential_decay(learning_rate, global_step, decay_steps, decay_rate, staircase=False, name=None):
    """``rate·decay_rate^(step/decay_steps)``; whole exponents with ``staircase``."""
    return _decay(
        "exponential", learning_rate=learning_rate, global_step=global_step, decay_steps=decay_steps,
        decay_rate=decay_rate, staircase=bool(staircase), name=name,
    )  # fmt: skip


def natural_exp_decay(learning_rate, global_step, decay_steps, decay_rate, staircase=False, name=None):
    """``rate·e^(-decay_rate·step/decay_steps)``."""
    return _decay(
        "natural_exp", learning_rate=learning_rate, global_step=global_step, decay_steps=decay_steps,
        decay_rate=decay_rate, staircase=bool(staircase), name=name,
    )  # fmt: skip


def inverse_time_decay(learning_rate, global_step, decay_steps, decay_rate, staircase=False, name=None):
    """``rate/(1 + decay_rate·step/decay_steps)``."""
    return _decay(
        "inverse_time", learning_rate=learning_rate, global_step=global_step, decay_steps=decay_steps,
        decay_rate=decay_rate, staircase=bool(staircase), name=name,
    )  # fmt: skip


def polynomial_decay(
    learning_rate, global_step, decay_steps, end_learning_rate=0.0001, power=1.0, cycle=False, name=None
):
    """From ``learning_rate`` to ``end_learning_rate`` within ``decay_steps``; over and over with ``cycle``."""
    return _decay(
        "polynomial", learning_rate=learning_rate, global_step=global_step, decay_steps=decay_steps,
        end_learning_rate=end_learning_rate, power=power, cycle=bool(cycle), name=name,
    )  # fmt: skip


def piecewise_constant(x, boundaries, values, name=None):
    """``values[i]`` for ``x`` up to ``boundaries[i]``, the last of ``values`` beyond."""
    if len(boundaries) != len(values) - 1:
        raise ValueError("The length of boundaries should be 1 less than the length of values")
    return _decay("piecewise_constant", global_step=x, boundaries=list(boundaries), values=list(values), name=name)


def cosine_decay(learning_rate, global_step, decay_steps, alpha=0.0, name=None):
    """Half a cosine from ``learning_rate`` down to ``alpha`` of it."""
    return _decay(
        "cosine", learning_rate=learning_rate, global_step=global_step, decay_steps=decay_steps, alpha=alpha, name=name
    )


def cosine_decay_restarts(learning_rate, global_step, first_decay_steps, t_mul=2.0, m_mul=1.0, alpha=0.0, name=None):
    """Half cosines one after the other, each ``t_mul`` times as long and ``m_mul`` times as high as the one before."""
    return _decay(
        "cosine_restarts", learning_rate=learning_rate, global_step=global_step, first_decay_steps=first_decay_steps,
        t_mul=t_mul, m_mul=m_mul, alpha=alpha, name=name,
    )  # fmt: skip


def linear_cosine_decay(learning_rate, global_step, decay_steps, num_periods=0.5, alpha=0.0, beta=0.001, name=None):
    """A cosine under a line that falls."""
    return _decay(
        "linear_cosine", learning_rate=learning_rate, global_step=global_step, decay_steps=decay_steps,
        num_periods=num_periods, alpha=alpha, beta=beta, name=name,
    )  # fmt: skip


def noisy_linear_cosine_decay(
    learning_rate, global_step, decay_steps, initial_variance=1.0, variance_decay=0.55, num_periods=0.5, alpha=0.0,
    beta=0.001, name=None,
):  # fmt: skip
    """``linear_cosine_decay`` with normal noise that dies away."""
    return _decay(
        "noisy_linear_cosine", learning_rate=learning_rate, global_step=global_step, decay_steps=decay_steps,
        initial_variance=initial_variance, variance_decay=variance_decay, num_periods=num_periods, alpha=alpha,
        beta=beta, name=name,
    )  # fmt: skip
