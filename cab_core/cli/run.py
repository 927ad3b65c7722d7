"""`cab run`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import click

from cab_core.defaults import FAILED_IN_A_ROW
from cab_core.errors import CabError, UserError

from . import options
from .again import command_again, program
from .group import pass_plugins
from .text import reason, say

if TYPE_CHECKING:
    from cab_core.plugins.registry import Plugins
    from cab_core.records import Sweep
    from cab_core.sweep.plan import Plan

    from .json_events import JsonEvents
    from .progress import Progress
    from .session import Ended, Make
    from .tally import Tally

    Run = Callable[[Progress | JsonEvents], Ended]

_NOT_ON_RECORD = (
    "The same command would end the same: the record does not hold what the CLI asks now. Replay it with the "
    "CLI, the task and the options of the record, or make a new one (--fresh --record DIR, with a model)."
)
_ROWS = 200  # cells that the table at the end shows one by one


@click.command
@click.argument("sweep_file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--tui", "tuis", multiple=True, metavar="NAME|FILE[@VERSION]", help="a CLI; several make a matrix"
)
@click.option(
    "--model", "models", multiple=True, metavar="ID", help="scripted:oracle, or an id your endpoint knows"
)
@click.option(
    "--task",
    "tasks",
    multiple=True,
    metavar="PATTERN",
    help="fnmatch on the task id; * crosses /  [all of --pack]",
)
@click.option("--attempts", type=click.IntRange(min=1), help="runs of each cell  [1]")
@click.option(
    "--stack", "stacks", multiple=True, metavar="NAME|[NAME=]PATH", help="given to the CLI; composed in order"
)
@click.option(
    "--option",
    "pairs",
    multiple=True,
    metavar="KEY=VALUE",
    help="an option of the CLI's adapter; several values of one make a matrix",
)
@click.option(
    "-j", "width", type=click.IntRange(min=1), help="cells at once  [1; with a scheduler all places there]"
)
@click.option(
    "--runtime", "runtimes", multiple=True, help="where the agent runs; several make a matrix  [local]"
)
@click.option("--executor", help="who runs the cells: local, dask or a plugin's  [local]")
@click.option(
    "--scheduler", metavar="ADDRESS", help="where the executor's workers are, such as tcp://host:8786"
)
@click.option("--sweep-id", help="name of the sweep  [local]")
@click.option(
    "--shard", metavar="I/N", help="only the I-th of N parts of the cells, I from 1; `cab merge` joins them"
)
@click.option("--locked", is_flag=True, help="refuse whatever is not as the sweep's sweep.lock.toml says")
@click.option(
    "--dry-run", is_flag=True, help="say what would be run, why, and what it would take; run nothing"
)
@click.option("--fresh", is_flag=True, help="run again what has a verdict already")
@click.option(
    "--keep-going", is_flag=True, help=f"run on where the endpoint failed {FAILED_IN_A_ROW} cells in a row"
)
@click.option("--network", type=options.OneOf(["gateway", "open"]), help="what the agent can reach")
@options.no_wire
@options.record
@options.leftovers
@options.real_time
@options.model_params
@options.limits
@options.endpoint
@options.runs
@options.pack
@click.option("--json", "as_json", is_flag=True, help="print one JSON event a line: `cab schema event`")
@pass_plugins
def command(plugins: Plugins, /, sweep_file: Path | None, **said: Any) -> int:
    """Run a matrix of CLIs x models x tasks.

    What is to be run stands in a sweep file (TOML), in options, or both: options win. The same
    command again goes on where it stopped. Where only a grader changed, the kept patch is graded again, and
    no model is called (see `cab regrade`).
    """
    if said["dry_run"]:
        return _dry_run(plugins, sweep_file, said)
    from cab_core.sweep.breaker import Breaker

    from .session import run_planned  # what runs cells is heavy, and `--help` needs none of it

    breaker = Breaker(None if said["keep_going"] else FAILED_IN_A_ROW)

    def run(shown: Progress | JsonEvents) -> Ended:
        planner = _planner(sweep_file, said)
        choice = options.choice_of(said["endpoint"], said["key"], said["key_env"])
        return run_planned(
            planner, plugins, choice, said["runs"], said["packs"], said["width"],
            said["fresh"], shown, breaker, scheduler=said["scheduler"],
        )  # fmt: skip

    go_on = command_again(click.get_current_context())
    return _as_events(run, plugins, go_on) if said["as_json"] else _as_table(run, said["runs"], go_on)


def _planner(sweep_file: Path | None, said: dict[str, Any]) -> Callable[[Make], Plan]:
    """Return what makes the plan out of what was said."""
    from cab_core.sweep.lock_file import check_locked
    from cab_core.sweep.shards import Shard

    sweep, shard = _sweep(sweep_file, said), Shard.parse(said["shard"]) if said["shard"] else None

    def planner(make: Make) -> Plan:
        plan = make(sweep)
        if said["locked"]:
            check_locked(plan, said["runs"])
        return plan.of_shard(shard) if shard else plan

    return planner


def _dry_run(plugins: Plugins, sweep_file: Path | None, said: dict[str, Any]) -> int:
    """Say what would be done. CLIs are made ready, since what is installed is a part of what a cell is."""
    from cab_core.store.cells import Store
    from cab_core.sweep.preview import preview
    from cab_core.sweep.runner import by_outcome

    from .dry_run import print_preview, print_preview_json
    from .progress import Progress
    from .session import planned

    choice = options.choice_of(said["endpoint"], said["key"], said["key_env"])
    with (shown := Progress(quiet=said["as_json"])):
        plan = planned(_planner(sweep_file, said), plugins, choice, said["packs"], shown)
        found = preview(plan, Store(said["runs"]), said["width"] or 1, by_outcome, said["fresh"])
    print_preview_json(found) if said["as_json"] else print_preview(found)
    return 0


def _as_events(run: Run, plugins: Plugins, go_on: str) -> int:
    """Run with an event a line on stdout. The last one comes however the run ends."""
    from .json_events import JsonEvents

    shown = JsonEvents(plugins)
    try:
        ended = run(shown)
    except (CabError, KeyboardInterrupt) as exc:
        code = exc.exit_code if isinstance(exc, CabError) else 130
        shown.end(code, [str(exc) or "interrupted"], None if isinstance(exc, UserError) else go_on)
        raise
    why = ["interrupted"] * ended.interrupted + ended.stopped
    shown.end(ended.exit_code, why, go_on if ended.exit_code and not ended.only_replays_lack else None)
    return ended.exit_code


def _as_table(run: Run, runs: Path, go_on: str) -> int:
    """Run with a table at the end, of what there is, and the command that goes on."""

    from .progress import Progress

    shown = Progress()
    ended = run(shown)
    _print_end(ended, shown.tally, runs)
    _next(ended, runs, go_on)
    return ended.exit_code


def _print_end(ended: Ended, tally: Tally, runs: Path) -> None:
    """Print a row for each cell or, where nobody would read so many, for each configuration; and counts."""
    from .ending import print_end

    if len(ended.results) <= _ROWS:
        print_end(ended.results, tally)
        return
    from .summaries import print_summaries, summaries

    print_summaries(summaries(ended.results, "like"))
    sweep, scripted = quote(ended.plan.sweep.sweep_id), any(r.scripted for _, r in ended.results)
    command = f"{program()} results --runs {quote(str(runs))} --sweep-id {sweep}{' --scripted' * scripted}"
    click.echo(f"More than {_ROWS} cells; a row for each: {command}")
    print_end([], tally)


def _next(ended: Ended, runs: Path, go_on: str) -> None:
    """Say where the cells are, why others were not run, and what to do."""
    scripted = " --scripted" if all(r.scripted for _, r in ended.results) else ""
    place = quote(str(runs))
    if ended.results:
        click.echo(f"Cells are in {place}.\nPages: {program()} site build {place} -o site{scripted}")
    for said in ended.stopped:
        say(f"Stopped: {reason(said, 900)} (--keep-going runs on all the same)")
    if ended.exit_code and ended.only_replays_lack:
        say(_NOT_ON_RECORD)
    elif ended.exit_code:
        click.echo(f"Go on with: {go_on}")


def _sweep(sweep_file: Path | None, said: dict[str, Any]) -> Sweep:
    import attrs

    from cab_core.records import Sweep
    from cab_core.tasks.documents import read_document

    names = ("tuis", "models", "tasks", "stacks", "attempts", "runtimes", "network", "executor", "sweep_id")
    given = {n: said[n] for n in names if said[n]}
    if said["pairs"]:
        given["option_sets"] = options.option_sets(said["pairs"])
    if said["no_wire"]:
        given["wire"] = False
    given |= {n: said[n] for n in ("record", "leftovers", "real_time") if said[n]}
    if said["params"]:
        given["model_params"] = options.key_values(said["params"], "--model-param")
    bounds = (said["wall"], said["max_calls"], said["max_tokens"], said["max_usd"])
    if sweep_file is not None:
        base = read_document(sweep_file, Sweep)
        return attrs.evolve(base, limits=options.limits_of(base.limits, *bounds), **given)
    wanted = ("tuis", "models") if said["packs"] else ("tuis", "models", "tasks")
    lacking = [f"--{n.removesuffix('s')}" for n in wanted if n not in given]
    if lacking:
        raise UserError(f"nothing to run: give {', '.join(lacking)}, or a sweep file")
    given.setdefault("tasks", ())  # all of the packs that were given
    sweep = Sweep(**given)
    return attrs.evolve(sweep, limits=options.limits_of(sweep.limits, *bounds))
