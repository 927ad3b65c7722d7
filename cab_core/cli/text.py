"""Text for the terminal. What an agent or a model wrote is hostile there: control characters are shown."""

from __future__ import annotations

import shutil
import sys
import textwrap
import unicodedata

import click

# Invisible characters that reorder text (Unicode, UAX #9), and others that show nothing.
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}


def plain(text: str, keep: str = "\n") -> str:
    """Return `text` with every control, formatting and surrogate character written as an escape."""
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


def say(text: str, err: bool = False) -> None:
    """Print sentences; a terminal gets them broken between words, a pipe as whole lines."""
    stream = sys.stderr if err else sys.stdout
    if stream.isatty():
        width = shutil.get_terminal_size().columns
        text = "\n".join(textwrap.fill(line, width) for line in text.split("\n"))
    click.echo(text, err=err)


def _escape(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 256 else f"\\u{{{code:x}}}"
