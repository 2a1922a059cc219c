"""Settings of pipelines. They are kept; the engine chooses its own ways."""

import enum

__all__ = [
    "AutoShardPolicy", "AutotuneAlgorithm", "AutotuneOptions", "DistributeOptions", "ExternalStatePolicy",
    "OptimizationOptions", "Options", "ThreadingOptions",
]  # fmt: skip


class AutoShardPolicy(enum.IntEnum):
    """How a dataset is divided among workers."""

    OFF = -1
    AUTO = 0
    FILE = 1
    DATA = 2
    HINT = 3


class ExternalStatePolicy(enum.Enum):
    """What to do about state outside a dataset."""

    WARN = 0
    IGNORE = 1
    FAIL = 2


class AutotuneAlgorithm(enum.Enum):
    """How parallelism is chosen."""

    DEFAULT = 0
    HILL_CLIMB = 1
    GRADIENT_DESCENT = 2
    MAX_PARALLELISM = 3
    STAGE_BASED = 4


class _Settings:
    """Settings of given names; ``AttributeError`` for others."""

    _names = ()

    def __init__(self):
        for name in self._names:
            object.__setattr__(self, name, None)

    def __setattr__(self, name, value):
        if name not in self._names:
            raise AttributeError(f"Cannot set the property {name} on {type(self).__name__}.")
        object.__setattr__(self, name, value)

    def __eq__(self, other):
        return type(self) is type(other) and self.__dict__ == other.__dict__

    __hash__ = None

    def merge(self, options):
        """A copy in which the settings of ``options`` overrule."""
        merged = type(self)()
        for source in (self, options):
            for name in self._names:
                value = getattr(source, name)
                if isinstance(value, _Settings) and getattr(merged, name) is not None:
                    value = getattr(merged, name).merge(value)
                if value is not None:
                    setattr(merged, name, value)
        return merged


def _settings(name, summary, names):
    made = type(name, (_Settings,), {"_names": tuple(names.split()), "__doc__": summary, "__module__": __name__})
    for each in made._names:
        setattr(made, each, None)
    return made


AutotuneOptions = _settings(
    "AutotuneOptions", "Settings of the choice of parallelism.",
    "enabled cpu_budget ram_budget autotune_algorithm initial_parallelism",
)  # fmt: skip
DistributeOptions = _settings("DistributeOptions", "Settings for several workers.", "auto_shard_policy num_devices")
OptimizationOptions = _settings(
    "OptimizationOptions", "Settings of rewrites.",
    "apply_default_optimizations filter_fusion filter_parallelization inject_prefetch map_and_batch_fusion "
    "map_and_filter_fusion map_fusion map_parallelization noop_elimination parallel_batch seq_interleave_prefetch "
    "shuffle_and_repeat_fusion warm_start autotune autotune_buffers autotune_cpu_budget autotune_ram_budget",
)  # fmt: skip
ThreadingOptions = _settings(
    "ThreadingOptions", "Settings of threads.", "max_intra_op_parallelism private_threadpool_size"
)
_GROUPS = {
    "autotune": AutotuneOptions, "experimental_distribute": DistributeOptions,
    "experimental_optimization": OptimizationOptions, "threading": ThreadingOptions,
}  # fmt: skip


class Options(_Settings):
    """Settings of a pipeline."""

    _names = (
        "autotune", "dataset_name", "deterministic", "experimental_deterministic", "experimental_distribute",
        "experimental_external_state_policy", "experimental_optimization", "experimental_slack",
        "experimental_symbolic_checkpoint", "experimental_threading", "experimental_warm_start", "framework_type",
        "threading",
    )  # fmt: skip

    def __init__(self):
        super().__init__()
        for name, group in _GROUPS.items():
            setattr(self, name, group())
        self.experimental_threading = self.threading


for _name in Options._names:
    setattr(Options, _name, None)
