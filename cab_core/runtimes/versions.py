"""Which toolchains a runtime's sandbox really has: read as a grader would find them, once in a process."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from cab_core.plugins.protocols import Runtime, StopSignal
from cab_core.records import Process, Sandbox
from cab_core.tasks.toolchain_answers import Kept, version_script, versions_said
from cab_core.workdir.directories import GRADER, make_directories

_READ_S = 120  # for all of them together


@functools.cache
def versions_in(runtime: Runtime, names: tuple[str, ...]) -> Mapping[str, str | None]:
    """Return by name the versions in a grader's sandbox; None where one is missing or broken.

    Raises:
        SandboxError: there is no sandbox to be had.
    """
    if not names:
        return {}
    said = Kept()
    argv = ("/bin/sh", "-c", version_script(names))
    with runtime.scratch() as place:
        scratch = place / "versions"
        make_directories(scratch, GRADER)
        sandbox = Sandbox(scratch=str(scratch), mounts=GRADER, role="grader")
        process = Process(argv=argv, cwd=runtime.inside(scratch, "tree"), timeout_s=_READ_S, grace_s=1)
        runtime.run(sandbox, process, said, StopSignal())
    return dict.fromkeys(names) | versions_said(said.text())
