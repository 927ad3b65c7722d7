"""The command that a page prints for a cell is for that cell: what it says makes the same content key."""

from __future__ import annotations

import tempfile
import tomllib
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cab_core.cli import session
from cab_core.cli.run_cell import command
from cab_core.gateway.models import ConfigDoc, EndpointChoice, resolve
from cab_core.plugins.registry import Plugins
from cab_core.records import Cell, Inputs, Limits, Recipe, Sweep, from_json
from cab_core.records.inputs import (
    CliInputs,
    GraderInputs,
    ModelInputs,
    SandboxInputs,
    StackInputs,
    TaskInputs,
)
from cab_core.run.inputs import model_inputs
from cab_core.site.commands import docker_commands, run_cell_command
from tests.site.made import Made
from tests.site.test_shell import bash

URL = "http://127.0.0.1:9/v1"
STUB = 'cab() { printf "%s\\0" "$@"; }; docker() { [ "$1" = pull ] || { shift; while [ "$1" != run-cell ]; do shift; done; cab "$@"; }; }\n'
# What bash and a record can hold; names have no sign that a command line takes for the end of them.
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=12)
NAME = TEXT.filter(lambda t: "@" not in t and t.strip())
KEY = TEXT.filter(lambda t: "=" not in t)
FLOAT = st.floats(1e-6, 1e9)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e300, 1e300) | TEXT | st.just("7"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=4,
)
LIMITS = st.builds(
    Limits,
    wall_s=FLOAT | st.integers(1, 10**6).map(float),
    calls=st.integers(1, 10**18),
    tokens=st.none() | st.integers(1, 10**18),
    usd=st.none() | FLOAT,
)
CELLS = st.builds(
    Cell,
    sweep_id=st.just("local"),
    tui=NAME,
    tui_version=TEXT,
    model=NAME.filter(lambda m: not m.startswith(("scripted:", "replay:"))),
    task=TEXT.filter(lambda t: not set("*?[") & set(t)),
    attempt=st.integers(1, 10**9 - 1),
    stack=st.lists(TEXT, max_size=2).map(tuple),
    runtime=TEXT,
    network=st.sampled_from(["open", "gateway"]),
    limits=LIMITS,
    model_params=st.dictionaries(KEY, VALUE, max_size=3),
    options=st.dictionaries(KEY, VALUE, max_size=3),
)
PRICES = st.sampled_from([None, "openai/gpt-5"]) | st.fixed_dictionaries(
    {
        "input": st.floats(0, 1e3),
        "output": st.floats(0, 1e3),
        "cached": st.none() | st.floats(0, 1e3),
        "cache_write": st.none() | st.floats(0, 1e3),
    }
)

PLUGINS = Plugins()


def inputs_of(cell: Cell, model: ModelInputs) -> Inputs:
    """The record of what such a cell depends on; what lies on a machine is the same here and there."""
    return Inputs(
        cab="1",
        attempt=cell.attempt,
        limits=cell.limits,
        options=cell.options,
        model_params=cell.model_params,
        cli=CliInputs(
            tui=cell.tui, version=cell.tui_version, reported=None, adapter="a", code=None, recipe=Recipe()
        ),
        model=model,
        sandbox=SandboxInputs(runtime=cell.runtime, network=cell.network),
        task=TaskInputs(id=cell.task, prompt="p", workdir={}),
        stack=StackInputs(items=tuple({"name": name} for name in cell.stack)),
        grader=GraderInputs(cab="1", runtime=cell.runtime, doc={}, tests={}),
    )


def said_by(script: str, place: Path) -> tuple[Sweep, int, ConfigDoc]:
    """What `cab run-cell` is told by a script: the one cell's sweep, its attempt, and `cab.toml`."""
    told = bash(STUB + script, place, YOUR_ENDPOINT=URL, YOUR_KEY="k").decode().split("\0")[1:-1]
    caught: dict[str, Any] = {}

    def catch(sweep: Sweep, *_: object, **more: Any) -> tuple[list[object], int]:
        caught.update(more, sweep=sweep)
        return [], 0

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "run_sweep", catch)
        patch.setenv("YOUR_KEY", "k")
        command.main(told, standalone_mode=False, obj=())
    config = place / "cab-cell/cab.toml"
    models = from_json(tomllib.loads(config.read_text()), ConfigDoc) if config.exists() else ConfigDoc()
    return caught["sweep"], caught["attempt"], models


def key_of(sweep: Sweep, attempt: int, config: ConfigDoc) -> str:
    """The content key of the cell that this is."""
    [tui], [model], [task] = sweep.tuis, sweep.models, sweep.tasks
    name, _, version = tui.partition("@")
    cell = Cell(
        sweep_id=sweep.sweep_id, tui=name, tui_version=version, model=model, task=task, attempt=attempt, stack=sweep.stacks,
        runtime=sweep.runtime, network=sweep.network or "", limits=sweep.limits, model_params=sweep.model_params, options=sweep.options,
    )  # fmt: skip
    found = resolve(model, EndpointChoice(url=URL), config)
    spoken = PLUGINS.protocol(found.protocols[0] if found.protocols else "openai-chat")
    return inputs_of(cell, model_inputs(found, spoken, "codingagentbench")).content_key


@given(
    CELLS, PRICES, st.none() | st.integers(1, 10**7), st.sampled_from([300.0, 45.5]),
    st.sampled_from(["openai-chat", "gemini"]),
)  # fmt: skip
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_printed_command_is_for_the_same_cell(
    cell: Cell, price: dict[str, float | None] | str | None, context: int | None, idle: float, protocol: str
) -> None:
    """Whatever the cell is: parsed by `cab run-cell`, in a directory with the files that the script wrote.

    A price that is a text is an entry of a table.
    """
    priced = {"priced_as": price} if isinstance(price, str) else {"price": price}
    model = ModelInputs(
        id=cell.model, protocol=protocol, endpoint=URL, context_tokens=context, idle_s=idle, **priced
    )
    inputs = inputs_of(cell, model)
    result = attrs.evolve(Made().result(cell, []), cell=cell)
    with tempfile.TemporaryDirectory() as place:
        found = said_by(run_cell_command(result, inputs), Path(place))
    assert key_of(*found) == inputs.content_key


@pytest.mark.parametrize(
    "limits",
    [Limits(), Limits(wall_s=0.1 + 0.2), Limits(calls=10**15), Limits(tokens=1), Limits(usd=1e-07)],
    ids=str,
)
def test_a_limit_is_read_as_the_number_that_it_was(tmp_path: Path, limits: Limits) -> None:
    """To the last digit, and one that every run has anyway is not printed."""
    cell = attrs.evolve(Made().cell(), limits=limits)
    script = run_cell_command(Made().result(cell, []))
    assert said_by(script, tmp_path)[0].limits == limits
    assert ("--wall" in script, "--max-" in script) == (
        limits.wall_s != 600,
        attrs.evolve(limits, wall_s=600.0) != Limits(),
    )


def test_the_command_for_the_image_says_the_same_cell(tmp_path: Path) -> None:
    """But for the runtime and the network, which are those within the image."""
    made = Made(attempt=3, options={"a": "7"}, model_params={"seed": 7}, limits=Limits(wall_s=61.5, tokens=9))
    result = made.result(made.cell(), [])
    identity = attrs.evolve(result.identity, cell_image="registry/cab@sha256:" + "ab" * 32)
    script = docker_commands(attrs.evolve(result, identity=identity))
    assert script is not None
    sweep, attempt, _ = said_by(script, tmp_path)
    assert (attempt, sweep.limits, sweep.options, sweep.model_params) == (
        3, made.limits, {"a": "7"}, {"seed": 7},
    )  # fmt: skip


def test_what_no_command_can_say_is_said() -> None:
    """A cell without a bound on calls, as only a program can plan it."""
    cell = attrs.evolve(Made().cell(), limits=Limits(calls=None))
    assert "# the cell had no bound on calls, this one has one" in run_cell_command(Made().result(cell, []))
