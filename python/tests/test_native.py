"""The extension: conversions, calls, errors, callbacks, references, threads."""

import gc
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import weakref

import numpy as np
import pytest
from swiftestimator import _native

echo = _native.function("diagnostic.echo")
kind = _native.function("diagnostic.kind")
describe = _native.function("diagnostic.describe")
describe_blocking = _native.function("diagnostic.describe_blocking")
call = _native.function("diagnostic.call")
call_locked = _native.function("diagnostic.call_locked")
call_on_thread = _native.function("diagnostic.call_on_thread")
fail = _native.function("diagnostic.fail")
keep = _native.function("diagnostic.keep")
make_object = _native.function("diagnostic.object")
make_graph = _native.function("diagnostic.graph")
make_node = _native.function("diagnostic.node")
make_placeholder = _native.function("diagnostic.placeholder")

PLAIN_DTYPES = [
    *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float16", "float32", "float64", "complex64", "complex128"),
]


@pytest.fixture
def hooks():
    """register(), undone after the test."""
    previous = _native.hooks()
    yield _native.register
    _native.register(**previous)


@pytest.fixture
def plain(hooks):
    """No hooks of the package."""
    hooks(make_object=None, make_output=None, make_node=None, make_error=None)


# Values


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, False, 0, -1, 2**63 - 1, -(2**63), 0.5, float("inf"), "", "text", "ünï\U0001f600", "a\0b"),
        *(b"", b"\xff\0x", [], [1, [2.5, "x"], None], (), (1, (b"y",)), {}, {"b": 1, "a": {"c": [True]}}),
        *("x" * 10_000, b"y" * 10_000, list(range(1000))),
    ],
)
def test_round_trip(value):
    result = echo(value)
    assert result == value
    assert type(result) is type(value)


def test_nan_and_dict_order():
    assert np.isnan(echo(float("nan")))
    assert list(echo({"z": 1, "a": 2, "m": 3})) == ["z", "a", "m"]


def test_subclasses_of_builtins():
    class Number(int):
        pass

    class Text(str):
        pass

    class Pair(tuple):
        pass

    assert kind(Number(3)) == "int"
    assert kind(Text("a")) == "str"
    assert kind(Pair((1, 2))) == "tuple"
    assert kind(np.str_("a")) == "str"
    assert kind(np.bytes_(b"a")) == "bytes"
    assert kind(np.float64(1)) == "array"
    assert kind(memoryview(b"a")) == "object"


def test_large_int():
    for value in (2**63, -(2**63) - 1, 10**30):
        with pytest.raises(OverflowError, match="does not fit into 64 bits"):
            echo(value)


def test_lone_surrogate():
    with pytest.raises(UnicodeEncodeError):
        echo("\ud800")


def test_dict_key():
    with pytest.raises(TypeError, match=r"keys .* must be str, got 1"):
        echo({1: 2})


def test_recursive_containers():
    items = []
    items.append(items)
    with pytest.raises(RecursionError):
        echo(items)
    pairs = {}
    pairs["self"] = pairs
    with pytest.raises(RecursionError):
        echo(pairs)


def test_deep_nesting():
    value = []
    for _ in range(200):
        value = [value]
    assert echo(value) == value


def test_host_objects_keep_their_identity():
    class User:
        pass

    for thing in (User(), User, len, lambda: 1, {1, 2}, object()):
        assert echo(thing) is thing
        assert echo([thing])[0] is thing


# Arrays


@pytest.mark.parametrize("dtype", PLAIN_DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (1, 0, 4), (20, 30)])
@pytest.mark.parametrize("describe", [describe, describe_blocking])
def test_plain_arrays(dtype, shape, describe):
    array = np.random.default_rng(0).integers(0, 2, shape).astype(dtype)
    name, dimensions, _ = describe(array)
    assert (name, tuple(dimensions)) == (dtype, shape)
    result = echo(array)
    assert result.dtype == array.dtype
    assert result.shape == shape
    np.testing.assert_array_equal(result, array)
    assert isinstance(result, np.ndarray if shape else np.generic)


@pytest.mark.parametrize("dtype", PLAIN_DTYPES)
def test_scalars_keep_their_bits(dtype):
    info = np.iinfo(dtype) if dtype[0] in "iu" else np.finfo(dtype) if dtype != "bool" else None
    for number in (info.min, info.max) if info else (True, False):
        scalar = np.dtype(dtype).type(number)
        result = echo(scalar)
        assert type(result) is type(scalar)
        assert result.tobytes() == scalar.tobytes()


@pytest.mark.parametrize("dtype", ["float32", "int64", "complex64", "uint16", "U3", "S2"])
@pytest.mark.parametrize("run", [echo, lambda array: call(lambda tensor: tensor, array)])
def test_layouts(dtype, run):
    array = np.arange(60).reshape(3, 4, 5).astype(dtype)
    swapped = array.astype(array.dtype.newbyteorder())
    expected = np.vectorize(lambda text: text if isinstance(text, bytes) else text.encode(), otypes=[object])
    for view in (array.T, array[:, ::2], array[::-1], np.asfortranarray(array), swapped, swapped.T, swapped[:, 1:2]):
        want = expected(view) if array.dtype.kind in "US" else view.astype(dtype)
        result = run(view)
        assert result.dtype == want.dtype
        np.testing.assert_array_equal(result, want)


def test_unaligned_array():
    array = np.frombuffer(b"x" + np.arange(1000, dtype=np.float64).tobytes(), np.float64, offset=1)
    assert not array.flags.aligned
    np.testing.assert_array_equal(call(lambda tensor: tensor, array), array)


def test_read_only_array():
    array = np.arange(1000.0)
    array.flags.writeable = False
    np.testing.assert_array_equal(echo(array), array)


def test_arrays_are_copied_unless_the_call_borrows():
    array = np.arange(1000.0)
    holder = make_object()
    keep(holder, array)
    array[:] = -1
    np.testing.assert_array_equal(keep(holder), np.arange(1000.0))
    assert describe(array)[2] is True
    assert describe_blocking(array)[2] is False
    assert describe_blocking(array[:10])[2] is True


def test_results_of_callbacks_are_copied():
    reused = np.zeros(1000)
    results = []
    for step in range(3):
        reused[:] = step
        results.append(call(lambda: reused))
    assert [result[0] for result in results] == [0, 1, 2]


def test_results_are_writable_and_owned():
    holder = make_object()
    keep(holder, np.arange(1000.0))
    first = keep(holder)
    first[:] = 0
    np.testing.assert_array_equal(keep(holder), np.arange(1000.0))
    del holder
    assert first.flags.writeable
    assert first.base is not None


@pytest.mark.parametrize(
    "array",
    [
        np.array(["a", "", "äö", "\U0001f600"]),
        np.array([b"a", b"", b"\xff\0x"]),
        np.array(["a", b"b", "ü"], object),
        np.array([["a", "bb"], ["c", "d"]], object).T,
        np.array(["a\0b"]),
        np.zeros((0, 2), object),
    ],
)
def test_string_arrays(array):
    result = echo(array)
    assert result.dtype == object
    assert result.shape == array.shape
    want = [text.encode() if isinstance(text, str) else bytes(text) for text in array.ravel()]
    assert list(result.ravel()) == want
    assert all(type(text) is bytes for text in result.ravel())


def test_string_scalar():
    assert echo(np.array("äx")) == "äx".encode()
    assert type(echo(np.array(b"x"))) is bytes


def test_arrays_of_objects():
    with pytest.raises(TypeError, match="element 1 is of type <class 'int'>"):
        echo(np.array(["a", 1], object))
    with pytest.raises(TypeError, match="element 0 is of type <class 'NoneType'>"):
        echo(np.array([None], object))
    with pytest.raises(ValueError, match="lone surrogate"):
        echo(np.array(["\ud800"]))


@pytest.mark.parametrize("dtype", ["datetime64[s]", "timedelta64[s]", "longdouble", "i4,f8", "V3"])
def test_unsupported_dtypes(dtype):
    with pytest.raises(TypeError, match="cannot become a tensor"):
        echo(np.zeros(3, dtype))


# Functions


def test_function_lookup():
    assert _native.function("diagnostic.echo") is echo
    assert echo.__name__ == "diagnostic.echo"
    assert isinstance(echo, _native.Function)
    assert "diagnostic.echo" in _native.functions()
    with pytest.raises(AttributeError, match=r"no function 'graph\.no_such_thing'"):
        _native.function("graph.no_such_thing")
    with pytest.raises(TypeError):
        _native.function(3)
    with pytest.raises(TypeError):
        echo(value=3)


def test_every_function_can_be_found():
    for name in _native.functions():
        assert _native.function(name).__name__ == name


def test_many_arguments():
    assert _native.function("diagnostic.tuple")(*range(100)) == tuple(range(100))


def test_abi_version():
    assert _native.abi_version() >= 1


# Objects, outputs, nodes


def test_objects_have_one_identity(plain):
    graph = make_graph()
    assert echo(graph) is graph
    assert echo([graph, graph]) == [graph, graph]
    assert "Graph" in repr(graph)
    assert {graph: 1}[graph] == 1


def test_many_objects_keep_apart(plain):
    objects = [make_object() for _ in range(1000)]
    for dropped in range(0, 1000, 3):
        objects[dropped] = None
    for thing in objects:
        if thing is not None:
            assert echo(thing) is thing


def test_objects_come_from_the_module_only(plain):
    with pytest.raises(TypeError, match="cannot be created directly"):
        _native.Object()
    with pytest.raises(TypeError, match="cannot be created directly"):
        _native.Object(3)
    with pytest.raises(TypeError, match="must be an Object"):
        _native.Output(3, 0, 0)


def test_outputs_and_nodes(plain):
    graph = make_graph()
    node = make_node(graph, "first")
    output = make_placeholder(graph, "second")
    assert (node.node_id, output.node_id, output.index) == (0, 1, 0)
    assert node.graph is graph
    assert output.graph is graph
    assert kind(output) == "Tensor"
    assert kind(node) == "Operation"
    with pytest.raises(AttributeError):
        output.index = 3
    with pytest.raises(ValueError, match="no such output"):
        echo(_native.Output(graph, 1, 7))
    with pytest.raises(ValueError, match="no such node"):
        echo(_native.Node(graph, -4))
    assert output in {output}
    assert output != echo(output)


def test_hooks_make_the_package_classes(hooks):
    class Graph(_native.Object):
        pass

    class Tensor(_native.Output):
        def __init__(self, graph, node_id, index):
            self.note = (node_id, index)

    class Operation(_native.Node):
        pass

    hooks(
        make_object=lambda name, raw: Graph(raw) if name == "Graph" else None,
        make_output=Tensor,
        make_node=Operation,
    )
    graph = make_graph()
    assert type(graph) is Graph
    assert echo(graph) is graph
    assert type(make_object()) is _native.Object
    tensor = make_placeholder(graph, None)
    assert type(tensor) is Tensor
    assert tensor.note == (0, 0)
    assert tensor.graph is graph
    assert type(make_node(graph, None)) is Operation
    assert kind(Tensor(graph, 0, 0)) == "Tensor"
    graph.attribute = 5
    assert echo(tensor).graph.attribute == 5


def test_hooks_that_return_nonsense(hooks):
    hooks(make_object=lambda name, raw: 5)
    with pytest.raises(TypeError, match="make_object must return"):
        make_graph()
    hooks(make_error=lambda details, host: 5)
    with pytest.raises(TypeError, match="make_error must return"):
        fail(1, 3, "bad")
    with pytest.raises(TypeError, match="must be callable"):
        hooks(make_error=5)
    with pytest.raises(TypeError, match="no hook 'make_tea'"):
        hooks(make_tea=print)


def test_cycles_are_collected(hooks):
    class Tensor(_native.Output):
        pass

    class Graph(_native.Object):
        pass

    hooks(make_object=lambda name, raw: Graph(raw), make_output=Tensor)
    graph = make_graph()
    graph.tensor = make_placeholder(graph, None)
    dead = weakref.ref(graph)
    del graph
    gc.collect()
    assert dead() is None


# Prepared runs


@pytest.fixture
def graph(plain):
    return make_graph()


def add_op(graph, op, inputs=(), **attributes):
    node = _native.function("graph.add_node")(graph, op, list(inputs), attributes, None, None, None)
    return _native.Output(graph, node.node_id, 0)


@pytest.fixture
def prepared(graph):
    """x -> (x * x + 1, x), for float32 x of shape (?, 3)."""
    x = add_op(graph, "Placeholder", dtype=1, shape=[None, 3])
    y = add_op(graph, "AddV2", [add_op(graph, "Mul", [x, x]), add_op(graph, "Const", value=np.float32(1), dtype=1)])
    session = _native.function("session.new")(graph)
    return _native.function("session.callable")(session, [y, x], [], [x])


@pytest.mark.parametrize("rows", [0, 1, 4, 1000])
def test_run(prepared, rows):
    array = np.random.default_rng(0).normal(size=(rows, 3)).astype(np.float32)
    y, x = _native.run(prepared, array)
    np.testing.assert_array_equal(y, array * array + 1)
    np.testing.assert_array_equal(x, array)
    x[:] = 0
    assert rows == 0 or array.any()
    np.testing.assert_array_equal(_native.function("run.call")(prepared, [array])[0], y)


def test_run_results_survive_later_runs(prepared):
    results = [_native.run(prepared, np.full((50, 3), step, np.float32))[0] for step in range(5)]
    assert [result[0, 0] for result in results] == [1, 2, 5, 10, 17]


def test_run_rejects_what_does_not_fit(prepared, hooks):
    hooks(make_error=lambda details, host: {1: ValueError, 2: TypeError}[details["kind"]](details["message"]))
    array = np.ones((4, 3), np.float32)
    with pytest.raises(ValueError, match="expected 1 feeds, got 2"):
        _native.run(prepared, array, array)
    with pytest.raises(ValueError, match="shape"):
        _native.run(prepared, array.T)
    with pytest.raises(TypeError, match="float64"):
        _native.run(prepared, array.astype(np.float64))
    with pytest.raises(TypeError, match="a feed must be an array, got float"):
        _native.run(prepared, 1.0)
    with pytest.raises(TypeError, match="no prepared run"):
        _native.run(prepared.__class__(make_object()), array)
    for arguments in ((), (3,)):
        with pytest.raises(TypeError, match="wants a prepared run"):
            _native.run(*arguments)


def test_run_gives_references_back(prepared):
    array = np.ones((1000, 3), np.float32)
    before = sys.getrefcount(array)
    for _ in range(100):
        _native.run(prepared, array)
    assert sys.getrefcount(array) == before
    memory = resident_bytes()
    for _ in range(3000):
        _native.run(prepared, array)
    assert resident_bytes() - memory < 2 << 20


# Errors


def test_failures_of_the_engine(hooks):
    seen = []

    class Failure(Exception):
        pass

    def make_error(details, host):
        seen.append((details, host))
        return Failure(details["message"])

    hooks(make_error=make_error)
    for error_kind in (0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 13):
        with pytest.raises(Failure, match="wrong"):
            fail(error_kind, 5, "wrong", "node", "file:3")
        assert seen.pop() == (
            {"kind": error_kind, "code": 5, "message": "wrong", "node": "node", "origin": "file:3"},
            None,
        )


def test_failures_without_a_hook(plain):
    with pytest.raises(RuntimeError, match="wrong"):
        fail(1, 3, "wrong")


@pytest.mark.parametrize("runner", [call, call_locked, call_on_thread])
@pytest.mark.parametrize(
    "exception", [ValueError("x"), StopIteration(3), KeyboardInterrupt(), SystemExit(2), KeyError()]
)
def test_exceptions_pass_through_unchanged(runner, exception):
    def raiser():
        raise exception

    for _ in range(3):
        with pytest.raises(type(exception)) as caught:
            runner(raiser)
        assert caught.value is exception
    frames = []
    traceback = exception.__traceback__
    while traceback is not None:
        frames.append(traceback.tb_frame.f_code.co_name)
        traceback = traceback.tb_next
    assert "raiser" in frames


def test_nested_callbacks():
    def inner(depth):
        return depth if depth == 0 else call(inner, depth - 1) + 1

    assert call(inner, 20) == 20
    error = ValueError()

    def failing(depth):
        if depth == 0:
            raise error
        call(failing, depth - 1)

    with pytest.raises(ValueError) as caught:
        call(failing, 5)
    assert caught.value is error


def test_callback_results_that_cannot_cross():
    with pytest.raises(OverflowError):
        call(lambda: 2**70)


@pytest.mark.parametrize("runner", [call, call_locked, call_on_thread])
def test_callbacks(runner):
    assert runner(lambda *arguments: [len(arguments), "x"]) == [0, "x"]
    if runner is not call_on_thread:
        array = np.arange(1000.0)
        np.testing.assert_array_equal(runner(lambda tensor, factor: tensor * factor, array, 2), 2 * array)


# References


def resident_bytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_references_are_given_back():
    class User:
        pass

    values = [User(), "some text", b"bytes", np.zeros(1000), [1, 2], {"a": 1}, make_graph()]
    before = [sys.getrefcount(value) for value in values]
    for _ in range(100):
        for value in values:
            echo(value)
            call(lambda thing: thing, value)
            describe_blocking(value) if isinstance(value, np.ndarray) else None
        del value
    assert [sys.getrefcount(value) for value in values] == before


def test_kept_objects_die_with_their_keeper():
    class User:
        pass

    user = User()
    dead = weakref.ref(user)
    holder = make_object()
    keep(holder, [user])
    del user
    assert dead() is not None
    del holder
    for _ in range(100):  # the interpreter releases it at its next convenience
        pass
    assert dead() is None


def test_last_reference_dropped_on_another_thread():
    released = []

    class User:
        def __del__(self):
            released.append(echo("from a destructor"))

    holder = make_object()
    keep(holder, User())
    thread = threading.Thread(target=lambda: keep(holder, None))
    thread.start()
    thread.join()
    assert released == ["from a destructor"]


@pytest.mark.parametrize(
    "step",
    [
        lambda: echo({"a": [1, "text", b"bytes", (2.5, None)]}),
        lambda: echo(np.zeros(100_000)),
        lambda: describe_blocking(np.zeros(100_000)),
        lambda: echo(np.array(["x" * 100] * 100)),
        lambda: echo(np.arange(20_000)[::2]),
        lambda: call(lambda value: value, np.zeros(10_000)),
        lambda: make_placeholder(make_graph(), None),
        lambda: pytest.raises(RuntimeError, fail, 3, 2, "message" * 100),
        lambda: pytest.raises(ZeroDivisionError, call, lambda: 1 / 0),
        lambda: pytest.raises(TypeError, echo, [1, {2: 3}]),
    ],
)
def test_memory_does_not_grow(step, plain):
    for _ in range(300):
        step()
    gc.collect()
    before = resident_bytes()
    for _ in range(3000):
        step()
    gc.collect()
    assert resident_bytes() - before < 2 << 20


# Threads and signals


def test_blocking_calls_release_the_lock():
    wait = _native.function("diagnostic.wait")
    thread = threading.Thread(target=wait, args=(300,))
    thread.start()
    began = time.perf_counter()
    rounds = 0
    while thread.is_alive():
        rounds += 1
    assert rounds > 1000
    assert time.perf_counter() - began >= 0.2


def test_threads_call_at_once():
    failures = []

    def work(seed):
        try:
            array = np.full(5000, seed, np.float32)
            for _ in range(200):
                np.testing.assert_array_equal(call(lambda tensor: tensor + 1, array), array + 1)
                assert echo([seed, "x"]) == [seed, "x"]
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_interrupt():
    # A process that was started in the background may have been told to ignore the signal.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    began = time.perf_counter()
    with pytest.raises(KeyboardInterrupt):
        _native.function("diagnostic.wait")(20_000)
    assert time.perf_counter() - began < 10
    timer.join()


def run_program(text):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(text)], capture_output=True, text=True, timeout=60, check=False
    )


def test_exit_while_a_thread_works():
    result = run_program(
        """
        import threading, time
        from swiftestimator import _native
        def work():
            while True:
                _native.function("diagnostic.call")(lambda: 1)
        for _ in range(3):
            threading.Thread(target=work, daemon=True).start()
        holder = _native.function("diagnostic.object")()
        _native.function("diagnostic.keep")(holder, [print, object()])
        time.sleep(0.2)
        print("done")
        """
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout == "done\n"


def test_second_import():
    result = run_program(
        """
        import sys
        from swiftestimator import _native as first
        thing = first.function("diagnostic.object")()
        del sys.modules["swiftestimator._native"]
        import importlib
        second = importlib.import_module("swiftestimator._native")
        assert second.Object is first.Object
        assert second.function("diagnostic.echo")(thing) is thing
        """
    )
    assert result.returncode == 0, result.stderr
