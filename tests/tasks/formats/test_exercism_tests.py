"""Tests of tracks as texts: unskipped, and counted only where that is certain."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cab_core.tasks.formats import exercism_tests as texts


@pytest.mark.parametrize(
    ("unskip", "text", "made"),
    [
        (
            texts.unskip_javascript,
            "import { xtest } from 'a';\nxtest('a'",
            "import { xtest } from 'a';\ntest('a'",
        ),
        (texts.unskip_javascript, "xdescribe('a'; xit.each(", "describe('a'; it.each("),
        (texts.unskip_javascript, "test.skip('a', f);", "Array.of('a', f);"),
        (texts.unskip_javascript, "maxtest('a')", "maxtest('a')"),
        (texts.unskip_javascript, "expect(f).toThrowError('a')", "expect(f).toThrow('a')"),
        (texts.unskip_javascript, "expect(f).toBeCalledWith(1)", "expect(f).toHaveBeenCalledWith(1)"),
        (texts.unskip_java, '@Disabled("a (b)")\n@Ignore\n@DisabledX\n', "\n\n@DisabledX\n"),
        (texts.unskip_c, "TEST_IGNORE();   // delete\n", "   // delete\n"),
        (texts.unskip_go, '\tt.Skip("a")\n\t\tt.Skip("b")\n', "\n\t\treturn\n"),
        (texts.unskip_python, '    @unittest.skip("a")\n    def test', "    def test"),
        (texts.move_javascript, "import { a } from '../a';", "import { a } from './a';"),
    ],
)
def test_what_is_skipped_is_run(unskip: Callable[[str], str], text: str, made: str) -> None:
    """The mark goes, and nothing else."""
    assert unskip(text) == made


@pytest.mark.parametrize(
    ("count", "text", "number"),
    [
        (
            texts.count_python,
            "class A:\n    def test_a(\n    def test_a(\nclass B:\n    def test_a(\ndef test(",
            3,
        ),
        (texts.count_python, "@pytest.mark.parametrize\ndef test_a(", None),
        (texts.count_python, "", None),
        (texts.count_c, "void a(){for (;;);}\nint main(){RUN_TEST(a); // RUN_TEST(b)\n}", 1),
        (texts.count_c, "int main(){for (;;) RUN_TEST(a);}", None),
        (texts.count_javascript, "  test('a');\n  xit('b');\n  // test('c')", 2),
        (texts.count_javascript, "[1].forEach(() => test('a'))", None),
        (texts.count_java, "@Test\n// @Test\n@TestX", 1),
        (texts.count_java, "@ParameterizedTest @Test", None),
        (texts.count_rust, "#[test]\n  #[test]\n// #[test]", 2),
        (texts.count_rust, '#[test]\n#[cfg(feature = "a")]\n#[test]', None),
    ],
)
def test_a_count_is_certain_or_none(
    count: Callable[[str], int | None], text: str, number: int | None
) -> None:
    """A loop, a table of parameters or a feature could make it another."""
    assert count(text) == number
