"""Which of several tries of one cell counts."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from cab_core.durable import write_whole
from cab_core.errors import UserError
from cab_core.stats import one_of_each
from cab_core.store.cells import Store
from cab_core.store.standing import accept
from cab_core.workdir.remove import remove_tree
from tests.site.made import Made
from tests.support.trees import deepen

EARLY, LATE = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"
TRIES = {
    "the latest": (Made(outcome="failed", ended_at=EARLY), Made(ended_at=LATE)),
    "a verdict before none": (Made(outcome="infra_upstream", ended_at=LATE), Made(ended_at=EARLY)),
    "a sealed run before a provisional one": (Made(marks=("provisional",), ended_at=LATE), Made(ended_at=EARLY)),
    "a provisional verdict before none": (
        Made(outcome="cancelled", ended_at=LATE),
        Made(marks=("provisional",), ended_at=EARLY),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", [name for name in TRIES if name != "the latest"])
@pytest.mark.parametrize("turned", [False, True])
def test_which_try_stands(tmp_path: Path, name: str, turned: bool) -> None:
    """In whichever order they were made."""
    other, wanted = TRIES[name]
    for made in (wanted, other) if turned else (other, wanted):
        made.write(tmp_path)
    [(_, found)] = Store(tmp_path).standing()
    assert (found.outcome, found.ended_at) == (wanted.outcome, wanted.ended_at)


@pytest.mark.parametrize("ended", [EARLY, LATE, "2020-01-01T00:00:00Z"])
def test_the_latest_is_the_one_with_the_highest_number(tmp_path: Path, ended: str) -> None:
    """Whatever the clock said: a step back of it does not let an old result stand."""
    Made(ended_at=LATE).write(tmp_path)
    newest = Made(outcome="failed", ended_at=ended).write(tmp_path)
    assert [path for path, _ in Store(tmp_path).standing()] == [newest]


def test_the_tenth_try_is_newer_than_the_ninth(tmp_path: Path) -> None:
    """Numbers are compared, not their digits."""
    tries = [Made(outcome="passed" if i < 9 else "failed").write(tmp_path) for i in range(10)]
    assert [path for path, _ in Store(tmp_path).standing()] == [tries[-1]]


@pytest.mark.parametrize("outcome", ["infra_upstream", "cancelled", "failed"])
def test_a_verdict_on_other_content_does_not_stand(tmp_path: Path, outcome: str) -> None:
    """The newest try says which content counts, also where it has no verdict."""
    Made(content_key="cd" * 32).write(tmp_path)
    newest = Made(outcome=outcome).write(tmp_path)
    assert [path for path, _ in Store(tmp_path).standing()] == [newest]


def test_a_verdict_on_the_same_content_stands_again(tmp_path: Path) -> None:
    """Of the newest try's content a verdict stands before none, whatever was tried between."""
    verdict = Made().write(tmp_path)
    Made(content_key="cd" * 32, outcome="failed").write(tmp_path)
    Made(outcome="cancelled").write(tmp_path)
    assert [path for path, _ in Store(tmp_path).standing()] == [verdict]


@pytest.mark.parametrize(
    "other",
    [
        Made(version="2"),
        Made(runtime="docker"),
        Made(network="gateway"),
        Made(options={"a": 1}),
        Made(model_params={"a": 1}),
    ],
)
def test_whatever_makes_another_configuration_makes_another_cell(tmp_path: Path, other: Made) -> None:
    """Neither stands before the other, though their `cell_id` is one."""
    found = {Made().write(tmp_path), other.write(tmp_path)}
    assert {path for path, _ in Store(tmp_path).standing()} == found


@pytest.mark.parametrize("name", TRIES)
def test_which_sweep_stands(tmp_path: Path, name: str) -> None:
    """The same holds for one cell in two sweeps."""
    other, wanted = TRIES[name]
    attrs.evolve(other, sweep="a").write(tmp_path)
    attrs.evolve(wanted, sweep="b").write(tmp_path)
    [(_, found)] = one_of_each(Store(tmp_path).standing())
    assert found.cell.sweep_id == "b"


def test_a_cell_that_lies_there_twice_counts_once(tmp_path: Path) -> None:
    """As in a copy of its sweep's directory that somebody keeps beside it."""
    Made().write(tmp_path)
    shutil.copytree(tmp_path / "made", tmp_path / "made.bak")
    assert len(one_of_each(Store(tmp_path).standing())) == 1


@pytest.mark.parametrize("name", ["²", "٣", "1.part", "x", "-1"])
def test_a_directory_with_another_name_is_no_try(tmp_path: Path, name: str) -> None:
    """A digit that is none in ASCII numbers nothing; the next try has the next number."""
    made = Made()
    first = made.write(tmp_path)
    shutil.copytree(first, first.parent / name)
    assert [path for path, _ in Store(tmp_path).standing()] == [first]
    assert Store(tmp_path).tries(made.cell()) == [str(first)]
    assert Store(tmp_path).begin(made.cell()).name == "2.part"


@pytest.mark.parametrize("level", range(6))
def test_no_link_leads_to_a_cell(tmp_path: Path, level: int) -> None:
    """Whichever directory of a cell's path is a link elsewhere: the cell is not one of this runs directory."""
    runs, made = tmp_path / "runs", Made()
    linked = [made.write(runs), *made.write(runs).parents][level]
    linked.rename(tmp_path / "elsewhere")
    linked.symlink_to(tmp_path / "elsewhere")
    found = [path for path, _ in (*Store(runs).standing(), *Store(runs).standing("made"))]
    assert not any(path.is_relative_to(linked) for path in found)


@pytest.fixture
def deep(tmp_path: Path) -> Iterator[Path]:
    """A runs directory with a tree of 3,000 levels, too deep for pytest's own cleaning up."""
    (tmp_path / "runs").mkdir()
    deepen(tmp_path / "runs", "ddd", 3000)
    yield tmp_path / "runs"
    remove_tree(tmp_path / "runs")


def test_a_tree_of_thousands_of_levels_is_walked(deep: Path) -> None:
    """Its lower levels are longer than any path; the cell beside it is found."""
    Made().write(deep)
    assert len(list(Store(deep).standing())) == 1


def test_two_cells_in_one_directory_are_two(tmp_path: Path) -> None:
    """A model's id and a task's may have slashes: where they share a path, neither cell hides the other."""
    Made(model="m", task="p/q/r").write(tmp_path)
    Made(model="m/p", task="q/r").write(tmp_path)
    assert {r.cell.model for _, r in Store(tmp_path).standing()} == {"m", "m/p"}


def test_a_cell_that_cannot_be_read_is_told_by_its_name(tmp_path: Path) -> None:
    """One bad `cell.json` among others: results would be wrong without it."""
    Made().write(tmp_path)
    bad = Made(task="p/bad").write(tmp_path) / "cell.json"
    bad.write_text("{")
    with pytest.raises(UserError, match=str(bad)):
        list(Store(tmp_path).standing())


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    """A link that waits where a file is prepared is replaced, and what it leads to stays."""
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "cell.json.tmp").symlink_to("mine")
    write_whole(tmp_path / "cell.json", "new")
    assert ((tmp_path / "mine").read_text(), (tmp_path / "cell.json").read_text()) == ("mine", "new")


def test_a_try_that_was_taken_for_done_stands_until_another_is_made(tmp_path: Path) -> None:
    """What was asked for last decides: an older try again, then a newer one of yet another content."""
    first = Made(content_key="a" * 64).write(tmp_path)
    Made(content_key="b" * 64, outcome="cancelled").write(tmp_path)
    store, cell = Store(tmp_path), Made().cell()
    [(_, before)] = store.standing()
    accept(str(first), store.tries(cell))
    [(path, accepted)] = store.standing()
    assert (before.outcome, accepted.outcome, path) == ("cancelled", "passed", first)
    Made(content_key="c" * 64, outcome="failed").write(tmp_path)
    [(_, after)] = store.standing()
    assert after.outcome == "failed"


def test_the_newest_try_needs_no_word(tmp_path: Path) -> None:
    """Where it is the one that is taken, nothing is written."""
    newest = [Made().write(tmp_path) for _ in range(2)][-1]
    accept(str(newest), Store(tmp_path).tries(Made().cell()))
    assert not (newest.parent / "accepted.json").exists()


def test_a_changed_grader_changed_back_is_what_counts(tmp_path: Path) -> None:
    """The grader's key is a part of the content that was asked for."""
    first = Made().write(tmp_path)
    second = Made(outcome="failed").write(tmp_path)
    record = json.loads((second / "cell.json").read_text())
    (second / "cell.json").write_text(json.dumps({**record, "grader_key": "c" * 64}))
    store = Store(tmp_path)
    [(_, before)] = store.standing()
    accept(str(first), store.tries(Made().cell()))
    [(_, after)] = store.standing()
    assert (before.outcome, after.outcome) == ("failed", "passed")


@pytest.mark.parametrize("text", ['{"accepted": 9, "newest": 2}', '{"accepted": 1, "newest": 7}'])
def test_a_word_about_tries_that_are_not_there_means_nothing(tmp_path: Path, text: str) -> None:
    """The newest stands."""
    first = Made(content_key="a" * 64).write(tmp_path)
    Made(content_key="b" * 64, outcome="failed").write(tmp_path)
    (first.parent / "accepted.json").write_text(text)
    [(_, found)] = Store(tmp_path).standing()
    assert found.outcome == "failed"
