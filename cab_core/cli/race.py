"""`cab race`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cab_core.errors import UserError

from . import options
from .again import command_again
from .group import pass_plugins

if TYPE_CHECKING:
    from collections.abc import Callable

    from cab_core.plugins.registry import Plugins
    from cab_core.records import Sweep
    from cab_core.sweep.plan import Plan

_SHARE = click.FloatRange(min=0, max=1, min_open=True)


@click.command
@click.argument("sides", nargs=-1, required=True, metavar="A B...")
@click.option(
    "--max-cells", type=click.IntRange(min=2), help="cells of the race at most, of all sides together"
)
@click.option(
    "--max-usd",
    type=click.FloatRange(min=0, min_open=True),
    help="US dollars the race may cost, of all cells together",
)
@click.option(
    "--difference", type=_SHARE, default=0.2, show_default=True, help="of the rates, that is worth knowing"
)
@click.option(
    "--flips", type=_SHARE, help="share of tasks on which A and B are taken to differ, to plan with  [0.3]"
)
@click.option("--seed", type=int, default=0, show_default=True, help="fixes the order of the tasks")
@click.option("--tui", "tuis", multiple=True, metavar="NAME|FILE[@VERSION]", help="the CLI of every side")
@click.option("--model", "models", multiple=True, metavar="ID", help="the model of every side")
@click.option(
    "--task",
    "tasks",
    multiple=True,
    metavar="PATTERN",
    required=True,
    help="fnmatch on the task id; * crosses /",
)
@click.option(
    "--attempts", type=click.IntRange(min=1), default=1, show_default=True, help="runs of each cell"
)
@click.option("--stack", "stacks", multiple=True, metavar="NAME|[NAME=]PATH", help="the stack of every side")
@click.option(
    "--option", "pairs", multiple=True, metavar="KEY=VALUE", help="an option of the adapter, on every side"
)
@click.option("-j", "width", type=click.IntRange(min=1), default=1, show_default=True, help="cells at once")
@click.option("--runtime", "runtimes", multiple=True, help="where the agents run  [local]")
@click.option("--executor", help="who runs the cells  [local]")
@click.option("--sweep-id", help="name of the sweep  [local]")
@click.option("--network", type=options.OneOf(["gateway", "open"]), help="what the agent can reach")
@options.no_wire
@options.model_params
@options.limits_but_usd
@options.endpoint
@options.runs
@options.pack
@options.as_json
@pass_plugins
def command(plugins: Plugins, /, sides: tuple[str, ...], as_json: bool, **said: Any) -> int:
    """Run A and B task by task, and stop as soon as it is decided which does better.

    A side says what is run, in the words of `cab compare`; what all sides share stands in options.
    With more than two, the first is held against each of the others.

    \b
      cab race tui=aider tui=opencode --model gpt-a --task 'mutations/*'
      cab race stack=none stack=./docs-mcp --tui aider --model gpt-a --task '*'
      cab race model=gpt-a model=gpt-b model=gpt-c --tui aider --task '*'

    It may be looked at after every cell: that equals are ever told apart has a chance of 5% at most. The same
    command goes on where it stopped; what has a verdict is not run again.
    """
    from cab_core.records import Limits
    from cab_core.stats import Selector
    from cab_core.sweep.race import Budget, Race

    from .progress import Progress
    from .race_plan import fixed_plan, set_out
    from .race_shown import Shown
    from .race_sides import sweep_of
    from .session import run_planned  # what runs cells is heavy, and `--help` needs none of it

    if len(sides) < 2:
        raise UserError("a race has two sides at least, such as tui=aider tui=opencode")
    selectors = [Selector.parse(side) for side in sides]
    fixed = fixed_plan(said["difference"], said["flips"])
    limits = options.limits_of(Limits(), said["wall"], said["max_calls"], said["max_tokens"], None)
    sweeps = [sweep_of(side, said, limits) for side in selectors]
    race = Race(fixed, Budget(cells=said["max_cells"], usd=said["max_usd"]))
    shown, course = Progress(), list[Any]()

    def plan(make: Callable[[Sweep], Plan]) -> Plan:
        plans = [make(sweep) for sweep in sweeps]
        found, units, planned = set_out(race, plans, [str(s) for s in selectors], fixed, said)
        course.append((found, units))
        return planned

    choice = options.choice_of(said["endpoint"], said["key"], said["key_env"])
    ended = run_planned(
        plan, plugins, choice, said["runs"], said["packs"], said["width"], False, shown, race, race.verdict
    )
    race.finish(ended.interrupted)
    result = Shown(
        race=race, fixed=fixed, sides=selectors, course=course[0][0], most=course[0][1], ended=ended,
        tally=shown.tally, runs=said["runs"], go_on=command_again(click.get_current_context()),
        settings={"seed": said["seed"], "attempts": said["attempts"]},
    )  # fmt: skip
    result.print_json() if as_json else result.print()
    return result.exit_code
