"""`cab compare`: what can be chosen, what must be equal within a pair, and what is said of the rest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cab_core.cli import compare
from cab_core.errors import UserError
from cab_core.stats import Selector, Sides
from tests.site.made import Made


def said(runs: Path, a: str, b: str, *more: str) -> str:
    """Return what `cab compare` prints."""
    done = CliRunner().invoke(compare.command, [a, b, "--runs", str(runs), *more], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def found(runs: Path, a: str, b: str) -> dict[str, Any]:
    """Return what `cab compare --json` prints."""
    return dict(json.loads(said(runs, a, b, "--json")))


def write(runs: Path, *cells: Made) -> Path:
    """Write these cells."""
    for cell in cells:
        cell.write(runs)
    return runs


@pytest.mark.parametrize(
    ("a", "b", "one", "other"),
    [
        ("version=1", "version=2", {"version": "1"}, {"version": "2"}),
        ("runtime=docker", "runtime=local", {"runtime": "docker", "network": "gateway"}, {"runtime": "local"}),
        ("network=gateway", "network=open", {"network": "gateway"}, {}),
        ("option.x=diff", "option.x=whole", {"options": {"x": "diff"}}, {"options": {"x": "whole"}}),
        ("option.x=none", "option.x=w*", {}, {"options": {"x": "whole"}}),
        ("option.x=5", 'option.x="6"', {"options": {"x": "5"}}, {"options": {"x": "6"}}),
        ("param.t=0.2", "param.t=1", {"model_params": {"t": 0.2}}, {"model_params": {"t": 1}}),
    ],
)  # fmt: skip
def test_what_a_configuration_has_can_be_chosen_and_compared(
    tmp_path: Path, a: str, b: str, one: dict[str, Any], other: dict[str, Any]
) -> None:
    """All else is equal within a pair, and there is one pair."""
    write(tmp_path, Made(**one), Made(outcome="failed", **other))
    result = found(tmp_path, a, b)
    assert (result["tasks"], result["rate_a"], result["rate_b"]) == (1, 1.0, 0.0)
    assert result["mixed"]["a"] == []


def test_two_clis_pair_though_their_versions_and_options_differ(tmp_path: Path) -> None:
    """They cannot be equal, so they need not be, and nobody is warned of it."""
    write(
        tmp_path,
        Made(version="0.86", options={"edit": "diff"}),
        Made(tui="opencode", version="1.15", outcome="failed"),
    )
    assert found(tmp_path, "tui=aider", "tui=opencode")["tasks"] == 1
    assert "differ in" not in said(tmp_path, "tui=aider", "tui=opencode")


@pytest.mark.parametrize(
    ("one", "other", "key"),
    [
        ({"runtime": "docker"}, {}, "runtime"),
        ({"network": "gateway"}, {}, "network"),
        ({"model_params": {"t": 1}}, {}, "params"),
    ],
)
def test_what_two_clis_can_share_must_be_equal(
    tmp_path: Path, one: dict[str, Any], other: dict[str, Any], key: str
) -> None:
    """A run in a container is not held against one without, unless that is asked for; the reason is said."""
    write(tmp_path, Made(**one), Made(tui="opencode", **other))
    assert found(tmp_path, "tui=aider", "tui=opencode")["tasks"] == 0
    assert f"A has {key} " in said(tmp_path, "tui=aider", "tui=opencode")


def test_versions_of_one_cli_are_pairs_of_their_own(tmp_path: Path) -> None:
    """Two models are compared version by version."""
    cells = [
        Made(model=m, version=v, outcome="passed" if m + v != "b2" else "failed") for m in "ab" for v in "12"
    ]
    result = found(write(tmp_path, *cells), "model=a", "model=b")
    assert (result["tasks"], len(result["pairs"]), result["mixed"]) == (1, 2, {"a": [], "b": []})
    rows = [line.split() for line in said(tmp_path, "model=a", "model=b").splitlines()]
    assert ["mutations/off-by-one", "aider", "2", "A", "1.00", "0.00"] in rows


@pytest.mark.parametrize(
    "other", [{"version": "2"}, {"options": {"edit": "diff"}}, {"options": {"edit": None}}]
)
def test_several_configurations_in_one_pair_are_said(tmp_path: Path, other: dict[str, Any]) -> None:
    """Their mean is compared, which nobody may take for a figure of one of them."""
    write(tmp_path, Made(), Made(outcome="failed", **other), Made(tui="opencode"))
    result = found(tmp_path, "tui=aider", "tui=opencode")
    assert (result["rate_a"], len(result["mixed"]["a"]), result["mixed"]["b"]) == (0.5, 2, [])
    text = said(tmp_path, "tui=aider", "tui=opencode")
    assert "Mixed: A holds several configurations within one pair" in text
    assert all(name in text for name in result["mixed"]["a"])
    assert found(tmp_path, "tui=aider,version=1.0,option.edit=none", "tui=opencode")["mixed"]["a"] == []


def test_models_of_a_pattern_are_said_to_be_mixed(tmp_path: Path) -> None:
    """Also what was asked for: a family of models against one."""
    write(tmp_path, Made(model="a-1"), Made(model="a-2"), Made(model="b"))
    assert found(tmp_path, "model=a-*", "model=b")["mixed"]["a"] == ["aider × a-1", "aider × a-2"]


def test_what_both_name_alike_must_be_equal_too(tmp_path: Path) -> None:
    """A pattern that stands on both sides chooses cells; they are compared one by one."""
    write(tmp_path, *(Made(tui=t, model=m) for t in ("aider", "opencode") for m in ("a-1", "a-2", "b")))
    result = found(tmp_path, "tui=aider,model=a-*", "tui=opencode,model=a-*")
    assert ([p["unit"][1] for p in result["pairs"]], result["mixed"]["a"]) == (["a-1", "a-2"], [])


def test_a_later_sweep_may_have_another_version_which_is_said(tmp_path: Path) -> None:
    """Then and now: the version is part of what changed, and a reader is told."""
    write(tmp_path, Made(sweep="may", version="1"), Made(sweep="june", version="2", outcome="failed"))
    sides = ("sweep=may,tui=aider", "sweep=june,tui=aider")
    assert found(tmp_path, *sides)["tasks"] == 1
    assert "They differ in version too (A: 1; B: 2)" in said(tmp_path, *sides)


def test_networks_follow_runtimes_and_are_said(tmp_path: Path) -> None:
    """A runtime without a gateway cannot be held against one that has it otherwise."""
    write(tmp_path, Made(runtime="docker", network="gateway"), Made())
    text = said(tmp_path, "runtime=docker", "runtime=local")
    assert "They differ in network too (A: gateway; B: open)" in text


def test_an_option_that_is_named_leaves_the_others_equal() -> None:
    """Naming one option frees that alone."""
    sides = Sides(Selector.parse("option.x=1"), Selector.parse("option.x=2"))
    results = [
        m.result(m.cell(), []) for m in (Made(options={"x": 1, "y": 1}), Made(options={"x": 2, "y": 2}))
    ]
    assert "options" in sides.common
    assert sides.units(results, sides.a).keys() != sides.units(results, sides.b).keys()


@pytest.mark.parametrize("text", ["option.=1", "param=1", "options.x=1", "tui=a,tui=b", "option.x="])
def test_a_key_that_is_none_is_told(text: str) -> None:
    """With those that there are."""
    with pytest.raises(UserError, match=r"option\.NAME, param\.NAME"):
        Selector.parse(text)
