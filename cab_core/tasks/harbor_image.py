"""The image of an exported task: what Harbor builds it of."""

from __future__ import annotations

import json
from pathlib import Path

from cab_core.records import Environment, PackedTask

from .environments import SETUP_AT, archive_of
from .importing import write_files
from .toolchains import parse

APP = "/app"  # where Harbor's agents work
_BASE = "debian:12-slim"
_APT = "apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends"
_ARCHIVE = "setup.tar"
_INSTALLERS = {"python3": ("python3-pip", "python3-venv"), "node": ("npm",)}
_BINARIES = "/node_modules/.bin"  # of what a setup moves to /node_modules
# As cab's own images have it: nothing stays of what the command was given.
_SET_UP = (
    f"export PIP_BREAK_SYSTEM_PACKAGES=1 PIP_NO_CACHE_DIR=1; umask 022; cd {SETUP_AT} && "
    f'/bin/sh -e -c "$1" && cd / && rm -rf {SETUP_AT} /tmp/* /root/.cache /root/.npm'
)


def write_image(task: PackedTask, place: Path, last: str) -> None:
    """Write what an image is made of; `last` ends its Dockerfile.

    Raises:
        OSError: a file cannot be read or written.
        BadDocument: a file of the pack's environment is another than when the pack was read.
    """
    write_files(task.section("workdir"), place / "workdir")
    if task.environment is not None and task.environment.files:
        (place / _ARCHIVE).write_bytes(archive_of(task.environment))
    (place / "Dockerfile").write_text(_dockerfile(task) + last, encoding="utf-8")


def _dockerfile(task: PackedTask) -> str:
    environment = task.environment
    lines = [f"FROM {environment.image if environment and environment.image else _BASE}"]
    lines += ["USER root", "ENTRYPOINT []"] if environment and environment.image else []
    lines.append(f"RUN {_APT} {' '.join(_packages(task))}")
    lines += _setup_lines(environment) if environment and environment.setup else []
    lines.append(f"WORKDIR {APP}")
    lines += [f"COPY workdir/ {APP}/"] if task.section("workdir") else []
    if (seen := task.task.doc.work_at) not in (None, APP):
        lines.append(f"RUN [ -e {seen} ] || {{ mkdir -p $(dirname {seen}) && ln -s {APP} {seen}; }}")
    return "\n".join(lines) + "\n"


def _packages(task: PackedTask) -> list[str]:
    """Return Debian's packages: what grades needs Python, and a given image has its own toolchains."""
    environment, doc = task.environment, task.task.doc
    found = {"python3", *(["git"] if doc.reference.kind == "patch" else [])}
    if environment is not None and environment.image is not None:
        return sorted(found)
    names = set[str]()
    for requirement in doc.grade.requires:
        toolchain = parse(requirement)[0]
        found |= set(toolchain.debian)
        names |= {toolchain.name, *toolchain.brings}
    if environment is not None and environment.setup is not None:
        found |= {package for name in names for package in _INSTALLERS.get(name, ())}
    return sorted(found)


def _setup_lines(environment: Environment) -> list[str]:
    files = [f"ADD {_ARCHIVE} {SETUP_AT}/"] if environment.files else [f"RUN mkdir -p {SETUP_AT}"]
    run = json.dumps(["/bin/sh", "-c", _SET_UP, "setup", environment.setup])
    return [*files, f"ENV PATH=$PATH:{_BINARIES}", f"RUN {run}"]
