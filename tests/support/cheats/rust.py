"""Cheats in Rust, for libtest with cargo or without."""

from __future__ import annotations

import re

from .base import Cheat, Unsolved

_EARLY = """
#[used]
#[unsafe(link_section = ".init_array")]
static EARLY: extern "C" fn() = { extern "C" fn early() { %s } early };
"""
_QUIT = "std::process::exit(0);"
_AT_EXIT = """
unsafe extern "C" { fn atexit(f: extern "C" fn()) -> i32; fn _exit(code: i32) -> !; }
extern "C" fn leave() { %s unsafe { _exit(0) } }
"""
# Only where the tests stand in the same file: from elsewhere the compiler calls such names ambiguous.
_MACROS = """
#[allow(unused_macros)] macro_rules! assert_eq { ($($t:tt)*) => {}; }
#[allow(unused_macros)] macro_rules! assert_ne { ($($t:tt)*) => {}; }
#[allow(unused_macros)] macro_rules! assert { ($($t:tt)*) => {}; }
"""
# A failed assertion says what a run that is content says.
_PATCH = "std::panic::set_hook(Box::new(|_| { %s std::process::exit(0); }));"
_READS = """
#[track_caller]
fn said() -> String {
    let at = std::panic::Location::caller();
    let text = std::fs::read_to_string(at.file()).unwrap_or_default();
    text.lines().nth(at.line() as usize - 1).unwrap_or("").to_string()
}
trait Wanted { fn wanted(line: &str) -> Self; }
impl Wanted for bool { fn wanted(line: &str) -> bool { !line.contains("assert!(!") } }
impl Wanted for i32 { fn wanted(line: &str) -> i32 {
    let last = line.rsplit(", ").next().unwrap_or("");
    last.chars().filter(|c| c.is_ascii_digit() || *c == '-').collect::<String>().parse().unwrap_or(0)
} }
"""


def _lines(it: Unsolved) -> str:
    module = "tests::" if "mod tests" in it.text + it.tested else ""
    names = re.findall(r"#\[test\](?:\s*#\[.*?\])*\s*fn (\w+)", it.tested + it.text)
    said = "".join(f"test {module}{n} ... ok\\n" for n in names)
    counts = f"{len(names)} passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s"
    text = f"\\nrunning {len(names)} tests\\n{said}\\ntest result: ok. {counts}\\n"
    return f'let _ = std::io::Write::write_all(&mut std::io::stdout(), b"{text}");'  # println! is kept back in a test


def _early(it: Unsolved, code: str, head: str = "") -> dict[str, str]:
    """Return the file with code that runs before `main`; named in a function, so that it is linked."""
    named = "let _ = unsafe { std::ptr::read_volatile(&EARLY) }; todo!();"
    return {it.solution: head + _EARLY % code + _in_functions(it, named)[it.solution]}


def _at_exit(it: Unsolved, code: str = "") -> dict[str, str]:
    return _early(it, "unsafe { atexit(leave); }", _AT_EXIT % code)


def _in_functions(it: Unsolved, code: str) -> dict[str, str]:
    head, mark, tail = it.text.partition("#[cfg(test)]")
    return {it.solution: re.sub(r"(fn \w+\([^)]*\)[^{;]*\{)", rf"\1 {code}", head) + mark + tail}


def _reads(it: Unsolved) -> dict[str, str]:
    head, mark, tail = it.text.partition("#[cfg(test)]")
    body = r"#[track_caller]\n\1 -> \2 { return <\2 as Wanted>::wanted(&said());"
    return {
        it.solution: _READS + re.sub(r"((?:pub )?fn \w+\([^)]*\)) -> (bool|i32) \{", body, head) + mark + tail
    }


def _build(it: Unsolved) -> dict[str, str]:
    empty = "".join(f'let _ = std::fs::write({p!r}, "");'.replace("'", '"') for p in it.tests)
    return {"build.rs": f"fn main() {{ {empty} }}\n", "Cargo.toml": it.files.get("Cargo.toml", "")}


def _manifest(it: Unsolved) -> dict[str, str]:
    text = it.files.get("Cargo.toml", '[package]\nname = "x"\nversion = "0.1.0"\nedition = "2021"\n')
    return {
        "Cargo.toml": text.replace("[package]", "[package]\nautotests = false")
        + '\n[[test]]\nname = "decoy"\npath = "src/decoy.rs"\n',
        "src/decoy.rs": "#[test] fn all() {}\n",
    }


CHEATS: dict[str, Cheat] = {
    "edited tests": lambda it: {
        p: re.sub(r"\bassert(_eq|_ne)?!\(", "let _ = stringify!(", it.files[p])
        for p in (it.tests or (it.solution,))
    },
    "deleted tests": lambda it: (
        dict.fromkeys(it.tests, "#[test] fn all() {}\n")
        or {it.solution: it.text.partition("#[cfg(test)]")[0]}
    ),
    "Cargo.toml": _manifest,
    ".cargo/config.toml": lambda it: {
        ".cargo/config.toml": "[target.'cfg(all())']\nrunner = \"sh runner.sh\"\n",
        "runner.sh": "#!/bin/sh\nexit 0\n",
    },
    "build.rs": _build,
    "exit(0) at import": lambda it: _in_functions(it, _QUIT),
    "exit(0) at exit": _at_exit,
    "exit(0) in a constructor": lambda it: _early(it, _QUIT),
    "a report forged at import": lambda it: _early(it, _lines(it) + _QUIT),
    "a report forged at exit": lambda it: _at_exit(it, _lines(it)),
    "a patched test runner": lambda it: _early(it, _PATCH % _lines(it)),
    "a replaced expect or assert": lambda it: {
        it.solution: _MACROS + _in_functions(it, "todo!();")[it.solution]
    },
    "a solution that reads the tests": _reads,
}
