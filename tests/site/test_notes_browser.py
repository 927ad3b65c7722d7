"""The notes of the compare page, in Chromium: they are about the cells that were compared, as the command's are."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from cab_core.cli.compare import command
from cab_core.site.build import build_site
from tests.site.conftest import Browser
from tests.site.made import Made
from tests.stats.test_notes import DOCKER

NOTES = (
    "Some of them are provisional",
    "different sandboxes",
    "differ in network",
    "differ in version",
    "Mixed",
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pairs of one sandbox and of two, and cells beside them that have no partner; runs and their site."""
    root = tmp_path_factory.mktemp("notes")
    for made in (
        Made(), Made(tui="opencode", version="1"),
        Made(task="p/alone", marks=("provisional",)), Made(task="p/alone", version="2"),
        Made(model="scripted:oracle", marks=("scripted",)), Made(**DOCKER), Made(runtime="bwrap"),
        *(Made(tui="copilot", options={"x": x}, **where) for x in "ab" for where in ({}, DOCKER)),
        Made(tui="pi", task="p/3"), Made(tui="pi", task="p/3", runtime="docker"), Made(tui="pi", task="p/4", **DOCKER),
        Made(tui="goose", task="p/1"),
        Made(tui="goose", task="p/2", marks=("provisional",)), Made(tui="crush", task="p/2"),
    ):  # fmt: skip
        made.write(root / "runs")
    build_site([root / "runs"], root / "site")
    return root


CHOICES: dict[str, tuple[str, str, str, set[str]]] = {
    "what has no partner": ("tui=aider,model=acme*", "tui=opencode", "A-tui=aider&B-tui=opencode", set()),
    "pairs within a sandbox each": (
        "tui=copilot,option.x=a", "tui=copilot,option.x=b",
        "A-tui=copilot&B-tui=copilot&A-options=x%3Da&B-options=x%3Db", set(),
    ),
    "a pair in two sandboxes": (
        "tui=aider,runtime=docker", "tui=aider,runtime=local,model=acme*",
        "A-tui=aider&B-tui=aider&A-runtime=docker&B-runtime=local&B-model=acme/coder-1&A-model=acme/coder-1",
        {"different sandboxes", "differ in network"},
    ),
    "a network that is in no pair": (
        "tui=pi,runtime=docker", "tui=pi,runtime=local", "A-tui=pi&B-tui=pi&A-runtime=docker&B-runtime=local",
        {"different sandboxes"},
    ),
    "a provisional half": ("tui=goose", "tui=crush", "A-tui=goose&B-tui=crush", {"Some of them are provisional"}),
}  # fmt: skip


@pytest.mark.parametrize("name", CHOICES)
def test_the_page_notes_what_the_command_does(browser: Browser, root: Path, name: str) -> None:
    """The same notes, of the cells that were compared alone."""
    one, other, hash_, notes = CHOICES[name]
    said = CliRunner().invoke(command, [one, other, "--runs", str(root / "runs")], catch_exceptions=False)
    browser.open(f"{(root / 'site/compare.html').as_uri()}#{hash_}")
    shown = " ".join(p.text for p in browser.all("#result p"))
    assert "pairs." in shown
    for text in (said.output, shown):
        assert {note for note in NOTES if note in text} == notes, text


def test_a_provisional_cell_of_another_task_is_not_noted(browser: Browser, root: Path) -> None:
    """Though it is of the same configuration: the data say of which tasks there is one."""
    assert '"marks":{"provisional":[' in (root / "site/data/compare.js").read_text()
    browser.open(f"{(root / 'site/compare.html').as_uri()}#A-tui=aider&A-version=1.0&B-tui=opencode")
    assert "provisional" not in browser.one("#result").text


def test_the_page_tells_of_a_margin_what_the_command_does(browser: Browser, tmp_path: Path) -> None:
    """The same verdict, claims and bounds, on either kind of tasks; without a margin nothing, and a link keeps it."""
    for i in range(20):
        for tui, solved in (("aider", 20), ("opencode", 16)):
            outcome = "passed" if i < solved else "failed"
            Made(tui=tui, version="1", task=f"p/{i:02}", outcome=outcome).write(tmp_path / "runs")
    build_site([tmp_path / "runs"], tmp_path / "site")
    page = f"{(tmp_path / 'site/compare.html').as_uri()}#A-tui=aider&B-tui=opencode"
    for on in ("like", "these"):
        asked = [
            "tui=aider",
            "tui=opencode",
            "--runs",
            str(tmp_path / "runs"),
            "--margin",
            "2.5%",
            "--on",
            on,
        ]
        said = CliRunner().invoke(command, asked, catch_exceptions=False).output.splitlines()
        [claims] = (line.removeprefix("margin    2.5%: ") for line in said if line.startswith("margin"))
        [verdict] = (line.removeprefix("verdict   ") for line in said if line.startswith("verdict"))
        browser.open("about:blank")
        browser.open(f"{page}&on={on}&margin=2.5")
        shown = browser.one("#result .margin").text.replace("−", "-")
        assert shown == f"With a margin of 2.5%: {verdict} {claims}."
        assert "margin=2.5" in str(browser.run("return location.hash"))
    browser.one("[name=margin]").clear()
    assert browser.all("#result .margin") == []
