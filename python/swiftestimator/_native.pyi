"""The engine: its functions, found by name, and the values that go in and out of them.

Values are None, bool, int (64 bits), float, str, bytes, lists, tuples, dicts with str keys, NumPy arrays and scalars,
Object, Output and Node. Any other object may be passed too: the engine keeps a reference, and calls it or returns it.
"""

from collections.abc import Callable
from typing import Any, final

class Object:
    """An object of the engine. There is one Python object for each at a time, so `is` compares them.

    Only the module creates objects; a subclass is made from one, and then stands for the same object of the engine.
    """

    def __new__(cls, other: Object, /, *args: Any, **kwargs: Any) -> Object: ...

class Output:
    """An output of a node, made with the class that is registered."""

    @property
    def graph(self) -> Object: ...
    @property
    def node_id(self) -> int: ...
    @property
    def index(self) -> int: ...
    def __new__(cls, graph: Object, node_id: int, index: int, /, *args: Any, **kwargs: Any) -> Output: ...

class Node:
    """A node of a graph, made with the class that is registered."""

    @property
    def graph(self) -> Object: ...
    @property
    def node_id(self) -> int: ...
    def __new__(cls, graph: Object, node_id: int, /, *args: Any, **kwargs: Any) -> Node: ...

@final
class Function:
    """A function of the engine; takes positional arguments only."""

    __name__: str
    def __call__(self, *arguments: Any) -> Any: ...

def function(name: str, /) -> Function:
    """The engine's function of that name. AttributeError when there is none."""

def functions() -> list[str]:
    """The names of all functions of the engine."""

def run(prepared: Object, /, *feeds: Any) -> list[Any]:
    """Runs what session.callable prepared, with one array for each of its feeds; returns the list of its results."""

def request_key(fetches: Any, feed_dict: Any, /) -> tuple[Any, ...] | None:
    """What says that two calls of Session.run ask for the same; None when that takes a closer look."""

def run_known(requests: dict[Any, Any], graph: Any, fetches: Any, feed_dict: Any, /) -> Any:
    """The result of a request that a session keeps in its dict of requests; NotImplemented when it is not there."""

def abi_version() -> int:
    """The version of the engine's C interface."""

def register(
    *,
    make_object: Callable[[str, Object], Object | None] | None = ...,
    make_output: Callable[[Object, int, int], Any] | None = ...,
    make_node: Callable[[Object, int], Any] | None = ...,
    make_error: Callable[[dict[str, Any], BaseException | None], BaseException] | None = ...,
) -> None:
    """Sets the hooks that make Python objects of what the engine returns; those not named stay as they are.

    make_object gets the name of the engine's class and a bare Object; it returns an instance of a subclass made from
    that Object, or None to use it as it is. make_error gets a dict of kind, code, message, node and origin, and the
    exception of a callback that led to the failure, if any.
    """

def hooks() -> dict[str, Callable[..., Any] | None]:
    """The hooks that are set, for register(**hooks)."""
