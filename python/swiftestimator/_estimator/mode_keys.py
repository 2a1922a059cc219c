"""Names of what an Estimator does with a model function."""

__all__ = ["ModeKeys"]


class ModeKeys:
    """``TRAIN``, ``EVAL`` and ``PREDICT``."""

    TRAIN = "train"
    EVAL = "eval"
    PREDICT = "infer"
