"""Commands of setuptools that setup.cfg names."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from setuptools.command.build_ext import build_ext
from setuptools.command.sdist import sdist
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


class SourceArchive(sdist):
    """Adds the folders that are links to others, as copies: setuptools takes each folder only once."""

    def make_release_tree(self, base_dir, files):
        super().make_release_tree(base_dir, files)
        for link in native.linked_folders():
            target = Path(base_dir) / link.relative_to(native.ROOT)
            shutil.copytree(link, target, dirs_exist_ok=True)
