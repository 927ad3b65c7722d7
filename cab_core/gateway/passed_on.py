"""Which of a CLI's headers go on to its endpoint."""

from __future__ import annotations

from collections.abc import Mapping

# Who asks, which beta features of the API its request relies on, and which session's cache may serve it. All
# else is dropped: an origin, an account, a credential or a way of routing that an endpoint knows of would
# give an agent a 401, 403 or 404 at will. `Accept` is the gateway's own, since the body says what is wanted.
_PASSED = {
    *("user-agent", "http-referer", "x-title"),
    *("openai-beta", "anthropic-version", "anthropic-beta"),
    *("x-session-id", "x-session-affinity"),
}


def passed_on(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that go on, where their values can be sent everywhere."""
    plain = {k: v for k, v in headers.items() if v.isascii() and v.isprintable()}
    return {k: v for k, v in plain.items() if k.lower() in _PASSED}


class ClientHeaders:
    """The headers of one cell: as the CLI sends them and, once the model has answered it, as they were then.

    A firewall may refuse by any of them (a `User-Agent` that it does not like), and an agent acts only
    after a first answer: so it cannot have a refusal that is not about what it said.
    """

    def __init__(self) -> None:
        self._answered: dict[str, str] | None = None

    def of(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return what goes on of a call with these headers."""
        return passed_on(headers) if self._answered is None else self._answered

    def answered(self, headers: Mapping[str, str]) -> None:
        """Note that a call with these headers was answered by a model."""
        if self._answered is None:
            self._answered = passed_on(headers)
