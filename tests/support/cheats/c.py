"""Cheats in C."""

from __future__ import annotations

import re

from .base import Cheat, Unsolved

_HEAD = "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>\n"
_EARLY = "__attribute__((constructor)) static void early(void) { %s }\n"
_MACROS = """
#undef TEST_ASSERT_TRUE
#undef TEST_ASSERT_FALSE
#undef TEST_ASSERT_EQUAL
#undef TEST_ASSERT_EQUAL_INT
#undef TEST_ASSERT_EQUAL_STRING
#undef CHECK
#define TEST_ASSERT_TRUE(x) ((void)(x))
#define TEST_ASSERT_FALSE(x) ((void)(x))
#define TEST_ASSERT_EQUAL(a, b) ((void)(b))
#define TEST_ASSERT_EQUAL_INT(a, b) ((void)(b))
#define TEST_ASSERT_EQUAL_STRING(a, b) ((void)(b))
#define CHECK(x) ((void)(x))
"""
_RUNNER = '\n#include <stdio.h>\n#undef RUN_TEST\n#define RUN_TEST(f) (UNITY_COUNT printf("t.c:1:%s:PASS\\n", #f), (void)(f))\n'
# Finds the line that calls the function with these words, and says what is asked for there.
_READS = """
static int wanted(const char *file, const char *name, long n)
{
   char line[1000], call[200];
   FILE *tests = fopen(file, "r");
   int found = 0;
   snprintf(call, sizeof call, "%s(%ld)", name, n);
   while (tests && fgets(line, sizeof line, tests)) {
      char *at = strstr(line, call);
      if (!at) continue;
      char *equal = strstr(at, "== ");
      found = equal ? atoi(equal + 3) : strstr(line, "FALSE") == NULL;
   }
   if (tests) fclose(tests);
   return found;
}
"""


def _stubs(it: Unsolved) -> str:
    """Return bodies for what the header tells of and the file lacks: a stub that cannot be linked proves nothing."""
    made = ""
    for kind, name, words in re.findall(
        r"(?m)^\s*((?:const )?\w+ \*?)\s*(\w+)\(([^;]*)\);", "".join(_header(it, "").values())
    ):
        if not re.search(rf"\b{name}\s*\(", it.text) and words != "void":
            used = "".join(f"(void){w};" for w in re.findall(r"(\w+)(?:\[\])?\s*(?:,|$)", words))
            made += f"{kind}{name}({words}) {{ {used} {'' if kind.strip() == 'void' else 'return 0;'} }}\n"
    return made


def _with(it: Unsolved, code: str = "") -> dict[str, str]:
    return {it.solution: _HEAD + it.text + "\n" + code + _stubs(it)}


def _lines(it: Unsolved) -> str:
    names = re.findall(r"RUN_TEST\((\w+)\)", it.tested)
    said = "".join(f"t.c:1:{n}:PASS\\n" for n in names)
    return f'fputs("{said}\\n-----------------------\\n{len(names)} Tests 0 Failures 0 Ignored\\nOK\\n", stdout); fflush(stdout);'


def _header(it: Unsolved, code: str) -> dict[str, str]:
    found = [p for p in it.files if p.endswith(".h") and p.rpartition("/")[2][:-2] in it.solution]
    return {
        p: it.files[p].replace("#endif", code + "\n#endif") if "#endif" in it.files[p] else it.files[p] + code
        for p in found
    }


def _in_functions(it: Unsolved, code: str) -> dict[str, str]:
    whole = _with(it)[it.solution]
    return {it.solution: re.sub(r"(?m)^((?:\w+[ *]+)+\w+\([^)]*\)\s*\{)", rf"\1 {code}", whole)}


def _functions(it: Unsolved) -> list[tuple[str, str]]:
    """Return types and names of functions of one number that the header tells of."""
    said = "".join(_header(it, "").values())
    return re.findall(r"(?m)^\s*(bool|int) (\w+)\((?:int|long|unsigned)\b[^,)]*\);", said)


def _reads(it: Unsolved) -> dict[str, str]:
    [tests] = [t for t in it.tests if t.endswith(".c")][:1] or ["none.c"]
    bodies = "".join(f'{t} {n}(int n) {{ return wanted("{tests}", "{n}", n); }}\n' for t, n in _functions(it))
    head = "".join(line + "\n" for line in it.text.splitlines() if line.startswith("#include"))
    return {it.solution: _HEAD + head + _READS + bodies}


def _framework(it: Unsolved) -> dict[str, str]:
    found = [p for p in it.files if p.endswith("unity.h")]
    return {p: it.files[p] + _MACROS for p in found} | {"unity.h": _MACROS} | _with(it)


_MAKE = "tests.out:\n\tprintf '#!/bin/sh\\necho OK\\n' > tests.out; chmod 755 tests.out\n"
CHEATS: dict[str, Cheat] = {
    "edited tests": lambda it: (
        {p: re.sub(r"\b(TEST_ASSERT\w*|CHECK)\(.*\);", ";", it.files[p]) for p in it.tests} | _with(it)
    ),
    "deleted tests": lambda it: dict.fromkeys(it.tests, "int main(void) { return 0; }\n") | _with(it),
    "makefile": lambda it: {"makefile": _MAKE, "GNUmakefile": _MAKE, "Makefile": _MAKE} | _with(it),
    "a replaced test framework": _framework,
    "exit(0) at import": lambda it: _in_functions(it, "exit(0);"),
    "exit(0) at exit": lambda it: _with(
        it, "static void leave(void) { _exit(0); }\n" + _EARLY % "atexit(leave);"
    ),
    "exit(0) in a constructor": lambda it: _with(it, _EARLY % "exit(0);"),
    "a report forged at import": lambda it: _with(it, _EARLY % (_lines(it) + "exit(0);")),
    "a report forged at exit": lambda it: _with(
        it,
        f"static void leave(void) {{ {_lines(it)} _exit(0); }}\n"
        + _EARLY % "static char kept[1 << 16]; setvbuf(stdout, kept, _IOFBF, sizeof kept); atexit(leave);",
    ),
    "a patched test runner": lambda it: (
        _header(
            it,
            _RUNNER.replace(
                "UNITY_COUNT",
                "Unity.NumberOfTests++,"
                if "Unity.NumberOfTests" in "".join(it.files.values())
                else "count++,",
            ),
        )
        | _with(it)
    ),
    "a replaced expect or assert": lambda it: _header(it, _MACROS) | _with(it),
    "a solution that reads the tests": _reads,
}
