"""`cab tasks copy`, and parameters of the model on the command line."""

from __future__ import annotations

import pytest

from tests.conftest import Cab
from tests.support.endpoint import KEY, Endpoint
from tests.support.tiny import PLUGIN

TASK = "mutations/py-stock-reorder"


def test_the_copy_is_what_the_agent_finds(cab: Cab) -> None:
    """The files of the work dir, and neither tests that are hidden nor the solution."""
    done = cab("tasks", "copy", TASK, "work")
    assert done.returncode == 0 and sorted(p.name for p in (cab.cwd / "work").iterdir()) == [
        "stock.py",
        "test_stock.py",
    ]


@pytest.mark.parametrize(
    ("task", "said"), [("mutations/*", "expected the id of one"), ("no/such", "no/such")]
)
def test_one_task_is_copied_or_none(cab: Cab, task: str, said: str) -> None:
    """A pattern that fits many, and one that fits nothing, are mistakes of the user."""
    done = cab("tasks", "copy", task, "work")
    assert done.returncode == 2 and said in done.stderr and not (cab.cwd / "work").exists()


def test_nothing_is_overwritten(cab: Cab) -> None:
    """What is there already stays, a dangling link too."""
    (cab.cwd / "work").symlink_to("nowhere")
    done = cab("tasks", "copy", TASK, "work")
    assert done.returncode == 2 and "there is something of that name" in done.stderr


@pytest.mark.parametrize("command", ["run", "run-cell"])
def test_parameters_of_the_model_are_taken(cab: Cab, endpoint: Endpoint, distribution, command: str) -> None:
    """As in a sweep file: a value that is JSON is taken as such."""
    cab.find_plugins(distribution("cab-tiny", PLUGIN))
    params = ("--model-param", "temperature=0.2", "--model-param", 'stop=["x"]', "--model-param", 'user="5"')
    chosen = ("--tui", "tiny", "--model", "m", "--task", TASK, "--endpoint", endpoint.url, "--key-env", "K")
    assert cab(command, *chosen, *params, K=KEY).returncode == 0
    [cell] = (cab.cwd / "runs").rglob("cell.json")
    assert '"temperature": 0.2' in cell.read_text() and '"user": "5"' in cell.read_text()


@pytest.mark.parametrize("given", [("a",), ("a=1", "a=2")])
def test_a_parameter_without_a_value_or_with_two_is_a_mistake(cab: Cab, given: tuple[str, ...]) -> None:
    """The message names the option."""
    pairs = [part for pair in given for part in ("--model-param", pair)]
    done = cab("run", "--tui", "aider", "--model", "scripted:null", "--task", TASK, *pairs)
    assert done.returncode == 2 and "--model-param" in done.stderr
