"""The wire protocols that come with cab, registered as any plugin's are."""

from __future__ import annotations

from cab_core import Registration, hookimpl

_PROTOCOLS = {
    "openai-chat": ("OpenAI's chat completions", "openai_chat:OpenAIChat"),
    "openai-responses": ("OpenAI's responses", "openai_responses:OpenAIResponses"),
    "anthropic-messages": ("Anthropic's messages", "anthropic_messages:AnthropicMessages"),
    "gemini": ("Google's generateContent", "gemini:Gemini"),
}


@hookimpl
def cab_protocols() -> list[Registration]:
    """Register the protocols."""
    return [
        Registration(name=name, summary=summary, factory=f"cab_core.gateway.protocols.{where}")
        for name, (summary, where) in _PROTOCOLS.items()
    ]
