"""Every fault that a third party's wire protocol can have, in one sweep beside one that is well."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cab
from tests.docs.test_how_to import blocks
from tests.plugins.test_third_party import TASK, line_of

# name -> (what its class holds, what is said of it); FAULT is the line that must be named. Some raise what an
# endpoint's trouble raises, too.
FAULTS = {
    "operation": ("def operation(self, method, path, query=''):\n return {}[path]  # FAULT", "operation() raised KeyError"),
    "operation-wrong": ("def operation(self, method, path, query=''):  # FAULT\n return ('call',)",
                        "operation() returned tuple, expected Operation"),
    "read": ("def read(self, operation, body):\n raise ValueError('no')  # FAULT", "read() raised ValueError: no"),
    "read-wrong": ("def read(self, operation, body):  # FAULT\n return json.loads(body)", "read() returned dict, expected Asked"),
    "as-chat": ("def as_chat(self, request):\n return request['talk']  # FAULT", "as_chat() raised KeyError: 'talk'"),
    "reading-wrong": ("def reading(self):  # FAULT\n return {}", "reading() returned dict, expected Reading"),
    "take": ("def reading(self):\n class Odd(TalkReading):\n  def take(self, data):\n   raise OSError('torn')  # FAULT\n return Odd()",
             "take() raised OSError: torn"),
    "take-late": ("def reading(self):\n class Odd(TalkReading):\n  def take(self, data):\n   return data['end']  # FAULT\n return Odd()",
                  "take() raised KeyError: 'end'"),
    "no-take": ("def reading(self):\n return Reading()", "take() raised NotImplementedError"),
    "piece": ("def piece(self, model, text):\n raise TimeoutError  # FAULT", "piece() raised TimeoutError"),
    "closing": ("def closing(self, model, request, reply, usage):\n yield event(text='x')\n yield len(1)  # FAULT",
                "closing() raised TypeError"),
    "opening": ("def opening(self, model, request):\n yield from 5  # FAULT", "opening() raised TypeError"),
}  # fmt: skip


def module() -> str:
    """Return the code of the page, and a protocol with a CLI for each fault, in one module."""
    _, protocol, adapter = blocks("add-a-wire-protocol.md", "python")
    parts = ["from cab_core import Registration, hookimpl", protocol, adapter]
    for n, (name, (body, _)) in enumerate(FAULTS.items()):
        lines = "\n".join(f"    {line}" for line in body.splitlines())
        parts.append(f"class Talk{n}(Talk):\n    name = {name!r}\n{lines}")
        parts.append(f"class Talker{n}(Talker):\n    name = 'cli-{name}'\n    protocols = ({name!r},)")
    numbers = range(len(FAULTS))
    for hook, cls in (("cab_protocols", "Talk"), ("cab_adapters", "Talker")):
        classes = ", ".join([cls, *(f"{cls}{n}" for n in numbers)])
        parts.append(
            f"@hookimpl\ndef {hook}():\n    return [Registration(name=c.name, summary='s', factory=c) for c in ({classes})]"
        )
    return "\n".join(parts) + "\n"


@pytest.fixture
def third_party(distribution: Callable[..., str], cab: Cab) -> None:
    """Install it."""
    cab.find_plugins(distribution("cab-talk", module()))


@pytest.mark.timeout(240)
def test_each_fault_costs_its_own_cells_and_is_no_endpoints(cab: Cab, third_party: None) -> None:
    """`infra_plugin` with the distribution and the author's line, also where an endpoint's trouble raises the same."""
    tuis = [word for name in ("talker", *(f"cli-{name}" for name in FAULTS)) for word in ("--tui", name)]
    done = cab("run", *tuis, "--model", "scripted:null", "--task", TASK, "-j", "2", "--json")
    assert "Traceback" not in done.stderr and done.returncode == 1, done.stderr[-3000:]
    rows: dict[str, Any] = {row["tui"]: row for row in cab.json("results", "--scripted", "--json")}
    assert rows["talker"]["outcome"] == "failed" and rows["talker"]["tokens"] > 0
    text = module()
    for name, (body, said) in FAULTS.items():
        row = rows[f"cli-{name}"]
        assert row["outcome"] == "infra_plugin", (name, row)
        assert f"plugin cab-talk:cab_talk: wire protocol {name!r}: {said}" in row["why"], (name, row["why"])
        if "FAULT" in body:
            line = line_of(text, "FAULT", f"    name = {name!r}\n")
            assert f"(at cab_talk.py:{line})" in row["why"], (name, line, row["why"])
    calls = [
        json.loads(line)
        for file in Path(cab.cwd, "runs").rglob("cli-take/**/calls.jsonl")
        for line in file.open()
    ]
    assert calls and {c["fault"] for c in calls} == {"plugin"}


def test_the_doctor_finds_them_without_a_run(cab: Cab, third_party: None) -> None:
    """Each with its line; the one that is well has none."""
    done = cab("plugins", "doctor", "--json")
    rows = json.loads(done.stdout)
    found = {name: " ".join(row["fault"] for row in rows if row["name"] == name) for name in FAULTS}
    assert done.returncode == 1 and {row["name"] for row in rows} == {*FAULTS}, found
    for name, (_, said) in FAULTS.items():
        assert said.split(" raised ")[0] in found[name], (name, found[name])
        assert "cab_talk.py:" in found[name] or name == "no-take", (name, found[name])


def test_a_changed_line_runs_the_cells_anew(cab: Cab, distribution: Callable[..., str]) -> None:
    """What a protocol reads is what a cell says: its code is part of the key, and the reason is told."""
    _, protocol, adapter = blocks("add-a-wire-protocol.md", "python")
    talk = f"{protocol}\nfrom cab_core import Registration, hookimpl\n@hookimpl\ndef cab_protocols():\n    return [Registration(name='talk', summary='s', factory=Talk)]\n"
    talker = f"{adapter}\nfrom cab_core import Registration, hookimpl\n@hookimpl\ndef cab_adapters():\n    return [Registration(name='talker', summary='s', factory=Talker)]\n"
    site = distribution("cab-talk", talk)
    distribution("cab-talker", talker)
    cab.find_plugins(site)
    args = ("run", "--tui", "talker", "--model", "scripted:null", "--task", TASK)
    cab(*args)
    assert "done before" in cab(*args).stderr
    file = Path(site, "cab_talk.py")
    file.write_text(file.read_text() + "# a line more\n")
    said = cab(*args, COLUMNS="4000").stderr
    assert (
        "done before" not in said and "1 cell is run anew: " in said and "model.protocol_code was " in said
    ), said


def test_its_parameters_are_set_by_the_gateway(cab: Cab, third_party: None) -> None:
    """In the places that it names, though its CLI knows nothing of them; what it does not name is refused."""
    args = ("run", "--tui", "talker", "--model", "scripted:null", "--task", TASK)
    done = cab(*args, "--model-param", "max_tokens=9", "--model-param", "temperature=0.5")
    assert done.returncode == 0, done.stderr
    [cell] = Path(cab.cwd, "runs").rglob("cell.json")
    found = json.loads(cell.read_text())["parameters"]
    assert {n: (p["by"], p["places"]) for n, p in found.items()} == {
        "max_tokens": ("gateway", ["limit"]),
        "temperature": ("gateway", ["how.warm"]),
    }


LOST = {
    "text": ("def piece(self, model, text):\n return event(words=text)", "the text"),
    "used": ("def used(self, usage):\n return None", "the tokens"),
    "endless": ("def closing(self, model, request, reply, usage):\n yield event()", "no event that its own reading takes for the last"),
    "keyless": ("def credential(self, key):\n return {}", "headers without the key"),
    "polite": ("def error(self, status, message, kind):\n return {'said': message}", "does not take for one"),
    "placeless": ("parameters = {'seed': 'seed'}", "parameters.seed is str, expected sequence of str"),
    "nowhere": ("parameters = {'seed': ()}", "expected at least one place"),
    "deaf": ("def read(self, operation, body):\n return Asked(model=None, stream=False)", "does not read what `parameters` names"),
    "late": ("def wait(self, error):\n return 'soon'", "wait() returned str, expected float"),
    "pathless": ("spoken = (('POST', '/talk'),)", "does not know each path"),
}  # fmt: skip


@pytest.mark.parametrize("name", LOST)
def test_the_doctor_finds_what_is_not_read_back(
    cab: Cab, distribution: Callable[..., str], name: str
) -> None:
    """What the protocol says itself, and its own reading loses."""
    body, said = LOST[name]
    _, protocol, _ = blocks("add-a-wire-protocol.md", "python")
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    code = f"{protocol}\nfrom cab_core import Registration, hookimpl\nclass Odd(Talk):\n{lines}\n@hookimpl\ndef cab_protocols():\n    return [Registration(name='talk', summary='s', factory=Odd)]\n"
    cab.find_plugins(distribution("cab-talk", code))
    rows = json.loads(cab("plugins", "doctor", "--json").stdout)
    assert {(row["kind"], row["name"]) for row in rows} == {("protocol", "talk")}
    assert any(said in row["fault"] for row in rows), rows
