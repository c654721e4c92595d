"""Good pages in the styles that models write in: the rules must leave them alone."""

from __future__ import annotations

import pytest

from deployer.domain.site import Site
from deployer.generation.judging.inspection import inspect
from deployer.generation.own_files import with_own_files
from tests.unit.generation.builders import README, templates

ASSIGNMENT = templates("s1")[0].first
BEFORE = """\
<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <title>Sales Summary s1</title>
  <link rel="stylesheet" href="https://cdn.jsdelivr.net/npm/bootstrap@5.3.3/dist/css/bootstrap.min.css">
</head>
<body>
  <main>
    <h1>Sales</h1>
    <p>$<span id="total-sales"></span></p>
    <table id="product-sales"><tbody></tbody></table>
    <button id="again" type="button">Again</button>
  </main>
  <script>
"""
AFTER = "</script>\n</body>\n</html>\n"

STYLES = {
    "a class": """
class App {
  constructor() { this.total = document.getElementById("total-sales"); this.start(); }
  async start() { this.show(await (await fetch("./data.csv")).text()); }
  show(text) { this.total.textContent = text.length.toFixed(2); }
}
document.addEventListener("DOMContentLoaded", () => { new App(); });
""",
    "a bound method": """
class View {
  constructor() {
    this.total = document.getElementById("total-sales");
    document.addEventListener("DOMContentLoaded", this.load.bind(this));
  }
  async load() { this.total.textContent = (await (await fetch("./data.csv")).text()).length; }
}
const view = new View();
""",
    "a function that calls itself": """
(async () => {
  const total = document.getElementById('total-sales');
  try {
    total.textContent = (await (await fetch('data.csv')).text()).length.toFixed(2);
  } catch (error) { total.textContent = 'Error'; }
})();
""",
    "promises": """
fetch("data.csv").then(r => r.text()).then(render).catch(console.error);
function render(text) {
  document.querySelector("#total-sales").textContent = Number(text.length).toFixed(2);
  document.querySelector("#product-sales tbody").innerHTML =
    [["a", 1]].map(([p, s]) => `<tr><td>${p}</td><td>${s.toFixed(2)}</td></tr>`).join("");
}
""",
    "window.onload": """
window.onload = async function () {
  const rows = (await (await fetch(`./data.csv`)).text()).split("\\n");
  setTotal(rows.reduce((sum, row) => sum + (parseFloat(row.split(",")[2]) || 0), 0));
};
const setTotal = (value) => {
  const element = document.getElementById("total-sales");
  element.textContent = `${value.toFixed(2)}`;
};
""",
    "a short query function and a ready state": """
const $ = (selector) => document.querySelector(selector);
const state = { rows: [] };
const update = () => { $("#total-sales").textContent = state.rows.reduce((a, b) => a + b, 0).toFixed(2); };
const boot = async () => {
  const DATA = "./data.csv";
  state.rows = (await (await fetch(DATA)).text()).split(/\\r?\\n/).map(Number);
  update();
  $("#again")?.addEventListener("click", update);
};
if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", boot); } else { boot(); }
""",
    "a library's callback": """
window.addEventListener("load", () => {
  Papa.parse("./data.csv", { download: true, header: true, complete: ({ data }) => {
    document.getElementById("total-sales").innerText = data.reduce((s, r) => s + Number(r.sales), 0).toFixed(2);
  } });
});
""",
    "a library's callback as a method": """
window.addEventListener("load", () => {
  Papa.parse("./data.csv", { download: true, complete(result) {
    document.getElementById("total-sales").innerText = result.data.length.toFixed(2);
  } });
});
""",
    "an object of elements and created rows": """
const elements = { total: document.getElementById("total-sales"), body: document.querySelector("tbody") };
async function init() {
  const total = await load("./data.csv");
  elements.total.textContent = total.toFixed(2);
  const row = document.createElement("tr");
  const cell = document.createElement("td");
  cell.textContent = total.toFixed(2);
  row.append(cell);
  elements.body.append(row);
}
async function load(url) { return (await (await fetch(url)).text()).length; }
document.addEventListener("DOMContentLoaded", init);
""",
    "an object with methods": """
const app = {
  async start() { this.show((await (await fetch("./data.csv")).text()).length); },
  show(number) { document.getElementById("total-sales").textContent = String(number); },
};
document.addEventListener("DOMContentLoaded", () => app.start());
""",
}


def rules_that_speak(code: str) -> list[str]:
    files = {"index.html": f"{BEFORE}{code}{AFTER}".encode(), "README.md": README.encode()}
    return [f.rule for f in inspect(with_own_files(Site(files), ASSIGNMENT), ASSIGNMENT)]


@pytest.mark.parametrize("style", STYLES)
def test_a_good_page_has_no_findings_in_whatever_style_it_is_written(style: str) -> None:
    assert rules_that_speak(STYLES[style]) == []


HOSTILE = {
    "tags without end": "<p id='" * 20_000,
    "quoted ends": "<p id='>" * 10_000,
    "deep elements": "<div>" * 10_000,
    "deep expressions": f"<script>{'(' * 50_000}</script>",
    "deep functions": f"<script>{'function f() {' * 8_000}</script>",
    "many writes": f"<script>{'document.querySelector(`#total-sales`).textContent = x(1);' * 4_000}</script>",
    "one long line of addresses": "http://a:b" * 20_000,
    "comments without end": "<!--" * 50_000,
    "templates": f"<script>`{'${`' * 20_000}</script>",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_page_keeps_the_inspection_busy(kind: str) -> None:
    page = HOSTILE[kind].encode()
    site = with_own_files(Site({"index.html": page, "README.md": page}), ASSIGNMENT)

    # Rules that look back and forth took minutes here, and one did not end.
    assert inspect(site, ASSIGNMENT)
