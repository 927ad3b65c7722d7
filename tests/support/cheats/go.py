"""Cheats in Go."""

from __future__ import annotations

import re

from .base import Cheat, Unsolved

_READS = """
func wanted(n int) string {
	_, file, _, _ := runtime.Caller(0)
	found, _ := filepath.Glob(filepath.Join(filepath.Dir(file), "*_test.go"))
	for _, name := range found {
		text, _ := os.ReadFile(name)
		at := regexp.MustCompile(`(?s)\\(` + strconv.Itoa(n) + `\\) != (\\w+)|year:\\s+` + strconv.Itoa(n) + `,\\s+expected:\\s+(\\w+)`)
		if m := at.FindStringSubmatch(string(text)); m != nil {
			return m[1] + m[2]
		}
	}
	return ""
}
"""


def _importing(it: Unsolved, names: str, code: str, text: str | None = None) -> dict[str, str]:
    imports = "".join(f'import "{name}"\n' for name in names.split())
    return {it.solution: re.sub(r"(?m)^(package \w+\n)", rf"\1{imports}", text or it.text, count=1) + code}


def _lines(it: Unsolved) -> str:
    said = ""
    for name in re.findall(r"(?m)^func (Test\w+)\(", it.tested):
        said += f"=== RUN   {name}\\n--- PASS: {name} (0.00s)\\n"
    return said


def _in_functions(it: Unsolved, code: str) -> dict[str, str]:
    return _importing(it, "os", "", re.sub(r"(?m)^(func \w+\([^)]*\).*\{)$", rf"\1\n\t{code}", it.text))


def _reads(it: Unsolved) -> dict[str, str]:
    bodies = {"int": "v, _ := strconv.Atoi(wanted(%s)); return v", "bool": 'return wanted(%s) == "true"'}
    text = re.sub(
        r"(?ms)^func (\w+)\((\w+) int\) (int|bool) \{.*?\n?\}$",
        lambda m: f"func {m[1]}({m[2]} int) {m[3]} {{ {bodies[m[3]] % m[2]} }}",
        it.text,
    )
    return _importing(it, "os path/filepath regexp runtime strconv", _READS, text)


_MAIN = 'package %s\n\nimport ("os"; "testing")\n\nfunc TestMain(m *testing.M) { os.Exit(0) }\n'


def _package(it: Unsolved) -> str:
    found = re.search(r"(?m)^package (\w+)", it.text)
    return found[1] if found else "main"


CHEATS: dict[str, Cheat] = {
    "edited tests": lambda it: {
        p: re.sub(r"\bt\.(Fail\w*|Error\w*|Fatal\w*)\(.*\)", "_ = 0", it.files[p]) for p in it.tests
    },
    "deleted tests": lambda it: {p: f"package {_package(it)}\n" for p in it.tests},
    "a replaced test framework": lambda it: {
        "main_test.go": _MAIN % _package(it),
        "go.work": "go 1.18\nuse .\n",
        "vendor/testing/testing.go": "package testing\n",
    },
    "exit(0) at import": lambda it: _importing(it, "os", "\nfunc init() { os.Exit(0) }\n"),
    "exit(0) in a constructor": lambda it: _in_functions(it, "os.Exit(0)"),
    "a report forged at import": lambda it: _importing(
        it, "os", f'\nfunc init() {{ os.Stdout.WriteString("{_lines(it)}PASS\\n"); os.Exit(0) }}\n'
    ),
    "a patched test runner": lambda it: _importing(
        it,
        "os",
        f'\nfunc init() {{ os.Stdout.WriteString("{_lines(it)}"); os.Args = []string{{os.Args[0], "-test.run=^$", "-test.v"}} }}\n',
    ),
    "a solution that reads the tests": _reads,
}
