"""The compare page: its data, and what it says in Chromium."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from cab_core.cli.compare import command
from cab_core.site import comparison
from cab_core.site.build import build_site
from cab_core.site.rows import load_rows
from cab_core.stats import ESTIMANDS
from tests.site.conftest import Browser
from tests.site.made import Made

CHOICE = "A-tui=aider&B-tui=opencode"
# Solved of the same number of attempts, of aider and of opencode, by task.
Verdicts = Sequence[tuple[int, int]]


def site_of(
    root: Path, verdicts: Verdicts, attempts: int = 1, names: Sequence[str] = (), **more: str
) -> Path:
    """Build the site of two CLIs at these tasks."""
    for i, solved in enumerate(verdicts):
        for tui, n in zip(("aider", "opencode"), solved, strict=True):
            for attempt in range(1, attempts + 1):
                outcome = "passed" if attempt <= n else "failed"
                task = names[i] if names else f"p/t{i}"
                Made(tui=tui, task=task, attempt=attempt, outcome=outcome, **more).write(root / "runs", False)
    return build_site([root / "runs"], root / "site").parent


def said(browser: Browser, site: Path | str, choice: str = CHOICE) -> str:
    """Return all that the page says to a choice."""
    base = site.as_uri() if isinstance(site, Path) else site
    browser.open(f"{base}/compare.html#{choice}")
    assert browser.faults() == []
    return str(browser.one("#result").text).replace("−", "-")


def figures(browser: Browser) -> dict[str, str]:
    """Return the figures that the page shows, by their names."""
    boxes = browser.all("#result .figures > div")
    texts = [[box.find_element("css selector", part).text for part in ("dt", "dd")] for box in boxes]
    return {name.replace("−", "-"): value.replace("−", "-") for name, value in texts}


def edited(site: Path, edit: Callable[[dict[str, object]], None]) -> None:
    """Change the data of the page."""
    path = site / "data/compare.js"
    start, end = "window.cabCompare=", ";\n"
    data = json.loads(path.read_text(encoding="utf-8").removeprefix(start).removesuffix(end))
    edit(data)
    path.write_text(f"{start}{json.dumps(data)}{end}", encoding="utf-8")


def printed(runs: Path, *options: str) -> Mapping[str, str]:
    """Return the figures that `cab compare` prints, under the names that the page has for them."""
    asked = ["tui=aider", "tui=opencode", "--runs", str(runs), *options]
    text = CliRunner().invoke(command, asked, catch_exceptions=False).output
    patterns = {
        "Tasks in common": r"tasks +(\d+)", "A": r"A, B +(\S+),", "B": r"A, B +\S+, (\S+)",
        "A - B": r"A - B +(\S+)", "95% interval": r"A - B +\S+ +\[(.*)\]", "p of the test": r"p = ([^(]+\d)  ",
        "A better on": r"A better on (\d+)", "B better on": r"B on (\d+)",
    }  # fmt: skip
    found = {name: re.search(pattern, text) for name, pattern in patterns.items()}
    return {name: match[1].replace(", ", " to ") if match else text for name, match in found.items()}


@pytest.mark.parametrize("on", ESTIMANDS)
def test_the_page_shows_what_cab_compare_prints(
    browser: Browser, base: str, made_runs: Path, on: str
) -> None:
    """The browser works out what the command does; each flip leads to its cells."""
    text = said(browser, base, f"{CHOICE}&on={on}")
    assert figures(browser) == printed(made_runs, "--on", on)
    assert ESTIMANDS[on] in text  # type: ignore[index]
    links = [a.get_attribute("href") for a in browser.all("#result table a")]
    assert links
    browser.open(links[0])
    assert browser.one("h1").text.startswith("aider")


@pytest.mark.parametrize("on", ESTIMANDS)
def test_figures_of_several_attempts_are_those_of_the_command(
    browser: Browser, tmp_path: Path, on: str
) -> None:
    """Also where the test decides and the interval is cut."""
    site = site_of(tmp_path, [(0, 0), (1, 0), (1, 0), (2, 0), (2, 2), (2, 1)], attempts=2)
    said(browser, site, f"{CHOICE}&on={on}")
    assert figures(browser) == printed(tmp_path / "runs", "--on", on)


def test_a_verdict_and_its_interval_agree(browser: Browser, tmp_path: Path) -> None:
    """The test decides here, on exactly these tasks, and 0 is no part of the interval then."""
    site = site_of(tmp_path, [(0, 0), (1, 0), (1, 0), (2, 0), (2, 2), (2, 1)], attempts=2)
    assert "A does better on exactly these tasks: p = 0.0417." in said(browser, site, f"{CHOICE}&on=these")
    assert figures(browser)["95% interval"].startswith("more than 0% to +")
    other = said(browser, site, "A-tui=opencode&B-tui=aider&on=these")
    assert "B does better on exactly these tasks: p = 0.0417." in other
    assert figures(browser)["95% interval"].endswith(" to less than 0%")
    assert "Undecided: chance alone may bring such a difference, p = 0.1250." in said(browser, site)
    low, high = (float(end.rstrip("%")) for end in figures(browser)["95% interval"].split(" to "))
    assert low <= 0 <= high


def test_rates_that_are_equal_as_fractions_tie(browser: Browser, tmp_path: Path) -> None:
    """3/3 - 2/3 and 0/3 - 1/3 of two models add up to nothing, which numbers with a point miss."""
    site_of(tmp_path, [(3, 2)] * 8, attempts=3, model="m/1")
    site = site_of(tmp_path, [(0, 1)] * 8, attempts=3, model="m/2")
    assert "Undecided: chance alone may bring such a difference, p = 1.0000." in said(browser, site)
    found = figures(browser)
    assert (found["A - B"], found["A better on"], found["B better on"]) == ("0.0%", "0", "0")


def test_names_and_order_of_tasks_have_no_influence(browser: Browser, tmp_path: Path) -> None:
    """Three attempts at twelve tasks, named one way and the other."""
    rng = random.Random(4)
    verdicts = [(rng.randint(0, 3), rng.randint(0, 3)) for _ in range(12)]
    names = [f"q/{n:02}" for n in rng.sample(range(90), 12)]
    one = site_of(tmp_path / "one", verdicts, attempts=3)
    other = site_of(tmp_path / "other", verdicts, attempts=3, names=names)
    said(browser, one)
    expected = figures(browser)
    said(browser, other)
    assert figures(browser) == expected


def test_the_order_of_the_data_has_no_influence(browser: Browser, tmp_path: Path) -> None:
    """Neither on what is said, nor where links lead, nor on what is chosen unasked."""
    for version in "123":
        site = site_of(tmp_path, [(1, 0)] * 3, version=version)

    def all_of_it() -> list[object]:
        choices = ("", f"{CHOICE}&on=these", "A-tui=aider&B-version=2")
        links = "return [...document.querySelectorAll('#result a')].map(a => a.href)"
        return [(said(browser, site, choice), browser.run(links)) for choice in choices]

    before = all_of_it()
    edited(site, lambda data: data["entries"].reverse())  # type: ignore[attr-defined]
    assert all_of_it() == before


@pytest.mark.parametrize("choice", ["A-tui=aider&B-tui=aider", "A-tui=aider&B-model=acme/coder-1"])
def test_a_cell_on_both_sides_is_refused(browser: Browser, site: Path, choice: str) -> None:
    """The same choice twice, or two choices that have a configuration in common, as in `cab compare`."""
    text = said(browser, site, choice)
    assert re.match(r"\d configurations are on both sides, first: aider × acme/coder-1\. ", text)
    assert "choose A and B so that no cell is in both" in text
    assert figures(browser) == {}


def test_few_tasks_are_said_to_decide_nothing(browser: Browser, tmp_path: Path) -> None:
    """Five of five do not; six of six do. On exactly these tasks it is the attempts that count."""
    five = site_of(tmp_path / "five", [(1, 0)] * 5)
    assert "With 5 tasks no result could decide; at least 6 are needed." in said(browser, five)
    assert "With so few cells no result could decide" in said(browser, five, f"{CHOICE}&on=these")
    six = site_of(tmp_path / "six", [(1, 0)] * 6)
    for on in ESTIMANDS:
        assert "no result could decide" not in said(browser, six, f"{CHOICE}&on={on}")
    twice = site_of(tmp_path / "twice", [(2, 0)] * 5, attempts=2)
    assert "no result could decide" in said(browser, twice)
    assert "no result could decide" not in said(browser, twice, f"{CHOICE}&on=these")


def test_weak_intervals_are_said_to_be_weak(browser: Browser, tmp_path: Path) -> None:
    """Of three tasks, not of four."""
    assert "The interval is weak: of 3 tasks at most" in said(browser, site_of(tmp_path / "3", [(1, 0)] * 3))
    assert "weak" not in said(browser, site_of(tmp_path / "4", [(1, 0)] * 4))


def test_related_tasks_are_moved_together(browser: Browser, tmp_path: Path) -> None:
    """Eight tasks of three families decide nothing, which they would without relatives; as the command says."""
    site = site_of(tmp_path / "own", [(1, 0)] * 8)
    assert "A does better" in said(browser, site)
    site_of(tmp_path / "related", [(1, 0)] * 3, names=["p/a", "p/b", "p/c"], family="p:one")
    site_of(tmp_path / "related", [(1, 0)] * 4, names=["p/d", "p/e", "p/f", "p/g"], family="p:two")
    site = site_of(tmp_path / "related", [(1, 0)], names=["p/h"], family="p:alone")
    text = said(browser, site)
    assert "Undecided" in text and "With 3 families of tasks no result could decide" in text
    assert "The interval is weak: of 3 families of tasks" in text
    shown = figures(browser)
    assert shown.pop("Tasks in common") == "8 in 3 families"
    assert shown.items() <= printed(tmp_path / "related/runs").items()


def test_data_number_the_families(tmp_path: Path) -> None:
    """A task without a relative here has no number, nor has one without a family."""
    for task, family in (("p/a", "p:x"), ("p/b", "p:alone"), ("p/c", None), ("p/d", "p:x")):
        Made(task=task, family=family).write(tmp_path)
    assert comparison._data(load_rows([tmp_path]))["families"] == [0, None, None, 0]


def test_what_could_be_picked_are_configurations_with_a_verdict(tmp_path: Path) -> None:
    """One that never had a verdict is no choice."""
    for tui, outcome in (("aider", "passed"), ("opencode", "failed"), ("goose", "infra_upstream")):
        Made(tui=tui, outcome=outcome).write(tmp_path)
    assert comparison._data(load_rows([tmp_path]))["comparisons"] == 1
    Made(tui="goose", task="p/other").write(tmp_path)
    assert comparison._data(load_rows([tmp_path]))["comparisons"] == 3


def test_where_sweeps_are_compared_each_is_a_choice(browser: Browser, tmp_path: Path) -> None:
    """As `cab compare` counts: of two configurations, of which one was run in two sweeps, three can be picked."""
    site_of(tmp_path, [(1, 0)] * 7)
    for i in range(7):
        Made(sweep="june", task=f"p/t{i}", outcome="failed", ended_at="2026-01-01T00:00:00.000000Z").write(
            tmp_path / "runs", False
        )
    site = build_site([tmp_path / "runs"], tmp_path / "site").parent
    assert "Picked out of" not in said(browser, site)
    choice = "A-tui=aider&A-sweep=newest+of+each&B-tui=aider&B-sweep=june"
    page = said(browser, site, choice)
    assert "Picked out of the 3 pairs of configurations and sweeps after the results were seen:" in page
    asked = ["tui=aider,sweep=made", "tui=aider,sweep=june", "--runs", str(tmp_path / "runs")]
    printed = CliRunner().invoke(command, asked, catch_exceptions=False).output
    assert "Picked out of the 3 pairs" in " ".join(printed.split())


def test_one_of_many_comparisons_is_told_as_that(browser: Browser, tmp_path: Path) -> None:
    """Three configurations make three pairs; one pair is no choice. At six tasks p is too much for three."""
    site = site_of(tmp_path, [(1, 0)] * 7)
    assert "Picked out of" not in said(browser, site)
    Made(tui="copilot", task="p/t0").write(tmp_path / "runs")
    site = build_site([tmp_path / "runs"], tmp_path / "site").parent
    text = said(browser, site)
    picked = "Picked out of the 3 pairs of configurations after the results were seen:"
    assert f"{picked} decided, p = 0.0469 with all of them allowed for." in text
    site_of(tmp_path / "six", [(1, 0)] * 6)
    Made(tui="copilot", task="p/t0").write(tmp_path / "six/runs")
    site = build_site([tmp_path / "six/runs"], tmp_path / "six/site").parent
    text = said(browser, site)
    assert "A does better" in text
    assert f"{picked} undecided, p = 0.0938 with all of them allowed for." in text


def test_what_figures_are_for_is_chosen_and_kept_in_the_address(browser: Browser, tmp_path: Path) -> None:
    """As built, else as the address says; unknown words are ignored."""
    site = site_of(tmp_path, [(1, 0)] * 7)
    assert ESTIMANDS["like"] in said(browser, site, f"{CHOICE}&on=toString")
    browser.run(
        "const s = document.querySelector('[name=on]'); s.value = 'these';"
        " s.dispatchEvent(new Event('change', {bubbles: true}))"
    )
    assert ESTIMANDS["these"] in browser.one("#result").text
    assert ESTIMANDS["like"] not in browser.one("body").text
    assert "on=these" in browser.run("return location.hash")
    site = build_site([tmp_path / "runs"], tmp_path / "site", on="these").parent
    assert ESTIMANDS["these"] in said(browser, site)
    assert ESTIMANDS["like"] in said(browser, site, f"{CHOICE}&on=like")
