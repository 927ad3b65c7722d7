"""The mutation operators, as one table: what of a syntax tree each changes, and into what.

They are those that mutmut, cosmic-ray, PIT, Stryker and cargo-mutants have in common. A grammar of
tree-sitter gives node types; where languages agree on a type, the table says it once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from tree_sitter import Node

Edit = tuple[int, int, bytes]  # first byte, byte after the last, what stands there then
_SWAPS = {
    "boundary": {"<": "<=", "<=": "<", ">": ">=", ">=": ">"},
    "negate_condition": {
        **{"==": "!=", "!=": "==", "===": "!==", "!==": "==="},
        **{"is": "is not", "is not": "is", "in": "not in", "not in": "in"},
    },
    "arithmetic": {
        **{"+": "-", "-": "+", "*": "/", "/": "*", "//": "*", "%": "*"},
        **{"+=": "-=", "-=": "+=", "*=": "/=", "/=": "*=", "++": "--", "--": "++"},
    },
    "bitwise": {"&": "|", "|": "&", "^": "&", "<<": ">>", ">>": "<<", "&=": "|=", "|=": "&="},
    "logic": {"and": "or", "or": "and", "&&": "||", "||": "&&"},
}
_OPERATIONS = (
    *("binary_operator", "comparison_operator", "boolean_operator", "binary_expression"),
    *("augmented_assignment", "augmented_assignment_expression", "compound_assignment_expr"),
    *("assignment_statement", "assignment_expression", "update_expression", "inc_statement", "dec_statement"),
)
_CONDITIONED = (
    *("if_statement", "elif_clause", "while_statement", "if_expression", "while_expression"),
    *("ternary_expression", "conditional_expression"),
)
_UNARY = ("not_operator", "unary_operator", "unary_expression", "prefix_expression")
_INTEGERS = (
    "integer",
    "integer_literal",
    "int_literal",
    "decimal_integer_literal",
    "number",
    "number_literal",
)
_FLIPS = {b"True": b"False", b"False": b"True", b"true": b"false", b"false": b"true"}
_FLIPPED = ("true", "false", "boolean_literal")
_CALLED_WITH = ("argument_list", "arguments")
_NAMED_OR_SPREAD = ("keyword_argument", "list_splat", "dictionary_splat", "spread_element", "comment")
_JUMPS = {"break": b"continue", "continue": b"break"}
_JUMP_NODES = ("break_statement", "continue_statement", "break_expression", "continue_expression")
_ERROR_TESTS = {b"is_ok": b"is_err", b"is_err": b"is_ok", b"is_some": b"is_none", b"is_none": b"is_some"}
_STATEMENTS = (
    *("call", "augmented_assignment", "await"),  # Python
    *("call_expression", "assignment_expression", "augmented_assignment_expression", "update_expression"),
    *("method_invocation", "compound_assignment_expr", "await_expression"),
)
# What holds no code that runs, or where an edit is not of the program's behaviour.
_PASSED_OVER = (
    *("type", "type_annotation", "type_arguments", "type_parameters", "import_statement", "attribute_item"),
    *(
        "import_declaration",
        "preproc_include",
        "preproc_def",
        "interface_declaration",
        "type_alias_declaration",
    ),
)


@attrs.frozen(kw_only=True)
class Syntax:
    """What differs from language to language. `returns`: what a returned value becomes, by the declared type.

    A type of `""` stands for any. `drops`: a call may have fewer arguments and still compile.
    """

    negated: bytes = b"!(%s)"
    nothing: bytes = b";"
    no_block: bytes = b"{}"
    returns: dict[str, bytes] = attrs.field(factory=dict)
    drops: bool = False


_NUMBERS = dict.fromkeys(("int", "long", "short", "char", "size_t", "unsigned", "double", "float"), b"0")
_GO = dict.fromkeys(("int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint64", "float64"), b"0")
SYNTAX = {
    "python": Syntax(
        negated=b"not (%s)", nothing=b"pass", no_block=b"pass", returns={"": b"None"}, drops=True
    ),
    "javascript": Syntax(returns={"": b"null"}, drops=True),
    "typescript": Syntax(returns={}, drops=True),
    "rust": Syntax(nothing=b"", returns={"": b"Default::default()"}),
    "go": Syntax(nothing=b"", returns={**_GO, "string": b'""', "error": b"nil"}),
    "java": Syntax(returns={**_NUMBERS, "String": b'""'}),
    "c": Syntax(returns=_NUMBERS),
}


def edits(node: Node, syntax: Syntax) -> Iterator[tuple[str, Edit]]:
    """Yield (operator, edit) for a node and all below it, in the order of the file."""
    stack = [node]
    while stack:
        here = stack.pop()
        if here.type in _PASSED_OVER:
            continue
        for operator, rule in OPERATORS:
            yield from ((operator, edit) for edit in rule(here, syntax))
        stack.extend(reversed(here.children))


def _swap(operator: str) -> Callable[[Node, Syntax], Iterator[Edit]]:
    table = _SWAPS[operator]

    def rule(node: Node, syntax: Syntax) -> Iterator[Edit]:
        for child in node.children if node.type in _OPERATIONS else ():
            if not child.is_named and child.type in table:
                yield child.start_byte, child.end_byte, table[child.type].encode()

    return rule


def _negate(node: Node, syntax: Syntax) -> Iterator[Edit]:
    condition = node.child_by_field_name("condition") if node.type in _CONDITIONED else None
    if condition is not None and condition.type not in ("let_condition", "let_chain"):
        held, text = condition.type == "parenthesized_expression", _text(condition)
        yield _instead(condition, b"(%s)" % (syntax.negated % text[1:-1]) if held else syntax.negated % text)


def _remove_unary(node: Node, syntax: Syntax) -> Iterator[Edit]:
    if node.type in _UNARY and node.children[0].type in ("not", "!", "-", "~"):
        yield _instead(node, _text(node.children[-1]))


def _constant(node: Node, syntax: Syntax) -> Iterator[Edit]:
    if node.type in _INTEGERS and re.fullmatch(rb"\d{1,9}", text := _text(node)):
        yield _instead(node, b"%d" % (int(text) + 1))
        if int(text) > 0:
            yield _instead(node, b"%d" % (int(text) - 1))


def _flip(node: Node, syntax: Syntax) -> Iterator[Edit]:
    if node.type in _FLIPPED and (flipped := _FLIPS.get(_text(node))):
        yield _instead(node, flipped)


def _return_value(node: Node, syntax: Syntax) -> Iterator[Edit]:
    values = node.named_children if node.type in ("return_statement", "return_expression") else []
    if len(values) != 1 or (values[0].type == "expression_list" and len(values[0].named_children) != 1):
        return
    value = syntax.returns.get(_returned(node), syntax.returns.get(""))
    if value is not None and _text(values[0]) != value:
        yield _instead(values[0], value)


def _returned(node: Node) -> str:
    """Return the type that the function around a node is declared to return, as it stands there."""
    above = node.parent
    while above is not None:
        for name in ("result", "return_type", "type"):
            if (declared := above.child_by_field_name(name)) is not None:
                return _text(declared).decode("utf-8", "replace")
        above = above.parent
    return ""


def _arguments(node: Node, syntax: Syntax) -> Iterator[Edit]:
    if node.type not in _CALLED_WITH:
        return
    plain = [c for c in node.named_children if c.type not in _NAMED_OR_SPREAD]
    if len(plain) > 1 and plain == node.named_children[: len(plain)] and _text(plain[0]) != _text(plain[1]):
        between = (node.text or b"")[
            plain[0].end_byte - node.start_byte : plain[1].start_byte - node.start_byte
        ]
        yield plain[0].start_byte, plain[1].end_byte, _text(plain[1]) + between + _text(plain[0])
    if syntax.drops and len(plain) > 1:
        yield plain[-2].end_byte, plain[-1].end_byte, b""


def _jump(node: Node, syntax: Syntax) -> Iterator[Edit]:
    if node.type in _JUMP_NODES and not node.named_children:
        word = node.children[0] if node.children else node
        yield word.start_byte, word.end_byte, _JUMPS[_text(word).decode()]


def _error_handling(node: Node, syntax: Syntax) -> Iterator[Edit]:
    if node.type in ("raise_statement", "throw_statement"):
        yield _instead(node, syntax.nothing)
    elif node.type in ("except_clause", "catch_clause"):
        body = node.child_by_field_name("body") or node.children[-1]
        if _text(body).strip() not in (b"pass", b"{}"):
            yield _instead(body, syntax.no_block)
    elif node.type == "field_identifier" and (other := _ERROR_TESTS.get(_text(node))):
        yield _instead(node, other)


def _remove_statement(node: Node, syntax: Syntax) -> Iterator[Edit]:
    if node.type == "expression_statement" and node.named_children:
        inner = node.named_children[0]
        left = inner.child_by_field_name("left")
        place = left is not None and left.type in ("attribute", "subscript")  # Python's `a.b = c`
        if inner.type in _STATEMENTS or (inner.type == "assignment" and place):
            yield _instead(node, syntax.nothing)
    elif node.type in ("assignment_statement", "inc_statement", "dec_statement"):
        yield _instead(node, syntax.nothing)


def _instead(node: Node, said: bytes) -> Edit:
    return node.start_byte, node.end_byte, said


def _text(node: Node) -> bytes:
    return node.text or b""


OPERATORS: tuple[tuple[str, Callable[[Node, Syntax], Iterator[Edit]]], ...] = (
    ("negate_condition", _negate),
    *((name, _swap(name)) for name in _SWAPS),
    ("remove_unary", _remove_unary),
    ("constant", _constant),
    ("flip_literal", _flip),
    ("return_value", _return_value),
    ("arguments", _arguments),
    ("jump", _jump),
    ("error_handling", _error_handling),
    ("remove_statement", _remove_statement),
)
