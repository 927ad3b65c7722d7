"""Whose fault it is that a call brought no answer: the one rule, which everything else asks.

A call brought an answer of a model; or it was refused for what the agent sent; or no model answered, and
that is infrastructure, whatever its status or shape. Not a list of bad statuses: everything that is not
shown to be of the first two kinds is of the third.
"""

from __future__ import annotations

import asyncio
import os
import re
import ssl
from typing import Any

import aiohttp
import attrs

from cab_core.records import Refusal, Usage

from . import wordings
from .error_body import ErrorBody

# One that names the usual end, which a relay says of an answer too that it never had.
_ENDED = re.compile(r"stop|end_turn|completed?|eos", re.I)

_NEVER_THE_AGENTS = {401, 402, 407, 408, 425, 429, 451}
# What a body, or the headers that are passed on, can bring about.
_ABOUT_THE_REQUEST = {400, 406, 411, 412, 414, 415, 416, 417, 422, 428, 431}
_ABOUT_A_REFERENCE = {400, 403, 404, 410, 422}
_ABOUT_ITS_CONTENT = {None, 400, 403, 422}


@attrs.frozen
class Verdict:
    """Why a call brought no answer of a model: one of the two, or neither where it brought one."""

    fault: str | None = None
    refused: Refusal | None = None


ANSWERED = Verdict()
MALFORMED = Verdict("malformed")
PLUGIN = Verdict("plugin")  # the wire protocol's own code failed


def of_error(status: int, said: ErrorBody, agent_suspect: bool, sound: bool = True) -> Verdict:
    """Judge an error that came with a status.

    `agent_suspect`: the request is malformed, or this cell was answered before, with the same key, model and
    address. A plain 400 is the agent's only then, or where it names a part of the conversation. Else it may
    be the key, the name of the model, the account: it counts against nobody. An agent cannot void its
    failure by a request that is none, since it acts only after a first answer. `sound`: see `wire.Asked`.
    """
    if (refused := _refused(status, said, agent_suspect, sound)) is not None:
        return Verdict(refused=refused)
    if re.search(r"http request (was )?sent to (an )?https", said.words, re.I):
        return Verdict("speaks_https")
    return Verdict(f"http_{status}")


def _refused(status: int | None, said: ErrorBody, agent_suspect: bool, sound: bool) -> Refusal | None:
    if status in _NEVER_THE_AGENTS or (said.page and sound and not _headers_too_large(status, said)):
        return None  # a page is a proxy's: what serves a model writes none
    if status == 500 and not sound:
        return "request"  # no server takes it, and llama.cpp trips over it
    if wordings.CONTEXT_CODE.search(said.words):
        return "context"
    if agent_suspect and status in _ABOUT_A_REFERENCE and wordings.REFERENCE.search(said.words):
        return "request"
    if agent_suspect and status in _ABOUT_THE_REQUEST and _names_a_part(said):
        return "request"  # whatever the words of an account stand beside it: they may be the agent's own
    if wordings.ACCOUNT.search(said.words):
        return None
    if wordings.CONTEXT.search(said.words):
        return "context"
    if status == 413:
        return _too_large(said, sound)
    if wordings.MALFORMED.search(said.words):
        return "request"
    # From 500 on it is the server that failed, whatever it says of the content or the request beside it.
    if status in _ABOUT_ITS_CONTENT and _names_the_content(said):
        return "policy"
    return "request" if _names_the_request(status, said, agent_suspect) else None


def _names_a_part(said: ErrorBody) -> bool:
    return bool(wordings.ARGUMENT.search(said.words) or wordings.CONVERSATION.search(said.param))


def _headers_too_large(status: int | None, said: ErrorBody) -> bool:
    return status == 431 or bool(wordings.HEADERS.search(said.words))


def _too_large(said: ErrorBody, sound: bool) -> Refusal | None:
    """Tell a model's server, which bounds a conversation, from the limit of a proxy or a library on bytes.

    Some count tokens. Anthropic counts bytes (`request_too_large`, 32 MB): that is a bound of the API itself,
    at every address, far above any context, and what it bounds is the conversation, which the CLI is to keep
    short enough as it keeps below the context. Asking again is in vain, and an agent could make its request
    as large as that at will. A proxy's bound is its owner's, who can raise it.
    """
    if said.structured and not wordings.BODY_LIMIT.search(said.words):
        return "context"
    return None if sound else "request"


def _names_the_content(said: ErrorBody) -> bool:
    return bool(wordings.POLICY.search(said.words)) and not wordings.DOWN.search(said.words)


def _names_the_request(status: int | None, said: ErrorBody, agent_suspect: bool) -> bool:
    if status not in _ABOUT_THE_REQUEST or wordings.MODEL.search(said.words) or said.param == "model":
        return False
    if not agent_suspect and wordings.UNABLE.search(said.words):
        return False
    named = wordings.CONVERSATION.search(said.param) or wordings.CONVERSATION.search(said.words)
    return bool(named) or (agent_suspect and not wordings.SERVER.search(said.words))


def of_answer(
    answered: bool,
    finish_reason: str | None,
    error: ErrorBody | None,
    agent_suspect: bool,
    sound: bool = True,
    wordless: Usage | None = None,
) -> Verdict:
    """Judge what came with status 200: an error may stand in its place, or in its middle.

    `wordless`: the usage of an answer in which nothing was written. It shows no model where it ends as usual
    and no token came out, as relays say of an endpoint that sent nothing. An agent may ask for such an
    answer, so once the model has answered it is one, unless no token was read either.
    """
    if error is not None:
        refused = _refused(error.status, error, agent_suspect, sound)
        return Verdict(refused=refused) if refused else Verdict("error_in_200")
    if finish_reason is not None and wordings.FAILED.search(finish_reason):
        return Verdict("error_in_200")
    if wordless is not None and not wordless.completion and _ENDED.fullmatch(finish_reason or ""):
        answered = answered and agent_suspect and wordless.prompt != 0
    return ANSWERED if answered else Verdict("empty")


class Dropped(Exception):
    """The upstream broke off in the middle of its answer."""


class Empty(Exception):
    """The upstream sent nothing where an answer should have been."""


# What may come out of asking: none of it is the CLI's doing.
TROUBLE = (
    Dropped,
    Empty,
    OSError,
    asyncio.TimeoutError,
    aiohttp.ClientError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    RecursionError,
)


def of_exception(exc: BaseException, status: int | None) -> Verdict:
    """Judge what prevented an answer. `status`: of the answer that had begun, or None."""
    # Before anything was sent it is this machine that could not send it.
    other = "malformed" if status is not None else "unsendable"
    fault = next((name for kinds, name in _EXCEPTIONS if isinstance(exc, kinds)), other)
    if fault == "certificate" and "CERTIFICATE" not in str(exc):
        fault = "speaks_http" if re.search("WRONG_VERSION|RECORD_LAYER|HTTP_REQUEST", str(exc)) else "tls"
    return Verdict("closed" if fault == "dropped" and status is None else fault)


_EXCEPTIONS: tuple[tuple[Any, str], ...] = (
    (Empty, "empty"),
    ((aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError), "proxy"),
    ((aiohttp.ClientSSLError, ssl.SSLError), "certificate"),
    (aiohttp.ConnectionTimeoutError, "unreachable"),
    (TimeoutError, "timeout"),
    (aiohttp.ClientConnectorError, "unreachable"),
    (aiohttp.InvalidURL, "unsendable"),
    (aiohttp.ClientResponseError, "malformed"),
    ((Dropped, aiohttp.ClientPayloadError, aiohttp.ClientConnectionError), "dropped"),
    (OSError, "unreachable"),
)


def told(exc: BaseException) -> str:
    """Return what a person should know of an exception, without a proxy's user and password."""
    if isinstance(exc, aiohttp.ClientProxyConnectionError):
        return f"{_proxy_variable()} names {exc.host}:{exc.port}: {exc.os_error}"
    if isinstance(exc, aiohttp.ClientHttpProxyError):
        return f"{_proxy_variable()} names a proxy that answered {exc.status} {exc.message}"
    if isinstance(exc, (Dropped, Empty)):
        return ""  # the fault's name says it
    return f"{type(exc).__name__}: {exc}" if str(exc) else type(exc).__name__


def _proxy_variable() -> str:
    names = [n for n in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY") if os.environ.get(n)]
    names += [n for n in ("http_proxy", "https_proxy", "all_proxy") if os.environ.get(n)]
    return " or ".join(names) or "the proxy setting"
