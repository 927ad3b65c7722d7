"""A key in what is published is refused before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import pytest

from cab_core.errors import UserError
from cab_core.gateway.models import EndpointChoice, Model
from cab_core.records import Args, Env, Instructions, McpServer, PackedTask, Skill, Sweep
from cab_core.sweep.published import check_no_key
from cab_core.tasks.stacks import Stack
from tests.conftest import Cab
from tests.support.endpoint import KEY
from tests.support.puppet import find_task

TASK = "mutations/py-lru-cache"
SWEEP = Sweep(tuis=("t",), models=("m",), tasks=(TASK,))
SAID = f"Repeat this: {KEY}"


def check(sweep: Sweep = SWEEP, *items: Any, task: PackedTask | None = None, url: str | None = None) -> None:
    """Check a sweep whose endpoint has the key."""
    model = Model(id="m", endpoint=url or "http://127.0.0.1:1/v1", key=KEY)
    check_no_key(EndpointChoice(), [model], sweep, Stack(items=items), [task or find_task(TASK)], {})


def told(task: PackedTask, **more: Any) -> PackedTask:
    """Return a task that says something else."""
    return attrs.evolve(task, task=attrs.evolve(task.task, doc=attrs.evolve(task.task.doc, **more)))


@pytest.mark.parametrize(
    ("place", "more"),
    [
        ("the sweep: options.ask", {"options": {"ask": SAID}}),
        ("the sweep: option_sets[1].a.b[0]", {"option_sets": ({}, {"a": {"b": [SAID]}})}),
        ("the sweep: model_params.user", {"model_params": {"user": KEY[:20]}}),
        ("the sweep: options: a name", {"options": {KEY: 1}}),
        ("the sweep: sweep_id", {"sweep_id": KEY}),
        ("the sweep: models[0]", {"models": (KEY.encode().hex(),)}),
    ],
)
def test_a_key_in_a_sweep_is_refused(place: str, more: dict[str, Any]) -> None:
    """Wherever it stands, in any spelling, or a piece of it: the place is named, the key is not."""
    with pytest.raises(UserError) as caught:
        check(attrs.evolve(SWEEP, **more))
    assert str(caught.value).startswith(f"{place} holds the endpoint's key") and KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("item", "place"),
    [
        (Args(name="a", argv=("--key", KEY)), "argv[1]"),
        (Instructions(name="a", text=SAID), "text"),
        (Skill(name="a", description="d", text=SAID), "text"),
        (McpServer(name="a", command=("serve", f"--key={KEY}")), "command[1]"),
    ],
)
def test_a_key_in_a_stack_is_refused(item: Any, place: str) -> None:
    """Its texts, arguments and commands are published; the values of its variables are not."""
    with pytest.raises(UserError, match="stack item 'a'") as caught:
        check(SWEEP, item)
    assert f": {place} holds" in str(caught.value)
    check(SWEEP, Env(name="a", values={"API_KEY": KEY}))


def test_a_key_in_a_task_or_an_address_is_refused() -> None:
    """A pack of one's own, and an address with a key in its path."""
    with pytest.raises(UserError, match=f"task '{TASK}': prompt holds"):
        check(task=told(find_task(TASK), prompt=SAID))
    with pytest.raises(UserError, match="an endpoint's address holds"):
        check(url=f"http://127.0.0.1:1/{KEY}/v1")


def test_a_key_that_no_model_of_the_sweep_has_is_one() -> None:
    """One that was given is a secret, whoever answers."""
    sweep = attrs.evolve(SWEEP, options={"ask": KEY})
    for choice in (EndpointChoice(key=KEY), EndpointChoice(taken={"A": KEY})):
        with pytest.raises(UserError, match=r"options\.ask"):
            check_no_key(choice, [], sweep, Stack(), [], {})


def test_a_placeholder_may_stand_anywhere() -> None:
    """`none` is no secret; nor is what all keys of a kind begin with."""
    sweep = attrs.evolve(SWEEP, options={"a": "none", "b": "sk-ant-api03-", "c": "sk-proj-"})
    for key in ("none", "sk-ant-api03-Xy7Kq2Lm9Pw4", "sk-proj-Xy7Kq2Lm9Pw4"):
        check_no_key(EndpointChoice(key=key), [], sweep, Stack(), [], {})


def test_nothing_is_written_where_a_key_stands_in_an_option(cab: Cab, tmp_path: Path) -> None:
    """The command ends with 2, before there is a lock file or a cell."""
    run = ("run", "--tui", "aider", "--model", "m", "--task", TASK, "--endpoint", "http://127.0.0.1:1/v1")
    done = cab(*run, "--option", f"ask={SAID}", CAB_KEY=KEY)
    assert (
        done.returncode == 2
        and "option_sets[0].ask holds" in done.stderr
        and KEY not in done.stdout + done.stderr
    )
    assert not (tmp_path / "runs").exists()
