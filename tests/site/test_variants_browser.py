"""The compare page and the matrix with several versions and settings, in Chromium."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote, urlparse

import attrs
import pytest
from click.testing import CliRunner

from cab_core.cli.compare import command
from cab_core.site.build import build_site
from tests.site.conftest import Browser
from tests.site.made import Made

LONG = "x" * 60


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two versions and an option of one CLI, another CLI, and a run elsewhere; runs and their site."""
    root = tmp_path_factory.mktemp("variants")
    for i in range(6):
        task = f"p/t{i}"
        for version, solved in (("0.86.1", 2), ("0.86.2", 5)):
            # In turn, each is the latest, and has the plain address.
            ended = f"2026-0{1 + (i + (solved == 5)) % 2}-01T00:00:00Z"
            outcome = "passed" if i < solved else "failed"
            Made(version=version, task=task, outcome=outcome, ended_at=ended).write(root / "runs")
        other = Made(version="0.86.2", options={"edit": LONG}, task=task, outcome="failed")
        attrs.evolve(other, ended_at="2025-01-01T00:00:00Z").write(root / "runs")
        Made(tui="opencode", version="1", task=task, outcome="passed" if i % 2 else "failed").write(
            root / "runs"
        )
        Made(tui="copilot", version="1", task=task, runtime="docker", network="gateway").write(root / "runs")
    build_site([root / "runs"], root / "site")
    return root


def cab_compare(root: Path, *sides: str) -> dict[str, object]:
    """Return what the command says."""
    done = CliRunner().invoke(
        command, [*sides, "--runs", str(root / "runs"), "--json"], catch_exceptions=False
    )
    return dict(json.loads(done.output))


CHOICES = {
    "two CLIs, one of several versions": ("tui=aider", "tui=opencode", "A-tui=aider&B-tui=opencode"),
    "two versions": ("version=0.86.1", "version=0.86.2", "A-version=0.86.1&B-version=0.86.2"),
    "an option": (
        "tui=aider,option.edit=none", f"tui=aider,option.edit={LONG}",
        f"A-tui=aider&B-tui=aider&A-options=none&B-options=edit%3D{LONG}",
    ),
    "two runtimes": ("runtime=docker,tui=copilot", "runtime=local,tui=opencode",
                     "A-runtime=docker&A-tui=copilot&B-runtime=local&B-tui=opencode"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHOICES)
def test_the_page_pairs_as_the_command_does(browser: Browser, root: Path, name: str) -> None:
    """The same pairs, the same rates, and the same words about what is mixed; each link leads to a cell."""
    one, other, hash_ = CHOICES[name]
    expected = cab_compare(root, one, other)
    browser.open(f"{(root / 'site/compare.html').as_uri()}#{hash_}")
    shown = {d.find_element("css selector", "dt").text: d.find_element("css selector", "dd").text
             for d in browser.all("#result .figures > div")}  # fmt: skip
    assert shown["Tasks in common"] == str(expected["tasks"])
    assert (shown["A"], shown["B"]) == tuple(f"{expected[k] * 100:.1f}%" for k in ("rate_a", "rate_b"))  # type: ignore[operator]
    said = " ".join(p.text for p in browser.all("#result p"))
    mixed = expected["mixed"]
    assert isinstance(mixed, dict)
    assert ("Mixed:" in said) == any(mixed.values())
    assert all(config in said for names in mixed.values() for config in names)
    assert ("They differ in network too" in said) == (name == "two runtimes")
    links = [a.get_attribute("href") for a in browser.all("#result table a")]
    assert links
    assert all(Path(unquote(urlparse(link).path)).is_file() for link in links)


def test_a_flip_leads_to_the_cells_that_were_compared(browser: Browser, root: Path) -> None:
    """Each version has the plain address for some tasks; a link leads to the version that it stands for."""
    browser.open(f"{(root / 'site/compare.html').as_uri()}#{CHOICES['two versions'][2]}")
    links = [a.get_attribute("href") for a in browser.all("#result table a")]
    found = [
        json.loads(Path(unquote(urlparse(link).path)).with_name("cell.json").read_text()) for link in links
    ]
    assert [f["cell"]["tui_version"] for f in found] == ["0.86.1", "0.86.2"] * (len(links) // 2)
    assert len(links) >= 6


def test_the_page_says_why_nothing_pairs(browser: Browser, root: Path) -> None:
    """Two CLIs of which one ran in a container: nothing is held against each other unasked."""
    assert cab_compare(root, "tui=copilot", "tui=opencode")["tasks"] == 0
    browser.open(f"{(root / 'site/compare.html').as_uri()}#A-tui=copilot&B-tui=opencode")
    assert "A has runtime docker, B has runtime local" in browser.one("#result").text


def test_only_what_there_is_a_choice_of_is_offered(browser: Browser, root: Path) -> None:
    """A version can be chosen; model parameters, of which there are none, cannot."""
    browser.open((root / "site/compare.html").as_uri())
    assert browser.one("[name=A-version]").is_displayed()
    assert not browser.one("[name=A-params]").is_displayed()


def test_no_heading_of_a_matrix_is_cut(browser: Browser, root: Path) -> None:
    """Two that differ in their ends alone would read the same."""
    browser.open((root / "site/pack/p/matrix.html").as_uri())
    cut = browser.run(
        "return [...document.querySelectorAll('.tall')].filter(e => e.scrollHeight > e.clientHeight + 1"
        " || e.scrollWidth > e.clientWidth + 1 || getComputedStyle(e).textOverflow === 'ellipsis').length"
    )
    assert cut == 0
    heads = browser.run("return [...document.querySelectorAll('.tall')].map(e => e.innerText)")
    assert len(heads) == len(set(heads)) == 5
