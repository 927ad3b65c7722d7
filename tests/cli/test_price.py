"""A price that is corrected after cells were run: dollars are counted anew, and no model is called."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_side_by_side import PLUGIN
from tests.conftest import Cab
from tests.support.endpoint import KEY, Endpoint

RUN = ("run", "--tui", "tiny@1", "--model", "m", "--task", "mutations/py-stock-reorder")
CALL_USD = (1000 * 2 + 50 * 4) / 1e6  # what a call of the endpoint costs at $2 and $4


@pytest.fixture
def tiny(cab: Cab, endpoint: Endpoint, distribution: Callable[..., str], tmp_path: Path) -> Cab:
    """The command `cab` with a CLI that calls once and a model that has a price."""
    cab.find_plugins(distribution("cab-tiny", PLUGIN))
    cab.env |= {"CAB_CACHE": str(tmp_path / "cache"), "K": KEY}
    price(cab, endpoint, "input = 2.0\noutput = 4.0")
    return cab


def price(cab: Cab, endpoint: Endpoint, rates: str) -> None:
    """Say in cab.toml what the model costs."""
    said = f'[models.m]\nendpoint = "{endpoint.url}"\nkey_env = "K"\n'
    (cab.cwd / "cab.toml").write_text(said + (f"[models.m.price]\n{rates}\n" if rates else ""))


def cells(cab: Cab) -> list[dict[str, Any]]:
    """Return every cell.json, the oldest first."""
    return [json.loads(p.read_text()) for p in sorted((cab.cwd / "runs").rglob("cell.json"))]


def call_usd(cab: Cab) -> list[float | None]:
    """Return what each call cost, of all cells."""
    files = sorted((cab.cwd / "runs").rglob("calls.jsonl"))
    return [json.loads(line)["usd"] for path in files for line in path.read_text().splitlines()]


def warned(done: subprocess.CompletedProcess[str]) -> str:
    """Return what was said as one line."""
    return " ".join(done.stderr.split())


def test_a_corrected_price_calls_no_model(tiny: Cab, endpoint: Endpoint) -> None:
    """Calls, sums, the axis of tokens and the price that is named are of the new one; the second time all is as it is."""
    assert tiny(*RUN).returncode == 0
    [before], asked = cells(tiny), len(endpoint.requests)
    price(tiny, endpoint, "input = 4.0\noutput = 8.0")
    done = tiny(*RUN)
    [cell] = cells(tiny)
    assert len(endpoint.requests) == asked and "1 of 1 cells: done before" in done.stderr
    assert "dollars of 1 cell counted anew, without a model: $4 input, $8 output" in warned(done)
    assert call_usd(tiny) == [pytest.approx(2 * CALL_USD)] * asked
    assert before["tokens"]["usd"] == pytest.approx(asked * CALL_USD)
    assert cell["tokens"] == {**before["tokens"], "usd": pytest.approx(2 * asked * CALL_USD)}
    assert cell["scores"]["tokens"]["values"]["usd"] == cell["tokens"]["usd"]
    assert cell["price"]["rates"].startswith("$4 input, $8 output") and cell["rescored"] is None
    assert "counted anew" not in tiny(*RUN).stderr and cells(tiny) == [cell]


def test_a_price_that_comes_later_is_counted_too(tiny: Cab, endpoint: Endpoint) -> None:
    """And where it goes again, the dollars stay: they were counted by what was known."""
    price(tiny, endpoint, "")
    tiny(*RUN)
    assert [c["tokens"]["usd"] for c in cells(tiny)] == [None]
    price(tiny, endpoint, "input = 2.0\noutput = 4.0")
    tiny(*RUN)
    [cell] = cells(tiny)
    assert cell["tokens"]["usd"] == pytest.approx(len(endpoint.requests) * CALL_USD)
    price(tiny, endpoint, "")
    tiny(*RUN)
    assert cells(tiny) == [cell]


def test_under_a_limit_in_dollars_a_price_is_an_input(tiny: Cab, endpoint: Endpoint) -> None:
    """It may have ended the run: the cell is run anew, and that is told."""
    tiny(*RUN, "--max-usd", "1")
    asked = len(endpoint.requests)
    price(tiny, endpoint, "input = 4.0\noutput = 8.0")
    done = tiny(*RUN, "--max-usd", "1")
    assert len(endpoint.requests) == 2 * asked and len(cells(tiny)) == 2
    assert "run anew: model.price.input was 2.0, is 4.0" in warned(done)


def test_tries_in_vain_are_counted_with_the_one_that_stands(tiny: Cab, endpoint: Endpoint) -> None:
    """What they took is told in the cell by the price of now."""
    tiny(*RUN)
    [path] = (tiny.cwd / "runs").rglob("cell.json")
    path.write_text(path.read_text().replace('"outcome": "passed"', '"outcome": "infra_upstream"'))
    tiny(*RUN)
    assert [c["voided"] for c in cells(tiny)] == [[], ["infra_upstream"]]
    price(tiny, endpoint, "input = 4.0\noutput = 8.0")
    done = tiny(*RUN)
    vain, standing = cells(tiny)
    assert "dollars of 2 cells counted anew" in warned(done)
    assert standing["voided_usd"] == vain["tokens"]["usd"] == standing["tokens"]["usd"]


def test_a_cell_whose_calls_are_not_all_there_stays(tiny: Cab, endpoint: Endpoint) -> None:
    """Its dollars are those of the other price, which is told, and it is not run anew."""
    tiny(*RUN)
    for path in (tiny.cwd / "runs").rglob("calls.jsonl"):
        path.write_text("")
    before, asked = cells(tiny), len(endpoint.requests)
    price(tiny, endpoint, "input = 4.0\noutput = 8.0")
    done = tiny(*RUN)
    assert "stay those of another price: calls.jsonl does not hold all calls" in warned(done)
    assert cells(tiny) == before and len(endpoint.requests) == asked


def test_a_recount_that_was_cut_off_goes_on_at_whichever_price(tiny: Cab, endpoint: Endpoint) -> None:
    """Where a runner was killed between the calls and the cell: the cell has no price meanwhile, and no dollars."""
    tiny(*RUN)
    [path] = (tiny.cwd / "runs").rglob("cell.json")
    [before] = cells(tiny)
    price(tiny, endpoint, "input = 4.0\noutput = 8.0")
    calls = path.with_name("calls.jsonl")
    kept = calls.read_text()
    calls.unlink()
    (calls.parent / "calls.jsonl").mkdir()  # it cannot be written, nor read
    tiny(*RUN)
    assert cells(tiny) == [before]
    calls.rmdir()
    calls.write_text(kept)
    cut = {**before, "price": None, "tokens": {**before["tokens"], "usd": None}}
    path.write_text(json.dumps(cut))  # as it is while the calls are written
    price(tiny, endpoint, "input = 2.0\noutput = 4.0")
    tiny(*RUN)
    assert cells(tiny) == [before]


def test_a_try_in_vain_is_counted_though_the_one_that_stands_has_the_price(
    tiny: Cab, endpoint: Endpoint
) -> None:
    """As where a runner was killed between the two."""
    tiny(*RUN)
    [path] = (tiny.cwd / "runs").rglob("cell.json")
    path.write_text(path.read_text().replace('"outcome": "passed"', '"outcome": "infra_upstream"'))
    tiny(*RUN)
    right = [(c["tokens"]["usd"], c["voided_usd"]) for c in cells(tiny)]
    as_run = (path.parent.parent / "2/cell.json").read_text()
    price(tiny, endpoint, "input = 4.0\noutput = 8.0")
    tiny(*RUN)
    (path.parent.parent / "2/cell.json").write_text(as_run)
    price(tiny, endpoint, "input = 2.0\noutput = 4.0")
    tiny(*RUN)
    assert [(c["tokens"]["usd"], c["voided_usd"]) for c in cells(tiny)] == right


def test_a_price_beyond_all_reason_is_a_slip(tiny: Cab, endpoint: Endpoint) -> None:
    """No sum of it would be a number, and cells would be ruined by it."""
    price(tiny, endpoint, "input = 1e308\noutput = 4.0")
    done = tiny(*RUN)
    assert done.returncode == 2 and "models.m.price.input" in done.stderr and "<= 1000000" in warned(done)
