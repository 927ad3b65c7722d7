"""A task of a pack that was given as a directory: its scripts ask for that directory, and run with it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from cab_core.plugins.registry import Plugins
from cab_core.records import CellResult, Identity
from cab_core.site.build import build_site
from cab_core.site.commands import check_command, docker_commands, run_cell_command
from cab_core.site.own_endpoint import own_endpoint_script
from cab_core.store.cells import Store
from cab_core.tasks.catalog import Catalog
from tests.conftest import CAB
from tests.site.made import Made
from tests.support.packs import write_pack
from tests.support.puppet import play

GIVEN = {
    "YOUR_ENDPOINT": "http://127.0.0.1:9/v1",
    "YOUR_KEY": "k",
    "YOUR_MODEL_ID": "m",
    "YOUR_PACK": "mine",
}
# A cab that says what it was called with, and a CLI that does nothing.
STUBS = 'cab() { printf "%s\\n" "$@"; }; docker() { cab "$@"; }; aider() { :; }\n'


def bash(script: str, place: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a script as a reader does, in a directory that holds their copy of the pack."""
    path = os.pathsep.join((str(CAB.parent), os.environ["PATH"]))
    return subprocess.run(
        ["bash", "-e"], input=script, cwd=place, env={"PATH": path, **env}, capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A reader's directory with the pack; its name has two words."""
    command = '[[grade.commands]]\nargv = ["grep", "-q", "good", "a.txt"]\n'
    write_pack(tmp_path / "a reader", command, {"workdir/a.txt": "bad"}, takes="a.txt")
    return tmp_path / "a reader"


def result_of(tmp_path: Path, **made: object) -> CellResult:
    """A cell of that task, with an image that can be pulled."""
    image = Identity(cell_image="somewhere/cell@sha256:1")
    Made(task="mine/one", identity=image, **made).write(tmp_path / "runs")  # type: ignore[arg-type]
    [(_, result)] = Store(tmp_path / "runs").standing()
    return result


def scripts_of(result: CellResult) -> list[str]:
    """Every script of its page."""
    found = (
        run_cell_command(result),
        docker_commands(result),
        check_command(result),
        own_endpoint_script(result, None),
    )
    assert None not in found
    return [script for script in found if script]


@pytest.mark.parametrize("number", range(4))
def test_a_script_names_the_pack_by_where_the_reader_has_it(tmp_path: Path, place: Path, number: int) -> None:
    """As an absolute path: scripts change directories, and a container mounts no other."""
    script = scripts_of(result_of(tmp_path, pack_by_path=True))[number]
    said = bash(STUBS + script.replace('cd "$WORKDIR"', ":"), place, **GIVEN)
    words = said.stdout.splitlines()
    assert said.returncode == 0, (script, said.stderr)
    option = words[words.index("--pack") + 1]
    assert option == str(place / "mine") or f"{place}/mine:{option}:ro" in words


@pytest.mark.parametrize("number", range(4))
def test_without_the_directory_a_script_ends_and_says_which(tmp_path: Path, place: Path, number: int) -> None:
    """Before it has made anything; also where there is none of that name."""
    script = scripts_of(result_of(tmp_path, pack_by_path=True))[number]
    missing = bash(STUBS + script, place, **{**GIVEN, "YOUR_PACK": ""})
    assert missing.returncode != 0 and "YOUR_PACK: directory of the task pack mine 1" in missing.stderr
    wrong = bash(STUBS + script, place, **{**GIVEN, "YOUR_PACK": "nowhere"})
    assert wrong.returncode != 0 and "nowhere" in wrong.stderr
    assert [p.name for p in place.iterdir()] == ["mine"] and not (missing.stdout + wrong.stdout)


def test_the_files_of_the_task_are_copied_from_it(tmp_path: Path, place: Path) -> None:
    """By the real `cab`, whose catalogue does not have that pack."""
    script = own_endpoint_script(result_of(tmp_path, pack_by_path=True), None)
    assert script is not None
    done = bash("aider() { :; }\n" + script, place, **GIVEN)
    assert done.returncode == 0, done.stderr
    assert (place / "cab-own/work/a.txt").read_text() == "bad"


def test_an_installed_pack_is_asked_for_by_nobody(tmp_path: Path) -> None:
    """Its scripts say nothing of a directory."""
    assert not any("PACK" in script or "--pack" in script for script in scripts_of(result_of(tmp_path)))


@pytest.mark.parametrize("kind", ["task", "cell"])
def test_the_pages_say_that_it_was_a_directory(tmp_path: Path, kind: str) -> None:
    """Of the task and of the cell: a reader has to get the pack first."""
    result_of(tmp_path, pack_by_path=True)
    site = build_site([tmp_path / "runs"], tmp_path / "site").parent
    text = next(site.glob(f"{kind}/**/index.html")).read_text()
    assert "a directory" in text and "<code>--pack</code>" in text


def test_the_cell_keeps_how_its_pack_was_given(tmp_path: Path, place: Path) -> None:
    """By the catalogue that read it: a directory, or an installation."""
    catalog = Catalog(Plugins(), [place / "mine"])
    for task, by_path in (("mine/one", True), ("mutations/py-stock-reorder", False)):
        _, result = play(tmp_path / "runs", "", task=catalog.select([task])[0])
        assert result.pack_by_path is by_path
