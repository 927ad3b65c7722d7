"""`cab results --summary`, `cab compare` and `cab site` on cells that were made, not run."""

from __future__ import annotations

import json
import threading
import urllib.request
from pathlib import Path

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
    assert "[40.9%, 92.9%]" in said
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
    assert found["interval"]["low"] > 0
    assert [f["unit"][0] for f in found["flipped"]] == ["p/t3", "p/t4", "p/t5"]
    said = call(compare.command, "tui=aider", "tui=opencode", "--runs", str(runs))
    assert "p = 0.2500" in said
    assert "A  1.00 : 0.00  p/t3 acme/coder-1" in said
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


def test_a_comparison_without_a_pair_says_what_was_left_out(tmp_path: Path) -> None:
    """It may be why."""
    Made().write(tmp_path)
    Made(tui="opencode", outcome="infra_upstream").write(tmp_path)
    said = call(compare.command, "tui=aider", "tui=opencode", "--runs", str(tmp_path))
    assert "nothing to compare" in said
    assert "Left out: 1 × infra_upstream: the model endpoint failed" in said


def test_compare_two_sweeps(runs: Path) -> None:
    """Two sweeps of one configuration can be compared."""
    found = json.loads(call(compare.command, "sweep=made", "sweep=old", "--runs", str(runs), "--json"))
    assert (found["tasks"], found["better"]) == (1, 1)


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
