"""Texts for bash: they arrive as they are, and nothing in them is carried out."""

from __future__ import annotations

import json
import os
import subprocess
import tomllib
from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cab_core.records import CellResult, Identity, Recipe, Wiring
from cab_core.site import shell
from cab_core.site.commands import check_command, docker_commands, run_cell_command
from cab_core.site.own_endpoint import own_endpoint_script
from cab_core.store.cells import Store
from tests.site.made import Made

# What bash cannot hold is left out: NUL, and halves of characters.
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
EVIL = "a'b\"c`touch pwned`$(touch pwned)${x:-$(touch pwned)}\n; touch pwned\n#\\\u202e\x1b[31m!!"


def bash(script: str, cwd: Path | None = None, **env: str) -> bytes:
    """What a script prints, in a locale that knows no UTF-8."""
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C", **env}
    return subprocess.run(
        ["bash", "-e", "-c", script], cwd=cwd, env=env, check=True, capture_output=True
    ).stdout


@given(TEXT)
@settings(max_examples=60, deadline=None)
def test_a_word_is_its_text(text: str) -> None:
    """To the byte; and a page can show each character of it."""
    word = shell.word(text, ["YOUR_KEY"])
    assert all(c.isprintable() or c in "\n\t" for c in word)
    if not any(name in text for name in ("$HOME", "$WORKDIR", "$YOUR_KEY", "${")):
        assert bash(f"printf '%s' {word}") == text.encode()


@given(TEXT)
@settings(max_examples=40, deadline=None)
def test_a_value_is_escaped_for_json_and_toml(text: str) -> None:
    """Whatever a reader fills in between quotation marks is there again when it is read."""
    if any((ord(c) < 32 and c not in "\n\t\r") or ord(c) == 127 for c in text):
        return  # neither format has these without \\u
    word = shell.word('k = "$SECRET"', ["SECRET"], inside=True)
    line = bash(f"{shell.ESCAPED}\nprintf '%s' {word}", SECRET=text).decode()
    assert tomllib.loads(line)["k"] == text
    assert json.loads(line.removeprefix("k = ")) == text


def test_a_comment_is_one_line_that_can_be_seen() -> None:
    """Whatever an adapter or a pack calls itself."""
    said = shell.comment(EVIL)
    assert said.startswith("# ") and said.isprintable()


def test_a_placeholder_that_is_missing_is_said() -> None:
    """By its name and what it is."""
    [line] = shell.needed({"YOUR_KEY": "the `key` of }"})
    with pytest.raises(subprocess.CalledProcessError) as caught:
        bash(line)
    assert b"YOUR_KEY: the ?key? of ?" in caught.value.stderr


def test_a_name_that_is_none_is_never_a_placeholder() -> None:
    """A stranger's cell may call one anything."""
    evil = 'x}"; touch pwned; "${x'
    assert shell.needed({evil: "x"}) == []
    assert bash(f"printf '%s' {shell.word(f'${evil}', [evil])}") == f"${evil}".encode()


@pytest.fixture
def hostile(tmp_path: Path) -> CellResult:
    """A stranger's cell, which says evil wherever it can say something."""
    made = Made(tui=EVIL[:9], version=EVIL, model=EVIL, task=f"p/{EVIL}", stack=(EVIL,), options={EVIL: EVIL},
                model_params={EVIL: [EVIL]}, identity=Identity(adapter=EVIL, cell_image=f"{EVIL}@sha256:1"))  # fmt: skip
    made.write(tmp_path)
    [(_, result)] = Store(tmp_path).standing()
    wiring = Wiring(
        argv=("printf", EVIL), env={EVIL: EVIL, "OK": EVIL}, files={EVIL: EVIL, "../../up": "x", "/abs": "x"},
        stdin=EVIL, cwd=EVIL, needs={EVIL: EVIL, "SECRET": EVIL}, stacks={EVIL: EVIL, "../../up": "x"}, stack_owners={EVIL: EVIL},
    )  # fmt: skip
    return attrs.evolve(result, wiring=wiring, host={"cab": EVIL})


STUBS = 'cab() { printf "%s\\n" "$@"; }; docker() { cab "$@"; }; env() { cab "$@"; }\n'


def test_nothing_that_a_cell_says_is_carried_out(hostile: CellResult, tmp_path: Path) -> None:
    """Whatever it holds, its scripts call `cab`, `docker` and its CLI, and write below their own directory."""
    scripts = [run_cell_command(hostile), docker_commands(hostile), check_command(hostile)]
    scripts.append(own_endpoint_script(hostile, Recipe(pip=(EVIL,), npm=(EVIL,))))
    given = {"YOUR_ENDPOINT": "e", "YOUR_KEY": "k", "YOUR_MODEL_ID": "m", "SECRET": EVIL}
    for number, script in enumerate(scripts):
        assert script is not None
        place = tmp_path / f"at/{number}"
        place.mkdir(parents=True)
        try:
            bash(STUBS + script, place, **given)
        except subprocess.CalledProcessError:
            assert script == scripts[-1]  # its directory EVIL is not there
    assert not list(tmp_path.rglob("pwned")) and not list(tmp_path.rglob("up*"))
    assert {p.name for p in (tmp_path / "at").iterdir()} == {"0", "1", "2", "3"}


def test_what_an_earlier_cab_recorded_is_open_to_be_filled_in(tmp_path: Path) -> None:
    """Without what the CLI read: its endpoint, its files and a stack's variable all the same."""
    result = Made().result(Made().cell(), [])
    wiring = Wiring(argv=("cat", "$HOME/conf"), env={"HOUSE": "$HOUSE"}, files={"conf": "at $YOUR_ENDPOINT"})
    script = own_endpoint_script(attrs.evolve(result, wiring=wiring), None)
    assert script is not None
    said = bash(f"cab() {{ mkdir work; }}\n{script}", tmp_path, YOUR_ENDPOINT="here", HOUSE="x")
    assert said == b"at here" and 'export HOUSE="$HOUSE"' in script
