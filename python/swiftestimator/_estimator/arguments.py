"""Which arguments a program's function takes."""

import functools
import inspect
import types

__all__ = ["fn_args"]


def fn_args(function_):
    """Names of the positional arguments of a function, a bound method, a callable object or a partial.

    A partial's bound arguments don't count; keyword-only ones and ``**kwargs`` are not seen.
    """
    if type(function_) is types.FunctionType and not function_.__dict__:  # nothing in it that says otherwise
        code = function_.__code__
        return code.co_varnames[: code.co_argcount]
    if isinstance(function_, functools.partial):
        inner = list(fn_args(function_.func))[len(function_.args) :]
        return tuple(name for name in inner if name not in (function_.keywords or {}))
    target = function_
    if inspect.ismethod(getattr(target, "__call__", None)):  # noqa: B004 (an object of a class with __call__)
        target = target.__call__
    names = inspect.getfullargspec(target).args
    if inspect.ismethod(target) or inspect.isclass(target):
        names = names[1:]
    return tuple(names)
