"""Tests of Exercism's tracks as texts: unskipped, and counted where the text says how many there are.

Where it does not say so without doubt, the count is None, and a report must be whole by itself.
"""

from __future__ import annotations

import re

_C_COMMENTS = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)


def unskip_python(text: str) -> str:
    """Return tests without the mark by which unittest skips one."""
    return re.sub(r"(?m)^[ \t]*@unittest\.skip\(.*\)[ \t]*\n", "", text)


def unskip_javascript(text: str) -> str:
    """Return a spec without `xtest`, `xit` and `xdescribe`. What its author skips goes.

    Names that jest 30 knows no more, in sets of an earlier one, become those that mean the same.
    """
    text = re.sub(r"\.toThrowError(?=\s*\()", ".toThrow", text)
    text = re.sub(r"\.toBeCalled(Times|With)?(?=\s*\()", r".toHaveBeenCalled\1", text)
    text = re.sub(r"\b(?:test|it)\.skip(?=\s*\()", "Array.of", text)  # a call that does nothing
    return re.sub(r"\bx(test|it|describe)(?=\s*(?:\(|\.each\b))", r"\1", text)


def move_javascript(text: str) -> str:
    """Return a reference as it stands beside the files that it imports from the directory above `.meta`."""
    return re.sub(r"""(?m)^(import\b.*|.*\brequire\()(['"])\.\./""", r"\1\2./", text)


def unskip_java(text: str) -> str:
    """Return a class of tests without `@Disabled` and `@Ignore`."""
    return re.sub(r'@(?:Disabled|Ignore)\b(?:\s*\(\s*(?:"[^"\n]*")?\s*\))?(?=\s)', "", text)


def unskip_c(text: str) -> str:
    """Return a program of tests without `TEST_IGNORE`."""
    return re.sub(r"\bTEST_IGNORE(?:_MESSAGE)?\s*\([^;\n]*\)\s*;", "", text)


def unskip_go(text: str) -> str:
    """Return tests of which none is skipped: a call in a test itself goes, one under a condition ends it."""
    return re.sub(
        r"(?m)^(\t+)t\.Skip(?:f|Now)?\(.*\)$", lambda m: "" if m[1] == "\t" else f"{m[1]}return", text
    )


def count_python(text: str) -> int | None:
    """Return how many functions and methods are tests."""
    if re.search(r"parametrize|skip(?:If|Unless|Test)|pytest\.skip|mark\.skip|__test__|load_tests", text):
        return None
    found, where = set(), ""
    for line in re.finditer(r"(?m)^(?:class\s+(\w+)|([ \t]*)(?:async\s+)?def\s+(test\w*)\s*\()", text):
        if line[1]:
            where = line[1]
        else:
            found.add((where if line[2] else "", line[3]))  # of two with one name Python keeps one
    return len(found) or None


def count_c(text: str) -> int | None:
    """Return how many tests Unity is told to run."""
    plain = _C_COMMENTS.sub("", text)
    return None if re.search(r"\b(?:for|while)\s*\(", _main(plain)) else plain.count("RUN_TEST(") or None


def count_javascript(text: str) -> int | None:
    """Return how many tests there are, without those that say `.skip`."""
    plain = _C_COMMENTS.sub("", text)
    if re.search(r"\.each\b|\.forEach\b|\.map\(|\bfor\s*\(|describe\.skip|\.todo\b|\.only\b", plain):
        return None
    return len(re.findall(r"(?m)^\s*x?(?:test|it)\s*\(", plain)) or None


def count_java(text: str) -> int | None:
    """Return how many methods are tests."""
    if re.search(
        r"@(?:ParameterizedTest|RepeatedTest|TestFactory|TestTemplate)\b|\bextends\s+\w*Test\b", text
    ):
        return None
    return len(re.findall(r"@Test\b", _C_COMMENTS.sub("", text))) or None


def count_rust(text: str) -> int | None:
    """Return how many functions are tests; those of a feature are not there without it."""
    if re.search(r"#!?\[cfg|macro_rules!", text):
        return None
    return len(re.findall(r"(?m)^\s*#\[test\]", text)) or None


def _main(text: str) -> str:
    return text[text.rfind("main(") :]
