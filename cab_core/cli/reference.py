"""`cab reference`."""

from __future__ import annotations

import click

from . import options, root
from .rows import print_table
from .table import print_json


@click.command
@click.argument("topic", required=False)
@options.as_json
def command(topic: str | None, as_json: bool) -> int:
    """Print a page of the reference, in Markdown; without TOPIC list what there is.

    The pages are drawn from the code: commands, hooks, plugins, documents, records, outcomes.
    """
    from cab_core.errors import UnknownName
    from cab_core.reference.pages import pages

    found = pages(root())
    if topic is None:
        _list({name: page.title for name, page in found.items()}, as_json)
        return 0
    if topic not in found:
        raise UnknownName("topic", topic, list(found), "`cab reference` lists them")
    if as_json:
        print_json({"topic": topic, "title": found[topic].title, "text": found[topic].text})
    else:
        click.echo(found[topic].text, nl=False)
    return 0


def _list(titles: dict[str, str], as_json: bool) -> None:
    if as_json:
        print_json([{"topic": name, "title": title} for name, title in titles.items()])
    else:
        print_table(list(titles.items()), ("topic", "about"), ())
