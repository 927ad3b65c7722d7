"""The image of a pack's environment: made once, with a network; what runs in it has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from cab_core.errors import ImageError
from cab_core.plugins.protocols import StopSignal
from cab_core.plugins.registry import Plugins
from cab_core.records import Environment, Needs, PackedTask
from cab_core.run.needs import unmet, versions_in
from cab_core.run.validate import validate
from cab_core.runtimes.docker.build import ensure
from cab_core.runtimes.docker.images import tools_image
from cab_core.tasks.catalog import load_pack
from tests.support.packs import PACK, write_pack

GRADE = '[[grade.commands]]\nargv = ["sh", "-c", "installed $(cat a.txt)"]\n'
SETUP = "mkdir -p /opt/own/bin && mv program /opt/own/bin/installed && ls > /opt/own/seen"
# What the setup was given is gone, and what it put elsewhere is there for an ordinary user.
PROGRAM = '#!/bin/sh\ntest "$1" = good && grep -q größe /opt/own/seen && ! test -e /tree/größe.txt\n'
FILES = {
    "workdir/a.txt": "bad",
    "solution/a.txt": "good",
    "../environment/program": PROGRAM,
    "../environment/größe.txt": "",
}


def task_with(root: Path, environment: str) -> PackedTask:
    """A task of a pack with this recipe."""
    pack = f"{PACK}[environment]\n{environment}"
    write_pack(root, GRADE, {**FILES, "../pack.toml": pack}, takes="a.txt")
    (root / "mine/environment/program").chmod(0o755)
    [task] = load_pack(Plugins(), root / "mine")
    return task


def environment_of(task: PackedTask) -> Environment:
    """The environment that is there."""
    assert task.environment is not None
    return task.environment


def test_what_the_setup_installs_is_there_when_a_task_is_graded(tmp_path: Path, engine: object) -> None:
    """Its image is made once, and is a part of what a verdict depends on."""
    docker, said = Plugins().runtime("docker"), list[str]()
    task = task_with(tmp_path, f'setup = "{SETUP} && ln -s /opt/own/bin/installed /usr/local/bin"\n')
    assert unmet(docker, task.needs, said.append) is None
    found = validate(task, docker, tmp_path / "scratch", StopSignal())
    assert found.fault is None, found
    image = tools_image((), said.append, environment_of(task)).id
    assert versions_in(docker, task.needs)["environment"] == image
    assert sum(line.startswith("building cab-environment") for line in said) <= 1


def test_an_image_of_the_pack_s_own_is_begun_with(tmp_path: Path, engine: object) -> None:
    """Its PATH holds for what is installed there; a toolchain that is not in it is named, and none added."""
    docker = Plugins().runtime("docker")
    made = tools_image((), print, environment_of(task_with(tmp_path / "a", f'setup = "{SETUP}"\n')))
    given = ensure("cab-given-test", f"FROM {made.id}\nENV PATH=/opt/own/bin:$PATH\n", "tools", print)
    task = task_with(tmp_path / "b", f'image = "{given.name}"\nsetup = "touch /opt/more"\n')
    assert unmet(docker, task.needs, print) is None
    assert validate(task, docker, tmp_path / "scratch", StopSignal()).fault is None
    lacks = unmet(docker, Needs(requires=("gcc",), environment=task.environment), print)
    assert lacks is not None and lacks.startswith("gcc is not in the image") and "`setup` brings" in lacks


def test_a_setup_that_fails_and_an_image_that_is_not_there_are_told(tmp_path: Path, engine: object) -> None:
    """With the last words of the command, and the name of the image."""
    docker = Plugins().runtime("docker")
    with pytest.raises(ImageError, match="no such thing"):
        unmet(docker, task_with(tmp_path / "a", 'setup = "echo no such thing; exit 3"\n').needs, print)
    absent = 'image = "127.0.0.1:9/none"\nsetup = "true"\n'
    with pytest.raises(ImageError, match=r"image 127\.0\.0\.1:9/none is not here and cannot be pulled"):
        unmet(docker, task_with(tmp_path / "b", absent).needs, print)
