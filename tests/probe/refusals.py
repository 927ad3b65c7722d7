"""What vendors say of a call without anything in it."""

from __future__ import annotations

from tests.support.vendor import Sent

_MISSING = {
    "message": "Missing required parameter: 'messages'.",
    "type": "invalid_request_error",
    "param": "messages",
}
EMPTY = {
    "openai-chat": Sent({"error": _MISSING}, 400),
    "openai-responses": Sent(
        {"error": {"message": "Missing required parameter: 'model'.", "param": "model"}}, 400
    ),
    "anthropic-messages": Sent(
        {"type": "error", "error": {"type": "invalid_request_error", "message": "model: Field required"}}, 400
    ),
    "gemini": Sent(
        {
            "error": {
                "code": 400,
                "message": "* GenerateContentRequest.contents: contents is not specified\n",
                "status": "INVALID_ARGUMENT",
            }
        },
        400,
    ),
}
