"""Templates of a declared CLI."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cab_core.declared.templates import BadTemplate, fill, fill_words, values_of
from cab_core.records import WorkFile

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


@pytest.mark.parametrize(
    "text",
    [
        "{{ 9 ** 9 ** 9 }}",
        "{{ 'a' * 9999999999 }}",
        "{{ '%9999999999d' % 1 }}",
        "{{ prompt.ljust(9999999999) }}",
        "{{ prompt | center(9999999999) }}",
        "{% for a in prompt %}{% for b in prompt %}{% endfor %}{% endfor %}",
        "{% for a in files recursive %}{{ loop(files) }}{% endfor %}",
        "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
        "{% set x = prompt %}{{ x }}",
        "{{ prompt" + " | tojson" * 60 + " }}",
        "{{ prompt | replace('p', prompt) | replace('p', prompt) | replace('p', prompt) }}",
        "{{ prompt | join(prompt) }}",
        "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
        "{% for a in files %}" * 30 + "{% endfor %}" * 30,
    ],
)
def test_a_stranger_s_template_ends_and_stays_small(text: str) -> None:
    """It calls nothing, sets nothing, loops once; what would grow out of little is refused before it does."""
    with pytest.raises(BadTemplate, match="cannot be filled in"):
        fill(text, values_of(job(prompt='"p' * 10_000)), "x")


def test_a_template_tests_loops_and_filters() -> None:
    """What a config needs is there."""
    values = values_of(
        job(files=(WorkFile(path="a", size=1, text=True), WorkFile(path="b", size=1, text=True)))
    )
    text = "{% for f in files %}{% if f.path != 'a' %}{{ f.path | upper }}{% endif %}{% endfor %}"
    assert fill(text, values, "x") == "B"
    assert fill("{{ endpoint | replace('/v1', '') ~ '/x' }}", values, "x") == "http://127.0.0.1:1/x"


def test_a_bad_template_in_a_list_is_told_too(tmp_path: Path) -> None:
    """Only what is not set is left out."""
    with pytest.raises(BadTemplate, match=r"argv\[0\]: .*'promt'"):
        list(fill_words([("{{ promt }}",)], values_of(job()), "argv"))


def test_line_ends_at_the_end_of_a_file_stay(tmp_path: Path) -> None:
    """A config may need its last line end."""
    adapter = declared(tmp_path, launch={"argv": ["house"], "files": {".house": "{{ model }}\n\n"}})
    assert adapter.launch(job()).files == {".house": "m\n\n"}
