"""What whoever serves a model runs or fetches for a request: a search, a program, a page by its address."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cab_core.plugins.strict_json import reads_one_way

# Fields beside the conversation that have a search or a program run: OpenAI's, and those of DashScope, xAI,
# Azure, Cohere, Groq, Baidu and others who are compatible.
_FIELD = re.compile(
    r".*search.*|.*brows(er|ing).*|data_?sources?|connectors?|mcp(_.*)?|.*grounding.*|.*code_?interpreter"
)
# Such a field in a tool itself, whatever type it says: relays read Google's tools so.
_IN_A_TOOL = re.compile(r".*search.*|url_?context|code_?execution|retrieval|.*maps|mcp.*|.*browser.*")
_CONVERSATION = ("messages", "input", "contents", "system", "systemInstruction", "system_instruction")
# What a model or a program said: an address there is words.
_WORDS = {
    *("input", "args", "arguments", "response", "action", "annotations", "citations"),
    *("tool_calls", "function_call", "functionCall"),
}
_ADDRESS = re.compile(r"(.*_)?(url|uri|file_data)|fileuri")
_LOOKED_AT = 300  # characters of an address
READ = ("tools", *_CONVERSATION)  # keys of a request by which something is found here


def fields(request: Mapping[str, Any]) -> list[str]:
    """Return the fields of a request by which something is run that is no tool of the CLI's."""
    on = [k for k, v in request.items() if v is not None and v is not False]
    return [k for k in on if _FIELD.fullmatch(k.casefold()) and k not in READ]


def tools(holder: Mapping[str, Any], kind_of: Callable[[dict[str, Any]], str | None]) -> list[str]:
    """Return what tools are that the CLI does not run. `kind_of`: None where it does.

    What is no list of objects, or has a key that readers could differ on, is one: Google's takes an object
    for a list.
    """
    offered = holder.get("tools")
    if offered is None:
        return []
    found = offered if isinstance(offered, list) else [offered]
    return [kind for tool in found if (kind := _kind(tool, kind_of)) is not None]


def _kind(tool: object, kind_of: Callable[[dict[str, Any]], str | None]) -> str | None:
    if not isinstance(tool, dict) or not reads_one_way(tool, {"type", "tools", "environment"}):
        return "a tool in an unknown form"
    return next((k for k in tool if _IN_A_TOOL.fullmatch(k.casefold())), None) or kind_of(tool)


def typed(tool: Mapping[str, Any], known: Callable[[str], bool]) -> str | None:
    """Return the type of a tool where it is not `known`; one that has a name and no type is a function."""
    kind = tool.get("type")
    if kind is None and not tool.keys() & {"name", "function"}:
        return next(iter(tool), "a tool without a name")
    if kind is None or (isinstance(kind, str) and known(kind)):
        return None
    return str(kind)


def addresses(request: Mapping[str, Any]) -> list[str]:
    """Return the fields of a conversation that hold an address in the place of an image or a document."""
    found = (name for field in _CONVERSATION for name in _addresses(request.get(field)))
    return list(dict.fromkeys(found))


def _addresses(conversation: object) -> Iterator[str]:
    left = [conversation]
    while left:
        value = left.pop()
        if isinstance(value, list):
            left += [v for v in value if isinstance(v, (list, dict))]
        elif isinstance(value, dict):
            for key, inner in value.items():
                if isinstance(inner, str):
                    if _ADDRESS.fullmatch(key.casefold()) and _is_address(inner):
                        yield key
                elif key not in _WORDS:
                    left.append(inner)


def _is_address(text: str) -> bool:
    """Return whether it is one: no data, of which neither a colon nor a dot is part."""
    head = text[:_LOOKED_AT].strip().casefold()
    return not head.startswith("data:") and (":" in head or "." in head)
