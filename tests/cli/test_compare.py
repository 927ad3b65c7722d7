"""`cab compare` as a gate: verdicts at a margin, exit codes, a table, a report, and a configuration against itself."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import junitparser
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cab_core.cli import compare
from cab_core.cli.comparison_markdown import code
from cab_core.errors import UnknownName, UserError
from cab_core.run.reports.junit import read_junit
from tests.site.made import Made

AB = ("tui=a", "tui=b")
STANDARD = ["tokens", "time s", "blast_radius", "composite"]


def asked(runs: Path, *args: str) -> Result:
    """Return what the command says and ends with."""
    return CliRunner().invoke(compare.command, [*args, "--runs", str(runs)], catch_exceptions=False, standalone_mode=False)  # type: ignore[call-overload,no-any-return] # fmt: skip


def told(runs: Path, *args: str) -> dict[str, Any]:
    """Return what it says with `--json`."""
    done = asked(runs, *args, "--json")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def write(runs: Path, tasks: int, solved_a: int, solved_b: int, **more: Any) -> Path:
    """Write one attempt of `a` and `b` at each task; each solves the first so many."""
    for i in range(tasks):
        for tui, solved in (("a", solved_a), ("b", solved_b)):
            Made(tui=tui, task=f"p/t{i:02}", outcome="passed" if i < solved else "failed", **more).write(runs)
    return runs


@pytest.mark.parametrize(
    ("a", "b", "margin", "verdict"),
    [
        (20, 20, None, "undecided"),
        (20, 20, "15%", "equivalent"),
        (20, 20, "5%", "undecided"),
        (20, 16, "0.1", "not worse"),
        (8, 20, "0.1", "worse"),
        (20, 8, None, "better"),
    ],
)
def test_the_verdict_at_a_margin(tmp_path: Path, a: int, b: int, margin: str | None, verdict: str) -> None:
    """Twenty tasks that all agree exclude a difference of 15%, and none of 5%."""
    found = told(write(tmp_path, 20, a, b), *AB, *(("--margin", margin) if margin else ()))
    assert found["verdict"] == verdict
    assert (found["bounds"] is None) == (margin is None)


@pytest.mark.parametrize(
    ("fail_on", "ends"),
    [
        (None, 0), ("worse", 0), ("better", 1), ("worse,better", 1), ("undecided", 0),
        ("tokens:undecided", 1), ("tokens:worse", 0), (" worse , tokens:undecided ", 1),
    ],
)  # fmt: skip
def test_it_fails_on_what_is_named(tmp_path: Path, fail_on: str | None, ends: int) -> None:
    """A is better, and its tokens are the same in every cell, so that nothing is known of them."""
    write(tmp_path, 20, 20, 8)
    done = asked(tmp_path, *AB, *(("--fail-on", fail_on) if fail_on else ()))
    assert done.return_value == ends


def test_what_cannot_be_named_is_the_users_mistake(tmp_path: Path) -> None:
    """A verdict that is none, an axis that nobody knows: such a gate would be open."""
    write(tmp_path, 6, 6, 0)
    with pytest.raises(UnknownName, match="did you mean 'worse'"):
        asked(tmp_path, *AB, "--fail-on", "wrose")
    with pytest.raises(UserError, match="names no verdict"):
        asked(tmp_path, *AB, "--fail-on", " , ")
    for never in ("tokens:lower", "composite:not-worse", "fine:worse"):
        with pytest.raises(UnknownName, match="unknown verdict"):
            asked(tmp_path, *AB, "--fail-on", never)
    with pytest.raises(UnknownName, match=r"axis 'tokns'.*did you mean 'tokens'"):
        asked(tmp_path, *AB, "--fail-on", "tokns:undecided")
    with pytest.raises(UserError, match="--markdown and --json"):
        asked(tmp_path, *AB, "--markdown", "--json")
    with pytest.raises(UserError, match=r"--junit .*nowhere"):
        asked(tmp_path, *AB, "--junit", str(tmp_path / "nowhere/gate.xml"))


@pytest.mark.parametrize("margin", ["0", "1", "-0.1", "5", "abc", "nan", "inf%", ""])
def test_a_margin_is_a_share(tmp_path: Path, margin: str) -> None:
    """Said as a mistake in the option, with what is expected."""
    done = CliRunner().invoke(compare.command, [*AB, f"--margin={margin}", "--runs", str(tmp_path)])
    assert done.exit_code == 2
    assert "expected a share between 0 and 1" in done.output


def test_where_undecided_it_says_what_is_missing(tmp_path: Path) -> None:
    """And always what could have been seen."""
    write(tmp_path, 12, 6, 2)
    said = " ".join(asked(tmp_path, *AB).stdout.split())
    assert "A true difference of about" in said and "of such comparisons" in said
    assert "An estimate, if the difference is the one observed: about" in said
    found = told(tmp_path, *AB)["sensitivity"]
    assert 0.4 < found["smallest"] < 0.6
    assert found["more_tasks"] > 0
    assert found["more_attempts"] is None  # with one attempt nobody knows what more would bring


def test_five_tasks_could_have_seen_nothing(tmp_path: Path) -> None:
    """No number is made up."""
    assert told(write(tmp_path, 5, 5, 0), *AB)["sensitivity"] == {
        "smallest": None, "more_tasks": None, "more_attempts": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("tasks", "a", "b", "loss", "gain"),
    [
        (8, 8, 0, "is excluded (A - B > +37.5%)", "is not excluded (no upper bound)"),
        (8, 0, 8, "is not excluded (no lower bound)", "is excluded (A - B < -37.5%)"),
        (5, 0, 5, "is not excluded (no lower bound)", "is excluded (A - B < -9.8%)"),
        (20, 20, 20, "is not excluded (A - B > -14.0%)", "is not excluded (A - B < +14.0%)"),
    ],
)
def test_a_margin_is_told_as_what_is_excluded(
    tmp_path: Path, tasks: int, a: int, b: int, loss: str, gain: str
) -> None:
    """In every form alike; an end of the scale is no bound, and a bound claims no more than it may."""
    runs, report = write(tmp_path / "runs", tasks, a, b), tmp_path / "gate.xml"
    said = f"A worse by 5% or more {loss}, A better by 5% or more {gain}; each claim is wrong in at most 5%"
    margin = ("--margin", "5%")
    assert f"margin    5%: {said}\n" in asked(runs, *AB, *margin).stdout
    assert (
        f"\nMargin of 5%: {said}.\n" in asked(runs, *AB, *margin, "--markdown", "--junit", str(report)).stdout
    )
    [suite] = junitparser.JUnitXml.fromfile(str(report))
    assert f" Margin of 5%: {said}. " in next(case for case in suite if case.name == "pass_rate").system_out
    for without in (asked(runs, *AB), asked(runs, *AB, "--markdown")):
        assert "excluded" not in without.stdout


# The table.

HOSTILE = "x|y`z``<img src=x onerror=alert(1)> [l](http://evil.example) @octocat #1 **b**"


def rendered(text: str) -> str:
    """Return the HTML of a Markdown text with tables, HTML and links as on GitHub."""
    html: str = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    return html


def test_the_table_is_one_and_names_in_it_are_code(tmp_path: Path) -> None:
    """One header, one row for the pass rate and one for each axis, the same number of cells in each; no name acts."""
    for i in range(6):
        for tui in (HOSTILE, "b"):
            heads: dict[str, float | None] = {"pass_rate": float(tui == "b"), "a|`x`": float(i)}
            outcome = "passed" if tui == "b" else "failed"
            Made(tui=tui, task=f"p/{HOSTILE}{i}", outcome=outcome, headlines=heads).write(tmp_path)
    text = asked(tmp_path, "tui=x*", "tui=b", "--markdown").stdout
    root = ET.fromstring(f"<r>{rendered(text).replace('<br>', '')}</r>")
    [table] = root.findall("table")
    rows = [[*row] for row in table.iter("tr")]
    assert {len(row) for row in rows} == {8}
    assert [row[0][0].text for row in rows[2:]] == [*STANDARD, "a|`x`"]
    assert {e.tag for e in root.iter()} <= {
        "r",
        "p",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "strong",
        "code",
    }
    shown = "".join("".join(e.itertext()) for e in root.iter("p") if e.find("code") is not None)
    assert f"p/{HOSTILE}0" in shown
    outside = "".join(
        [e.text or "" for e in root.iter() if e.tag != "code"] + [e.tail or "" for e in root.iter()]
    )
    assert "octocat" not in outside and "evil" not in outside


@settings(max_examples=40)
@given(st.text())
def test_a_name_as_code_is_itself(name: str) -> None:
    """Any text, in a cell of a table: one code element and nothing else, but for blanks at its ends."""
    from cab_core.cli.text import name_line

    shown = code(name, in_table=True)
    html = rendered(f"| a | b |\n| - | - |\n| {shown} | end |\n")
    cell, end = (e for e in ET.fromstring(html).iter("td"))
    assert "".join(cell.itertext()).strip() == (name_line(name).strip() or "-")
    assert end.text == "end"
    assert [e.tag for e in cell] == (["code"] if name_line(name).strip() else [])


def test_a_table_without_a_pair_says_so(tmp_path: Path) -> None:
    """The comment is there all the same, and the gate is shut."""
    Made(tui="a", task="p/x").write(tmp_path)
    Made(tui="b", task="p/y").write(tmp_path)
    done = asked(tmp_path, *AB, "--markdown", "--margin", "5%", "--fail-on", "worse,undecided")
    assert done.return_value == 1
    assert "there is nothing to compare" in done.stdout
    assert len(MarkdownIt("commonmark").enable("table").parse(done.stdout)) > 10


def test_a_table_says_what_its_cells_are_worth(tmp_path: Path) -> None:
    """Marks, what is left out and why, what a star means, and how many pairs it was picked from."""
    for tui in "abc":
        Made(tui=tui, task="p/x", marks=("provisional",)).write(tmp_path)
    Made(tui="a", task="p/y", outcome="infra_upstream").write(tmp_path)
    said = asked(tmp_path, *AB, "--markdown").stdout
    assert "Some of them are provisional: the CLI did not run sealed" in said
    assert "Left out of A: without a verdict: 1 × infra_upstream" in said
    assert "\\* of 3 tasks or families at most" in said
    assert "Picked out of the 3 pairs" in said
    assert "With 1 task no result could decide; at least 6 are needed." in said


def test_a_verdict_that_takes_a_margin_is_refused_without(tmp_path: Path) -> None:
    """The gate would be open for ever."""
    write(tmp_path, 8, 8, 8)
    for named, option in (("not worse", "--margin"), ("tokens:equivalent", "--cost-margin")):
        with pytest.raises(UserError, match=f"no such verdict without {option}"):
            asked(tmp_path, *AB, "--fail-on", named)
        assert asked(tmp_path, *AB, option, "10%", "--fail-on", named).return_value in (0, 1)


def test_a_gate_that_looks_at_nothing_is_shut(tmp_path: Path) -> None:
    """No task has both sides; and where no result could have shut it, that is said."""
    Made(tui="a", task="p/x").write(tmp_path)
    Made(tui="b", task="p/y").write(tmp_path)
    with pytest.raises(UserError, match="nothing to look at"):
        asked(tmp_path, *AB, "--fail-on", "worse")
    few = asked(write(tmp_path / "few", 3, 0, 3), *AB, "--fail-on", "worse")
    assert few.return_value == 0 and "pass rate had too few tasks for any verdict" in few.stderr


def test_what_a_side_lost_is_told_in_every_form(tmp_path: Path) -> None:
    """Who can make its failures void looks better: here B had no verdict on what it would have failed."""
    write(tmp_path / "r", 8, 8, 8)
    for i in range(3):
        Made(tui="a", task=f"p/v{i}").write(tmp_path / "r")
        Made(tui="b", task=f"p/v{i}", outcome="no_model_calls").write(tmp_path / "r")
    report = tmp_path / "gate.xml"
    done = asked(tmp_path / "r", *AB, "--markdown", "--junit", str(report))
    lost = "Left out of B: without a verdict: 3 × no_model_calls"
    assert lost in done.stdout and lost in report.read_text("utf-8")
    assert "Left out of A: 3 tasks without a partner." in done.stdout
    assert told(tmp_path / "r", *AB)["excluded"] == {"a": {}, "b": {"no_model_calls": 3}}
    assert "Left out of B: 3 × no_model_calls" in asked(tmp_path / "r", *AB).stdout


def test_amounts_that_one_side_hides_are_told(tmp_path: Path) -> None:
    """Whoever hides what it spends where it spends much looks cheap."""
    write(tmp_path, 8, 8, 8)
    Made(tui="a", task="p/h", tokens=None).write(tmp_path)
    Made(tui="b", task="p/h").write(tmp_path)
    said = "tokens: not known of 1 of A's cells and 0 of B's"
    assert said in asked(tmp_path, *AB).stdout and said in asked(tmp_path, *AB, "--markdown").stdout
    assert told(tmp_path, *AB)["unknown_amounts"] == {"tokens": {"a": 1, "b": 0}}


# The report.


def test_the_report_is_read_by_others(tmp_path: Path) -> None:
    """By junitparser and by our own reader: a failure for what is named, a skip for what is undecided."""
    write(tmp_path / "runs", 20, 8, 20)
    report = tmp_path / "gate.xml"
    done = asked(tmp_path / "runs", *AB, "--fail-on", "worse,undecided", "--junit", str(report))
    assert done.return_value == 1
    [suite] = junitparser.JUnitXml.fromfile(str(report))
    cases = {case.name: case for case in suite}
    assert list(cases)[:3] == ["pass_rate", "tokens", "latency"]
    [failure] = cases["pass_rate"].result
    assert isinstance(failure, junitparser.Failure) and failure.type == "worse"
    assert "B does better." in failure.text
    assert isinstance(cases["tokens"].result[0], junitparser.Skipped)
    said = (suite.tests, suite.failures, suite.errors, suite.skipped)
    suite.update_statistics()
    assert said == (suite.tests, suite.failures, suite.errors, suite.skipped)
    assert said[:3] == (len(cases), 1, 0)
    states = {test.name: test.state for test in read_junit(report.read_bytes()).tests}
    assert [name for name, state in states.items() if state == "failed"] == [
        n for n in states if "pass_rate" in n
    ]


# Of the XML schema of Jenkins' xunit plugin, what a report may have. No package that could be a requirement
# carries it: this is what it says of the elements that are here.
ALLOWED = {
    "testsuites": {"name", "time", "tests", "failures", "errors"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time"},
    "testcase": {"name", "classname", "time"},
    "failure": {"type", "message"},
    "skipped": {"type", "message"},
    "system-out": set(),
}


def test_the_report_has_what_others_know_and_no_more(tmp_path: Path) -> None:
    """Elements and attributes that their schema knows, all that it requires, as their model reads them."""
    report = tmp_path / "gate.xml"
    asked(
        write(tmp_path / "runs", 20, 8, 20),
        *AB,
        "--margin",
        "5%",
        "--fail-on",
        "worse",
        "--junit",
        str(report),
    )
    root = ET.parse(report).getroot()
    assert root.tag == "testsuites" and {e.tag for e in root.iter()} == ALLOWED.keys()
    assert all(set(e.attrib) <= ALLOWED[e.tag] for e in root.iter())
    assert {"name", "tests", "failures", "errors"} <= set(root[0].attrib)
    for case in root.iter("testcase"):
        assert case.attrib["name"] and [e.tag for e in case][-1] == "system-out"
    [suite] = junitparser.JUnitXml.fromfile(str(report))
    assert (suite.name, suite.time) == ("cab compare", 0)
    for read in suite:
        assert (read.classname, read.time) == ("tui=a against tui=b", 0) and read.system_out
        assert all(found.message for found in read.result)


def test_a_hostile_name_makes_no_other_report(tmp_path: Path) -> None:
    """Control characters, surrogates and markup are shown."""
    name = 'a"<b>&\x00\x1b\udcff]]>'
    for i in range(6):
        Made(tui="a", task=f"p/t{i}", headlines={"pass_rate": 1.0, name: 1.0 + i}).write(tmp_path / "runs")
        Made(tui="b", task=f"p/t{i}", headlines={"pass_rate": 1.0, name: 1.0}).write(tmp_path / "runs")
    report = tmp_path / "gate.xml"
    asked(tmp_path / "runs", *AB, "--junit", str(report))
    [suite] = junitparser.JUnitXml.fromfile(str(report))
    assert 'a"<b>&\\x00\\x1b\\u{dcff}]]>' in [case.name for case in suite]


# A configuration against itself.


def test_one_configuration_against_itself_shows_noise_and_flaky_tasks(tmp_path: Path) -> None:
    """Two attempts at each of four tasks, of which one was solved once: halves differ by a quarter, always."""
    for i in range(4):
        for attempt in (1, 2):
            ok = i < 2 or (i == 2 and attempt == 1)
            Made(tui="a", task=f"p/t{i}", attempt=attempt, outcome="passed" if ok else "failed").write(
                tmp_path
            )
    Made(tui="a", task="p/alone").write(tmp_path)
    found = told(tmp_path, "tui=a,model=*", "model=*,tui=a")
    assert found["noise"] == {"tasks": 4, "halves": 4, "floor": 0.25, "flip": 0.25, "left_out": 1}
    [flaky] = found["flaky"]
    assert (flaky["unit"][0], flaky["cells"]) == ("p/t2", {"solved": 1, "counted": 2})
    said = " ".join(asked(tmp_path, "tui=a", "tui=a").stdout.split())
    assert "noise 25.0%: two halves of the attempts at 4 tasks, 4 cells each" in said
    assert "1 flaky task: task CLI model solved" in said and "p/t2 a acme/coder-1 1/2" in said
    assert "1 task with a single attempt left out." in said


def test_itself_needs_two_attempts_and_has_no_verdict(tmp_path: Path) -> None:
    """Both are said, with what to do."""
    write(tmp_path, 6, 6, 0)
    with pytest.raises(UserError, match=r"takes two attempts.*--attempts 2"):
        asked(tmp_path, "tui=a", "tui=a")
    for args in (("--margin", "5%"), ("--fail-on", "worse"), ("--markdown",)):
        with pytest.raises(UserError, match="A and B are the same: there is no verdict"):
            asked(tmp_path, "tui=a", "tui=a", *args)
    with pytest.raises(UserError, match="on both sides"):  # not the same words: an oversight
        asked(tmp_path, "tui=a", "tui=a,model=*")
