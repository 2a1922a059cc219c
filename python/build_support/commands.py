"""Commands of setuptools that setup.cfg names."""

from __future__ import annotations

import sys
from pathlib import Path

from setuptools.command.build_ext import build_ext
from setuptools.errors import ExecError

sys.path.insert(0, str(Path(__file__).parent))
import native


class BuildSwift(build_ext):
    """Builds the extension with the Swift package manager instead of a C compiler."""

    def build_extension(self, ext):
        try:
            native.build(Path(self.get_ext_fullpath(ext.name)).absolute())
        except native.BuildError as problem:
            raise ExecError(str(problem)) from None
