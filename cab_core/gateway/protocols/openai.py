"""What OpenAI's two protocols share: who asks, how an error is told, the list of models."""

from __future__ import annotations

from typing import Any

from cab_core.plugins.wire_protocol import Operation

from ..error_body import ErrorBody
from ..waits import wait_in_words

LIST = "/v1/models"


class OpenAI:
    """Addresses, credential, errors and models of OpenAI's API.

    Source: https://platform.openai.com/docs/api-reference (2026-11).
    """

    base = "/v1"
    provider = "openai"
    call_path: str
    end_mark: bytes | None = b"[DONE]"  # of responses not OpenAI's own; some servers send it all the same
    named = False  # responses have names, which no client needs

    def operation(self, method: str, path: str, query: str = "") -> Operation | None:
        """Return what is asked for."""
        if (method, path) == ("POST", f"{self.base}/{self.call_path}"):
            return Operation(kind="call", path=self.call_path)
        if (method, path) == ("GET", LIST):
            return Operation(kind="models", path="models")
        if method == "GET" and path.startswith(f"{LIST}/"):
            return Operation(kind="model", path=path.removeprefix("/v1/"))
        return None

    def credential(self, key: str) -> dict[str, str]:
        """Return the header that carries a key."""
        return {"Authorization": f"Bearer {key}"}

    def error(self, status: int, message: str, kind: str) -> dict[str, Any]:
        """Return the body of a refusal."""
        return {"error": {"message": message, "type": kind, "param": None, "code": kind}}

    def wait(self, error: dict[str, Any]) -> float | None:
        """Return the seconds that an error's words ask to wait; headers may say nothing."""
        return wait_in_words(ErrorBody.of(error).words)

    def listing(self, model: str) -> dict[str, Any]:
        """Return the list of models with one in it."""
        return {"object": "list", "data": [self.entry(model)]}

    def entry(self, model: str) -> dict[str, Any]:
        """Return what is told of one model."""
        return {"id": model, "object": "model", "created": 0, "owned_by": "cab"}
