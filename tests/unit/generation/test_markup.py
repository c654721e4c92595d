"""HTML is read as a browser reads it, within bounds."""

from __future__ import annotations

import pytest

from deployer.generation.reading.markup import DEEPEST, document, fragment
from tests.unit.generation.builders import PAGE

ACTS = {
    "a style in SVG holds elements": "<svg><style><p><script>x</script></style></svg>",
    "a paragraph ends SVG": "<svg><style><img src=x onerror=y></style></svg>",
    "a conditional is a comment up to the first >": "<![if > <script>x</script> ]>",
    "an end tag may have attributes": "<style></style x><script>x</script><style></style>",
    "a comment ends at once": "<!--><script>x</script>-->",
    "a comment ends with a bang": "<!-- x --!><script>x</script>-->",
    "CDATA in HTML is a comment": "<![CDATA[ x > <script>x</script> ]]>",
    "a slash divides attributes": '<img/src="x"/onerror=y>',
    "a template's content is kept for later": "<template><script>x</script></template>",
}


@pytest.mark.parametrize("markup", ACTS.values(), ids=ACTS)
def test_elements_are_found_where_a_browser_finds_them(markup: str) -> None:
    assert any(e.tag == "script" or "onerror" in e.attributes for e in document(markup).elements)


STILL = [
    "<textarea><script>x</script></textarea>", "<xmp><script>x</script></xmp>",
    "<svg><![CDATA[<script>x</script>]]></svg>", "<!-- > <script>x</script> -->",
    "<title><script>x</script></title>", '<p title="<script>x</script>">x</p>',
    "<iframe><script>x</script></iframe>", "<script-x>x</script-x>",
]  # fmt: skip


@pytest.mark.parametrize("markup", STILL)
def test_text_that_looks_like_elements_stays_text(markup: str) -> None:
    assert not list(document(markup).by_tag("script"))


def test_names_are_in_lower_case_and_the_first_of_two_attributes_counts() -> None:
    page = document('<SVG viewBox="0 0 1 1"><foreignObject ID=a id=b></foreignObject></SVG>')

    (drawing,) = page.by_tag("svg")
    (inner,) = page.by_tag("foreignobject")
    assert (drawing.attributes, inner.id) == ({"viewbox": "0 0 1 1"}, "a")


def test_an_element_knows_its_line_its_parent_and_its_text() -> None:
    page = document("<!doctype html>\n<body>\n<main>\n<p>one <b>two</b> three")

    (bold,) = page.by_tag("b")
    assert bold.line == 4
    assert [e.tag for e in bold.ancestors()] == ["p", "main", "body", "html"]
    assert [e.text for e in page.by_tag("p")] == ["one two three"]


def test_a_fragment_keeps_rows_without_their_table_and_a_whole_page_its_body() -> None:
    assert {"tr", "td"} <= {e.tag for e in fragment("<tr onclick=x><td>1").elements}
    assert any("onload" in e.attributes for e in fragment("<body onload=x>").elements)


HONEST = [
    PAGE,
    PAGE.replace("red</p>", "red"),
    PAGE.replace("let shown", 'const end = "</main></div>", less = 1 < shown && "<p>"; let shown'),
    PAGE.replace("</h1>", "</h1><svg><title>x</title><path d='M0 0'/><g/></svg><br/><img src=x>"),
    PAGE.replace("</h1>", "</h1><ul><li>1<li>2</ul><table><tr><td>1<td>2</table><p>x"),
    PAGE.replace("</h1>", "</h1><svg><style><![CDATA[ a { b: c } ]]></style></svg>"),
]  # fmt: skip


@pytest.mark.parametrize("page", HONEST, ids=[str(n) for n in range(len(HONEST))])
def test_a_page_whose_ends_a_browser_knows_has_no_problems(page: str) -> None:
    assert document(page).problems == ()


BROKEN = {
    "<div>x": "line 10: <div> is never closed",
    "<section><div></section>": "line 10: <div> is never closed",
    "</div>": "</div> closes nothing",
    "<div class='x>": "line 9: <main> is never closed",
    "<!-- x": "line 9: <main> is never closed",
}


@pytest.mark.parametrize("markup", BROKEN)
def test_tags_without_their_other_half_are_told_with_their_line(markup: str) -> None:
    assert BROKEN[markup] in document(PAGE.replace("<h1>", f"{markup}<h1>")).problems


def test_nesting_has_an_end_and_loses_nothing() -> None:
    page = document(f"{'<div>' * 30_000}<p id=last>x")

    last = page.by_id("last")
    assert last is not None
    assert len(list(last.ancestors())) == DEEPEST
    assert len(list(page.by_tag("div"))) == 30_000


def test_a_page_that_would_grow_without_end_is_not_read_and_says_so() -> None:
    page = document("".join(f"<b id={n}><p>" for n in range(20_000)))

    assert page.unread
    assert page.elements == ()
    assert "too long" in page.problems[0]


def test_a_large_ordinary_page_is_read() -> None:
    row = '<tr data-id="12"><td><a href="./x.html">A &amp; B</a></td><td>12.50</td></tr>\n'
    page = document(f"<!doctype html><table>{row * 4_000}</table>")

    assert len(list(page.by_tag("tr"))) == 4_000
    assert not page.unread
