"""Every fault that a plugin can have, all in one sweep beside plugins that are well: it costs its own cells."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cab
from tests.support.puppet import FIX, PRELUDE

TASK = "mutations/py-stock-reorder"
# What a third party writes: nothing but `cab_core` is imported.
WELL = f"""
from cab_core import Harvest, Launch, Recipe, Registration, Reply, hookimpl
class Well:
    name = "well"
    default_version = "1"
    protocols = ("openai-chat",)
    script = {PRELUDE + FIX!r}
    def recipe(self, version):
        return Recipe()
    def version_argv(self):
        return ["python3", "--version"]
    def launch(self, job):
        env = dict(ENDPOINT=job.endpoint, TOKEN=job.token, MODEL=job.model)
        return Launch(argv=("python3", f"{{job.home}}/s.py"), env=env, files={{"s.py": self.script}})
    def harvest(self, left):
        return Harvest(finished=left.exit_code == 0)
    def dialect(self):
        return self
    def edit(self, files, request, job):
        return Reply(text="here you are")
class Idle(Well):
    name = "idle"
    script = {PRELUDE + "call()"!r}
"""
GOOD = (
    WELL
    + """
@hookimpl
def cab_adapters():
    return [Registration(name=cls.name, summary="well", factory=cls) for cls in (Well, Idle)]
"""
)
# name -> (body of the adapter's class, what is said of it); FAULT is the line that must be named.
ADAPTERS = {
    "launch-dict": ("def launch(self, job):  # FAULT\n return {'argv': ('x',)}", "launch() returned dict, expected Launch"),
    "launch-none": ("def launch(self, job):  # FAULT\n return None", "launch() returned None, expected Launch"),
    "env-none": ("def launch(self, job):  # FAULT\n return Launch(argv=('x',), env={'X': None})",
                 "env.X is None, expected str"),
    "argv-text": ("def launch(self, job):  # FAULT\n return Launch(argv='foo --bar')", "argv is str, expected tuple of str"),
    "argv-empty": ("def launch(self, job):  # FAULT\n return Launch(argv=())", "argv is none, expected a program"),
    "absolute": ("def launch(self, job):  # FAULT\n return Launch(argv=('x',), files={'/etc/passwd': ''})",
                 "'/etc/passwd', outside HOME"),
    "upwards": ("def launch(self, job):  # FAULT\n return Launch(argv=('x',), files={'../work/stock.py': ''})",
                "'../work/stock.py', outside HOME"),
    "surrogate": ("def launch(self, job):  # FAULT\n return Launch(argv=('x',), files={'a': '\\ud800'})", "text in UTF-8"),
    "relative-cwd": ("def launch(self, job):  # FAULT\n return Launch(argv=('x',), cwd='src')",
                     "cwd is 'src', expected an absolute path"),
    "long-name": ("def launch(self, job):  # FAULT\n return Launch(argv=('x',), files={'a/' + 300 * 'b': ''})",
                  "expected names of at most 255 bytes"),
    "recipe-path": ("def recipe(self, version):  # FAULT\n return Recipe(pip=('/srv/foo',))",
                    "pip[0] is '/srv/foo', a path, expected names of packages, or URLs"),
    "recipe-tarball": ("def recipe(self, version):  # FAULT\n return Recipe(npm=('file:../foo.tgz',))",
                       "npm[0] is 'file:../foo.tgz', a path"),
    "no-program": ("def launch(self, job):  # FAULT\n return Launch(argv=('cab-no-such-cli',))",
                   "names a program that its recipe does not install"),
    "raises": ("def launch(self, job):\n return len(5)  # FAULT", "launch() raised TypeError: object of type"),
    "raises-deep": ("def launch(self, job):\n return json_events(5)  # FAULT", "launch() raised AttributeError"),
    "exits": ("def launch(self, job):\n raise SystemExit(3)  # FAULT", "launch() raised SystemExit: 3"),
    "interrupts": ("def launch(self, job):\n raise KeyboardInterrupt  # FAULT", "launch() raised KeyboardInterrupt"),
    "misspelt": ("def launch(self, job):\n return Launch(agrv=('x',))  # FAULT", "unexpected keyword argument 'agrv'"),
    "mute": ("def launch(self, job):\n raise Mute  # FAULT", "launch() raised Mute"),
    "harvest-none": ("def harvest(self, left):  # FAULT\n return None", "harvest() returned None, expected Harvest"),
    "harvest-raises": ("def harvest(self, left):\n return {}['x']  # FAULT", "harvest() raised KeyError: 'x'"),
    "harvest-wrong": ("def harvest(self, left):\n return Harvest(finished='yes')  # FAULT", "'finished' must be <class 'bool'>"),
    "harvest-deep": ("def harvest(self, left):  # FAULT\n return Harvest(transcript=('said',))",
                     "transcript[0] is str, expected Step"),
    "recipe-list": ("def recipe(self, version):  # FAULT\n return ['x==1']", "recipe() returned list, expected Recipe"),
    "recipe-text": ("def recipe(self, version):  # FAULT\n return Recipe(pip='x==1')", "pip is str, expected tuple of str"),
    "recipe-python": ("def recipe(self, version):  # FAULT\n return Recipe(python='3.11')", "python is '3.11', expected a version"),
    "recipe-raises": ("def recipe(self, version):\n return 1 / 0  # FAULT", "recipe() raised ZeroDivisionError"),
    "version-text": ("def version_argv(self):  # FAULT\n return 'x --version'", "version_argv() returned str, expected sequence of str"),
    "version-empty": ("def version_argv(self):  # FAULT\n return []", "version_argv() returned nothing"),
    "dialect-none": ("def dialect(self):\n return None", "dialect of CLI 'dialect-none': lacks edit()"),
    "edit-text": ("def edit(self, files, request, job):  # FAULT\n return 'text'", "edit() returned str, expected Reply or None"),
    "edit-raises": ("def edit(self, files, request, job):\n return 1 / 0  # FAULT", "edit() raised ZeroDivisionError"),
    "edit-deep": ("def edit(self, files, request, job):  # FAULT\n return Reply(tool=('x', {'a': b''}))",
                  "tool[1].a is bytes, expected a JSON value"),
    "protocol-text": ("protocols = 'openai-chat'", "a `protocols` that is str, expected tuple of str"),
    "no-schema": ("options = {'depth': {'type': 'number!'}}", "a `options` that is dict in which depth is one in which"),
    "version-number": ("default_version = 1.0", "a `default_version` that is 1.0, expected str"),
    "thief": ("name = 'aider'", "calls itself 'aider', expected the name under which it was registered"),
    "no-method": ("launch = None", "has a launch that is no method"),
    "unmade": ("def __init__(self):\n  self.x = 1 / 0  # FAULT", "its factory raised ZeroDivisionError"),
}  # fmt: skip
HALFWAY = """
from cab_core import Registration, hookimpl
@hookimpl
def cab_adapters():
    yield Registration(name="halfway", summary="s", factory=lambda: None)
    raise RuntimeError("half of it")  # FAULT
"""
OTHERS = """
import pathlib
from cab_core import Registration, Score, hookimpl
class Axis:
    needs = ()
    def score(self, evidence, scores):
        return Score(axis=self.axis, headline=1.0)
class Fine(Axis):
    axis = "fine"
class Raises(Axis):
    axis = "raises"
    def score(self, evidence, scores):
        return scores["nothing"]  # RAISES
class Nothing(Axis):
    axis = "nothing"
    def score(self, evidence, scores):  # NOTHING
        return None
class Unknown(Axis):
    axis = "unknown"
    needs = ("no_such_axis",)
class Chicken(Axis):
    axis = "chicken"
    needs = ("egg",)
class Egg(Axis):
    axis = "egg"
    needs = ("chicken",)
class Liar(Axis):
    axis = "pass_rate"
class Bare:
    axis = "bare"
@hookimpl
def cab_scorers():  # SCORERS
    yield from (
        Registration(name=c.axis, summary="an axis", factory=c) for c in
        (Fine, Raises, Nothing, Unknown, Chicken, Egg, Bare)
    )
    yield Registration(name="liar", summary="an axis", factory=Liar)
@hookimpl
def cab_task_packs():  # PACKS
    here = pathlib.Path(__file__).parent
    return [
        Registration(name="nowhere", summary="gone", factory=lambda: here / "nowhere"),
        Registration(name="textual", summary="no path", factory=lambda: str(here)),
        Registration(name="empty", summary="no pack", factory=lambda: here),
    ]
"""
TWIN = (
    OTHERS.partition("class Raises")[0]
    + """
@hookimpl
def cab_scorers():
    return [Registration(name="fine", summary="an axis", factory=Fine)]
"""
)


def adapters_module() -> str:
    """Return a module that registers an adapter for each fault."""
    parts = [
        "from cab_core.plugins.toolkit import json_events",
        WELL,
        "class Mute(Exception):\n def __str__(self):\n  raise ValueError",
    ]
    for n, (name, (body, _)) in enumerate(ADAPTERS.items()):
        lines = "\n".join(f"    {line}" for line in body.splitlines())
        parts.append(f"class Faulty{n}(Well):\n    name = {name!r}\n{lines}")
    names = ", ".join(f"({name!r}, Faulty{n})" for n, name in enumerate(ADAPTERS))
    parts.append(
        "@hookimpl\ndef cab_adapters():\n"
        f"    return [Registration(name=n, summary='s', factory=c) for n, c in ({names})]\n"
    )
    return "\n".join(parts)


def line_of(text: str, mark: str, after: str = "") -> int:
    """Return the number of the first line that holds a mark, after some other text."""
    start = text.index(after)
    return text[: text.index(mark, start)].count("\n") + 1


@pytest.fixture
def third_parties(distribution: Callable[..., str], cab: Cab) -> str:
    """Install all of them; returns their site directory."""
    distribution("cab-good", GOOD)
    distribution("cab-faulty", adapters_module())
    distribution("cab-halfway", HALFWAY)
    distribution("cab-twin", TWIN)
    site = distribution("cab-others", OTHERS)
    cab.find_plugins(site)
    return site


@pytest.mark.timeout(240)
def test_each_fault_costs_its_own_cells_and_no_others(cab: Cab, third_parties: str) -> None:
    """One real run: good cells as they must be; every fault `infra_plugin` with its distribution and line."""
    names = ["well", *ADAPTERS, "cab_halfway", "idle"]
    tuis = [word for name in names for word in ("--tui", name)]
    done = cab(
        "run", *tuis, "--model", "scripted:oracle", "--task", TASK, "-j", "2", "--runs", "runs", "--json"
    )
    assert "Traceback" not in done.stderr and done.returncode == 1, done.stderr[-3000:]
    rows: dict[str, Any] = {
        row["tui"]: row for row in cab.json("results", "--scripted", "--runs", "runs", "--json")
    }
    assert set(rows) == set(names)
    assert (rows["well"]["outcome"], rows["idle"]["outcome"]) == ("passed", "failed")
    assert rows["well"]["scores"]["fine"] == 1 if "fine" in rows["well"]["scores"] else True
    text, at = adapters_module(), "cab_faulty.py"  # a record names no directory
    for name, (body, said) in ADAPTERS.items():
        row = rows[name]
        assert row["outcome"] == "infra_plugin", (name, row["outcome"], row["why"])
        assert "plugin cab-faulty:cab_faulty" in row["why"] and said in row["why"], (name, row["why"])
        start = f"    name = {name!r}\n"
        wanted = (
            f"{at}:{line_of(text, 'FAULT', start)}" if "FAULT" in body else f"{at}:{line_of(text, start) - 1}"
        )
        assert name == "dialect-none" or f"(at {wanted})" in row["why"], (name, wanted, row["why"])
        assert "attr" not in row["why"].replace("attribute", ""), (name, row["why"])
    halfway = rows["cab_halfway"]
    assert halfway["outcome"] == "infra_plugin" and "RuntimeError: half of it" in halfway["why"]
    assert f"cab_halfway.py:{line_of(HALFWAY, 'FAULT')}" in halfway["why"]


def test_broken_scorers_and_packs_cost_their_axes_and_tasks(cab: Cab, third_parties: str) -> None:
    """The cell has its verdict and all other axes; each fault is one line with its distribution and place."""
    args = ("--model", "scripted:oracle", "--task", TASK, "--runs", "runs")
    done = cab("run", "--tui", "well", *args, COLUMNS="4000")
    assert done.returncode == 0, done.stderr
    [row] = cab.json("results", "--scripted", "--runs", "runs", "--json")
    assert (
        row["outcome"] == "passed"
        and row["scores"]["pass_rate"] == 1
        and row["scores"]["composite"] is not None
    )
    assert (
        not {"raises", "nothing", "unknown", "chicken", "egg", "liar", "bare", "fine"} & row["scores"].keys()
    )
    lines, at = done.stderr.splitlines(), Path(third_parties, "cab_others.py")
    for parts in (
        ("axis 'unknown' is left out: it needs no_such_axis", f"(at {at}:{line_of(OTHERS, 'SCORERS') - 1})"),
        ("axis 'chicken' is left out: it needs egg, in a circle", "cab-others:cab_others"),
        ("axis 'egg' is left out: it needs chicken, in a circle", "cab-others:cab_others"),
        ("axis 'bare': lacks needs", f"(at {at}:{line_of(OTHERS, 'class Bare')})"),
        ("axis 'liar': the object calls itself 'pass_rate'", f"(at {at}:{line_of(OTHERS, 'class Liar')})"),
        ("axis 'raises': score() raised KeyError: 'nothing'", f"(at {at}:{line_of(OTHERS, 'RAISES')})"),
        ("axis 'nothing': score() returned None, expected Score", f"(at {at}:{line_of(OTHERS, 'NOTHING')})"),
        ("the name is claimed by cab-twin:cab_twin too", "cab-others:cab_others"),
    ):
        found = [line for line in lines if all(p in line for p in parts)]
        assert len(found) == 1 and "cab-" in found[0], (parts, done.stderr)
    assert "task pack" not in done.stderr  # none of those that the run is about
    lines = cab("tasks", "list", COLUMNS="4000").stderr.splitlines()
    for parts in (
        ("task pack 'nowhere': there is no directory", f"(at {at}:{line_of(OTHERS, 'PACKS') + 3})"),
        ("task pack 'textual': its factory made str, expected Path", f"(at {at}:"),
        ("task pack 'empty'", "no known format recognises it", f"(at {at}:"),
    ):
        found = [line for line in lines if all(p in line for p in parts)]
        assert len(found) == 1 and "cab-" in found[0], (parts, lines)
    refused = cab("run", "--tui", "well", "--model", "scripted:oracle", "--task", "nowhere/*")
    assert (
        refused.returncode == 2
        and "there is no directory" in refused.stderr
        and "Traceback" not in refused.stderr
    )


def test_an_axis_that_was_broken_is_repaired_by_rescoring(cab: Cab, third_parties: str) -> None:
    """Mended, it is scored; without its plugin, it is kept and named; the outcome is never touched."""
    cab("run", "--tui", "well", "--model", "scripted:null", "--task", TASK, "--runs", "runs")
    file = Path(third_parties, "cab_others.py")
    file.write_text(OTHERS.replace('scores["nothing"]', 'Score(axis="raises", headline=7)'))
    done = cab("rescore", "--runs", "runs")
    assert done.returncode == 0 and "1 changed" in done.stdout
    [row] = cab.json("results", "--scripted", "--runs", "runs", "--json")
    assert (row["outcome"], row["scores"]["raises"]) == ("passed", 7)
    done = cab("-p", "no:dist:cab-others", "-p", "no:dist:cab-twin", "rescore", "--runs", "runs")
    assert "axis raises of 1 cell is kept as it was" in done.stdout and "0 changed" in done.stdout
    [row] = cab.json("results", "--scripted", "--runs", "runs", "--json")
    assert row["scores"]["raises"] == 7


STACKS = """
from cab_core import Args, Env, Files, Instructions, McpServer, Recipe, Registration, hookimpl
def halfway():
    yield Env(name="a", values={"A": "1"})
    raise LookupError("no more")  # RAISED
@hookimpl
def cab_stack_plugins():
    made = {
        "one": lambda: Env(name="a", values={"A": "1"}),
        "text": lambda: "house",
        "value": lambda: [Env(name="a", values={"A": None})],
        "halfway": lambda: list(halfway()),
        "outside": lambda: [Files(name="f", files={"/etc/x": ""})],
        "reserved": lambda: [Files(name="f", files={".cab-stdin": ""})],
        "both": lambda: [Files(name="f", files={"a": "", "a/b": ""})],
        "nul": lambda: [Args(name="f", argv=("--x", "a\\0b"))],
        "unset": lambda: [Env(name="f", values={"A=B": ""})],
        "local": lambda: [McpServer(name="f", command=("f",), recipe=Recipe(pip=("./f",)))],
        "twice": lambda: [Instructions(name="a", text="1"), Instructions(name="a", text="2")],
    }
    return [Registration(name=n, summary="s", factory=f) for n, f in made.items()]
"""


@pytest.mark.parametrize(
    ("name", "said", "mark"),
    [
        ("one", "its factory made Env, expected tuple of", ""),
        ("text", "its factory made str, expected tuple of", ""),
        ("value", "[0].values.A is None, expected str", ""),
        ("halfway", "its factory raised LookupError: no more", "RAISED"),
        ("outside", "[0].files is '/etc/x', outside HOME, expected paths relative to HOME", ""),
        ("reserved", "expected paths that cab does not use itself", ""),
        ("both", "[0].files is the file a (beside a/b), expected files that can lie beside", ""),
        ("nul", "[0].argv[1] is one that holds a NUL, at character 1", ""),
        ("unset", "[0].values is 'A=B', expected names without '='", ""),
        ("local", "[0].recipe.pip[0] is './f', a path, expected names of packages, or URLs", ""),
        ("twice", "[1] is an item that wants instructions 'a', as [0] does", ""),
    ],
)
def test_a_broken_stack_is_told_before_anything_runs(
    cab: Cab, distribution: Callable[..., str], name: str, said: str, mark: str
) -> None:
    """All cells of the sweep ask for it: exit 2, its plugin and its author's line, no traceback."""
    cab.find_plugins(distribution("cab-good", GOOD))
    cab.find_plugins(distribution("cab-stacks", STACKS))
    done = cab("run", "--tui", "well", "--model", "scripted:null", "--task", TASK, "--stack", name)
    line = line_of(STACKS, mark or f'"{name}": ')
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert f"plugin cab-stacks:cab_stacks: stack {name!r}: " in done.stderr and said in done.stderr
    assert f"cab_stacks.py:{line})" in done.stderr
    [found] = [
        row["fault"] for row in json.loads(cab("plugins", "doctor", "--json").stdout) if row["name"] == name
    ]
    assert said in found and f"cab_stacks.py:{line})" in found


def test_one_cli_that_is_broken_is_a_user_s_error(cab: Cab, third_parties: str) -> None:
    """Where nothing is left to run, it is told before anything is, with exit 2 and no traceback."""
    done = cab("run", "--tui", "thief", "--model", "scripted:oracle", "--task", TASK)
    assert done.returncode == 2 and "calls itself 'aider'" in done.stderr and "Traceback" not in done.stderr
    assert not Path(cab.cwd, "runs").exists() or not list(Path(cab.cwd, "runs").rglob("cell.json"))


def test_a_changed_line_runs_the_cells_anew(cab: Cab, distribution: Callable[..., str]) -> None:
    """At the same version, as in an editable install: the adapter's code is part of the key, and the reason is told."""
    site = distribution("cab-good", GOOD)
    cab.find_plugins(site)
    args = ("run", "--tui", "well", "--model", "scripted:null", "--task", TASK)
    cab(*args)
    assert "done before" in cab(*args).stderr
    file = Path(site, "cab_good.py")
    file.write_text(file.read_text() + "# a line more\n")
    said = cab(*args, COLUMNS="4000").stderr
    assert "done before" not in said and "1 cell is run anew: cli.code was " in said


def test_the_doctor_finds_them_without_a_run(cab: Cab, third_parties: str) -> None:
    """All but a program that is not there, which is told once its CLI is installed; built-in plugins are well."""
    done = cab("plugins", "doctor", "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert isinstance(found, list), done.stdout
    told = {row["name"] for row in found}
    assert {row["distribution"] for row in found} == {"cab-faulty", "cab-halfway", "cab-others", "cab-twin"}
    assert {*ADAPTERS} - told <= {"no-program"}
    assert {
        "raises",
        "nothing",
        "unknown",
        "chicken",
        "egg",
        "liar",
        "bare",
        "nowhere",
        "textual",
        "empty",
    } <= told
    for row in found:
        said = ADAPTERS.get(row["name"], ("", ""))[1] if row["kind"] == "adapter" else ""
        assert said in row["fault"] and row["distribution"] in row["fault"], row
    [one] = cab.json("plugins", "info", "env-none", "--json")
    assert "env.X is None" in one["faults"][0]
    assert "wrong" in cab("plugins", "info", "env-none").stdout


CARELESS = (
    WELL.replace('default_version = "1"', 'default_version = "9.9"').replace("(Well, Idle)", "(Well,)")
    + """
class Careless(Well):
    name = "careless"
    def launch(self, job):  # LAUNCH
        return Launch(argv=("python3", "-c", "pass", f"--key={job.token}"))
class Deaf(Well):
    name = "deaf"
    def launch(self, job):
        return Launch(argv=("true", *[item.text for item in job.stack]))  # DEAF
@hookimpl
def cab_adapters():
    return [Registration(name="deaf", summary="s", factory=Deaf), Registration(name="careless", summary="s", factory=Careless)]
"""
)


def test_the_doctor_finds_what_would_run_and_be_wrong(cab: Cab, distribution: Callable[..., str]) -> None:
    """A token that all processes can read, a stack that cannot be given, and a version that is another."""
    cab.find_plugins(distribution("cab-careless", CARELESS))
    cab.env["CAB_CACHE"] = str(cab.cwd / "cache")
    before = cab("plugins", "doctor")
    assert before.returncode == 1 and "default_version" not in before.stdout
    assert "launch() puts the token into argv[3]" in before.stdout
    assert f"cab_careless.py:{line_of(CARELESS, 'LAUNCH')})" in before.stdout
    raised = "launch(), given a stack of every kind of item, raised AttributeError: 'McpServer'"
    assert f"CLI 'deaf': {raised}" in before.stdout
    assert f"cab_careless.py:{line_of(CARELESS, 'DEAF')})" in before.stdout
    cab("run", "--tui", "careless", "--model", "scripted:null", "--task", TASK)
    [cell] = [json.loads(f.read_text()) for f in Path(cab.cwd, "runs").rglob("cell.json")]
    [note] = [n for n in cell["notes"] if "the token" in n]
    assert (
        "plugin cab-careless:cab_careless@1.0: CLI 'careless': launch() puts the token into argv[3]" in note
    )
    after = cab("plugins", "doctor")
    assert "its default_version is '9.9', but what its recipe installs says 'Python 3" in after.stdout
