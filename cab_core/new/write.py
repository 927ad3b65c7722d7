"""Writing a distribution out of its templates, all of it or nothing."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from cab_core.errors import UserError
from cab_core.safe_fs import make_directory
from cab_core.tasks.listing import write_list

from .kinds import Naming

_END = ".j2"


def write(found: Naming, target: Path) -> list[str]:
    """Write the distribution at `target`; return its files, by paths below it.

    Raises:
        UserError: something is there already, or it cannot be written.
    """
    _check_empty(target)
    try:
        parent = target.absolute().parent
        parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".cab-new-", dir=parent) as part:
            made = make_directory(Path(part, "made"))
            _write_files(found, made)
            if target.is_dir():
                target.rmdir()  # it is empty: what was written since is in the way, and stays
            made.rename(target)
    except OSError as exc:
        raise UserError(f"{target} cannot be written: {exc.strerror}; nothing of it is there") from exc
    return sorted(path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file())


def _check_empty(target: Path) -> None:
    if os.path.lexists(target) and not (target.is_dir() and not any(target.iterdir())):
        raise UserError(
            f"{target}: there is something already, and nothing is overwritten; give another place with -o"
        )


def _write_files(found: Naming, made: Path) -> None:
    environment = Environment(
        loader=PackageLoader(__package__), undefined=StrictUndefined, keep_trailing_newline=True
    )
    values = found.values()
    for source, path in _templates(found):
        place = made / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(environment.get_template(source).render(values), encoding="utf-8")
    if found.kind == "pack":
        write_list(made / "src" / found.package)


def _templates(found: Naming) -> Iterator[tuple[str, str]]:
    """Yield the templates with the paths of what they make; those of the kind go before the common ones."""
    made: dict[str, str] = {}
    for directory in ("common", found.directory):
        root = files(__package__).joinpath("templates", directory)
        made |= {_path(name, found): f"{directory}/{name}" for name in _below(root)}
    yield from ((source, path) for path, source in made.items())


def _below(root: Traversable, before: str = "") -> Iterator[str]:
    for entry in sorted(root.iterdir(), key=lambda e: e.name):
        name = f"{before}{entry.name}"
        if entry.is_dir():
            yield from _below(entry, f"{name}/")
        elif name.endswith(_END):
            yield name


def _path(template: str, found: Naming) -> str:
    """Return where a template's text goes. `dot-gitignore`: here the file itself would hide files of ours."""
    path = template.removesuffix(_END).replace("PACKAGE", found.package).replace("NAME", found.name)
    return "/".join(
        part.replace("dot-", ".", 1) if part.startswith("dot-") else part for part in path.split("/")
    )
