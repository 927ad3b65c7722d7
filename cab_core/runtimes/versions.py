"""Which toolchains a runtime's sandbox really has: read as a grader would find them, once in a process."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from cab_core.plugins.protocols import Runtime, StopSignal
from cab_core.records import Process, Sandbox
from cab_core.tasks.toolchain_answers import Kept, version_script, versions_said
from cab_core.tasks.toolchains import how_to_get, names_of, parse, unmet
from cab_core.workdir.directories import GRADER, make_directories

_READ_S = 120  # for all of them together


def lacking_in(runtime: Runtime, requires: Iterable[str]) -> str | None:
    """Return why a runtime's sandboxes do not meet requirements, or None where they meet them all."""
    needs = tuple(requires)
    have = versions_in(runtime, needs)
    found = (unmet(r, have[parse(r)[0].name], "is in the sandbox", how_to_get(r)) for r in needs)
    return "; ".join(why for why in found if why) or None


def versions_in(runtime: Runtime, requires: Iterable[str]) -> dict[str, str | None]:
    """Return by name the versions in a grader's sandbox; None where one is missing or broken.

    Raises:
        SandboxError: there is no sandbox to be had.
    """
    names = names_of(requires)
    return _read(runtime, tuple(names)) if names else {}  # type: ignore[arg-type]  # by identity


@functools.cache
def _read(runtime: Runtime, names: tuple[str, ...]) -> dict[str, str | None]:
    said = Kept()
    argv = ("/bin/sh", "-c", version_script(names))
    with runtime.scratch() as place:
        scratch = place / "versions"
        make_directories(scratch, GRADER)
        sandbox = Sandbox(scratch=str(scratch), mounts=GRADER, role="grader")
        process = Process(argv=argv, cwd=runtime.inside(scratch, "tree"), timeout_s=_READ_S, grace_s=1)
        runtime.run(sandbox, process, said, StopSignal())
    return dict.fromkeys(names) | versions_said(said.text())
