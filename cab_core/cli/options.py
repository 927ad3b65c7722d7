"""Options that several commands share, under the names that others build on."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cab_core.defaults import CALLS, WALL_S
from cab_core.errors import UnknownName, UserError

if TYPE_CHECKING:  # the options of every command stand here: its help waits for nothing else
    from cab_core.gateway.models import ConfigDoc, EndpointChoice
    from cab_core.records import Limits

F = TypeVar("F", bound=Callable[..., Any])

runs = click.option(
    "--runs",
    type=click.Path(path_type=Path),
    default=Path("runs"),
    show_default=True,
    help="where cells are kept",
)
pack = click.option(
    "--pack",
    "packs",
    type=click.Path(path_type=Path),
    multiple=True,
    help="a task pack on disk, used as it is; where no tasks are named, its tasks; those that are named "
    "may be of any pack",
)
on = click.option(
    "--on",
    type=click.Choice(["like", "these"]),
    default="like",
    show_default=True,
    help="what rates and intervals are for: tasks like these, or exactly these",
)


class OneOf(click.Choice[str]):
    """One of several names; another is answered with the nearest."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the name.

        Raises:
            UnknownName: it is none of them.
        """
        if value not in self.choices:
            kind = (param.human_readable_name if param else "choice").lower()
            raise UnknownName(kind, str(value), self.choices, f"one of {', '.join(self.choices)}")
        return super().convert(value, param, ctx)


no_wire = click.option(
    "--no-wire", is_flag=True, help="keep no record of what was asked and answered (wire.jsonl.zst)"
)
record = click.option(
    "--record", metavar="DIR", help="keep the records of the cells here too, for --model replay:DIR"
)
leftovers = click.option(
    "--keep-leftovers",
    "leftovers",
    is_flag=True,
    help="each cell keeps the HOME that its CLI left",
)
real_time = click.option(
    "--real-time", is_flag=True, help="a replayed record answers as fast as the model did"
)
as_json = click.option("--json", "as_json", is_flag=True, help="print JSON for programs")


def endpoint(command: F) -> F:
    """Add `--endpoint`, `--key-env` and `--key`."""
    for option in (
        click.option(
            "--key",
            help="the key itself (a shell's history and the process list show it; better --key-env)",
        ),
        click.option(
            "--key-env",
            metavar="NAME",
            help="variable that holds the key; as root, in runtime local, the agent can read it in memory",
        ),
        click.option(
            "--endpoint", metavar="URL", help="base URL of an endpoint, such as http://127.0.0.1:8000/v1"
        ),
    ):
        command = option(command)
    return command


model_params = click.option(
    "--model-param", "params", multiple=True, metavar="KEY=VALUE", help="sent with each call to the model"
)


def limits(command: F) -> F:
    """Add the limits of a cell."""
    usd = click.option(
        "--max-usd", type=click.FloatRange(min=0, min_open=True), help="US dollars a cell may cost"
    )
    return limits_but_usd(usd(command))


def limits_but_usd(command: F) -> F:
    """Add the limits of a cell without the one in dollars: for a command that has one for all its cells."""
    for option in (
        click.option("--max-tokens", type=click.IntRange(min=1), help="tokens a cell may use"),
        click.option(
            "--max-calls", type=click.IntRange(min=1), help=f"model calls a cell may make  [{CALLS}]"
        ),
        click.option(
            "--wall",
            type=click.FloatRange(min=0, min_open=True),
            help=f"seconds a cell may run  [{WALL_S:g}]",
        ),
    ):
        command = option(command)
    return command


def limits_of(
    base: Limits, wall: float | None, max_calls: int | None, max_tokens: int | None, max_usd: float | None
) -> Limits:
    """Return `base` with what the command line says in its place."""
    import attrs

    said: dict[str, Any] = {"wall_s": wall, "calls": max_calls, "tokens": max_tokens, "usd": max_usd}
    return attrs.evolve(base, **{k: v for k, v in said.items() if v is not None})


def choice_of(endpoint: str | None, key: str | None, key_env: str | None) -> EndpointChoice:
    """Return the endpoint that was chosen; the key is then gone from what others can read of this process."""
    from cab_core.gateway.models import EndpointChoice

    return EndpointChoice.of(endpoint, key, key_env)


def config() -> ConfigDoc:
    """Return the nearest `cab.toml`, or an empty one.

    Raises:
        UserError: the current directory cannot be looked into.
    """
    from cab_core.gateway.models import ConfigDoc, find_config
    from cab_core.tasks.documents import read_document

    try:
        path = find_config(Path.cwd())
    except OSError as exc:
        raise UserError(
            f"cab.toml is looked for in the current directory: {exc.strerror}; go to another"
        ) from exc
    return read_document(path, ConfigDoc) if path else ConfigDoc()


def key_values(pairs: tuple[str, ...], option: str = "--option") -> dict[str, Any]:
    """Return `KEY=VALUE` options as a mapping; a value that is JSON is taken as such.

    Raises:
        UserError: one has no `=`, or a key is given twice.
    """
    sets = option_sets(pairs, option)
    if len(sets) > 1:
        more = "; `cab run` makes a cell of each, this is one cell" if option == "--option" else ""
        raise UserError(f"{option}: one key has several values{more}")
    return sets[0]


def option_sets(pairs: tuple[str, ...], option: str = "--option") -> tuple[dict[str, Any], ...]:
    """Return the sets of options that `KEY=VALUE` makes: each value of a key with each of the others.

    Raises:
        UserError: one has no `=`.
    """
    values: dict[str, list[Any]] = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not sign or not key:
            raise UserError(f"{option} {pair!r}: expected KEY=VALUE")
        values.setdefault(key, []).append(_value(value))
    return tuple(dict(zip(values, chosen, strict=True)) for chosen in product(*values.values()))


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
