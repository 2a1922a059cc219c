"""Supervisors: sessions with services in threads, from before there were monitored sessions."""

import contextlib
import os
import time

from swiftestimator import _logging
from swiftestimator._estimator.coordinator import Coordinator, LooperThread
from swiftestimator._estimator.scaffold import Scaffold
from swiftestimator._estimator.session_manager import SessionManager
from swiftestimator._framework.graph import GraphKeys, get_default_graph
from swiftestimator._model.variables import (
    global_variables,
    global_variables_initializer,
    report_uninitialized_variables,
)

__all__ = ["Supervisor"]


class Supervisor:
    """Prepares a session, saves checkpoints and summaries in threads, and ends them together."""

    USE_DEFAULT = 0

    def __init__(
        self, graph=None, ready_op=USE_DEFAULT, ready_for_local_init_op=USE_DEFAULT, is_chief=True,
        init_op=USE_DEFAULT, init_feed_dict=None, local_init_op=USE_DEFAULT, logdir=None, summary_op=USE_DEFAULT,
        saver=USE_DEFAULT, global_step=USE_DEFAULT, save_summaries_secs=120, save_model_secs=600,
        recovery_wait_secs=30, stop_grace_secs=120, checkpoint_basename="model.ckpt", session_manager=None,
        summary_writer=USE_DEFAULT, init_fn=None, local_init_run_options=None,
    ):  # fmt: skip
        default = Supervisor.USE_DEFAULT

        def chosen(value, make):
            return make() if value is default else value

        self._graph = graph if graph is not None else get_default_graph()
        self._is_chief, self._logdir = is_chief, None if logdir is None else os.fspath(logdir)
        self._save_summaries_secs, self._save_model_secs = save_summaries_secs, save_model_secs
        self._stop_grace_secs, self._recovery_wait_secs = stop_grace_secs, recovery_wait_secs
        self._init_feed_dict, self._init_fn = init_feed_dict, init_fn
        self._save_path = None if logdir is None else os.path.join(self._logdir, checkpoint_basename)
        self._coord = Coordinator()
        with self._graph.as_default():
            self._local_init_op = chosen(local_init_op, self._default_local_init)
            self._ready_op = chosen(ready_op, lambda: self._single("ready_op", report_uninitialized_variables))
            self._ready_for_local_init_op = chosen(
                ready_for_local_init_op,
                lambda: self._single(
                    "ready_for_local_init_op", lambda: report_uninitialized_variables(global_variables())
                ),
            )
            self._init_op = chosen(init_op, lambda: self._single("init_op", global_variables_initializer))
            self._saver = chosen(saver, self._default_saver)
            self._summary_op = chosen(summary_op, self._default_summary)
            self._global_step = chosen(global_step, self._default_step)
            self._summary_writer = chosen(summary_writer, self._default_writer) if is_chief else None
        if not is_chief:
            self._init_op = None
        self._session_manager = session_manager or SessionManager(
            local_init_op=self._local_init_op, ready_op=self._ready_op,
            ready_for_local_init_op=self._ready_for_local_init_op, graph=self._graph,
            recovery_wait_secs=recovery_wait_secs,
        )  # fmt: skip
        self._graph.finalize()
        self._started_threads = []

    # What is not given

    def _single(self, collection, make):
        return Scaffold.get_or_default(collection, collection, make)

    def _default_local_init(self):
        return self._single("local_init_op", Scaffold.default_local_init_op)

    def _default_saver(self):
        from swiftestimator._estimator.saver import Saver

        known = self._graph.get_collection(GraphKeys.SAVERS)
        if known:
            return known[0]
        if not global_variables():
            return None
        saver = Saver()
        self._graph.add_to_collection(GraphKeys.SAVERS, saver)
        return saver

    def _default_summary(self):
        from swiftestimator._model.summary import merge_all

        known = self._graph.get_collection("summary_op")
        if known:
            return known[0]
        merged = merge_all()
        if merged is not None:
            self._graph.add_to_collection("summary_op", merged)
        return merged

    def _default_step(self):
        known = self._graph.get_collection(GraphKeys.GLOBAL_STEP)
        return known[0] if known else None

    def _default_writer(self):
        from swiftestimator._estimator.writer import FileWriter

        return None if self._logdir is None else FileWriter(self._logdir)

    # What there is

    is_chief = property(lambda self: self._is_chief, doc="Whether this process initialises and saves.")
    session_manager = property(lambda self: self._session_manager, doc="What makes the sessions.")
    coord = property(lambda self: self._coord, doc="The coordinator of the threads.")
    init_op = property(lambda self: self._init_op, doc="What initialises the variables.")
    init_feed_dict = property(lambda self: self._init_feed_dict, doc="What is fed to ``init_op``.")
    ready_op = property(lambda self: self._ready_op, doc="The names of what has no value.")
    ready_for_local_init_op = property(
        lambda self: self._ready_for_local_init_op, doc="The names of global variables without value."
    )
    summary_writer = property(lambda self: self._summary_writer, doc="The writer of the log folder.")
    summary_op = property(lambda self: self._summary_op, doc="The merged summaries.")
    save_summaries_secs = property(lambda self: self._save_summaries_secs, doc="Seconds between summaries.")
    save_model_secs = property(lambda self: self._save_model_secs, doc="Seconds between checkpoints.")
    global_step = property(lambda self: self._global_step, doc="The global step.")
    saver = property(lambda self: self._saver, doc="The saver.")
    save_path = property(lambda self: self._save_path, doc="The checkpoints' path, without the step.")

    # Sessions

    def prepare_or_wait_for_session(
        self, master="", config=None, wait_for_checkpoint=False, max_wait_secs=7200, start_standard_services=True
    ):
        """A session that is ready: the chief makes it so, others wait."""
        self._coord.clear_stop()
        if self._summary_writer is not None:
            self._summary_writer.reopen()
        if not self._is_chief:
            return self._session_manager.wait_for_session(master, config=config, max_wait_secs=max_wait_secs)
        session = self._session_manager.prepare_session(
            master, init_op=self._init_op, saver=self._saver, checkpoint_dir=self._logdir,
            wait_for_checkpoint=wait_for_checkpoint, max_wait_secs=max_wait_secs, config=config,
            init_feed_dict=self._init_feed_dict, init_fn=self._init_fn,
        )  # fmt: skip
        if self._summary_writer is not None:
            self._write_graph()
        if start_standard_services:
            self.start_standard_services(session)
        return session

    def _write_graph(self):
        from swiftestimator._framework.graph_def import write_graph

        write_graph(self._graph.as_graph_def(add_shapes=True), self._logdir, "graph.pbtxt")
        self._summary_writer.add_graph(self._graph)
        if self._saver is not None:
            self._summary_writer.add_meta_graph(self._saver.export_meta_graph())

    @contextlib.contextmanager
    def managed_session(self, master="", config=None, start_standard_services=True, close_summary_writer=True):
        """A context with a session; its exceptions and those of the threads come out at the end."""
        try:
            session = self.prepare_or_wait_for_session(
                master, config=config, start_standard_services=start_standard_services
            )
            yield session
        except Exception as error:
            self.request_stop(error)
        finally:
            try:
                self.stop(close_summary_writer=close_summary_writer)
            finally:
                with contextlib.suppress(Exception):
                    session.close()

    def start_standard_services(self, sess):
        """Starts the threads that save summaries, the speed and checkpoints; gives them back."""
        if not self._is_chief:
            raise RuntimeError(
                "Only chief supervisor can start standard services. Because only chief supervisors can write events."
            )
        if self._logdir is None:
            _logging.warning("Standard services need a 'logdir' passed to the SessionManager")
            return None
        if self._global_step is not None and self._summary_writer is not None:
            from swiftestimator._protos import messages

            self._summary_writer.add_session_log(messages.SessionLog(status=1), self._step(sess))
        threads = []
        if self._save_summaries_secs and self._summary_writer is not None:
            if self._summary_op is not None:
                threads.append(self.loop(self._save_summaries_secs, self._write_summary, (sess,)))
            if self._global_step is not None:
                counter = _StepCounter(self, sess)
                threads.append(self.loop(self._save_summaries_secs, counter.write))
        if self._saver is not None and self._save_model_secs:
            threads.append(self.loop(self._save_model_secs, self._save, (sess,)))
        self._started_threads.extend(threads)
        return threads

    def _step(self, session):
        return None if self._global_step is None else int(session.run(self._global_step))

    def _write_summary(self, session):
        fetched = session.run([self._summary_op] + ([] if self._global_step is None else [self._global_step]))
        self._summary_writer.add_summary(fetched[0], *(int(step) for step in fetched[1:]))

    def _save(self, session):
        self._saver.save(session, self._save_path, global_step=self._global_step)

    def start_queue_runners(self, sess, queue_runners=None):
        """The threads of queue runners: none, since there are no queues."""
        threads = []
        for runner in queue_runners if queue_runners is not None else self._graph.get_collection("queue_runners"):
            threads.extend(runner.create_threads(sess, coord=self._coord, daemon=True, start=True))
        self._started_threads.extend(threads)
        return threads

    def loop(self, timer_interval_secs, target, args=None, kwargs=None):
        """Starts a thread that calls ``target`` again and again."""
        return LooperThread.loop(self._coord, timer_interval_secs, target=target, args=args, kwargs=kwargs)

    def summary_computed(self, sess, summary, global_step=None):
        """Writes a summary that the program has computed."""
        if not self._summary_writer:
            raise RuntimeError("Writing a summary requires a summary writer.")
        if global_step is None and self._global_step is not None:
            global_step = self._step(sess)
        self._summary_writer.add_summary(summary, global_step)

    # Ending

    def stop(self, threads=None, close_summary_writer=True, ignore_live_threads=False):
        """Ends the threads and closes the log; raises what a thread has reported."""
        self._coord.request_stop()
        try:
            self._coord.join(
                threads, stop_grace_period_secs=self._stop_grace_secs, ignore_live_threads=ignore_live_threads
            )
        finally:
            if close_summary_writer and self._summary_writer is not None:
                from swiftestimator._protos import messages

                self._summary_writer.add_session_log(messages.SessionLog(status=2))
                self._summary_writer.close()

    def request_stop(self, ex=None):
        """Asks the threads to stop."""
        self._coord.request_stop(ex=ex)

    def should_stop(self):
        """Whether somebody has asked to stop."""
        return self._coord.should_stop()

    def stop_on_exception(self):
        """A context in which an exception becomes a request to stop."""
        return self._coord.stop_on_exception()

    def wait_for_stop(self):
        """Waits until somebody asks to stop."""
        self._coord.wait_for_stop()

    PrepareSession = prepare_or_wait_for_session
    StartStandardServices = start_standard_services
    StartQueueRunners = start_queue_runners
    SummaryComputed = summary_computed
    Loop = loop
    Stop = stop
    RequestStop = request_stop
    ShouldStop = should_stop
    StopOnException = stop_on_exception
    WaitForStop = wait_for_stop


class _StepCounter:
    """Writes the steps per second."""

    def __init__(self, supervisor, session):
        self._supervisor, self._session = supervisor, session
        self._step, self._time = supervisor._step(session), time.time()

    def write(self):
        from swiftestimator._protos import messages

        step, now = self._supervisor._step(self._session), time.time()
        added, elapsed = step - self._step, now - self._time
        self._step, self._time = step, now
        speed = added / elapsed if elapsed > 0 else float("inf")
        tag = self._supervisor.global_step.op.name + "/sec"
        summary = messages.Summary(value=[messages.Summary.Value(tag=tag, simple_value=speed)])
        self._supervisor.summary_writer.add_summary(summary, step)
        _logging.info("%s: %g", tag, speed)
