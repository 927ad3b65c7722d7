"""Lifecycle hooks observe and harm nobody."""

from __future__ import annotations

import inspect
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pluggy
import pytest

from cab_core.plugins import hookspecs
from cab_core.plugins.markers import hookimpl
from cab_core.plugins.observers import Observers


def manager_with(*plugins: object) -> pluggy.PluginManager:
    """Return a plugin manager with plugins, called third:party, third:party1 ..."""
    manager = pluggy.PluginManager("cab")
    manager.add_hookspecs(hookspecs)
    for number, plugin in enumerate(plugins):
        manager.register(plugin, name=f"third:party{number or ''}")
    return manager


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """What a hook waits for; it opens when the test is over."""
    opened = threading.Event()
    yield opened
    opened.set()


class Well:
    """A plugin that takes every event."""

    def __init__(self) -> None:
        self.seen: list[object] = []

    @hookimpl
    def cab_cell_started(self, cell: object) -> None:
        self.seen.append(cell)


class Doing(Well):
    """A plugin that does something when it has taken an event."""

    def __init__(self, do: Callable[[], object]) -> None:
        super().__init__()
        self.do = do

    @hookimpl
    def cab_cell_started(self, cell: object) -> None:
        self.seen.append(cell)
        self.do()


def raising(exc: BaseException) -> Callable[[], None]:
    """Return a function that raises."""

    def do() -> None:
        raise exc

    return do


class Mute(Exception):
    """An exception whose text cannot be had."""

    def __str__(self) -> str:
        raise SystemExit(1)


@pytest.mark.parametrize(
    "exc", [ValueError("no"), SystemExit(3), KeyboardInterrupt(), GeneratorExit(), Mute()], ids=repr
)
def test_what_a_hook_raises_is_reported_with_its_plugin(exc: BaseException) -> None:
    """Whatever a hook raises becomes one report that names plugin and hook; later events still arrive."""
    reports: list[str] = []
    plugin = Doing(raising(exc))
    with Observers(manager_with(plugin), reports.append) as observers:
        observers.tell("cab_cell_started", cell=1)
        observers.tell("cab_cell_started", cell=2)
    assert plugin.seen == [1, 2]
    said = f"plugin third:party: cab_cell_started() raised {type(exc).__name__}"
    assert [r.startswith(said) for r in reports] == [True, True]
    line = inspect.findsource(raising)[1] + 5  # of the innermost frame in the plugin's own code
    assert all(r.endswith(f"(at {__file__}:{line})") for r in reports), reports


def test_a_hook_that_exits_does_not_end_its_thread_with_a_full_queue() -> None:
    """sys.exit() in a hook at every of many events: the end neither hangs nor waits."""
    plugin = Doing(sys.exit)
    start = time.monotonic()
    with Observers(manager_with(plugin), lambda _: None, size=1000) as observers:
        for number in range(1000):
            observers.tell("cab_cell_started", cell=number)
    assert time.monotonic() - start < 5 and len(plugin.seen) == 1000


def test_a_report_that_fails_silences_no_plugin() -> None:
    """Where the terminal is gone, so that nothing can be said, a plugin gets its events all the same."""
    plugin = Doing(raising(ValueError("no")))
    with Observers(manager_with(plugin), lambda _: raising(OSError(5, "gone"))()) as observers:
        for number in range(3):
            observers.tell("cab_cell_started", cell=number)
    assert plugin.seen == [0, 1, 2]


def test_a_slow_hook_never_blocks_who_tells(gate: threading.Event) -> None:
    """While a hook has not returned, fifty events are told without waiting; who missed how many is said."""
    reports: list[str] = []
    called = threading.Event()

    def do() -> None:
        called.set()
        gate.wait(60)

    with Observers(manager_with(Doing(do)), reports.append, size=2) as observers:
        observers.tell("cab_cell_started", cell=0)
        assert called.wait(10)
        start = time.monotonic()
        for number in range(1, 50):
            observers.tell("cab_cell_started", cell=number)
        assert time.monotonic() - start < 5 and not gate.is_set()
        gate.set()
    assert reports == ["plugin third:party: 47 events did not reach it: its hooks are too slow"]


@pytest.mark.parametrize("events", [1, 2, 50], ids=["at the last event", "one more", "full queue"])
def test_a_hook_that_hangs_is_named_and_left(gate: threading.Event, events: int) -> None:
    """The end waits for it no longer than it may, and says which plugin, which hook and what it missed."""
    reports: list[str] = []
    plugin = Doing(lambda: gate.wait(60))
    start = time.monotonic()
    with Observers(manager_with(plugin), reports.append, size=10, patience_s=1.2) as observers:
        for number in range(events):
            observers.tell("cab_cell_started", cell=number)
    assert 1.1 < time.monotonic() - start < 30
    (report,) = reports
    assert "plugin third:party: cab_cell_started() has not returned" in report
    assert (f"{events - 1} events did not reach it" in report) == (events > 1)


def test_a_hook_that_is_slow_is_told_from_one_that_hangs() -> None:
    """A plugin that is still busy with a long queue when patience ends is called slow, and its loss counted."""
    reports: list[str] = []
    plugin = Doing(lambda: time.sleep(0.05))
    with Observers(manager_with(plugin), reports.append, patience_s=0.5) as observers:
        for number in range(500):
            observers.tell("cab_cell_started", cell=number)
    told = len(plugin.seen)
    assert reports == [f"plugin third:party: {500 - told} events did not reach it: its hooks are too slow"]
    time.sleep(0.1)
    assert len(plugin.seen) == told


def test_a_hook_that_never_lets_go_of_the_processor_is_left() -> None:
    """A hook in an endless loop is one that hangs."""
    reports: list[str] = []
    left = threading.Event()

    def spin() -> None:
        while not left.is_set():
            pass

    with Observers(manager_with(Doing(spin)), reports.append, patience_s=0.3) as observers:
        observers.tell("cab_cell_started", cell=1)
    left.set()
    assert "cab_cell_started() has not returned" in reports[0]


def test_a_plugin_that_was_left_is_not_called_again(gate: threading.Event) -> None:
    """A hook that returns after the run's end is told nothing more."""
    threads: list[threading.Thread] = []
    plugin = Doing(lambda: threads.append(threading.current_thread()) or gate.wait(60))
    with Observers(manager_with(plugin), lambda _: None, patience_s=0.2) as observers:
        for number in range(5):
            observers.tell("cab_cell_started", cell=number)
    gate.set()
    threads[0].join(10)
    assert not threads[0].is_alive() and plugin.seen == [0]


def test_a_plugin_that_hangs_takes_no_event_from_another(gate: threading.Event) -> None:
    """Two plugins, one of which hangs at its first event: the other is told of all, in order, meanwhile."""
    all_told = threading.Event()
    hung, well = Doing(lambda: gate.wait(60)), Well()
    reports: list[str] = []

    class Last(Doing):
        @hookimpl
        def cab_sweep_finished(self, sweep_id: str) -> None:
            all_told.set()

    last = Last(lambda: None)
    with Observers(manager_with(hung, well, last), reports.append, size=100, patience_s=0.3) as observers:
        for number in range(50):
            observers.tell("cab_cell_started", cell=number)
        observers.tell("cab_sweep_finished", sweep_id="s", results=[])
        assert all_told.wait(10)
    assert well.seen == last.seen == list(range(50)) and hung.seen == [0]
    assert len(reports) == 1 and "plugin third:party: " in reports[0]


def test_several_that_hang_are_waited_for_together(gate: threading.Event) -> None:
    """Five plugins that hang cost the end of a run no more than one; each is named."""
    reports: list[str] = []
    plugins = [Doing(lambda: gate.wait(60)) for _ in range(5)]
    start = time.monotonic()
    with Observers(manager_with(*plugins), reports.append, patience_s=1.5) as observers:
        observers.tell("cab_cell_started", cell=1)
    assert time.monotonic() - start < 5 * 1.5
    assert len({r.partition("()")[0] for r in reports}) == 5
