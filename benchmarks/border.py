"""What it costs to call the engine from Python, without and with arrays."""

import timeit

import numpy as np
import swiftestimator  # noqa: F401 (attaches the engine)
from swiftestimator import _native

function = _native.function


def measure(statement, names, seconds=0.2):
    """Nanoseconds for one evaluation of the statement: the best of five rounds."""
    timer = timeit.Timer(statement, globals=names)
    count = 1
    while timer.timeit(count) < seconds / 10:
        count *= 2
    return min(timer.repeat(5, count)) / count * 1e9


def op(graph, name, *inputs, **attributes):
    node = function("graph.add_node")(graph, name, list(inputs), attributes, None, None, None)
    return _native.Output(graph, node.node_id, 0)


def main():
    previous = _native.hooks()
    _native.register(make_object=None, make_output=None, make_node=None)
    graph = function("graph.new")()
    x = op(graph, "Placeholder", dtype=1, shape=[None, None])
    y = op(graph, "Exp", x)
    session = function("session.new")(graph)
    names = {
        "echo": function("diagnostic.echo"),
        "three": function("diagnostic.kind"),
        "call": function("diagnostic.call"),
        "run": _native.run,
        "session_run": function("session.run"),
        "session": session,
        "x": x,
        "y": y,
        "empty": function("session.callable")(session, [], [], []),
        "prepared": function("session.callable")(session, [y], [], [x]),
        "small": np.ones((4, 4), np.float32),
        "large": np.ones((1000, 1000), np.float32),
    }
    for what, statement in {
        "an int and back": "echo(7)",
        "a str and back": "echo('text')",
        "three arguments": "three(7, 'text', x)",
        "a list of eight ints and back": "echo([1, 2, 3, 4, 5, 6, 7, 8])",
        "a 4x4 array and back": "echo(small)",
        "a 1000x1000 array and back (copied)": "echo(large)",
        "a callback": "call(len, 'text')",
        "an empty prepared run": "run(empty)",
        "exp of 4x4, prepared": "run(prepared, small)",
        "exp of 4x4, session.run": "session_run(session, [y], [], [(x, small)])",
        "exp of 1000x1000, prepared": "run(prepared, large)",
    }.items():
        print(f"{what:40} {measure(statement, names):12,.0f} ns", flush=True)
    _native.register(**previous)


if __name__ == "__main__":
    main()
