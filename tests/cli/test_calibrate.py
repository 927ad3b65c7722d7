"""`cab calibrate`, and a sweep that demands it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest

from cab_core.gateway.scripted.personas import PERSONAS
from cab_core.plugins.registry import Plugins
from cab_core.records import CellResult, Installation
from cab_core.records.calibration import Calibration
from cab_core.store.calibrations import calibrations
from cab_core.store.reading import read_json
from cab_core.sweep.calibration import EVERYWHERE, OTHERS, RULES, findings
from cab_core.sweep.calibration_table import wrong
from cab_core.testing.solutions import odd_task
from tests.conftest import Cab
from tests.support.often import rows
from tests.support.puppet import play

# A third party's CLI without a dialect: a shell tool and a loop. BREAK is what a test wants to go wrong.
PLUGIN = """
import sys
sys.path.insert(0, {root!r})
from cab_core import Registration, hookimpl
from tests.support.agent import SHELL, Agent
class Tiny(Agent):
    name = "tiny"
    def __init__(self):
        super().__init__(SHELL)
{more}
@hookimpl
def cab_adapters():
    return [Registration(name="tiny", summary="t", factory=Tiny)]
"""
LITTERS = """
    def launch(self, job):
        import attrs
        found = super().launch(job)
        return attrs.evolve(found, files={p: t + "\\nopen('litter', 'w').write('x')" for p, t in found.files.items()})
"""
ROOT = str(Path(__file__).parents[2])
ARGS = ("calibrate", "--tui", "tiny", "--wall", "6", "-j", "2", "--task")
SWEEP = 'tuis = ["tiny"]\nmodels = ["scripted:null"]\ntasks = ["mutations/py-lru-cache"]\nrequire_calibration = true\n'

Make = Callable[..., str]


def plugin(cab: Cab, distribution: Make, more: str = "") -> dict[str, str]:
    """Install the CLI; return the environment that finds it, with a cache of its own."""
    path = distribution("cab-tiny", PLUGIN.format(root=ROOT, more=more))
    return {"PYTHONPATH": path, "CAB_CACHE": str(cab.cwd / "cache")}


def test_every_persona_and_axis_has_a_rule() -> None:
    """The table speaks of every scripted model and of every axis."""
    assert {r.persona for r in RULES} == set(PERSONAS) == {*EVERYWHERE, *OTHERS}
    axes = {"pass_rate", "tokens", "latency", "blast_radius", "refusal", "integrity", "composite", "outcome"}
    assert {r.axis for r in RULES} == axes


def test_a_wrong_figure_is_found(tmp_path: Path) -> None:
    """A cell in which nothing was solved, called the oracle's, breaks the oracle's rules."""
    _, null = play(tmp_path, "call()")

    def wrong(cell: CellResult) -> set[str]:
        return {f.rule.figure for f in findings([cell]) if not f.right}

    renamed = attrs.evolve(null, cell=attrs.evolve(null.cell, model="scripted:oracle"))
    assert wrong(null) == set()
    assert wrong(renamed) == {"outcome", "pass_rate.pass", "composite.composite"}


def test_a_missing_axis_is_wrong(tmp_path: Path) -> None:
    """An axis that nobody computed is no axis that is right."""
    _, null = play(tmp_path, "call()")
    without = attrs.evolve(null, scores={})
    assert {f.rule.axis for f in findings([without]) if f.right} == {"outcome"}


@pytest.mark.prove
@pytest.mark.timeout(240)
def test_a_cli_without_a_dialect_is_calibrated_and_may_then_run(cab: Cab, distribution: Make) -> None:
    """All axes are right in all packs; the record that is left opens a sweep that demands it."""
    env = plugin(cab, distribution)
    (cab.cwd / "sweep.toml").write_text(SWEEP)
    before = cab("run", "sweep.toml", **env)
    assert before.returncode == 2 and "cab calibrate --tui tiny@1 --runtime local" in before.stderr
    patterns = ("mutations/py-l*", "--task", "refusal/py-login*", "--task", "integrity/py-l*")
    done = cab.json(*ARGS, *patterns, "--json", **env)
    assert done["right"], [f for f in done["findings"] if not f["right"]]
    assert done["cells"] == 2 * 4 + 6 * 3
    record = read_json(cab.cwd / done["record"], Calibration)
    assert (record.right, record.figures) == (True, (len(done["findings"]),) * 2)
    assert record.claims == (0, 0) and set(record.tasks) == {c.task for c in record.cells}
    assert record.takes.skips == {
        "mcp": "this CLI speaks no MCP", "instructions": "this CLI reads no instructions", "skill": "this CLI has no skills",
    }  # fmt: skip
    assert cab("run", "sweep.toml", **env).returncode == 0
    other = cab("run", "sweep.toml", "--tui", "tiny@2", **env)
    assert other.returncode == 2 and "tiny@2" in other.stderr


@pytest.mark.timeout(240)
def test_a_wrong_figure_is_exit_1_and_opens_no_sweep(cab: Cab, distribution: Make) -> None:
    """A CLI that leaves a file of its own in the work dir has blast radius under the oracle: the record says so."""
    env = plugin(cab, distribution, LITTERS)
    done = cab(*ARGS, "mutations/py-lru-cache", **env)
    assert done.returncode == 1
    assert "blast_radius" in done.stdout and "WRONG" in done.stdout and "wrong:" in done.stdout
    [record] = calibrations(cab.cwd / "runs")
    assert {f.figure for _, f in wrong(record)} >= {"blast_radius.blast_radius"} and not record.right
    (cab.cwd / "sweep.toml").write_text(SWEEP)
    assert cab("run", "sweep.toml", **env).returncode == 2


ALONE = [word for name in Plugins().names("adapter") for word in ("-p", f"no:{name}")]
ALL = ("calibrate", "--all", "--wall", "3", "-j", "2", "--task", "mutations/py-lru-cache")
GONE = """
class Gone(Tiny):
    name = "gone"
    def __init__(self):
        super().__init__()
        self.recipe = self.broken
    def broken(self, version):
        raise OSError("no licence")
@hookimpl
def cab_adapters():
    return [Registration(name=a.name, summary="t", factory=a) for a in (Gone, Tiny)]
"""


@pytest.mark.timeout(240)
def test_all_goes_on_where_one_fails_and_where_it_stopped(cab: Cab, distribution: Make) -> None:
    """A CLI that cannot be calibrated is a row with its reason, exit 1; what was right is not run again."""
    cab.find_plugins(distribution("cab-tiny", PLUGIN.format(root=ROOT, more="") + GONE))
    cab.env["CAB_CACHE"] = str(cab.cwd / "cache")
    first = cab(*ALONE, *ALL)
    assert first.returncode == 1, first.stderr
    rows = {line.split()[0]: line for line in first.stdout.splitlines() if line[:4] in ("gone", "tiny")}
    assert "as it must be" in rows["tiny"] and "8 x 1" in rows["tiny"] and "none" in first.stdout
    assert "no licence" in rows["gone"] and "1 of 2 CLIs are as they must be." in first.stdout
    again = cab.json(*ALONE, *ALL, "--json")
    gone, tiny = again["clis"]
    assert (gone["right"], tiny["right"], again["right"], tiny["wrong"]) == (False, True, False, [])
    assert "no licence" in gone["trouble"] and gone["record"] is None
    assert len(list((cab.cwd / "runs/calibration-tiny").rglob("cell.json"))) == tiny["cells"] == 8


@pytest.mark.parametrize("args", [(), ("--all", "--tui", "aider")])
def test_which_clis_is_said_once(cab: Cab, args: tuple[str, ...]) -> None:
    """Neither all nor one, or both, is a mistake."""
    done = cab("calibrate", *args)
    assert done.returncode == 2 and "either --tui NAME" in done.stderr


NO_SHELL = """
    def __init__(self):
        from tests.support.agent import WRITE
        Agent.__init__(self, WRITE)
"""


def test_what_a_cli_cannot_write_is_no_wrong_figure(cab: Cab, distribution: Make, tmp_path: Path) -> None:
    """A task that wants a mode, through a CLI that cannot set one: told as that, exit 0, not in the record."""
    odd_task(tmp_path / "pack", ("new.sh",), check="test -x")
    done = cab(
        "calibrate", "--tui", "tiny", "--wall", "2", "--task", "odd/*", "--task", "mutations/py-lru-cache",
        "--pack", str(tmp_path / "pack"), **plugin(cab, distribution, NO_SHELL),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "cannot be said of this CLI: scripted:oracle x odd/one: new.sh: its mode" in done.stdout
    [record] = (cab.cwd / "runs/calibrations").rglob("*.json")
    assert set(json.loads(record.read_text())["tasks"]) == {"mutations/py-lru-cache"}


@pytest.mark.slow
@pytest.mark.timeout(900)  # nine cells, through a CLI that takes seconds to start
@pytest.mark.parametrize("tui", rows(["aider", "opencode", "copilot", "pi"], ["pi"]))
def test_a_real_cli_is_calibrated(cab: Cab, installed: Callable[[str], Installation], tui: str) -> None:
    """Through it every scripted model has the figures that it must have."""
    installed(tui)
    cab.timeout_s = 800
    done = cab.json("calibrate", "--tui", tui, "--task", "mutations/py-stock-reorder", "-j", "2", "--json")
    assert done["right"], [f for f in done["findings"] if not f["right"]]
    assert {f["persona"] for f in done["findings"]} == set(PERSONAS)
    [limit] = done["limits"].values()
    assert limit["oracle_s"] > 0 and limit["wall_s"] >= max(20, 3 * limit["oracle_s"])
    for cell in cab.json("results", "--scripted", "--json"):
        limits = json.loads(found_cell(cab, tui, cell["model"]).read_text())["cell"]["limits"]
        endless = cell["model"] in ("scripted:hang", "scripted:flood")
        assert limits["wall_s"] == (limit["wall_s"] if endless else 600)


def found_cell(cab: Cab, tui: str, model: str) -> Path:
    """Return the only cell of a model."""
    [cell] = (cab.cwd / f"runs/calibration-{tui}/{tui}" / model.replace(":", "~3a")).rglob("cell.json")
    return cell
