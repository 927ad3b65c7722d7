"""What a cell without a verdict shows: that it is left out and why, and no figure that judges the agent."""

from __future__ import annotations

import json
import re
from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner

from cab_core.cli import results
from cab_core.records import OUTCOMES, CellResult, Identity
from cab_core.records.result import Rescored
from cab_core.site.build import build_site
from cab_core.site.pieces import sign
from cab_core.store.cells import write_result
from cab_core.store.reading import read_json
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
    """`left out` with the outcome and the reason."""
    at = f"cell/aider/acme/coder-1/p/{outcome}"
    shown = figures(root, f"{at}/index.html")
    assert shown.pop("Wall") == "9.0s" and set(shown.values()) == {"left out"} and "Pass" in shown
    text = (root / "site" / at / "index.html").read_text()
    assert f"Left out: {outcome.replace('_', ' ')}, 503." in text and "so that none of it counts" in text


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


def test_attempts_without_a_verdict_are_no_fraction(tmp_path: Path) -> None:
    """0/0 of a matrix would look like a figure."""
    for attempt in (1, 2):
        Made(attempt=attempt, outcome="infra_upstream").write(tmp_path / "runs")
    site = build_site([tmp_path / "runs"], tmp_path / "site").parent
    matrix = (site / "pack/mutations/matrix.html").read_text()
    assert "0/0" not in matrix and 'class="hit o-open"' in matrix


def test_an_axis_that_could_not_be_scored_says_why(tmp_path: Path) -> None:
    """Beside the values of the others."""
    path = Made(headlines={"composite": None}).write(tmp_path / "runs")
    result = read_json(path / "cell.json", CellResult)
    write_result(path, attrs.evolve(result, unscored={"composite": "its scorer raised"}))
    site = build_site([tmp_path / "runs"], tmp_path / "site").parent
    text = (site / "cell/aider/acme/coder-1/mutations/off-by-one/index.html").read_text()
    assert "composite is unknown, since it could not be scored: its scorer raised" in text


@pytest.mark.parametrize(("served", "told"), [("acme/coder-1", False), (None, True)])
def test_a_model_that_no_answer_named_is_as_asked_for(tmp_path: Path, served: str | None, told: bool) -> None:
    """What the endpoint did not say nobody observed."""
    call = attrs.evolve(Made().calls()[0], model_served=served)
    Made(made_calls=(call,), identity=Identity(model_build_id="acme/coder-1")).write(tmp_path / "runs")
    site = build_site([tmp_path / "runs"], tmp_path / "site").parent
    text = (site / "cell/aider/acme/coder-1/mutations/off-by-one/index.html").read_text()
    assert ("as asked for: no answer named a model" in text) == told


@pytest.mark.parametrize(
    ("started", "says"), [(True, "the CLI printed nothing"), (False, "that the CLI ran is not on record")]
)
def test_a_cli_that_never_ran_did_not_print_nothing(tmp_path: Path, started: bool, says: str) -> None:
    """Silence is told of one that ran alone."""
    path = Made(events=[], stdout="").write(tmp_path / "runs")
    result = read_json(path / "cell.json", CellResult)
    assert result.execution is not None
    ended = attrs.evolve(result.execution, stdout_bytes=0) if started else None
    write_result(path, attrs.evolve(result, execution=ended))
    site = build_site([tmp_path / "runs"], tmp_path / "site").parent
    assert says in (site / "cell/aider/acme/coder-1/mutations/off-by-one/index.html").read_text()


def test_verdicts_of_other_sweeps_are_told_where_rates_are(tmp_path: Path) -> None:
    """How many are in no figure of the page, and where they are."""
    Made().write(tmp_path / "runs")
    Made(sweep="earlier", ended_at="2026-01-01T00:00:00.000000Z", outcome="failed").write(tmp_path / "runs")
    Made(task="other/task").write(tmp_path / "runs")
    site = build_site([tmp_path / "runs"], tmp_path / "site").parent
    says = "1 verdict of other sweeps is in no figure here"
    told = ("index.html", "matrix.html", "pack/mutations/index.html", "config/aider/acme/coder-1/index.html")
    assert all(says in (site / page).read_text() for page in told)
    assert "other sweeps" not in (site / "pack/other/index.html").read_text()
    assert "Of 1 of them another sweep's result stands" in (site / "sweep/earlier/index.html").read_text()


def test_a_rescored_cell_says_what_it_was(tmp_path: Path) -> None:
    """It is marked wherever it is in a rate; its page has both figures."""
    path = Made(headlines={"composite": 0.8}).write(tmp_path / "runs")
    result = read_json(path / "cell.json", CellResult)
    was = Rescored(at="2026-07-01T00:00:00Z", outcome="failed", headlines={"composite": 0.4})
    write_result(path, attrs.evolve(result, rescored=was))
    site = build_site([tmp_path / "runs"], tmp_path / "site").parent
    page = (site / "cell/aider/acme/coder-1/mutations/off-by-one/index.html").read_text()
    assert "Found 2026-07-01T00:00:00Z; the run itself had said: failed, composite 0.400." in page
    for at in ("index.html", "matrix.html", "config/aider/acme/coder-1/index.html"):
        assert '<span class="mark">rescored</span>' in (site / at).read_text()


def test_the_matrix_has_the_words_of_the_tables(tmp_path: Path) -> None:
    """Passed, failed, left out; of several attempts how many are solved and how many are left out."""
    for task, outcomes in {
        "p/a": ("passed",), "p/b": ("infra_upstream",), "p/c": ("passed", "failed", "cancelled"), "q/d": ("no_model_calls",),
    }.items():  # fmt: skip
        for attempt, outcome in enumerate(outcomes, 1):
            Made(task=task, attempt=attempt, outcome=outcome).write(tmp_path / "runs")
    site = build_site([tmp_path / "runs"], tmp_path / "site").parent
    titles = re.findall('title="([^"]+)">[^<]*</a></td>', (site / "pack/p/matrix.html").read_text())
    assert titles == ["passed", "left out: infra upstream", "1/2 solved, 1 left out"]
    assert '<td class="num">left out</td>' in (site / "matrix.html").read_text()
    legend = (site / "pack/p/matrix.html").read_text().partition('class="legend"')[2].partition("</ul>")[0]
    assert {sign(outcome) for outcome in OUTCOMES} == set(re.findall("<li>(.) ", legend)) - {"·"}
