"""A CLI is installed once, and anew where what says that it is there cannot be trusted."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from cab_core.cache import keep_json, read_object
from cab_core.errors import ImageError
from cab_core.leases import process_lease
from cab_core.records import Installation, Recipe
from cab_core.runtimes.cell_image import IMAGE_ROOT
from cab_core.runtimes.install import install, with_extras
from cab_core.runtimes.local import LocalRuntime
from tests.support.puppet import Puppet


class Cli(Puppet):
    """A CLI that is installed in a moment: nothing is fetched."""

    name = "toy"

    def __init__(self, **recipe: object) -> None:
        super().__init__("")
        self._recipe = Recipe(**recipe)  # type: ignore[arg-type]

    def recipe(self, version: str) -> Recipe:
        return self._recipe

    def version_argv(self) -> list[str]:
        return ["sh", "-c", "echo toy ${TOY-1}"]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own; this process's lease stays in the user's, or it would be another cab's."""
    process_lease()
    monkeypatch.setenv("CAB_CACHE", str(tmp_path))
    return tmp_path


PIP = """Collecting nosuch==1
ERROR: Could not find a version that satisfies the requirement nosuch==1 (from versions: none)
ERROR: No matching distribution found for nosuch==1

[notice] A new release of pip is available"""
NPM = """npm error code E404
npm error 404 Not Found - GET http://127.0.0.1/nosuch - Not found
npm error 404
npm error A complete log of this run can be found in: ~/.npm/_logs/x.log"""


def npm_says(script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put an npm first on PATH that does this, and fails."""
    npm = tmp_path / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text(f"#!/bin/sh\n{script}\nexit 1\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{npm.parent}:{os.environ['PATH']}")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (PIP, "ERROR: No matching distribution found for nosuch==1"),
        (NPM, "npm error 404 Not Found - GET http://127.0.0.1/nosuch - Not found"),
        (NPM.replace("error", "ERR!"), "npm ERR! 404 Not Found - GET http://127.0.0.1/nosuch - Not found"),
        ("one\nsomething else", "something else"),
        ("", "it says nothing"),
    ],
)
def test_why_a_step_failed_is_in_the_first_line(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, reason: str
) -> None:
    """A warning and a cell's line show that one alone; what was said is below it."""
    npm_says(f"cat << 'END'\n{said}\nEND", tmp_path, monkeypatch)
    with pytest.raises(ImageError) as caught:
        install(Cli(npm=("nosuch@1",)), "1", (), (), print)
    first, *rest = str(caught.value).splitlines()
    assert first == f"npm install nosuch@1 failed with exit code 1: {reason}"
    assert [n for n in rest if n] == [n for n in said.splitlines() if n]


def test_what_is_lacking_is_said_of_a_cli(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a run with several CLIs it is told which of them cannot be installed."""
    monkeypatch.setenv("PATH", str(cache))
    with pytest.raises(ImageError, match=r"^toy: npm and node needed"):
        install(Cli(npm=("x@1",)), "1", (), (), print)


def test_a_full_disk_is_not_left_full(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a step that failed had laid down is gone; where there may be no space is in the first line."""
    half = 'for part in "$@"; do case $part in */npm) mkdir -p "$part"; echo x > "$part/half";; esac; done'
    npm_says(
        f"{half}\nls -d {cache}/clis/toy-*/npm/half\necho npm error ENOSPC: no space", tmp_path, monkeypatch
    )
    with pytest.raises(ImageError) as caught:
        install(Cli(npm=("big@1",)), "1", (), (), print)
    first, *rest = str(caught.value).splitlines()
    assert "ENOSPC" in first and str(cache) in first and tempfile.gettempdir() in first
    assert rest[0].endswith("/npm/half") and not list(cache.glob("clis/*/"))


def test_the_version_of_a_machine_s_own_program_is_read_anew(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was installed of it, so nobody says when it becomes another."""
    program = tmp_path / "bin" / "toy"
    program.parent.mkdir()
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(Cli, "version_argv", lambda _: ["toy"])
    for version in ("toy 1", "toy 2"):
        program.write_text(f"#!/bin/sh\necho {version}\n")
        program.chmod(0o755)
        assert install(Cli(), "1", (), (), print).reported == version


def test_another_question_for_the_version_installs_anew(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an adapter asked before says nothing of what it asks now."""
    npm = cache / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text("#!/bin/sh\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{npm.parent}:{os.environ['PATH']}")
    for word in ("one", "two", "two"):
        monkeypatch.setattr(Cli, "version_argv", lambda _, word=word: ["echo", word])
        assert install(Cli(npm=("x@1",)), "1", (), (), print).reported == word


def marker(cache: Path) -> Path:
    """Return the file that says that the CLI is there."""
    return next(cache.glob("clis/toy-*/ready.json"))


def made_anew(cache: Path, text: bytes) -> bool:
    """Install, spoil what says that it is there, install again; return whether that was done anew."""
    first = install(Cli(), "1", (), (), print)
    (marker(cache).parent / "left").touch()
    marker(cache).write_bytes(text)
    assert install(Cli(), "1", (), (), print) == first
    assert json.loads(marker(cache).read_text())["reported"] == "toy 1"
    return not (marker(cache).parent / "left").exists()


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b'{"name": "toy", "vers',
        b"[]",
        b"\xff\xfe",
        b'{"other": 1}',
        b'{"name": "toy", "version": "1", "reported": null}',
        b'{"name": "toy", "version": "2", "reported": "toy 2"}',
        b"[" * 100_000,
    ],
)
def test_a_marker_that_is_cut_off_or_foreign_is_none(cache: Path, text: bytes) -> None:
    """Whatever stands in it: installed anew, and whole afterwards."""
    assert made_anew(cache, text)


def test_a_whole_marker_is_believed(cache: Path) -> None:
    """Also one of a cab that knows more of an installation: nothing is made twice."""
    text = b'{"name": "toy", "version": "1", "reported": "toy 1", "path": ["/x"], "of-the-future": 1}'
    assert not made_anew(cache, text)


def test_what_is_written_whole_is_never_seen_in_part(tmp_path: Path) -> None:
    """Two writers and a reader at once: each reading is one of both texts, and no other file stays."""
    file, over = tmp_path / "x.json", threading.Event()
    texts = [{"n": "a" * 100_000}, {"n": "b" * 100_000}]

    def write(value: object) -> None:
        while not over.is_set():
            keep_json(file, value)

    keep_json(file, texts[0])
    writers = [threading.Thread(target=write, args=(t,)) for t in texts]
    for writer in writers:
        writer.start()
    seen = [read_object(file) for _ in range(300)]
    over.set()
    for writer in writers:
        writer.join()
    assert all(s in texts for s in seen) and list(tmp_path.iterdir()) == [file]


def test_what_is_written_whole_lasts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its bytes are synced before the rename, the directory after it."""
    steps: list[str] = []
    sync, rename = os.fsync, Path.rename

    def synced(descriptor: int) -> None:
        steps.append("directory" if os.path.isdir(f"/proc/self/fd/{descriptor}") else "file")
        sync(descriptor)

    def renamed(self: Path, target: Path) -> Path:
        steps.append("rename")
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "rename", renamed)
    keep_json(tmp_path / "x", {})
    assert steps == ["file", "rename", "directory"]


def test_a_file_that_cannot_be_written_leaves_no_part_of_it(tmp_path: Path) -> None:
    """What is no JSON raises; the old file stays, and nothing beside it."""
    keep_json(tmp_path / "x", {"old": 1})
    with pytest.raises(TypeError):
        keep_json(tmp_path / "x", {"new": object()})
    assert read_object(tmp_path / "x") == {"old": 1} and len(list(tmp_path.iterdir())) == 1


def test_a_stack_s_variables_reach_the_cli(cache: Path) -> None:
    """A recipe's `env`, with its own prefix, beside the CLI's; an installation that is there has it too."""
    extra = Recipe(env={"SERVER_HOME": "{prefix}/data", "TOY": "of the stack"}, path=("bin",))
    for _ in "first", "again":
        found = install(Cli(env={"TOY": "7"}), "1", (), (extra,), print)
        prefix = next(cache.glob("clis/extra-*/ready.json")).parent
        assert found.env == {"TOY": "7", "SERVER_HOME": f"{prefix}/data"}
        assert found.path == (f"{prefix}/bin",) and found.reported == "toy 7"


def test_who_comes_first_has_a_variable_that_two_set() -> None:
    """The CLI before the stack, in a stack the first: as with programs in PATH."""
    cli = Installation(name="c", version="1", reported="1", env={"A": "cli"}, path=("/cli",))
    extras = [
        (Recipe(env={"A": "1", "B": "1"}, path=("x",)), "/one"),
        (Recipe(env={"B": "2", "C": "2"}), "/two"),
    ]
    found = with_extras(cli, extras)
    assert (found.env, found.path) == ({"A": "cli", "B": "1", "C": "2"}, ("/cli", "/one/x"))


def test_a_cell_image_holds_nothing_of_a_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stack's programs cannot be had in one: told, not left out."""
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy/VERSION").write_text("toy 1\n")
    monkeypatch.setenv(IMAGE_ROOT, str(tmp_path))
    runtime, says = LocalRuntime(), "holds nothing of a stack's own"
    assert runtime.install(Cli(), "1", (), (Recipe(),), print).reported == "toy 1"
    with pytest.raises(ImageError, match=says):
        runtime.install(Cli(), "1", (), (Recipe(env={"A": "1"}),), print)


def test_the_toolchains_that_are_there_are_told(cache: Path) -> None:
    """The installation says which versions a sandbox has."""
    found = install(Cli(), "1", ("python3>=3.9", "git"), (), print)
    git = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout.split()[2]
    assert found.toolchains["git"] == git and set(found.toolchains) == {"python3", "git"}


PYTHON = """#!/bin/sh
case "$1" in
-c) {version} ;;
-m) mkdir -p "$3" && echo {name} > "$3/made-by" ;;
esac
"""
PICK = Path(__file__).parents[2] / "cab_core/runtimes/docker/pick_python.py"


@pytest.mark.parametrize(
    ("specifier", "takes"),
    [
        (">=3.9", "python3"),
        (">=3.12", "python3.12"),
        ("<3.11", "python3.10"),
        ("!=3.11.*,<3.12", "python3.10"),
    ],
)
def test_the_interpreter_of_an_image_is_one_that_fits(tmp_path: Path, specifier: str, takes: str) -> None:
    """Its own `python3` where that fits, else the newest that does; one that can make no environment is none."""
    versions = {"python3": "3.11.2", "python3.10": "3.10.1", "python3.12": "3.12.0"}
    (tmp_path / "mkdir").symlink_to(shutil.which("mkdir") or "")
    for name, version in {**versions, "python3.13": ""}.items():
        text = PYTHON.format(name=name, version=f"echo {version}" if version else "exit 1")
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    argv = [sys.executable, str(PICK), specifier, str(tmp_path / "venv")]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, env={"PATH": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "venv/made-by").read_text().strip() == takes


def test_where_no_interpreter_fits_those_that_are_there_are_told(tmp_path: Path) -> None:
    """Which is wanted, which there is, and what to do."""
    argv = [sys.executable, str(PICK), ">=4", str(tmp_path / "venv")]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and not (tmp_path / "venv").exists()
    assert "needs Python >=4; the base image has /" in done.stderr and "in CAB_BASE_IMAGE" in done.stderr
