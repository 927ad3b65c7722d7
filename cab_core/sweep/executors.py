"""What is set of an executor, held against what it takes, before anything is planned."""

from __future__ import annotations

import os

from cab_core.errors import UnknownName, UserError
from cab_core.gateway.models import ConfigDoc, EndpointChoice
from cab_core.plugins.registry import Plugins
from cab_core.records import Json, Sweep

from .portable import relative_record

SCHEDULER = "scheduler"  # the setting that the command line and `CAB_SCHEDULER` have too


def executor_settings(
    sweep: Sweep, plugins: Plugins, config: ConfigDoc, scheduler: str | None, choice: EndpointChoice
) -> dict[str, Json]:
    """Return the settings of a sweep's executor: of `cab.toml`, the environment, and the command line.

    Raises:
        UserError: it does not take one, cannot be used, or the sweep cannot be run elsewhere.
    """
    if not plugins.names("executor"):
        return {}  # all plugins are off: the CLI that is asked for says more
    name = sweep.executor
    executor = plugins.executor(name)
    known = getattr(executor, "settings", {})
    usual = os.environ.get("CAB_SCHEDULER") if SCHEDULER in known else None
    found = dict(config.executors.get(name, {}))
    if address := scheduler or usual:
        found[SCHEDULER] = address
    for key, value in found.items():
        _hold(name, key, value, known)
    if found.get(SCHEDULER):
        _check_elsewhere(sweep, choice)
    if hasattr(executor, "check"):
        executor.check(found)
    return found


def _hold(name: str, key: str, value: Json, known: dict[str, Json]) -> None:
    if key not in known:
        hint = "--executor dask has one" if key == SCHEDULER else ""
        raise UnknownName(f"setting of executor {name!r}:", key, known, hint)
    from jsonschema import Draft202012Validator  # late: most runs set nothing

    error = next(iter(Draft202012Validator(known[key]).iter_errors(value)), None)
    if error is not None:
        raise UserError(f"setting {key} of executor {name!r}: {error.message}")


def _check_elsewhere(sweep: Sweep, choice: EndpointChoice) -> None:
    """Refuse what workers of another machine could not have."""
    if choice.given:
        raise UserError(
            "--key KEY goes to no other machine: set a variable where the workers are started, and give its "
            "name with --key-env NAME"
        )
    if model := relative_record(sweep):
        raise UserError(f"model {model!r}: workers may work in another directory; give an absolute path")
