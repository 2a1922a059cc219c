"""Moving averages of variables."""

from swiftestimator._border import builder, function, options
from swiftestimator._framework.graph import get_default_graph

__all__ = ["ExponentialMovingAverage"]


class ExponentialMovingAverage:
    """Keeps ``average -= (1 - decay)·(average - value)`` for variables and tensors."""

    def __init__(self, decay, num_updates=None, zero_debias=False, name="ExponentialMovingAverage"):
        self._name = name
        self._engine = function("ema.make")(
            options(decay=decay, num_updates=num_updates, zero_debias=bool(zero_debias), name=name)
        )

    @property
    def name(self):
        """The name."""
        return self._name

    def apply(self, var_list=None):
        """An operation that brings the averages up to date; makes them when first called."""
        return builder("ema.apply")(self._engine, get_default_graph(), None if var_list is None else list(var_list))

    def average(self, var):
        """The variable that holds the average of ``var``, or ``None``."""
        return function("ema.average")(self._engine, var)

    def average_name(self, var):
        """The name of that variable."""
        return function("ema.average_name")(self._engine, var)

    def variables_to_restore(self, moving_avg_variables=None):
        """Name in checkpoints -> variable, to restore averages in the place of values."""
        variables = None if moving_avg_variables is None else list(moving_avg_variables)
        return function("ema.variables_to_restore")(self._engine, get_default_graph(), variables)
