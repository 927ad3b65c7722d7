"""A runtime without a process: what it says of itself, and its scratch directories."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cab_core.errors import CabError

from .look import Look

_GATEWAY = "http://127.0.0.1:4321"


def faults(look: Look) -> Iterator[str]:
    """Yield what is wrong with a runtime."""
    runtime = look.made
    yield from look.ask(lambda: runtime.inside(Path("/probe"), "work"))
    if hasattr(runtime, "doctor"):
        yield from _of_doctor(look)
    if look.thorough:
        yield from look.ask(lambda: runtime.facts)
        yield from _of_addresses(look)
        yield from _of_scratch(look)


def _of_doctor(look: Look) -> Iterator[str]:
    """Yield findings that a person could not act on."""
    for check in (yield from look.ask(lambda: list(look.made.doctor()))) or ():
        if not check.ok and not (check.say or check.remedy):
            said = f"doctor() says that {check.what} is not well; expected what was seen, and what to do"
            yield look.fault(said, "doctor")


def _of_addresses(look: Look) -> Iterator[str]:
    seen = yield from look.ask(lambda: look.made.endpoint(_GATEWAY))
    work = yield from look.ask(lambda: look.made.inside(Path("/probe"), "work"))
    if seen is not None and not seen.startswith("http://"):
        yield look.fault(f"endpoint() returns {seen!r}; expected an address, http://HOST:PORT", "endpoint")
    if work is not None and not work.startswith("/"):
        yield look.fault(f"inside() returns {work!r}; expected an absolute path", "inside")


def _of_scratch(look: Look) -> Iterator[str]:
    """Yield what is wrong with two scratch directories that are open at once."""
    try:
        with look.made.scratch() as one, look.made.scratch() as other:
            if not one.is_dir() or list(one.iterdir()):
                yield look.fault(
                    "scratch() gives what is no empty directory; expected a fresh one", "scratch"
                )
            if one == other:
                yield look.fault("scratch() gives one directory twice; expected one for each", "scratch")
    except CabError as exc:
        yield str(exc)
        return
    if one.exists():
        yield look.fault("scratch() leaves its directory behind; expected it to be removed", "scratch")
