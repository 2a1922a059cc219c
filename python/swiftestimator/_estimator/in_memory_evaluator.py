"""Evaluation in the course of training."""

from swiftestimator._border import function
from swiftestimator._estimator.estimator import Estimator, _check_hooks, _count
from swiftestimator._estimator.hooks import _BuiltInHook

__all__ = ["InMemoryEvaluatorHook"]


class InMemoryEvaluatorHook(_BuiltInHook):
    """Evaluates with the values that variables have in training: when it starts, every so many steps, at the end.

    Raises ``ValueError`` for an interval that is not positive and for training on several machines; when the model
    wants a saver or an initialisation of its own, too.
    """

    def __init__(self, estimator, input_fn, steps=None, hooks=None, name=None, every_n_iter=100):
        if every_n_iter is None or every_n_iter <= 0:
            raise ValueError(f"invalid every_n_iter={every_n_iter}.")
        if not isinstance(estimator, Estimator):
            raise TypeError(f"`estimator` must have type `tf.estimator.Estimator`. Got: {type(estimator)}")
        options = {
            "steps": _count(steps, "steps"), "hooks": _check_hooks(hooks), "name": name, "every_n_iter": int(every_n_iter),
        }  # fmt: skip
        self._set(function("hook.in_memory_evaluator")(estimator._engine, estimator._builder(input_fn), options))
