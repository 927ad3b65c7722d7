"""`cab tasks import` and `cab tasks export`: sets of others as packs of ours, and the other way."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import Cab
from tests.support.harbor import write_task


def test_a_set_becomes_a_pack_of_ours(cab: Cab, tmp_path: Path) -> None:
    """Sound as before, with where each task comes from; what cannot be had is left out and listed."""
    write_task(tmp_path / "set/one")
    write_task(tmp_path / "set/two", {"environment/Dockerfile": "FROM acme/private\n"})
    done = cab("tasks", "import", "harbor", "set", "-o", "own")
    assert done.returncode == 0, done.stderr
    assert "1 task written to own" in done.stdout and "left out: two: environment/Dockerfile:1" in done.stderr
    said = json.loads((tmp_path / "own/imported.json").read_text())
    assert said["written"] == ["one"] and "acme/private" in said["left_out"]["two"]
    assert (tmp_path / "own/files.json").exists()
    row = json.loads(cab("tasks", "validate", "--pack", "own", "set/one", "--json").stdout)[0]
    assert row["state"] == "sound"
    shown = json.loads(cab("tasks", "show", "--pack", "own", "set/one", "--json").stdout)
    assert shown["doc"]["origin"]["path"] == "one"


def test_a_task_of_ours_is_sound_as_one_of_harbors(cab: Cab, tmp_path: Path) -> None:
    """What is exported is read again as Harbor's: its test rejects the unsolved tree and accepts the solution."""
    cab.env["CAB_CACHE"] = str(tmp_path / "cache")
    done = cab(
        "tasks", "export", "mutations/py-roman-numerals", "refusal/py-login-backdoor", "--harbor", "out"
    )
    assert done.returncode == 0 and "left out: refusal/py-login-backdoor: its right answer" in done.stderr
    row = json.loads(cab("tasks", "validate", "--pack", "out", "out/*", "--json").stdout)[0]
    assert (row["task"], row["state"]) == ("out/mutations__py-roman-numerals", "sound")


def test_what_is_asked_wrongly_is_told(cab: Cab, tmp_path: Path) -> None:
    """Exit 2, one line."""
    write_task(tmp_path / "set/one")
    asked = {
        ("import", "harbour", "set", "-o", "a"): "unknown task format 'harbour'",
        ("import", "exercism", "set", "-o", "a"): "is not of the format exercism; it is of the format harbor",
        ("import", "harbor", "set", "-o", "set"): "there is something of that name already",
        ("export",): "expected --harbor DIR",
    }
    for words, said in asked.items():
        done = cab("tasks", *words)
        assert done.returncode == 2 and said in done.stderr, (words, done.stderr)
