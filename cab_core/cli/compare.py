"""`cab compare`."""

from __future__ import annotations

import fnmatch
from math import comb
from pathlib import Path

import click

from cab_core.errors import UserError
from cab_core.stats import On, Selector, Sides, one_of_each

from . import options, standing
from .compared import Compared, label
from .comparison import print_comparison
from .comparison_json import as_json_values
from .comparison_junit import write_junit
from .comparison_markdown import as_markdown
from .gate import could_not_fail, failing, wanted_of
from .no_cell import no_cell
from .self_comparison import look
from .shares import Share
from .stack_effects import print_stack_effects, stack_effects
from .table import print_json
from .text import say


@click.command
@click.argument("a")
@click.argument("b")
@click.option("--task", "task", metavar="PATTERN", default="*", help="only these tasks")
@options.on
@options.runs
@standing.option
@click.option("--margin", type=Share(), help="a difference of pass rates that does not matter: 0.05 or 5%")
@click.option(
    "--cost-margin",
    type=Share(most=10.0),
    help="how much more tokens, dollars or time do not matter: 0.1 or 10%",
)
@click.option(
    "--fail-on",
    metavar="VERDICTS",
    help="exit 1 where the verdict is one of these, such as worse,undecided; of another axis tokens:worse",
)
@click.option("--markdown", is_flag=True, help="print one table for a comment below a pull request")
@click.option("--junit", type=click.Path(path_type=Path), help="write a report for CI here, too")
@options.as_json
def command(
    a: str,
    b: str,
    task: str,
    on: On,
    runs: Path,
    scripted: bool,
    margin: float | None,
    cost_margin: float | None,
    fail_on: str | None,
    markdown: bool,
    junit: Path | None,
    as_json: bool,
) -> int:
    """Does A really do better than B? Compare them on the tasks that both have.

    A and B say which cells are meant: KEY=PATTERN, several joined by commas, with the keys tui, model,
    stack (`none` for the bare CLI), version, runtime, network, sweep, and option.NAME and param.NAME
    (`none` where it is not set). What the two do not name differently must be equal within a pair:

    \b
      cab compare tui=aider tui=opencode               the CLIs, model by model
      cab compare model=gpt-a model=gpt-b              the models, CLI by CLI
      cab compare stack=docs-mcp stack=none            does the stack help?
      cab compare tui=aider,version=0.86.1 tui=aider,version=0.86.2
      cab compare option.edit_format=diff option.edit_format=whole
      cab compare sweep=may,tui=aider sweep=june,tui=aider
      cab compare tui=aider tui=aider                  what chance alone brings

    Versions and options may differ where the CLI does, versions where the sweep does, networks where the
    runtime does. A verdict is better, worse or undecided; with --margin also "not worse" (by the margin or
    more) and "equivalent" (no difference as large).
    """
    sides, wanted = Sides(Selector.parse(a), Selector.parse(b)), wanted_of(fail_on, margin, cost_margin)
    if markdown and as_json:
        raise UserError("--markdown and --json are two forms of one answer; give one of them")
    there, possible = _standing(runs, task, sides, scripted)
    results = [r for _, r in there.cells]
    if not sides.alike:
        sides.refuse_overlap(results)
    for side in (sides.a, sides.b):
        if not any(side.matches(r) for r in results):
            raise no_cell(side, runs, task, scripted)
    if sides.alike:
        _refuse_verdict(margin, cost_margin, fail_on, markdown, junit)
        look(sides, results, as_json)
        there.say_left_out(err=as_json)
        return 0
    compared = Compared.of(sides, results, possible, on, margin, cost_margin)
    failed = failing(compared, wanted)
    for axis in could_not_fail(compared, wanted):
        say(f"warning: --fail-on: {label(axis)} had too few tasks for any verdict, whatever came", err=True)
    if junit is not None:
        write_junit(junit, compared, failed)
    effects = stack_effects(there.cells) if "stack" in sides.named and not markdown else []
    if as_json:
        print_json({**as_json_values(compared), "failed": failed, "stack_items": effects})
    elif markdown:
        click.echo(as_markdown(compared), nl=False)
    else:
        print_comparison(compared)
        print_stack_effects(effects)
    there.say_left_out(err=as_json or markdown)
    return 1 if failed else 0


def _refuse_verdict(*asked: object) -> None:
    """Refuse what needs a verdict, of which there is none on one configuration alone."""
    if any(asked):
        raise UserError(
            "A and B are the same: there is no verdict, only what chance alone brings; --margin, "
            "--cost-margin, --fail-on, --markdown and --junit need two sides"
        )


def _standing(runs: Path, task: str, sides: Sides, scripted: bool) -> tuple[standing.Standing, int]:
    """Return the cells that either side asks for, and how many pairs of configurations there are in all."""
    there = standing.standing(runs, True, chosen=lambda r: fnmatch.fnmatchcase(r.cell.task, task))
    kept = [(path, r) for path, r in there.cells if scripted or not r.scripted]
    cells = [(path, r) for path, r in kept if sides.ask_for(r)]
    if "sweep" not in sides.a.wanted.keys() | sides.b.wanted.keys():
        cells = one_of_each(cells)
    left_out = sum(sides.ask_for(r) for _, r in there.cells if r.scripted and not scripted)
    found = standing.Standing(cells=cells, left_out=left_out)
    by_sweep = "sweep" in sides.named
    held = {(r.cell.configuration, by_sweep and r.cell.sweep_id) for _, r in kept if r.solved is not None}
    return found, comb(len(held), 2)
