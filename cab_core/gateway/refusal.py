"""A refusal of the gateway's own, in the protocol of whoever asked."""

from __future__ import annotations

from aiohttp import web

from cab_core.plugins.wire_protocol import WireProtocol


def refusal(
    protocol: WireProtocol, status: int, message: str, kind: str, close: bool = False
) -> web.Response:
    """Return a refusal; `kind`: a word for programs. `close`: what else is sent is not read."""
    # Clients of OpenAI's and Anthropic's try again by themselves unless they are told so.
    headers = {"x-should-retry": "false"}
    response = web.json_response(protocol.error(status, message, kind), status=status, headers=headers)
    if close:
        response.force_close()
    return response
