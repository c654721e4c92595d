"""Edits apply in exactly one place or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployer.generation.answers.edits import EditFailedError, Rung, apply_edit, nearest_lines
from deployer.generation.answers.grammar import Edit
from local.model.differences import edits_between

lines = st.lists(st.text(alphabet="ab \t{}", max_size=5), min_size=1, max_size=12)


@given(
    lines, st.text(alphabet="ab {}\n", min_size=1, max_size=8), st.text(alphabet="xy", max_size=3)
)
def test_an_exact_edit_changes_the_only_hit_and_nothing_else(
    before: list[str], search: str, replace: str
) -> None:
    text = "\n".join(before)
    hits = [i for i in range(len(text)) if text.startswith(search, i)]
    try:
        applied = apply_edit(text, Edit(search, replace))
    except EditFailedError:
        assert len(hits) != 1 or not search.strip()
        return
    if applied.rung is Rung.EXACT:
        assert len(hits) == 1
        start, end = hits[0], hits[0] + len(search)
        rest = text[end:]
        assert applied.text in (
            text[:start] + replace + rest,
            text[:start] + rest.removeprefix("\n"),
        )
    else:
        assert not hits


@given(lines, lines)
def test_lines_outside_of_a_lenient_edit_keep_their_bytes(
    around: list[str], after: list[str]
) -> None:
    text = "\n".join([*around, "\t\tconst total  =  1;  ", *after])

    applied = apply_edit(text, Edit("const total = 1;", "const total = 2;"))

    assert applied.rung is Rung.LOOK_ALIKES
    assert applied.text == "\n".join([*around, "\t\tconst total = 2;", *after])


@given(
    st.lists(st.text(alphabet="abc", max_size=3), max_size=30),
    st.lists(st.text(alphabet="abc", max_size=3), max_size=30),
)
def test_the_stand_ins_edits_turn_one_text_into_the_other(old: list[str], new: list[str]) -> None:
    before, after = "\n".join(["begin", *old, "end"]), "\n".join(["begin", *new, "end"])

    text = before
    for edit in edits_between(before, after):
        text = apply_edit(text, edit).text

    assert text == after


@pytest.mark.parametrize(
    ("text", "search", "why"),
    [
        ("a\nb\na\n", "a", "2 times"),
        ("aaa", "aa", "2 times"),
        ("  x\n    x\n", "x ", "2 places"),
        ("a\n", "b", "not in the file"),
        ("a\n", " \n", "empty"),
    ],
)
def test_a_search_without_exactly_one_hit_fails(text: str, search: str, why: str) -> None:
    with pytest.raises(EditFailedError, match=why):
        apply_edit(text, Edit(search, "new"))


def test_indentation_of_the_place_is_kept() -> None:
    text = "<main>\n    <ul>\n      <li>a</li>\n    </ul>\n</main>"

    applied = apply_edit(text, Edit("<ul>\n  <li>a</li>", "<ul>\n  <li>a</li>\n  <li>b</li>"))

    assert applied.rung is Rung.INDENTATION
    assert "    <ul>\n      <li>a</li>\n      <li>b</li>\n    </ul>" in applied.text


def test_a_line_that_an_edit_only_repeats_keeps_its_typography() -> None:
    text = "<p>“Anna’s”</p>\n<p>old</p>"

    applied = apply_edit(text, Edit('<p>"Anna\'s"</p>\n<p>old</p>', '<p>"Anna\'s"</p>\n<p>new</p>'))

    assert applied.text == "<p>“Anna’s”</p>\n<p>new</p>"


def test_the_nearest_lines_are_shown_and_not_applied() -> None:
    text = "\n".join(
        [*(f"line {n}" for n in range(50)), "function showTotal(rows) {", "  total;", "}"]
    )

    near = nearest_lines(text, "function showTotal(data) {\n  total();\n}")

    assert "function showTotal(rows) {" in near
    assert "line 3\n" not in near
