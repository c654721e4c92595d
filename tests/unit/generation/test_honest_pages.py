"""Sites that work: for each rule those that it could take for broken. A false finding costs a call,
and a forbidden one a mark."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import pytest

from deployer.domain.request import Attachment, Check, JavaScriptCheck
from deployer.domain.site import Site
from deployer.generation.judging.inspection import inspect
from deployer.generation.own_files import with_own_files
from tests.unit.generation.builders import PAGE, README, attachment, build, revision


@dataclass(frozen=True)
class Honest:
    name: str
    brief: str = "Show colours."
    checks: tuple[Check, ...] = ()
    body: str = ""
    code: str = ""
    head: str = ""
    module: str = ""
    files: dict[str, str] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()

    @property
    def site(self) -> dict[str, str]:
        page = PAGE.replace("</main>", f"{self.body}\n  </main>")
        page = page.replace("let shown", f"{self.code}\n    let shown").replace(
            "</head>", f"{self.head}\n</head>"
        )
        module = f'<script type="module">\n{self.module}\n</script>\n' if self.module else ""
        return {
            "index.html": page.replace("</body>", f"{module}</body>"),
            "README.md": README,
        } | self.files


def js(expression: str) -> tuple[Check, ...]:
    return (JavaScriptCheck(js=expression),)


def csv(name: str) -> tuple[Attachment, ...]:
    return (attachment(name, b"a,b\n1,2\n"),)


COUNTER = '<button id="inc">+</button><span id="count">0</span>'
ADD = 'document.querySelector("#inc").onclick = () => { const c = document.getElementById("count"); %s };'
SETEXT = """\
Colours
=======

Shows one colour after the other, and the next on a click.

Getting started
---------------
Serve the folder.

**How to play**

Press it.

<h2 align="center">Under the hood</h2>

MIT licensed.
"""
SPANISH = """\
# Colores

Muestra un color tras otro. La página no necesita nada más que un navegador y un servidor de archivos.

## Instalación

Sirva la carpeta con cualquier servidor, por ejemplo con Python, y abra la página en su navegador.

## Uso

Pulse el botón para ver el color siguiente. Los colores se repiten cuando termina la lista de todos.

## Cómo funciona

Una página con un guion.

## Licencia

MIT
"""
MAPPED = {
    "three": "https://unpkg.com/three@0.160.0/x.js",
    "three/addons/": "https://unpkg.com/three@0.160.0/jsm/",
}
MAP = f'<script type="importmap">{json.dumps({"imports": MAPPED})}</script>'
JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI0MiIsIm5hbWUiOiJBZGEifQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"

HONEST = (
    # numbers and texts that only a run can show
    Honest("a counter that starts at 0", checks=js('parseInt(document.querySelector("#count").textContent, 10) === 0'),
           body=COUNTER, code=ADD % "c.textContent = String(parseInt(c.textContent, 10) + 1);"),
    Honest("a small number with separators", checks=js('parseInt(document.querySelector("#count").textContent) >= 0'),
           body=COUNTER, code=ADD % "c.textContent = (+c.textContent + 1).toLocaleString();"),
    Honest("a number with a label in case of an error", checks=js('Number(document.querySelector("#count").textContent) >= 0'),
           body=COUNTER, code=ADD % 'c.textContent = "Error: 0 left";'),
    Honest("a text that comes with a click", checks=js('document.querySelector("#count").textContent.includes("1")'),
           body=COUNTER, code=ADD % 'c.textContent = "1";'),
    Honest("a number that a style has by chance", checks=js('Math.abs(parseFloat(document.querySelector("#count").textContent) - 100) < 1'),
           body=COUNTER, head="<style>main { width: 100%; }</style>", attachments=csv("data.csv")),
    Honest("a number that the brief gives", "Start at a balance of 1500.50 from data.csv.",
           js('parseFloat(document.querySelector("#count").textContent) - 1500.5 === 0'), body=COUNTER,
           code='fetch("data.csv"); const start = 1500.50;', attachments=csv("data.csv")),
    # elements that scripts and libraries make
    Honest("an id in a template", checks=js('!!document.querySelector("#card-1")'), code="const card = n => `<p id=\"card-${n}\"></p>`;"),
    Honest("an id put together", checks=js('!!document.getElementById("row-2")'), code='const at = n => { p.id = "row-" + n; };'),
    Honest("an id given by a helper", checks=js('!!document.querySelector("#list")'), code='const ul = el("ul", "list");'),
    Honest("an id from data", checks=js('!!document.querySelector("#tea")'), code="item.id = product.id;"),
    Honest("an id in JSX", checks=js('!!document.querySelector("#inc")'),
           body='<div id="root"></div><script type="text/babel">const A = () => <button id="inc">+</button>;</script>'),
    Honest("an id of Vue's", checks=js('!!document.querySelector("#row-1")'), body='<p v-for="n in 3" :id="`row-${n}`"></p>'),
    Honest("an attribute that a library sets", checks=js('document.querySelector("#count").dataset.state === "on"'),
           body='<span id="count" :data-state="state"></span>'),
    Honest("an attribute set by its property", checks=js('document.querySelector("#count").getAttribute("aria-busy") === "true"'),
           body='<span id="count" aria-busy="false"></span>', code="count.ariaBusy = true;"),
    Honest("data in brackets", checks=js('document.querySelector("#count").dataset.region !== undefined'),
           body=COUNTER, code='document.querySelector("#count").dataset["region"] = "all";'),
    Honest("a script that another one loads", checks=js("!!document.querySelector(\"script[src*='chart']\")"),
           code='const s = document.createElement("script"); s.src = "https://cdn.jsdelivr.net/npm/chart.js@4.4.3/dist/chart.umd.min.js";'),
    Honest("a title that changes", checks=js('document.title === "Colours (1)"'), code='document.querySelector("title").textContent = "x";'),
    Honest("a title over two lines", checks=js('document.title === "Colours"'), head="<!-- -->"),
    # checks that do not ask for what they name
    Honest("either of two", checks=js('!!(document.querySelector("#a") || document.querySelector("#colour"))')),
    Honest("either of two titles", checks=js('document.title === "Colors" || document.title === "Colours"')),
    Honest("one of a list of selectors", checks=js('!!document.querySelector("#total, #colour")')),
    Honest("nothing of a kind", checks=js('document.querySelectorAll("#error").length === 0')),
    Honest("none", checks=js('document.querySelector("#old") === null && !document.querySelector("#older")')),
    Honest("a literal that must not be there", checks=js('!document.querySelector("script").textContent.includes("jQuery")')),
    Honest("another document's element",
           checks=js('(async () => { const d = new DOMParser().parseFromString(await (await fetch("about.html")).text(), '
                     '"text/html"); return !!d.querySelector("#team"); })()'), files={"about.html": PAGE.replace("colour\"", "team\"")}),
    Honest("a sentence about another page", checks=("about.html has #team",), files={"about.html": PAGE.replace('"colour"', '"team"')}),
    Honest("a colour in a sentence", checks=("The background is #fafafa and the text #123.",)),
    Honest("a hash in a sentence", checks=("index.html#about and the hash #/about work.",)),
    Honest("a sentence that takes away", checks=("There is no #old any more.", "#older was removed.")),
    Honest("a chart's title", checks=('The chart title is "Monthly sales".',), code='const options = { title: "Monthly sales" };'),
    Honest("a parameter of another address", checks=("Fetches https://api.github.com/search?q=x and shows the result.",)),
    Honest("a parameter read in another way", checks=("Works with ?start=5.",), code="const start = location.search.match(/start=(.)/);"),
    # files
    Honest("an attachment with blanks", "Show my sales data.csv in #t.", body='<p id="t"></p>',
           code='fetch("./my%20sales%20data.csv");', attachments=csv("my sales data.csv")),
    Honest("an attachment in a style", "Show background.png.", head="<style>main { background: url(background.png); }</style>",
           attachments=(attachment("background.png", b"\x89PNG"),)),
    Honest("an attachment in a set of pictures", "Show a.png.", body='<img alt="a" src="./a.png" srcset="a.png 1x, b.png 2x">',
           attachments=(attachment("a.png", b"\x89PNG"), attachment("b.png", b"\x89PNG"))),
    Honest("an attachment whose name is put together", "Plot data.csv.", code="fetch(`./${name}.csv`);", attachments=csv("data.csv")),
    Honest("an attachment that is only to be there", "Write a story and include uid.txt.", attachments=csv("uid.txt")),
    Honest("a file that CI makes", "Show result.json, which CI generates. Do not commit result.json.", code='fetch("./result.json");'),
    Honest("files of the visitor", "The visitor uploads sales.csv, and exports report.csv."),
    Honest("libraries", "Use three.js, water.css and chart.js.", code="// three.js water.css chart.js"),
    Honest("a link over http", body='<a href="http://example.com/">x</a>'),
    Honest("a picture over http", "Show http://example.com/a.png.", body='<img alt="a" src="http://example.com/a.png">'),
    Honest("a file below another page", files={"docs/page.html": PAGE.replace("</head>", '<link rel="stylesheet" href="page.css"></head>'),
                                               "docs/page.css": "p { margin: 0; }\n"}),
    Honest("a page above another page", files={"docs/page.html": PAGE.replace("</main>", '<a href="../index.html">x</a></main>')}),
    Honest("routes of a page", body='<a href="/" data-link>Home</a>', code="onclick = e => { e.preventDefault(); };"),
    Honest("a name that is text", code='$("#colour").text("Node.js"); doc.text("report.pdf", 1, 1); window.open("help.html");',
           files={"help.html": PAGE}),
    Honest("a template's picture", body='<template><img alt="" src="photo.jpg"></template>'),
    Honest("a canonical address", head='<link rel="canonical" href="about.html"><link rel="alternate" href="feed.xml">'),
    Honest("a configuration with comments", files={"tsconfig.json": '{\n  // strict\n  "strict": true\n}\n'}),
    Honest("JSON with a byte order mark", files={"colours.json": '\ufeff["red"]\n'}),
    Honest("a photo that may be missing", body='<img src="me.jpg" alt="me" onerror="this.remove()">'),
    Honest("an icon that is missing", head='<link rel="icon" href="favicon.ico">'),
    # texts
    Honest("a to-do list", "A to-do list.", body="<h2>Todo</h2>", code='localStorage.setItem("todo", "[]"); // TODO list of the user'),
    Honest("a template literal called result", code="const show = result => { document.title = `Result: ${result}`; };"),
    Honest("a template with variables", body="<template id=\"row\"><p>${name}</p></template>"),
    Honest("a variable in a sample of code", body="<pre>`${total}`</pre>"),
    Honest("comments like other comments", code="// the rest of the items follow\n    // remaining content is lazy\n    /* unchanged values are skipped */"),
    Honest("a placeholder of a field", body='<label>Key <input placeholder="YOUR_API_KEY"></label>'),
    Honest("a sample of a letter", body="<p>[Your name]</p><p>Lorem ipsum dolor sit amet.</p>"),
    Honest("the same id in a template", body='<template><p id="colour"></p></template>'),
    Honest("an empty JSON script", body='<script type="application/json" id="state"></script>'),
    Honest("CDATA in a drawing", body='<svg viewBox="0 0 9 9"><style>/*<![CDATA[*/ .a { fill: red; } /*]]>*/</style><path d="M0 0"/></svg>'),
    Honest("a title set on load", code='document.title = "Colours";', head="<title></title>"),
    Honest("libraries without an exact version",
           body='<script src="https://cdn.jsdelivr.net/npm/d3@7"></script><link rel="stylesheet" href="https://unpkg.com/pico/pico.css">'),
    Honest("an import map", head=MAP, module='import * as THREE from "three";\nimport { O } from "three/addons/O.js";'),
    Honest("an import in a sample", code="const sample = `\nimport x from \"lodash\";\n`;"),
    Honest("a README with other headings", files={"README.md": SETEXT}),
    Honest("a README in Spanish", "Muestra colores.", files={"README.md": SPANISH}),
    # keys that are none
    Honest("a sample of a JWT", "Decode a JWT.", body=f'<textarea aria-label="t">{JWT}</textarea>'),
    Honest("a sample of an address", code='const sample = new URL("https://user:secret@localhost/a");'),
    Honest("a sample of a key", body="<p>AKIAIOSFODNN7EXAMPLE</p><p>ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx</p>"),
    Honest("the head of a key", body='<textarea aria-label="k" placeholder="-----BEGIN PRIVATE KEY-----"></textarea>'),
    Honest("a name like a key's", code="class APBiologyQuiz {} const APDictionaryEntry = 1;"),
)  # fmt: skip


@pytest.mark.parametrize("honest", HONEST, ids=lambda honest: honest.name)
def test_a_site_that_works_has_no_findings(honest: Honest) -> None:
    assignment = build(honest.brief, checks=honest.checks, attachments=honest.attachments)
    site = Site({path: text.encode() for path, text in honest.site.items()})

    findings = inspect(with_own_files(site, assignment), assignment)

    assert [(f.rule, f.problem) for f in findings if f.rule not in GATES_OF_OTHERS] == []


GATES_OF_OTHERS = frozenset({"host"})


BROKEN = {
    "a missing element": Honest("", checks=js('!!document.querySelector("#total")'), code='const t = document.querySelector("#total");'),
    "a label for nothing": Honest("", checks=js('!!document.querySelector("#total")'), body='<label for="total">x</label>'),
    "a missing element of a sentence": Honest("", checks=("Shows #total-sales.",)),
    "another title": Honest("", checks=js('document.title === "Colors"')),
    "a parameter that nobody reads": Honest("", checks=("Works with ?speed=5.",)),
    "another tag": Honest("", checks=js('document.querySelector("#colour").tagName === "FORM"')),
    "a missing attribute": Honest("", checks=js('document.querySelector("#colour").getAttribute("aria-live") === "polite"')),
    "a missing library": Honest("", checks=js("!!document.querySelector(\"script[src*='marked']\")"), code="marked.parse(x);"),
    "the result typed in": Honest("", "Sum data.csv.", js('Number(document.querySelector("#colour").textContent) - 4321.5 < 1'),
                                  body="<p>4321.5</p>", code='fetch("data.csv");', attachments=csv("data.csv")),
    "data typed in": Honest("", "Show data.csv.", body="<p>From data.csv</p>", attachments=csv("data.csv")),
    "a missing page": Honest("", body='<a href="about.html">x</a>'),
    "a missing photo": Honest("", body='<img src="me.jpg" alt="me">'),
    "a missing style": Honest("", head='<link rel="stylesheet" href="css/style.css">'),
    "a path from the root": Honest("", code='fetch("/data.json");', files={"data.json": "[]"}),
    "a path above the root": Honest("", code='fetch("../data.json");', files={"data.json": "[]"}),
    "a script over http": Honest("", body='<script src="http://localhost.example/x.js"></script>'),
    "a file that the brief names": Honest("", "Create about.html and data.json.", files={"about.html": PAGE}),
    "a bare import": Honest("", module='import confetti from "canvas-confetti";'),
    "a note to oneself": Honest("", code="// TODO: load the data"),
    "a key to fill in": Honest("", code='const API_KEY = "YOUR_API_KEY";'),
    "a variable in the text": Honest("", body="<p>${total}</p>"),
    "a variable of the sender": Honest("", body='<form id="user-${seed}"></form>'),
    "code left out": Honest("", code="// ... rest of the code unchanged"),
    "code left out, otherwise": Honest("", code="/* existing styles remain the same ... */"),
    "code left out, in short": Honest("", body="<!-- same as before -->"),
    "broken JSON": Honest("", files={"data.json": "{a: 1}"}),
    "a broken script": Honest("", code="const a = ;"),
    "the same id twice": Honest("", body='<p id="colour"></p>'),
    "a README without usage": Honest("", files={"README.md": README.replace("Usage", "Notes")}),
    "a private key": Honest("", code='const key = "-----BEGIN PRIVATE KEY-----\\n" + "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7";'),
    "an attachment's JWT": Honest("", "Show it.", body=f"<p>{JWT}</p>", attachments=(attachment("t.bin", JWT.encode()),)),
}  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_site_that_cannot_work_has_a_finding(broken: Honest) -> None:
    assignment = build(broken.brief, checks=broken.checks, attachments=broken.attachments)
    site = Site({path: text.encode() for path, text in broken.site.items()})

    findings = inspect(with_own_files(site, assignment), assignment)

    assert [f.rule for f in findings if f.rule not in GATES_OF_OTHERS]


MOVED = PAGE.replace('    <p id="colour">red</p>\n', "").replace(
    "let shown",
    'main.append(Object.assign(document.createElement("p"), { id: "colour" }));\n    let shown',
)
SEARCH = PAGE.replace(
    "<h1>", '<label for="q">Search</label><input id="q" name="q" data-row="1">\n    <h1>'
)
REVISIONS = {
    "an id that a script gives now": ("Build the paragraph in the script.", PAGE, MOVED),
    "an element that the brief calls by its label": ("Remove the search box.", SEARCH, PAGE),
    "an element that the brief calls by its kind": (
        "Replace the next button by a click on the page.",
        PAGE,
        PAGE.replace(' id="next" type="button"', ' type="submit"'),
    ),
    "an attribute that nobody checks": (
        "Make the heading larger.", SEARCH, SEARCH.replace(' data-row="1"', ""),
    ),
    "styles that became shorter": ("Simplify the page.", PAGE, PAGE.replace("  <meta", "<meta")),
}  # fmt: skip


@pytest.mark.parametrize(("brief", "before", "after"), REVISIONS.values(), ids=REVISIONS)
def test_a_revision_that_does_what_it_is_asked_loses_nothing(
    brief: str, before: str, after: str
) -> None:
    assignment = revision(brief, before)
    readme = README.replace("one colour", "a colour")
    site = Site({"index.html": after.encode(), "README.md": readme.encode()})

    assert inspect(with_own_files(site, assignment), assignment) == ()


@pytest.mark.parametrize("brief", ["Make the heading larger.", "Remove the heading."])
def test_a_revision_that_loses_an_element_is_a_regression(brief: str) -> None:
    assignment = revision(brief, SEARCH)
    readme = README.replace("one colour", "a colour")
    site = Site({"index.html": PAGE.encode(), "README.md": readme.encode()})

    findings = inspect(with_own_files(site, assignment), assignment)

    assert {finding.subject for finding in findings} == {"id q", "field q"}


def test_a_revision_that_only_brings_an_attachment_has_changed_something() -> None:
    assignment = revision("Include uid.txt.", attachments=csv("uid.txt"))
    current = assignment.current
    assert current is not None

    assert inspect(with_own_files(current, assignment), assignment) == ()
