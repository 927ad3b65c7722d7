"""The list of sweeps and a page for each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cab_core.records.marks import marks_together

from .boards import board, by
from .matrix import grid
from .output import Files
from .pages import Options, render
from .planned import not_run
from .rows import Row, sweep_address


def sweeps(runs: Sequence[Path], rows: Sequence[Row], options: Options) -> Files:
    """Make the list of sweeps and a page for each, which has its cells of then, too."""
    found_by = by(rows, "sweep")
    facts = [
        {
            "sweep": sweep,
            "cells": len(found),
            "open": sum(not r.counted for r in found),
            "not_run": not_run(runs, sweep, found),
            "current": sum(r.current for r in found),
            "first": min(r.ended_at for r in found),
            "last": max(r.ended_at for r in found),
            "marks": marks_together(r.marks for r in found),
        }
        for sweep, found in found_by.items()
    ]
    facts.sort(key=lambda f: str(f["last"]), reverse=True)
    yield "sweeps.html", render("sweeps.html", "sweeps.html", options, sweeps=facts)
    for fact in facts:
        found = found_by[str(fact["sweep"])]
        path = f"{sweep_address(str(fact['sweep']))}/index.html"
        figured = options.figured(found)
        grids = [(pack, grid(part, options)) for pack, part in by(figured, "pack").items()]
        apart = [] if options.scripted else [r for r in found if r.scripted]
        lines = board(found, options)
        yield path, render("sweep.html", path, options, fact=fact, board=lines, grids=grids, apart=apart)
