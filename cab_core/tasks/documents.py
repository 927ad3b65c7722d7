"""Reading TOML and JSON documents that people write, with errors that say where."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, TypeVar

from cab_core import toml
from cab_core.errors import BadDocument
from cab_core.records import from_json
from cab_core.records.convert import why_not
from cab_core.records.schema import check
from cab_core.safe_fs import read_named

T = TypeVar("T")
_LARGEST, _OTHER = {".toml": 4 << 20}, 256 << 20  # bytes; packs list their files in JSON


def read_document(path: Path, cls: type[T]) -> T:
    """Return the record that a `.toml` or `.json` file holds.

    Raises:
        BadDocument: it cannot be read, is no TOML or JSON, or does not fit the schema of `cls`.
    """
    return read_document_text(path, cls)[0]


def read_document_text(path: Path, cls: type[T]) -> tuple[T, str]:
    """Return the record with the text that it was read from: a file may be another when it is read again.

    Raises:
        BadDocument: as of `read_document`.
    """
    text = _text(path)
    data = _parsed(path, text)
    try:
        check(data, cls, str(path))
        return from_json(data, cls), text
    except BadDocument:
        raise
    except Exception as exc:  # of JSON too: one that can be parsed may be too deep to be looked at
        raise BadDocument(str(path), [("(document)", why_not(exc))]) from exc


def read_mapping(path: Path, cls: type[T]) -> dict[str, T]:
    """Return the records that the tables of a file hold, by their names.

    Raises:
        BadDocument: as of `read_document`.
    """
    data = _parse(path)
    found = {}
    for name, value in data.items() if isinstance(data, dict) else ():
        check(value, cls, f"{path}: {name}")
        found[name] = from_json(value, cls)
    return found


def read_toml(path: Path) -> dict[str, Any]:
    """Return what a `.toml` file of a stranger's format holds.

    Raises:
        BadDocument: it cannot be read, or is no TOML.
    """
    found: dict[str, Any] = _parse(path)
    return found


def _parse(path: Path) -> Any:
    return _parsed(path, _text(path))


def _text(path: Path) -> str:
    most = _LARGEST.get(path.suffix, _OTHER)
    try:
        data = read_named(path, most)
        if len(data) > most:
            raise BadDocument(str(path), [("(file)", f"is larger than the {most >> 20} MiB that are read")])
        return data.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except OSError as exc:
        raise BadDocument(str(path), [("(file)", f"cannot be read: {exc.strerror}")]) from exc
    except UnicodeDecodeError as exc:
        raise BadDocument(str(path), [("(file)", f"is not UTF-8: byte {exc.start}")]) from exc


def _parsed(path: Path, text: str) -> Any:
    try:
        if path.suffix == ".toml":
            return toml.loads(text, _finite)
        return json.loads(text, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError) as exc:
        raise BadDocument(str(path), [("(file)", f"cannot be parsed: {exc}")]) from exc


def _finite(text: str) -> float:
    """TOML has `inf` and `nan`, and Python's JSON too; what is recorded of a document is strict JSON."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"expected a finite number, got {text}")
    return number
