"""The fields of a request that say where or how it is answered, and not what is asked."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any

# As routers and proxies read them: OpenRouter, LiteLLM, Vercel's and others. By such a field an agent could
# have another model answer, another account pay, or a 401, 404 or 408 at will, which would void its failure.
_ROUTING = re.compile(
    r"(api|aws|azure|vertex|litellm|mock)[_-].*"
    r"|models|(base_)?model_(list|config|info)|base_(model|url)|deployment(_id)?|specific_deployment"
    r"|(custom_llm_)?providers?|provider_?(options|specific_header)|routes?|routing|router(_.*)?|preset|plugins"
    r"|(.*_)?fallbacks?(_dict)?|(.*_)?timeout|(num|max)_retries|retry|retry_(policy|strategy)"
    r"|user_config|use_litellm_proxy|extra_(body|headers|query)|headers|tags|guardrails?(_.*)?"
    r"|organization|project|(allowed_model_)?region(_name)?|client_(id|secret)|tenant_id|max_budget"
)
_SHORT = 64  # characters: an agent may send any name
_INSIDE = ("metadata",)  # where LiteLLM looks for the same


def routing_fields(request: Mapping[str, Any], params: Mapping[str, Any]) -> list[str]:
    """Return the names of such fields, but for those that have the value that the cell's parameters give."""
    fields = [*request.items(), *(pair for name in _INSIDE for pair in _pairs(request.get(name)))]
    allowed = list(_deep(params)) if params else []
    return [k for k, v in fields if _is_routing(k) and (k, v) not in allowed]


def _is_routing(name: str) -> bool:
    """Return whether a field is such; of the names that nearly all requests have it is looked up."""
    return _known(name) if len(name) <= _SHORT else _ROUTING.fullmatch(name.casefold()) is not None


@functools.lru_cache(maxsize=1024)
def _known(name: str) -> bool:
    return _ROUTING.fullmatch(name.casefold()) is not None


def _pairs(value: object) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, Mapping) else []


def _deep(params: object) -> Iterator[tuple[str, Any]]:
    """Yield the pairs of objects within objects: some CLIs want `extra_body` around what is not OpenAI's."""
    for name, value in _pairs(params):
        yield name, value
        yield from _deep(value)
