"""Files that declare a CLI, as a user writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tomli_w

from cab_core.declared.adapter import DeclaredCli
from cab_core.declared.reading import read_declared
from cab_core.plugins.protocols import Leftovers
from cab_core.records import Job

LEAST: dict[str, Any] = {
    "schema_version": 1,
    "name": "house",
    "version": "1",
    "protocols": ["openai-chat"],
    "version_argv": ["python3", "--version"],
    "launch": {"argv": ["house", "{{ prompt }}"]},
}


def write(path: Path, **said: Any) -> Path:
    """Write a file that declares a CLI."""
    path.write_text(tomli_w.dumps({**LEAST, **said}))
    return path


def declared(base: Path, **said: Any) -> DeclaredCli:
    """Return the adapter of such a file."""
    return read_declared(write(base / "house.toml", **said))


def job(**said: Any) -> Job:
    """Return a job as a cell has one."""
    usual = {"prompt": "p", "model": "m", "endpoint": "http://127.0.0.1:1/v1", "token": "t", "home": "/h"}
    return Job(**{**usual, "workdir": "/w", "deadline_s": 60, **said})


def left(
    base: Path, stdout: str = "", stderr: str = "", code: int | None = 0, cut: bool = False
) -> Leftovers:
    """Return what a CLI left."""
    return Leftovers(job=job(), home=base, exit_code=code, stdout=stdout, stderr=stderr, stdout_cut=cut)
