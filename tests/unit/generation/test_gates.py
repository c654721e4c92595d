"""The gates, one spelling after the other: what a browser would obey is seen, what is harmless is left."""

from __future__ import annotations

import html

import pytest

from deployer.domain.site import Site
from deployer.generation.judging import gates
from deployer.generation.judging.subject import Subject
from tests.hostile.sites import EVIL, code, page
from tests.unit.generation.builders import PAGE, README, build


def problems(files: dict[str, str], brief: str = "Show colours.", **details: object) -> list[str]:
    """The gates' problems with a site of these files besides a harmless page."""
    site = {"index.html": PAGE, "README.md": README} | files
    subject = Subject(Site({p: t.encode() for p, t in site.items()}), build(brief, **details))
    return [finding.problem for finding in gates.inspect(subject)]


HARMLESS = [
    page(f'<a href="https://{EVIL}/">a link to click</a>'),
    page('<input placeholder="https://host.example/a.csv" value="https://host.example" aria-label="x">'),
    page('<img alt="see https://host.example/" src="data:image/png;base64,AAAA">'),
    page('<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><use href="#a"/></svg>'),
    page('<link rel="canonical" href="https://host.example/">'),
    page('<script src="https://cdn.jsdelivr.net/npm/marked@12.0.2/marked.min.js"></script>'),
    page('<script type="importmap">{"imports": {"three": "https://unpkg.com/three@0.160.0/x.js"}}</script>'),
    page('<button onclick="showNext()">x</button>'),
    page('<a href="javascript:showNext()">x</a><button formaction="javascript:showNext()">x</button>'),
    page('<img alt="x" src="x" onerror="showNext()"><base href="./x/">'),
    page('<meta http-equiv="refresh" content="9;url=./x.html"><meta content="9" http-equiv=refresh>'),
    page('<link rel="icon" href="data:image/svg+xml,<svg xmlns=%22http://www.w3.org/2000/svg%22/>">'),
    code('const ok = ["http:", "https:"].includes(new URL(location).protocol);'),
    code('const part = "a//b".split("//"), secure = "https://", note = "// a comment", re = "\\\\\\\\d+";'),
    code('const picture = new URLSearchParams(location.search).get("url") || "./sample.png";'),
    code("const path = `./${part}/data.csv`; // see https://developer.mozilla.org/"),
    {"style.css": '@import url("https://fonts.googleapis.com/css2?family=Inter"); p { background: url(./a.png) }'},
    {"a.svg": '<svg xmlns="http://www.w3.org/2000/svg"><style>p{fill:url(#a)}</style></svg>'},
    {"feed.xml": '<rss xmlns:atom="http://www.w3.org/2005/Atom"><link>https://host.example/</link></rss>'},
]  # fmt: skip


@pytest.mark.parametrize("files", HARMLESS, ids=[str(n) for n in range(len(HARMLESS))])
def test_what_loads_nothing_foreign_is_left_alone(files: dict[str, str]) -> None:
    assert problems(files) == []


def test_what_the_brief_names_may_be_asked() -> None:
    brief = "Show https://api.example.org/v1 with https://cdn.jsdelivr.net/gh/somebody/thing@1/x.js"
    files = code('fetch("https://api.example.org/v1/x");')
    assert problems(files, brief) == []
    library = page('<script src="https://cdn.jsdelivr.net/gh/somebody/thing@1/x.js"></script>')
    assert problems(library, brief) == []


def nested(markup: str, times: int) -> str:
    return (
        markup
        if not times
        else nested(f'<iframe srcdoc="{html.escape(markup)}"></iframe>', times - 1)
    )


BEHAVIOURS = {
    **{text: code(text) for text in (
        "window.eval(shown);", "(0, eval)(shown);", r"\u0065val(shown);", 'window["eval"](shown);',
        "window?.eval?.(shown);", "const run = eval;", "Function(shown)();", "new Function(shown)();",
        "window.Function(shown)();", '(() => 1).constructor("return 1")();', 'setTimeout("shown = 1", 5);',
        "window.setInterval(`shown = ${1}`, 5);", 'setTimeout("shown = " + 1);',
        'navigator.serviceWorker?.register("./sw.js");', 'navigator["serviceWorker"].register("./sw.js");',
        "const { serviceWorker } = navigator;", 'location = "java\\x73cript:eval(shown)";',
        "document.body.innerHTML = '<img alt=\"\" src=x onerror=\"eval(shown)\">';",
    )},
    **{markup: page(markup) for markup in (
        '<a href="java&#115;cript:eval(shown)">x</a>', '<a href=" java\tscript:ev%61l(shown)">x</a>',
        '<svg><a xlink:href="javascript:eval(shown)">x</a></svg>', '<button formaction="javascript:eval(shown)">x</button>',
        '<img alt="x>" src="x" onerror="eval(shown)">', '<p onclick="eval(shown)">x</p>',
        "<!--><script>eval(shown)</script>-->", "<!-- x --!><script>eval(shown)</script>-->",
        "<![CDATA[ x > <script>eval(shown)</script> ]]>", "<svg><style><p><script>eval(shown)</script></style></svg>",
        nested("<script>eval(shown)</script>", 6), "<b i=1><p>" + "".join(f"<b i={n}><p>" for n in range(2_000)),
    )},
    "a drawing": {"a.svg": '<svg xmlns="http://www.w3.org/2000/svg"><g onload="x()"/></svg>'},
}  # fmt: skip


@pytest.mark.parametrize("files", BEHAVIOURS.values(), ids=[ascii(name) for name in BEHAVIOURS])
def test_what_runs_texts_or_cannot_be_read_is_seen(files: dict[str, str]) -> None:
    assert problems(files)


QUIET = [
    "setTimeout(showNext, 5);", "if (showNext instanceof Function) showNext();", "const best = { eval: 1 }.eval;",
    "const own = Function.prototype.call;", "const note = 'never eval anything';", "shown = 1; // eval(x)",
    "setTimeout(() => { shown = 1; }, 5);", "const kind = [].constructor === Array;",
]  # fmt: skip


@pytest.mark.parametrize("text", QUIET)
def test_words_that_run_nothing_are_left_alone(text: str) -> None:
    assert problems(code(text)) == []
