"""The mutants of source files, and the order in which they are tried: by a seed, and of all kinds."""

from __future__ import annotations

import hashlib
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

import attrs

from cab_core.errors import UserError

from .languages import Language, language_of
from .operators import SYNTAX, edits

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_INSTALL = "pip install 'codingagentbench[mutate]'"
_FUNCTIONS = (
    *("function_definition", "function_declaration", "function_item", "function_expression", "func_literal"),
    *("method_definition", "method_declaration", "constructor_declaration", "arrow_function"),
    "generator_function_declaration",
)
_RUST_TESTS = re.compile(rb"^#\[cfg\(test\)\]", re.M)  # from there to the end, by custom


@attrs.frozen(kw_only=True)
class Mutant:
    """One change of one file. `line` is the first that it touches, from 1; `last` the last."""

    path: str
    operator: str
    start: int
    end: int
    before: bytes
    after: bytes
    line: int
    last: int

    @property
    def name(self) -> str:
        """A name that tells neither the place nor the operator, and is the same each time."""
        said = repr((self.path, self.start, self.end, self.after)).encode()
        return f"mutant-{hashlib.sha256(said).hexdigest()[:10]}"

    def apply(self, data: bytes) -> bytes:
        """Return the file with the change."""
        return data[: self.start] + self.after + data[self.end :]


def mutants_of(path: str, data: bytes) -> list[Mutant]:
    """Return all mutants of a file, in its order. Several edits may come to the same: it is one.

    Raises:
        UserError: the grammar of its language is not installed.
    """
    language = language_of(path)
    if language is None:
        return []
    tests = _RUST_TESTS.search(data) if language.name == "rust" else None
    found: dict[tuple[int, int, bytes], Mutant] = {}
    root = _parser(language).parse(data).root_node
    for operator, (start, end, after) in edits(root, SYNTAX[language.name]):
        if tests is None or start < tests.start():
            line, last = (data.count(b"\n", 0, at) + 1 for at in (start, max(start, end - 1)))
            made = Mutant(
                path=path, operator=operator, start=start, end=end,
                before=data[start:end], after=after, line=line, last=last,
            )  # fmt: skip
            found.setdefault((start, end, after), made)
    return list(found.values())


def function_of(path: str, data: bytes, at: int) -> str | None:
    """Return the name of the innermost function that has one around a byte of a file, or None."""
    language = language_of(path)
    node = _parser(language).parse(data).root_node.descendant_for_byte_range(at, at) if language else None
    while node is not None:
        if node.type in _FUNCTIONS and (name := _name_of(node)):
            return name
        node = node.parent
    return None


def _name_of(node: Node) -> str | None:
    """Return a function's own name, or that of what it is assigned to (`exports.parse = function () {`)."""
    named = node.child_by_field_name("name") or node.child_by_field_name("declarator")
    while named is not None and (inner := named.child_by_field_name("declarator")):
        named = inner  # C: a pointer to it, and its parameters, stand around the name
    if named is None and (above := node.parent) is not None:
        fields = ("left", "key") if above.type != "variable_declarator" else ("name",)
        named = next(filter(None, map(above.child_by_field_name, fields)), None)
    return None if named is None else (named.text or b"").decode("utf-8", "replace")


def in_turn(mutants: Iterable[Mutant], seed: int) -> list[Mutant]:
    """Return mutants in the order in which they are tried: each file and operator in turn, one a line.

    The same mutants with the same seed come in the same order, on any machine.
    """
    groups: Mapping[tuple[str, str], list[Mutant]] = defaultdict(list)
    chance = random.Random(f"cab {seed}")
    for mutant in mutants:
        groups[mutant.operator, mutant.path].append(mutant)
    names = sorted(groups)
    chance.shuffle(names)
    for name in names:
        chance.shuffle(groups[name])
    ordered = [
        groups[n][i]
        for i in range(max(map(len, groups.values()), default=0))
        for n in names
        if i < len(groups[n])
    ]
    lines: dict[tuple[str, int], Mutant] = {}
    for mutant in ordered:
        lines.setdefault((mutant.path, mutant.line), mutant)
    return list(lines.values())


@cache
def _parser(language: Language) -> Parser:
    module, function = language.grammar
    try:
        import tree_sitter

        grammar = getattr(import_module(module), function)()
    except ImportError as exc:
        missing = f"the grammar of {language.name} is not installed ({exc})"
        raise UserError(f"{missing}; the extra `mutate` brings it: {_INSTALL}") from exc
    return tree_sitter.Parser(tree_sitter.Language(grammar))
