"""What a plugin hands over: a light object that says what there is and how to get it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Literal

import attrs

Kind = Literal["adapter", "scorer", "task_pack", "stack", "runtime", "executor", "task_format", "protocol"]

# hook -> kind of object that it registers
HOOK_KINDS: dict[str, Kind] = {
    "cab_adapters": "adapter",
    "cab_scorers": "scorer",
    "cab_task_packs": "task_pack",
    "cab_stack_plugins": "stack",
    "cab_runtimes": "runtime",
    "cab_executors": "executor",
    "cab_task_formats": "task_format",
    "cab_protocols": "protocol",
}

API_VERSION = 1


@attrs.frozen(kw_only=True)
class Registration:
    """One object that a plugin offers.

    `name` is what the object calls itself (`name`; `axis` of a scorer; of a task pack what `pack.toml` says).
    `summary`: a line for people. `factory` makes it on first use: a callable without arguments, or
    `"module:attribute"`, which imports that module only then. `api` is the version of the plugin
    interface it was written for: one that cab does not speak is refused when it is found, not when it is
    used.
    """

    name: str = attrs.field(validator=attrs.validators.matches_re(r"[A-Za-z0-9][A-Za-z0-9_.-]*"))
    summary: str = attrs.field(validator=attrs.validators.instance_of(str))
    factory: str | Callable[[], Any] = attrs.field()
    api: int = API_VERSION

    @factory.validator
    def _can_make(self, _: object, value: object) -> None:
        if not (callable(value) or (isinstance(value, str) and all(value.partition(":")))):
            raise ValueError(
                f"factory of {self.name!r}: expected a callable or 'module:attribute', got {value!r}"
            )

    def make(self) -> Any:
        """Return a new object from the factory; whatever the plugin raises goes through."""
        if callable(self.factory):
            return self.factory()
        module, _, attribute = self.factory.partition(":")
        return getattr(import_module(module), attribute)()
