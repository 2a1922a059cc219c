"""``tf.train.ClusterSpec``: the jobs of a cluster and the addresses of their tasks."""

from collections.abc import Mapping

__all__ = ["ClusterSpec"]


class ClusterSpec:
    """Job name -> addresses of its tasks by index.

    ``cluster`` is a dict of lists (or of dicts from index to address), a ``ClusterDef`` or another ``ClusterSpec``;
    raises ``TypeError`` for anything else.
    """

    def __init__(self, cluster):
        if isinstance(cluster, ClusterSpec):
            jobs = cluster._jobs
        elif isinstance(cluster, Mapping):
            jobs = cluster
        elif hasattr(cluster, "job"):  # a ClusterDef message
            jobs = {job.name: dict(job.tasks) for job in cluster.job}
        else:
            raise TypeError(
                "`cluster` must be a dictionary mapping one or more job names to lists of network addresses, or a "
                f"`ClusterDef` protocol buffer. Received: {cluster}"
            )
        self._jobs = {str(name): self._tasks(name, tasks) for name, tasks in jobs.items()}

    @staticmethod
    def _tasks(name, tasks):
        if isinstance(tasks, Mapping):
            found = {}
            for index, address in tasks.items():
                try:
                    found[int(index)] = address
                except (TypeError, ValueError):
                    raise TypeError(
                        f"The keys of the task map of job {name!r} must be integers, got {index!r}"
                    ) from None
        elif isinstance(tasks, list | tuple):
            found = dict(enumerate(tasks))
        else:
            raise TypeError(f"The tasks of job {name!r} must be a list, or a dict from index to address, got {tasks!r}")
        for index, address in found.items():
            if not isinstance(address, str | bytes):
                raise TypeError(f"Task address must be bytes or unicode string, got {address!r} for {name}:{index}")
        return {i: a.decode() if isinstance(a, bytes) else a for i, a in sorted(found.items())}

    def __bool__(self):
        return bool(self._jobs)

    def __eq__(self, other):
        return isinstance(other, ClusterSpec) and self._jobs == other._jobs

    __hash__ = None

    def __repr__(self):
        inner = ", ".join(f"{name!r}: {tasks!r}" for name, tasks in sorted(self.as_dict().items()))
        return f"ClusterSpec({{{inner}}})"

    __str__ = __repr__

    def as_dict(self):
        """Job name -> list of addresses; a dict by index where the indices have gaps."""
        result = {}
        for name, tasks in self._jobs.items():
            dense = bool(tasks) and list(tasks) == list(range(len(tasks)))  # without tasks: an empty dict
            result[name] = list(tasks.values()) if dense else dict(tasks)
        return result

    def as_cluster_def(self):
        """The ``ClusterDef`` message."""
        from swiftestimator._protos.messages import ClusterDef

        message = ClusterDef()
        for name in sorted(self._jobs):
            job = message.job.add()
            job.name = name
            for index, address in self._jobs[name].items():
                job.tasks[index] = address
        return message

    @property
    def jobs(self):
        """Names of the jobs."""
        return list(self._jobs)

    def _job(self, name):
        if name not in self._jobs:
            raise ValueError(f"No such job in cluster: {name!r}")
        return self._jobs[name]

    def num_tasks(self, job_name):
        """How many tasks a job has; ``ValueError`` for an unknown one."""
        return len(self._job(job_name))

    def task_indices(self, job_name):
        """Indices of a job's tasks; ``ValueError`` for an unknown one."""
        return list(self._job(job_name))

    def task_address(self, job_name, task_index):
        """Address of a task; ``ValueError`` for an unknown job or index."""
        job = self._job(job_name)
        if task_index not in job:
            raise ValueError(f"No task with index {task_index!r} in job {job_name!r}")
        return job[task_index]

    def job_tasks(self, job_name):
        """Addresses of a job's tasks by index, ``None`` in gaps; ``ValueError`` for an unknown job."""
        job = self._job(job_name)
        return [job.get(i) for i in range(max(job) + 1)] if job else []
