"""Filling the templates. Autoescape is on: everything that an agent wrote is hostile text."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import attrs
from jinja2 import Environment, PackageLoader, StrictUndefined

from cab_core import __version__
from cab_core.records import OUTCOMES
from cab_core.records.marks import legend
from cab_core.stats import ESTIMANDS, On, Summary, Verdict, settings, summarise
from cab_core.stats.intervals import FEW
from cab_core.words import plural

from . import text
from .calls import end_of
from .output import depth_root
from .pieces import kind, marks_html, outcome_html, sign, way
from .rows import Row, badge_of, pack_address, sweep_address, task_address


@attrs.frozen(kw_only=True)
class Options:
    """What all pages of a build share. `base_url` is None where the site's address is not known.

    `scripted`: cells of scripted models are taken into the figures. `on`: what rates and intervals are for.
    `wire`: conversations are shown, and wire records can be downloaded.
    """

    base_url: str | None = None
    player: bool = False
    scripted: bool = False
    on: On = "like"
    wire: bool = True

    @property
    def estimand(self) -> str:
        """What rates and intervals are for, in words."""
        return ESTIMANDS[self.on]

    def summary(self, rows: Sequence[Row]) -> Summary:
        """Return the figures of these cells."""
        return _summary(tuple(r.verdict for r in rows), self.on)

    def figured(self, rows: Iterable[Row]) -> list[Row]:
        """Return the cells that figures are made of: those of models, unless scripted ones are asked for."""
        return [r for r in rows if self.scripted or not r.scripted]

    def left_out(self, rows: Iterable[Row]) -> int:
        """Count the cells of scripted models that are in no figure, each once however often it was run."""
        current = [r for r in rows if r.current]
        return len(current) - len(self.figured(current))

    def superseded(self, rows: Iterable[Row]) -> int:
        """Count the verdicts that are in no figure since another sweep's result of the cell stands."""
        return sum(r.counted and not r.current for r in self.figured(rows))


@functools.lru_cache(maxsize=2048)
def _summary(verdicts: tuple[Verdict, ...], on: On) -> Summary:
    """Boards, packs, sweeps and configurations often have the same cells, and intervals take a while."""
    return summarise(verdicts, on)


@functools.cache
def environment() -> Environment:
    """Return the templates with their filters."""
    env = Environment(
        loader=PackageLoader("cab_core.site", "templates"),
        autoescape=True,
        auto_reload=False,  # they do not change while a site is built
        cache_size=-1,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    names = (
        "figure",
        "percent",
        "span",
        "seconds",
        "millis",
        "exact",
        "count",
        "compact",
        "json_line",
        "visible",
        "content",
        "json_lines",
    )
    env.filters.update({name: getattr(text, name) for name in names})
    env.filters["plural"] = plural
    env.filters["words"] = lambda outcome: outcome.replace("_", " ")
    env.globals.update(
        version=__version__,
        dash=text.DASH,
        few=FEW,
        outcomes=OUTCOMES,
        legend=lambda cells: legend(chain.from_iterable(cells)),
        end_of=end_of,
        sign=sign,
        kind=kind,
        outcome=outcome_html,
        marked=marks_html,
        way=way,
        task_address=task_address,
        badge_of=badge_of,
        pack_address=pack_address,
        sweep_address=sweep_address,
        settings=settings,
    )
    return env


def render(template: str, path: str, options: Options, **context: Any) -> str:
    """Fill a template for the page at `path`, which is relative to the site's root."""
    found = environment().get_template(template)
    return found.render(path=path, root=depth_root(path), options=options, **context)
