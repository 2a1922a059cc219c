"""Exceptions, and the one table from the engine's failures to them."""

__all__ = ["OpError", "exception_types"]


class OpError(Exception):
    """A failed run, with the node at fault and one of TensorFlow's canonical codes."""

    _code = 2

    def __init__(self, node_def, op, message, *args):
        super().__init__()
        self._node_def = node_def
        self._op = op
        self._message = message
        self._payloads = {}

    @property
    def message(self):
        """What went wrong."""
        return self._message

    @property
    def op(self):
        """The operation that failed, when it is known."""
        return self._op

    @property
    def node_def(self):
        """The failed node's definition, when it is known."""
        if self._node_def is None and self._op is not None:
            return self._op.node_def
        return self._node_def

    @property
    def error_code(self):
        """The code's number."""
        return self._error_code if hasattr(self, "_error_code") else self._code

    @property
    def experimental_payloads(self):
        """Always empty."""
        return self._payloads

    def __str__(self):
        return str(self._message)

    def __reduce__(self):
        return self.__class__, (None, None, self._message)


def _make(name, code, summary):
    def __init__(self, node_def, op, message, *args):
        OpError.__init__(self, node_def, op, message, *args)

    return type(name, (OpError,), {"__doc__": summary, "_code": code, "__init__": __init__, "__module__": __name__})


CancelledError = _make("CancelledError", 1, "The run was cancelled.")
InvalidArgumentError = _make("InvalidArgumentError", 3, "An argument was wrong.")
DeadlineExceededError = _make("DeadlineExceededError", 4, "A time limit passed.")
NotFoundError = _make("NotFoundError", 5, "Something asked for does not exist.")
AlreadyExistsError = _make("AlreadyExistsError", 6, "Something to be made exists already.")
PermissionDeniedError = _make("PermissionDeniedError", 7, "The system denied access.")
ResourceExhaustedError = _make("ResourceExhaustedError", 8, "Memory or disk space ran out.")
FailedPreconditionError = _make("FailedPreconditionError", 9, "The system is not in the state that this needs.")
AbortedError = _make("AbortedError", 10, "The operation was aborted.")
OutOfRangeError = _make("OutOfRangeError", 11, "The input has ended.")
UnimplementedError = _make("UnimplementedError", 12, "The engine does not offer this.")
InternalError = _make("InternalError", 13, "The engine broke one of its own rules.")
UnavailableError = _make("UnavailableError", 14, "A service is not available.")
DataLossError = _make("DataLossError", 15, "A file is damaged.")
UnauthenticatedError = _make("UnauthenticatedError", 16, "The request has no valid credentials.")


class UnknownError(OpError):
    """A failure of no known kind."""

    _code = 2

    def __init__(self, node_def, op, message, *args, error_code=2):
        super().__init__(node_def, op, message, *args)
        self._error_code = error_code


class OperatorNotAllowedInGraphError(TypeError):
    """A Python operation that needs a tensor's value while a graph is built."""


class NanLossDuringTrainingError(RuntimeError):
    """The loss became NaN."""

    def __str__(self):
        return "NaN loss during training."


CODES = {
    "OK": 0, "CANCELLED": 1, "UNKNOWN": 2, "INVALID_ARGUMENT": 3, "DEADLINE_EXCEEDED": 4, "NOT_FOUND": 5,
    "ALREADY_EXISTS": 6, "PERMISSION_DENIED": 7, "RESOURCE_EXHAUSTED": 8, "FAILED_PRECONDITION": 9, "ABORTED": 10,
    "OUT_OF_RANGE": 11, "UNIMPLEMENTED": 12, "INTERNAL": 13, "UNAVAILABLE": 14, "DATA_LOSS": 15, "UNAUTHENTICATED": 16,
}  # fmt: skip

(
    OK, CANCELLED, UNKNOWN, INVALID_ARGUMENT, DEADLINE_EXCEEDED, NOT_FOUND, ALREADY_EXISTS, PERMISSION_DENIED,
    RESOURCE_EXHAUSTED, FAILED_PRECONDITION, ABORTED, OUT_OF_RANGE, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS,
    UNAUTHENTICATED,
) = range(17)  # fmt: skip

_BY_CODE = {
    1: CancelledError, 2: UnknownError, 3: InvalidArgumentError, 4: DeadlineExceededError, 5: NotFoundError,
    6: AlreadyExistsError, 7: PermissionDeniedError, 8: ResourceExhaustedError, 9: FailedPreconditionError,
    10: AbortedError, 11: OutOfRangeError, 12: UnimplementedError, 13: InternalError, 14: UnavailableError,
    15: DataLossError, 16: UnauthenticatedError,
}  # fmt: skip

# The engine's kinds of failure (EngineError.Kind) that have a Python class of their own.
_BY_KIND = {
    1: ValueError, 2: TypeError, 3: RuntimeError, 4: AttributeError, 5: KeyError, 6: NotImplementedError, 8: OSError,
    9: NanLossDuringTrainingError, 10: StopIteration, 11: IndexError, 12: KeyboardInterrupt, 13: AssertionError,
}  # fmt: skip


def exception_types():
    """Code -> class, for ``tf.errors.exception_type_from_error_code``."""
    return dict(_BY_CODE)


def exception_type_from_error_code(code):
    """The class of a code; ``KeyError`` for an unknown one."""
    return _BY_CODE[code]


def error_code_from_exception_type(cls):
    """The code of a class."""
    return cls._code


def make_error(details, host_exception=None):
    """The exception for a failure of the engine.

    ``details`` holds ``kind``, ``code``, ``message``, ``node`` and ``origin``; a failure that began as an exception in
    a callback comes back as that very object.
    """
    if host_exception is not None:
        return host_exception
    message = details["message"]
    kind = details["kind"]
    cls = _BY_KIND.get(kind)
    if cls is NanLossDuringTrainingError:
        return cls()
    if cls is not None:
        if details["origin"] and not details["message"].startswith("The name '"):
            message = f"{message} (at {details['origin']})"
        error = cls(message)
        error.node_name = details["node"]
        return error
    node = details["node"]
    if node:
        where = f", defined at {details['origin']}" if details["origin"] else ""
        message = f"{message}\n\t [[node {node}{where}]]"
    error = _BY_CODE.get(details["code"], UnknownError)(None, None, message)
    error._node_name = node
    return error
