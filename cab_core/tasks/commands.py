"""What is wrong with a task's grader commands, as far as it can be known before one runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from cab_core.errors import nearest
from cab_core.records import GradeCommand, PackedTask
from cab_core.records.arguments import word_fault

_PLACES = ("tree", "tests", "out")  # what the grader puts in for `{tree}`, `{tests}` and `{out}`
_PLACEHOLDER = re.compile(
    r"(?:^|[=:])\{(\w+)\}(?=/|$)"
)  # one that stands for a path; not the braces of a script
_REPORTED = ("junit", "json", "reward")
_TESTS = ("junit", "json")  # of which the report names tests
_LISTS = ("fail_to_pass", "pass_to_pass")
_READ = {  # by key, the kinds that read it; with another kind it would silently hold for nothing
    "output": ("output",),
    "report": _REPORTED,
    "passes": ("counts", "output", *_TESTS),
    **dict.fromkeys(_LISTS, ("counts", *_TESTS)),
}


def command_problems(packed: PackedTask) -> Iterator[tuple[str, str]]:
    """Yield (key, problem) of what the commands of a task's grader say."""
    for i, command in enumerate(packed.task.doc.grade.commands):
        for j, word in enumerate(command.argv):
            if why := word_fault(word) or _place_fault(word, packed):
                yield f"grade.commands[{i}].argv[{j}]", why
        for key, why in (*_file_problems(command, packed), *_kind_problems(command)):
            yield f"grade.commands[{i}].{key}", why


def _place_fault(word: str, packed: PackedTask) -> str | None:
    """Return why a word names no place in which the grader's files lie, or None where it may."""
    if re.search(r"[\s'\"$;]", word):
        return None  # a script, in which braces and paths mean what its language says
    for name in _PLACEHOLDER.findall(word):
        if name not in _PLACES:
            return f"unknown placeholder {{{name}}}{nearest(name, _PLACES)}"
    for section, place in (("tests", "{tests}"), ("workdir", "{tree}")):
        path = word.removeprefix(f"{section}/")
        if path != word and _holds(packed, section, path) and not _holds(packed, "workdir", word):
            return f"{word!r} is not there where the grader runs; expected {f'{place}/{path}'!r}"
    return None


def _file_problems(command: GradeCommand, packed: PackedTask) -> Iterator[tuple[str, str]]:
    for key, value in (("output", command.output), ("stdin", command.stdin)):
        if value is not None and not _holds(packed, "tests", value):
            yield key, f"{value!r} is not in tests/"
    if command.report is not None and not _in_out(command.report):
        yield "report", f"{command.report!r}: expected a path relative to {{out}}, such as 'report.xml'"


def _kind_problems(command: GradeCommand) -> Iterator[tuple[str, str]]:
    if command.kind in _REPORTED and not command.report:
        yield "report", f"kind {command.kind!r} needs the name of its report"
    if command.kind == "output" and not command.output:
        yield "output", "kind 'output' needs the file that stdout must equal"
    yield from _list_problems(command)
    for key, kinds in _READ.items():
        if getattr(command, key) not in (None, ()) and command.kind not in kinds:
            yield (
                key,
                f"kind {command.kind!r} does not read it; expected kind {' or '.join(map(repr, kinds))}",
            )


def _list_problems(command: GradeCommand) -> Iterator[tuple[str, str]]:
    if command.named_tests and command.passes is not None:
        yield "passes", f"the tests that decide are named ({' and '.join(_LISTS)}); expected one or the other"
    for name in sorted({n for n in command.named_tests if command.named_tests.count(n) > 1}):
        yield _LISTS[name not in command.fail_to_pass], f"{name!r} is named twice"


def _in_out(report: str) -> bool:
    parts = set(PurePosixPath(report).parts)
    return bool(parts) and not {"/", "..", ".git"} & parts and not set("{}\0") & set(report)


def _holds(packed: PackedTask, section: str, path: str) -> bool:
    return any(f.section == section and f.path == path for f in packed.files)
