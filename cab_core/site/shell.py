"""Texts for bash. What a cell holds may be hostile: nothing but a known placeholder is ever expanded."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from cab_core.records.placeholders import PACK, PLACES, PLUGIN, STANDING, parts

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def quoted(text: str) -> str:
    """Return a text that stands for itself, in characters that a page shows as they are."""
    if all(c.isprintable() or c in "\n\t" for c in text):
        return shlex.quote(text)
    shown = (c if c.isprintable() and c not in "'\\" else _escape(c) for c in text)
    return f"$'{''.join(shown)}'"


def _escape(char: str) -> str:
    """By bytes, for what `\\u` stands for depends on the reader's locale."""
    return "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8", "surrogatepass"))


def word(text: str, names: Iterable[str] = tuple(STANDING), inside: bool = False) -> str:
    """Return one word; placeholders of these names are open to be filled in.

    `inside`: between the quotation marks of JSON or TOML, where a stack's values are escaped.
    """
    found = []
    for literal, name in parts(text, filter(_VARIABLE.fullmatch, names)):
        found.append(quoted(literal) if literal else "")
        if name is not None:
            plain = not inside or name in (*STANDING, *PLACES)
            found.append(f'"${name}"' if plain else f'"$(escaped "${name}")"')
    return "".join(found) or "''"


def comment(text: str) -> str:
    """Return a line that says something and does nothing."""
    return "# " + " ".join("".join(c if c.isprintable() else " " for c in text).split())


def needed(needs: Mapping[str, str]) -> list[str]:
    """Return the lines that declare placeholders: where one is missing the script ends and says so."""
    return [f": {_declared(name, says)}" for name, says in needs.items() if _VARIABLE.fullmatch(name)]


def _declared(name: str, says: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9 .,:/_@()-]", "?", says)  # it stands between quotation marks and braces
    ours = name in (*STANDING, PACK) or name.startswith(PLUGIN)
    empty = ":" if ours else ""  # a value of a stack may be empty
    return f'"${{{name}{empty}?{plain}}}"'


def exported(env: Mapping[str, str], names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return lines that export variables, and what goes before a command for names that no shell takes."""
    plain = [f"export {n}={word(v, names)}" for n, v in sorted(env.items()) if _VARIABLE.fullmatch(n)]
    odd = [word(f"{n}={v}", names) for n, v in sorted(env.items()) if not _VARIABLE.fullmatch(n)]
    return plain, ["env", *odd] if odd else []


def below(path: str) -> bool:
    """Return whether a path of a record stays below the directory that it is taken from."""
    pure = PurePosixPath(path)
    return not pure.is_absolute() and ".." not in pure.parts and path not in ("", ".")


# What a value is between the quotation marks of JSON and of TOML.
ESCAPED = r"""escaped() {
  local t=${1//\\/\\\\}; t=${t//\"/\\\"}; t=${t//$'\t'/\\t}; t=${t//$'\r'/\\r}; printf '%s' "${t//$'\n'/\\n}"
}"""
