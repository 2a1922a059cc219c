"""Making sessions whose variables have values."""

from swiftestimator import _native
from swiftestimator._border import function
from swiftestimator._estimator.scaffold import _feeds, as_operation, as_tensor
from swiftestimator._framework.graph import get_default_graph
from swiftestimator._logging import install

__all__ = ["SessionManager"]


def _seconds(value):
    return None if value is None else float(value)


class SessionManager:
    """Restores sessions from checkpoints, initialises them, or waits until somebody else has."""

    def __init__(
        self, local_init_op=None, ready_op=None, ready_for_local_init_op=None, graph=None, recovery_wait_secs=30,
        local_init_run_options=None, local_init_feed_dict=None,
    ):  # fmt: skip
        install()
        self._graph = graph if graph is not None else get_default_graph()
        if ready_for_local_init_op is not None and local_init_op is None:
            raise ValueError(
                "If you pass a ready_for_local_init_op you must also pass a local_init_op , ready_for_local_init_op "
                f"[{ready_for_local_init_op}]"
            )
        self._local_init_fn = None
        if callable(local_init_op) and not isinstance(local_init_op, _native.Node):
            self._local_init_fn, local_init_op = local_init_op, None
        self._engine = function("session_manager.new")(
            {
                "graph": self._graph, "local_init_op": as_operation(local_init_op),
                "local_init_feeds": _feeds(local_init_feed_dict), "local_init_fn": self._local_init_fn,
                "ready_op": as_tensor(ready_op), "ready_for_local_init_op": as_tensor(ready_for_local_init_op),
                "retry_secs": float(recovery_wait_secs),
            }
        )  # fmt: skip

    def _options(
        self, saver, checkpoint_dir, checkpoint_filename_with_path, wait_for_checkpoint, max_wait_secs, **more
    ):
        from swiftestimator._estimator.saver import engine_saver

        return {
            "saver": None if saver is None else engine_saver(saver),
            "checkpoint_dir": None if checkpoint_dir is None else str(checkpoint_dir),
            "checkpoint_file": checkpoint_filename_with_path, "wait_for_checkpoint": bool(wait_for_checkpoint),
            "max_wait_secs": _seconds(max_wait_secs), **more,
        }  # fmt: skip

    def prepare_session(
        self, master, init_op=None, saver=None, checkpoint_dir=None, checkpoint_filename_with_path=None,
        wait_for_checkpoint=False, max_wait_secs=7200, config=None, init_feed_dict=None, init_fn=None,
    ):  # fmt: skip
        """A session that is restored from a checkpoint, or initialised when there is none."""
        _check_master(master)
        options = self._options(
            saver, checkpoint_dir, checkpoint_filename_with_path, wait_for_checkpoint, max_wait_secs,
            init_op=as_operation(init_op), init_feeds=_feeds(init_feed_dict), init_fn=init_fn,
        )  # fmt: skip
        return _owned(function("session_manager.prepare")(self._engine, options), config)

    def recover_session(
        self, master, saver=None, checkpoint_dir=None, checkpoint_filename_with_path=None, wait_for_checkpoint=False,
        max_wait_secs=7200, config=None,
    ):  # fmt: skip
        """A session, and whether a checkpoint was there and made it ready."""
        _check_master(master)
        options = self._options(
            saver, checkpoint_dir, checkpoint_filename_with_path, wait_for_checkpoint, max_wait_secs
        )
        session, is_recovered = function("session_manager.recover")(self._engine, options)
        return _owned(session, config), is_recovered

    def wait_for_session(self, master, config=None, max_wait_secs=float("Inf")):
        """A session of a model that another process initialises; ``DeadlineExceededError`` when it takes too long."""
        _check_master(master)
        return _owned(function("session_manager.wait")(self._engine, float(max_wait_secs)), config)


def _owned(session, config):
    """A session that the program closes."""
    session._is_owned = True
    session._apply(config)
    return session


def _check_master(master):
    if master:
        raise NotImplementedError(f"swiftestimator runs in the process: it cannot connect to '{master}'")
