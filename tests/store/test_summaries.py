"""Summaries are read from the files each time: what is there now is what is told, and what is broken is told."""

from __future__ import annotations

import functools
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cab_core.errors import UserError
from cab_core.records import CellResult
from cab_core.store.cells import Store, write_result
from cab_core.store.reading import read_json, read_summary
from tests.site.made import SHA, Made


def _set(*keys: str, to: Any) -> Callable[[dict[str, Any]], None]:
    def change(value: dict[str, Any]) -> None:
        for key in keys[:-1]:
            value = value[key]
        value[keys[-1]] = to

    return change


BROKEN = {
    "no such outcome": _set("outcome", to="perfect"),
    "a headline that is a text": _set("scores", "pass_rate", "headline", to="1"),
    "a headline that is true": _set("scores", "pass_rate", "headline", to=True),
    "scores that are none": _set("scores", to=[1]),
    "a name that is no UTF-8": _set("cell", "model", to="\ud800"),
    "a mark that is no UTF-8": _set("marks", to=["\ud800"]),
    "an attempt out of range": _set("cell", "attempt", to=-3),
    "an option that a cell has not": _set("cell", "extra", to=1),
    "another format": _set("schema_version", to=2),
    "no task": lambda value: value.pop("task"),
    "no keys": lambda value: value.pop("content_key"),
    "tokens that are a text": _set("tokens", "usd", to="many"),
    "an outcome in vain that is none": _set("voided", to=["well"]),
    "a number out of range": _set("wall_ms", to=1e301),
    "a citable that is a number": _set("citable", to=1),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_broken_is_told_as_for_the_whole(tmp_path: Path, kind: str) -> None:
    """The same words, with the file and the place in it."""
    path = Made().write(tmp_path) / "cell.json"
    value = json.loads(path.read_text())
    BROKEN[kind](value)
    path.write_text(json.dumps(value))
    with pytest.raises(UserError, match=r"cell\.json: ") as whole:
        read_json(path, CellResult)
    with pytest.raises(UserError) as short:
        read_summary(path)
    assert str(short.value) == str(whole.value)


UNSEEN = {
    "another type": _set("wiring", to="broken"),
    "a number out of range": _set("host", to={"x": 1e301}),
    "more levels than a record may have": _set("host", to=functools.reduce(lambda v, _: [v], range(120), 1)),
}


@pytest.mark.parametrize("kind", UNSEEN)
def test_what_a_summary_does_not_need_is_not_looked_at(tmp_path: Path, kind: str) -> None:
    """So a fault there is told by the commands that show it, and by no other."""
    path = Made().write(tmp_path) / "cell.json"
    value = json.loads(path.read_text())
    UNSEEN[kind](value)
    path.write_text(json.dumps(value))
    assert read_summary(path).outcome == "passed"
    with pytest.raises(UserError, match=r"cell\.json: "):
        read_json(path, CellResult)


@pytest.mark.parametrize("text", ["NaN", "[1,]", '"\\q"', '"\xff"', '{"a" 1}', "01"])
def test_what_is_no_json_is_told_wherever_it_stands(tmp_path: Path, text: str) -> None:
    """A file that was damaged is not half believed."""
    path = Made().write(tmp_path) / "cell.json"
    value = json.loads(path.read_text())
    value["wiring"] = "here"
    path.write_bytes(json.dumps(value).replace('"here"', text).encode("latin-1"))
    with pytest.raises(UserError, match=r"cell\.json: cannot be read as JSON"):
        read_summary(path)


STEP = st.tuples(
    st.sampled_from(["add", "edit", "rescore", "remove", "remove the cell"]),
    st.integers(1, 3),
    st.sampled_from(["passed", "failed", "infra_upstream"]),
    st.sampled_from([SHA, "b" * 64]),
)


def _tries(root: Path, attempt: int) -> list[Path]:
    return [*map(Path, Store(root).tries(Made(attempt=attempt).cell()))]


def _take(root: Path, step: tuple[str, int, str, str]) -> None:
    """Do to the store what another process may do."""
    what, attempt, outcome, key = step
    tries = _tries(root, attempt)
    if what == "add" or not tries:
        Made(attempt=attempt, outcome=outcome, content_key=key).write(root, checked=False)
    elif what == "edit":
        found = Store(root).result(tries[-1])
        write_result(tries[-1], attrs.evolve(found, outcome=outcome, content_key=key))
    elif what == "rescore":
        found = Store(root).result(tries[0])
        heads = {**found.scores, "composite": attrs.evolve(found.scores["composite"], headline=attempt / 9)}
        write_result(tries[0], attrs.evolve(found, scores=heads))
    else:
        shutil.rmtree(tries[-1] if what == "remove" else tries[-1].parent)


@settings(max_examples=12, deadline=None)
@given(steps=st.lists(STEP, min_size=1, max_size=6))
def test_whatever_became_of_the_cells_is_seen(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, str, str]]
) -> None:
    """One store that stays open tells, after each change, what the whole results in the files say."""
    root = tmp_path_factory.mktemp("runs")
    store = Store(root)
    for step in steps:
        _take(root, step)
        assert list(store.summaries()) == [(path, r.summary) for path, r in Store(root).standing()]
        for attempt in (1, 2, 3):
            tries = _tries(root, attempt)
            same = [
                p
                for p in tries
                if (r := store.result(p)).content_key == SHA and r.outcome in ("passed", "failed")
            ]
            found = store.verdict([*map(str, tries)], SHA, SHA)
            assert (found and found[0]) == (str(same[-1]) if same else None)
