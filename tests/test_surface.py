"""What the package shows to the outside, and what it costs to start."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
import time

import pytest

import cab_core
from cab_core import testing
from tests.conftest import CAB

HEAVY = ("docker", "aiohttp", "jinja2", "jsonschema", "opentelemetry.sdk")


def test_the_public_surface_is_frozen() -> None:
    """Adding to or taking from what plugin authors import is a decision, not an accident."""
    assert cab_core.__all__ == [
        "Adapter", "Applied", "Args", "Asked", "Cell", "CellResult", "Change", "Changes", "Check", "DeclaredAcp", "DeclaredCli", "Dialect", "Entry",
        "Env", "Evidence", "Execution", "Executor", "Files", "Grade", "GradeCommand", "GradeSpec", "Harvest", "ImageError", "Installation",
        "Instructions", "Job", "Launch", "Leftovers", "LocalRuntime", "McpServer", "ModelCall", "Operation", "Output", "PackedTask",
        "Process", "Reading", "Recipe", "RefusalSigns", "Registration", "Reply", "Runtime", "Sandbox", "SandboxError",
        "Score", "Scorer", "SharedBudget", "Skill", "StackItem", "Step", "StopSignal", "Task", "TaskDoc", "TaskFormat", "TokenClaim",
        "Usage", "UserError", "WireProtocol", "Work", "WorkFile", "WorkerError", "WorkerUnfit", "__version__", "carry_out", "file_at", "file_of", "hookimpl", "packed", "read_declared",
    ]  # fmt: skip
    assert all(getattr(cab_core, name) for name in cab_core.__all__)
    assert set(cab_core.__all__) <= set(dir(cab_core))


def test_type_checkers_are_told_of_every_public_name() -> None:
    """What is loaded on first use is imported for them, each from the module that it is loaded from."""
    [block] = [n for n in ast.walk(ast.parse(inspect.getsource(cab_core))) if isinstance(n, ast.If)
               and isinstance(n.test, ast.Name) and n.test.id == "TYPE_CHECKING"]  # fmt: skip
    told = {a.name: n.module for n in block.body if isinstance(n, ast.ImportFrom) for a in n.names}
    assert told == cab_core._MODULE_OF


def test_the_kit_s_surface_is_frozen() -> None:
    """What authors' tests import from `cab_core.testing`; each name is one, and is told to type checkers."""
    assert testing.__all__ == [
        "AdapterConformance", "CellRunner", "Endpoint", "ExecutorConformance", "FormatConformance", "PackConformance",
        "ProtocolConformance", "Ran", "Registry", "RuntimeConformance", "ScorerConformance", "ScriptAdapter",
        "StackConformance", "TinyAgent",
    ]  # fmt: skip
    assert all(getattr(testing, name) for name in testing.__all__)
    [block] = [n for n in ast.walk(ast.parse(inspect.getsource(testing))) if isinstance(n, ast.If)
               and isinstance(n.test, ast.Name) and n.test.id == "TYPE_CHECKING"]  # fmt: skip
    told = {a.name: f".{n.module}" for n in block.body if isinstance(n, ast.ImportFrom) for a in n.names}
    assert told == testing._MODULE_OF


@pytest.mark.parametrize("args", [["--help"], ["plugins", "list"], ["plugins", "list", "--json"]])
def test_light_commands_import_nothing_heavy(args: list[str]) -> None:
    """`cab --help` and `cab plugins list` load none of the heavy libraries."""
    code = (
        "import sys\nfrom cab_core.cli import main\n"
        f"try: main({args!r})\nexcept SystemExit: pass\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_help_costs_little() -> None:
    """`cab --help` takes at most six times a bare interpreter (best of several, one run)."""

    def best(argv: list[str]) -> float:
        times = []
        for _ in range(7):
            start = time.perf_counter()
            subprocess.run(argv, check=True, capture_output=True)
            times.append(time.perf_counter() - start)
        return min(times)

    assert best([str(CAB), "--help"]) <= 6 * best([sys.executable, "-c", "pass"])
