"""Timelines of traced runs."""

from swiftestimator._border import function

__all__ = ["Timeline"]


class Timeline:
    """Turns the ``step_stats`` of a run's metadata into a trace for ``chrome://tracing``."""

    def __init__(self, step_stats, graph=None):
        self._step_stats = step_stats.SerializeToString()

    def generate_chrome_trace_format(self, show_dataflow=True, show_memory=False, op_time="schedule"):
        """The trace as JSON text: arrows for the flow of tensors, and their memory, as asked."""
        return function("timeline.text")(self._step_stats, bool(show_dataflow), bool(show_memory))
