"""What a machine takes of words, variables, files and packages, whoever names them: an adapter or a stack."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from cab_core.records import Recipe
from cab_core.records.arguments import word_fault

from .checked import Misfit

REMEDY = "what is long or no text belongs on standard input or in a file"
BROUGHT = ".cab-stack"  # below HOME: what servers of a stack bring
_LONGEST_NAME = 255  # bytes of a file's name (NAME_MAX)
_INDEX = "names of packages, or URLs: a path of this machine is in no image, and nobody else has it"
_PATH = re.compile(r"(^|@\s*)((git\+)?file:|~?/|\.\.?(/|$))|^[^:]*\.(whl|tgz|tar\.gz|zip|deb)$")


def in_it(where: str, name: str) -> str:
    """Return the place of something in a value that has a place itself, or none."""
    return f"{where}.{name}" if where else name


def words(argv: Iterable[str], where: str) -> Iterator[Misfit]:
    """Yield which words of a command cannot be had by a program."""
    for number, word in enumerate(argv):
        if why := word_fault(word):
            yield Misfit(f"{where}[{number}]", f"a word of a program ({REMEDY})", f"one that {why}")


def variables(env: Mapping[str, str], where: str) -> Iterator[Misfit]:
    """Yield which variables an environment cannot have."""
    for name, value in env.items():
        if not name or "=" in name:
            yield Misfit(where, "names without '='", repr(name[:60]))
        if why := word_fault(f"{name}={value}"):
            yield Misfit(f"{where}.{name[:60]}", f"a word of a program ({REMEDY})", f"one that {why}")


def text(value: str, where: str) -> Iterator[Misfit]:
    """Yield why a text cannot be written."""
    try:
        value.encode()
    except UnicodeEncodeError as exc:
        yield Misfit(where, "text in UTF-8", f"a surrogate at character {exc.start}")


def files(texts: Mapping[str, str], where: str) -> Iterator[Misfit]:
    """Yield which files cannot be written below HOME."""
    for path, content in texts.items():
        for word in (path, content):
            yield from text(word, f"{where}.{path[:60]!a}")
        yield from _place(path, where)


def _place(path: str, where: str) -> Iterator[Misfit]:
    ways = path.split("/")
    if path.startswith("/") or "\0" in path or not ways[-1] or {"..", "."} & {*ways}:
        yield Misfit(where, "paths relative to HOME that stay below it", f"{path[:200]!r}, outside HOME")
    elif posixpath.normpath(path).split("/")[0] in (".cab-stdin", BROUGHT):
        yield Misfit(where, "paths that cab does not use itself", repr(path))
    elif any(len(name.encode("utf-8", "replace")) > _LONGEST_NAME for name in ways):
        yield Misfit(where, f"names of at most {_LONGEST_NAME} bytes", f"{path[:60]!r}..., with a longer one")


def meet(path: str, other: str) -> bool:
    """Return whether two paths are one file, or one would have to be a directory of the other."""
    one, two = PurePosixPath(posixpath.normpath(path)), PurePosixPath(posixpath.normpath(other))
    return one.is_relative_to(two) or two.is_relative_to(one)


def packages(recipe: Recipe, where: str) -> Iterator[Misfit]:
    """Yield what of a recipe cannot be installed, here or in an image."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        SpecifierSet(recipe.python)
    except InvalidSpecifier:
        yield Misfit(in_it(where, "python"), "a version specifier like '>=3.11'", repr(recipe.python[:60]))
    for name in ("pip", "npm", "apt"):
        for number, package in enumerate(getattr(recipe, name)):
            place = in_it(where, f"{name}[{number}]")
            if not package.strip() or package.startswith("-"):
                yield Misfit(place, "names of packages", repr(package[:60]))
            elif _PATH.search(package) or (name == "pip" and "/" in package and "://" not in package):
                yield Misfit(place, _INDEX, f"{package[:200]!r}, a path")


def token_on_argv(argv: Iterable[str], token: str) -> str | None:
    """Return what is to be said of a launch with the cell's token among its arguments, or None."""
    found = [number for number, word in enumerate(argv) if token in word]
    if not found:
        return None
    places = ", ".join(f"argv[{number}]" for number in found)
    return f"puts the token into {places}, which every process can read; expected it in `env` or a file"
