"""A selector that no cell fits: the nearest that one does."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from cab_core.cli import compare
from cab_core.errors import UserError
from cab_core.stats import Selector
from tests.site.made import Made

CELLS = [
    Made(tui="aider", model="acme/coder-1", options={"edit_format": "diff"}).cell(),
    Made(tui="opencode", model="acme/coder-2", version="1.2").cell(),
]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tui=aidr", "tui=aider"),
        ("tui=aidr,model=acme/*", "tui=aider,model=acme/*"),
        ("model=acne/*", "model=acme/*"),
        ("option.edit_fromat=diff", "option.edit_format=diff"),
        ("option.edit_format=dif", "option.edit_format=diff"),
        ("tui=aider,version=1.2", "tui=aider,version=1.2"),  # each is there, together they are not
        ("tui=something-else", "tui=something-else"),
    ],
)
def test_the_nearest_selector(typed: str, meant: str) -> None:
    """What no cell has is replaced, what one has stays; nothing is made of another word."""
    assert str(Selector.parse(typed).nearest(CELLS)) == meant


@pytest.mark.parametrize(
    ("typed", "meant"), [("tiu=aider", "tui"), ("opton.edit=x", "option.edit"), ("parm.t=1", "param.t")]
)
def test_the_nearest_key(typed: str, meant: str) -> None:
    """Also of an option and of a parameter, which have names of their own."""
    with pytest.raises(UserError, match=rf"did you mean '{meant}'\?"):
        Selector.parse(typed)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("tui=aidr", "tui=opencode"), "did you mean 'tui=aider'?"),
        (("tui=aider", "tui=opencode", "--task", "p/onr"), "did you mean --task 'p/one'?"),
        (("tui=tiny", "tui=opencode"), "--scripted takes them in"),
        (("tui=zzzzzzzz", "tui=opencode"), "`cab results` shows what there is"),
    ],
)
def test_compare_says_what_was_meant(tmp_path: Path, args: tuple[str, ...], says: str) -> None:
    """Of a side, of a task; a side that has scripted cells alone is no mistake in its name."""
    for tui in ("aider", "opencode"):
        Made(tui=tui, task="p/one").write(tmp_path)
    Made(tui="tiny", model="scripted:null", task="p/one", marks=("scripted",)).write(tmp_path)
    done = CliRunner().invoke(compare.command, [*args, "--runs", str(tmp_path)])
    assert isinstance(done.exception, UserError) and says in str(done.exception)
