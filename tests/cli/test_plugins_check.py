"""`cab plugins check`: one object, or all of a plugin, looked at as closely as can be without a run."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.benchmarks.cold_start import NIL
from tests.conftest import Cab

CODE = """
from cab_core import McpServer, Registration, Score, hookimpl
class Axis:
    axis = "size"
    needs = ()
    def score(self, evidence, scores):  # FAULT
        return Score(axis="size", headline=0.0, values={"size": 0.0})
@hookimpl
def cab_scorers():
    return [Registration(name="size", summary="an axis", factory=Axis)]
@hookimpl
def cab_stack_plugins():
    return [Registration(name="size", summary="a stack", factory=lambda: [McpServer(name="s", command=("/gone",))])]
"""


def test_a_fault_is_told_with_its_line(cab: Cab, distribution: Callable[..., str]) -> None:
    """`doctor`, which is quick, takes the object for well; `check` does not, and exits 1."""
    path = distribution("cab-size", CODE)
    assert cab("plugins", "doctor", PYTHONPATH=path).returncode == 0
    done = cab("plugins", "check", "size", PYTHONPATH=path)
    said = done.stdout.replace("\n", " ")
    assert done.returncode == 1 and "plugin cab-size:cab_size: axis 'size': score(), given" in said
    assert "cab_size.py:6)" in said and "scorer size, stack size: " in said
    assert "/gone must lie at that very place in the sandbox; there is none here" in said


def test_a_kind_may_be_said_and_a_distribution(cab: Cab, distribution: Callable[..., str]) -> None:
    """Of two objects of one name the one that is meant; of a distribution all; as JSON by their names."""
    path = distribution("cab-size", CODE)
    one = cab.json("plugins", "check", "size", "--kind", "stack", "--json", PYTHONPATH=path)
    assert [(row["kind"], row["faults"], len(row["notes"])) for row in one] == [("stack", [], 1)]
    every = cab("plugins", "check", "cab-size", "--json", PYTHONPATH=path)
    assert {row["kind"] for row in json.loads(every.stdout)} == {"scorer", "stack"} and every.returncode == 1


def test_an_unknown_name_is_a_mistake(cab: Cab) -> None:
    """Exit 2, with the nearest."""
    done = cab("plugins", "check", "tokns")
    assert done.returncode == 2 and "did you mean 'tokens'?" in done.stderr
    done = cab("plugins", "check", "tokens", "--kind", "adapter")
    assert done.returncode == 2 and "unknown adapter 'tokens'" in done.stderr


def test_info_tells_what_is_registered(cab: Cab) -> None:
    """Recipe, options, protocols, headline, directory; the API, the hooks, and what importing costs."""
    found = {name: cab.json("plugins", "info", name, "--json") for name in ("pi", "latency", "mutations")}
    [pi], [latency], [mutations] = found["pi"], found["latency"], found["mutations"]
    assert (pi["api"], pi["hooks"], pi["protocols"]) == (1, ["cab_adapters"], ["openai-chat"])
    assert pi["recipe"]["npm"] and "thinking" in pi["options"] and pi["import_ms"] >= 0
    assert latency["headline"] == "wall_clock_ms" and "throttle_ms" in latency["keys"]
    assert mutations["directory"].endswith("cab_tasks_mutations") and mutations["tasks"] >= 24


def test_one_by_its_path_that_is_broken_is_found_by_its_name(cab: Cab) -> None:
    """With what is wrong with it: nothing that it would have offered has a name."""
    (cab.cwd / "mine").mkdir()
    (cab.cwd / "mine/pyproject.toml").write_text('[project.entry-points.cab]\nfoo = "foo_mine"\n')
    code = "from cab_core import hookimpl\n@hookimpl\ndef cab_adapterz():\n    return []\n"
    (cab.cwd / "mine/foo_mine.py").write_text(code)
    done = cab("--plugin", "mine", "plugins", "check", "foo")
    assert done.returncode == 1 and "unknown hook 'cab_adapterz'; did you mean 'cab_adapters'" in done.stdout


def test_a_program_that_no_recipe_brings_is_told_where_it_can_be_known(cab: Cab) -> None:
    """Before the CLI is installed it is said that nobody looked; afterwards the program is missed by name."""
    cab.env["CAB_CACHE"] = str(cab.cwd / "cache")
    (cab.cwd / "cab_astray.py").write_text(
        NIL.replace('argv=("python3", job', 'argv=("nowhere-to-be-found", job')
    )
    check = ("--plugin", "cab_astray.py", "plugins", "check", "nil", "--json")
    [before] = json.loads(cab(*check).stdout)
    assert (
        "nowhere-to-be-found" not in str(before["faults"])
        and "nobody looked whether its recipe brings" in before["notes"][0]
    )
    cab(
        "--plugin",
        "cab_astray.py",
        "run",
        "--tui",
        "nil",
        "--model",
        "scripted:null",
        "--task",
        "mutations/py-lru-cache",
    )
    done = cab(*check)
    [after] = json.loads(done.stdout)
    assert done.returncode == 1 and after["notes"] == [], after
    assert "recipe does not install, and this machine lacks: 'nowhere-to-be-found'" in str(after["faults"])
