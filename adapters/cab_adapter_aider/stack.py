"""What aider can do with the items of a stack."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from cab_core.records import Applied, Args, Env, Files, Instructions, StackItem

_LACKING = {"mcp": "aider speaks no MCP", "skill": "aider has no skills"}


@attrs.define
class Effect:
    """What the stack adds to the launch, and the account of every item."""

    argv: list[str] = attrs.field(factory=list)
    env: dict[str, str] = attrs.field(factory=dict)
    files: dict[str, str] = attrs.field(factory=dict)
    accounts: tuple[Applied, ...] = ()


def apply_stack(items: Iterable[StackItem], own: str) -> Effect:
    """Return the effect of the items; `own` is aider's own directory, as aider sees it."""
    effect = Effect()
    for item in items:
        if isinstance(item, Instructions):
            # A read-only file in the chat is what aider has for conventions.
            effect.files[f".cab/instructions/{item.name}.md"] = item.text
            effect.argv += ["--read", f"{own}/instructions/{item.name}.md"]
        elif isinstance(item, Env):
            effect.env |= item.values
        elif isinstance(item, Args):
            effect.argv += item.argv
        elif isinstance(item, Files):
            effect.files |= item.files
        account = Applied(item=f"{item.kind}:{item.name}", reason=_LACKING.get(item.kind))
        effect.accounts = (*effect.accounts, account)
    return effect
