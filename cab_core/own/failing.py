"""How tests fail, in a few lines each: what a prompt may say. It names neither the place nor the cause."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from cab_core.records import GradeCommand

from .bench import Ran

_LINES, _WIDE = 4, 300  # of what is said of one test: lines, and characters of a line
_CHANGING = (  # what differs from run to run
    (re.compile(r"0x[0-9a-fA-F]{6,}"), "0x..."),
    (re.compile(r"\(\d+\.\d+s\)|\bin \d+\.\d+ ?s\b"), ""),
    (re.compile(r"(?:/[\w.+-]+)*/(?:tmp|scratch|sandbox)/[^\s'\",:)]*"), "..."),
)
_RUN = re.compile(r"=== (?:RUN|CONT|PAUSE)\s+(\S+)")
_ENDED = re.compile(r"\s*--- (?:FAIL|PASS|SKIP): (\S+)")
_LIBTEST = re.compile(r"---- (.+) stdout ----")
_NOT_OK = re.compile(r"\s*not ok \d+ -? ?(.*?)(?: # .*)?$")
_TOLD = re.compile(r"\s*(?:error|expected|actual|operator|failureType|message): ")


def how(command: GradeCommand, ran: Ran, path: str) -> dict[str, str]:
    """Return what is said of each test that fails, by its name, without lines that name the file `path`."""
    if command.kind == "junit":
        found = {name: test["said"] for name, test in ran.watched["tests"].items() if "said" in test}
    elif command.kind == "counts":
        found = _STYLES.get(command.style, _none)(ran.output)
    else:
        return {}
    return {name: _short(said.splitlines(), path) for name, said in found.items()}


def tail(ran: Ran, path: str) -> str:
    """Return the end of what was printed, where no test has a name."""
    lines = [line for line in ran.output.splitlines() if line.strip()]
    return _short(lines[-12:], path, most=12)


def _short(lines: Iterable[str], path: str, most: int = _LINES) -> str:
    kept = []
    for line in lines:
        if line.strip() and path.rpartition("/")[2] not in line:
            for pattern, instead in _CHANGING:
                line = pattern.sub(instead, line)
            kept.append(line.rstrip()[:_WIDE])
    return "\n".join(kept[:most])


def _go(output: str) -> dict[str, str]:
    """Go prints what a test says after the line with which it starts."""
    found: dict[str, str] = {}
    name = ""
    for line in output.splitlines():
        if begun := _RUN.match(line) or _ENDED.match(line):
            name = begun[1]
        elif name and line.startswith(" "):
            found[name] = f"{found.get(name, '')}\n{line.strip()}"
    return found


def _libtest(output: str) -> dict[str, str]:
    found: dict[str, str] = {}
    name = ""
    for line in output.splitlines():
        if begun := _LIBTEST.fullmatch(line):
            name = begun[1]
        elif line.startswith(("failures:", "test result:")):
            name = ""
        elif name and not line.startswith("note:"):
            said = re.sub(r"^thread '.*' (?:\(\d+\) )?panicked at .*:$", "panicked:", line)
            found[name] = f"{found.get(name, '')}\n{said}"
    return found


def _tap(output: str) -> dict[str, str]:
    found: dict[str, str] = {}
    name = ""
    for line in output.splitlines():
        if failed := _NOT_OK.match(line):
            name = failed[1]
        elif re.match(r"\s*ok ", line):
            name = ""
        elif name and _TOLD.match(line):
            found[name] = f"{found.get(name, '')}\n{line.strip()}"
    return found


def _none(output: str) -> dict[str, str]:
    return {}


_STYLES: dict[str, Callable[[str], dict[str, str]]] = {"go": _go, "libtest": _libtest, "tap": _tap}
