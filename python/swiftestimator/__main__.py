"""``python -m swiftestimator [--tf 1|2|auto] program.py [arguments]`` runs a TensorFlow program on this package."""

import argparse
import os
import runpy
import sys

from swiftestimator._api.detect import api_version
from swiftestimator._runner import install_as_tensorflow


def main(argv=None):
    """Parses the command line and runs the program as ``__main__``."""
    parser = argparse.ArgumentParser(
        prog="python -m swiftestimator", description="Runs a program written for TensorFlow on swiftestimator."
    )
    parser.add_argument(
        "--tf", choices=["1", "2", "auto"], default="auto",
        help="the API that `import tensorflow` has; auto reads it off the names that the program uses",
    )  # fmt: skip
    parser.add_argument("-m", dest="module", action="store_true", help="the program is the name of a module")
    parser.add_argument("program", help="the program's file")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="the program's own arguments")
    options = parser.parse_args(argv)
    if options.module:
        install_as_tensorflow(2 if options.tf == "auto" else int(options.tf))
        sys.argv = [options.program, *options.arguments]
        runpy.run_module(options.program, run_name="__main__", alter_sys=True)
        return
    if not os.path.isfile(options.program):
        parser.error(f"there is no file '{options.program}'")
    install_as_tensorflow(api_version(options.program) if options.tf == "auto" else int(options.tf))
    sys.argv = [options.program, *options.arguments]
    sys.path.insert(0, os.path.dirname(os.path.abspath(options.program)))
    runpy.run_path(options.program, run_name="__main__")


if __name__ == "__main__":
    main()
