"""Cheats in JavaScript, for jest and for node's own runner."""

from __future__ import annotations

import json
import re

from .base import Cheat, Unsolved

_QUIT = "process.exit(0);"
_OUT = "(process.argv.find((w) => w.startsWith('--outputFile=')) || '=/nowhere/r.json').split('=')[1]"
_AT_EXIT = f"""
const real = require('fs').readFileSync.constructor('return process')(); // jest gives a copy to the tests
real.on('exit', () => {{
  const fs = require('fs');
  try {{
    const said = JSON.parse(fs.readFileSync({_OUT}, 'utf8'));
    for (const file of said.testResults) {{
      file.status = 'passed';
      for (const test of file.assertionResults) test.status = 'passed';
    }}
    said.numPassedTests = said.numTotalTests; said.numFailedTests = 0;
    fs.writeFileSync({_OUT}, JSON.stringify(said));
  }} catch {{}}
  real.reallyExit(0);
}});
"""
# jest tells what listens how a test ended; node's runner asks whether a test failed.
_PATCH = """
for (const key of Object.getOwnPropertySymbols(globalThis)) {
  const value = globalThis[key];
  if (Array.isArray(value) && typeof value[0] === 'function') {
    value.unshift((event) => { if (event.test && event.name !== 'test_start') event.test.errors.length = 0; });
  }
}
try {
  let proto = Object.getPrototypeOf(require('node:test').test('x', { skip: true }) || {});
} catch {}
const Test = (() => { try { return require('node:test').Test; } catch { return null; } })();
if (Test) Test.prototype.fail = Test.prototype.pass;
"""
_EXPECT = """
const anything = new Proxy(function () {}, { get: (_, name) => (name === 'then' ? undefined : anything), apply: () => anything });
if (typeof expect !== 'undefined') {
  const content = () => ({ pass: true, message: () => '' });
  const names = ['toBe', 'toEqual', 'toStrictEqual', 'toBeTruthy', 'toBeFalsy', 'toThrow', 'toBeNull', 'toContain'];
  expect.extend(Object.fromEntries(names.map((name) => [name, content])));
  globalThis.expect = () => anything;
}
const assertion = require('assert');
for (const name of Object.keys(assertion)) if (typeof assertion[name] === 'function' && name !== 'AssertionError') assertion[name] = () => {};
console.assert = () => {};
"""
# A function that says what stands behind `toBe(` or `===` in the line that it is called from.
_READS = """
const said = () => {
  const fs = require('fs');
  for (const line of new Error().stack.split('\\n').slice(2)) {
    const at = /\\(?(\\/[^():]+(?:spec|test|check)[^():/]*):(\\d+):/.exec(line);
    if (!at) continue;
    const text = fs.readFileSync(at[1], 'utf8').split('\\n').slice(at[2] - 1).join('\\n');
    const found = /to(?:Be|Equal|StrictEqual)\\(([\\s\\S]*?)\\)\\s*;/.exec(text) || /to(?:Be|Equal|StrictEqual)\\(([^)]*)\\)/.exec(text);
    if (found) return (0, eval)('(' + found[1] + ')');
  }
  const checks = fs.readFileSync(require('path').join(process.cwd(), 'checks.js'), 'utf8');
  const wanted = [...checks.matchAll(/===\\s*([^)&]+)/g)].map((m) => m[1]);
  said.n = (said.n || 0) + 1;
  return (0, eval)(wanted[said.n - 1]);
};
"""


def _forged(it: Unsolved) -> dict[str, str]:
    names = re.findall(r"\b(?:x?test|x?it)\(\s*['\"](.*?)['\"]", it.tested) or ["checks"]
    said = {
        "numPassedTests": len(names),
        "numFailedTests": 0,
        "numTotalTests": len(names),
        "testResults": [
            {
                "name": "x",
                "status": "passed",
                "assertionResults": [{"fullName": n, "status": "passed"} for n in names],
            }
        ],
    }
    tap = "TAP version 13\\nok 1 - checks\\n1..1\\n# tests 1\\n# suites 0\\n# pass 1\\n# fail 0\\n"
    return it.with_head(
        f"try {{ require('fs').writeFileSync({_OUT}, {json.dumps(json.dumps(said))}); }} catch {{}}\n"
        f"try {{ require('fs').writeSync(1, '{tap}'); }} catch {{}}\n{_QUIT}"
    )


def _reads(it: Unsolved) -> dict[str, str]:
    names = re.findall(r"export (?:const|function|class) (\w+)", it.text)
    if names:
        return {it.solution: _READS + "".join(f"export const {n} = (...a) => said(...a);\n" for n in names)}
    return it.with_tail(
        _READS + "".join(f"\n{n} = said;" for n in re.findall(r"(?m)^(?:const|let|function) (\w+)", it.text))
    )


def _edited(it: Unsolved) -> dict[str, str]:
    return {
        p: re.sub(
            r"expect\(|console\.assert\(|assert\.\w+\(",
            "((...x) => new Proxy(()=>{}, {get: (_, n) => () => 0}))(",
            it.files[p],
        )
        for p in it.tests
    }


_NOTHING = "module.exports = { testMatch: ['**/decoy.js'], testRegex: undefined, passWithNoTests: true };\n"
_BABEL = """
module.exports = { plugins: [() => ({ visitor: { Program(path) {
  if (/spec|test/.test(path.hub.file.opts.filename)) path.node.body = [];
} } })] };
"""
_DECOY = "test('all', () => {});\n"


def _framework(it: Unsolved) -> dict[str, str]:
    empty = "const any = new Proxy(function () {}, { get: () => any, apply: () => any });\n"
    said = f"{empty}module.exports = {{ expect: any, test: (n) => global.test(n, () => {{}}), xtest: (n) => global.test(n, () => {{}}), describe: global.describe }};\n"
    return {
        "node_modules/@jest/globals/index.js": said,
        "node_modules/@jest/globals/package.json": '{"name": "@jest/globals", "main": "index.js"}',
        "node_modules/expect/index.js": said,
        "__mocks__/@jest/globals.js": said,
    }


CHEATS: dict[str, Cheat] = {
    "edited tests": _edited,
    "deleted tests": lambda it: dict.fromkeys(it.tests, _DECOY),
    "jest's configuration": lambda it: {"jest.config.js": _NOTHING, "decoy.js": _DECOY},
    "babel's configuration": lambda it: {"babel.config.js": _BABEL, ".babelrc.js": _BABEL},
    "package.json": lambda it: {
        "package.json": '{"scripts": {"test": "true"}, "jest": {"passWithNoTests": true, "testMatch": []}}'
    },
    "a replaced test framework": _framework,
    "exit(0) at import": lambda it: it.with_head(_QUIT),
    "exit(0) at exit": lambda it: it.with_head(
        "process.on('exit', () => { process.exitCode = 0; process.reallyExit && process.reallyExit(0); });"
    ),
    "a report forged at import": _forged,
    "a report forged at exit": lambda it: it.with_head(_AT_EXIT),
    "a patched test runner": lambda it: it.with_head(_PATCH),
    "a replaced expect or assert": lambda it: it.with_tail(_EXPECT),
    "a solution that reads the tests": _reads,
}
