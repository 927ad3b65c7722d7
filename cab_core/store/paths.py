"""Ids to paths and URLs. Nobody parses a path back."""

from __future__ import annotations

import functools
import hashlib
import re

from cab_core.records import Cell, Configuration

LOCK_FILE = "sweep.lock.toml"  # in the directory of a sweep
LEFTOVERS = "leftovers"  # in that of a try, on request: no page has anything of it
_PLAIN = re.compile(rb"[A-Za-z0-9._-]")
_LONGEST = 120  # bytes of one segment
# Files beside which the pages of cells have directories; one of them is an earlier cab's, since paths stay.
PAGE_FILES = {"index.html", "embed.html", "changes.patch"}
# What is made of one name: a badge and its JSON, a card.
_SUFFIXES = (".svg", ".json", ".png")


@functools.lru_cache(4096)  # the cells of a sweep share most of their names
def segment(text: str) -> str:
    """Return a text as one path and URL segment: letters, digits, `.`, `_`, `-`; any other byte is `~hh`.

    Different texts give different segments. A leading dot is escaped too, so `.` and `..` cannot
    occur, and so is the dot of what would be the name of a file of the site; a long text is cut and ends
    in its hash.
    """
    data = text.encode("utf-8", "surrogatepass")
    quoted = "".join(chr(b) if _PLAIN.match(bytes([b])) else f"~{b:02x}" for b in data)
    if quoted.startswith("."):
        quoted = "~2e" + quoted[1:]
    if quoted in PAGE_FILES or quoted.endswith(_SUFFIXES):
        quoted = "~2e".join(quoted.rsplit(".", 1))
    if len(quoted) > _LONGEST:
        quoted = f"{quoted[: _LONGEST - 18]}~~{hashlib.sha256(data).hexdigest()[:16]}"
    return quoted or "~~"


def segments(text: str) -> str:
    """Return an id that has slashes, such as a model's, as segments joined by `/`."""
    return "/".join(segment(part) for part in text.split("/"))


def cell_address(cell: Cell) -> str:
    """Return `tui/model/task` (+stack), the address of a cell's page below `cell/`."""
    stack = f"/+{segment('+'.join(cell.stack))}" if cell.stack else ""
    return f"{segment(cell.tui)}/{segments(cell.model)}/{segments(cell.task)}{stack}"


def variant_segment(config: Configuration) -> str:
    """Return what tells apart the configurations of one address: `@1.2-docker-gateway`, for people too.

    A hash in it stands for options and model parameters, where there are any, and for names with a dash. No
    other segment begins with `@`.
    """
    named = (config.version, config.runtime, config.network)
    said, rest = "-".join(named), (config.options, config.model_params)
    # `1-docker` with `x` reads like `1` with `docker-x`.
    plain = rest == ("{}", "{}") and not any("-" in name for name in named)
    mark = "" if plain else f"-{hashlib.sha256(repr((*named, *rest)).encode()).hexdigest()[:12]}"
    return f"@{segment(said + mark)}"


def is_variant(name: str) -> bool:
    """Tell a variant's directory from others by its name."""
    return name.startswith("@")


def attempt_path(cell: Cell) -> str:
    """Return the path of a cell's attempt below the runs directory: sweep, address, variant, attempt."""
    variant = variant_segment(cell.configuration)
    return f"{segment(cell.sweep_id)}/{cell_address(cell)}/{variant}/{cell.attempt}"


def former_attempt_path(cell: Cell) -> str:
    """Return where an earlier cab kept a cell's attempt: versions and runtimes of a CLI shared it."""
    return f"{segment(cell.sweep_id)}/{cell_address(cell)}/{cell.attempt}"
