"""When tools ran, as the wire shows it."""

from __future__ import annotations

import json
from pathlib import Path

from cab_core.gateway.models import Model
from cab_core.records import Span
from cab_core.store.reading import read_lines
from tests.support.endpoint import Endpoint
from tests.support.puppet import play

# A CLI that has its tool run for a moment.
TOOL = """
import time
asked = [{"role": "user", "content": "go"}]
def talk():
    body = json.dumps({"model": os.environ["MODEL"], "stream": True, "messages": asked}).encode()
    request = urllib.request.Request(os.environ["ENDPOINT"] + "/chat/completions", body,
        {"Content-Type": "application/json", "Authorization": "Bearer " + os.environ["TOKEN"]})
    return urllib.request.urlopen(request).read()
talk()
time.sleep(0.2)
function = {"name": "no_such_tool", "arguments": '{"a":1}'}
asked.append({"role": "assistant", "content": "", "tool_calls": [{"id": "c1", "type": "function", "function": function}]})
asked.append({"role": "tool", "tool_call_id": "c1", "content": "there is none"})
talk()
"""


def test_a_tool_has_a_span_between_the_calls(tmp_path: Path, endpoint: Endpoint) -> None:
    """With its name, what it was called with, and the call that asked for it."""
    endpoint.mode, endpoint.arguments = "tool", '{"a": 1}'
    where, _ = play(tmp_path, TOOL, model=Model(id="m", endpoint=endpoint.url, key="k"))
    spans = list(read_lines(where / "spans.jsonl", Span))
    (ran,) = [s for s in spans if s.kind == "execute_tool"]
    first, second = [s for s in spans if s.kind == "model_call"]
    assert ran.duration_ms >= 200 and ran.parent_id == first.parent_id
    assert first.start_ns < ran.start_ns < second.start_ns
    assert (ran.attributes["call"], ran.attributes["gen_ai.tool.name"]) == (1, "no_such_tool")
    assert json.loads(ran.attributes["gen_ai.tool.call.arguments"]) == {"a": 1}
