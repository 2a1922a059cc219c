"""Coordinators: threads that tell each other to stop."""

import contextlib
import sys
import threading
import time

from swiftestimator import _native
from swiftestimator._border import function, register_wrapper
from swiftestimator._errors import OutOfRangeError
from swiftestimator._logging import install

__all__ = ["Coordinator", "LooperThread", "add_queue_runner", "start_queue_runners"]


class Coordinator(_native.Object):
    """Tells threads when to stop, and hands one thread's exception to whoever joins them."""

    def __new__(cls, clean_stop_exception_types=None):
        if isinstance(clean_stop_exception_types, _native.Object):
            return super().__new__(cls, clean_stop_exception_types)
        install()
        types = tuple(clean_stop_exception_types or (OutOfRangeError,))
        return super().__new__(cls, function("coordinator.new")(lambda exception: isinstance(exception, types)))

    def should_stop(self):
        """Whether somebody has asked to stop."""
        return function("coordinator.should_stop")(self)

    def request_stop(self, ex=None):
        """Asks everybody to stop; ``ex``, an exception or the tuple of ``sys.exc_info()``, says why."""
        if isinstance(ex, tuple):
            ex = ex[1]
        if ex is not None and not isinstance(ex, BaseException):
            raise TypeError(f"ex must be an exception or a tuple of sys.exc_info(), got {type(ex).__name__}: {ex}")
        function("coordinator.request_stop")(self, ex, "" if ex is None else f"{type(ex)}, {ex}")

    def clear_stop(self):
        """Takes the request back; threads can be joined again."""
        function("coordinator.clear_stop")(self)

    @contextlib.contextmanager
    def stop_on_exception(self):
        """A context in which an exception becomes a request to stop."""
        try:
            yield
        except:  # noqa: E722 (whatever ends a thread is reported to the others)
            self.request_stop(ex=sys.exc_info())

    def wait_for_stop(self, timeout=None):
        """Waits until somebody asks to stop, or ``timeout`` seconds have passed; whether somebody has asked."""
        return function("coordinator.wait")(self, None if timeout is None else float(timeout))

    def register_thread(self, thread):
        """Adds a thread that ``join`` waits for."""
        function("coordinator.register")(self, _thread(thread))

    def join(self, threads=None, stop_grace_period_secs=120, ignore_live_threads=False):
        """Waits for the threads to end; once a stop is requested they have ``stop_grace_period_secs`` for it.

        Raises the exception given to ``request_stop``, and ``RuntimeError`` for threads that are still alive.
        """
        function("coordinator.join")(
            self, [_thread(t) for t in threads or ()], float(stop_grace_period_secs), bool(ignore_live_threads)
        )

    @property
    def joined(self):
        """Whether ``join`` has ended."""
        return function("coordinator.joined")(self)

    def raise_requested_exception(self):
        """Raises the exception given to ``request_stop``, if there is one."""
        function("coordinator.raise_requested")(self)


register_wrapper("Coordinator", Coordinator)


class _Thread:
    """A thread as the engine sees it; one for each thread, so that it is joined once."""

    def __init__(self, thread):
        self._thread = thread

    def is_alive(self):
        return bool(self._thread.is_alive())

    def join(self, seconds):
        if self._thread is not threading.current_thread():
            self._thread.join(seconds)


def _thread(thread):
    made = _Thread(thread)
    return (made, str(getattr(thread, "name", thread)), {"is_alive": made.is_alive, "join": made.join})


class LooperThread(threading.Thread):
    """A thread that calls ``run_loop`` again and again until its coordinator stops.

    ``timer_interval_secs`` is the time from one call's start to the next; ``None`` leaves no pause.
    """

    def __init__(self, coord, timer_interval_secs, target=None, args=None, kwargs=None):
        if not isinstance(coord, Coordinator):
            raise ValueError(f"'coord' argument must be a Coordinator: {coord}")
        super().__init__()
        self.daemon = True
        self._coord = coord
        self._timer_interval_secs = timer_interval_secs
        self._call = (target, tuple(args or ()), dict(kwargs or {}))
        coord.register_thread(self)

    @staticmethod
    def loop(coord, timer_interval_secs, target, args=None, kwargs=None):
        """Starts a thread that calls ``target(*args, **kwargs)`` again and again."""
        looper = LooperThread(coord, timer_interval_secs, target=target, args=args, kwargs=kwargs)
        looper.start()
        return looper

    def run(self):
        """The thread's work; an exception in it stops the coordinator."""
        with self._coord.stop_on_exception():
            self.start_loop()
            if self._timer_interval_secs is None:
                while not self._coord.should_stop():
                    self.run_loop()
            else:
                due = time.time()
                while not self._coord.wait_for_stop(max(0.0, due - time.time())):
                    due += self._timer_interval_secs
                    self.run_loop()
            self.stop_loop()

    def start_loop(self):
        """Called once when the thread starts."""

    def run_loop(self):
        """Called again and again."""
        target, args, kwargs = self._call
        if target is not None:
            target(*args, **kwargs)

    def stop_loop(self):
        """Called once when the thread stops."""


def add_queue_runner(qr, collection="queue_runners"):
    """Adds a queue runner to the graph's collection."""
    from swiftestimator._framework.graph import add_to_collection

    add_to_collection(collection, qr)


def start_queue_runners(sess=None, coord=None, daemon=True, start=True, collection="queue_runners"):
    """The threads of the graph's queue runners. There are no queues, so none are started."""
    from swiftestimator._framework.session import BaseSession, get_default_session

    if sess is None:
        sess = get_default_session()
        if sess is None:
            raise ValueError(
                "Cannot start queue runners: No default session is registered. Use `with sess.as_default()` or pass an "
                "explicit session to tf.start_queue_runners(sess=sess)"
            )
    if not isinstance(sess, BaseSession):
        raise TypeError(f"sess must be a `tf.Session` object. Given class: {type(sess)}")
    threads = []
    for runner in sess.graph.get_collection(collection):
        threads.extend(runner.create_threads(sess, coord=coord, daemon=daemon, start=start))
    return threads
