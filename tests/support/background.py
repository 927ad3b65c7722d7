"""`cab run` in the background, with agents that say what they do and wait for the test."""

from __future__ import annotations

import os
import select
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cab_core.records import CellResult
from cab_core.store.cells import read_json
from tests.conftest import CAB, Cab

TALK = """
import signal, subprocess, time
def say(text):
    with open(os.environ["SAY"], "w") as pipe: pipe.write(text + chr(10))
def wait():
    pipe = os.open(os.environ["GO"], os.O_RDONLY)
    os.read(pipe, 1)  # one byte alone: the others are for other agents
    os.close(pipe)
def fix():
    text = open("stock.py").read().replace('["stock"] < item', '["stock"] <= item')
    open("stock.py", "w").write(text)
call()
"""
BATCH = (
    "run",
    "--tui",
    "tiny",
    "--model",
    "scripted:null",
    "--task",
    "mutations/py-stock-reorder",
    "-j",
    "2",
)


class Run:
    """`cab run` in the background, the pipes to its agents, and what it leaves."""

    patience_s = 30

    def __init__(self, cab: Cab) -> None:
        self.cab, self.scratch, self.runs = cab, cab.cwd / "scratch", cab.cwd / "runs"
        self.scratch.mkdir()
        for name in ("say", "go"):
            os.mkfifo(cab.cwd / name)
            cab.env[name.upper()] = str(cab.cwd / name)
        cab.env["TMPDIR"] = str(self.scratch)
        # Both ends, so that neither end of file nor a missing reader comes between.
        self._said = os.open(cab.cwd / "say", os.O_RDWR)
        self._go = os.open(cab.cwd / "go", os.O_RDWR)
        self._text = ""

    @contextmanager
    def started(self, *args: str, script: str, **more: Any) -> Iterator[subprocess.Popen[str]]:
        """Start the command; end it when the context is left, should it still be there."""
        self.cab.env["SCRIPT"] = TALK + script
        more = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, **more}
        argv = [str(CAB), *BATCH, *args]
        with subprocess.Popen(argv, cwd=self.cab.cwd, env=self.cab.env, text=True, **more) as process:
            try:
                yield process
            finally:
                process.kill()

    def hear(self, text: str, times: int = 1) -> None:
        """Wait until agents have said something so many times."""
        deadline = time.monotonic() + self.patience_s
        while self._text.count(text) < times:
            ready, _, _ = select.select([self._said], [], [], max(0, deadline - time.monotonic()))
            assert ready, f"heard only {self._text!r}"
            self._text += os.read(self._said, 4096).decode()

    def forget(self) -> None:
        """Hear no more of what was said until now."""
        while select.select([self._said], [], [], 0)[0]:
            os.read(self._said, 4096)
        self._text = ""

    def go_on(self) -> None:
        """Let one agent go on."""
        os.write(self._go, b".")

    def processes(self) -> list[str]:
        """Return what is alive of this run: agents, graders and supervisors know the scratch directory."""
        return [p.name for p in Path("/proc").glob("[0-9]*") if self._knows(p)]

    def _knows(self, process: Path) -> bool:
        try:
            return f"{self.scratch}".encode() in (process / "environ").read_bytes()
        except OSError:
            return False

    def results(self) -> list[CellResult]:
        """Return every cell that is there; each must be whole."""
        there = (Path(base, "cell.json") for base, _, files in os.walk(self.runs) if "cell.json" in files)
        return [read_json(p, CellResult) for p in sorted(there)]  # a walk: directories come and go

    def is_clean(self) -> None:
        """Hold what an ended run has left against what it may leave."""
        assert self.processes() == [] and list(self.scratch.iterdir()) == []
