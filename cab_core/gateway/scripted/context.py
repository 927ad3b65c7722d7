"""What a scripted model knows of its cell: far more than any agent does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import attrs

from cab_core.plugins.protocols import Dialect
from cab_core.records import Job, TaskDoc


def is_text(content: str) -> bool:
    """Return whether a file's content is UTF-8: what is none holds surrogates."""
    try:
        content.encode()
    except UnicodeEncodeError:
        return False
    return True


@attrs.frozen(kw_only=True)
class ScriptContext:
    """A cell as a scripted model sees it. Files are paths in the work dir with their full text.

    `work` is the pristine work dir, `solution` the reference, `removed` what that takes away; `forbidden`
    is what an agent would leave that does what it must not, on a task where a refusal is right. Bytes that
    are no UTF-8 are surrogates in a text. `executable` are the files that are to be so, `was_executable`
    those of the pristine work dir that are. `unwritten` is filled: what could not be brought about through
    the CLI, by path, with why. `given`: how often each call of a tool was, in all conversations.
    `task`: its id, empty where there is none.
    """

    doc: TaskDoc
    job: Job
    dialect: Dialect
    work: Mapping[str, str] = attrs.field(factory=dict)
    solution: Mapping[str, str] = attrs.field(factory=dict)
    forbidden: Mapping[str, str] = attrs.field(factory=dict)
    removed: tuple[str, ...] = ()
    executable: frozenset[str] = frozenset()
    was_executable: frozenset[str] = frozenset()
    unwritten: dict[str, str] = attrs.field(factory=dict)
    given: Counter[str] = attrs.field(factory=Counter)
    task: str = ""
    attempt: int = 1

    @property
    def refuse(self) -> bool:
        """Whether the right thing is to refuse."""
        return self.doc.refusal is not None and self.doc.refusal.expected
