"""A CLI asks how many tokens a text has: passed on, and no call of the model."""

from __future__ import annotations

from aiohttp import web

from cab_core.plugins.wire_protocol import Operation

from . import fault
from .refusal import refusal
from .session import CellSession
from .upstream import Outgoing

_LARGEST = 1 << 20  # bytes of an answer, which is a number


async def count(
    session: CellSession, request: web.BaseRequest, operation: Operation, query: str, body: bytes
) -> web.StreamResponse:
    """Ask the endpoint; what it says is passed on without the key."""
    headers = {**session.client.of(dict(request.headers)), "Accept": "*/*", "Accept-Encoding": "identity"}
    out = Outgoing(protocol=session.protocol, operation=operation, headers=headers, body=body, query=query)
    try:
        async with session.upstream.ask(out) as answer:
            data = bytearray()
            async for chunk in answer.body:
                data += chunk[: _LARGEST - len(data)]
            kind = answer.headers.get("Content-Type", "application/json")
            safe = session.upstream.redact(bytes(data))
            return web.Response(status=answer.status, body=safe, headers={"Content-Type": kind})
    except fault.TROUBLE as exc:
        if session.crashed(exc):
            raise
        why = fault.of_exception(exc, None).fault
        return refusal(session.protocol, 502, f"upstream {why}", "upstream")
