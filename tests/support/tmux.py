"""A real terminal of a fixed size, whose screen can be read: tmux."""

from __future__ import annotations

import itertools
import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

# Where it must be there its absence is a failure, and skips nothing.
NO_TMUX = shutil.which("tmux") is None and "CAB_REQUIRE_TMUX" not in os.environ
_NUMBERS = itertools.count()


class Terminal:
    """A command in a terminal. `screens` keeps what was looked at, by name."""

    def __init__(self, socket: str, width: int, height: int) -> None:
        # A server of its own each: one that is just ending would take another's window with it.
        self._socket, self.width, self.height = f"{socket}-{next(_NUMBERS)}", width, height
        self.screens: dict[str, str] = {}

    @contextmanager
    def running(self, argv: Sequence[str], cwd: Path, env: Mapping[str, str]) -> Iterator[Terminal]:
        """Run a command in a shell of its own; end the terminal when the context is left."""
        command = f"{shlex.join(argv)}; echo exit $?; exec cat"
        size = ("-x", str(self.width), "-y", str(self.height))
        own = {
            name: value for name, value in env.items() if name not in ("COLUMNS", "LINES")
        }  # of another terminal
        self._tmux("-f", os.devnull, "new-session", "-d", *size, "-c", str(cwd), command, env=own)
        try:
            yield self
        finally:
            self._tmux("kill-server")

    def screen(self) -> str:
        """Return the screen as it is, without the blanks at the ends."""
        return _trimmed(self._tmux("capture-pane", "-p"))

    def unwrapped(self) -> str:
        """Return the screen with lines as they were written, where the terminal had to break them."""
        return _trimmed(self._tmux("capture-pane", "-p", "-J"))

    def see(self, name: str, *texts: str, within_s: float = 30) -> str:
        """Wait until all of some texts are on the screen; keep it under a name and return it."""
        return self.wait(name, lambda screen: all(text in screen for text in texts), within_s)

    def wait(self, name: str, is_there: Callable[[str], bool], within_s: float = 30) -> str:
        """Wait until the screen is as it must be."""
        deadline = time.monotonic() + within_s
        while not is_there(screen := self.screen()):
            assert time.monotonic() < deadline, f"{name} does not come:\n{screen}"
            time.sleep(0.05)
        self.screens[name] = screen
        return screen

    def type(self, key: str) -> None:
        """Press a key, such as `C-c`."""
        self._tmux("send-keys", key)

    def _tmux(self, *args: str, env: Mapping[str, str] | None = None) -> str:
        argv = ["tmux", "-L", self._socket, *args]
        done = subprocess.run(argv, capture_output=True, text=True, check=True, env=env, timeout=20)
        return done.stdout


def _trimmed(screen: str) -> str:
    return "\n".join(line.rstrip() for line in screen.splitlines()).rstrip()
