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


def _local(path):
    """The local path of a path or a ``file://`` address."""
    path = _text(path)
    return path[len("file://") :] if path.startswith("file://") else path


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
                self._file = open(_local(self._name), self._mode.replace("b", "") + "b")
        return self._file

    def _reading(self):
        if "r" not in self._mode and "+" not in self._mode:
            raise errors.PermissionDeniedError(None, None, "File isn't open for reading")
        return self._open()

    def _text(self, content):
        return content if "b" in self._mode else content.decode("utf-8")

    def read(self, n=-1):
        """The next ``n`` bytes, as text unless the mode has ``b``; the rest when ``n`` is -1."""
        with _translated(self._name):
            return self._text(self._reading().read(n))

    def readline(self):
        """The next line."""
        with _translated(self._name):
            return self._text(self._reading().readline())

    def readlines(self):
        """The remaining lines."""
        return list(self)

    def write(self, file_content):
        """Writes text (as UTF-8) or bytes, in any mode."""
        if not isinstance(file_content, str | bytes | bytearray | memoryview):
            raise TypeError(f"Expected binary or unicode string, got {file_content!r}")
        if self._mode.startswith("r") and "+" not in self._mode:
            raise errors.PermissionDeniedError(None, None, "File isn't open for writing")
        with _translated(self._name):
            self._open().write(file_content.encode() if isinstance(file_content, str) else file_content)

    def seekable(self):
        """Whether :meth:`seek` works: always."""
        return True

    def size(self):
        """The file's length in bytes."""
        return stat(self._name).length

    def seek(self, offset=None, whence=0, position=None):
        """Moves to an offset."""
        if whence not in (0, 1, 2):
            raise errors.InvalidArgumentError(
                None, None, f"Invalid whence argument: {whence}. Valid values are 0, 1, or 2."
            )
        with _translated(self._name):
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
    return os.path.exists(_local(path))


def glob(pattern):
    """Paths that match a pattern or any of several, sorted."""
    patterns = [pattern] if isinstance(pattern, str | bytes | os.PathLike) else list(pattern)
    return [match for p in patterns for match in matching_files(p)]


def matching_files(pattern):
    """Paths that match one pattern, sorted."""
    return sorted(_glob.glob(_local(pattern)))


def remove(path):
    """Deletes a file."""
    with _translated(path):
        os.remove(_local(path))


def copy(src, dst, overwrite=False):
    """Copies a file."""
    src, dst = _local(src), _local(dst)
    if not overwrite and os.path.exists(dst):
        raise errors.AlreadyExistsError(None, None, f"{dst}; file already exists")
    with _translated(src):
        shutil.copyfile(src, dst)


def rename(src, dst, overwrite=False):
    """Renames a file or folder."""
    src, dst = _local(src), _local(dst)
    if not overwrite and os.path.exists(dst):
        raise errors.AlreadyExistsError(None, None, f"{dst}; file already exists")
    with _translated(src):
        os.replace(src, dst)


def mkdir(path):
    """Makes a folder; its parent must exist. Fine when it exists itself."""
    path = _local(path)
    with _translated(path):
        if not os.path.isdir(path):
            os.mkdir(path)


def makedirs(path):
    """Makes a folder and its parents; fine when it exists."""
    path = _local(path)
    if os.path.isfile(path):
        raise errors.FailedPreconditionError(None, None, f"{path} is not a directory")
    with _translated(path):
        os.makedirs(path, exist_ok=True)


def isdir(path):
    """Whether the path is a folder."""
    return os.path.isdir(_local(path))


def listdir(path):
    """Names of what a folder holds."""
    path = _local(path)
    if not os.path.isdir(path):
        raise errors.NotFoundError(None, None, f"Could not find directory {path}")
    return os.listdir(path)


def rmtree(path):
    """Deletes a folder and all below it, or a file."""
    path = _local(path)
    with _translated(path):
        if os.path.isfile(path) or os.path.islink(path):
            os.remove(path)
        elif not os.path.exists(path):
            raise errors.NotFoundError(None, None, f"{path} not found")
        else:
            shutil.rmtree(path)


def stat(path):
    """What is known of a file."""
    with _translated(path):
        return FileStatistics(os.stat(_local(path)))


def walk(top, topdown=True, onerror=None):
    """(folder, folders in it, files in it) for a folder and all below it."""
    return os.walk(_local(top), topdown, onerror)


def walk_v1(top, in_order=True):
    """As :func:`walk`, with TensorFlow 1's argument."""
    return os.walk(_local(top), in_order)


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
