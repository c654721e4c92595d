"""A page of a site: the scripts that it runs, whoever evaluates them, and the ids that they make."""

from __future__ import annotations

import pytest

from deployer.domain.site import Site
from deployer.generation.reading.markup import document
from deployer.generation.reading.page import codes_of, page_of

EVALUATED = {
    "JSX": '<script type="text/babel">const App = () => <p id="out">{1}</p>;</script>',
    "JSX with an expression": '<script type="text/babel">const App = () => <p id={"out"}/>;</script>',
    "TypeScript": '<script type="text/typescript">const x: string = `<p id="out">`;</script>',
    "a template of Vue": '<script type="text/x-template"><p id="out"></p></script>',
    "a template of Handlebars": '<script type="text/x-handlebars-template"><p id=out></p></script>',
    "Brython": '<script type="text/python">document <= html.P(id="out")</script>',
    "PyScript": '<py-script>div = """<p id="out"></p>"""</py-script>',
    "Alpine": """<div x-data x-html="'<p id=out>'"></div>""",
    "Vue": """<div id="app" @vue:mounted="$el.id = 'out'"></div>""",
    "an object for a library": '<script>h("p", { id: "out" })</script>',
    "jQuery and D3": '<script>d3.select("main").append("p").attr("id", "out")</script>',
    "a template element": "<template><p id=out></p></template>",
    "a row in a text": "<script>body.innerHTML = `<tr><td id=out>${x}</td></tr>`</script>",
}


@pytest.mark.parametrize("markup", EVALUATED.values(), ids=EVALUATED)
def test_an_id_is_seen_whoever_makes_it(markup: str) -> None:
    assert "out" in page_of(Site({"index.html": markup.encode()})).ids


ADDRESSES = [
    "x.txt", "./x.txt", "./sub/../x.txt", "%78.txt", "x.txt?v=1#a", "sub/%2e%2e/x.txt", "sub\\..\\x.txt",
    " x.txt\n", "x.t\txt", "/repo/x.txt", "/x.txt", "././x.txt",
]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_script_of_the_site_is_found_however_its_address_is_written(address: str) -> None:
    files = {"index.html": f'<script src="{address}"></script>'.encode(), "x.txt": b"1"}

    assert page_of(Site(files)).linked_paths == ("x.txt",)


def test_an_address_is_relative_to_the_page_and_its_base() -> None:
    nested = b'<script src="../x.js"></script>'
    based = b'<base href="./sub/"><script src="y.js"></script>'
    site = Site({"a/b.html": nested, "c.html": based, "x.js": b"1", "sub/y.js": b"2", "y.js": b"3"})

    assert page_of(site, "a/b.html").linked_paths == ("x.js",)
    assert page_of(site, "c.html").linked_paths == ("sub/y.js",)


@pytest.mark.parametrize(
    "address", ["", "https://cdn.example/x.txt", "//cdn.example/x.txt", "data:,1"]
)
def test_what_is_not_of_the_site_is_no_script_of_it(address: str) -> None:
    files = {"index.html": f'<script src="{address}">1</script>'.encode(), "x.txt": b"1"}

    assert page_of(Site(files)).linked_paths == ()


EVENTS = {
    'onclick="a()"': ("click", "a()"), '@click.prevent="a()"': ("click", "a()"),
    'v-on:submit="a()"': ("submit", "a()"), 'x-on:keydown.enter="a()"': ("keydown", "a()"),
    'hx-on:click="a()"': ("click", "a()"), '(click)="a()"': ("click", "a()"),
    'onload="a()"': ("", "a()"), 'x-init="a()"': ("", "a()"), '@vue:mounted="a()"': ("", "a()"),
    'hx-on::load="a()"': ("", "a()"), ':class="a"': ("", "a"), 'x-data="{ a: 1 }"': ("", "{ a: 1 }"),
}  # fmt: skip


@pytest.mark.parametrize("attribute", EVENTS)
def test_code_in_an_attribute_is_known_with_the_event_of_the_user_that_runs_it(
    attribute: str,
) -> None:
    (element,) = document(f"<p {attribute}>").by_tag("p")

    assert list(codes_of(element)) == [EVENTS[attribute]]


def test_other_attributes_hold_no_code() -> None:
    (element,) = document('<p title="a()" class="onclick" data-x="1" id="v-a" onclick>').by_tag("p")

    assert list(codes_of(element)) == []
