"""Protocols as objects, and what goes to an endpoint in them."""

from __future__ import annotations

from cab_core.gateway.protocols.anthropic_messages import AnthropicMessages
from cab_core.gateway.protocols.gemini import Gemini
from cab_core.gateway.protocols.openai_chat import OpenAIChat
from cab_core.gateway.protocols.openai_responses import OpenAIResponses
from cab_core.gateway.upstream import Outgoing
from cab_core.plugins.wire_protocol import Asked, Operation, WireProtocol

CHAT, RESPONSES, MESSAGES, GEMINI = OpenAIChat(), OpenAIResponses(), AnthropicMessages(), Gemini()
PROTOCOLS: tuple[WireProtocol, ...] = (CHAT, RESPONSES, MESSAGES, GEMINI)
CALL = Operation(kind="call", path="chat/completions")
OUT = Outgoing(protocol=CHAT, operation=CALL, headers={}, body=b"{}")


def read_chat(body: bytes) -> Asked:
    """Read a call of chat completions."""
    return CHAT.read(CALL, body)
