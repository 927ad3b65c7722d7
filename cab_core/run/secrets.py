"""Keeping the cell's token, and what an adapter calls secret, out of what is written."""

from __future__ import annotations

import attrs

from cab_core.records import Harvest, Launch


def without_secrets(text: str, *secrets: str) -> str:
    """Return a text with every secret replaced."""
    for secret in secrets:
        text = text.replace(secret, "[token]") if secret else text
    return text


def public_argv(launch: Launch, token: str) -> list[str]:
    """Return the argv as it may be recorded."""
    return [without_secrets(a, token, *launch.secrets) for a in launch.argv]


def clean_harvest(found: Harvest, token: str) -> Harvest:
    """Return the harvest without the cell's token, which a CLI may have printed."""
    steps = tuple(attrs.evolve(s, text=without_secrets(s.text, token)) for s in found.transcript)
    final = without_secrets(found.final_message, token) if found.final_message else found.final_message
    failure = without_secrets(found.failure, token) if found.failure else found.failure
    items = {item: without_secrets(said, token) for item, said in found.failed_items.items()}
    return attrs.evolve(found, transcript=steps, final_message=final, failure=failure, failed_items=items)
