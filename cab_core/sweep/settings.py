"""What a sweep sets of a CLI and of its model, held against who can set it: before anything is paid."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cab_core.errors import UnknownName, UserError
from cab_core.gateway.parameters import settable
from cab_core.plugins.protocols import Adapter
from cab_core.plugins.wire_protocol import WireProtocol
from cab_core.records import Json, Sweep


def check_settings(adapter: Adapter, protocol: WireProtocol, sweep: Sweep) -> None:
    """Hold the model parameters against the CLI and the protocol, and `--option` against its JSON Schemas.

    Raises:
        UserError: nobody can set one, or a value is none that it can have.
    """
    check_parameters(adapter, protocol, sweep.model_params)
    _check_options(adapter, sweep)


def check_parameters(adapter: Adapter, protocol: WireProtocol, params: Mapping[str, Json]) -> None:
    """Refuse a parameter that would be in no call: left out without a word, two CLIs would not be alike.

    Raises:
        UserError: neither the CLI nor the gateway can set it; or its value is of the wrong kind.
    """
    of_gateway = settable(protocol)
    of_cli = getattr(adapter, "model_params", params)  # left out: any
    for name, value in params.items():
        if name not in of_gateway and name not in of_cli:
            kind = f"model parameter of {adapter.name} ({protocol.name})"
            hint = "neither can the CLI set it, nor has the protocol a place for it"
            raise UnknownName(kind, name, {*of_gateway, *of_cli}, hint)
        expected, holds = _VALUES.get(name, ("", lambda _: True))
        if name in of_gateway and not holds(value):
            raise UserError(f"model parameter {name}: expected {expected}, got {value!r}")


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


# Of the names that are alike in every protocol; what a model takes of them, its endpoint says.
_VALUES: dict[str, tuple[str, Callable[[Json], bool]]] = {
    "max_tokens": ("a whole number above 0", lambda v: _is_whole(v) and v > 0),
    "seed": ("a whole number", _is_whole),
    "top_k": ("a whole number", _is_whole),
    "stop": ("a list of texts", lambda v: isinstance(v, list | tuple)),
    "reasoning_effort": ("a text, such as low", lambda v: isinstance(v, str)),
    "verbosity": ("a text, such as low", lambda v: isinstance(v, str)),
    **dict.fromkeys(
        ("temperature", "top_p", "frequency_penalty", "presence_penalty"), ("a number", _is_number)
    ),
}


def _check_options(adapter: Adapter, sweep: Sweep) -> None:
    known = getattr(adapter, "options", {})
    for name, value in (item for options in sweep.all_options for item in options.items()):
        if name not in known:
            raise UnknownName(f"option of {adapter.name}", name, known)
        from jsonschema import Draft202012Validator  # late: most sweeps set no option

        error = next(iter(Draft202012Validator(known[name]).iter_errors(value)), None)
        if error is not None:
            raise UserError(f"option {name} of {adapter.name}: {error.message}")
