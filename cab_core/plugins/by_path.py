"""Plugins that a command is given by a path (`cab --plugin`), without a distribution that is installed."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import attrs

from cab_core.errors import UserError

from .sources import hash_of, package_files

BY_PATH = "path"  # stands where the name of a distribution does
_imported: dict[str, str] = {}  # of this process; by owner: the same with the version
_EXPECTED = (
    "expected a file of Python, a package (a directory with __init__.py), or the directory of a "
    "distribution, whose pyproject.toml has [project.entry-points.cab]"
)


@attrs.frozen(kw_only=True)
class PathEntry:
    """What does for an entry point: `name` is what it is called, `value` says what is imported.

    `file`: that of the top package or module, which is found there and nowhere else.
    """

    name: str
    value: str
    file: Path

    @property
    def module(self) -> str:
        """The module that is imported."""
        return self.value.partition(":")[0]

    @property
    def version(self) -> str:
        """The beginning of a hash over its source."""
        root = self.file.parent.parent if self.file.name == "__init__.py" else self.file.parent
        return hash_of(package_files(root, self._top, self.file), root)[:12]

    @property
    def _top(self) -> str:
        return self.module.partition(".")[0]

    def load(self) -> Any:
        """Import it, and return the module or what is named in it; whatever it raises goes through.

        Raises:
            ImportError: there is another module of this name.
        """
        owner = f"{BY_PATH}:{self.name}"
        _imported[owner] = f"{owner}@{self.version}"  # also where it raises: what ran until then did run
        there = _importable(self._top)
        if there is None:
            self._import_top()
        elif not there.exists() or not there.samefile(self.file):
            raise ImportError(f"another module is called {self._top!r} here, {there}; rename this one")
        found: Any = import_module(self.module)
        for name in filter(None, self.value.partition(":")[2].split(".")):
            found = getattr(found, name)
        return found

    def _import_top(self) -> None:
        inside = [str(self.file.parent)] if self.file.name == "__init__.py" else None
        spec = spec_from_file_location(self._top, self.file, submodule_search_locations=inside)
        assert spec is not None and spec.loader is not None  # a file that ends in .py has both
        sys.modules[self._top] = module = module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[self._top]
            raise


def imported() -> Mapping[str, str]:
    """Return whose code was imported here, by owner: with the hash of its source then."""
    return _imported


def path_entries(paths: Iterable[Path]) -> list[PathEntry]:
    """Return the plugins that lie at these paths, each once.

    Raises:
        UserError: there is none, or two have one name.
    """
    found: dict[str, PathEntry] = {}
    for path in paths:
        for entry in _entries(path):
            other = found.setdefault(entry.name, entry)
            if other != entry:
                raise UserError(
                    f"--plugin: {other.file} and {entry.file} are both called {entry.name!r}; rename one"
                )
    return list(found.values())


def _entries(given: Path) -> Iterator[PathEntry]:
    path = given.resolve()
    if not path.exists():
        raise UserError(f"--plugin {given}: no such file or directory; {_EXPECTED}")
    path = path.parent if path.name == "__init__.py" else path
    if (path / "__init__.py").is_file() or path.suffix == ".py":
        file = path / "__init__.py" if path.is_dir() else path
        if not path.stem.isidentifier() or (path.is_dir() and path.suffix):
            raise UserError(f"--plugin {given}: {path.stem!r} is no name of a module; rename it")
        yield PathEntry(name=path.name, value=path.stem, file=file)
    elif (path / "pyproject.toml").is_file():
        yield from _of_project(given, path)
    else:
        raise UserError(f"--plugin {given}: {_EXPECTED}")


def _of_project(given: Path, root: Path) -> Iterator[PathEntry]:
    from cab_core import toml

    try:
        said = toml.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
        values = {name: str(value) for name, value in dict(said["project"]["entry-points"]["cab"]).items()}
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise UserError(f"--plugin {given}: its pyproject.toml has no [project.entry-points.cab]") from exc
    for name, value in values.items():
        top = value.partition(":")[0].partition(".")[0]
        places = [root / base / end for base in ("src", ".") for end in (f"{top}/__init__.py", f"{top}.py")]
        file = next((place for place in places if place.is_file()), None)
        if file is None:
            raise UserError(
                f"--plugin {given}: there is no {top} in it or in src, as its pyproject.toml says"
            )
        yield PathEntry(name=f"{root.name}/{name}", value=value, file=file)


def _importable(top: str) -> Path | None:
    """Return the file of a module that can be imported by its name already, or None where there is none."""
    try:
        spec = find_spec(top)
    except ValueError:  # one without a spec is there
        return Path(str(getattr(sys.modules[top], "__file__", top)))
    return None if spec is None else Path(spec.origin or top)
