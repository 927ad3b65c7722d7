"""The kit's class for adapters, as strict as our own CLIs allow."""

from __future__ import annotations

from typing import ClassVar

from cab_core.testing import AdapterConformance

STATUSES = ("401", "404", "429", "500")


class Real(AdapterConformance):
    """What most of our CLIs do; a subclass says what its own does otherwise."""

    complete = True
    streams = True
    thoughts = True
    cannot = frozenset()
    words: ClassVar[dict[str, str]] = {status: f"error {status}" for status in STATUSES}
    tries: ClassVar[dict[str, int]] = dict.fromkeys(STATUSES, 1)
