"""What a cell without a verdict shows: that it is left out and why, and no figure that judges the agent."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from cab_core.cli import results
from cab_core.records import OUTCOMES
from cab_core.site.build import build_site
from tests.site.made import Made

# As scorers have it where the grader judged what was there all the same.
HEADS: dict[str, float | None] = {
    "pass_rate": 0.0, "blast_radius": 0.25, "integrity": 1.0, "composite": 0.35, "latency": 9000.0,
}  # fmt: skip
NO_VERDICT = [outcome for outcome, rule in OUTCOMES.items() if not rule.counted]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cell of each outcome that is not counted, one that is, and the site of them."""
    root = tmp_path_factory.mktemp("left-out")
    for outcome in (*NO_VERDICT, "failed"):
        Made(task=f"p/{outcome}", outcome=outcome, why="503", headlines=HEADS).write(root / "runs")
    build_site([root / "runs"], root / "site")
    return root


def figures(root: Path, page: str) -> dict[str, str]:
    """The boxes of figures of a page, by name."""
    found = re.findall(
        r"<dt>([^<]+)</dt><dd[^>]*>(.*?)</dd>", (root / "site" / page).read_text().partition("</dl>")[0]
    )
    return {name: re.sub("<[^>]+>", "", value) for name, value in found}


@pytest.mark.parametrize("outcome", NO_VERDICT)
def test_a_cell_page_has_no_figure_but_the_time(root: Path, outcome: str) -> None:
    """`left out` with the outcome and the reason; on the embedded card nothing at all."""
    at = f"cell/aider/acme/coder-1/p/{outcome}"
    shown = figures(root, f"{at}/index.html")
    assert shown.pop("Wall") == "9.0s" and set(shown.values()) == {"left out"} and "Pass" in shown
    text = (root / "site" / at / "index.html").read_text()
    assert f"Left out: {outcome.replace('_', ' ')}, 503." in text and "so that none of it counts" in text
    assert figures(root, f"{at}/embed.html") == {"Wall": "9.0s"}


def test_one_with_a_verdict_has_its_figures(root: Path) -> None:
    """A failure is a figure."""
    shown = figures(root, "cell/aider/acme/coder-1/p/failed/index.html")
    assert (shown["Pass"], shown["Blast"], shown["Composite"]) == ("0.000", "0.250", "0.350")


def test_tables_say_left_out(root: Path) -> None:
    """On the pages and in the terminal; in JSON it is null."""
    assert (root / "site/index.html").read_text().count(">left out</td>") == 2 * len(NO_VERDICT)
    runs = ["--runs", str(root / "runs")]
    said = CliRunner().invoke(results.command, runs, catch_exceptions=False).output
    assert all(f"{outcome} (left out)" in said for outcome in NO_VERDICT) and "failed (left out)" not in said
    rows = json.loads(CliRunner().invoke(results.command, [*runs, "--json"], catch_exceptions=False).stdout)
    known = {r["outcome"]: {a for a, v in r["scores"].items() if v is not None} for r in rows}
    assert known.pop("failed") == set(HEADS)
    assert {axis for axes in known.values() for axis in axes} == {"latency"}


def test_a_sealed_cell_has_a_mark_that_says_so(tmp_path: Path) -> None:
    """On its page and wherever it is listed, with what it means; a provisional one has the other."""
    Made(runtime="docker", network="gateway", marks=("sealed",)).write(tmp_path / "runs")
    Made(tui="opencode", marks=("provisional", "in-process")).write(tmp_path / "runs")
    site = build_site([tmp_path / "runs"], tmp_path / "site").parent
    cell = "cell/{}/acme/coder-1/mutations/off-by-one/index.html"
    sealed, other = ((site / cell.format(tui)).read_text() for tui in ("aider", "opencode"))
    assert '<span class="mark good">sealed</span>' in sealed and "<strong>Sealed.</strong>" in sealed
    assert "mark good" not in other.partition('id="beside"')[0] and "which can forge them" in other
    index = (site / "index.html").read_text()
    assert '<span class="mark good">sealed</span>' in index and "whose only way out was the gateway" in index
    assert '<span class="mark">provisional</span>' in index
