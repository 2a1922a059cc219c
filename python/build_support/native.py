"""Builds the extension `_native.abi3.so` with the Swift package manager.

Run as a program, it builds in place: the result goes to python/swiftestimator. With --check, it only looks whether
there is a compiler.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXPORTS = Path(__file__).with_name("exports.map")
SCRATCH = ROOT / "build" / "swift"
IN_PLACE = ROOT / "python" / "swiftestimator" / "_native.abi3.so"
OLDEST_SWIFT = (6, 3)


class BuildError(Exception):
    """Why the extension cannot be built, in one line."""


def find_swift() -> str:
    """The Swift compiler driver. The environment variable SWIFT names another one than that on PATH."""
    wanted = ".".join(map(str, OLDEST_SWIFT))
    swift = shutil.which(os.environ.get("SWIFT", "swift"))
    if swift is None:
        raise BuildError(
            f"swiftestimator needs Swift {wanted} or newer to build: install it from https://swift.org/install"
        )
    try:
        reply = subprocess.run([swift, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise BuildError(f"swiftestimator needs a working Swift compiler, but {swift} fails: {error}") from error
    match = re.search(r"Swift version (\d+)\.(\d+)", reply)
    if match is None or tuple(map(int, match.groups())) < OLDEST_SWIFT:
        found = match.group(0) if match else "an unknown version"
        raise BuildError(f"swiftestimator needs Swift {wanted} or newer to build, but {swift} is {found}")
    return swift


def find_python_headers() -> str:
    """The folder of Python.h."""
    include = sysconfig.get_paths()["include"]
    if not os.path.exists(os.path.join(include, "Python.h")):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise BuildError(f"Python's C headers are missing in {include}: install python{version}-dev")
    return include


def linked_folders() -> list[Path]:
    """Folders of the Swift sources that are symbolic links to others."""
    return [path for path in (ROOT / "Sources").glob("*/*") if path.is_symlink() and path.is_dir()]


def build(target: Path) -> None:
    """Builds the extension, reusing what an earlier build left in build/, and puts it at `target`."""
    if not sys.platform.startswith("linux"):
        raise BuildError(f"swiftestimator's extension builds on Linux, not on {sys.platform}")
    command = [find_swift(), "build", "-c", "release", "--product", "_native"]
    command += ["--package-path", str(ROOT), "--scratch-path", str(SCRATCH)]
    # Swift's own libraries go into the extension, so that it runs where no Swift is installed.
    command += ["-Xswiftc", "-static-stdlib", "-Xcc", f"-I{find_python_headers()}"]
    command += ["-Xlinker", f"--version-script={EXPORTS}", "-Xlinker", "-s", "-Xlinker", "--gc-sections"]
    print("$", " ".join(command), flush=True)
    status = subprocess.run(command, cwd=ROOT).returncode
    if status != 0:
        raise BuildError(f"swift build failed with status {status}; its messages stand above")
    target.parent.mkdir(parents=True, exist_ok=True)
    # A new file, not the old one overwritten: a running program may have that mapped.
    fresh = target.with_name(target.name + ".new")
    shutil.copyfile(SCRATCH / "release" / "lib_native.so", fresh)
    fresh.chmod(0o755)
    fresh.replace(target)


if __name__ == "__main__":
    try:
        find_swift() if sys.argv[1:] == ["--check"] else build(IN_PLACE)
    except BuildError as problem:
        sys.exit(f"error: {problem}")
