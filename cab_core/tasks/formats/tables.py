"""Values of a document that somebody else wrote, each with its key where it is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import attrs

from cab_core import toml

from .context import Unusable, shown, text_of

T = TypeVar("T")


@attrs.frozen
class Table:
    """A table of a document; `where` is its file, `above` the keys of the tables around it, each with a dot.

    Keys that nobody asks for do not matter.
    """

    values: dict[str, Any]
    where: str
    above: str = ""

    def get(self, key: str, kind: type[T] | tuple[type[T], ...]) -> T | None:
        """Return a value, None where there is none; `key` may be a path, `a.b`.

        Raises:
            Unusable: it is of another kind.
        """
        head, _, rest = key.partition(".")
        found = self.values.get(head)
        if found is None:
            return None
        if rest:
            return self.table(head).get(rest, kind)
        kinds = kind if isinstance(kind, tuple) else (kind,)
        if not isinstance(found, kinds) or (isinstance(found, bool) and bool not in kinds):
            names = " or ".join(k.__name__ for k in kinds)
            raise Unusable(f"{self.where}: {self.above}{key}: expected {names}, got {type(found).__name__}")
        return found

    def table(self, key: str) -> Table:
        """Return a table within, empty where there is none.

        Raises:
            Unusable: it is something else.
        """
        return Table(self.get(key, dict) or {}, self.where, f"{self.above}{key}.")

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list's texts, without what is none."""
        return tuple(t for t in self.get(key, list) or () if isinstance(t, str))


def read_toml(path: Path, root: Path) -> Table:
    """Return the table of a TOML file.

    Raises:
        Unusable: it cannot be read or parsed.
    """
    try:
        return Table(toml.loads(text_of(path, root)), shown(path, root))
    except ValueError as exc:
        raise Unusable(f"{shown(path, root)}: cannot be parsed: {exc}") from exc


def read_yaml(path: Path, root: Path) -> Table:
    """Return the mapping of a YAML file.

    Raises:
        Unusable: it cannot be read or parsed, or holds something else.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where it was built
    try:
        found = yaml.load(text_of(path, root), loader)
    except (yaml.YAMLError, ValueError, RecursionError) as exc:
        raise Unusable(f"{shown(path, root)}: cannot be parsed: {' '.join(str(exc).split())[:200]}") from exc
    if not isinstance(found, dict):
        raise Unusable(f"{shown(path, root)}: expected keys and values, got {type(found).__name__}")
    return Table(found, shown(path, root))
