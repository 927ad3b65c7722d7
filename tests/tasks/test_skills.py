"""Skills as others write them, held against the format's own validator."""

from __future__ import annotations

from pathlib import Path

import pytest
from skills_ref.validator import validate

from cab_core.tasks.skills import BadSkill, skill_of

GOOD = (
    "---\nname: do-it\ndescription: When it is to be done\nlicense: MIT\nmetadata:\n  a: b\n---\n\n# Do it\n"
)
# a document, and what is said of it
BAD = {
    "": "begins with no front matter",
    "# Do it\n": "begins with no front matter",
    "---\nname: do-it\n": "begins with no front matter",
    "---\nname: [\n---\n": "is no YAML",
    "---\n- a\n---\n": "is no mapping",
    "---\nname: do-it\n---\n": "description: expected a text",
    "---\ndescription: d\n---\n": "name: expected a text",
    "---\nname: 5\ndescription: d\n---\n": "name: expected a text",
    "---\nname: other\ndescription: d\n---\n": "expected that of its directory, 'do-it'",
    "---\nname: Do-It\ndescription: d\n---\n": "expected a-z",
    "---\nname: do--it\ndescription: d\n---\n": "expected a-z",
    f"---\nname: do-it\ndescription: {'d' * 1025}\n---\n": "1,025 characters, expected at most 1,024",
    f"---\nname: do-it\ndescription: d\ncompatibility: {'d' * 501}\n---\n": "501 characters, expected at most 500",
}


def faults(base: Path, document: str) -> list[str]:
    """Return what the upstream validator says of a skill."""
    (base / "do-it").mkdir()
    (base / "do-it/SKILL.md").write_text(document)
    found: list[str] = validate(base / "do-it")
    return found


def test_a_good_skill_is_read_whole(tmp_path: Path) -> None:
    """Its document stays as it was written, and what lies beside it comes along."""
    skill, unknown = skill_of("do-it", {"SKILL.md": GOOD, "scripts/x.sh": "#!/bin/sh\n"})
    assert (skill.name, skill.description, skill.text) == ("do-it", "When it is to be done", "# Do it\n")
    assert skill.files["SKILL.md"] == GOOD and "scripts/x.sh" in skill.files and unknown == []
    assert faults(tmp_path, GOOD) == []


@pytest.mark.parametrize("document", BAD)
def test_a_bad_one_is_told_and_upstream_says_so_too(tmp_path: Path, document: str) -> None:
    """Nothing is refused that the format allows."""
    with pytest.raises(BadSkill, match=BAD[document]):
        skill_of("do-it", {"SKILL.md": document}, strict=True)
    assert faults(tmp_path, document)


@pytest.mark.parametrize(
    "document", [d for d, said in BAD.items() if "expected at most" in said or "of its dir" in said]
)
def test_what_clis_take_all_the_same_is_told(document: str) -> None:
    """A description that is too long, a name that is not the directory's: public skills have them."""
    skill, told = skill_of("do-it", {"SKILL.md": document})
    assert skill.description and len(told) == 1 and told[0].startswith("SKILL.md: ")


def test_an_unknown_key_is_told_and_does_no_harm(tmp_path: Path) -> None:
    """Some CLIs have keys of their own; upstream counts them as faults."""
    document = GOOD.replace("license: MIT", "model: big")
    assert skill_of("do-it", {"SKILL.md": document})[1] == [
        "SKILL.md: 'model' in its front matter is unknown"
    ]
    assert "model" in faults(tmp_path, document)[0]


@pytest.mark.parametrize(
    "document", [GOOD.replace("\n", "\r\n"), GOOD.replace("# Do it\n", ""), GOOD.rstrip("\n")]
)
def test_line_ends_and_empty_bodies_are_fine(tmp_path: Path, document: str) -> None:
    """As upstream has it."""
    assert skill_of("do-it", {"SKILL.md": document})[0].name == "do-it"
    assert faults(tmp_path, document) == []


_ALIASES = "a0: &a0 [x]\n" + "".join(
    f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]\n" for n in range(30)
)


@pytest.mark.parametrize(
    "more",
    [
        f"{_ALIASES}compatibility: *a30",
        "x: !!int ''",
        "x: !!bool maybe",
        "x: !!timestamp soon",
        "x: !!python/object/apply:os.system [id]",
        f"x: {'[' * 30_000}",
        f"x: {':'.join('1' * 9_000)}\ncompatibility: {':'.join('1' * 9_000)}\n{':'.join('1' * 9_000)}: 1",
        f"x: {'a, ' * 30_000}",
    ],
)
def test_a_stranger_s_front_matter_is_told_at_once(more: str) -> None:
    """What says much by little, a tag, a depth, a key that is no text: none of it is made."""
    with pytest.raises(BadSkill, match=r"SKILL.md: "):
        skill_of("do-it", {"SKILL.md": f"---\nname: do-it\ndescription: d\n{more}\n---\n"})
