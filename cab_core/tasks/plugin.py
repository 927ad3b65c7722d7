"""Entry point of the task formats that are built in."""

from __future__ import annotations

from cab_core import Registration, hookimpl


@hookimpl
def cab_task_formats() -> list[Registration]:
    """Register cab's own format, and those of public sets."""
    return [
        Registration(
            name="cab",
            summary="pack.toml, and task.toml workdir/ tests/ solution/ per task",
            factory="cab_core.tasks.native:NativeFormat",
        ),
        Registration(
            name="harbor",
            summary="Harbor's task directories and datasets",
            factory="cab_core.tasks.formats.harbor:HarborFormat",
        ),
        Registration(
            name="swe-bench",
            summary="SWE-bench instances, with clones of their repositories",
            factory="cab_core.tasks.formats.swe_bench:SweBenchFormat",
        ),
        Registration(
            name="terminal-bench",
            summary="Terminal-Bench's first format, task.yaml",
            factory="cab_core.tasks.formats.terminal_bench:TerminalBenchFormat",
        ),
        Registration(
            name="exercism",
            summary="Exercism's tracks, and sets in their layout such as aider's polyglot benchmark",
            factory="cab_core.tasks.formats.exercism:ExercismFormat",
        ),
        Registration(
            name="quixbugs",
            summary="QuixBugs: programs in Python with a defect in one line",
            factory="cab_core.tasks.formats.quixbugs:QuixBugsFormat",
        ),
        Registration(
            name="humanevalpack",
            summary="HumanEvalPack as JSON lines: functions with a defect in six languages",
            factory="cab_core.tasks.formats.humanevalpack:HumanEvalPackFormat",
        ),
        Registration(
            name="rustlings",
            summary="rustlings: small Rust programs with their tests in the edited file",
            factory="cab_core.tasks.formats.rustlings:RustlingsFormat",
        ),
    ]
