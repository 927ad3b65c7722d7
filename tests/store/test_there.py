"""A runs directory that is not there: the message says which one was meant, or which there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from cab_core.errors import UserError
from cab_core.store.there import check_there


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory, with something in it that cab has not written."""
    (tmp_path / "rusn/local").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(*names: str) -> None:
    """Make runs directories."""
    for name in names:
        sweep = Path(name) / "local"
        sweep.mkdir(parents=True)
        (sweep / "sweep.lock.toml").write_text("")


def said(root: str | Path) -> str:
    """Return what is said of a directory that is not there."""
    with pytest.raises(UserError) as caught:
        check_there(Path(root))
    return str(caught.value)


def test_one_that_is_there() -> None:
    """Also where it is empty: there is nothing to say."""
    check_there(Path("rusn"))


def test_the_nearest_is_named() -> None:
    """By the fewest edits, among those that hold sweeps."""
    written("runs", "other")
    assert said("run") == "runs directory run: no such directory; did you mean 'runs'?"


def test_the_nearest_is_written_as_it_can_be_typed(here: Path) -> None:
    """Below another directory, from the root, above this one."""
    written("data/runs")
    assert said("data/rnus").endswith("did you mean 'data/runs'?")
    assert said("dta/runs").endswith("did you mean 'data/runs'?")
    assert said(here / "data/runz").endswith(f"did you mean '{here}/data/runs'?")


def test_without_a_near_one_all_are_named() -> None:
    """As many as fit a sentence."""
    written("may")
    assert said("nowhere").endswith("no such directory; with cells there is may")
    written(*(f"sweeps-{n}" for n in range(9)))
    assert "there are may, sweeps-0, " in said("nowhere") and said("nowhere").endswith("sweeps-4 and 4 more")


def test_where_there_is_none_it_is_said_what_makes_one(here: Path) -> None:
    """Of a file, too."""
    assert said("runs") == "runs directory runs: no such directory; `cab demo` or `cab run` makes one"
    (here / "file").touch()
    assert said("file").startswith("runs directory file: no directory; ")
    assert said("file/below/runs").endswith("makes one")
