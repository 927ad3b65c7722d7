"""How a scripted model brings files about: through the CLI's own edits, and a shell where those cannot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cab_core.plugins.protocols import Reply
from cab_core.plugins.toolkit import calls_made
from cab_core.records.base import canonical

from .context import ScriptContext, is_text
from .shell import modes, removals, shell_call, writes

_DONE = "Done: the change is made as asked."
_MOST = 20  # times that one call is given: several agents of a CLI may be given it, and a CLI may ask again


def end(context: ScriptContext, text: str, request: Mapping[str, Any]) -> Reply:
    """Say a last word, in the way that the CLI takes for the end."""
    done = getattr(context.dialect, "done", None)
    return done(text, request, context.job) if done else Reply(text=text)


def carry_out(
    context: ScriptContext,
    files: Mapping[str, str],
    request: Mapping[str, Any],
    removed: Sequence[str] = (),
) -> Reply:
    """Return the next reply that brings `files` about, and others to be `removed`.

    What the CLI's edits cannot write, modes and removals go through its shell tool. Where it offers none, an
    edit comes as near as it can, and what is lacking is found as `unwritten`. A CLI that tells of another
    call than the one that it was given would be given it for ever: after a while it is taken as done.
    """
    reply = _next(context, files, request, removed)
    if reply.tool is None or not _too_often(context, reply.tool):
        return reply
    context.unwritten.update(dict.fromkeys(files, f"{reply.tool[0]} writes something else than it is told"))
    return end(context, _DONE, request)


def _too_often(context: ScriptContext, call: tuple[str, dict[str, Any]]) -> bool:
    said = canonical(call)
    context.given[said] += 1
    return context.given[said] > _MOST


def _next(
    context: ScriptContext, files: Mapping[str, str], request: Mapping[str, Any], removed: Sequence[str]
) -> Reply:
    lacking = _lacking(context, files, request)
    if shell_call(request, "true") is not None:
        plain = {p: t for p, t in files.items() if p not in lacking}
        reply = context.dialect.edit(plain, request, context.job)
        commands = _commands(context, files, lacking, removed)
        return reply or _by_shell(commands, request) or end(context, _DONE, request)
    texts = {p: t for p, t in files.items() if is_text(t)}
    reply = context.dialect.edit(texts, request, context.job)
    if reply is not None or not texts:  # else the call may be aside: a title, a summary
        gone = dict.fromkeys(removed, "it cannot be removed")
        context.unwritten.update({**_lacking_modes(context, files), **lacking, **gone})
    return reply or end(context, _DONE, request)


def _lacking(context: ScriptContext, files: Mapping[str, str], request: Mapping[str, Any]) -> dict[str, str]:
    """Return what the CLI's own edits do not bring about, by path, with why."""
    odd = {p: "it is no UTF-8 text" for p, t in files.items() if not is_text(t)}
    texts = {p: t for p, t in files.items() if p not in odd}
    cannot = getattr(context.dialect, "cannot", None)
    return {**odd, **(cannot(texts, request, context.job) if cannot else {})}


def _by_shell(commands: Iterable[str], request: Mapping[str, Any]) -> Reply | None:
    done = calls_made(request)
    for command in commands:
        call = shell_call(request, command)
        if call is not None and call not in done:
            return Reply(tool=call)
    return None


def _commands(
    context: ScriptContext, files: Mapping[str, str], lacking: Mapping[str, str], removed: Sequence[str]
) -> list[str]:
    root = context.job.workdir
    commands = [c for p in sorted(lacking) for c in writes(f"{root}/{p}", _data(files[p]))]
    commands += modes({f"{root}/{p}": is_so for p, is_so in _modes(context, files).items()})
    return [*commands, *removals([f"{root}/{p}" for p in removed])]


def _modes(context: ScriptContext, files: Mapping[str, str]) -> dict[str, bool]:
    """Return which files are to be executable, of those that are or were: some edits make a file anew."""
    spoken_of = context.executable | context.was_executable
    return {path: path in context.executable for path in files if path in spoken_of}


def _lacking_modes(context: ScriptContext, files: Mapping[str, str]) -> dict[str, str]:
    changed = context.executable ^ context.was_executable
    return {path: "its mode cannot be set" for path in files if path in changed}


def _data(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
