"""A skill as others write it: a directory with a SKILL.md. The format: https://agentskills.io/specification."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cab_core.records import Skill

DOCUMENT = "SKILL.md"
_FRONT = re.compile(r"\A---[ \t]*\r?\n(.*?)^---[ \t]*\r?(?:\n|\Z)(.*)\Z", re.DOTALL | re.MULTILINE)
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_MOST = 64 << 10  # characters of a front matter: its reader takes seconds for a MB
_DEEPEST = 20
_LONGEST = {"name": 64, "description": 1024, "compatibility": 500}  # characters
_KNOWN = ("name", "description", "license", "compatibility", "metadata", "allowed-tools")


class BadSkill(Exception):
    """A SKILL.md does not hold to the format."""


def skill_of(directory: str, files: Mapping[str, str], strict: bool = False) -> tuple[Skill, list[str]]:
    """Return the skill of a directory of that name, and what of its front matter is not as the format has it.

    `strict`: only a skill that is wholly as the format has it is one. CLIs take others, too.

    Raises:
        BadSkill: it holds none.
    """
    if DOCUMENT not in files:
        raise BadSkill(f"there is no {DOCUMENT}")
    front, text = _parts(files[DOCUMENT])
    for fault in _faults(front):
        raise BadSkill(f"{DOCUMENT}: {fault}")
    told = list(_beyond(front, directory))
    for fault in told if strict else ():
        raise BadSkill(f"{DOCUMENT}: {fault}")
    told += [f"{name!r} in its front matter is unknown" for name in front if name not in _KNOWN]
    skill = Skill(name=front["name"], description=front["description"].strip(), text=text, files=dict(files))
    return skill, [f"{DOCUMENT}: {said}" for said in told]


def _parts(document: str) -> tuple[Mapping[Any, Any], str]:
    found = _FRONT.match(document)
    if found is None:
        raise BadSkill(f"{DOCUMENT} begins with no front matter: `---`, `name:`, `description:`, `---`")
    if len(found[1]) > _MOST:
        raise BadSkill(f"{DOCUMENT}: its front matter has more than {_MOST:,} characters")
    front = _read(found[1])
    if not isinstance(front, dict):
        raise BadSkill(f"{DOCUMENT}: its front matter is no mapping")
    return front, found[2].lstrip("\r\n")


def _read(front: str) -> Any:
    """Read a stranger's YAML: an alias makes much out of little, a tag makes anything."""
    import yaml  # late: most runs have no skill

    depth = 0
    try:
        for event in yaml.parse(front, Loader=yaml.SafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST or isinstance(event, yaml.AliasEvent) or getattr(event, "tag", None):
                said = "has an alias, a tag or a depth that no skill needs"
                raise BadSkill(f"{DOCUMENT}: its front matter {said}")
        return yaml.safe_load(front)
    except (yaml.YAMLError, ValueError, RecursionError) as exc:
        raise BadSkill(f"{DOCUMENT}: its front matter is no YAML: {' '.join(str(exc).split())}") from exc


def _faults(front: Mapping[Any, Any]) -> Iterator[str]:
    """Yield why no CLI can take it."""
    if not all(isinstance(name, str) for name in front):
        yield "expected texts as its keys"
    for name in ("name", "description"):
        if not isinstance(front.get(name), str) or not front[name].strip():
            yield f"{name}: expected a text that is not empty"
    if isinstance(front.get("name"), str) and not _NAME.fullmatch(front["name"]):
        yield f"name: {front['name'][:80]!r}, expected a-z, 0-9 and single hyphens between them"


def _beyond(front: Mapping[Any, Any], directory: str) -> Iterator[str]:
    """Yield what the format does not allow."""
    for name, longest in _LONGEST.items():
        if isinstance(said := front.get(name), str) and len(said) > longest:
            yield f"{name}: {len(said):,} characters, expected at most {longest:,}"
    if front.get("name") != directory:
        yield f"name: {front.get('name')!r}, expected that of its directory, {directory!r}"
