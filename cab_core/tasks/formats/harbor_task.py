"""One task directory of Harbor's: `task.toml`, `instruction.md`, `environment/`, `tests/`, `solution/`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from cab_core.records import GradeCommand, GradeSpec, Origin, TaskDoc, TaskFile
from cab_core.records.task import ReferenceSpec

from .context import Unusable, has, shown, text_of
from .directories import unavailable
from .dockerfile import Environment, read_dockerfile
from .places import SCRIPT, script_file
from .room import BY_PRODUCTS, Room, files_of_section, room_of
from .tables import Table, read_toml

_NEWEST = (1, 4)  # schema of task.toml
_CONTEXT = ("Dockerfile", "docker-compose.yaml", "docker-compose.yml", ".dockerignore")
_SHOWN = 3  # of the reasons
_TIMEOUT_S = 600.0  # Harbor's default for a verifier


def read_task(directory: Path, root: Path) -> tuple[TaskDoc, list[TaskFile]]:
    """Return a task's document and files; what cab cannot give is its `unavailable`.

    Raises:
        Unusable: its documents cannot be read.
    """
    table = read_toml(directory / "task.toml", directory)
    origin = _origin(table, directory, root)
    title = (table.get("task.description", str) or _name_of(directory)).strip()
    prompt = "(not read)"
    try:
        _check_version(table)
        if faults := list(_faults(table, directory)):
            return unavailable(title, "; ".join(faults[:_SHOWN]), prompt, origin), []
        prompt = text_of(directory / "instruction.md", directory)
        room = _room(table, directory, prompt)
    except Unusable as exc:
        return unavailable(title, str(exc), prompt, origin), []
    if room.faults:
        return unavailable(title, "; ".join(room.faults[:_SHOWN]), prompt, origin), []
    return _document(table, title, room.prompt(prompt), room, origin), room.files


def _document(table: Table, title: str, prompt: str, room: Room, origin: Origin) -> TaskDoc:
    solved = any(f.path == SCRIPT and f.section == "solution" for f in room.files)
    timeout = table.get("verifier.timeout_sec", (int, float))
    made = (a if isinstance(a, str) else a.get("source") for a in table.get("artifacts", list) or ())
    inside = (str(m).removeprefix(f"{room.work_at}/") for m in made if str(m).startswith(f"{room.work_at}/"))
    metadata = table.table("metadata")
    words = (*metadata.texts("tags"), *table.texts("task.keywords"))
    return TaskDoc(
        schema_version=1,
        title=title[:300],
        prompt=prompt,
        category=metadata.get("category", str),
        tags=tuple(dict.fromkeys([*words, *filter(None, [metadata.get("difficulty", str)])])),
        expected_files=tuple(p for p in inside if p and not {".", "..", ""} & set(p.split("/"))),
        allowed_files=("*",),
        by_products=BY_PRODUCTS,
        work_at=room.work_at,
        reference=ReferenceSpec(kind="script", file=SCRIPT) if solved else ReferenceSpec(kind="overlay"),
        origin=origin,
        grade=GradeSpec(
            commands=(
                GradeCommand(argv=("bash", f"{{tests}}/{SCRIPT}", "{out}"), kind="reward", report="verifier"),
            ),
            requires=tuple(sorted(room.requires)),
            timeout_s=float(timeout or _TIMEOUT_S),
        ),
    )


def _origin(table: Table, directory: Path, root: Path) -> Origin:
    name = table.get("task.name", str) or _name_of(root)
    licence = table.table("metadata").get("license", str) or "NOASSERTION"
    return Origin(name=name, licence=licence, path=shown(directory, root))


def _name_of(directory: Path) -> str:
    return os.path.basename(os.path.abspath(directory))  # noqa: PTH100, PTH119  (thousands are asked)


def _check_version(table: Table) -> None:
    said = table.get("schema_version", str) or table.get("version", str) or "1.0"
    numbers = re.fullmatch(r"(\d+)(?:\.(\d+))?(?:\.\d+)*", said)
    if not numbers or (int(numbers[1]), int(numbers[2] or 0)) > _NEWEST:
        newest = ".".join(map(str, _NEWEST))
        raise Unusable(f"task.toml is of schema {said[:20]}; cab reads Harbor's up to {newest}")


def _faults(table: Table, directory: Path) -> Iterator[str]:
    """Yield what a task asks for that cab has not."""
    if steps := table.get("steps", list):
        yield f"task.toml: {len(steps)} steps with an instruction each; cab gives an agent one"
    environment, verifier = table.table("environment"), table.table("verifier")
    if verifier.get("environment_mode", str) == "separate" or verifier.values.get("environment"):
        yield "task.toml: verifier.environment: its tests run in an image of their own"
    elif has(directory, "tests/Dockerfile"):
        yield "tests/Dockerfile: its tests run in an image of their own"
    if (environment.get("os", str) or "linux").lower() != "linux":
        yield f"task.toml: environment.os is {environment.get('os', str)}"
    for key, what in (
        ("mcp_servers", "MCP servers"),
        ("skills_dir", "skills for the agent"),
        ("healthcheck", "a service that is waited for"),
        ("gpus", "a GPU"),
        ("tpu", "a TPU"),
    ):
        if environment.values.get(key):
            yield f"task.toml: environment.{key}: it needs {what}"
    for name in ("docker-compose.yaml", "docker-compose.yml"):
        if has(directory, f"environment/{name}"):
            yield f"environment/{name}: it needs several containers, or one with settings of its own"
    if has(directory, "trajectory.json"):
        yield "trajectory.json: the agent is to go on with a conversation"
    for place, settings in (
        ("environment", environment),
        ("verifier", verifier),
        ("solution", table.table("solution")),
    ):
        for key, value in (settings.get("env", dict) or {}).items():
            if "${" in str(value):
                yield f"task.toml: {place}.env: {key} is the user's own, such as the key of a judge"


def _room(table: Table, directory: Path, prompt: str) -> Room:
    environment = _environment(table, directory)
    said = table.table("environment")
    environment.workdir = said.get("workdir", str) or environment.workdir
    variables = {**environment.variables, **_texts(said)}
    tests = files_of_section("tests", directory / "tests", directory)
    if not any(f.path == "test.sh" for f in tests):
        raise Unusable("tests/test.sh: is not there")
    solution = files_of_section("solution", directory / "solution", directory)
    room = room_of(environment, directory, prompt, [*tests, *solution], ("/tests", "/logs"))
    if room.faults:
        return room
    mine, its = (
        {**variables, **_texts(table.table("verifier"))},
        {**variables, **_texts(table.table("solution"))},
    )
    room.add(script_file("tests", "reward", "test.sh", "/tests", room.work_at, mine, room.empty))
    if any(f.path == "solve.sh" for f in solution):
        room.add(script_file("solution", "solution", "solve.sh", "/solution", room.work_at, its, room.empty))
    return room


def _texts(table: Table) -> Mapping[str, str]:
    found = table.get("env", dict) or {}
    return {k: str(v) for k, v in found.items() if re.fullmatch(r"[A-Za-z_]\w*", k)}


def _environment(table: Table, directory: Path) -> Environment:
    context, image = directory / "environment", table.get("environment.docker_image", str)
    if has(context, "Dockerfile"):
        return read_dockerfile(text_of(f"{context}/Dockerfile", directory), context, directory, _CONTEXT)
    if image is None:
        raise Unusable("environment/Dockerfile: is not there, and task.toml names no image")
    return read_dockerfile(f"FROM {image}\n", context, directory, _CONTEXT)
