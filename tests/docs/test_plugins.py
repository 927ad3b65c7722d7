"""The pages about plugins: every file of theirs is written, every command run, as a reader does it."""

from __future__ import annotations

import ast
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import attrs
import pytest

import cab_core
from cab_core.plugins import hookspecs, protocols
from tests.conftest import Cab
from tests.docs.test_how_to import HOW_TO, blocks
from tests.support.often import rows

PAGES = (
    "add-a-cli.md",
    "add-a-wire-protocol.md",
    "write-a-scorer.md",
    "write-a-stack-plugin.md",
    "package-a-task-pack.md",
)
DOCS = HOW_TO.parent
# A CLI that npm would bring: it asks the model, gives it a tool that writes a file, and ends without a call of it.
FOO = """#!/usr/bin/env python3
import glob, json, os, sys, urllib.request
if sys.argv[1:] == ["--version"]:
    sys.exit(print("foo 2.1.0"))
assert sys.argv[1:3] == ["run", "--model"] and os.path.exists(os.path.expanduser("~/.foo/config.json"))
known = {"path": {"type": "string"}, "content": {"type": "string"}}
tool = {"type": "function", "function": {"name": "write", "parameters": {"type": "object", "properties": known}}}
rules = [open(path).read() for path in sorted(glob.glob(os.path.expanduser("~/.foo/rules/*.md")))]
messages = [{"role": "system", "content": "\\n".join(["Write files.", *rules])}]
messages.append({"role": "user", "content": sys.stdin.buffer.read().decode()})
while True:
    body = json.dumps({"model": sys.argv[3], "messages": messages, "tools": [tool]}).encode()
    head = {"Content-Type": "application/json", "Authorization": "Bearer " + os.environ["FOO_KEY"]}
    url = os.environ["FOO_BASE_URL"] + "/chat/completions"
    said = json.load(urllib.request.urlopen(urllib.request.Request(url, body, head)))["choices"][0]["message"]
    messages.append(said)
    for made in said.get("tool_calls", ()):
        asked = json.loads(made["function"]["arguments"])
        if (known := made["function"]["name"] == "write"):
            os.makedirs(os.path.dirname(asked["path"]) or ".", exist_ok=True)
            open(asked["path"], "w", newline="").write(asked["content"])
        result = "written" if known else "there is no such tool"
        messages.append({"role": "tool", "tool_call_id": made["id"], "content": result})
    if not said.get("tool_calls"):
        sys.exit(print(said["content"]))
"""
NPM = """#!/bin/sh
while [ "$1" != --prefix ]; do shift; done
[ "$3" = foo-cli@2.1.0 ] || exit 1
mkdir -p "$2/node_modules/.bin" && cp "$(dirname "$0")/foo" "$2/node_modules/.bin/foo"
"""


def type_in(cab: Cab, page: str) -> str:
    """Do as a page says, from its top to its end: write each block that begins with a file's name, run each command.

    Return what the commands say.
    """
    said = ""
    for kind, text in re.findall(r"^```(\w*)\n(.*?)^```$", (HOW_TO / page).read_text(), re.M | re.S):
        if kind:
            write_file(kind, text, cab.cwd)
        else:
            said += "".join(run(cab, line) for line in text.splitlines())
    return said


def write_file(kind: str, text: str, into: Path) -> None:
    """Write a block, if it begins with the name of a file."""
    if match := re.match(r"# ([\w./-]+\.\w+)\n", text):
        path = into / match.group(1)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text[match.end() :] if kind == "text" else text)


def run(cab: Cab, line: str) -> str:
    """Run a command of a page; what pip would install goes where the command of this test finds it."""
    words = shlex.split(line)
    if words[0] == "cd":
        cab.cwd = cab.cwd / words[1]
        return ""
    if words[0] == "cab":
        done = cab(*words[1:])
        assert done.returncode == 0 and "warning: plugin" not in done.stderr, (line, done.stdout, done.stderr)
        return done.stdout
    assert words[:2] == ["pip", "install"], line
    site = cab.cwd / "site"
    argv = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "--target",
        str(site),
        ".",
    ]
    subprocess.run(argv, cwd=cab.cwd, check=True, capture_output=True)
    cab.find_plugins(str(site))
    return ""


@pytest.mark.parametrize("page", rows(PAGES, often=("write-a-scorer.md",)))
@pytest.mark.aider
@pytest.mark.timeout(240)
def test_what_a_page_shows_works(cab: Cab, page: str, tmp_path: Path) -> None:
    """Typed in as it stands, it is installed, the doctor finds nothing, and the run has its verdict."""
    cab.cwd = tmp_path / "project"
    cab.cwd.mkdir()
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, text in (("foo", FOO), ("npm", NPM)):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    if page == "add-a-cli.md":
        cab.env |= {"PATH": f"{programs}:{cab.env['PATH']}", "CAB_CACHE": str(tmp_path / "cache")}
    said, commands = type_in(cab, page), "".join(blocks(page))
    assert ", 0 faults" in said
    rows = cab.json("results", "--scripted", "--json")
    assert [r["outcome"] for r in rows] == ["passed" if "scripted:oracle" in commands else "failed"]
    if page == "write-a-scorer.md":
        assert rows[0]["scores"]["patience"] > 0 and re.search(r"composite +patience \(s\)$", said, re.M)
    if page == "add-a-cli.md":
        with_a_stack(cab)
    if page == "add-a-wire-protocol.md":
        assert re.search(r"^kind +protocol$", said, re.M) and rows[0]["tokens"] > 0


def with_a_stack(cab: Cab) -> None:
    """The CLI of the page takes what it says it does of a stack: the rest has a reason."""
    Path(cab.cwd, "house.toml").write_text(
        'schema_version = 1\nname = "house"\n[[instructions]]\nname = "style"\ntext = "t"\n[[mcp]]\nname = "probe"\n'
        'command = ["true"]\n[[files]]\nname = "more"\nfiles = { ".foo/more.json" = "{}" }\n'
    )
    args = ("--model", "scripted:oracle", "--task", "mutations/py-lru-cache", "--stack", "house.toml")
    done = cab("run", "--tui", "foo", *args, "--runs", "stacked")
    [cell] = [json.loads(f.read_text()) for f in Path(cab.cwd, "stacked").rglob("cell.json")]
    assert (done.returncode, cell["outcome"]) == (0, "passed"), (done.stderr, cell["why"])
    told = {account["item"]: account["reason"] for account in cell["stack"]}
    assert told == {"instructions:style": None, "mcp:probe": "this CLI speaks no MCP", "files:more": None}


def test_the_dialect_of_the_page_edits_and_ends() -> None:
    """It gives one command a file, none twice, and the last word with the one that ends the CLI."""
    [code] = [b for b in blocks("add-a-cli.md", "python") if "class Blocks" in b]
    found: dict[str, type] = {}
    exec(compile(code, "dialect.py", "exec"), found)
    dialect = found["Blocks"]()
    request: dict[str, list[dict[str, str]]] = {"messages": []}
    for path in ("a.py", "b.py"):
        reply = dialect.edit({"a.py": "x", "b.py": "y"}, request, None)
        assert reply.text.startswith("```bash\nprintf") and path in reply.text
        request["messages"].append({"role": "assistant", "content": reply.text})
    assert dialect.edit({"a.py": "x", "b.py": "y"}, request, None) is None
    assert "COMPLETE_TASK" in dialect.done("Done.", request, None).text


def test_every_name_that_the_docs_import_is_public() -> None:
    """What a page imports from `cab_core` is among the public names, and nothing else is imported but the toolkits."""
    seen = set()
    for page in DOCS.rglob("*.md"):
        for text in re.findall(r"^```python\n(.*?)^```$", page.read_text(), re.M | re.S):
            if page.name == "hooks.md":
                continue  # signatures
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cab_core"):
                    known = ("cab_core", "cab_core.plugins.toolkit", "cab_core.testing")
                    assert node.module in known, (page, node.module)
                    seen |= {a.name for a in node.names if node.module == "cab_core"}
    assert {"hookimpl", "Registration", "Reply", "McpServer", "Evidence"} <= seen <= set(cab_core.__all__)


def test_what_an_author_meets_is_public() -> None:
    """Every type in a protocol's or a hook's annotations that is ours can be imported from `cab_core`."""
    text = Path(str(protocols.__file__)).read_text() + Path(str(hookspecs.__file__)).read_text()
    met = {n.id for f in ast.walk(ast.parse(text)) if isinstance(f, ast.FunctionDef) for a in [f.returns, *(x.annotation for x in f.args.args)]
           if a is not None for n in ast.walk(a) if isinstance(n, ast.Name)}  # fmt: skip
    ours = {n for n in met if n[0].isupper()} - {
        "Any",
        "Callable",
        "Iterable",
        "Iterator",
        "Mapping",
        "Sequence",
        "AbstractContextManager",
        "Path",
        "R",
        "Say",
        "Channel",
    }
    assert ours and ours <= set(cab_core.__all__), ours - set(cab_core.__all__)


@pytest.mark.parametrize(
    "name",
    ["Job", "Launch", "Recipe", "Harvest", "Evidence", "Changes", "Score", "Step", "Applied", "TokenClaim"],
)
def test_every_field_of_what_an_author_meets_is_described(name: str) -> None:
    """Its docstring names each field and says what it is."""
    cls = getattr(cab_core, name)
    for field in attrs.fields(cls):
        assert re.search(rf"`{field.name}`", cls.__doc__), f"{name}.{field.name}"
