"""A solution of files that are hard to write: they are in the work dir byte for byte, or that is told."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from cab_core.plugins.registry import Plugins
from cab_core.records import CellResult, PackedTask

from .tiny import PACK, only_task

SCRIPT = b"#!/bin/sh\necho new\n"
SOLUTION = {
    "crlf.txt": b"a\r\nb\r\n",
    "mixed.txt": b"a\r\nb\nc\rd\n",
    "cr.txt": b"a\rb\r",
    "bom.txt": b"\xef\xbb\xbfa\n",
    "empty.txt": b"",
    "new-empty.txt": b"",
    "blank.txt": b"\n\n",
    "begins-blank.txt": b"\n\nx\n",
    "tabs.txt": b"\ta\tb \n  trailing  \n\n\n",
    "unicode.txt": "日本 😀 \u2028 \x85 e\u0301 \x0b \x0c end\n".encode(),
    "shell.txt": b"`a` $HOME $(id) 'q' \"d\" \\n %s {x} ```\n",
    "escapes.txt": b"\\u00e9 \\u0041 \\x41 \\\\u00e9 \\U0001F600 \\ud83d\\ude00 \\u{e9} \\t\n",
    "entities.txt": b"&amp; &lt;b&gt; &#233; &quot; %C3%A9\n",
    "controls.txt": b"\x1b[31mred\x1b[0m \x00 \x04\n",
    "long.txt": b"x" * 9000 + b"\n",
    "big.txt": b"0123456789 line\n" * 4_000,
    "new dir/sub/a b.txt": b"x\n",
    "-dash.txt": b"x\n",
    "it's.txt": b"x\n",
    "c:.txt": b"x\n",
    "日本.txt": b"x\n",
    ".hidden": b"x\n",
    "stays.sh": SCRIPT,
    "unended.txt": b"a\r\nb",
    # Many a CLI cannot write these by its edits alone.
    "unended.txt.too": b"a",
    "becomes.sh": SCRIPT,
    "new.sh": SCRIPT,
    "no-more.sh": SCRIPT,
    "binary.dat": b"\x00\xff\xfe" * 35_000,
    "latin.txt": b"caf\xe9\n",
    "fence.md": b"a\n```\ncode\n```\nb\n",
    "#title.txt": b"x\n",
    "other/begins-blank.txt": b"x\n",
}
PROGRAMS = {"stays.sh", "becomes.sh", "new.sh"}
WORK = {
    "crlf.txt": b"old\r\n",
    "empty.txt": b"full\n",
    "unended.txt": b"old",
    "begins-blank.txt": b"old\n",
    "stays.sh": b"#!/bin/sh\necho old\n",
    "becomes.sh": b"#!/bin/sh\necho old\n",
    "no-more.sh": b"#!/bin/sh\necho old\n",
}
WORK_PROGRAMS = {"stays.sh", "no-more.sh"}
TASK = """
schema_version = 1
title = "t"
prompt = "p"
expected_files = ["*"]
[grade]
[[grade.commands]]
argv = [{check}, "new.sh"]
"""


def odd_task(
    root: Path, solution: Iterable[str] = SOLUTION, check: str = "true", plugins: Plugins | None = None
) -> PackedTask:
    """Return a task with these files as its solution; the grader runs `check new.sh`."""
    sides = (("workdir", WORK, WORK_PROGRAMS), ("solution", {n: SOLUTION[n] for n in solution}, PROGRAMS))
    for section, files, programs in sides:
        for name, data in files.items():
            path = root / "one" / section / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            path.chmod(0o755 if name in programs else 0o644)
    (root / "pack.toml").write_text(PACK.format(name="odd"))
    (root / "one/task.toml").write_text(
        TASK.replace("{check}", ", ".join(f'"{word}"' for word in check.split()))
    )
    return only_task(plugins or Plugins(), root)


def left(directory: Path) -> dict[str, tuple[str, bool]]:
    """Return what a cell's agent left changed: hash, and whether it can be run."""
    changes = json.loads((directory / "changes.json").read_text())["changes"]
    return {c["path"]: (c["after"]["sha256"], bool(c["after"]["mode"] & 0o100)) for c in changes}


def wanted() -> dict[str, tuple[str, bool]]:
    """Return the solution in the same form."""
    return {n: (hashlib.sha256(data).hexdigest(), n in PROGRAMS) for n, data in SOLUTION.items()}


def told(result: CellResult) -> bool:
    """Return whether a note of the cell says that something could not be written."""
    return any("cannot write as it should" in note for note in result.notes)
