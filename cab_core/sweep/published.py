"""No key in what is published of a sweep: names, options, parameters, stacks, addresses and tasks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cab_core.errors import UserError
from cab_core.gateway.models import EndpointChoice, Model
from cab_core.records import PackedTask, Sweep, to_json
from cab_core.records.base import Json
from cab_core.redaction import Redactor
from cab_core.run.inputs import grader_inputs, stack_inputs, task_inputs
from cab_core.tasks.stacks import Stack


def check_no_key(
    choice: EndpointChoice,
    models: list[Model],
    sweep: Sweep,
    stack: Stack,
    tasks: Iterable[PackedTask],
    declared: Mapping[str, str],
) -> None:
    """Refuse a sweep that spells a key, or a piece of one, where everybody will read it.

    `declared`: the files that declare CLIs, by the CLI's name.

    It cannot be taken out afterwards: what is published there tells one cell from another.

    Raises:
        UserError: one does.
    """
    known = {choice.key, *choice.taken.values(), *(s for m in models for s in m.secrets)}
    if not any(known):
        return
    keys = Redactor({key: "[key]" for key in known if key})
    files = ((f"the file of CLI {name!r}", text) for name, text in declared.items())
    for where, text in (*files, *_published(models, sweep, stack, tasks)):
        if keys.finds(text.encode("utf-8", "surrogatepass")):
            raise UserError(
                f"{keys.text(where)} holds the endpoint's key or a piece of it, and it is published with the "
                "results: take it out (a key is given with --key-env NAME alone)"
            )


def _published(
    models: list[Model], sweep: Sweep, stack: Stack, tasks: Iterable[PackedTask]
) -> Iterator[tuple[str, str]]:
    yield from _texts("the sweep", to_json(sweep))
    yield from (("an endpoint's address", model.endpoint) for model in models if model.endpoint)
    for item, public in zip(stack.items, stack_inputs(stack.items).items, strict=True):
        yield from _texts(f"stack item {item.name!r}", public)
    yield from (("a stack's name", part.name) for part in stack.parts)
    for task in tasks:
        name = f"task {task.task.id!r}"
        yield from _texts(name, to_json(task_inputs(task, scripted=True)))
        yield from _texts(name, to_json(grader_inputs(task, "", {})))


def _texts(where: str, value: Json) -> Iterator[tuple[str, str]]:
    """Yield all texts of a JSON value with their places, names among them."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield f"{where}: a name", name
            yield from _texts(f"{where}: {name}" if ": " not in where else f"{where}.{name}", each)
    elif isinstance(value, list | tuple):
        for number, each in enumerate(value):
            yield from _texts(f"{where}[{number}]", each)
