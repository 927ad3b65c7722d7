"""What an agent, or code under test, does to its sandbox's own directories is no trouble of the machinery."""

from __future__ import annotations

import json
from pathlib import Path

import attrs
import pytest

from cab_core.plugins.protocols import Leftovers
from cab_core.records import Harvest, Job, Launch
from cab_core.workdir.directories import AGENT, GRADER, make_directories, reopen
from tests.support.puppet import Puppet, play


class Reader(Puppet):
    """A puppet whose adapter reads a file of HOME; `read` is what it found."""

    read: str | None = "nothing was asked"

    def harvest(self, left: Leftovers) -> Harvest:
        self.read = left.read("file")
        return Harvest()


@pytest.mark.parametrize(
    "script",
    ["shutil.rmtree(home)", "shutil.rmtree(home)\nos.symlink({there!r}, home)", "shutil.rmtree(home)\nopen(home, 'w')"],
    ids=["removed", "a link", "a file"],
)  # fmt: skip
def test_an_adapter_reads_nothing_where_home_is_gone(tmp_path: Path, script: str) -> None:
    """An agent that took its HOME away, or put a link there, has a CLI that left nothing; nobody crashed."""
    (tmp_path / "there").mkdir()
    (tmp_path / "there/file").write_text("secret")
    lines = script.format(there=str(tmp_path / "there"))
    adapter = Reader(f"import shutil\ncall()\nhome = os.environ['HOME']\n{lines}")
    _, result = play(tmp_path / "runs", "", adapter=adapter)
    assert (result.outcome, adapter.read) == ("failed", None), result.why


def test_a_work_dir_that_became_a_link_is_an_empty_one(tmp_path: Path) -> None:
    """What the link leads to is not taken for the agent's work, nor touched."""
    (tmp_path / "there").mkdir()
    (tmp_path / "there/stock.py").write_text("secret")
    script = f"import shutil\ncall()\nwork = os.getcwd()\nshutil.rmtree(work)\nos.symlink({str(tmp_path / 'there')!r}, work)"
    directory, result = play(tmp_path / "runs", script)
    changes = json.loads((directory / "changes.json").read_text())["changes"]
    assert result.outcome == "failed" and changes and all(c["after"] is None for c in changes)
    assert (tmp_path / "there/stock.py").read_text() == "secret"


class Configured(Puppet):
    """A puppet whose adapter wants these files in HOME."""

    files: tuple[str, ...] = ()

    def launch(self, job: Job) -> Launch:
        launch = super().launch(job)
        return attrs.evolve(launch, files={**launch.files, **dict.fromkeys(self.files, "x")})


@pytest.mark.parametrize(
    ("files", "says"),
    [
        (["../work/stock.py"], "'../work/stock.py', outside HOME"),
        (["/tmp/cab-nobody-s"], "'/tmp/cab-nobody-s', outside HOME"),
        (["a", "a/b"], "'a/b', which cannot be written: Not a directory"),
        (["a\0b"], "outside HOME"),
        (["n" * 300], "expected names of at most 255 bytes"),
    ],
    ids=["up", "absolute", "below a file", "NUL", "long"],
)
def test_an_adapter_writes_below_home_alone(tmp_path: Path, files: list[str], says: str) -> None:
    """Another path is its mistake, told with a message that names it; no file is written there."""
    adapter = Configured("call()")
    adapter.files = tuple(files)
    _, result = play(tmp_path, "", adapter=adapter)
    assert result.outcome == "infra_plugin" and says in result.why
    assert not Path("/tmp/cab-nobody-s").exists()


@pytest.mark.parametrize("names", [AGENT, GRADER], ids=["agent", "grader"])
def test_directories_are_made_once_and_had_back(tmp_path: Path, names: dict[str, bool]) -> None:
    """Each is there with its mode, a second making is an error, and what was locked is open again."""
    make_directories(tmp_path / "new/scratch", names)
    with pytest.raises(FileExistsError):
        make_directories(tmp_path / "new/scratch", names)
    for name in names:
        (tmp_path / "new/scratch" / name).chmod(0)
    reopen(tmp_path / "new/scratch", names)
    assert {p.name: p.stat().st_mode & 0o7777 for p in (tmp_path / "new/scratch").iterdir()} == dict.fromkeys(
        names, 0o755
    )
