"""The environment of a pack: the recipe in its pack.toml, with the files of its directory `environment/`."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path

from cab_core.errors import BadDocument
from cab_core.records import Environment, EnvironmentSpec
from cab_core.records.base import canonical

from .listing import CHANGED, ENVIRONMENT, Files, look, tree_hash

SETUP_AT = "/tree"  # where `setup` runs, with these files about it; a grader's tree lies there, too


def environment_of(root: Path, spec: EnvironmentSpec | None, listed: Files) -> Environment | None:
    """Return the environment of the pack at `root`, or None where it has no recipe; `listed`: its files.

    Raises:
        BadDocument: the recipe says nothing, or not what its files are for.
    """
    paths = tuple(path.removeprefix(f"{ENVIRONMENT}/") for path in sorted(listed))
    if spec is None:
        return None
    if problem := _problem(root, spec, paths):
        raise BadDocument(str(root / "pack.toml"), [problem])
    return make_environment(spec, root / ENVIRONMENT, paths)


def make_environment(spec: EnvironmentSpec, directory: Path, paths: tuple[str, ...]) -> Environment:
    """Return the environment of a recipe and of these files below `directory`, which are read."""
    return Environment(
        image=spec.image,
        setup=spec.setup,
        files=paths,
        directory=str(directory),
        digest=_digest(spec.image, spec.setup, directory, paths),
    )


def archive_of(environment: Environment) -> bytes:
    """Return the files as a tar archive.

    Raises:
        BadDocument: one is another than when the pack was read.
    """
    directory, made = Path(environment.directory), io.BytesIO()
    if _digest(environment.image, environment.setup, directory, environment.files) != environment.digest:
        raise BadDocument(str(directory), [("(directory)", CHANGED)])
    with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path in environment.files:
            archive.add(directory / path, path, recursive=False, filter=_of_root)
    return made.getvalue()


def _of_root(info: tarfile.TarInfo) -> tarfile.TarInfo:
    """An image need not know who made it."""
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    return info


def _digest(image: str | None, setup: str | None, directory: Path, paths: tuple[str, ...]) -> str:
    try:
        files: Files = {path: look(directory / path) for path in paths}
    except OSError as exc:
        where = exc.filename or directory
        raise BadDocument(str(where), [("(file)", f"cannot be read: {exc.strerror}")]) from exc
    return hashlib.sha256(canonical([image, setup, tree_hash(files)]).encode()).hexdigest()


def _problem(root: Path, spec: EnvironmentSpec, paths: tuple[str, ...]) -> tuple[str, str] | None:
    if spec.image is None and spec.setup is None:
        return "environment", "says nothing; expected `image`, `setup`, or both"
    if paths and spec.setup is None:
        return "environment.setup", f"is missing: nothing would read the files of {ENVIRONMENT}/"
    if (root / ENVIRONMENT / "task.toml").exists():
        return "environment", f"{ENVIRONMENT}/task.toml makes a task of the directory that `setup` reads"
    return None
