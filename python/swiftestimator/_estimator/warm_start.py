"""Settings for starting from the variables of another model."""

from collections import namedtuple

__all__ = ["VocabInfo", "WarmStartSettings", "settings_from"]


class VocabInfo(
    namedtuple(
        "VocabInfo",
        ["new_vocab", "new_vocab_size", "num_oov_buckets", "old_vocab", "old_vocab_size", "backup_initializer", "axis"],
    )
):
    """How the rows (or columns) of a variable go over from one vocabulary to another."""

    def __new__(
        cls, new_vocab, new_vocab_size, num_oov_buckets, old_vocab, old_vocab_size=-1, backup_initializer=None, axis=0
    ):
        if axis not in (0, 1):
            raise ValueError(f"The only supported values for the axis argument are 0 and 1. Provided axis: {axis}")
        return super().__new__(
            cls, new_vocab, new_vocab_size, num_oov_buckets, old_vocab, old_vocab_size, backup_initializer, axis
        )


class WarmStartSettings(
    namedtuple(
        "WarmStartSettings",
        ["ckpt_to_initialize_from", "vars_to_warm_start", "var_name_to_vocab_info", "var_name_to_prev_var_name"],
    )
):
    """Which variables start from which checkpoint."""

    def __new__(
        cls,
        ckpt_to_initialize_from,
        vars_to_warm_start=".*",
        var_name_to_vocab_info=None,
        var_name_to_prev_var_name=None,
    ):
        if not ckpt_to_initialize_from:
            raise ValueError("`ckpt_to_initialize_from` MUST be set in WarmStartSettings")
        return super().__new__(
            cls,
            ckpt_to_initialize_from,
            vars_to_warm_start,
            var_name_to_vocab_info or {},
            var_name_to_prev_var_name or {},
        )


def settings_from(value):
    """The settings that an Estimator was given.

    Raises ``ValueError`` for another type, and ``NotImplementedError`` for settings: warm starts are not offered.
    """
    if not isinstance(value, str | bytes | WarmStartSettings):
        raise ValueError(
            f"warm_start_from must be a string or a WarmStartSettings, instead got {type(value)} {value!r}"
        )
    raise NotImplementedError("Estimator(warm_start_from=...) is not implemented in swiftestimator")
