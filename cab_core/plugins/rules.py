"""What a machine takes of words, variables, files and packages, whoever names them: an adapter or a stack."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from cab_core.records import Recipe
from cab_core.records.arguments import word_fault
from cab_core.redaction import Redactor

from .checked import Misfit

REMEDY = "what is long or no text belongs on standard input or in a file"
BROUGHT = ".cab-stack"  # below HOME: what servers of a stack bring
_LONGEST_NAME = 255  # bytes of a file's name (NAME_MAX)
_INDEX = "names of packages, or URLs: a path of this machine is in no image, and nobody else has it"
_APT = re.compile(r"[a-z0-9][a-z0-9+.-]*(:[a-z0-9-]+)?([=/][A-Za-z0-9.+:~-]+)?")
_DIRECTORY = re.compile(r"(?!.*\.\.(/|$))[A-Za-z0-9@._+-][A-Za-z0-9@._+/-]*")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!~-]*")
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


def beside(paths: Iterable[str], where: str) -> Iterator[Misfit]:
    """Yield which file would have to be a directory of another."""
    places = {posixpath.normpath(path) for path in paths}
    for path in sorted(places):
        if above := places & {*map(str, PurePosixPath(path).parents)}:
            said = f"{min(above)[:60]!r} and {path[:60]!r}"
            yield Misfit(where, "files that can lie beside each other", said)


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
    """Yield what of a recipe cannot be installed, here or in an image.

    In an image it is a line of a shell in a line of a Dockerfile, and nothing more than that.
    """
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        SpecifierSet(recipe.python)
    except InvalidSpecifier:
        yield Misfit(in_it(where, "python"), "a version specifier like '>=3.11'", repr(recipe.python[:60]))
    for name in ("pip", "npm", "apt"):
        for number, package in enumerate(getattr(recipe, name)):
            yield from _package(name, package, in_it(where, f"{name}[{number}]"))
    for variable, value in recipe.env.items():
        if not _VARIABLE.fullmatch(variable):
            yield Misfit(in_it(where, "env"), "names of letters, digits and _", repr(variable[:60]))
        yield from one_line(value, in_it(where, f"env.{variable[:60]}"))
    for number, path in enumerate(recipe.path):
        if not _DIRECTORY.fullmatch(path):
            yield Misfit(in_it(where, f"path[{number}]"), "a directory below {prefix}", repr(path[:200]))


def _package(manager: str, package: str, at: str) -> Iterator[Misfit]:
    if not package.strip() or package.startswith("-"):
        yield Misfit(at, "names of packages", repr(package[:60]))
    elif _PATH.search(package) or (manager == "pip" and "/" in package and "://" not in package):
        yield Misfit(at, _INDEX, f"{package[:200]!r}, a path")
    elif manager == "apt" and not _APT.fullmatch(package):
        yield Misfit(at, "a package of Debian, as NAME, NAME=VERSION or NAME/RELEASE", repr(package[:60]))
    else:
        yield from one_line(package, at)


def one_line(value: str, where: str) -> Iterator[Misfit]:
    """Yield why a text cannot stand in a line of a Dockerfile."""
    if not value.isprintable():
        yield Misfit(where, "one line of text", repr(value[:60]))


def version(value: str, where: str) -> Iterator[Misfit]:
    """Yield why a version cannot be part of a directory's and an image's name."""
    if not _VERSION.fullmatch(value):
        yield Misfit(where, "a version such as 1.2.3, of letters, digits and . _ + ! ~ -", repr(value[:60]))


def token_on_argv(argv: Iterable[str], token: str) -> str | None:
    """Return what is to be said of a launch with the cell's token among its arguments, or None.

    Also where it is written in base64 or hex, or a piece of it stands there.
    """
    secret = Redactor({token: ""})
    found = [n for n, word in enumerate(argv) if token in word or secret.finds(os.fsencode(word))]
    if not found:
        return None
    places = ", ".join(f"argv[{number}]" for number in found)
    return f"puts the token into {places}, which every process can read; expected it in `env` or a file"
