"""Templates of a declared CLI."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.declared.templates import BadTemplate, fill, fill_words, values_of

from .made import declared, job


@given(st.text())
def test_any_text_is_filled_in_as_it_is(text: str) -> None:
    """What a prompt holds is no template, and nothing of it is lost."""
    assert fill("{{ prompt }}", values_of(job(prompt=text)), "x") == text


@given(st.text())
def test_tojson_writes_a_text_that_json_reads_back(text: str) -> None:
    """Whatever a model is called, the config stays one."""
    assert json.loads(fill('{"model": {{ model | tojson }}}', values_of(job(model=text)), "x")) == {
        "model": text
    }


def test_a_list_is_left_out_whole_where_a_value_is_not_set() -> None:
    """An option that nobody gave, and a window that nobody knows, add no word; what is set does."""
    words = ("foo", ("--think", "{{ options.think }}"), ("--context", "{{ context_tokens }}"), "end")
    assert list(fill_words(words, values_of(job()), "argv")) == ["foo", "end"]
    values = values_of(job(options={"think": "low"}, context_tokens=100))
    assert list(fill_words(words, values, "argv")) == ["foo", "--think", "low", "--context", "100", "end"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ promt }}", "it names 'promt'; did you mean 'prompt'?"),
        ("{{ prompt", "cannot be filled in as a template of Jinja2"),
        ("{{ context_tokens }}", "names what is not set here"),
        ("{{ options.depth }}", "names what is not set here"),
        ("{{ prompt.__class__.__mro__ }}", "is unsafe"),
        ("{{ 1 // 0 }}", "cannot be filled in"),
    ],
)
def test_what_cannot_be_filled_in_is_told_with_its_place(text: str, said: str) -> None:
    """A name that nobody has, a template that is none, a value that is not there, a way into Python."""
    with pytest.raises(BadTemplate) as raised:
        fill(text, values_of(job()), "launch.stdin")
    assert raised.value.where == "launch.stdin" and said in str(raised.value)


def test_a_bad_template_in_a_list_is_told_too(tmp_path: Path) -> None:
    """Only what is not set is left out."""
    with pytest.raises(BadTemplate, match=r"argv\[0\]: .*'promt'"):
        list(fill_words([("{{ promt }}",)], values_of(job()), "argv"))


def test_line_ends_at_the_end_of_a_file_stay(tmp_path: Path) -> None:
    """A config may need its last line end."""
    adapter = declared(tmp_path, launch={"argv": ["house"], "files": {".house": "{{ model }}\n\n"}})
    assert adapter.launch(job()).files == {".house": "m\n\n"}
