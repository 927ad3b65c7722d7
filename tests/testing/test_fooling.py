"""The kit catches what is written to look well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cab_core import Registration
from cab_core.checks.rows import faults_of
from cab_core.plugins.protocols import Output, StopSignal
from cab_core.records import Execution, Process, Sandbox
from cab_core.runtimes.local import LocalRuntime
from cab_core.testing import PackConformance, Registry, RuntimeConformance


class Open(LocalRuntime):
    """Says that it seals, and does nothing of it."""

    name, citable, networks = "open", True, ("gateway",)


class Leaky(Open):
    """Hands on what the runner has."""

    def run(self, sandbox: Sandbox, process: Process, output: Output, stop: StopSignal) -> Execution:
        import os

        import attrs

        return super().run(sandbox, attrs.evolve(process, env={**os.environ, **process.env}), output, stop)


def test_a_runtime_that_does_not_seal_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says that its network is the gateway alone, and that what ran in it may be quoted."""
    kit: Any = RuntimeConformance()
    for hold in (
        lambda: kit.test_network_gateway_is_the_gateway_alone(Open()),
        lambda: kit.test_one_that_is_citable_shows_no_file_of_this_machine(Open()),
        lambda: kit.test_the_runner_s_variables_are_not_handed_on(Leaky(), monkeypatch),
    ):
        with pytest.raises(AssertionError):
            hold()


PACK = 'schema_version = 1\nname = "fooling"\nversion = "1"\ntitle = "t"\n'
TASK = """
schema_version = 1
title = "t"
prompt = "Write a.txt."
expected_files = ["a.txt"]
[grade]
[[grade.commands]]
argv = {argv}
"""


def offered(root: Path, argv: list[str]) -> Registry:
    """Return plugins with a pack of one task, whose answer is `good` in a.txt and whose grader runs a program."""
    for path, text in {"pack.toml": PACK, "one/task.toml": TASK.format(argv=argv)}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    for path in ("one/workdir/b.txt", "one/solution/a.txt"):
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text("good\n")
    plugins = Registry().add("cab_core.tasks.plugin", "cab_core.runtimes.plugin")
    return plugins.offer("task_pack", Registration(name="fooling", summary="s", factory=lambda: root))


@pytest.mark.parametrize(
    ("argv", "caught"),
    [(["echo", "passed"], (True, True)), (["test", "-f", "a.txt"], (False, True)), (["grep", "good", "a.txt"], (False, False))],
)  # fmt: skip
def test_a_grader_that_looks_at_nothing_is_caught(
    tmp_path: Path, argv: list[str], caught: tuple[bool, bool]
) -> None:
    """One that passes whatever is there, and one to which a file by the right name is enough."""
    plugins = offered(tmp_path / "pack", argv)
    kit = PackConformance()
    holds = (kit.test_unsolved_fails_and_the_reference_passes, kit.test_that_files_are_there_is_not_enough)
    assert tuple(fails(hold, plugins, tmp_path / str(n)) for n, hold in enumerate(holds)) == caught


def fails(hold: Any, plugins: Registry, place: Path) -> bool:
    """Return whether a test of the kit fails."""
    place.mkdir()
    try:
        hold(plugins, place, "fooling/one")
    except AssertionError:
        return True
    return False


def test_a_pack_that_is_another_each_time_is_caught(tmp_path: Path) -> None:
    """Its factory writes the time into a task, or gives it another name."""
    for what in ("one/workdir/now", "{}/task.toml"):
        made = iter(range(9))

        def again(made: Iterator[int] = made, what: str = what) -> Path:
            n = next(made)
            root = tmp_path / f"{what[:1]}{n}"
            offered(root, ["grep", "good", "a.txt"])
            if "{}" in what:
                (root / "one").rename(root / f"task-{n}")
            else:
                (root / what).write_text(str(n))
            return root

        plugins = Registry().add("cab_core.tasks.plugin", "cab_core.runtimes.plugin")
        plugins.offer("task_pack", Registration(name="fooling", summary="s", factory=again))
        [faults] = faults_of(plugins, [plugins.owner("task_pack", "fooling")], thorough=True)
        assert len(faults) == 1 and "the second time" in faults[0], faults
