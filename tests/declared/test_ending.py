"""How the end of a declared CLI is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from cab_core.declared.document import ReadDoc
from cab_core.declared.ending import ending, last_words

from .made import left

DONE = ReadDoc(finished='"done"', failed=("ERROR",))


@pytest.mark.parametrize(
    ("read", "printed", "expected"),
    [
        (ReadDoc(), {}, (True, None)),
        (ReadDoc(), {"code": 3, "stderr": "no model\n\n"}, (False, "exit code 3: no model")),
        (ReadDoc(), {"code": 3}, (False, "exit code 3")),
        (ReadDoc(exit_codes=(0, 7)), {"code": 7}, (True, None)),
        (ReadDoc(), {"code": None}, (None, None)),
        (DONE, {"stdout": 'x "done" x'}, (True, None)),
        (DONE, {"stdout": "x"}, (False, "it never printed '\"done\"'")),
        (DONE, {"stdout": "x", "cut": True}, (None, None)),
        (DONE, {"stdout": '"done"\nERROR 401: key\n'}, (False, "ERROR 401: key")),
        (DONE, {"stdout": '"done"', "stderr": "ERROR late"}, (False, "ERROR late")),
    ],
)
def test_the_end_is_what_was_seen(
    tmp_path: Path, read: ReadDoc, printed: dict, expected: tuple[bool | None, str | None]
) -> None:
    """An exit code, a text that must be there, a line that says why not; unknown where it was cut off."""
    assert ending(read, left(tmp_path, **printed)) == expected


@pytest.mark.parametrize(
    ("where", "printed", "words"),
    [
        (None, "hello", None),
        ("stdout", "  hello \n", "hello"),
        ("stdout", " \n", None),
        ("json:result", '{"result": "one"}\n{"result": "two"}\n{"result": 3}\n', "two"),
        ("json:a.b", 'x\n{"a": {"b": "deep"}}\n', "deep"),
        ("json:a.b", '{\n "a": {\n  "b": "printed over lines"}}\n', "printed over lines"),
        ("json:a.b", '{"a": []}\n{"a":', None),
        ("file:out.txt", "", "in a file"),
        ("file:none.txt", "", None),
        ("file:../out.txt", "", None),
    ],
)
def test_last_words_are_read_from_where_the_file_says(
    tmp_path: Path, where: str | None, printed: str, words: str | None
) -> None:
    """And are unknown where they are not there."""
    (tmp_path / "out.txt").write_text("in a file\n")
    assert last_words(where, left(tmp_path, printed)) == words
