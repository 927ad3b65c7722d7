"""What CLIs need of a model besides an answer: a stream, its usage, speed, calls of tools."""

from __future__ import annotations

from . import questions
from .asking import Heard
from .look import Look
from .measure import overall_speed, reading_speed, writing_speed
from .told import seconds, speed, why

_CUT = ("length", "max_output_tokens", "max_tokens", "MAX_TOKENS")  # in each protocol's words


def look_at_stream(look: Look) -> None:
    """Ask for a stream: whether it is one, what it reports, how fast it comes."""
    heard = look.ask("a streamed answer", questions.short(stream=True))
    call, probe = heard.call, look.probe
    probe.streams = heard.answered and call.streamed
    if not heard.answered:
        look.bad("stream", f"no streamed answer: {why(call)}")
        return
    if probe.streams:
        look.good("stream", f"{call.events or 0} events" + (f"; {call.odd}" if call.odd else ""))
    else:
        look.bad("stream", "a stream was asked for, and the answer came in one piece")
    probe.usage_streamed = call.tokens is not None
    look.pace = overall_speed(call)
    _usage(look)
    _speed(look, heard)


def _usage(look: Look) -> None:
    plain, streamed = look.probe.usage, look.probe.usage_streamed
    if plain and streamed:
        look.good("usage", "tokens are reported, in one piece and streamed")
        return
    lost = "unknown, and limits on tokens or dollars do not see them"
    if streamed:
        look.note("usage", f"tokens are reported only when streamed: those of other calls are {lost}")
    elif plain:
        look.bad("usage", f"tokens are not reported when streamed, as most CLIs have it: they are {lost}")
    else:
        look.bad("usage", f"tokens are not reported: those of a cell are {lost}")


def _speed(look: Look, heard: Heard) -> None:
    call, probe = heard.call, look.probe
    longer = look.ask("a longer question to be read", questions.long())
    probe.first_token_s = None if call.first_token_ms is None else call.first_token_ms / 1000
    probe.written_tokens_s = writing_speed(call)
    if probe.written_tokens_s is not None:
        how = "" if call.usage.completion is not None else ", by the events of the stream"
        wrote = f"{speed(probe.written_tokens_s)} tokens a second written{how}"
    elif (found := overall_speed(call)) is not None:
        probe.written_tokens_s = found
        wrote = f"at least {speed(found)} tokens a second: they came in one piece"
    else:
        wrote = "how fast it writes is unknown"
    until = "unknown" if probe.first_token_s is None else seconds(probe.first_token_s)
    look.note("speed", f"{wrote}; {_reading(look, heard, longer)}; time to the first token {until}")


def _reading(look: Look, heard: Heard, longer: Heard) -> str:
    if not longer.answered:
        return f"a longer question was not answered ({why(longer.call)})"
    if found := reading_speed(heard.call, longer.call):
        look.probe.read_tokens_s = found
        return f"about {speed(found)} a second read"
    if longer.call.usage.prompt is None or longer.call.first_token_ms is None:
        return "how fast it reads is unknown"
    return f"{longer.call.usage.prompt} tokens are read too fast to tell"


def look_at_tools(look: Look) -> None:
    """Offer a tool, and want it called."""
    heard = look.ask("a call of a tool", questions.with_tool())
    look.probe.tools = True if heard.called else False if heard.answered else None
    if heard.called:
        look.good("tools", "a call that offered a tool came back as a call of it")
    elif not heard.answered:
        look.bad("tools", f"a call that offered a tool was not answered: {why(heard.call)}")
    elif heard.call.finish_reason in _CUT:
        look.probe.tools = None
        look.note("tools", "unknown: the answer was cut before it had called one")
    else:
        words = "in words where it was to call a tool"
        if questions.names_the_tool(heard.text):
            words = "with a call as text, of which the server made none (has it a parser that must be set?)"
        look.bad("tools", f"the model answered {words}: a CLI that acts by tools alone can do nothing")
