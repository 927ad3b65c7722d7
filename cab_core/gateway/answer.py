"""An upstream's answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping

import attrs


@attrs.frozen
class Answer:
    """An upstream's answer: status, headers, and the body as it comes.

    `ready`: whether the next piece of the body, or its end, is there already; False where that is not known.
    """

    status: int
    headers: Mapping[str, str]
    body: AsyncIterator[bytes]
    ready: Callable[[], bool] = lambda: False
