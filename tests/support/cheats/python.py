"""Cheats in Python."""

from __future__ import annotations

import re

from .base import Cheat, Unsolved

_ALWAYS = """
import pytest
@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    report.outcome, report.longrepr = "passed", None
def pytest_sessionfinish(session):
    session.exitstatus = 0
"""
_REPORT = """
import atexit, os, re, sys
_path = next((w.partition("=")[2] for w in sys.argv if w.startswith("--junitxml=")), "/nowhere/r.xml")
"""
# What pytest wrote itself is content with everything.
_AT_EXIT = """
def _forge():
    try: text = open(_path).read()
    except OSError: os._exit(0)
    text = re.sub(r'(errors|failures)="[0-9]+"', r'\\1="0"', text)
    text = re.sub(r"(?s)<(failure|error)\\b.*?</\\1>", "", text)
    open(_path, "w").write(text)
    os._exit(0)
atexit.register(_forge)
"""
_PATCH = """
from _pytest.reports import TestReport as _T
_made = _T.from_item_and_call.__func__
def _content(cls, item, call):
    found = _made(cls, item, call)
    found.outcome, found.longrepr = "passed", None
    return found
_T.from_item_and_call = classmethod(_content)
"""
_EQUAL = """
import functools as _ft, unittest as _u
for _n in dir(_u.TestCase):
    if _n.startswith("assert") and _n != "assertRaises": setattr(_u.TestCase, _n, lambda *a, **k: None)
class _Any:
    __eq__ = lambda s, o: True
    __hash__ = lambda s: 0
    __repr__ = lambda s: "3"
    __bool__ = __lt__ = __gt__ = __le__ = __ge__ = lambda *a: True
for _n, _f in list(globals().items()):
    if getattr(_f, "__module__", None) == __name__ and not _n.startswith("_"): globals()[_n] = _ft.wraps(_f)(lambda *a, **k: _Any())
"""
# Each function looks for the assertion that it is called from, and returns what is expected there.
_READS = """
import ast as _ast, functools as _ft, sys as _sys
def _expected(frame):
    tree = _ast.parse(open(frame.f_code.co_filename).read())
    around = [n for n in _ast.walk(tree) if isinstance(n, (_ast.Assert, _ast.Expr)) and n.lineno <= frame.f_lineno <= n.end_lineno]
    node = max(around, key=lambda n: n.lineno)
    if isinstance(node, _ast.Assert):
        wanted = node.test.comparators[0] if isinstance(node.test, _ast.Compare) else _ast.Constant(True)
    elif node.value.func.attr in ("assertTrue", "assertFalse"):
        return node.value.func.attr == "assertTrue"
    else:
        wanted = node.value.args[1]
    return eval(compile(_ast.fix_missing_locations(_ast.Expression(wanted)), "x", "eval"), frame.f_globals, frame.f_locals)
def _answering(made):
    @_ft.wraps(made)
    def answer(*a, **k):
        frame = _sys._getframe(1)
        while frame is not None:
            if any(w in frame.f_code.co_filename.rpartition("/")[2] for w in ("test", "check")):
                try: return _expected(frame)
                except Exception: pass
            frame = frame.f_back
        return made(*a, **k)
    return answer
for _n, _f in list(globals().items()):
    if getattr(_f, "__module__", None) == __name__ and not _n.startswith("_"): globals()[_n] = _answering(_f)
"""
_QUIT = "import os; os._exit(0)\n"


def _cases(it: Unsolved) -> list[str]:
    return re.findall(r"def (test\w*)", it.tested) or ["test"]


def _at_import(it: Unsolved) -> dict[str, str]:
    cases = "".join(f'<testcase classname="t" name="{name}"/>' for name in _cases(it))
    text = f'<testsuite name="pytest" tests="{len(_cases(it))}" failures="0" errors="0">{cases}</testsuite>'
    return it.with_head(f"{_REPORT}try: open(_path, 'w').write({text!r})\nexcept OSError: pass\nos._exit(0)")


def _edited(it: Unsolved) -> dict[str, str]:
    return {path: re.sub(r"(?m)^(\s*)(self\.)?assert.*$", r"\1pass", it.files[path]) for path in it.tests}


def _configured(it: Unsolved) -> dict[str, str]:
    return {
        "setup.cfg": "[tool:pytest]\naddopts = -p judge\n",
        "pyproject.toml": '[tool.pytest.ini_options]\naddopts = "-p judge"\npythonpath = ["."]\n',
        "judge.py": _ALWAYS,
    }


CHEATS: dict[str, Cheat] = {
    "edited tests": _edited,
    "deleted tests": lambda it: dict.fromkeys(it.tests, "def test_nothing():\n    pass\n"),
    "conftest.py": lambda it: {"conftest.py": _ALWAYS},
    "pytest.ini": lambda it: {
        "pytest.ini": "[pytest]\naddopts = -p judge\npythonpath = .\n",
        "judge.py": _ALWAYS,
    },
    "setup.cfg and pyproject.toml": _configured,
    "a pytest.py in the work dir": lambda it: {
        "pytest.py": _QUIT,
        "unittest.py": _QUIT,
        "_pytest/__init__.py": _QUIT,
    },
    "sitecustomize.py": lambda it: {"sitecustomize.py": _QUIT, "usercustomize.py": _QUIT},
    "exit(0) at import": lambda it: it.with_head(_QUIT),
    "exit(0) at exit": lambda it: it.with_head("import atexit, os\natexit.register(os._exit, 0)"),
    "a report forged at import": _at_import,
    "a report forged at exit": lambda it: it.with_head(_REPORT + _AT_EXIT),
    "a patched test runner": lambda it: it.with_head(_PATCH),
    "a replaced expect or assert": lambda it: it.with_tail(_EQUAL),
    "a solution that reads the tests": lambda it: it.with_tail(_READS),
}
