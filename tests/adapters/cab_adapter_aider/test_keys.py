"""The real aider writes what the model said, whatever the endpoint's key is; a real key is written nowhere."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from cab_adapter_aider.adapter import Aider

from cab_core.cache import cache_root
from cab_core.gateway.models import Model
from cab_core.records import Installation, Limits
from cab_core.redaction import Redactor
from cab_core.site.build import build_site
from tests.run.test_secrets import written
from tests.support.endpoint import KEY, Endpoint
from tests.support.often import rows
from tests.support.puppet import find_task, play

TASK = "mutations/py-stock-reorder"
SOLUTION = next(f for f in find_task(TASK).section("solution") if f.path == "stock.py")


@pytest.mark.aider
@pytest.mark.parametrize("key", rows(["x", "stock", "return", KEY], [KEY]))
def test_aider_s_edit_is_what_was_said(
    tmp_path: Path, endpoint: Endpoint, aider: Installation, key: str
) -> None:
    """With a placeholder of one letter, a word of the answer, and a real key that the answer repeats, too."""
    told = (
        f"x box {KEY} {base64.b64encode(f'Bearer {KEY}'.encode()).decode()}" if key == KEY else "x box EMPTY"
    )
    text = f"{Path(SOLUTION.source).read_text()}\n# the token is none: {key if key != KEY else 'x'}\n"
    endpoint.reply = f"stock.py\n```\n{text}```\n\n{told}\n"
    directory, result = play(
        tmp_path / "runs", "", adapter=Aider(), installation=aider,
        model=Model(id="m", endpoint=endpoint.url, key=key), limits=Limits(wall_s=100),
    )  # fmt: skip
    assert result.outcome == "passed", result.why
    assert endpoint.headers[0]["authorization"] == f"Bearer {key}"
    added = [line[1:] for line in (directory / "changes.patch").read_text().splitlines() if line[:1] == "+"]
    assert text.splitlines()[-1] in added
    build_site([tmp_path / "runs"], tmp_path / "site")
    cache = str(cache_root()).encode()
    assert [str(p) for p, data in written(tmp_path / "runs", tmp_path / "site") if cache in data] == []
    if key != KEY:
        final = json.loads((directory / "harvest.json").read_text())["final_message"]
        assert told in final and text.strip() in final
        return
    look = Redactor({KEY: "[key]"})
    assert [str(p) for p, data in written(tmp_path / "runs", tmp_path / "site") if look.finds(data)] == []
    assert any("repeated its key" in note for note in result.notes)
