"""An agent without a network has none through its model: tools that the vendor runs are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cab_core.gateway.upstream import EndpointUpstream
from cab_core.plugins.wire_protocol import WireProtocol
from tests.gateway.protocols.test_every import call_of
from tests.gateway.test_fidelity import Server, call, cell
from tests.support.endpoint import KEY
from tests.support.wire import CHAT, GEMINI, MESSAGES, RESPONSES

FUNCTION = {"name": "read", "description": "d", "input_schema": {}, "parameters": {}}
OWN: list[tuple[WireProtocol, dict[str, Any]]] = [
    (CHAT, {"tools": [{"type": "function", "function": {"name": "read"}}, {"type": "custom", "custom": {"name": "x"}}]}),
    (RESPONSES, {"tools": [{"type": "function", **FUNCTION}, {"type": "local_shell"}, {"type": "namespace", "name": "n", "tools": []}, {"type": "shell", "environment": {"type": "local"}}]}),
    (CHAT, {"enable_search": False, "messages": [{"content": [{"image_url": {"url": "data:image/png;base64,AA"}}]}]}),
    (MESSAGES, {"messages": [{"content": [{"type": "tool_use", "input": {"url": "https://x.example"}}]}]}),
    (MESSAGES, {"tools": [FUNCTION, {"type": "bash_20250124", "name": "bash"}, {"type": "custom", **FUNCTION}]}),
    (GEMINI, {"tools": [{"functionDeclarations": [FUNCTION]}]}),
]  # fmt: skip
VENDORS: list[tuple[WireProtocol, dict[str, Any], str]] = [
    (CHAT, {"web_search_options": {}}, "web_search_options"),
    (CHAT, {"tools": [{"type": "browser_search"}]}, "browser_search"),
    (RESPONSES, {"tools": [{"type": "web_search"}]}, "web_search"),
    (
        RESPONSES,
        {"tools": [{"type": "function", **FUNCTION}, {"type": "mcp", "server_url": "https://x"}]},
        "mcp",
    ),
    (RESPONSES, {"tools": [{"type": "code_interpreter"}]}, "code_interpreter"),
    (RESPONSES, {"tools": [{"type": ["web_search"]}]}, "web_search"),
    (
        MESSAGES,
        {"tools": [FUNCTION, {"type": "web_search_20250305", "name": "web_search"}]},
        "web_search_20250305",
    ),
    (MESSAGES, {"tools": [{"type": "custom_web", "name": "x"}]}, "custom_web"),
    (MESSAGES, {"mcp_servers": [{"url": "https://x"}]}, "mcp_servers"),
    (GEMINI, {"tools": [{"functionDeclarations": []}, {"googleSearch": {}}]}, "googleSearch"),
    (GEMINI, {"tools": [{"urlContext": {}}]}, "urlContext"),
    (CHAT, {"tools": [{"googleSearch": {}}]}, "googleSearch"),
    (CHAT, {"tools": [{"type": "function", "function": {}, "googleSearch": {}}]}, "googleSearch"),
    (CHAT, {"enable_search": True}, "enable_search"),
    (CHAT, {"search_parameters": {"mode": "on"}}, "search_parameters"),
    (CHAT, {"data_sources": [{"type": "azure_search"}]}, "data_sources"),
    (CHAT, {"messages": [{"content": [{"image_url": {"url": "https://x.example/a.png"}}]}]}, "url"),
    (RESPONSES, {"tools": [{"type": "shell", "environment": {"type": "container_auto"}}]}, "container"),
    (RESPONSES, {"tools": [{"type": "namespace", "name": "n", "tools": [{"type": "mcp"}]}]}, "mcp"),
    (RESPONSES, {"input": [{"type": "tool_search_output", "tools": [{"type": "web_search"}]}]}, "web_search"),
    (
        RESPONSES,
        {"input": [{"content": [{"type": "input_file", "file_url": "https://x.example"}]}]},
        "file_url",
    ),
    (MESSAGES, {"messages": [{"content": [{"source": {"type": "url", "url": "https://x.example"}}]}]}, "url"),
    (GEMINI, {"tools": {"googleSearch": {}}}, "googleSearch"),
    (GEMINI, {"contents": [{"parts": [{"file_data": {"file_uri": "https://x.example"}}]}]}, "file_uri"),
]
# What some readers find, and others do not.
UNCLEAR: list[tuple[WireProtocol, bytes]] = [
    (RESPONSES, b'{"model":"m","tools":[{"type":"web_search","type":"function","name":"x"}]}'),
    (RESPONSES, b'{"model":"m","tools":[{"Type":"web_search","name":"x"}]}'),
    (CHAT, b'{"model":"m","Tools":[{"type":"browser_search"}]}'),
    (GEMINI, b'{"Tools":[{"googleSearch":{}}]}'),
    (MESSAGES, b'{"model":"m","tools":[{"name":"x","input_schema":' + b"[" * 300 + b"]" * 300 + b"}]}"),
]


@pytest.mark.parametrize(("protocol", "request_"), OWN, ids=lambda v: getattr(v, "name", ""))
def test_what_the_cli_runs_itself_is_none(protocol: WireProtocol, request_: dict[str, Any]) -> None:
    """Functions, and what a vendor has a schema for and the CLI carries out."""
    assert protocol.run_by_vendor(request_) == []


@pytest.mark.parametrize(("protocol", "request_", "name"), VENDORS, ids=lambda v: getattr(v, "name", ""))
def test_what_the_vendor_runs_is_named(protocol: WireProtocol, request_: dict[str, Any], name: str) -> None:
    """A search, a fetched page, a server, a program; and what nobody knows."""
    [found] = protocol.run_by_vendor(request_)
    assert name in found


@pytest.mark.parametrize(("protocol", "body"), UNCLEAR, ids=lambda v: getattr(v, "name", ""))
def test_what_readers_could_differ_on_does_not_pass(protocol: WireProtocol, body: bytes) -> None:
    """A key that comes twice or in another case, and what is nested deeper than a reader can take."""
    asked = protocol.read(call_of(protocol), body)
    assert asked.model is None or protocol.run_by_vendor(asked.request)


def ask(server: Server, url: str, session: Any) -> tuple[int, bytes]:
    """Offer a search, as an agent could with its token."""
    session.upstream = EndpointUpstream(server.url, KEY)
    body = {"model": "m", "input": "hi", "tools": [{"type": "web_search"}]}
    status, _, said = call(url, "/v1/responses", body, {"Authorization": f"Bearer {session.token}"})
    return status, said


def test_a_sealed_cell_refuses_and_says_so(tmp_path: Path) -> None:
    """Nothing of it reaches the endpoint."""
    with cell(tmp_path, protocol=RESPONSES) as (server, url, session):
        session.sealed = True
        status, said = ask(server, url, session)
        assert (status, server.paths) == (400, []) and "web_search" in json.loads(said)["error"]["message"]
        assert "would be a way out of the seal, and was refused: web_search" in session.notes()[0]


def test_a_cell_with_a_network_does_not(tmp_path: Path) -> None:
    """There it is no way out of anything."""
    with cell(tmp_path, protocol=RESPONSES) as (server, url, session):
        assert ask(server, url, session)[0] == 200 and server.paths == ["/v1/responses"]


def test_every_protocol_has_a_say(tmp_path: Path) -> None:
    """Also of a request that is none."""
    for protocol in (CHAT, RESPONSES, MESSAGES, GEMINI):
        asked = protocol.read(call_of(protocol), b"[]")
        assert protocol.run_by_vendor(asked.request) == []
