"""A gateway before one model, without a cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cab_core.errors import UserError
from cab_core.gateway.models import Model
from cab_core.gateway.scripted.context import ScriptContext
from cab_core.gateway.scripted.generic import GenericDialect
from cab_core.gateway.scripted.named import persona_named
from cab_core.gateway.scripted.upstream import ScriptedUpstream
from cab_core.gateway.server import Gateway
from cab_core.gateway.session import CellSession, new_token
from cab_core.gateway.upstream import CREDENTIALS, Upstream
from cab_core.plugins.protocols import StopSignal
from cab_core.plugins.wire_protocol import WireProtocol
from cab_core.records import GradeCommand, GradeSpec, Job, Limits, ModelCall, TaskDoc
from cab_core.records.wire import WIRE_FILE
from cab_core.run.secrets import redactor_of
from cab_core.run.upstreams import SharedUpstreams
from cab_core.wire.writer import WireWriter

_FOR_EVER_S = 1e9


class _Told(WireWriter):
    """Tells the number of each call that is on record; of none once the record could not be written."""

    on_end: Callable[[int], None]

    def write(self, lines: list[dict[str, Any]]) -> None:
        """Write lines, and tell of the calls that ended."""
        super().write(lines)
        for line in lines:
            if "end_ms" in line and self.fault is None:
                self.on_end(line["n"])


@contextmanager
def serving(
    model: Model,
    protocol: WireProtocol,
    directory: Path,
    ended: Callable[[ModelCall], None],
    stop: StopSignal,
) -> Iterator[tuple[CellSession, str]]:
    """Serve until the block ends; yield the session, and the address. `ended`: given each call on record.

    Raises:
        UserError: the model is a record, which knows the answers of one cell alone.
    """
    token = new_token()
    with Gateway() as gateway:
        place = f"{gateway.url}{protocol.base}"
        secrets = redactor_of(model.secrets, token)
        wire = _Told(directory / WIRE_FILE, "gateway", model.name, protocol, secrets, CREDENTIALS)
        calls = dict[int, ModelCall]()
        wire.on_end = lambda n: ended(calls.pop(n))
        session = CellSession(
            token=token,
            model=model.name,
            protocol=protocol,
            upstream=_upstream(model, place, token, protocol.name),
            limits=Limits(wall_s=_FOR_EVER_S, calls=None),
            record=directory / "calls.jsonl",
            stop=stop,
            price=model.price,
            on_call=lambda call: calls.update({call.n: call}),
            wire=wire,
        )
        gateway.open(session)
        try:
            yield session, place
        finally:
            gateway.close(session)


def _upstream(model: Model, place: str, token: str, protocol: str) -> Upstream:
    """Return who answers; a script that knows of no task, where it is one."""
    if model.records is not None:
        raise UserError(f"{model.id}: a record answers the cell that it is of; `cab run` replays it")
    if model.scripted is None:
        return SharedUpstreams()(model)
    job = Job(
        prompt="", model=model.id, endpoint=place, token=token, home="/", workdir=str(Path.cwd()),
        deadline_s=_FOR_EVER_S, protocol=protocol,
    )  # fmt: skip
    grade = GradeSpec(commands=(GradeCommand(argv=("true",)),))
    nothing = TaskDoc(schema_version=1, title="-", prompt="-", expected_files=(), grade=grade)
    context = ScriptContext(doc=nothing, job=job, dialect=GenericDialect())
    return ScriptedUpstream(model.id, persona_named(model.scripted), context)
