"""Shares on a command line: 5% or 0.05."""

from __future__ import annotations

from typing import Any

import click


class Share(click.ParamType[float]):
    """A share, as a number or in percent; `most` is the largest, `least` what it must be more than."""

    name = "share"

    def __init__(self, least: float = 0.0, most: float = 1.0, closed: bool = False) -> None:
        self.least, self.most, self.closed = least, most, closed

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the share as a number."""
        if isinstance(value, float):
            return value
        text = str(value).strip()
        try:
            found = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            found = float("nan")
        inside = self.least <= found <= self.most if self.closed else self.least < found < self.most
        if not inside:
            ends = "and including" if self.closed else "but without"
            self.fail(
                f"{text!r}: expected a share between {self.least:g} and {self.most:g}, {ends} these, "
                "such as 0.05 or 5%",
                param,
                ctx,
            )
        return found
