"""What a CLI may leave: nothing, what was cut off, and what an agent wrote to mislead whoever reads it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from cab_core.plugins.protocols import Leftovers
from cab_core.records import Job

_CUT = '{"type": "result", "usage": {"input_tokens": 12, "output_tokens": 3'
_MANY = "".join(f'{{"type": "text", "text": "line {n}"}}\n' for n in range(20_000))
_DEEP = "[" * 5_000 + "]" * 5_000
_LARGEST = "9" * 4_300  # the longest number that Python reads
GARBAGE = {
    "output that was cut off": _CUT,
    "output of bytes that are no text": bytes(range(256)).decode("utf-8", "replace") * 50,
    "output with NULs and lone surrogates": "\0\ud800\n{\"type\": \"\\ud800\"}\n",
    "20,000 lines of output": _MANY,
    "one line of 4,000,000 characters": "x" * 4_000_000,
    "JSON that is nested 5,000 deep": f'{_DEEP}\n{{"type": "result", "usage": {_DEEP}, "message": {_DEEP}}}',
    "JSON lines of no object": "1\n\"a\"\nnull\n[1, 2]\ntrue\nNaN\n",
    "JSON objects whose fields are of no use": (
        '{"type": 1}\n{"type": []}\n{"type": {}}\n'
        '{"type": "result", "usage": "many", "result": {}, "message": 5, "error": []}\n'
        '{"type": "text", "part": [], "data": null, "properties": 1, "item": "x"}\n'
    ),
    "numbers too long to be written": f'{{"type": "result", "usage": {{"input_tokens": {_LARGEST}0}}}}\n',
}  # fmt: skip


class Everywhere(Leftovers):
    """Leftovers in which any file that is asked for is there, and holds what was printed."""

    def open(self, path: str) -> io.BufferedReader | None:
        """Open the output in the place of any file."""
        return io.BufferedReader(io.BytesIO(self.stdout.encode("utf-8", "replace")))


def nothing(job: Job, exit_code: int | None = 0) -> Leftovers:
    """Return what a CLI left that said nothing."""
    return Leftovers(job=job, home=Path(job.home), exit_code=exit_code, stdout="", stderr="")


def garbage(job: Job, exit_code: int | None) -> Iterator[tuple[str, Leftovers]]:
    """Yield leftovers of which nothing is known, on every channel, in no file and in every file."""
    for case, text in GARBAGE.items():
        for kind in (Leftovers, Everywhere):
            yield (
                case,
                kind(job=job, home=Path(job.home), exit_code=exit_code, stdout=text, stderr=text[-1000:]),
            )
