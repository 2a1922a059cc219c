"""Settings of pipelines."""

__all__ = ["Options", "ThreadingOptions"]


class Options:
    """Settings of a pipeline. They are kept; the engine chooses its own ways."""

    def __init__(self):
        self.__dict__.update(
            autotune=_OptionGroup(), deterministic=None, experimental_optimization=_OptionGroup(),
            experimental_distribute=_OptionGroup(), experimental_threading=_OptionGroup(), threading=_OptionGroup(),
            experimental_deterministic=None, experimental_slack=None, dataset_name=None,
        )  # fmt: skip

    def merge(self, other):
        """A copy in which the settings of ``other`` overrule."""
        merged = Options()
        for source in (self, other):
            merged.__dict__.update({k: v for k, v in source.__dict__.items() if v is not None})
        return merged


class _OptionGroup:
    """Settings by any name."""


ThreadingOptions = _OptionGroup
