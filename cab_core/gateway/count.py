"""A CLI asks how many tokens a text has: passed on, and no call of the model. The wire record has it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from aiohttp import web

from cab_core.plugins.wire_protocol import Operation

from . import fault
from .refusal import refusal
from .session import CellSession
from .upstream import Outgoing

if TYPE_CHECKING:
    from cab_core.wire.writer import WireWriter

_LARGEST = 1 << 20  # bytes of an answer, which is a number


async def count(
    session: CellSession, request: web.BaseRequest, operation: Operation, query: str, body: bytes
) -> web.StreamResponse:
    """Ask the endpoint; what it says is passed on without the key."""
    headers = {**session.client.of(dict(request.headers)), "Accept": "*/*", "Accept-Encoding": "identity"}
    out = Outgoing(
        protocol=session.protocol, operation=operation, headers=headers, body=body, query=query, asked=body
    )
    start_ns = time.time_ns()
    try:
        async with session.upstream.ask(out) as answer:
            data = bytearray()
            async for chunk in answer.body:
                data += chunk[: _LARGEST - len(data)]
            kind = answer.headers.get("Content-Type", "application/json")
            safe = session.upstream.redact(bytes(data))
            if session.wire is not None:
                said = start_ns, out, answer.status, bytes(data)
                await session.writing.do(len(body) + len(data), _record, session.wire, *said)
            return web.Response(status=answer.status, body=safe, headers={"Content-Type": kind})
    except fault.TROUBLE as exc:
        if session.crashed(exc):
            raise
        why = fault.of_exception(exc, None).fault
        return refusal(session.protocol, 502, f"upstream {why}", "upstream")


def _record(wire: WireWriter, start_ns: int, out: Outgoing, status: int, answer: bytes) -> None:
    asked = {
        "start_ns": start_ns,
        "path": wire.redactor.text(out.operation.path),
        "query": wire.redactor.text(out.query),
    }
    bodies: dict[str, Any] = {
        name: wire.answer(data, wire.spans(data, streamed=False))
        for name, data in (("request", out.asked), ("answer", answer))
    }
    wire.write([{"n": 0, "count": {**asked, **bodies, "status": status}}])
