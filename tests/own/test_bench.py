"""The place where a repository's tests are run: what they leave there is read as a stranger's."""

from __future__ import annotations

import json
import os
from pathlib import Path

from cab_core.own import bench

NOTHING = {"tests": {}, "lines": {}}


def test_what_tests_put_in_the_place_of_the_report_is_not_followed(tmp_path: Path) -> None:
    """A link, a pipe that nobody writes to, and what has another form are no report."""
    report = tmp_path / "out/watch.json"
    report.parent.mkdir()
    (tmp_path / "other").write_text(json.dumps({"tests": {"a": {}}, "lines": {}}))
    report.symlink_to(tmp_path / "other")
    assert bench.seen(tmp_path / "out") == NOTHING
    report.unlink()
    os.mkfifo(report)
    assert bench.seen(tmp_path / "out") == NOTHING
    report.unlink()
    report.write_text("[" * 100_000)
    assert bench.seen(tmp_path / "out") == NOTHING
    report.write_text('{"tests": []}')
    assert bench.seen(tmp_path / "out") == NOTHING
