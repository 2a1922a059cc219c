"""The global step: the variable that counts training steps."""

from swiftestimator._border import builder, function
from swiftestimator._framework.graph import get_default_graph

__all__ = [
    "assert_global_step", "create_global_step", "get_global_step", "get_or_create_global_step", "global_step",
]  # fmt: skip


def create_global_step(graph=None):
    """Makes the global step; ``ValueError`` when the graph has one."""
    graph = graph or get_default_graph()
    with graph.as_default():
        return builder("global_step.create")(graph)


def get_global_step(graph=None):
    """The graph's global step, or ``None``."""
    return function("global_step.get")(graph or get_default_graph())


def get_or_create_global_step(graph=None):
    """The graph's global step, made if there is none."""
    graph = graph or get_default_graph()
    with graph.as_default():
        return builder("global_step.get_or_create")(graph)


def assert_global_step(global_step_tensor):
    """``TypeError`` unless the argument is an integer scalar variable or tensor."""
    function("global_step.check")(global_step_tensor)


def global_step(sess, global_step_tensor):
    """The step's value in a session, as an int."""
    return int(sess.run(global_step_tensor))


def get_or_create_read(graph=None):
    """The tensor by which hooks read the global step."""
    return builder("global_step.get_or_create_read")(graph or get_default_graph())
