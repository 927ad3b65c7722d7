"""What is peculiar to messages."""

from __future__ import annotations

from cab_core.plugins.protocols import Reply
from cab_core.records import Usage
from tests.support.wire import MESSAGES


def test_each_answer_of_a_conversation_has_an_id_of_its_own() -> None:
    """A client puts answers of one id together as one message, and the conversation no longer grows."""
    said = {"role": "user", "content": "x"}
    answers = [
        MESSAGES.whole(
            "m", {"messages": [said] * n}, Reply(text="x", tool=("t", {})), Usage(prompt=1, completion=1)
        )
        for n in (1, 3, 5)
    ]
    assert len({a["id"] for a in answers}) == len({a["content"][1]["id"] for a in answers}) == 3
