"""The environment of a repository: how it is installed, as `--image` and `--setup` say it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cab_core.records import Environment, EnvironmentSpec
from cab_core.safe_fs import make_directory
from cab_core.tasks.environments import make_environment

from .repository import Files, write_files


@contextmanager
def environment_with(spec: EnvironmentSpec | None, files: Files) -> Iterator[Environment | None]:
    """Give the environment that a recipe makes with the files of a repository; None: there is no recipe."""
    if spec is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="cab-own-") as scratch:
        needed = environment_files(spec, files)
        directory = make_directory(Path(scratch) / "environment")
        write_files(directory, needed)
        yield make_environment(spec, directory, tuple(sorted(needed)))


def environment_files(spec: EnvironmentSpec, files: Files) -> Files:
    """Return the files with which an image is made: all, where a command may ask for them."""
    return files if spec.setup is not None else {}
