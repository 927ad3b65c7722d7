"""Terminal-Bench's first format, a directory each: `task.yaml`, `Dockerfile`, `run-tests.sh`, `solution.sh`.

Its harness reads what pytest prints. Here pytest writes JUnit XML beside it, which is what is read: of a
script that calls no pytest nothing could be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from cab_core.records import GradeCommand, GradeSpec, Origin, PackedTask, TaskDoc, TaskFile
from cab_core.records.task import ReferenceSpec

from .context import Unusable, has, shown, taken, text_of
from .directories import Found, directories_with, tasks_of, unavailable
from .dockerfile import read_dockerfile
from .places import SCRIPT, script_file
from .room import BY_PRODUCTS, Room, files_of_section, room_of
from .tables import Table, read_yaml

_RUN, _SOLVE = "run-tests.sh", "solution.sh"
# Of the context, which is the whole directory: nothing of it is ever put before an agent.
_NEVER = (
    *("task.yaml", "Dockerfile", "docker-compose.yaml", "run-tests.sh", "solution*", "tests", "oracle*"),
    *(".dockerignore", "protected.tar*", "*.enc"),
)
_TIMEOUT_S = 180.0  # Terminal-Bench's default for tests
_PYTEST = re.compile(r"\bpytest\b")
_TEST_FILE = re.compile(r"(?:\$TEST_DIR|\$\{TEST_DIR\}|(?<![\w.])/tests)/([\w./-]+\.py)\b")


class TerminalBenchFormat:
    """Reads a task directory, or a directory of them."""

    name = "terminal-bench"

    def recognises(self, root: Path) -> bool:
        """Return whether there is a `task.yaml` at most three levels down."""
        return not (root / "pack.toml").exists() and any(directories_with("task.yaml", root))

    def load(self, root: Path) -> list[PackedTask]:
        """Return all tasks below a directory."""
        there = directories_with("task.yaml", root)
        return tasks_of(root, [Found(d.name if d != root else root.resolve().name, d) for d in there], _read)


def _read(directory: Path, root: Path) -> tuple[TaskDoc, list[TaskFile]]:
    table = read_yaml(directory / "task.yaml", directory)
    prompt = _instruction(table)
    origin = Origin(name=root.resolve().name, licence="NOASSERTION", path=shown(directory, root))
    title = directory.resolve().name
    try:
        faults = list(_faults(table, directory))
        room = _room(directory, prompt)
    except Unusable as exc:
        return unavailable(title, str(exc), prompt, origin), []
    if faults := [*faults, *room.faults]:
        return unavailable(title, "; ".join(faults[:3]), prompt, origin), []
    return _document(table, title, prompt, room, origin), room.files


def _instruction(table: Table) -> str:
    """Return what the agent is told. An older form has several; `base` is the one without hints."""
    said = table.get("instruction", str)
    for other in table.get("descriptions", list) or ():
        if said is None and isinstance(other, dict) and other.get("key") == "base":
            text = other.get("description")
            said = text if isinstance(text, str) else None  # a few lines of YAML may be endless as a text
    if said is None or not said.strip():
        raise Unusable("task.yaml: instruction: is missing")
    return said


def _faults(table: Table, directory: Path) -> Iterator[str]:
    """Yield what a task asks for that cab has not."""
    if (parser := table.get("parser_name", str) or "pytest") != "pytest":
        yield f"task.yaml: parser_name: its results are read by {parser!r}"
    else:
        yield from _script_faults(text_of(directory / _RUN, directory), directory)
    if (directory / "docker-compose.yaml").exists():
        services = read_yaml(directory / "docker-compose.yaml", directory).get("services", dict) or {}
        if len(services) != 1:
            yield f"docker-compose.yaml: several containers: {', '.join(map(str, services))}"
        for service in (s for s in services.values() if isinstance(s, dict)):
            for key in sorted({"privileged", "devices", "cap_add", "ports", "network_mode"} & set(service)):
                yield f"docker-compose.yaml: {key}: its container needs more than a sandbox has"
    if not (directory / _SOLVE).exists() and (directory / "solution.yaml").exists():
        yield "solution.yaml: its solution is typed into a terminal"


def _script_faults(script: str, directory: Path) -> Iterator[str]:
    if not _PYTEST.search(script):
        yield f"{_RUN}: calls no pytest, whose results are to be read"
    for name in dict.fromkeys(_TEST_FILE.findall(script)):
        if not has(directory, f"tests/{name}"):
            yield f"tests/{name}: is not there, and {_RUN} runs it"


def _room(directory: Path, prompt: str) -> Room:
    environment = read_dockerfile(text_of(directory / "Dockerfile", directory), directory, directory, _NEVER)
    tests = files_of_section("tests", directory / "tests", directory)
    beside = [*tests, taken("tests", _RUN, directory / _RUN, directory)]
    if (directory / _SOLVE).exists():
        beside.append(taken("solution", _SOLVE, directory / _SOLVE, directory))
    room = room_of(environment, directory, prompt, beside, ("/tests", "/logs"))
    if not room.faults:
        said = (room.work_at, environment.variables, room.empty)
        room.add(script_file("tests", "junit", _RUN, "/tests", *said))
        if (directory / _SOLVE).exists():
            room.add(script_file("solution", "solution", _SOLVE, "/oracle", *said))
        room.requires |= {"pytest"}
    return room


def _document(table: Table, title: str, prompt: str, room: Room, origin: Origin) -> TaskDoc:
    solved = any(f.path == SCRIPT and f.section == "solution" for f in room.files)
    command = GradeCommand(argv=("bash", f"{{tests}}/{SCRIPT}", "{out}"), kind="junit", report="junit-*")
    words = (*table.texts("tags"), *filter(None, [table.get("difficulty", str)]))
    return TaskDoc(
        schema_version=1,
        title=title[:300],
        prompt=room.prompt(prompt),
        category=table.get("category", str),
        tags=tuple(dict.fromkeys(words)),
        allowed_files=("*",),
        by_products=BY_PRODUCTS,
        work_at=room.work_at,
        reference=ReferenceSpec(kind="script", file=SCRIPT) if solved else ReferenceSpec(kind="overlay"),
        origin=origin,
        grade=GradeSpec(
            commands=(command,),
            requires=tuple(sorted(room.requires)),
            timeout_s=table.get("max_test_timeout_sec", (int, float)) or _TIMEOUT_S,
        ),
    )
