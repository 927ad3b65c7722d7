"""A task whose own links lead elsewhere: what the agent hands in is taken under its own name alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

import attrs
import pytest

from cab_core.records import PackedTask, ProtectedRegion, TaskFile
from cab_core.run.submission import Submission, assemble
from cab_core.workdir.compare import compare
from cab_core.workdir.manifest import take_manifest
from cab_core.workdir.materialise import materialise
from tests.support.puppet import find_task

REASON = "lies below a link"


class Linked:
    """A task with these files and links, which takes all that is not protected."""

    def __init__(self, tmp_path: Path, links: Mapping[str, str], **doc: object) -> None:
        self.at = tmp_path
        files = [self._file("lib/check.py", "protected\n"), self._file("mine/a.py", "a\n")]
        files += [self._file(path, target, link=target) for path, target in links.items()]
        task: PackedTask = find_task("mutations/py-stock-reorder")
        given = {"expected_files": ("*",), "protected": ("lib/*",), "protected_regions": (), **doc}
        own = attrs.evolve(task.task.doc, **given)
        self.task = attrs.evolve(task, task=attrs.evolve(task.task, doc=own), files=tuple(files))

    def _file(self, path: str, text: str, link: str | None = None) -> TaskFile:
        source = self.at / "pack" / path
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_text(text)
        digest = hashlib.sha256(text.encode()).hexdigest()
        return TaskFile(section="workdir", path=path, source=str(source), sha256=digest, link=link)

    def taken(self, edit: Callable[[Path], object]) -> Submission:
        """Take what `edit` makes of the work dir."""
        work = self.at / "work"
        materialise(self.task.section("workdir"), work)
        before = take_manifest(work)
        edit(work)
        return assemble(self.task, compare(before, take_manifest(work)), work, self.at / "tree")


def forged(path: str, *unlinked: str) -> Callable[[Path], None]:
    """Return an agent who removes links and writes a file of its own at a path."""

    def edit(work: Path) -> None:
        for name in unlinked:
            (work / name).unlink()
        (work / path).parent.mkdir(parents=True, exist_ok=True)
        (work / path).write_text("forged\n")

    return edit


def test_a_protected_file_is_not_overwritten_through_the_task_s_link(tmp_path: Path) -> None:
    """`tests -> lib`, and only `lib/*` protected: an agent's own `tests/check.py` does not land in lib."""
    task = Linked(tmp_path, {"tests": "lib"}, expected_files=("tests/*",))
    found = task.taken(forged("tests/check.py", "tests"))
    assert REASON in found.refused["tests/check.py"] and found.taken == []
    assert (tmp_path / "tree/lib/check.py").read_text() == "protected\n"


def test_nor_through_two_links(tmp_path: Path) -> None:
    """A link below which there is another one: `a/b/check.py` is `lib/check.py` by two links."""
    task = Linked(tmp_path, {"a": "mine", "mine/b": "../lib"}, expected_files=("a/*",))
    found = task.taken(forged("a/b/check.py", "a"))
    assert REASON in found.refused["a/b/check.py"]
    assert (tmp_path / "tree/lib/check.py").read_text() == "protected\n"


@pytest.mark.parametrize("target", ["../outside", "{root}/outside", "mine/../../outside"])
def test_nothing_is_written_out_of_the_tree(tmp_path: Path, target: str) -> None:
    """A task's link to a directory beside the tree: no file there is written, replaced or removed."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("ours")
    task = Linked(tmp_path, {"out": target.format(root=tmp_path)}, expected_files=("out/*",))
    found = task.taken(forged("out/file", "out"))
    assert REASON in found.refused["out/file"]
    assert [(p.name, p.read_text()) for p in outside.iterdir()] == [("file", "ours")]


def test_a_link_at_the_end_is_replaced_not_written_through(tmp_path: Path) -> None:
    """A file in the place of the task's link is a file of that name; what the link led to stays."""
    task = Linked(tmp_path, {"mine/check.py": "../lib/check.py"})
    found = task.taken(forged("mine/check.py", "mine/check.py"))
    assert found.taken == ["mine/check.py"] and not (tmp_path / "tree/mine/check.py").is_symlink()
    assert (tmp_path / "tree/lib/check.py").read_text() == "protected\n"


def test_a_region_s_file_that_is_a_link_is_not_written_through(tmp_path: Path) -> None:
    """A protected file with two names: neither is its region read through the other, nor written."""
    region = ProtectedRegion(file="mine/check.py", begin="protected")
    doc = {"protected": (), "protected_regions": (region,)}
    task = Linked(tmp_path, {"mine/check.py": "../lib/check.py"}, **doc)
    found = task.taken(forged("mine/check.py", "mine/check.py"))
    assert "cannot be laid over" in found.refused["mine/check.py"]
    assert (tmp_path / "tree/lib/check.py").read_text() == "protected\n"


def test_a_link_of_the_task_is_removed_itself(tmp_path: Path) -> None:
    """Taking a link away removes neither what it leads to nor the directory."""
    task = Linked(tmp_path, {"tests": "lib"}, protected=())
    found = task.taken(lambda work: (work / "tests").unlink())
    assert found.taken == ["tests"] and not (tmp_path / "tree/tests").is_symlink()
    assert (tmp_path / "tree/lib/check.py").read_text() == "protected\n"


def test_a_directory_may_take_a_link_s_place(tmp_path: Path) -> None:
    """Where the task takes the link's path as well, the agent's directory stands in its place."""
    task = Linked(tmp_path, {"tests": "lib"}, protected=())
    found = task.taken(forged("tests/check.py", "tests"))
    assert not found.refused and (tmp_path / "tree/tests/check.py").read_text() == "forged\n"
    assert (tmp_path / "tree/lib/check.py").read_text() == "protected\n"


def test_removing_what_lies_below_a_link_removes_nothing(tmp_path: Path) -> None:
    """A change that claims to remove a file by its second name is refused."""
    task = Linked(tmp_path, {"tests": "lib"})
    work = tmp_path / "work"
    materialise(task.task.section("workdir"), work)
    listed = take_manifest(work)
    before = attrs.evolve(
        listed, entries={**listed.entries, "tests/check.py": listed.entries["lib/check.py"]}
    )
    found = assemble(task.task, compare(before, listed), work, tmp_path / "tree")
    assert REASON in found.refused["tests/check.py"]
    assert (tmp_path / "tree/lib/check.py").read_text() == "protected\n"


@pytest.mark.parametrize(
    ("links", "pattern"),
    [
        ({"tests": "lib"}, "tests/*"),
        ({"a/tests": "../lib"}, "a/tests/*"),
        ({"tests/own.py": "../lib/check.py"}, "tests/*"),
        ({"tests": "second", "second": "lib"}, "tests/*"),
        ({"all": "."}, "all/lib/*"),
        ({"lib/again": "../lib"}, "lib/again/check.py"),
    ],
    ids=["directory", "below another", "file", "two links", "the work dir itself", "circle"],
)
def test_a_file_that_is_protected_by_its_second_name_is_protected(
    tmp_path: Path, links: dict[str, str], pattern: str
) -> None:
    """The grader calls it by the name that is protected; the agent writes to its own name."""
    found = Linked(tmp_path, links, protected=(pattern,)).taken(forged("lib/check.py"))
    assert "protected" in found.refused["lib/check.py"] and found.taken == []
    assert (tmp_path / "tree/lib/check.py").read_text() == "protected\n"


def test_a_new_file_below_a_protected_second_name_is_refused(tmp_path: Path) -> None:
    """A test that is added where the grader's own lie would be run with them."""
    found = Linked(tmp_path, {"tests": "lib"}, protected=("tests/*",)).taken(forged("lib/more.py"))
    assert "protected" in found.refused["lib/more.py"] and not (tmp_path / "tree/lib/more.py").exists()


def test_the_way_to_what_is_protected_stays(tmp_path: Path) -> None:
    """The link by which the grader finds the protected files is neither removed nor bent."""
    task = Linked(tmp_path, {"tests": "lib", "other": "mine"}, protected=("tests/*",))
    found = task.taken(lambda work: [(work / name).unlink() for name in ("tests", "other")])
    assert list(found.refused) == ["tests"] and found.taken == ["other"]
    assert (tmp_path / "tree/tests/check.py").read_text() == "protected\n"
