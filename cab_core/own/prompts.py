"""What agents are told of commits, in a file beside the tasks that a person may change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import attrs
import tomli_w

from cab_core.records.base import doc
from cab_core.tasks.documents import read_document

FILE = "prompts.toml"
_HEAD = "# What an agent is told, by task. Change it as you like, and run the same command again.\n"


@attrs.frozen(kw_only=True)
class Prompts:
    """The content of a `prompts.toml`."""

    prompts: dict[str, str] = attrs.field(factory=dict, metadata=doc("what an agent is told, by task"))


def read_prompts(target: Path) -> dict[str, str]:
    """Return the prompts, by task, of a pack that may be there.

    Raises:
        BadDocument: the file is malformed.
    """
    path = target / FILE
    return read_document(path, Prompts).prompts if path.is_file() else {}


def text_of(prompts: Mapping[str, str]) -> str:
    """Return the content of the file."""
    return _HEAD + tomli_w.dumps({"prompts": prompts}, multiline_strings=True)


def not_used(prompts: Iterable[str], why_not: Mapping[str, str], known: Collection[str]) -> list[str]:
    """Return what to say of prompts, by the names of their tasks, that are of none.

    `known` are the names of all commits; `why_not` says of those that were tried why they are no task.
    """
    absent = "no commit that was asked for is called so"
    return [
        f"{FILE}: {name} is of no task: {why_not.get(name, absent)}"
        for name in prompts
        if name in why_not or name not in known
    ]
