"""The inputs record: every part of it decides the key, and every source of it is in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from cab_core.gateway.models import Model
from cab_core.gateway.price import Price
from cab_core.gateway.price_table import table_price
from cab_core.plugins.registry import Plugins
from cab_core.records import (
    Env,
    Inputs,
    Installation,
    Instructions,
    Limits,
    McpServer,
    Recipe,
    from_json,
    to_json,
)
from cab_core.records.differences import differences
from cab_core.records.inputs import digest
from cab_core.run.code import code_of
from cab_core.run.planned import PlannedCell
from cab_core.tasks.stacks import Stack
from tests.support.puppet import Puppet, find_task, plan_one, play

KEY = "sk-live-0123456789abcdef"
MODEL = Model(
    id="m", endpoint="http://127.0.0.1:8000/v1", key=KEY, price=Price(1.0, 2.0, 0.5, 1.25),
    context_tokens=8192, idle_s=100.0, headers={"x-org": "an-organisation-0123456789"},
)  # fmt: skip
STACK = Stack(
    names=("house",),
    items=(
        Instructions(name="style", text="Use tabs."),
        Env(name="flags", values={"TOKEN": KEY}),
        McpServer(name="probe", command=("probe",), env={"API_KEY": KEY}),
    ),
)
TASK = find_task("mutations/py-lru-cache")
LOCAL = Plugins().runtime("local")


def plan(**more: Any) -> PlannedCell:
    """Plan a cell that has something in every field of its inputs, all of which it depends on."""
    said: dict[str, Any] = {
        "adapter": Puppet(""),
        "task": TASK,
        "model": MODEL,
        "runtime": LOCAL,
        "stack": STACK,
        "limits": Limits(wall_s=30, usd=5.0),
        "options": {"edit": "diff"},
        "model_params": {"temperature": 0.5},
        "installation": Installation(name="puppet", version="1", reported="puppet 1", image_id="sha256:1"),
        **more,
    }
    return plan_one(said.pop("adapter"), said.pop("task"), said.pop("model"), said.pop("runtime"), **said)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every leaf of a JSON value."""
    if isinstance(value, dict) and value:
        for key in value:
            yield from leaves(value[key], (*path, key))
    elif isinstance(value, list) and value:
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    else:
        yield path


def changed(value: Any, path: tuple[Any, ...]) -> Any:
    """Return a copy of a JSON value in which one leaf is another."""
    copy = json.loads(json.dumps(value))
    place = copy
    for part in path[:-1]:
        place = place[part]
    old = place[path[-1]]
    place[path[-1]] = {
        bool: lambda: not old,
        int: lambda: old + 1,
        float: lambda: old + 1,
        str: lambda: f"{old}x",
    }.get(
        type(old), lambda: {"x": "x"} if isinstance(old, dict) else ["x"] if isinstance(old, list) else "x"
    )()
    return copy


RECORD = to_json(plan().inputs)


@pytest.mark.parametrize(
    "path", [p for p in leaves(RECORD) if p != ("schema_version",)], ids=lambda p: ".".join(map(str, p))
)
def test_every_leaf_decides_a_key(path: tuple[Any, ...]) -> None:
    """One leaf changed: another key, the content's or the grader's alone, and the difference names the leaf."""
    from cattrs import BaseValidationError

    after = changed(RECORD, path)
    said = list(differences(RECORD, after))
    assert said and all(s.startswith(str(path[0])) for s in said)
    try:
        one, other = from_json(RECORD, Inputs), from_json(after, Inputs)
    except BaseValidationError:
        return  # the leaf has no other value of its type
    keys = (one.content_key != other.content_key, one.grader_key != other.grader_key)
    assert keys == ((False, True) if path[0] == "grader" else (True, False))


def test_every_field_of_the_record_is_filled_by_a_cell() -> None:
    """So that the test above changes each: no leaf of it is empty but what a machine may not have."""
    empty = {".".join(map(str, p)) for p in leaves(RECORD) if _at(RECORD, p) in (None, {}, [], "")}
    assert empty <= {
        "model.scripted", "model.protocol_code", "model.priced_as", "task.scripted", "sandbox.base_image", "limits.tokens", "limits.usd", "cli.recipe.path",
        "cli.recipe.env", "cli.recipe.apt", "cli.recipe.npm", "cli.recipe.pip", "grader.toolchains", "sandbox.toolchains",
        "grader.doc.by_products", "grader.doc.allowed_files", "grader.doc.protected", "grader.doc.protected_regions",
        "grader.doc.refusal", "grader.doc.integrity", "grader.hidden", "grader.doc.work_at", "stack.items.2.recipe",
    } | {p for p in empty if p.startswith("grader.doc.grade.")}  # fmt: skip


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for part in path:
        value = value[part]
    return value


def test_every_field_of_a_model_is_an_input_but_its_key() -> None:
    """A new field of a model is in the record, or this test says that it is not.

    Of the protocols that an endpoint speaks it is the one in which it was asked. How much of it may be used
    changes no answer. A price by a table is the entry in it. Records that are replayed stand in `scripted`.
    """
    fields = {f.name for f in attrs.fields(Model)} - {"key", "protocols", "budget", "unpriced", "records"}
    assert fields | {"protocol", "protocol_code", "priced_as"} == set(RECORD["model"])


def test_every_field_of_a_cell_is_an_input_or_its_name() -> None:
    """What a cell has besides its sweep's name and the names of its stack is in the record."""
    cell = plan().cell
    named = {"sweep_id": None, "tui": "cli.tui", "tui_version": "cli.version", "model": "model.id", "task": "task.id",
             "stack": None, "runtime": "sandbox.runtime", "network": "sandbox.network"}  # fmt: skip
    for name, value in to_json(cell).items():
        if name in named and named[name] is None:
            continue
        assert _at(RECORD, tuple((named.get(name) or name).split("."))) == value, name


def _file(task: Any, section: str, **more: Any) -> Any:
    files = tuple(attrs.evolve(f, **more) if f.section == section else f for f in task.files)
    return attrs.evolve(task, files=files)


def _doc(task: Any, **more: Any) -> Any:
    return attrs.evolve(task, task=attrs.evolve(task.task, doc=attrs.evolve(task.task.doc, **more)))


def _other_recipe() -> Puppet:
    adapter = Puppet("")
    adapter.recipe = lambda version: Recipe(pip=("other==1",))  # type: ignore[method-assign]
    return adapter


CONTENT: dict[str, dict[str, Any]] = {
    "model.context_tokens": {"model": attrs.evolve(MODEL, context_tokens=4096)},
    "model.idle_s": {"model": attrs.evolve(MODEL, idle_s=30.0)},
    "model.price.input": {"model": attrs.evolve(MODEL, price=Price(9.0, 2.0, 0.5, 1.25))},
    "model.price.cache_write": {"model": attrs.evolve(MODEL, price=Price(1.0, 2.0, 0.5, 1.5))},
    "model.headers": {"model": attrs.evolve(MODEL, headers={})},
    "model.endpoint": {"model": attrs.evolve(MODEL, endpoint="http://127.0.0.1:9000/v1")},
    "limits.wall_s": {"limits": Limits(wall_s=31, usd=5.0)},
    "limits.usd": {"limits": Limits(wall_s=30, usd=1.0)},
    "options.edit": {"options": {"edit": "whole"}},
    "model_params.temperature": {"model_params": {"temperature": 0.7}},
    "attempt": {"attempt": 2},
    "sandbox.image_id": {"installation": Installation(name="puppet", version="1", reported="puppet 1", image_id="sha256:2")},
    "cli.reported": {"installation": Installation(name="puppet", version="1", reported="puppet 1b", image_id="sha256:1")},
    "cli.version": {"installation": Installation(name="puppet", version="2", reported="puppet 1", image_id="sha256:1")},
    "cli.recipe.pip": {"adapter": _other_recipe()},
    "task.prompt": {"task": _doc(TASK, prompt="Do something else.")},
    "task.workdir.": {"task": _file(TASK, "workdir", executable=True)},
    "stack.items": {"stack": Stack(names=("house",), items=STACK.items[:2])},
    "sandbox.network": {"network": "gateway"},
}  # fmt: skip


@pytest.mark.parametrize("path", CONTENT)
def test_a_changed_source_is_a_new_key_and_the_reason_is_told(path: str) -> None:
    """Each thing that a run depends on, changed where it comes from: another content key, the reason by its path."""
    before, after = plan(), plan(**CONTENT[path])
    assert before.content_key != after.content_key
    said = list(differences(to_json(before.inputs), to_json(after.inputs)))
    assert said and all(s.startswith(path) for s in said), said


@pytest.mark.parametrize("price", [None, Price(9.0, 2.0), table_price("m", "", "openai/gpt-5")])
def test_without_a_limit_in_dollars_a_price_decides_no_key(price: Any) -> None:
    """Dollars are then counted from tokens, and can be counted anew; it stands in the record all the same."""
    limits = Limits(wall_s=30)
    one, other = plan(limits=limits), plan(limits=limits, model=attrs.evolve(MODEL, price=price))
    assert one.content_key == other.content_key
    assert list(differences(to_json(one.inputs.keyed), to_json(other.inputs.keyed))) == []
    assert one.inputs.model.price and one.inputs.model != other.inputs.model


def test_the_entry_of_a_table_is_an_input_and_its_version_is_none() -> None:
    """Another model's prices run a cell anew, a newer table does not: what a call cost, its day decides."""
    priced = table_price("m", "", "openai/gpt-5")
    one, other, newer = (
        plan(model=attrs.evolve(MODEL, price=price))
        for price in (priced, table_price("m", "", "openai/gpt-4o"), attrs.evolve(priced, version="9"))
    )
    assert one.content_key == newer.content_key != other.content_key
    [said] = differences(to_json(one.inputs), to_json(other.inputs))
    assert said.startswith("model.priced_as")


GRADER: dict[str, Callable[[Any], Any]] = {
    "grader.tests.driver.py": lambda t: _file(t, "tests", executable=True),
    "grader.doc.expected_files": lambda t: _doc(t, expected_files=("other.py",)),
    "grader.doc.protected": lambda t: _doc(t, protected=("x",)),
    "grader.doc.grade.timeout_s": lambda t: _doc(t, grade=attrs.evolve(t.task.doc.grade, timeout_s=1.0)),
}


@pytest.mark.parametrize("path", GRADER)
def test_a_changed_judging_is_a_new_grader_key_alone(path: str) -> None:
    """A mode, a link's target, a pattern, a limit of the grader: the verdict is another, the run is not."""
    before, after = plan(), plan(task=GRADER[path](TASK))
    assert before.grader_key != after.grader_key and before.content_key == after.content_key
    assert any(
        s.startswith(path.rpartition(".")[0])
        for s in differences(to_json(before.inputs), to_json(after.inputs))
    )


def test_where_a_link_of_the_tests_leads_decides_the_verdict() -> None:
    """A link that leads elsewhere is another test, though no file's content changed."""
    keys = {plan(task=_file(TASK, "tests", link=target)).grader_key for target in ("a", "b", None)}
    assert len(keys) == 3


@pytest.mark.parametrize("name", ["title", "category", "tags"])
def test_what_nobody_is_told_changes_no_key(name: str) -> None:
    """A title is for people: neither agent nor grader sees it."""
    other = plan(task=_doc(TASK, **{name: ("x",) if name == "tags" else "x"}))
    assert (other.content_key, other.grader_key) == (plan().content_key, plan().grader_key)


def test_a_family_is_no_reason_to_run_a_cell_anew() -> None:
    """Whether the task, its pack's rule or its twin says it: what statistics move together changes no run."""
    family = attrs.evolve(TASK, task=attrs.evolve(TASK.task, family="mutations:cache"))
    for other in (plan(task=_doc(TASK, family="cache")), plan(task=family)):
        assert (other.content_key, other.grader_key) == (plan().content_key, plan().grader_key)


def test_no_secret_is_in_the_record() -> None:
    """Neither the key nor a part of the address that may hold one nor the value of a variable."""
    assert KEY not in json.dumps(RECORD)
    assert RECORD["model"]["endpoint"] == "http://127.0.0.1:8000/v1"


def test_another_value_of_a_secret_variable_is_another_key() -> None:
    """The record holds a hash in its place."""
    other = Stack(
        names=("house",), items=(STACK.items[0], Env(name="flags", values={"TOKEN": "x"}), STACK.items[2])
    )
    assert plan(stack=other).content_key != plan().content_key


def test_the_content_key_is_the_hash_of_the_record() -> None:
    """Canonical JSON of all but the grader, of parts their hashes: a cell of an earlier cab is known again."""
    inputs = plan().inputs
    parts = {
        name: digest(value)
        for name in ("cli", "model", "sandbox", "task", "stack")
        if (value := RECORD[name])
    }
    rest = {name: value for name, value in RECORD.items() if name != "grader"}
    assert inputs.content_key == digest({**rest, **parts})
    assert inputs.grader_key == digest(RECORD["grader"])


def test_the_order_of_keys_does_not_matter() -> None:
    """Options are a mapping: in whichever order they were given, they are the same."""
    one, other = ({"a": 1, "b": {"x": 1, "y": 2}}, {"b": {"y": 2, "x": 1}, "a": 1})
    assert plan(options=one).content_key == plan(options=other).content_key
    assert plan(options=one).cell.key == plan(options=other).cell.key


def test_a_number_may_be_written_in_several_ways() -> None:
    """A limit of 30 and one of 30.0 are one, and so is an option."""
    keys = {plan(limits=Limits(wall_s=n), options={"depth": n}).content_key for n in (30, 30.0)}
    assert len(keys) == 1
    assert plan(options={"depth": 1}).cell.key == plan(options={"depth": 1.0}).cell.key


def test_the_record_is_kept_in_the_cell_and_gives_its_keys(tmp_path: Path) -> None:
    """Whoever reads the cell can compute both keys from inputs.json."""
    directory, result = play(tmp_path, "call()")
    kept = from_json(json.loads((directory / "inputs.json").read_text()), Inputs)
    assert (kept.content_key, kept.grader_key) == (result.content_key, result.grader_key)


def test_a_changed_line_of_an_adapter_is_another_adapter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every file of its package, data too, and what it imports beside it; what was typed in has no source."""
    package = tmp_path / "cab_adapter_foo"
    package.mkdir()
    (package / "__init__.py").write_text("class Foo: pass\n")
    (package / "chat.py").write_text("x = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    from cab_adapter_foo import Foo  # type: ignore[import-not-found]

    (tmp_path / "cab_foo_common.py").write_text("y = 1\n")
    import cab_foo_common  # type: ignore[import-not-found]  # noqa: F401

    (package / "prompt.txt").write_text("Mend it.")
    seen = [code_of(Foo())]
    for changed in (package / "chat.py", package / "prompt.txt", tmp_path / "cab_foo_common.py"):
        changed.write_text("x = 2\n")
        seen.append(code_of(Foo()))
    (package / "__pycache__").mkdir(exist_ok=True)
    (package / "__pycache__" / "x.pyc").write_text("x")
    assert None not in seen and len(set(seen)) == 4 and code_of(Foo()) == seen[-1]
    assert code_of(type("Typed", (), {"__module__": "nowhere"})()) is None


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({"a": {"b": 1}}, {"a": {"b": 2}}, ["a.b was 1, is 2"]),
        ({"a": 1}, {}, ["a was 1, is not there"]),
        ({}, {"a": {"b": "x"}}, ['a was not there, is {"b": "x"}']),
        ({"a": [1]}, {"a": [1]}, []),
        ({"a": 1, "b": 1}, {"a": 2, "b": 3}, ["a was 1, is 2", "b was 1, is 3"]),
    ],
)
def test_differences_are_told_by_their_path(before: Any, after: Any, said: list[str]) -> None:
    """What was there before, and what is there now."""
    assert list(differences(before, after)) == said
