"""Do calls at a time hinder each other? From that follows how many cells there should be."""

from __future__ import annotations

import os
import threading
import time
from queue import SimpleQueue

from . import questions
from .asking import Heard
from .elsewhere import look_for_slots
from .look import Look
from .measure import written
from .suggest import width_of

_MOST = 4  # calls at once: more would cost more than it tells


def look_at_width(look: Look) -> None:
    """Ask once, then several times at once, within the server's slots and this machine's processors."""
    probe, n = look.probe, min(_MOST, os.cpu_count() or 1)
    probe.width = 1
    if n < 2:
        look.note("at once", "not tried: this machine has one processor, so -j 1")
        return
    if (slots := look_for_slots(look.asker)) == 1:
        look.note("at once", "not tried: the server has one slot (total_slots in /props), so -j 1")
        return
    n = min(n, slots or n)
    alone, together = _pace(look, 1), _pace(look, n)
    if alone is None or together is None:
        look.note("at once", f"{n} calls at once were held back, or not all answered, so -j 1")
        return
    # Of two that were alone the better: whatever else the machine does slows a single call as well.
    probe.at_once, probe.at_once_factor = n, n * max(alone, look.pace or alone) / together
    probe.width = width_of(n, probe.at_once_factor)
    machine = f" on this machine of {n} processors" if n == os.cpu_count() else ""
    more = f"; more were not tried{machine}" if probe.width == n else ""
    says = f"{n} calls took {probe.at_once_factor:.1f} x as long as one"
    look.good("at once", f"{says}, so -j {probe.width}{more}")


def _pace(look: Look, n: int) -> float | None:
    """Return the tokens a second that so many calls bring; None where one is not answered, or had to wait."""
    look.doing(f"waiting for {n} answers at once" if n > 1 else "waiting for one more answer")
    began, answers = time.monotonic(), SimpleQueue[Heard | Exception]()

    def one() -> None:
        try:
            answers.put(look.asker.ask(questions.short(stream=True)))
        except Exception as exc:  # noqa: BLE001  raised where the answer is waited for
            answers.put(exc)  # a command that was interrupted waits no more: then the gateway is gone, too

    for _ in range(n):
        # Not a pool, whose threads an interrupted command waits for at its end.
        threading.Thread(target=one, name="cab-probe", daemon=True).start()
    calls = []
    for found in (answers.get() for _ in range(n)):
        if isinstance(found, Exception):
            raise found
        calls.append(found.call)
    took, well = time.monotonic() - began, [c for c in calls if c.ended == "answered"]
    if len(well) < n or any(c.throttle_ms for c in well):
        return None
    return sum(written(c) or 1 for c in well) / took  # where nobody says how many, all are alike
