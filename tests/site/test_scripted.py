"""On the pages scripted models are in no figure about models; `--scripted` gives them tables of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cab_core.site.build import build_site
from tests.site.made import Made
from tests.stats.test_scripted import SCRIPTED

ORACLE = "cell/aider/scripted~3anull/p/0/index.html"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two CLIs with a model at five tasks, and with a script at ten."""
    root = tmp_path_factory.mktemp("scripted") / "runs"
    for tui in ("aider", "opencode"):
        for i in range(5):
            Made(tui=tui, task=f"p/{i}").write(root)
        for i in range(10):
            Made(tui=tui, task=f"p/{i}", **SCRIPTED).write(root)
    return root


@pytest.fixture(scope="module")
def page(runs: Path) -> Callable[[str], str]:
    """A page of the site as it is built without an option."""
    out = build_site([runs], runs.parent / "site").parent
    return lambda path: (out / path).read_text()


@pytest.fixture(scope="module")
def taken_in(runs: Path) -> Callable[[str], str]:
    """A page of the site that is built with `--scripted`."""
    out = build_site([runs], runs.parent / "all", scripted=True).parent
    return lambda path: (out / path).read_text()


@pytest.mark.parametrize(
    "path",
    [
        "index.html",
        "pack/p/index.html",
        "matrix.html",
        "pack/p/matrix.html",
        "recordings.html",
        "data/compare.js",
    ],
)
def test_no_figure_has_a_scripted_cell(page: Callable[[str], str], path: str) -> None:
    """Neither a row nor a link to one."""
    assert "scripted:null" not in page(path) and "scripted~3anull" not in page(path)


@pytest.mark.parametrize("path", ["index.html", "pack/p/index.html", "matrix.html", "compare.html"])
def test_how_many_are_left_out_is_said(page: Callable[[str], str], path: str) -> None:
    """With the option that takes them in."""
    assert "20 cells of scripted models" in page(path) and "--scripted" in page(path)


@pytest.mark.parametrize("path", ["index.html", "matrix.html", "compare.html"])
def test_a_cell_that_was_run_again_is_left_out_once(tmp_path: Path, path: str) -> None:
    """All pages of a build name one number, though one of them lists earlier sweeps too."""
    for sweep in ("first", "second"):
        Made(sweep=sweep, **SCRIPTED).write(tmp_path / "runs")
    Made().write(tmp_path / "runs")
    build_site([tmp_path / "runs"], tmp_path / "site")
    assert "1 cell of scripted models" in (tmp_path / "site" / path).read_text()


@pytest.mark.parametrize("path", ["index.html", "pack/p/index.html", "sweep/made/index.html"])
def test_tasks_that_only_a_script_ran_make_nothing_incomplete(
    page: Callable[[str], str], taken_in: Callable[[str], str], path: str
) -> None:
    """A model that ran all five of the models' tasks has run them all; also where both are shown."""
    assert "incomplete" not in page(path) and "incomplete" not in taken_in(path)


def test_a_task_s_rate_is_of_models(page: Callable[[str], str]) -> None:
    """Two of two solved it, though a script failed it twice."""
    assert "2 of 2 counted cells solved it, 100%, without scripted models" in page("task/p/0/index.html")


def test_scripted_cells_have_pages_that_are_found(page: Callable[[str], str]) -> None:
    """Marked; listed with their sweep."""
    assert "<strong>Scripted.</strong>" in page(ORACLE)
    sweep = page("sweep/made/index.html")
    assert "Cells of scripted models, in no figure" in sweep and ORACLE in sweep


def test_taken_in_they_stand_in_tables_of_their_own(taken_in: Callable[[str], str]) -> None:
    """Never ranked among models."""
    ranked, _, apart = taken_in("index.html").partition("Scripted models, never ranked")
    assert "scripted:null" not in ranked and "scripted:null" in apart
    assert "scripted:null" in taken_in("data/compare.js") and "left out of every figure" not in taken_in(
        "index.html"
    )


def test_a_site_of_scripted_cells_alone_has_its_pages(tmp_path: Path) -> None:
    """Nothing is ranked, no page is missing, and the way to the cells is shown."""
    Made(**SCRIPTED).write(tmp_path / "runs")
    out = build_site([tmp_path / "runs"], tmp_path / "site").parent
    index = (out / "index.html").read_text()
    assert "Nothing is ranked yet" in index and "1 cell of scripted models" in index
    for path in (
        "matrix.html",
        "compare.html",
        "tasks.html",
        "pack/mutations/matrix.html",
        "sweep/made/index.html",
    ):
        assert (out / path).is_file(), path
