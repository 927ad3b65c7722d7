"""Where in a plugin's own code a fault lies, so that its author need not look for it in ours."""

from __future__ import annotations

import functools
import inspect
import os
import re
import sys
import threading
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import attrs

_OURS = str(Path(__file__).parents[1])
_STDLIB = os.path.dirname(os.__file__)  # noqa: PTH120  (sysconfig would read how Python was built)


def is_ctrl_c(exc: BaseException) -> bool:
    """Return whether somebody at the terminal may have raised this; a plugin may raise anything else."""
    return isinstance(exc, KeyboardInterrupt) and threading.current_thread() is threading.main_thread()


def roots_of(module_name: str) -> tuple[str, ...]:
    """Return where the code of a plugin lies: its top package, or its module alone."""
    module = sys.modules.get(module_name)
    file = getattr(module, "__file__", None)
    if file is None:
        return ()
    top = sys.modules.get(module_name.partition(".")[0])
    package = getattr(top, "__path__", None)
    if not package or module_name.startswith("cab_core."):
        return (str(Path(file)),)
    return tuple(str(Path(p)) for p in package)


def import_roots() -> set[str]:
    """Return the directories from which code that is not Python's own was imported until now."""
    return set(_import_roots(frozenset((name, id(module)) for name, module in list(sys.modules.items()))))


@functools.lru_cache(maxsize=1)
def _import_roots(modules: frozenset[tuple[str, int]]) -> frozenset[str]:
    found: set[str] = set()
    for name, _ in modules:
        module = sys.modules.get(name)
        known = getattr(module, "__dict__", {})  # an attribute of a lazy module may import another
        if "." in name or name == "__main__" or name in sys.stdlib_module_names:
            continue
        ways = list(known.get("__path__") or ()) or [known.get("__file__")]
        found |= {os.path.dirname(way) for way in ways if isinstance(way, str)}  # noqa: PTH120  (as it is written)
    return frozenset(found - {_STDLIB, f"{_STDLIB}/lib-dynload"})


def on_this_machine(text: str) -> str:
    """Return a text in which `(at FILE:LINE)` of a record, without its directory, can be opened here."""

    def found(place: re.Match[str]) -> str:
        full = (Path(root, place[0]) for root in sorted(import_roots()))
        return next((str(file) for file in full if file.is_file()), place[0])

    return re.sub(r"(?<=\(at )[^():/][^():]*(?=(:\d+)?\))", found, text)


def raised_at(exc: BaseException, roots: Iterable[str], otherwise: str = "") -> str:
    """Return `file:line` of the innermost frame in the plugin's own code, else the nearest to it."""
    if isinstance(exc, SyntaxError) and exc.filename:
        return f"{exc.filename}:{exc.lineno}"
    frames = [(f.filename, f.lineno) for f in traceback.extract_tb(exc.__traceback__)]
    own = [f for f in frames if is_below(f[0], roots)]
    if not own and not otherwise:
        own = [f for f in frames if not f[0].startswith((_OURS, "<frozen"))] or frames
    return f"{own[-1][0]}:{own[-1][1]}" if own else otherwise


def is_ours(exc: BaseException, roots: Iterable[str]) -> bool:
    """Return whether it was raised below code of cab that the plugin called."""
    files = [f.filename for f in traceback.extract_tb(exc.__traceback__)]
    own = [i for i, file in enumerate(files) if is_below(file, roots)]
    return bool(own) and any(file.startswith(f"{_OURS}/") for file in files[own[-1] + 1 :])


def is_below(file: str, roots: Iterable[str]) -> bool:
    """Return whether a file is one of these, or lies in one of these directories."""
    return any(file == root or file.startswith(f"{root}/") for root in roots)


def defined_at(thing: Any) -> str:
    """Return `file:line` where a function or class is defined, `file` alone where no line is known."""
    thing = inspect.unwrap(thing) if callable(thing) else thing
    code = getattr(getattr(thing, "__func__", thing), "__code__", None)
    if code is not None:
        return f"{code.co_filename}:{code.co_firstlineno}"
    cls = thing if isinstance(thing, type) else type(thing)
    try:
        return f"{inspect.getsourcefile(cls)}:{inspect.findsource(cls)[1] + 1}"
    except (OSError, TypeError):
        return str(getattr(sys.modules.get(cls.__module__), "__file__", cls.__module__))


def file_behind(made: Any) -> str | None:
    """Return the file that an object says it was read from (`defined_in`); None: its code defines it."""
    file = getattr(made, "defined_in", None)
    return file if isinstance(file, str) else None


def said(exc: BaseException) -> str:
    """Return `Type: text` of an exception, without what attrs adds for its own debugging."""
    try:
        text = str(exc.args[0]) if any(isinstance(a, attrs.Attribute) for a in exc.args) else str(exc)
    except BaseException:  # noqa: BLE001  its __str__ is the plugin's, too
        text = "(its text cannot be had)"
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__
