"""Records that are kept apart from their cells."""

from __future__ import annotations

from pathlib import Path

from cab_core.gateway.replay.find import cassette_path
from cab_core.records.wire import WIRE_FILE
from cab_core.sweep.cassettes import keep_record
from tests.site.made import Made


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    """A directory of records may be a stranger's, who knows the names that are written there."""
    cell = Made().cell()
    (tmp_path / "cell").mkdir()
    (tmp_path / "cell" / WIRE_FILE).write_bytes(b"record")
    (tmp_path / "mine").write_text("mine")
    place = tmp_path / "records" / cassette_path(cell)
    place.parent.mkdir(parents=True)
    for name in (place, place.with_suffix(".part")):
        name.symlink_to(tmp_path / "mine")
    keep_record(tmp_path / "cell", cell, tmp_path / "records")
    assert (tmp_path / "mine").read_text() == "mine"
    assert place.read_bytes() == b"record" and not place.is_symlink()
    assert len(list(place.parent.iterdir())) == 2
