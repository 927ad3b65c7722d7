"""An adapter without its CLI: what it would start, and what it makes of what a CLI left."""

from __future__ import annotations

import copy
import json
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import attrs

from cab_core.errors import CabError
from cab_core.plugins.contract import UNTOLD
from cab_core.plugins.rules import token_on_argv
from cab_core.records import Harvest, Job, Launch, TokenClaim, to_json
from cab_core.records.schema import check as check_schema
from cab_core.redaction import Redactor
from cab_core.runtimes.install import installed_version, program_found

from . import jobs, left
from .dialect import of_dialect
from .look import Look


def faults(look: Look) -> Iterator[str]:
    """Yield what is wrong with an adapter."""
    adapter = look.made
    yield from look.ask(lambda: adapter.recipe(adapter.default_version))
    yield from look.ask(adapter.version_argv)
    yield from _of_protocols(look)
    with tempfile.TemporaryDirectory(prefix="cab-check-") as home:
        Path(home, "work").mkdir()
        job = jobs.plain(home, adapter.protocols[0])
        yield from _of_launch(look, job)
        yield from _of_harvest(look, job)
        yield from of_dialect(look, job)
        yield from _of_render(look)
        yield from _of_disk(look, home)
        yield from _of_program(look, job)
    yield from _of_version(look)


def notes(look: Look) -> Iterator[str]:
    """Yield what cannot be told of an adapter while its CLI is not installed."""
    known, reported = _version_here(look)
    if known and reported is None:
        yield look.fault(
            "is not installed here, so nobody looked whether its recipe brings the program that it starts; "
            "`cab calibrate` installs it"
        )


def _of_program(look: Look, job: Job) -> Iterator[str]:
    """Yield where the program that is started is not in what the recipe installs, as far as that is here."""
    launch = yield from look.ask(lambda: look.made.launch(copy.deepcopy(job)))
    program = launch.argv[0] if launch and launch.argv else ""
    if program and "/" not in program:
        found = yield from look.ask(lambda: program_found(look.made, look.made.default_version, program))
        if found is False:
            said = f"names a program that its recipe does not install, and this machine lacks: {program!r}"
            yield look.fault(said, "launch")


def _of_protocols(look: Look) -> Iterator[str]:
    known = look.plugins.names("protocol")
    for name in look.made.protocols:
        if name not in known:
            yield look.fault(f"speaks {name!r}, which no plugin offers; expected one of {', '.join(known)}")


def _of_launch(look: Look, job: Job) -> Iterator[str]:
    with _a_key_among_the_variables() as key:
        for case, of_case in jobs.every(job, look.made) if look.thorough else jobs.few(job):
            own = copy.deepcopy(of_case)
            launch = yield from look.ask(partial(look.made.launch, own), case)
            if launch is None:
                continue
            wrong = list(_of_one(launch, own, of_case))
            if Redactor({key: ""}).finds(json.dumps(to_json(launch)).encode()):
                wrong.append("hands on a variable of the runner, as a key may be; expected those of the job")
            if look.thorough:
                again = yield from look.ask(partial(look.made.launch, copy.deepcopy(of_case)), case)
                wrong += _of_both(launch, again or launch)
            for said in wrong:
                given = f", given {case}," if case else ""
                yield from look.once(f"launch {said[:12]}", look.fault(f"launch(){given} {said}", "launch"))


@contextmanager
def _a_key_among_the_variables() -> Iterator[str]:
    """Set a variable that nobody asks for by its name, and yield its value."""
    os.environ[name := f"HOUSE_{secrets.token_hex(4).upper()}_API_KEY"] = key = secrets.token_hex(20)
    try:
        yield key
    finally:
        del os.environ[name]


def _of_one(launch: Launch, job: Job, before: Job) -> Iterator[str]:
    """Yield what is wrong with a launch that keeps its contract; `before`: the job as it was given."""
    if said := token_on_argv(launch.argv, job.token):
        yield said
    if repr(job) != repr(before):
        yield "changes the job that it was given; expected it to be left alone"


def _of_both(launch: Launch, again: Launch) -> Iterator[str]:
    """Yield what is wrong with what an adapter makes of one job twice."""
    names = [field.name for field in attrs.fields(Launch)]
    if other := [f"`{name}`" for name in names if getattr(launch, name) != getattr(again, name)]:
        yield f"gives another {', '.join(other)} the second time; expected the same"
    if untold := [account.item for account in launch.stack if account.reason == UNTOLD]:
        yield f"says nothing of {untold[0]}; expected an `Applied` for each item, with why it is skipped"


def _of_harvest(look: Look, job: Job) -> Iterator[str]:
    yield from look.ask(lambda: look.made.harvest(left.nothing(job)))
    if not look.thorough:
        return
    for code in (None, 0, 1, 137):
        case = f"no output and the exit code {code}"
        found = yield from look.ask(partial(look.made.harvest, left.nothing(job, code)), case)
        for what, said in _out_of_nothing(found, code) if found else ():
            yield from look.once(what, look.fault(f"harvest(), given {case}, {said}", "harvest"))
    for code in (None, 0, 1):
        for case, leftovers in left.garbage(job, code):
            found = yield from look.ask(partial(look.made.harvest, leftovers), case)
            for what, said in _of_garbage(found, code) if found else ():
                yield from look.once(what, look.fault(f"harvest(), given {case}, {said}", "harvest"))


def _out_of_nothing(found: Harvest, code: int | None) -> Iterator[tuple[str, str]]:
    """Yield what an adapter says of a CLI that said nothing. Its exit code may be its only evidence."""
    if found.finished and code != 0:
        yield "finished", "says that the CLI finished; expected False, or None where it is unknown"
    if found.final_message is not None:
        yield "final", "has a final message; expected None"
    yield from _of_garbage(found, code)


def _of_garbage(found: Harvest, code: int | None) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with what is made of leftovers that hold no figure, and no end."""
    if found.finished and code is None:
        yield "finished", "says that a CLI finished which was killed; expected False, or None (unknown)"
    try:
        written = to_json(found)
        check_schema(written, Harvest, "the harvest")
        json.dumps(written)
    except (CabError, ValueError, RecursionError) as exc:
        yield "written", f"returns what cannot be written: {exc}"[:400]
    if (found.claim.prompt, found.claim.completion) != (None, None):
        yield "claims", f"claims {_claimed(found.claim)}; expected unknown (None)"


def _claimed(claim: TokenClaim) -> str:
    return f"{claim.prompt} prompt and {claim.completion} completion tokens"


def _of_render(look: Look) -> Iterator[str]:
    if not hasattr(look.made, "render"):
        return
    yield from look.ask(lambda: look.made.render("{}"))
    for case, text in left.GARBAGE.items() if look.thorough else ():
        for line in dict.fromkeys(text.split("\n")[:50]):
            yield from look.ask(partial(look.made.render, line), f"a line of {case}")


def _of_disk(look: Look, home: str) -> Iterator[str]:
    """Yield what was written while nothing ran: an adapter says what is to be, and does nothing."""
    written = [path.relative_to(home).as_posix() for path in Path(home).rglob("*")]
    if made := sorted(set(written) - {"work"}):
        yield look.fault(f"writes {made[0]!r} itself; expected it among the files of its Launch", "launch")


def _version_here(look: Look) -> tuple[bool, str | None]:
    """Return whether that can be told, and what a CLI that is installed here says its version is."""
    try:
        return True, installed_version(look.made, look.made.default_version)
    except CabError:  # its recipe, or how it is asked, is wrong: told elsewhere
        return False, None


def _of_version(look: Look) -> Iterator[str]:
    _, reported = _version_here(look)
    version = look.made.default_version
    if reported is not None and version not in reported:
        yield look.fault(
            f"its default_version is {version!r}, but what its recipe installs says {reported[:80]!r}"
        )
