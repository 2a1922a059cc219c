"""``tf.gfile``: the local file system with TensorFlow's errors."""

import contextlib
import glob as _glob
import os
import shutil

from swiftestimator import _errors as errors

__all__ = ["GFile", "exists", "glob", "matching_files"]

_BY_ERROR = (
    (FileNotFoundError, errors.NotFoundError),
    (FileExistsError, errors.AlreadyExistsError),
    (PermissionError, errors.PermissionDeniedError),
    (IsADirectoryError, errors.FailedPreconditionError),
    (NotADirectoryError, errors.FailedPreconditionError),
)


@contextlib.contextmanager
def _translated(path):
    try:
        yield
    except OSError as error:
        for kind, cls in _BY_ERROR:
            if isinstance(error, kind):
                raise cls(None, None, f"{_text(path)}; {error.strerror}") from error
        raise errors.UnknownError(None, None, f"{_text(path)}; {error.strerror}") from error


def _text(path):
    path = os.fspath(path)
    return path.decode() if isinstance(path, bytes) else path


class FileStatistics:
    """What is known of a file."""

    def __init__(self, status):
        self.length = status.st_size
        self.mtime_nsec = status.st_mtime_ns
        self.is_directory = os.path.stat.S_ISDIR(status.st_mode)


class GFile:
    """A file, opened when it is first used. ``mode``: ``r``, ``w``, ``a``, with ``+`` or ``b``."""

    def __init__(self, name, mode="r"):
        if set(mode) - set("rwa+b") or not mode:
            raise errors.InvalidArgumentError(None, None, f"mode is not 'r' or 'w' or 'a': {mode}")
        self._name = _text(name)
        self._mode = mode
        self._file = None

    @property
    def name(self):
        """The path."""
        return self._name

    @property
    def mode(self):
        """How the file is opened."""
        return self._mode

    def _open(self):
        if self._file is None:
            with _translated(self._name):
                encoding = None if "b" in self._mode else "utf-8"
                self._file = open(self._name, self._mode, encoding=encoding, newline=None if encoding is None else "")
        return self._file

    def read(self, n=-1):
        """The next ``n`` characters or bytes; the rest when ``n`` is -1."""
        return self._open().read(n)

    def readline(self):
        """The next line."""
        return self._open().readline()

    def readlines(self):
        """The remaining lines."""
        return self._open().readlines()

    def write(self, file_content):
        """Writes text or bytes."""
        with _translated(self._name):
            self._open().write(file_content)

    def size(self):
        """The file's length in bytes."""
        return stat(self._name).length

    def seek(self, offset=None, whence=0, position=None):
        """Moves to an offset."""
        self._open().seek(position if offset is None else offset, whence)

    def tell(self):
        """The offset."""
        return self._open().tell()

    def flush(self):
        """Hands what was written to the system."""
        if self._file is not None:
            self._file.flush()

    def close(self):
        """Closes the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __iter__(self):
        return self

    def __next__(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def __enter__(self):
        self._open()
        return self

    def __exit__(self, *exception):
        self.close()


Open = FastGFile = GFile


def exists(path):
    """Whether a file or folder is there."""
    return os.path.exists(path)


def glob(pattern):
    """Paths that match a pattern or any of several, sorted."""
    patterns = [pattern] if isinstance(pattern, str | bytes | os.PathLike) else list(pattern)
    return [match for p in patterns for match in matching_files(p)]


def matching_files(pattern):
    """Paths that match one pattern, sorted."""
    return sorted(_glob.glob(_text(pattern)))


def remove(path):
    """Deletes a file."""
    with _translated(path):
        os.remove(path)


def copy(src, dst, overwrite=False):
    """Copies a file."""
    if not overwrite and os.path.exists(dst):
        raise errors.AlreadyExistsError(None, None, f"{_text(dst)}; file already exists")
    with _translated(src):
        shutil.copyfile(src, dst)


def rename(src, dst, overwrite=False):
    """Renames a file or folder."""
    if not overwrite and os.path.exists(dst):
        raise errors.AlreadyExistsError(None, None, f"{_text(dst)}; file already exists")
    with _translated(src):
        os.replace(src, dst)


def mkdir(path):
    """Makes a folder; its parent must exist."""
    with _translated(path):
        os.mkdir(path)


def makedirs(path):
    """Makes a folder and its parents; fine when it exists."""
    with _translated(path):
        os.makedirs(path, exist_ok=True)


def isdir(path):
    """Whether the path is a folder."""
    return os.path.isdir(path)


def listdir(path):
    """Names of what a folder holds."""
    if not os.path.isdir(path):
        raise errors.NotFoundError(None, None, f"Could not find directory {_text(path)}")
    return os.listdir(path)


def rmtree(path):
    """Deletes a folder and all below it."""
    with _translated(path):
        shutil.rmtree(path)


def stat(path):
    """What is known of a file."""
    with _translated(path):
        return FileStatistics(os.stat(path))


def walk(top, topdown=True, onerror=None):
    """(folder, folders in it, files in it) for a folder and all below it."""
    return os.walk(top, topdown, onerror)


def walk_v1(top, in_order=True):
    """As :func:`walk`, with TensorFlow 1's argument."""
    return os.walk(top, in_order)


def join(path, *paths):
    """Path parts joined."""
    return os.path.join(path, *paths)


# -- The names and arguments of TensorFlow 1


def exists_v1(filename):
    """Whether a file or directory exists."""
    return exists(filename)


def glob_v1(filename):
    """The paths that match a pattern, or one of several."""
    return glob(filename)


def remove_v1(filename):
    """Deletes a file."""
    remove(filename)


def copy_v1(oldpath, newpath, overwrite=False):
    """Copies a file."""
    copy(oldpath, newpath, overwrite)


def rename_v1(oldname, newname, overwrite=False):
    """Renames or moves a file or directory."""
    rename(oldname, newname, overwrite)


def mkdir_v1(dirname):
    """Makes a directory."""
    mkdir(dirname)


def makedirs_v1(dirname):
    """Makes a directory and those above it."""
    makedirs(dirname)


def isdir_v1(dirname):
    """Whether a path is a directory."""
    return isdir(dirname)


def listdir_v1(dirname):
    """The names in a directory."""
    return listdir(dirname)


def rmtree_v1(dirname):
    """Deletes a directory with all that is in it."""
    rmtree(dirname)


def stat_v1(filename):
    """Size and time of a file."""
    return stat(filename)
