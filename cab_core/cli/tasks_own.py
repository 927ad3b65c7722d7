"""What `cab tasks mutate` and `cab tasks mine` have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cab_core.errors import UserError
from cab_core.words import plural

from .signals import stop_on_signals
from .table import print_json
from .text import plain, say
from .under_way import UnderWay

if TYPE_CHECKING:
    from cab_core.own.sampled import Asked, Made
    from cab_core.plugins.registry import Plugins

F = TypeVar("F", bound=Callable[..., Any])
_OPTIONS = (
    click.argument("repo", type=click.Path(path_type=Path)),
    click.option("-o", "--out", type=click.Path(path_type=Path), required=True, help="the pack's directory"),
    click.option("--tests", metavar="CMD", help="what runs the tests; left out, it is looked for"),
    click.option(
        "--max", "most", type=click.IntRange(1), default=25, show_default=True, help="tasks at most"
    ),
    click.option("--image", help="image of Debian or Ubuntu in which the tests run"),
    click.option("--setup", metavar="CMD", help="installs what they need, once, when the image is made"),
    click.option("--requires", multiple=True, metavar="NAME", help="what the tests need besides"),
    click.option("--runtime", default="local", show_default=True, help="where the tests are run"),
    click.option("-j", "--jobs", type=click.IntRange(1), default=2, show_default=True, help="side by side"),
)


def own(command: F) -> F:
    """Add the argument and the options of both."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@contextmanager
def asked(
    plugins: Plugins, *, repo: Path, out: Path, as_json: bool, runtime: str, **said: Any
) -> Iterator[tuple[Asked, Path]]:
    """Return what is asked for, while signals stop it."""
    from cab_core.own.environment import environment_with
    from cab_core.own.repository import open_repository
    from cab_core.own.sampled import Asked
    from cab_core.records import EnvironmentSpec

    image, setup = said.pop("image"), said.pop("setup")
    recipe = EnvironmentSpec(image=image, setup=setup) if image or setup else None
    place = plugins.runtime(runtime)
    if recipe is not None and not getattr(place, "environments", False):
        raise UserError(
            f"--image and --setup say how an image is made, and runtime {runtime} makes none: add "
            "`--runtime docker`, or install what the tests need on this machine, and leave them out"
        )
    repository = open_repository(repo)
    if not place.citable:
        say(
            f"the tests of {repository.name} are run on this machine, as you (runtime {place.name}): "
            "of a repository that is a stranger's give --runtime docker",
            err=True,
        )
    head = repository.commit()
    snapshot = repository.at(head)
    with (
        UnderWay(quiet=as_json) as shown,
        stop_on_signals(shown.tell) as stop,
        environment_with(recipe, snapshot.files) as environment,
    ):
        yield (
            Asked(
                repository=repository,
                head=head,
                snapshot=snapshot,
                recipe=recipe,
                environment=environment,
                target=out,
                runtime=place,
                stop=stop,
                say=(lambda line: None) if as_json else shown.tell,
                doing=shown.doing,
                **said,
            ),
            out,
        )


def tell(made: Made, out: Path, as_json: bool) -> int:
    """Print what came of it."""
    from cab_core.own.sampled import told

    if as_json:
        print_json(
            {
                "pack": str(out),
                "tasks": list(made.tasks),
                "dropped": dict(made.dropped),
                "notes": list(made.notes),
            }
        )
        return 0
    for note in made.notes:
        say(f"note: {plain(note)}", err=True)
    tasks = plural(len(made.tasks), "task")
    say(f"{tasks} in {out}, each validated five times; dropped: {told(made.dropped)}")
    say(f"{out}/manifest.json says what was looked at. Next: cab tasks list --pack {out}")
    return 0
