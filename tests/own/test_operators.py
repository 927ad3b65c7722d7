"""What each operator makes of a line, in each language."""

from __future__ import annotations

import pytest

from cab_core.errors import UserError
from cab_core.own.languages import LANGUAGES
from cab_core.own.mutants import function_of, in_turn, mutants_of

pytest.importorskip("tree_sitter")

ROWS = [  # path, source, operator, one thing that it makes of it
    ("a.py", "if a < 1: b()\n", "boundary", "if a <= 1: b()\n"),
    ("a.py", "if a: b()\n", "negate_condition", "if not (a): b()\n"),
    ("a.py", "x = a in b\n", "negate_condition", "x = a not in b\n"),
    ("a.py", "x = a + b\n", "arithmetic", "x = a - b\n"),
    ("a.py", "x = a & b\n", "bitwise", "x = a | b\n"),
    ("a.py", "x = a and b\n", "logic", "x = a or b\n"),
    ("a.py", "x = not a\n", "remove_unary", "x = a\n"),
    ("a.py", "x = 7\n", "constant", "x = 8\n"),
    ("a.py", "x = True\n", "flip_literal", "x = False\n"),
    ("a.py", "def f():\n    return a\n", "return_value", "def f():\n    return None\n"),
    ("a.py", "f(a, b)\n", "arguments", "f(b, a)\n"),
    ("a.py", "f(a, b)\n", "arguments", "f(a)\n"),
    ("a.py", "while a:\n    break\n", "jump", "while a:\n    continue\n"),
    ("a.py", "try:\n    a()\nexcept E:\n    b()\n", "error_handling", "try:\n    a()\nexcept E:\n    pass\n"),
    ("a.py", "if a:\n    raise E\n", "error_handling", "if a:\n    pass\n"),
    ("a.py", "f(a)\n", "remove_statement", "pass\n"),
    ("a.js", "if (a) b();\n", "negate_condition", "if (!(a)) b();\n"),
    ("a.js", "x = a === b;\n", "negate_condition", "x = a !== b;\n"),
    ("a.js", "try { a(); } catch (e) { b(); }\n", "error_handling", "try { a(); } catch (e) {}\n"),
    ("a.ts", "let x: number = a < 2 ? 1 : 0;\n", "boundary", "let x: number = a <= 2 ? 1 : 0;\n"),
    ("a.rs", "fn f() { if a && b { g(); } }\n", "logic", "fn f() { if a || b { g(); } }\n"),
    ("a.rs", "fn f() -> bool { x.is_ok() }\n", "error_handling", "fn f() -> bool { x.is_err() }\n"),
    ("a.go", "package a\nfunc f() error { return g() }\n", "return_value", "package a\nfunc f() error { return nil }\n"),
    ("a.go", "package a\nfunc f() { x++ }\n", "arithmetic", "package a\nfunc f() { x-- }\n"),
    ("A.java", "class A { int f() { return g(); } }\n", "return_value", "class A { int f() { return 0; } }\n"),
    ("A.java", "class A { void f() { throw e; } }\n", "error_handling", "class A { void f() { ; } }\n"),
    ("a.c", "int f(void) { return a >> 1; }\n", "bitwise", "int f(void) { return a << 1; }\n"),
    ("a.h", "int f(void) { for (;;) break; }\n", "jump", "int f(void) { for (;;) continue; }\n"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "source", "operator", "expected"), ROWS)
def test_an_operator_makes_this_of_that(path: str, source: str, operator: str, expected: str) -> None:
    """One change, at one place."""
    made = {
        m.apply(source.encode()).decode() for m in mutants_of(path, source.encode()) if m.operator == operator
    }
    assert expected in made


FUNCTIONS = [
    ("a.py", "class A:\n    def f(self):\n        return [x for x in y if HERE]\n", "f"),
    ("a.py", "HERE\n", None),
    ("a.js", "exports.parse = function (a) { return HERE; };\n", "exports.parse"),
    ("a.js", "const f = (a) => { return b.map((c) => HERE); };\n", "f"),
    ("a.ts", "class A { m(): number { return HERE; } }\n", "m"),
    ("a.rs", "impl A { fn f() { let g = |x| HERE; } }\n", "f"),
    ("a.go", "package a\nfunc (r *R) F() { func() { HERE() }() }\n", "F"),
    ("A.java", "class A { A() { g(HERE); } }\n", "A"),
    ("a.c", "static char *f(int a) { return HERE; }\n", "f"),
]


@pytest.mark.parametrize(("path", "source", "name"), FUNCTIONS)
def test_a_fault_lies_in_the_function_around_it(path: str, source: str, name: str | None) -> None:
    """The innermost that has a name, by what it is assigned to where it has none of its own."""
    assert function_of(path, source.encode(), source.index("HERE")) == name


def test_what_does_not_run_is_left_alone() -> None:
    """Types, imports, docstrings, and the tests that stand in a file of Rust."""
    python = b'"""Not 1."""\nfrom a import b\nx: Literal[1]\n'
    rust = b"fn f() {}\n#[cfg(test)]\nmod tests { fn g() { assert!(1 < 2); } }\n"
    assert mutants_of("a.py", python) == mutants_of("a.rs", rust) == []


def test_a_seed_gives_one_order_whatever_order_was_before() -> None:
    """One mutant a line; another seed gives another order."""
    found = mutants_of("a.py", b"".join(b"x%d = a + %d if b < c else not d\n" % (n, n) for n in range(20)))
    orders = [in_turn(mutants, seed) for mutants, seed in ((found, 1), (found[::-1], 1), (found, 2))]
    assert len(orders[0]) == 20
    assert [m.line for m in orders[0]] != [m.line for m in orders[2]]
    assert in_turn(list(found), 1) == orders[0]


def test_names_tell_neither_place_nor_operator() -> None:
    """They are made of a hash."""
    [first, *_] = mutants_of("secret.py", b"x = a + b\n")
    assert first.name.startswith("mutant-") and "secret" not in first.name and "arith" not in first.name


def test_a_grammar_that_is_not_installed_is_a_users_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what brings it."""
    monkeypatch.setattr("cab_core.own.mutants.import_module", _none)
    go = next(language for language in LANGUAGES if language.name == "go")
    from cab_core.own import mutants

    with pytest.raises(UserError, match=r"grammar of go.*pip install 'codingagentbench\[mutate\]'"):
        mutants._parser.__wrapped__(go)


def _none(name: str) -> object:
    raise ImportError(f"No module named {name!r}")
