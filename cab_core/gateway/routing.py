"""The fields of a request that say where or how it is answered, and not what is asked."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

# As routers and proxies read them: OpenRouter, LiteLLM, Vercel's and others. By such a field an agent could
# have another model answer, another account pay, or a 401, 404 or 408 at will, which would void its failure.
_ROUTING = re.compile(
    r"(api|aws|azure|vertex|litellm|mock)[_-].*"
    r"|models|(base_)?model_(list|config|info)|base_(model|url)|deployment(_id)?|specific_deployment"
    r"|(custom_llm_)?providers?|provider_?(options|specific_header)|routes?|routing|router(_.*)?|preset|plugins"
    r"|(.*_)?fallbacks?(_dict)?|(.*_)?timeout|(num|max)_retries|retry|retry_(policy|strategy)"
    r"|user_config|use_litellm_proxy|extra_(body|headers|query)|headers|tags|guardrails?(_.*)?"
    r"|organization|project|(allowed_model_)?region(_name)?|client_(id|secret)|tenant_id|max_budget"
    r"|service_?tier|background"
)
# By these a call is answered as any other is.
_USUAL: Mapping[str, tuple[object, ...]] = {
    "service_tier": (None, "auto", "default", "standard_only"),
    "background": (None, False),
}
# Parameters of all of Google's APIs: another credential, another form of the answer, or a part of it.
_OF_A_QUERY = re.compile(
    r"\$?\.?(key|access_token|oauth_token|alt|fields|callback|quota_?user|user_?project|upload_?\w+|xgafv)"
)
_FORMS: tuple[list[str], ...] = ([], ["sse"], ["json"])  # of an answer
_SHORT = 64  # characters: an agent may send any name
_INSIDE = ("metadata",)  # where LiteLLM looks for the same


def routing_fields(request: Mapping[str, Any], params: Mapping[str, Any]) -> list[str]:
    """Return the names of such fields, but for those that have the value that the cell's parameters give."""
    fields = [*request.items(), *(pair for name in _INSIDE for pair in _pairs(request.get(name)))]
    allowed = list(_deep(params)) if params else []
    return [k for k, v in fields if _is_routing(k) and v not in _USUAL.get(k, ()) and (k, v) not in allowed]


def routing_query(query: str) -> list[str]:
    """Return the names of such parameters in a query, as it came."""
    pairs = parse_qsl(query, keep_blank_values=True)
    named = [k for k, _ in pairs if _OF_A_QUERY.fullmatch(k.casefold())]
    usual = [v for k, v in pairs if k == "alt"] in _FORMS
    return [k for k in named if k != "alt" or not usual]


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
