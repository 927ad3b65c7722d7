"""`cab compare stack=X stack=none` says what the items of the stack did."""

from __future__ import annotations

from cab_core.records import Accounted
from tests.conftest import Cab
from tests.site.made import Made

CLOCK, RULE = "mcp:clock", "instructions:rule"


def item(name: str, state: str | None, tokens: int | None = None, reason: str | None = None) -> Accounted:
    """An item and what became of it."""
    return Accounted(item=name, state=state, tokens_a_call=tokens, reason=reason)  # type: ignore[arg-type]


def made(cab: Cab) -> None:
    """Three cells with a stack, three without."""
    stacks = (
        (item(CLOCK, "used", 100), item(RULE, "present", 40)),
        (item(CLOCK, "offered", 300), item(RULE, None)),
        (item(CLOCK, "offered", 120), item(RULE, None, reason="it has none")),
    )
    for n, items in enumerate(stacks, 1):
        Made(task=f"p/{n}", stack=("house",), applied=items).write(cab.cwd / "runs")
        Made(task=f"p/{n}").write(cab.cwd / "runs")


def test_what_each_item_did_and_costs_is_told(cab: Cab) -> None:
    """States by how often they were seen; the median of the tokens; unknown where nobody counted."""
    made(cab)
    said = " ".join(cab("compare", "stack=house", "stack=none").stdout.split())
    assert "mcp:clock: offered in 2, used in 1 of 3 cells; about 120 tokens a call" in said
    assert (
        "instructions:rule: present in 1, not looked at in 1, skipped in 1 of 3 cells; about 40 tokens a call; "
        "skipped: it has none" in said
    )


def test_the_results_say_what_each_item_costs(cab: Cab) -> None:
    """Below the tables as beside a comparison; for programs cell by cell, and nothing of one without a stack."""
    made(cab)
    said = " ".join(cab("results").stdout.split())
    assert "mcp:clock: offered in 2, used in 1 of 3 cells; about 120 tokens a call" in said
    rows = {(row["task"], bool(row["stack"])): row for row in cab.json("results", "--json")}
    assert [i["tokens_a_call"] for i in rows["p/1", True]["stack_items"]] == [100, 40]
    assert "stack_items" not in rows["p/1", False]


def test_programs_get_the_same(cab: Cab) -> None:
    """By item, with how many cells the tokens are of; nothing where no stack is asked for."""
    made(cab)
    clock, rule = cab.json("compare", "stack=house", "stack=none", "--json")["stack_items"]
    assert (clock["item"], clock["states"], clock["tokens_a_call"]) == (CLOCK, {"offered": 2, "used": 1}, 120)
    assert (rule["tokens_a_call"], rule["tokens_known"]) == (40, 1)
