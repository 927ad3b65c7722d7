"""Jobs that an adapter is asked to launch: a plain one, and those that have something odd."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import attrs

from cab_core.records import Args, Env, Files, Instructions, Job, McpServer, Skill, StackItem, WorkFile
from cab_core.records.stack import ONE_OF_EACH

from .values import values_of

_TEXT = 'it\'s "quoted" $HOME `id` {braces} \\n é 日本 😀\n\n---\nname: x\n---\n'
# Each kind of item alone, and of some a second with what is hard to write into a config.
_ODD_ITEMS: dict[str, StackItem] = {
    **{item.kind: item for item in ONE_OF_EACH},
    "an MCP server whose words and variables are odd": McpServer(
        name="a-b_C9", command=("/opt/a b/server", "-x", _TEXT), env={"A_B": _TEXT, "EMPTY": ""}
    ),
    "instructions that are odd": Instructions(name="a-b_C9", text=_TEXT),
    "instructions that are empty": Instructions(name="empty", text=""),
    "a skill that is odd": Skill(name="a-b-9", description=_TEXT, text=_TEXT),
    "variables that are odd": Env(name="a b", values={"A": _TEXT, "B": ""}),
    "no further arguments": Args(name="none", argv=()),
    "files in directories": Files(name="deep", files={"a/b c/d.txt": _TEXT, ".config/-x": ""}),
}
_PROMPTS = {
    "a prompt that begins with a dash": "--help me",
    "a prompt that begins with a slash": "/exit now",
    "a prompt that begins with an exclamation mark": "!touch evil",
    "a prompt that begins with an at sign": "@pages.py",
    "a prompt that begins with a line end": "\n\nMend it.\n",
    "a prompt of one space": " ",
    "a prompt that is not ASCII": "Répare 日本 😀 \u2028\x85\x1b[31m",
    "a prompt with the ends of lines of Windows": "a\r\nb\r\n",
    "a prompt of quotes and braces": _TEXT,
    "a prompt of 300,000 characters": "Some words of a long line.\n" * 12_000,
}
_MODELS = ("org/model:tag@2026", "a b", "-m", "scripted:oracle", 'it\'s "$(id)"', "日本", "m" * 300)


def plain(home: str, protocol: str) -> Job:
    """Return a job in which nothing is special. Its directories are `home` and `home/work`.

    Nothing tells it from that of a cell: what an adapter does here it does there.
    """
    return Job(
        prompt="Mend one of the tests.",
        model=f"model-{secrets.token_hex(2)}",
        endpoint=f"http://127.0.0.1:{10_000 + secrets.randbelow(50_000)}/v1",
        token=f"cab-{secrets.token_hex(20)}",
        home=home,
        workdir=f"{home}/work",
        deadline_s=60,
        protocol=protocol,
    )


def few(job: Job) -> Iterator[tuple[str, Job]]:
    """Yield what is quick to look at."""
    yield "", job
    yield "a stack of every kind of item", attrs.evolve(job, stack=ONE_OF_EACH)


def every(job: Job, adapter: Any) -> Iterator[tuple[str, Job]]:
    """Yield jobs with what is special about each."""
    yield from few(job)
    yield from ((case, attrs.evolve(job, prompt=prompt)) for case, prompt in _PROMPTS.items())
    yield from ((f"the model {model[:40]!r}", attrs.evolve(job, model=model)) for model in _MODELS)
    for case, item in _ODD_ITEMS.items():
        yield f"a stack of {case}", attrs.evolve(job, stack=(item,))
    for name, schema in getattr(adapter, "options", {}).items():
        for value in values_of(schema):
            yield f"the option {name}={value!r:.60}", attrs.evolve(job, options={name: value})
    yield from _of_model(job, adapter)
    for protocol in adapter.protocols:
        yield f"the protocol {protocol}", attrs.evolve(job, protocol=protocol)
    names = ("a b.txt", "-dash.txt", "it's.txt", "日本.txt", "deep/er/x.py", "CLAUDE.md", "AGENTS.md")
    work = [WorkFile(path=name, size=10, text=True) for name in names]
    work += [WorkFile(path=f"many/{n}.bin", size=1 << 30, text=False) for n in range(2_000)]
    yield "a work dir of odd names and 2,000 large files", attrs.evolve(job, files=tuple(work))


def _of_model(job: Job, adapter: Any) -> Iterator[tuple[str, Job]]:
    """Yield what a sweep may set of a model, as far as the adapter says that it takes it."""
    for size in (1, 4096, 10_000_000):
        yield f"a context of {size:,} tokens", attrs.evolve(job, context_tokens=size)
    params = {"temperature": 0.3, "max_tokens": 1, "seed": 7, "reasoning_effort": "low", "stop": ["a", "é"]}
    for name in getattr(adapter, "model_params", params):
        value = params.get(name, 1)
        yield f"the model parameter {name}={value!r}", attrs.evolve(job, model_params={name: value})
