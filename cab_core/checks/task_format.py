"""A format on directories that are none of its own: it says no, or what is wrong, and changes nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from cab_core.errors import PluginCrash, UserError

from .look import Look
from .watch import beyond, watched

# Names that files of task sets have.
_NAMES = (
    "pack.toml", "task.toml", "task.yaml", "task.json", "tasks.json", "dataset.json", "data.json",
    "data.jsonl", "instances.jsonl", "config.json", "info.toml", "metadata.json", "Dockerfile", "README.md",
    "instruction.md", "exercises/practice/x/.meta/config.json", "a/task.toml", "a/task.yaml", "tests/test.sh",
)  # fmt: skip
_CONTENTS = {
    "nothing": b"",
    "bytes that are no text": bytes(range(256)),
    "JSON that is cut off": b'{"a": [1, {"b": ',
    "JSON and TOML of no use": b'[1]\n',
    "YAML of no use": b"- a: &x [*x]\n  ? b\n",
}  # fmt: skip


def faults(look: Look) -> Iterator[str]:
    """Yield what is wrong with a format."""
    with tempfile.TemporaryDirectory(prefix="cab-check-") as place:
        empty = Path(place, "empty")
        empty.mkdir()
        yield from look.ask(lambda: look.made.recognises(empty))
        if look.thorough:
            yield from _recognised(look, empty, "an empty directory")
            yield from _recognised(look, Path(place, "none"), "a directory that is not there")
            for number, (what, data) in enumerate(_CONTENTS.items()):
                yield from _of_garbage(look, _filled(Path(place, str(number)), data), what)


def _filled(root: Path, data: bytes) -> Path:
    for name in _NAMES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


def _recognised(look: Look, root: Path, what: str) -> Iterator[str]:
    if (yield from look.ask(lambda: look.made.recognises(root), what)):
        yield look.fault(f"recognises() says yes to {what}; expected no", "recognises")


def _of_garbage(look: Look, root: Path, what: str) -> Iterator[str]:
    """Yield what a format does with a directory of files by the right names with the wrong content."""
    before = sorted(root.rglob("*"))
    case = f"files that hold {what}"
    yield from _looked_at(look, root, case)
    if sorted(root.rglob("*")) != before:
        yield look.fault(f"given {case}, changes the directory; expected it to be read alone", "load")


def _looked_at(look: Look, root: Path, case: str) -> Iterator[str]:
    """Yield what a format does beside saying what a directory is: a stranger's may point anywhere."""
    with watched() as notes:
        if (yield from look.ask(lambda: look.made.recognises(root), case)):
            yield from look.ask(lambda: _load(look, root), case)
    for did in beyond(notes, (*look.row.roots, str(root))):
        said = f"given {case}, {did}; expected it to read below that directory alone"
        yield from look.once(did.partition(" ")[0], look.fault(said, "load"))


def _load(look: Look, root: Path) -> None:
    """Load: what is malformed may be told as the user's mistake, and in no other way."""
    try:
        look.made.load(root)
    except PluginCrash:
        raise
    except UserError:
        return
