"""What an endpoint says of its models: their ids, how large their context is, what they cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from cab_core.errors import nearest
from cab_core.records import Json
from cab_core.records.calls import count

# Where servers say how large the context is, each as it was seen; what is loaded before what could be.
_CONTEXT = (
    "loaded_context_length",  # LM Studio
    "max_model_len",  # vLLM, SGLang
    "n_ctx",  # llama.cpp, in `meta`
    "context_length",  # OpenRouter, Together, Ollama
    "context_window",  # Groq
    "max_context_length",  # Mistral, LM Studio
    "max_input_tokens",  # LiteLLM
    "input_token_limit",
    "inputTokenLimit",  # Gemini
)
_INSIDE = ("meta", "model_info", "top_provider", "limits", "capabilities", "default_generation_settings")


@attrs.frozen(kw_only=True)
class Listing:
    """A list of models, by id."""

    models: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, value: Json) -> Listing | None:
        """Return the list that a body holds; None where it holds none."""
        rows = value.get("data", value.get("models")) if isinstance(value, dict) else value
        if not isinstance(rows, list) or not isinstance(value, list | dict):
            return None
        named = ((_name(row), row) for row in rows if isinstance(row, dict))
        return cls(models={name: row for name, row in named if name})

    def entry(self, model: str) -> Mapping[str, Any] | None:
        """Return what is said of a model; of the only one that a server has, whatever it is called."""
        found = self.models.get(model)
        found = found or next((row for row in self.models.values() if model in _aliases(row)), None)
        # As Ollama reads a name without a tag, and as Google writes one.
        return found or self.models.get(f"{model}:latest") or self.models.get(f"models/{model}")

    def nearest(self, model: str) -> str:
        """Return a question after the nearest id, or which there are, or nothing."""
        return nearest(model, self.models)


def _name(row: Mapping[str, Any]) -> str | None:
    return next((v for k in ("id", "key", "model", "name") if isinstance(v := row.get(k), str) and v), None)


def _aliases(row: Mapping[str, Any]) -> list[Any]:
    found = row.get("aliases")
    return found if isinstance(found, list) else []


def context_of(row: Mapping[str, Any]) -> tuple[int, str] | None:
    """Return the size of the context that is said somewhere in an entry, and the field that says it."""
    places = list(_places(row))
    for name in _CONTEXT:
        for where, place in places:
            if size := count(place.get(name)):
                return size, f"{where}{name}"
    return None


def _places(row: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield "", row
    for name in _INSIDE:
        if isinstance(inner := row.get(name), dict):
            yield f"{name}.", inner


def price_of(row: Mapping[str, Any]) -> tuple[float, float] | None:
    """Return what OpenRouter and its like say of input and output: US dollars for a million tokens."""
    pricing = row.get("pricing")
    if not isinstance(pricing, dict):
        return None
    try:
        found = float(pricing["prompt"]) * 1e6, float(pricing["completion"]) * 1e6
    except (KeyError, TypeError, ValueError):
        return None
    return found if all(0 <= price < 1e6 for price in found) else None
