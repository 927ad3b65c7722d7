"""Keeps one process and everything that it starts: a program of its own, see `supervisor`.

It is the sub-reaper (prctl(2), PR_SET_CHILD_SUBREAPER) of all that runs below it, so that a process
which calls setsid() and lets its parent die is still found and killed. It needs the standard library
alone and imports little, for one is started for every process of a cell.

On standard input comes a number of bytes and, on the next line, so many: a dict by marshal (`argv env cwd
stdin out err tty timeout_s grace_s`), for the json module takes as long to import as Python to start. Later
comes perhaps a byte that asks for the end; end of file means that the runner is gone. On standard output goes
one line of JSON, since an agent could write there, when nothing is alive any more, or nothing that this
user may end.
"""

from __future__ import annotations

import fcntl
import marshal
import os
import select
import sys
import termios
import time

TYPE_CHECKING = False  # the typing module is slow to import
if TYPE_CHECKING:
    import signal
    from typing import Any

    Spec = dict[str, Any]
else:
    import _signal as signal  # what `signal` adds are enumerations: a third of all that starts here


PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
KEYCTL_JOIN_SESSION_KEYRING = 1
KEYCTL = {"x86_64": 250, "aarch64": 219, "riscv64": 219}  # the system call's number
DEATH_S = 60.0  # within which a process must have ended that was killed
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
MAY_END_S = 1.0  # for which one that may not be killed is waited for: it may end by itself


def main() -> None:
    """Run what standard input asks for and print how it ended."""
    data, stop_at_once = _given(0)
    spec = marshal.loads(data)
    spec["stop_at_once"] = stop_at_once
    if sys.platform == "linux":
        _system("prctl", PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    wake, signals = os.pipe()
    os.set_blocking(signals, False)
    signal.set_wakeup_fd(signals, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    for name in ENDING:
        signal.signal(name, signal.SIG_IGN)  # the runner decides, through the pipe
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)  # one that comes before the program is kept for it
    failed, failing = os.pipe()
    child = os.fork()
    if child == 0:
        _become(spec, failing)
    os.close(failing)
    os.close(spec["out"])
    os.close(spec["err"])
    report = _watch(child, spec, wake)
    report["failed"] = os.read(failed, 1000).decode("utf-8", "replace") or None
    report["survivors"], report["unkillable"] = _kill_all()
    try:
        os.write(1, b"\n" + _json(report))  # a line of its own, whatever else was written there
    except BrokenPipeError:
        pass  # the runner is gone; nobody wants to know


def _system(name: str, *args: int | None) -> None:
    """Call a function of the C library, by `_ctypes`: what `ctypes` adds is a third of a start."""
    try:
        from _ctypes import call_function, dlopen, dlsym
    except ImportError:  # it is nobody's promise
        import ctypes

        getattr(ctypes.CDLL(None), name)(*args)
    else:
        call_function(dlsym(dlopen(None, 0), name), args)  # type: ignore[arg-type]  # None: of this process


def _given(fd: int) -> tuple[bytes, bool]:
    """Return what is to be done, and whether the wish to stop came along with it."""
    data, end = b"", -1
    while end < 0 or len(data) < end:
        piece = os.read(fd, 1 << 16)
        if not piece:
            sys.exit(1)
        data += piece
        if end < 0 and b"\n" in data:
            number, _, data = data.partition(b"\n")
            end = int(number)
    return data[:end], len(data) > end


def _json(report: Spec) -> bytes:
    """Return a report, of numbers, truth values, None and text, as a line of JSON."""
    fields = ", ".join(f'"{name}": {_value(value)}' for name, value in report.items())
    return f"{{{fields}}}\n".encode()


def _value(value: Any) -> str:
    if isinstance(value, str):
        units = value.encode("utf-16-be", "surrogatepass")
        return '"' + "".join(f"\\u{units[i] << 8 | units[i + 1]:04x}" for i in range(0, len(units), 2)) + '"'
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return repr(value)


def _become(spec: Spec, failing: int) -> None:
    """In the child: turn into the program that was asked for. Never returns."""
    doing = "set up"
    try:
        os.setsid()
        _leave_keyring()
        if spec["tty"]:
            fcntl.ioctl(spec["out"], termios.TIOCSCTTY, 0)
        doing = f"standard input {spec['stdin']}"
        os.dup2(os.open(spec["stdin"] or os.devnull, os.O_RDONLY), 0)
        os.dup2(spec["out"], 1)
        os.dup2(spec["err"], 2)
        signal.set_wakeup_fd(-1)
        if spec["uid"] is not None:
            doing = f"become user {spec['uid']}"
            _drop(spec["uid"])
        for name in (*ENDING, signal.SIGCHLD, signal.SIGPIPE):
            signal.signal(name, signal.SIG_DFL)
        doing = f"directory {spec['cwd']}"
        os.chdir(spec["cwd"])
        doing = str(spec["argv"][0])
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        os.execvpe(spec["argv"][0], spec["argv"], spec["env"])
    except BaseException as exc:  # noqa: BLE001  # else it would look like the program's own end
        why = exc.strerror if isinstance(exc, OSError) else f"{type(exc).__name__}: {exc}"
        os.write(failing, f"{doing[:500]}: {why}".encode("utf-8", "backslashreplace"))
    finally:
        os._exit(127)


def _leave_keyring() -> None:
    """Take a new session keyring (keyctl(2)): in the user's, one cell could leave answers for the next."""
    if sys.platform == "linux" and (number := KEYCTL.get(os.uname().machine)):
        _system("syscall", number, KEYCTL_JOIN_SESSION_KEYRING, None)


def _drop(uid: int) -> None:
    """Become another user for good (prctl(2), PR_SET_NO_NEW_PRIVS)."""
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)
    _system("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def _watch(child: int, spec: Spec, wake: int) -> Spec:
    """Wait for the child's end, the time limit, the wish to stop, or the runner's death."""
    start = time.monotonic()
    deadline, asked, timed_out = start + spec["timeout_s"], False, False
    given_up = None  # when a child that does not end is no longer waited for
    if spec["stop_at_once"]:
        asked, deadline = True, _terminate(spec)
    poll = select.poll()
    poll.register(0, select.POLLIN)
    poll.register(wake, select.POLLIN)
    while True:
        ended = _reap(child)
        now = time.monotonic()
        if ended is None and given_up is not None and now >= given_up:
            ended = {"exit_code": None, "signal": None}  # it became a user that we may not kill
        if ended is not None:
            ended.update(duration_s=now - start, timed_out=timed_out, asked=asked)
            return ended
        if now >= deadline:
            if asked:
                _, forbidden = _signal_all(signal.SIGKILL)
                given_up = given_up or now + (MAY_END_S if child in forbidden else DEATH_S)
                deadline = now + 1
            else:
                asked = timed_out = True
                deadline = _terminate(spec)
        ready = dict(poll.poll(max(0, deadline - time.monotonic()) * 1000 + 1))
        if wake in ready:
            os.read(wake, 4096)
        if 0 in ready:
            poll.unregister(0)
            runner_is_there = bool(os.read(0, 1))
            if not asked:
                asked, deadline = True, _terminate(spec)
            if not runner_is_there:
                deadline = time.monotonic()


def _terminate(spec: Spec) -> float:
    """Ask everything to end; return when patience ends."""
    _signal_all(signal.SIGTERM)
    return time.monotonic() + float(spec["grace_s"])


def _reap(child: int) -> Spec | None:
    """Reap what has ended; return how the child did, or None while it lives."""
    found = None
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if pid == 0:
            return found
        if pid == child:
            code = os.waitstatus_to_exitcode(status)
            found = {"exit_code": code if code >= 0 else None, "signal": -code if code < 0 else None}


def _descendants() -> set[int]:
    """Return all processes below this one, from /proc; elsewhere none are known."""
    parents = {}
    for name in os.listdir("/proc") if os.path.isdir("/proc/self") else ():
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    fields = file.read().rpartition(b")")[2].split()
            except OSError:
                continue
            if fields[0] != b"Z":
                parents[int(name)] = int(fields[1])
    below: set[int] = set()
    me = os.getpid()
    grew = True
    while grew:
        found = {p for p, parent in parents.items() if (parent == me or parent in below) and p not in below}
        below |= found
        grew = bool(found)
    return below


def _signal_all(number: int) -> tuple[set[int], set[int]]:
    """Send a signal to all processes below; return those that got it, and those that we may not send one.

    Such a one became another user: by sudo(8), or by a program with the set-user-ID bit.
    """
    reached, forbidden = set(), set()
    for pid in _descendants():
        try:
            os.kill(pid, number)
            reached.add(pid)
        except PermissionError:
            forbidden.add(pid)
        except ProcessLookupError:
            pass
    return reached, forbidden


def _alone() -> bool:
    """Tell whether nothing is below, without a look at all of /proc: an orphan became a child of ours."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return True
        if pid == 0:
            return False


def _kill_all() -> tuple[int, int]:
    """Kill until nothing is left that can be; return how many were ended, and how many could not be."""
    if _alone():
        return 0, 0
    start = time.monotonic()
    first: set[int] | None = None
    while True:
        reached, forbidden = _signal_all(signal.SIGKILL)
        found = reached | forbidden
        first = found if first is None else first
        _reap(0)
        waited = time.monotonic() - start
        if not found or waited >= (DEATH_S if reached else MAY_END_S):
            return len(first - found), len(found)
        time.sleep(0.005)
