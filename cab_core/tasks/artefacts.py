"""What a grader command names as its artefacts: files or directories in `{tree}` (left out) or `{out}`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from cab_core.records import GradeCommand


def place_of(artefact: str) -> tuple[str, str]:
    """Return (`tree` or `out`, path in it).

    Raises:
        ValueError: it is no path of something in one of the two.
    """
    place, rest = "tree", artefact
    for name in ("tree", "out"):
        if artefact.startswith(f"{{{name}}}/"):
            place, rest = name, artefact.partition("/")[2]
    path = PurePosixPath(rest)
    odd = rest.startswith("/") or not path.parts or {"..", ".git"} & set(path.parts)
    if odd or "{" in rest or "\0" in rest:
        raise ValueError("expected a path in {tree} or {out}, without '..'")
    return place, str(path)


def artefact_problems(commands: Sequence[GradeCommand]) -> Iterator[tuple[str, str]]:
    """Yield (key, problem) of what commands say about artefacts."""
    made: dict[tuple[str, str], int] = {}
    for i, command in enumerate(commands):
        program = command.argv[0]
        if program.startswith("{out}/") and not _is_made(made, program):
            yield (
                f"grade.commands[{i}].argv[0]",
                f"{program!r} is made by no command before: each begins with an empty {{out}}, and what one "
                "makes for another it names in `artefacts`",
            )
        for j, artefact in enumerate(command.artefacts):
            key = f"grade.commands[{i}].artefacts[{j}]"
            try:
                place = place_of(artefact)
            except ValueError as exc:
                yield key, f"{artefact!r}: {exc}"
                continue
            if place in made:
                yield key, f"{artefact!r} is an artefact of grade.commands[{made[place]}] already"
            made.setdefault(place, i)


def _is_made(made: dict[tuple[str, str], int], program: str) -> bool:
    try:
        place, path = place_of(program)
    except ValueError:
        return False
    return any((place, str(p)) in made for p in (PurePosixPath(path), *PurePosixPath(path).parents))
