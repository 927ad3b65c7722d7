"""Text for the terminal. What an agent or a model wrote is hostile there: control characters are shown."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable

import click

from .fold import filled, terminal_width

# Invisible characters that reorder text (Unicode, UAX #9), others that show nothing, further ends of a line.
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# Characters of a warning: several reasons, each with two values, at its end the place in an author's code.
WARNING = 900


def plain(text: str, keep: str = "\n") -> str:
    """Return `text` with every control, formatting and surrogate character written as an escape."""
    if text.isprintable():
        return text
    return "".join(c if c in keep or unicodedata.category(c) not in _HIDDEN else _escape(c) for c in text)


def one_line(text: str, width: int = 110) -> str:
    """Return the first line of `text`, cleaned, cut to `width`."""
    line = plain(next(iter(text.strip().splitlines()), ""), keep="")
    return line if len(line) <= width else f"{line[: width - 3]}..."


def reason(why: str, width: int = 300) -> str:
    """Return why something is so on one line; what names a place in code names it as it is found here."""

    from cab_core.plugins.authors import on_this_machine

    return one_line(on_this_machine(why), width)


def name_line(name: str) -> str:
    """Return a whole name on one line, cleaned: one cut short could read like another."""
    return plain(name, keep="")


def say(text: str, err: bool = False, indent: int = 0) -> None:
    """Print sentences; a terminal gets them broken between words, a pipe as whole lines.

    What goes on in a further line of the terminal is indented. What is hostile in them is shown.
    """
    click.echo(broken(plain(text), terminal_width(sys.stderr if err else sys.stdout), indent), err=err)


def broken(text: str, width: int | None, indent: int = 0) -> str:
    """Return a text as `say` prints it; the blanks before a line stay, and count for what goes on of it."""
    found = list[str]()
    for line in text.split("\n"):
        own = len(line) - len(line.lstrip(" "))
        found += filled([line[own:]], width, own, max(own, indent))
    return "\n".join(found)


def say_phrases(phrases: Iterable[str], indent: int = 4) -> None:
    """Print phrases in a line; in a terminal that is too narrow each is whole in one of several."""
    click.echo("\n".join(filled(phrases, terminal_width(sys.stdout), 0, indent)))


def warn_of_faults(faults: Iterable[str]) -> None:
    """Print one line for each plugin that cannot be used."""
    for fault in faults:
        say(f"warning: {one_line(fault, WARNING)}", err=True)


def _escape(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 256 else f"\\u{{{code:x}}}"
