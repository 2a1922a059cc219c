"""``tf.app`` and ``tf.flags``: those of absl."""

import sys

from absl import flags

__all__ = ["flags", "run"]


def run(main=None, argv=None):
    """Parses the flags and calls ``main(argv)``, by default the program's own ``main``; then exits."""
    from absl import app

    main = main or sys.modules["__main__"].main
    app.run(main=main, argv=argv, flags_parser=_parse_flags_tolerating_unknown)


def _parse_flags_tolerating_unknown(argv):
    return flags.FLAGS(argv or sys.argv, known_only=True)
