"""A repository's environment: where it can be made, and how it stands in the pack."""

from __future__ import annotations

import tomllib
from pathlib import Path

from cab_core.own.pack import Draft, MadeWith, write_pack
from cab_core.own.repository import SourceFile
from cab_core.records import EnvironmentSpec, GradeCommand, GradeSpec, TaskDoc
from cab_core.tasks.native import NativeFormat
from tests.conftest import Cab
from tests.support.histories import SHOP, history

DOC = TaskDoc(
    schema_version=1, title="t", prompt="p", expected_files=("a.py",),
    grade=GradeSpec(commands=(GradeCommand(argv=("true",)),)),
)  # fmt: skip
DRAFT = Draft(name="one", doc=DOC, sections={"workdir": {"a.py": SourceFile(b"a = 1\n")}})


def test_a_pack_has_the_recipe_and_its_files_once(tmp_path: Path) -> None:
    """Where the setup ran the work dir is seen, too; an image as it is needs no file."""
    files = {"größe.txt": SourceFile(b"1\r\n"), "install": SourceFile(b"#!/bin/sh\n", executable=True)}
    made = MadeWith(EnvironmentSpec(setup="./install 'x'\nls"), files)
    write_pack(tmp_path / "a", "shop", "title", [DRAFT], {}, made)
    [task] = NativeFormat().load(tmp_path / "a")
    assert task.environment is not None and task.environment.files == ("größe.txt", "install")
    assert (task.environment.setup, task.task.doc.work_at) == ("./install 'x'\nls", "/tree")
    write_pack(tmp_path / "b", "shop", "title", [DRAFT], {}, MadeWith(EnvironmentSpec(image="debian:12"), {}))
    [other] = NativeFormat().load(tmp_path / "b")
    assert other.environment is not None and (other.environment.files, other.task.doc.work_at) == ((), None)
    versions = {tomllib.loads((tmp_path / p / "pack.toml").read_text())["version"] for p in "ab"}
    assert len(versions) == 2 and task.task.tree_hash != other.task.tree_hash


def test_on_this_machine_nothing_is_installed(tmp_path: Path) -> None:
    """A user's mistake, with what to do; nothing is written."""
    history(tmp_path / "shop", ("A shop", SHOP))
    done = Cab(tmp_path)("tasks", "mine", "shop", "-o", "made", "--setup", "touch ../ran")
    assert done.returncode == 2 and "add `--runtime docker`" in done.stderr, done.stderr
    assert sorted(p.name for p in tmp_path.iterdir() if p.name in ("made", "ran")) == []
