"""How what `cab` costs grows with tasks and cells: processor seconds and megabytes at several sizes.

    python -m tests.benchmarks.growth [--sizes 1000 10000] [--only list plan again dry-run dry-new merge merge-again ...]

Each size is ten times the one before where nothing else is said; linear work is then ten times as much. Cells are
copies of one that was really run, so their files are of the size that real ones have. No figure decides pass or fail.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs

from cab_core.gateway.models import ConfigDoc, EndpointChoice
from cab_core.plugins.registry import Plugins
from cab_core.records import CellResult, Sweep, from_json, to_json
from cab_core.store.paths import attempt_path
from cab_core.sweep.plan import make_plan
from cab_core.tasks.catalog import Catalog
from cab_core.tasks.listing import write_list
from tests.benchmarks.cold_start import CAB, install_nil
from tests.support.harbor import SOLVE, write_task

BUILT_IN = Path(__file__).parents[2] / "task_packs/cab_tasks_mutations/py-lru-cache"
TASKS = 2000  # at most; more cells are attempts
_PLAN = """
import sys
from pathlib import Path
from tests.benchmarks.growth import planned
print(len(planned(Path(sys.argv[1]), int(sys.argv[2])).cells))
"""

# The largest size of a process is at least that of whoever started it: a small one does.
_MEASURE = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdout=sys.stderr, stderr=sys.stderr)
_, status, used = os.wait4(process.pid, 0)
print(status, used.ru_utime + used.ru_stime, used.ru_maxrss)
"""


def write_big_pack(root: Path, tasks: int) -> None:
    """Write a pack of `tasks` copies of one task."""
    root.mkdir(parents=True)
    (root / "pack.toml").write_text('schema_version = 1\nname = "big"\nversion = "1"\ntitle = "t"\n')
    for number in range(tasks):
        shutil.copytree(BUILT_IN, root / f"task-{number:05}")
    write_list(root)


def write_harbor_set(root: Path, tasks: int) -> None:
    """Write a set of so many tasks of Harbor's, each of nine files; no two are alike."""
    for number in range(tasks):
        said = {"instruction.md": f"Greet {number}.", "environment/name.txt": f"{number}"}
        said |= {"solution/solve.sh": f"{SOLVE}echo {number}\n", "tests/test_more.py": f"x = {number}\n"}
        write_task(root / f"task-{number:05}", said)


def arguments(pack: Path, cells: int) -> list[str]:
    """Return the options of `cab run` for so many cells of a pack."""
    tasks = sum(1 for _ in pack.glob("*/task.toml"))
    what = ["--tui", "nil", "--model", "scripted:null", "--task", "big/*", "--attempts", str(cells // tasks)]
    return [*what, "--pack", str(pack)]


def planned(pack: Path, cells: int):  # type: ignore[no-untyped-def]
    """Return the plan of those cells."""
    tasks, plugins = sum(1 for _ in pack.glob("*/task.toml")), Plugins()
    sweep = Sweep(tuis=("nil",), models=("scripted:null",), tasks=("big/*",), attempts=cells // tasks)
    return make_plan(sweep, plugins, Catalog(plugins, [pack]), EndpointChoice(), ConfigDoc(), lambda _: None)


def finish_all(pack: Path, cells: int, runs: Path, env: dict[str, str]) -> None:
    """Write the results of those cells as if they had been run: of one, which is."""
    one = [*arguments(pack, cells), "--task", "big/task-00000", "--attempts", "1", "--runs", str(runs)]
    del one[one.index("--task") : one.index("--task") + 2]
    subprocess.run([CAB, "run", *one], env=env, check=True, capture_output=True)
    (done,) = runs.glob("*/*/*/*/*/*/*/*/cell.json")
    found = from_json(json.loads(done.read_text()), CellResult)
    for plan in planned(pack, cells).cells:
        result = attrs.evolve(
            found,
            cell=plan.cell,
            cell_id=plan.cell.cell_id,
            task=plan.task.task,
            content_key=plan.content_key,
            grader_key=plan.grader_key,
        )
        target = runs / attempt_path(plan.cell) / "1"
        target.mkdir(parents=True, exist_ok=True)
        (target / "cell.json").write_text(json.dumps(to_json(result), indent=1))


def measured(argv: Sequence[str | Path], env: dict[str, str]) -> tuple[float, float, int]:
    """Return processor seconds, megabytes and printed bytes of a command."""
    with tempfile.TemporaryFile() as out:
        shim = [sys.executable, "-S", "-c", _MEASURE, *argv]
        done = subprocess.run(shim, env=env, stdout=subprocess.PIPE, stderr=out, check=False)
        status, seconds, kilobytes = map(float, done.stdout.split())
        assert status == 0, (argv, status)
        return seconds, kilobytes / 1024, out.seek(0, 2)


def commands(
    pack: Path, cells: int, runs: Path, only: Sequence[str]
) -> Iterator[tuple[str, list[str | Path]]]:
    """Yield what is measured."""
    all_of = {
        "list": [CAB, "tasks", "list", "--pack", pack],
        "plan": [sys.executable, "-c", _PLAN, pack, str(cells)],
        "again": [CAB, "run", *arguments(pack, cells), "--runs", runs],
        "dry-run": [CAB, "run", *arguments(pack, cells), "--runs", runs, "--dry-run"],
        "dry-new": [CAB, "run", *arguments(pack, cells), "--runs", runs.with_name("none"), "--dry-run"],
        "merge": [CAB, "merge", runs, "-o", runs.with_name(f"{runs.name}-merged")],
        "merge-again": [CAB, "merge", runs, "-o", runs.with_name(f"{runs.name}-merged")],
        "results": [CAB, "results", "--runs", runs, "--scripted"],
        "summary": [CAB, "results", "--summary", "--runs", runs, "--scripted"],
    }
    yield from ((name, argv) for name, argv in all_of.items() if not only or name in only)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--only", nargs="+", default=[])
    parser.add_argument(
        "--keep", type=Path, help="directory in which what was made is left for the next time"
    )
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as gone:
        base = args.keep or Path(gone)
        env = {**os.environ, "PYTHONPATH": f"{base / 'site'}:{Path(__file__).parents[2]}"}
        if not (base / "site").exists():
            install_nil(base / "site")
        sys.path.insert(0, str(base / "site"))
        for size in args.sizes:
            pack, runs = base / f"pack-{min(size, TASKS)}", base / f"runs-{size}"
            if not pack.exists():
                write_big_pack(pack, min(size, TASKS))
            if not runs.exists() and set(args.only) != {"list"}:
                finish_all(pack, size, runs, env)
            for name, argv in commands(pack, size, runs, args.only):
                seconds, megabytes, printed = measured(argv, env)
                print(f"{name:<11} {size:>7}: {seconds:7.2f} s of a processor, {megabytes:5.0f} MB, "
                      f"{printed:>10,} bytes printed", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
