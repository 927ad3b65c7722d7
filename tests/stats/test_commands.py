"""`cab results --summary`, `cab compare` and `cab site` on cells that were made, not run."""

from __future__ import annotations

import json
import threading
import urllib.request
from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner

from cab_core.cli import compare, results, site
from cab_core.errors import UserError
from cab_core.site.serve import server
from tests.site.made import Made


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Two CLIs on eight tasks: aider solves six, opencode three, one cell has no verdict."""
    for i in range(8):
        Made(tui="aider", task=f"p/t{i}", outcome="passed" if i < 6 else "failed").write(tmp_path)
        outcome = "infra_upstream" if i == 7 else "passed" if i < 3 else "failed"
        Made(tui="opencode", task=f"p/t{i}", outcome=outcome).write(tmp_path)
    Made(tui="copilot", task="p/t0", voided=("infra_upstream",)).write(tmp_path)
    Made(tui="aider", task="p/t0", sweep="old", outcome="failed", ended_at="2020-01-01T00:00:00Z").write(
        tmp_path
    )
    return tmp_path


def call(command: object, *args: str) -> str:
    """Return what a command printed; it must end well."""
    done = CliRunner().invoke(command, args, catch_exceptions=False)  # type: ignore[arg-type]
    assert done.exit_code == 0, done.output
    return done.output


def test_results_give_each_rate_its_interval_n_and_what_was_left_out(runs: Path) -> None:
    """`cab results --summary` gives a rate with its interval and n, and says what it leaves out."""
    said = call(results.command, "--runs", str(runs), "--summary")
    assert "75.0%" in said
    assert "[37.8%, 95.7%]" in said
    assert "for tasks like these" in said
    assert "Left out of opencode × acme/coder-1: 1 × infra_upstream: the model endpoint failed" in said
    assert "Tried in vain before, copilot × acme/coder-1: 1 × infra_upstream: the model" in said
    rows = json.loads(call(results.command, "--runs", str(runs), "--summary", "--json"))
    assert [(r["tui"], r["n"], r["solved"], r["excluded"], r["voided"]) for r in rows] == [
        ("aider", 8, 6, {}, {}),
        ("copilot", 1, 1, {}, {"infra_upstream": 1}),
        ("opencode", 7, 3, {"infra_upstream": 1}, {}),
    ]


def test_compare_pairs_by_task_and_lists_the_flips(runs: Path) -> None:
    """`cab compare` pairs by task, and lists those on which the verdicts differ."""
    found = json.loads(call(compare.command, "tui=aider", "tui=opencode", "--runs", str(runs), "--json"))
    assert (found["tasks"], found["better"], found["worse"]) == (7, 3, 0)
    assert found["p"] == 0.25
    assert found["verdict"] == "undecided"
    assert found["interval"]["low"] < 0 < found["interval"]["high"]
    assert found["possible"] == 3
    assert found["p_of_all"] == 0.75
    assert [f["unit"][0] for f in found["flipped"]] == ["p/t3", "p/t4", "p/t5"]
    said = call(compare.command, "tui=aider", "tui=opencode", "--runs", str(runs))
    assert "p = 0.2500" in said
    assert ["p/t3", "acme/coder-1", "A", "1.00", "0.00"] in map(str.split, said.splitlines())
    assert "(A better on 3, B on 0 of 7 tasks)" in said
    assert (
        "Picked out of the 3 pairs of configurations after the results were seen: undecided, p = 0.7500 "
        "with all of them allowed for." in " ".join(said.split())
    )
    assert "1 of A have no partner" in said


def test_a_look_without_docker_takes_nothing_from_a_citable_cell(tmp_path: Path) -> None:
    """A local run is a configuration of its own; beside it the sealed one keeps its rate and its marks."""
    Made(runtime="docker").write(tmp_path)
    Made(outcome="failed", marks=("provisional",), ended_at="2030-01-01T00:00:00Z").write(tmp_path)
    rows = json.loads(call(results.command, "--runs", str(tmp_path), "--summary", "--json"))
    assert [(r["runtime"], r["rate"], r["marks"]) for r in rows] == [
        ("docker", 1.0, []),
        ("local", 0.0, ["provisional"]),
    ]


def test_marks_and_sandboxes_are_said_wherever_rates_are(tmp_path: Path) -> None:
    """A provisional cell marks the rates that it is part of; two sandboxes in a comparison are named."""
    Made(tui="aider", task="p/a", marks=("provisional",)).write(tmp_path)
    Made(tui="opencode", task="p/a", runtime="docker").write(tmp_path)
    assert "aider × acme/coder-1 (provisional)" in call(results.command, "--runs", str(tmp_path), "--summary")
    sides = ("tui=aider,runtime=local", "tui=opencode,runtime=docker", "--runs", str(tmp_path))
    said = call(compare.command, *sides)
    assert "Some of them are provisional: " in said and "different sandboxes (docker, local)" in said
    found = json.loads(call(compare.command, *sides, "--json"))
    assert (found["marks"], found["runtimes"]) == (["provisional"], ["docker", "local"])


def test_a_cell_that_never_ran_takes_no_mark_from_a_rate(tmp_path: Path) -> None:
    """A rate is sealed where each cell that counts is."""
    sealed = {"runtime": "docker", "network": "gateway"}
    Made(task="p/a", marks=("sealed",), **sealed).write(tmp_path)
    Made(task="p/b", outcome="infra_image", **sealed).write(tmp_path)
    [row] = json.loads(call(results.command, "--runs", str(tmp_path), "--summary", "--json"))
    assert (row["n"], row["marks"]) == (1, ["sealed"])


def test_compare_says_what_each_side_tried_in_vain(runs: Path) -> None:
    """By side, since one that is tried again more often has more chances."""
    sides = ("tui=aider", "tui=copilot", "--runs", str(runs))
    assert json.loads(call(compare.command, *sides, "--json"))["voided"] == {
        "a": {},
        "b": {"infra_upstream": 1},
    }
    said = call(compare.command, *sides)
    assert "Tried in vain before, B: 1 × infra_upstream: the model endpoint failed" in said
    assert "Tried in vain before, A" not in said


def test_a_comparison_without_a_pair_says_what_was_left_out(tmp_path: Path) -> None:
    """It may be why."""
    Made().write(tmp_path)
    Made(tui="opencode", outcome="infra_upstream").write(tmp_path)
    said = call(compare.command, "tui=aider", "tui=opencode", "--runs", str(tmp_path))
    assert "nothing to compare" in said
    assert "1 × infra_upstream: the model endpoint failed" in said


def test_compare_two_sweeps(runs: Path) -> None:
    """Two sweeps of one configuration can be compared."""
    found = json.loads(call(compare.command, "sweep=made", "sweep=old", "--runs", str(runs), "--json"))
    assert (found["tasks"], found["better"]) == (1, 1)


def test_what_could_be_picked_are_configurations_with_a_verdict(runs: Path) -> None:
    """One that never had a verdict is no choice; where a side names a sweep each of its sweeps is one."""

    def possible(a: str, b: str) -> int:
        return int(json.loads(call(compare.command, a, b, "--runs", str(runs), "--json"))["possible"])

    assert possible("tui=aider", "tui=opencode") == 3  # aider, copilot, opencode
    assert possible("sweep=made", "sweep=old") == 6  # these, and aider in another sweep
    assert possible("sweep=made,tui=aider", "tui=opencode") == 6
    assert possible("sweep=made,tui=aider", "sweep=made,tui=opencode") == 3
    Made(tui="goose", task="p/t0", outcome="infra_upstream").write(runs)
    assert possible("tui=aider", "tui=opencode") == 3
    assert possible("sweep=made", "sweep=old") == 6
    Made(tui="goose", task="p/t1").write(runs)
    assert possible("tui=aider", "tui=opencode") == 6
    assert possible("sweep=made", "sweep=old") == 10


@pytest.mark.parametrize(("tasks", "says"), [(7, "undecided, p = 0.1563"), (9, "decided, p = 0.0391")])
def test_a_pair_that_was_picked_is_decided_with_all_allowed_for(
    tmp_path: Path, tasks: int, says: str
) -> None:
    """Five configurations are ten pairs; alone either is decided."""
    for i in range(tasks):
        Made(tui="aider", task=f"p/t{i}").write(tmp_path)
        for tui in ("b", "c", "d", "opencode"):
            Made(tui=tui, task=f"p/t{i}", outcome="failed").write(tmp_path)
    said = " ".join(call(compare.command, "tui=aider", "tui=opencode", "--runs", str(tmp_path)).split())
    assert "A does better." in said
    assert f"10 pairs of configurations after the results were seen: {says} with all" in said


def test_compare_says_what_is_not_there(runs: Path) -> None:
    """A side that selects no cell is told as a user's mistake."""
    with pytest.raises(UserError, match=r"no cell in .* is tui=goose"):
        call(compare.command, "tui=aider", "tui=goose", "--runs", str(runs))


def test_site_is_built_and_served(runs: Path, tmp_path: Path) -> None:
    """`cab site build` writes pages that `cab site serve` gives, and no listing of a directory."""
    out = tmp_path / "site"
    call(site.command, "build", str(runs), "-o", str(out), "--base-url", "https://example.org/b/")
    assert "https://example.org/b/cell/aider" in (out / "cell/aider/acme/coder-1/p/t0/index.html").read_text()
    with server(out) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{running.server_port}"
        with urllib.request.urlopen(f"{address}/cell/aider/acme/coder-1/p/t0/") as answer:
            assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(f"{address}/badge/")
        running.shutdown()


@pytest.mark.parametrize("out", ["file", "file/below", "/proc/nowhere"])
def test_a_site_where_none_can_be_is_the_users_mistake(runs: Path, tmp_path: Path, out: str) -> None:
    """A file is in the way, or no directory can be made there: said, without a traceback."""
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="expected a directory"):
        call(site.command, "build", str(runs), "-o", str(tmp_path / out))


def test_serve_without_a_site_says_what_to_do(tmp_path: Path) -> None:
    """Serving what was not built, and an address that is none, are told with what to do."""
    with pytest.raises(UserError, match="cab site build"):
        server(tmp_path)
    with pytest.raises(UserError, match="--base-url"):
        call(site.command, "build", str(tmp_path), "--base-url", "example.org")


def test_a_perfect_line_stands_first(tmp_path: Path) -> None:
    """Seven tasks, three attempts: 21 of 21, then 20 of 21, then two of three on every task."""
    for i in range(7):
        for attempt in (1, 2, 3):
            perfect = Made(tui="perfect", task=f"p/t{i}", attempt=attempt)
            perfect.write(tmp_path)
            last = i == 6 and attempt == 3
            attrs.evolve(perfect, tui="nearly", outcome="failed" if last else "passed").write(tmp_path)
            third = attempt == 3
            attrs.evolve(perfect, tui="a-middle", outcome="failed" if third else "passed").write(tmp_path)
    said = call(results.command, "--runs", str(tmp_path), "--summary")
    assert said.index("perfect") < said.index("nearly") < said.index("a-middle")
    rows = json.loads(call(results.command, "--runs", str(tmp_path), "--summary", "--json"))
    assert [(r["tui"], r["rank"]) for r in rows] == [("a-middle", 2), ("nearly", 1), ("perfect", 1)]
    assert all(r["interval"]["low"] < r["interval"]["high"] for r in rows)


def test_lines_of_other_tasks_are_not_ranked_with_them(runs: Path) -> None:
    """Rates on other tasks do not compare."""
    said = call(results.command, "--runs", str(runs), "--summary")
    assert " rank " not in said and "Rank 1" not in said
    Made(tui="goose", task="p/t0", outcome="failed").write(runs)
    said = call(results.command, "--runs", str(runs), "--summary")
    assert "On the same task:" in said
    same, _, others = said.partition("Not ranked, since rates on other tasks do not compare")
    assert "goose" in same and "copilot" in same and "aider" in others
    assert "No rank: with 1 task and 1 comparison no result" in " ".join(said.split())


def test_a_board_that_nothing_could_decide_has_no_ranks(tmp_path: Path) -> None:
    """Ten lines at eight tasks, one that solves all and nine that solve none: that takes eleven tasks."""
    for line in range(10):
        for i in range(8):
            Made(tui=f"cli{line}", task=f"p/t{i}", outcome="failed" if line else "passed").write(tmp_path)
    said = " ".join(call(results.command, "--runs", str(tmp_path), "--summary").split())
    assert (
        "No rank: with 8 tasks and 45 comparisons no result could tell any two lines apart; "
        "at least 11 are needed." in said
    )
    assert "Rank 1" not in said and " rank  " not in said and "None" not in said
    rows = json.loads(call(results.command, "--runs", str(tmp_path), "--summary", "--json"))
    assert [r["rank"] for r in rows] == [None] * 10
    assert (rows[0]["rate"], rows[9]["rate"]) == (1, 0)


def test_scripted_models_are_in_no_ranking(tmp_path: Path) -> None:
    """Asked for, they stand in a table of their own, and no pair with them is allowed for."""
    for i in range(6):
        Made(tui="aider", task=f"p/t{i}").write(tmp_path)
        Made(tui="opencode", task=f"p/t{i}", outcome="failed").write(tmp_path)
        Made(model="scripted:oracle", task=f"p/t{i}", marks=("scripted", "provisional")).write(tmp_path)
    said = call(results.command, "--runs", str(tmp_path), "--summary", "--scripted")
    ranked, _, others = said.partition("Not ranked, since")
    assert "nor those of scripted models" in others
    assert "scripted:oracle" in others and "scripted:oracle" not in ranked
    assert " rank  " in ranked and " rank  " not in others
    rows = json.loads(call(results.command, "--runs", str(tmp_path), "--summary", "--scripted", "--json"))
    assert {(r["tui"], r["model"]): r["rank"] for r in rows} == {
        ("aider", "acme/coder-1"): 1,
        ("aider", "scripted:oracle"): None,
        ("opencode", "acme/coder-1"): 2,
    }


def test_on_these_tasks_is_another_interval(tmp_path: Path) -> None:
    """Ten attempts at two tasks say much of these two, and little of others like them."""
    for attempt in range(1, 11):
        Made(task="p/a", attempt=attempt).write(tmp_path)
        Made(task="p/b", attempt=attempt, outcome="failed").write(tmp_path)

    def width(on: str) -> float:
        [row] = json.loads(call(results.command, "--runs", str(tmp_path), "--summary", "--json", "--on", on))
        assert row["on"] == on
        return float(row["interval"]["high"] - row["interval"]["low"])

    assert width("these") < width("like") / 1.5
    assert "for exactly these tasks" in call(results.command, "--runs", str(tmp_path), "--on", "these")


def test_a_cell_on_both_sides_is_refused(runs: Path) -> None:
    """It would be held against itself."""
    with pytest.raises(UserError, match=r"8 cells are on both sides, first: made/aider.*no cell is in both"):
        call(compare.command, "tui=aider", "model=acme/*,tui=a*", "--runs", str(runs))


def test_few_tasks_are_said_to_decide_nothing(runs: Path) -> None:
    """Five tasks cannot: of 32 patterns of signs two are as far as can be."""
    said = call(compare.command, "tui=aider", "tui=opencode", "--task", "p/t[0-4]", "--runs", str(runs))
    assert "With 5 tasks no result could decide; at least 6 are needed." in said
    said = call(compare.command, "tui=aider", "tui=opencode", "--runs", str(runs))
    assert "could decide" not in said
    said = call(
        compare.command,
        "tui=aider",
        "tui=opencode",
        "--task",
        "p/t[0-2]",
        "--runs",
        str(runs),
        "--on",
        "these",
    )
    assert "With so few cells no result could decide" in said


def test_a_verdict_and_its_interval_agree(tmp_path: Path) -> None:
    """Where the test decides, 0 is no part of the interval."""
    for i in range(9):
        Made(tui="aider", task=f"p/t{i}").write(tmp_path)
        Made(tui="opencode", task=f"p/t{i}", outcome="passed" if i < 2 else "failed").write(tmp_path)
    said = call(compare.command, "tui=opencode", "tui=aider", "--runs", str(tmp_path))
    assert "verdict   B does better." in said
    assert "p = 0.0156" in said
    assert "Picked out of" not in said
    found = json.loads(call(compare.command, "tui=opencode", "tui=aider", "--runs", str(tmp_path), "--json"))
    assert (found["verdict"], found["interval"]["high"] <= 0) == ("worse", True)
