"""An upstream's answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import attrs


@attrs.frozen
class Answer:
    """An upstream's answer: status, headers, and the body as it comes."""

    status: int
    headers: Mapping[str, str]
    body: AsyncIterator[bytes]
