"""`cab rescore` as a user types it."""

from __future__ import annotations

from tests.conftest import Cab
from tests.site.made import Made


def test_a_cell_without_all_its_calls_is_left_as_it_was(cab: Cab) -> None:
    """What a broken copy lost makes no lower figure: the cell keeps its scores, and is named."""
    kept = Made(task="p/one").write(cab.cwd / "runs")
    cut = Made(task="p/two").write(cab.cwd / "runs")
    calls, before = cut / "calls.jsonl", (cut / "cell.json").read_bytes()
    whole = calls.read_bytes()
    for lost in (whole[:-30], b""):
        calls.write_bytes(lost)
        told = cab.json("rescore", "--json")
        assert (told["cells"], told["lacking"]) == (1, [f"runs/{cut.relative_to(cab.cwd / 'runs')}"])
        assert (cut / "cell.json").read_bytes() == before
    assert str(cut.relative_to(cab.cwd)) in cab("rescore").stderr
    calls.write_bytes(whole)
    assert cab.json("rescore", "--json")["lacking"] == [] and kept.exists()
