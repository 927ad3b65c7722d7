"""The pages of calibrations, and what the page of a cell says of its CLI's."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from cab_core.site.build import build_site
from cab_core.store.calibrations import write_record
from tests.site.calibrated import BAD, HOSTILE, RECORD, TASK
from tests.site.made import Made


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site: aider calibrated in docker, and wrong in another version; opencode in another runtime; pi never."""
    root = tmp_path_factory.mktemp("calibrated")
    runs = root / "runs"
    Made(runtime="docker").write(runs)
    Made(tui="opencode", runtime="docker").write(runs)
    Made(tui="pi", runtime="docker").write(runs)
    Made(model="scripted:oracle", sweep="calibration-aider", runtime="docker", marks=("scripted",)).write(
        runs
    )
    for record in (RECORD, BAD, attrs.evolve(RECORD, tui="opencode", runtime="local")):
        write_record(runs, record)
    return build_site([runs], root / "site").parent


def cell_page(pages: Path, tui: str) -> str:
    """Return the page of a CLI's cell."""
    return (pages / f"cell/{tui}/acme/coder-1/{TASK}/index.html").read_text()


def test_a_cell_says_how_its_cli_is_calibrated(pages: Path) -> None:
    """With its own version in its own runtime; where that is not, so it says, and where there are others."""
    assert 'calibration/aider/index.html#1.0-docker-0.1.0">as it must be: 3 of 3 figures in 2 cells</a>' in (
        cell_page(pages, "aider")
    )
    other, none = cell_page(pages, "opencode"), cell_page(pages, "pi")
    assert 'calibration/opencode/index.html">none</a>' in other and "there is 1 of others" in other
    assert 'calibration/index.html">none</a>' in none and "of others" not in none


def test_the_page_of_a_cli_has_each_record(pages: Path) -> None:
    """The newest first, with the scripted models, what is wrong and why, what cannot be said, and what it takes."""
    text = (pages / "calibration/aider/index.html").read_text()
    assert 0 < text.index('id="2.0-docker-0.1.0"') < text.index('id="1.0-docker-0.1.0"')
    assert "1 of the 3 that were planned have not ended" in text and "new.sh" in text and "no shell" in text
    assert "blast_radius.blast_radius" in text and "it speaks no MCP" in text and HOSTILE not in text
    assert 'href="../../cell/aider/scripted~3aoracle/mutations/off-by-one/index.html"' in text
    assert "in 2 of the 2 cells in which it counts them" in text


def test_the_list_names_clis_without_one(pages: Path) -> None:
    """And every page of the site leads to it."""
    text = (pages / "calibration/index.html").read_text()
    assert "No calibration: pi." in text and "✗" in text and "✓" in text
    assert 'href="./calibration/index.html"' in (pages / "index.html").read_text()


def test_a_site_is_built_again_where_a_record_changes(tmp_path: Path) -> None:
    """The page of a cell follows its CLI's record."""
    Made(runtime="docker").write(tmp_path / "runs")
    assert ">none</a>" in cell_page(build_site([tmp_path / "runs"], tmp_path / "site").parent, "aider")
    write_record(tmp_path / "runs", RECORD)
    assert "as it must be" in cell_page(build_site([tmp_path / "runs"], tmp_path / "site").parent, "aider")
