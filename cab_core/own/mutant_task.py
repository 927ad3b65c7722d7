"""A killed mutant as a task: the prompt says which tests fail and how, the solution is the original file."""

from __future__ import annotations

import glob
from collections.abc import Iterable

import attrs

from cab_core.records import GradeSpec, TaskDoc
from cab_core.records.task import Origin, ProtectedRegion, Section

from .ground import Ground
from .languages import is_package, is_setting, is_source, is_test, language_of
from .mutants import Mutant, function_of
from .pack import Draft
from .repository import Files
from .sound import TIMES
from .trying import Tried

_NAMED = 5  # failing tests in a prompt
_RUST_TESTS = b"#[cfg(test)]"


def task_of(tried: Tried, ground: Ground, repository: str, commit: str, tests: str) -> Draft:
    """Return the task of a mutant that was killed. `tests` is the command as a person types it."""
    mutant, file = tried.mutant, ground.files[tried.mutant.path]
    changed = attrs.evolve(file, data=mutant.apply(file.data))
    command = ground.runner.command(ground.graded(mutant.path)[0], tried.killing, tried.still)
    doc = TaskDoc(
        schema_version=1,
        title=f"Tests of {repository} fail: {_place(mutant, file.data)}",
        prompt=_prompt(tried, tests),
        grade=GradeSpec(commands=(command,), requires=ground.runner.requires, timeout_s=ground.grade_s),
        category="mutation",
        family=mutant.path[:100],
        tags=_tags(tried),
        expected_files=(glob.escape(mutant.path),),
        allowed_files=_others(ground.files, mutant.path),
        by_products=ground.by_products,
        protected=protected(ground.files),
        protected_regions=regions(ground.files),
        origin=Origin(name=repository, licence="NOASSERTION", commit=commit),
    )
    sections: dict[Section, Files] = {
        "workdir": {**ground.files, mutant.path: changed},
        "solution": {mutant.path: file},
    }
    return Draft(name=mutant.name, doc=doc, sections=sections, facts=_facts(tried, ground))


def _place(mutant: Mutant, data: bytes) -> str:
    """Return where it is, for who picks tasks: no agent is told a title."""
    function = function_of(mutant.path, data, mutant.start)
    return f"{mutant.path}, {function}()" if function else mutant.path


def protected(files: Files) -> tuple[str, ...]:
    """Return patterns of the tests and of what decides how they are run: never taken from an agent."""
    found = set()
    for path in files:
        *above, _ = path.split("/")
        first = next((n for n in range(1, len(above) + 1) if is_test("/".join((*above[:n], "x")))), None)
        if first is not None:
            found.add(glob.escape("/".join(above[:first])) + "/*")
        elif is_test(path) or is_setting(path):
            found.add(glob.escape(path))
    return tuple(sorted(found))


def regions(files: Files) -> tuple[ProtectedRegion, ...]:
    """Return the tests that stand inside files of Rust: from their one mark to the end of the file."""
    found = [
        path
        for path, file in sorted(files.items())
        if path.endswith(".rs") and is_source(path) and _marks(file.data) == 1
    ]
    return tuple(ProtectedRegion(file=path, begin=_RUST_TESTS.decode()) for path in found)


def _marks(data: bytes) -> int:
    return sum(line.strip() == _RUST_TESTS for line in data.split(b"\n"))


def _others(files: Files, path: str) -> tuple[str, ...]:
    """Return the other files of the source, by name: nobody needs a new one to repair what was there."""
    return tuple(sorted(glob.escape(p) for p in files if is_package(p) and p != path))


def _prompt(tried: Tried, tests: str) -> str:
    shown = sorted(tried.killing, key=lambda name: (name not in tried.said, name))[:_NAMED]
    lines = ["Something in the source of this project is wrong: tests fail. Find the cause and repair it."]
    lines += ["Leave the tests as they are.", "", f"The tests are run with: {tests}", ""]
    if tried.killing:
        more = f", {len(shown)} of them shown" if len(shown) < len(tried.killing) else ""
        lines.append(f"{len(tried.killing)} of {len(tried.killing) + len(tried.still)} fail{more}:")
    for name in shown:
        lines += ["", f"* {name}", *_indented(tried.said.get(name, ""))]
    if not tried.killing:
        lines += ["They end with:", "", *_indented(tried.printed)]
    return "\n".join(lines) + "\n"


def _indented(text: str) -> Iterable[str]:
    return (f"    {line}" for line in text.splitlines())


def _tags(tried: Tried) -> tuple[str, ...]:
    language = language_of(tried.mutant.path)
    killed = [f"killed-by-{len(tried.killing)}"] if tried.killing else []
    far = [f"failure-in-{tried.distance}"] if tried.distance else []
    return ("mutation", *([language.name] if language else []), *killed, *far)


def _facts(tried: Tried, ground: Ground) -> dict[str, object]:
    mutant = tried.mutant
    return {
        "file": mutant.path,
        "line": mutant.line,
        "operator": mutant.operator,
        "before": mutant.before.decode("utf-8", "replace"),
        "after": mutant.after.decode("utf-8", "replace"),
        "killed_by": len(tried.killing) or None,
        "of_tests": len(tried.killing) + len(tried.still) or None,
        "failure_in": tried.distance,
        "lines_run": tried.lines_run,
        "validated": TIMES,
    }
