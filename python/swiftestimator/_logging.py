"""``tf.logging``: Python's logger ``tensorflow``, where the engine's messages go too."""

import logging as _logging
import sys
import time

import numpy as np

from swiftestimator._border import function

__all__ = ["DEBUG", "ERROR", "FATAL", "INFO", "WARN", "get_logger", "get_verbosity", "set_verbosity"]

DEBUG = _logging.DEBUG
ERROR = _logging.ERROR
FATAL = _logging.FATAL
INFO = _logging.INFO
WARN = _logging.WARN

_counts = {}
_logger = None


def get_logger():
    """The logger ``tensorflow``; its messages go to standard error unless the root logger has handlers."""
    global _logger
    if _logger is not None:
        return _logger
    logger = _logging.getLogger("tensorflow")
    if not _logging.getLogger().handlers and not logger.handlers:
        interactive = hasattr(sys, "ps1") or bool(sys.flags.interactive)
        if interactive:
            logger.setLevel(INFO)
        handler = _logging.StreamHandler(sys.stdout if interactive else sys.stderr)
        handler.setFormatter(_logging.Formatter(_logging.BASIC_FORMAT, None))
        logger.addHandler(handler)
    _logger = logger
    return logger


def _callers(kwargs):
    """Lets records name the program's line instead of one here."""
    frame, depth = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_code.co_filename == __file__:
        frame, depth = frame.f_back, depth + 1
    return {"stacklevel": depth, **kwargs}


def log(level, msg, *args, **kwargs):
    """Logs a message at a level."""
    get_logger().log(level, msg, *args, **_callers(kwargs))


def debug(msg, *args, **kwargs):
    """Logs at DEBUG."""
    get_logger().debug(msg, *args, **_callers(kwargs))


def info(msg, *args, **kwargs):
    """Logs at INFO."""
    get_logger().info(msg, *args, **_callers(kwargs))


def warning(msg, *args, **kwargs):
    """Logs at WARN."""
    get_logger().warning(msg, *args, **_callers(kwargs))


warn = warning


def error(msg, *args, **kwargs):
    """Logs at ERROR."""
    get_logger().error(msg, *args, **_callers(kwargs))


def fatal(msg, *args, **kwargs):
    """Logs at FATAL; the process goes on."""
    get_logger().fatal(msg, *args, **_callers(kwargs))


def vlog(level, msg, *args, **kwargs):
    """Logs at a numeric level."""
    get_logger().log(level, msg, *args, **_callers(kwargs))


def log_every_n(level, msg, n, *args):
    """Logs on the first call from a line of the program and on every ``n``-th after it."""
    if _count() % n == 0:
        log(level, msg, *args)


def log_first_n(level, msg, n, *args):
    """Logs on the first ``n`` calls from a line of the program."""
    if _count() < n:
        log(level, msg, *args)


def log_if(level, msg, condition, *args):
    """Logs when the condition holds."""
    if condition:
        log(level, msg, *args)


def _count():
    frame = sys._getframe(2)
    key = (frame.f_code, frame.f_lineno)
    _counts[key] = _counts.get(key, -1) + 1
    return _counts[key]


def flush():
    """Does nothing: messages are not held back."""


def get_verbosity():
    """The lowest level that is logged."""
    return get_logger().getEffectiveLevel()


def set_verbosity(v):
    """Sets the lowest level that is logged."""
    get_logger().setLevel(v)


def TaskLevelStatusMessage(msg):  # noqa: N802 (the public name)
    """Logs a status message at ERROR."""
    error(msg)


def google2_log_prefix(level, timestamp=None, file_and_line=None):
    """The prefix of a log line in Google's format."""
    now = timestamp or time.time()
    local = time.localtime(now)
    letter = {DEBUG: "D", INFO: "I", WARN: "W", ERROR: "E", FATAL: "F"}.get(level, "I")
    return f"{letter}{time.strftime('%m%d %H:%M:%S', local)}.{int(now % 1 * 1e6):06d} "


def _engine_message(level, text):
    get_logger().log(level, "%s", text)


def _array_text(array):
    with np.printoptions(suppress=True):
        return str(array)


def install():
    """Sends the engine's messages here. Cheap when done already."""
    global _installed
    if not _installed:
        _installed = True
        function("logger.install")(_engine_message)
        function("logger.install_array_text")(_array_text)
        function("errors.install_classifier")(_classify)


_installed = False


def _classify(exception):
    """The status code of an exception that ends an input or a session."""
    if isinstance(exception, StopIteration):
        return 11
    code = getattr(exception, "error_code", None)
    return code if isinstance(code, int) else None
