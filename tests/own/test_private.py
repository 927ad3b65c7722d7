"""A private pack is known as one wherever its cells are shown."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import attrs

from cab_core.conversation.atif import extra
from cab_core.own.pack import Draft, write_pack
from cab_core.own.repository import SourceFile
from cab_core.records import CellResult, GradeCommand, GradeSpec, TaskDoc
from cab_core.site.build import build_site
from cab_core.store.cells import write_result
from cab_core.store.reading import read_json
from cab_core.tasks.exporting import write_harbor
from cab_core.tasks.native import NativeFormat
from tests.site.made import Made

GRADE = GradeSpec(commands=(GradeCommand(argv=("true",)),))
DOC = TaskDoc(schema_version=1, title="t", prompt="p\nq\n", expected_files=("größe.txt",), grade=GRADE)
DRAFT = Draft(name="one", doc=DOC, sections={"workdir": {"größe.txt": SourceFile(b"a\r\n")}}, facts={"n": 1})


def test_every_document_of_it_has_its_canary(tmp_path: Path) -> None:
    """The same drafts are the same bytes; files are what they were."""
    for name in ("a", "b"):
        write_pack(tmp_path / name, "shop", "title", [DRAFT], {"kind": "mutate"})
    paths = sorted(p.relative_to(tmp_path / "a") for p in (tmp_path / "a").rglob("*") if p.is_file())
    assert all((tmp_path / "a" / p).read_bytes() == (tmp_path / "b" / p).read_bytes() for p in paths)
    canary = json.loads((tmp_path / "a/manifest.json").read_text())["canary"]
    assert all(canary in (tmp_path / "a" / p).read_text() for p in ("pack.toml", "one/task.toml"))
    [task] = NativeFormat().load(tmp_path / "a")
    assert task.task.private and task.task.doc == DOC
    assert Path(task.section("workdir")[0].source).read_bytes() == b"a\r\n"
    assert task.task.canary == canary


def test_what_is_exported_of_it_says_so(tmp_path: Path) -> None:
    """A trajectory, and a task as Harbor's, whose own files carry the canary."""
    write_pack(tmp_path / "a", "shop", "title", [DRAFT], {})
    [task] = NativeFormat().load(tmp_path / "a")
    canary = task.task.canary
    assert canary and write_harbor([task], tmp_path / "harbor") == {}
    said = tomllib.loads((tmp_path / "harbor/shop__one/task.toml").read_text())["metadata"]
    assert (said["private"], said["canary"]) == (True, canary)
    for name in ("task.toml", "environment/Dockerfile", "tests/test.sh", "solution/solve.sh"):
        assert f"# {canary}\n" in (tmp_path / "harbor/shop__one" / name).read_text()
    # A first line is one to the builder where it looks so: `# syntax=IMAGE` is a program.
    assert (tmp_path / "harbor/shop__one/environment/Dockerfile").read_text().startswith("FROM ")
    result = read_json(Made(marks=("private",)).write(tmp_path / "runs") / "cell.json", CellResult)
    told = extra(attrs.evolve(result, task=task.task))["extra"]
    assert told["canary"] == canary and "private" in told["marks"]


def test_every_page_that_shows_a_cell_of_it_says_so(tmp_path: Path) -> None:
    """With what it means on the cell's own; the badge, which stands on pages of others, too."""
    path = Made(marks=("provisional", "private")).write(tmp_path / "runs")
    result = read_json(path / "cell.json", CellResult)
    write_result(path, attrs.evolve(result, task=attrs.evolve(result.task, private=True)))
    site = build_site([tmp_path / "runs"], tmp_path / "site").parent
    cell = "cell/aider/acme/coder-1/mutations/off-by-one/index.html"
    shown = [
        cell,
        "index.html",
        "tasks.html",
        "matrix.html",
        "sweeps.html",
        "task/mutations/off-by-one/index.html",
    ]
    assert [p for p in shown if '<span class="mark">private</span>' not in (site / p).read_text()] == []
    assert "whose author does not want it to be published" in (site / cell).read_text()
    badge = json.loads((site / "badge/aider/acme/coder-1/mutations/off-by-one.json").read_text())
    assert badge["message"].endswith("(provisional, private)")
