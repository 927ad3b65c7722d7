"""A third party's executor: what it has of cab is what `cab_core` exports, and its workers are bare processes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cab_core.records import CellResult
from cab_core.store.cells import Store
from cab_core.store.reading import read_json
from tests.conftest import Cab
from tests.support import tiny

PLUGIN = """
import base64, json, pickle, subprocess, sys
from cab_core import Registration, WorkerError, hookimpl

CODE = '''
import json, pickle, sys
from cab_core import WorkerError, carry_out
portable, job = pickle.load(sys.stdin.buffer)
try:
    found = carry_out(portable, job, "w1")
except WorkerError as exc:
    found = exc
pickle.dump(found, sys.stdout.buffer)
'''

class Bare:
    name = "bare"
    def portable(self, work):
        return work.portable
    def map(self, cells, work, width):
        for cell in cells:
            job = work.job(cell)
            if job is None:
                continue
            work.started(cell, "w1")
            argv = [sys.executable, "-c", CODE]
            done = subprocess.run(argv, input=pickle.dumps((self.portable(work), job)), stdout=subprocess.PIPE, check=True)
            found = pickle.loads(done.stdout)
            yield work.lost(cell, found) if isinstance(found, WorkerError) else work.accept(cell, self.came(found))
    def came(self, archive):
        return archive

class Other(Bare):
    name = "other"
    def portable(self, work):
        document = json.loads(work.portable)
        document["sweep"]["limits"]["wall_s"] = 5
        return json.dumps(document).encode()

class Garbles(Bare):
    name = "garbles"
    def came(self, archive):
        return archive[:-40]

class Old:
    name = "old"
    def map(self, cells, work, width):
        return map(work, cells)

@hookimpl
def cab_executors():
    return [Registration(name=c.name, summary="s", factory=c) for c in (Bare, Other, Garbles, Old)]
"""


@pytest.fixture
def run(cab: Cab, distribution: Callable[..., str]) -> Callable[[str], CellResult]:
    """Run a cell by an executor."""
    cab.find_plugins(distribution("cab-tiny", tiny.PLUGIN))
    cab.alone()
    (cab.cwd / "anybodys.py").write_text(PLUGIN)

    def cell(executor: str) -> CellResult:
        asked = ("--tui", "tiny", "--model", "scripted:null", "--task", "mutations/py-stock-reorder")
        done = cab("--plugin", "anybodys.py", "run", *asked, "--executor", executor)
        [(path, _)] = Store(cab.cwd / "runs").standing()
        assert "Traceback" not in done.stderr, done.stderr
        assert list((cab.cwd / "tmp").iterdir()) == []
        return read_json(path / "cell.json", CellResult)

    return cell


def test_a_cell_is_carried_out_in_another_process(run: Callable[[str], CellResult]) -> None:
    """And one of the shape that executors had before calls its work as before."""
    assert run("bare").outcome == "failed"
    assert run("old").outcome == "failed"


@pytest.mark.parametrize(
    ("executor", "why"),
    [
        ("other", "worker w1: it would run another cell than was planned: limits.wall_s was 600.0, is 5"),
        ("garbles", "what came is no archive of a cell: "),
    ],
)
def test_a_worker_is_not_believed(run: Callable[[str], CellResult], executor: str, why: str) -> None:
    """Another cell than was planned is not run, and what is no archive is none: the reason is in the cell."""
    found = run(executor)
    assert (found.outcome, found.why[: len(why)]) == ("infra_worker", why)
