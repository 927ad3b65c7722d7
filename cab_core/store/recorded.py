"""A cell's calls as they stand in its file."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import overload

import attrs

from cab_core.errors import SandboxError, UserError
from cab_core.records import ModelCall

from .reading import read_lines


@attrs.frozen
class RecordedCalls(Sequence[ModelCall]):
    """The first `size` calls of a file, in the order in which they ended.

    They are read each time that they are gone through, since there may be very many.

    Raises:
        SandboxError: (reading) the file holds fewer, or cannot be read: it is not as it was written.
    """

    path: Path
    size: int

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> Iterator[ModelCall]:
        found = 0
        try:
            for found, call in enumerate(read_lines(self.path, ModelCall, sys.maxsize), 1):
                if found > self.size:
                    return
                yield call
        except UserError as exc:
            raise SandboxError(f"the calls that were recorded cannot be read back: {exc}") from exc
        if found < self.size:
            raise SandboxError(f"{self.path}: {found} calls; expected the {self.size} that were written")

    @overload
    def __getitem__(self, index: int) -> ModelCall: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[ModelCall]: ...
    def __getitem__(self, index: int | slice) -> ModelCall | Sequence[ModelCall]:
        return tuple(self)[index]
